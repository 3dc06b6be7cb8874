/* Ed25519 for the signatures of lines, by the host's WebCrypto: the core says what is signed and which key it has to fit, and holds none itself. */
import type { Core } from './core.ts';
import type { Signature, Signer } from './generated.ts';
import type { Quest } from './quest.ts';

/** This host has no Ed25519 in its WebCrypto: nothing is known of any signature, neither good nor bad. */
export class NoEd25519 extends Error {
  override readonly name = 'NoEd25519';

  constructor(cause?: unknown) {
    super('This browser or runtime has no Ed25519 in its WebCrypto: signatures can neither be made nor checked here.', { cause });
  }
}

export interface SigningKey {
  readonly privateKey: CryptoKey;
  /** As event 0 pins it: 32 bytes in base64url. */
  readonly publicKey: string;
}

const ED25519 = 'Ed25519';

/* RFC 8032, 7.1, TEST 1: the signature of no bytes. */
const KNOWN = {
  key: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
  signature: '5VZDAMNgrHKQhuLMgG6CioSHfx645dl02HPgZSJJAVVfuIIVkKM7rMYeOXAc-bRr0lv18FlbviRlUUFDjnoQCw',
};

/* Undefined for what is no base64url. */
function decode(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^[\w-]*$/.test(text)) return undefined;
  try {
    return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}

function encode(bytes: ArrayBuffer): string {
  return btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

async function fits(key: CryptoKey, signature: string, bytes: string): Promise<boolean> {
  const [given, message] = [decode(signature), decode(bytes)];
  if (given?.length !== 64 || message === undefined) return false;
  return crypto.subtle.verify(ED25519, key, given, message);
}

function importPublic(key: string): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', decode(key) ?? new Uint8Array(), ED25519, true, ['verify']);
}

/** Fails with NoEd25519 unless this host verifies a signature that is known to be good. */
async function needEd25519(): Promise<void> {
  let good = false;
  try {
    good = await fits(await importPublic(KNOWN.key), KNOWN.signature, '');
  } catch (cause) {
    throw new NoEd25519(cause);
  }
  if (!good) throw new NoEd25519();
}

/** A key that cannot leave this host; it can be kept where CryptoKeys can, as in IndexedDB. */
export async function makeKey(): Promise<SigningKey> {
  await needEd25519();
  const pair = (await crypto.subtle.generateKey(ED25519, false, ['sign', 'verify'])) as CryptoKeyPair;
  return { privateKey: pair.privateKey, publicKey: encode((await crypto.subtle.exportKey('raw', pair.publicKey)) as ArrayBuffer) };
}

/** Whether a signature fits its key and bytes; one that is missing does not. @throws NoEd25519 */
export async function checkSignature({ bytes, key, signature }: Signature): Promise<boolean> {
  await needEd25519();
  return check(signature, bytes, await importPublic(key).catch(() => undefined));
}

/* A key that is no point of the curve fits nothing. */
function check(signature: string | undefined, bytes: string, key: CryptoKey | undefined): Promise<boolean> | boolean {
  return signature !== undefined && key !== undefined && fits(key, signature, bytes);
}

/**
 * Checks every signature in a quest's log. Gives the signers of its verdict with `wrong`: the events whose signature does not fit. A line
 * without a signature is not wrong; `lines` and `signed` say how many there are.
 * @throws NoEd25519
 */
export async function checkSignatures(quest: Quest, signers: readonly Signer[]): Promise<(Signer & { wrong: number[] })[]> {
  await needEd25519();
  const keys = new Map<string, CryptoKey | undefined>();
  const checked = new Map(signers.map((signer) => [signer.agent, { ...signer, wrong: [] as number[] }]));
  for (const { by, bytes, key, n, signature } of quest.signatures()) {
    if (signature === undefined) continue;
    if (!keys.has(key)) keys.set(key, await importPublic(key).catch(() => undefined));
    if (!(await check(signature, bytes, keys.get(key)))) checked.get(by)?.wrong.push(n);
  }
  return [...checked.values()];
}

/** The signature of a line that is in the quest or comes next; null where event 0 pins another key, or none, for its author. */
export async function signatureOf(quest: Quest, line: string, key: SigningKey): Promise<string | null> {
  const asked = quest.signature(line);
  if (asked === null || asked.key !== key.publicKey) return null;
  return encode(await crypto.subtle.sign(ED25519, key.privateKey, decode(asked.bytes) ?? new Uint8Array()));
}

/** The line as it is to be stored: signed where the key is its author's, otherwise as it was. */
export async function signLine(core: Core, quest: Quest, line: string, key: SigningKey): Promise<string> {
  const signature = await signatureOf(quest, line, key);
  return signature === null ? line : core.putSignature(line, signature);
}
