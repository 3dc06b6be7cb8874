import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CoreError, instantiate } from '../src/index.ts';
import { loadModule } from '../src/node.ts';

const core = instantiate(await loadModule());
const KEY = 'aab-aaab-key';
const encoder = new TextEncoder();

function through(key: string, pieces: readonly string[]): string {
  const blank = core.newBlank(key);
  const told = pieces.map((piece) => blank.bytes(encoder.encode(piece)));
  const all = Buffer.concat([...told, blank.rest()]).toString();
  blank.close();
  return all;
}

test('a key is taken out of bytes, however they are cut', () => {
  const text = `It is ${KEY}, and ${KEY}${KEY}, aa${KEY} aab-aaab-ke`;
  const wanted = text.replaceAll(KEY, '[key]');
  for (let at = 0; at <= text.length; at += 1)
    for (let to = at; to <= text.length; to += 3) assert.equal(through(KEY, [text.slice(0, at), text.slice(at, to), text.slice(to)]), wanted);
  assert.equal(through('word', ['a word']), 'a word');
});

test('what was told once stays as it was told', () => {
  const blank = core.newBlank(KEY);
  const first = blank.bytes(encoder.encode('first'));
  blank.bytes(encoder.encode('other'));
  assert.equal(Buffer.from(first).toString(), 'first');
  assert.equal(blank.text(`no ${KEY}`), 'no [key]');
});

test('a chunk that is larger than what an instance keeps at hand', () => {
  const blank = core.newBlank(KEY);
  const none = core.newBlank('');
  const text = `${'x'.repeat(3_000_000)}${KEY}${'y'.repeat(3_000_000)}`;
  assert.equal(Buffer.from(blank.bytes(encoder.encode(text))).toString(), text.replace(KEY, '[key]'));
  assert.equal(Buffer.from(none.bytes(encoder.encode(text))).toString(), text);
  assert.equal(none.text(text), text);
});

test('a blank that is closed says so', () => {
  const blank = core.newBlank(KEY);
  blank.close();
  assert.throws(() => blank.rest(), (error) => error instanceof CoreError && error.status === 'QL_ERR_HANDLE');
});

test('bytes one by one cost as much each, however many there are', () => {
  const one = encoder.encode('a');
  const time = (count: number): number => {
    const blank = core.newBlank(KEY);
    const start = performance.now();
    for (let i = 0; i < count; i++) blank.bytes(one);
    const took = performance.now() - start;
    blank.close();
    return took;
  };
  time(1 << 16); // it is compiled then
  let ratio = Infinity;
  for (let i = 0; i < 5 && ratio > 6; i++) ratio = Math.min(ratio, time(1 << 20) / time(1 << 18));
  assert(ratio <= 6, `four times the bytes take ${ratio} times as long`);
});
