/* What each area does with a vector, through core.wasm: the counterpart of tests/vectors/areas.c. It runs in every JavaScript host, so it uses
   nothing but the loader and WebCrypto. Answers are taken as text: the bytes themselves are what is compared. */
import { instantiate } from '../../wasm/src/core.ts';
import { CoreError } from '../../wasm/src/errors.ts';
import { Instance } from '../../wasm/src/memory.ts';
import { checkSignatures } from '../../wasm/src/signatures.ts';
import type { Argument, Text } from '../../wasm/src/memory.ts';
import { drive, sorted } from './drive.ts';
import type { Answer } from './drive.ts';

export interface Bundle {
  /** The vectors of each area, by name. */
  readonly areas: Record<string, readonly { readonly name: string; readonly vector: Vector }[]>;
  /** A log whose hashes are published. */
  readonly published: string;
  /** Logs with signatures, good and forged. */
  readonly signed: readonly string[];
}

export interface Results {
  /** "area/name hash" of each vector. */
  readonly hashes: string[];
  /** The head after each line of the published log. */
  readonly heads: string[];
  /** What the host's own Ed25519 says of the signers of each signed log: "agent signed/lines wrong". */
  readonly signers: string[];
}

interface File {
  readonly path?: string | null;
  readonly text?: string;
  readonly bytes?: string;
}

export interface Vector extends File {
  readonly files?: readonly File[];
  readonly leader?: string;
  readonly objective?: string;
  readonly plan?: unknown;
  readonly steps?: readonly { command?: unknown; monitor?: string; now?: number; entropy?: string }[];
  readonly log?: string;
  readonly head?: string;
  readonly open?: string;
  readonly dialect?: string;
  readonly to?: string;
  readonly code?: string;
  readonly offset?: number;
  readonly off?: readonly { readonly agent: string; readonly rule: string }[];
  readonly agent?: string;
  readonly tool?: string;
  readonly request?: string;
  readonly documents?: unknown;
  readonly window?: number;
  readonly budget?: number;
  readonly link?: boolean;
  readonly now?: number;
  readonly notes?: string;
  readonly theirs?: string;
  readonly draft?: unknown;
  readonly change?: unknown;
  readonly texts?: readonly string[];
  readonly form?: string;
  readonly ask?: 'value' | 'coupling' | 'breaks';
  readonly most?: number;
  readonly snapshots?: unknown;
  readonly prices?: unknown;
  readonly sizes?: unknown;
  readonly matrix?: unknown;
  readonly record?: unknown;
  readonly services?: unknown;
  readonly file?: string;
  readonly calls?: readonly { readonly tool: string; readonly arguments: unknown }[];
  readonly call?: unknown;
  readonly models?: { readonly provider: string; readonly base_url?: string };
  readonly failure?: unknown;
  readonly entropy?: string;
  readonly key?: string;
  readonly each?: number;
  readonly attempt?: unknown;
  readonly context?: unknown;
  readonly answers?: readonly string[];
  readonly driver?: unknown;
  readonly said?: readonly Answer[];
  readonly kit?: unknown;
  readonly workspace?: readonly File[];
  readonly allow?: boolean;
  readonly edits?: unknown;
  readonly chosen?: string;
  readonly task?: string;
  readonly delegation?: unknown;
  readonly entries?: unknown;
  readonly item?: number;
  readonly logs?: readonly string[];
  readonly spans?: unknown;
  readonly title?: string;
  readonly line?: number;
}

export interface Outcome {
  readonly answer: string;
  readonly more: string;
}

const FIRST_NOW = 1763712000000;

export async function runBundle(module: WebAssembly.Module, bundle: Bundle): Promise<Results> {
  const instance = new Instance(module);
  const hashes: string[] = [];
  for (const [area, vectors] of Object.entries(bundle.areas)) {
    for (const { name, vector } of vectors) {
      const { answer, more } = runVector(instance, area, vector);
      hashes.push(`${area}/${name} ${await sha256(`${answer}\n${more}`)}`);
    }
  }
  return { hashes: hashes.sort(), heads: publishedHeads(module, bundle.published), signers: await signersOf(module, bundle.signed) };
}

export function runVector(instance: Instance, area: string, vector: Vector): Outcome {
  const run = areas[area];
  if (run === undefined) throw new Error(`no area ${area}`);
  return run(instance, vector);
}

function publishedHeads(module: WebAssembly.Module, log: string): string[] {
  const quest = instantiate(module).openQuest(log);
  const heads = Array.from({ length: quest.head().n }, (_, n) => quest.event(n).h);
  quest.close();
  return heads;
}

async function signersOf(module: WebAssembly.Module, logs: readonly string[]): Promise<string[]> {
  const all: string[] = [];
  for (const log of logs) {
    const core = instantiate(module);
    const signers = await checkSignatures(core.openQuest(log), core.verify(log).signers ?? []);
    all.push(signers.map(({ agent, lines, signed, wrong }) => `${agent} ${signed}/${lines} [${wrong.join(',')}]`).join(' '));
  }
  return all;
}

async function sha256(text: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The answer as text, whether the call failed or not. */
function attempt(instance: Instance, operation: string, ...args: Argument[]): { ok: boolean; text: string } {
  try {
    return { ok: true, text: instance.text(operation, ...args) };
  } catch (error) {
    if (!(error instanceof CoreError)) throw error;
    return { ok: false, text: sorted(error.failure) };
  }
}

function decodeBase64url(text: string): Uint8Array {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

function bytesOf(file: File, text: string | undefined = file.text): Text {
  return file.bytes === undefined ? (text ?? '') : decodeBase64url(file.bytes);
}

function withRoster<T>(instance: Instance, vector: Vector, use: (roster: number) => T): T {
  const roster = instance.handle('qlw_roster_new');
  if (vector.dialect !== undefined) instance.run('qlw_roster_dialect', roster, vector.dialect);
  for (const file of vector.files ?? []) attempt(instance, 'qlw_roster_add', roster, file.path ?? null, bytesOf(file));
  for (const { agent, rule } of vector.off ?? []) instance.run('qlw_roster_switch', roster, agent, rule, 0);
  const result = use(roster);
  instance.run('qlw_close', roster);
  return result;
}

const only = (answer: string): Outcome => ({ answer, more: '' });

function runPlan(instance: Instance, vector: Vector): Outcome {
  const read =
    vector.text !== undefined
      ? attempt(instance, 'qlw_plan_read', vector.text)
      : vector.plan !== undefined
        ? attempt(instance, 'qlw_plan_complete', JSON.stringify(vector.plan))
        : withRoster(instance, vector, (roster) => attempt(instance, 'qlw_plan_rehearse', roster, vector.leader ?? null, vector.objective ?? null));
  if (!read.ok) return only(read.text);
  const write = (format: string): { ok: boolean; text: string } => attempt(instance, 'qlw_plan_write', read.text, format);
  const asJson = ({ ok, text }: { ok: boolean; text: string }): string => (ok ? JSON.stringify(text) : text);
  const seed = write('seed');
  if (!seed.ok) return only(seed.text);
  const again = attempt(instance, 'qlw_plan_read', seed.text);
  const reread = again.ok && attempt(instance, 'qlw_plan_write', again.text, 'seed').text === seed.text;
  return only(
    `{"markdown":${asJson(write('markdown'))},"mermaid":${asJson(write('mermaid'))},"plan":${read.text},"reread":${reread},"seed":${asJson(seed)}}`,
  );
}

function runCommand(instance: Instance, quest: number, step: NonNullable<Vector['steps']>[number], number: number): string {
  const entropy = step.entropy === undefined ? new Uint8Array(32).fill(number & 0xff) : decodeBase64url(step.entropy);
  const now = step.now ?? FIRST_NOW + number * 1000;
  const command = typeof step.command === 'string' ? step.command : JSON.stringify(step.command);
  const decided = attempt(instance, 'qlw_quest_decide', quest, command, now, entropy);
  if (!decided.ok) return decided.text;
  const decision = JSON.parse(decided.text) as { line?: string };
  if (decision.line !== undefined) instance.run('qlw_quest_append', quest, decision.line);
  const { holder, holders, n, state_hash, status } = JSON.parse(instance.text('qlw_quest_view', quest)) as Record<string, unknown>;
  return sorted({ ...decision, holder, holders, n, state_hash, status });
}

function runQuest(instance: Instance, vector: Vector): Outcome {
  const quest = instance.handle('qlw_quest_open', null);
  const results = (vector.steps ?? []).map((step, number) =>
    step.monitor !== undefined ? attempt(instance, 'qlw_quest_monitor', quest, step.monitor).text : runCommand(instance, quest, step, number),
  );
  const view = instance.text('qlw_quest_view', quest);
  const log = instance.text('qlw_quest_log', quest, 0);
  const verdict = instance.text('qlw_verify', log, null);
  instance.run('qlw_close', quest);
  return { answer: `[${results.join(',')}]`, more: view + log + verdict };
}

function runLink(instance: Instance, vector: Vector): Outcome {
  let { open } = vector;
  let link = '';
  if (vector.log !== undefined) {
    const made = attempt(instance, 'qlw_link_make', vector.log);
    if (!made.ok) return only(made.text);
    link = made.text;
    open = (JSON.parse(link) as { fragment: string }).fragment;
  }
  const opened = attempt(instance, 'qlw_link_open', open ?? null);
  if (!opened.ok) return only(opened.text);
  return only(link === '' ? `{"log":${JSON.stringify(opened.text)}}` : `{"link":${link},"same":${opened.text === vector.log}}`);
}

function runLog(instance: Instance, vector: Vector): Outcome {
  const log = vector.log ?? '';
  const verdict = instance.text('qlw_verify', log, null);
  const quest = instance.handle('qlw_quest_open', log);
  const state = instance.text('qlw_quest_state', quest);
  const { hash } = JSON.parse(state) as { hash: string };
  let more = state + instance.text('qlw_quest_view', quest);
  instance.run('qlw_close', quest);
  const made = attempt(instance, 'qlw_link_make', log);
  if (made.ok) {
    const { fragment } = JSON.parse(made.text) as { fragment: string };
    if (instance.text('qlw_link_open', fragment) !== log) throw new Error('a link does not give its log back');
    more += fragment;
  }
  return { answer: `{"state_hash":${JSON.stringify(hash)},"verdict":${verdict}}`, more };
}

function runReport(instance: Instance, vector: Vector): Outcome {
  const { agent = null, log = '' } = vector;
  const quest = instance.handle('qlw_quest_open', log);
  const list = JSON.stringify([quest]);
  const answer: Record<string, string> = {
    board: attempt(instance, 'qlw_quest_board', quest, vector.now ?? 0).text,
    inbox: attempt(instance, 'qlw_quest_inbox', quest, agent).text,
    standing: attempt(instance, 'qlw_quest_standing', quest).text,
    timeline: attempt(instance, 'qlw_quest_timeline', quest).text,
    metrics: attempt(instance, 'qlw_quest_metrics', list).text,
    certificate: attempt(instance, 'qlw_certificate', log, null).text,
  };
  const reports = ['final', 'review', 'sprint', 'standup'].map(
    (kind) => `"${kind}":${JSON.stringify(instance.text('qlw_quest_report', list, kind, 0, Number.MAX_SAFE_INTEGER))}`,
  );
  answer.reports = `{${reports.join(',')}}`;
  const bare = instance.text('qlw_quest_redact', quest, '[]');
  const redacted = instance.handle('qlw_quest_open', bare);
  answer.compare = attempt(instance, 'qlw_quest_compare', quest, redacted).text;
  answer.revealed = `${instance.text('qlw_quest_reveal', redacted, quest, -1) === log}`;
  answer.joined = `${instance.text('qlw_quest_join', redacted, quest) === log}`;
  answer.continuation = JSON.stringify(instance.text('qlw_quest_continuation', quest, redacted));
  instance.run('qlw_close', redacted);
  instance.run('qlw_close', quest);
  const members = Object.keys(answer).sort().map((name) => `"${name}":${answer[name]}`);
  return { answer: `{${members.join(',')}}`, more: bare };
}

function runNotes(instance: Instance, vector: Vector): Outcome {
  const { log = '', notes = null, theirs = null, draft } = vector;
  const quest = instance.handle('qlw_quest_open', log);
  const answer: Record<string, string> = {};
  if (draft !== undefined) {
    const made = attempt(instance, 'qlw_note_make', quest, notes, JSON.stringify(draft), FIRST_NOW, new Uint8Array(16).fill(1));
    answer.made = made.ok ? JSON.stringify(made.text) : made.text;
  }
  answer.list = attempt(instance, 'qlw_notes_list', quest, notes).text;
  answer.merged = attempt(instance, 'qlw_notes_merge', notes, theirs).text;
  const textOf = (json: string): string => (JSON.parse(json) as { text: string }).text;
  answer.same = `${textOf(attempt(instance, 'qlw_notes_merge', theirs, notes).text) === textOf(answer.merged)}`;
  instance.run('qlw_close', quest);
  const members = Object.keys(answer).sort().map((name) => `"${name}":${answer[name]}`);
  return only(`{${members.join(',')}}`);
}

function runWhatIf(instance: Instance, vector: Vector): Outcome {
  const quest = instance.handle('qlw_quest_open', vector.log ?? '');
  const branch = instance.handle('qlw_quest_open', null);
  const { ok, text } = attempt(instance, 'qlw_quest_what_if', quest, branch, JSON.stringify(vector.change), new Uint8Array(32).fill(1));
  const more = ok ? instance.text('qlw_quest_log', branch, 0) : '';
  instance.run('qlw_close', branch);
  instance.run('qlw_close', quest);
  return { answer: text, more };
}

/** What is told of a text that comes in pieces, and of the text as a whole. */
function runBlank(instance: Instance, vector: Vector): Outcome {
  const { key = '', text = '', each = 1 } = vector;
  const all = new TextEncoder().encode(text);
  const blank = instance.handle('qlw_blank_new', key);
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < all.length; at += each) pieces.push(instance.bytes('qlw_blank_bytes', blank, all.subarray(at, at + each)));
  pieces.push(instance.bytes('qlw_blank_rest', blank));
  const whole = instance.text('qlw_blank_text', blank, text);
  instance.run('qlw_close', blank);
  const told = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  return only(JSON.stringify({ told: pieces.map((piece) => told.decode(piece, { stream: true })).join('') + told.decode(), whole }));
}

/** A file and calls, or a log and what it taught. */
function runMemory(instance: Instance, vector: Vector): Outcome {
  const opened = attempt(instance, 'qlw_memory_open', vector.file ?? null);
  if (!opened.ok) return only(opened.text);
  const memory = Number(opened.text);
  const parts: Record<string, string> = {};
  let calls = vector.calls;
  if (vector.log !== undefined) {
    const quest = instance.handle('qlw_quest_open', vector.log);
    parts.learned = attempt(instance, 'qlw_quest_learn', quest).text;
    calls ??= (JSON.parse(parts.learned) as { calls?: Vector['calls'] }).calls;
    instance.run('qlw_close', quest);
  }
  const answers = (calls ?? []).map(({ tool, arguments: args }) => attempt(instance, 'qlw_memory_call', memory, tool, JSON.stringify(args)).text);
  parts.answers = `[${answers.join(',')}]`;
  if (vector.theirs !== undefined) parts.merged = attempt(instance, 'qlw_memory_merge', memory, vector.file ?? null, vector.theirs).text;
  if (vector.files !== undefined)
    parts.permit = withRoster(
      instance,
      vector,
      (roster) => attempt(instance, 'qlw_memory_permit', roster, vector.agent ?? null, vector.request ?? null).text,
    );
  parts.file = JSON.stringify(instance.text('qlw_memory_write', memory));
  parts.pending = instance.text('qlw_memory_pending', memory);
  instance.run('qlw_close', memory);
  return only(objectOf(parts));
}

/** A model that gives these answers, one a round. */
function runAnswer(instance: Instance, vector: Vector): Outcome {
  return withRoster(instance, vector, (roster) => {
    const context = vector.context === undefined ? null : JSON.stringify(vector.context);
    const request = attempt(instance, 'qlw_plan_request', roster, vector.leader ?? null, vector.objective ?? null, context).text;
    const rounds: string[] = [];
    let asked: string | undefined = request;
    for (const text of vector.answers ?? []) {
      if (asked === undefined) break;
      const answer = attempt(instance, 'qlw_plan_answer', roster, asked, text).text;
      rounds.push(answer);
      const { repair } = JSON.parse(answer) as { repair?: unknown };
      asked = repair === undefined ? undefined : JSON.stringify(repair);
    }
    return only(objectOf({ request, rounds: `[${rounds.join(',')}]` }));
  });
}

/** An object of members that are JSON already. */
const objectOf = (parts: Record<string, string>): string =>
  `{${Object.keys(parts)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${parts[key]}`)
    .join(',')}}`;

function runCanon(instance: Instance, vector: Vector): Outcome {
  const { ok, text } = attempt(instance, 'qlw_canonical', bytesOf(vector));
  return only(ok ? JSON.stringify(text) : text);
}

/** The arguments that every operation on one agent file starts with. */
const specOf = (vector: Vector): Argument[] => [vector.path ?? null, bytesOf(vector), vector.dialect ?? null];

function runPermit(instance: Instance, vector: Vector): Outcome {
  const { agent = null, tool = null, path = null, link = false } = vector;
  return only(withRoster(instance, vector, (roster) => attempt(instance, 'qlw_permit', roster, agent, tool, path, link ? 1 : 0).text));
}

function runRoute(instance: Instance, vector: Vector): Outcome {
  const { agent = null, request = null } = vector;
  return only(withRoster(instance, vector, (roster) => attempt(instance, 'qlw_route', roster, agent, request).text));
}

function runPack(instance: Instance, vector: Vector): Outcome {
  const { agent = null, documents = [], window = 0, budget = 0 } = vector;
  const json = JSON.stringify(documents);
  return only(withRoster(instance, vector, (roster) => attempt(instance, 'qlw_context_pack', roster, agent, json, window, budget).text));
}

const given = (value: unknown): string | null => (value === undefined ? null : JSON.stringify(value));
/** An answer as it stands in another one. */
const inside = (answer: { readonly ok: boolean; readonly text: string }): unknown => JSON.parse(answer.text);

/* Keys in the order of the core's own objects, numbers as they are: all of them are integers. */
function runSchedule(instance: Instance, vector: Vector): Outcome {
  const plan = JSON.stringify(vector.plan);
  let measured = given(vector.sizes);
  const answer: Record<string, unknown> = {};
  if (vector.log !== undefined) {
    const quest = instance.handle('qlw_quest_open', vector.log);
    measured = attempt(instance, 'qlw_quest_sizes', quest).text;
    answer['sizes'] = JSON.parse(measured);
    instance.run('qlw_close', quest);
  }
  answer['schedule'] = inside(attempt(instance, 'qlw_plan_schedule', plan));
  answer['cost'] = withRoster(instance, vector, (roster) => inside(attempt(instance, 'qlw_plan_cost', roster, plan, given(vector.prices), measured)));
  return only(sorted(answer));
}

function runDecision(instance: Instance, vector: Vector): Outcome {
  const answer: Record<string, unknown> = {};
  const textOf = (operation: string, json: string): unknown => {
    const said = attempt(instance, operation, json);
    return said.ok ? said.text : inside(said);
  };
  const { agent } = vector;
  if (agent !== undefined) {
    withRoster(instance, vector, (roster) => {
      answer['criteria'] = inside(attempt(instance, 'qlw_decision_criteria', roster, agent));
      answer['template'] = inside(attempt(instance, 'qlw_decision_template', roster, agent));
    });
  }
  if (vector.matrix !== undefined) answer['ranking'] = inside(attempt(instance, 'qlw_decision_rank', JSON.stringify(vector.matrix)));
  if (vector.record !== undefined) answer['record'] = textOf('qlw_decision_record', JSON.stringify(vector.record));
  if (vector.services !== undefined) {
    const form = JSON.stringify(vector.services);
    answer['problems'] = inside(attempt(instance, 'qlw_services_check', form));
    answer['services'] = textOf('qlw_services_write', form);
  }
  return only(sorted(answer));
}

function runRequest(instance: Instance, { call, models }: Vector): Outcome {
  if (models !== undefined) return only(attempt(instance, 'qlw_llm_models_request', models.provider, models.base_url ?? null).text);
  return only(attempt(instance, 'qlw_llm_request', JSON.stringify(call)).text);
}

function runRetry(instance: Instance, { failure, entropy }: Vector): Outcome {
  const bytes = entropy === undefined ? new Uint8Array(8) : decodeBase64url(entropy);
  return only(attempt(instance, 'qlw_llm_retry', JSON.stringify(failure), bytes).text);
}

function runImpact(instance: Instance, vector: Vector): Outcome {
  const write = (answer: { ok: boolean; text: string }, markdown: number): Outcome => ({
    answer: answer.text,
    more: answer.ok ? attempt(instance, 'qlw_impact_write', answer.text, markdown).text : '',
  });
  if (vector.snapshots !== undefined) return write(attempt(instance, 'qlw_health', JSON.stringify(vector.snapshots)), 0);
  const graph = instance.handle('qlw_graph_new');
  let answer = { ok: true, text: '' };
  for (const text of vector.texts ?? []) if (answer.ok) answer = attempt(instance, 'qlw_graph_read', graph, text, vector.form ?? 'auto');
  if (answer.ok && vector.ask === 'value') answer = attempt(instance, 'qlw_graph_value', graph);
  else if (answer.ok && vector.ask === 'coupling') answer = attempt(instance, 'qlw_graph_coupling', graph, vector.most ?? 0);
  else if (answer.ok) answer = attempt(instance, 'qlw_graph_breaks', graph, JSON.stringify(vector.change ?? []));
  instance.run('qlw_close', graph);
  return vector.ask === 'value' ? only(answer.text) : write(answer, 1);
}

/** With roster 0 where the vector has no files. */
function withRosterIfAny<T>(instance: Instance, vector: Vector, use: (roster: number) => T): T {
  return vector.files === undefined ? use(0) : withRoster(instance, vector, use);
}

function runEdit(instance: Instance, vector: Vector): Outcome {
  const [plan, edits] = [JSON.stringify(vector.plan), JSON.stringify(vector.edits)];
  const { text } = withRosterIfAny(instance, vector, (roster) => attempt(instance, 'qlw_plan_edit', roster, plan, edits));
  const edited = (JSON.parse(text) as { plan?: unknown }).plan;
  return { answer: text, more: edited === undefined ? '' : attempt(instance, 'qlw_plan_compare', plan, JSON.stringify(edited)).text };
}

function runContext(instance: Instance, vector: Vector): Outcome {
  const { documents = [], window = 0, budget = 0 } = vector;
  const texts = [JSON.stringify(vector.plan), JSON.stringify(documents)] as const;
  return only(withRoster(instance, vector, (roster) => attempt(instance, 'qlw_context_plan', roster, ...texts, window, budget).text));
}

function runMode(instance: Instance, vector: Vector): Outcome {
  const { agent = null, request = null, chosen = null } = vector;
  return only(withRoster(instance, vector, (roster) => attempt(instance, 'qlw_mode', roster, agent, request, chosen).text));
}

function runWorkflow(instance: Instance, vector: Vector): Outcome {
  const { agent = null, documents = [], request = null, chosen = null } = vector;
  const json = JSON.stringify(documents);
  return only(withRoster(instance, vector, (roster) => attempt(instance, 'qlw_workflow', roster, agent, json, request, chosen).text));
}

function runDelegation(instance: Instance, vector: Vector): Outcome {
  const { plan, delegation, leader = null, task = null, documents } = vector;
  const answer: Record<string, unknown> = {};
  withRosterIfAny(instance, vector, (roster) => {
    let text = vector.text;
    const asked = given(plan);
    const context = documents === undefined ? null : instance.text('qlw_context_plan', roster, asked, JSON.stringify(documents), 0, 0);
    if (text === undefined) {
      const written = asked === null
        ? attempt(instance, 'qlw_delegation_write', roster, leader, given(delegation))
        : attempt(instance, 'qlw_delegation', roster, asked, task, context);
      answer['written'] = inside(written);
      text = (answer['written'] as { text?: string }).text;
    }
    if (text !== undefined) answer['read'] = inside(attempt(instance, 'qlw_delegation_read', roster, leader, text));
  });
  return only(sorted(answer));
}

function runForms(instance: Instance, vector: Vector): Outcome {
  const { agent = null, form = null, text, entries } = vector;
  const answer: Record<string, unknown> = {};
  withRoster(instance, vector, (roster) => {
    answer['forms'] = inside(attempt(instance, 'qlw_forms', roster, agent));
    if (text !== undefined) answer['check'] = inside(attempt(instance, 'qlw_form_check', roster, agent, form, text));
    if (entries !== undefined) answer['filled'] = inside(attempt(instance, 'qlw_form_fill', roster, agent, form, JSON.stringify(entries)));
  });
  return only(sorted(answer));
}

function runRoadmap(instance: Instance, vector: Vector): Outcome {
  const { text, path = null, title, item, leader = null, line = 0 } = vector;
  const answer: Record<string, unknown> = {};
  let plan = given(vector.plan);
  if (text !== undefined) answer['roadmap'] = inside(attempt(instance, 'qlw_roadmap_read', text, path));
  if (item !== undefined) {
    const made = withRoster(instance, vector, (roster) => attempt(instance, 'qlw_roadmap_plan', roster, leader, text ?? null, path, item));
    answer['plan'] = inside(made);
    plan = made.ok ? made.text : null;
  }
  if (plan !== null) {
    const written = attempt(instance, 'qlw_plan_write', plan, 'roadmap');
    answer['written'] = written.ok ? written.text : inside(written);
    if (written.ok) answer['reread'] = inside(attempt(instance, 'qlw_plan_read', written.text));
  }
  if (title !== undefined) answer['tick'] = inside(attempt(instance, 'qlw_roadmap_tick', text ?? null, title, line));
  return only(sorted(answer));
}

function runDrive(instance: Instance, vector: Vector): Outcome {
  const quest = instance.handle('qlw_quest_open', null);
  const workspace = instance.handle('qlw_workspace_new');
  for (const file of vector.workspace ?? []) instance.run('qlw_workspace_load', workspace, file.path ?? null, bytesOf(file));
  return withRoster(instance, vector, (roster) => {
    const driver = instance.handle('qlw_driver_new', quest, roster, given(vector.driver));
    instance.run('qlw_driver_use', driver, workspace, 0, given(vector.kit));
    const { asked, effects, more } = drive(instance, driver, vector.said ?? [], vector.allow ?? false, bytesOf);
    const changes = inside(attempt(instance, 'qlw_workspace_changes', workspace));
    const log = instance.text('qlw_quest_log', quest, 0);
    for (const handle of [driver, workspace, quest]) instance.run('qlw_close', handle);
    return { answer: sorted({ asked, changes, effects }), more: more + log };
  });
}

function runBacklog(instance: Instance, vector: Vector): Outcome {
  const quests = (vector.logs ?? []).map((log) => instance.handle('qlw_quest_open', log));
  const { text } = attempt(instance, 'qlw_quest_backlog', JSON.stringify(quests), vector.leader ?? null);
  for (const quest of quests) instance.run('qlw_close', quest);
  return only(text);
}

const areas: Record<string, (instance: Instance, vector: Vector) => Outcome> = {
  answer: runAnswer,
  backlog: runBacklog,
  blank: runBlank,
  canon: runCanon,
  connection: (instance, vector) => only(attempt(instance, 'qlw_llm_models_read', JSON.stringify(vector.attempt)).text),
  request: runRequest,
  retry: runRetry,
  context: runContext,
  decision: runDecision,
  drive: runDrive,
  delegation: runDelegation,
  duplicates: (instance, vector) => only(attempt(instance, 'qlw_duplicates', JSON.stringify(vector.documents ?? [])).text),
  edit: runEdit,
  export: (instance, vector) => only(attempt(instance, 'qlw_spec_export', ...specOf(vector), vector.to ?? null).text),
  fix: (instance, vector) => only(attempt(instance, 'qlw_spec_fix', ...specOf(vector), vector.code ?? null, vector.offset ?? -1).text),
  forms: runForms,
  impact: runImpact,
  link: runLink,
  logs: runLog,
  memory: runMemory,
  mode: runMode,
  notes: runNotes,
  pack: runPack,
  permit: runPermit,
  plan: runPlan,
  quest: runQuest,
  report: runReport,
  roadmap: runRoadmap,
  roster: (instance, vector) => only(withRoster(instance, vector, (roster) => attempt(instance, 'qlw_roster_value', roster).text)),
  route: runRoute,
  schedule: runSchedule,
  spec: (instance, vector) => only(attempt(instance, 'qlw_spec_parse', ...specOf(vector)).text),
  streams: runDrive,
  trace: (instance, vector) => only(attempt(instance, 'qlw_request_flow', JSON.stringify(vector.spans ?? null)).text),
  verify: (instance, vector) => only(attempt(instance, 'qlw_verify', bytesOf(vector, vector.log), vector.head ?? null).text),
  whatif: runWhatIf,
  workflow: runWorkflow,
};
