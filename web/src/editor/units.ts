/** How a file ends its lines, and what the editor is told to split it at, so that what is saved has the same ends. */
export function lineEnd(text: string): '\n' | '\r\n' {
  const breaks = text.match(/\r\n|\r|\n/g) ?? [];
  return breaks.length > 0 && breaks.every((found) => found === '\r\n') ? '\r\n' : '\n';
}

/** Where bytes of a text in UTF-8 stand in the editor, which counts UTF-16 units and a line end as one. One pass for all of them. */
export function unitsOf(text: string, end: '\n' | '\r\n', bytes: readonly number[]): Map<number, number> {
  const wanted = [...new Set(bytes)].sort((a, b) => a - b);
  const found = new Map<number, number>();
  let byte = 0;
  let unit = 0;
  let next = 0;
  for (let i = 0; i < text.length && next < wanted.length; i += 1) {
    while (next < wanted.length && (wanted[next] as number) <= byte) found.set(wanted[next++] as number, unit);
    const code = text.charCodeAt(i);
    if (code < 0x80) {
      byte += 1;
      // The first half of a line end of two bytes is no place of its own.
      if (!(end === '\r\n' && code === 13)) unit += 1;
    } else if (code < 0x800) {
      byte += 2;
      unit += 1;
    } else if (code >= 0xd800 && code < 0xdc00 && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) {
      byte += 4;
      unit += 2;
      i += 1;
    } else {
      byte += 3;
      unit += 1;
    }
  }
  while (next < wanted.length) found.set(wanted[next++] as number, unit);
  return found;
}
