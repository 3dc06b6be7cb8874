import type { TimeLeft } from '@questline/core';
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { span, timeLeft } from '../app/words.ts';

/**
 * What is left of a limit. The core says how much was left at the last event; between events this counts down by the clock.
 * @param since  when that event was, while the clock runs; null while it stands
 */
export function Countdown({ limit, since, now }: { limit: TimeLeft; since: number | null; now: () => number }): JSX.Element {
  const [, again] = useState(0);
  const left = Math.max(0, since === null ? limit.left : limit.left - (now() - since));
  const runs = since !== null && left > 0;
  useEffect(() => {
    if (!runs) return;
    const timer = setTimeout(() => again((n) => n + 1), left % 1000 || 1000); // at the second that changes
    return () => clearTimeout(timer);
  });
  return (
    <div class="left">
      <dl>
        <dt>{timeLeft(limit.kind)}</dt>
        <dd class="num">
          <span class="clock" role="timer" data-limit={limit.kind}>
            {span(left)}
          </span>{' '}
          <small>of {span(limit.of)}</small>
        </dd>
      </dl>
      <div class="meter" aria-hidden="true">
        <i style={{ width: `${limit.of === 0 ? 100 : (1 - left / limit.of) * 100}%` }} />
      </div>
    </div>
  );
}
