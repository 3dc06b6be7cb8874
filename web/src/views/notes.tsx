import './notes.css';
import type { Note } from '@questline/core';
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { App } from '../app/app.ts';
import { day } from '../app/words.ts';
import { Name } from '../parts/parts.tsx';

interface NotesProps {
  app: App;
  n: number | null; // null: notes of another log
  notes: readonly Note[];
  close: () => void;
}

function Written({ note, loose }: { note: Note; loose: boolean }): JSX.Element {
  return (
    <li data-note={note.id}>
      <header>
        <b>
          <Name id={note.by} />
        </b>
        <time dateTime={new Date(note.at).toISOString()}>{day(note.at)}</time>
        {loose && <span class="tag">event {note.n} of another log</span>}
      </header>
      <p>{note.text}</p>
    </li>
  );
}

function Field({ app, n, first }: { app: App; n: number; first: boolean }): JSX.Element {
  const [author, setAuthor] = useState<string | null>(null); // null: not read yet
  const [asks, setAsks] = useState(false);
  const [text, setText] = useState('');
  const [why, setWhy] = useState<string | null>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    void app.notes.author().then((known) => {
      setAuthor(known);
      setAsks(known === '');
    });
    if (first) field.current?.focus();
  }, []);
  const write = async (): Promise<void> => {
    const refused = await app.notes.write(n, author ?? '', text);
    setWhy(refused);
    if (refused !== null) return;
    setText('');
    setAuthor(await app.notes.author());
    setAsks(false);
    field.current?.focus();
  };
  const id = `note-${n}`;
  return (
    <form
      aria-label={`Write a note about event ${n}`}
      onSubmit={(event) => {
        event.preventDefault();
        void write();
      }}
    >
      <label class="vh" for={id}>
        Note about event {n}
      </label>
      <textarea
        id={id}
        ref={field}
        class="field"
        rows={2}
        value={text}
        placeholder="A note beside the log"
        aria-describedby={why === null ? undefined : `${id}-why`}
        onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) event.currentTarget.form?.requestSubmit();
        }}
      />
      <div class="by">
        {asks ? (
          <label>
            Your name{' '}
            <input class="field" name="author" value={author ?? ''} autocomplete="nickname" onInput={(event) => setAuthor(event.currentTarget.value)} />
          </label>
        ) : (
          author !== null && (
            <span>
              as <Name id={author} />{' '}
              <button class="link" type="button" onClick={() => setAsks(true)}>
                Change<span class="vh"> the name</span>
              </button>
            </span>
          )
        )}
        <button class="btn s" type="submit" disabled={author === null}>
          Keep the note
        </button>
      </div>
      {why !== null && (
        <p class="why" role="alert" id={`${id}-why`}>
          {why}
        </p>
      )}
    </form>
  );
}

/** What people said about one event, and a field to say more. Nothing of it is in the log. */
export function Notes({ app, n, notes, close }: NotesProps): JSX.Element {
  return (
    <div
      class="notes"
      role="group"
      aria-label={n === null ? 'Notes of another log' : `Notes about event ${n}`}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.preventDefault();
        close();
      }}
    >
      {notes.length > 0 && (
        <ul aria-live="polite">
          {notes.map((note) => (
            <Written key={note.id} note={note} loose={n === null} />
          ))}
        </ul>
      )}
      {n !== null && app.notes.mayWrite && <Field app={app} n={n} first={notes.length === 0} />}
    </div>
  );
}
