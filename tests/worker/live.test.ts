import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { loadCore } from '@questline/core/node';
import { API, type Created, type Frame, LEAD, Live, Server, scratch } from './client.ts';

const core = await loadCore();
let server: Server;

after(() => server.stop());
const folder = await scratch({ after });
before(async () => {
  server = await Server.start(folder);
});

const note = (i: number) => ({ type: 'message', by: LEAD, to: [API], msg: `Note ${i}` });

async function send(quest: Created, from: number, to: number): Promise<void> {
  for (let i = from; i <= to; i++) assert.equal((await server.command(quest, quest.tokens.lead, note(i))).status, 200);
}

describe('the WebSocket', { timeout: 60_000 }, () => {
  it('gives what is missing, then each line in order', async () => {
    const quest = await server.quest();
    await send(quest, 1, 2);
    const live = server.live(quest);
    await live.enter(quest.tokens.view, 0);
    const first = await live.next();
    assert.deepEqual(first, { type: 'lines', lines: await server.lines(quest, 0) });
    assert.deepEqual(await live.next(), { type: 'presence', watching: 1 });
    await send(quest, 3, 8);
    const heard: string[] = [];
    while (heard.length < 6) heard.push(...((await live.of('lines')).lines ?? []));
    assert.deepEqual(heard, await server.lines(quest, 2));
    const log = [...(await server.lines(quest)).slice(0, 1), ...(first.lines ?? []), ...heard];
    const verdict = core.verify(log.join('\n') + '\n', (await server.look(quest)).body.head);
    assert.deepEqual([verdict.intact, verdict.legal, verdict.events], ['yes', 'yes', 9]);
    live.close();
  });

  it('says how many watch', async () => {
    const quest = await server.quest();
    const one = server.live(quest);
    await one.enter(quest.tokens.view);
    assert.equal((await one.of('presence'))['watching'], 1);
    const two = server.live(quest);
    await two.enter(quest.tokens.view);
    assert.equal((await one.of('presence'))['watching'], 2);
    two.close();
    assert.equal((await one.of('presence'))['watching'], 1);
    one.close();
  });

  it('takes commands, and answers under their id', async () => {
    const quest = await server.quest();
    const watcher = server.live(quest);
    await watcher.enter(quest.tokens.view, 0);
    const live = server.live(quest);
    await live.enter(quest.tokens.seats[API]!, 0);
    const lead = server.live(quest);
    await lead.enter(quest.tokens.lead, 0);

    live.send({ id: 'a', command: { type: 'respond', by: API, kind: 'completed', msg: 'Me first.' } });
    const refused = await live.of('refused');
    assert.deepEqual([refused.id, (refused['refusal'] as { code: string }).code], ['a', 'not_your_turn']);

    lead.send({ id: 1, command: note(1) });
    const accepted = await lead.of('accepted');
    assert.deepEqual([accepted.id, accepted['n']], [1, 1]);
    const line = JSON.parse((await server.lines(quest, 0))[0]!) as { h: string };
    assert.equal(accepted['head'], line.h);
    await watcher.of('lines'); // what it lacked: nothing
    assert.deepEqual((await watcher.of('lines')).lines, await server.lines(quest, 0));

    const error = async (frame: unknown): Promise<Frame> => (live.send(frame), live.of('error'));
    assert.equal((await error({ id: 2, command: note(2) })).id, 2);
    assert.equal((await error({ id: 3 })).id, 3);
    await error('{"torn');
    live.send({ id: 4, command: { type: 'respond', by: API, kind: 'completed', msg: 'Stale.', head: quest.head } });
    assert.deepEqual(await live.of('conflict'), { type: 'conflict', id: 4, head: line.h });
    watcher.send({ id: 5, command: note(2) });
    assert.equal((await watcher.of('error')).id, 5);
    assert.equal((await server.lines(quest)).length, 2);
    for (const socket of [watcher, live, lead]) socket.close();
  });

  it('lets a command follow the first frame at once', async () => {
    const quest = await server.quest();
    const live = server.live(quest);
    await live.enter(quest.tokens.lead);
    live.send({ id: 1, command: note(1) });
    assert.equal((await live.of('accepted'))['n'], 1);
    live.close();
  });

  it('closes on a wrong capability as on an unknown quest, before a line was sent', async () => {
    const quest = await server.quest();
    for (const first of [{ token: quest.tokens.own.slice(1) + '_' }, { token: 1 }, {}, 'torn', { command: note(1), id: 1 }]) {
      const live = server.live(quest);
      await live.open;
      live.send(first);
      const { code } = await live.closed;
      assert.equal(code, 4404);
      const none = await Promise.race([live.next(), Promise.resolve('nothing')]);
      assert.equal(none, 'nothing');
    }
    const unknown = server.live({ ...quest, id: `${quest.id.slice(0, -1)}${quest.id.endsWith('0') ? '1' : '0'}` });
    await assert.rejects(unknown.open);
  });

  it('says nothing to a socket that has not shown a capability', async () => {
    const quest = await server.quest();
    const silent = server.live(quest);
    await silent.open;
    const watcher = server.live(quest);
    await watcher.enter(quest.tokens.view, 0);
    await send(quest, 1, 3);
    for (let heard = 0; heard < 3;) heard += (await watcher.of('lines')).lines?.length ?? 0;
    silent.send({ token: 'none' });
    assert.equal((await silent.closed).code, 4404);
    assert.equal(await Promise.race([silent.next(), Promise.resolve('nothing')]), 'nothing');
    watcher.close();
  });

  it('sends a long log in several frames, as events gives it in several answers', async () => {
    const quest = await server.quest();
    for (let i = 0; i < 3; i++) {
      const command = { ...note(i), msg: String(i).repeat(600 * 1024) };
      assert.equal((await server.command(quest, quest.tokens.lead, command)).status, 200);
    }
    const first = await server.lines(quest);
    assert.equal(first.length, 3);
    const all = [...first, ...(await server.lines(quest, 2))];
    const live = server.live(quest);
    await live.enter(quest.tokens.view);
    assert.deepEqual((await live.next()).lines, first);
    assert.deepEqual((await live.next()).lines, all.slice(3));
    assert.equal((await live.next()).type, 'presence');
    assert.equal(core.verify(all.join('\n') + '\n').events, 4);
    live.close();
  });

  it('answers ping by pong', async () => {
    const quest = await server.quest();
    const live = server.live(quest);
    await live.enter(quest.tokens.view, 0);
    await live.of('presence');
    live.send('ping');
    assert.deepEqual(await live.next(), { type: 'pong' });
    live.close();
  });

  it('closes on a frame that is too large or an after that is no number', async () => {
    const quest = await server.quest();
    const large = server.live(quest);
    await large.enter(quest.tokens.lead);
    await large.of('presence');
    large.send({ id: 1, command: { ...note(1), msg: 'x'.repeat(1200 * 1024) } });
    assert.equal((await large.closed).code, 1009);
    const odd = server.live(quest);
    await odd.open;
    odd.send({ token: quest.tokens.view, after: 'x' });
    assert.equal((await odd.closed).code, 4400);
  });

  it('does not let sockets pile up that never show a capability', async () => {
    const quest = await server.quest();
    const idle: Live[] = [];
    for (let i = 0; i < 20; i++) {
      const live = server.live(quest);
      await live.open;
      idle.push(live);
    }
    for (const live of idle.slice(0, 4)) await live.dismissed();
    await idle[4]!.enter(quest.tokens.view);
    await idle[4]!.of('presence');
    for (const live of idle) live.close();
  });
});
