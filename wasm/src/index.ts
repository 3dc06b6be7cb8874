export { Core, Driver, McpClient, ModuleNet, Quest, Roster, Workspace, instantiate } from './core.ts';
export type { GraphFormat, Kit, Mend, PackLimits, PlanDraft, PlanFormat, ReportKind } from './core.ts';
export { CoreError, InstanceBroken } from './errors.ts';
export * from './generated.ts';
export type { Roster as RosterValue } from './generated.ts';
export type { Text } from './memory.ts';
