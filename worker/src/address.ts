/* Names and secrets of a quest: its public address, whose MAC is checked before its object is touched, and the capabilities to it. */

const LETTERS = '0123456789abcdefghjkmnpqrstvwxyz'; // Crockford base32, as in the names of quests
const NAME = 10;
const NONCE = 10;
const MAC = 16; // 80 bits
const ADDRESS = new RegExp(`^[${LETTERS}]{${NAME}}-[${LETTERS}]{${NONCE + MAC}}$`);
const utf8 = new TextEncoder();

function letters(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => LETTERS[byte & 31]).join('');
}

/** Compares without saying by its time where the difference is. */
export function equal(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length && i < b.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i);
  return difference === 0;
}

async function mac(secret: string, text: string): Promise<string> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', utf8.encode(secret), algorithm, false, ['sign']);
  const signature = await crypto.subtle.sign('HMAC', key, utf8.encode(`questline.room.1:${text}`));
  return letters(new Uint8Array(signature, 0, MAC));
}

/** A fresh address: the quest's own name where it has one, a nonce (the same quest may be made live twice), and the MAC over both. */
export async function makeAddress(secret: string, name: string | null, random: (count: number) => Uint8Array): Promise<string> {
  const stem = `${name ?? letters(random(NAME))}-${letters(random(NONCE))}`;
  return stem + (await mac(secret, stem));
}

/** True for an address that this worker gave out. */
export async function checkAddress(secret: string, address: string): Promise<boolean> {
  if (!ADDRESS.test(address)) return false;
  const end = address.length - MAC;
  return equal(await mac(secret, address.slice(0, end)), address.slice(end));
}

/** A capability: 256 random bits in base64url. Whoever has it may do what it is for. */
export function makeToken(random: (count: number) => Uint8Array): string {
  return base64url(random(32));
}

const TOKEN = /^[A-Za-z0-9_-]{43}$/;

/** What is stored of a capability, and compared: its SHA-256. Undefined for what cannot be one. */
export async function digest(token: unknown): Promise<string | undefined> {
  if (typeof token !== 'string' || !TOKEN.test(token)) return undefined;
  return base64url(new Uint8Array(await crypto.subtle.digest('SHA-256', utf8.encode(token))));
}

export function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}
