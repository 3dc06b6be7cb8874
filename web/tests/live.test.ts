import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { loadCore } from '@questline/core/node';
import { Live } from '../src/app/live.ts';
import type { Hearing, Net } from '../src/ports/net.ts';

const core = await loadCore();
const { log } = JSON.parse(readFileSync(new URL('../../tests/vectors/verify/signers-are-counted.json', import.meta.url), 'utf8')) as { log: string };
const lines = log.trimEnd().split('\n');
const bare = lines.map((line) => line.replace(/,"s":\["[^"]+"\]/, ''));

test('signatures that come later stand in the log that is followed, behind the lines they belong to', async () => {
  const quest = core.openQuest(`${bare[0]}\n`);
  let hearing: Hearing | undefined;
  let changes = 0;
  const net = { follow: (_link: unknown, _after: number, hear: Hearing) => ((hearing = hear), { close: () => hear.closed(true) }) } as unknown as Net;
  const events = { changed: () => void (changes += 1), noted: () => undefined, deltas: () => undefined, cut: () => undefined };
  const clock = { now: () => 0, sleep: () => Promise.resolve() };
  const live = new Live({ net, clock, storage: { append: () => Promise.resolve('ok' as const) } } as never, { id: 'a', token: 'b' }, quest, null, () => 0, events);
  const run = live.run();
  assert.ok(hearing);
  hearing.lines(bare.slice(1));
  hearing.signed(0, 'AAAA');
  for (const [n, line] of lines.entries()) {
    const signature = /"s":\["([^"]+)"\]/.exec(line)?.[1];
    if (signature !== undefined) hearing.signed(n, signature);
  }
  hearing.signed(99, 'A'.repeat(86)); // of a line that never came
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(quest.log(), log);
  assert.equal(changes, 1 + 5);
  live.close();
  await run;
});

test('a tab that plays the rehearsed seats leaves them to the server where that plays, and hears the words come', async () => {
  const quest = core.openQuest();
  const create = { type: 'create', by: '@owner', agents: ['@lead', '@api'], mission: 'Add a login', seats: [['@lead', 'rehearsal'], ['@api', 'rehearsal']] };
  quest.append(quest.decide(JSON.stringify(create), 1, new Uint8Array(32)).line!);
  let hearing: Hearing | undefined;
  const posted: string[] = [];
  const words: unknown[] = [];
  const net = {
    follow: (_link: unknown, _after: number, hear: Hearing) => ((hearing = hear), { close: () => hear.closed(true) }),
    post: (_link: unknown, { type, by }: { type: string; by: string }) => (posted.push(`${by} ${type}`), new Promise(() => undefined)),
  } as unknown as Net;
  const pace = Promise.withResolvers<void>();
  const clock = { now: () => 0, sleep: () => pace.promise };
  const events = { changed: () => undefined, noted: () => undefined, deltas: (deltas: readonly unknown[]) => void words.push(...deltas), cut: () => undefined };
  const lease = { lost: new Promise<void>(() => undefined), release: () => undefined };
  const live = new Live({ net, clock, storage: { append: () => Promise.resolve('ok' as const) } } as never, { id: 'a', token: 'b' }, quest, { id: 'q', lease }, () => 0, events);
  void live.run();
  hearing!.lines([]);
  hearing!.cast(true); // while the tab waits for the pace of its move
  hearing!.deltas([{ agent: '@api' }]);
  pace.resolve();
  await new Promise((resolve) => setTimeout(resolve));
  assert.deepEqual([posted, words], [[], [{ agent: '@api' }]]);
  hearing!.cast(false);
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(posted.length, 1, 'nobody else plays');
  live.close();
});
