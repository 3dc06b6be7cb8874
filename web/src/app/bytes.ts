import type { Edit } from '@questline/core';

/** Base64url without padding. */
export function base64url(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** Applies edits, given in bytes of the original, to a text. They rise and do not overlap. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  const bytes = new TextEncoder().encode(text);
  const decoder = new TextDecoder();
  let out = '';
  let at = 0;
  for (const edit of edits) {
    out += decoder.decode(bytes.subarray(at, edit.offset)) + edit.text;
    at = edit.offset + edit.length;
  }
  return out + decoder.decode(bytes.subarray(at));
}

/** Size for people: "812 bytes", "9.4 KB". */
export function size(bytes: number): string {
  return bytes < 1024 ? `${bytes} bytes` : `${(bytes / 1024).toFixed(1)} KB`;
}
