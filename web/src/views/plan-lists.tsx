import type { Plan, PlanNeed } from '@questline/core';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { PlanDesk } from '../app/plan-desk.ts';
import type { Team } from '../app/model.ts';
import { LinesField } from '../parts/fields.tsx';
import { Icon, type IconName } from '../parts/icons.tsx';
import { Name, Seat } from '../parts/parts.tsx';
import { Files, Gates } from './plan-items.tsx';
import { Section } from './plan-section.tsx';

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
    <Section title={title} n={lines.length} change={desk.open ? { open, toggle: () => setOpen(!open) } : null}>
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
      <Files plan={plan} desk={desk} />
      {((plan.gates ?? []).length > 0 || desk.open) && <Gates plan={plan} desk={desk} team={team} />}
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
