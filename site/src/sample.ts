/* The quest on the landing page: played here, by the core, when the site is built. */
import { type Core, type HoldView, type QuestCommand, type Refusal } from '@questline/core';

const LEADER = '@backend-coordinator';
const ARCHITECT = '@api-architect';
const DATABASE = '@database-optimizer';
const BUILDER = '@nodejs-expert';
const AGENTS = [LEADER, ARCHITECT, DATABASE, BUILDER];

const CREATE: QuestCommand = {
  type: 'create',
  by: '@owner',
  agents: AGENTS,
  seats: AGENTS.map((agent) => [agent, 'rehearsal']),
  mission: 'Add user authentication with OAuth2 and JWT',
  tasks: [
    {
      id: 'T1',
      title: 'Write the contract of the login routes',
      to: ARCHITECT,
      outputs: ['openapi.yaml'],
      accept: ['every error has a shape'],
    },
    { id: 'T2', title: 'Design the tables of users and tokens', to: DATABASE, outputs: ['schema.sql'] },
    { id: 'T3', title: 'Build login, callback and refresh', to: BUILDER, after: ['T1', 'T2'], accept: ['the tests pass'] },
    { id: 'T4', title: 'Review the routes against the contract', to: ARCHITECT, after: ['T3'] },
  ],
};

/** How an answer of a worker is called in the picture. */
const OUTCOMES: Record<string, string> = { completed: 'done', clarification: 'asks', blocked: 'stuck' };

export type Sample = {
  lanes: string[];
  /** Who held the turn, from which event to which, and what came of it. */
  holds: HoldView[];
  labels: string[];
  events: number;
  /** The event after which the picture is drawn, and who holds then. */
  now: number;
  holder: string;
  /** The core's answer to somebody else who acts at that moment, and the state hash before and after. */
  intruder: { by: string; refusal: Refusal; before: string; after: string };
  /** The whole quest as a fragment. */
  fragment: string;
  verdict: string;
};

/** Same code, same quest: times and random bytes are made up, as the rehearsal's answers are. */
export function playSample(core: Core): Sample {
  const quest = core.openQuest();
  let calls = 0;
  const decide = (command: QuestCommand) => {
    const entropy = Uint8Array.from({ length: 32 }, (_, i) => (calls * 89 + i * 37 + 11) & 255);
    return quest.decide(command, 1763712000000 + calls++ * 4211, entropy);
  };
  const play = (command: QuestCommand): void => {
    const { line, refusal } = decide(command);
    if (line === undefined) throw new Error(`The sample quest was refused: ${refusal?.message}`);
    quest.append(line);
  };
  play(CREATE);
  play({ type: 'approve', by: '@owner' });
  let intruder: Sample['intruder'] | undefined;
  let now = 0;
  for (let next = quest.rehearse(); next !== null; next = quest.rehearse()) {
    if (intruder === undefined && quest.view().holders.includes(BUILDER)) {
      now = quest.head().n - 1;
      const before = quest.state().hash;
      const { refusal } = decide({ type: 'respond', by: ARCHITECT, kind: 'completed', msg: 'Reviewed.' });
      if (refusal === undefined) throw new Error('Somebody acted out of turn and was not refused.');
      intruder = { by: ARCHITECT, refusal, before, after: quest.state().hash };
    }
    play(next as QuestCommand);
  }
  if (intruder === undefined) throw new Error(`${BUILDER} never held the turn.`);
  const log = quest.log();
  const { intact, legal, complete } = core.verify(log);
  const { holds, n, agents, talk } = quest.view();
  const labels = holds.map(({ tasks, to }) => [...tasks, OUTCOMES[talk.find((said) => said.n === to)?.kind ?? ''] ?? ''].join(' ').trim());
  quest.close();
  return {
    lanes: agents.map((agent) => agent.id),
    holds,
    labels,
    events: n,
    now,
    holder: BUILDER,
    intruder,
    fragment: core.makeLink(log).fragment,
    verdict: `intact ${intact}, legal ${legal}, complete ${complete}`,
  };
}
