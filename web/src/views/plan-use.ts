import { useEffect, useState } from 'preact/hooks';
import type { App } from '../app/app.ts';
import type { OpenQuest } from '../app/model.ts';
import { PlanDesk } from '../app/plan-desk.ts';

/** The desk with the plan of a quest; it says again when the desk changes. */
export function useDesk(app: App, quest: OpenQuest): PlanDesk {
  const desk = app.proposals.planner(PlanDesk);
  const [, again] = useState(0);
  useEffect(() => desk.subscribe(() => again((n) => n + 1)), [desk]);
  useEffect(() => void desk.follow(quest), [quest.id]);
  return desk;
}
