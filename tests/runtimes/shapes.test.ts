/* What the core answers has the shapes that are declared: no unknown field, none missing, each of its type. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { CoreError, instantiate } from '../../wasm/src/index.ts';
import type { Diagnostic, Json, Plan, Quest, RosterValue, Spec } from '../../wasm/src/index.ts';
import { Instance } from '../../wasm/src/memory.ts';
import { loadModule } from '../../wasm/src/node.ts';
import { runVector } from './areas.ts';
import { readBundle, root } from './bundle.ts';
import { Checker } from './schema.ts';
import type { Schema } from './schema.ts';

const generator = fileURLToPath(new URL('build/dev/bin/questline-gen', root));
const schema = JSON.parse(execFileSync(generator, ['schema'], { encoding: 'utf8' })) as Schema;
const checker = new Checker(schema);
const { areas } = readBundle();
const module = await loadModule();
const core = instantiate(module);

type Answer = Record<string, Json>;

function unknownFindings(diagnostics: readonly Diagnostic[]): string[] {
  return diagnostics.filter(({ code }) => !(code in schema.diagnostics)).map(({ code }) => `no diagnostic ${code}`);
}

/** The type of an area's whole answer, or what to look at inside it. */
const inAnswer: Record<string, (answer: Json) => string[]> = {
  blank: (answer) => inParts(answer as Answer, { told: 'string', whole: 'string' }),
  spec: (answer) => [...checker.check('Spec | Failure', answer), ...unknownFindings((answer as unknown as Partial<Spec>).diagnostics ?? [])],
  roster: (answer) => [
    ...checker.check('Roster | Failure', answer),
    ...((answer as unknown as Partial<RosterValue>).files ?? []).flatMap(({ diagnostics }) => unknownFindings(diagnostics)),
  ],
  export: (answer) => checker.check('Export | Failure', answer),
  answer: (answer) => [
    ...checker.check('PlanRequest | Failure', (answer as Answer).request),
    ...checker.check('(PlanAnswered | Failure)[]', (answer as Answer).rounds),
  ],
  memory: (answer) => {
    if (!('file' in (answer as Answer))) return checker.check('Failure', answer);
    const { learned, permit, pending } = answer as Answer;
    return [
      ...checker.check('MemoryEntity[]', pending),
      ...(learned === undefined ? [] : checker.check('Learned | Failure', learned)),
      ...(permit === undefined ? [] : checker.check('Permit | Failure', permit)),
    ];
  },
  fix: (answer) => checker.check('Mended | Failure', answer),
  impact: (answer) => checker.check('Coupling | Breaks | Health | ModuleGraph | Failure', answer),
  pack: (answer) => checker.check('Pack | Failure', answer),
  permit: (answer) => checker.check('Permit | Failure', answer),
  report: (answer) => {
    const shapes = { board: 'Board', certificate: 'Certificate', compare: 'Comparison', inbox: 'Inbox', metrics: 'Metrics', standing: 'Standing', timeline: 'Timeline' };
    return Object.entries(shapes).flatMap(([name, shape]) => checker.check(`${shape} | Failure`, (answer as Answer)[name] ?? null));
  },
  notes: (answer) => [
    ...checker.check('Notes', (answer as Answer).list),
    ...checker.check('NotesMerged', (answer as Answer).merged),
    ...checker.check('string | Failure', (answer as Answer).made ?? ''),
  ],
  request: (answer) => checker.check('HttpRequest | Failure', answer),
  retry: (answer) => checker.check('RetryVerdict | Failure', answer),
  connection: (answer) => checker.check('ConnectionTest | Failure', answer),
  route: (answer) => checker.check('Route | Failure', answer),
  schedule: (answer) => [
    ...checker.check('Schedule | Failure', (answer as Answer).schedule),
    ...checker.check('PlanCost | Failure', (answer as Answer).cost),
    ...checker.check('TaskSize[] | Failure', (answer as Answer).sizes ?? []),
  ],
  decision: (answer) => {
    const shapes = { criteria: 'MatrixCriterion[]', problems: 'PlanProblem[]', ranking: 'MatrixRanking', record: 'string', services: 'string', template: 'DecisionRecord' };
    return Object.entries(shapes).flatMap(([name, shape]) => (name in (answer as Answer) ? checker.check(`${shape} | Failure`, (answer as Answer)[name]) : []));
  },
  context: (answer) => checker.check('ContextPlan | Failure', answer),
  delegation: (answer) => inParts(answer as Answer, { read: 'Delegation', written: 'DelegationText' }),
  duplicates: (answer) => checker.check('Duplicates | Failure', answer),
  edit: (answer) => checker.check('PlanEdited | Failure', answer),
  forms: (answer) => inParts(answer as Answer, { check: 'FormCheck', filled: 'FormCheck', forms: 'Form[]' }),
  mode: (answer) => checker.check('Mode | Failure', answer),
  roadmap: (answer) => inParts(answer as Answer, { plan: 'Plan', reread: 'Plan', roadmap: 'Roadmap', tick: 'Edit', written: 'string' }),
  workflow: (answer) => checker.check('Workflow | Failure', answer),
  backlog: (answer) => checker.check('Plan | Failure', answer),
  trace: (answer) => checker.check('RequestFlow | Failure', answer),
  verify: (answer) => checker.check('Verdict', answer),
  whatif: (answer) => checker.check('WhatIf | Failure', answer),
  canon: (answer) => checker.check('string | Failure', answer),
  logs: (answer) => checker.check('Verdict', (answer as Answer).verdict),
  plan: (answer) => {
    if (!('plan' in (answer as Answer))) return checker.check('Failure', answer);
    const plan = (answer as Answer).plan as unknown as Plan;
    return [...checker.check('Plan', plan), ...checker.check('PlanProblem[]', core.checkPlan(plan)), ...checker.check('Command', core.planCommand(plan))];
  },
  link: (answer) => {
    if ('link' in (answer as Answer)) return checker.check('Link', (answer as Answer).link);
    return 'log' in (answer as Answer) ? [] : checker.check('Failure', answer);
  },
  quest: (answer) => (answer as Answer[]).flatMap(checkStep),
  drive: checkDriven,
  streams: checkDriven,
};

/** What a driver wanted. The bodies of requests are shown as JSON there. */
function checkDriven(answer: Json): string[] {
  const { asked, changes, effects } = answer as Answer;
  const requests = (asked as Answer[]).map((request) => ({ ...request, body: JSON.stringify(request.body) }));
  return [...checker.check('HttpRequest[]', requests), ...checker.check('WorkspaceChange[]', changes), ...checker.check('Effect[]', effects)];
}

/** The parts of an answer that are there, each of its shape or a failure. */
const inParts = (answer: Answer, shapes: Readonly<Record<string, string>>): string[] =>
  Object.entries(answer).flatMap(([name, part]) => checker.check(`${shapes[name] ?? 'no part of that name'} | Failure`, part, name));

/** A step of a quest: a failure, a monitor, or a decision with what the quest is after it. */
function checkStep(step: Answer): string[] {
  if ('offset' in step) return checker.check('Failure', step);
  if ('turn' in step) return checker.check('Monitor', step);
  const { holder: _holder, holders: _holders, n: _n, state_hash: _hash, status: _status, ...decision } = step;
  const refusal = decision.refusal as Answer | undefined;
  const unknownCode = refusal !== undefined && !(String(refusal.code) in schema.refusals) ? [`no refusal ${String(refusal.code)}`] : [];
  return [...checker.check('Decision', decision), ...unknownCode];
}

for (const [area, vectors] of Object.entries(areas)) {
  test(`the answers of the ${area} vectors have their shapes`, () => {
    const instance = new Instance(module);
    const wrong = vectors.flatMap(({ name, vector }) => {
      const answer = JSON.parse(runVector(instance, area, vector).answer) as Json;
      return (inAnswer[area]?.(answer) ?? [`no check for the area ${area}`]).map((found) => `${name}: ${found}`);
    });
    assert.deepEqual(wrong, []);
  });
}

/** Everything that can be asked of a quest. */
function checkQuest(quest: Quest): string[] {
  const view = quest.view();
  const numbers = Array.from({ length: view.n }, (_, n) => n);
  const rehearsed = quest.rehearse();
  return [
    ...checker.check('QuestView', view),
    ...checker.check('QuestHead', quest.head()),
    ...checker.check('QuestState', quest.state()),
    ...checker.check('Verdict', core.verify(quest.log())),
    ...view.agents.flatMap(({ id }) => checker.check('Monitor', quest.monitor(id))),
    ...(rehearsed === null ? [] : checker.check('Command', rehearsed)),
    ...numbers.flatMap((n) => {
      const event = quest.event(n);
      return [...checker.check('Event', event), ...checker.checkEventData(event.type, event.data)];
    }),
  ];
}

test('everything that can be asked of a generated quest has its shape', () => {
  for (const { name, vector } of areas.logs ?? []) {
    const quest = core.openQuest(vector.log ?? '');
    assert.deepEqual(checkQuest(quest), [], name);
    quest.close();
  }
});

test('what the core says of itself has its shape and agrees with the declarations', () => {
  const info = core.info();
  assert.deepEqual(checker.check('Info', info), []);
  assert.deepEqual(info.events, Object.keys(schema.events));
  assert.deepEqual({ ...info.limits }, { ...schema.limits });
  assert.deepEqual({ ...info.statuses }, { ...schema.statuses });
});

test('a failure has its shape', () => {
  assert.throws(
    () => core.openQuest('{}'),
    (error) => error instanceof CoreError && checker.check('Failure', error.failure).length === 0,
  );
});

test('the checker finds what does not fit', () => {
  const edit = { length: 1, offset: 2, text: 'x' };
  const none: [string, unknown][] = [
    ['Edit', edit],
    ['Edit[]', [edit, edit]],
    ['(string | null)[] | null', ['a', null]],
    ['string[][]', [['a'], []]],
    ['"a" | "b"', 'b'],
    ['[agent: string, kind: "x" | "y"][]', [['@a', 'y']]],
    ['{ accept?: (string | null)[]; id: string }[]', [{ id: 'T1' }, { id: 'T2', accept: [null] }]],
  ];
  for (const [type, value] of none) assert.deepEqual(checker.check(type, value), [], type);
  const some: [string, unknown][] = [
    ['Edit', { ...edit, more: 1 }],
    ['Edit', { length: 1, offset: 2 }],
    ['Edit', { ...edit, text: 5 }],
    ['Edit', { ...edit, offset: 1.5 }],
    ['Edit', null],
    ['Edit[]', edit],
    ['(string | null)[] | null', [5]],
    ['"a" | "b"', 'c'],
    ['[agent: string, kind: "x" | "y"][]', [['@a', 'z']]],
    ['[agent: string, kind: "x" | "y"][]', [['@a']]],
    ['{ accept?: (string | null)[]; id: string }[]', [{ accept: [] }]],
  ];
  for (const [type, value] of some) assert.notDeepEqual(checker.check(type, value), [], `${type} ${JSON.stringify(value)}`);
});
