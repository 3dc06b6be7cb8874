// The same turns as an XState actor. It is given what spares it time: its tasks and slots are changed in place and its log is an array of strings.
import { hash, randomBytes } from 'node:crypto';
import { assign, createActor, setup } from 'xstate';
import { at, leader, workers } from './story.ts';
import type { Step } from './story.ts';

interface Slot {
  readonly agent: string;
  readonly tasks: string[];
  status: 'queued' | 'holding' | 'ended';
}

interface Context {
  readonly leader: string;
  readonly fences: Map<string, { readonly fence: number; counter: number }>;
  readonly tasks: Map<string, 'open' | 'done'>;
  readonly slots: Slot[];
  events: number;
}

const stepsMax = 256;
const tasksMax = 1024;

type Act = Step & { readonly fence: number; readonly k: number };

const current = (context: Context, event: Act): boolean => {
  const seat = context.fences.get(event.by);
  return seat !== undefined && seat.fence === event.fence && seat.counter === event.k;
};
const holder = (context: Context): Slot | undefined => context.slots.find(({ status }) => status === 'holding');

const machine = setup({
  types: { context: {} as Context, events: {} as Act },
  guards: {
    mayOrder: ({ context, event }) => {
      if (!current(context, event) || event.by !== context.leader || event.to?.length !== 1) return false;
      const [to] = event.to;
      if (to === context.leader || !context.fences.has(to!) || context.slots.length >= stepsMax) return false;
      const { task } = event;
      if (task === undefined || (!context.tasks.has(task) && (task !== `T${context.tasks.size + 1}` || context.tasks.size >= tasksMax))) return false;
      return !context.slots.some((slot) => slot.agent !== to && slot.tasks.includes(task));
    },
    maySubmit: ({ context, event }) => current(context, event) && event.by === context.leader && context.slots.length > 0,
    isLast: ({ context, event }) =>
      current(context, event) && holder(context)?.agent === event.by && !context.slots.some(({ status }) => status === 'queued'),
    holds: ({ context, event }) => current(context, event) && holder(context)?.agent === event.by,
  },
  actions: {
    count: assign(({ context, event }) => {
      context.fences.get(event.by)!.counter++;
      return { events: context.events + 1 };
    }),
    order: ({ context, event }) => {
      context.tasks.set(event.task!, 'open');
      context.slots.push({ agent: event.to![0]!, tasks: [event.task!], status: 'queued' });
    },
    submit: ({ context }) => {
      context.slots[0]!.status = 'holding';
    },
    close: ({ context }) => {
      const slot = holder(context)!;
      for (const task of slot.tasks) context.tasks.set(task, 'done');
      slot.status = 'ended';
      const next = context.slots.find(({ status }) => status === 'queued');
      if (next !== undefined) next.status = 'holding';
      else context.slots.length = 0;
    },
  },
}).createMachine({
  initial: 'leading',
  context: () => ({
    leader,
    fences: new Map([leader, ...workers].map((agent) => [agent, { fence: 1, counter: 0 }])),
    tasks: new Map(),
    slots: [],
    events: 1,
  }),
  states: {
    leading: {
      on: {
        message: { guard: 'mayOrder', actions: ['order', 'count'] },
        respond: { guard: 'maySubmit', target: 'working', actions: ['submit', 'count'] },
      },
    },
    working: {
      on: {
        respond: [
          { guard: 'isLast', target: 'leading', actions: ['close', 'count'] },
          { guard: 'holds', actions: ['close', 'count'] },
        ],
      },
    },
  },
});

export class XStateQuest {
  readonly #actor = createActor(machine).start();
  #head = '';
  readonly log: string[] = [];

  /** The rules alone: no string, no log, no hash. */
  send(step: Step): void {
    const { events, fences } = this.#actor.getSnapshot().context;
    const seat = fences.get(step.by)!;
    this.#actor.send({ ...step, fence: seat.fence, k: seat.counter });
    if (this.#actor.getSnapshot().context.events !== events + 1) throw new Error('XState took no event');
  }

  /** The same work: a command comes as a string, its line goes into the log, with a commitment to the text and the chain of hashes. */
  act(command: string): string {
    const step = JSON.parse(command) as Step;
    const { events, fences } = this.#actor.getSnapshot().context;
    const { fence, counter } = fences.get(step.by)!;
    this.send(step);
    const { by, type, msg = '', ...rest } = step;
    const salt = randomBytes(16).toString('base64url');
    const e = JSON.stringify({ at: at(events), by, d: { ...rest, msg: hash('sha256', salt + msg, 'base64url') }, f: fence, k: counter, n: events, t: type });
    this.#head = hash('sha256', this.#head + e, 'base64url');
    const line = `{"e":${e},"h":"${this.#head}","x":${JSON.stringify({ msg: [salt, msg] })}}\n`;
    this.log.push(line);
    return line;
  }
}
