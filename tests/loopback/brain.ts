// The script for tests that only want a quest to go well: a leader and workers with common sense, for whatever tools they are offered.
//
// Nothing is known of a tool but its name and its schema. A name says what the tool is for (the table below); arguments are made by the
// schema. Somebody who can send and complete leads: it hands out the tasks of the plan that may begin, or, where no plan is shown, sends to
// everybody the schema names, once each; it ends its turns, and completes when all was handed out; when that is refused it ends its turn in
// place of it, and tries again in the next. Somebody who can only respond works: it responds once. Who may give evidence for an open gate
// gives it first, and who may judge what was given does. Without tools, or when there is nothing left to do, it answers in a sentence, or by
// the schema that is asked for; to that of a plan by a task for each agent who is named.
//
// A plan is a list of lines `- T1 title; for @agent; status; after T2; …`, a gate one `- G1; status; the word …` or `; a number >= 5 …`.

import { wordsOf, type Answer, type Ask, type Call, type Part, type Schema, type Script, type Tool } from './script.ts';

const purposes = {
  send: /(^|_)(message|send|delegate|assign)($|_)/,
  respond: /(^|_)(respond|reply|report|end_turn)($|_)/,
  complete: /(^|_)(complete|finish)($|_)/,
  evidence: /(^|_)evidence($|_)/,
  judge: /(^|_)judge($|_)/,
} as const;

type Purpose = keyof typeof purposes;

/** What is said in a field of that name; other texts are a plain sentence. */
const phrases: readonly (readonly [RegExp, string])[] = [
  [/path|file/, 'notes.md'],
  [/summary|result|report/, 'All of it is done.'],
  [/instruction|task|msg|message|body/, 'Please do your part and say when it is done.'],
];

const typeOf = ({ type, properties, items }: Schema): string => {
  const first = typeof type === 'string' ? type : type?.find((known) => known !== 'null');
  if (first !== undefined) return first;
  return properties ? 'object' : items ? 'array' : 'string';
};

/** A value that fits a schema; `preferred` are the words to take where a choice is given. */
export function fill(schema: Schema, name = '', preferred: readonly string[] = []): unknown {
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum.find((choice) => preferred.includes(String(choice))) ?? schema.enum[0];
  if (schema.anyOf?.[0]) return fill(schema.anyOf[0], name, preferred);
  switch (typeOf(schema)) {
    case 'object': {
      const required = schema.required ?? [];
      const wanted = Object.entries(schema.properties ?? {}).filter(([key]) => required.includes(key));
      return Object.fromEntries(wanted.map(([key, value]) => [key, fill(value, key, preferred)]));
    }
    case 'array':
      return Array.from({ length: schema.minItems ?? 0 }, () => fill(schema.items ?? {}, name, preferred));
    case 'integer':
    case 'number':
      return 1;
    case 'boolean':
      return true;
    case 'null':
      return null;
  }
  return phrases.find(([pattern]) => pattern.test(name))?.[1] ?? 'Done as asked.';
}

const find = (tools: readonly Tool[], purpose: Purpose): Tool | undefined => tools.find(({ name }) => purposes[purpose].test(name));

/** The field that names who is sent to, and who may stand there. */
function recipients({ schema }: Tool): { field: string; names: readonly string[]; many: boolean } | undefined {
  for (const [field, value] of Object.entries(schema.properties ?? {})) {
    if (!/^(to|recipients?|agents?|workers?)$/.test(field)) continue;
    const names = (value.items ?? value).enum;
    if (names) return { field, names: names.map(String), many: value.items !== undefined };
  }
  return undefined;
}

const call = (tool: Tool, preferred: readonly string[], changes: Readonly<Record<string, unknown>> = {}): Call => ({
  name: tool.name,
  arguments: { ...(fill(tool.schema, '', preferred) as object), ...changes },
});

/** What was called since the last words of the other side, and whether it worked. */
function thisTurn(ask: Ask): { name: string; failed: boolean }[] {
  const parts = ask.messages.flatMap(({ role, parts }) => parts.map((part): Part | 'words' => (role === 'user' && part.kind === 'text' ? 'words' : part)));
  const turn = parts.slice(parts.lastIndexOf('words') + 1) as Part[];
  const failed = new Set(turn.flatMap((part) => (part.kind === 'result' && part.error ? [part.id] : [])));
  return turn.flatMap((part) => (part.kind === 'call' ? [{ name: part.name, failed: failed.has(part.id) }] : []));
}

/** What the other side said last. */
function lastWords(ask: Ask): string {
  const said = ask.messages.filter(({ role }) => role === 'user').flatMap(({ parts }) => parts.flatMap((part) => (part.kind === 'text' ? [part.text] : [])));
  return said.at(-1) ?? '';
}

interface Task {
  readonly id: string;
  readonly agent: string;
  readonly status: string;
  readonly after: readonly string[];
}

function tasksOf(text: string): Task[] {
  const lines = text.matchAll(/^- (\S+) .*?; for (@\S+); (\w+)(?:; after (.*?))?; group \d+$/gm);
  return [...lines].map(([, id = '', agent = '', status = '', after = '']) => ({ id, agent, status, after: after.split('; ').filter(Boolean) }));
}

const isClosed = ({ status }: Task): boolean => /done|dropped/.test(status);
const mayBegin = (task: Task, all: readonly Task[]): boolean =>
  task.status === 'todo' && task.after.every((id) => all.some((other) => other.id === id && isClosed(other)));

/** The gates of that status, with what they want to see. */
function gatesOf(text: string, status: 'open' | 'given'): { gate: string; word?: string; value?: number }[] {
  const lines = text.matchAll(/^- ([^\s;]+); (open|given)(.*)$/gm);
  return [...lines].flatMap(([, gate = '', found, rest = '']) => {
    const word = rest.match(/; the word ([^;]+)/)?.[1];
    const [, relation, milli] = rest.match(/; a number (\S+) (-?\d+)/) ?? [];
    const value = milli === undefined ? undefined : Number(milli) + (relation === '>' ? 1 : relation === '<' ? -1 : 0);
    return found === status ? [{ gate, ...(word !== undefined && { word }), ...(value !== undefined && { value }) }] : [];
  });
}

/** A plan with a task for each agent of the list `- @agent: …` in what was said, where the schema is one of a plan. */
function tasksFor(ask: Ask, schema: Schema): object {
  const task = schema.properties?.['tasks']?.items;
  if (!task?.properties?.['agent']) return {};
  const agents = new Set([...wordsOf(ask).matchAll(/^- (@[\w-]+):/gm)].map(([, agent = '']) => agent));
  const accept = ['It is done.'];
  const fields = (agent: string, at: number): object => ({ id: `T${at + 1}`, title: `The part of ${agent}`, agent, outputs: ['notes.md'], accept });
  return { tasks: [...agents].map((agent, at) => ({ ...(fill(task) as object), ...fields(agent, at) })) };
}

function words(ask: Ask): Answer {
  if (ask.schema) return { text: JSON.stringify({ ...(fill(ask.schema, '', ['completed', 'done']) as object), ...tasksFor(ask, ask.schema) }) };
  const asked = wordsOf(ask).trim().split('\n').at(-1) ?? '';
  return { text: `Read and done: ${asked.slice(0, 80)}` };
}

/** What is to be handed out now: tasks that may begin, or, without a plan, work for everybody who has none yet. */
function handOut(ask: Ask, send: Tool, sent: Set<string>): Call[] {
  const to = recipients(send);
  const tasks = tasksOf(lastWords(ask));
  if (to && tasks.length > 0) {
    const ready = tasks.filter((task) => mayBegin(task, tasks) && to.names.includes(task.agent));
    return ready.map(({ id, agent }) => call(send, [], { [to.field]: to.many ? [agent] : agent, task: id }));
  }
  const names = (to?.names ?? ['']).filter((name) => !sent.has(name));
  for (const name of names) sent.add(name);
  return names.map((name) => call(send, [name], to ? { [to.field]: to.many ? [name] : name } : {}));
}

/** A brain remembers whom it has sent to, for each who leads; a server wants one of its own. */
export function brain(): Script {
  const sentBy = new Map<string, Set<string>>();

  const gates = (ask: Ask, turn: readonly { name: string }[]): Call[] => {
    const [evidence, judge] = [find(ask.tools, 'evidence'), find(ask.tools, 'judge')];
    const done = (tool: Tool | undefined): boolean => turn.some(({ name }) => name === tool?.name);
    const shown = evidence && !done(evidence) ? gatesOf(lastWords(ask), 'open').map((gate) => call(evidence, [], gate)) : [];
    const judged = judge && !done(judge) ? gatesOf(lastWords(ask), 'given').map(({ gate }) => call(judge, ['pass'], { gate })) : [];
    return [...shown, ...judged];
  };

  const lead = (ask: Ask, send: Tool, complete: Tool): Answer => {
    const sent = sentBy.get(ask.system) ?? new Set<string>();
    sentBy.set(ask.system, sent);
    const respond = find(ask.tools, 'respond');
    const turn = thisTurn(ask);
    const done = (tool: Tool | undefined): boolean => turn.some(({ name }) => name === tool?.name);
    const shown = gates(ask, turn);
    if (shown.length > 0) return { calls: shown };
    const calls = done(send) ? [] : handOut(ask, send, sent);
    if (calls.length > 0) return { calls };
    if (!done(send) && !done(complete)) return { text: 'The work is done.', calls: [call(complete, ['completed'])] };
    if (respond && !done(respond)) return { text: 'Now it is your turn.', calls: [call(respond, ['progress'])] };
    return words(ask);
  };

  return (ask) => {
    const [send, complete, respond] = [find(ask.tools, 'send'), find(ask.tools, 'complete'), find(ask.tools, 'respond')];
    if (send && complete) return lead(ask, send, complete);
    const turn = thisTurn(ask);
    const shown = gates(ask, turn);
    if (shown.length > 0) return { calls: shown };
    if (respond && turn.every(({ name }) => name !== respond.name)) return { text: 'Done as asked.', calls: [call(respond, ['completed'])] };
    return words(ask);
  };
}
