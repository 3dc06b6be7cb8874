import type { SeatDelta } from '@questline/core';

/** What a model has written of an answer that is not whole yet. */
export interface Draft {
  /** `calls`: it writes a call of a tool. */
  doing: 'thinks' | 'writes' | 'calls';
  tool: string;
  words: string; // for people: its text, then the words in its calls
  size: number; // characters of all that came, thinking included
}

interface Growing {
  draft: Draft;
  text: string;
  call: string; // arguments of the last call, as far as they came
}

const MOST = 64 * 1024; // of one call's arguments, looked into as they grow
const WORDS = /"(?:msg|summary|evidence|reason)"\s*:\s*"((?:[^"\\]|\\[^u]|\\u[\da-fA-F]{4})*)/;

/** The words in the arguments of a call that is still being written. */
function wordsIn(call: string): string {
  const found = call.length > MOST ? undefined : WORDS.exec(call)?.[1];
  if (found === undefined) return '';
  try {
    return JSON.parse(`"${found}"`) as string;
  } catch {
    return ''; // not what JSON allows: it is shown when the core has read it
  }
}

/** Answers in the making, by agent; '' for one that is no seat's. Beside the state of the page, so that only who shows them is drawn again. */
export class Drafts {
  #all = new Map<string, Growing>();
  #listeners = new Set<() => void>();
  /** When a model is asked again, ms since 1970; null: nothing waits for a time. */
  until: number | null = null;

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  of(agent: string): Draft | null {
    return this.#all.get(agent)?.draft ?? null;
  }

  take(deltas: readonly SeatDelta[]): void {
    for (const delta of deltas) this.#grow(delta);
    this.#tell();
  }

  /** What had come before anybody looked. */
  begin(partials: readonly { agent: string; text: string }[]): void {
    this.#all.clear();
    for (const { agent, text } of partials) this.#grow({ agent, delta: { index: 0, kind: 'text', text } });
    this.#tell();
  }

  waits(until: number | null): void {
    if (this.until === until) return;
    this.until = until;
    this.#tell();
  }

  clear(): void {
    this.#all.clear();
    this.until = null;
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }

  #grow({ agent = '', delta }: SeatDelta): void {
    if (delta === undefined) return void this.#all.delete(agent);
    const { draft, text, call } = this.#all.get(agent) ?? { draft: { doing: 'thinks', tool: '', words: '', size: 0 }, text: '', call: '' };
    const added = delta.text ?? '';
    const size = draft.size + added.length;
    const put = (doing: Draft['doing'], tool: string, more: { text: string; call: string }): void => {
      const words = [more.text.trim(), doing === 'calls' ? wordsIn(more.call) : ''].filter((some) => some !== '').join('\n\n');
      this.#all.set(agent, { draft: { doing, tool, words, size }, ...more });
    };
    if (delta.kind === 'text' || delta.kind === 'refusal') put('writes', '', { text: text + added, call: '' });
    else if (delta.kind === 'thinking') put('thinks', '', { text, call: '' });
    else if (delta.kind === 'call') put('calls', delta.name ?? '', { text, call: '' });
    else if (delta.kind === 'arguments') put('calls', draft.tool, { text, call: call + added });
  }
}
