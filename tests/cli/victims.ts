// Runs of the program that are to be killed: with a yes that is given for all, and at a terminal where somebody sits and is asked.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Death } from '../crash/places.ts';
import type { Answer, Call, Script } from '../loopback/script.ts';
import { agentOf, players } from '../loopback/team.ts';
import { Servers } from '../mcp/server.ts';
import { start } from './harness.ts';
import { Scene } from './scene.ts';
import { terminal } from './terminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'questline-kill-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const library = join(folder, 'kill.so');
const source = join(dirname(fileURLToPath(import.meta.url)), '../crash/kill.c');
export const built = process.platform === 'linux' && spawnSync('cc', ['-shared', '-fPIC', '-O1', '-o', library, source, '-ldl']).status === 0;

type Own = Readonly<Record<string, string>>;

const preloaded = (more: Own): Own => ({ LD_PRELOAD: library, ASAN_OPTIONS: 'verify_asan_link_order=0:detect_leaks=0', ...more });
const killedAt = ({ label, n, how }: Death): Own => preloaded({ QL_KILL_WHAT: label, QL_KILL_AT: `${n}`, ...(how && { QL_KILL_HOW: how }) });

export interface Victim {
  readonly at: Scene;
  /** How often the tool of the server was called. */
  readonly grown: () => number;
  /** Its exit code; null where it was killed. */
  readonly dies: (death: Death) => Promise<number | null>;
  /** Lives to its end; the labels of its calls, in their order. */
  readonly lives: () => Promise<{ code: number | null; labels: string[] }>;
  readonly goesOn: () => Promise<{ code: number | null; shown: string }>;
  readonly stop: () => Promise<unknown>;
}

export const image = Buffer.from('\x89PNG\r\n\x1a\n not much of an image', 'latin1');
const pictures = { image: { media: 'image/png', data: image.toString('base64') } };
const task = (id: string, agent: string, after: string[]): object => ({ id, title: `The part of ${agent}`, agent, reason: 'it can', outputs: [`${id}.md`], accept: ['it is complete'], after });

const calls = {
  write: { name: 'Write', arguments: { file_path: 'contract.md', content: '# Contract\n' } },
  command: { name: 'Bash', arguments: { command: 'echo ran >> runs; echo made > made.txt; echo one; sleep 0.1; echo two' } },
  server: { name: 'mcp__docs__grow', arguments: {} },
  memory: { name: 'mcp__memory__create_entities', arguments: { entities: [{ name: 'billing', entityType: 'module', observations: ['Owns invoices'] }] } },
} satisfies Record<string, Call>;

const pace = { next: () => new Promise<void>((resolve) => setTimeout(resolve, 30)) };
/** Long enough to be kept before it is whole. */
const long: Answer = { text: 'Let me see. '.repeat(900), piece: 600, chunk: 5000, pace };
/** What happens once, to whoever asks first of all who work: it waits, and then gives up an answer that still comes. */
const failures: readonly Answer[] = [
  { fault: { kind: 'status', status: 429, headers: { 'retry-after-ms': '50' } } },
  { text: 'Let me see. '.repeat(90), piece: 60, pace, fault: { kind: 'garbage' } },
];

/** Each works off its answers, and goes on as everybody does then. */
function script(parts: Readonly<Record<string, readonly Answer[]>>, once: readonly Answer[] = []): Script {
  const plan = { tasks: Object.keys(parts).map((name, i) => task(`T${i + 1}`, `@${name}`, i === 0 ? [] : [`T${i}`])) };
  const others = players(plan);
  const left = [...once];
  return (ask) => {
    const made = ask.messages.flatMap(({ parts }) => parts.filter(({ kind }) => kind === 'result')).length;
    const answer = parts[agentOf(ask) ?? '']?.[made];
    return answer === undefined ? others(ask) : (left.shift() ?? answer);
  };
}

async function set(how: Script): Promise<Pick<Victim, 'at' | 'grown' | 'stop'> & { url: string }> {
  const docs = await Servers.start({ stateful: true, json: false });
  const ends: (() => Promise<void>)[] = [];
  const at = await Scene.set({ after: (f) => void ends.push(f) }, how, 'generate');
  const stop = (): Promise<unknown> => Promise.all([docs.stop(), ...ends.map((f) => f().catch(() => undefined))]);
  return { at, url: docs.url, grown: () => docs.called.filter((name) => name === 'grow').length, stop };
}

const labelsOf = (trace: string): string[] => readFileSync(trace, 'utf8').trim().split('\n');

/** A new quest, of whoever gave every leave beforehand. */
async function withLeave(): Promise<Victim> {
  const { write, command, server, memory } = calls;
  const set1 = await set(script({ 'api-designer': [{ text: 'Let me see.', calls: [write], ...pictures }, { ...long, calls: [command] }, { calls: [server] }, { calls: [memory] }] }));
  const { at, url } = set1;
  const options = ['--work', 'project', '--write', '--allow-bash', '--yes', '--memory', 'memory.jsonl', '--mcp', `docs=${url}`];
  const run = (own: Own): Promise<number | null> => {
    const child = start(at.words(...options), { cwd: at.cwd, env: { ...at.env, ...own } });
    child.stdout?.resume();
    child.stderr?.resume();
    return new Promise((resolve) => child.on('close', resolve));
  };
  const trace = join(at.cwd, 'trace');
  return {
    ...set1,
    dies: (death) => run(killedAt(death)),
    lives: async () => ({ code: await run(preloaded({ QL_KILL_TRACE: trace })), labels: labelsOf(trace) }),
    goesOn: async () => {
      const { code, stdout, stderr } = await at.resume(...options);
      return { code, shown: stdout + stderr };
    },
  };
}

/** A quest that was proposed, and is gone on with at a terminal: who sits there allows what is asked for, and nothing once more. */
async function withPerson(): Promise<Victim> {
  const set1 = await set(script({ 'api-designer': [{ calls: [calls.server] }], 'data-keeper': [{ calls: [calls.command] }] }, failures));
  const { at, url } = set1;
  const file = join(at.cwd, 'agents/api-designer.md');
  writeFileSync(file, `${readFileSync(file, 'utf8')}\nYou do not write code yourself.\n`); // so its tools of servers are asked about
  const proposing = start(at.words(), { cwd: at.cwd, env: { ...at.env, ...killedAt({ label: 'write log approve', n: 1 }) } });
  await new Promise((resolve) => proposing.on('close', resolve));
  const run = async (own: Own): Promise<{ code: number | null; shown: string }> => {
    const words = ['resume', at.files[0] ?? '', '--specs', 'agents', ...at.who(), '--work', 'project', '--mcp', `docs=${url}`];
    const session = terminal(words, at.cwd, at.env, own);
    const answers = async (): Promise<void> => {
      for (let from = 0; ; from = session.screen().length) {
        await session.shows(/Allow it\? \[y\/N\] /);
        session.type(session.screen().slice(from).includes('may have been carried out') ? 'n\n' : 'y\n');
      }
    };
    answers().catch(() => undefined); // until it ends
    const code = await session.ended;
    return { code: code === 128 + 9 ? null : code, shown: session.screen() };
  };
  const trace = join(at.cwd, 'trace');
  return {
    ...set1,
    dies: async (death) => (await run(killedAt(death))).code,
    lives: async () => ({ code: (await run(preloaded({ QL_KILL_TRACE: trace }))).code, labels: labelsOf(trace) }),
    goesOn: () => run({}),
  };
}

export const victims = { 'with every leave': withLeave, 'at a terminal': withPerson };
