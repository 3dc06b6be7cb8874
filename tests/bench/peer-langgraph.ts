// The same turns as a graph of LangGraph.js with its MemorySaver. It is given what spares it time: one call plays a whole turn, and its state
// holds no messages but those of that turn, so that what it saves does not grow with the log. It computes no hash and checks no fence.
import { Annotation, END, MemorySaver, START, StateGraph } from '@langchain/langgraph';
import { step, turn, workers } from './story.ts';

interface Message {
  readonly by: string;
  readonly to?: string;
  readonly task?: string;
  readonly text: string;
}

const State = Annotation.Root({
  /** Events so far. */
  events: Annotation<number>,
  messages: Annotation<Message[]>({ reducer: (old, more) => (more.length === 0 ? [] : [...old, ...more]), default: () => [] }),
  slots: Annotation<string[]>,
});

/** What the agents say is made before, as it is for the others. */
const say = (n: number): Message => {
  const { by, to, task, msg } = step(n);
  return { by, text: msg ?? '', ...(to === undefined ? {} : { to: to[0]! }), ...(task === undefined ? {} : { task }) };
};

const next = ({ slots }: typeof State.State): string => slots[0] ?? END;

const worker = ({ events, slots }: typeof State.State): typeof State.Update => ({ events: events + 1, messages: [say(events)], slots: slots.slice(1) });

const graph = new StateGraph(State)
  .addNode('lead', ({ events }) => ({
    events: events + 3,
    messages: [say(events), say(events + 1), say(events + 2)],
    slots: [...workers],
  }))
  .addNode(workers[0], worker)
  .addNode(workers[1], worker)
  .addEdge(START, 'lead')
  .addConditionalEdges('lead', next, [...workers])
  .addConditionalEdges(workers[0], next, [...workers, END])
  .addConditionalEdges(workers[1], next, [...workers, END])
  .compile({ checkpointer: new MemorySaver() });

export class LangGraphQuest {
  static #threads = 0;
  readonly #config = { configurable: { thread_id: String(LangGraphQuest.#threads++) } };
  events = 1;

  /** Plays one turn: five events. */
  async turn(): Promise<void> {
    const after = await graph.invoke({ events: this.events, messages: [], slots: [] }, this.#config);
    this.events += turn;
    if (after.events !== this.events || after.messages.length !== turn) throw new Error('LangGraph lost an event');
  }
}
