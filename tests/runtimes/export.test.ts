/* Frontmatter written for another product is read by a strict YAML parser, of version 1.1 and 1.2, as it is read here. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { DIALECTS, instantiate } from '../../wasm/src/index.ts';
import { loadModule } from '../../wasm/src/node.ts';
import { readBundle, root } from './bundle.ts';

interface File {
  readonly path: string;
  readonly text: string;
}

const core = instantiate(await loadModule());

/** The frontmatter of a file; null without any. */
function frontmatter(text: string): string | null {
  const [open] = /^---\r?\n/.exec(text) ?? [];
  if (open === undefined) return null;
  const end = text.indexOf(`\n---${open.slice(3)}`, 3);
  assert.ok(end > 0, 'nothing closes the frontmatter');
  return text.slice(open.length, end + 1);
}

/** What is wrong with a file written for a product; `written` counts those with frontmatter. */
function problems({ path, text }: File, count: { written: number }): string[] {
  const own = core.parseSpec(path, text);
  return DIALECTS.filter(({ id }) => id !== own.dialect).flatMap(({ id }) => {
    const exported = core.specExport(path, text, id);
    const yaml = frontmatter(exported.text);
    if (yaml === null) return [];
    count.written += 1;
    const spec = core.parseSpec(exported.path, exported.text, id);
    return (['1.1', '1.2'] as const).flatMap((version) => {
      try {
        const { name, description } = parse(yaml, { version }) as { name?: unknown; description?: unknown };
        const read = { name: name ?? null, description: typeof description === 'string' ? description.trim() : (description ?? null) };
        return read.name === spec.name && read.description === spec.description ? [] : [`${path} to ${id}: ${JSON.stringify(read)} in YAML ${version}`];
      } catch (error) {
        return [`${path} to ${id}: ${String(error)}`];
      }
    });
  });
}

test('what the vectors hold', () => {
  const count = { written: 0 };
  const files = ['spec', 'export'].flatMap((area) => readBundle().areas[area] ?? []);
  const found = files.flatMap(({ name, vector: { path, text } }) => (text === undefined ? [] : problems({ path: path ?? `${name}.md`, text }, count)));
  assert.deepEqual(found, []);
  assert.ok(count.written > 500, `${count.written} were written`);
});

const corpus = fileURLToPath(new URL('../shared/corpus/', root));
test('what real files hold', { skip: !existsSync(corpus) && 'no ../shared/corpus' }, (t) => {
  const count = { written: 0 };
  const entries = readdirSync(corpus, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile() && entry.name.endsWith('.md'));
  /* Every fifth: strict parsers take their time. tests/unit/test_export_corpus.c reads all of them with ours. */
  const paths = entries.map((entry) => join(entry.parentPath, entry.name)).filter((_, n) => n % 5 === 0);
  assert.deepEqual(paths.flatMap((path) => problems({ path, text: readFileSync(path, 'utf8') }, count)), []);
  t.diagnostic(`| ${paths.length} files, ${count.written} with frontmatter in other dialects`);
});
