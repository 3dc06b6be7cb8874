import type { Command, Quest, QuestView, SeatView } from '@questline/core';
import type { Notepad } from '../ports/notepad.ts';
import type { OpenQuest, Place } from './model.ts';
import type { Store } from './store.ts';
import type { Sent } from './writer.ts';

/** Whether this tab speaks for the owner: then it may sit anywhere, and give a seat back to the rehearsal. */
export const speaksForOwner = ({ mode, link }: OpenQuest): boolean => mode === 'drive' || mode === 'follow' || link?.own !== undefined;

/** The seats that this tab may write for. */
export function seatsFor(quest: OpenQuest): string[] {
  if (speaksForOwner(quest)) return quest.view.agents.map(({ id }) => id).filter((id) => id !== '@owner');
  return quest.link?.as === undefined ? [] : [quest.link.as];
}

const seatOf = (view: QuestView, id: string): SeatView | undefined => view.agents.find((seat) => seat.id === id);

/** Whether the seat is still held by this tab; another fence is another holder. */
export const holds = (view: QuestView, { seat, held }: Place): boolean => held !== null && seatOf(view, seat)?.fence === held.fence;

/** A person in a seat: claims it, writes for it, leaves it. What is typed is dropped only when it is in the log. */
export class Chair {
  #store: Store;
  #notepad: Notepad;
  #quest: () => Quest | null;
  #send: (command: Command) => Promise<Sent | null>;

  /** @param send  null: neither written nor refused, and said why */
  constructor(store: Store, notepad: Notepad, quest: () => Quest | null, send: (command: Command) => Promise<Sent | null>) {
    this.#store = store;
    this.#notepad = notepad;
    this.#quest = quest;
    this.#send = send;
  }

  /** Where somebody sat in this quest before the page was loaded again. */
  remembered(id: string): Place | null {
    return this.#notepad.read(`place:${id}`) as Place | null;
  }

  #place(place: Place | null): void {
    const quest = this.#store.state.quest;
    if (quest === null) return;
    this.#notepad.write(`place:${quest.id}`, place ?? undefined);
    this.#store.setQuest({ place });
  }

  change(patch: Partial<Place>): void {
    const place = this.#store.state.quest?.place;
    if (place !== undefined && place !== null) this.#place({ ...place, ...patch });
  }

  /** Opens the form: for a seat that does not hold the turn, where the machine can be seen refusing. */
  open(): void {
    const quest = this.#store.state.quest;
    if (quest === null) return;
    const seats = seatsFor(quest);
    const leader = quest.view.agents.find(({ leads }) => leads)?.id;
    const seat = seats.find((id) => !quest.view.holders.includes(id) && id !== leader) ?? seats[0];
    if (seat !== undefined) this.#place({ seat, held: null, unanswered: false, kind: quest.link?.as === undefined ? 'message' : 'completed', text: '' });
  }

  choose(seat: string): void {
    this.change({ seat, held: null, unanswered: false });
  }

  write(text: string): void {
    this.change({ text, unanswered: false }); // other words are another command
  }

  /** After events: the counter goes on, and what came back as an event is no draft any more. */
  follow(): void {
    const quest = this.#store.state.quest;
    const place = quest?.place;
    if (quest === null || place === undefined || place === null || place.held === null || !holds(quest.view, place)) return;
    const k = seatOf(quest.view, place.seat)?.k ?? 0;
    if (k === place.held.k) return;
    const arrived = place.unanswered && quest.view.talk.findLast(({ by }) => by === place.seat)?.text === place.text.trim();
    this.change({ held: { ...place.held, k }, ...(arrived ? { unanswered: false, text: '' } : {}) });
  }

  /** Takes the seat: its fence grows, and whoever sat there is stale from now on. */
  async sit(): Promise<void> {
    const quest = this.#store.state.quest;
    const place = quest?.place;
    if (quest === null || place === undefined || place === null) return;
    const { seat } = place;
    const by = speaksForOwner(quest) ? '@owner' : seat;
    // The owner may take a seat from anybody; whoever has the capability of a seat may empty it first.
    if (by !== '@owner' && seatOf(quest.view, seat)?.taken === true && !(await this.#done({ by, type: 'release', agent: seat }))) return;
    const sent = await this.#send({ by, type: 'claim', agent: seat, seat: 'human' });
    if (sent === null || 'refusal' in sent) return;
    const after = seatOf(this.#quest()?.viewAt(sent.n) ?? quest.view, seat);
    if (after !== undefined) this.change({ held: { fence: after.fence, k: after.k }, unanswered: false });
    this.follow();
  }

  async #done(command: Command): Promise<boolean> {
    const sent = await this.#send(command);
    return sent !== null && 'n' in sent;
  }

  /** Leaves the seat free; where this tab speaks for the owner, the rehearsal plays it. */
  async leave(): Promise<void> {
    const quest = this.#store.state.quest;
    const place = quest?.place;
    if (quest === null || place === undefined || place === null) return;
    const { seat } = place;
    if (speaksForOwner(quest)) {
      if (!(await this.#done({ by: '@owner', type: 'claim', agent: seat, seat: 'rehearsal' }))) return;
      if (!(await this.#done({ by: '@owner', type: 'release', agent: seat }))) return;
    } else if (!(await this.#done({ by: seat, type: 'release', agent: seat, ...place.held }))) return;
    this.change({ held: null, unanswered: false });
  }

  close(): void {
    this.#place(null);
  }

  /** Sends what was written. It stays in the form unless it is in the log. */
  async send(): Promise<void> {
    const quest = this.#store.state.quest;
    const place = quest?.place;
    if (quest === null || place === undefined || place === null) return;
    const { seat, kind } = place;
    const msg = place.text.trim();
    const leader = quest.view.agents.find(({ leads }) => leads)?.id ?? '';
    const leads = seat === leader;
    const to = leads ? quest.view.agents.map(({ id }) => id).filter((id) => id !== leader && id !== '@owner').slice(0, 1) : [leader];
    this.change({ unanswered: place.held !== null });
    const sent = await this.#send({
      by: seat,
      ...(kind === 'message' ? { type: 'message', to } : { type: 'respond', kind: leads ? 'progress' : kind }),
      msg,
      ...place.held, // with fence and counter, the same words sent again are the same event
    });
    if (sent === null) return;
    this.change({ unanswered: false });
    if ('refusal' in sent) return;
    const { data } = this.#quest()?.event(sent.n) ?? { data: {} };
    if ((data as { msg?: string | null }).msg === msg && this.#store.state.quest?.place?.text.trim() === msg) this.change({ text: '' });
  }
}
