import assert from 'node:assert/strict';
import { test } from 'node:test';
import { instantiate } from '../src/index.ts';
import type { Command, Core, Quest } from '../src/index.ts';
import { loadModule } from '../src/node.ts';
import { NoEd25519, checkSignature, checkSignatures, makeKey, signLine, signatureOf } from '../src/signatures.ts';
import type { SigningKey } from '../src/signatures.ts';

const module = await loadModule();
const base64url = (hex: string): string => Buffer.from(hex, 'hex').toString('base64url');

/* RFC 8032, 7.1: TEST 1, 2, 3 and SHA(abc). */
const vectors = [
  ['d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a', '', 'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b'],
  ['3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c', '72', '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00'],
  ['fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025', 'af82', '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a'],
  [
    'ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf',
    'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
    'dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704',
  ],
] as const;

test('the vectors of RFC 8032 fit, and nothing else', async () => {
  for (const [key, message, signature] of vectors) {
    const asked = { by: '@a', bytes: base64url(message), key: base64url(key), n: 0 };
    assert.equal(await checkSignature({ ...asked, signature: base64url(signature) }), true);
    assert.equal(await checkSignature(asked), false);
    const flipped = signature.replace(/^./, (digit) => (digit === '0' ? '1' : '0'));
    for (const wrong of [base64url(flipped), '', 'AAAA', 'no, it is not', base64url(signature).slice(1)]) assert.equal(await checkSignature({ ...asked, signature: wrong }), false, wrong);
    assert.equal(await checkSignature({ ...asked, bytes: base64url(`${message}00`), signature: base64url(signature) }), false);
    assert.equal(await checkSignature({ ...asked, key: 'short', signature: base64url(signature) }), false);
  }
});

function play(core: Core, quest: Quest, command: Command | object, key?: SigningKey): Promise<string> {
  const { line, refusal } = quest.decide(command as Command, 1763712000000, crypto.getRandomValues(new Uint8Array(32)));
  assert.equal(refusal, undefined);
  assert.ok(line);
  return key === undefined ? Promise.resolve(line) : signLine(core, quest, line, key);
}

async function signed(): Promise<{ core: Core; quest: Quest; owner: SigningKey; lead: SigningKey }> {
  const core = instantiate(module);
  const quest = core.openQuest();
  const [owner, lead] = [await makeKey(), await makeKey()];
  const keys = [['@owner', owner.publicKey], ['@lead', lead.publicKey]];
  quest.append(await play(core, quest, { type: 'create', by: '@owner', agents: ['@lead', '@api'], keys, mission: 'M', policy: 'strict' }, owner));
  quest.append(await play(core, quest, { type: 'message', by: '@lead', to: ['@api'], msg: 'Do it' }, lead));
  quest.append(await play(core, quest, { type: 'respond', by: '@lead', msg: 'Go' }));
  quest.append(await play(core, quest, { type: 'respond', by: '@api', msg: 'Done' }, lead)); // not the leader's line: stays as it is
  return { core, quest, owner, lead };
}

test('lines are signed before they are stored, checked, and signed later', async () => {
  const { core, quest, lead, owner } = await signed();
  const { signers } = core.verify(quest.log());
  assert.ok(signers);
  assert.deepEqual(
    signers.map(({ agent, key, lines, signed: count, wrong }) => [agent, key, lines, count, wrong]),
    [
      ['@owner', owner.publicKey, 1, 1, undefined],
      ['@lead', lead.publicKey, 2, 1, undefined],
    ],
  );
  assert.deepEqual((await checkSignatures(quest, signers)).map(({ wrong }) => wrong), [[], []]);
  const { head } = quest.head();
  const line = quest.log(2).split('\n')[0] ?? '';
  assert.equal(await signatureOf(quest, line, owner), null);
  const signature = await signatureOf(quest, line, lead);
  assert.ok(signature);
  quest.sign(2, signature);
  assert.equal(quest.log(2).split('\n')[0], core.putSignature(line, signature).trimEnd());
  assert.equal(quest.head().head, head);
  const all = core.verify(quest.log()).signers ?? [];
  assert.deepEqual(all.map((signer) => signer.signed), [1, 2]);
  assert.deepEqual((await checkSignatures(core.openQuest(quest.log()), all)).map(({ wrong }) => wrong), [[], []]);
});

test('a signature of another line, or by another key, is wrong', async () => {
  const { core, quest, owner } = await signed();
  const [first] = quest.signatures();
  assert.ok(first?.signature);
  quest.sign(1, first.signature);
  assert.deepEqual((await checkSignatures(quest, core.verify(quest.log()).signers ?? [])).map(({ wrong }) => wrong), [[], [1]]);
  const line = quest.log(2).split('\n')[0] ?? '';
  const asked = quest.signature(line);
  assert.ok(asked);
  const forged = await crypto.subtle.sign('Ed25519', owner.privateKey, Buffer.from(asked.bytes, 'base64url'));
  quest.sign(2, Buffer.from(forged).toString('base64url'));
  assert.deepEqual((await checkSignatures(quest, core.verify(quest.log()).signers ?? [])).map(({ wrong }) => wrong), [[], [1, 2]]);
  assert.throws(() => quest.sign(9, first.signature ?? ''), /no event of that number/);
  assert.throws(() => quest.sign(0, 'AAAA'), /64 bytes/);
});

test('a key made here does not leave', async () => {
  const { privateKey, publicKey } = await makeKey();
  assert.match(publicKey, /^[\w-]{43}$/);
  assert.equal(privateKey.extractable, false);
  await assert.rejects(crypto.subtle.exportKey('pkcs8', privateKey));
});

test('where Ed25519 is missing, that is said: nothing is false', async () => {
  const { core, quest } = await signed();
  const signers = core.verify(quest.log()).signers ?? [];
  const real = crypto.subtle.importKey;
  crypto.subtle.importKey = () => Promise.reject(new DOMException('Unrecognized name.', 'NotSupportedError'));
  try {
    await assert.rejects(checkSignatures(quest, signers), NoEd25519);
    await assert.rejects(checkSignature({ by: '@a', bytes: '', key: '', n: 0 }), NoEd25519);
    await assert.rejects(makeKey(), NoEd25519);
  } finally {
    crypto.subtle.importKey = real;
  }
});
