/**
 * The answer of a sign-in, taken out of the address before anything else: what stays there is shown, kept in the history, and sent on by links.
 * Null: there is none.
 */
export function takeAnswer(): string | null {
  const query = location.search.replace(/^\?/, '');
  if (!/(^|[&?])(code|state|error)=/.test(query)) return null;
  history.replaceState(null, '', `${location.pathname}#/models`);
  return query;
}

/** Leaves this page. */
export const leave = (url: string): void => location.assign(url);
