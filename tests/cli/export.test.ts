import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, readdirSync, statSync, chmodSync, symlinkSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';

import { binary, folder, questline, write } from './harness.ts';

const text = `---
name: net-mender
description: Mends nets
tools: Read, Edit, Bash
color: blue
---

# Net mender

You mend nets. \t No white space at the end is lost.  \r
ä🚀`;

interface Exports {
  losses: number;
  exports: { file: string; path: string; text: string; to?: string; written: boolean; losses: { field: string; line: number; message: string }[] }[];
}
const json = async (...args: string[]): Promise<Exports> => JSON.parse((await questline(['export', '--json', ...args])).stdout) as Exports;
const read = (path: string): string => readFileSync(path, 'utf8');

test('export writes one file to stdout and its losses to stderr', async () => {
  const path = write(join(folder(), 'net-mender.md'), text);
  const { code, stdout, stderr } = await questline(['export', path, '--to', 'copilot']);
  assert.equal(code, 0);
  assert.match(stdout, /^---\nname: net-mender\n/);
  assert.ok(stdout.endsWith(text.slice(text.indexOf('\n# Net mender'))), 'the prose is untouched');
  assert.match(stderr, new RegExp(`^${path}:5: loss\\[color\\] .+$`, 'm'));
  const { exports: made, losses } = await json(path, '--to', 'copilot');
  assert.equal(made[0]?.text, stdout);
  assert.equal(losses, stderr.trimEnd().split('\n').length);
  assert.deepEqual([made[0]?.file, made[0]?.written], [path, false]);
});

test('export to the dialect that a file has is the file, byte by byte', async () => {
  const path = write(join(folder(), '.claude/agents/net-mender.md'), text);
  const { code, stdout, stderr } = await questline(['export', path, '--to', 'claude-code']);
  assert.deepEqual([code, stdout, stderr], [0, text, '']);
  assert.equal((await questline(['export', '-', '--to', 'claude-code'], { input: text })).stdout, text);
});

test('export --out writes each file where its product looks for it', async () => {
  const place = folder();
  write(join(place, 'in/net-mender.md'), text);
  write(join(place, 'in/b/sail-maker.md'), text.replaceAll('net', 'sail').replace('mender', 'maker'));
  const out = join(place, 'new/out');
  const args = ['export', join(place, 'in'), '--to', 'copilot', '--out', out];
  const { code, stdout, stderr } = await questline(args);
  assert.equal(code, 0);
  assert.match(stderr, /^2 files written, \d+ losses$/m);
  const names = ['sail-maker', 'net-mender'].map((name) => join(out, `.github/agents/${name}.agent.md`));
  assert.equal(stdout, names.map((name) => `${name}\n`).join(''));
  assert.match(read(names[1] ?? ''), /^---\nname: net-mender\n/);

  const again = await questline(args);
  assert.deepEqual([again.code, again.stdout], [0, names.map((name) => `${name} (the same already)\n`).join('')]);
});

test('export refuses to replace a file that differs, and writes nothing then, without --force', async () => {
  const place = folder();
  write(join(place, 'in/a.md'), text.replace('net-mender', 'a'));
  write(join(place, 'in/z.md'), text.replace('net-mender', 'z'));
  const there = write(join(place, '.github/agents/z.agent.md'), 'mine');
  chmodSync(there, 0o600);
  const args = ['export', 'in', '--to', 'copilot', '--out', '.'];
  const { code, stderr } = await questline(args, { cwd: place });
  assert.equal(code, 1);
  assert.match(stderr, /^questline: \.\/\.github\/agents\/z\.agent\.md is there already and differs\. Replace it with --force/m);
  assert.deepEqual(readdirSync(join(place, '.github/agents')), ['z.agent.md']);
  assert.equal(read(there), 'mine');
  const forced = await questline([...args, '--force'], { cwd: place });
  assert.equal(forced.code, 0, forced.stderr);
  assert.match(read(there), /^---\nname: z\n/);
  assert.equal(statSync(there).mode & 0o777, 0o600);
  assert.deepEqual(readdirSync(join(place, '.github/agents')), ['a.agent.md', 'z.agent.md']);
});

test('export --strict writes nothing when something would be lost', async () => {
  const place = folder();
  const path = write(join(place, 'net-mender.md'), text);
  const { code, stdout, stderr } = await questline(['export', path, '--to', 'copilot', '--strict', '--out', join(place, 'out')]);
  assert.deepEqual([code, stdout], [1, '']);
  assert.match(stderr, /loss\[color\]/);
  assert.match(stderr, /^\d+ loss(es)?, so nothing was written \(--strict\)\.$/m);
  assert.deepEqual(readdirSync(place), ['net-mender.md']);
  assert.equal((await questline(['export', path, '--to', 'copilot', '--strict'])).stdout, '');
  assert.deepEqual((await json(path, '--to', 'copilot', '--strict', '--out', join(place, 'out'))).exports[0]?.written, false);
  assert.equal((await questline(['export', path, '--to', 'claude-code', '--strict'])).code, 0);
});

test('export of two files for one place is refused', async () => {
  const place = folder();
  write(join(place, 'a.md'), text);
  write(join(place, 'b.md'), text);
  const { code, stderr } = await questline(['export', place, '--to', 'agents-md', '--out', join(place, 'out')]);
  assert.equal(code, 1);
  assert.match(stderr, /a\.md and .*b\.md would both become .*\/out\/AGENTS\.md/);
  assert.deepEqual(readdirSync(place), ['a.md', 'b.md']);
});

test('export goes into no file that stands where a folder should be, and over no folder', async () => {
  const place = folder();
  const path = write(join(place, 'net-mender.md'), text);
  write(join(place, 'one/.github'), 'a file');
  const blocked = await questline(['export', path, '--to', 'copilot', '--out', join(place, 'one')]);
  assert.equal(blocked.code, 1);
  assert.match(blocked.stderr, /Not a directory/);
  mkdirSync(join(place, 'two/AGENTS.md'), { recursive: true });
  const over = await questline(['export', path, '--to', 'agents-md', '--force', '--out', join(place, 'two')]);
  assert.equal(over.code, 1);
  assert.match(over.stderr, /Is a directory/);
});

test('export that fails on the way says what it has written', async () => {
  const place = folder();
  write(join(place, 'in/a.md'), text.replace('net-mender', 'a'));
  write(join(place, 'in/b.md'), text.replace('net-mender', 'b') + 'x'.repeat(100_000));
  const shell = `ulimit -f 16; exec ${binary} export in --to copilot --out out`;
  const { status, stdout, stderr } = spawnSync('bash', ['-c', shell], { encoding: 'utf8', cwd: place });
  assert.deepEqual([status, stdout], [1, 'out/.github/agents/a.agent.md\n']);
  assert.match(stderr, /Cannot write out\/\.github\/agents\/b\.agent\.md: /);
  assert.deepEqual(readdirSync(join(place, 'out/.github/agents')), ['a.agent.md']);
});

test('export of what is empty, huge, noise or not there', async () => {
  const place = folder();
  assert.equal((await questline(['export', '-', '--to', 'copilot'], { input: '' })).code, 0);
  const noise = Uint8Array.from({ length: 5000 }, (_, i) => (i * i * 7 + (i >> 3)) & 255);
  assert.equal((await questline(['export', write(join(place, 'noise.md'), noise), '--to', 'gemini-cli'])).code, 0);
  const huge = await questline(['export', write(join(place, 'huge.md'), 'x'.repeat(10 * 1024 * 1024)), '--to', 'copilot']);
  assert.deepEqual([huge.code, huge.stdout], [1, '']);
  assert.match(huge.stderr, /QL_SPEC_BYTES_MAX/);
  symlinkSync('nowhere', join(place, 'gone.md'));
  const gone = await questline(['export', join(place, 'gone.md'), '--to', 'copilot']);
  assert.deepEqual([gone.code, gone.stdout], [1, '']);
  assert.match(gone.stderr, /gone\.md:1:1: error\[unreadable\] Cannot read it: No such file/);
  assert.equal((await questline(['export', folder(), '--to', 'copilot'])).code, 1);
});

test('export wants a dialect that there is, and a place for several files', async () => {
  const place = folder();
  write(join(place, 'a.md'), text);
  write(join(place, 'b.md'), text);
  const unknown = await questline(['export', place, '--to', 'copilt', '--out', place]);
  assert.equal(unknown.code, 2);
  assert.match(unknown.stderr, /There is no dialect copilt\. Did you mean copilot\?/);
  assert.match((await questline(['export', place])).stderr, /export needs --to DIALECT/);
  const several = await questline(['export', place, '--to', 'copilot']);
  assert.deepEqual([several.code, several.stdout], [2, '']);
  assert.match(several.stderr, /These are 2 files, and stdout takes one\. Say where to write them with --out DIR\./);
});
