import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';

import { folder, questline, write, type Result } from './harness.ts';

const lead = (name: string, takes: string, leaves: string, who: string): string => `---
name: ${name}
description: Coordinates the harbour team
---

# ${name}

### I ACTIVATE FOR:

\`\`\`yaml
berth_changes:
  - "${takes}"
\`\`\`

### I DON'T ACTIVATE FOR:

\`\`\`yaml
small_things:
  - "${leaves}" → ${who} handles
\`\`\`
`;

const place = folder();
write(join(place, 'a.md'), lead('berth-lead', 'Move a ferry to another berth', 'Paint a rusty bollard', 'paint-agent'));
write(join(place, 'b.md'), lead('crane-lead', 'Hoist containers with the gantry crane', 'Paint a rusty bollard', 'paint-agent'));

interface Route {
  request: string;
  take?: string;
  ties: string[];
  verdicts: { agent: string; verdict: string; take?: string; reasons: { line: number; path: string; rule?: string; text: string }[] }[];
}
const route = (...args: string[]): Promise<Result> => questline(['route', '--specs', place, ...args]);
const json = async (...args: string[]): Promise<Route> => JSON.parse((await route('--json', ...args)).stdout) as Route;

test('route --agent accepts, with the rule and its line, and exits 0', async () => {
  const { code, stdout, stderr } = await route('--agent', 'berth-lead', 'Move a ferry to another berth');
  assert.deepEqual([code, stderr], [0, '']);
  assert.match(stdout, new RegExp(`^@berth-lead accepts\\n  ${place}/a\\.md:12  accept:\\S+  "Move a ferry to another berth"  100 %\\n$`));
});

test('route --agent declines, names who handles it, and exits 5', async () => {
  const { code, stdout } = await route('--agent', 'berth-lead', 'Paint a rusty bollard');
  assert.equal(code, 5);
  assert.match(stdout, /^@berth-lead declines; @paint-agent should take it\n  \S+a\.md:19  decline:/);
});

test('route --agent says unknown of what nothing tells, and exits 3', async () => {
  const { code, stdout } = await route('--agent', 'berth-lead', 'Bake a chocolate cake');
  assert.deepEqual([code, stdout], [3, '@berth-lead: unknown\n']);
});

test('route without a name asks all who lead', async () => {
  const taken = await route('Hoist containers with the gantry crane');
  assert.equal(taken.code, 0);
  assert.match(taken.stdout, /^@crane-lead should take it\.\n/);
  assert.match(taken.stdout, /^@berth-lead: unknown$/m);
  assert.match(taken.stdout, /^@crane-lead accepts\n  \S+b\.md:12  accept:/m);
  const handled = await route('Paint a rusty bollard');
  assert.equal(handled.code, 0);
  assert.match(handled.stdout, /^@paint-agent should take it\.\n/);
  const nobody = await route('Bake a chocolate cake');
  assert.equal(nobody.code, 3);
  assert.match(nobody.stdout, /^Nobody is known for it\.\n/);
});

test('route lists takers that are as good as each other', async () => {
  const twins = folder();
  for (const name of ['first-lead', 'second-lead'])
    write(join(twins, `${name}.md`), lead(name, 'Move a ferry to another berth', 'Paint a rusty bollard', 'paint-agent'));
  const { code, stdout } = await questline(['route', '--specs', twins, 'Move a ferry to another berth']);
  assert.equal(code, 3);
  assert.match(stdout, /^As good as each other: @first-lead, @second-lead\. Choose one\.\n/);
});

test('route --json is the same answer', async () => {
  const { take, ties, verdicts, request } = await json('Paint a rusty bollard');
  assert.deepEqual([request, take, ties], ['Paint a rusty bollard', '@paint-agent', []]);
  assert.deepEqual(verdicts.map(({ agent, verdict, take }) => [agent, verdict, take]), [
    ['@berth-lead', 'decline', '@paint-agent'],
    ['@crane-lead', 'decline', '@paint-agent'],
  ]);
  assert.deepEqual([verdicts[0]?.reasons[0]?.line, verdicts[0]?.reasons[0]?.path], [19, join(place, 'a.md')]);
});

test('route reads the request from stdin', async () => {
  const { code, stdout } = await questline(['route', '--specs', place, '-'], { input: 'Paint a rusty bollard\r\n' });
  assert.equal(code, 0);
  assert.match(stdout, /^@paint-agent should take it\.\n/);
});

test('route of what is no request', async () => {
  for (const input of ['', '\n', ' \t ']) {
    const empty = await questline(['route', '--specs', place, '-'], { input });
    assert.deepEqual([empty.code, empty.stdout], [2, ''], JSON.stringify(input));
  }
  const long = await questline(['route', '--specs', place, '-'], { input: 'Paint a rusty bollard. '.repeat(500_000) });
  assert.equal(long.code, 1);
  assert.match(long.stderr, /stdin is larger than 65536 bytes, the most that is read \(QL_REQUEST_BYTES_MAX\)/);
  const noise = await questline(['route', '--specs', place, '-'], { input: Uint8Array.from([255, 254, 10]) });
  assert.equal(noise.code, 2);
  assert.match(noise.stderr, /not valid UTF-8/);
  const control = await route('bake\u001b[31m a cake\nnow');
  assert.equal(control.code, 3);
  assert.doesNotMatch(control.stdout, /\u001b/);
});

test('route of an agent nobody knows, and of a folder without agents', async () => {
  const unknown = await route('--agent', 'birth-lead', 'Paint');
  assert.deepEqual([unknown.code, unknown.stdout], [1, '']);
  assert.match(unknown.stderr, /Did you mean @berth-lead\?/);
  assert.equal((await questline(['route', '--specs', folder(), 'Paint'])).code, 1);
  assert.equal((await questline(['route', '--specs', join(place, 'a.md'), 'Paint a rusty bollard'])).code, 0, 'one file is a roster');
});
