import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { loadCore } from '@questline/core/node';
import { Live } from '../src/app/live.ts';
import type { Hearing, Net } from '../src/ports/net.ts';

const core = await loadCore();
const { log } = JSON.parse(readFileSync(new URL('../../tests/vectors/verify/signers-are-counted.json', import.meta.url), 'utf8')) as { log: string };
const lines = log.trimEnd().split('\n');
const DEAF = { changed: () => undefined, noted: () => undefined, deltas: () => undefined, partials: () => undefined, asks: () => undefined, played: () => undefined, cut: () => undefined };
const bare = lines.map((line) => line.replace(/,"s":\["[^"]+"\]/, ''));

test('signatures that come later stand in the log that is followed, behind the lines they belong to', async () => {
  const quest = core.openQuest(`${bare[0]}\n`);
  let hearing: Hearing | undefined;
  let changes = 0;
  const net = { follow: (_link: unknown, _after: number, hear: Hearing) => ((hearing = hear), { close: () => hear.closed(true) }) } as unknown as Net;
  const events = { ...DEAF, changed: () => void (changes += 1) };
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
  const events = { ...DEAF, deltas: (deltas: readonly unknown[]) => void words.push(...deltas) };
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

test('a question of the server keeps its number while others come and go, is answered under the server’s name, and is gone with the connection', async () => {
  const quest = core.openQuest(`${bare[0]}\n`);
  const hearings: Hearing[] = [];
  const told: string[] = [];
  const sent: unknown[] = [];
  const net = {
    follow: (_link: unknown, _after: number, hear: Hearing) => (hearings.push(hear), { close: () => hear.closed(true) }),
    allow: (_link: unknown, ask: string, allowed: boolean) => (sent.push([ask, allowed]), Promise.resolve()),
  } as unknown as Net;
  const events = {
    ...DEAF,
    asks: (asks: readonly { id: number; agent: string }[]) => void told.push(asks.map(({ id, agent }) => `${id}${agent}`).join()),
    partials: (partials: readonly { text: string }[]) => void told.push(`[${partials.map(({ text }) => text).join()}]`),
  };
  const clock = { now: () => 0, sleep: () => Promise.resolve() };
  const live = new Live({ net, clock, storage: { append: () => Promise.resolve('ok' as const) } } as never, { id: 'a', token: 'b', own: 'c' }, quest, null, () => 0, events);
  void live.run();
  const ask = (name: string, agent: string): { ask: string; agent: string; question: string } => ({ ask: name, agent, question: '' });
  hearings[0]!.partials([{ start: 1, agent: '@api', text: 'So far' }]);
  hearings[0]!.asks([ask('x', '@a'), ask('y', '@b')]);
  hearings[0]!.asks([ask('y', '@b'), ask('z', '@c')]);
  await live.allow(2, true);
  await live.allow(1, true); // it is answered already
  hearings[0]!.closed(true);
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(hearings.length, 2);
  assert.deepEqual(told, ['[]', '[So far]', '1@a,2@b', '2@b,3@c', '', '[]']);
  assert.deepEqual(sent, [['y', true]]);
  live.close();
});
