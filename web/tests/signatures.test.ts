import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { loadCore } from '@questline/core/node';
import { checked } from '../src/app/signatures.ts';
import { findings } from '../src/app/words.ts';

const core = await loadCore();
const { log } = JSON.parse(readFileSync(new URL('../../tests/vectors/verify/signers-are-counted.json', import.meta.url), 'utf8')) as { log: string };

async function says(text: string): Promise<string[]> {
  const verdict = await checked(core.openQuest(text), core.verify(text));
  return findings(verdict).map(({ sign, word, says }) => `${sign} ${word}. ${says}`);
}

test('who signed stands beside the verdict, in a sentence', async () => {
  const [intact, , , signed] = await says(log);
  assert.match(intact ?? '', /^pass Intact/);
  assert.equal(signed, 'open Signed in part. 2 of 3 pinned agents signed, 5 of 6 lines. 1 line of agents without a key. Whose keys they are, compare yourself.');
  const whole = log.split('\n').slice(0, 3).join('\n') + '\n';
  assert.equal((await says(whole))[3], 'pass Signed. 3 of 3 pinned agents signed, 3 of 3 lines. Whose keys they are, compare yourself.');
});

test('a wrong signature is a fault, with its event; the chain is as sound as before', async () => {
  const [owners = '', leads = ''] = [...log.matchAll(/"s":\["([^"]+)"\]/g)].map((match) => match[1] ?? '');
  const [intact, , , signed] = await says(log.replace(leads, owners));
  assert.match(intact ?? '', /^pass Intact/);
  assert.equal(signed, 'fail Wrong signature. It does not fit the event and the key: @lead, event 1.');
});

test('not checked is not false, and a log without keys says nothing', async () => {
  assert.equal(findings(core.verify(log))[3]?.says, '5 of 6 lines have one, not checked yet.');
  const real = crypto.subtle.importKey;
  crypto.subtle.importKey = () => Promise.reject(new DOMException('Unrecognized name.', 'NotSupportedError'));
  try {
    assert.match((await says(log))[3] ?? '', /^warn Signatures not checked\. 5 of 6 lines have one, and this browser has no Ed25519/);
  } finally {
    crypto.subtle.importKey = real;
  }
  const published = JSON.parse(readFileSync(new URL('../../tests/vectors/verify/published-3.json', import.meta.url), 'utf8')) as { log: string };
  assert.equal((await says(published.log)).length, 3);
});
