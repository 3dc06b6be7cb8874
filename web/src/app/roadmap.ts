import { type Core, CoreError, type Edit, type PlanSource } from '@questline/core';

/** A roadmap as this browser keeps it. */
export interface KeptRoadmap {
  path: string;
  text: string;
}

/** Bytes of a text replaced, as an edit of the core says. */
export function applyEdit(text: string, { offset, length, text: by }: Edit): string {
  const bytes = new TextEncoder().encode(text);
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  return decoder.decode(bytes.subarray(0, offset)) + by + decoder.decode(bytes.subarray(offset + length));
}

/** The roadmap with the item ticked off; null: it is already. Throws where the item is not in the text. */
export function tickedOff(core: Core, text: string, item: PlanSource): string | null {
  try {
    return applyEdit(text, core.tickRoadmap(text, { words: item.words ?? '', line: item.line ?? 0 }));
  } catch (error) {
    if (error instanceof CoreError && error.status === 'QL_ERR_STATE') return null;
    throw error;
  }
}
