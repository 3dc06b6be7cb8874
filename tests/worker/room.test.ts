/* The room and the handler without a platform: what a real one does only on a bad day. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Core, InstanceBroken, instantiate } from '@questline/core';
import { loadCore, loadModule } from '@questline/core/node';
import { begin } from '../../worker/src/founding.ts';
import { createHandler } from '../../worker/src/handler.ts';
import type { Ports } from '../../worker/src/ports.ts';
import { type Frame, type Grant, type Peer, Room, type Row } from '../../worker/src/room.ts';
import { API, LEAD, create } from './client.ts';
import { Memory } from './memory.ts';

const module = await loadModule();
const core = await loadCore();
const NOWHERE = { fetch: () => Promise.reject(new Error('nobody is asked here')), sleep: () => new Promise<void>(() => undefined), key: () => undefined, hosts: [] };
const OWN: Grant = { key: 'own-key', role: 'own', agent: null };
const random = (count: number): Uint8Array => crypto.getRandomValues(new Uint8Array(count));

function founded(instance: () => Core = () => instantiate(module), extra: object = {}) {
  const store = new Memory();
  const heard: Frame[] = [];
  const peer: Peer = { since: 0, grant: OWN, send: (frame) => void heard.push(frame), close: () => undefined };
  const clock = { now: 1 };
  const open = (): Room => new Room({ store, core: instance, peers: () => [peer], now: () => clock.now, random, outside: NOWHERE });
  const room = open();
  const begun = begin(core, { command: create(extra) as never }, 1, random(32));
  assert('log' in begun);
  assert.equal(room.found(begun.log, [OWN]).status, 201);
  const view = (): { n: number; view: { state_hash: string } } => room.ask({ kind: 'view', key: OWN.key }).body as never;
  const say = (msg: string) => room.ask({ kind: 'command', key: OWN.key, command: { type: 'message', by: LEAD, to: [API], msg } });
  return { store, heard, room, view, say, clock, open };
}

const type = ({ line }: Row): string => (JSON.parse(line) as { e: { t: string } }).e.t;

describe('a room', () => {
  it('tells nobody of an event that could not be stored, and is as before', () => {
    const { store, heard, view, say } = founded();
    const before = view();
    store.fail = true;
    assert.throws(() => say('Lost?'), /disk full/);
    assert.deepEqual(heard, []);
    assert.deepEqual(view(), before);
    store.fail = false;
    assert.equal(say('Not lost.').status, 200);
    assert.equal(heard.length, 1);
    assert.equal(store.rows.length, 2);
  });

  it('is built again from its rows when the core broke', () => {
    let instances = 0;
    let breaks = false;
    const { view, say } = founded(() => {
      instances++;
      const instance = instantiate(module);
      const open = instance.openQuest.bind(instance);
      instance.openQuest = (log) => {
        const quest = open(log);
        const decide = quest.decide.bind(quest);
        quest.decide = (...args) => {
          if (breaks) throw new InstanceBroken(new Error('trap'));
          return decide(...args);
        };
        return quest;
      };
      return instance;
    });
    const before = view();
    breaks = true;
    assert.throws(() => say('Trap.'), InstanceBroken);
    breaks = false;
    assert.deepEqual(view(), before);
    assert.equal(say('Again.').status, 200);
    assert.equal(instances, 2);
  });

  it('keeps its memory over a refusal and over a command that is none', () => {
    let instances = 0;
    const { room, say } = founded(() => (instances++, instantiate(module)));
    const respond = { type: 'respond', by: API, kind: 'completed', msg: 'Me first.' };
    assert.equal(room.ask({ kind: 'command', key: OWN.key, command: respond }).status, 422);
    assert.equal(room.ask({ kind: 'command', key: OWN.key, command: { type: 'conquer', by: API } }).status, 400);
    assert.equal(say('Go on.').status, 200);
    assert.equal(instances, 1);
  });

  it('answers who reads events from its rows, without executing them', () => {
    let instances = 0;
    const { store, say } = founded();
    say('One.');
    const room = new Room({ store, core: () => (instances++, instantiate(module)), peers: () => [], now: () => 1, random, outside: NOWHERE });
    const { body } = room.ask({ kind: 'events', key: OWN.key, after: 0 });
    assert.deepEqual(body, { lines: [store.rows[1]?.line], head: store.rows[1]?.h });
    assert.equal(instances, 0);
  });

  it('does not blame who asks for rows that do not open', () => {
    const { store } = founded();
    const [row] = store.rows;
    assert(row !== undefined);
    store.rows = [{ ...row, line: row.line.replace('login', 'logon') }];
    const room = new Room({ store, core: () => instantiate(module), peers: () => [], now: () => 1, random, outside: NOWHERE });
    assert.throws(() => room.ask({ kind: 'view', key: OWN.key }), /rows of this quest do not open/);
  });

  it('is founded once', () => {
    const { room, store } = founded();
    assert.equal(room.found(store.lines(-1).join('\n') + '\n', [{ ...OWN, key: 'thief' }]).status, 409);
    assert.deepEqual(store.grants(), [OWN]);
  });
});

describe('the alarm of a room', () => {
  const quick = () => founded(undefined, { deadlines: { turn: 1000 } });
  const own = (room: Room, command: object) => room.ask({ kind: 'command', key: OWN.key, command: { by: '@owner', ...command } as never });

  it('is set for the next limit with the event that moved it, once, and stands still otherwise', () => {
    const { store, room, say, clock } = quick();
    assert.deepEqual(store.alarms, [1001]);
    clock.now = 500;
    say('The turn of the leader goes on.');
    assert.deepEqual(store.alarms, [1001], 'the limit is where it was');
    own(room, { type: 'pause' });
    assert.deepEqual(store.alarms, [1001, null], 'nothing is due while the quest is paused');
    clock.now = 9000;
    own(room, { type: 'resume' });
    assert.deepEqual(store.alarms, [1001, null, 9501], 'what was left is left');
  });

  it('writes one tick when it rings, none when it rings early or again, and tells everybody', () => {
    const { store, room, heard, clock } = quick();
    clock.now = 1000;
    room.ring();
    assert.equal(store.rows.length, 1, 'too early');
    assert.equal(store.alarms.at(-1), 1001);
    clock.now = 5000; // late
    room.ring();
    room.ring();
    assert.deepEqual(store.rows.map(type), ['create', 'tick']);
    assert.equal(store.alarms.at(-1), null, 'the late turn paused the quest');
    assert.deepEqual(heard, [{ type: 'lines', lines: [store.rows[1]?.line] }]);
  });

  it('is kept by a room that is opened again, and lost by none that fails in the middle', () => {
    const { store, clock, open } = quick();
    clock.now = 2000;
    const again = open();
    store.fail = true;
    assert.throws(() => again.ring(), /disk full/);
    assert.deepEqual(store.alarms, [1001]);
    store.fail = false;
    again.ring();
    assert.deepEqual(store.rows.map(type), ['create', 'tick']);
  });

  it('that has not rung yet does not let a late command pass', () => {
    const { store, room, clock, say } = quick();
    clock.now = 1001;
    const { status, body } = say('Too late.');
    assert.deepEqual([status, (body as { refusal: { code: string } }).refusal.code], [422, 'paused']);
    assert.deepEqual(store.rows.map(type), ['create', 'tick']);
    room.ring();
    assert.equal(store.rows.length, 2);
  });

  it('is never set where nothing has a limit', () => {
    const { store, say } = founded();
    say('No hurry.');
    assert.deepEqual(store.alarms.filter((at) => at !== null), []);
    assert.deepEqual(store.rows.map(type), ['create', 'message']);
  });
});

describe('the handler', () => {
  const ports: Ports = {
    room: () => {
      throw new Error('the token is own-key');
    },
    asset: () => Promise.reject(new Error('no site')),
    begin: () => Promise.resolve({ log: '{}\n', id: null, agents: [LEAD] }),
    random,
    secret: 'sixteen letters.',
    version: '0',
  };
  const post = (): Request => new Request('http://localhost/api/quests', { method: 'POST', body: JSON.stringify({ command: create() }) });

  it('says that it has no secret yet, and keeps nothing under a short one', async () => {
    for (const secret of [undefined, '', 'short']) {
      const response = await createHandler({ ...ports, secret } as Ports)(post());
      assert.equal(response.status, 503);
      assert.match(JSON.stringify(await response.json()), /SECRET/);
    }
  });

  it('gives away nothing of what went wrong inside', async () => {
    const response = await createHandler(ports)(post());
    assert.equal(response.status, 500);
    assert.doesNotMatch(await response.text(), /own-key/);
  });
});
