import type { Metric } from '@questline/core';

/** Numbers as people read them. The core counts; only their form is made here. */

/** "850 ms", "42 s", "7 min", "3 h 05 min", "2 d 4 h". */
export function span(ms: number): string {
  if (ms < 1000) return `${ms} ms`;
  const seconds = Math.floor(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${String(seconds % 60).padStart(2, '0')} s`;
  const hours = Math.floor(minutes / 60);
  if (hours >= 48) return `${Math.floor(hours / 24)} d ${hours % 24} h`;
  return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${String(minutes % 60).padStart(2, '0')} min`;
}

/** Micro-dollars: "$1.25", and what is less than a cent in full. */
export function money(micro: number): string {
  const dollars = micro / 1_000_000;
  return micro > 0 && micro < 10_000 ? `$${dollars.toFixed(6).replace(/0+$/, '')}` : `$${dollars.toFixed(2)}`;
}

export const whole = (n: number): string => n.toLocaleString('en');

/** A number in thousandths with its unit. */
export const milli = (value: number, unit = ''): string => `${(value / 1000).toLocaleString('en', { maximumFractionDigits: 3 })}${unit === '' ? '' : unit === '%' ? ' %' : ` ${unit}`}`;

const UNITS: Record<Metric['unit'], (value: number) => string> = {
  count: whole,
  ms: span,
  tokens: (value) => `${whole(value)} tokens`,
  micro: money,
  basis: (value) => `${(value / 100).toLocaleString('en', { maximumFractionDigits: 2 })} %`,
};

/** What has no data says so: it is not zero. */
export const measured = (unit: Metric['unit'], value: number | null): string => (value === null ? 'no data' : UNITS[unit](value));
