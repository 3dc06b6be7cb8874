/* Models that play at the real worker, with nobody connected: the provider is the loopback server, the runtime is killed and started again. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { loadCore } from '@questline/core/node';
import { brain } from '../loopback/brain.ts';
import { type Answer, type Ask, type Fault, Steps, wordsOf } from '../loopback/script.ts';
import { Loopback } from '../loopback/server.ts';
import { API, type Created, DATABASE, LEAD, type Reply, Server, create, scratch } from './client.ts';

const KEY = 'planted-7d1f0c52-key';
const core = await loadCore();
const folder = await scratch({ after });
const TEAM = [LEAD, API, DATABASE];
const FILES = TEAM.map((agent) => ({ name: `${agent.slice(1)}.md`, text: `---\nname: ${agent.slice(1)}\ndescription: Does the part of ${agent}.\n---\n\nYou do the part of ${agent}.\n` }));
const MODELS = { seats: TEAM.map((agent) => [agent, 'model']), specs: TEAM.map((agent, i) => [agent, core.sha256(FILES[i]!.text)]), budget: { tokens: 4_000_000 } };

/** What goes wrong with the first call, and whether the quest goes on by itself. */
const FAULTS: Record<string, { fault: Fault; pauses?: true | 'either' }> = {
  busy: { fault: { kind: 'status', status: 429, headers: { 'retry-after': '1' } } },
  failing: { fault: { kind: 'status', status: 500 } },
  overloaded: { fault: { kind: 'status', status: 529 } },
  reset: { fault: { kind: 'reset' } },
  cut: { fault: { kind: 'cut', at: 'call' } },
  short: { fault: { kind: 'short' } },
  garbage: { fault: { kind: 'garbage' } },
  error: { fault: { kind: 'error' } },
  wrong: { fault: { kind: 'status', status: 401, message: `The key ${KEY} is not known.` }, pauses: true },
  page: { fault: { kind: 'html' }, pauses: 'either' }, // whether that is asked again is the core's to say
  elsewhere: { fault: { kind: 'redirect', to: 'https://evil.example/' }, pauses: 'either' },
  later: { fault: { kind: 'status', status: 429, headers: { 'retry-after': '7200' } }, pauses: true },
};

let provider: Loopback;
let server: Server;
before(async () => {
  provider = await Loopback.start({ key: KEY, models: ['loop-small', ...Object.keys(FAULTS)] });
  server = await Server.start(folder, settings());
});
after(async () => {
  await server.stop();
  await provider.stop();
});

const settings = (): Record<string, string> => ({ KEY_ANTHROPIC: KEY, KEY_COMPATIBLE: KEY, ALLOWED_HOSTS: new URL(provider.origin).host });
const player = (): object => ({ agent: '*', provider: 'anthropic', model: 'loop-small', base_url: provider.url('messages') });
const cast = (extra: object = {}): object => ({ players: [player()], files: FILES, ...extra });
const quest = (extra: object = {}): Promise<Created> => server.quest({ command: create({ ...MODELS, policy: 'parallel', ...extra }) });
const put = ({ id, tokens }: Created, body: unknown = cast(), token = tokens.own): Promise<Reply> => server.call('PUT', `/api/quests/${id}/cast`, { token, body });

type Line = { e: { t: string; by: string; n: number; d: Record<string, unknown> }; h: string };
const read = async (at: Created): Promise<Line[]> => (await server.lines(at)).map((line) => JSON.parse(line) as Line);
const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** Waits until the log says so; reading events wakes no room up. */
async function reached(at: Created, wanted: (lines: Line[]) => boolean): Promise<Line[]> {
  for (;;) {
    const lines = await read(at);
    if (wanted(lines)) return lines;
    await pause(25);
  }
}

const has = (type: string) => (lines: Line[]): boolean => lines.some(({ e }) => e.t === type);
const count = (lines: Line[], type: string): number => lines.filter(({ e }) => e.t === type).length;

/** What must be true of any log, whatever happened on the way: intact and legal, and every call that was begun was settled, once. */
function sound(lines: readonly Line[], raw: readonly string[]): void {
  const verdict = core.verify(`${raw.join('\n')}\n`);
  assert.deepEqual([verdict.intact, verdict.legal], ['yes', 'yes']);
  const starts = lines.filter(({ e }) => e.t === 'start').map(({ e }) => e.n);
  const settled = lines.filter(({ e }) => e.t === 'done').map(({ e }) => e.d['start']);
  assert.deepEqual(settled.toSorted(), starts.toSorted());
  assert.deepEqual(lines.map(({ e }) => e.n), lines.map((_, n) => n));
}

async function completed(at: Created): Promise<Line[]> {
  const lines = await reached(at, (all) => has('complete')(all) || has('pause')(all));
  assert(has('complete')(lines), `paused: ${JSON.stringify((await server.look(at)).body.view.summary ?? (await server.lines(at)).at(-1))}`);
  sound(lines, await server.lines(at));
  return lines;
}

describe('a quest with a cast', { timeout: 60_000 }, () => {
  it('is played from the first turn to the end with nobody connected', async () => {
    provider.script = brain();
    const at = await quest();
    const set = await put(at);
    assert.equal(set.status, 200, JSON.stringify(set.body));
    const lines = await completed(at);
    assert.equal(count(lines, 'message'), 2);
    assert.equal(count(lines, 'respond'), 3);
    assert(provider.asks.some(({ system }) => system.includes('You do the part of @api.')), 'the agent files are what models are told');
  });

  it('gives its workers the documents that came along, as the leader’s file says', async () => {
    provider.script = brain();
    const lead = `${FILES[0]!.text}\n## Team\n\n- \`${API}\` - interfaces\n- \`${DATABASE}\` - tables\n\n## Context Filtering Rules\n\n**For ${API}:**\n- ✅ Sign-in contracts\n- ❌ Wages\n`;
    const files = [{ ...FILES[0]!, text: lead }, ...FILES.slice(1)];
    const documents = [{ path: 'docs/sign-in.md', text: '# Sign-in contracts\n\nA session lasts a day.\n' }, { path: 'docs/wages.md', text: '# Wages\n\nNobody is told.\n' }];
    const tasks = [API, DATABASE].map((agent, i) => ({ id: `T${i + 1}`, title: `The part of ${agent}`, agent, after: [], accept: ['It is done'] }));
    const proposed = core.planCommand({ leader: LEAD, objective: 'Add a login', tasks }); // documents go by the plan
    const at = await quest({ ...proposed, specs: TEAM.map((agent, i) => [agent, core.sha256(files[i]!.text)]) });
    const asked = provider.asks.length;
    const set = await put(at, cast({ files, documents }));
    assert.deepEqual([set.status, set.body.cast.documents], [200, ['docs/sign-in.md', 'docs/wages.md']]);
    await server.command(at, at.tokens.own, { type: 'approve', by: '@owner' });
    await completed(at);
    const told = (agent: string): string[] => provider.asks.slice(asked).filter(({ system }) => system.includes(`You do the part of ${agent}.`)).map(wordsOf);
    assert(told(API).length > 0 && told(DATABASE).length > 0);
    for (const words of told(API)) {
      assert.match(words, /# Documents for you\n[^]*A session lasts a day\.[^]*# Documents kept back\n[^]*docs\/wages\.md/);
      assert.doesNotMatch(words, /Nobody is told/);
    }
    for (const words of [...told(LEAD), ...told(DATABASE)]) assert.doesNotMatch(words, /A session lasts a day/, 'the file gives them none');
  });

  it('waits for its owner to approve the plan, and goes on by itself then', async () => {
    provider.script = brain();
    const tasks = [API, DATABASE].map((to, i) => ({ id: `T${i + 1}`, to, title: `The part of ${to}` }));
    const at = await quest({ tasks });
    const asks = provider.asks.length;
    assert.equal((await put(at)).status, 200);
    assert.equal((await server.look(at)).body.view.status, 'proposed');
    assert.equal(provider.asks.length, asks, 'nobody is asked before');
    assert.equal((await server.command(at, at.tokens.own, { type: 'approve', by: '@owner' })).status, 200);
    await completed(at);
  });

  it('lets everybody who watches see the words of all its workers come', async () => {
    const steps = new Steps();
    const sensible = brain();
    let workers = 0;
    const both = Promise.withResolvers<void>();
    provider.script = async (ask) => {
      const answer = await sensible(ask);
      if (!ask.system.includes('You do the part of @api.') && !ask.system.includes('You do the part of @database.')) return answer;
      if (ask.messages.length > 1) return answer;
      if (++workers === 2) both.resolve();
      return { ...answer, text: 'Many words that come one after the other, seen by all. '.repeat(4), pace: steps };
    };
    const at = await quest();
    const live = server.live(at);
    await live.enter(at.tokens.view);
    await put(at);
    await both.promise; // both were asked before either answered: they stream at once
    steps.go(12);
    const heard = new Set<string>();
    let plays: unknown;
    while (heard.size < 2) {
      const frame = await live.next();
      if (frame.type === 'cast') plays = frame['plays'];
      if (frame.type !== 'deltas') continue;
      for (const { agent, delta } of frame['deltas'] as { agent: string; delta?: { text?: string } }[]) if (delta?.text?.includes('words') && agent !== LEAD) heard.add(agent);
    }
    assert.deepEqual([[...heard].toSorted(), plays], [[API, DATABASE], true]);
    assert.equal(count(await read(at), 'done') + 2, count(await read(at), 'start'), 'neither is whole yet');
    steps.go(Infinity);
    live.close();
    const lines = await completed(at);
    assert(!JSON.stringify(lines).includes('"delta'), 'what is shown meanwhile is not stored');
  });

  it('keeps what a model said so far for who comes later, until its answer is whole', async () => {
    const steps = new Steps();
    const sensible = brain();
    let held = false;
    provider.script = async (ask) => {
      const answer = await sensible(ask);
      if (held || !ask.system.includes('You do the part of @api.')) return answer;
      held = true;
      return { ...answer, text: 'These words are put aside. '.repeat(400), piece: 27, pace: steps };
    };
    const at = await quest();
    await put(at);
    let kept: { agent: string; start: number; text: string } | undefined;
    for (; kept === undefined; await pause(200)) {
      steps.go(5);
      const live = server.live(at);
      await live.enter(at.tokens.view);
      let frame = await live.next();
      while (frame.type !== 'partials' && frame.type !== 'presence') frame = await live.next();
      if (frame.type === 'partials') [kept] = frame['partials'] as [typeof kept];
      live.close();
    }
    assert.deepEqual([kept?.agent, kept?.text.startsWith('These words are put aside. ')], [API, true]);
    assert.equal((await read(at))[kept!.start]?.e.t, 'start');
    const late = server.live(at);
    await late.enter(at.tokens.view);
    let whole = '';
    for (let over = false; !over; ) {
      const frame = await late.next();
      if (frame.type === 'presence') steps.go(Infinity);
      if (frame.type === 'partials') whole += (frame['partials'] as { agent: string; text: string }[]).find(({ agent }) => agent === API)?.text ?? '';
      if (frame.type !== 'deltas') continue;
      const mine = (frame['deltas'] as { agent: string; delta?: { kind: string; text?: string } }[]).flatMap(({ agent, delta }) => (agent === API && delta !== undefined ? [delta] : []));
      whole += mine.map(({ kind, text = '' }) => (kind === 'text' ? text : '')).join('');
      over = mine.some(({ kind }) => kind === 'end');
    }
    assert.equal(whole, 'These words are put aside. '.repeat(400), 'who comes in the middle misses no word, and hears none twice');
    late.close();
    await completed(at);
    const live = server.live(at);
    await live.enter(at.tokens.view);
    for (let frame = await live.next(); frame.type !== 'presence'; frame = await live.next()) assert.notEqual(frame.type, 'partials');
    live.close();
  });

  it('stops a run-away at its budget, and goes on when the owner gives more', async () => {
    provider.script = () => ({ text: 'Just words.', usage: { input: 1000, output: 19_000 } });
    const at = await quest({ budget: { tokens: 30_000 } });
    const asks = provider.asks.length;
    await put(at);
    let { view } = (await server.look(at)).body;
    for (; view.status !== 'paused'; view = (await server.look(at)).body.view) await pause(25);
    assert.deepEqual([view.status, view.cause], ['paused', 'budget']);
    assert(provider.asks.length - asks <= 3, `${provider.asks.length - asks} calls`);
    provider.script = brain();
    assert.equal((await server.command(at, at.tokens.own, { type: 'resume', by: '@owner', budget: { tokens: 4_000_000 } })).status, 200);
    const lines = await reached(at, has('complete'));
    sound(lines, await server.lines(at));
  });

  it('ends what is under way when the cast is taken away, and is nobody\'s then', async () => {
    const steps = new Steps();
    provider.script = () => ({ text: 'Word after word after word.', pace: steps, piece: 4 });
    const at = await quest();
    await put(at);
    await reached(at, has('start'));
    const path = `/api/quests/${at.id}/cast`;
    assert.deepEqual((await server.call('GET', path, { token: at.tokens.view })).body.cast.players[0].model, 'loop-small');
    assert.equal((await server.call('DELETE', path, { token: at.tokens.view })).status, 403);
    assert.deepEqual((await server.call('DELETE', path, { token: at.tokens.own })).body, { cast: null });
    const lines = await read(at);
    sound(lines, await server.lines(at));
    assert.equal(lines.at(-1)?.e.d['outcome'], 'cancelled');
    assert.deepEqual((await server.call('GET', path, { token: at.tokens.view })).body, { cast: null });
    assert.equal((await server.look(at)).body.plays, false);
    steps.go(Infinity);
    provider.script = brain();
    assert.equal((await put(at)).status, 200);
    await completed(at);
  });

  it('shows no more of the provider to who holds a link than its name', async () => {
    const at = await quest();
    const set = JSON.stringify([(await put(at)).body, (await server.call('GET', `/api/quests/${at.id}/cast`, { token: at.tokens.own })).body]);
    assert(!set.includes('You do the part') && !set.includes(KEY));
    await server.call('DELETE', `/api/quests/${at.id}/cast`, { token: at.tokens.own });
  });
});

describe('a cast', { timeout: 60_000 }, () => {
  const refused = async (at: Created, body: unknown, words: RegExp, status = 422, token = at.tokens.own): Promise<void> => {
    const asks = provider.requests.length;
    const reply = await put(at, body, token);
    assert.equal(reply.status, status, JSON.stringify(reply.body));
    assert.match(reply.body.error.message, words);
    assert.equal((await server.call('GET', `/api/quests/${at.id}/cast`, { token: at.tokens.view })).body.cast, null);
    assert.equal(provider.requests.length, asks);
  };
  const played = (extra: object): object => cast({ players: [{ ...player(), ...extra }] });

  it('that is not sound, or asks for what the deployment does not do, is refused in words', async () => {
    const at = await quest();
    await refused(at, cast(), /Only the link of the owner/, 403, at.tokens.lead);
    assert.equal((await put(at, cast(), 'x'.repeat(43))).status, 404);
    await refused(at, null, /The body is \{"players"/, 400);
    await refused(at, { players: [player()] }, /The body is \{"players"/, 400);
    await refused(at, cast({ keys: {} }), /The body is \{"players"/, 400);
    await refused(at, played({ key: 'sk-1' }), /The body is \{"players"/, 400);
    await refused(at, 'no JSON', /not JSON/, 400);
    await refused(at, cast({ documents: [{ path: 'x.md', text: 'y'.repeat(1600 * 1024) }] }), /What is handed over is larger than 1\.5 MB\. Leave documents of the project out, or shorten them\./, 413);
    await refused(at, cast({ players: [] }), /Name a player/);
    await refused(at, played({ agent: '@nobody' }), /no agent @nobody/);
    await refused(at, played({ base_url: 'https://evil.example/v1' }), /does not ask evil\.example: add it to ALLOWED_HOSTS/);
    await refused(at, played({ base_url: `http://user@${new URL(provider.origin).hostname}:1/` }), /no user name/, 400);
    await refused(at, cast({ players: [{ agent: '*', provider: 'ollama', model: 'x' }] }), /does not ask 127\.0\.0\.1:11434/);
    await refused(at, cast({ players: [{ agent: '*', provider: 'openai', model: 'x' }] }), /no key for openai: set the secret KEY_OPENAI/);
    await refused(at, cast({ players: [{ agent: '*', provider: 'gibberish', model: 'x' }] }), /provider/, 400);
    await refused(at, cast({ files: FILES.slice(1) }), /The file of @lead is missing/);
    await refused(at, cast({ files: [...FILES, { name: 'other.md', text: 'Another.' }] }), /other\.md is not one of the files that the first event names/);
    await refused(at, cast({ servers: [{ name: 'docs', url: 'https://mcp.example/' }] }), /does not ask mcp\.example/);
  });

  it('is refused where nothing limits what it spends, and where the quest is over', async () => {
    await refused(await server.quest({ command: create({ ...MODELS, budget: { turns: 9 } }) }), cast(), /no limit of tokens, and a link must not spend without one/);
    const over = await quest();
    await server.command(over, over.tokens.own, { type: 'abort', by: '@owner' });
    await refused(over, cast(), /The quest is over/);
  });
});

describe('a provider that misbehaves', { timeout: 120_000 }, () => {
  it('costs a quest nothing: it goes on, or pauses with one sentence and goes on when it is resumed', async () => {
    const brains = new Map(Object.keys(FAULTS).map((name) => [name, brain()]));
    const failed = new Set<string>();
    provider.script = async (ask) => {
      const { model } = ask;
      const answer = await brains.get(model)!(ask);
      if (failed.has(model)) return answer;
      failed.add(model);
      brains.set(model, brain()); // what was answered was never heard
      return { ...answer, text: 'Some words first.', fault: FAULTS[model]!.fault };
    };
    await Promise.all(
      Object.entries(FAULTS).map(async ([model, { pauses = false }]) => {
        const at = await quest();
        await put(at, cast({ players: [{ ...player(), model }] }));
        let lines = await reached(at, (all) => has('complete')(all) || has('pause')(all));
        const paused = has('pause')(lines);
        if (pauses !== 'either') assert.equal(paused, pauses, `${model}: ${JSON.stringify((await server.look(at)).body.view.status)}`);
        if (paused) {
          const log = core.openQuest(`${(await server.lines(at)).join('\n')}\n`);
          const { reason } = log.event(lines.findIndex(({ e }) => e.t === 'pause')).data as { reason: string };
          log.close();
          assert.match(reason, /^[^\n]{20,}\.$/, model);
          assert(!reason.includes(KEY), model);
          await server.command(at, at.tokens.own, { type: 'resume', by: '@owner' });
          lines = await reached(at, has('complete'));
        }
        sound(lines, await server.lines(at));
      }),
    );
  });
});

describe('a runtime that is killed', { timeout: 120_000 }, () => {
  const again = async (): Promise<void> => {
    await server.kill();
    server = await Server.start(folder, settings());
  };
  const worker = ({ system }: Ask): boolean => system.includes('You do the part of @api.') || system.includes('You do the part of @database.');

  /** The quest up to its first call of a worker, which is answered so. */
  async function upTo(answer: (usual: Answer) => Answer | Promise<Answer>, extra: object = {}): Promise<Created> {
    const sensible = brain();
    provider.script = async (ask) => (worker(ask) ? answer(await sensible(ask)) : sensible(ask));
    const at = await quest(extra);
    assert.equal((await put(at)).status, 200);
    return at;
  }

  /** It is alive again, and the quest comes to its end; so many calls were lost. */
  async function goesOn(at: Created, before: readonly Line[], lost: number): Promise<void> {
    provider.script = brain();
    await server.look(at);
    const lines = await completed(at);
    assert.deepEqual(lines.slice(0, before.length), before, 'nothing is lost, and nothing changed');
    assert.equal(lines.filter(({ e }) => e.t === 'done' && e.d['outcome'] === 'lost').length, lost);
  }

  it('before a call was announced', async () => {
    const tasks = [{ id: 'T1', to: API, title: 'One' }];
    const at = await upTo((usual) => usual, { tasks });
    const before = await read(at);
    await again();
    assert.deepEqual((await server.call('GET', `/api/quests/${at.id}/cast`, { token: at.tokens.view })).body.cast.players.length, 1);
    await server.command(at, at.tokens.own, { type: 'approve', by: '@owner' });
    await goesOn(at, before, 0);
  });

  it('after a call was announced, with nothing of its answer there', async () => {
    const held = Promise.withResolvers<Answer>();
    const asked = provider.asks.length;
    const at = await upTo(() => held.promise);
    await reached(at, (lines) => lines.filter(({ e }) => e.t === 'start' && e.d['seat'] !== LEAD).length === 2);
    while (provider.asks.slice(asked).filter(worker).length < 2) await pause(10);
    const before = await read(at);
    await again();
    held.resolve({ text: 'Too late.' });
    await goesOn(at, before, 2);
  });

  it('in the middle of the answers of two, and its alarm alone brings it back', async () => {
    const steps = new Steps();
    const at = await upTo((usual) => ({ ...usual, text: 'Word after word after word.', piece: 3, pace: steps }));
    const live = server.live(at);
    await live.enter(at.tokens.view);
    steps.go(9);
    while (!JSON.stringify(await live.of('deltas')).includes('"text":"')) await live.next();
    live.close();
    const before = await read(at);
    assert.equal(count(before, 'start') - count(before, 'done'), 2);
    await again();
    steps.go(Infinity);
    provider.script = brain();
    const lines = await completed(at); // read from the rows: nobody wakes the room
    assert.deepEqual(lines.slice(0, before.length), before);
    assert.equal(lines.filter(({ e }) => e.d['outcome'] === 'lost').length, 2);
  });

  it('at the last byte of an answer, whether it was settled or not', async () => {
    let whole = 0;
    const at = await upTo((usual) => {
      whole++;
      return usual;
    });
    while (whole < 1 || provider.open > 1) await pause(1);
    const known = (await read(at)).length;
    await again();
    const before = await read(at);
    assert(before.length >= known);
    provider.script = brain();
    await server.look(at);
    const lines = await completed(at);
    assert.deepEqual(lines.slice(0, before.length), before);
  });

  it('after a call was settled, with another one under way', async () => {
    const held = Promise.withResolvers<Answer>();
    let first = true;
    const at = await upTo((usual) => {
      if (!first) return held.promise;
      first = false;
      return usual;
    });
    await reached(at, (lines) => lines.some(({ e }) => e.t === 'respond' && e.by !== LEAD));
    const before = await read(at);
    await again();
    held.resolve({ text: 'Too late.' });
    await goesOn(at, before, 1);
  });

  it('while it waits to ask again, and it asks then', async () => {
    let times = 0;
    const at = await upTo((usual) => (times++ < 2 ? { fault: { kind: 'status', status: 429, headers: { 'retry-after': '2' } } } : usual));
    await reached(at, (lines) => lines.filter(({ e }) => e.d['outcome'] === 'error').length === 2);
    const before = await read(at);
    await again();
    await goesOn(at, before, 0);
  });
});

describe('the key', { timeout: 60_000 }, () => {
  it('is in no answer, frame, line, word of the runtime or file, even where the provider quotes it', async () => {
    const state = await scratch({ after });
    const seen: string[] = [];
    const { url, stop } = await run(state, seen);
    const here = new Server(url, stop, []);
    const sensible = brain();
    let quoted = false;
    provider.script = async (ask) => {
      if (ask.system.includes('You do the part of @api.') && !quoted) {
        quoted = true;
        return { fault: { kind: 'status', status: 401, message: `Incorrect key: ${KEY}.`, headers: { 'x-quoted': KEY } } };
      }
      return { ...(await sensible(ask)), ...(ask.messages.length === 1 ? { text: `They gave me ${KEY} to say.`, piece: 500, chunk: 5 } : {}) };
    };
    const at = await here.quest({ command: create({ ...MODELS, policy: 'parallel' }) });
    const live = here.live(at);
    await live.enter(at.tokens.own);
    seen.push(JSON.stringify((await here.call('PUT', `/api/quests/${at.id}/cast`, { token: at.tokens.own, body: cast() })).body));
    for (let over = false; !over; ) {
      const frame = JSON.stringify(await live.next());
      seen.push(frame);
      if (frame.includes('\\"t\\":\\"pause\\"')) void here.command(at, at.tokens.own, { type: 'resume', by: '@owner' });
      over = frame.includes('\\"t\\":\\"complete\\"');
    }
    live.close();
    for (const path of ['', '/cast', '/events', '/notes']) seen.push(JSON.stringify((await here.call('GET', `/api/quests/${at.id}${path}`, { token: at.tokens.own })).body));
    await stop();
    assert(seen.some((text) => text.includes('[key]')), 'it was quoted');
    for (const file of await readdir(state, { recursive: true, withFileTypes: true })) {
      if (file.isFile()) seen.push(await readFile(join(file.parentPath, file.name), 'latin1'));
    }
    assert.equal(seen.filter((text) => text.includes(KEY)).length, 0, seen.find((text) => text.includes(KEY))?.slice(0, 400));
  });

  /** The command that people start, with the key in its environment; what it says is kept. */
  async function run(state: string, seen: string[]): Promise<{ url: string; stop: () => Promise<void> }> {
    const site = join(folder, 'site');
    const args = [join(import.meta.dirname, '../../worker/serve.ts'), '--port', '0', '--persist', join(state, 'state'), '--site', site];
    const child = spawn(process.execPath, args, { env: { ...process.env, ...settings() }, stdio: ['ignore', 'pipe', 'pipe'] });
    after(() => child.kill('SIGKILL'));
    const url = Promise.withResolvers<string>();
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (data: Buffer) => {
        seen.push(data.toString());
        const found = /http:\/\/localhost:\d+/.exec(data.toString())?.[0];
        if (found !== undefined) url.resolve(found);
      });
    }
    const ended = new Promise<void>((done) => child.once('exit', () => done()));
    return { url: await url.promise, stop: () => (child.kill('SIGTERM'), ended) };
  }
});
