import type { ComponentChildren, JSX } from 'preact';

interface SectionProps {
  title: string;
  n: number;
  /** Whether its form is open, and how that changes; null: it cannot be changed. */
  change?: { open: boolean; toggle: () => void } | null;
  children: ComponentChildren;
}

/** One part of what a plan says beside its tasks. */
export function Section({ title, n, change = null, children }: SectionProps): JSX.Element {
  return (
    <section class="panel" aria-label={title}>
      <div class="panel-h">
        <h2>{title}</h2>
        {change !== null && (
          <button class="btn quiet s" type="button" aria-expanded={change.open} aria-label={`${change.open ? 'Done with' : 'Change'}: ${title}`} onClick={change.toggle}>
            {change.open ? 'Done' : 'Change'}
          </button>
        )}
        <span class="end num">{n}</span>
      </div>
      {children}
    </section>
  );
}
