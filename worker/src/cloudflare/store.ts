import { joined } from '../asking.ts';
import type { Partial } from '../play.ts';
import type { Grant, Row, Store } from '../room.ts';

const PIECE = 1024 * 1024; // bytes of one row: the platform takes no more than twice that

/** The rows of one object. */
export function sqlStore(storage: DurableObjectStorage): Store {
  const { sql } = storage;
  sql.exec('CREATE TABLE IF NOT EXISTS lines (n INTEGER PRIMARY KEY, line TEXT NOT NULL, h TEXT NOT NULL)');
  sql.exec('CREATE TABLE IF NOT EXISTS grants (key TEXT PRIMARY KEY, role TEXT NOT NULL, agent TEXT) WITHOUT ROWID');
  sql.exec('CREATE TABLE IF NOT EXISTS notes (id TEXT PRIMARY KEY, line TEXT NOT NULL) WITHOUT ROWID');
  sql.exec('CREATE TABLE IF NOT EXISTS stage (id INTEGER PRIMARY KEY CHECK (id = 1), [cast] TEXT NOT NULL)');
  sql.exec('CREATE TABLE IF NOT EXISTS partials (start INTEGER PRIMARY KEY, agent TEXT NOT NULL, text TEXT NOT NULL)');
  sql.exec('CREATE TABLE IF NOT EXISTS blobs (hash TEXT NOT NULL, piece INTEGER NOT NULL, media TEXT NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (hash, piece)) WITHOUT ROWID');
  return {
    lines(after, characters) {
      const lines: string[] = [];
      let size = 0;
      for (const { line } of sql.exec<{ line: string }>('SELECT line FROM lines WHERE n > ? ORDER BY n', after)) {
        lines.push(line);
        size += line.length;
        if (size >= characters) break;
      }
      return lines;
    },
    last: () => sql.exec<{ n: number; h: string }>('SELECT n, h FROM lines ORDER BY n DESC LIMIT 1').toArray()[0] ?? { n: -1, h: '' },
    grants: () => sql.exec<Grant>('SELECT key, role, agent FROM grants').toArray(),
    notes: () => sql.exec<{ line: string }>('SELECT line FROM notes ORDER BY id').toArray().map(({ line }) => line),
    putNote: (id, line) => void sql.exec('INSERT OR REPLACE INTO notes (id, line) VALUES (?, ?)', id, line),
    insertLine({ n, line, h }: Row) {
      sql.exec('INSERT INTO lines (n, line, h) VALUES (?, ?, ?)', n, line, h);
    },
    replaceLine: (n, line) => void sql.exec('UPDATE lines SET line = ? WHERE n = ?', line, n),
    insertGrant({ key, role, agent }: Grant) {
      sql.exec('INSERT INTO grants (key, role, agent) VALUES (?, ?, ?)', key, role, agent);
    },
    cast: () => sql.exec<{ cast: string }>('SELECT [cast] FROM stage').toArray()[0]?.cast ?? null,
    putCast(cast) {
      if (cast === null) sql.exec('DELETE FROM stage');
      else sql.exec('INSERT OR REPLACE INTO stage (id, [cast]) VALUES (1, ?)', cast);
    },
    partials: () => sql.exec<Partial>('SELECT start, agent, text FROM partials ORDER BY start').toArray(),
    putPartial: ({ start, agent, text }) => void sql.exec('INSERT OR REPLACE INTO partials (start, agent, text) VALUES (?, ?, ?)', start, agent, text),
    dropPartial: (start) => void sql.exec('DELETE FROM partials WHERE start = ?', start),
    blob(hash) {
      const pieces = sql.exec<{ media: string; bytes: ArrayBuffer }>('SELECT media, bytes FROM blobs WHERE hash = ? ORDER BY piece', hash).toArray();
      const [first] = pieces;
      return first === undefined ? null : { hash, media: first.media, bytes: joined(pieces.map(({ bytes }) => new Uint8Array(bytes))) };
    },
    blobsSize: () => sql.exec<{ size: number }>('SELECT COALESCE(SUM(LENGTH(bytes)), 0) AS size FROM blobs').one().size,
    putBlob({ hash, media, bytes }) {
      for (let piece = 0; piece === 0 || piece * PIECE < bytes.length; piece++) {
        sql.exec('INSERT OR REPLACE INTO blobs (hash, piece, media, bytes) VALUES (?, ?, ?, ?)', hash, piece, media, bytes.slice(piece * PIECE, (piece + 1) * PIECE));
      }
    },
    // Not awaited: the object's writes between two awaits are one transaction, and its output gate waits for it.
    setAlarm: (at) => void (at === null ? storage.deleteAlarm() : storage.setAlarm(at)),
    transaction: (work) => storage.transactionSync(work),
  };
}
