import type { BudgetView, MetricPart, Standing } from '@questline/core';
import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { App } from '../app/app.ts';
import { money, span, whole } from '../app/figures.ts';
import type { OpenQuest } from '../app/model.ts';
import { Icon } from '../parts/icons.tsx';
import { moves } from './steer.tsx';
import './gates.css';

const LIMITS: Record<BudgetView['name'], { word: string; ask: string; says: (n: number) => string; scale: number }> = {
  micro: { word: 'Cost', ask: 'Dollars', says: money, scale: 1_000_000 },
  ms: { word: 'Time', ask: 'Minutes', says: span, scale: 60_000 },
  tokens: { word: 'Tokens', ask: 'Tokens', says: whole, scale: 1 },
  turns: { word: 'Turns', ask: 'Turns', says: whole, scale: 1 },
};

function Bar({ of }: { of: BudgetView }): JSX.Element {
  const { word, says } = LIMITS[of.name];
  const share = (n: number): string => `${Math.min(100, (n / of.limit) * 100)}%`;
  const words = `${says(of.used)} of ${says(of.limit)} used${of.reserved > 0 ? `, ${says(of.reserved)} reserved` : ''}`;
  return (
    <div class="budget" data-limit={of.name}>
      <p>
        <span>{word}</span>
        <span class={`num ${of.used > of.limit ? 'c-warn' : ''}`}>{words}</span>
      </p>
      <div class="meter" role="meter" aria-label={`${word} of the budget`} aria-valuemin={0} aria-valuemax={of.limit} aria-valuenow={Math.min(of.used, of.limit)} aria-valuetext={words}>
        <i style={{ width: share(of.used) }} />
        <i class="held" style={{ width: share(Math.min(of.reserved, Math.max(0, of.limit - of.used))) }} />
      </div>
    </div>
  );
}

const BY: readonly { by: MetricPart['by']; word: string }[] = [
  { by: 'agent', word: 'Agent' },
  { by: 'model', word: 'Model' },
  { by: 'task', word: 'Task' },
];

export function Ledger({ quest, app, standing }: { quest: OpenQuest; app: App; standing: Standing }): JSX.Element {
  const [by, setBy] = useState<MetricPart['by']>('agent');
  const { metrics } = useMemo(() => app.inspect.metrics(), [quest.shown, app]);
  const metric = (name: string): { value: number | null; parts: MetricPart[] } => metrics.find((one) => one.name === name) ?? { value: null, parts: [] };
  const [tokens, cost, unknown] = [metric('tokens'), metric('cost'), metric('tokens-unknown')];
  const rows = tokens.parts.filter((part) => part.by === by && part.value !== null);
  // Money is booked where a price is known; tokens without any are of a model of one's own, or of one whose price nobody said.
  const paid = (used: number, micro: number | null): string => (micro === null ? 'no data' : used > 0 && micro === 0 ? 'no price' : money(micro));
  const costOf = ({ name, value }: MetricPart): string => paid(value ?? 0, cost.parts.find((part) => part.by === by && part.name === name)?.value ?? null);
  const unpriced = rows.some((row) => costOf(row) === 'no price');
  const nothing = tokens.value === null || (tokens.value === 0 && (cost.value ?? 0) === 0);
  return (
    <section class="panel ledgerbox" aria-label="Ledger">
      <div class="panel-h">
        <h2>Ledger</h2>
        {quest.shown.rehearsed && <span class="tag unreal">rehearsed</span>}
        {!nothing && (
          <div class="seg end" role="group" aria-label="Sums by">
            {BY.map((one) => (
              <button key={one.by} type="button" aria-pressed={by === one.by} onClick={() => setBy(one.by)}>
                {one.word}
              </button>
            ))}
          </div>
        )}
      </div>
      {standing.budget.map((of) => (
        <Bar key={of.name} of={of} />
      ))}
      {nothing ? (
        <p class="nothing">{quest.shown.rehearsed ? 'Empty: no model was called, nothing was spent.' : 'Empty: no usage was recorded.'}</p>
      ) : (
        <div class="bill">
          <table>
            <thead>
              <tr>
                <th scope="col">{BY.find((one) => one.by === by)?.word}</th>
                <th scope="col">Tokens</th>
                <th scope="col">Cost</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.name}>
                  <th scope="row">{row.name}</th>
                  <td class="num">{whole(row.value ?? 0)}</td>
                  <td class="num">{costOf(row)}</td>
                </tr>
              ))}
            </tbody>
            <tfoot>
              <tr>
                <th scope="row">The quest</th>
                <td class="num">{whole(tokens.value ?? 0)}</td>
                <td class="num">{unpriced && (cost.value ?? 0) > 0 ? `at least ${money(cost.value ?? 0)}` : paid(tokens.value ?? 0, cost.value)}</td>
              </tr>
            </tfoot>
          </table>
          {(unknown.value ?? 0) > 0 && (
            <p class="c-warn">
              <Icon name="warn" /> {whole(unknown.value ?? 0)} tokens more may have been used by calls that were lost.
            </p>
          )}
        </div>
      )}
    </section>
  );
}

/** Why the quest stands still and what to do: a budget is raised and the quest resumed in one step. */
export function Halt({ quest, app }: { quest: OpenQuest; app: App }): JSX.Element | null {
  const { budget } = app.inspect.standing();
  const [raised, setRaised] = useState<Record<string, string>>({});
  const [why, setWhy] = useState<string | null>(null);
  const spent = quest.shown.cause === 'budget';
  const may = spent && moves(quest) && app.inspect.may({ by: '@owner', type: 'resume' });
  const proposed = ({ name, limit, used, reserved }: BudgetView): string => String(Math.ceil((Math.max(limit, used + reserved) * 1.5) / LIMITS[name].scale));
  const resume = async (): Promise<void> => {
    const limits: Record<string, number> = {};
    for (const of of budget) {
      const number = Number((raised[of.name] ?? proposed(of)).replace(/[ ,]/g, ''));
      if (!Number.isFinite(number) || number <= 0) return setWhy(`${LIMITS[of.name].ask}: a number above 0 is needed.`);
      limits[of.name] = Math.round(number * LIMITS[of.name].scale);
    }
    const command = { by: '@owner', type: 'resume', budget: limits };
    setWhy(app.inspect.whyNot(command) ?? (await app.quest.command(command))?.message ?? null);
  };
  return (
    <section class="panel halt" aria-label="Why the quest waits" data-cause={quest.shown.cause}>
      <p>
        <Icon name="warn" tone="c-warn" />
        <span>{app.inspect.hint()}</span>
      </p>
      {may && (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void resume();
          }}
        >
          {budget.map((of) => (
            <label key={of.name}>
              {LIMITS[of.name].ask}, {LIMITS[of.name].says(of.used)} of {LIMITS[of.name].says(of.limit)} used
              <input class="field" inputMode="decimal" value={raised[of.name] ?? proposed(of)} onInput={(event) => setRaised({ ...raised, [of.name]: event.currentTarget.value })} />
            </label>
          ))}
          <button class="btn primary" type="submit">
            Raise and resume
          </button>
          {why !== null && (
            <p class="c-fail" role="alert">
              {why}
            </p>
          )}
        </form>
      )}
    </section>
  );
}
