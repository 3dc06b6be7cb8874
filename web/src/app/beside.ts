import { type Comparison, CoreError, type Plan } from '@questline/core';
import type { App } from './app.ts';
import { inWords, joined } from './logs.ts';

const logOf = async ({ storage }: App, id: string): Promise<string> => joined(await storage.lines(id, 0));

/** The open quest beside another one of this browser; a sentence where they cannot be compared. */
export async function compareWith(app: App, id: string): Promise<Comparison | string> {
  try {
    return app.inspect.compare(await logOf(app, id));
  } catch (error) {
    return inWords(error);
  }
}

/** What the open quest and others of this browser left open; a sentence where there is no such plan. */
export async function backlogWith(app: App, ids: readonly string[]): Promise<Plan | string> {
  try {
    const logs = await Promise.all(ids.map((id) => logOf(app, id)));
    const { leader, team } = app.state;
    return app.inspect.backlog(logs, (agent) => (leader === '' || team.roster.agents.some(({ id }) => id === agent) ? agent : leader));
  } catch (error) {
    return error instanceof CoreError && error.status === 'QL_ERR_NOT_FOUND' ? 'Nothing is left open.' : inWords(error);
  }
}
