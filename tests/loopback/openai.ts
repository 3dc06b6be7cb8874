// What both of OpenAI's wires say when they fail.

import type { Failure } from './wire.ts';

const kinds: Readonly<Record<number, readonly [type: string, code: string | null]>> = {
  401: ['invalid_request_error', 'invalid_api_key'],
  404: ['invalid_request_error', 'model_not_found'],
  429: ['requests', 'rate_limit_exceeded'],
};

export function failure(status: number, message: string): Failure {
  const [type, code] = kinds[status] ?? [status >= 500 ? 'server_error' : 'invalid_request_error', null];
  return { status, body: { error: { message, type, param: null, code } } };
}
