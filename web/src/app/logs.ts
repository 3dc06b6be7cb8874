import { type Core, CoreError, type JsonObject, type Plan, type Quest, type QuestView } from '@questline/core';
import type { QuestRecord } from './model.ts';
import { isOver } from './words.ts';

/** A log of its lines, each with its LF, and back. */
export const joined = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');
export const split = (log: string): string[] => log.split('\n').filter((line) => line !== '');

/** What calls took that were made before anything was handed out: by who planned. */
export function usageIn(lines: readonly string[]): JsonObject[] {
  const events = lines.map((line) => (JSON.parse(line) as { e: { t: string; d: JsonObject } }).e);
  return events.flatMap(({ t, d }) => (t === 'usage' ? [d] : []));
}

/** What went wrong, as a sentence. */
export function inWords(error: unknown): string {
  if (error instanceof CoreError) {
    const { message, detail } = error.failure;
    return `${message[0]?.toUpperCase() ?? ''}${message.slice(1)}${detail === '' ? '' : ` (${detail})`}.`;
  }
  return error instanceof Error ? error.message : String(error);
}

/** What the library keeps of a quest. */
export function recordOf(id: string, view: QuestView, drive: boolean, now: number): QuestRecord {
  return {
    id,
    title: view.mission ?? 'Objective withheld',
    status: view.status,
    holder: isOver(view) ? null : (view.holders[0] ?? null),
    events: view.n,
    created: now,
    updated: now,
    drive,
  };
}

/** The plan as it was shown before approval: the text form in the first event. */
export function planOf(core: Core, quest: Quest): Plan | null {
  const { brief } = quest.event(0).data as { brief?: string | null };
  if (brief === undefined || brief === null) return null;
  try {
    return core.readPlan(brief);
  } catch {
    return null; // written by something that has another form: the tasks are in the view all the same
  }
}
