import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';

import { folder, questline, write } from './harness.ts';

const place = folder();
const at = (name: string): string => join(place, name);
write(at('agents/lead.md'), '---\nname: lead\ndescription: Leads.\n---\n# Lead\n\n## Team\n\n- `@api` - HTTP endpoints\n\n## Communication Protocol\n\n### Receiving requests\n\n```json\n{"to": "lead", "request": "look"}\n```\n');
write(at('agents/api.md'), '---\nname: api\ndescription: Builds HTTP endpoints.\n---\nBuild.\n');
write(at('plan.json'), JSON.stringify({ leader: '@lead', objective: 'o', tasks: [{ id: 'T1', agent: '@api', title: 'Serve' }] }));
write(at('ok.json'), '{"to":"lead","request":"x"}');
write(at('entries.json'), '[{"path":"to","text":"lead"},{"path":"request","text":"x"}]');
write(at('empty'), '');
write(at('huge'), '{'.repeat(5 << 20));

const team = ['--specs', at('agents')];
const lead = [...team, '--agent', 'lead'];
/** Each command as it is used, where its input stands, and what a failure of it is. */
const commands: readonly (readonly [args: readonly string[], file: number | undefined])[] = [
  [['mode', ...lead, 'QUEST: add login'], undefined],
  [['workflow', ...lead, 'Add login'], undefined],
  [['context', ...team, at('plan.json')], 3],
  [['delegate', ...team, at('plan.json'), 'T1'], 3],
  [['form', 'check', ...lead, 'request', at('ok.json')], 7],
  [['form', 'fill', ...lead, 'request', at('entries.json')], 7],
  [['duplicates', at('agents')], 1],
];

for (const [args, file] of commands) {
  const name = args[0] === 'form' ? `form ${args[1] ?? ''}` : args[0];
  test(`${name}: text, JSON, a wrong folder, empty and huge input`, async () => {
    const text = await questline(args);
    assert.deepEqual([text.code, text.stderr], [0, '']);
    JSON.parse((await questline([...args, '--json'])).stdout);
    if (args.includes(at('agents')) && args[0] !== 'duplicates') {
      const nowhere = await questline(args.map((arg) => (arg === at('agents') ? at('none') : arg)));
      assert.equal(nowhere.code, 1);
      assert.match(nowhere.stderr, /^questline: There is no agent file/m);
    }
    const inputs = file === undefined ? [['empty', ' '], ['huge', 'x'.repeat(100_000)]] : [['empty', at('empty')], ['huge', at('huge')], ['missing', at('none.json')]];
    for (const [what, input = ''] of inputs) {
      const { code, stderr } = await questline(args.map((arg, i) => (i === (file ?? args.length - 1) ? input : arg)));
      // Any text may be looked through for what it says twice, and a request of no words is answered.
      if ((args[0] === 'duplicates' && what !== 'missing') || (args[0] === 'mode' && what === 'empty')) continue;
      assert.ok(code === 1 || code === 2, `${what}: ${code} ${stderr}`);
    }
  });
}
