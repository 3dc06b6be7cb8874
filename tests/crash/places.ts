// Where something is ended that makes calls to its world, each with a label, and how those places are chosen from a life that was lived to its end.

import assert from 'node:assert/strict';

/** At a call of that label it ends: at the how manieth, and before it where nothing else is said. */
export interface Death {
  readonly label: string;
  readonly n: number;
  readonly how?: 'after' | 'half';
}

/** The first call of a label, or the first behind another call. */
export interface Point {
  readonly label: string;
  readonly behind?: string;
  readonly how?: 'after' | 'half';
}

export const before = (label: string, behind?: string): Point => ({ label, ...(behind !== undefined && { behind }) });
export const after = (label: string, behind?: string): Point => ({ ...before(label, behind), how: 'after' });
export const half = (label: string): Point => ({ label, how: 'half' });

/** By kinds of effects. */
export type Table = Readonly<Record<string, readonly Point[]>>;

/** The how manieth of its label each call is. */
export function numbered(labels: readonly string[]): Death[] {
  const seen = new Map<string, number>();
  return labels.map((label) => {
    const n = (seen.get(label) ?? 0) + 1;
    seen.set(label, n);
    return { label, n };
  });
}

function placeOf(calls: readonly Death[], { label, behind, how }: Point): Death {
  const from = behind === undefined ? 0 : calls.findIndex((call) => call.label === behind) + 1;
  const found = calls.slice(from).find((call) => call.label === label);
  assert.ok(found && (behind === undefined || from > 0), `${label}${behind === undefined ? '' : `, behind ${behind},`} is among the calls:\n${calls.map((call) => call.label).join('\n')}`);
  return { ...found, ...(how && { how }) };
}

/** Those of the table, so many more, spread evenly, and what is given beside them; none twice. */
export function chosen(calls: readonly Death[], table: Table, more: number, others: readonly Death[] = []): Death[] {
  const of = Math.min(more, calls.length);
  const sample = Array.from({ length: of }, (_, i) => calls[Math.floor((i * calls.length) / of)]!);
  const all = [...Object.values(table).flatMap((points) => points.map((point) => placeOf(calls, point))), ...sample, ...others];
  return [...new Map(all.map((death) => [JSON.stringify(death), death])).values()];
}

export const told = ({ label, n, how }: Death): string => `${how ?? 'before'} ${label} (${n})`;
