import type { Failure } from '@questline/core';
import type { Blob } from './play.ts';
import type { Answer } from './room.ts';

/** A failure in the shape the core uses for its own. */
export function failure(status: string, message: string): { error: Failure } {
  return { error: { column: 0, detail: '', line: 0, message, offset: 0, status } };
}

/** One answer for an unknown quest, a missing capability and a wrong one: none of them says which it was. */
export function unknownQuest(): Answer {
  return { status: 404, body: failure('QL_ERR_NOT_FOUND', 'There is no such quest here, or this link does not open it.') };
}

export function badRequest(message: string): Answer {
  return { status: 400, body: failure('QL_ERR_SYNTAX', message) };
}

const COMMON: Readonly<Record<string, string>> = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

const API: Readonly<Record<string, string>> = {
  ...COMMON,
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
};

/** An answer of the API. */
export function json(answer: Answer, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(answer.body), {
    status: answer.status,
    headers: { ...API, 'content-type': 'application/json; charset=utf-8', ...headers },
  });
}

/** Bytes that somebody else made: never a page, whatever they say they are. */
export function raw({ media, bytes }: Blob): Response {
  return new Response(bytes as Uint8Array<ArrayBuffer>, { headers: { ...API, 'content-disposition': 'attachment', 'content-type': media } });
}

/** A file of the site, under the site's policy. Files whose name holds a hash never change. */
export function file(response: Response, url: URL): Response {
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(COMMON)) headers.set(name, value);
  const sockets = `ws://${url.host} wss://${url.host}`; // 'self' does not cover them everywhere
  headers.set(
    'content-security-policy',
    [
      "default-src 'none'",
      "script-src 'self' 'wasm-unsafe-eval'",
      "style-src 'self'",
      "img-src 'self' data:",
      `connect-src 'self' ${sockets} https: http:`, // models are asked by the page itself, at addresses that people choose
      "manifest-src 'self'",
      "worker-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ].join('; '),
  );
  const hashed = response.status < 400 && /\/assets\/[^/]+-[\w-]{8,}\.\w+$/.test(url.pathname);
  headers.set('cache-control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache');
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}
