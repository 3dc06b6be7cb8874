/* Tools of MCP servers at the real worker: a server of the official SDK that wants a key, its pictures, and what needs the owner's yes. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { loadCore } from '@questline/core/node';
import { brain } from '../loopback/brain.ts';
import type { Ask, Call, Script } from '../loopback/script.ts';
import { Loopback } from '../loopback/server.ts';
import { Servers } from '../mcp/server.ts';
import { API, type Created, DATABASE, LEAD, type Reply, Server, create, scratch } from './client.ts';

const KEY = 'planted-9b2e44d0-key';
const core = await loadCore();
const folder = await scratch({ after });
const TEAM = [LEAD, API, DATABASE];
const PICTURE = core.sha256(new TextEncoder().encode('harbour'));

let provider: Loopback;
let docs: Servers;
let server: Server;
before(async () => {
  provider = await Loopback.start({ key: KEY });
  docs = await Servers.start({ stateful: true, json: false, key: KEY });
  server = await Server.start(folder, settings());
});
after(async () => {
  await server.stop();
  await docs.stop();
  await provider.stop();
});

function settings(): Record<string, string> {
  const hosts = [provider.origin, docs.url].map((url) => new URL(url).host).join();
  return { KEY_ANTHROPIC: KEY, KEY_GEMINI: KEY, KEY_MCP_DOCS: KEY, ALLOWED_HOSTS: hosts };
}

/** @api makes these calls before it answers; everybody else has common sense. */
function working(...calls: readonly Call[]): Script {
  const wise = brain();
  return async (ask: Ask) => {
    if (!ask.system.includes('You do the part of @api.')) return wise(ask);
    const made = ask.messages.flatMap(({ parts }) => parts).filter(({ kind }) => kind === 'call').length;
    const next = calls[made];
    return next === undefined ? wise(ask) : { calls: [next] };
  };
}

const told = (): string[] => {
  const last = provider.asks.filter(({ system }) => system.includes('You do the part of @api.')).at(-1);
  return (last?.messages ?? []).flatMap(({ parts }) => parts.flatMap((part) => (part.kind === 'result' ? [part.text] : [])));
};

/** A quest whose file of @api has this line about tools, and a cast with the server. */
async function begin(tools: string, named: object = {}, rules = ''): Promise<{ at: Created; put: (more?: object) => Promise<Reply> }> {
  const files = TEAM.map((agent) => ({ name: `${agent.slice(1)}.md`, text: `---\nname: ${agent.slice(1)}\ndescription: Does the part of ${agent}.\n${agent === API ? tools : 'tools: Read\n'}---\n\nYou do the part of ${agent}.\n${agent === API ? rules : ''}` }));
  const at = await server.quest({ command: create({ seats: TEAM.map((agent) => [agent, 'model']), specs: TEAM.map((agent, i) => [agent, core.sha256(files[i]!.text)]), budget: { tokens: 4_000_000 }, policy: 'parallel' }) });
  const servers = [{ name: 'docs', url: docs.url, secret: { header: 'authorization', prefix: 'Bearer ', slot: 'mcp:docs' }, ...named }];
  const players = [
    { agent: '*', provider: 'anthropic', model: 'loop-small', base_url: provider.url('messages') },
    { agent: API, provider: 'gemini', model: 'loop-small', base_url: provider.url('generate') },
  ];
  return { at, put: (more = {}) => server.call('PUT', `/api/quests/${at.id}/cast`, { token: at.tokens.own, body: { players, files, servers, ...more } }) };
}

async function over(at: Created): Promise<string> {
  for (;;) {
    const { body } = await server.look(at);
    if (body.view.status === 'completed') return (await server.lines(at)).join('\n');
    assert.notEqual(body.view.status, 'paused', JSON.stringify((await server.lines(at)).at(-1)));
    await new Promise((done) => setTimeout(done, 25));
  }
}

describe('a cast with an MCP server', { timeout: 60_000 }, () => {
  it('lets models use its tools with the key of the deployment', async () => {
    provider.script = working({ name: 'mcp__docs__echo', arguments: { words: 'Hello, harbour.' } });
    const { at, put } = await begin('tools: mcp__docs__echo\n');
    const set = await put();
    assert.deepEqual([set.status, set.body.cast?.servers], [200, ['docs']], JSON.stringify(set.body));
    const log = await over(at);
    assert.match(told()[0] ?? '', /Hello, harbour\./);
    assert(docs.heard.length > 3 && docs.heard.every(({ headers }) => headers.authorization === `Bearer ${KEY}`));
    assert(!JSON.stringify([log, set.body]).includes(KEY));
    for (; docs.sessions > 0; await new Promise((done) => setTimeout(done, 25))); // closed with the quest
  });

  it('keeps the pictures that models make for who may look', async () => {
    const draws = working({ name: 'mcp__docs__echo', arguments: {} });
    provider.script = async (ask) => {
      const answer = await draws(ask);
      return answer.calls?.[0]?.name === 'mcp__docs__echo' ? { ...answer, image: { media: 'image/png', data: 'aGFyYm91cg==' } } : answer;
    };
    const { at, put } = await begin('tools: mcp__docs__echo\n');
    await put();
    assert((await over(at)).includes(PICTURE), 'the picture is an artifact of the log');
    const path = `/api/quests/${at.id}/blobs/`;
    const picture = await fetch(server.url + path + PICTURE, { headers: { authorization: `Bearer ${at.tokens.view}` } });
    assert.deepEqual([picture.status, picture.headers.get('content-type'), await picture.text()], [200, 'image/png', 'harbour']);
    for (const [name, wanted] of [['content-disposition', 'attachment'], ['x-content-type-options', 'nosniff'], ['cache-control', 'no-store']]) assert.equal(picture.headers.get(name!), wanted);
    const none = await server.call('GET', path + '0'.repeat(64), { token: at.tokens.view });
    assert.deepEqual([none.status, none.body.error.message], [404, 'No bytes of that hash are kept here.']);
    assert.equal((await server.call('GET', path + PICTURE)).status, 404);
    assert.equal((await server.call('GET', path + PICTURE, { token: (await begin('')).at.tokens.own })).status, 404);
    assert.equal((await server.call('GET', `${path}ABC`, { token: at.tokens.view })).status, 404);
  });

  const open = { 'where the file of an agent leaves it open': ['', 'You do not write code yourself.\n', {}], 'where the owner wants to be asked': ['tools: mcp__docs__echo\n', '', { ask: 'all' }] } as const;
  for (const [where, [tools, rules, wish]] of Object.entries(open)) {
    it(`asks the owner ${where}, and does what they say`, async () => {
      provider.script = working({ name: 'mcp__docs__echo', arguments: { words: 'No.' } }, { name: 'mcp__docs__echo', arguments: { words: 'Yes.' } });
      const { at, put } = await begin(tools, {}, rules);
      const live = server.live(at);
      await live.enter(at.tokens.own);
      await put(wish);
      const say = async (allowed: boolean): Promise<void> => {
        const { asks } = (await live.of('asks')) as unknown as { asks: { ask: string; agent: string; tool: { name: string; arguments: string } }[] };
        const [one] = asks;
        assert.deepEqual([asks.length, one?.agent, one?.tool.name], [1, API, 'mcp__docs__echo']);
        assert.equal((await server.call('POST', `/api/quests/${at.id}/asks/${one!.ask}`, { token: at.tokens.own, body: { allowed } })).status, 200);
        assert.deepEqual(((await live.of('asks')) as unknown as { asks: unknown[] }).asks, []);
      };
      await say(false);
      await say(true);
      await over(at);
      live.close();
      const [refused, answered] = told();
      assert(!refused?.includes('No.\n') && answered?.includes('Yes.'), `${refused} | ${answered}`);
    });
  }

  it('refuses another wish to be asked', async () => {
    const { put } = await begin('');
    const { status, body } = await put({ ask: 'never' });
    assert.deepEqual([status, /and "ask" \("change" or "all"\)/.test(body.error.message)], [400, true]);
  });

  it('is refused in words where the deployment does not ask that server, or has no key for it', async () => {
    const one = await begin('', { url: 'https://mcp.example/' });
    assert.equal((await one.put()).body.error.message, 'This deployment does not ask mcp.example, where the MCP server docs is: add it to ALLOWED_HOSTS, or leave the server out.');
    const other = await begin('', { secret: { header: 'authorization', prefix: 'Bearer ', slot: 'mcp:more-docs' } });
    assert.equal((await other.put()).body.error.message, 'This deployment has no key for docs: set the secret KEY_MCP_MORE_DOCS.');
  });
});

describe('a runtime that is killed', { timeout: 120_000 }, () => {
  const ASKED = 'You do not write code yourself.\n';
  type Asks = { ask: string; question: string }[];
  /** What is under way then: what the owner is asked before and after, and how often the tool is called in the end. */
  const cases: Record<string, { tool: string; tools: string; rules: string; question: RegExp; allowed: boolean; called: number; hears: RegExp }> = {
    'while the owner is asked': { tool: 'echo', tools: '', rules: ASKED, question: /^(?!.*carried out)/, allowed: true, called: 1, hears: /low water/ },
    'in the middle of a call, which nobody allows once more': { tool: 'waits', tools: 'tools: mcp__docs__waits\n', rules: '', question: /may have been carried out/, allowed: false, called: 1, hears: /may have been carried out, and nobody allowed/ },
    'in the middle of a call that is allowed once more': { tool: 'waits', tools: 'tools: mcp__docs__waits\n', rules: '', question: /may have been carried out/, allowed: true, called: 2, hears: /waited/ },
    'in the middle of a call that was asked about': { tool: 'waits', tools: '', rules: ASKED, question: /may have been carried out/, allowed: false, called: 1, hears: /may have been carried out, and nobody allowed/ },
  };
  for (const [name, { tool, tools, rules, question, allowed, called, hears }] of Object.entries(cases)) {
    it(name, async () => {
      const from = docs.called.length;
      const arrived = Promise.withResolvers<void>();
      docs.waiting = () => (arrived.resolve(), new Promise(() => undefined));
      provider.script = working({ name: `mcp__docs__${tool}`, arguments: { words: 'low water' } });
      const { at, put } = await begin(tools, {}, rules);
      const asked = async (): Promise<Asks[number]> => {
        const live = server.live(at);
        await live.enter(at.tokens.own);
        let asks: Asks = [];
        while (asks.length === 0) asks = (await live.of('asks'))['asks'] as Asks;
        live.close();
        return asks[0]!;
      };
      const answer = async ({ ask }: Asks[number], yes: boolean): Promise<void> => assert.equal((await server.call('POST', `/api/quests/${at.id}/asks/${ask}`, { token: at.tokens.own, body: { allowed: yes } })).status, 200) as void;
      assert.equal((await put()).status, 200);
      if (rules !== '') {
        const first = await asked();
        assert.doesNotMatch(first.question, /carried out/);
        if (tool === 'waits') await answer(first, true);
      }
      if (tool === 'waits') await arrived.promise;
      const kept = await server.lines(at);
      await server.kill();
      docs.waiting = () => Promise.resolve();
      server = await Server.start(folder, settings());
      const again = await asked();
      assert.match(again.question, question);
      await answer(again, allowed);
      const log = await over(at);
      assert(log.startsWith(kept.join('\n')), 'what was stored stays');
      assert.match(told().join('\n'), hears);
      assert.equal(docs.called.length - from, called);
      const { intact, legal } = core.verify(`${log}\n`);
      assert.deepEqual([intact, legal], ['yes', 'yes']);
    });
  }
});
