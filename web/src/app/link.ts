import { CoreError } from '@questline/core';
import { inWords } from './logs.ts';
import type { Open } from './quest-desk.ts';

/** The `#q=` link of a quest, or how long it would be. */
export function linkOf({ core, quest }: Open): { ok: true; url: string; chars: number; warning: string | null } | { ok: false; chars: number; message: string } {
  try {
    const link = core.makeLink(quest.log());
    const url = `${location.origin}${location.pathname}${link.fragment.startsWith('#') ? link.fragment : `#${link.fragment}`}`;
    return { ok: true, url, chars: url.length, warning: link.warning };
  } catch (error) {
    if (error instanceof CoreError && error.status === 'QL_ERR_LIMIT') return { ok: false, chars: error.failure.offset, message: inWords(error) };
    return { ok: false, chars: 0, message: inWords(error) };
  }
}
