/* Time at the real worker: alarms of its objects, over a restart too; and those who end together. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { loadCore } from '@questline/core/node';
import { API, type Created, DATABASE, LEAD, Server, create, scratch } from './client.ts';

const core = await loadCore();
let server: Server;
const folder = await scratch({ after });
before(async () => {
  server = await Server.start(folder);
});
after(() => server.stop());

const types = async (quest: Created): Promise<string[]> => (await server.lines(quest)).map((line) => (JSON.parse(line) as { e: { t: string } }).e.t);
const timed = (turn: number): Promise<Created> => server.quest({ command: create({ deadlines: { turn } }) });
const own = async (quest: Created, type: string): Promise<number> => (await server.command(quest, quest.tokens.own, { type, by: '@owner' })).status;

/** Waits for the event, by the socket that the worker tells it over. */
async function told(quest: Created, type: string, after: number): Promise<string> {
  const live = server.live(quest);
  await live.enter(quest.tokens.view, after);
  for (;;) {
    const { lines = [] } = await live.of('lines');
    const found = lines.find((line) => line.includes(`"t":"${type}"`));
    if (found === undefined) continue;
    live.close();
    return found;
  }
}

describe('the alarm', { timeout: 60_000 }, () => {
  it('ticks once when a turn is late, and tells who watches', async () => {
    const quest = await timed(300);
    const line = JSON.parse(await told(quest, 'tick', 0)) as { e: { at: number; by: string } };
    const started = (JSON.parse((await server.lines(quest))[0]!) as { e: { at: number } }).e.at;
    assert.equal(line.e.by, '@owner');
    assert(line.e.at >= started + 300, `${line.e.at - started} ms after the start`);
    const { body } = await server.look(quest);
    assert.deepEqual([body.view.status, body.view.cause, body.view.due], ['paused', 'turn', undefined]);
    assert.deepEqual(await types(quest), ['create', 'tick']);
  });

  it('rings for no quest that is paused, and for what is left when it goes on', async () => {
    const quest = await timed(400);
    const other = await timed(800); // rings after the first one would have
    assert.equal(await own(quest, 'pause'), 200);
    await told(other, 'tick', 0);
    assert.deepEqual(await types(quest), ['create', 'pause']);
    assert.equal(await own(quest, 'resume'), 200);
    await told(quest, 'tick', 2);
    assert.deepEqual(await types(quest), ['create', 'pause', 'resume', 'tick']);
  });

  it('rings after a restart, once for all the time that nobody was there', async () => {
    const quest = await timed(700);
    const { body } = await server.look(quest);
    await server.stop();
    while (Date.now() <= body.view.due) await new Promise((done) => setTimeout(done, 20)); // the time itself is what is tested
    server = await Server.start(folder);
    await told(quest, 'tick', 0);
    assert.deepEqual(await types(quest), ['create', 'tick']);
    const log = (await server.lines(quest)).join('\n') + '\n';
    assert.deepEqual([core.verify(log).intact, core.verify(log).legal], ['yes', 'yes']);
  });
});

describe('seats', { timeout: 60_000 }, () => {
  it('are for one at a time: who held it before is stale, and told so', async () => {
    const quest = await server.quest();
    const token = quest.tokens.seats[API]!;
    const sit = (by: string, key: string) => server.command(quest, key, { type: 'claim', by, agent: API, seat: 'human' });
    const fence = async (): Promise<number> => (await server.look(quest)).body.view.agents.find(({ id }: { id: string }) => id === API).fence as number;
    assert.equal((await sit(API, token)).status, 200);
    const mine = await fence();
    const second = await sit(API, token);
    assert.deepEqual([second.status, second.body.refusal.code], [422, 'seat_taken']);
    assert.equal((await sit('@owner', quest.tokens.own)).status, 200);
    await server.command(quest, quest.tokens.lead, { type: 'message', by: LEAD, to: [API], msg: 'Write it.' });
    await server.command(quest, quest.tokens.lead, { type: 'respond', by: LEAD, kind: 'progress', msg: 'Sent.' });
    const hash = (await server.look(quest)).body.view.state_hash as string;
    const late = await server.command(quest, token, { type: 'respond', by: API, kind: 'completed', msg: 'Late.', fence: mine });
    assert.deepEqual([late.status, late.body.refusal.code], [422, 'stale_fence']);
    assert.equal((await server.look(quest)).body.view.state_hash, hash);
  });

  it('say to who asks what their capability is for', async () => {
    const quest = await server.quest();
    const asked = async (token: string) => {
      const { role, agent } = (await server.look(quest, token)).body as { role: string; agent: string | null };
      return [role, agent];
    };
    const { own: owner, lead, view, seats } = quest.tokens;
    assert.deepEqual(await Promise.all([owner, lead, view, seats[DATABASE]!].map(asked)), [
      ['own', null],
      ['lead', LEAD],
      ['view', null],
      ['seat', DATABASE],
    ]);
  });

  it('may be four that end together: all of them succeed', async () => {
    const team = ['@a', '@b', '@c', '@d'];
    const quest = await server.quest({ command: create({ agents: [LEAD, ...team], policy: 'parallel' }) });
    for (const to of team) {
      assert.equal((await server.command(quest, quest.tokens.lead, { type: 'message', by: LEAD, to: [to], msg: 'Yours.' })).status, 200);
    }
    await server.command(quest, quest.tokens.lead, { type: 'respond', by: LEAD, kind: 'progress', msg: 'Sent.' });
    const sockets = await Promise.all(
      team.map(async (agent) => {
        const live = server.live(quest);
        await live.enter(quest.tokens.seats[agent]!, 5);
        await live.of('lines');
        return live;
      }),
    );
    sockets.forEach((live, i) => live.send({ id: i, command: { type: 'respond', by: team[i], kind: 'completed', msg: 'Done.', fence: 1, k: 0 } }));
    const answers = await Promise.all(sockets.map((live) => live.of('accepted')));
    assert.deepEqual(answers.map(({ id }) => id), [0, 1, 2, 3]);
    assert.deepEqual(answers.map(({ n }) => n as number).sort((a, b) => a - b), [6, 7, 8, 9]);
    assert.deepEqual((await server.look(quest)).body.view.holders, [LEAD]);
    for (const live of sockets) live.close();
  });
});
