// Commands that models run on the command line: who allows them, what they see, how they end, what they leave behind.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { wordsOf, type Ask, type Call, type Script } from '../loopback/script.ts';
import { agentOf, KEY, players } from '../loopback/team.ts';
import { questline, until } from './harness.ts';
import { count, Scene } from './scene.ts';
import { terminal, type Session } from './terminal.ts';

interface Test {
  after(f: () => Promise<void>): void;
}

const bash = (command: string, timeout?: number): Call => ({ name: 'Bash', arguments: { command, ...(timeout !== undefined && { timeout }) } });

/** The designer runs these, one after another, then goes on as everybody does. */
function runs(...calls: readonly Call[]): Script {
  const others = players();
  return (ask) => {
    const made = ask.messages.flatMap(({ parts }) => parts.filter(({ kind }) => kind === 'result')).length;
    return agentOf(ask) === 'api-designer' && made < calls.length ? { calls: [calls[made]!] } : others(ask);
  };
}

async function scene(t: Test, ...calls: readonly Call[]): Promise<Scene> {
  const at = await Scene.set(t, runs(...calls));
  at.allow('api-designer', 'Bash, Read');
  return at;
}

const file = (at: Scene, name: string): string => join(at.cwd, 'project', name);
const lines = (at: Scene, name: string): number => (existsSync(file(at, name)) ? count(readFileSync(file(at, name), 'utf8'), '\n') : 0);
const designer = (at: Scene): Ask[] => at.server.asks.filter((ask) => agentOf(ask) === 'api-designer');
/** What the designer was told last. */
const told = (at: Scene): string => wordsOf(designer(at).at(-1)!);
const offered = (at: Scene): boolean => designer(at).some(({ tools }) => tools.some(({ name }) => name === 'Bash'));

/** No process has that id any more, but for one that waits for its parent to look. */
function gone(pid: string): boolean {
  try {
    return / Z /.test(readFileSync(`/proc/${pid.trim()}/stat`, 'utf8'));
  } catch {
    return true;
  }
}

const pids = (at: Scene): string[] => ['shell.pid', 'back.pid'].map((name) => readFileSync(file(at, name), 'utf8'));
const LONG = 'echo ran >> runs; sleep 300 & echo $! > back.pid; echo $$ > shell.pid; echo begun; sleep 300';

const artifacts = (at: Scene): string[] => at.log().split('\n').filter((line) => line.includes('"t":"artifact"'));

async function verified(at: Scene): Promise<void> {
  const { stdout } = await questline(['verify', '--json', at.files[0] ?? ''], { cwd: at.cwd });
  const { intact, legal, complete } = JSON.parse(stdout) as Record<string, string>;
  assert.deepEqual({ intact, legal, complete }, { intact: 'yes', legal: 'yes', complete: 'terminal' });
}

const atTerminal = (at: Scene, ...args: string[]): Session => terminal(at.words('--work', 'project', ...args), at.cwd, at.env);
const resumed = (at: Scene, ...args: string[]): Session =>
  terminal(['resume', at.files[0] ?? '', '--specs', 'agents', ...at.who(), '--work', 'project', ...args], at.cwd, at.env);

/* ---- who allows them ---- */

test('--allow-bash: a command runs in the folder, its output and its files are shown to the model and become artifacts', async (t) => {
  const at = await scene(t, bash('echo to the model; echo to stderr >&2; pwd; echo made > made.txt; mkdir sub; printf old >> sub/kept.txt; exit 3'));
  const { code, stdout, stderr } = await at.play('--work', 'project', '--allow-bash');
  assert.equal(code, 0, stdout + stderr);
  assert.match(told(at), /from="Bash">\nto the model\nto stderr\n\S+\/project\n\(exit code 3\)\n\[Files: made\.txt added, sub\/kept\.txt added\]\n<\/data/);
  assert.equal(count(at.log(), '"tool":"Bash"'), 1);
  for (const [name, text] of [['made.txt', 'made\n'], ['sub/kept.txt', 'old']] as const) {
    const hash = createHash('sha256').update(text).digest('hex');
    assert.ok(artifacts(at).some((line) => line.includes(`"hash":"${hash}","media":"text/plain"`) && line.includes(`"${name}"`)), name);
    assert.equal(readFileSync(join(at.cwd, '.questline/blobs', hash), 'utf8'), text);
    assert.equal(readFileSync(file(at, name), 'utf8'), text);
  }
  await verified(at);
});

test('at a terminal each command is shown in full and asked about: no, then yes', async (t) => {
  const at = await scene(t, bash('echo one >> runs\necho \x1b[2Jhidden'), bash('echo two >> runs'));
  const session = atTerminal(at);
  await session.shows(/@api-designer wants to run, with \/bin\/sh in project:\r?\n {2}echo one >> runs\r?\n {2}echo .*hidden\r?\n[^]*Allow it\? \[y\/N\] /);
  assert.doesNotMatch(session.screen(), /\x1b\[2J/, 'control characters do nothing');
  session.type('n\n');
  await session.shows(/echo two >> runs\r?\n[^]*Allow it\? \[y\/N\] /);
  session.type('y\n');
  assert.equal(await session.ended, 0, session.screen());
  assert.equal(readFileSync(file(at, 'runs'), 'utf8'), 'two\n');
  assert.match(told(at), /Refused: the person who was asked said no\./);
  await verified(at);
});

test('what was typed before the question stood there is no answer', async (t) => {
  const at = await scene(t, bash('echo ran >> runs'));
  const session = atTerminal(at);
  session.type('y\ny\ny\n');
  await session.shows(/Allow it\? \[y\/N\] /);
  session.type('\n');
  assert.equal(await session.ended, 0, session.screen());
  assert.equal(lines(at, 'runs'), 0);
});

for (const [name, options] of [['no terminal and no --allow-bash', ['--work', 'project']], ['no terminal, and --yes', ['--work', 'project', '--yes']], ['no folder', []]] as const) {
  test(`${name}: Bash is not offered, and a model that calls it all the same hears why`, async (t) => {
    const at = await scene(t, bash('echo ran >> runs'));
    const { code, stderr } = await at.play(...options);
    assert.equal(code, 0, stderr);
    assert.equal(offered(at), false);
    assert.equal(lines(at, 'runs'), 0);
    if (options.length > 0) assert.match(told(at), /Bash does nothing here: this host runs no commands\./);
    await verified(at);
  });
}

test('what the file rules out is not run, whatever the person says', async (t) => {
  for (const tools of ['Read', 'Bash(git log:*), Read']) {
    const at = await Scene.set(t, runs(bash('echo ran >> runs')));
    at.allow('api-designer', tools);
    const { code, stderr } = await at.play('--work', 'project', '--allow-bash');
    assert.equal(code, 0, stderr);
    assert.equal(lines(at, 'runs'), 0, tools);
    assert.match(told(at), /Refused|not.*list|may not/i);
    const session = atTerminal(at);
    session.type('y\n');
    assert.equal(await session.ended, 0, session.screen());
    assert.equal(lines(at, 'runs'), 0, tools);
  }
});

/* ---- what they see ---- */

/** All bytes below a folder, as texts. */
function textsIn(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? textsIn(path) : [readFileSync(path, 'latin1')];
  });
}

test('no command finds a key: not in its environment, not in that of the program', async (t) => {
  const planted = 'mcp-Planted-0123456789-secret';
  const look = 'env; cat /proc/self/environ /proc/$PPID/environ; ls -l /proc/$PPID/fd; tr "\\0" "\\n" < /proc/$PPID/cmdline; grep -a -o "[a-z-]*0123456789[a-z]*" /proc/$PPID/mem; true';
  const at = await scene(t, bash(look), bash('env | base64; od -An -tx1 /proc/$PPID/environ'));
  at.env['MCP_DOCS_API_KEY'] = planted;
  at.env['UNRELATED_TOKEN'] = planted;
  const { code, stdout, stderr } = await at.play('--work', 'project', '--allow-bash');
  assert.equal(code, 0, stdout + stderr);
  assert.match(told(at), /PATH=/, 'its own environment is there');
  const sent = at.server.requests.map(({ body, path }) => body + path);
  const results = designer(at).map(wordsOf).join('\n');
  const dumped = results.replace(/[^0-9a-f]/g, '');
  for (const key of [KEY, planted]) {
    const forms = [key, Buffer.from(key).toString('hex'), ...[0, 1, 2].map((at) => Buffer.from('x'.repeat(at) + key).toString('base64').slice(at + 1, -4))];
    for (const text of [stdout, stderr, ...textsIn(at.cwd), ...sent])
      assert.deepEqual(forms.filter((form) => text.toLowerCase().includes(form.toLowerCase())), []);
    assert.ok(!dumped.includes(Buffer.from(key).toString('hex')));
  }
  assert.doesNotMatch(results, /UNRELATED|API_KEY/);
});

/* ---- how they end ---- */

test('at its time limit all of a command ends, what it started included', async (t) => {
  const at = await scene(t, bash(LONG, 400));
  const { code, stdout, stderr } = await at.play('--work', 'project', '--allow-bash');
  assert.equal(code, 0, stdout + stderr);
  assert.match(told(at), /begun\n\(Ended: it took longer than 0\.4 s\.\)/);
  assert.deepEqual(pids(at).map(gone), [true, true]);
  assert.match(at.log(), /"outcome":"error"/);
  await verified(at);
});

test('what a command leaves running ends with it', async (t) => {
  const at = await scene(t, bash('echo $$ > shell.pid; sleep 300 & echo $! > back.pid; echo over'));
  const { code, stderr } = await at.play('--work', 'project', '--allow-bash');
  assert.equal(code, 0, stderr);
  assert.match(told(at), /over\n\(exit code 0\) What it left running was ended\./);
  assert.deepEqual(pids(at).map(gone), [true, true]);
});

test('of huge output the beginning and the end are sent', async (t) => {
  const at = await scene(t, bash('echo first; head -c 100000000 /dev/zero | tr "\\0" "x"; echo; echo last; head -c 3000 /dev/urandom'));
  const { code, stderr } = await at.play('--work', 'project', '--allow-bash');
  assert.equal(code, 0, stderr);
  assert.match(told(at), /first\nx+\n\[… [\d,]+ bytes left out …\]\nx+\nlast\n/);
  assert.ok(Math.max(...at.server.requests.map(({ body }) => body.length)) < 200_000);
  assert.ok(at.log().length < 500_000);
  await verified(at);
});

/* ---- Ctrl-C ---- */

test('Ctrl-C in a command ends all of it; it is not run again without a person, and with one it is', async (t) => {
  for (const person of [false, true]) {
    const at = await scene(t, bash(LONG));
    const child = at.begin('--work', 'project', '--allow-bash');
    await until(() => existsSync(file(at, 'shell.pid')) && readFileSync(file(at, 'shell.pid'), 'utf8').endsWith('\n'), 'it runs', child);
    const code = new Promise((resolve) => child.on('close', resolve));
    child.kill('SIGINT');
    assert.equal(await code, 130);
    assert.deepEqual(pids(at).map(gone), [true, true]);
    if (person) {
      const session = resumed(at, '--allow-bash');
      await session.shows(/may have been carried out\. Allow it\? \[y\/N\] /);
      session.type('y\n');
      await until(() => lines(at, 'runs') === 2, 'it runs again', session.child);
      session.type('\x03');
      assert.equal(await session.ended, 130, session.screen());
      assert.match(session.screen(), /Interrupted after \d+ events\. Nothing is lost/);
      await until(() => pids(at).every(gone), 'it is over', session.child).catch(() => undefined);
      assert.deepEqual(pids(at).map(gone), [true, true]);
    }
    const { code: end, stdout, stderr } = await at.resume('--work', 'project', '--allow-bash');
    assert.equal(end, 0, stdout + stderr);
    assert.match(stderr, /Bash of @api-designer is refused: the same call was begun before the quest was interrupted/);
    assert.match(told(at), /may have been carried out, and nobody allowed it once more/);
    assert.equal(lines(at, 'runs'), person ? 2 : 1);
    assert.equal(count(at.log(), '"outcome":"lost"'), person ? 2 : 1);
    await verified(at);
  }
});

test('Ctrl-C at a question: nothing ran, and it is asked again', async (t) => {
  const at = await scene(t, bash('echo ran >> runs'));
  const session = atTerminal(at);
  await session.shows(/Allow it\? \[y\/N\] /);
  session.type('\x03');
  assert.equal(await session.ended, 130, session.screen());
  assert.equal(lines(at, 'runs'), 0);
  const again = resumed(at);
  await again.shows(/Allow it\? \[y\/N\] /);
  assert.doesNotMatch(again.screen(), /may have been carried out/);
  again.type('y\n');
  assert.equal(await again.ended, 0, again.screen());
  assert.equal(lines(at, 'runs'), 1);
  await verified(at);
});

test('a conversation runs commands as well, and Ctrl-C ends them', async (t) => {
  const script: Script = (ask) => (ask.messages.length < 2 ? { calls: [bash(LONG)] } : { text: 'That is all.' });
  const at = await Scene.set(t, script);
  at.allow('lead', 'Bash');
  const words = ['chat', '--specs', 'agents', '--agent', 'lead', 'Look around', ...at.who(), '--work', 'project'];
  const session = terminal(words, at.cwd, at.env);
  await session.shows(/Allow it\? \[y\/N\] /);
  session.type('y\n');
  await until(() => existsSync(file(at, 'shell.pid')) && readFileSync(file(at, 'shell.pid'), 'utf8').endsWith('\n'), 'it runs', session.child);
  session.type('\x03');
  assert.equal(await session.ended, 130, session.screen());
  assert.deepEqual(pids(at).map(gone), [true, true]);
  at.server.script = (ask) => (ask.messages.length < 2 ? { calls: [bash('echo hello > made.txt; cat made.txt')] } : { text: `It said ${wordsOf(ask).includes('hello') ? 'hello' : 'nothing'}.` });
  const { code, stdout } = await at.ask(...words, '--allow-bash');
  assert.deepEqual([code, stdout], [0, 'It said hello.\n']);
});

test('a file that was there before and is changed by hand and by a command keeps both histories', async (t) => {
  const at = await scene(t, bash('printf "two\\n" >> notes.txt'), bash('printf "three\\n" >> notes.txt'));
  writeFileSync(file(at, 'notes.txt'), 'one\n');
  const { code, stderr } = await at.play('--work', 'project', '--allow-bash');
  assert.equal(code, 0, stderr);
  assert.deepEqual(artifacts(at).map((line) => line.includes('"replaces":')), [false, true]);
  assert.equal(readFileSync(file(at, 'notes.txt'), 'utf8'), 'one\ntwo\nthree\n');
});
