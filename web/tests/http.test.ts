// What a server says of a key is told to nobody in the tab.

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import type { Core, HttpHeader, HttpRequest } from '@questline/core';
import { loadCore } from '@questline/core/node';
import { browserHttp } from '../src/ports/http.ts';

const KEY = 'planted-key';
const request: HttpRequest = { method: 'POST', url: 'https://provider.example/', headers: [], body: '{}', secret: { slot: 's', header: 'authorization', prefix: 'Bearer ' } };
const fetched = globalThis.fetch;
afterEach(() => void (globalThis.fetch = fetched));

interface Told {
  status: number;
  headers: HttpHeader[];
  text: string;
  end: readonly unknown[];
}

/** All that is told of an answer; cores are made one after the other. */
function ask(cores: () => ReturnType<typeof loadCore>, key: string | null, answer: (init: RequestInit) => Promise<Response>): Promise<Told> {
  globalThis.fetch = (_, init) => answer(init ?? {});
  const pieces: Uint8Array[] = [];
  const told: Told = { status: 0, headers: [], text: '', end: [] };
  return new Promise((done) =>
    browserHttp(cores).send(request, key, new AbortController().signal, {
      head: (status, headers) => Object.assign(told, { status, headers }),
      bytes: (bytes) => void pieces.push(bytes),
      end: (...end) => done({ ...told, text: Buffer.concat(pieces).toString(), end }),
    }),
  );
}

function streamed(pieces: readonly string[], headers: Record<string, string> = {}): Response {
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start: (to) => {
      for (const piece of pieces) to.enqueue(new TextEncoder().encode(piece));
      to.close();
    },
  });
  return new Response(body, { status: 401, headers });
}

test('the key goes along, and comes back in no byte and no header', async () => {
  let sent: string | null = null;
  const told = await ask(loadCore, KEY, async ({ headers }) => {
    sent = new Headers(headers).get('authorization');
    return streamed(['You sent plan', 'ted-key, planted-k', 'eyplanted-ke'], { 'x-says': `no ${KEY}` });
  });
  assert.equal(sent, `Bearer ${KEY}`);
  assert.deepEqual([told.status, told.text, told.end], [401, 'You sent [key], [key]planted-ke', ['complete']]);
  assert.equal(told.headers.find(({ name }) => name === 'x-says')?.value, 'no [key]');
});

test('nor does it in words of what went wrong', async () => {
  const told = await ask(loadCore, KEY, () => Promise.reject(new Error(`no way with ${KEY}`)));
  assert.deepEqual(told.end, ['cut', 'no way with [key]']);
});

test('without a key all is told as it comes, and no core is made', async () => {
  const told = await ask(() => assert.fail('a core is made'), null, () => Promise.resolve(streamed([`so ${KEY}`])));
  assert.deepEqual([told.text, told.end], [`so ${KEY}`, ['complete']]);
});

test('without a core nothing is sent, and with one that breaks nothing is told', async () => {
  const none = await ask(() => Promise.reject(new Error('It is not there.')), KEY, () => assert.fail('it is sent'));
  assert.deepEqual(none.end, ['cut', 'It is not there.']);
  const breaks = (): never => assert.fail('it breaks');
  const blank = { bytes: breaks, rest: breaks, text: breaks, close: () => undefined };
  const core = { broken: false, newBlank: () => blank } as unknown as Core;
  const broken = await ask(() => Promise.resolve(core), KEY, () => Promise.resolve(streamed([KEY])));
  assert.deepEqual([broken.text, broken.end], ['', ['cut', 'What came could not be read here.']]);
});

test('after one that broke another is made', async () => {
  const [first, second] = await Promise.all([loadCore(), loadCore()]);
  const cores = [first, second];
  let broken = false;
  Object.defineProperty(first, 'broken', { get: () => broken });
  const http = browserHttp(() => Promise.resolve(cores.shift() ?? assert.fail('a third one is made')));
  const once = (): Promise<string> => {
    globalThis.fetch = () => Promise.reject(new Error(KEY));
    return new Promise((done) => http.send(request, KEY, new AbortController().signal, { head: () => undefined, bytes: () => undefined, end: (_, problem = '') => done(problem) }));
  };
  assert.deepEqual([await once(), await once(), cores.length], ['[key]', '[key]', 1]);
  broken = true;
  assert.deepEqual([await once(), await once(), cores.length], ['[key]', '[key]', 0]);
});
