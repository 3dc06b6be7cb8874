/* What models play, with the vector as their host: the counterpart of tests/vectors/drive.c. */
import type { Effect, EffectResult, HttpHeader } from '../../wasm/src/generated.ts';
import type { Instance, Text } from '../../wasm/src/memory.ts';

const FIRST_NOW = 1_763_712_000_000;
const EFFECTS_MAX = 400;
const PIECE = 7; // bytes of an answer that are handed in at once

export interface Answer {
  readonly text?: string;
  readonly bytes?: string;
  /** 0: nobody answers. */
  readonly status?: number;
  readonly type?: string;
  readonly headers?: readonly HttpHeader[];
  readonly end?: EffectResult['outcome'];
}

export interface Driven {
  /** What is sent, its body as JSON. */
  readonly asked: readonly unknown[];
  readonly effects: readonly Effect[];
  /** What is not looked at: the requests as they are sent, and what was said on the way. */
  readonly more: string;
}

/** Performs what a driver wants until it wants nothing more. */
export function drive(instance: Instance, driver: number, answers: readonly Answer[], allow: boolean, bytesOf: (answer: Answer) => Text): Driven {
  const asked: unknown[] = [];
  const effects: Effect[] = [];
  let [more, now, next] = ['', FIRST_NOW, 0];

  const give = (result: EffectResult): void => {
    instance.run('qlw_driver_result', driver, now, JSON.stringify(result));
    now += 10;
  };

  const answer = ({ id, request }: Effect): void => {
    const said = answers[next++];
    more += sorted(request);
    asked.push({ ...request, body: JSON.parse(request?.body ?? 'null') as unknown });
    const status = said === undefined ? 0 : (said.status ?? 200);
    if (said !== undefined && status > 0) {
      give({ id, status, headers: [{ name: 'content-type', value: said.type ?? 'text/event-stream' }, ...(said.headers ?? [])] });
      const given = bytesOf(said);
      const bytes = typeof given === 'string' ? new TextEncoder().encode(given) : given;
      for (let at = 0; at < bytes.length; at += PIECE) {
        instance.run('qlw_driver_bytes', driver, id, bytes.slice(at, at + PIECE));
        more += instance.text('qlw_driver_deltas', driver);
      }
    }
    give({ id, outcome: said?.end ?? (status > 0 ? 'complete' : 'cut') });
  };

  /** False at the end. */
  const perform = (effect: Effect): boolean => {
    const { id, kind, n = 0, until } = effect;
    if (kind === 'http.request') {
      answer(effect);
      return true;
    }
    if (kind === 'random') {
      give({ id, bytes: btoa('\u0001'.repeat(n)).replace(/=+$/, '') });
      return true;
    }
    effects.push(effect);
    if (kind === 'wait') now = until ?? now;
    else if (kind === 'log.append' || kind === 'blob.put') give({ id, outcome: 'ok' });
    else if (kind === 'ask.tool') give({ id, allowed: allow });
    else if (kind === 'ask.human') give({ id, command: { by: '@owner', type: 'approve' } });
    else if (kind !== 'done' && kind !== 'partial.put' && kind !== 'effect.cancel') give({ id });
    return kind !== 'done' && (kind !== 'wait' || until !== undefined);
  };

  for (let count = 0; perform(JSON.parse(instance.text('qlw_driver_next', driver, now)) as Effect); count++)
    if (count > EFFECTS_MAX) throw new Error('a driver does not end');
  return { asked, effects, more };
}

/** Enough of canonical JSON for objects whose keys are ASCII. */
export function sorted(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
