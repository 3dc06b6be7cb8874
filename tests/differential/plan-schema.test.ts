/* The published JSON Schema of plans, asked by ajv: what the core writes fits it, and what is broken does not. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { Plan } from '@questline/core';
import { loadCore } from '@questline/core/node';

const generator = fileURLToPath(new URL('../../build/dev/bin/questline-gen', import.meta.url));
const schema = JSON.parse(execFileSync(generator, ['json-schema'], { encoding: 'utf8' })) as { $defs: Record<string, unknown> };
const ajv = new Ajv2020({ strict: true, allErrors: true });
const isPlan = ajv.compile(schema);
const isEdit = ajv.compile({ ...schema, $ref: '#/$defs/PlanEdit' });
const core = await loadCore();

const lead = `---\nname: lead\ndescription: Leads the backend team\n---\n\n# Lead\n\n- **api**: HTTP APIs and routes\n- **db**: database schemas and migrations\n
## Quality Gates\n\n- [ ] Test coverage >= 80%\n- [ ] Rollback script for every migration\n`;
const roster = core.newRoster();
roster.add('lead.md', lead);
roster.add('api.md', '---\nname: api\ndescription: Writes HTTP APIs and their tests\n---\n\n# API\n');
roster.add('db.md', '---\nname: db\ndescription: Database schemas, queries, migrations\n---\n\n# DB\n');

const plans: Plan[] = ['Add a login with OAuth2', 'Move sessions from MySQL to Redis', 'Fix a typo in the README'].map((objective) => core.rehearsePlan(roster, '@lead', objective));

function why(validate: { errors?: unknown }): string {
  return JSON.stringify(validate.errors, null, 1);
}

test('what the core plans, edits and reads fits the schema', () => {
  for (const plan of plans) assert.ok(isPlan(plan), why(isPlan));
  const [plan] = plans as [Plan];
  const edits = [
    { op: 'split', task: 'T1', titles: ['One half', 'The other'], together: true },
    { op: 'set', task: 'T1', field: 'effort', value: 'L' },
    { op: 'add', title: 'Tell everybody', agent: '@api', after: ['T1'], priority: 'high' },
  ] as const;
  for (const edit of edits) assert.ok(isEdit(edit), why(isEdit));
  const edited = core.editPlan(plan, [...edits] as never, roster);
  assert.ok(edited.plan !== undefined, edited.refusal?.message);
  assert.ok(isPlan(edited.plan), why(isPlan));
  assert.ok(isPlan(core.readPlan(core.writePlan(plan, 'seed'))), why(isPlan));
});

test('every member that has to be there is asked for, and each has its type', () => {
  const [plan] = plans as [Plan];
  const { required } = schema.$defs['Plan'] as { required: (keyof Plan)[] };
  assert.ok(required.length > 8);
  for (const member of required) {
    const { [member]: _, ...rest } = plan;
    assert.ok(!isPlan(rest), `without ${member}`);
    assert.ok(!isPlan({ ...plan, [member]: 7 }), `${member} is a number`);
  }
  assert.ok(!isPlan({ ...plan, tasks: [{ ...plan.tasks[0], effort: 'XXL' }] }), 'no such effort');
  assert.ok(!isPlan({ ...plan, tasks: [{ ...plan.tasks[0], after: 'T2' }] }), 'after is a list');
  assert.ok(!isEdit({ op: 'explode', task: 'T1' }), 'no such edit');
  assert.ok(!isEdit({ task: 'T1' }), 'an edit says what it does');
});
