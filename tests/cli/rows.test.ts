// Each row of ../shared/features.md that planning is about has a test named after it, which reads the seed files or what was made of them.

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { shared } from './harness.ts';

const unit = fileURLToPath(new URL('../unit', import.meta.url));
/** How a unit test gets at the seed files: by tests/unit/rules.h, or from the folder itself. */
const reads = /\b(?:seed|seeds|seed_text|seed_roster|run_seed|need_seeds|example_objective|written_plan|team_of)\b|QL_SHARED_DIR "\/seeds/;

interface Row {
  readonly id: string;
  readonly tests: readonly string[];
}

/** Functions named after a row that are run and read a seed, by row. */
function named(): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const file of readdirSync(unit).filter((name) => name.startsWith('test_') && name.endsWith('.c'))) {
    const text = readFileSync(join(unit, file), 'utf8');
    for (const [whole, name = '', id = ''] of text.matchAll(/^static void ((S\d\d)_\w+)\(void \*\*state\) \{[\s\S]*?^\}/gm)) {
      const listed = [...text.matchAll(new RegExp(`\\b${name}\\b`, 'g'))].length > 1;
      if (listed && reads.test(whole)) found.set(id, [...(found.get(id) ?? []), `${file}: ${name}`]);
    }
  }
  return found;
}

const range = (first: number, last: number): string[] => Array.from({ length: last - first + 1 }, (_, i) => `S${String(first + i).padStart(2, '0')}`);
const wanted = [...range(6, 12), 'S15', ...range(17, 24), ...range(27, 30), 'S32', ...range(35, 38), 'S40', 'S43'];

test('each row of planning has a test on the seed files', () => {
  const tests = named();
  const rows: Row[] = wanted.map((id) => ({ id, tests: tests.get(id) ?? [] }));
  assert.deepEqual(rows.filter((row) => row.tests.length === 0).map((row) => row.id), []);
});

test('each of them is a row', { skip: existsSync(shared) ? false : 'no shared data' }, () => {
  const table = readFileSync(join(shared, 'features.md'), 'utf8');
  for (const id of [...wanted, ...named().keys()]) assert.match(table, new RegExp(`^\\| ${id} \\|`, 'm'));
});

test('each row of models has a test named after it', () => {
  const here = fileURLToPath(new URL('.', import.meta.url));
  const textsOf = (folder: string, ending: RegExp): string[] => readdirSync(folder).filter((name) => ending.test(name)).map((name) => readFileSync(join(folder, name), 'utf8'));
  const texts = [...textsOf(here, /\.test\.ts$/), ...textsOf(unit, /^test_.*\.c$/)];
  const rows = ['S08', 'S09', 'S10', 'S42', 'S43', 'S44', 'C04'];
  assert.deepEqual(rows.filter((id) => !texts.some((text) => new RegExp(`\\btest\\(['\`]${id} |^static void ${id}_`, 'm').test(text))), []);
});
