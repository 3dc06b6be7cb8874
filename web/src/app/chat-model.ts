import type { ModelMessage, ModelUsage } from '@questline/core';

/** What came of a question. */
export interface Answer {
  text: string; // Markdown, as far as it came
  thinking?: string;
  /** `stopped`: by a person, or by closing the page; `cut`: its length was up. */
  end: 'whole' | 'stopped' | 'cut' | 'failed';
  problem?: string; // failed: one sentence
  rehearsed?: true; // made without a model
  others?: readonly string[]; // agents that were asked for it
  model?: string; // who gave it, in the provider's word
  usage?: ModelUsage;
  micro?: number; // what it cost, in millionths of a dollar, where the price is known
  ms?: number;
}

/** A question and its answer; null: it is being asked, or the page was closed before anything came. */
export interface Exchange {
  asked: string;
  at: number; // ms since 1970
  answer: Answer | null;
}

/** A conversation with one agent, as this browser keeps it. */
export interface Chat {
  id: string;
  agent: string;
  created: number;
  updated: number;
  exchanges: readonly Exchange[]; // oldest first
}

/** The words that stand for a conversation in a list. */
export function titleOf({ exchanges }: Chat): string {
  const [line = ''] = (exchanges[0]?.asked ?? '').trim().split('\n');
  return line.length > 80 ? `${line.slice(0, 79).trimEnd()}…` : line;
}

const said = (role: ModelMessage['role'], text: string): ModelMessage => ({ parts: [{ kind: 'text', text }], role });

/** What a model is told of it. Questions without an answer, and what the rehearsal said, are no part of a conversation with a model. */
export const historyOf = (exchanges: readonly Exchange[]): ModelMessage[] =>
  exchanges.flatMap(({ asked, answer }) => (answer === null || answer.rehearsed === true || answer.text.trim() === '' ? [] : [said('user', asked), said('assistant', answer.text)]));

/** Whether there is more to come of an answer. */
export const isUnfinished = (answer: Answer): boolean => answer.end !== 'whole' && answer.text.trim() !== '';

const day = (at: number): string => new Date(at).toISOString().slice(0, 16).replace('T', ' ');

/** The conversation for people to read elsewhere. */
export function asMarkdown(chat: Chat): string {
  const parts = chat.exchanges.flatMap(({ asked, at, answer }) => {
    const question = `## You, ${day(at)} UTC\n\n${asked.trim()}`;
    if (answer === null) return [question];
    const by = answer.rehearsed === true ? 'rehearsed' : answer.model;
    const ended = answer.end === 'stopped' ? '\n\n*(stopped)*' : answer.end === 'cut' ? '\n\n*(cut at the limit of its length)*' : answer.end === 'failed' ? `\n\n*(${answer.problem ?? 'failed'})*` : '';
    return [question, `## ${chat.agent}${by === undefined ? '' : `, ${by}`}\n\n${answer.text.trim()}${ended}`.trimEnd()];
  });
  return `${[`# ${titleOf(chat)}`, ...parts].join('\n\n')}\n`;
}

export const asJson = (chat: Chat): string => `${JSON.stringify({ format: 'questline-chat', version: 1, ...chat }, null, 2)}\n`;
