import { AgentCalls, type PackLimits } from './agents.ts';
import type {
  Command,
  ContextPlan,
  DecisionRecord,
  Delegation,
  DelegationText,
  Edit,
  Matrix,
  MatrixRanking,
  PackSource,
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
  Roadmap,
  Schedule,
  ServiceForm,
  TaskSize,
} from './generated.ts';
import type { Text } from './memory.ts';
import type { Roster } from './roster.ts';

export type PlanFormat = 'seed' | 'markdown' | 'mermaid' | 'roadmap' | 'prequest';

/** What a plan must say; the rest may be missing, and what is computed is not looked at. */
export type PlanDraft = Pick<Plan, 'leader' | 'objective'> &
  Partial<Omit<Plan, 'tasks'>> & { tasks: (Pick<PlanTask, 'agent' | 'id' | 'title'> & Partial<PlanTask>)[] };

/** Calls about plans and what is handed over by them, roadmaps, and decisions. */
export abstract class PlanCalls extends AgentCalls {
  /** Plans without a model. The leader is an agent of the roster. */
  rehearsePlan(roster: Roster, leader: string, objective: string): Plan {
    return this.instance.json('qlw_plan_rehearse', roster.handleIn(this.instance), leader, objective) as Plan;
  }

  /** A plan that was changed, with its groups, its path and its problems computed again. */
  completePlan(plan: PlanDraft): Plan {
    return this.instance.json('qlw_plan_complete', JSON.stringify(plan)) as Plan;
  }

  /** What keeps a plan from running; with a roster also the agents that are not in it. */
  checkPlan(plan: PlanDraft, roster?: Roster): PlanProblem[] {
    return this.instance.json('qlw_plan_check', this.rosterHandle(roster), JSON.stringify(plan)) as PlanProblem[];
  }

  /** The same against more: a budget as create has it, what ql_plan_cost computed, the files of the project. */
  checkPlanWith(plan: PlanDraft, facts: { budget?: Readonly<Record<string, number>>; cost?: PlanCost; paths?: readonly string[] }, roster?: Roster): PlanProblem[] {
    return this.instance.json('qlw_plan_check_with', this.rosterHandle(roster), JSON.stringify(plan), JSON.stringify(facts)) as PlanProblem[];
  }

  /** Which agents and files several plans want, and who has them when. */
  planConflicts(plans: readonly PlanDraft[]): PlanConflict[] {
    return this.instance.json('qlw_plan_conflicts', JSON.stringify(plans)) as PlanConflict[];
  }

  /** The command that opens a quest with this plan, as the owner gives it; with a roster it names the agents' files by their hashes. */
  planCommand(plan: PlanDraft, roster?: Roster): Command {
    return this.instance.json('qlw_plan_command', this.rosterHandle(roster), JSON.stringify(plan)) as Command;
  }

  /** The plan as text. */
  writePlan(plan: PlanDraft, format: PlanFormat): string {
    return this.instance.text('qlw_plan_write', JSON.stringify(plan), format);
  }

  /** Reads the text form that `writePlan(plan, 'seed')` writes. */
  readPlan(text: Text): Plan {
    return this.instance.json('qlw_plan_read', text) as Plan;
  }

  /** Changes a plan, all edits or none; a refusal is an answer. With a roster the problems of what comes out name its agents too. */
  editPlan(plan: PlanDraft, edits: readonly PlanEdit[], roster?: Roster): PlanEdited {
    return this.instance.json('qlw_plan_edit', this.rosterHandle(roster), JSON.stringify(plan), JSON.stringify(edits)) as PlanEdited;
  }

  /** What differs between two plans. */
  comparePlans(before: PlanDraft, after: PlanDraft): PlanChanges {
    return this.instance.json('qlw_plan_compare', JSON.stringify(before), JSON.stringify(after)) as PlanChanges;
  }

  /** When the tasks of a plan can run, and how long it takes with so many at work at once. A plan with a cycle gives QL_ERR_STATE. */
  planSchedule(plan: PlanDraft): Schedule {
    return this.instance.json('qlw_plan_schedule', JSON.stringify(plan)) as Schedule;
  }

  /** What a plan costs; a roster tells the sizes of the agents' files and their models, a quest how large its tasks were. */
  planCost(plan: PlanDraft, known: { roster?: Roster; prices?: PriceTable; sizes?: TaskSize[] } = {}): PlanCost {
    const { roster, prices, sizes } = known;
    return this.instance.json(
      'qlw_plan_cost',
      this.rosterHandle(roster),
      JSON.stringify(plan),
      prices === undefined ? null : JSON.stringify(prices),
      sizes === undefined ? null : JSON.stringify(sizes),
    ) as PlanCost;
  }

  /** A roadmap in Markdown: its phases, what is done in them, and the item that comes next. The path is for where a plan comes from. */
  readRoadmap(text: Text, path: string): Roadmap {
    return this.instance.json('qlw_roadmap_read', text, path) as Roadmap;
  }

  /** Plans an item of a roadmap, by its `n`, without a model; the plan names the item. */
  planItem(roster: Roster, leader: string, text: Text, path: string, n: number): Plan {
    return this.instance.json('qlw_roadmap_plan', roster.handleIn(this.instance), leader, text, path, n) as Plan;
  }

  /** The edit that ticks off the item a plan came from. */
  tickRoadmap(text: Text, item: { words: string; line: number }): Edit {
    return this.instance.json('qlw_roadmap_tick', text, item.words, item.line) as Edit;
  }

  /** What a model is asked for a plan, in no provider's form. */
  planRequest(roster: Roster, leader: string, objective: string, context: readonly PlanContext[] = []): PlanRequest {
    return this.instance.json('qlw_plan_request', roster.handleIn(this.instance), leader, objective, JSON.stringify(context)) as PlanRequest;
  }

  /** What a model's answer comes to: a plan, a second request, or a failure that keeps the answer. */
  planAnswer(roster: Roster, request: PlanRequest, answer: Text): PlanAnswered {
    return this.instance.json('qlw_plan_answer', roster.handleIn(this.instance), JSON.stringify(request), answer) as PlanAnswered;
  }

  /** What each worker of a plan is given of these documents, what is withheld and by which line of the leader's file. */
  contextPlan(roster: Roster, plan: PlanDraft, documents: readonly PackSource[], { window = 0, budget = 0 }: PackLimits = {}): ContextPlan {
    const texts = [JSON.stringify(plan), JSON.stringify(documents)] as const;
    return this.instance.json('qlw_context_plan', roster.handleIn(this.instance), ...texts, window, budget) as ContextPlan;
  }

  /** A task as the message that hands it over, in the form of the leader's file; without a roster in a form of our own. */
  delegation(roster: Roster | null, plan: PlanDraft, task: string, context: ContextPlan | null = null): DelegationText {
    const known = context && JSON.stringify(context);
    return this.instance.json('qlw_delegation', this.rosterHandle(roster), JSON.stringify(plan), task, known) as DelegationText;
  }

  /** The same of a delegation that somebody changed. */
  delegationWrite(roster: Roster | null, leader: string, delegation: Delegation): DelegationText {
    const json = JSON.stringify(delegation);
    return this.instance.json('qlw_delegation_write', this.rosterHandle(roster), leader, json) as DelegationText;
  }

  /** Reads such a message, whoever wrote it. */
  delegationRead(roster: Roster | null, leader: string, text: Text): Delegation {
    return this.instance.json('qlw_delegation_read', this.rosterHandle(roster), leader, text) as Delegation;
  }

  /** Ranks options against weighted criteria, and says which weight would turn the ranking over. */
  rankMatrix(matrix: Matrix): MatrixRanking {
    return this.instance.json('qlw_decision_rank', JSON.stringify(matrix)) as MatrixRanking;
  }

  /** A decision record in Markdown. */
  decisionRecord(record: DecisionRecord): string {
    return this.instance.text('qlw_decision_record', JSON.stringify(record));
  }

  /** What is wrong with a service architecture. */
  checkServices(form: ServiceForm): PlanProblem[] {
    return this.instance.json('qlw_services_check', JSON.stringify(form)) as PlanProblem[];
  }

  /** A service architecture in Markdown. */
  writeServices(form: ServiceForm): string {
    return this.instance.text('qlw_services_write', JSON.stringify(form));
  }
}
