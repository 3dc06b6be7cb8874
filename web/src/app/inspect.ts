import type { Board, Certificate, Command, Comparison, Core, Inbox, Learned, Metrics, Plan, Quest, ReportKind, Standing, Timeline } from '@questline/core';
import type { Clock } from '../ports/clock.ts';
import { type Came, whatCame } from './came.ts';
import { inWords, joined, split } from './logs.ts';
import type { Store } from './store.ts';

interface Open {
  core: Core;
  quest: Quest;
}

/**
 * What screens ask of the open quest beside its view: as it is, or as it was at the earlier event that is looked at.
 * Nothing here changes a quest; also what would be accepted is asked of the core, never decided by a screen.
 */
export class Inspector {
  #store: Store;
  #clock: Clock;
  #live: () => Open | null;
  #earlier: (Open & { head: string }) | null = null;

  constructor(store: Store, clock: Clock, live: () => Open | null) {
    this.#store = store;
    this.#clock = clock;
    this.#live = live;
  }

  #shown(): Open {
    const live = this.#live();
    const state = this.#store.state.quest;
    if (live === null || state === null) throw new Error('No quest is open.');
    if (state.at === null) return live;
    const { head } = state.shown;
    if (this.#earlier === null || this.#earlier.head !== head || this.#earlier.core !== live.core) {
      this.#earlier?.quest.close();
      this.#earlier = { core: live.core, head, quest: live.core.openQuest(joined(split(live.quest.log()).slice(0, state.at + 1))) };
    }
    return this.#earlier;
  }

  /** Null: the core would accept it. Otherwise why not, in its words. */
  whyNot(command: Command): string | null {
    try {
      return this.#shown().quest.decide(command, this.#clock.now(), new Uint8Array(32)).refusal?.message ?? null;
    } catch (error) {
      return inWords(error);
    }
  }

  may(command: Command): boolean {
    return this.whyNot(command) === null;
  }

  now(): number {
    return this.#clock.now();
  }

  /** Calls again and again until what it gives back is called. */
  every(ms: number, call: () => void): () => void {
    const end = new AbortController();
    const go = async (): Promise<void> => {
      for (;;) {
        await this.#clock.sleep(ms, end.signal);
        if (end.signal.aborted) return;
        call();
      }
    };
    void go();
    return () => end.abort();
  }

  board(): Board {
    return this.#shown().quest.board(this.#clock.now());
  }

  inbox(agent: string): Inbox {
    return this.#shown().quest.inbox(agent);
  }

  /** What the owner should do next. */
  hint(): string {
    return this.#shown().quest.monitor('@owner').hint;
  }

  standing(): Standing {
    return this.#shown().quest.standing();
  }

  timeline(): Timeline {
    return this.#shown().quest.timeline();
  }

  /** What came of the call that event n settled, as the log has it; nothing where it has none, or where it is withheld. */
  came(n: number): readonly Came[] {
    const { reply } = this.#shown().quest.event(n).data as { reply?: unknown };
    return typeof reply === 'string' ? whatCame(reply) : [];
  }

  metrics(): Metrics {
    const { core, quest } = this.#shown();
    return core.metrics([quest]);
  }

  /** Markdown. @param days  how far to look back from now; null: all of it */
  report(kind: ReportKind, days: number | null): string {
    const { core, quest } = this.#shown();
    return core.report([quest], kind, days === null ? 0 : Math.max(0, this.#clock.now() - days * 86_400_000));
  }

  /** The core's own safe HTML. */
  html(markdown: string): string {
    return this.#shown().core.markdownHtml(markdown);
  }

  /** What the quest taught; a sentence where it is not over yet. */
  learn(): Learned | string {
    try {
      return this.#shown().quest.learn();
    } catch (error) {
      return inWords(error);
    }
  }

  certificate(): Certificate {
    const { core, quest } = this.#shown();
    return core.certificate(quest.log());
  }

  /** The plan of what the quests of these logs and this one left open; who leads this one leads it, unless that is nobody here. */
  backlog(logs: readonly string[], leads: (agent: string) => string): Plan {
    const { core, quest } = this.#shown();
    const others: Quest[] = [];
    try {
      for (const log of logs) others.push(core.openQuest(log));
      const plan = core.backlog([...others, quest]);
      const leader = leads(plan.leader);
      return leader === plan.leader ? plan : core.backlog([...others, quest], leader);
    } finally {
      for (const other of others) other.close();
    }
  }

  /** Where this quest and another log part. */
  compare(log: string): Comparison {
    const { core, quest } = this.#shown();
    const other = core.openQuest(log);
    try {
      return quest.compare(other);
    } finally {
      other.close();
    }
  }

  /** The log without any of its texts. */
  redacted(): string {
    return this.#shown().quest.redact();
  }

  sha256(bytes: Uint8Array): string {
    return this.#shown().core.sha256(bytes);
  }

  /** The lines up to and with event n, and the command that makes another quest of them. */
  fork(n: number, entropy: Uint8Array): string[] {
    const live = this.#live();
    if (live === null) throw new Error('No quest is open.');
    const lines = split(live.quest.log()).slice(0, n + 1);
    const quest = live.core.openQuest(joined(lines));
    try {
      const decision = quest.decide({ by: '@owner', type: 'fork', from: n }, this.#clock.now(), entropy);
      if (decision.line === undefined) throw new Error(decision.refusal?.message ?? 'This event cannot be gone on from.');
      return [...lines, decision.line.replace(/\n$/, '')];
    } finally {
      quest.close();
    }
  }
}
