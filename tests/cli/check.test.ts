import assert from 'node:assert/strict';
import { chmodSync, lstatSync, mkdirSync, readFileSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';

import { binary, finish, folder, questline, start, until, write } from './harness.ts';

const sound = '---\nname: sound\ndescription: Does it well\n---\n\nText.\n';
/* A byte order mark, and a description with a colon and no quotes. */
const broken = '\uFEFF---\nname: broken\ndescription: Does this: and that\n---\n\nText, ä, \t and no end';
const mended = '---\nname: broken\ndescription: "Does this: and that"\n---\n\nText, ä, \t and no end';

interface Edit {
  offset: number;
  length: number;
  text: string;
}
interface Diagnostic {
  code: string;
  line: number;
  column: number;
  message: string;
  fix?: Edit[];
}
interface Found {
  errors: number;
  warnings: number;
  files: { path: string; diagnostics: Diagnostic[] }[];
  mended?: { path: string; findings: number; written: boolean; diagnostics: Diagnostic[] }[];
}

const text = (path: string): string => readFileSync(path, 'utf8');

/* ---- --fix ---- */

test('check --fix mends files in place and says what it mended', async () => {
  const place = folder();
  const path = write(join(place, 'broken.md'), broken);
  const other = write(join(place, 'sound.md'), sound);
  const { code, stdout, stderr } = await questline(['check', '--fix', place]);
  assert.equal(code, 0, stdout + stderr);
  assert.equal(stdout, `${path}: mended 2 findings: 1:1 byte-order-mark, 3:23 unquoted-colon\n`);
  assert.equal(stderr, '2 findings mended in 1 file\n2 files, 0 errors, 0 warnings\n');
  assert.equal(text(path), mended);
  assert.equal(text(other), sound);
  assert.deepEqual(readdirSync(place).sort(), ['broken.md', 'sound.md']);
  const again = await questline(['check', '--fix', place]);
  assert.deepEqual([again.code, again.stdout, again.stderr], [0, '', '2 files, 0 errors, 0 warnings\n']);
});

test('check --fix --dry-run lists each edit and writes nothing', async () => {
  const path = write(join(folder(), 'broken.md'), broken);
  const { code, stdout, stderr } = await questline(['check', '--fix', '--dry-run', path]);
  assert.equal(code, 0);
  assert.equal(text(path), broken);
  const lines = stdout.trimEnd().split('\n');
  assert.equal(lines[0], `${path}: would mend 2 findings:`);
  assert.match(lines[1] ?? '', /^  1:1 byte-order-mark: takes out ".*"$/);
  assert.match(lines[2] ?? '', /^  3:\d+ unquoted-colon: puts "\\?"Does this: and that\\?"" for "Does this: and that"$/);
  assert.match(stderr, /^2 findings would be mended in 1 file$/m);
});

test('check --fix --json tells what was mended and what is left', async () => {
  const place = folder();
  const path = write(join(place, 'broken.md'), broken.replace('no end', '{{PLACEHOLDER}}'));
  const found = JSON.parse((await questline(['check', '--fix', '--json', place])).stdout) as Found;
  assert.deepEqual(
    found.mended?.map(({ path, findings, written }) => [path, findings, written]),
    [[path, 2, true]],
  );
  assert.deepEqual(found.mended?.[0]?.diagnostics.map(({ code }) => code), ['byte-order-mark', 'unquoted-colon']);
  assert.ok(found.files[0]?.diagnostics.some(({ code }) => code === 'unfilled-placeholder'));
  assert.ok(found.files[0]?.diagnostics.every(({ code }) => code !== 'unquoted-colon'));
  const dry = JSON.parse((await questline(['check', '--fix', '--dry-run', '--json', write(join(place, 'x.md'), broken)])).stdout) as Found;
  assert.equal(dry.mended?.[0]?.written, false);
});

test('check --fix keeps permissions, and links stay links', async () => {
  const place = folder();
  const path = write(join(place, 'real/broken.txt'), broken);
  chmodSync(path, 0o640);
  const link = join(place, 'link.md');
  symlinkSync('real/broken.txt', link);
  assert.equal((await questline(['check', '--fix', link, path])).code, 1, 'one agent twice');
  assert.ok(lstatSync(link).isSymbolicLink());
  assert.equal(text(path), mended);
  assert.equal(statSync(path).mode & 0o777, 0o640);
});

test('check --fix of what it cannot write says so, and goes on', async () => {
  const place = folder();
  const locked = write(join(place, 'a.md'), broken);
  chmodSync(locked, 0o444);
  symlinkSync('nowhere', join(place, 'b.md'));
  const last = write(join(place, 'c.md'), broken.replace('name: broken', 'name: last'));
  const { code, stdout, stderr } = await questline(['check', '--fix', place]);
  assert.equal(code, 1);
  assert.match(stderr, /a\.md:1:1: error\[unwritable\] Cannot write it: it is read-only\.$/m);
  assert.match(stderr, /b\.md:1:1: error\[unreadable\] Cannot read it: No such file or directory\.$/m);
  assert.match(stderr, /^2 findings mended in 1 file$/m);
  assert.match(stdout, /a\.md:3:23: warning\[unquoted-colon\]/);
  const json = await questline(['check', '--fix', '--json', place]);
  assert.equal(json.stderr, '');
  assert.deepEqual((JSON.parse(json.stdout) as Found).mended, []);
  assert.deepEqual((JSON.parse(json.stdout) as { failed: object[] }).failed, [
    { code: 'unwritable', message: 'Cannot write it: it is read-only.', path: locked },
    { code: 'unreadable', message: 'Cannot read it: No such file or directory.', path: join(place, 'b.md') },
  ]);
  assert.equal(text(locked), broken);
  assert.equal(text(last), mended.replace('name: broken', 'name: last'));
});

test('check --fix on a disk that is full leaves the file as it was, and nothing beside it', () => {
  const place = folder();
  const path = write(join(place, 'large.md'), broken + 'x'.repeat(100_000));
  const { status, stderr } = spawnSync('bash', ['-c', `ulimit -f 8; ${binary} check --fix ${place}`], { encoding: 'utf8' });
  assert.equal(status, 1);
  assert.match(stderr, /error\[unwritable\] Cannot write it: File too large\./);
  assert.equal(text(path), broken + 'x'.repeat(100_000));
  assert.deepEqual(readdirSync(place), ['large.md']);
});

/** So many files that something can happen while they are mended. */
function many(): { place: string; names: string[]; before: string[]; after: string[] } {
  const place = folder();
  const named = (whole: string, i: number): string => whole.replace('name: broken', `name: agent-${i}`);
  const names = Array.from({ length: 1000 }, (_, i) => join(place, `a${String(i).padStart(4, '0')}.md`));
  const before = names.map((_, i) => named(broken, i));
  names.forEach((name, i) => writeFileSync(name, before[i] ?? ''));
  return { place, names, before, after: names.map((_, i) => named(mended, i)) };
}

test('check --fix that is interrupted leaves every file whole', async () => {
  const { place, names, before, after } = many();
  const child = start(['check', '--fix', place]);
  const done = finish(child);
  await until(() => text(names[0] ?? '') !== before[0], 'it mended a file', child);
  child.kill('SIGINT');
  const { code } = await done;
  assert.equal(code, 130);
  const texts = names.map(text);
  assert.ok(texts.every((whole, i) => whole === before[i] || whole === after[i]));
  assert.ok(texts.some((whole, i) => whole === before[i]));
  assert.equal(readdirSync(place).length, names.length, 'nothing beside them');
});

test('check --fix leaves a file alone that somebody changes meanwhile', async () => {
  const { place, names, before, after } = many();
  const last = names.at(-1) ?? '';
  const child = start(['check', '--fix', place]);
  const done = finish(child);
  await until(() => text(names[0] ?? '') !== before[0], 'it mended a file', child);
  writeFileSync(last, 'mine');
  const { code, stderr } = await done;
  assert.equal(code, 1);
  assert.match(stderr, /a0999\.md:1:1: error\[unwritable\] Cannot write it: somebody else changed it meanwhile; run the command again\./);
  assert.equal(text(last), 'mine');
  assert.ok(names.slice(0, -1).every((name, i) => text(name) === after[i]));
});

test('check --fix - writes the mended text to stdout, and only that', async () => {
  const { code, stdout, stderr } = await questline(['check', '--fix', '-'], { input: broken });
  assert.deepEqual([code, stdout], [0, mended]);
  assert.match(stderr, /^stdin: mended 2 findings: 1:1 byte-order-mark, 3:23 unquoted-colon$/m);
  const same = await questline(['check', '--fix', '-'], { input: sound });
  assert.deepEqual([same.code, same.stdout], [0, sound]);
  assert.equal((await questline(['check', '--fix', '-'], { input: '' })).stdout, '');
});

test('check --fix does not touch a file that is too large', async () => {
  const large = broken + 'x'.repeat(10 * 1024 * 1024);
  const path = write(join(folder(), 'large.md'), large);
  const { code, stdout } = await questline(['check', '--fix', path]);
  assert.equal(code, 1);
  assert.match(stdout, /large\.md:1:1: error\[file-too-large\] .*QL_SPEC_BYTES_MAX/);
  assert.ok(text(path) === large);
  const stdin = await questline(['check', '--fix', '-'], { input: large });
  assert.deepEqual([stdin.code, stdin.stdout.length], [1, 0]);
});

/* ---- --format ---- */

test('check --format json is --json', async () => {
  const path = write(join(folder(), 'broken.md'), broken);
  const json = (await questline(['check', '--json', path])).stdout;
  assert.equal((await questline(['check', '--format', 'json', path])).stdout, json);
  assert.equal((await questline(['check', '--format=json', '--json', path])).stdout, json);
  const failure = await questline(['check', '--format', 'json', join(path, 'nothing')]);
  assert.equal(failure.code, 1);
  assert.ok(JSON.parse(failure.stdout));
});

interface Region {
  startLine: number;
  startColumn: number;
  endLine: number;
  endColumn: number;
}
interface Result {
  ruleId: string;
  ruleIndex: number;
  level: string;
  message: { text: string };
  locations: { physicalLocation: { artifactLocation: { uri: string }; region: Region } }[];
  fixes?: { artifactChanges: { artifactLocation: { uri: string }; replacements: { deletedRegion: Region; insertedContent: { text: string } }[] }[] }[];
}
interface Sarif {
  version: string;
  runs: {
    columnKind: string;
    tool: { driver: { name: string; semanticVersion: string; rules: { id: string; shortDescription: { text: string }; defaultConfiguration: { level: string } }[] } };
    results: Result[];
  }[];
}

const sarif = async (...args: string[]): Promise<Sarif['runs'][0]> => {
  const { stdout, stderr } = await questline(['check', '--format', 'sarif', ...args]);
  const log = JSON.parse(stdout) as Sarif;
  assert.equal(log.version, '2.1.0', stderr);
  assert.equal(log.runs.length, 1);
  return log.runs[0] as Sarif['runs'][0];
};

/** The offset of a line and a column in code points, counted here anew. */
function offsetOf(whole: string, line: number, column: number): number {
  const lines = whole.split(/(?<=\r\n|\r(?!\n)|\n)/u);
  const before = lines.slice(0, line - 1).join('');
  return before.length + [...(lines[line - 1] ?? '')].slice(0, column - 1).join('').length;
}

test('check --format sarif is what a code scanner takes', async () => {
  const place = folder();
  const whole = '---\r\nname: broken\r\ndescription: "🚀 ok"\r\nmodel: x: y\r\ncolour: red: 🚀 blue: x\r\n---\r\nText, ðŸš€, â€™ and ðŸš€ again\r\n';
  write(join(place, 'a.md'), whole);
  write(join(place, 'b/ü %#?:.md'), sound.replace('sound', 'Sound one'));
  const { columnKind, tool, results } = await sarif(place);
  assert.equal(columnKind, 'unicodeCodePoints');
  assert.equal(tool.driver.name, 'questline');
  assert.match(tool.driver.semanticVersion, /^\d+\.\d+\.\d+$/);
  for (const { id, shortDescription, defaultConfiguration } of tool.driver.rules) {
    assert.match(id, /^[a-z0-9-]+$/);
    assert.match(shortDescription.text, /^[^a-z].+\.$/, id);
    assert.match(defaultConfiguration.level, /^(error|warning|note)$/);
  }
  assert.ok(results.length > 3);
  const found = JSON.parse((await questline(['check', '--json', place])).stdout) as Found;
  const diagnostics = found.files.flatMap((file) => file.diagnostics.map((diagnostic) => ({ file, ...diagnostic })));
  assert.equal(results.length, diagnostics.length);
  results.forEach((result, i) => {
    assert.equal(tool.driver.rules[result.ruleIndex]?.id, result.ruleId);
    const { region } = result.locations[0]?.physicalLocation ?? assert.fail('no place');
    const { code, line, column, message } = diagnostics[i] ?? assert.fail('no diagnostic');
    assert.deepEqual([result.ruleId, result.message.text, region.startLine, region.startColumn], [code, message, line, column]);
  });
  const uris = results.map((result) => result.locations[0]?.physicalLocation.artifactLocation.uri);
  assert.ok(uris.includes(`file://${place}/b/%C3%BC%20%25%23%3F%3A.md`), uris.join());

  const bytes = Buffer.from(whole);
  let fixes = 0;
  for (const [i, { fixes: [fix] = [] }] of results.entries()) {
    const { fix: edits = [], file } = diagnostics[i] ?? assert.fail();
    if (!fix) continue;
    assert.equal(file.path, join(place, 'a.md'));
    const replacements = fix.artifactChanges[0]?.replacements ?? [];
    assert.equal(replacements.length, edits.length);
    replacements.forEach(({ deletedRegion: region, insertedContent }, k) => {
      const { offset, length, text } = edits[k] ?? assert.fail();
      const from = offsetOf(whole, region.startLine, region.startColumn);
      const to = offsetOf(whole, region.endLine, region.endColumn);
      assert.equal(whole.slice(from, to), bytes.subarray(offset, offset + length).toString());
      assert.equal(Buffer.byteLength(whole.slice(0, from)), offset);
      assert.equal(insertedContent.text, text);
      fixes++;
    });
  }
  assert.ok(fixes > 3, `${fixes} fixes`);
});

test('SARIF names files from here as they are, without ./, and files that cannot be read', async () => {
  const place = folder();
  write(join(place, 'x/a.md'), broken);
  symlinkSync('nowhere', join(place, 'x/b.md'));
  const { code, stdout } = await questline(['check', '--format', 'sarif', './/x'], { cwd: place });
  assert.equal(code, 1);
  const results = (JSON.parse(stdout) as Sarif).runs[0]?.results ?? [];
  const uris = results.map(({ ruleId, locations }) => `${ruleId} ${locations[0]?.physicalLocation.artifactLocation.uri}`);
  assert.ok(uris.includes('byte-order-mark x/a.md') && uris.includes('unreadable x/b.md'), uris.join());
});

test('check --format github prints annotations, with its escapes', async () => {
  const place = folder();
  write(join(place, 'a, b:c%.md'), broken);
  const { code, stdout } = await questline(['check', '--format', 'github', './'], { cwd: place });
  assert.equal(code, 1);
  const found = JSON.parse((await questline(['check', '--json', place])).stdout) as Found;
  const lines = stdout.trimEnd().split('\n');
  assert.equal(lines.length, found.files[0]?.diagnostics.length);
  const of = (title: string): string => lines.find((line) => line.includes(`title=${title}::`)) ?? '';
  assert.match(of('byte-order-mark'), /^::warning file=a%2C b%3Ac%25\.md,line=1,col=1,title=byte-order-mark::[^%]+$/);
  assert.match(of('silent-skip'), /^::error file=a%2C b%3Ac%25\.md,line=1,col=2,title=silent-skip::.* word, .+/);
  assert.match(of('unquoted-colon'), /^::warning file=a%2C b%3Ac%25\.md,line=3,col=23,title=unquoted-colon::.+/);
  write(join(place, 'd.md'), `---\nname: d\ndescription: d\n100%: "%0A::error::x": y\n---\nText.\n`);
  const { stdout: hostile } = await questline(['check', '--format', 'github', 'd.md'], { cwd: place });
  for (const line of hostile.trimEnd().split('\n')) assert.match(line, /^::(error|warning|notice) file=d\.md,line=\d+,col=\d+,title=[a-z-]+::/);
  assert.doesNotMatch(hostile, /%0A/);
});

/* ---- --dialect and --strict ---- */

test('check --dialect reads files as another product does', async () => {
  const path = write(join(folder(), 'a.md'), sound);
  const spec = JSON.parse((await questline(['spec', '--json', '--dialect', 'copilot', path])).stdout) as { dialect: string };
  assert.equal(spec.dialect, 'copilot');
  assert.equal((await questline(['check', '--dialect', 'gemini-cli', path])).code, 0);
  const { code, stderr } = await questline(['check', '--dialect', 'claud-code', path]);
  assert.equal(code, 2);
  assert.match(stderr, /There is no dialect claud-code\. Did you mean claude-code\? There are claude-code, copilot, .*, ouroboros and plain/);
  const far = await questline(['spec', '--dialect', 'emacs', path]);
  assert.match(far.stderr, /There is no dialect emacs\. There are claude-code, /);
});

test('check --strict fails for warnings too', async () => {
  const place = folder();
  write(join(place, 'a.md'), `\uFEFF${sound}`);
  assert.equal((await questline(['check', place])).code, 0);
  assert.equal((await questline(['check', '--strict', place])).code, 1);
  assert.equal((await questline(['check', '--strict', '--format', 'sarif', place])).code, 1);
  assert.equal((await questline(['check', '--strict', '--fix', place])).code, 0);
});

const usage: [string, string[], RegExp][] = [
  ['an unknown format', ['--format', 'xml', '.'], /There is no format xml\. There are text, json, sarif and github/],
  ['a misspelled format', ['--format', 'sariff', '.'], /Did you mean sarif\?/],
  ['a dry run of nothing', ['--dry-run', '.'], /--dry-run belongs to --fix/],
  ['stdin and files to mend', ['--fix', '-', '.'], /Give - alone/],
  ['the mended text and SARIF', ['--fix', '--format', 'sarif', '-'], /as sarif/],
];
for (const [name, args, sentence] of usage) {
  test(`check refuses ${name}`, async () => {
    const { code, stdout, stderr } = await questline(['check', ...args], { cwd: folder() });
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, sentence);
  });
}

test('check refuses --json with another format', async () => {
  const { code, stdout } = await questline(['check', '--json', '--format', 'sarif', '.'], { cwd: folder() });
  assert.equal(code, 2);
  assert.match((JSON.parse(stdout) as { error: { message: string } }).error.message, /--json is --format json/);
});

test('check in a folder whose name is strange', async () => {
  const place = folder();
  mkdirSync(join(place, 'new\nline\u001b[31m'));
  write(join(place, 'new\nline\u001b[31m/a.md'), broken);
  const found = JSON.parse((await questline(['check', '--json', place])).stdout) as Found;
  for (const format of ['text', 'github']) {
    const { stdout } = await questline(['check', '--format', format, place]);
    assert.equal(stdout.trimEnd().split('\n').length, found.files[0]?.diagnostics.length);
    assert.doesNotMatch(stdout, /\u001b/);
  }
  const { results } = await sarif(place);
  assert.match(results[0]?.locations[0]?.physicalLocation.artifactLocation.uri ?? '', /new%0Aline%1B%5B31m\/a\.md$/);
});
