import '../styles/words.css';
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { App } from '../app/app.ts';
import { Growing, Speaker } from '../parts/growing.ts';
import type { Spare } from '../parts/spare.ts';

const SHARE = 6; // of the time, one part at most goes into showing words that grow

/** Words that are still being written: where they are read, and who says that there are more. */
export interface Source {
  read: () => string | null; // null: not any more
  watch: (watcher: () => void) => () => void;
  spoken?: boolean; // to a screen reader, as they come
}

interface Props {
  app: App;
  text: string; // Markdown
  live?: Source | null;
  shown?: () => void; // told when the page shows more of them
  spare?: Spare; // one of many: as it is written, until there is time for it
}

/** What somebody wrote in Markdown. While it grows, what is finished of it stays untouched, and the page is left time for all else. */
export function Words({ app, text, live = null, shown, spare }: Props): JSX.Element {
  const root = useRef<HTMLDivElement>(null);
  const region = useRef<HTMLDivElement>(null);
  const growing = useRef<Growing | null>(null);
  const grows = live !== null;
  useLayoutEffect(() => {
    let gone = false;
    const show = (): void => {
      if (gone || root.current === null) return;
      growing.current ??= new Growing(root.current, () => app.core);
      growing.current.show(text, !grows);
      shown?.();
    };
    if (spare === undefined || growing.current !== null) show();
    else {
      if (root.current !== null) root.current.textContent = text;
      spare.add(show);
    }
    return () => {
      gone = true;
    };
  }, [grows ? '' : text, grows]);
  useEffect(() => {
    if (live === null || growing.current === null) return;
    const words = growing.current;
    const speaker = region.current === null ? null : new Speaker(region.current);
    let timer: ReturnType<typeof setTimeout> | null = null;
    let next = 0; // when they may be shown again
    const show = (): void => {
      timer = null;
      const more = live.read();
      if (more === null) return;
      const start = performance.now();
      words.show(more, false);
      shown?.();
      const now = performance.now();
      next = now + (now - start) * SHARE;
    };
    if (speaker !== null) words.heard = (done, open) => speaker.hear(done, open);
    const leave = live.watch(() => {
      const left = next - performance.now();
      if (left <= 0) show();
      else timer ??= setTimeout(show, left);
    });
    return () => {
      leave();
      if (timer !== null) clearTimeout(timer);
      words.heard = null;
      speaker?.close();
    };
  }, [grows]);
  const copy = (event: Event): void => {
    const button = (event.target as Element).closest('button.copy');
    const code = button?.parentElement?.querySelector('pre');
    if (code !== null && code !== undefined) void app.copy(code.textContent ?? '').then((done) => app.toast(done ? 'The code is copied.' : 'This browser does not let the page copy.'));
  };
  return (
    <>
      <div class="words marked" ref={root} onClick={copy} aria-busy={grows} />
      {live?.spoken === true && <div class="vh" role="log" aria-live="polite" ref={region} />}
    </>
  );
}
