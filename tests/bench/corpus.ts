// The agent files that benchmarks and differential tests read, where the folder that holds them is there.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface AgentFile {
  /** From the folder on, with slashes. */
  readonly path: string;
  readonly text: string;
}

const folder = fileURLToPath(new URL('../../../shared/corpus/', import.meta.url));

/** Empty when there is no such folder. */
export function readCorpus(): AgentFile[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'manifest.tsv')
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => ({ path: relative(folder, path), text: readFileSync(path, 'utf8') }));
}

/** What stands between the first two lines of three dashes, and what follows them. */
export function split(text: string): { yaml: string; body: string } {
  const [whole, yaml] = /^\uFEFF?---[ \t]*\r?\n((?:.*\r?\n)*?)---[ \t]*(?:\r?\n|$)/.exec(text) ?? ['', ''];
  return { yaml: yaml!, body: text.slice(whole.length) };
}
