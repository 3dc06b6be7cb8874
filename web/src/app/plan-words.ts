import type { PlanEdit, PlanSource, PlanTask } from '@questline/core';
import type { Team } from './model.ts';
import { href } from './route.ts';
import { agentOfPath } from './team.ts';
import { list } from './words.ts';

/** Words for what a plan says. The rules are the core's. */

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

const SAYS: Record<PlanEdit['op'], (edit: PlanEdit) => string> = {
  add: (edit) => `Add “${edit.title ?? ''}”`,
  remove: (edit) => `Remove ${edit.task}`,
  split: (edit) => `Split ${edit.task} into ${edit.titles?.length ?? 0}`,
  merge: (edit) => `Merge ${list(edit.tasks ?? [])}`,
  reassign: (edit) => `Give ${edit.task} to ${edit.to}`,
  move: (edit) => `Move ${edit.task} to group ${edit.group}`,
  order: (edit) => (edit.before === undefined ? `Put ${edit.task} last` : `Put ${edit.task} before ${edit.before}`),
  link: (edit) => `Let ${edit.task} wait for ${text(edit.after)}`,
  unlink: (edit) => `Let ${edit.task} not wait for ${text(edit.after)}`,
  set: (edit) => (edit.task === undefined ? `Change the plan’s ${edit.field}` : `Change the ${edit.field} of ${edit.task}`),
};

export const saysEdit = (edit: PlanEdit): string => SAYS[edit.op](edit);

export const saysEdits = (edits: readonly PlanEdit[]): string => edits.map(saysEdit).join('; then ');

/** "1 h 30 min"; a day of work is eight hours, but nobody said so: hours it stays. */
export function minutes(n: number): string {
  if (n < 60) return `${n} min`;
  const rest = n % 60;
  return rest === 0 ? `${Math.floor(n / 60)} h` : `${Math.floor(n / 60)} h ${rest} min`;
}

export const tokens = (n: number): string => (n < 1000 ? String(n) : n < 100_000 ? `${(n / 1000).toFixed(1)}k` : n < 1_000_000 ? `${Math.round(n / 1000)}k` : `${(n / 1_000_000).toFixed(1)}M`);

/** Money of micro-dollars: cents, or more places where it is less than that. */
export const money = (micro: number): string => (micro === 0 ? '$0' : micro < 10_000 ? `$${(micro / 1e6).toFixed(4)}` : `$${(micro / 1e6).toFixed(2)}`);

/** Where a piece of the plan comes from, and the place where that stands if this browser has it. */
export function saysSource(source: PlanSource, { roster, files }: Team): { says: string; to: string | null } {
  const line = source.line === undefined ? '' : `, line ${source.line}`;
  switch (source.from) {
    case 'rule': {
      const path = source.path ?? roster.agents.find((agent) => agent.id === source.agent)?.path;
      return { says: `a rule of ${source.agent ?? (path === undefined ? 'an agent' : (agentOfPath(roster, path)?.id ?? path))}${line}`, to: placeOf(files, path, source.line) };
    }
    case 'document':
      return { says: `${source.path ?? 'a document'}${line}`, to: placeOf(files, source.path, source.line) };
    case 'objective':
      return { says: source.words === undefined ? 'the objective' : `the objective: “${source.words}”`, to: null };
    case 'planner':
      return { says: 'the planner’s own tables', to: null };
    case 'model':
      return { says: 'the model’s answer', to: null };
    case 'person':
      return { says: 'by hand', to: null };
  }
}

function placeOf(files: Team['files'], path: string | undefined, line: number | undefined): string | null {
  if (path === undefined || !files.some((file) => file.path === path)) return null;
  return href({ screen: 'team', path, ...(line === undefined ? {} : { line }) });
}

/** A task in a few words, for lists to choose from. */
export const nameOf = (task: Pick<PlanTask, 'id' | 'title'>): string => `${task.id} ${task.title}`;
