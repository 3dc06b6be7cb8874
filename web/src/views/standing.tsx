import type { Standing as What } from '@questline/core';
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import type { App } from '../app/app.ts';
import type { OpenQuest } from '../app/model.ts';
import { Gates } from './gates.tsx';
import { Escalation } from './ladder.tsx';
import { Ledger } from './ledger.tsx';

export { Board } from './board.tsx';
export { Hand } from './hand.tsx';
export { Held } from './held.tsx';
export { TaskCard } from './ladder.tsx';
export { Halt } from './ledger.tsx';
export { PlanMark } from './plan-mark.tsx';
export { Seats } from './seats.tsx';
export { RoadmapTick } from './roadmap-tick.tsx';
export { Events } from './timeline.tsx';

interface Part {
  quest: OpenQuest;
  app: App;
}

const useStanding = ({ quest, app }: Part): What => useMemo(() => app.inspect.standing(), [quest.shown, app]);

/** What holds the quest up, or may; a task that went up the ladder first. */
export function Standing(part: Part): JSX.Element {
  const standing = useStanding(part);
  const gates = <Gates key="gates" {...part} standing={standing} />;
  const ladder = <Escalation key="ladder" {...part} standing={standing} />;
  return <>{standing.matters.length > 0 ? [ladder, gates] : [gates, ladder]}</>;
}

export function Spent(part: Part): JSX.Element {
  return <Ledger {...part} standing={useStanding(part)} />;
}
