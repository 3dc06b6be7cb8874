import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { loadCore } from '@questline/core/node';
import { API, type Created, DATABASE, LEAD, type Reply, Server, create, scratch } from './client.ts';

const core = await loadCore();
let server: Server;

after(() => server.stop());
const folder = await scratch({ after });
before(async () => {
  server = await Server.start(folder);
});

const say = (by: string, to: string, msg: string) => ({ type: 'message', by, to: [to], msg });
const respond = (by: string, kind: string, msg: string) => ({ type: 'respond', by, kind, msg });

async function stateHash(quest: Created): Promise<string> {
  return (await server.look(quest)).body.view.state_hash as string;
}

/** The whole play of a small quest, each seat with its own capability. */
async function play(quest: Created): Promise<Reply[]> {
  const { lead, seats } = quest.tokens;
  const replies: Reply[] = [];
  const step = async (token: string | undefined, command: object): Promise<void> => {
    assert(token);
    replies.push(await server.command(quest, token, command));
  };
  await step(lead, say(LEAD, API, 'Write the callback.'));
  await step(lead, respond(LEAD, 'progress', 'Instructions sent.'));
  await step(seats[API], respond(API, 'completed', 'Done.'));
  await step(lead, { type: 'complete', by: LEAD, summary: 'Login added.' });
  return replies;
}

describe('a quest at the worker', () => {
  it('is created, played in turn and completed, and its log is sound', async () => {
    const quest = await server.quest();
    assert.equal(quest.n, 1);
    const replies = await play(quest);
    assert.deepEqual(
      replies.map(({ status, body }) => [status, body.n]),
      [[200, 1], [200, 2], [200, 3], [200, 4]], // prettier-ignore
    );
    const lines = await server.lines(quest);
    assert.deepEqual(
      lines.slice(1),
      replies.map(({ body }) => body.line),
    );
    const { body } = await server.look(quest);
    const verdict = core.verify(lines.join('\n') + '\n', body.head);
    assert.deepEqual(
      [verdict.intact, verdict.legal, verdict.complete, verdict.state_hash],
      ['yes', 'yes', 'terminal', body.view.state_hash],
    );
    assert.deepEqual([body.id, body.n, body.head, body.view.status], [quest.id, 5, replies.at(-1)?.body.head, 'completed']);
  });

  it('refuses who acts out of turn and keeps its state hash', async () => {
    const quest = await server.quest();
    const before = await stateHash(quest);
    assert.equal(before, quest.state_hash);
    const reply = await server.command(quest, quest.tokens.seats[API]!, respond(API, 'completed', 'Me first.'));
    assert.deepEqual([reply.status, reply.body.refusal.code, reply.body.refusal.holders], [422, 'not_your_turn', [LEAD]]);
    assert.equal(await stateHash(quest), before);
    assert.equal((await server.lines(quest)).length, 1);
  });

  it('answers an owner with a stale head by the new one', async () => {
    const quest = await server.quest();
    const first = await server.command(quest, quest.tokens.own, { type: 'pause', by: '@owner', head: quest.head });
    assert.equal(first.status, 200);
    const stale = await server.command(quest, quest.tokens.own, { type: 'resume', by: '@owner', head: quest.head });
    assert.deepEqual([stale.status, stale.body], [409, { head: first.body.head }]);
    const fresh = await server.command(quest, quest.tokens.own, { type: 'resume', by: '@owner', head: first.body.head });
    assert.equal(fresh.status, 200);
  });

  it('gives the same event to a command that is repeated', async () => {
    const quest = await server.quest();
    const command = { ...say(LEAD, API, 'Once.'), fence: 1, k: 0 };
    const first = await server.command(quest, quest.tokens.lead, command);
    const again = await server.command(quest, quest.tokens.lead, command);
    assert.equal(first.status, 200);
    assert.deepEqual([again.status, again.body], [200, first.body]);
    assert.equal((await server.lines(quest)).length, 2);
  });

  it('gives the events after a number', async () => {
    const quest = await server.quest();
    await play(quest);
    const all = await server.lines(quest);
    for (const after of [-1, 0, 2, 4, 1000]) assert.deepEqual(await server.lines(quest, after), all.slice(after + 1));
    for (const after of ['x', '-2', '1.5', '1e3']) {
      const reply = await server.call('GET', `/api/quests/${quest.id}/events?after=${after}`, { token: quest.tokens.view });
      assert.equal(reply.status, 400, after);
    }
  });

  it('loses nothing of two writers at once', async () => {
    const quest = await server.quest();
    const notes = Array.from({ length: 12 }, (_, i) => i);
    const replies = await Promise.all(
      notes.map((i) =>
        server.command(quest, i % 2 === 0 ? quest.tokens.lead : quest.tokens.own, say(LEAD, i % 2 === 0 ? API : DATABASE, `Note ${i}`)),
      ),
    );
    assert.deepEqual(
      replies.map(({ status }) => status),
      notes.map(() => 200),
    );
    const lines = await server.lines(quest);
    assert.equal(lines.length, 13);
    assert.deepEqual(new Set(lines.slice(1)), new Set(replies.map(({ body }) => body.line as string)));
    const verdict = core.verify(lines.join('\n') + '\n');
    assert.deepEqual([verdict.intact, verdict.legal], ['yes', 'yes']);
  });

  it('lets one of two owners win who saw the same head', async () => {
    const quest = await server.quest();
    const pause = { type: 'pause', by: '@owner', head: quest.head };
    const replies = await Promise.all([server.command(quest, quest.tokens.own, pause), server.command(quest, quest.tokens.own, pause)]);
    assert.deepEqual(replies.map(({ status }) => status).sort(), [200, 409]);
  });
});

describe('a log that is brought', () => {
  it('goes on from the state that every other build computes', async () => {
    const quest = await server.quest();
    await server.command(quest, quest.tokens.lead, say(LEAD, API, 'Write “/auth/callback”.\n'));
    const log = (await server.lines(quest)).join('\n') + '\n';
    const copy = await server.quest({ log });
    const verdict = core.verify(log);
    assert.deepEqual([copy.head, copy.n, copy.state_hash], [verdict.head, 2, verdict.state_hash]);
    assert.notEqual(copy.id, quest.id);
    assert.equal(copy.id.slice(0, 10), quest.id.slice(0, 10));
    const reply = await server.command(copy, copy.tokens.lead, respond(LEAD, 'progress', 'Sent.'));
    assert.equal(reply.status, 200);
    assert.equal((await server.lines(quest)).length, 2);
  });

  it('is refused with the first thing wrong with it', async () => {
    const log = (await server.lines(await server.quest())).join('\n') + '\n';
    const cases: [string, string][] = [
      [log.replace('Add a login', 'Add a logon'), 'commitment'],
      [log.slice(0, -1), 'torn_tail'],
      [log + log, 'hash'],
    ];
    for (const [bad, cause] of cases) {
      const reply = await server.call('POST', '/api/quests', { body: { log: bad } });
      assert.deepEqual([reply.status, reply.body.problem?.cause], [422, cause]);
    }
    assert.equal((await server.call('POST', '/api/quests', { body: { log: '' } })).status, 422);
  });
});

describe('capabilities', () => {
  it('are needed: without one, with a wrong one and for an unknown quest the answer is the same', async () => {
    const quest = await server.quest();
    const other = await server.quest();
    const forged = quest.id.slice(0, -1) + (quest.id.endsWith('0') ? '1' : '0');
    const wrong = (quest.tokens.own.startsWith('A') ? 'B' : 'A') + quest.tokens.own.slice(1);
    const path = `/api/quests/${quest.id}`;
    const replies = [
      await server.call('GET', path),
      await server.call('GET', path, { token: wrong }),
      await server.call('GET', path, { token: 'short' }),
      await server.call('GET', path, { token: other.tokens.own }),
      await server.call('GET', path, { headers: { authorization: quest.tokens.own } }),
      await server.call('GET', `${path}?token=${quest.tokens.own}`),
      await server.call('GET', `/api/quests/${forged}`, { token: quest.tokens.own }),
      await server.call('GET', '/api/quests/nowhere', { token: quest.tokens.own }),
      await server.call('GET', `${path}/events?after=x`),
      await server.call('POST', `${path}/commands`, { body: '{"torn' }),
      await server.call('POST', `${path}/commands`, { token: wrong, body: say(LEAD, API, 'Hello.') }),
    ];
    const [first] = replies;
    assert.equal(first?.status, 404);
    const shown = ({ status, body, headers }: Reply) => [status, body, [...headers].filter(([name]) => name !== 'date')];
    for (const reply of replies) assert.deepEqual(shown(reply), shown(first!));
  });

  it('say as whom one may act', async () => {
    const quest = await server.quest();
    const { own, lead, view, seats } = quest.tokens;
    assert.equal(new Set([own, lead, view, ...Object.values(seats)]).size, 5);
    assert.deepEqual(Object.keys(seats), [API, DATABASE]);
    for (const token of [own, lead, view, seats[API]!]) assert.equal((await server.look(quest, token)).status, 200);
    const message = say(LEAD, API, 'Hello.');
    assert.equal((await server.command(quest, view, message)).status, 403);
    assert.equal((await server.command(quest, seats[API]!, message)).status, 403);
    assert.equal((await server.command(quest, lead, { type: 'pause', by: '@owner' })).status, 403);
    assert.equal((await server.lines(quest)).length, 1);
    assert.equal((await server.command(quest, lead, message)).status, 200);
    assert.equal((await server.command(quest, own, respond(LEAD, 'progress', 'Sent.'))).status, 200);
  });
});

describe('bodies', () => {
  it('that are torn or no command are refused by what is wrong with them', async () => {
    const quest = await server.quest();
    const path = `/api/quests/${quest.id}/commands`;
    const bad = [
      '{"type":"message","by":"@le',
      '',
      '[]',
      '"x"',
      'null',
      '{"by":"@owner","type":"conquer"}',
      '{"type":"pause"}',
      '{"type":"pause","by":"@owner","x":1}',
    ];
    for (const body of bad) {
      const reply = await server.call('POST', path, { token: quest.tokens.own, body });
      assert.equal(reply.status, 400, body);
      assert.match(reply.body.error.message, /\S/);
      assert.match(reply.body.error.status, /^QL_ERR_/);
    }
    for (const body of ['', '{}', '{"log":1}', '{"command":{"type":"pause","by":"@owner"}}', '{"log":"","command":{}}']) {
      assert.equal((await server.call('POST', '/api/quests', { body })).status, 400, body);
    }
    assert.equal((await server.lines(quest)).length, 1);
  });

  it('of bytes that are not UTF-8 are refused', async () => {
    const quest = await server.quest();
    const response = await fetch(`${server.url}/api/quests/${quest.id}/commands`, {
      method: 'POST',
      headers: { authorization: `Bearer ${quest.tokens.own}` },
      body: Buffer.concat([Buffer.from('{"type":"pause","by":"@owner","reason":"'), Buffer.from([0xff]), Buffer.from('"}')]),
    });
    assert.equal(response.status, 400);
  });

  it('that are too large are refused, whether or not they say how large they are', async () => {
    const quest = await server.quest();
    const path = `/api/quests/${quest.id}/commands`;
    const huge = JSON.stringify(say(LEAD, API, 'x'.repeat(1200 * 1024)));
    assert.equal((await server.call('POST', path, { token: quest.tokens.lead, body: huge })).status, 413);
    const stream = new ReadableStream({
      start(controller) {
        for (let i = 0; i < huge.length; i += 65536) controller.enqueue(Buffer.from(huge.slice(i, i + 65536)));
        controller.close();
      },
    });
    const headers = { authorization: `Bearer ${quest.tokens.lead}` };
    const response = await fetch(server.url + path, { method: 'POST', headers, body: stream, duplex: 'half' } as RequestInit);
    assert.equal(response.status, 413);
    assert.match(await response.text(), /The body is larger than 1114112 bytes\./);
    const limit = await server.command(quest, quest.tokens.lead, say(LEAD, API, 'x'.repeat(1024 * 1024)));
    assert.deepEqual([limit.status, limit.body.error.status], [413, 'QL_ERR_LIMIT']);
    const fits = await server.command(quest, quest.tokens.lead, say(LEAD, API, 'x'.repeat(1000 * 1024)));
    assert.equal(fits.status, 200);
    assert.equal((await server.lines(quest, 0)).length, 1);
  });

  it('of a log may be larger, up to a limit', async () => {
    const { status, body } = await server.call('POST', '/api/quests', { body: { log: 'x'.repeat(8 * 1024 * 1024) } });
    assert.deepEqual([status, body.error.status], [413, 'QL_ERR_LIMIT']);
    assert.equal((await server.call('POST', '/api/quests', { body: { log: 'x'.repeat(4 * 1024 * 1024) } })).status, 422);
  });

  it('of a create command may be refused like any other', async () => {
    const reply = await server.call('POST', '/api/quests', { body: { command: create({ agents: [LEAD, LEAD] }) } });
    assert.deepEqual([reply.status, reply.body.refusal.code], [422, 'bad_agents']);
  });
});

describe('the rest of the surface', () => {
  it('says that it is well, and which version it is', async () => {
    const { status, body } = await server.call('GET', '/api/health');
    assert.equal(status, 200);
    assert.deepEqual(Object.keys(body), ['ok', 'proxy', 'version']);
    assert.match(body.version, /^\d+\.\d+\.\d+$/);
  });

  it('answers JSON with a sentence where there is nothing', async () => {
    for (const [method, path, status] of [
      ['GET', '/api', 404],
      ['GET', '/api/', 404],
      ['GET', '/api/quests', 405],
      ['DELETE', '/api/health', 405],
      ['POST', '/', 405],
    ] as const) {
      const reply = await server.call(method, path);
      assert.equal(reply.status, status, path);
      assert.match(reply.body.error.message, /\.$/);
    }
    const quest = await server.quest();
    assert.equal((await server.call('GET', `/api/quests/${quest.id}/live`)).status, 426);
  });

  it('serves the site under its policy', async () => {
    const home = await server.call('GET', '/');
    assert.match(home.body, /Home/);
    assert.match((await server.call('GET', '/app/')).body, /App/);
    const policy = home.headers.get('content-security-policy') ?? '';
    assert.match(policy, /default-src 'none'/);
    assert.match(policy, /script-src 'self' 'wasm-unsafe-eval';/);
    assert.doesNotMatch(policy, /'unsafe-inline'|'unsafe-eval'|\*/);
    assert.equal(home.headers.get('x-content-type-options'), 'nosniff');
    assert.equal(home.headers.get('cache-control'), 'no-cache');
    const hashed = await server.call('GET', '/app/assets/index-a1B2c3D4.js');
    assert.equal(hashed.headers.get('cache-control'), 'public, max-age=31536000, immutable');
    const known = await server.call('GET', '/', { headers: { 'if-none-match': home.headers.get('etag') ?? '' } });
    assert.equal(known.status, 304);
    const missing = await server.call('GET', '/nothing');
    assert.deepEqual([missing.status, /Not found/.test(missing.body)], [404, true]);
  });

  it('is not for pages of other origins', async () => {
    const body = { command: create() };
    assert.equal((await server.call('POST', '/api/quests', { body, headers: { origin: 'https://example.com' } })).status, 403);
    const own = await server.call('POST', '/api/quests', { body, headers: { origin: server.url } });
    assert.equal(own.status, 201);
    assert.equal(own.headers.get('access-control-allow-origin'), null);
    assert.equal(own.headers.get('cache-control'), 'no-store');
  });
});
