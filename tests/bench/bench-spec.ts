// Reading agent files: our core through the Wasm boundary against what a program in JavaScript would take instead.
//
// Ours gives more than any of them: the file's fields with tools and model, findings with fixes, the rules of its prose, its sections, a hash,
// all as JSON that is parsed again here. Theirs give the YAML as an object and the Markdown as tokens or a tree; a frontmatter that their
// YAML refuses costs them less, not more.
import { readFileSync } from 'node:fs';
import { instantiate } from '@questline/core';
import { loadModule } from '@questline/core/node';
import matter from 'gray-matter';
import { load } from 'js-yaml';
import MarkdownIt from 'markdown-it';
import { lexer } from 'marked';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { parse } from 'yaml';
import { readCorpus, split } from './corpus.ts';
import type { AgentFile } from './corpus.ts';
import { readSources, sample } from './profile.ts';
import { median, race, ratio } from './rounds.ts';
import type { Contestant } from './rounds.ts';

const rounds = 5;
const profiled = 5;

/** The first that fits the path of a function's source, or else the function's name, is where its time is counted. */
const parts: readonly [part: string, pattern: RegExp][] = [
  ['Markdown', /third_party\/md4c|format\/markdown/],
  ['YAML', /third_party\/libyaml|format\/(yaml|frontmatter)/],
  ['hash of the file', /third_party\/libsodium|format\/crypto/],
  ['tokens, estimated', /base\/tokens/],
  ['rules of the prose', /spec\/(policy|points|topics|lines|sentences|handler|rule|declared)|base\/words/],
  ['JSON, written', /base\/(value|canon)|format\/json|spec\/json|wasm\/shim/],
  ['text, looked at', /base\/text|spec\/(bytes|mojibake)|^(str|mem(chr|cmp))/],
  ['fields, tools and findings', /core\/src\/spec/],
  ['memory', /base\/(arena|buf)|^(emmalloc\w*|malloc|calloc|free|realloc|attempt_\w+|_*mem\w+|\(garbage collector\))$/],
  ['JSON, parsed in JavaScript', /^json$/],
  ['text, into and out of Wasm', /^(encodeInto|decode\w*|text|run|#?pass|#run|#finish|#guard|#reserve)$/],
];

function attempt(call: () => unknown): void {
  try {
    call();
  } catch {
    // not YAML to them: their answer
  }
}

const markdownIt = new MarkdownIt();
const peers: readonly Contestant<AgentFile>[] = [
  {
    name: 'js-yaml + marked',
    run: ({ text }) => {
      const { yaml, body } = split(text);
      attempt(() => load(yaml));
      return lexer(body);
    },
  },
  {
    name: 'yaml + markdown-it',
    run: ({ text }) => {
      const { yaml, body } = split(text);
      attempt(() => parse(yaml, { logLevel: 'error' }));
      return markdownIt.parse(body, {});
    },
  },
  {
    name: 'gray-matter + mdast',
    run: ({ text }) => {
      let body = text;
      // With options, for without them it answers from a cache.
      attempt(() => (body = matter(text, {}).content));
      return fromMarkdown(body);
    },
  },
];

async function showParts(files: readonly AgentFile[], ms: number): Promise<void> {
  // The same code with its names.
  const named = new WebAssembly.Module(readFileSync(new URL('../../build/wasm/core.named.wasm', import.meta.url)));
  const core = instantiate(named);
  const parseAll = (): void => files.forEach(({ path, text }) => core.parseSpec(path, text));
  parseAll();
  const shares = await sample(() => {
    for (let i = 0; i < profiled; i++) parseAll();
  });
  const sources = readSources();
  const sums = new Map<string, number>();
  for (const [name, share] of shares) {
    // Binaryen names a function that it made of several alike ones after one of them.
    const own = name.replace('byn$mgfn-shared$', '');
    const where = sources.get(own) ?? own;
    const [part] = parts.find(([, pattern]) => pattern.test(where)) ?? ['all else'];
    sums.set(part, (sums.get(part) ?? 0) + share);
  }
  console.log('\nwhere our time goes');
  for (const [part, share] of [...sums].sort(([, a], [, b]) => b - a)) {
    console.log(`  ${part.padEnd(28)} ${(share * ms).toFixed(1).padStart(7)} ms ${(share * 100).toFixed(0).padStart(4)} %`);
  }
}

const files = readCorpus();
if (files.length === 0) {
  console.log('spec: no ../shared/corpus, nothing to measure');
} else {
  const bytes = files.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
  const core = instantiate(await loadModule());
  const contestants = [{ name: 'questline', run: ({ path, text }: AgentFile) => core.parseSpec(path, text) }, ...peers];
  console.log(`spec: ${files.length} agent files, ${(bytes / 1e6).toFixed(1)} MB, median of ${rounds} rounds`);
  const results = race(files, contestants, rounds, 1);
  const [ours] = results;
  for (const result of results) {
    const ms = median(result.rounds);
    const times = result === ours ? '' : `${ratio(ours!, result).toFixed(1)} times as long as ours`;
    console.log(`  ${result.name.padEnd(20)} ${(bytes / 1e3 / ms).toFixed(1).padStart(7)} MB/s ${ms.toFixed(0).padStart(7)} ms   ${times}`);
  }
  await showParts(files, median(ours!.rounds));
}
