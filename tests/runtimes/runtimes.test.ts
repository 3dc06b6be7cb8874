/* The same bytes everywhere: every vector and 200 generated logs on six targets, hashes side by side. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { before, test } from 'node:test';
import type { TestContext } from 'node:test';
import type { Results } from './areas.ts';
import { readBundle, runNative } from './bundle.ts';
import { targets } from './targets.ts';

/* As they are published in the protocol: tests/vectors/verify/published-3.json. */
const publishedHeads = [
  '2cUfA2Fy9YhbxtrEv0ZM0pEEvzioXmKVqPtkWa2GAaI',
  'szdr0r4mXhmAd7FoDyElxGYXc38LUz-XkCSh5e5lPNk',
  '4VpImiMw-c3Kv1au6x5mbTYdn3JD-BBJymHwf7LwicM',
];
const names = ['native', ...Object.keys(targets)];
const results = new Map<string, Results>();

const areaOf = (line: string): string => line.slice(0, line.indexOf('/'));

/** One hash over the lines of an area. */
function total(lines: readonly string[]): string {
  return createHash('sha256').update(lines.join('\n')).digest('hex').slice(0, 16);
}

function row(t: TestContext, first: string, cells: readonly string[]): void {
  t.diagnostic(`| ${first.padEnd(14)} ${cells.map((cell) => cell.padEnd(18)).join('')}`.trimEnd());
}

function resultsOf(name: string): Results {
  const found = results.get(name);
  assert.ok(found, `${name} did not run`);
  return found;
}

/** The vectors of which a target says something else than the native core. */
function differences(target: readonly string[], native: readonly string[]): string[] {
  const byName = (lines: readonly string[]): Map<string, string> => new Map(lines.map((line) => line.split(' ') as [string, string]));
  const [here, there] = [byName(target), byName(native)];
  return [...new Set([...there.keys(), ...here.keys()])]
    .filter((name) => here.get(name) !== there.get(name))
    .map((name) => `${name}: ${here.get(name) ?? 'not run'}, native ${there.get(name) ?? 'not run'}`);
}

before(async () => {
  const bundle = JSON.stringify(readBundle());
  results.set('native', runNative());
  for (const [name, run] of Object.entries(targets)) results.set(name, await run(bundle));
});

test('the published log has the published hashes on every target', (t) => {
  row(t, 'published log', names);
  for (const n of publishedHeads.keys()) row(t, `head ${n}`, names.map((name) => resultsOf(name).heads[n]?.slice(0, 16) ?? 'none'));
  for (const name of names) assert.deepEqual(resultsOf(name).heads, publishedHeads, name);
});

test('a signed log is checked alike by every target’s own Ed25519', (t) => {
  const expected = ['@owner 1/1 [] @lead 3/4 [] @api 1/1 []', '@owner 1/1 [] @lead 3/4 [1] @api 1/1 []', '@owner 1/1 [] @lead 3/4 [1] @api 1/1 []'];
  row(t, 'forged found', names.map((name) => `${resultsOf(name).signers.filter((line) => /\d\]/.test(line)).length} of 2`));
  for (const name of names) assert.deepEqual(resultsOf(name).signers, expected, name);
});

test('every answer has the same hash on every target', (t) => {
  const native = resultsOf('native').hashes;
  assert.ok(native.filter((line) => areaOf(line) === 'logs').length >= 200, 'there are 200 generated logs');
  row(t, 'all answers', names);
  for (const area of new Set(native.map(areaOf))) {
    const of = (name: string): string[] => resultsOf(name).hashes.filter((line) => areaOf(line) === area);
    row(t, `${area} (${of('native').length})`, names.map((name) => total(of(name))));
  }
  for (const name of names) assert.deepEqual(differences(resultsOf(name).hashes, native), [], name);
});
