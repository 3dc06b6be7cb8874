/* How a room's log begins: with a create command, or as a log that somebody brings. Runs before any room is touched. */
import { type Core, CoreError, type Quest } from '@questline/core';
import type { Begun, FoundingBody } from './ports.ts';
import { failure } from './replies.ts';
import { answerOf } from './room.ts';

export function begin(core: Core, body: FoundingBody, now: number, entropy: Uint8Array): Begun {
  try {
    if ('log' in body) {
      const { intact, legal, problem } = core.verify(body.log);
      if (intact !== 'yes' || legal === 'no') return { answer: { status: 422, body: { problem } } };
      if (legal === 'unknown') {
        return {
          answer: { status: 422, body: failure('QL_ERR_VERSION', 'The log was written under newer rules than this worker knows.') },
        };
      }
      return begun(core, body.log);
    }
    const { line, refusal } = opened(core, null, (quest) => quest.decide(body.command, now, entropy));
    return line === undefined ? { answer: { status: 422, body: { refusal } } } : begun(core, line);
  } catch (error) {
    if (error instanceof CoreError) return { answer: answerOf(error) };
    throw error;
  }
}

function begun(core: Core, log: string): Begun {
  const { id, agents } = opened(core, log, (quest) => quest.view());
  return { log, id, agents: agents.slice(1).map((agent) => agent.id) }; // the owner is the first
}

function opened<T>(core: Core, log: string | null, use: (quest: Quest) => T): T {
  const quest = core.openQuest(log);
  try {
    return use(quest);
  } finally {
    quest.close();
  }
}
