import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Timekeeper } from '../src/app/timekeeper.ts';
import type { Clock } from '../src/ports/clock.ts';

/** Time that passes when it is told to, also while everybody sleeps. */
class Hand implements Clock {
  at = 1000;
  naps: { until: number; wake: () => void }[] = [];

  now(): number {
    return this.at;
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((wake) => {
      this.naps.push({ until: this.at + ms, wake });
      signal.addEventListener('abort', () => wake(), { once: true });
    });
  }

  /** The clock goes on; timers of a device that slept come late. */
  async pass(ms: number, slept = false): Promise<void> {
    this.at += ms;
    if (!slept) {
      const ripe = this.naps.filter(({ until }) => until <= this.at);
      this.naps = this.naps.filter(({ until }) => until > this.at);
      for (const { wake } of ripe) wake();
    }
    await new Promise(setImmediate);
  }
}

function keeper(due: number | undefined) {
  const clock = new Hand();
  const quest = { due };
  const ticks: number[] = [];
  const time = new Timekeeper(clock, () => quest.due, () => {
    ticks.push(clock.at);
    quest.due = undefined;
  });
  time.look();
  return { clock, quest, ticks, time };
}

test('ticks once when it is due, and not before', async () => {
  const { clock, ticks } = keeper(6000);
  await clock.pass(4999);
  assert.deepEqual(ticks, []);
  await clock.pass(1);
  await clock.pass(60_000);
  assert.deepEqual(ticks, [6000]);
});

test('nothing due: no timer and no tick', async () => {
  const { clock, ticks } = keeper(undefined);
  await clock.pass(1e9);
  assert.deepEqual([ticks, clock.naps], [[], []]);
});

test('a limit that moves is waited for where it went', async () => {
  const { clock, quest, ticks, time } = keeper(6000);
  await clock.pass(3000);
  quest.due = 9000;
  time.look();
  await clock.pass(4000);
  assert.deepEqual(ticks, []);
  quest.due = undefined; // paused
  time.look();
  await clock.pass(90_000);
  assert.deepEqual(ticks, []);
  quest.due = clock.at + 10;
  time.look();
  await clock.pass(10);
  assert.equal(ticks.length, 1);
});

test('a device that slept ticks once, as soon as it is looked at', async () => {
  const { clock, ticks, time } = keeper(6000);
  await clock.pass(8 * 3600_000, true);
  assert.deepEqual(ticks, []);
  time.look();
  time.look();
  await clock.pass(60_000);
  assert.deepEqual(ticks, [8 * 3600_000 + 1000]);
});

test('a far limit is looked at now and then, and a keeper that is closed ticks no more', async () => {
  const { clock, ticks, time } = keeper(1000 + 90 * 86_400_000);
  await clock.pass(15_000);
  assert.equal(clock.naps.length, 1, 'a nap, not 90 days in one');
  time.close();
  await clock.pass(91 * 86_400_000);
  assert.deepEqual(ticks, []);
});
