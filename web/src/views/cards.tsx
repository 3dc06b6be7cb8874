import type { Diagnostic, Rule, RuleItem } from '@questline/core';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { count } from '../app/words.ts';
import { Icon, type IconName } from '../parts/icons.tsx';
import { Name } from '../parts/parts.tsx';
import { itemCount, itemsApart, kindTitle, ruleWords, sure, tagsOf, wordsOf } from './rule-words.ts';

export const SEVERITY: Record<Diagnostic['severity'], { icon: IconName; tone: string; one: string }> = {
  error: { icon: 'fail', tone: 'c-fail', one: 'error' },
  warning: { icon: 'warn', tone: 'c-warn', one: 'warning' },
  info: { icon: 'info', tone: 'c-info', one: 'note' },
};

const FEW = 4; // items that are shown unasked

/** What a fix puts in, short enough for a card. */
function becomes(finding: Diagnostic): string {
  const text = finding.fix?.[0]?.text.trim() ?? '';
  return text.length > 80 ? `${text.slice(0, 78)}…` : text;
}

export function FindingCard({ finding, alike, go, mend }: { finding: Diagnostic; alike: number; go: () => void; mend: (all: boolean) => void }): JSX.Element {
  const { icon, tone, one } = SEVERITY[finding.severity];
  const fixed = becomes(finding);
  return (
    <>
      <header>
        <Icon name={icon} tone={tone} />
        <b>
          <span class="vh">{one}: </span>
          <span class="mono">{finding.code}</span>
        </b>
        <LineButton line={finding.line} column={finding.column} go={go} />
      </header>
      <p>{finding.message}</p>
      {finding.fix !== undefined && (
        <div class="fix">
          {fixed === '' ? <span class="grow muted">{count(finding.fix.length, 'edit')} in this file</span> : <ins>{fixed}</ins>}
          <button class="btn s" type="button" onClick={() => mend(false)}>
            Mend it
          </button>
          {alike > 1 && (
            <button class="btn s" type="button" onClick={() => mend(true)}>
              All {alike} of this kind
            </button>
          )}
        </div>
      )}
    </>
  );
}

function LineButton({ line, column, go }: { line: number; column?: number; go: () => void }): JSX.Element {
  return (
    <button class="to-line" type="button" onClick={go}>
      line {line}
      {column !== undefined && `, column ${column}`}
      <span class="vh">: show it in the source</span>
    </button>
  );
}

function Switch({ on, label, set }: { on: boolean; label: string; set: (on: boolean) => void }): JSX.Element {
  return (
    <label class="switch">
      <input type="checkbox" role="switch" checked={on} aria-label={label} onChange={(event) => set(event.currentTarget.checked)} />
      <i />
    </label>
  );
}

function Item({ item, kind, apart, off, set }: { item: RuleItem; kind: string; apart: boolean; off: ReadonlySet<string>; set: (id: string, on: boolean) => void }): JSX.Element {
  const { name, text } = wordsOf(item, kind);
  const inner = item.items ?? [];
  const on = !off.has(item.id);
  const sign: { icon: IconName; word: string } | null =
    item.given === true ? { icon: 'check', word: 'given: ' } : item.given === false ? { icon: 'hide', word: 'kept back: ' } : null;
  return (
    <li class={`it ${on ? '' : 'it-off'} ${item.given === false ? 'held' : ''}`}>
      <span class="n num">{item.number !== undefined ? `${item.number}.` : ''}</span>
      <div class="w">
        {sign !== null && (
          <>
            <Icon name={sign.icon} />
            <span class="vh">{sign.word}</span>
          </>
        )}
        {name !== '' && <b class={item.path === name ? 'mono' : ''}>{name}</b>} <span class="t">{text}</span>
        {tagsOf(item, kind).map(({ word, sort }, i) => (
          <span class={`k k-${sort}`} key={i}>
            {sort === 'agent' ? <Name id={word} /> : word}
          </span>
        ))}
        {inner.length > 0 && (
          <details>
            <summary>{count(inner.length, 'line')}</summary>
            <ul>
              {inner.map((one) => (
                <Item key={one.id} item={one} kind={kind} apart={false} off={off} set={set} />
              ))}
            </ul>
          </details>
        )}
      </div>
      {apart && <Switch on={on} label={`Keep: ${name === '' ? text : name}`} set={(next) => set(item.id, next)} />}
    </li>
  );
}

export function RuleCard({ rule, off, go, set }: { rule: Rule; off: ReadonlySet<string>; go: () => void; set: (id: string, on: boolean) => void }): JSX.Element {
  const [all, setAll] = useState(false);
  const on = !off.has(rule.id);
  const kind = kindTitle(rule.kind);
  const apart = itemsApart(rule.kind);
  const shown = all || rule.items.length <= FEW + 1 ? rule.items : rule.items.slice(0, FEW);
  const says = ruleWords(rule);
  const title = rule.title === '' || rule.title.toLowerCase() === kind.toLowerCase() ? '' : rule.title;
  return (
    <>
      <header>
        <b>
          {kind}
          {rule.name !== undefined && <> <span class="tag">{rule.name}</span></>}
        </b>
        <span class="sure" title={`${rule.confidence} %`}>
          {sure(rule.confidence)}
        </span>
        <Switch on={on} label={`Keep to it: ${kind}${title === '' ? '' : `, ${title}`}`} set={(next) => set(rule.id, next)} />
      </header>
      <div class="sub">
        <span>
          {title !== '' && <span class="title">{title}</span>}
          {(rule.agents ?? []).filter((agent) => !title.includes(agent)).map((agent) => (
            <span class="k k-agent" key={agent}>
              <Name id={agent} />
            </span>
          ))}
        </span>
        <LineButton line={rule.line} go={go} />
      </div>
      {says.length > 0 && <p>{says.join(' ')}</p>}
      {!on && <p>Off. Questline does not keep to it until you switch it on.</p>}
      {shown.length > 0 && (
        <ul class="its">
          {shown.map((item) => (
            <Item key={item.id} item={item} kind={rule.kind} apart={apart && on} off={off} set={set} />
          ))}
        </ul>
      )}
      {rule.items.length > FEW + 1 && (
        <button class="more" type="button" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? 'Show fewer' : `Show all ${itemCount(rule)}`}
        </button>
      )}
    </>
  );
}
