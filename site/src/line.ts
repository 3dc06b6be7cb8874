/* The turn line as a picture: one row per seat, one stepped line through them. Solid is what happened, orange is now, dashed is planned. */
import type { HoldView } from '@questline/core';
import { text } from './html.ts';

export type Line = { lanes: string[]; holds: HoldView[]; labels: string[]; events: number; now: number; describe: string };
/** Sizes in pixels; the picture is shown at its own size or smaller. Without names a seat is its two letters. */
export type Size = { width: number; row: number; names: boolean };

/** Two letters for a name of words joined by dashes. */
function letters(id: string): string {
  const [first = '', second] = id.slice(1).split(/[-._]/);
  return (second === undefined ? first.slice(0, 2) : first.slice(0, 1) + second.slice(0, 1)).toUpperCase();
}

export function drawLine({ lanes, holds, labels, events, now, describe }: Line, { width, row, names }: Size): string {
  const top = 8;
  const height = lanes.length * row + 2 * top;
  const left = names ? 244 : 56;
  const end = width - 20;
  const x = (n: number): number => Math.round(left + ((end - left) * n) / (events - 1));
  const y = (agent: string): number => top + row * lanes.indexOf(agent) + row / 2;
  const current = holds.find((hold) => hold.from <= now && (hold.to ?? events) > now);
  const holder = current?.agent ?? '';

  const rows = lanes.map((id) => {
    const on = id === holder;
    const owner = id === '@owner';
    const at = y(id);
    const seat = owner
      ? `<circle class="seat-box" cx="27" cy="${at}" r="12"/>`
      : `<rect class="seat-box" x="15" y="${at - 12}" width="24" height="24" rx="5"/>`;
    const name = names ? `<text class="seat-name" x="52" y="${at + 4.5}"><tspan class="seat-at">@</tspan>${text(id.slice(1))}</text>` : '';
    const wash = on
      ? `<rect class="wash" x="0" y="${at - row / 2}" width="${width}" height="${row}"/><rect class="edge" x="0" y="${at - row / 2}" width="4" height="${row}"/>`
      : '';
    return `${wash}<path class="staff" d="M${left} ${at}H${end}"/><g class="${on ? 'lane on' : 'lane'}">${seat}<text class="seat-letters" x="27" y="${at + 3.5}">${letters(id)}</text>${name}</g>`;
  });

  const parts: string[] = [];
  holds.forEach((hold, i) => {
    const from = hold.from;
    const to = hold.to ?? events - 1;
    const kind = from > now ? 'ahead' : hold === current ? 'now' : 'past';
    const before = holds[i - 1];
    if (before !== undefined)
      parts.push(`<path class="pass ${kind === 'ahead' ? 'ahead' : 'past'}" d="M${x(from)} ${y(before.agent)}V${y(hold.agent)}"/>`);
    const label = labels[i] ?? '';
    // What has not been answered yet shows its task only.
    const shown = kind === 'past' ? label : hold.tasks.join(' ');
    const at = kind === 'now' ? x(from) + 22 : x(from) + 3;
    if (names && shown !== '') parts.push(`<text class="label ${kind}" x="${at}" y="${y(hold.agent) - 7}">${text(shown)}</text>`);
    if (kind === 'now') {
      parts.push(`<path class="hold ahead" d="M${x(now)} ${y(hold.agent)}H${x(to)}"/>`);
      parts.push(`<path class="hold now" d="M${x(from)} ${y(hold.agent)}H${x(now) + 4}"/>`);
    } else {
      parts.push(`<path class="hold ${kind}" d="M${x(from)} ${y(hold.agent)}H${x(to)}"/>`);
    }
  });
  const bead =
    holder === ''
      ? ''
      : `<circle class="halo" cx="${x(now)}" cy="${y(holder)}" r="15"/><circle class="bead-dot" cx="${x(now)}" cy="${y(holder)}" r="9"/>`;
  return `<svg class="turn-line" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${text(describe)}">${rows.join('')}${parts.join('')}${bead}</svg>`;
}
