import type { JSX } from 'preact';

const PATHS = {
  model: (
    <>
      <rect x="3.5" y="3.5" width="9" height="9" rx="1.5" />
      <path d="M6 1.5v2M10 1.5v2M6 12.5v2M10 12.5v2M1.5 6h2M1.5 10h2M12.5 6h2M12.5 10h2" />
    </>
  ),
  team: <path d="M2.5 4h1M2.5 8h1M2.5 12h1M6.5 4h7M6.5 8h7M6.5 12h7" />,
  plan: (
    <>
      <circle cx="3.5" cy="8" r="1.8" />
      <circle cx="12.5" cy="3.5" r="1.8" />
      <circle cx="12.5" cy="12.5" r="1.8" />
      <path d="M5.2 7.2l5.6-2.9M5.2 8.8l5.6 2.9" />
    </>
  ),
  quest: (
    <>
      <path d="M1.5 12h4V5h4v4h2.2" />
      <circle cx="13" cy="9" r="1.5" fill="currentColor" />
    </>
  ),
  share: <path d="M8 10V2M5 4.5L8 1.8l3 2.7M3 8.5v5h10v-5" />,
  library: <path d="M3 2.5v11M6.5 2.5v11M9.5 3l3.4 10.3" />,
  search: (
    <>
      <circle cx="7" cy="7" r="4.5" />
      <path d="M10.5 10.5L14 14" />
    </>
  ),
  theme: (
    <>
      <circle cx="8" cy="8" r="5.5" />
      <path d="M8 2.5v11A5.5 5.5 0 0 0 8 2.5z" fill="currentColor" />
    </>
  ),
  keys: (
    <>
      <rect x="1.5" y="4" width="13" height="8.5" rx="1.5" />
      <path d="M4 6.8h.1M6.6 6.8h.1M9.2 6.8h.1M11.8 6.8h.1M5 9.8h6" />
    </>
  ),
  play: <path d="M4.5 2.8v10.4L13 8z" />,
  pause: <path d="M5.5 3v10M10.5 3v10" />,
  stop: <rect x="3.5" y="3.5" width="9" height="9" rx="1" />,
  prev: <path d="M10 3L5 8l5 5" />,
  next: <path d="M6 3l5 5-5 5" />,
  last: <path d="M4 3l5 5-5 5M12 3v10" />,
  drop: <path d="M8 2v7M5 6.3L8 9.3l3-3M2.5 10.5v3h11v-3" />,
  plus: <path d="M8 3v10M3 8h10" />,
  check: <path d="M3 8.5l3.2 3.2L13 4.8" />,
  cross: <path d="M4 4l8 8M12 4l-8 8" />,
  warn: (
    <>
      <path d="M8 2.2L14.3 13.3H1.7z" />
      <path d="M8 6.5v3M8 11.4v.1" />
    </>
  ),
  fail: (
    <>
      <path d="M5.3 1.8h5.4l3.5 3.5v5.4l-3.5 3.5H5.3l-3.5-3.5V5.3z" />
      <path d="M8 5v3.5M8 10.9v.1" />
    </>
  ),
  info: (
    <>
      <circle cx="8" cy="8" r="6" />
      <path d="M8 7.5v3.5M8 5v.1" />
    </>
  ),
  ring: <circle cx="8" cy="8" r="5.5" stroke-dasharray="2.5 2.5" />,
  file: <path d="M4 1.8h5L12.5 5.3v8.9H4zM9 1.8v3.5h3.5" />,
  copy: (
    <>
      <rect x="5.5" y="5.5" width="8" height="8" rx="1.5" />
      <path d="M10.5 3.5v-1h-8v8h1" />
    </>
  ),
  hide: <path d="M2 8s2.2-4 6-4 6 4 6 4-2.2 4-6 4-6-4-6-4zM3 13.5L13 2.5" />,
  eye: (
    <>
      <path d="M2 8s2.2-4 6-4 6 4 6 4-2.2 4-6 4-6-4-6-4z" />
      <circle cx="8" cy="8" r="1.7" />
    </>
  ),
  lock: (
    <>
      <rect x="3.5" y="7" width="9" height="6.5" rx="1.5" />
      <path d="M5.5 7V5a2.5 2.5 0 0 1 5 0v2" />
    </>
  ),
  live: (
    <>
      <circle cx="8" cy="8" r="1.5" fill="currentColor" />
      <path d="M4.8 11.2a4.5 4.5 0 0 1 0-6.4M11.2 4.8a4.5 4.5 0 0 1 0 6.4" />
    </>
  ),
  fork: (
    <>
      <circle cx="4" cy="3.5" r="1.5" />
      <circle cx="12" cy="3.5" r="1.5" />
      <circle cx="8" cy="12.5" r="1.5" />
      <path d="M4 5v1.5c0 1 .7 1.5 1.5 1.5h5c.8 0 1.5-.5 1.5-1.5V5M8 8v3" />
    </>
  ),
  user: (
    <>
      <circle cx="8" cy="5.5" r="2.5" />
      <path d="M3 13.5c0-2.7 2.2-4.5 5-4.5s5 1.8 5 4.5" />
    </>
  ),
  graph: (
    <>
      <circle cx="3.5" cy="4" r="1.8" />
      <circle cx="12.5" cy="8" r="1.8" />
      <circle cx="4.5" cy="12.5" r="1.8" />
      <path d="M5.3 4.7l5.4 2.5M6.2 11.7l4.6-2.8" />
    </>
  ),
  note: <path d="M2.5 3h11v7.5H8L4.8 13.2v-2.7H2.5z" />,
  trash: <path d="M3 4.5h10M6.5 4.5v-2h3v2M4.5 4.5l.6 9h5.8l.6-9" />,
} satisfies Record<string, JSX.Element>;

export type IconName = keyof typeof PATHS;

export function Icon({ name, tone = '' }: { name: IconName; tone?: string }): JSX.Element {
  return (
    <svg class={`i ${tone}`} viewBox="0 0 16 16" aria-hidden="true">
      {PATHS[name]}
    </svg>
  );
}
