/* Frontmatter that two strict YAML parsers accept: ours reads the same name, description, model and tools out of it as they do. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { instantiate } from '@questline/core';
import { loadModule } from '@questline/core/node';
import { load } from 'js-yaml';
import { parse } from 'yaml';
import { readCorpus, split } from '../bench/corpus.ts';

type Fields = Readonly<Record<string, unknown>>;

const judges: Readonly<Record<string, (yaml: string) => unknown>> = {
  'js-yaml': (yaml) => load(yaml),
  yaml: (yaml) => parse(yaml, { logLevel: 'error' }),
};

/** Where ours gives something else, with the reason. The value as written is among `extra` in all of these. */
const exceptions: Readonly<Record<string, readonly [field: string, expected: unknown, reason: string]>> = {
  'duc01226__easy-claude/.claude/config/agent-template.md': ['name', null, 'the name is a placeholder in braces, which YAML reads as a map'],
  'duc01226__easy-claude/.claude/config/skill-template.md': ['name', null, 'the name is a placeholder in braces, which YAML reads as a map'],
  'github__awesome-copilot/agents/dotnet-self-learning-architect.agent.md': ['model', 'GPT-5.3-Codex', 'of a list of models, the first'],
  'github__awesome-copilot/agents/new-relic-incident-response.agent.md': ['model', 'GPT-4.1', 'of a list of models, the first'],
};

/** Null when the YAML is refused or is no map. */
function judge(read: (yaml: string) => unknown, yaml: string): Fields | null {
  try {
    const value = read(yaml);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null;
  } catch {
    return null;
  }
}

/** The blanks around a text say nothing: a block scalar ends with a line break. */
function trimmed(value: unknown): unknown {
  return typeof value === 'string' ? value.trim() : (value ?? null);
}

/** All forms in which products list tools come to a list: one text with commas, a list, a map of switches. */
function listed(tools: unknown): unknown {
  if (tools === undefined || tools === null) return null;
  if (typeof tools === 'string') {
    return tools
      .split(/,(?![^(]*\))/)
      .map((name) => name.trim())
      .filter((name) => name !== '');
  }
  if (Array.isArray(tools)) return tools;
  return Object.entries(tools).flatMap(([name, on]) => (on === true ? [name] : []));
}

const files = readCorpus();

test('fields of frontmatter that js-yaml and yaml both accept', { skip: files.length === 0 && 'no ../shared/corpus' }, async (t) => {
  const core = instantiate(await loadModule());
  const unused = new Set(Object.keys(exceptions));
  let compared = 0;
  let refused = 0;
  for (const { path, text } of files) {
    const { yaml } = split(text);
    if (yaml === '') continue;
    const read = Object.entries(judges).map(([name, parser]) => [name, judge(parser, yaml)] as const);
    if (read.some(([, fields]) => fields === null)) {
      refused++;
      continue;
    }
    compared++;
    const spec = core.parseSpec(path, text);
    const exception = exceptions[path];
    if (exception !== undefined) unused.delete(path);
    for (const [name, fields] of read) {
      const expected: Record<string, unknown> = {
        name: trimmed(fields!['name']),
        description: trimmed(fields!['description']),
        model: trimmed(fields!['model']),
        tools: listed(fields!['tools']),
      };
      if (exception !== undefined) {
        const [field, value] = exception;
        assert.notDeepEqual(expected[field], value, `${path}: is no exception`);
        assert.deepEqual(spec.extra[field], fields![field], `${path}: what is written is kept`);
        expected[field] = value;
      }
      const ours = { name: spec.name, description: spec.description, model: spec.model, tools: spec.tools };
      assert.deepEqual(ours, expected, `${path}: ${name} reads it otherwise`);
    }
  }
  assert.deepEqual([...unused], [], 'exceptions that no file needs');
  assert.ok(compared > 1000);
  t.diagnostic(`| ${compared} files read as js-yaml and yaml read them, ${Object.keys(exceptions).length} of them with an exception; ${refused} they refuse`);
});
