// A team, its plan, and models with common sense in all of its seats: what whole quests are played with.

import { brain } from './brain.ts';
import type { Answer, Ask, Script } from './script.ts';

export const KEY = 'sk-loopback-0123456789abcdef';
export const MODEL = 'loop-small';
export const OBJECTIVE = 'Add sign-in with OAuth2: endpoints, schema, review';

interface Worker {
  readonly name: string;
  readonly about: string;
  readonly output: string;
}

const three: readonly Worker[] = [
  { name: 'api-designer', about: 'Designs HTTP API contracts and writes endpoints', output: 'contract.md' },
  { name: 'data-keeper', about: 'Owns the database schema, migrations and queries', output: 'schema.sql' },
  { name: 'reviewer', about: 'Security review, tests and code quality', output: 'review.md' },
];

const four: readonly Worker[] = [...three, { name: 'doc-writer', about: 'Reference pages and guides', output: 'guide.md' }];

const file = (name: string, about: string, body: string): string => `---\nname: ${name}\ndescription: ${about}\n---\n\n${body}\n`;

function filesOf(workers: readonly Worker[]): Readonly<Record<string, string>> {
  const list = workers.map(({ name, about }) => `- **${name}**: ${about}`).join('\n');
  const others = workers.map(({ name, about }) => [`${name}.md`, file(name, about, `You are good at: ${about}.`)]);
  return { 'lead.md': file('lead', 'Coordinates the backend team', `# Lead\n\n## Team\n\n${list}`), ...(Object.fromEntries(others) as Record<string, string>) };
}

function planOf(workers: readonly Worker[], last: boolean): { tasks: readonly { id: string; title: string; agent: string; after: readonly string[] }[] } {
  const tasks = workers.map(({ name, about, output }, at) => ({
    id: `T${at + 1}`,
    title: `Write ${output}`,
    agent: `@${name}`,
    reason: about,
    outputs: [output],
    accept: ['it is complete'],
    after: last && at === workers.length - 1 ? workers.slice(0, at).map((_, other) => `T${other + 1}`) : [],
  }));
  return { tasks };
}

/** A leader and three workers: two go together, the third reviews what they made. */
export const team = { files: filesOf(three), plan: planOf(three, true), agents: ['@lead', ...three.map(({ name }) => `@${name}`)] };
/** A leader and four workers who all go together. */
export const group = { files: filesOf(four), plan: planOf(four, false), agents: ['@lead', ...four.map(({ name }) => `@${name}`)] };

/** Plans as that where a plan is asked for, and has common sense everywhere else. */
export function players(plan: object = team.plan): Script {
  const wise = brain();
  return (ask) => (ask.schema === undefined ? wise(ask) : { text: JSON.stringify(plan) });
}

/** Who is asked, without its @; undefined for who plans. */
export const agentOf = ({ system }: Ask): string | undefined => /^You are @([\w-]+)/.exec(system)?.[1];

/** A cut that waits for a call which an answer does not make comes in its words. */
function spoil(answer: Answer, { fault, ...rest }: Partial<Answer>): Answer {
  if (!fault) return { ...answer, ...rest };
  const cut = fault.kind === 'cut' && !answer.calls;
  return { ...answer, ...rest, fault: cut ? { kind: 'cut', at: 'text' } : fault };
}

/** A server that spoils its answers in some way, from the n-th question on, while it is told to. */
export class Moods {
  spoiled: Partial<Answer> | null = null;
  readonly #from: number;
  readonly #healthy: Script;

  constructor(from = 1, healthy: Script = players()) {
    this.#from = from;
    this.#healthy = healthy;
  }

  readonly script: Script = async (ask) => {
    const answer = await this.#healthy(ask);
    return this.spoiled === null || ask.n < this.#from ? answer : spoil(answer, this.spoiled);
  };
}
