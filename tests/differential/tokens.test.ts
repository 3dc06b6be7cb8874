/* Estimated tokens against those of o200k_base, on agent files that the estimate was not fitted to. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { instantiate } from '@questline/core';
import { loadModule } from '@questline/core/node';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { readCorpus } from '../bench/corpus.ts';
import type { AgentFile } from '../bench/corpus.ts';

const folderOf = (file: AgentFile): string => file.path.slice(0, file.path.indexOf('/'));

/** Every second repository: the costs of core/src/base/tokens.c were fitted to the others. */
function heldOut(): AgentFile[] {
  const files = readCorpus().filter((file) => file.path.includes('/'));
  const repositories = [...new Set(files.map(folderOf))];
  return files.filter((file) => repositories.indexOf(folderOf(file)) % 2 === 1);
}

interface Errors {
  readonly mean: number;
  readonly bias: number;
  readonly most: number;
}

/** Relative errors: their mean size, their mean, and what 95 in 100 stay below. */
function errorsOf(estimates: readonly number[], real: readonly number[]): Errors {
  const errors = estimates.map((estimate, i) => (estimate - real[i]!) / real[i]!);
  const sizes = errors.map(Math.abs).sort((x, y) => x - y);
  const sum = (list: readonly number[]): number => list.reduce((x, y) => x + y, 0);
  return { mean: sum(sizes) / sizes.length, bias: sum(errors) / errors.length, most: sizes[Math.floor(0.95 * sizes.length)]! };
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const say = (name: string, e: Errors): string =>
  `| ${name}: off by ${percent(e.mean)} on average, bias ${percent(e.bias)}, 95 in 100 files within ${percent(e.most)}`;

const files = heldOut();

test('tokens are estimated within a few percent', { skip: files.length === 0 && 'no ../shared/corpus' }, async (t) => {
  const core = await instantiate(await loadModule());
  const real = files.map((file) => countTokens(file.text, { allowedSpecial: 'all' }));
  const ours = errorsOf(
    files.map((file) => core.parseSpec(file.path, file.text).tokens),
    real,
  );
  const rule = errorsOf(
    files.map((file) => Math.ceil([...file.text].length / 4)),
    real,
  );
  t.diagnostic(say(`${files.length} files, estimate`, ours));
  t.diagnostic(say('characters divided by four', rule));
  assert.ok(ours.mean < 0.04 && Math.abs(ours.bias) < 0.02 && ours.most < 0.11);
  assert.ok(ours.mean < rule.mean / 4);
});
