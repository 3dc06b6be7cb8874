import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const css = readFileSync(new URL('../src/tokens.css', import.meta.url), 'utf8');

type Rgb = [number, number, number];

/** The colours of one rule, by token name. */
function tokens(from: string): Map<string, Rgb> {
  const start = css.indexOf(from);
  assert.ok(start >= 0, `tokens.css has ${from}`);
  const rule = css.slice(start, css.indexOf('}', start));
  const found = new Map<string, Rgb>();
  for (const [, name, hex] of rule.matchAll(/--([a-z0-9-]+):\s*#([0-9a-f]{6})\b/g)) {
    found.set(name as string, [0, 2, 4].map((i) => Number.parseInt((hex as string).slice(i, i + 2), 16)) as Rgb);
  }
  return found;
}

/** WCAG 2.2, relative luminance. */
function luminance([r, g, b]: Rgb): number {
  const [lr, lg, lb] = [r, g, b].map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4)) as Rgb;
  return 0.2126 * lr + 0.7152 * lg + 0.0722 * lb;
}

function ratio(a: Rgb, b: Rgb): number {
  const [x, y] = [luminance(a), luminance(b)].sort((p, q) => q - p) as [number, number];
  return (x + 0.05) / (y + 0.05);
}

const GROUNDS = ['bg', 'surface', 'raised', 'sunken'];
const TEXT: [ink: string, grounds: string[]][] = [
  ['ink', [...GROUNDS, 'turn-wash', 'pass-wash', 'warn-wash', 'fail-wash', 'info-wash']],
  ['ink-2', [...GROUNDS, 'turn-wash']],
  ['ink-3', GROUNDS],
  ['on-inverse', ['inverse']],
  ['on-turn', ['turn']],
  ['turn-text', ['surface', 'bg', 'turn-wash']],
  ...(['pass', 'warn', 'fail', 'info'] as const).map((v): [string, string[]] => [v, ['surface', 'bg', 'sunken', `${v}-wash`]]),
];
const MARKS: [mark: string, grounds: string[]][] = [
  ['line-2', GROUNDS],
  ['turn', ['surface', 'bg']],
  ['focus', GROUNDS],
  ['warn-mark', ['surface', 'warn-wash']],
];

const light = tokens(':root {');
for (const [theme, colours] of [
  ['light', light],
  ['dark, chosen', new Map([...light, ...tokens(':root[data-theme="dark"] {')])],
  ['dark, by the system', new Map([...light, ...tokens(':root:not([data-theme="light"]) {')])],
] as const) {
  test(`${theme}: text reaches 4.5:1 and marks 3:1 on every ground they stand on`, () => {
    const low: string[] = [];
    for (const [pairs, least] of [[TEXT, 4.5], [MARKS, 3]] as const) {
      for (const [front, grounds] of pairs) {
        for (const ground of grounds) {
          const [a, b] = [colours.get(front), colours.get(ground)];
          assert.ok(a !== undefined && b !== undefined, `${front} and ${ground} are tokens`);
          const reached = ratio(a, b);
          if (reached < least) low.push(`${front} on ${ground}: ${reached.toFixed(2)}, ${least} is needed`);
        }
      }
    }
    assert.deepEqual(low, []);
  });
}

test('both ways to get the dark theme give the same colours', () => {
  assert.deepEqual([...tokens(':root[data-theme="dark"] {')], [...tokens(':root:not([data-theme="light"]) {')]);
});
