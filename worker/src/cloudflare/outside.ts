/* What a room reaches outside, and what the deployment says about it: keys are secrets KEY_SLOT, hosts stand in ALLOWED_HOSTS. */
import { type House, secretOf } from '../cast.ts';

export function house(env: object): House {
  const settings = env as Readonly<Record<string, unknown>>;
  const text = (name: string): string | undefined => (typeof settings[name] === 'string' && settings[name] !== '' ? settings[name] : undefined);
  return {
    key: (slot) => text(secretOf(slot)),
    hosts: (text('ALLOWED_HOSTS') ?? '').split(/[\s,]+/).filter((host) => host !== ''),
  };
}

export const outward = (url: string, init: RequestInit): Promise<Response> => fetch(url, init);

export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', () => (clearTimeout(timer), done()), { once: true });
  });
}
