import { Blank } from './blank.ts';
import { Driver } from './driver.ts';
import type {
  Breaks,
  Certificate,
  Coupling,
  Health,
  HealthSnapshot,
  Info,
  Link,
  MarkdownGrowing,
  McpServer,
  Metrics,
  NotesMerged,
  Plan,
  Request,
  RequestFlow,
  TraceSpan,
  Verdict,
} from './generated.ts';
import { ModuleNet } from './graph.ts';
import { McpClient } from './mcp.ts';
import { MemoryGraph } from './memory-graph.ts';
import { Instance, type Text } from './memory.ts';
import { ModelCalls } from './models.ts';
import { Quest } from './quest.ts';
import { Roster } from './roster.ts';
import { Workspace } from './workspace.ts';

export type ReportKind = 'standup' | 'review' | 'sprint' | 'final';

/** Creates an instance of the core. One instance has one caller at a time; a quest that runs deserves its own. */
export function instantiate(module: WebAssembly.Module): Core {
  return new Core(new Instance(module));
}

/** The stateless calls, and the objects that hold state. */
export class Core extends ModelCalls {
  /** True after a trap: create another instance and open the quests again from their logs. */
  get broken(): boolean {
    return this.instance.broken;
  }

  /** Bytes of memory that the instance has taken so far; it gives none back. */
  get memory(): number {
    return this.instance.memory;
  }

  info(): Info {
    return this.instance.json('qlw_info') as Info;
  }

  /** Safe HTML of Markdown. */
  markdownHtml(text: Text): string {
    return this.instance.text('qlw_markdown_html', text);
  }

  /** Safe HTML of an answer as it grows, or of what was not done of it yet; whole: nothing more will come. */
  markdownGrow(text: Text, whole: boolean): MarkdownGrowing {
    return this.instance.json('qlw_markdown_grow', text, whole ? 1 : 0) as MarkdownGrowing;
  }

  /** Lower-case hex. */
  sha256(bytes: Text): string {
    return this.instance.text('qlw_sha256', bytes);
  }

  /** The canonical text of any JSON: sorted keys, no white space; numbers that are no integers become strings. */
  canonical(json: Text): string {
    return this.instance.text('qlw_canonical', json);
  }

  newRoster(): Roster {
    return new Roster(this.instance, this.instance.handle('qlw_roster_new'));
  }

  newGraph(): ModuleNet {
    return new ModuleNet(this.instance, this.instance.handle('qlw_graph_new'));
  }

  /** Opens a quest by executing its log; without one it is empty and its first command is `create`. */
  openQuest(log: Text | null = null): Quest {
    return new Quest(this.instance, this.instance.handle('qlw_quest_open', log));
  }

  /** Drives a quest. An empty quest needs a request and a roster; one that has events goes on from them. */
  newDriver(quest: Quest, start: { roster?: Roster; request?: Request } = {}): Driver {
    const request = start.request === undefined ? null : JSON.stringify(start.request);
    return new Driver(
      this.instance,
      this.instance.handle('qlw_driver_new', quest.handleIn(this.instance), this.rosterHandle(start.roster), request),
    );
  }

  /** Takes a key out of what a server says; one of fewer than 8 bytes is no secret, and stays. */
  newBlank(key: string): Blank {
    return new Blank(this.instance, this.instance.handle('qlw_blank_new', key));
  }

  /** A memory graph, with what the file of the MCP memory server holds, if there is one. */
  openMemory(lines: Text | null = null): MemoryGraph {
    return new MemoryGraph(this.instance, this.instance.handle('qlw_memory_open', lines));
  }

  newWorkspace(): Workspace {
    return new Workspace(this.instance, this.instance.handle('qlw_workspace_new'));
  }

  /** Why what stands under this path of a folder is not loaded into a workspace; null: it is. */
  workspaceSkips(path: string): 'hidden' | 'packages' | null {
    const why = this.instance.text('qlw_workspace_skips', path);
    return why === '' ? null : (why as 'hidden' | 'packages');
  }

  newMcp(server: McpServer): McpClient {
    return new McpClient(this.instance, this.instance.handle('qlw_mcp_new', JSON.stringify(server)));
  }

  /** Checks a whole log, against a head known from elsewhere if there is one. */
  verify(log: Text, head: string | null = null): Verdict {
    return this.instance.json('qlw_verify', log, head) as Verdict;
  }

  /** The line with a signature in place of those it had; its hash stays. Whether the signature fits is not checked. */
  putSignature(line: string, signature: string): string {
    return this.instance.text('qlw_line_sign', line, signature);
  }

  /** What a log proves of its quest, and what it does not. */
  certificate(log: Text, head: string | null = null): Certificate {
    return this.instance.json('qlw_certificate', log, head) as Certificate;
  }

  /** The numbers of metrics.def over all quests given. */
  metrics(quests: readonly Quest[]): Metrics {
    return this.instance.json('qlw_quest_metrics', this.#handles(quests)) as Metrics;
  }

  /** A report in Markdown of what happened from `from` until before `to`, ms since epoch. */
  report(quests: readonly Quest[], kind: ReportKind, from = 0, to = Number.MAX_SAFE_INTEGER): string {
    return this.instance.text('qlw_quest_report', this.#handles(quests), kind, from, to);
  }

  /** The plan of what quests left open, led by who led the last of them unless said otherwise. QL_ERR_NOT_FOUND when nothing is open. */
  backlog(quests: readonly Quest[], leader: string | null = null): Plan {
    return this.instance.json('qlw_quest_backlog', this.#handles(quests), leader) as Plan;
  }

  #handles(quests: readonly Quest[]): string {
    return JSON.stringify(quests.map((quest) => quest.handleIn(this.instance)));
  }

  /** The `#q=` link of an intact log. A log that does not fit gives QL_ERR_LIMIT with the length it would have as offset. */
  makeLink(log: Text): Link {
    return this.instance.json('qlw_link_make', log) as Link;
  }

  /** The log inside a link: a whole URL, or its fragment. */
  openLink(text: string): string {
    return this.instance.text('qlw_link_open', text);
  }

  /** The union of two sets of notes, each a text of lines: the same whoever merges what first. */
  mergeNotes(mine: Text, theirs: Text): NotesMerged {
    return this.instance.json('qlw_notes_merge', mine, theirs) as NotesMerged;
  }

  /** A backend over time, from snapshots in any order. */
  health(snapshots: readonly HealthSnapshot[]): Health {
    return this.instance.json('qlw_health', JSON.stringify(snapshots)) as Health;
  }

  /** Where the time of a request goes, from its steps in any order. */
  requestFlow(spans: readonly TraceSpan[]): RequestFlow {
    return this.instance.json('qlw_request_flow', JSON.stringify(spans)) as RequestFlow;
  }

  /** Coupling, breaks or health as people read it. */
  writeImpact(answer: Breaks | Coupling | Health, format: 'markdown' | 'text'): string {
    return this.instance.text('qlw_impact_write', JSON.stringify(answer), format === 'markdown' ? 1 : 0);
  }
}
