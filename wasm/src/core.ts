import { failure } from './errors.ts';
import { Instance } from './memory.ts';
import type { Text } from './memory.ts';
import type {
  Board,
  Breaks,
  CallFailure,
  Certificate,
  Change,
  Command,
  Comparison,
  ConnectionAttempt,
  ConnectionTest,
  ContextPlan,
  Coupling,
  Decision,
  DecisionRecord,
  Delegation,
  DelegationText,
  Duplicates,
  Edit,
  Effect,
  EffectResult,
  Event,
  Export,
  Form,
  FormCheck,
  FormEntry,
  Health,
  HealthSnapshot,
  HttpHeader,
  HttpRequest,
  Inbox,
  Info,
  Learned,
  Link,
  MarkdownGrowing,
  Matrix,
  MatrixCriterion,
  MatrixRanking,
  MemoryEntity,
  McpAttempt,
  McpExchange,
  McpResult,
  McpServer,
  McpTest,
  Mended,
  Metrics,
  Mode,
  ModelCall,
  ModuleGraph,
  Monitor,
  NoteDraft,
  Notes,
  NotesMerged,
  Pack,
  PackSource,
  Permit,
  Plan,
  PlanAnswered,
  PlanChanges,
  PlanConflict,
  PlanContext,
  PlanCost,
  PlanEdit,
  PlanEdited,
  PlanProblem,
  PlanRequest,
  PlanTask,
  PriceTable,
  Provider,
  QuestCommand,
  QuestHead,
  QuestState,
  QuestView,
  Request,
  RequestFlow,
  RetryVerdict,
  Roadmap,
  Roster as RosterValue,
  Route,
  Schedule,
  SeatDelta,
  SignIn,
  ServiceForm,
  Signature,
  Spec,
  Standing,
  Steer,
  TaskSize,
  Timeline,
  TraceSpan,
  Verdict,
  WhatIf,
  Workflow,
  WorkspaceChange,
  WorkspaceFile,
  WorkspaceSize,
} from './generated.ts';

/** Which findings to mend; what is left out, or null, does not choose. */
export interface Mend {
  readonly code?: string | null;
  readonly dialect?: string | null;
  readonly offset?: number | null;
}

/** Tokens of the model's window, and how many of them may be used; 0: what the agent's file says, and half of it. */
export interface PackLimits {
  readonly window?: number;
  readonly budget?: number;
}

export type PlanFormat = 'seed' | 'markdown' | 'mermaid' | 'roadmap' | 'prequest';

/** What a module graph is read from: shape ModuleGraph, dependency-cruiser, madge and pydeps as JSON, rules of a compiler's -MM, a plan. */
export type GraphFormat = 'auto' | 'own' | 'cruise' | 'madge' | 'pydeps' | 'make' | 'plan';

export type ReportKind = 'standup' | 'review' | 'sprint' | 'final';

/** What a plan must say; the rest may be missing, and what is computed is not looked at. */
export type PlanDraft = Pick<Plan, 'leader' | 'objective'> &
  Partial<Omit<Plan, 'tasks'>> & { tasks: (Pick<PlanTask, 'agent' | 'id' | 'title'> & Partial<PlanTask>)[] };

/** Creates an instance of the core. One instance has one caller at a time; a quest that runs deserves its own. */
export function instantiate(module: WebAssembly.Module): Core {
  return new Core(new Instance(module));
}

/** An object inside an instance. */
abstract class Held implements Disposable {
  readonly #instance: Instance;
  #handle: number;

  /** @internal */
  constructor(instance: Instance, handle: number) {
    this.#instance = instance;
    this.#handle = handle;
  }

  /** The handle, for calls on `instance`: a handle means nothing in another instance. @internal */
  handleIn(instance: Instance): number {
    if (this.#handle === 0) throw failure('QL_ERR_HANDLE', `this ${this.kind} is closed`);
    if (instance !== this.#instance) throw failure('QL_ERR_HANDLE', `this ${this.kind} belongs to another instance`);
    return this.#handle;
  }

  protected abstract readonly kind: string;

  protected get instance(): Instance {
    return this.#instance;
  }

  protected get handle(): number {
    return this.handleIn(this.#instance);
  }

  /** Frees it. Closing twice does nothing, and so does closing what a broken instance held. Refused while a driver uses it. */
  close(): void {
    if (this.#handle === 0) return;
    if (!this.#instance.broken) this.#instance.run('qlw_close', this.#handle);
    this.#handle = 0;
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** The stateless calls, and the objects that hold state. */
export class Core {
  readonly #instance: Instance;

  /** @internal */
  constructor(instance: Instance) {
    this.#instance = instance;
  }

  /** True after a trap: create another instance and open the quests again from their logs. */
  get broken(): boolean {
    return this.#instance.broken;
  }

  /** Bytes of memory that the instance has taken so far; it gives none back. */
  get memory(): number {
    return this.#instance.memory;
  }

  info(): Info {
    return this.#instance.json('qlw_info') as Info;
  }

  /** Reads one agent file, as the dialect given or the one it seems to have. Faults in it are diagnostics; only a file over the size limit is refused. */
  parseSpec(path: string | null, text: Text, dialect: string | null = null): Spec {
    return this.#instance.json('qlw_spec_parse', path, text, dialect) as Spec;
  }

  /** Mends the findings of an agent file that have a fix: all, those with one code, or the one at an offset in bytes. The rest of it stays as it is. */
  specFix(path: string | null, text: Text, which: Mend = {}): Mended {
    const { code = null, dialect = null, offset = null } = which;
    return this.#instance.json('qlw_spec_fix', path, text, dialect, code, offset ?? -1) as Mended;
  }

  /** Writes an agent file for another product. What that product cannot say is a loss. */
  specExport(path: string | null, text: Text, to: string, dialect: string | null = null): Export {
    return this.#instance.json('qlw_spec_export', path, text, dialect, to) as Export;
  }

  /** Safe HTML of Markdown. */
  markdownHtml(text: Text): string {
    return this.#instance.text('qlw_markdown_html', text);
  }

  /** Safe HTML of an answer as it grows, or of what was not done of it yet; whole: nothing more will come. */
  markdownGrow(text: Text, whole: boolean): MarkdownGrowing {
    return this.#instance.json('qlw_markdown_grow', text, whole ? 1 : 0) as MarkdownGrowing;
  }

  /** Lower-case hex. */
  sha256(bytes: Text): string {
    return this.#instance.text('qlw_sha256', bytes);
  }

  /** The canonical text of any JSON: sorted keys, no white space; numbers that are no integers become strings. */
  canonical(json: Text): string {
    return this.#instance.text('qlw_canonical', json);
  }

  /** Whether an agent may make a tool call. The path is from the root of the workspace; link: it leads through a symbolic link. */
  permit(roster: Roster, agent: string, tool: string, path: string | null = null, link = false): Permit {
    return this.#instance.json('qlw_permit', roster.handleIn(this.#instance), agent, tool, path, link ? 1 : 0) as Permit;
  }

  /** Who should take a request, and why. Without an agent every one that leads is asked. */
  route(roster: Roster, request: string, agent: string | null = null): Route {
    return this.#instance.json('qlw_route', roster.handleIn(this.#instance), agent, request) as Route;
  }

  /** What an agent loads on activation: which of these documents and of the agent files fit, which do not, and what is missing. */
  contextPack(roster: Roster, agent: string, documents: readonly PackSource[], { window = 0, budget = 0 }: PackLimits = {}): Pack {
    const json = JSON.stringify(documents);
    return this.#instance.json('qlw_context_pack', roster.handleIn(this.#instance), agent, json, window, budget) as Pack;
  }

  /** What each worker of a plan is given of these documents, what is withheld and by which line of the leader's file. */
  contextPlan(roster: Roster, plan: PlanDraft, documents: readonly PackSource[], { window = 0, budget = 0 }: PackLimits = {}): ContextPlan {
    const texts = [JSON.stringify(plan), JSON.stringify(documents)] as const;
    return this.#instance.json('qlw_context_plan', roster.handleIn(this.#instance), ...texts, window, budget) as ContextPlan;
  }

  /** How a request is worked on: as it was chosen, as its words say, or as the agent's file has it by default. */
  mode(roster: Roster, agent: string, request: string, chosen: string | null = null): Mode {
    return this.#instance.json('qlw_mode', roster.handleIn(this.#instance), agent, request, chosen) as Mode;
  }

  /** The steps of an agent's work on a request: what was read, what is missing, what is turned down and who takes it instead. */
  workflow(roster: Roster, agent: string, documents: readonly PackSource[], request: string, chosen: string | null = null): Workflow {
    const json = JSON.stringify(documents);
    return this.#instance.json('qlw_workflow', roster.handleIn(this.#instance), agent, json, request, chosen) as Workflow;
  }

  /** A task as the message that hands it over, in the form of the leader's file; without a roster in a form of our own. */
  delegation(roster: Roster | null, plan: PlanDraft, task: string, context: ContextPlan | null = null): DelegationText {
    const known = context && JSON.stringify(context);
    return this.#instance.json('qlw_delegation', roster?.handleIn(this.#instance) ?? 0, JSON.stringify(plan), task, known) as DelegationText;
  }

  /** The same of a delegation that somebody changed. */
  delegationWrite(roster: Roster | null, leader: string, delegation: Delegation): DelegationText {
    const json = JSON.stringify(delegation);
    return this.#instance.json('qlw_delegation_write', roster?.handleIn(this.#instance) ?? 0, leader, json) as DelegationText;
  }

  /** Reads such a message, whoever wrote it. */
  delegationRead(roster: Roster | null, leader: string, text: Text): Delegation {
    return this.#instance.json('qlw_delegation_read', roster?.handleIn(this.#instance) ?? 0, leader, text) as Delegation;
  }

  /** The messages with fields that an agent knows. */
  forms(roster: Roster, agent: string): Form[] {
    return this.#instance.json('qlw_forms', roster.handleIn(this.#instance), agent) as Form[];
  }

  /** Holds a message, as JSON, against a form. */
  formCheck(roster: Roster, agent: string, form: string, text: Text): FormCheck {
    return this.#instance.json('qlw_form_check', roster.handleIn(this.#instance), agent, form, text) as FormCheck;
  }

  /** Makes a message of what somebody filled in, and checks it. */
  formFill(roster: Roster, agent: string, form: string, entries: readonly FormEntry[]): FormCheck {
    const json = JSON.stringify(entries);
    return this.#instance.json('qlw_form_fill', roster.handleIn(this.#instance), agent, form, json) as FormCheck;
  }

  /** What documents say more than once. */
  duplicates(documents: readonly PackSource[]): Duplicates {
    return this.#instance.json('qlw_duplicates', JSON.stringify(documents)) as Duplicates;
  }

  newRoster(): Roster {
    return new Roster(this.#instance, this.#instance.handle('qlw_roster_new'));
  }

  /** Plans without a model. The leader is an agent of the roster. */
  rehearsePlan(roster: Roster, leader: string, objective: string): Plan {
    return this.#instance.json('qlw_plan_rehearse', roster.handleIn(this.#instance), leader, objective) as Plan;
  }

  /** A plan that was changed, with its groups, its path and its problems computed again. */
  completePlan(plan: PlanDraft): Plan {
    return this.#instance.json('qlw_plan_complete', JSON.stringify(plan)) as Plan;
  }

  /** What keeps a plan from running; with a roster also the agents that are not in it. */
  checkPlan(plan: PlanDraft, roster?: Roster): PlanProblem[] {
    return this.#instance.json('qlw_plan_check', this.#rosterHandle(roster), JSON.stringify(plan)) as PlanProblem[];
  }

  /** The same against more: a budget as create has it, what ql_plan_cost computed, the files of the project. */
  checkPlanWith(plan: PlanDraft, facts: { budget?: Readonly<Record<string, number>>; cost?: PlanCost; paths?: readonly string[] }, roster?: Roster): PlanProblem[] {
    return this.#instance.json('qlw_plan_check_with', this.#rosterHandle(roster), JSON.stringify(plan), JSON.stringify(facts)) as PlanProblem[];
  }

  /** Which agents and files several plans want, and who has them when. */
  planConflicts(plans: readonly PlanDraft[]): PlanConflict[] {
    return this.#instance.json('qlw_plan_conflicts', JSON.stringify(plans)) as PlanConflict[];
  }

  /** The command that opens a quest with this plan, as the owner gives it; with a roster it names the agents' files by their hashes. */
  planCommand(plan: PlanDraft, roster?: Roster): Command {
    return this.#instance.json('qlw_plan_command', this.#rosterHandle(roster), JSON.stringify(plan)) as Command;
  }

  /** The plan as text. */
  writePlan(plan: PlanDraft, format: PlanFormat): string {
    return this.#instance.text('qlw_plan_write', JSON.stringify(plan), format);
  }

  /** Reads the text form that `writePlan(plan, 'seed')` writes. */
  readPlan(text: Text): Plan {
    return this.#instance.json('qlw_plan_read', text) as Plan;
  }

  /** The edit that ticks off the item a plan came from. */
  tickRoadmap(text: Text, item: { words: string; line: number }): Edit {
    return this.#instance.json('qlw_roadmap_tick', text, item.words, item.line) as Edit;
  }

  /** Changes a plan, all edits or none; a refusal is an answer. With a roster the problems of what comes out name its agents too. */
  editPlan(plan: PlanDraft, edits: readonly PlanEdit[], roster?: Roster): PlanEdited {
    return this.#instance.json('qlw_plan_edit', this.#rosterHandle(roster), JSON.stringify(plan), JSON.stringify(edits)) as PlanEdited;
  }

  /** What differs between two plans. */
  comparePlans(before: PlanDraft, after: PlanDraft): PlanChanges {
    return this.#instance.json('qlw_plan_compare', JSON.stringify(before), JSON.stringify(after)) as PlanChanges;
  }

  /** When the tasks of a plan can run, and how long it takes with so many at work at once. A plan with a cycle gives QL_ERR_STATE. */
  planSchedule(plan: PlanDraft): Schedule {
    return this.#instance.json('qlw_plan_schedule', JSON.stringify(plan)) as Schedule;
  }

  /** A roadmap in Markdown: its phases, what is done in them, and the item that comes next. The path is for where a plan comes from. */
  readRoadmap(text: Text, path: string): Roadmap {
    return this.#instance.json('qlw_roadmap_read', text, path) as Roadmap;
  }

  /** Plans an item of a roadmap, by its `n`, without a model; the plan names the item. */
  planItem(roster: Roster, leader: string, text: Text, path: string, n: number): Plan {
    return this.#instance.json('qlw_roadmap_plan', roster.handleIn(this.#instance), leader, text, path, n) as Plan;
  }

  /** The criteria that an agent weighs by its file; none where it says nothing. */
  decisionCriteria(roster: Roster, agent: string): MatrixCriterion[] {
    return this.#instance.json('qlw_decision_criteria', roster.handleIn(this.#instance), agent) as MatrixCriterion[];
  }

  /** Ranks options against weighted criteria, and says which weight would turn the ranking over. */
  rankMatrix(matrix: Matrix): MatrixRanking {
    return this.#instance.json('qlw_decision_rank', JSON.stringify(matrix)) as MatrixRanking;
  }

  /** What a plan costs; a roster tells the sizes of the agents' files and their models, a quest how large its tasks were. */
  planCost(plan: PlanDraft, known: { roster?: Roster; prices?: PriceTable; sizes?: TaskSize[] } = {}): PlanCost {
    const { roster, prices, sizes } = known;
    return this.#instance.json(
      'qlw_plan_cost',
      this.#rosterHandle(roster),
      JSON.stringify(plan),
      prices === undefined ? null : JSON.stringify(prices),
      sizes === undefined ? null : JSON.stringify(sizes),
    ) as PlanCost;
  }

  /** Who can play a seat with a model. */
  llmProviders(): Provider[] {
    return this.#instance.json('qlw_llm_providers') as Provider[];
  }

  /** What is sent to a provider for a call. No key is in it: `secret` says where the host puts one. */
  llmRequest(call: ModelCall): HttpRequest {
    return this.#instance.json('qlw_llm_request', JSON.stringify(call)) as HttpRequest;
  }

  /** What to do after an attempt failed; entropy: 8 random bytes. */
  llmRetry(failure: CallFailure, entropy: Uint8Array): RetryVerdict {
    return this.#instance.json('qlw_llm_retry', JSON.stringify(failure), entropy) as RetryVerdict;
  }

  /** Asks a provider for its models, which is also how a connection is tried. */
  llmModelsRequest(provider: string, baseUrl?: string): HttpRequest {
    return this.#instance.json('qlw_llm_models_request', provider, baseUrl ?? null) as HttpRequest;
  }

  /** Begins to sign in at a provider for a key; entropy: 48 random bytes, page: the address to come back to. */
  llmSignIn(provider: string, page: string, entropy: Uint8Array, baseUrl?: string): SignIn {
    return this.#instance.json('qlw_llm_sign_in', provider, baseUrl ?? null, page, entropy) as SignIn;
  }

  /** The request that exchanges a code for the key; query: of the address that was come back to. */
  llmSignInRequest(signing: SignIn, query: string): HttpRequest {
    return this.#instance.json('qlw_llm_sign_in_request', JSON.stringify(signing), query) as HttpRequest;
  }

  /** What came of that: the models, or why there are none and what to do about it. */
  llmModelsRead(attempt: ConnectionAttempt): ConnectionTest {
    return this.#instance.json('qlw_llm_models_read', JSON.stringify(attempt)) as ConnectionTest;
  }

  /** A decision record to be filled in, after an agent's file. */
  decisionTemplate(roster: Roster, agent: string): DecisionRecord {
    return this.#instance.json('qlw_decision_template', roster.handleIn(this.#instance), agent) as DecisionRecord;
  }

  /** A decision record in Markdown. */
  decisionRecord(record: DecisionRecord): string {
    return this.#instance.text('qlw_decision_record', JSON.stringify(record));
  }

  /** What is wrong with a service architecture. */
  checkServices(form: ServiceForm): PlanProblem[] {
    return this.#instance.json('qlw_services_check', JSON.stringify(form)) as PlanProblem[];
  }

  /** A service architecture in Markdown. */
  writeServices(form: ServiceForm): string {
    return this.#instance.text('qlw_services_write', JSON.stringify(form));
  }

  /** What a model is asked for a plan, in no provider's form. */
  planRequest(roster: Roster, leader: string, objective: string, context: readonly PlanContext[] = []): PlanRequest {
    return this.#instance.json('qlw_plan_request', roster.handleIn(this.#instance), leader, objective, JSON.stringify(context)) as PlanRequest;
  }

  /** What a model's answer comes to: a plan, a second request, or a failure that keeps the answer. */
  planAnswer(roster: Roster, request: PlanRequest, answer: Text): PlanAnswered {
    return this.#instance.json('qlw_plan_answer', roster.handleIn(this.#instance), JSON.stringify(request), answer) as PlanAnswered;
  }

  /** A memory graph, with what the file of the MCP memory server holds, if there is one. */
  openMemory(lines: Text | null = null): MemoryGraph {
    return new MemoryGraph(this.#instance, this.#instance.handle('qlw_memory_open', lines));
  }

  /** Whether an agent may save something to memory, asked with these words. */
  memoryPermit(roster: Roster, agent: string, request: string): Permit {
    return this.#instance.json('qlw_memory_permit', roster.handleIn(this.#instance), agent, request) as Permit;
  }

  newGraph(): ModuleNet {
    return new ModuleNet(this.#instance, this.#instance.handle('qlw_graph_new'));
  }

  /** A backend over time, from snapshots in any order. */
  health(snapshots: readonly HealthSnapshot[]): Health {
    return this.#instance.json('qlw_health', JSON.stringify(snapshots)) as Health;
  }

  /** Where the time of a request goes, from its steps in any order. */
  requestFlow(spans: readonly TraceSpan[]): RequestFlow {
    return this.#instance.json('qlw_request_flow', JSON.stringify(spans)) as RequestFlow;
  }

  /** Coupling, breaks or health as people read it. */
  writeImpact(answer: Breaks | Coupling | Health, format: 'markdown' | 'text'): string {
    return this.#instance.text('qlw_impact_write', JSON.stringify(answer), format === 'markdown' ? 1 : 0);
  }

  /** Opens a quest by executing its log; without one it is empty and its first command is `create`. */
  openQuest(log: Text | null = null): Quest {
    return new Quest(this.#instance, this.#instance.handle('qlw_quest_open', log));
  }

  /** Checks a whole log, against a head known from elsewhere if there is one. */
  verify(log: Text, head: string | null = null): Verdict {
    return this.#instance.json('qlw_verify', log, head) as Verdict;
  }

  /** The line with a signature in place of those it had; its hash stays. Whether the signature fits is not checked. */
  putSignature(line: string, signature: string): string {
    return this.#instance.text('qlw_line_sign', line, signature);
  }

  /** What a log proves of its quest, and what it does not. */
  certificate(log: Text, head: string | null = null): Certificate {
    return this.#instance.json('qlw_certificate', log, head) as Certificate;
  }

  /** The numbers of metrics.def over all quests given. */
  metrics(quests: readonly Quest[]): Metrics {
    return this.#instance.json('qlw_quest_metrics', this.#handles(quests)) as Metrics;
  }

  /** A report in Markdown of what happened from `from` until before `to`, ms since epoch. */
  report(quests: readonly Quest[], kind: ReportKind, from = 0, to = Number.MAX_SAFE_INTEGER): string {
    return this.#instance.text('qlw_quest_report', this.#handles(quests), kind, from, to);
  }

  /** The plan of what quests left open, led by who led the last of them unless said otherwise. QL_ERR_NOT_FOUND when nothing is open. */
  backlog(quests: readonly Quest[], leader: string | null = null): Plan {
    return this.#instance.json('qlw_quest_backlog', this.#handles(quests), leader) as Plan;
  }

  #handles(quests: readonly Quest[]): string {
    return JSON.stringify(quests.map((quest) => quest.handleIn(this.#instance)));
  }

  /** The `#q=` link of an intact log. A log that does not fit gives QL_ERR_LIMIT with the length it would have as offset. */
  makeLink(log: Text): Link {
    return this.#instance.json('qlw_link_make', log) as Link;
  }

  /** The log inside a link: a whole URL, or its fragment. */
  openLink(text: string): string {
    return this.#instance.text('qlw_link_open', text);
  }

  /** The union of two sets of notes, each a text of lines: the same whoever merges what first. */
  mergeNotes(mine: Text, theirs: Text): NotesMerged {
    return this.#instance.json('qlw_notes_merge', mine, theirs) as NotesMerged;
  }

  newMcp(server: McpServer): McpClient {
    return new McpClient(this.#instance, this.#instance.handle('qlw_mcp_new', JSON.stringify(server)));
  }

  /** What came of trying an MCP server, in words. */
  mcpTested(attempt: McpAttempt): McpTest {
    return this.#instance.json('qlw_mcp_tested', JSON.stringify(attempt)) as McpTest;
  }

  newWorkspace(): Workspace {
    return new Workspace(this.#instance, this.#instance.handle('qlw_workspace_new'));
  }

  /** Why what stands under this path of a folder is not loaded into a workspace; null: it is. */
  workspaceSkips(path: string): 'hidden' | 'packages' | null {
    const why = this.#instance.text('qlw_workspace_skips', path);
    return why === '' ? null : (why as 'hidden' | 'packages');
  }

  /** Drives a quest. An empty quest needs a request and a roster; one that has events goes on from them. */
  newDriver(quest: Quest, start: { roster?: Roster; request?: Request } = {}): Driver {
    const request = start.request === undefined ? null : JSON.stringify(start.request);
    return new Driver(
      this.#instance,
      this.#instance.handle('qlw_driver_new', quest.handleIn(this.#instance), this.#rosterHandle(start.roster), request),
    );
  }

  #rosterHandle(roster: Roster | undefined): number {
    return roster === undefined ? 0 : roster.handleIn(this.#instance);
  }
}

/** A set of agent files. */
export class Roster extends Held {
  protected override readonly kind = 'roster';

  /** Adds a file; the order of adding decides who keeps a name that is used twice. */
  add(path: string, text: Text): void {
    this.instance.run('qlw_roster_add', this.handle, path, text);
  }

  /** Reads the files that are added from now on as this dialect; null: as each seems to be. */
  dialect(id: string | null): void {
    this.instance.run('qlw_roster_dialect', this.handle, id);
  }

  /** Switches a rule, or an item of one, of an agent's file off or on again. What is off is not asked by `route`, `permit` and `contextPack`. */
  switchRule(agent: string, rule: string, on: boolean): void {
    this.instance.run('qlw_roster_switch', this.handle, agent, rule, on ? 1 : 0);
  }

  /** The agents of all files added so far, and what is wrong with the files. */
  value(): RosterValue {
    return this.instance.json('qlw_roster_value', this.handle) as RosterValue;
  }
}

/** A module graph: which part of a program needs which. */
export class ModuleNet extends Held {
  protected override readonly kind = 'graph';

  /** Adds what a text says; several texts make one graph. After a failure the graph is only good for being closed. */
  read(text: Text, format: GraphFormat = 'auto'): void {
    this.instance.run('qlw_graph_read', this.handle, text, format);
  }

  value(): ModuleGraph {
    return this.instance.json('qlw_graph_value', this.handle) as ModuleGraph;
  }

  /** Cycles, coupling, the matrix, the order of extraction. `most` entries of a list, the weightiest first; 0: all. */
  coupling(most = 0): Coupling {
    return this.instance.json('qlw_graph_coupling', this.handle, most) as Coupling;
  }

  /** What breaks if these modules change; the name of a group stands for all in it. */
  breaks(modules: readonly string[]): Breaks {
    return this.instance.json('qlw_graph_breaks', this.handle, JSON.stringify(modules)) as Breaks;
  }
}

/** A quest: a log, and the state that is the fold over it. */
export class Quest extends Held {
  protected override readonly kind = 'quest';

  /** Asks the machine; the command may be its JSON. Nothing changes: store the line, then `append` it. A refusal is an answer, not an error. */
  decide(command: Command | QuestCommand | string, now: number, entropy: Uint8Array): Decision {
    const json = typeof command === 'string' ? command : JSON.stringify(command);
    return this.instance.either(
      (line): Decision => ({ line }),
      (answer) => JSON.parse(answer) as Decision,
      'qlw_quest_line',
      this.handle,
      json,
      now,
      entropy,
    );
  }

  /** Appends one or more lines after checking each in full. Lines before the first bad one stay. */
  append(lines: Text): void {
    this.instance.run('qlw_quest_append', this.handle, lines);
  }

  head(): QuestHead {
    return this.instance.json('qlw_quest_head', this.handle) as QuestHead;
  }

  /** Each line was checked when it was appended: nothing is checked again. */
  verdict(head: string | null = null): Verdict {
    return this.instance.json('qlw_quest_verdict', this.handle, head) as Verdict;
  }

  view(): QuestView {
    return this.instance.json('qlw_quest_view', this.handle) as QuestView;
  }

  /** The view as it was after event n. */
  viewAt(n: number): QuestView {
    return this.instance.json('qlw_quest_view_at', this.handle, n) as QuestView;
  }

  state(): QuestState {
    return this.instance.json('qlw_quest_state', this.handle) as QuestState;
  }

  /** Whether it is an agent's turn, and what it was told. */
  monitor(agent: string): Monitor {
    return this.instance.json('qlw_quest_monitor', this.handle, agent) as Monitor;
  }

  /** Who works, waits, is blocked or done. */
  board(now: number): Board {
    return this.instance.json('qlw_quest_board', this.handle, now) as Board;
  }

  /** All that was said to an agent. */
  inbox(agent: string): Inbox {
    return this.instance.json('qlw_quest_inbox', this.handle, agent) as Inbox;
  }

  /** What holds it up, or may: gates, the ladder, the budget, artifacts. */
  standing(): Standing {
    return this.instance.json('qlw_quest_standing', this.handle) as Standing;
  }

  /** How large its tasks were: what was booked for each, or the words said about it. */
  sizes(): TaskSize[] {
    return this.instance.json('qlw_quest_sizes', this.handle) as TaskSize[];
  }

  timeline(): Timeline {
    return this.instance.json('qlw_quest_timeline', this.handle) as Timeline;
  }

  /** Where two quests part, and what differs. */
  compare(other: Quest): Comparison {
    return this.instance.json('qlw_quest_compare', this.handle, other.handleIn(this.instance)) as Comparison;
  }

  /** The lines by which another copy continues this one; append them. Fails when the logs part ways. */
  continuation(theirs: Quest): string {
    return this.instance.text('qlw_quest_continuation', this.handle, theirs.handleIn(this.instance));
  }

  /** This quest and another copy of it as one log: the longer one, with every text that either opens. Fails when the logs part ways. */
  join(theirs: Quest): string {
    return this.instance.text('qlw_quest_join', this.handle, theirs.handleIn(this.instance));
  }

  /** Plays the recording again with one answer changed; `branch` is an empty quest, which becomes the other one. */
  whatIf(change: Change, branch: Quest, entropy: Uint8Array): WhatIf {
    return this.instance.json('qlw_quest_what_if', this.handle, branch.handleIn(this.instance), JSON.stringify(change), entropy) as WhatIf;
  }

  /** The log without the texts of some events, of all where none is named. It verifies as before. */
  redact(events: readonly number[] = []): string {
    return this.instance.text('qlw_quest_redact', this.handle, JSON.stringify(events));
  }

  /** The log with the texts of an event, of all where none is named, given back from another copy. */
  reveal(source: Quest, event: number | null = null): string {
    return this.instance.text('qlw_quest_reveal', this.handle, source.handleIn(this.instance), event ?? -1);
  }

  /** What the author of a line signs, be it in the quest or come next; null where event 0 names no key of the author. */
  signature(line: string): Signature | null {
    return this.instance.json('qlw_quest_signature', this.handle, line) as Signature | null;
  }

  /** Every line whose author has a key: to be checked with `checkSignatures`. */
  signatures(): Signature[] {
    return this.instance.json('qlw_quest_signatures', this.handle) as Signature[];
  }

  /** Puts a signature into a line of the log. Costs what stands behind that line. */
  sign(n: number, signature: string): void {
    this.instance.run('qlw_quest_sign', this.handle, n, signature);
  }

  event(n: number): Event {
    return this.instance.json('qlw_quest_event', this.handle, n) as Event;
  }

  /** The lines from event `from` on, each with its LF. */
  log(from = 0): string {
    return this.instance.text('qlw_quest_log', this.handle, from);
  }

  /** What the quest taught, as calls of the memory graph. Nothing is saved. */
  learn(): Learned {
    return this.instance.json('qlw_quest_learn', this.handle) as Learned;
  }

  /** A note beside the log, as a line with its LF: store it. `notes` is the set so far; `entropy` are 16 random bytes. */
  makeNote(notes: Text, draft: NoteDraft, now: number, entropy: Uint8Array): string {
    return this.instance.text('qlw_note_make', this.handle, notes, JSON.stringify(draft), now, entropy);
  }

  /** The notes of a set by event and time; those that were written at another log's event are loose. */
  notes(notes: Text): Notes {
    return this.instance.json('qlw_notes_list', this.handle, notes) as Notes;
  }

  /** The rehearsal's next command, null when the holder is not a rehearsed seat. */
  rehearse(): Command | null {
    return this.instance.json('qlw_quest_rehearse', this.handle) as Command | null;
  }
}

/** Entities with observations and the relations between them, under the names of the MCP memory server. */
export class MemoryGraph extends Held {
  protected override readonly kind = 'memory';

  /** Takes over a file of that server; what is there already gains and loses nothing. */
  read(lines: Text): void {
    this.instance.run('qlw_memory_read', this.handle, lines);
  }

  /** The file of that server. */
  write(): string {
    return this.instance.text('qlw_memory_write', this.handle);
  }

  /** Makes a call of that server: `create_entities`, `search_nodes` and so on. */
  call<Answer>(tool: string, args: object): Answer {
    return this.instance.json('qlw_memory_call', this.handle, tool, JSON.stringify(args)) as Answer;
  }

  /** Flags that nothing says to be settled. */
  pending(): MemoryEntity[] {
    return this.instance.json('qlw_memory_pending', this.handle) as MemoryEntity[];
  }
}

/** A client of an MCP server: says what is to be sent, takes what comes, and gives what the server answered. */
export class McpClient extends Held {
  protected override readonly kind = 'client';

  /** Asks for all tools. */
  list(): void {
    this.instance.run('qlw_mcp_list', this.handle);
  }

  /** Tells the server that the session is over. */
  endSession(): void {
    this.instance.run('qlw_mcp_end_session', this.handle);
  }

  /** What is to be sent next; null: nothing waits. Exchanges may be under way side by side. */
  next(): McpExchange | null {
    return this.instance.json('qlw_mcp_next', this.handle) as McpExchange | null;
  }

  begin(exchange: number, status: number, headers: readonly HttpHeader[]): void {
    this.instance.run('qlw_mcp_begin', this.handle, exchange, status, JSON.stringify(headers));
  }

  feed(exchange: number, bytes: Uint8Array): void {
    this.instance.run('qlw_mcp_feed', this.handle, exchange, bytes);
  }

  /** Whole: the answer ended; else it broke off, or never began. */
  end(exchange: number, whole: boolean): void {
    this.instance.run('qlw_mcp_end', this.handle, exchange, whole ? 1 : 0);
  }

  /** What the server answered; null: nothing yet. */
  result(): McpResult | null {
    return this.instance.json('qlw_mcp_result', this.handle) as McpResult | null;
  }
}

/** Files that models work on, by paths with / between the names. */
export class Workspace extends Held {
  protected override readonly kind = 'workspace';

  /** Takes a file over as it is outside; one that is there already is replaced. Of bytes that are no text only size and hash are kept. */
  load(path: string, bytes: Text): void {
    this.instance.run('qlw_workspace_load', this.handle, path, bytes);
  }

  /** Writes a file, new or not, as an agent does. */
  write(path: string, text: Text): void {
    this.instance.run('qlw_workspace_write', this.handle, path, text);
  }

  /** Throws QL_ERR_NOT_FOUND where there is none. */
  file(path: string): WorkspaceFile {
    return this.instance.json('qlw_workspace_file', this.handle, path) as WorkspaceFile;
  }

  /** What differs from what was loaded, by path. */
  changes(): WorkspaceChange[] {
    return this.instance.json('qlw_workspace_changes', this.handle) as WorkspaceChange[];
  }

  /** A change was written back: outside, the file is now as it is here. */
  saved(path: string): void {
    this.instance.run('qlw_workspace_saved', this.handle, path);
  }

  size(): WorkspaceSize {
    return this.instance.json('qlw_workspace_size', this.handle) as WorkspaceSize;
  }
}

/** What models may work with, by the tools of their agents' files. */
export interface Kit {
  readonly workspace?: Workspace;
  readonly memory?: MemoryGraph;
  readonly servers?: readonly McpServer[];
  /** The host performs `tool.run`, when a person agreed to the command. */
  readonly commands?: boolean;
  /** The host performs `partial.put`: it keeps words of answers that are not whole, until their end is logged. */
  readonly partials?: boolean;
}

/** Says what a quest needs next, and takes what came of it. It uses the quest, the roster and the kit it was given: close it before them. */
export class Driver extends Held {
  protected override readonly kind = 'driver';

  /**
   * Takes answers of an earlier log where the request has the same hash, in place of asking; only: nobody is asked besides. To be called before
   * `next`; close the driver before that quest.
   */
  recall(recorded: Quest, only: boolean): void {
    this.instance.run('qlw_driver_recall', this.handle, recorded.handleIn(this.instance), only ? 1 : 0);
  }

  /** Stops the call of one model, or says how it goes on. */
  steer(steer: Steer): void {
    this.instance.run('qlw_driver_steer', this.handle, JSON.stringify(steer));
  }

  /** Gives models something to work with; to be called before the first `next`. */
  use({ workspace, memory, servers = [], commands = false, partials = false }: Kit): void {
    const { instance } = this;
    instance.run('qlw_driver_use', this.handle, workspace?.handleIn(instance) ?? 0, memory?.handleIn(instance) ?? 0, JSON.stringify({ servers, commands, partials }));
  }

  /** The next effect. `http.request` and `effect.cancel` come once each, and any number of requests may be open; any other comes again until it has its result. */
  next(now: number): Effect {
    return this.instance.json('qlw_driver_next', this.handle, now) as Effect;
  }

  result(now: number, result: EffectResult): void {
    this.instance.run('qlw_driver_result', this.handle, now, JSON.stringify(result));
  }

  /** Bytes of an answer, as they come: after its status, before its outcome. */
  bytes(id: number, bytes: Uint8Array): void {
    this.instance.run('qlw_driver_bytes', this.handle, id, bytes);
  }

  /** What models added since this was asked last. Need not be asked: an answer is whole without it. */
  deltas(): SeatDelta[] {
    return this.instance.json('qlw_driver_deltas', this.handle) as SeatDelta[];
  }
}
