import type { Plan } from '@questline/core';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { App } from '../app/app.ts';
import { inWords } from '../app/logs.ts';
import type { PlanDesk } from '../app/plan-desk.ts';
import { href } from '../app/route.ts';
import { Icon } from '../parts/icons.tsx';
import { pickText } from '../ports/files.ts';
import { planOfFile } from './plan-compare.tsx';

const FORMS: readonly { word: string; ending: string; write: (app: App, plan: Plan) => string }[] = [
  { word: 'Markdown', ending: 'md', write: (app, plan) => app.core.writePlan(plan, 'markdown') },
  { word: 'Mermaid', ending: 'mmd', write: (app, plan) => app.core.writePlan(plan, 'mermaid') },
  { word: 'JSON', ending: 'json', write: (_, plan) => `${JSON.stringify(plan, null, 2)}\n` },
  { word: 'Text', ending: 'txt', write: (app, plan) => app.core.writePlan(plan, 'seed') },
];

/** The plan as files, out and in. */
export function PlanFiles({ app, desk, plan, name, compare }: { app: App; desk: PlanDesk; plan: Plan; name: string; compare: () => void }): JSX.Element {
  const [note, setNote] = useState<string | null>(null);
  const read = async (): Promise<void> => {
    const file = await pickText('.md,.txt,.json');
    if (file === null) return;
    try {
      desk.replace(planOfFile(app, file.text), `Take ${file.name}`);
      setNote(null);
    } catch (error) {
      setNote(`${file.name}: ${inWords(error)}`);
    }
  };
  return (
    <div class="files">
      <span>
        Save as{' '}
        {FORMS.map(({ word, ending, write }) => (
          <button key={ending} class="btn s" type="button" aria-label={`Save as ${word}`} onClick={() => app.download(`plan-${name}.${ending}`, write(app, plan))}>
            {word}
          </button>
        ))}
      </span>
      <span>
        {desk.open && (
          <button class="btn quiet s" type="button" onClick={() => void read()}>
            Take a file as the plan
          </button>
        )}
        <button class="btn quiet s" type="button" onClick={compare}>
          Compare
        </button>
        <a class="btn quiet s" href={href({ screen: 'roadmap' })}>
          Roadmap
        </a>
        <a class="btn quiet s" href={href({ screen: 'decide' })}>
          Weigh options
        </a>
      </span>
      {note !== null && (
        <p class="refused" role="alert">
          <Icon name="fail" tone="c-fail" />
          <span>{note}</span>
        </p>
      )}
      <p class="muted small hash">
        This plan has the fingerprint <span class="mono">{plan.hash.slice(0, 16)}</span>; the quest starts with the same one.
      </p>
    </div>
  );
}
