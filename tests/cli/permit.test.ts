import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { folder, questline, write, type Result } from './harness.ts';

const architect = `---
name: architect
description: Designs, and writes no code
---

# Architect

## Restrictions

**CRITICAL RESTRICTION**: You DO NOT modify code directly. NEVER use Bash for code modifications.
`;
const reader = '---\nname: reader\ndescription: Reads\ntools: Read, Grep\n---\n\nYou read.\n';

/** A project with agent files, and a link that leads out of it. */
function project(): string {
  const place = folder();
  write(join(place, '.claude/agents/architect.md'), architect);
  write(join(place, '.claude/agents/reader.md'), reader);
  mkdirSync(join(place, 'docs'));
  mkdirSync(join(place, 'elsewhere'));
  symlinkSync('../elsewhere', join(place, 'docs/out'));
  symlinkSync('nowhere.md', join(place, 'docs/plan.md'));
  return place;
}
const place = project();
const permit = (agent: string, ...args: string[]): Promise<Result> =>
  questline(['permit', '--specs', '.claude/agents', '--agent', agent, ...args], { cwd: place });

const cases: [string, string, string[], number, RegExp][] = [
  ['a document', 'architect', ['Edit', 'docs/design.md'], 0, /^allow: /],
  ['code', 'architect', ['Edit', 'src/app.ts'], 5, /^refuse: src\/app\.ts is no \.md, .*\n  \.claude\/agents\/architect\.md:10  restriction:\S+\n$/],
  ['code beside a document', 'architect', ['Write', 'docs/design.md/../../src/app.ts'], 5, /^refuse: /],
  ['a command', 'architect', ['Bash'], 5, /^refuse: .*Bash/],
  ['reading code', 'architect', ['Read', 'src/app.ts'], 0, /^allow: /],
  ['a document outside', 'architect', ['Edit', '../design.md'], 5, /^refuse: \.\.\/design\.md leaves the workspace/],
  ['another absolute path', 'architect', ['Edit', '/etc/motd.md'], 5, /^refuse: \/etc\/motd\.md leaves the workspace/],
  ['an absolute path inside', 'architect', ['Edit', join(place, 'docs/design.md')], 0, /^allow: /],
  ['a document over a link to a folder', 'architect', ['Edit', 'docs/out/design.md'], 5, /^refuse: .*link/],
  ['a document that is a link', 'architect', ['Edit', 'docs/plan.md'], 5, /^refuse: .*link/],
  ['a document over a link and back', 'architect', ['Edit', 'docs/out/../design.md'], 5, /^refuse: .*link/],
  ['reading over a link', 'architect', ['Read', 'docs/out/x.md'], 3, /^ask: .*link/],
  ['a tool that is listed', 'reader', ['Grep'], 0, /^allow: /],
  ['a tool that is not', 'reader', ['Edit', 'docs/design.md'], 5, /^refuse: .*\n  \.claude\/agents\/reader\.md:4  tools\n$/],
];

for (const [name, agent, args, expected, words] of cases) {
  test(`permit: ${name}`, async () => {
    const { code, stdout, stderr } = await permit(agent, ...args);
    assert.equal(code, expected, stdout + stderr);
    assert.equal(stderr, '');
    assert.match(stdout, words);
    const json = await permit(agent, '--json', ...args);
    assert.equal(json.code, expected);
    const { decision, message } = JSON.parse(json.stdout) as { decision: string; message: string };
    assert.equal(stdout.split('\n')[0], `${decision}: ${message}`);
  });
}

test('permit looks for links below --root', async () => {
  const args = ['--specs', join(place, '.claude/agents'), '--agent', 'architect', 'Edit', 'docs/out/design.md'];
  const elsewhere = { cwd: folder() };
  assert.equal((await questline(['permit', ...args], elsewhere)).code, 0, 'no link here');
  assert.equal((await questline(['permit', '--root', place, ...args], elsewhere)).code, 5);
  const gone = await questline(['permit', '--root', join(place, 'gone'), ...args]);
  assert.equal(gone.code, 1);
  assert.match(gone.stderr, /Cannot read .*gone: No such file/);
  assert.match((await questline(['permit', '--root', join(place, '.claude/agents/reader.md'), ...args])).stderr, /wants a folder/);
});

test('permit of an agent nobody knows, and of a tool without a name', async () => {
  const unknown = await permit('architct', 'Edit');
  assert.deepEqual([unknown.code, unknown.stdout], [1, '']);
  assert.match(unknown.stderr, /Did you mean @architect\?/);
  const nameless = await permit('architect', '');
  assert.equal(nameless.code, 2);
  assert.match(nameless.stderr, /[Aa] tool has to be named/);
});
