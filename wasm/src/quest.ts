import type {
  Board,
  Change,
  Command,
  Comparison,
  Decision,
  Event,
  Inbox,
  Learned,
  Monitor,
  NoteDraft,
  Notes,
  QuestCommand,
  QuestHead,
  QuestState,
  QuestView,
  Signature,
  Standing,
  TaskSize,
  Timeline,
  Verdict,
  WhatIf,
} from './generated.ts';
import { Held } from './held.ts';
import type { Text } from './memory.ts';

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
