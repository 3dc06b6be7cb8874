// What a fault makes of the events of an answer.

import type { Fault } from './script.ts';
import type { Frame, Wire } from './wire.ts';

/** How the bytes end: as they should, by a broken connection, or not at all. */
export type Ending = 'complete' | 'cut' | 'hang';

const half = (text: string): string => text.slice(0, text.length / 2);
const isBody = ({ carries }: Frame): boolean => carries !== 'other';

/** The faults that change events, each as what comes in place of, or behind, the first event that carries something. */
const changes: Partial<Record<Fault['kind'], (frame: Frame, fault: Fault, wire: Wire) => { texts: Iterable<string>; ending?: Ending; goesOn?: boolean }>> = {
  cut: (frame) => ({ texts: [half(frame.text)], ending: 'cut' }),
  short: (frame) => ({ texts: [frame.carries === 'whole' ? half(frame.text) : frame.text] }),
  hang: (frame) => ({ texts: [frame.carries === 'whole' ? half(frame.text) : frame.text], ending: 'hang' }),
  garbage: (frame) => ({ texts: [`${half(frame.text)}\n\n`], goesOn: true }),
  error: (frame, fault, wire) => ({ texts: [frame.text, wire.errorFrame(('message' in fault && fault.message) || 'The server failed.').text] }),
  endless: (frame) => ({ texts: again(frame.text) }),
  line: (frame, fault) => ({ texts: [frame.text, ...longLine('bytes' in fault ? fault.bytes : 0)], goesOn: true }),
};

function* again(text: string): Generator<string> {
  for (;;) yield text;
}

function* longLine(bytes: number): Generator<string> {
  const step = 65_536;
  yield 'data: ';
  for (let left = bytes; left > 0; left -= step) yield 'x'.repeat(Math.min(step, left));
  yield '\n\n';
}

/** The texts to send, and, as what the generator returns, how they end. */
export function* spoiled(frames: Iterable<Frame>, fault: Fault | undefined, wire: Wire): Generator<string, Ending> {
  const change = fault && changes[fault.kind];
  const fits = (frame: Frame): boolean => isBody(frame) && (fault?.kind !== 'cut' || frame.carries === 'whole' || frame.carries === fault.at);
  let due = change !== undefined;
  for (const frame of frames) {
    if (!due || !change || !fault || !fits(frame)) {
      yield frame.text;
      continue;
    }
    due = false;
    const { texts, ending = 'complete', goesOn = false } = change(frame, fault, wire);
    yield* texts;
    if (!goesOn) return ending;
  }
  if (due) throw new Error(`the fault ${fault?.kind} finds no event to happen at`);
  return 'complete';
}

/** The same bytes in pieces of so many. */
export function* chunked(texts: Generator<string, Ending>, size: number | undefined): Generator<Buffer, Ending> {
  let rest = Buffer.alloc(0);
  for (;;) {
    const { value, done } = texts.next();
    if (done) {
      if (rest.length > 0) yield rest;
      return value;
    }
    if (size === undefined) {
      yield Buffer.from(value);
      continue;
    }
    rest = Buffer.concat([rest, Buffer.from(value)]);
    for (; rest.length >= size; rest = rest.subarray(size)) yield rest.subarray(0, size);
  }
}
