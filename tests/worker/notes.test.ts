/* Notes of a room: who may write which, that they are kept beside the log, and that everybody who watches hears of them. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Note, type Notes } from '@questline/core';
import { loadCore } from '@questline/core/node';
import { API, type Created, DATABASE, LEAD, type Reply, Server, scratch } from './client.ts';

const core = await loadCore();
let server: Server;

const folder = await scratch({ after });
after(() => server.stop());
before(async () => {
  server = await Server.start(folder);
});

const path = (quest: Created): string => `/api/quests/${quest.id}/notes`;
const write = (quest: Created, token: string, body: unknown): Promise<Reply> => server.call('POST', path(quest), { token, body });

async function read(quest: Created, query = ''): Promise<string[]> {
  const { status, body } = await server.call('GET', path(quest) + query, { token: quest.tokens.view });
  assert.equal(status, 200);
  return body.lines as string[];
}

const text = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');
const parse = (line: string): Note => JSON.parse(line) as Note;

async function listed(quest: Created): Promise<Notes> {
  return core.openQuest(`${(await server.lines(quest)).join('\n')}\n`).notes(text(await read(quest)));
}

/** A note that somebody wrote elsewhere. */
async function foreign(quest: Created, by: string, words: string, at = 5, seed = 1): Promise<string> {
  const elsewhere = core.openQuest(`${(await server.lines(quest)).join('\n')}\n`);
  return elsewhere.makeNote('', { by, text: words }, at, new Uint8Array(16).fill(seed));
}

describe('notes of a room', { timeout: 60_000 }, () => {
  it('are written by those who act, as themselves', async () => {
    const quest = await server.quest();
    const { own, lead, view, seats } = quest.tokens;
    const before = (await server.look(quest)).body;
    const rows: [string, object, number, string?][] = [
      [own, { text: 'of the owner' }, 200, '@owner'],
      [own, { text: 'of a person', by: 'Anna' }, 200, '@anna'],
      [lead, { text: 'of the leader', n: 0 }, 200, LEAD],
      [seats[API]!, { text: 'of a seat' }, 200, API],
      [seats[API]!, { text: 'as another', by: DATABASE }, 403],
      [lead, { text: 'as the owner', by: '@owner' }, 403],
      [view, { text: 'of a watcher' }, 403],
      [view, { text: 'of a watcher', by: API }, 403],
      [own, { text: ' ' }, 400],
      [own, {}, 400],
      [own, { text: 'x', n: 1 }, 400],
      [own, { text: 'x', id: 'mine' }, 400],
      [own, { text: 'x'.repeat(8193) }, 413],
    ];
    for (const [token, note, expected, by] of rows) {
      const { status, body } = await write(quest, token, { note });
      assert.equal(status, expected, JSON.stringify(note).slice(0, 80));
      if (by !== undefined) assert.equal(parse(body.lines[0]).by, by);
    }
    assert.deepEqual((await listed(quest)).notes.map(({ text, anchored }) => [text, anchored]).sort(), [
      ['of a person', true],
      ['of a seat', true],
      ['of the leader', true],
      ['of the owner', true],
    ]);
    assert.deepEqual((await server.look(quest)).body, before); // neither the head nor the state moved
  });

  it('are read by everybody with a capability, and by nobody else', async () => {
    const quest = await server.quest();
    await write(quest, quest.tokens.own, { note: { text: 'Hello' } });
    for (const token of [quest.tokens.view, quest.tokens.lead, quest.tokens.seats[API]!]) {
      assert.equal((await server.call('GET', path(quest), { token })).body.lines.length, 1);
    }
    const other = await server.quest();
    assert.equal((await server.call('GET', path(quest), { token: other.tokens.own })).status, 404);
    assert.equal((await server.call('GET', path(quest))).status, 404);
    assert.equal((await write(quest, other.tokens.own, { note: { text: 'x' } })).status, 404);
    assert.equal((await server.call('DELETE', path(quest), { token: quest.tokens.own })).status, 405);
  });

  it('are merged, again and again, and bad lines are told', async () => {
    const quest = await server.quest();
    const { own } = quest.tokens;
    const [one, two] = [await foreign(quest, '@anna', 'One', 5, 1), await foreign(quest, '@ben', 'Two', 6, 2)];
    const first = await write(quest, own, { notes: `${one}{}\n${two}` });
    assert.deepEqual([first.status, first.body.lines.length, first.body.bad, first.body.problems[0].line], [200, 2, 1, 2]);
    const again = await write(quest, own, { notes: two + one });
    assert.deepEqual([again.status, again.body.lines, again.body.conflicts], [200, [], 0]);
    assert.deepEqual(text(await read(quest)), one + two);
    const smaller = await write(quest, own, { notes: await foreign(quest, '@anna', 'Another', 5, 1) });
    assert.deepEqual([smaller.body.conflicts, parse(smaller.body.lines[0]).text], [1, 'Another']);
    assert.deepEqual((await listed(quest)).notes.map(({ text }) => text), ['Another', 'Two']);
    for (const body of [{}, { notes: 1 }, { note: 'x' }, { note: {}, notes: '' }, []]) assert.equal((await write(quest, own, body)).status, 400);
  });

  it('of somebody else are not replaced, whatever id a seat thinks of', async () => {
    const quest = await server.quest();
    const theirs = await foreign(quest, '@anna', 'Mine stays', 5, 1);
    await write(quest, quest.tokens.own, { notes: theirs });
    const forged = await foreign(quest, API, 'Smaller', 1, 1);
    assert.ok(forged < theirs);
    const { status } = await write(quest, quest.tokens.seats[API]!, { notes: forged });
    assert.equal(status, 403);
    assert.equal(text(await read(quest)), theirs);
    const mixed = `${await foreign(quest, API, 'Its own', 1, 7)}${await foreign(quest, '@ben', 'Not its own', 1, 8)}`;
    assert.equal((await write(quest, quest.tokens.seats[API]!, { notes: mixed })).status, 403);
    assert.equal((await read(quest)).length, 1); // all or nothing
  });

  it('come over the socket, first those there are, then each once', async () => {
    const quest = await server.quest();
    await write(quest, quest.tokens.own, { note: { text: 'Before' } });
    const live = server.live(quest);
    await live.enter(quest.tokens.view, 0);
    assert.deepEqual((await live.next()).type, 'lines');
    const there = await live.next();
    assert.deepEqual([there.type, there.lines!.map((line) => parse(line).text)], ['notes', ['Before']]);
    const { body } = await write(quest, quest.tokens.seats[API]!, { note: { text: 'After' } });
    assert.deepEqual((await live.of('notes')).lines, body.lines);
    await write(quest, quest.tokens.own, { notes: text(body.lines) }); // nothing new: nobody is told
    await write(quest, quest.tokens.own, { note: { text: 'Last' } });
    assert.deepEqual((await live.of('notes')).lines!.map((line) => parse(line).text), ['Last']);
    live.close();
  });

  it('come in pages, and are there after a restart', async () => {
    const quest = await server.quest();
    const elsewhere = core.openQuest(`${(await server.lines(quest)).join('\n')}\n`);
    const long = 'x'.repeat(8192);
    for (let half = 0; half < 2; half++) {
      let notes = '';
      for (let i = 0; i < 80; i++) notes += elsewhere.makeNote('', { by: '@a', text: long }, 1, new Uint8Array(16).fill(half * 80 + i));
      assert.equal((await write(quest, quest.tokens.own, { notes })).status, 200);
    }
    await server.stop();
    server = await Server.start(folder);
    const lines: string[] = [];
    let asked = 0;
    for (let page = await read(quest); page.length > 0; page = await read(quest, `?after=${parse(page.at(-1)!).id}`)) {
      lines.push(...page);
      asked++;
    }
    assert.deepEqual([lines.length, new Set(lines).size, asked], [160, 160, 2]);
    assert.equal((await server.call('GET', `${path(quest)}?after=x`, { token: quest.tokens.view })).status, 400);
  });
});
