import type { FlowPart, FlowRepeat, FlowStep, RequestFlow } from '@questline/core';
import type { ComponentChildren, JSX } from 'preact';

const SHOWN = 200; // rows of a table
const DEEPEST = 12; // steps that a name moves in

const ms = (time: number): string => (time / 1000).toLocaleString('en', { minimumFractionDigits: 3, maximumFractionDigits: 3 });
const percent = (share: number): string => `${(share / 100).toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 })} %`;

function Table<Row>({ title, says, head, rows, row }: { title: string; says: string; head: readonly string[]; rows: readonly Row[]; row: (one: Row, i: number) => ComponentChildren }): JSX.Element {
  return (
    <section class="panel" aria-label={title}>
      <header class="panel-h">
        <h2>{title}</h2>
        <p>{says}</p>
      </header>
      <div class="wide">
        {rows.length === 0 ? (
          <p>None.</p>
        ) : (
          <table>
            <thead>
              <tr>
                {head.map((word, i) => (
                  <th key={word} scope="col" class={i > 0 ? 'n' : ''}>
                    {word}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>{rows.slice(0, SHOWN).map(row)}</tbody>
          </table>
        )}
        {rows.length > SHOWN && <p>And {(rows.length - SHOWN).toLocaleString('en')} more: all of them are in the JSON.</p>}
      </div>
    </section>
  );
}

/** Where the time of a request goes, as the core computed it. */
export function Flow({ flow, from }: { flow: RequestFlow; from: string }): JSX.Element {
  const slow = new Set(flow.bottlenecks);
  const step = (one: FlowStep): JSX.Element => (
    <tr key={one.id} data-slow={slow.has(one.id)}>
      <td class="name">
        <span class="deep" style={{ paddingInlineStart: `${Math.min(one.depth, DEEPEST) * 14}px` }}>
          {one.name} {slow.has(one.id) && <b class="slow">bottleneck</b>}
        </span>
      </td>
      <td class="n">{ms(one.time)}</td>
      <td class="n">{ms(one.own)}</td>
      <td class="n">{percent(one.share)}</td>
    </tr>
  );
  const part = (one: FlowPart): JSX.Element => (
    <tr key={one.name}>
      <td class="name">{one.name}</td>
      <td class="n">{one.calls.toLocaleString('en')}</td>
      <td class="n">{ms(one.own)}</td>
      <td class="n">{percent(one.share)}</td>
    </tr>
  );
  const repeat = (one: FlowRepeat, i: number): JSX.Element => (
    <tr key={i}>
      <td class="name">
        {one.by} calls {one.name}
      </td>
      <td class="n">{one.calls.toLocaleString('en')}</td>
      <td class="n">{ms(one.time)}</td>
    </tr>
  );
  return (
    <>
      <Table
        title="Call chain"
        says={`${from}: ${ms(flow.time)} ms in all. A bottleneck takes a fifth of that or more by itself.`}
        head={['Step', 'ms', 'Own ms', 'Own']}
        rows={flow.chain}
        row={step}
      />
      <div class="two">
        <Table title="Time by name" says="What runs while none of its calls do." head={['Step', 'Calls', 'Own ms', 'Own']} rows={flow.breakdown} row={part} />
        <Table title="Repeated calls" says="Five or more by one step: one query for each row, most often." head={['Who calls what', 'Calls', 'ms']} rows={flow.repeated} row={repeat} />
      </div>
    </>
  );
}
