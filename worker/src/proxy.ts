/* Carries a page's request to a provider that does not let pages ask it. Bytes go through untouched, both ways; of headers only what a provider needs.
   Nothing of it is kept or written anywhere: not the key, which is the person's own, nor the words. */
import type { Provider } from '@questline/core';
import { failure, json } from './replies.ts';

export type ProxyPorts = {
  providers(): Provider[];
  fetch(url: string, init: RequestInit): Promise<Response>;
};

export type Limits = { body: number; time: number };

const LIMITS: Limits = { body: 8 * 1024 * 1024, time: 10 * 60_000 };
const ASKING = ['accept', 'anthropic-beta', 'anthropic-version', 'content-type'];
const ANSWERING = /^(content-type|retry-after|retry-after-ms|request-id|x-request-id|x-ratelimit-[\w-]+|anthropic-ratelimit-[\w-]+)$/;

/** An address that is carried on: /api/proxy/PROVIDER and what stands behind that provider's base URL. */
export const CARRIED = /^\/api\/proxy\/(\w+)(\/.*)$/;

/** Carries the request of a page of this site. */
export async function proxy(request: Request, url: URL, ports: ProxyPorts, limits = LIMITS): Promise<Response> {
  const [, provider = '', rest = ''] = CARRIED.exec(url.pathname) ?? [];
  const known = ports.providers().find(({ id, local, base_url }) => id === provider && !local && base_url.startsWith('https:'));
  if (known === undefined) return no(404, 'QL_ERR_NOT_FOUND', `Nothing is carried to ${provider}: it is no provider with an address of its own.`);
  if (request.headers.get('origin') === null && request.headers.get('sec-fetch-site') !== 'same-origin') {
    return no(403, 'QL_ERR_ARGUMENT', 'Only pages of this site are carried to a provider.');
  }
  const to = known.base_url + rest + url.search;
  const size = Number(request.headers.get('content-length') ?? 0);
  const big = (): Response => no(413, 'QL_ERR_LIMIT', `The body is larger than ${limits.body} bytes.`);
  if (size > limits.body) return big();
  let over = false;
  const counted = request.body?.pipeThrough(limited(limits.body, () => (over = true)));
  try {
    const answer = await ports.fetch(to, {
      method: request.method,
      headers: picked(request.headers, (name) => ASKING.includes(name) || name === known.header),
      ...(counted === undefined ? {} : { body: counted, duplex: 'half' }),
      redirect: 'manual', // where it would lead is told to nobody, and nobody follows
      signal: AbortSignal.timeout(limits.time),
    } as RequestInit);
    const headers = picked(answer.headers, (name) => ANSWERING.test(name));
    for (const [name, value] of json({ status: 200, body: {} }).headers) if (name !== 'content-type') headers.set(name, value);
    return new Response(answer.body, { status: answer.status, headers });
  } catch {
    return over ? big() : no(502, 'QL_ERR_STATE', `${known.title} could not be reached from here.`);
  }
}

function limited(max: number, over: () => void): TransformStream<Uint8Array, Uint8Array> {
  let size = 0;
  return new TransformStream({
    transform(chunk, to) {
      size += chunk.byteLength;
      if (size <= max) return to.enqueue(chunk);
      over();
      to.error(new Error('too large'));
    },
  });
}

function picked(from: Headers, wanted: (name: string) => boolean): Headers {
  const to = new Headers();
  for (const [name, value] of from) if (wanted(name)) to.set(name, value);
  return to;
}

const no = (status: number, code: string, message: string): Response => json({ status, body: failure(code, message) });
