/* The built site, as its tests read it. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const DIST = fileURLToPath(new URL('../../site/dist/', import.meta.url));

/** The pages of the site, as paths below its root; the app is somebody else's. */
export const PAGES = readdirSync(DIST, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.html') && !path.startsWith('app/'))
  .sort();

export function read(page: string): string {
  return readFileSync(join(DIST, page), 'utf8');
}

export type Tag = { name: string; attributes: Record<string, string>; closing: boolean; empty: boolean };

/** The tags of a page in order. Ours are written in one style: quoted attributes, no scripts or comments with tags in them. */
export function tags(html: string): Tag[] {
  const found: Tag[] = [];
  for (const [, slash, name = '', rest = '', end] of html.matchAll(/<(\/?)([a-zA-Z][\w-]*)((?:\s+[\w:-]+(?:="[^"]*")?)*)\s*(\/?)>/g)) {
    const attributes: Record<string, string> = {};
    for (const [, key = '', value = ''] of rest.matchAll(/([\w:-]+)(?:="([^"]*)")?/g)) attributes[key] = value.replaceAll('&amp;', '&');
    found.push({ name, attributes, closing: slash === '/', empty: end === '/' });
  }
  return found;
}
