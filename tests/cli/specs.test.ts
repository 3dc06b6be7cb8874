import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';

import { folder, questline, shared, teamFolder, write } from './harness.ts';

const team = teamFolder();
const json = async <T>(...args: string[]): Promise<T> => JSON.parse((await questline([...args, '--json'])).stdout) as T;

/* ---- spec ---- */

interface Spec {
  id: string;
  name: string;
  tools: string[] | null;
  path: string;
  diagnostics: { code: string; line: number; column: number }[];
}

test('spec tells what stands in a file', async () => {
  const path = join(team, 'api-builder.md');
  const { code, stdout, stderr } = await questline(['spec', path]);
  assert.deepEqual([code, stderr], [0, '']);
  assert.match(stdout, /^id +@api-builder$/m);
  assert.match(stdout, /^tools +Read, Edit, Bash$/m);
  const spec = await json<Spec>('spec', path);
  assert.deepEqual([spec.id, spec.name, spec.tools, spec.path], ['@api-builder', 'api-builder', ['Read', 'Edit', 'Bash'], path]);
});

test('spec reads stdin, and takes a file of any ending', async () => {
  const text = readFileSync(join(team, 'api-builder.md'), 'utf8');
  assert.match((await questline(['spec', '-'], { input: text })).stdout, /^id +@api-builder$/m);
  const path = write(join(folder(), 'agent.txt'), text);
  assert.equal((await json<Spec>('spec', path)).id, '@api-builder');
});

test('spec of an empty file, of noise and of a huge one', async () => {
  const place = folder();
  assert.equal((await questline(['spec', write(join(place, 'empty.md'), '')])).code, 0);
  const noise = Uint8Array.from({ length: 5000 }, (_, i) => (i * i * 7 + (i >> 3)) & 255);
  const { code, stdout } = await questline(['spec', write(join(place, 'noise.md'), noise)]);
  assert.equal(code, 0);
  assert.doesNotMatch(stdout, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  assert.equal((await questline(['spec', write(join(place, 'largest.md'), 'x'.repeat(1024 * 1024))])).code, 0);
  for (const path of [write(join(place, 'huge.md'), 'x'.repeat(1024 * 1024 + 1)), '/dev/zero']) {
    const huge = await questline(['spec', path]);
    assert.equal(huge.code, 1);
    assert.match(huge.stderr, /larger than 1048576 bytes, the most that is read \(QL_SPEC_BYTES_MAX\)/);
  }
});

test('spec of what cannot be read', async () => {
  for (const [path, why] of [['nowhere.md', /Cannot read nowhere\.md: No such file/], [team, /Is a directory/]] as const) {
    const { code, stderr } = await questline(['spec', path]);
    assert.equal(code, 1);
    assert.match(stderr, why);
  }
  const failure = await json<{ error: { status: string } }>('spec', 'nowhere.md');
  assert.equal(failure.error.status, 'QL_ERR_NOT_FOUND');
});

/* ---- check ---- */

test('check prints path:line:col: severity[code] message and exits 1 on errors', async () => {
  const place = folder();
  write(join(place, 'good.md'), '---\nname: good\ndescription: Does good\n---\n\nText.\n');
  assert.equal((await questline(['check', place])).code, 0);
  const path = write(join(place, 'bad.md'), '---\nname: [unclosed\ndescription: "x\n---\n\nText.\n');
  const { code, stdout, stderr } = await questline(['check', place]);
  assert.equal(code, 1, stdout);
  for (const line of stdout.trimEnd().split('\n')) assert.match(line, /^\S+\.md:\d+:\d+: (error|warning|info)\[[a-z0-9-]+\] .+/);
  assert.ok(stdout.includes(`${path}:`));
  assert.match(stderr, /^2 files, \d+ errors?, \d+ warnings?$/m);
  const found = await json<{ errors: number; files: { path: string; diagnostics: unknown[] }[] }>('check', place);
  assert.ok(found.errors > 0);
  assert.equal(found.files.length, 2);
});

test('check looks at *.md and *.mdc at any depth, at named files of any ending, and not into .git and node_modules', async () => {
  const place = folder();
  const text = '---\nname: N\ndescription: D\n---\n';
  for (const name of ['a.md', 'b/c/d.mdc', 'E.MD', 'f.txt', 'g.markdown', '.git/h.md', 'node_modules/x/i.md', '.cursor/rules/j.mdc'])
    write(join(place, name), text.replace('N', name.replaceAll(/\W/g, '-')));
  const paths = async (...args: string[]): Promise<string[]> =>
    (await json<{ files: { path: string }[] }>('check', ...args)).files.map(({ path }) => path.slice(place.length + 1));
  assert.deepEqual(await paths(place), ['.cursor/rules/j.mdc', 'E.MD', 'a.md', 'b/c/d.mdc']);
  assert.deepEqual(await paths(join(place, 'f.txt'), join(place, 'a.md')), ['f.txt', 'a.md']);
});

test('check survives rings of links, pipes, folders named like files and what it may not read', async () => {
  const place = folder();
  write(join(place, 'a/a.md'), '---\nname: a\ndescription: A\n---\n');
  symlinkSync('..', join(place, 'a/up'));
  symlinkSync('self.md', join(place, 'self.md'));
  symlinkSync('nowhere', join(place, 'dangling.md'));
  mkdirSync(join(place, 'folder.md'));
  spawnSync('mkfifo', [join(place, 'pipe.md')]);
  const { code, stderr } = await questline(['check', place]);
  assert.equal(code, 1);
  assert.match(stderr, /dangling\.md:1:1: error\[unreadable\] Cannot read it: No such file/);
  assert.match(stderr, /self\.md:1:1: error\[unreadable\]/);
  assert.match(stderr, /^1 file, 2 errors/m);
});

test('check of nothing is a failure', async () => {
  const { code, stderr } = await questline(['check', folder()]);
  assert.equal(code, 1);
  assert.match(stderr, /no \*\.md or \*\.mdc file/);
  assert.equal((await questline(['check', 'nowhere'])).code, 1);
});

test('check tells what is wrong across files', async () => {
  const { stdout } = await questline(['check', team]);
  assert.match(stdout, /orchestrator\.md:\d+:\d+: warning\[[a-z-]+\] .*doc-writer/);
});

test('check of a huge file is a finding, not a failure', async () => {
  const place = folder();
  write(join(place, 'huge.md'), 'x'.repeat(2 * 1024 * 1024));
  const { code, stdout } = await questline(['check', place]);
  assert.equal(code, 1);
  assert.match(stdout, /huge\.md:1:1: error\[/);
});

/* ---- roster ---- */

test('roster lists agents with files and those only named', async () => {
  const { code, stdout } = await questline(['roster', team]);
  assert.equal(code, 0);
  assert.match(stdout, /^@orchestrator +leads +Coordinates the web team/m);
  assert.match(stdout, /^@doc-writer +only named/m);
  const roster = await json<{ agents: { id: string; source: string; team: string[] }[] }>('roster', team);
  assert.deepEqual(
    roster.agents.map(({ id, source }) => `${id} ${source}`).sort(),
    ['@api-builder file', '@doc-writer declared', '@orchestrator file', '@schema-keeper file'],
  );
  assert.deepEqual(roster.agents.find(({ id }) => id === '@orchestrator')?.team, ['@api-builder', '@schema-keeper', '@doc-writer']);
});

test('roster of an empty folder is a failure', async () => {
  const { code, stderr } = await questline(['roster', folder()]);
  assert.equal(code, 1);
  assert.match(stderr, /There is no agent file/);
});

/* ---- plan ---- */

const objective = 'Add user authentication with sessions and a database schema';
const plan = (...more: string[]): Promise<import('./harness.ts').Result> =>
  questline(['plan', '--specs', team, '--agent', 'orchestrator', ...more, objective]);

test('plan prints the seeds\' form by default, Markdown and Mermaid on request', async () => {
  const text = await plan();
  assert.equal(text.code, 0, text.stderr);
  assert.match(text.stdout, /^IMPLEMENTATION PLAN/m);
  assert.match(text.stdout, /^AGENTS NEEDED/m);
  assert.match(text.stdout, /^DEPENDENCIES & ORDER/m);
  assert.match((await plan('--md')).stdout, /^# /m);
  assert.match((await plan('--mermaid')).stdout, /^(flowchart|graph) /m);
});

test('plan --json is data, the same each time', async () => {
  const first = await plan('--json');
  const value = JSON.parse(first.stdout) as { leader: string; rehearsed: boolean; tasks: { agent: string }[]; groups: string[][] };
  assert.deepEqual([value.leader, value.rehearsed], ['@orchestrator', true]);
  assert.ok(value.tasks.length > 0);
  assert.equal(value.groups.flat().length, value.tasks.length);
  assert.equal((await plan('--json')).stdout, first.stdout);
});

test('plan reads the objective from stdin', async () => {
  const { stdout } = await questline(['plan', '--specs', team, '--agent', '@Orchestrator', '--json', '-'], { input: `${objective}\n` });
  assert.equal((JSON.parse(stdout) as { objective: string }).objective, objective);
});

test('plan with an agent nobody knows suggests one', async () => {
  const { code, stderr } = await questline(['plan', '--specs', team, '--agent', 'orchestrater', objective]);
  assert.equal(code, 1);
  assert.match(stderr, /Did you mean @orchestrator\?/);
});

test('plan with an empty objective is wrong usage', async () => {
  for (const input of ['', '\n', '   '])
    assert.equal((await questline(['plan', '--specs', team, '--agent', 'orchestrator', '-'], { input })).code, 2, JSON.stringify(input));
});

/* ---- the seeds ---- */

const seeds = join(shared, 'seeds');
const noSeeds = existsSync(seeds) ? false : '5 seed files are not here';
test('every seed file is read, whatever its ending', { skip: noSeeds }, async () => {
  const files = readdirSync(seeds).sort();
  const ids: string[] = [];
  for (const name of files) {
    const spec = await json<Spec>('spec', join(seeds, name));
    ids.push(spec.id);
    for (const diagnostic of spec.diagnostics) assert.ok(diagnostic.line >= 1 && diagnostic.column >= 1);
  }
  assert.equal(new Set(ids).size, files.length);
  const copies = folder();
  for (const name of files) writeFileSync(join(copies, name.replace('.txt', '.md')), readFileSync(join(seeds, name)));
  const roster = await json<{ agents: { source: string }[] }>('roster', copies);
  assert.equal(roster.agents.filter(({ source }) => source === 'file').length, files.length);
  rmSync(copies, { recursive: true });
});
