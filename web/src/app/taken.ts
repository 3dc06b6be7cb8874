import { type Core, CoreError, type Quest } from '@questline/core';
import type { Storage } from '../ports/storage.ts';
import type { App } from './app.ts';
import { joined, recordOf, split } from './logs.ts';

/** What became of a log that was taken in: a quest that was not here; one that was, with all of this or with less; none, for the two part ways. */
export type Taken = 'new' | 'same' | 'more' | 'parts';

/** Takes a log in as that quest. One that is there already is joined with it and loses nothing; what another tab writes meanwhile is not lost either. */
export async function takeIn(core: Core, storage: Pick<Storage, 'lines' | 'putQuest' | 'record'>, id: string, given: readonly string[], now: number): Promise<Taken> {
  const quests: Quest[] = [];
  const open = (lines: readonly string[]): Quest => {
    const quest = core.openQuest(joined(lines));
    quests.push(quest);
    return quest;
  };
  try {
    for (;;) {
      const have = await storage.lines(id, 0);
      const both = have.length === 0 ? given : split(open(have).join(open(given)));
      if (have.length > 0 && joined(both) === joined(have)) return 'same';
      const created = (await storage.record(id))?.created ?? now;
      const record = { ...recordOf(id, open(both).view(), true, now), created };
      if (await storage.putQuest(record, both, have.length)) return have.length === 0 ? 'new' : 'more';
    }
  } catch (error) {
    if (error instanceof CoreError && error.status === 'QL_ERR_CONFLICT') return 'parts';
    throw error;
  } finally {
    for (const quest of quests) quest.close();
  }
}

/** Takes what somebody else wrote as a quest of this browser, and goes on with it. */
export async function continueAsMine(app: App): Promise<void> {
  const { opened } = app.state;
  if (opened.state !== 'ok' || opened.opened.view === null) return;
  const { log, view } = opened.opened;
  const { storage } = app;
  const own = view.id ?? view.head.slice(0, 10);
  const take = (id: string): Promise<Taken> => takeIn(app.core, storage, id, split(log), app.now());
  let id = own;
  let taken = await take(id);
  if (taken === 'parts') {
    id = `${own}-${view.head.slice(0, 6)}`; // both went on after a common start: the other one stays as it is
    taken = await take(id);
  }
  await app.notes.keep(id);
  if (taken === 'same') app.toast('This browser has this quest already, with all of this.');
  if (taken === 'more') app.toast('This browser has this quest already: what the other copy has more was added.');
  app.quest.close();
  app.library.grew();
  const proposed = (await storage.record(id))?.status === 'proposed';
  app.go({ screen: proposed ? 'plan' : 'quest', quest: id });
}
