// Printed by questline-gen from core/include/questline/*.def. Do not edit: see wasm/README.md.

export const ABI_VERSION = 2;

export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json;
}

/** replaces bytes of a file */
export interface Edit {
  /** bytes replaced */
  length: number;
  /** where, in bytes */
  offset: number;
  /** by what */
  text: string;
}

/** a finding in a file */
export interface Diagnostic {
  /** stable, kebab-case */
  code: string;
  /** from 1, in code points */
  column: number;
  /** edits that mend it */
  fix?: Edit[];
  /** from 1 */
  line: number;
  /** says what to do */
  message: string;
  /** bytes from the start of the file */
  offset: number;
  /** how bad */
  severity: "error" | "warning" | "info";
}

/** a heading and what stands under it */
export interface Section {
  /** byte after its last */
  end: number;
  /** 1 to 6 */
  level: number;
  /** from 1 */
  line: number;
  /** of the heading, in bytes */
  offset: number;
  /** plain text */
  title: string;
}

/** a number that a rule asks for */
export interface Measure {
  /** in thousandths */
  milli: number;
  /** how a value has to stand to it */
  op: "<" | "<=" | "=" | ">=" | ">";
  /** %, ms, ... as written; empty for a bare number */
  unit: string;
}

/** one line of a rule; which fields are there depends on the kind */
export interface RuleItem {
  /** names of the items that come before it */
  after?: string[];
  /** ids: who does it, handles it, is asked */
  agents?: string[];
  /** modes: the one where nothing else is asked for */
  default?: boolean;
  /** byte after its last */
  end: number;
  /** a value that is no number: low, true */
  expect?: string;
  /** context: given, or kept back */
  given?: boolean;
  /** unique in the file */
  id: string;
  /** items of its own */
  items?: RuleItem[];
  /** gates: settled by a number or a word, or by somebody who looks */
  judge?: "rule" | "seat";
  /** from 1 */
  line: number;
  /** time limit */
  max_ms?: number;
  /** the number it asks for */
  measure?: Measure;
  /** time limit; 0 and 0: at once */
  min_ms?: number;
  /** what it is called, in one word */
  name?: string;
  /** step, level, phase or group, from 1 */
  number?: number;
  /** bytes from the start of the file */
  offset: number;
  /** what it leaves behind */
  outputs?: string[];
  /** order: its tasks run together */
  parallel?: boolean;
  /** a document */
  path?: string;
  /** escalation: attempts before the next level */
  retries?: number;
  /** of what is counted: high, critical */
  severity?: string[];
  /** the words */
  text: string;
  /** loading: how large it is */
  tokens?: number;
  /** canonical names where known */
  tools?: string[];
  /** messages: of the field */
  type?: "string" | "number" | "boolean" | "array" | "object";
  /** stands for all that fits */
  wildcard?: boolean;
}

/** a promise in the prose, with the lines it comes from */
export interface Rule {
  /** whom it is about */
  agents?: string[];
  /** percent */
  confidence: number;
  /** byte after its last */
  end: number;
  /** the section it stands in; empty above the first */
  heading: string;
  /** unique in the file; the same as long as kind and title are */
  id: string;
  items: RuleItem[];
  /** of rules.def */
  kind: string;
  /** from 1 */
  line: number;
  /** research: the certainty */
  measure?: Measure;
  /** messages and ceremonies: which */
  name?: string;
  /** bytes from the start of the file */
  offset: number;
  /** memory: only when somebody asks for it */
  on_request?: boolean;
  /** loading: the sum as the file states it */
  stated_tokens?: number;
  /** loading: the sum of the entries */
  sum_tokens?: number;
  /** of the group or the section */
  title: string;
  /** loading: the size of the window */
  window_tokens?: number;
}

/** what a dialect cannot say, or says otherwise */
export interface Loss {
  /** a key, or body */
  field: string;
  /** from 1 */
  line: number;
  /** what becomes of it */
  message: string;
  /** bytes from the start of the file */
  offset: number;
}

/** an agent file written for another product */
export interface Export {
  /** in the order of the file */
  losses: Loss[];
  /** where the product looks for it */
  path: string;
  /** the whole file; what is not UTF-8 stands as ? */
  text: string;
}

/** an agent file with its findings mended */
export interface Mended {
  /** how many findings */
  mended: number;
  /** the whole file; what is not UTF-8 stands as ? */
  text: string;
}

/** what a verdict rests on */
export interface RouteReason {
  /** who handles it, as the rule says */
  agent?: string;
  /** from 1 */
  line: number;
  /** the file */
  path: string | null;
  /** id of the rule or item; absent where it is a description or a capability */
  rule?: string;
  /** how well it fits, 0 to 100 */
  score: number;
  /** the words that fit */
  text: string;
}

/** whether an agent takes a request */
export interface RouteVerdict {
  /** who was asked */
  agent: string;
  /** best first */
  reasons: RouteReason[];
  /** who should take it */
  take?: string;
  /** unknown: nothing in the files tells */
  verdict: "accept" | "decline" | "unknown";
}

/** who should take a request */
export interface Route {
  /** the words */
  request: string;
  /** the best taker; absent where nobody is known, or where several are as good */
  take?: string;
  /** takers that are equally good, when there are several */
  ties: string[];
  /** one for each agent that was asked */
  verdicts: RouteVerdict[];
}

/** whether an agent may make a tool call */
export interface Permit {
  decision: "allow" | "ask" | "refuse";
  /** of the rule */
  line?: number;
  /** why, in one sentence */
  message: string;
  /** of the file that the rule stands in */
  path?: string;
  /** id of the item, or of the rule */
  rule?: string;
  /** canonical name, or as given */
  tool: string;
}

/** a document that could be loaded */
export interface PackSource {
  /** from the root of the project */
  path: string;
  /** what stands in it */
  text?: string;
  /** its size, where there is no text */
  tokens?: number;
}

/** a document and what becomes of it */
export interface PackItem {
  /** or the name of an entry */
  path: string;
  /** estimate, or as the file states it */
  tokens: number;
  /** why it is loaded, or why not */
  why: string;
}

/** what is loaded into a window */
export interface Pack {
  /** tokens that may be used */
  budget: number;
  left_out: PackItem[];
  /** in order */
  loaded: PackItem[];
  /** named by a rule, and not there */
  missing: PackItem[];
  /** tokens */
  used: number;
  /** tokens of the model's window */
  window: number;
}

/** words of a request that start a way of working */
export interface ModeHit {
  /** of the trigger in the agent's file; absent for one that every agent has */
  line?: number;
  mode: string;
  /** the request says that it is not wanted */
  negated: boolean;
  /** where the words stand in the request, in bytes */
  offset: number;
  /** id of the item */
  rule?: string;
  /** as the file has it */
  trigger: string;
  /** of the request */
  words: string;
}

/** a way of working */
export interface ModeName {
  /** where nothing else is asked for */
  default: boolean;
  /** in the agent's file; absent for one that every agent has */
  line?: number;
  name: string;
  /** from 1 */
  number: number;
  /** what is done: an answer, a plan, a plan that is carried out */
  runs: "normal" | "prequest" | "quest";
}

/** how a request is worked on, and what decided that */
export interface Mode {
  agent: string;
  by: "choice" | "trigger" | "default";
  /** every trigger in the request, as they stand there; the one that decided is among them */
  hits: ModeHit[];
  /** of what decided, in the agent's file */
  line?: number;
  /** its name in the file */
  mode: string;
  /** the ones to choose from */
  modes: ModeName[];
  /** of the agent's file */
  path?: string;
  /** without a trigger in front that only names the mode */
  request: string;
  /** id of the item */
  rule?: string;
  runs: "normal" | "prequest" | "quest";
  /** of the request, that decided */
  words?: string;
}

/** a document that a step reads */
export interface WorkflowRead {
  /** in the agent's file */
  line?: number;
  /** or the words of the file, where no path is named */
  path: string;
  /** instead: for a missing one; unneeded: nothing is missing; unknown: no path is named */
  status: "read" | "missing" | "instead" | "unneeded" | "unknown";
  /** estimate */
  tokens?: number;
}

/** a step of the work on a request */
export interface WorkflowStep {
  does: "identity" | "documents" | "fallback" | "mode" | "request" | "research" | "clarify" | "gather" | "apply" | "verify" | "other";
  /** in the agent's file; absent for a step that is always done */
  line?: number;
  /** from 1 */
  number: number;
  reads?: WorkflowRead[];
  /** id of the item */
  rule?: string;
  /** open: still to be done, by whoever takes the request */
  status: "done" | "missing" | "refused" | "declined" | "skipped" | "open";
  /** as the file has it */
  text: string;
  tools?: string[];
  /** what came of it, one sentence */
  why: string;
}

/** who should take it, and why */
export interface HandOff {
  agent: string;
  line?: number;
  /** of the file that tells */
  path?: string;
  /** how well it fits, 0 to 100 */
  score?: number;
  /** the words that fit */
  text: string;
}

/** how an agent goes about a request, by its file */
export interface Workflow {
  agent: string;
  /** below it, the steps that look things up are done */
  certainty?: Measure;
  /** absent where the agent itself fits, or nobody is known */
  hand_off?: HandOff;
  mode: Mode;
  /** nothing keeps the request from being worked on */
  ready: boolean;
  /** in the order of the file */
  steps: WorkflowStep[];
}

/** a line of a rule that a document meets */
export interface ContextWhy {
  /** or withheld */
  given: boolean;
  /** in the leader's file */
  line: number;
  /** id of the item */
  rule: string;
  /** as the file has it */
  text: string;
  /** where its words stand */
  where: "path" | "title" | "heading";
  /** of the document */
  words: string;
}

/** a section of a document that is dealt with in its own way */
export interface ContextPart {
  /** or withheld */
  given: boolean;
  heading: string;
  /** in the document */
  line: number;
  /** estimate */
  tokens: number;
  /** absent: no rule tells */
  why?: ContextWhy;
}

/** a document, and what a worker gets of it */
export interface ContextItem {
  /** what decided */
  by: "rule" | "default" | "budget";
  /** where not all of it is dealt with alike */
  parts?: ContextPart[];
  path: string;
  /** left_out: it would be given, but does not fit */
  status: "given" | "part" | "withheld" | "left_out";
  /** estimate of what is given; of all of it where nothing is */
  tokens: number;
  /** of the whole document; absent: no rule tells */
  why?: ContextWhy;
}

/** what a worker is given */
export interface ContextWorker {
  agent: string;
  /** tokens that may be used */
  budget: number;
  /** in the order of the documents */
  items: ContextItem[];
  /** tokens of its own file, estimate; 0 where there is none */
  own: number;
  /** lines in the leader's file that tell what it gets */
  rules: number;
  /** tokens of the words of its tasks, estimate */
  tasks: number;
  /** what it should be given, and no document is about; where and words say nothing */
  unmet: ContextWhy[];
  /** tokens, estimate */
  used: number;
  /** tokens of the model's window */
  window: number;
}

/** what each worker of a plan is given */
export interface ContextPlan {
  /** whose file has the rules */
  leader: string;
  /** in order of their first task */
  workers: ContextWorker[];
}

/** a task as it is handed to a worker */
export interface Delegation {
  /** acceptance criteria */
  accept: string[];
  /** ids of the tasks it depends on */
  after: string[];
  agent: string;
  /** ids of the tasks that depend on it */
  blocks: string[];
  /** what the worker is told and given */
  context: string[];
  /** requirements */
  demands: string[];
  /** of the task */
  id: string;
  objective: string;
  outputs: string[];
  priority?: "low" | "medium" | "high" | "critical";
  /** success criteria */
  success: string[];
}

/** a task as a message, in the form of the leader's file */
export interface DelegationText {
  delegation: Delegation;
  /** of the form in that file; absent: the file has none */
  line?: number;
  /** of that file */
  path?: string;
  text: string;
}

/** a field of a message */
export interface FormField {
  /** inside it, of each item where it is a list */
  fields: FormField[];
  /** its fields are examples: any names will do */
  free: boolean;
  /** in the agent's file; absent for a form that every agent has */
  line?: number;
  name: string;
  required: boolean;
  type: "string" | "number" | "boolean" | "array" | "object" | "any";
}

/** a message with fields */
export interface Form {
  /** in the order of the file */
  fields: FormField[];
  line?: number;
  /** request, response, directive, ... */
  name: string;
  /** of the agent's file */
  path?: string;
  title: string;
}

/** what is wrong with a message */
export interface FormProblem {
  code: "json" | "missing" | "type" | "unknown" | "empty" | "agent";
  /** says what to do */
  message: string;
  /** of the field: analysis.risks[0].severity; empty for the whole */
  path: string;
  severity: "error" | "warning";
}

/** a message held against its form */
export interface FormCheck {
  /** its name */
  form: string;
  problems: FormProblem[];
  /** the message as JSON; absent where it has errors */
  text?: string;
}

/** what somebody filled in */
export interface FormEntry {
  /** of the field, as in FormProblem */
  path: string;
  /** of a list, one item a line */
  text: string;
}

/** where lines stand */
export interface DuplicatePlace {
  /** the first, from 1 */
  line: number;
  path: string;
  /** the last line */
  to: number;
}

/** lines that stand in several places */
export interface DuplicateGroup {
  /** that are not empty */
  lines: number;
  /** in order */
  places: DuplicatePlace[];
  /** the first of them */
  text: string;
  words: number;
}

/** what documents say more than once */
export interface Duplicates {
  /** duplicated lines of all lines, in hundredths of a percent */
  basis: number;
  /** that were looked at */
  documents: number;
  /** lines that stand somewhere else as well */
  duplicated: number;
  /** the largest first */
  groups: DuplicateGroup[];
  /** that are not empty */
  lines: number;
  /** groups that are not listed */
  more: number;
}

/** one agent file */
export interface Spec {
  /** as written */
  color: string | null;
  /** as written */
  description: string | null;
  /** by rising offset */
  diagnostics: Diagnostic[];
  /** claude-code, copilot, ... or plain */
  dialect: string;
  /** the other frontmatter keys */
  extra: JsonObject;
  /** @ and the normalised name */
  id: string;
  /** as written */
  model: string | null;
  /** as written */
  name: string | null;
  /** as given */
  path: string | null;
  /** what its prose demands, in order of place */
  rules: Rule[];
  /** in order */
  sections: Section[];
  /** of the raw bytes, hex */
  sha256: string;
  /** estimate for the whole file */
  tokens: number;
  /** as written, in order; null when absent, empty when empty */
  tools: string[] | null;
  /** the canonical name of each; null where unknown */
  tools_canonical: (string | null)[] | null;
  /** where they stand */
  tools_from: "frontmatter" | "body" | "none";
}

/** a file names an agent */
export interface AgentRef {
  /** @name */
  agent: string;
  /** in a list of its team, or in passing */
  how: "declares" | "mentions";
  /** where first, from 1 */
  line: number;
}

/** a member of a roster */
export interface Agent {
  /** path of the file that names it */
  declared_by?: string;
  /** in that file */
  declared_line?: number;
  /** what it is for */
  description?: string;
  /** in its file */
  errors: number;
  /** @name */
  id: string;
  /** coordinates others */
  leads: boolean;
  /** as written */
  model?: string;
  /** its file; absent for a declared agent */
  path?: string;
  /** the other agents that its file names, each once; those of its lists first */
  refs: AgentRef[];
  /** of its file */
  sha256?: string;
  /** a file of its own, or only named in one */
  source: "file" | "declared";
  /** ids of the agents that its lists name */
  team: string[];
  /** in its file */
  warnings: number;
}

/** the findings of one file */
export interface FileDiagnostics {
  /** by rising offset, those across files included */
  diagnostics: Diagnostic[];
  /** as given */
  path: string;
}

/** a set of agent files */
export interface Roster {
  /** files first, then declared ones */
  agents: Agent[];
  /** in all */
  errors: number;
  /** one for each file, in order of adding */
  files: FileDiagnostics[];
  /** in all */
  warnings: number;
}

/** a file the plan creates or changes */
export interface PlanFile {
  path: string;
  purpose: string;
}

/** an agent the plan needs */
export interface PlanNeed {
  /** @name */
  agent: string;
  reason: string;
}

/** what has to be shown before a task, or the whole, counts as done */
export interface PlanAnswerGate {
  /** what shows it: a command, a report, a file */
  evidence: string;
  /** one word, unique */
  id: string;
  /** id of the task; empty for the whole */
  task: string;
  /** what has to hold */
  text: string;
}

/** a piece of work for one agent */
export interface PlanAnswerTask {
  /** done when */
  accept: string[];
  /** ids of the tasks it depends on */
  after: string[];
  /** @name, of the agents listed, not the leader */
  agent: string;
  /** what the work has to meet */
  demands: string[];
  effort: "XS" | "S" | "M" | "L" | "XL";
  /** T1, T2, ... */
  id: string;
  /** what it leaves behind */
  outputs: string[];
  priority: "low" | "medium" | "high" | "critical";
  /** why this agent */
  reason: string;
  /** one line */
  title: string;
  /** paths it creates or changes */
  writes: string[];
}

/** what will be done, by whom, in which order */
export interface PlanAnswer {
  /** files created or changed */
  files: PlanFile[];
  gates: PlanAnswerGate[];
  /** agents that have a task, and why */
  needs: PlanNeed[];
  /** sentences on dependencies and order */
  order: string[];
  risks: string[];
  /** how the whole is taken back */
  rollback: string[];
  /** in order, one sentence each */
  steps: string[];
  /** when the whole counts as done */
  success: string[];
  tasks: PlanAnswerTask[];
}

/** where a piece of a plan comes from */
export interface PlanSource {
  /** whose file the rule stands in */
  agent?: string;
  from: "rule" | "document" | "objective" | "planner" | "model" | "person";
  /** from 1 */
  line?: number;
  /** of the file */
  path?: string;
  /** id */
  rule?: string;
  /** as they stand there */
  words?: string;
}

/** what the objective needs */
export interface PlanFinding {
  /** endpoints, schema, auth, performance, ... */
  need: string;
  /** of the objective */
  words: string;
}

/** what has to be shown before a task, or the quest, counts as done */
export interface PlanGate {
  /** what shows it: a command, a report, a file */
  evidence?: string;
  /** a word, where no number is asked for */
  expect?: string;
  id: string;
  /** settled by a number or a word, or by somebody who looks */
  judge: "rule" | "seat";
  /** the number that is asked for */
  measure?: Measure;
  source?: PlanSource;
  /** id; the quest's where there is none */
  task?: string;
  text: string;
}

/** how large a task is thought to be */
export interface PlanEstimate {
  /** tokens */
  input?: number;
  minutes?: number;
  /** tokens */
  output?: number;
}

/** a piece of work */
export interface PlanTask {
  /** done when */
  accept: string[];
  /** ids of the tasks it depends on */
  after: string[];
  /** @name */
  agent: string;
  /** ids of the tasks that depend on it; computed */
  blocks: string[];
  /** what the work has to meet */
  demands?: string[];
  effort?: "XS" | "S" | "M" | "L" | "XL";
  estimate?: PlanEstimate;
  /** its place in the order of work, from 1 */
  group: number;
  /** T1, T2, ... */
  id: string;
  /** what it leaves behind */
  outputs: string[];
  priority?: "low" | "medium" | "high" | "critical";
  /** why this agent */
  reason?: string;
  /** how it is taken back */
  rollback?: string;
  source?: PlanSource;
  title: string;
  /** paths it creates or changes */
  writes?: string[];
}

/** why a plan cannot run, or should not */
export interface PlanProblem {
  /** unknown-agent, cycle, ... */
  code: string;
  /** which member of the task, or of the plan */
  field?: string;
  /** edits after which it is gone */
  fix?: PlanEdit[];
  /** of the text that the task or the gate comes from */
  line?: number;
  /** says what to do */
  message: string;
  /** of that text */
  path?: string;
  /** errors block approval */
  severity: "error" | "warning" | "info";
  /** where */
  task?: string;
  /** all that it is between: a cycle in the order of work, or who goes first and who waits */
  tasks?: string[];
}

/** a task that has its turn with an agent or a file */
export interface PlanUse {
  /** the rule by which it comes before the next tasks of the other plans; order: no other plan wants it any more */
  by: "priority" | "tail" | "number" | "order";
  /** index, from 0 */
  plan: number;
  /** id */
  task: string;
}

/** an agent or a file that several plans want */
export interface PlanConflict {
  kind: "agent" | "file";
  /** who goes first */
  message: string;
  /** @name, or a path */
  name: string;
  /** in the order in which they have it */
  uses: PlanUse[];
}

/** what will be done, by whom, in which order */
export interface Plan {
  /** agents that were thought of and are not needed */
  considered?: PlanNeed[];
  /** groups were written, not computed */
  declared_groups: boolean;
  /** as somebody wrote it */
  duration?: string;
  files: PlanFile[];
  /** what the objective was found to need */
  findings?: PlanFinding[];
  gates?: PlanGate[];
  /** task ids that may run together, in order */
  groups: string[][];
  /** SHA-256 of all that is not computed; computed */
  hash: string;
  /** what it was planned from: an item of a roadmap */
  item?: PlanSource;
  /** @name */
  leader: string;
  needs: PlanNeed[];
  objective: string;
  /** sentences on dependencies and order */
  order: string[];
  /** a longest chain of dependent tasks */
  path: string[];
  /** titles of the declared groups */
  phases?: string[];
  problems: PlanProblem[];
  /** made without a model */
  rehearsed: boolean;
  risks: string[];
  /** how the whole is taken back */
  rollback?: string[];
  steps: string[];
  /** when the whole counts as done */
  success?: string[];
  tasks: PlanTask[];
}

/** a document that a model is given */
export interface PlanContext {
  path: string;
  text: string;
}

/** a part of a conversation with a model */
export interface PlanMessage {
  role: "user" | "assistant";
  text: string;
}

/** a plan is asked of a model; no provider's form */
export interface PlanRequest {
  /** @name */
  leader: string;
  /** in order; the last is the user's */
  messages: PlanMessage[];
  objective: string;
  /** 0; 1 when an answer is to be repaired */
  round: number;
  /** JSON Schema of the answer, PlanAnswer */
  schema: JsonObject;
  /** who the model is, and what holds for its answer */
  system: string;
}

/** what came of a model's answer */
export interface PlanAnswered {
  /** how the plan was written */
  form?: "json" | "text";
  /** one sentence */
  message: string;
  outcome: "plan" | "repair" | "failed";
  /** outcome plan */
  plan?: Plan;
  /** of the answer, or of the plan in it */
  problems: PlanProblem[];
  /** outcome failed: the answer as it came */
  raw?: string;
  /** outcome repair: to be asked next */
  repair?: PlanRequest;
}

/** a thing to do */
export interface RoadmapItem {
  /** n of the items that it waits for */
  after?: number[];
  /** not done, and held up: it says so, or what it waits for is not done */
  blocked: boolean;
  description?: string;
  /** list items below it without a box */
  details?: string[];
  /** its box is ticked */
  done: boolean;
  /** as written */
  duration?: string;
  /** 1 to 2 days, 3 to 5 days, 1 to 2 weeks, 2 to 4 weeks, more */
  effort?: "XS" | "S" | "M" | "L" | "XL";
  /** from 1 */
  line: number;
  /** its number in the roadmap, from 1 */
  n: number;
  /** n of the item that it is part of */
  parent?: number;
  title: string;
}

/** a part of a roadmap */
export interface RoadmapPhase {
  dependencies?: string[];
  /** all of its items are */
  done: boolean;
  /** as written */
  duration?: string;
  goal?: string;
  items: RoadmapItem[];
  /** from 1 */
  line: number;
  risks?: string[];
  success?: string[];
  title: string;
}

/** what a project means to do */
export interface Roadmap {
  /** of no phase */
  dependencies?: string[];
  /** n of the pending item: the first that is neither done nor blocked, in the first phase that is not done */
  next?: number;
  /** of the file */
  path?: string;
  phases: RoadmapPhase[];
  /** of no phase */
  risks?: string[];
}

/** a part of a program */
export interface ModuleFacts {
  /** percent of it that tests run */
  coverage?: number;
  /** known defects of its making */
  debt?: number;
  /** what it belongs to; its folder where nothing is said */
  group?: string;
  name: string;
  /** those of its debt that cannot wait */
  serious?: number;
  /** it is a test */
  test?: boolean;
}

/** one part needs another */
export interface ModuleEdge {
  /** who needs */
  from: string;
  /** how often */
  times?: number;
  /** what is needed */
  to: string;
}

/** which part of a program needs which; when read, an edge may also be [from, to] */
export interface ModuleGraph {
  edges: ModuleEdge[];
  modules: ModuleFacts[];
}

/** modules that all need each other */
export interface ModuleCycle {
  modules: string[];
  /** a shortest way around, from the first back to it */
  path: string[];
  /** how many modules */
  size: number;
}

/** how much a module has to do with others */
export interface ModuleCoupling {
  /** it is in a cycle */
  cycle?: boolean;
  group: string;
  /** modules that need it */
  in: number;
  /** percent: what it needs, of all it has to do with */
  instability: number;
  module: string;
  /** modules that it needs */
  out: number;
}

/** a module that many groups use: worth an interface of its own */
export interface ModuleInterface {
  /** that use it */
  groups: number;
  module: string;
  /** modules that use it */
  users: number;
}

/** two modules that need each other */
export interface ModulePair {
  /** how often the second needs the first */
  back: number;
  from: string;
  /** how often the first needs the second */
  there: number;
  to: string;
}

/** what can be taken out next, the least coupled first: modules of one cycle, or a group */
export interface ModuleStep {
  group?: string;
  /** dependencies on it from elsewhere */
  in: number;
  /** of both kinds, when its turn comes */
  left: number;
  modules?: string[];
  /** its dependencies on others */
  out: number;
  /** modules in it */
  size: number;
}

/** how a program hangs together */
export interface Coupling {
  /** the most coupled first */
  coupling: ModuleCoupling[];
  /** the largest first */
  cycles: ModuleCycle[];
  /** modules with known defects, most first */
  debt: HealthDebt[];
  /** dependencies, each once */
  edges: number;
  /** of the score */
  formula: string;
  /** rows and columns of the matrix; of many groups the most coupled */
  groups: string[];
  interfaces: ModuleInterface[];
  /** of the matrix: none, low, medium, high */
  levels: string[][];
  /** dependencies from the row's group on the column's */
  matrix: number[][];
  modules: number;
  /** cycles and modules, in the order in which they can be taken out */
  order: ModuleStep[];
  /** thousandths; of 10, less is better */
  score: number;
  /** groups, in the order in which they can be taken out */
  services: ModuleStep[];
  /** the closest first */
  tight: ModulePair[];
}

/** a module that feels a change through others */
export interface BreaksLater {
  /** steps from what changes */
  distance: number;
  module: string;
  /** the module that passes it on */
  through: string;
}

/** how dangerous a change is; its parts are in hundredths */
export interface Risk {
  cycle: number;
  direct: number;
  formula: string;
  gap: number;
  reach: number;
  /** 0 to 100 */
  score: number;
}

/** what a change breaks */
export interface Breaks {
  /** felt through others, nearest first */
  cascade: BreaksLater[];
  changed: string[];
  /** percent of the modules that feel it which tests cover; absent where nothing is known of tests */
  coverage?: number;
  /** modules that need what changes */
  direct: string[];
  /** in all */
  modules: number;
  risk: Risk;
  /** tests to run */
  tests: string[];
  /** modules that feel it and that no test covers */
  uncovered: string[];
}

/** debt of one module at one time */
export interface HealthDebt {
  items: number;
  module: string;
  /** those that cannot wait */
  serious?: number;
}

/** what was measured at one time; numbers in thousandths */
export interface HealthSnapshot {
  /** ms since epoch */
  at: number;
  bottlenecks?: string[];
  /** of 10 */
  coupling?: number;
  /** percent */
  coverage?: number;
  debt?: HealthDebt[];
  /** percent */
  duplication?: number;
  /** of 10 */
  performance?: number;
  /** of 10 */
  security?: number;
}

/** a value at one time */
export interface HealthPoint {
  /** ms since epoch */
  at: number;
  value: number;
}

/** a measure over time */
export interface HealthMeasure {
  /** which is better */
  better: "less" | "more";
  /** since the point before */
  change?: number;
  /** thousandths */
  latest: number;
  name: string;
  points: HealthPoint[];
  unit: string;
}

/** debt of a module over time */
export interface HealthModule {
  /** since the point before */
  change?: number;
  /** items */
  latest: number;
  module: string;
  points: HealthPoint[];
  /** of the latest */
  serious?: number;
}

/** a backend over time */
export interface Health {
  /** of the last snapshot */
  bottlenecks: string[];
  /** most first */
  debt: HealthModule[];
  measures: HealthMeasure[];
  /** measures of which nothing is known */
  missing: string[];
}

/** a step of a request; times in microseconds */
export interface TraceSpan {
  id: string;
  /** what ran: a service, a query, a function */
  name: string;
  /** id of the step that called it */
  parent?: string;
  /** from any beginning that all steps share */
  start: number;
  time: number;
}

/** a step, behind the one that called it */
export interface FlowStep {
  /** since the request began */
  at: number;
  /** calls above it */
  depth: number;
  id: string;
  name: string;
  /** while none of its calls ran */
  own: number;
  /** of the whole, by itself, in hundredths of a percent */
  share: number;
  time: number;
}

/** all steps of one name */
export interface FlowPart {
  calls: number;
  name: string;
  /** while none of their calls ran */
  own: number;
  /** of the whole, in hundredths of a percent; more than all where steps ran at once */
  share: number;
}

/** what a step calls again and again */
export interface FlowRepeat {
  /** name of the caller */
  by: string;
  calls: number;
  name: string;
  /** of all of them */
  time: number;
}

/** where the time of a request goes; times in microseconds */
export interface RequestFlow {
  /** ids of steps that take a fifth of the whole or more by themselves */
  bottlenecks: string[];
  /** most first */
  breakdown: FlowPart[];
  chain: FlowStep[];
  /** five times or more by one step */
  repeated: FlowRepeat[];
  /** from the first start to the last end */
  time: number;
}

/** what options are compared by */
export interface MatrixCriterion {
  /** less is better */
  less?: boolean;
  /** of the agent's file */
  line?: number;
  name: string;
  /** of the agent's file */
  rule?: string;
  /** percent, 0 to 100, at most three places; what they add up to counts as the whole */
  weight: number | string;
}

/** one of the options */
export interface MatrixOption {
  name: string;
  /** by criterion, 0 to the scale, at most three places */
  scores: JsonObject;
}

/** options against weighted criteria */
export interface Matrix {
  criteria: MatrixCriterion[];
  options: MatrixOption[];
  /** the best score; 10 where nothing is said */
  scale?: number;
}

/** an option and how it did */
export interface MatrixRank {
  name: string;
  /** by criterion, thousandths: score times weight; absent where there is no score */
  parts: JsonObject;
  /** from 1; equals share one */
  rank: number;
  /** thousandths */
  total: number;
}

/** a score that is missing; it counts as 0 */
export interface MatrixGap {
  criterion: string;
  option: string;
}

/** how far the weight of a criterion is from changing the winner */
export interface MatrixFlip {
  /** thousandths of a percent: the nearest weight at which another option draws level */
  at?: number;
  /** from the weight it has */
  change?: number;
  criterion: string;
  /** which option that is; absent when no weight changes the winner */
  to?: string;
  /** thousandths of a percent */
  weight: number;
}

/** what a matrix says */
export interface MatrixRanking {
  missing: MatrixGap[];
  /** the best first */
  options: MatrixRank[];
  /** thousandths */
  scale: number;
  /** by criterion, while there are two options */
  sensitivity: MatrixFlip[];
  /** what the weights add up to, thousandths of a percent */
  weights: number;
}

/** a step of a migration that can be taken back */
export interface MigrationPhase {
  name: string;
  /** how it is taken back */
  rollback?: string;
  steps?: string[];
}

/** a decision and why */
export interface DecisionRecord {
  /** ms since epoch */
  at?: number;
  consequences?: string[];
  context?: string;
  /** who does what */
  coordination?: string[];
  /** the state before */
  current?: string[];
  decision?: string;
  gates?: string[];
  impact?: string[];
  matrix?: Matrix;
  participants?: string[];
  phases?: MigrationPhase[];
  reasons?: string[];
  /** proposed, accepted, rejected, superseded; proposed where nothing is said */
  status?: string;
  title: string;
}

/** one service of an architecture */
export interface Service {
  name: string;
  /** data that no other service owns */
  owns?: string[];
  responsibility?: string;
  /** @name */
  team?: string;
}

/** how services talk */
export interface ServiceLink {
  contract?: string;
  /** a service */
  from: string;
  /** call, event, stream, ... */
  style?: string;
  /** a service */
  to: string;
}

/** how data is kept consistent */
export interface ServiceData {
  data: string;
  /** strong, eventual, saga, ... */
  model?: string;
  /** a service */
  owner?: string;
}

/** how a service is released */
export interface ServiceRelease {
  rollback?: string;
  service: string;
  strategy?: string;
}

/** a service architecture */
export interface ServiceForm {
  communication?: ServiceLink[];
  consistency?: ServiceData[];
  deployment?: ServiceRelease[];
  services: Service[];
  title: string;
}

/** something that is remembered */
export interface MemoryEntity {
  entityType: string;
  name: string;
  observations: string[];
}

/** how two of them stand to each other */
export interface MemoryRelation {
  from: string;
  relationType: string;
  to: string;
}

/** entities and the relations between them */
export interface MemoryGraph {
  entities: MemoryEntity[];
  relations: MemoryRelation[];
}

/** a call of the memory graph, by the names of the MCP memory server */
export interface MemoryCall {
  /** as that server takes them */
  arguments: JsonObject;
  /** create_entities, ... */
  tool: string;
}

/** what a quest taught */
export interface Learned {
  /** which make the memory graph remember it */
  calls: MemoryCall[];
  /** words are missing because they were withheld */
  withheld: boolean;
}

/** when a task can run where enough are at work; minutes */
export interface ScheduleTask {
  end: number;
  id: string;
  /** how long it takes */
  minutes: number;
  /** how much later it may start without the whole taking longer */
  slack: number;
  start: number;
}

/** how long the plan takes with so many at work at once; an agent does one task at a time */
export interface ScheduleCrew {
  at_once: number;
  /** no schedule is shorter */
  bound: number;
  /** of the schedule found */
  minutes: number;
  /** it is as short as any can be */
  shortest: boolean;
  /** by task id, minutes */
  starts: JsonObject;
}

/** when the tasks of a plan can run */
export interface Schedule {
  /** from one at once to as many as help */
  crews: ScheduleCrew[];
  /** the chain of tasks without slack */
  critical: string[];
  /** the longest chain */
  minutes: number;
  tasks: ScheduleTask[];
  /** minutes of all tasks */
  work: number;
}

/** what a model costs, micro-dollars for a million tokens */
export interface ModelPrice {
  /** prompt tokens above which this row holds */
  above?: number;
  /** of the input, what was cached; as input where nothing is said */
  cached?: number;
  input: number;
  /** its id */
  model: string;
  output: number;
}

/** prices that stand before those we know */
export interface PriceTable {
  /** of agents whose files name none */
  model?: string;
  /** who is played by which model, in place of what the files name; whoever is not in it is played by none, and costs nothing */
  players?: Player[];
  prices?: ModelPrice[];
}

/** how large a task was */
export interface TaskSize {
  /** tokens of the input that were cached */
  cached?: number;
  /** booked, or estimated from what was said */
  from?: "usage" | "words";
  /** tokens */
  input?: number;
  /** tokens */
  output?: number;
  /** id */
  task: string;
}

/** what an agent costs */
export interface PlanCostAgent {
  /** @name */
  agent: string;
  /** micro-dollars if the fallback answers where it costs more; absent without one, or where a price is not known */
  dearest?: number;
  /** model that is asked when its own stays overloaded */
  fallback?: string;
  /** tokens */
  input: number;
  /** micro-dollars; absent where a price is not known */
  micro?: number;
  /** of the player, of its file, or of the price table */
  model?: string;
  /** tokens */
  output: number;
  turns: number;
}

/** what the agent of a task uses for it */
export interface PlanCostTask {
  /** @name */
  agent: string;
  /** tokens of the input */
  cached?: number;
  /** in a quest, in the plan, from the words and the effort */
  from: "measured" | "given" | "computed";
  /** tokens */
  input: number;
  /** micro-dollars; absent where the price is not known */
  micro?: number;
  /** tokens */
  output: number;
  /** id */
  task: string;
}

/** whose price is not known */
export interface PlanCostGap {
  /** @name */
  agent: string;
  /** absent where none is named */
  model?: string;
}

/** what a plan costs */
export interface PlanCost {
  /** the leader first */
  agents: PlanCostAgent[];
  /** tokens */
  input: number;
  /** micro-dollars, without those whose price is not known */
  micro: number;
  /** tokens */
  output: number;
  /** without what the leader uses */
  tasks: PlanCostTask[];
  unknown: PlanCostGap[];
}

/** a change to a plan; which fields it needs depends on op */
export interface PlanEdit {
  /** add */
  accept?: string[];
  /** add: ids; link, unlink: one id */
  after?: string | string[];
  /** add, merge */
  agent?: string;
  /** split: of the parts, in order */
  agents?: string[];
  /** add, order: the task that it comes before; the end where there is none */
  before?: string;
  /** add */
  demands?: string[];
  /** add */
  effort?: "XS" | "S" | "M" | "L" | "XL";
  /** add */
  estimate?: PlanEstimate;
  /** set: a member of the task, or without task of the plan */
  field?: string;
  /** add, move */
  group?: number;
  op: "add" | "link" | "merge" | "move" | "order" | "reassign" | "remove" | "set" | "split" | "unlink";
  /** add */
  outputs?: string[];
  /** add */
  priority?: "low" | "medium" | "high" | "critical";
  /** add: why this agent */
  reason?: string;
  /** add */
  rollback?: string;
  /** the task it is about */
  task?: string;
  /** merge: into the first */
  tasks?: string[];
  /** add, merge */
  title?: string;
  /** split: of the parts */
  titles?: string[];
  /** reassign: @name */
  to?: string;
  /** split: the parts run side by side */
  together?: boolean;
  /** set: as the member has it; an empty one takes it away */
  value?: string | string[] | PlanEstimate | PlanFile[] | PlanFinding[] | PlanGate[] | PlanNeed[];
  /** add */
  writes?: string[];
}

/** what came of edits: a plan, or why not */
export interface PlanEdited {
  /** by the id a task had, the one it has now; a merged one that of what it went into; a removed one is not there */
  ids?: JsonObject;
  plan?: Plan;
  /** nothing was changed */
  refusal?: PlanProblem;
}

/** a task that is in both plans, and differs */
export interface PlanTaskChange {
  after: PlanTask;
  before: PlanTask;
  /** which members differ */
  fields: string[];
}

/** how large a plan is */
export interface PlanSize {
  /** who have tasks */
  agents: number;
  /** 0 with a cycle */
  groups: number;
  /** of the longest chain of tasks; with a cycle there is none */
  minutes?: number;
  tasks: number;
  /** minutes of all tasks */
  work: number;
}

/** what differs between two plans; tasks go together by their titles */
export interface PlanChanges {
  added: PlanTask[];
  after: PlanSize;
  before: PlanSize;
  changed: PlanTaskChange[];
  /** members of the plan that differ; tasks: they stand in another order */
  fields: string[];
  removed: PlanTask[];
  /** they have one hash */
  same: boolean;
}

/** what somebody wants to do; the fields beside by, fence, k, head and type are those of the event type */
export interface Command {
  /** @name or @owner */
  by: string;
  /** of the seat, as the sender knows it; the current one where nothing is said */
  fence?: number;
  /** the owner's idea of the head; another one is a conflict */
  head?: string;
  /** counter within the fence; the next where nothing is said */
  k?: number;
  /** of events.def */
  type: string;
  [field: string]: Json;
}

/** why a command was not accepted; nothing was written */
export interface Refusal {
  /** stable: not_your_turn, not_recruited, ... */
  code: string;
  /** the closest agent */
  did_you_mean?: string;
  /** which gates are open */
  gates?: string[];
  /** who holds the turn */
  holders?: string[];
  /** one sentence */
  message: string;
  /** which task stands in the way */
  task?: string;
  /** which tasks are open */
  tasks?: string[];
}

/** the machine's answer */
export interface Decision {
  /** the event that the same command made before */
  duplicate_of?: number;
  /** the event line, to be appended */
  line?: string;
  refusal?: Refusal;
}

/** one line of the log with its openings */
export interface Event {
  /** ms since epoch */
  at: number;
  /** @name */
  by: string;
  /** texts in place of their commitments, null where withheld */
  data: JsonObject;
  /** head after this event */
  h: string;
  /** sequence */
  n: number;
  /** of events.def */
  type: string;
  /** texts without an opening */
  withheld: number;
}

/** where a log stands */
export interface QuestHead {
  /** when the next limit passes, if nothing else happens: then a tick is due */
  due?: number;
  /** of the last event; zeros for an empty quest */
  head: string;
  /** null before create, and for a log that carries none */
  id: string | null;
  /** events so far */
  n: number;
}

/** what the machine knows */
export interface QuestState {
  /** over the canonical bytes of state */
  hash: string;
  /** commitments in place of texts */
  state: JsonObject;
}

/** an agent of the quest */
export interface SeatView {
  /** grows when the seat changes hands */
  fence: number;
  /** @name or @owner */
  id: string;
  /** counter within the fence that its next command has */
  k: number;
  /** who plays it */
  kind: "human" | "model" | "rehearsal" | "remote";
  leads: boolean;
  /** blocked: its last answer asks or is stuck; waiting: a slot of this turn is ahead */
  status: "holding" | "waiting" | "blocked" | "idle";
  /** somebody claimed it and has not left */
  taken: boolean;
}

/** a task of the quest */
export interface TaskView {
  /** done when; null where withheld */
  accept: (string | null)[];
  after: string[];
  agent: string;
  /** declared or computed group, from 1 */
  group: number;
  id: string;
  /** null where withheld */
  outputs: (string | null)[];
  status: "todo" | "open" | "clarification" | "blocked" | "done" | "dropped";
  /** null where withheld */
  title: string | null;
}

/** something said or done, in order */
export interface TalkView {
  /** ms since epoch */
  at: number;
  by: string;
  /** of a respond */
  kind?: string;
  /** event */
  n: number;
  /** of a message to an agent */
  state?: "queued" | "delivered" | "returned";
  task?: string;
  /** the tasks it opens, continues or closes */
  tasks: string[];
  /** null where withheld or where nothing was said */
  text: string | null;
  to: string[];
  /** of events.def */
  type: string;
  /** pause: to go on before then leads nowhere, ms since epoch */
  until?: number;
  /** its text was taken out */
  withheld: boolean;
}

/** somebody held the turn: one bar of the turn line */
export interface HoldView {
  agent: string;
  /** the event after which it held */
  from: number;
  tasks: string[];
  /** the event that ended it; absent while it holds */
  to?: number;
}

/** who comes next */
export interface NextView {
  agent: string;
  /** by the plan, not yet by a message */
  planned: boolean;
  tasks: string[];
}

/** time that runs out */
export interface TimeLeft {
  /** what it is a limit of */
  kind: "budget" | "closing" | "level" | "quest" | "reminder" | "task" | "turn";
  /** ms of running time, at the last event */
  left: number;
  /** ms in all */
  of: number;
}

/** what a screen shows */
export interface QuestView {
  /** the owner first, then in order */
  agents: SeatView[];
  /** of the last event */
  at: number;
  /** why it is paused */
  cause?: "owner" | "budget" | "loop" | "turn" | "task" | "ladder";
  /** when the next limit passes, if nothing else happens: then a tick is due */
  due?: number;
  /** tasks that may run together, in order */
  groups: string[][];
  head: string;
  holder: "leader" | "group" | "owner" | "nobody";
  holders: string[];
  /** the turn line so far */
  holds: HoldView[];
  id: string | null;
  /** who holds the turn again when the pause is over; empty unless paused */
  kept: string[];
  /** of the turn that is held, or of what else runs out next where turns have no limit */
  limit?: TimeLeft;
  /** null where withheld */
  mission: string | null;
  /** events so far */
  n: number;
  next: NextView[];
  /** hash of the plan it started from */
  plan?: string;
  policy: "strict" | "parallel";
  /** every agent is played by the rehearsal */
  rehearsed: boolean;
  state_hash: string;
  status: "empty" | "proposed" | "running" | "paused" | "closing" | "completed" | "failed" | "aborted" | "timed_out";
  /** of a completed quest, or the reason it ended; null where there is none */
  summary: string | null;
  talk: TalkView[];
  tasks: TaskView[];
  /** texts without an opening */
  withheld: number;
}

/** a message waiting for an agent */
export interface InboxItem {
  from: string;
  /** how the sender ended its turn: completed, clarification or blocked */
  kind?: string;
  n: number;
  task?: string;
  /** null where withheld */
  text: string | null;
}

/** whether it is an agent's turn */
export interface Monitor {
  agent: string;
  fence: number;
  /** what to do next, one sentence */
  hint: string;
  holders: string[];
  /** what it was told this turn; empty when it does not hold */
  inbox: InboxItem[];
  /** events so far */
  n: number;
  quest: string | null;
  role: "leader" | "worker" | "owner";
  /** of the quest */
  status: string;
  turn: "yours" | "wait" | "paused" | "over";
}

/** the last thing an agent said */
export interface BoardLast {
  /** ms since epoch */
  at: number;
  /** event */
  n: number;
  /** its first line; null where withheld */
  text: string | null;
}

/** how an agent stands */
export interface BoardRow {
  agent: string;
  /** tasks */
  completed: number;
  /** ms it has held the turn; 0 when it does not */
  elapsed: number;
  /** ms it held in turns that were ended */
  held: number;
  /** absent when it has said nothing */
  last?: BoardLast;
  leads: boolean;
  /** micro-dollars of recorded usage */
  micro: number;
  /** its tasks that are neither completed nor dropped */
  open: string[];
  /** waiting: its turn comes, or it asked another worker; done: none of its tasks is open */
  status: "working" | "waiting" | "blocked" | "done" | "idle";
  /** of recorded usage */
  tokens: number;
  /** that were ended */
  turns: number;
}

/** who does what */
export interface Board {
  /** in order; the owner only while it is asked */
  agents: BoardRow[];
  /** of a pause */
  cause?: "owner" | "budget" | "loop" | "turn" | "task" | "ladder";
  /** tasks */
  completed: number;
  /** ms since the first event, until the last of a quest that is over */
  elapsed: number;
  id: string | null;
  /** micro-dollars of recorded usage */
  micro: number;
  /** events so far */
  n: number;
  /** tasks */
  open: number;
  /** of the quest */
  status: string;
  /** of recorded usage */
  tokens: number;
}

/** something said to an agent */
export interface Mail {
  /** ms since epoch */
  at: number;
  from: string;
  /** of an answer */
  kind?: string;
  /** event */
  n: number;
  /** of a message */
  state?: "queued" | "delivered" | "returned";
  task?: string;
  /** null where withheld */
  text: string | null;
}

/** all that was said to an agent */
export interface Inbox {
  agent: string;
  /** in order */
  items: Mail[];
}

/** evidence for a gate, or a judgement of it */
export interface GateNote {
  /** SHA-256 of what it is about */
  artifact?: string;
  as: "given" | "pass" | "fail" | "waived";
  /** ms since epoch */
  at: number;
  by: string;
  /** words; null where withheld */
  evidence?: string | null;
  /** its id */
  gate: string;
  /** event */
  n: number;
  /** in thousandths */
  value?: number;
  word?: string;
}

/** what has to be shown before a task or the quest is completed */
export interface GateView {
  /** SHA-256 of what the evidence that counts is about */
  artifact?: string;
  /** who gave the evidence that counts */
  by?: string;
  /** the word that settles it */
  expect?: string;
  id: string;
  /** settled by a number or a word, or by another seat than the one that gives evidence */
  judge: "rule" | "seat";
  /** the number it asks for, in thousandths */
  milli?: number;
  /** the last event about it */
  n?: number;
  /** what was shown and judged, in order */
  notes: GateNote[];
  /** how the number has to stand to it */
  op?: "<" | "<=" | "=" | ">=" | ">";
  /** what the evidence was about was replaced: it has to be given again */
  stale: boolean;
  status: "open" | "given" | "passed" | "failed" | "waived";
  /** absent: completion of the quest */
  task?: string;
  /** what it asks for; null where withheld */
  text: string | null;
  unit?: string;
}

/** something that was made */
export interface ArtifactView {
  /** ms since epoch */
  at: number;
  by: string;
  /** its size */
  bytes: number;
  /** SHA-256 */
  hash: string;
  /** its media type */
  media: string;
  /** event */
  n: number;
  /** null where withheld */
  name: string | null;
  /** another one took its place */
  replaced: boolean;
  /** the one it took the place of */
  replaces?: string;
  task?: string;
}

/** a level of the ladder of escalation */
export interface LevelView {
  /** running time after which a matter moves up; 0 as min_ms is: at once */
  max_ms?: number;
  /** running time after which it is reminded of */
  min_ms?: number;
  /** null where withheld */
  name?: string | null;
  /** blocked answers after which it moves up */
  retries?: number;
  /** whose it is; absent: the owner's */
  to?: string[];
}

/** a task on the ladder */
export interface MatterView {
  /** ms of running time until it moves up */
  left?: number;
  /** from 1; one more than there are: all were gone through */
  level: number;
  reminded: boolean;
  task: string;
  /** blocked answers on this level */
  tries: number;
  /** when it moves up, ms since epoch; absent while the clock stands */
  until?: number;
}

/** a limit of the budget */
export interface BudgetView {
  limit: number;
  name: "micro" | "ms" | "tokens" | "turns";
  /** by calls that are under way, at most */
  reserved: number;
  /** with what calls that were lost may have used */
  used: number;
}

/** what holds a quest up, or may */
export interface Standing {
  /** in order */
  artifacts: ArtifactView[];
  budget: BudgetView[];
  gates: GateView[];
  /** the lowest first */
  ladder: LevelView[];
  matters: MatterView[];
}

/** an event as one line */
export interface TimelineItem {
  /** ms since epoch */
  at: number;
  by: string;
  /** the first line of its words; null where withheld or where there are none */
  line: string | null;
  /** since the first event */
  ms: number;
  n: number;
  task?: string;
  /** whom it is about */
  to: string[];
  /** of events.def */
  type: string;
  /** texts without an opening */
  withheld: number;
}

/** what happened, in order */
export interface Timeline {
  id: string | null;
  items: TimelineItem[];
}

/** the part of an agent, a model or a task */
export interface MetricPart {
  by: "agent" | "model" | "task";
  name: string;
  /** null where there is no data */
  value: number | null;
}

/** a number by name */
export interface Metric {
  /** how it is computed */
  definition: string;
  /** of metrics.def */
  name: string;
  parts: MetricPart[];
  /** basis: hundredths of a percent */
  unit: "count" | "ms" | "tokens" | "micro" | "basis";
  /** null where there is no data */
  value: number | null;
}

/** the numbers of one or several quests */
export interface Metrics {
  /** every one of metrics.def */
  metrics: Metric[];
  quests: number;
}

/** the first thing wrong with a log */
export interface Problem {
  /** torn_tail, not_canonical, sequence, hash, commitment, or the rule that was broken */
  cause: string;
  /** from 1 */
  line: number;
  /** one sentence */
  message: string;
  /** bytes into that line */
  offset: number;
  /** what it spoils */
  verdict: "intact" | "legal" | "complete";
}

/** a line whose author has a key: to be checked by the host, with Ed25519 */
export interface Signature {
  by: string;
  /** what is signed, in base64url */
  bytes: string;
  /** the public key, in base64url */
  key: string;
  /** event */
  n: number;
  /** in base64url; absent: the line is not signed */
  signature?: string;
}

/** an agent whose Ed25519 key stands in event 0 */
export interface Signer {
  agent: string;
  /** the public key, in base64url */
  key: string;
  /** it wrote */
  lines: number;
  /** of these carry a signature */
  signed: number;
  /** events whose signature does not fit; the host checks, and absent it did not */
  wrong?: number[];
}

/** what verification found */
export interface Verdict {
  /** no: it is not the log whose head was given */
  complete: "terminal" | "anchored" | "open" | "no";
  /** sound ones, from the start */
  events: number;
  /** of the last sound event */
  head: string;
  intact: "yes" | "no";
  legal: "yes" | "no" | "unknown";
  problem?: Problem;
  /** counted over the sound and legal events; absent where event 0 names no key */
  signers?: Signer[];
  /** after the last sound and legal event */
  state_hash: string;
  /** texts without an opening */
  withheld: number;
}

/** who took part, and how often */
export interface Speaker {
  agent: string;
  /** and answers */
  messages: number;
  /** that were ended */
  turns: number;
}

/** who held the turn, from when to when */
export interface CertifiedTurn {
  agent: string;
  /** ms since epoch */
  began: number;
  /** ms since epoch; absent while it lasts */
  ended?: number;
  /** the event after which it held */
  from: number;
  /** the event that ended it */
  to?: number;
}

/** a task and its answer */
export interface CertifiedTask {
  agent: string;
  /** commitment of the answer that completed it */
  answer?: string;
  /** the event that closed it */
  closed?: number;
  /** the first message about it */
  given?: number;
  id: string;
  status: "todo" | "open" | "clarification" | "blocked" | "done" | "dropped";
}

/** what a log proves of a quest, and what it does not */
export interface Certificate {
  /** the owner first */
  agents: Speaker[];
  /** sentences */
  not_proven: string[];
  /** its id */
  quest: string | null;
  /** of the quest */
  status: string;
  tasks: CertifiedTask[];
  /** in order */
  turns: CertifiedTurn[];
  /** tasks that no answer completed, dropped ones among them */
  unanswered: string[];
  /** with the head, the state hash and the texts withheld */
  verdict: Verdict;
}

/** one of two logs that are compared */
export interface Branch {
  events: number;
  /** the first that the other does not have */
  first?: Event;
  head: string;
  id: string | null;
  /** of the quest */
  status: string;
}

/** what is otherwise at the ends of two logs */
export interface Difference {
  left: string | null;
  /** id, status, tokens, micro, a task, whose status it is, or a field of a changed event */
  name: string;
  right: string | null;
}

/** two logs beside each other */
export interface Comparison {
  differs: Difference[];
  left: Branch;
  /** left_continues: it has all of the other and more */
  relation: "same" | "left_continues" | "right_continues" | "diverged" | "unrelated";
  right: Branch;
  /** events that both have, from the start */
  shared: number;
}

/** a note as a person writes it */
export interface NoteDraft {
  /** who writes; brought into the form of an id */
  by: string;
  /** the event it is about; the last one where nothing is said */
  n?: number;
  /** what is said */
  text: string;
}

/** what somebody wrote beside the log, about one event */
export interface Note {
  /** in a list: the log has that event; otherwise it is loose, from another branch or a log that was rewritten */
  anchored?: boolean;
  /** ms */
  at: number;
  /** id of who wrote it; nothing proves it */
  by: string;
  /** the head after the event */
  h: string;
  /** 16 random bytes in base64url */
  id: string;
  /** the event */
  n: number;
  text: string;
}

/** a line that is no note */
export interface NoteProblem {
  /** from 1 */
  line: number;
  /** why */
  message: string;
}

/** the notes of a quest */
export interface Notes {
  /** lines that are no notes */
  bad: number;
  /** notes left out because a smaller one has their id */
  conflicts: number;
  /** by n, at and id */
  notes: Note[];
  /** of the lines that are no notes, the first 100 */
  problems: NoteProblem[];
}

/** two sets of notes made one */
export interface NotesMerged {
  /** lines of the set that came which are no notes */
  bad: number;
  /** notes left out because a smaller one has their id */
  conflicts: number;
  /** the lines that were not in the set before */
  fresh: string[];
  /** of the set that came, the first 100 */
  problems: NoteProblem[];
  /** the whole set, a line each, by id */
  text: string;
}

/** another answer in place of a recorded one; the fields beside at are those of the event, null takes one away */
export interface Change {
  /** the event */
  at: number;
  [field: string]: Json;
}

/** the recorded event that does not follow any more */
export interface Divergence {
  /** @name */
  by: string;
  /** in the recording */
  n: number;
  /** what the machine says to it; absent where its words are withheld and cannot be said again */
  refusal?: Refusal;
  /** of events.def */
  type: string;
}

/** a recorded quest played again with one answer changed */
export interface WhatIf {
  /** the event that was changed */
  at: number;
  /** its fields: left as recorded, right as changed */
  changed: Difference[];
  /** where the recording ends to hold; absent when all of it follows */
  diverged?: Divergence;
  /** kept events, by their numbers in the recording, of somebody who had been told what was changed: they may have answered otherwise */
  doubtful: number[];
  /** of the branch */
  events: number;
  /** of the branch */
  head: string;
  /** who holds the turn at its end */
  holders: string[];
  /** of the branch */
  id: string;
  /** recorded events that follow the changed one */
  kept: number;
  /** recorded events about what the fork settled: effects under way, seats taken */
  left_out: number[];
  /** of the branch */
  status: string;
}

/** who plays a seat with a model */
export interface Provider {
  /** where its paths start; empty where one has to be given */
  base_url: string;
  /** the host runs the model itself, if it can: there is no address */
  built_in?: boolean;
  /** the one that the host puts the key into; absent: no key is needed */
  header?: string;
  id: string;
  /** runs on one's own machine: no key, no price, and the origin of this page has to be let in */
  local: boolean;
  /** a key is got by signing in there, too */
  sign_in?: boolean;
  /** the name its key is kept under */
  slot?: string;
  title: string;
  /** the API that is spoken */
  wire: "messages" | "responses" | "chat" | "generate";
}

/** a piece of a message; which fields are there depends on the kind */
export interface ModelPart {
  /** call: JSON text, as the model wrote it */
  arguments?: string;
  /** image that is kept elsewhere: its size */
  bytes?: number;
  /** image: base64; absent where it is kept elsewhere */
  data?: string;
  /** result: the tool failed */
  error?: boolean;
  /** image that is kept elsewhere: SHA-256 of its bytes, hex */
  hash?: string;
  /** call and result: the call's id */
  id?: string;
  /** thinking: kept, and sent back as the API demands */
  kind: "text" | "image" | "call" | "result" | "thinking" | "refusal";
  /** image: its media type */
  media?: string;
  /** call and result: the tool's name */
  name?: string;
  /** JSON object of the provider's own, to be sent back as it came: signatures, encrypted reasoning, item ids; stream.h says which */
  replay?: string;
  /** text, thinking, refusal, and the words of a result */
  text?: string;
}

/** one message of a conversation with a model */
export interface ModelMessage {
  /** what comes before its end may be kept by the provider for the next call */
  cache?: boolean;
  /** in order */
  parts: ModelPart[];
  /** results of tools are the user's */
  role: "user" | "assistant";
}

/** a tool a model may call */
export interface ModelTool {
  description: string;
  /** letters, digits, _ and -, at most 64 */
  name: string;
  /** JSON Schema of its arguments; as JSON text where numbers have fractions */
  schema: JsonObject | string;
}

/** what a model is asked; no provider's form */
export interface ModelCall {
  /** in place of the provider's */
  base_url?: string;
  /** whether tools may, may not or have to be called; auto where nothing is said */
  choice?: "auto" | "none" | "required";
  /** of the answer, reasoning included */
  max_tokens: number;
  /** in order */
  messages: ModelMessage[];
  /** id, as the provider knows it */
  model: string;
  /** id of providers.def */
  provider: string;
  /** how much is thought; the model's own measure where nothing is said */
  reasoning?: "off" | "low" | "medium" | "high";
  /** JSON Schema the answer must fit; as JSON text where numbers have fractions */
  schema?: JsonObject | string;
  /** letters, digits, _ and -; answer where nothing is said */
  schema_name?: string;
  /** who the model is, and what holds */
  system?: string;
  /** in thousandths; not sent where nothing is said, and to models that refuse one */
  temperature?: number;
  tools?: ModelTool[];
}

/** of a request or an answer */
export interface HttpHeader {
  /** in lower case */
  name: string;
  value: string;
}

/** what the host sends */
export interface HttpRequest {
  /** UTF-8; canonical JSON, but for what is sent back as it came */
  body?: string;
  /** sorted by name; without the key */
  headers: HttpHeader[];
  method: "GET" | "POST" | "DELETE";
  /** where the key goes; absent: none is needed */
  secret?: SecretPlace;
  url: string;
}

/** where the host puts a key, at the last moment */
export interface SecretPlace {
  /** in lower case */
  header: string;
  /** before the key: Bearer and a blank, or nothing */
  prefix: string;
  /** the name the key is kept under */
  slot: string;
}

/** tokens of one call, as the provider counted them; absent ones were not said */
export interface ModelUsage {
  /** of the input: read from a cache */
  cached?: number;
  /** all of it, cached included */
  input?: number;
  /** reasoning included */
  output?: number;
  /** of the output */
  reasoning?: number;
  /** of the input: written to a cache */
  written?: number;
}

/** what an answer goes on with; which fields are there depends on the kind */
export interface ModelDelta {
  /** call: its id */
  id?: string;
  /** of the part it belongs to, from 0; usage and end: how many there are */
  index: number;
  /** call: a tool call begins */
  kind: "text" | "thinking" | "refusal" | "call" | "arguments" | "usage" | "end";
  /** call: the tool */
  name?: string;
  /** what is added */
  text?: string;
  /** usage: what is known so far */
  usage?: ModelUsage;
}

/** why an answer failed */
export interface ModelFault {
  /** the provider's own word, or empty_stream, cut, bad_json, event_limit, line_limit, reply_limit, http_STATUS */
  code: string;
  /** one sentence, the provider's words where it gave any */
  message: string;
  /** of HTTP, or as the stream said */
  status?: number;
}

/** a model's answer */
export interface ModelReply {
  /** filtered: stopped for safety; paused: the provider wants to be asked to go on; cut: the stream broke off */
  end: "stop" | "calls" | "length" | "refused" | "filtered" | "paused" | "failed" | "cut" | "cancelled";
  /** end failed or cut */
  fault?: ModelFault;
  /** the provider's, of the answer */
  id?: string;
  /** which one answered */
  model?: string;
  /** in order, all that came; a call whose arguments are not whole JSON is left out when the stream broke off */
  parts: ModelPart[];
  /** the provider's own word for the end */
  reason?: string;
  usage: ModelUsage;
}

/** a remote MCP server */
export interface McpServer {
  /** letters, digits and -: its tools are called mcp__NAME__TOOL */
  name: string;
  /** where its key goes; absent: none is needed */
  secret?: SecretPlace;
  /** http or https */
  url: string;
}

/** what the host does next for an MCP server */
export interface McpExchange {
  /** hand it back with what comes */
  id: number;
  /** drop: the exchange with that id may be broken off, nobody waits for it any more */
  kind: "send" | "drop";
  /** send */
  request?: HttpRequest;
  /** send: ms to wait before */
  wait?: number;
}

/** what an MCP server answered; which fields are there depends on the kind */
export interface McpResult {
  /** call: the tool failed */
  error?: boolean;
  /** failed: with the code unreachable, cut, cancelled, protocol, not_json, event_limit, line_limit, http_STATUS or rpc_CODE */
  fault?: ModelFault;
  /** of what was wanted; absent for what nobody asked */
  id?: number;
  /** changed: the server has other tools now */
  kind: "tools" | "call" | "pong" | "changed" | "failed";
  /** call: text and images, in order */
  parts?: ModelPart[];
  /** in the server's order */
  tools?: ModelTool[];
  /** call: there was more than is let in */
  truncated?: boolean;
}

/** a server that was tried */
export interface McpAttempt {
  /** a key was sent */
  has_key: boolean;
  /** of the page that asked, such as https://example.org; absent outside a browser */
  origin?: string;
  /** tools or failed; absent where the server could not even be made */
  result?: McpResult;
  /** of the server */
  url: string;
}

/** what came of it */
export interface McpTest {
  cause: "ok" | "key_missing" | "key_refused" | "cors" | "mixed_content" | "not_found" | "no_server" | "server" | "unreachable";
  /** what happened and what to do */
  message: string;
  /** in the server's order */
  tools: ModelTool[];
}

/** an attempt that failed, as the host saw it */
export interface CallFailure {
  /** from 1 */
  attempt: number;
  /** bytes of the answer had come */
  began?: boolean;
  /** model to ask when this one stays overloaded */
  fallback?: string;
  /** what the answer said */
  fault?: ModelFault;
  /** of the answer */
  headers?: HttpHeader[];
  /** ms since 1970 */
  now: number;
  /** id */
  provider: string;
  /** ms since 1970: when the first attempt began */
  since?: number;
  /** of HTTP; absent: there was no answer */
  status?: number;
}

/** what to do after an attempt failed */
export interface RetryVerdict {
  /** retry and pause: when, ms since 1970 */
  at?: number;
  /** pause: it is too long to wait for, so the quest pauses with that time */
  decision: "retry" | "fallback" | "pause" | "stop";
  /** one sentence */
  message: string;
  /** fallback: which */
  model?: string;
}

/** a sign-in that has begun */
export interface SignIn {
  /** in place of the provider's */
  base_url?: string;
  /** id */
  provider: string;
  /** by which the answer is known */
  state: string;
  /** where the person is sent */
  url: string;
  /** what only the one who began knows */
  verifier: string;
}

/** an attempt to reach a provider, as the host saw it */
export interface ConnectionAttempt {
  /** of a model that the host runs, in the words of the Prompt API; absent: there is no such API */
  availability?: "available" | "downloadable" | "downloading" | "unavailable";
  /** in place of the provider's */
  base_url?: string;
  /** of the answer */
  body?: string;
  /** a key was sent */
  has_key: boolean;
  /** of the page that asked, such as https://example.org; absent outside a browser */
  origin?: string;
  /** of whoever is to type a command */
  platform?: "linux" | "macos" | "windows";
  /** the host's own words when no answer came */
  problem?: string;
  /** id */
  provider: string;
  /** what was tried is the exchange of a code for a key; its answer, if it holds a key, is not told */
  sign_in?: boolean;
  /** of HTTP; absent: no answer came, or the browser kept it from the page */
  status?: number;
}

/** a model a provider has */
export interface ModelInfo {
  id: string;
  /** tokens it reads at most */
  input?: number;
  /** tokens it writes at most */
  output?: number;
  title?: string;
}

/** what to type on one system */
export interface ConnectionCommand {
  platform: "linux" | "macos" | "windows";
  text: string;
}

/** what came of it */
export interface ConnectionTest {
  /** download, not_there: of a model that the host runs */
  cause: "ok" | "key_missing" | "key_refused" | "cors" | "org_cors" | "org_setting" | "mixed_content" | "origins" | "not_running" | "not_found" | "rate_limited" | "server" | "unreachable" | "not_json" | "download" | "not_there";
  /** what to type to mend it; that of Linux where no platform was said */
  command?: string;
  /** the same for each system, where they differ */
  commands?: ConnectionCommand[];
  /** one sentence: what happened and what to do */
  message: string;
  /** sorted by id */
  models: ModelInfo[];
}

/** a file of a workspace */
export interface WorkspaceFile {
  /** from the root of the workspace */
  path: string;
  /** of its bytes, hex */
  sha256: string;
  /** bytes */
  size: number;
  /** absent: it is no text */
  text?: string;
}

/** how much there is in a workspace */
export interface WorkspaceSize {
  /** of all texts */
  bytes: number;
  files: number;
}

/** a file that is not as it was loaded */
export interface WorkspaceChange {
  /** SHA-256 of what is there now; absent: removed */
  after?: string;
  /** SHA-256 of what was loaded; absent: added */
  before?: string;
  kind: "added" | "changed" | "removed";
  /** from the root of the workspace */
  path: string;
  /** bytes now */
  size: number;
}

/** a tool that is to be run, as a model asked for it */
export interface ToolCall {
  /** JSON text; none where nothing is said */
  arguments?: string;
  /** as it was offered */
  name: string;
}

/** a file that a call changed */
export interface ToolChange {
  /** SHA-256 */
  after: string;
  /** SHA-256; absent: the file is new */
  before?: string;
  /** from the root of the workspace */
  path: string;
}

/** what a call of a tool answers */
export interface ToolResult {
  /** files */
  changed: ToolChange[];
  /** it was not done; the text says why */
  error: boolean;
  /** that a server gave: shown to the model behind the text */
  images?: ModelPart[];
  /** for the model */
  text: string;
  /** not all is shown; the text says what was cut */
  truncated: boolean;
}

/** what came of a call */
export interface ToolOutcome {
  /** of the arguments as they came, hex */
  arguments_sha256: string;
  /** what the agent's file says to it */
  permit: Permit;
  /** absent: a person has to be asked first, or it is run elsewhere */
  result?: ToolResult;
  /** of the text of the result, hex */
  result_sha256?: string;
  /** who runs it: this core, another agent, the host as a command, an MCP server; nowhere: there is no such tool */
  runs: "here" | "agent" | "command" | "mcp" | "nowhere";
}

/** the model that plays an agent */
export interface Player {
  /** id; * for all who are not named */
  agent: string;
  /** in place of the provider's */
  base_url?: string;
  /** model to ask when this one stays overloaded */
  fallback?: string;
  /** of one answer; 8192 where nothing is said */
  max_tokens?: number;
  /** id, as the provider knows it */
  model: string;
  /** id of providers.def */
  provider: string;
  /** as in ModelCall */
  reasoning?: "off" | "low" | "medium" | "high";
  /** in thousandths */
  temperature?: number;
}

/** what a person wants of an agent */
export interface Request {
  /** who is asked */
  agent: string;
  /** of the quest: micro, ms, tokens, turns, as in create; what goes beyond pauses it. Where models play and nothing stops them for sure, which money does not where a price is not known: 32 turns, and 8 for each task */
  budget?: JsonObject;
  /** of the project: who plans is given what its file has it load, workers what the rules of the leader's file give them */
  documents?: PackSource[];
  /** normal: what was said before, oldest first */
  history?: ModelMessage[];
  /** found from the text where nothing is said */
  mode?: "normal" | "prequest" | "quest";
  /** to carry out instead of one made of the words */
  plan?: Plan;
  /** with a plan: what making it took, as data of the usage events of the quest it was proposed in; logged again */
  planned?: JsonObject[];
  /** who is played by a model; the rehearsal plays everybody else */
  players?: Player[];
  /** the order of turns; strict where nothing is said */
  policy?: "strict" | "parallel";
  /** the words */
  text: string;
}

/** an answer that grows, as safe HTML */
export interface MarkdownGrowing {
  /** HTML of the part that stays as it is, whatever is written behind */
  done: string;
  /** HTML of the rest */
  open: string;
  /** bytes of the text that are done; the rest is handed in again with what is added */
  settled: number;
}

/** what the host should do next; which fields are there depends on the kind */
export interface Effect {
  /** ask.tool: the same call was begun before everything stopped, and may have been carried out; a leave that was given for all calls does not hold for it */
  again?: boolean;
  /** http.request, ask.tool, tool.run, partial.put: for whom; absent but in ask.tool: who answers in a conversation, or makes a plan */
  agent?: string;
  /** answer: the words */
  answer?: string;
  /** effect.cancel: the id of the effect that is to end; its result is still owed */
  cancels?: number;
  /** answer: it ends where its length was up, not where the model would end it */
  cut?: boolean;
  /** blob.put: base64 */
  data?: string;
  /** log.append: the head the log must have */
  expected?: string;
  /** answer: the words say why there is none */
  failed?: boolean;
  /** blob.put: SHA-256 of the bytes, hex */
  hash?: string;
  /** hand it back with the result */
  id: number;
  /** effect.cancel and partial.put have no result of their own */
  kind: "random" | "log.append" | "ask.human" | "ask.tool" | "tool.run" | "answer" | "http.request" | "effect.cancel" | "partial.put" | "blob.put" | "wait" | "done";
  /** tool.run: ms after which it is to be ended */
  limit?: number;
  /** log.append */
  lines?: string[];
  /** blob.put: the media type */
  media?: string;
  /** answer: what all its calls cost, in millionths of a dollar; absent where the price of one is not known */
  micro?: number;
  /** answer: who gave it, in the provider's word */
  model?: string;
  /** answer: how long models were at it */
  ms?: number;
  /** random: how many bytes */
  n?: number;
  /** partial.put: the bytes that were put before; 0 begins anew */
  offset?: number;
  /** ask.human: what is to be approved */
  plan?: Plan;
  /** ask.human, ask.tool */
  question?: string;
  /** answer: what a model wrote that could not be read as a plan */
  raw?: string;
  /** answer: made without a model */
  rehearsed?: boolean;
  /** http.request: what is sent */
  request?: HttpRequest;
  /** http.request: the MCP server it goes to; absent: a model */
  server?: string;
  /** http.request, tool.run, partial.put: the event that announced it */
  start?: number;
  /** partial.put: words of an answer that is not whole yet, to be kept until its end is logged */
  text?: string;
  /** ask.tool: what is to be allowed; tool.run: what is to be run */
  tool?: ToolCall;
  /** wait: a model is asked again then, ms since 1970 */
  until?: number;
  /** answer: what all its calls took */
  usage?: ModelUsage;
}

/** what came of an effect */
export interface EffectResult {
  /** ask.tool */
  allowed?: boolean;
  /** random: base64url */
  bytes?: string;
  /** ask.human: what the person does */
  command?: Command;
  /** tool.run: it failed; the text says how */
  error?: boolean;
  /** http.request: with status */
  headers?: HttpHeader[];
  /** of the effect */
  id: number;
  /** log.append and blob.put: ok to unknown; http.request: the end of it, after status and bytes; tool.run: complete or cancelled */
  outcome?: "ok" | "conflict" | "full" | "unknown" | "complete" | "cut" | "cancelled";
  /** http.request: the host's own words for what went wrong */
  problem?: string;
  /** http.request: the answer begins; its bytes follow, then its outcome */
  status?: number;
  /** tool.run: for the model */
  text?: string;
}

/** what a person does to a model that plays */
export interface Steer {
  /** which seat; absent: the conversation, or the plan in the making */
  agent?: string;
  /** stop: its call ends, what came is kept, the others go on; again: it is asked anew; continue: it goes on from what came */
  how: "stop" | "again" | "continue";
}

/** what a model adds while it answers */
export interface SeatDelta {
  /** whose seat, or who was asked in a conversation; absent: who answers in it, or makes a plan */
  agent?: string;
  /** absent: a new answer begins, what was shown of the last one is over */
  delta?: ModelDelta;
  /** of the server, in one sentence: its tools are not there */
  problem?: string;
  /** an MCP server; then there is no delta */
  server?: string;
  /** its call was stopped: it waits to be asked again, or to go on; then there is no delta */
  stopped?: boolean;
}

/** a share link */
export interface Link {
  /** of the fragment, # included */
  chars: number;
  /** #q=... */
  fragment: string;
  /** what may go wrong with a link this long */
  warning: string | null;
}

/** a call that failed */
export interface Failure {
  /** from 1; 0 without a position */
  column: number;
  /** the offending piece */
  detail: string;
  /** from 1; 0 without a position */
  line: number;
  /** one sentence */
  message: string;
  /** bytes */
  offset: number;
  /** QL_ERR_... */
  status: string;
}

/** what this build of the core is */
export interface Info {
  /** version of the wasm boundary */
  abi: number;
  /** types of events.def */
  events: string[];
  /** version of the log's bytes */
  format: number;
  /** name and value of each limit */
  limits: JsonObject;
  /** version of the turn machine */
  rules: number;
  /** name and code of each status */
  statuses: JsonObject;
}

/** The types of events and commands, in the order of events.def. */
export const EVENT_TYPES = [
  "create",
  "approve",
  "reject",
  "message",
  "respond",
  "drop",
  "pause",
  "resume",
  "abort",
  "fail",
  "complete",
  "claim",
  "release",
  "artifact",
  "gate",
  "reassign",
  "add",
  "remove",
  "promote",
  "escalate",
  "tick",
  "start",
  "done",
  "usage",
  "fork",
  "upgrade",
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** What each command takes beside the fields of CommandHead. */
export interface CommandFields {
  /** opens the quest; the first agent leads */
  create: {
    /** who takes part; the first leads */
    agents: string[];
    /** the plan as it was shown, in its text form */
    brief?: string;
    /** what may be spent: micro-dollars, ms of running time, tokens, turns; more pauses the quest */
    budget?: { micro?: number; ms?: number; tokens?: number; turns?: number };
    /** workers may ask each other, nested this deep (at most 8); not at all where nothing is said */
    consult?: number;
    /** ms of running time for a turn, a task, the quest */
    deadlines?: { quest?: number; task?: number; turn?: number };
    /** version of the bytes */
    format?: number;
    /** what has to be shown before a task or, without a task, the quest is completed */
    gates?: { expect?: string; id: string; judge: "rule" | "seat"; milli?: number; op?: "<" | "<=" | "=" | ">=" | ">"; task?: string; text: string; unit?: string }[];
    /** declared groups of tasks, barriers between them */
    groups?: string[][];
    /** ten Crockford base32 characters; a name, not a secret */
    id?: string;
    /** random; keys the digests of the loop guard, and is withheld with the first text that is */
    key?: string;
    /** Ed25519 public keys that sign for an agent */
    keys?: [agent: string, key: string][];
    /** levels of escalation, the lowest first */
    ladder?: { max_ms?: number; min_ms?: number; name?: string; retries?: number; to?: string[] }[];
    /** at the how many-th message of the same words to one agent, with nothing completed between, the quest pauses */
    loops?: number;
    /** the objective */
    mission: string;
    /** of the plan as it was approved: the hash of the shape Plan */
    plan?: string;
    /** strict or parallel; strict where nothing is said */
    policy?: "strict" | "parallel";
    /** version of the turn machine; the newest where nothing is said */
    rules?: number;
    /** who plays an agent: human, model, rehearsal or remote; human where nothing is said */
    seats?: [agent: string, kind: "human" | "model" | "rehearsal" | "remote"][];
    /** SHA-256 of the raw bytes of each agent's file */
    specs?: [agent: string, sha256: string][];
    /** the plan; with it the quest waits for approval */
    tasks?: { accept?: string[]; after?: string[]; id: string; outputs?: string[]; title: string; to: string }[];
  };
  /** the owner starts a proposed quest */
  approve: {
    /** a note */
    reason?: string;
  };
  /** the owner ends a proposed quest */
  reject: {
    /** why */
    reason?: string;
  };
  /** the leader gives work, or a worker notes progress */
  message: {
    /** the group of this turn it belongs to, from 1 */
    group?: number;
    /** what is said */
    msg: string;
    /** keyed digest of the words: equal words are known without reading them */
    same?: string;
    /** the task it opens or continues; a new one where nothing is said */
    task?: string;
    /** to whom */
    to: string[];
  };
  /** ends the turn of who sends it */
  respond: {
    /** progress for the leader; completed, clarification or blocked for a worker, completed where nothing is said */
    kind?: "progress" | "completed" | "clarification" | "blocked";
    /** what is said */
    msg: string;
  };
  /** closes a task unanswered */
  drop: {
    /** why */
    reason?: string;
    /** which */
    task: string;
  };
  /** the owner stops the clocks */
  pause: {
    /** why */
    reason?: string;
    /** ms since 1970: to go on before then leads nowhere */
    until?: number;
  };
  /** the owner goes on */
  resume: {
    /** new limits in place of those named */
    budget?: { micro?: number; ms?: number; tokens?: number; turns?: number };
    /** a note */
    reason?: string;
  };
  /** the owner ends the quest */
  abort: {
    /** why */
    reason?: string;
  };
  /** the leader ends the quest as failed, on its turn */
  fail: {
    /** why */
    reason?: string;
  };
  /** the leader ends the quest as done, on its turn, with no task open */
  complete: {
    /** what was accomplished */
    summary: string;
  };
  /** somebody takes a seat; its fence grows, so that late commands of the former holder are stale */
  claim: {
    /** the seat */
    agent: string;
    /** who sits there now */
    seat: "human" | "model" | "rehearsal" | "remote";
  };
  /** a seat becomes free; its fence grows */
  release: {
    /** the seat */
    agent: string;
  };
  /** something that was made, by the hash of its bytes; the bytes themselves are kept elsewhere */
  artifact: {
    /** its size */
    bytes: number;
    /** of its bytes */
    hash: string;
    /** its media type */
    media: string;
    /** its path or title */
    name: string;
    /** the artifact it takes the place of: evidence about that one is stale */
    replaces?: string;
    /** which task it is of */
    task?: string;
  };
  /** evidence for a gate, or a judgement of it */
  gate: {
    /** what the evidence is about; another artifact in its place makes it stale */
    artifact?: string;
    /** given: evidence; pass or fail: a judgement by another seat; waived: the owner does without */
    as: "given" | "pass" | "fail" | "waived";
    /** words */
    evidence?: string;
    /** which */
    gate: string;
    /** a number in thousandths; a gate judged by rule is settled by it */
    value?: number;
    /** a word; a gate judged by rule that expects one is settled by it */
    word?: string;
  };
  /** a task goes to another agent; a turn that was about it is played by that agent, or ends */
  reassign: {
    /** why */
    reason?: string;
    /** which */
    task: string;
    /** to whom */
    to: string;
  };
  /** an agent joins */
  add: {
    /** who */
    agent: string;
    /** why */
    reason?: string;
    /** who plays it; human where nothing is said */
    seat?: "human" | "model" | "rehearsal" | "remote";
    /** SHA-256 of the raw bytes of its file */
    spec?: string;
  };
  /** an agent leaves; its turn ends, and its open tasks wait for the leader */
  remove: {
    /** who */
    agent: string;
    /** why */
    reason?: string;
  };
  /** another agent leads from now on */
  promote: {
    /** who */
    agent: string;
    /** why */
    reason?: string;
  };
  /** a task goes up one level of the ladder */
  escalate: {
    /** why */
    reason?: string;
    /** which */
    task: string;
  };
  /** time passed: all that is due happens */
  tick: {
  };
  /** an effect is about to be performed: its worst cost is reserved */
  start: {
    /** from 1 */
    attempt: number;
    /** what kind */
    effect: "http" | "tool" | "blob";
    /** micro-dollars, at most */
    micro: number;
    /** what MCP servers offer, where the log does not say so already: canonical JSON, for each server its tools as the shape ModelTool[], or null where they are too large for a line */
    offers?: string;
    /** of the request */
    request: string;
    /** for whom; it holds the turn */
    seat: string;
    /** for which task */
    task?: string;
    /** at most */
    tokens: number;
    /** which tool */
    tool?: string;
  };
  /** an effect settled: what was reserved is free, what was used is booked */
  done: {
    /** input tokens that were cached */
    cached?: number;
    /** input tokens */
    input?: number;
    /** micro-dollars */
    micro?: number;
    /** which model answered */
    model?: string;
    /** how long it took */
    ms?: number;
    /** how it ended */
    outcome: "ok" | "error" | "lost" | "cancelled";
    /** output tokens, reasoning included */
    output?: number;
    /** of them reasoning */
    reasoning?: number;
    /** nobody was asked: the answer is that of this event of an earlier log */
    recalled?: number;
    /** what came, as canonical JSON: the shape ModelReply without what stands beside it, or ToolResult */
    reply?: string;
    /** of what a tool answered */
    result?: string;
    /** the event that started it */
    start: number;
  };
  /** what a turn used that was played elsewhere */
  usage: {
    /** whose turn */
    agent: string;
    /** input tokens that were cached */
    cached?: number;
    /** input tokens */
    input?: number;
    /** micro-dollars */
    micro?: number;
    /** which model */
    model?: string;
    /** how long it took */
    ms?: number;
    /** output tokens, reasoning included */
    output?: number;
    /** of them reasoning */
    reasoning?: number;
    /** which task */
    task?: string;
  };
  /** from here on this is another quest: fences grow, seats are empty, what was under way counts as lost */
  fork: {
    /** the last event that both share */
    from: number;
    /** of this one */
    id?: string;
  };
  /** newer rules hold from here on */
  upgrade: {
    /** version of the turn machine */
    to: number;
  };
}

/** What every command has. */
export interface CommandHead {
  /** @name or @owner */
  by: string;
  /** of the seat, as the sender knows it; the current one where nothing is said */
  fence?: number;
  /** the owner's idea of the head; another one is a conflict */
  head?: string;
  /** counter within the fence; the next where nothing is said */
  k?: number;
}

/** A command of a known type. */
export type QuestCommand = { [T in EventType]: CommandHead & { type: T } & CommandFields[T] }[EventType];

/** The data of each event; a text is null where it was withheld. */
export interface EventData {
  /** opens the quest; the first agent leads */
  create: {
    /** who takes part; the first leads */
    agents: string[];
    /** the plan as it was shown, in its text form */
    brief?: string | null;
    /** what may be spent: micro-dollars, ms of running time, tokens, turns; more pauses the quest */
    budget?: { micro?: number; ms?: number; tokens?: number; turns?: number };
    /** workers may ask each other, nested this deep (at most 8); not at all where nothing is said */
    consult?: number;
    /** ms of running time for a turn, a task, the quest */
    deadlines?: { quest?: number; task?: number; turn?: number };
    /** version of the bytes */
    format: number;
    /** what has to be shown before a task or, without a task, the quest is completed */
    gates?: { expect?: string; id: string; judge: "rule" | "seat"; milli?: number; op?: "<" | "<=" | "=" | ">=" | ">"; task?: string; text: string | null; unit?: string }[];
    /** declared groups of tasks, barriers between them */
    groups?: string[][];
    /** ten Crockford base32 characters; a name, not a secret */
    id?: string;
    /** random; keys the digests of the loop guard, and is withheld with the first text that is */
    key?: string | null;
    /** Ed25519 public keys that sign for an agent */
    keys?: [agent: string, key: string][];
    /** levels of escalation, the lowest first */
    ladder?: { max_ms?: number; min_ms?: number; name?: string | null; retries?: number; to?: string[] }[];
    /** at the how many-th message of the same words to one agent, with nothing completed between, the quest pauses */
    loops?: number;
    /** the objective */
    mission: string | null;
    /** of the plan as it was approved: the hash of the shape Plan */
    plan?: string;
    /** strict or parallel; strict where nothing is said */
    policy: "strict" | "parallel";
    /** version of the turn machine; the newest where nothing is said */
    rules: number;
    /** who plays an agent: human, model, rehearsal or remote; human where nothing is said */
    seats?: [agent: string, kind: "human" | "model" | "rehearsal" | "remote"][];
    /** SHA-256 of the raw bytes of each agent's file */
    specs?: [agent: string, sha256: string][];
    /** the plan; with it the quest waits for approval */
    tasks?: { accept?: (string | null)[]; after?: string[]; id: string; outputs?: (string | null)[]; title: (string | null); to: string }[];
  };
  /** the owner starts a proposed quest */
  approve: {
    /** a note */
    reason?: string | null;
  };
  /** the owner ends a proposed quest */
  reject: {
    /** why */
    reason?: string | null;
  };
  /** the leader gives work, or a worker notes progress */
  message: {
    /** the group of this turn it belongs to, from 1 */
    group?: number;
    /** what is said */
    msg: string | null;
    /** keyed digest of the words: equal words are known without reading them */
    same?: string;
    /** the task it opens or continues; a new one where nothing is said */
    task?: string;
    /** to whom */
    to: string[];
  };
  /** ends the turn of who sends it */
  respond: {
    /** progress for the leader; completed, clarification or blocked for a worker, completed where nothing is said */
    kind: "progress" | "completed" | "clarification" | "blocked";
    /** what is said */
    msg: string | null;
  };
  /** closes a task unanswered */
  drop: {
    /** why */
    reason?: string | null;
    /** which */
    task: string;
  };
  /** the owner stops the clocks */
  pause: {
    /** why */
    reason?: string | null;
    /** ms since 1970: to go on before then leads nowhere */
    until?: number;
  };
  /** the owner goes on */
  resume: {
    /** new limits in place of those named */
    budget?: { micro?: number; ms?: number; tokens?: number; turns?: number };
    /** a note */
    reason?: string | null;
  };
  /** the owner ends the quest */
  abort: {
    /** why */
    reason?: string | null;
  };
  /** the leader ends the quest as failed, on its turn */
  fail: {
    /** why */
    reason?: string | null;
  };
  /** the leader ends the quest as done, on its turn, with no task open */
  complete: {
    /** what was accomplished */
    summary: string | null;
  };
  /** somebody takes a seat; its fence grows, so that late commands of the former holder are stale */
  claim: {
    /** the seat */
    agent: string;
    /** who sits there now */
    seat: "human" | "model" | "rehearsal" | "remote";
  };
  /** a seat becomes free; its fence grows */
  release: {
    /** the seat */
    agent: string;
  };
  /** something that was made, by the hash of its bytes; the bytes themselves are kept elsewhere */
  artifact: {
    /** its size */
    bytes: number;
    /** of its bytes */
    hash: string;
    /** its media type */
    media: string;
    /** its path or title */
    name: string | null;
    /** the artifact it takes the place of: evidence about that one is stale */
    replaces?: string;
    /** which task it is of */
    task?: string;
  };
  /** evidence for a gate, or a judgement of it */
  gate: {
    /** what the evidence is about; another artifact in its place makes it stale */
    artifact?: string;
    /** given: evidence; pass or fail: a judgement by another seat; waived: the owner does without */
    as: "given" | "pass" | "fail" | "waived";
    /** words */
    evidence?: string | null;
    /** which */
    gate: string;
    /** a number in thousandths; a gate judged by rule is settled by it */
    value?: number;
    /** a word; a gate judged by rule that expects one is settled by it */
    word?: string;
  };
  /** a task goes to another agent; a turn that was about it is played by that agent, or ends */
  reassign: {
    /** why */
    reason?: string | null;
    /** which */
    task: string;
    /** to whom */
    to: string;
  };
  /** an agent joins */
  add: {
    /** who */
    agent: string;
    /** why */
    reason?: string | null;
    /** who plays it; human where nothing is said */
    seat?: "human" | "model" | "rehearsal" | "remote";
    /** SHA-256 of the raw bytes of its file */
    spec?: string;
  };
  /** an agent leaves; its turn ends, and its open tasks wait for the leader */
  remove: {
    /** who */
    agent: string;
    /** why */
    reason?: string | null;
  };
  /** another agent leads from now on */
  promote: {
    /** who */
    agent: string;
    /** why */
    reason?: string | null;
  };
  /** a task goes up one level of the ladder */
  escalate: {
    /** why */
    reason?: string | null;
    /** which */
    task: string;
  };
  /** time passed: all that is due happens */
  tick: {
  };
  /** an effect is about to be performed: its worst cost is reserved */
  start: {
    /** from 1 */
    attempt: number;
    /** what kind */
    effect: "http" | "tool" | "blob";
    /** micro-dollars, at most */
    micro: number;
    /** what MCP servers offer, where the log does not say so already: canonical JSON, for each server its tools as the shape ModelTool[], or null where they are too large for a line */
    offers?: string | null;
    /** of the request */
    request: string;
    /** for whom; it holds the turn */
    seat: string;
    /** for which task */
    task?: string;
    /** at most */
    tokens: number;
    /** which tool */
    tool?: string;
  };
  /** an effect settled: what was reserved is free, what was used is booked */
  done: {
    /** input tokens that were cached */
    cached?: number;
    /** input tokens */
    input?: number;
    /** micro-dollars */
    micro?: number;
    /** which model answered */
    model?: string;
    /** how long it took */
    ms?: number;
    /** how it ended */
    outcome: "ok" | "error" | "lost" | "cancelled";
    /** output tokens, reasoning included */
    output?: number;
    /** of them reasoning */
    reasoning?: number;
    /** nobody was asked: the answer is that of this event of an earlier log */
    recalled?: number;
    /** what came, as canonical JSON: the shape ModelReply without what stands beside it, or ToolResult */
    reply?: string | null;
    /** of what a tool answered */
    result?: string;
    /** the event that started it */
    start: number;
  };
  /** what a turn used that was played elsewhere */
  usage: {
    /** whose turn */
    agent: string;
    /** input tokens that were cached */
    cached?: number;
    /** input tokens */
    input?: number;
    /** micro-dollars */
    micro?: number;
    /** which model */
    model?: string;
    /** how long it took */
    ms?: number;
    /** output tokens, reasoning included */
    output?: number;
    /** of them reasoning */
    reasoning?: number;
    /** which task */
    task?: string;
  };
  /** from here on this is another quest: fences grow, seats are empty, what was under way counts as lost */
  fork: {
    /** the last event that both share */
    from: number;
    /** of this one */
    id: string;
  };
  /** newer rules hold from here on */
  upgrade: {
    /** version of the turn machine */
    to: number;
  };
}

/** What every event has. */
export interface EventHead {
  /** ms since epoch */
  at: number;
  /** @name */
  by: string;
  /** head after this event */
  h: string;
  /** sequence */
  n: number;
  /** texts without an opening */
  withheld: number;
}

/** An event of a known type. */
export type QuestEvent = { [T in EventType]: EventHead & { type: T; data: EventData[T] } }[EventType];

/** Why the turn machine refuses a command. */
export const REFUSAL_CODES = [
  "not_your_turn",
  "stale_fence",
  "counter_gap",
  "not_recruited",
  "self",
  "duplicate_recipient",
  "one_recipient",
  "bad_group",
  "unknown_task",
  "task_closed",
  "task_taken",
  "dependency_open",
  "route_via_leader",
  "bad_kind",
  "nothing_sent",
  "tasks_open",
  "owner_only",
  "leader_only",
  "not_proposed",
  "not_approved",
  "paused",
  "not_paused",
  "quest_over",
  "already_created",
  "not_created",
  "seat_taken",
  "seat_free",
  "bad_agents",
  "bad_plan",
  "limit",
  "busy",
  "depth",
  "evidence_missing",
  "gates_open",
  "effects_open",
  "self_judged",
  "unknown_gate",
  "gate_settled",
  "bad_evidence",
  "not_your_task",
  "unknown_artifact",
  "unknown_start",
  "already_recruited",
  "leads",
  "unchanged",
  "bad_policy",
  "bad_fork",
  "not_known_rules",
] as const;
export type RefusalCode = (typeof REFUSAL_CODES)[number];

/** What can be found in agent files. */
export const DIAGNOSTIC_CODES = [
  "empty-file",
  "byte-order-mark",
  "utf-16",
  "invalid-utf8",
  "nul-byte",
  "control-character",
  "mojibake",
  "mixed-line-ends",
  "cr-line-ends",
  "wrapped-in-fence",
  "no-frontmatter",
  "indented-frontmatter",
  "unopened-frontmatter",
  "unclosed-frontmatter",
  "dots-fence",
  "frontmatter-limit",
  "empty-frontmatter",
  "toml-frontmatter",
  "tab-indent",
  "tight-colon",
  "unquoted-colon",
  "unquoted-symbol",
  "run-on-value",
  "orphan-list",
  "unreadable-value",
  "stray-text",
  "silent-skip",
  "duplicate-key",
  "misspelled-key",
  "unknown-key",
  "moved-key",
  "refused-key",
  "retired-key",
  "wrong-type",
  "unknown-value",
  "unknown-color",
  "refused-value",
  "name-missing",
  "name-normalised",
  "name-unusable",
  "name-refused",
  "name-differs-from-file",
  "name-not-read",
  "description-missing",
  "comment-cut",
  "model-retired",
  "tools-null",
  "tools-map",
  "unknown-tool",
  "duplicate-tool",
  "foreign-tool",
  "refused-tool",
  "denied-tool",
  "shadowed-permission",
  "unfilled-placeholder",
  "prompt-too-long",
  "empty-body",
  "file-too-large",
  "duplicate-agent",
  "agent-of-another-product",
  "declared-agent",
  "unknown-agent",
  "more-diagnostics",
  "more-rules",
  "total-mismatch",
] as const;
export type DiagnosticCode = (typeof DIAGNOSTIC_CODES)[number];

/** The kinds of rules that prose can hold, in the order of rules.def. */
export const RULE_KINDS = [
  { id: "modes", title: "Modes" },
  { id: "accept", title: "Takes on" },
  { id: "decline", title: "Turns down" },
  { id: "identity", title: "Keeps its role" },
  { id: "workflow", title: "Works in steps" },
  { id: "documents", title: "Reads first" },
  { id: "fallback", title: "Reads instead" },
  { id: "restriction", title: "Must not" },
  { id: "research", title: "Looks things up" },
  { id: "loading", title: "Loads" },
  { id: "decision", title: "Decides in steps" },
  { id: "weights", title: "Weighs options" },
  { id: "pattern", title: "Runs in phases" },
  { id: "breakdown", title: "Splits into tasks" },
  { id: "order", title: "Order of tasks" },
  { id: "flow", title: "Change flow" },
  { id: "roster", title: "Team" },
  { id: "context", title: "Gives context" },
  { id: "gate", title: "Quality gate" },
  { id: "metric", title: "Measures" },
  { id: "escalation", title: "Escalates" },
  { id: "escalate-when", title: "Escalates when" },
  { id: "ceremony", title: "Meets" },
  { id: "template", title: "Text form" },
  { id: "message", title: "Message form" },
  { id: "enforced", title: "Enforces" },
  { id: "mandate", title: "Mandates" },
  { id: "toolkit", title: "Toolkit" },
  { id: "memory", title: "Remembers" },
] as const;
export type RuleKind = (typeof RULE_KINDS)[number]['id'];

/** The dialects that agent files are read as and written in. */
export const DIALECTS = [
  { id: "claude-code", product: "Claude Code" },
  { id: "copilot", product: "GitHub Copilot" },
  { id: "vscode", product: "VS Code" },
  { id: "opencode", product: "OpenCode" },
  { id: "gemini-cli", product: "Gemini CLI" },
  { id: "qwen", product: "Qwen Code" },
  { id: "cursor", product: "Cursor" },
  { id: "agents-md", product: "tools that read AGENTS.md" },
  { id: "acolytes", product: "Claude Code" },
  { id: "ouroboros", product: "Ouroboros" },
] as const;
export type Dialect = (typeof DIALECTS)[number]['id'];

/** Every status a call can end with. */
export const STATUSES = {
  /** done */
  QL_OK: 0,
  /** more input or another call is needed */
  QL_MORE: 1,
  /** finished, nothing more will come */
  QL_DONE: 2,
  /** out of memory */
  QL_ERR_NOMEM: -1,
  /** larger than a limit allows */
  QL_ERR_LIMIT: -2,
  /** not well-formed */
  QL_ERR_SYNTAX: -3,
  /** not valid UTF-8 */
  QL_ERR_UTF8: -4,
  /** the call itself is wrong */
  QL_ERR_ARGUMENT: -5,
  /** no such thing */
  QL_ERR_NOT_FOUND: -6,
  /** not possible in this state */
  QL_ERR_STATE: -7,
  /** the bytes are not what was written */
  QL_ERR_INTEGRITY: -8,
  /** written by a newer version */
  QL_ERR_VERSION: -9,
  /** the handle is closed or was never opened */
  QL_ERR_HANDLE: -10,
  /** somebody else wrote first */
  QL_ERR_CONFLICT: -11,
} as const;
export type StatusName = keyof typeof STATUSES;

/** Past a limit the input is refused by the limit's name. */
export const LIMITS = {
  /** bytes of one agent file */
  QL_SPEC_BYTES_MAX: 1048576,
  /** bytes of frontmatter between its fences */
  QL_FRONTMATTER_BYTES_MAX: 65536,
  /** nested collections in frontmatter */
  QL_FRONTMATTER_DEPTH_MAX: 16,
  /** scalars and collections in frontmatter */
  QL_FRONTMATTER_NODES_MAX: 1024,
  /** findings kept for one file; the last one says that there were more */
  QL_SPEC_DIAGNOSTICS_MAX: 256,
  /** items of all rules of one file; a finding says that there were more */
  QL_RULE_ITEMS_MAX: 4096,
  /** bytes of a request that somebody is looked for */
  QL_REQUEST_BYTES_MAX: 65536,
  /** files in one roster */
  QL_ROSTER_FILES_MAX: 4096,
  /** nesting of foreign and canonical JSON */
  QL_JSON_DEPTH_MAX: 64,
  /** bytes of one foreign JSON document */
  QL_JSON_BYTES_MAX: 8388608,
  /** bytes of one event line, after escaping */
  QL_LINE_BYTES_MAX: 1048576,
  /** bytes of one quest log */
  QL_QUEST_BYTES_MAX: 67108864,
  /** events of one quest */
  QL_QUEST_EVENTS_MAX: 100000,
  /** events of one quest, of those it may have, that are kept for facts and endings */
  QL_QUEST_RESERVE_EVENTS: 1024,
  /** bytes of one quest log, of those it may have, that are kept for facts and endings */
  QL_QUEST_RESERVE_BYTES: 4194304,
  /** artifacts of one quest, those counted that others took the place of */
  QL_QUEST_ARTIFACTS_MAX: 4096,
  /** agents of one quest */
  QL_QUEST_AGENTS_MAX: 64,
  /** tasks of one quest */
  QL_QUEST_TASKS_MAX: 1024,
  /** messages one holder may send in one turn */
  QL_TURN_STEPS_MAX: 256,
  /** bytes of an agent id, with the @ */
  QL_AGENT_ID_MAX: 128,
  /** bytes of the text of one note */
  QL_NOTE_BYTES_MAX: 8192,
  /** notes of one quest */
  QL_NOTES_MAX: 4096,
  /** tasks of one plan */
  QL_PLAN_TASKS_MAX: 1024,
  /** dependencies of one plan */
  QL_PLAN_EDGES_MAX: 8192,
  /** bytes of what a model is asked when it plans */
  QL_PLAN_REQUEST_MAX: 4194304,
  /** modules of one module graph */
  QL_GRAPH_MODULES_MAX: 65536,
  /** steps of one request */
  QL_TRACE_SPANS_MAX: 65536,
  /** dependencies of one module graph, as they were added */
  QL_GRAPH_EDGES_MAX: 1048576,
  /** criteria, and options, of one decision matrix */
  QL_MATRIX_SIDE_MAX: 32,
  /** rows of each list of one service architecture */
  QL_SERVICES_MAX: 512,
  /** entities of one memory graph */
  QL_MEMORY_ENTITIES_MAX: 65536,
  /** relations of one memory graph */
  QL_MEMORY_RELATIONS_MAX: 262144,
  /** observations of one entity */
  QL_MEMORY_OBSERVATIONS_MAX: 4096,
  /** bytes of the file of a memory graph */
  QL_MEMORY_BYTES_MAX: 67108864,
  /** bytes of one name or observation */
  QL_MEMORY_TEXT_MAX: 16384,
  /** bytes of one regular expression; an eighth of it for a glob */
  QL_PATTERN_BYTES_MAX: 4096,
  /** steps of one pattern, its repeats written out */
  QL_PATTERN_STATES_MAX: 2048,
  /** steps that are looked at while a text is searched for one pattern */
  QL_PATTERN_WORK_MAX: 268435456,
  /** files of one workspace, those counted that were removed */
  QL_WORKSPACE_FILES_MAX: 65536,
  /** bytes of the texts of one workspace */
  QL_WORKSPACE_BYTES_MAX: 134217728,
  /** bytes of one file of a workspace */
  QL_WORKSPACE_FILE_MAX: 4194304,
  /** bytes of the path of a file in a workspace */
  QL_WORKSPACE_PATH_MAX: 1024,
  /** bytes of the arguments of one tool call */
  QL_TOOL_ARGUMENTS_MAX: 1048576,
  /** bytes of what one tool call answers; what was cut is said */
  QL_TOOL_TEXT_MAX: 65536,
  /** bytes of one line in what a tool answers */
  QL_TOOL_LINE_MAX: 2000,
  /** lines of a file that are read at once where nothing else is asked for */
  QL_TOOL_LINES: 2000,
  /** edits of one call */
  QL_TOOL_EDITS_MAX: 256,
  /** equal lines that count as said twice */
  QL_DUPLICATE_LINES: 6,
  /** words of fewer equal lines that count as said twice */
  QL_DUPLICATE_WORDS: 40,
  /** bytes of documents that are looked through for what they say twice */
  QL_DUPLICATE_BYTES_MAX: 16777216,
  /** characters of a #q= fragment */
  QL_LINK_CHARS_MAX: 16384,
  /** characters of a fragment above which some chat programs cut it */
  QL_LINK_CHARS_WARN: 2000,
  /** bytes of one request to a model */
  QL_CALL_BYTES_MAX: 16777216,
  /** tool calls in one answer of a model */
  QL_CALL_PARALLEL_MAX: 256,
  /** bytes of one line of an event stream */
  QL_SSE_LINE_MAX: 8388608,
  /** bytes of one event of an event stream */
  QL_SSE_EVENT_MAX: 8388608,
  /** bytes of one answer of a model */
  QL_REPLY_BYTES_MAX: 8388608,
  /** what is asked of an MCP server at once */
  QL_MCP_OPEN_MAX: 64,
  /** tools of an MCP server */
  QL_MCP_TOOLS_MAX: 1000,
  /** pages a list of tools comes in */
  QL_MCP_PAGES_MAX: 100,
  /** bytes of text of one answer of a tool */
  QL_MCP_TEXT_MAX: 1048576,
  /** open objects of one wasm instance */
  QL_HANDLES_MAX: 256,
} as const;
