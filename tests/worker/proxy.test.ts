/* What a page is carried to, and what of its request and of the answer gets through. The provider is the loopback server behind an address that only this
   test knows; that the real worker has it switched off is asked of the real worker. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Provider } from '@questline/core';
import { loadCore } from '@questline/core/node';
import { createHandler } from '../../worker/src/handler.ts';
import type { Ports } from '../../worker/src/ports.ts';
import { type ProxyPorts, proxy } from '../../worker/src/proxy.ts';
import { Steps } from '../loopback/script.ts';
import { Loopback } from '../loopback/server.ts';
import { Server, scratch } from './client.ts';

const core = await loadCore();
const SITE = 'https://quests.example';
const BODY = { model: 'loop-small', max_tokens: 99, stream: true, messages: [{ role: 'user', content: 'Zwölf Ämter, 📜.' }] };
let provider: Loopback;
before(async () => {
  provider = await Loopback.start({ key: 'mine' });
});
after(() => provider.stop());

/** The providers of the core; what is sent to Anthropic goes to the loopback server in its place. */
function carrier(): ProxyPorts {
  const providers: Provider[] = core.llmProviders();
  const fetched = (url: string, init: RequestInit): Promise<Response> => {
    assert.match(url, /^https:\/\/api\.anthropic\.com\//);
    return fetch(url.replace('https://api.anthropic.com', provider.url('messages')), init);
  };
  return { providers: () => providers, fetch: fetched };
}

function asked(path: string, init: RequestInit & { headers?: Record<string, string> } = {}): Request {
  return new Request(`${SITE}/api/proxy${path}`, { ...init, headers: { origin: SITE, ...init.headers }, ...(init.body ? { duplex: 'half' } : {}) } as RequestInit);
}

const handle = (request: Request, on = true): Promise<Response> =>
  createHandler({ ...({ secret: 'sixteen letters.', version: '0' } as Ports), ...(on ? { carrier: carrier() } : {}) })(request);

const carried = (headers: Record<string, string> = {}, body: BodyInit = JSON.stringify(BODY)): Request =>
  asked('/anthropic/v1/messages', { method: 'POST', body, headers: { 'content-type': 'application/json', 'anthropic-version': '2023-06-01', 'x-api-key': 'mine', ...headers } });

describe('the proxy', () => {
  it('carries bytes both ways as they are, with the headers that a provider needs and no other', async () => {
    provider.script = () => ({ text: 'Grüße, 📜.' });
    const seen = provider.requests.length;
    const response = await handle(carried({ cookie: 'a=b', referer: `${SITE}/app/`, authorization: 'Bearer capability', 'user-agent': 'page', 'x-forwarded-for': '1.2.3.4', 'anthropic-dangerous-direct-browser-access': 'true' }));
    const through = await response.text();
    const { headers, body, path } = provider.requests[seen]!;
    assert.deepEqual([path, body], ['/v1/messages', JSON.stringify(BODY)]);
    for (const name of ['origin', 'cookie', 'referer', 'authorization', 'x-forwarded-for', 'anthropic-dangerous-direct-browser-access']) assert.equal(headers[name], undefined, name);
    assert.deepEqual([headers['x-api-key'], headers['anthropic-version'], headers['content-type']], ['mine', '2023-06-01', 'application/json']);
    const straight = await fetch(`${provider.url('messages')}/v1/messages`, { method: 'POST', body: JSON.stringify(BODY), headers: { 'content-type': 'application/json', 'x-api-key': 'mine' } });
    const same = (text: string): string => text.replaceAll(/msg_\w+/g, 'msg');
    assert.equal(same(through), same(await straight.text()));
    assert.deepEqual([response.status, response.headers.get('content-type'), response.headers.get('cache-control')], [200, 'text/event-stream; charset=utf-8', 'no-store']);
    assert.match(response.headers.get('request-id') ?? '', /^req_/);
    assert.equal(response.headers.get('access-control-allow-origin'), null);
  });

  it('lets an answer through while it comes', async () => {
    const steps = new Steps();
    provider.script = () => ({ text: 'One word after the other.', pace: steps });
    const reader = (await handle(carried())).body!.getReader();
    steps.go(1);
    assert.match(new TextDecoder().decode((await reader.read()).value), /message_start/);
    assert.equal(provider.open, 1, 'it is not whole yet');
    steps.go(Infinity);
    while (!(await reader.read()).done);
  });

  it('hands on what the provider says against a request, and follows no redirect', async () => {
    provider.script = () => ({ fault: { kind: 'status', status: 429, headers: { 'retry-after': '7', 'set-cookie': 'a=b' } } });
    const busy = await handle(carried());
    assert.deepEqual([busy.status, busy.headers.get('retry-after'), busy.headers.get('set-cookie')], [429, '7', null]);
    await busy.text();
    assert.equal((await handle(carried({ 'x-api-key': 'wrong' }))).status, 401);
    provider.script = () => ({ fault: { kind: 'redirect', to: `${provider.origin}/messages/v1/models` } });
    const seen = provider.requests.length;
    const moved = await handle(carried());
    assert.deepEqual([moved.status, moved.headers.get('location'), provider.requests.length], [307, null, seen + 1]);
  });

  it('is for pages of this site, and for the providers that have an address of their own', async () => {
    const status = async (request: Request, on = true): Promise<number> => (await handle(request, on)).status;
    assert.equal(await status(carried({ origin: 'https://evil.example' })), 403);
    const bare = carried();
    bare.headers.delete('origin');
    assert.equal(await status(bare), 403);
    for (const name of ['ollama', 'compatible', 'nobody', '__proto__']) assert.equal(await status(asked(`/${name}/v1/models`)), 404, name);
    assert.equal(await status(asked('/anthropic/v1/messages', { method: 'DELETE' })), 405);
    assert.equal(await status(carried(), false), 404);
    const own = asked('/anthropic/v1/models?limit=5', { headers: { 'x-api-key': 'mine', 'sec-fetch-site': 'same-origin' } });
    own.headers.delete('origin');
    const list = await handle(own);
    assert.equal(list.status, 200);
    assert.equal(provider.requests.at(-1)?.path, '/v1/models?limit=5');
  });

  it('keeps to the host of the provider, whatever stands behind it', async () => {
    for (const path of ['/anthropic//evil.example/x', '/anthropic/..%2f..%2fx', '/anthropic/@evil.example/', '/anthropic/%2e%2e/v1/messages']) {
      const to: string[] = [];
      const ports: ProxyPorts = { ...carrier(), fetch: (url) => (to.push(url), Promise.resolve(new Response('{}'))) };
      const request = asked(path);
      await proxy(request, new URL(request.url), ports);
      for (const url of to) assert.equal(new URL(url).host, 'api.anthropic.com', path);
    }
  });

  it('ends a body that is too large, said or not, and an answer that takes too long', async () => {
    provider.script = () => ({ fault: { kind: 'hang', at: 'headers' } });
    const limits = { body: 1000, time: 60_000 };
    const through = (request: Request, more = {}): Promise<Response> => proxy(request, new URL(request.url), carrier(), { ...limits, ...more });
    const seen = provider.requests.length;
    assert.equal((await through(carried({ 'content-length': '1001' }, 'x'.repeat(1001)))).status, 413);
    const unsaid = new ReadableStream({
      pull(to) {
        to.enqueue(new TextEncoder().encode('x'.repeat(400)));
      },
    });
    assert.equal((await through(carried({}, unsaid))).status, 413);
    assert.equal(provider.requests.length, seen, 'no model was asked');
    const late = await through(carried(), { time: 50 });
    assert.deepEqual([late.status, /could not be reached/.test(await late.text())], [502, true]);
  });
});

describe('the proxy of a deployment', { timeout: 60_000 }, () => {
  it('is off unless it is switched on, and health says which', async (test) => {
    const folder = await scratch(test);
    for (const [settings, on] of [[{}, false], [{ PROXY: 'on' }, true]] as const) {
      const server = await Server.start(folder, settings);
      assert.equal((await server.call('GET', '/api/health')).body.proxy, on);
      assert.equal((await server.call('GET', '/api/proxy/anthropic/v1/models')).status, on ? 403 : 404);
      assert.equal((await server.call('GET', '/api/proxy/ollama/v1/models', { headers: { origin: server.url } })).status, 404);
      await server.stop();
    }
  });
});
