import type { Plan, QuestView } from '@questline/core';

/** The turn line as figures: one lane a seat, x in events. Planned parts have an invented length, only their order means something. */
export interface Lane {
  id: string;
  person: boolean;
  leads: boolean;
  role: string;
}

export type Ink =
  | 'past' // happened
  | 'now' // holds the turn
  | 'wait' // nobody could move: the quest was paused
  | 'later' // happened after the event that is looked at
  | 'plan'; // has not happened

export interface Bar {
  lane: number;
  from: number;
  to: number;
  ink: Ink;
  label: string;
}

export interface Drop {
  x: number;
  from: number;
  to: number;
  ink: Ink;
}

export interface Score {
  lanes: Lane[];
  bars: Bar[];
  drops: Drop[];
  length: number;
  at: number; // where the event that is shown ends
  beads: number[]; // lanes that hold the turn
  rest: number; // the lane that had it last, where nobody does
}

const PLANNED = 1.6; // events: the length of a planned turn
const MOST = 0.72; // of the line: where what happened ends at the latest, so that it does not jump when the plan gets shorter

class Pen {
  bars: Bar[] = [];
  drops: Drop[] = [];
  #index: Map<string, number>;

  constructor(lanes: readonly Lane[]) {
    this.#index = new Map(lanes.map((lane, i) => [lane.id, i]));
  }

  lane(id: string): number {
    return this.#index.get(id) ?? -1;
  }

  bar(id: string, from: number, to: number, ink: Ink, tasks: readonly string[] = []): void {
    const lane = this.lane(id);
    if (lane >= 0 && to > from) this.bars.push({ lane, from, to, ink, label: tasks.join(' ') });
  }

  drop(x: number, from: string, to: string, ink: Ink): void {
    const [a, b] = [this.lane(from), this.lane(to)];
    if (a >= 0 && b >= 0 && a !== b) this.drops.push({ x, from: a, to: b, ink });
  }
}

interface Turn {
  agent: string;
  tasks: string[];
}

/** What has not happened yet: those who have a message, the leader, then the plan group by group with the leader between. */
function ahead(view: QuestView, leader: string): Turn[] {
  const turns: Turn[] = view.next.filter((next) => !next.planned).map((next) => ({ agent: next.agent, tasks: next.tasks }));
  const group = new Map(view.tasks.map((task) => [task.id, task.group]));
  let last = -1;
  for (const next of view.next) {
    if (!next.planned) continue;
    const mine = group.get(next.tasks[0] ?? '') ?? last;
    if (mine !== last && turns.at(-1)?.agent !== leader && !(turns.length === 0 && view.holders.includes(leader))) turns.push({ agent: leader, tasks: [] });
    last = mine;
    turns.push({ agent: next.agent, tasks: next.tasks });
  }
  if (view.next.some((next) => next.planned)) turns.push({ agent: leader, tasks: [] });
  return turns;
}

/** @param shown  the view that is looked at: the same as live, or one of an earlier event */
export function scoreOf(live: QuestView, shown: QuestView): Score {
  const lanes: Lane[] = live.agents.map((seat) => ({
    id: seat.id,
    person: seat.kind === 'human',
    leads: seat.leads,
    role: seat.id === '@owner' ? 'you' : seat.leads ? 'leads' : '',
  }));
  const pen = new Pen(lanes);
  const leader = live.agents.find((seat) => seat.leads)?.id ?? '';
  const running = shown.status === 'running' || shown.status === 'paused' || shown.status === 'proposed';
  const moving = shown.status === 'running' || shown.status === 'proposed'; // nobody holds while paused or over
  const over = !running && shown === live;
  // Each event has a length of one, and so has the one that is waited for.
  const at = shown.n + 1;
  const end = live.n + 1;
  const holds = [...live.holds].sort((a, b) => a.from - b.from);

  const firstFrom = holds[0] === undefined ? live.n : holds[0].from + 1;
  pen.bar('@owner', 0, Math.max(firstFrom, 1), 'past'); // who set the objective
  for (const hold of holds) {
    const from = hold.from + 1;
    const to = hold.to === undefined || (over && hold.to === live.n - 1) ? end : hold.to + 1;
    const holdsNow = shown.n >= from && (hold.to === undefined || shown.n <= hold.to) && shown.holders.includes(hold.agent) && moving;
    if (from > shown.n) pen.bar(hold.agent, from, to, 'later', hold.tasks);
    else {
      pen.bar(hold.agent, from, Math.min(to, at), holdsNow ? 'now' : 'past', hold.tasks);
      if (to > at) pen.bar(hold.agent, at, to, 'later');
    }
    // Who ended its turn at that event passed it on; where nobody did, the last one that held.
    const passed = holds.find((other) => other.to === hold.from) ?? holds.findLast((other) => other.from < hold.from);
    if (passed?.to !== undefined && passed.to < hold.from) pen.bar(passed.agent, passed.to + 1, from, from > shown.n ? 'later' : 'wait');
    pen.drop(from, passed?.agent ?? '@owner', hold.agent, from > shown.n ? 'later' : 'past');
  }

  const kept = holds.findLast((hold) => hold.from < shown.n);
  if (!over && kept?.to !== undefined && kept.to < shown.n && !moving) pen.bar(kept.agent, kept.to + 1, at, 'wait');

  let x = end;
  const last = live.holders[0] ?? holds.at(-1)?.agent;
  if (last !== undefined && live.next.length > 0) {
    let from = last;
    for (const turn of ahead(live, leader)) {
      x += PLANNED / 2;
      pen.bar(from, x - PLANNED / 2, x, 'plan');
      pen.drop(x, from, turn.agent, 'plan');
      pen.bar(turn.agent, x, x + PLANNED / 2, 'plan', turn.tasks);
      from = turn.agent;
      x += PLANNED / 2;
    }
  }
  return {
    lanes,
    bars: pen.bars,
    drops: pen.drops,
    length: Math.max(x, end / MOST),
    at,
    beads: (moving ? shown.holders : []).map((id) => pen.lane(id)).filter((lane) => lane >= 0),
    rest: Math.max(0, pen.lane(kept?.agent ?? '@owner')),
  };
}

/** The line of a plan that nobody approved yet. */
export function scoreOfPlan(plan: Plan): Score {
  const agents = ['@owner', plan.leader, ...plan.needs.map((need) => need.agent).filter((agent) => agent !== plan.leader)];
  const lanes: Lane[] = agents.map((id, i) => ({ id, person: i === 0, leads: i === 1, role: i === 0 ? 'you' : i === 1 ? 'leads' : '' }));
  const pen = new Pen(lanes);
  pen.bar('@owner', 0.4, 1.4, 'plan');
  pen.drop(1.4, '@owner', plan.leader, 'plan');
  pen.bar(plan.leader, 1.4, 3.4, 'plan', ['plans']);
  pen.drop(3.4, plan.leader, '@owner', 'plan');
  pen.bar('@owner', 3.4, 5, 'plan', ['you approve']);
  pen.drop(5, '@owner', plan.leader, 'plan');
  pen.bar(plan.leader, 5, 6, 'plan');
  let x = 6;
  const byId = new Map(plan.tasks.map((task) => [task.id, task]));
  for (const group of plan.groups) {
    let last = plan.leader;
    for (const id of group) {
      const task = byId.get(id);
      if (task === undefined) continue;
      pen.drop(x, last, task.agent, 'plan');
      pen.bar(task.agent, x, x + PLANNED, 'plan', [id]);
      last = task.agent;
      x += PLANNED;
    }
    pen.drop(x, last, plan.leader, 'plan');
    pen.bar(plan.leader, x, x + 1, 'plan');
    x += 1;
  }
  const closing = pen.bars.at(-1);
  if (closing !== undefined) closing.label = 'closes';
  return { lanes, bars: pen.bars, drops: pen.drops, length: x, at: 0.4, beads: [0], rest: 0 };
}
