import type { Note } from '@questline/core';
import type { JSX } from 'preact';
import { count } from '../app/words.ts';
import { Icon } from './icons.tsx';

interface NoteMarkProps {
  n: number | null; // of the event; null: loose notes
  notes: number;
  may: boolean; // write one
  open: boolean;
  toggle: () => void;
}

/** The sign at an event that people said something about it, or may. */
export function NoteMark({ n, notes, may, open, toggle }: NoteMarkProps): JSX.Element | null {
  if (notes === 0 && !may) return null;
  const what = n === null ? `${count(notes, 'note')} of another log` : notes === 0 ? `Write a note about event ${n}` : `${count(notes, 'note')} about event ${n}`;
  return (
    <button class={`notemark ${notes === 0 ? 'none' : ''}`} type="button" aria-expanded={open} aria-label={what} title={what} data-note-mark={n ?? 'loose'} onClick={toggle}>
      <Icon name="note" />
      {n === null ? what : notes > 0 && notes}
    </button>
  );
}

/** Notes by the event they are about; those of another log together. */
export function byPlace(notes: readonly Note[]): Map<number | 'loose', Note[]> {
  const places = new Map<number | 'loose', Note[]>();
  for (const note of notes) {
    const at = note.anchored === true ? note.n : 'loose';
    const here = places.get(at);
    if (here === undefined) places.set(at, [note]);
    else here.push(note);
  }
  return places;
}
