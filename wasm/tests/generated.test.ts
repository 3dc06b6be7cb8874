import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { LIMITS } from '../src/generated.ts';

const root = new URL('../../', import.meta.url);
const generator = fileURLToPath(new URL('build/dev/bin/questline-gen', root));
const print = (...args: string[]): string => execFileSync(generator, args, { encoding: 'utf8' });
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');

test('generated.ts is what the declarations say now', () => {
  assert.ok(read('wasm/src/generated.ts') === print('types'), 'run: build/dev/bin/questline-gen types > wasm/src/generated.ts');
});

test('limits.def describes every limit of limits.h', () => {
  const defined = [...read('core/include/questline/limits.h').matchAll(/^#define (QL_\w+) +\S/gm)].map(([, name]) => name);
  assert.deepEqual(Object.keys(LIMITS).sort(), defined.sort());
});

test('every page of the reference is Markdown with a title and a table; what goes behind a page of its own begins one level below', () => {
  const pages = print('docs').trimEnd().split('\n');
  assert.ok(pages.includes('events') && pages.includes('shapes') && pages.includes('limits'));
  for (const page of pages) assert.match(print('docs', page), /^##? \w[\s\S]*\n\|---\|/, page);
});

test('an unknown mode or page is refused', () => {
  assert.throws(() => execFileSync(generator, ['docs', 'nothing'], { stdio: 'pipe' }), { status: 2 });
  assert.throws(() => execFileSync(generator, [], { stdio: 'pipe' }), { status: 2 });
});
