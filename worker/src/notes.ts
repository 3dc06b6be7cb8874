/* The notes of a room: who may write them, and what becomes of a set that somebody sends. What a note is, and which of two stays, is the core's. */
import type { Core, Note, NotesMerged, Quest } from '@questline/core';
import type { NotesBody } from './ports.ts';
import { failure } from './replies.ts';
import type { Answer, Grant } from './room.ts';

const NOTES_MAX = 8 * 1024 * 1024; // characters of all notes of a room
const ID = 16; // random bytes

export type NotesPorts = { core: Core; quest(): Quest; now(): number; random(count: number): Uint8Array };

/** What is to be stored, by id, or why nothing is. */
export type Added = { fresh: Map<string, string>; merged: NotesMerged } | { answer: Answer };

const parse = (line: string): Note => JSON.parse(line) as Note;

export function addNotes(ports: NotesPorts, grant: Grant, mine: string, body: NotesBody): Added {
  if (grant.role === 'view') return barred('This link can watch the quest, not write notes.');
  const theirs = 'notes' in body ? body.notes : made(ports, grant, mine, body.note);
  const merged = ports.core.mergeNotes(mine, theirs);
  if (merged.text.length > NOTES_MAX) {
    return { answer: { status: 413, body: failure('QL_ERR_LIMIT', `The notes of a quest have at most ${NOTES_MAX} characters.`) } };
  }
  const fresh = new Map(merged.fresh.map((line) => [parse(line).id, line]));
  // Merging lets the smaller of two notes with one id stay: nobody but the owner may do so to a note that is another's.
  if (grant.agent !== null) {
    const touched = [...mine.split('\n').filter((line) => line !== '').map(parse).filter(({ id }) => fresh.has(id)), ...[...fresh.values()].map(parse)];
    if (touched.some(({ by }) => by !== grant.agent)) return barred(`This link writes notes of ${grant.agent} only.`);
  }
  return { fresh, merged };
}

function made({ quest, now, random }: NotesPorts, grant: Grant, mine: string, draft: object): string {
  return quest().makeNote(mine, { by: grant.agent ?? '@owner', text: '', ...draft }, now(), random(ID));
}

function barred(why: string): Added {
  return { answer: { status: 403, body: failure('QL_ERR_ARGUMENT', why) } };
}

/** Pieces of at most about so many characters, at least one line each. */
export function* pages(lines: readonly string[], characters: number): Generator<string[]> {
  let page: string[] = [];
  let size = 0;
  for (const line of lines) {
    page.push(line);
    size += line.length;
    if (size < characters) continue;
    yield page;
    page = [];
    size = 0;
  }
  if (page.length > 0) yield page;
}

/** The lines behind the note of an id; all where it is ''. */
export const behind = (lines: readonly string[], after: string): string[] => lines.filter((line) => parse(line).id > after);
