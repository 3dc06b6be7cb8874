import type { QuestView, Refusal, SeatView, TalkView, TimeLeft, Verdict } from '@questline/core';
import type { Checked } from './model.ts';

/** Sentences made from what the core computed. Rules stand in the core, only words stand here. */

export const isOver = (view: QuestView): boolean => ['completed', 'failed', 'aborted', 'timed_out'].includes(view.status);

export const bare = (agent: string): string => agent.replace(/^@/, '');

/** Two letters for a seat: "@api-architect" is AA, "@owner" is YO (you). */
export function letters(agent: string): string {
  if (agent === '@owner') return 'YO';
  const words = bare(agent).split(/[-._]+/).filter((word) => word !== '');
  const [first = '?', second] = words;
  return ((first[0] ?? '?') + (second?.[0] ?? first[1] ?? '')).toUpperCase();
}

export const count = (n: number, one: string, many = `${one}s`): string => `${n.toLocaleString('en')} ${n === 1 ? one : many}`;

/** Bytes as people say them. */
export function size(bytes: number): string {
  if (bytes < 1000) return count(bytes, 'byte');
  const [unit, each] = bytes < 1_000_000 ? (['KB', 1000] as const) : (['MB', 1_000_000] as const);
  return `${(bytes / each).toLocaleString('en', { maximumFractionDigits: bytes / each < 10 ? 1 : 0 })} ${unit}`;
}

export function list(words: readonly string[]): string {
  if (words.length <= 1) return words[0] ?? '';
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

/** Who the banner names, and what is said of it. */
export function banner(view: QuestView): { who: string; says: string } {
  switch (view.status) {
    case 'proposed':
      return { who: 'Your move', says: 'approve the plan, or reject it' };
    case 'paused':
      return { who: 'Paused', says: `the turn is kept by ${list(view.kept)}` };
    case 'closing':
      return { who: 'Ending', says: 'what is still under way settles first' };
    case 'completed':
      return { who: 'Completed', says: 'nobody holds the turn' };
    case 'failed':
      return { who: 'Failed', says: 'ended by its leader' };
    case 'aborted':
      return { who: 'Stopped', says: 'ended by its owner' };
    case 'timed_out':
      return { who: 'Timed out', says: 'its time was up' };
    case 'empty':
      return { who: 'Nothing yet', says: 'no event was written' };
    case 'running':
      if (view.holder === 'owner') return { who: 'Your move', says: 'the turn is with you' };
      if (view.holders.length > 1) return { who: count(view.holders.length, 'agent'), says: `hold the turn together: ${list(view.holders)}` };
      return { who: view.holders[0] ?? 'Nobody', says: 'holds the turn' };
  }
}

/** The words before the tab's title: who holds the turn, and a bead when somebody does. */
export function titleOf(view: QuestView): string {
  const { who, says } = banner(view);
  if (view.status === 'proposed' || (view.status === 'running' && view.holder === 'owner')) return `● ${who}: ${says}`;
  return view.status === 'running' ? `● ${bare(who)} ${says}` : who;
}

export type Sign = 'pass' | 'fail' | 'warn' | 'open' | 'hide';

export interface Finding {
  sign: Sign;
  word: string; // for the badge
  says: string;
}

/** Who signed, of a log whose first event names keys. */
function signatures({ events, signers = [], unchecked }: Checked): Finding {
  const lines = signers.reduce((sum, signer) => sum + signer.lines, 0);
  const signed = signers.reduce((sum, signer) => sum + signer.signed, 0);
  const amount = `${signed} of ${count(lines, 'line')}`;
  if (unchecked === true) return { sign: 'warn', word: 'Signatures not checked', says: `${amount} have one, and this browser has no Ed25519 to check them with.` };
  if (signers.some((signer) => signer.wrong === undefined)) return { sign: 'open', word: 'Signatures', says: `${amount} have one, not checked yet.` };
  const wrong = signers.filter((signer) => signer.wrong?.length);
  if (wrong.length > 0) {
    const where = wrong.map(({ agent, wrong: events = [] }) => `${agent}, event ${list(events.map(String))}`).join('; ');
    return { sign: 'fail', word: 'Wrong signature', says: `It does not fit the event and the key: ${where}.` };
  }
  const whole = signers.filter((signer) => signer.signed === signer.lines).length;
  const keyless = events > lines ? ` ${count(events - lines, 'line')} of agents without a key.` : '';
  return {
    sign: signed === lines ? 'pass' : 'open',
    word: signed === lines ? 'Signed' : 'Signed in part',
    says: `${whole} of ${count(signers.length, 'pinned agent')} signed, ${amount}.${keyless} Whose keys they are, compare yourself.`,
  };
}

export function findings(verdict: Checked): Finding[] {
  const found: Finding[] = [];
  const { problem } = verdict;
  const where = problem === undefined ? '' : `Line ${problem.line}: ${problem.message}`;
  if (verdict.intact === 'yes') found.push({ sign: 'pass', word: 'Intact', says: 'No byte changed since it was written.' });
  else found.push({ sign: 'fail', word: 'Not intact', says: `${where} The lines before it are sound; those after it cannot be relied on.` });
  if (verdict.legal === 'yes') found.push({ sign: 'pass', word: 'Legal', says: 'Each move was made by who held the turn.' });
  else if (verdict.legal === 'unknown') found.push({ sign: 'open', word: 'Legal: unknown', says: verdict.intact === 'no' ? 'A broken log is not judged.' : 'It was written under newer rules than this page knows.' });
  else found.push({ sign: 'fail', word: 'Not legal', says: where });
  switch (verdict.complete) {
    case 'terminal':
      found.push({ sign: 'pass', word: 'Complete', says: 'The quest is over; its last event says so.' });
      break;
    case 'anchored':
      found.push({ sign: 'pass', word: 'Complete', says: 'It ends where it was said to end.' });
      break;
    case 'open':
      found.push({ sign: 'open', word: 'Still open', says: 'A copy cut short here would look the same.' });
      break;
    case 'no':
      found.push({ sign: 'fail', word: 'Not complete', says: where });
      break;
  }
  if (verdict.signers !== undefined && sound(verdict)) found.push(signatures(verdict));
  if (verdict.withheld > 0) {
    found.push({ sign: 'hide', word: `${count(verdict.withheld, 'text')} withheld`, says: 'Taken out by the sender. It does not affect the above.' });
  }
  return found;
}

const lastPause = ({ status, cause, talk }: QuestView): QuestView['talk'][number] | undefined =>
  status === 'paused' && (cause ?? 'owner') === 'owner' ? talk.findLast(({ type }) => type === 'pause') : undefined;

/** Why a quest is paused, where somebody said it: a model that could not be asked, for one. */
export const reasonOf = (view: QuestView): string | null => lastPause(view)?.text ?? null;

/** Before then it is no use to go on, ms since 1970; null where that is not known. */
export const notBefore = (view: QuestView): number | null => lastPause(view)?.until ?? null;

export const sound = (verdict: Verdict): boolean => verdict.intact !== 'no' && verdict.legal !== 'no' && verdict.complete !== 'no';

export const CAVEAT = 'This finds accidents and broken rules. It does not prove who spoke, nor stop someone who rewrites the whole log.';

const TRIED: Record<string, string> = {
  message: 'write',
  respond: 'answer',
  complete: 'complete the quest',
  drop: 'drop a task',
  pause: 'pause',
  resume: 'resume',
  abort: 'stop the quest',
  fail: 'end the quest as failed',
  approve: 'approve the plan',
  reject: 'reject the plan',
  gate: 'give evidence or judge',
  artifact: 'record a file',
  reassign: 'give a task to another agent',
  escalate: 'escalate a task',
  add: 'add an agent',
  remove: 'remove an agent',
  promote: 'make another agent lead',
  claim: 'take a seat',
  release: 'leave a seat',
};

/** "@x tried to write while @y holds the turn. Refused. Not in the log." */
export function refused(by: string, type: string, refusal: Refusal): string {
  const tried = `${by} tried to ${TRIED[type] ?? type}`;
  const holders = refusal.holders ?? [];
  if (refusal.code === 'not_your_turn' && holders.length > 0) {
    return `${tried} while ${list(holders)} ${holders.length === 1 ? 'holds' : 'hold'} the turn. Refused. Not in the log.`;
  }
  return `${tried}. ${refusal.message.replace(/\.?$/, '.')} Refused. Not in the log.`;
}

/** What an event without words of its own did. */
export function deed(talk: TalkView): string {
  switch (talk.type) {
    case 'create':
      return 'set the objective';
    case 'approve':
      return 'approved the plan';
    case 'reject':
      return 'rejected the plan';
    case 'message':
      return talk.to.length > 0 ? `to ${list(talk.to)}` : 'notes';
    case 'respond':
      if (talk.kind === 'clarification') return 'asks';
      if (talk.kind === 'blocked') return 'is blocked';
      return talk.kind === 'completed' ? 'answers' : 'ends its turn';
    case 'drop':
      return `dropped ${list(talk.tasks)}`;
    case 'pause':
      return 'paused the quest';
    case 'resume':
      return 'resumed the quest';
    case 'abort':
      return 'stopped the quest';
    case 'fail':
      return 'ended the quest as failed';
    case 'complete':
      return 'completed the quest';
    case 'claim':
      return `took the seat of ${list(talk.to)}`;
    case 'release':
      return `left the seat of ${list(talk.to)}`;
    case 'reassign':
      return `gave ${list(talk.tasks)} to ${list(talk.to)}`;
    case 'add':
      return `added ${list(talk.to)}`;
    case 'remove':
      return `removed ${list(talk.to)}`;
    case 'promote':
      return `made ${list(talk.to)} the leader`;
    case 'escalate':
      return `escalated ${list(talk.tasks)}`;
    case 'gate':
      return 'on a gate';
    case 'artifact':
      return 'recorded an artifact';
    case 'tick':
      return 'looked at the clock';
    case 'start':
      return 'started an effect';
    case 'done':
      return 'settled an effect';
    case 'usage':
      return 'booked what was used';
    case 'fork':
      return 'made this another quest';
    case 'upgrade':
      return 'took newer rules';
    default:
      return talk.type;
  }
}

const PLAYER: Record<SeatView['kind'], string> = { human: 'a person', model: 'a model', rehearsal: 'the rehearsal', remote: 'somebody elsewhere' };

/** Who sits there: since when, put there by whom, as far as the log says. */
export function sitting(view: QuestView, id: string): string {
  const seat = view.agents.find((one) => one.id === id);
  if (seat === undefined) return `${id} is not in this quest.`;
  if (!seat.taken) return seat.kind === 'rehearsal' ? 'The rehearsal plays this seat.' : 'Nobody sits there now.';
  const claim = view.talk.findLast((talk) => talk.type === 'claim' && talk.to.includes(id));
  return `Now ${PLAYER[seat.kind]} sits there${claim === undefined ? '' : `, since ${time(claim.at)}`}.`;
}

const LEFT: Record<TimeLeft['kind'], string> = {
  budget: 'Running time left',
  closing: 'Ends at the latest in',
  level: 'Left before it goes up a level',
  quest: 'Time left in this quest',
  reminder: 'Left before a reminder',
  task: 'Time left for a task',
  turn: 'Time left in this turn',
};

export const timeLeft = (kind: TimeLeft['kind']): string => LEFT[kind];

/** 7:46, 1:07:46, 3 d 1:07:46; a second that has begun counts. */
export function span(ms: number): string {
  const all = Math.ceil(ms / 1000);
  const two = (n: number): string => String(n).padStart(2, '0');
  const [s, m, h, d] = [all % 60, Math.floor(all / 60) % 60, Math.floor(all / 3600) % 24, Math.floor(all / 86400)];
  if (all < 3600) return `${m}:${two(s)}`;
  return `${d > 0 ? `${d} d ` : ''}${h}:${two(m)}:${two(s)}`;
}

export const toTheSecond = (at: number): string => new Date(at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', second: '2-digit' });

export function time(at: number): string {
  return new Date(at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
}

export function day(at: number): string {
  return new Date(at).toLocaleDateString([], { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
}
