/* Models in a room without a platform: the room is dropped at every point there is, and what no real provider does is done. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Core, type Driver, type Effect, type EffectResult, instantiate } from '@questline/core';
import { loadCore, loadModule } from '@questline/core/node';
import { SILENCE, ask } from '../../worker/src/asking.ts';
import { begin } from '../../worker/src/founding.ts';
import { type Answer, type Frame, type Grant, type Peer, Room, type RoomPorts } from '../../worker/src/room.ts';
import { brain } from '../loopback/brain.ts';
import { Loopback } from '../loopback/server.ts';
import { API, LEAD, create } from './client.ts';
import { Memory } from './memory.ts';

const module = await loadModule();
const core = await loadCore();
const KEY = 'planted-key';
const OWN: Grant = { key: 'own-key', role: 'own', agent: null };
const VIEW: Grant = { key: 'view-key', role: 'view', agent: null };
const random = (count: number): Uint8Array => crypto.getRandomValues(new Uint8Array(count));
let provider: Loopback;
before(async () => {
  provider = await Loopback.start({ key: KEY });
});
after(() => provider.stop());

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const timer = setTimeout(done, ms).unref(); // a life that was ended waits for nothing
    signal.addEventListener('abort', () => (clearTimeout(timer), done()), { once: true });
  });
}

type Spot = 'nowhere' | 'before append' | 'after append' | 'before sending' | 'at the head' | 'in the middle' | 'at the end';

/** A life of a room that ends at the n-th time it comes to a spot: from then on nothing of it reaches the rows or the provider. */
class Life {
  readonly store: Memory;
  readonly over = Promise.withResolvers<void>();
  readonly spot: Spot;
  left: number;
  #dead = new AbortController();

  constructor(rows: Memory, spot: Spot = 'nowhere', n = 0) {
    this.spot = spot;
    this.left = n;
    const life = this;
    this.store = Object.assign(Object.create(rows) as Memory, {
      transaction(work: () => void) {
        life.at('before append');
        rows.transaction(work);
        life.at('after append');
        if (rows.rows.some(({ line }) => /"t":"(complete|pause)"/.test(line))) life.over.resolve();
      },
      insertLine: (row: Memory['rows'][number]) => void rows.rows.push(row),
      putCast: (cast: string | null) => void (rows.stage = cast),
      setAlarm: (at: number | null) => void (life.dead || rows.alarms.push(at)),
      dropPartial: (start: number) => rows.dropPartial(start),
      lines(after: number) {
        if (life.dead) throw new Error('this life is over');
        return rows.lines(after);
      },
    });
  }

  get dead(): boolean {
    return this.#dead.signal.aborted;
  }

  at(spot: Spot): void {
    if (this.dead) throw new Error('this life is over');
    if (spot !== this.spot || --this.left > 0) return;
    this.#dead.abort();
    this.over.resolve();
    throw new Error(`killed ${spot}`);
  }

  room(): Room {
    const life = this;
    const never = new Promise<never>(() => undefined);
    /** What is thrown by a spot ends the life; nobody hears of it. */
    const or = async <T>(work: () => Promise<T>): Promise<T> => {
      try {
        return await work();
      } catch (error) {
        if (life.dead) return never;
        throw error;
      }
    };
    return new Room({
      store: this.store,
      core: () => instantiate(module),
      peers: () => [],
      now: () => Date.now(),
      random,
      outside: {
        key: (slot) => (slot === 'anthropic' ? KEY : undefined),
        hosts: [new URL(provider.origin).host],
        sleep,
        fetch: (url, init) =>
          or(async () => {
            life.at('before sending');
            const response = await fetch(url, { ...init, signal: AbortSignal.any([init.signal as AbortSignal, life.#dead.signal]) });
            life.at('at the head');
            const through = new TransformStream<Uint8Array, Uint8Array>({
              transform(chunk, to) {
                to.enqueue(chunk);
                if (life.spot === 'in the middle') life.at('in the middle');
              },
              flush: () => life.at('at the end'),
            });
            const body = response.body!.pipeThrough(through);
            const reader = body.getReader();
            const guarded = new ReadableStream<Uint8Array>({ pull: (to) => or(async () => {
              const { done, value } = await reader.read();
              if (done) to.close();
              else to.enqueue(value);
            }) });
            return new Response(guarded, response);
          }),
      },
    });
  }
}

const players = (): object[] => [{ agent: '*', provider: 'anthropic', model: 'loop-small', base_url: provider.url('messages') }];
const TEAM = [LEAD, API];

function rowsOf(extra: object = {}): Memory {
  const rows = new Memory();
  const command = create({ agents: TEAM, seats: TEAM.map((agent) => [agent, 'model']), budget: { tokens: 4_000_000 }, policy: 'parallel', ...extra });
  const begun = begin(core, { command: command as never }, Date.now(), random(32));
  assert('log' in begun);
  new Life(rows).room().found(begun.log, [OWN, VIEW]);
  return rows;
}

const put = (room: Room): Answer => room.ask({ kind: 'put cast', key: OWN.key, cast: { players: players(), files: [] } });
const types = (rows: Memory): string[] => rows.rows.map(({ line }) => (JSON.parse(line) as { e: { t: string } }).e.t);

describe('a room that is dropped', { timeout: 120_000 }, () => {
  const spots: Spot[] = ['before append', 'after append', 'before sending', 'at the head', 'in the middle', 'at the end'];
  for (const spot of spots) {
    it(`${spot}, the first time and every other, comes to the end by its alarm, with nothing lost and nothing twice`, async () => {
      let n = 1;
      for (; ; n++) {
        provider.script = brain();
        const rows = rowsOf();
        const life = new Life(rows, spot, n);
        try {
          put(life.room());
        } catch (error) {
          assert(life.dead, String(error));
        }
        await life.over.promise;
        if (!life.dead) break; // it was over before it came there so often
        const kept = rows.rows.map(({ line }) => line);
        if (rows.stage === null || types(rows).at(-1) === 'complete') continue; // nobody was told of a cast, or it came to its end
        assert.notEqual(rows.alarms.at(-1), null, `${spot} ${n}: nobody wakes it`);
        provider.script = brain();
        const next = new Life(rows);
        next.room().ring();
        await next.over.promise;
        const all = rows.rows.map(({ line }) => line);
        assert.deepEqual(all.slice(0, kept.length), kept);
        assert.equal(types(rows).at(-1), 'complete', `${spot} ${n}: ${types(rows).join(' ')}`);
        const { intact, legal } = core.verify(`${all.join('\n')}\n`);
        assert.deepEqual([intact, legal], ['yes', 'yes'], `${spot} ${n}`);
        assert.equal(new Set(all).size, all.length);
        assert.equal(types(rows).filter((type) => type === 'start').length, types(rows).filter((type) => type === 'done').length);
        assert.equal(rows.alarms.at(-1), null, 'nothing is left to be done');
      }
      assert(n > 4, `${n} times`);
    });
  }
});

/** A driver that wants these things, one after the other, and a room that has it. */
function scripted(effects: Effect[], rows = rowsOf()) {
  const given: EffectResult[] = [];
  const fake = {
    next: (): Effect => effects.shift() ?? { id: 99, kind: 'wait' },
    result: (_: number, result: EffectResult) => void given.push(result),
    use: () => undefined,
    deltas: () => [],
    close: () => undefined,
  };
  const frames: Record<string, Frame[]> = { own: [], view: [] };
  const peer = (grant: Grant): Peer => ({ since: 0, grant, send: (frame) => void frames[grant.role]!.push(frame), close: () => undefined });
  const peers = [peer(OWN), peer(VIEW)];
  const ports: RoomPorts = {
    store: rows,
    core: (): Core => Object.assign(instantiate(module), { newDriver: () => fake as unknown as Driver }),
    peers: () => peers,
    now: () => 1000,
    random,
    outside: { key: () => KEY, hosts: [new URL(provider.origin).host], sleep, fetch },
  };
  return { room: new Room(ports), given, frames, rows, peer };
}

describe('what a model may not do unasked', () => {
  const question: Effect = { id: 7, kind: 'ask.tool', agent: API, question: 'May @api use it?', tool: { arguments: '{}', name: 'Write' } };

  it('is asked of the owner, who alone answers, once', () => {
    const { room, given, frames, peer } = scripted([question]);
    put(room);
    const waiting = (): { ask: string; agent: string; question: string }[][] => frames['own']!.flatMap((frame) => (frame.type === 'asks' ? [frame.asks as never] : []));
    const [asked] = waiting()[0]!;
    assert(asked);
    assert.deepEqual([asked.agent, asked.question], [API, 'May @api use it?']);
    assert(!frames['view']!.some(({ type }) => type === 'asks'));
    const late: Peer = { ...peer(OWN), grant: null };
    room.enter(late, OWN.key, -1);
    assert.deepEqual(waiting(), [[asked], [asked]], 'who comes later is asked too');
    const allow = (key: string, ask: string): number => room.ask({ kind: 'allow', key, ask, allowed: true }).status;
    assert.deepEqual([allow(VIEW.key, asked.ask), allow(OWN.key, 'another'), given.length], [403, 404, 0]);
    assert.deepEqual([allow(OWN.key, asked.ask), allow(OWN.key, asked.ask)], [200, 404]);
    assert.deepEqual(given, [{ id: 7, allowed: true }]);
    assert.deepEqual(waiting().at(-1), [], 'every tab of the owner is told');
  });

  it('is asked no more when the driver wants no answer, or the seats are taken back', () => {
    const { room, given, frames } = scripted([question, { id: 8, kind: 'effect.cancel', cancels: 7 }, { ...question, id: 9 }]);
    put(room);
    assert.deepEqual(given, [{ id: 7, allowed: false }]);
    const waiting = (): number[] => frames['own']!.flatMap((frame) => (frame.type === 'asks' ? [frame.asks.length] : []));
    assert.deepEqual(waiting(), [1, 0, 1]);
    room.ask({ kind: 'put cast', key: OWN.key, cast: null });
    assert.deepEqual(waiting(), [1, 0, 1, 0]);
  });
});

describe('bytes that models and tools make', () => {
  const bytes = new TextEncoder().encode('harbour');
  const hash = core.sha256(bytes);
  const put1: Effect = { id: 4, kind: 'blob.put', agent: API, hash, media: 'image/png', data: 'aGFyYm91cg==' };

  it('are kept once, and given to who may look', () => {
    const { room, given, rows } = scripted([put1, { ...put1, id: 5 }]);
    put(room);
    assert.deepEqual(given, [{ id: 4, outcome: 'ok' }, { id: 5, outcome: 'ok' }]);
    assert.equal(rows.blobsSize(), 7);
    const ask = (key: string, wanted: string): Answer => room.ask({ kind: 'blob', key, hash: wanted });
    assert.deepEqual(ask(VIEW.key, hash), { status: 200, body: { hash, media: 'image/png', bytes } });
    assert.deepEqual([ask('another', hash).status, ask(VIEW.key, '0'.repeat(64)).status], [404, 404]);
  });

  it('are bounded, all together', () => {
    const rows = rowsOf();
    rows.putBlob({ hash: 'x', media: 'image/png', bytes: new Uint8Array(64 * 1024 * 1024 - 6) });
    const { room, given } = scripted([put1], rows);
    put(room);
    assert.deepEqual([given, rows.made.size], [[{ id: 4, outcome: 'full' }], 1]);
  });
});

describe('words of an answer that is not whole', () => {
  const words = (text: string, offset: number): Effect => ({ id: 1, kind: 'partial.put', agent: API, start: 5, offset, text });

  it('are kept in one row, shown to who comes, and begin anew at 0', () => {
    const { room, rows, frames, peer } = scripted([words('One ', 0), words('two', 4), words('Anew', 0)]);
    put(room);
    assert.deepEqual(rows.partials(), [{ start: 5, agent: API, text: 'Anew' }]);
    room.enter({ ...peer(VIEW), grant: null }, VIEW.key, -1);
    assert.deepEqual(frames['view']!.filter(({ type }) => type === 'partials'), [{ type: 'partials', partials: rows.partials() }]);
    const { room: other, rows: kept } = scripted([words('One ', 0), words('two', 4)]);
    put(other);
    assert.equal(kept.partials()[0]?.text, 'One two');
  });

  it('are bounded', () => {
    const { room, rows } = scripted([words('x'.repeat(1024 * 1024), 0), words('y', 1024 * 1024)]);
    put(room);
    assert.equal(rows.partials()[0]?.text.length, 1024 * 1024);
  });
});

describe('a room that cannot play on', () => {
  it('pauses its quest with one sentence', () => {
    const { room, rows } = scripted([{ id: 1, kind: 'tool.run' }]);
    put(room);
    assert.deepEqual(types(rows), ['create', 'pause']);
    const quest = core.openQuest(`${rows.lines(-1).join('\n')}\n`);
    assert.equal((quest.event(1).data as { reason: string }).reason, 'The room stopped playing: something failed in the worker.');
    quest.close();
  });

  it('tries again by its alarm when not even that can be written', () => {
    const rows = rowsOf();
    const { room } = scripted([], rows);
    put(room);
    const { room: again } = scripted([{ id: 1, kind: 'tool.run' }], rows);
    rows.fail = true;
    again.ask({ kind: 'view', key: OWN.key });
    assert.equal(rows.alarms.at(-1), 1000 + 15_000);
    assert.deepEqual(types(rows), ['create']);
  });
});

describe('a request to a provider', () => {
  it('has its key taken out of what comes back, wherever the bytes are split', async () => {
    const text = 'pl plan planted- planted-keplanted-keyplanted-key planted-ke';
    const pieces: Uint8Array[] = [];
    const ended = Promise.withResolvers<unknown[]>();
    let headers: readonly unknown[] = [];
    const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
      start: (to) => {
        for (const letter of text) to.enqueue(new TextEncoder().encode(letter));
        to.close();
      },
    });
    const ports = { fetch: () => Promise.resolve(new Response(body, { headers: { 'x-says': `no ${KEY}` } })), sleep };
    const blank = core.newBlank(KEY);
    await ask(ports, { method: 'POST', url: 'https://x.example/', headers: [] }, { key: KEY, blank }, new AbortController().signal, {
      head: (_, all) => void (headers = all),
      bytes: (bytes) => void pieces.push(bytes),
      end: (...how) => ended.resolve(how),
    });
    assert.deepEqual(await ended.promise, ['complete']);
    assert.equal(Buffer.concat(pieces).toString(), text.replaceAll(KEY, '[key]'));
    assert.deepEqual(headers, [{ name: 'x-says', value: 'no [key]' }]);
    assert.throws(() => blank.rest(), /closed/);
  });

  it('that fails has no key in its words, and gives what was held back', async () => {
    const pieces: Uint8Array[] = [];
    const ended = Promise.withResolvers<unknown[]>();
    const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
      start: (to) => to.enqueue(new TextEncoder().encode('so plant')),
      pull: (to) => to.error(new Error(`lost with ${KEY}`)),
    }, { highWaterMark: 0 });
    const ports = { fetch: () => Promise.resolve(new Response(body)), sleep };
    await ask(ports, { method: 'POST', url: 'https://x.example/', headers: [] }, { key: KEY, blank: core.newBlank(KEY) }, new AbortController().signal, {
      head: () => undefined,
      bytes: (bytes) => void pieces.push(bytes),
      end: (...how) => ended.resolve(how),
    });
    assert.deepEqual(await ended.promise, ['cut', 'lost with [key]']);
    assert.equal(Buffer.concat(pieces).toString(), 'so plant');
  });

  it('that gets no byte for two minutes is over', async () => {
    let time = 0;
    const waits: (() => void)[] = [];
    const ended = Promise.withResolvers<unknown[]>();
    const fetched = (_: string, { signal }: RequestInit): Promise<Response> => new Promise((_, fail) => signal!.addEventListener('abort', () => fail(new Error('aborted'))));
    const ports = { fetch: fetched, sleep: (ms: number) => ((time += ms), new Promise<void>((done) => void waits.push(done))) };
    void ask(ports, { method: 'POST', url: 'https://x.example/', headers: [] }, undefined, new AbortController().signal, { head: () => assert.fail(), bytes: () => assert.fail(), end: (...how) => ended.resolve(how) });
    while (waits.length > 0) {
      waits.shift()!();
      await Promise.resolve();
    }
    assert.deepEqual(await ended.promise, ['cut', 'Nothing came for 120 s.']);
    assert.equal(time, SILENCE);
  });
});
