/** A secret that only a passphrase opens, as it is stored. All that is needed to open it is in it, but for the passphrase. */
export interface Sealed {
  kdf: 'PBKDF2';
  hash: 'SHA-256';
  iterations: number;
  salt: Uint8Array<ArrayBuffer>;
  cipher: 'AES-GCM';
  iv: Uint8Array<ArrayBuffer>;
  data: Uint8Array<ArrayBuffer>;
}

const ITERATIONS = 600_000; // OWASP's figure for PBKDF2 with HMAC-SHA-256

async function keyOf(passphrase: string, { hash, iterations, salt }: Pick<Sealed, 'hash' | 'iterations' | 'salt'>): Promise<CryptoKey> {
  const material = await crypto.subtle.importKey('raw', new TextEncoder().encode(passphrase.normalize('NFC')), 'PBKDF2', false, ['deriveKey']);
  return crypto.subtle.deriveKey({ name: 'PBKDF2', hash, iterations, salt }, material, { name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
}

/** @param name  what the secret is for; one that stands in the place of another does not open */
export async function seal(secret: string, name: string, passphrase: string): Promise<Sealed> {
  const parameters = { hash: 'SHA-256', iterations: ITERATIONS, salt: crypto.getRandomValues(new Uint8Array(16)) } as const;
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const key = await keyOf(passphrase, parameters);
  const encoder = new TextEncoder();
  const data = await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData: encoder.encode(name) }, key, encoder.encode(secret));
  return { kdf: 'PBKDF2', ...parameters, cipher: 'AES-GCM', iv, data: new Uint8Array(data) };
}

/** Null: the passphrase does not open it. */
export async function unseal({ iv, data, ...parameters }: Sealed, name: string, passphrase: string): Promise<string | null> {
  const key = await keyOf(passphrase, parameters);
  try {
    return new TextDecoder().decode(await crypto.subtle.decrypt({ name: 'AES-GCM', iv, additionalData: new TextEncoder().encode(name) }, key, data));
  } catch (error) {
    if (error instanceof DOMException && error.name === 'OperationError') return null;
    throw error;
  }
}

/** Ciphers are only there on https, and on this machine. */
export const canSeal = (): boolean => globalThis.crypto?.subtle !== undefined;
