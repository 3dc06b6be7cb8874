import type { Plan, PlanGate, PlanNeed } from '@questline/core';
import type { ComponentChildren, JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { PlanDesk } from '../app/plan-desk.ts';
import type { Team } from '../app/model.ts';
import { LinesField } from '../parts/fields.tsx';
import { Icon, type IconName } from '../parts/icons.tsx';
import { Name, Seat } from '../parts/parts.tsx';
import { Source } from './plan-task.tsx';

function Section({ title, n, children, act }: { title: string; n?: number; children: ComponentChildren; act?: JSX.Element | null }): JSX.Element {
  return (
    <section class="panel" aria-label={title}>
      <div class="panel-h">
        <h2>{title}</h2>
        {act}
        {n !== undefined && <span class="end num">{n}</span>}
      </div>
      {children}
    </section>
  );
}

type Texts = 'risks' | 'rollback' | 'success' | 'steps' | 'order' | 'phases';

interface TextsProps {
  title: string;
  field: Texts;
  plan: Plan;
  desk: PlanDesk;
  icon?: IconName;
  tone?: string;
  none?: string; // what stands there when there are none; without it the list is left out
}

/** A list of texts of the plan, which can be changed as lines. */
function TextList({ title, field, plan, desk, icon, tone = 'muted', none }: TextsProps): JSX.Element | null {
  const [open, setOpen] = useState(false);
  const lines = plan[field] ?? [];
  if (lines.length === 0 && none === undefined && !desk.open) return null;
  const List = icon === undefined ? 'ol' : 'ul';
  return (
    <Section
      title={title}
      n={lines.length}
      act={
        desk.open ? (
          <button class="btn quiet s" type="button" aria-expanded={open} aria-label={`${open ? 'Done with' : 'Change'}: ${title}`} onClick={() => setOpen(!open)}>
            {open ? 'Done' : 'Change'}
          </button>
        ) : null
      }
    >
      {open ? (
        <div class="form">
          <LinesField label={title} hint="one a line" lines={lines} commit={(value) => desk.edit([{ op: 'set', field, value: value as never }], `Change ${title.toLowerCase()}`)} />
        </div>
      ) : (
        <List>
          {lines.map((text, i) => (
            <li key={text}>
              {icon === undefined ? <span class="num muted step">{i + 1}</span> : <Icon name={icon} tone={tone} />}
              <span class="text">{text}</span>
            </li>
          ))}
          {lines.length === 0 && <li class="muted">{none ?? 'Nothing is said.'}</li>}
        </List>
      )}
    </Section>
  );
}

function Agents({ title, needs }: { title: string; needs: readonly PlanNeed[] }): JSX.Element {
  return (
    <Section title={title} n={needs.length}>
      <ul>
        {needs.map((need) => (
          <li key={need.agent}>
            <Seat id={need.agent} small />
            <span class="text">
              <Name id={need.agent} />
              <small>{need.reason}</small>
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}


/** "≥ 80 %": the number that is asked for. */
function wants({ measure, expect, judge }: PlanGate): string {
  if (measure === undefined) return expect ?? (judge === 'seat' ? 'looked at' : '');
  const { op, milli, unit } = measure;
  const sign = ({ '>=': '≥', '<=': '≤' } as Record<string, string>)[op] ?? op;
  return `${sign} ${milli / 1000} ${unit}`.trim();
}

function Gates({ gates, team }: { gates: readonly PlanGate[]; team: Team }): JSX.Element {
  return (
    <Section title="Gates" n={gates.length}>
      <ul>
        {gates.map((gate) => (
          <li key={gate.id}>
            <Icon name="ring" tone="muted" />
            <span class="text">
              {gate.text}
              {gate.evidence !== undefined && <small>Shown by {gate.evidence}</small>}
              <Source of={gate.source} team={team} />
            </span>
            <span class="end num">
              {wants(gate)} <span class="mono">{gate.task ?? ''}</span>
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}

/** What the plan says beside its tasks. */
export function Lists({ plan, desk, team }: { plan: Plan; desk: PlanDesk; team: Team }): JSX.Element {
  const texts = { plan, desk };
  return (
    <div class="two">
      {(plan.findings ?? []).length > 0 && (
        <Section title="What the objective needs" n={plan.findings?.length ?? 0}>
          <ul>
            {plan.findings?.map((finding) => (
              <li key={finding.need + finding.words}>
                <Icon name="search" tone="muted" />
                <span class="text">
                  {finding.need}
                  {finding.words !== '' && <small>“{finding.words}”</small>}
                </span>
              </li>
            ))}
          </ul>
        </Section>
      )}
      <Section title="Files" n={plan.files.length}>
        <ul>
          {plan.files.map((file) => (
            <li key={file.path}>
              <Icon name="file" tone="muted" />
              <span class="text">
                <span class="mono">{file.path}</span>
                <small>{file.purpose}</small>
              </span>
            </li>
          ))}
          {plan.files.length === 0 && <li class="muted">The plan names no files.</li>}
        </ul>
      </Section>
      {(plan.gates ?? []).length > 0 && <Gates gates={plan.gates ?? []} team={team} />}
      <Agents title="Agents needed" needs={plan.needs} />
      {(plan.considered ?? []).length > 0 && <Agents title="Considered, not needed" needs={plan.considered ?? []} />}
      <TextList title="Steps" field="steps" {...texts} none="The plan names no steps." />
      <TextList title="Dependencies and order" field="order" icon="next" {...texts} none="No task waits for another." />
      <TextList title="Risks" field="risks" icon="warn" tone="c-warn" {...texts} />
      <TextList title="If it has to be taken back" field="rollback" icon="prev" {...texts} />
      <TextList title="It counts as done when" field="success" icon="check" {...texts} />
    </div>
  );
}
