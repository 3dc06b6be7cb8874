/* What the documentation tells people to type is typed. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { loadCore } from '@questline/core/node';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const core = await loadCore();

/** The lines of the block under a heading. */
function block(page: string, heading: string): string[] {
  const markdown = readFileSync(here(`../../site/docs/${page}.md`), 'utf8');
  const section = markdown.slice(markdown.indexOf(`## ${heading}\n`));
  return (/```text\n([^]*?)```/.exec(section)?.[1] ?? '').trimEnd().split('\n');
}

function shell(folder: string, lines: string[]) {
  const PATH = `${here('../../build/dev/bin')}:${process.env['PATH']}`;
  const script = ['set -eu', ...lines].join('\n');
  return spawnSync('bash', ['-c', script], { cwd: folder, env: { ...process.env, PATH }, encoding: 'utf8' });
}

function folder(test: { after(work: () => void): void }): string {
  const path = mkdtempSync(join(tmpdir(), 'questline-docs-'));
  test.after(() => rmSync(path, { recursive: true }));
  return path;
}

function logs(path: string): string[] {
  const quests = join(path, '.questline/quests');
  return readdirSync(quests)
    .filter((name) => name.endsWith('.quest'))
    .map((name) => readFileSync(join(quests, name), 'utf8'));
}

describe('getting started', () => {
  it('plays a quest by hand as written', (test) => {
    const path = folder(test);
    const { status, stderr } = shell(path, block('getting-started', 'By hand, or by a program'));
    assert.equal(status, 0, stderr);
    const [log = ''] = logs(path);
    const { legal, complete, events } = core.verify(log);
    assert.deepEqual([legal, complete, events], ['yes', 'terminal', 5]);
  });

  it('refuses the worker when the two lines are swapped, with exit code 5 and nothing written', (test) => {
    const path = folder(test);
    const [create = '', message = '', , , respond = ''] = block('getting-started', 'By hand, or by a program');
    assert.match(message, /^questline quest message/);
    assert.match(respond, /^questline quest respond .* --from @api/);
    const { status, stderr } = shell(path, [create, respond]);
    assert.equal(status, 5);
    assert.match(stderr, /not_your_turn/);
    assert.equal(logs(path)[0]?.trimEnd().split('\n').length, 1);
  });

  it('goes the way of the command line on the sample team', (test) => {
    const path = folder(test);
    const lines = block('getting-started', 'On the command line');
    const run = lines.find((line) => line.startsWith('questline run')) ?? '';
    const words = (name: string): string => lines.find((line) => line.startsWith(`questline ${name}`)) ?? 'false';
    execFileSync('mkdir', ['-p', join(path, '.claude')]);
    execFileSync('cp', ['-r', here('../../web/src/sample'), join(path, '.claude/agents')]);
    const quest = '$(basename "$(ls .questline/quests/*.quest)" .quest)';
    const script = [
      `${words('check')} || [ $? = 1 ]`,
      words('roster'),
      words('plan'),
      run,
      words('verify').replace('ID', quest),
      words('link make').replace('ID', quest),
    ];
    const { status, stderr, stdout } = shell(path, script);
    assert.equal(status, 0, stderr);
    assert.match(stdout, /complete terminal/);
    assert.match(stdout, /#q=[\w-]{100,}/);
  });
});

describe('the command line', () => {
  const page = readFileSync(here('../../site/docs/command-line.md'), 'utf8');

  /** Exit codes that the page gives for a command, beside 0. */
  const codes: Record<string, number[]> = { check: [1], route: [3, 5], permit: [3, 5], load: [] };

  for (const heading of ['Exporting', 'Routing', 'Permits', 'Loading']) {
    it(`knows what is written under ${heading}`, (test) => {
      const path = folder(test);
      execFileSync('mkdir', ['-p', join(path, '.claude')]);
      execFileSync('cp', ['-r', here('../../web/src/sample'), join(path, '.claude/agents')]);
      const lines = block('command-line', heading);
      assert.ok(lines.length > 0);
      for (const line of lines) {
        const { status, stdout, stderr } = shell(path, [line]);
        const expected = codes[line.split(' ')[1] ?? ''] ?? [];
        assert.ok(status === 0 || expected.includes(status ?? -1), `${line}: ${status} ${stderr}`);
        assert.notEqual(stdout, '', line);
      }
    });
  }

  it('lists every dialect', () => {
    const { stderr } = shell(tmpdir(), ['questline spec --dialect none -']);
    const named = /There are (.*)\.$/m.exec(stderr)?.[1]?.split(/, | and /) ?? [];
    assert.ok(named.length > 5, stderr);
    const row = page.split('\n').find((line) => line.startsWith('| `--dialect ID`')) ?? '';
    assert.deepEqual([...row.matchAll(/`([a-z-]+)`/g)].map(([, id]) => id), named);
    const { stdout } = shell(tmpdir(), ['questline export --help']);
    assert.match(stdout, new RegExp(`the product to write for: ${named.slice(0, -1).join(', ')} or ${named.at(-1)}$`, 'm'));
  });
});

describe('the quest protocol', () => {
  it('shows three lines whose hashes are right, and that form a sound log', () => {
    const lines = readFileSync(here('../../site/docs/quest-protocol.md'), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('{"e":{"at":1'));
    assert.equal(lines.length, 3);
    const { intact, legal, head, events } = core.verify(lines.join('\n') + '\n');
    assert.deepEqual([intact, legal, head, events], ['yes', 'yes', '4VpImiMw-c3Kv1au6x5mbTYdn3JD-BBJymHwf7LwicM', 3]);
  });
});
