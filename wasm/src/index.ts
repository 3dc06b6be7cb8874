export { Core, Driver, Quest, Roster, instantiate } from './core.ts';
export type { Mend, PackLimits, PlanDraft, PlanFormat } from './core.ts';
export { CoreError, InstanceBroken } from './errors.ts';
export * from './generated.ts';
export type { Roster as RosterValue } from './generated.ts';
export { NoEd25519, checkSignature, checkSignatures, makeKey, signLine, signatureOf } from './signatures.ts';
export type { SigningKey } from './signatures.ts';
export type { Text } from './memory.ts';
