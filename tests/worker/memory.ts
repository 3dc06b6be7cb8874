/* The rows of a room without a disk. */
import type { Blob, Partial } from '../../worker/src/play.ts';
import type { Grant, Row, Store } from '../../worker/src/room.ts';

/** Rows in memory; `fail` makes the next insert fail as a full disk would. */
export class Memory implements Store {
  rows: Row[] = [];
  kept: Grant[] = [];
  written = new Map<string, string>();
  alarms: (number | null)[] = [];
  fail = false;

  lines(after: number): string[] {
    return this.rows.filter(({ n }) => n > after).map(({ line }) => line);
  }
  last(): { n: number; h: string } {
    return this.rows.at(-1) ?? { n: -1, h: '' };
  }
  grants(): Grant[] {
    return this.kept;
  }
  insertLine(row: Row): void {
    if (this.fail) throw new Error('disk full');
    this.rows.push(row);
  }
  replaceLine(n: number, line: string): void {
    if (this.fail) throw new Error('disk full');
    this.rows = this.rows.map((row) => (row.n === n ? { ...row, line } : row));
  }
  insertGrant(grant: Grant): void {
    this.kept.push(grant);
  }
  notes(): string[] {
    return [...this.written].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, line]) => line);
  }
  putNote(id: string, line: string): void {
    if (this.fail) throw new Error('disk full');
    this.written.set(id, line);
  }
  setAlarm(at: number | null): void {
    this.alarms.push(at);
  }
  stage: string | null = null;
  words: Partial[] = [];
  cast(): string | null {
    return this.stage;
  }
  putCast(cast: string | null): void {
    if (this.fail) throw new Error('disk full');
    this.stage = cast;
  }
  partials(): Partial[] {
    return this.words;
  }
  putPartial(partial: Partial): void {
    this.words = [...this.words.filter(({ start }) => start !== partial.start), partial];
  }
  dropPartial(start: number): void {
    this.words = this.words.filter((partial) => partial.start !== start);
  }
  made = new Map<string, Blob>();
  blob(hash: string): Blob | null {
    return this.made.get(hash) ?? null;
  }
  blobsSize(): number {
    return [...this.made.values()].reduce((size, { bytes }) => size + bytes.length, 0);
  }
  putBlob(blob: Blob): void {
    this.made.set(blob.hash, blob);
  }
  transaction(work: () => void): void {
    const before = [...this.rows];
    const alarms = [...this.alarms];
    const { stage, words } = this;
    try {
      work();
    } catch (error) {
      this.rows = before;
      this.alarms = alarms;
      this.stage = stage;
      this.words = words;
      throw error;
    }
  }
}
