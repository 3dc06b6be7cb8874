import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { Command, Core, QuestCommand } from '@questline/core';
import { loadCore } from '@questline/core/node';
import { Session, type SessionEvents } from '../src/app/session.ts';
import type { Sent } from '../src/app/writer.ts';
import type { Clock } from '../src/ports/clock.ts';
import type { Lease } from '../src/ports/lock.ts';
import type { AppendOutcome } from '../src/ports/storage.ts';

let core: Core;
before(async () => {
  core = await loadCore();
});

const instant: Clock = { now: () => 1763712000000, sleep: () => Promise.resolve() };
/** Time stands still: what waits goes on only when it is woken. */
const frozen: Clock = { now: instant.now, sleep: (_, signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true })) };
/** Nobody is played by a model. */
const silent = { http: { send: () => assert.fail('a model was asked') }, frame: () => Promise.resolve(), keyOf: () => null };
let seed = 0;
const entropy = { bytes: (n: number) => Uint8Array.from({ length: n }, () => (seed = (seed * 75 + 74) % 65537) & 255) };

/** A store that keeps lines as the browser does, and can go away before or after any write. */
class Store {
  kept: string[] = [];
  writes = 0;
  die: { at: number; when: 'before' | 'after' } | null = null;
  onDeath: () => void = () => {};
  foreign: (() => void) | null = null; // what another tab writes just before

  async append(_: string, n: number, lines: readonly string[]): Promise<AppendOutcome> {
    this.foreign?.();
    this.foreign = null;
    const mine = this.writes++;
    if (this.die?.at === mine && this.die.when === 'before') return this.#gone();
    if (this.kept.length !== n) return 'conflict';
    this.kept.push(...lines.map((line) => line.replace(/\n$/, '')));
    if (this.die?.at === mine) return this.#gone();
    return 'ok';
  }

  /** The page is gone: nobody ever hears of this write again. */
  #gone(): Promise<never> {
    this.onDeath();
    return new Promise(() => {});
  }

  async lines(_: string, from: number): Promise<string[]> {
    return this.kept.slice(from);
  }

  get log(): string {
    return this.kept.map((line) => `${line}\n`).join('');
  }
}

const CREATE: Command = {
  type: 'create',
  by: '@owner',
  agents: ['@lead', '@api', '@db'],
  mission: 'Add sign-in',
  seats: ['@lead', '@api', '@db'].map((id) => [id, 'rehearsal']),
  tasks: [
    { id: 'T1', title: 'Contract', to: '@api' },
    { id: 'T2', title: 'Schema', to: '@db' },
    { id: 'T3', title: 'Check both', to: '@api', after: ['T1', 'T2'] },
  ],
};

/** A store with a quest that was approved. */
function approved(): Store {
  const store = new Store();
  const quest = core.openQuest();
  for (const command of [CREATE, { type: 'approve', by: '@owner' } satisfies QuestCommand]) {
    const { line } = quest.decide(command, instant.now(), entropy.bytes(32));
    assert.ok(line !== undefined);
    quest.append(line);
    store.kept.push(line.replace(/\n$/, ''));
  }
  quest.close();
  return store;
}

interface Tab {
  session: Session;
  done: Promise<void>;
  told: number[];
  stopped: unknown[];
}

function openTab(store: Store, changed: () => void = () => {}, clock: Clock = instant): Tab {
  const quest = core.openQuest(store.log);
  const told: number[] = [];
  const stopped: unknown[] = [];
  const lease: Lease = { lost: new Promise(() => {}), release: () => {} };
  const events: SessionEvents = { changed, deltas: () => {}, asks: () => {}, made: () => {}, waits: () => {}, stopped: (why) => stopped.push(why) };
  const tabs = { send: (message: { kind: string; n?: number }) => void (message.kind === 'event' && told.push(message.n ?? -1)) };
  const session = new Session({ storage: store, clock, entropy, tabs, ...silent }, 'q', quest, core.newDriver(quest), null, lease, () => 0, events);
  return { session, done: session.run(), told, stopped };
}

test('a quest runs to its end, and what is stored is what was executed', async () => {
  const store = approved();
  const tab = openTab(store);
  await tab.done;
  assert.deepEqual(tab.stopped, []);
  assert.equal(tab.session.quest.view().status, 'completed');
  assert.equal(tab.session.quest.log(), store.log);
  assert.deepEqual(tab.told, store.kept.slice(2).map((_, i) => i + 2), 'each event is told once, after it was stored');
  assert.equal(core.verify(store.log).complete, 'terminal');
});

test('a page that goes away at any write, before or after it, loses no stored event and makes none twice', async () => {
  const start = approved().kept; // the same quest each time: what the rehearsal does depends on its name
  const copy = (): Store => Object.assign(new Store(), { kept: [...start] });
  const whole = copy();
  await openTab(whole).done;
  const { writes } = whole;
  assert.ok(writes > 8);
  for (let at = 0; at < writes; at += 1) {
    for (const when of ['before', 'after'] as const) {
      const store = copy();
      store.die = { at, when };
      const gone = new Promise<void>((resolve) => {
        store.onDeath = resolve;
      });
      const first = openTab(store);
      await gone;
      const kept = [...store.kept];
      assert.equal(kept.length, 2 + at + (when === 'after' ? 1 : 0));
      assert.ok(first.told.length <= at, 'what is not acknowledged is told to nobody');
      store.die = null;
      const second = openTab(store);
      await second.done;
      assert.deepEqual(store.kept.slice(0, kept.length), kept);
      const verdict = core.verify(store.log);
      assert.deepEqual([verdict.intact, verdict.legal, verdict.complete], ['yes', 'yes', 'terminal'], `${when} write ${at}`);
      for (const { session } of [first, second]) {
        session.close();
        session.quest.close();
      }
    }
  }
});

test('the owner pauses in the middle: nothing more is written until the owner resumes', async () => {
  const store = approved();
  let pause: Promise<Sent> | null = null;
  const tab = openTab(store, () => {
    if (store.kept.length >= 5 && pause === null) pause = tab.session.command({ by: '@owner', type: 'pause' });
  });
  while (pause === null) await new Promise(setImmediate);
  assert.ok('n' in (await pause));
  for (let i = 0; i < 20; i += 1) await new Promise(setImmediate);
  assert.equal(tab.session.quest.view().status, 'paused');
  const { length } = store.kept;
  for (let i = 0; i < 20; i += 1) await new Promise(setImmediate);
  assert.equal(store.kept.length, length);
  assert.ok('n' in (await tab.session.command({ by: '@owner', type: 'resume' })));
  await tab.done;
  assert.equal(tab.session.quest.view().status, 'completed');
  assert.equal(core.verify(store.log).legal, 'yes');
});

test('the owner moves while an event waits for its time: that event is thought over', async () => {
  const store = approved();
  const tab = openTab(store, () => {}, frozen);
  for (const type of ['pause', 'resume', 'pause', 'resume', 'abort'] as const) assert.ok('n' in (await tab.session.command({ by: '@owner', type })));
  await tab.done;
  assert.deepEqual(tab.stopped, []);
  assert.equal(tab.session.quest.view().status, 'aborted');
  assert.equal(tab.session.quest.log(), store.log);
  assert.equal(core.verify(store.log).legal, 'yes');
});

test('a refusal is an answer: nothing is stored, and the state is the same', async () => {
  const store = approved();
  const quest = core.openQuest(store.log);
  const tab = openTab(store);
  const before = quest.state().hash;
  const first = store.kept.length;
  const sent = await tab.session.command({ by: '@db', type: 'message', to: ['@lead'], msg: 'Me first.' });
  assert.equal('refusal' in sent && sent.refusal.code, 'not_your_turn');
  await tab.done;
  const replay = core.openQuest(`${store.kept.slice(0, first).join('\n')}\n`);
  assert.equal(replay.state().hash, before);
  assert.equal(store.kept.some((line) => line.includes('Me first.')), false);
});

test('an event that another tab stored first is taken in, and the quest goes on from it', async () => {
  const store = approved();
  const other = core.openQuest(store.log);
  store.foreign = () => {
    const { line } = other.decide({ by: '@owner', type: 'pause' }, instant.now(), entropy.bytes(32));
    assert.ok(line !== undefined);
    store.kept.push(line.replace(/\n$/, ''));
  };
  const tab = openTab(store);
  for (let i = 0; i < 50; i += 1) await new Promise(setImmediate);
  assert.equal(tab.session.quest.view().status, 'paused');
  assert.ok('n' in (await tab.session.command({ by: '@owner', type: 'resume' })));
  await tab.done;
  assert.equal(core.verify(store.log).legal, 'yes');
  assert.equal(tab.session.quest.log(), store.log);
});
