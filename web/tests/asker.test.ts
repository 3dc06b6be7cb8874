import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { Core, HttpRequest, SeatDelta } from '@questline/core';
import { loadCore } from '@questline/core/node';
import { Asker } from '../src/app/asker.ts';
import { base64url } from '../src/app/bytes.ts';
import { playersFor, playersOf, whoPlays } from '../src/app/cast.ts';
import { Drafts } from '../src/app/drafts.ts';
import { seal, unseal } from '../src/ports/seal.ts';
import type { Answering } from '../src/ports/http.ts';

let core: Core;
before(async () => {
  core = await loadCore();
});

const NOW = 1763712000000;
const clock = { now: () => NOW, sleep: (_: number, signal: AbortSignal) => new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true })) };

interface Sent {
  request: HttpRequest;
  key: string | null;
  signal: AbortSignal;
  answering: Answering;
}

/** A conversation with one model, at a provider that this test plays by hand. */
function conversation(keyOf: (slot: string, url: string) => string | null | Promise<string | null> = () => 'k') {
  const roster = core.newRoster();
  roster.add('lead.md', '---\nname: lead\ndescription: Leads\n---\n\nYou lead.\n');
  const quest = core.openQuest();
  const request = { agent: '@lead', mode: 'normal' as const, text: 'Hello', players: [{ agent: '@lead', provider: 'anthropic', model: 'm' }] };
  const driver = core.newDriver(quest, { roster, request });
  const sent: Sent[] = [];
  const heard: SeatDelta[] = [];
  const frames: (() => void)[] = [];
  const ports = { clock, keyOf, frame: () => new Promise<void>((resolve) => frames.push(resolve)), http: { send: (request: HttpRequest, key: string | null, signal: AbortSignal, answering: Answering) => void sent.push({ request, key, signal, answering }) } };
  const asker = new Asker(ports, driver, { deltas: (deltas) => heard.push(...deltas), asks: () => {}, failed: (error) => assert.fail(String(error)) });
  return { driver, asker, sent, heard, frames };
}

const encoder = new TextEncoder();
const event = (data: object & { type: string }): Uint8Array => encoder.encode(`event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`);
const begin = event({ type: 'message_start', message: { id: 'a', type: 'message', role: 'assistant', model: 'm', content: [], stop_reason: null, stop_sequence: null, usage: { input_tokens: 1, output_tokens: 1 } } } as never);
const open = event({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } } as never);
const text = (words: string): Uint8Array => event({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: words } } as never);
const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('a request goes with its key, its words are told once a frame, and the answer is the driver’s', async () => {
  const { driver, asker, sent, heard, frames } = conversation();
  assert.equal(asker.perform(driver.next(NOW)), true);
  await tick();
  const [one] = sent;
  assert.equal(one?.key, 'k');
  assert.equal(one.request.secret?.header, 'x-api-key');
  assert.equal(JSON.stringify(one.request).includes('"k"'), false, 'the request itself does not hold it');
  assert.equal(driver.next(NOW).kind, 'wait');
  const woken = asker.wait();
  one.answering.head(200, [{ name: 'content-type', value: 'text/event-stream' }]);
  await woken;
  for (const bytes of [begin, open, text('Hel'), text('lo')]) one.answering.bytes(bytes);
  assert.equal(frames.length, 1, 'one frame for all of them');
  assert.equal(heard.length, 0);
  frames[0]?.();
  await tick();
  assert.equal(heard.flatMap(({ delta }) => delta?.text ?? []).join(''), 'Hello');
  for (const bytes of [event({ type: 'content_block_stop', index: 0 } as never), event({ type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: 2 } } as never), event({ type: 'message_stop' })]) one.answering.bytes(bytes);
  const ended = asker.wait();
  frames[1]?.();
  await ended;
  const cancel = driver.next(NOW);
  assert.equal(cancel.kind, 'effect.cancel', 'nobody waits for what an open connection may still bring');
  asker.perform(cancel);
  assert.equal(one.signal.aborted, true);
  one.answering.end('cancelled');
  assert.equal(asker.open, 0);
  const answer = driver.next(NOW);
  assert.deepEqual([answer.kind, answer.answer], ['answer', 'Hello']);
});

test('who closes hears nothing more, and what is under way is ended', async () => {
  const { driver, asker, sent, heard } = conversation();
  asker.perform(driver.next(NOW));
  await tick();
  const [one] = sent;
  one?.answering.head(200, [{ name: 'content-type', value: 'text/event-stream' }]);
  for (const bytes of [begin, open, text('Half of')]) one?.answering.bytes(bytes);
  asker.close();
  assert.equal(one?.signal.aborted, true);
  one?.answering.end('cancelled');
  assert.equal(heard.length, 0);
});

test('what stands still is looked at once more, a second after its last bytes', async () => {
  const { driver, sent, frames } = conversation();
  const sleeps: { ms: number; wake: () => void }[] = [];
  const later = { now: () => NOW, sleep: (ms: number) => new Promise<void>((resolve) => sleeps.push({ ms, wake: resolve })) };
  const http = { send: (request: HttpRequest, key: string | null, signal: AbortSignal, answering: Answering) => void sent.push({ request, key, signal, answering }) };
  const asker = new Asker({ clock: later, keyOf: () => 'k', frame: () => new Promise<void>((resolve) => frames.push(resolve)), http }, driver, { deltas: () => {}, asks: () => {}, part: () => Promise.resolve(), failed: (error) => assert.fail(String(error)) });
  asker.perform(driver.next(NOW));
  await tick();
  const { answering } = sent[0] ?? assert.fail('nothing was sent');
  answering.head(200, [{ name: 'content-type', value: 'text/event-stream' }]);
  const grow = async (words: string): Promise<void> => {
    answering.bytes(text(words));
    frames.at(-1)?.();
    await tick();
  };
  answering.bytes(begin);
  answering.bytes(open);
  await grow('Hel');
  assert.deepEqual(sleeps.map(({ ms }) => ms), [1000]);
  await grow('lo');
  assert.equal(sleeps.length, 1, 'one look at a time');
  for (const looks of [2, 2]) {
    const roused = asker.wait();
    sleeps.at(-1)?.wake();
    await roused;
    assert.equal(sleeps.length, looks, 'bytes that came during the first are looked at once more, and then nothing is left');
  }
  asker.close();
});

test('a request waits for its key, and is not sent when it was ended meanwhile', async () => {
  let give: (key: string | null) => void = () => {};
  const { driver, asker, sent } = conversation(() => new Promise((resolve) => (give = resolve)));
  asker.perform(driver.next(NOW));
  await tick();
  assert.equal(sent.length, 0);
  give('late');
  await tick();
  assert.equal(sent[0]?.key, 'late');
  const other = conversation(() => new Promise(() => {}));
  other.asker.perform(other.driver.next(NOW));
  other.asker.close();
  await tick();
  assert.equal(other.sent.length, 0);
});

test('a key is opened by its passphrase alone, and only in its own place', async () => {
  const sealed = await seal('sk-secret', 'openai', 'four words of mine');
  assert.deepEqual([sealed.kdf, sealed.hash, sealed.iterations, sealed.cipher, sealed.salt.length, sealed.iv.length], ['PBKDF2', 'SHA-256', 600_000, 'AES-GCM', 16, 12]);
  assert.equal(base64url(sealed.data).includes(base64url(encoder.encode('sk-secret'))), false);
  assert.equal(await unseal(sealed, 'openai', 'four words of mine'), 'sk-secret');
  assert.equal(await unseal(sealed, 'openai', 'four words of mind'), null);
  assert.equal(await unseal(sealed, 'anthropic', 'four words of mine'), null);
  const turned = sealed.data.slice();
  turned[0] = (turned[0] ?? 0) ^ 1;
  assert.equal(await unseal({ ...sealed, data: turned }, 'openai', 'four words of mine'), null);
});

test('who plays whom', () => {
  const cast = { models: [{ id: 'm1', provider: 'openai', model: 'big' }, { id: 'm2', provider: 'ollama', model: '' }], all: 'm1', agents: { '@a': 'human', '@b': 'm2', '@c': 'rehearsal', '@d': 'gone' } };
  assert.deepEqual(['@a', '@b', '@c', '@d', '@e'].map((agent) => whoPlays(cast, agent)), ['human', 'rehearsal', 'rehearsal', 'rehearsal', 'm1'], 'a model without a name, or that is gone, plays nobody');
  assert.deepEqual(playersOf(cast, ['@a', '@e']), [{ agent: '@e', provider: 'openai', model: 'big' }]);
  const seat = { fence: 0, k: 0, leads: false, status: 'idle', taken: false } as const;
  const seats = [{ ...seat, id: '@c', kind: 'model' as const }, { ...seat, id: '@e', kind: 'rehearsal' as const }];
  assert.deepEqual(playersFor(cast, seats).map(({ agent }) => agent), ['@c'], 'the log says that a model plays: here it is the one for all');
});

test('what is being written is shown as words, also inside of a call', () => {
  const drafts = new Drafts();
  const say = (kind: 'text' | 'thinking' | 'call' | 'arguments', words: string): void => drafts.take([{ agent: '@a', delta: { index: 0, kind, ...(kind === 'call' ? { name: words } : { text: words }) } }]);
  say('thinking', 'Hm.');
  assert.deepEqual(drafts.of('@a'), { doing: 'thinks', tool: '', words: '', size: 3 });
  say('text', 'I begin.');
  say('call', 'quest_respond');
  say('arguments', '{"kind":"completed","msg":"It is \\"do');
  assert.equal(drafts.of('@a')?.words, 'I begin.\n\nIt is "do');
  say('arguments', 'ne\\" \\u00e');
  assert.equal(drafts.of('@a')?.words, 'I begin.\n\nIt is "done" ', 'half of an escape waits for the rest');
  drafts.take([{ agent: '@a' }]);
  assert.equal(drafts.of('@a'), null, 'a new answer begins');
});
