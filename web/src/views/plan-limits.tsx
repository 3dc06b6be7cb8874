import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { inWords } from '../app/logs.ts';
import type { PlanBudget } from '../app/model.ts';
import type { Looked, PlanDesk } from '../app/plan-desk.ts';
import { count } from '../app/words.ts';
import { PickField, TextField } from '../parts/fields.tsx';
import { Icon } from '../parts/icons.tsx';
import { type Found, pick, pickText, textsOf } from '../ports/files.ts';

/** A limit as people write it, in the unit of the core: a decimal number, or nothing. */
const LIMITS: readonly { limit: keyof PlanBudget; label: string; unit: number }[] = [
  { limit: 'micro', label: 'Money, in dollars', unit: 1_000_000 },
  { limit: 'tokens', label: 'Tokens', unit: 1 },
  { limit: 'ms', label: 'Time, in minutes', unit: 60_000 },
];

const ORDERS = [
  { value: 'strict', word: 'strict: one agent at a time' },
  { value: 'parallel', word: 'parallel: agents of a step work at once' },
];
const OTHERS = /(^|\/)(node_modules|\.git)\//;
const DOCUMENT = /\.(md|markdown|txt)$/i;
const DOCUMENTS_MAX = 100;
const DOCUMENT_BYTES_MAX = 1024 * 1024;

/** The paths of a folder from its own root, and the documents in it. */
async function projectOf(found: readonly Found[]): Promise<Parameters<PlanDesk['setProject']>[0]> {
  const name = found[0]?.path.split('/')[0] ?? '';
  const own = found.map(({ path, file }) => ({ path: path.slice(path.indexOf('/') + 1), file })).filter(({ path }) => !OTHERS.test(path));
  const documents = own.filter(({ path, file }) => DOCUMENT.test(path) && file.size <= DOCUMENT_BYTES_MAX).slice(0, DOCUMENTS_MAX);
  return { name, paths: own.map(({ path }) => path).sort(), documents: await textsOf(documents) };
}

function Check({ holds, children }: { holds: boolean | null; children: string }): JSX.Element {
  return (
    <li>
      <Icon name={holds === null ? 'ring' : holds ? 'check' : 'warn'} tone={holds === null ? 'muted' : holds ? 'c-pass' : 'c-warn'} />
      <span>{children}</span>
    </li>
  );
}

/** What the plan is held against beside itself: a budget, and the files of the project. What does not fit stands among the problems. */
export function Limits({ desk, looked }: { desk: PlanDesk; looked: Looked }): JSX.Element {
  const [note, setNote] = useState<string | null>(null);
  const { budget, project, prices } = desk;
  const told = new Set(looked.problems.map(({ code }) => code));
  const limited = Object.keys(budget).length > 0;
  const commit = (limit: keyof PlanBudget, unit: number) => (text: string): boolean => {
    const words = text.trim().replace(/[\s_]/g, '');
    const amount = Math.round(Number(words) * unit);
    if (words !== '' && !(/^\d+(\.\d+)?$/.test(words) && Number.isSafeInteger(amount))) return false;
    desk.setBudget(limit, words === '' ? null : amount);
    return true;
  };
  const takeFolder = async (): Promise<void> => {
    const found = await pick('folder', '');
    if (found.length > 0) desk.setProject(await projectOf(found));
  };
  const takePrices = async (): Promise<void> => {
    const file = await pickText('.json');
    if (file === null) return;
    try {
      desk.setPrices({ name: file.name, table: JSON.parse(file.text) });
      setNote(null);
    } catch (error) {
      setNote(`${file.name}: ${inWords(error)}`);
    }
  };
  return (
    <section class="panel limits" aria-label="What it is held against">
      <div class="panel-h">
        <h2>What it is held against</h2>
      </div>
      <div class="form">
        <div class="pair">
          {LIMITS.map(({ limit, label, unit }) => (
            <TextField key={limit} label={label} value={budget[limit] === undefined ? '' : String((budget[limit] ?? 0) / unit)} commit={commit(limit, unit)} />
          ))}
        </div>
        <PickField label="Order of turns" value={desk.policy} choices={ORDERS} commit={(value) => (desk.setPolicy(value === 'parallel' ? 'parallel' : 'strict'), true)} />
        <ul class="checks">
          <Check holds={!limited ? null : !told.has('over-budget') && !told.has('no-price')}>
            {!limited
              ? 'No budget is said. With one, the quest pauses before it goes beyond it.'
              : told.has('over-budget')
                ? 'The plan goes beyond this budget: see its problems.'
                : told.has('no-price')
                  ? 'Whether the money is enough cannot be said: see its problems.'
                  : 'The plan is thought to stay within this budget. The quest pauses before it goes beyond it.'}
          </Check>
          <Check holds={project === null ? null : !told.has('missing-file')}>
            {project === null
              ? 'Which files the project has is not known: choose its folder. Their names are looked at and its documents read; nothing leaves this page.'
              : `${count(project.paths.length, 'file')} in ${project.name}: ${told.has('missing-file') ? 'the plan needs some that are not there, see its problems.' : 'what the plan needs is there, or made by a task.'}`}
          </Check>
        </ul>
        <div class="row">
          <button class="btn s" type="button" onClick={() => void takeFolder()}>
            <Icon name="file" />
            {project === null ? 'Choose the project’s folder' : 'Read the folder again'}
          </button>
          <button class="btn quiet s" type="button" onClick={() => void takePrices()}>
            {prices === null ? 'Prices of your own' : `Prices: ${prices.name}`}
          </button>
        </div>
      </div>
      {note !== null && (
        <p class="refused" role="alert">
          <Icon name="fail" tone="c-fail" />
          <span>{note}</span>
        </p>
      )}
    </section>
  );
}
