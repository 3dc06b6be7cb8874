import type { ComponentChildren, JSX, TargetedMouseEvent } from 'preact';
import type { Checked } from '../app/model.ts';
import { bare, CAVEAT, findings, letters, type Sign } from '../app/words.ts';
import { Icon, type IconName } from './icons.tsx';

/** "@name" with a quieter @. */
export function Name({ id }: { id: string }): JSX.Element {
  if (!id.startsWith('@')) return <span class="nm">{id}</span>;
  return (
    <span class="nm">
      <span class="at">@</span>
      {bare(id)}
    </span>
  );
}

export interface SeatProps {
  id: string;
  person?: boolean;
  leads?: boolean;
  holds?: boolean;
  vacant?: boolean;
  small?: boolean;
}

/** Square a model or rehearsal, circle a person, dashed named without a file. */
export function Seat({ id, person = id === '@owner', leads = false, holds = false, vacant = false, small = false }: SeatProps): JSX.Element {
  const shape = [person && 'person', leads && !small && 'leader', holds && 'holds', vacant && 'vacant', small && 'sm'].filter(Boolean).join(' ');
  return (
    <span class={`seat ${shape}`} aria-hidden="true">
      {letters(id)}
    </span>
  );
}

export function Bead({ live, small = false }: { live: boolean; small?: boolean }): JSX.Element {
  return <i class={`bead ${live ? 'live' : 'rest'} ${small ? 'tiny' : ''}`} />;
}

const SIGNS: Record<Sign, { icon: IconName; tone: string }> = {
  pass: { icon: 'check', tone: 'c-pass' },
  fail: { icon: 'fail', tone: 'c-fail' },
  warn: { icon: 'warn', tone: 'c-warn' },
  open: { icon: 'ring', tone: 'muted' },
  hide: { icon: 'hide', tone: 'muted' },
};

/** The three verdicts in plain words. */
export function Verdicts({ verdict }: { verdict: Checked }): JSX.Element {
  return (
    <div class="verdicts">
      {findings(verdict).map(({ sign, word, says }) => (
        <div class="verdict" key={word}>
          <Icon name={SIGNS[sign].icon} tone={SIGNS[sign].tone} />
          <div>
            <b>{word}.</b> <span>{says}</span>
          </div>
        </div>
      ))}
    </div>
  );
}

/** The three verdicts as a badge. */
export function Badge({ verdict, to }: { verdict: Checked; to: string }): JSX.Element {
  return (
    <a class="badge" href={to} onClick={jump}>
      {findings(verdict)
        .filter(({ sign }, i) => i < 3 || sign === 'fail')
        .map(({ sign, word }) => (
          <span class={SIGNS[sign].tone} key={word}>
            <Icon name={SIGNS[sign].icon} />
            {word}
          </span>
        ))}
      <i class="vh">, what this means</i>
    </a>
  );
}

/** Screens live behind the #, so a jump inside a page is made by hand. */
export function jump(event: TargetedMouseEvent<HTMLAnchorElement>): void {
  event.preventDefault();
  const target = document.getElementById(event.currentTarget.getAttribute('href')?.slice(1) ?? '');
  if (target === null) return;
  if (target.tabIndex < 0) target.tabIndex = -1;
  target.focus();
  target.scrollIntoView({ block: 'nearest' });
}

/** A screen with nothing to show yet, or nothing that can be shown: what it means and what to do. */
export function Blank({ icon, title, children, acts }: { icon: IconName; title: string; children: ComponentChildren; acts?: ComponentChildren }): JSX.Element {
  return (
    <div class="blank">
      <Icon name={icon} />
      <h1>{title}</h1>
      <p>{children}</p>
      {acts !== undefined && <div class="row">{acts}</div>}
    </div>
  );
}

/** What a shared quest says of itself wherever it is shown: that opening is harmless, and what its verification does not prove. */
export function OpeningNote(): JSX.Element {
  return (
    <>
      <p class="safe">
        <Icon name="lock" />
        <span>Opening runs nothing. Agents in this quest start with all tools off.</span>
      </p>
      <p class="caveat">{CAVEAT}</p>
    </>
  );
}
