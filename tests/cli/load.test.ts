import assert from 'node:assert/strict';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { folder, questline, write, type Result } from './harness.ts';

const pilot = `---
name: pilot
description: Coordinates who enters the harbour
---

# Pilot

## Workflow

**ALWAYS follow this order**:

1. Read your complete agent identity first
2. Read project context from notes/ documents (if available):
   - notes/tides.md - When the water is high
   - notes/wrecks.csv - Where not to go
   - notes/charts.md - Where to go
3. Handle the current request

## Context loading on activation

\`\`\`yaml
crews:
  - crane-agent: 9,000 tokens
  - quay-agent: 2,000 tokens
everything:
  - [every *-agent in agents/]
\`\`\`
`;
const crane = '---\nname: crane-agent\ndescription: Lifts\n---\n\nYou lift.\n';

/** A project with agent files, documents, and what is neither. */
function project(): string {
  const place = folder();
  write(join(place, 'agents/pilot.md'), pilot);
  write(join(place, 'agents/crane-agent.md'), crane);
  write(join(place, 'notes/tides.md'), `# Tides\n\n${'High at noon. '.repeat(200)}\n`);
  write(join(place, 'notes/wrecks.csv'), 'north,south\n1,2\n');
  return place;
}

interface Item {
  path: string;
  tokens: number;
  why: string;
}
interface Pack {
  window: number;
  budget: number;
  used: number;
  loaded: Item[];
  left_out: Item[];
  missing: Item[];
}
const load = (place: string, ...args: string[]): Promise<Result> =>
  questline(['load', '--specs', 'agents', '--agent', 'pilot', ...args], { cwd: place });
const json = async (place: string, ...args: string[]): Promise<Pack> => JSON.parse((await load(place, '--json', ...args)).stdout) as Pack;
const paths = (items: Item[]): string[] => items.map(({ path }) => path);

test('load lists what an agent loads, what is missing, and why', async () => {
  const place = project();
  const { code, stdout, stderr } = await load(place);
  assert.deepEqual([code, stderr], [0, '']);
  assert.match(stdout, /^Loaded, in this order\n +\d+  agents\/pilot\.md  its own file\n/);
  assert.match(stdout, /^ +\d+  notes\/tides\.md  line 14, read first$/m);
  assert.match(stdout, /^Missing\n +notes\/charts\.md  line 16, read first$/m);
  assert.match(stdout, /^About [\d,]+ tokens of a budget of 100,000, in a window of 200,000\.$/m);
  const pack = await json(place);
  assert.deepEqual(paths(pack.loaded), ['agents/pilot.md', 'notes/tides.md', 'notes/wrecks.csv', 'agents/crane-agent.md']);
  assert.deepEqual(paths(pack.missing), ['notes/charts.md', 'quay-agent']);
  assert.equal(pack.used, pack.loaded.reduce((sum, { tokens }) => sum + tokens, 0));
});

test('load fills a budget and says what does not fit', async () => {
  const place = project();
  const { loaded } = await json(place);
  const own = loaded[0]?.tokens ?? 0;
  const small = await json(place, '--window', String(10 * own), '--budget', String(own + 100));
  assert.deepEqual([small.window, small.budget], [10 * own, own + 100]);
  assert.deepEqual(paths(small.left_out), ['notes/tides.md']);
  assert.ok(small.used <= small.budget);
  assert.ok(paths(small.loaded).includes('agents/crane-agent.md'));
  const { stdout } = await load(place, '--budget', String(own + 100));
  assert.match(stdout, /^Left out\n +\d+  notes\/tides\.md  line 14, read first; does not fit, \d+ tokens are left$/m);
});

test('load --strict fails when something is missing or left out', async () => {
  const place = project();
  assert.equal((await load(place, '--strict')).code, 1);
  write(join(place, 'notes/charts.md'), '# Charts\n');
  write(join(place, 'agents/quay-agent.md'), crane.replace('crane', 'quay'));
  assert.equal((await load(place, '--strict')).code, 0);
  assert.equal((await load(place, '--strict', '--budget', '500')).code, 1);
});

test('load looks for documents below --root, over no link, and not outside', async () => {
  const place = project();
  const outside = write(join(folder(), 'charts.md'), '# Charts of somebody else\n');
  symlinkSync(outside, join(place, 'notes/charts.md'));
  assert.deepEqual(paths((await json(place)).missing), ['notes/charts.md', 'quay-agent']);
  const elsewhere = folder();
  write(join(elsewhere, 'notes/charts.md'), '# Charts\n');
  const { loaded, missing } = await json(place, '--root', elsewhere);
  assert.ok(paths(loaded).includes('notes/charts.md'));
  assert.deepEqual(paths(missing), ['notes/tides.md', 'notes/wrecks.csv', 'quay-agent']);
});

test('load takes the size of what is too large, and no binary', async () => {
  const place = project();
  write(join(place, 'notes/charts.md'), 'x '.repeat(1024 * 1024));
  write(join(place, 'notes/noise.txt'), Uint8Array.from([1, 0, 2]));
  write(join(place, 'notes/tides.md'), Uint8Array.from([0xff, 0xfe, 65]));
  const { stderr } = await load(place);
  assert.match(stderr, /^1 document is too large to read; the tokens are guessed from the size\.$/m);
  assert.match(stderr, /^2 files are no text and left out\.$/m);
  const pack = await json(place);
  assert.deepEqual(pack.left_out.map(({ path, tokens }) => [path, tokens]), [['notes/charts.md', 512 * 1024]]);
  assert.deepEqual(paths(pack.missing), ['notes/tides.md', 'quay-agent']);
});

test('load stops looking after 4096 documents and says so', async () => {
  const place = project();
  for (let i = 0; i < 4100; i++) write(join(place, `more/${i}.txt`), '');
  assert.match((await load(place)).stderr, /^There are more documents than 4096; the rest was not looked at\. Name a smaller folder with --root\.$/m);
});

test('load of wrong numbers, and of what is not there', async () => {
  const place = project();
  const cases: [string[], number, RegExp][] = [
    [['--budget', '0'], 2, /No token is too few/],
    [['--window', '1e6'], 2, /--window wants a whole number/],
    [['--window', '10', '--budget', '11'], 2, /budget is larger than the window/],
    [['--root', 'nowhere'], 1, /Cannot read nowhere/],
    [['--root', 'agents/pilot.md'], 1, /wants a folder/],
  ];
  for (const [args, expected, words] of cases) {
    const { code, stdout, stderr } = await load(place, ...args);
    assert.deepEqual([code, stdout], [expected, ''], args.join(' '));
    assert.match(stderr, words);
  }
  const unknown = await questline(['load', '--specs', 'agents', '--agent', 'pilto'], { cwd: place });
  assert.equal(unknown.code, 1);
  assert.match(unknown.stderr, /Did you mean @pilot\?/);
});
