import type { Agent, Core, Diagnostic, Roster, RosterValue } from '@questline/core';
import type { AgentFile, Off, Team } from './model.ts';

/** A roster inside an instance, for planning. The caller closes it. */
export function openRoster(core: Core, files: readonly AgentFile[], off: Off): { roster: Roster; refused: string[] } {
  const roster = core.newRoster();
  for (const [agent, rules] of Object.entries(off)) for (const rule of rules) roster.switchRule(agent, rule, false);
  const refused: string[] = [];
  for (const file of files) {
    try {
      roster.add(file.path, file.text);
    } catch (error) {
      // Too large, or one too many: the roster keeps what it has and names the file.
      refused.push(`${file.path}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { roster, refused };
}

export function readTeam(core: Core, files: readonly AgentFile[], sample: boolean): Team {
  const { roster } = openRoster(core, files, {});
  try {
    return { files, sample, roster: roster.value() };
  } finally {
    roster.close();
  }
}

/** Who leads when nobody was picked: the agent with the largest team of its own. */
export function defaultLeader(roster: RosterValue, wanted: string | undefined): string {
  if (wanted !== undefined && roster.agents.some((agent) => agent.id === wanted)) return wanted;
  const leads = roster.agents.filter((agent) => agent.leads).sort((a, b) => b.team.length - a.team.length);
  return (leads[0] ?? roster.agents[0])?.id ?? '';
}

export const agentOfPath = (roster: RosterValue, path: string): Agent | undefined => roster.agents.find((agent) => agent.path === path);

export const diagnosticsOf = (roster: RosterValue, path: string): Diagnostic[] => roster.files.find((file) => file.path === path)?.diagnostics ?? [];

/** Two sets of files as one: a file of the same path is replaced in its place. */
export function merge(old: readonly AgentFile[], fresh: readonly AgentFile[]): AgentFile[] {
  const byPath = new Map(old.map((file) => [file.path, file]));
  for (const file of fresh) byPath.set(file.path, file);
  return [...byPath.values()];
}
