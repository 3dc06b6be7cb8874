import type { Provider } from '@questline/core';
import type { Http } from '../ports/http.ts';

/** Whether the server of this page may carry what is asked there: providers at their own address, which is in the open. */
export const mayCarry = (provider: Provider | undefined, baseUrl: string | undefined): provider is Provider =>
  provider !== undefined && baseUrl === undefined && !provider.local && provider.base_url.startsWith('https:');

/** Where a request goes: to the provider itself, or to the server of this page, which hands on the same bytes. */
function wayOf(url: string, providers: readonly Provider[], carried: readonly string[]): string {
  const to = providers.find((one) => carried.includes(one.id) && mayCarry(one, undefined) && url.startsWith(`${one.base_url}/`));
  return to === undefined ? url : new URL(`/api/proxy/${to.id}${url.slice(to.base_url.length)}`, location.origin).href;
}

/** Sends what goes to the providers that somebody chose through the server of this page. */
export const carrying = (http: Http, chosen: () => { providers: readonly Provider[]; carried: readonly string[] }): Http => ({
  send: (request, ...rest) => {
    const { providers, carried } = chosen();
    http.send(carried.length === 0 ? request : { ...request, url: wayOf(request.url, providers, carried) }, ...rest);
  },
});
