// What servers of models do wrong, as long as it lasts, and the one sentence that says so.

import type { Answer, WireName } from './script.ts';

export interface Misbehaviour {
  readonly name: string;
  /** What becomes of each answer. */
  readonly spoiled: Partial<Answer>;
  /** What is said behind the provider's name. */
  readonly says: RegExp;
  /** ms after which it can be asked again, where it says so. */
  readonly again?: number;
}

/** Said by providers that know that asking again is of no use; without it the same is tried six times, which takes half a minute. */
const NOT_AGAIN = { 'x-should-retry': 'false' };

export const titles: Readonly<Record<WireName, string>> = { messages: 'Anthropic', responses: 'OpenAI', chat: 'OpenRouter', generate: 'Google Gemini' };

const AGAIN = /is asked too often \(HTTP 429\); it can be asked again in 60 min\./;
const CUT = /broke off in 3 attempts: The stream broke off before the answer was whole\./;
const NONE = /could not be understood in 3 attempts: A piece of the answer is no JSON\./;
const PAGE = /could not be understood in 3 attempts: A web page came in place of an answer\./;

export const misbehaviours: readonly Misbehaviour[] = [
  { name: 'an answer that is cut in the middle of a tool call', spoiled: { text: 'I look.', fault: { kind: 'cut', at: 'call' } }, says: CUT },
  { name: '429 with retry-after', spoiled: { fault: { kind: 'status', status: 429, headers: { 'retry-after': '3600' } } }, says: AGAIN, again: 3600_000 },
  { name: '500', spoiled: { fault: { kind: 'status', status: 500, message: 'Out of order.', headers: NOT_AGAIN } }, says: /failed \(HTTP 500\): Out of order\./ },
  { name: '529', spoiled: { fault: { kind: 'status', status: 529, message: 'Overloaded', headers: NOT_AGAIN } }, says: /is overloaded \(HTTP 529\): Overloaded\./ },
  { name: 'JSON that is none', spoiled: { fault: { kind: 'garbage' } }, says: NONE },
  { name: 'another content type', spoiled: { fault: { kind: 'html' } }, says: PAGE },
  { name: 'a stream without end', spoiled: { text: 'And so on. '.repeat(4000), piece: 50_000, fault: { kind: 'endless' } }, says: /said too much: The answer is larger than 8 MiB\./ },
  { name: 'a line of 10 MB', spoiled: { fault: { kind: 'line', bytes: 10_000_000 } }, says: /said too much: A line of the answer is longer than 8 MiB\./ },
  { name: 'a redirect', spoiled: { fault: { kind: 'redirect', to: 'http://127.0.0.1:9/' } }, says: /sends elsewhere; give the base URL it leads to \(HTTP 30\d\)\./ },
];
