import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { binary, Place, questline, teamFolder } from './harness.ts';

const commands = [
  ...['spec', 'check', 'export', 'policy', 'load', 'permit', 'route', 'roster', 'roadmap', 'plan', 'run', 'resume', 'record', 'test', 'chat', 'models', 'verify', 'link make', 'link open', 'key make', 'key show'],
  ...['mode', 'workflow', 'context', 'delegate', 'form check', 'form fill', 'duplicates', 'decide', 'services', 'impact', 'trace'],
  ...['check', 'edit', 'compare', 'show', 'schedule', 'cost'].map((name) => `plan ${name}`),
  ...['create', 'relate', 'unrelate', 'observe', 'delete', 'search', 'open', 'read', 'pending', 'learn', 'import', 'export'].map((name) => `memory ${name}`),
  ...['create', 'monitor', 'message', 'respond', 'complete', 'drop', 'approve', 'reject', 'pause', 'resume', 'abort', 'fail']
    .concat(['claim', 'release', 'show', 'list', 'log'])
    .concat(['gate', 'artifact', 'escalate', 'reassign', 'add', 'remove', 'promote', 'upgrade', 'tick', 'start', 'done', 'usage'])
    .concat(['board', 'inbox', 'timeline', 'metrics', 'standup', 'review', 'sprint', 'backlog', 'report', 'certificate'])
    .concat(['fork', 'compare', 'import', 'redact', 'reveal', 'what-if', 'note', 'notes', 'sign'])
    .map((name) => `quest ${name}`),
];

test('the overview names every command', async () => {
  const { code, stdout } = await questline(['--help']);
  assert.equal(code, 0);
  for (const command of commands) assert.match(stdout, new RegExp(`^  ${command} `, 'm'));
  assert.equal([...stdout.matchAll(/^  \S/gm)].length, commands.length);
});

for (const command of commands) {
  test(`${command} --help shows usage, options, an example and exit codes`, async () => {
    const { code, stdout, stderr } = await questline([...command.split(' '), '--help']);
    assert.equal(code, 0);
    assert.equal(stderr, '');
    assert.match(stdout, new RegExp(`^Usage: questline ${command}`, 'm'));
    assert.match(stdout, /^  --json .+/m);
    assert.match(stdout, /^  --help .+/m);
    assert.match(stdout, new RegExp(`^Example: questline ${command}`, 'm'));
    assert.match(stdout, /^Exit: 0 done; 1 failed/m);
  });

  test(`${command} refuses an unknown option`, async () => {
    const human = await questline([...command.split(' '), '--jsno']);
    assert.equal(human.code, 2);
    assert.equal(human.stdout, '');
    assert.match(human.stderr, /^questline: .*--jsno\. Did you mean --json\?\n$/);
    const json = await questline([...command.split(' '), '--nonsense-option', '--json']);
    assert.equal(json.code, 2);
    assert.equal(json.stderr, '');
    assert.equal(JSON.parse(json.stdout).error.status, 'QL_ERR_ARGUMENT');
  });
}

test('the page on the command line names every command and option', async () => {
  const page = readFileSync(new URL('../../site/docs/command-line.md', import.meta.url), 'utf8');
  for (const command of commands) {
    const [word = '', sub] = command.split(' ');
    assert.ok(page.includes(`\`${word}${sub ? '' : ' '}`), word);
    if (sub) assert.match(page, new RegExp(`^\\|.*\\b${word}\\b.*\\b${sub}\\b`, 'm'));
    const { stdout } = await questline([...command.split(' '), '--help']);
    for (const [, option] of stdout.matchAll(/^  (--\w+)/gm)) assert.ok(page.includes(`${option}`), `${command} ${option}`);
  }
});

const usage: [string, string[], RegExp][] = [
  ['no command', [], /Usage: questline COMMAND/],
  ['an unknown command', ['frobnicate'], /no command frobnicate/],
  ['a misspelled command', ['rostr'], /Did you mean roster\?/],
  ['a misspelled command of a group', ['quest', 'respnd'], /Did you mean respond\?/],
  ['a group alone', ['quest'], /quest needs a command/],
  ['an option before the command', ['--store', 'x', 'quest', 'list'], /Options come behind the command/],
  ['a missing operand', ['spec'], /spec needs FILE/],
  ['too many operands', ['spec', 'a', 'b'], /does not know what to do with b/],
  ['an objective without quotes', ['plan', '--specs', '.', '--agent', 'x', 'Add', 'login'], /in quotes/],
  ['a missing option', ['quest', 'message', '--quest', 'x'], /needs --from NAME/],
  ['an option without its value', ['quest', 'show', '--quest'], /--quest needs a value/],
  ['a value for a switch', ['quest', 'list', '--json=1'], /--json=1 takes no value/],
  ['an option twice', ['quest', 'show', '--quest', 'a', '--quest', 'b'], /--quest is given twice/],
  ['a role nobody has', ['quest', 'monitor', '--role', 'boss', '--agent', 'a', '--quest', 'x'], /--role is leader, worker/],
  ['a timeout that is no number', ['quest', 'monitor', '--role', 'worker', '--agent', 'a', '--quest', 'x', '--timeout', '9s'], /whole number/],
  ['a number past its limit', ['run', '--quest', 'x', '--pace', '99999999999999999999'], /from 0 to 60000/],
  ['run without anything', ['run'], /needs an OBJECTIVE/],
  ['run with an objective alone', ['run', 'Add login'], /--specs DIR and --agent NAME/],
  ['run with too much', ['run', '--quest', 'x', '--specs', '.', '--agent', 'y'], /belongs to a new objective/],
  ['two formats', ['plan', '--specs', '.', '--agent', 'x', '--md', '--mermaid', 'y'], /Choose one/],
  ['a head that is none', ['verify', '--head', 'abc', 'x'], /43 characters of a head/],
  ['an empty text', ['quest', 'create', '--mission', '', '--agents', '@a'], /--mission is empty/],
  ['an agent list that is JSON', ['quest', 'create', '--mission', 'm', '--agents', '["@a","@b"'], /names separated by commas/],
  ['a quest without a mission', ['quest', 'create', '--agents', '@a'], /needs --mission TEXT, or a --plan/],
  ['a quest without agents', ['quest', 'create', '--mission', 'm'], /needs --agents LEADER,NAME\.\.\., or a --plan/],
  ['two texts from stdin', ['quest', 'create', '--mission', '-', '--plan', '-'], /Only one text can come from stdin/],
  ['agent files without a plan', ['quest', 'create', '--mission', 'm', '--agents', '@a', '--specs', '.'], /belongs to a --plan/],
  ['an empty agent name', ['quest', 'create', '--mission', 'm', '--agents', '@a,,@b'], /names separated by commas/],
  ['a seat that is no pair', ['quest', 'create', '--mission', 'm', '--agents', '@a', '--seats', '@a'], /wants pairs/],
  ['a sequence the option parser would replace', ['quest', 'create', '--mission', 'x !#:+ y', '--agents', '@a'], /send it on stdin/],
];

for (const [name, args, sentence] of usage) {
  test(`usage: ${name}`, async () => {
    const place = new Place();
    const human = await place.run(...args);
    assert.equal(human.code, 2);
    assert.equal(human.stdout, '');
    assert.match(human.stderr, sentence);
    assert.ok(args.length === 0 || human.stderr.split('\n').length === 2, 'one sentence');
    const words = args[0] === 'quest' ? 2 : 1;
    const json = await place.run(...args.slice(0, words), '--json', ...args.slice(words));
    assert.equal(json.code, 2);
    assert.equal(typeof JSON.parse(json.stdout).error.message, 'string');
  });
}

test('--version says program, log format and rules', async () => {
  assert.match((await questline(['--version'])).stdout, /^questline \d+\.\d+\.\d+ \(log format 1, rules \d+\)\n$/);
  assert.equal(JSON.parse((await questline(['--version', '--json'])).stdout).rules, 2);
});

test('--help wins over missing options', async () => {
  assert.equal((await questline(['quest', 'message', '--from', 'x', '-h'])).code, 0);
});

test('-- ends the options', async () => {
  const { code, stderr } = await questline(['spec', '--', '--json']);
  assert.equal(code, 1);
  assert.match(stderr, /Cannot read --json/);
});

test('output that cannot be written is a failure', () => {
  const { status, stderr } = spawnSync('sh', ['-c', `exec ${binary} --help >/dev/full`], { encoding: 'utf8' });
  assert.equal(status, 1);
  assert.match(stderr, /Cannot write the output/);
});

test('a closed stdout is told, and nothing is printed into a file', async () => {
  const place = new Place();
  const shell = `exec ${binary} run --specs ${teamFolder()} --agent orchestrator "Add sessions to the endpoints" >&-`;
  const { status, stderr } = spawnSync('sh', ['-c', shell], { encoding: 'utf8', cwd: place.folder });
  assert.equal(status, 1);
  assert.match(stderr, /Cannot write the output/);
  const [quest = ''] = place.quests();
  place.id = quest.replace('.quest', '');
  assert.match((await place.run('verify', place.id)).stdout, /^intact yes\. .*\nlegal yes\. .*\ncomplete terminal/);
});
