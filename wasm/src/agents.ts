import { Calls } from './calls.ts';
import type {
  DecisionRecord,
  Duplicates,
  Export,
  Form,
  FormCheck,
  FormEntry,
  MatrixCriterion,
  Mended,
  Mode,
  Pack,
  PackSource,
  Permit,
  Route,
  Spec,
  Workflow,
} from './generated.ts';
import type { Text } from './memory.ts';
import type { Roster } from './roster.ts';

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

/** Calls about the files of agents: what stands in them, what follows from it, what an agent may. */
export abstract class AgentCalls extends Calls {
  /** Reads one agent file, as the dialect given or the one it seems to have. Faults in it are diagnostics; only a file over the size limit is refused. */
  parseSpec(path: string | null, text: Text, dialect: string | null = null): Spec {
    return this.instance.json('qlw_spec_parse', path, text, dialect) as Spec;
  }

  /** Mends the findings of an agent file that have a fix: all, those with one code, or the one at an offset in bytes. The rest of it stays as it is. */
  specFix(path: string | null, text: Text, which: Mend = {}): Mended {
    const { code = null, dialect = null, offset = null } = which;
    return this.instance.json('qlw_spec_fix', path, text, dialect, code, offset ?? -1) as Mended;
  }

  /** Writes an agent file for another product. What that product cannot say is a loss. */
  specExport(path: string | null, text: Text, to: string, dialect: string | null = null): Export {
    return this.instance.json('qlw_spec_export', path, text, dialect, to) as Export;
  }

  /** Whether an agent may make a tool call. The path is from the root of the workspace; link: it leads through a symbolic link. */
  permit(roster: Roster, agent: string, tool: string, path: string | null = null, link = false): Permit {
    return this.instance.json('qlw_permit', roster.handleIn(this.instance), agent, tool, path, link ? 1 : 0) as Permit;
  }

  /** Whether an agent may save something to memory, asked with these words. */
  memoryPermit(roster: Roster, agent: string, request: string): Permit {
    return this.instance.json('qlw_memory_permit', roster.handleIn(this.instance), agent, request) as Permit;
  }

  /** Who should take a request, and why. Without an agent every one that leads is asked. */
  route(roster: Roster, request: string, agent: string | null = null): Route {
    return this.instance.json('qlw_route', roster.handleIn(this.instance), agent, request) as Route;
  }

  /** How a request is worked on: as it was chosen, as its words say, or as the agent's file has it by default. */
  mode(roster: Roster, agent: string, request: string, chosen: string | null = null): Mode {
    return this.instance.json('qlw_mode', roster.handleIn(this.instance), agent, request, chosen) as Mode;
  }

  /** The steps of an agent's work on a request: what was read, what is missing, what is turned down and who takes it instead. */
  workflow(roster: Roster, agent: string, documents: readonly PackSource[], request: string, chosen: string | null = null): Workflow {
    const json = JSON.stringify(documents);
    return this.instance.json('qlw_workflow', roster.handleIn(this.instance), agent, json, request, chosen) as Workflow;
  }

  /** What an agent loads on activation: which of these documents and of the agent files fit, which do not, and what is missing. */
  contextPack(roster: Roster, agent: string, documents: readonly PackSource[], { window = 0, budget = 0 }: PackLimits = {}): Pack {
    const json = JSON.stringify(documents);
    return this.instance.json('qlw_context_pack', roster.handleIn(this.instance), agent, json, window, budget) as Pack;
  }

  /** What documents say more than once. */
  duplicates(documents: readonly PackSource[]): Duplicates {
    return this.instance.json('qlw_duplicates', JSON.stringify(documents)) as Duplicates;
  }

  /** The messages with fields that an agent knows. */
  forms(roster: Roster, agent: string): Form[] {
    return this.instance.json('qlw_forms', roster.handleIn(this.instance), agent) as Form[];
  }

  /** Holds a message, as JSON, against a form. */
  formCheck(roster: Roster, agent: string, form: string, text: Text): FormCheck {
    return this.instance.json('qlw_form_check', roster.handleIn(this.instance), agent, form, text) as FormCheck;
  }

  /** Makes a message of what somebody filled in, and checks it. */
  formFill(roster: Roster, agent: string, form: string, entries: readonly FormEntry[]): FormCheck {
    const json = JSON.stringify(entries);
    return this.instance.json('qlw_form_fill', roster.handleIn(this.instance), agent, form, json) as FormCheck;
  }

  /** The criteria that an agent weighs by its file; none where it says nothing. */
  decisionCriteria(roster: Roster, agent: string): MatrixCriterion[] {
    return this.instance.json('qlw_decision_criteria', roster.handleIn(this.instance), agent) as MatrixCriterion[];
  }

  /** A decision record to be filled in, after an agent's file. */
  decisionTemplate(roster: Roster, agent: string): DecisionRecord {
    return this.instance.json('qlw_decision_template', roster.handleIn(this.instance), agent) as DecisionRecord;
  }
}
