import type { Quest } from '@questline/core';
import type { Checked } from './model.ts';

/** A verdict with what the signatures of the quest's log are worth. What this takes is fetched when there is something to check. */
export async function checked(quest: Quest, verdict: Checked): Promise<Checked> {
  if (verdict.signers === undefined) return verdict;
  const { NoEd25519, checkSignatures } = await import('@questline/core/signatures');
  try {
    return { ...verdict, signers: await checkSignatures(quest, verdict.signers) };
  } catch (error) {
    if (error instanceof NoEd25519) return { ...verdict, unchecked: true };
    throw error;
  }
}
