import assert from 'node:assert/strict';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { folder, questline, write } from './harness.ts';

/* An agent file with rules of its own words. */
const lead = `---
name: harbour-lead
description: Coordinates the harbour team
---

# Harbour lead

**CRITICAL RESTRICTION**: You DO NOT modify code directly. NEVER use Bash for code modifications.

## When to activate

### I ACTIVATE FOR:

\`\`\`yaml
berth_changes:
  - "Move a ship to another berth"
  - "Close a quay for repairs"
\`\`\`

### I DON'T ACTIVATE FOR:

\`\`\`yaml
small_things:
  - "Paint a bollard" → paint-agent handles
\`\`\`

## Context loading on activation

\`\`\`yaml
maps:
  - harbour.map: 12,000 tokens
  - tide.tables: 3,500 tokens
\`\`\`

## Quality gates

- [ ] Damage rate < 0.25%
- [ ] The harbour master is content

## Escalation

**Level 1: Crane crew**
- Time limit: 90 minutes

**Level 2: Harbour master**
- Time limit: 8-24 hours

**Level 3: Coast guard**
- Time limit: Immediate response required
`;
const plain = '---\nname: clerk\ndescription: Writes things down\n---\n\nNothing is promised here.\n';

interface Rule {
  id: string;
  kind: string;
  line: number;
  confidence: number;
  items: { id: string; line: number; text: string; agents?: string[]; tokens?: number }[];
}
interface Policy {
  files: { agent: string; path: string; rules: Rule[] }[];
}

function place(): { folder: string; lead: string } {
  const path = folder();
  write(join(path, 'b/clerk.md'), plain);
  return { folder: path, lead: write(join(path, 'a.md'), lead) };
}
const json = async (...args: string[]): Promise<Policy> => JSON.parse((await questline(['policy', '--json', ...args])).stdout) as Policy;

test('policy shows each rule with its line, id, confidence and items', async () => {
  const { folder, lead: path } = place();
  const { code, stdout, stderr } = await questline(['policy', folder]);
  assert.equal(code, 0);
  assert.match(stdout, new RegExp(`^${path}  @harbour-lead$`, 'm'));
  assert.doesNotMatch(stdout, /clerk/, 'a file without rules is not listed');
  assert.match(stdout, /^ +16  Takes on: berth changes  accept:berth-changes, \d+ % sure$/m);
  assert.match(stdout, /^ +17  Close a quay for repairs$/m);
  assert.match(stdout, /^ +24  Paint a bollard  \[@paint-agent\]$/m);
  assert.match(stdout, /^ +31 .*harbour\.map.*\[12,000 tokens\]$/m);
  assert.match(stdout, /^ +8  tool: NEVER use Bash.*\[tools: bash\]$/m);
  assert.match(stdout, /^ +\d+  Damage rate < 0\.25%  \[< 0\.25 %\]$/m);
  assert.match(stdout, /^ +\d+  The harbour master is content  \[somebody has to look\]$/m);
  assert.match(stdout, /^ +\d+  1\. Crane crew  \[90 min\]$/m);
  assert.match(stdout, /^ +\d+  2\. Harbour master  \[8 h to 24 h\]$/m);
  assert.match(stdout, /^ +\d+  3\. Coast guard  \[at once\]$/m);
  const { files } = await json(folder);
  const rules = files.flatMap((file) => file.rules);
  const items = (all: { items?: unknown[] }[]): number => all.reduce((sum, { items: own = [] }) => sum + 1 + items(own as []), 0);
  assert.equal(stderr, `${rules.length} rules with ${items(rules) - rules.length} items\n`);
  assert.deepEqual(files.map(({ agent, path }) => [agent, path.slice(folder.length)]), [
    ['@harbour-lead', '/a.md'],
    ['@clerk', '/b/clerk.md'],
  ]);
});

test('policy --kind and --agent show a part', async () => {
  const { folder } = place();
  const { files } = await json('--kind', 'decline', folder);
  assert.deepEqual(
    files.flatMap(({ rules }) => rules.map(({ kind, items }) => [kind, items.map(({ text, agents }) => [text, agents])])),
    [['decline', [['Paint a bollard', ['@paint-agent']]]]],
  );
  assert.deepEqual((await json('--agent', 'Clerk', folder)).files.map(({ agent }) => agent), ['@clerk']);
  const { stdout } = await questline(['policy', '--kind', 'decline', '--agent', '@harbour-lead', folder]);
  assert.match(stdout, /Paint a bollard/);
  assert.doesNotMatch(stdout, /Close a quay/);
  const clerk = await questline(['policy', '--agent', '@clerk', folder]);
  assert.deepEqual([clerk.code, clerk.stdout, clerk.stderr], [0, '', '0 rules with 0 items\n']);
});

test('policy says what it does not know', async () => {
  const { folder } = place();
  const kind = await questline(['policy', '--kind', 'gates', folder]);
  assert.equal(kind.code, 2);
  assert.match(kind.stderr, /There is no kind of rule gates\. Did you mean gate\? There are modes, accept, .* and memory\.$/m);
  const agent = await questline(['policy', '--agent', 'harbour-laed', folder]);
  assert.equal(agent.code, 1);
  assert.match(agent.stderr, /None of these files is named harbour-laed\. Did you mean @harbour-lead\?/);
  assert.equal((await questline(['policy', '--agent', '!', folder])).code, 1);
});

test('policy of stdin, of nothing, of what is empty, and of what cannot be read', async () => {
  const { folder: path } = place();
  assert.match((await questline(['policy', '-'], { input: lead.replaceAll('\n', '\r\n') })).stdout, /^stdin  @harbour-lead$/m);
  const empty = await questline(['policy', '-'], { input: '' });
  assert.deepEqual([empty.code, empty.stdout, empty.stderr], [0, '', '0 rules with 0 items\n']);
  assert.equal((await questline(['policy', folder()])).code, 1);
  write(join(path, 'huge.md'), lead + 'x'.repeat(10 * 1024 * 1024));
  symlinkSync('nowhere', join(path, 'gone.md'));
  const { code, stdout, stderr } = await questline(['policy', path]);
  assert.equal(code, 1);
  assert.match(stdout, /Close a quay/);
  assert.match(stderr, /huge\.md:1:1: error\[file-too-large\] Cannot read it: it is larger than QL_SPEC_BYTES_MAX\./);
  assert.match(stderr, /gone\.md:1:1: error\[unreadable\]/);
});

test('policy of noise prints no control character', async () => {
  const noise = Uint8Array.from({ length: 5000 }, (_, i) => (i * i * 7 + (i >> 3)) & 255);
  const { code, stdout } = await questline(['policy', '-'], { input: Buffer.concat([Buffer.from(lead), noise]) });
  assert.equal(code, 0);
  assert.match(stdout, /Close a quay/);
  assert.doesNotMatch(stdout, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
});

test('spec counts the rules of each kind', async () => {
  const { lead: path } = place();
  assert.match((await questline(['spec', path])).stdout, /^rules +\d+: .*accept.*decline.*restriction.*loading/m);
  assert.match((await questline(['spec', '-'], { input: plain })).stdout, /^rules +0$/m);
});
