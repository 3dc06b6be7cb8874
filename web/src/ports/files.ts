import type { AgentFile } from '../app/model.ts';

export interface Received {
  files: AgentFile[];
  quests: { name: string; text: string }[];
  notes: string; // of all files of notes
  skipped: number; // files of other kinds
}

const AGENT = /\.(md|mdc)$/i;
const QUEST = /\.quest$/i;
const NOTES = /\.notes$/i;
const LARGEST = 64 * 1024 * 1024; // the largest quest; a larger file is not read at all

/** The words of a file with all its marks, a byte order mark included, and how much of it could not be read. */
async function read(path: string, file: File): Promise<AgentFile> {
  const bytes = await file.arrayBuffer();
  try {
    return { path, text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
    return { path, text, lost: text.match(/\uFFFD+/g)?.length ?? 0 };
  }
}

async function sort(found: { path: string; file: File }[]): Promise<Received> {
  const received: Received = { files: [], quests: [], notes: '', skipped: 0 };
  for (const { path, file } of found.sort((a, b) => (a.path < b.path ? -1 : 1))) {
    if (file.size > LARGEST || !(AGENT.test(path) || QUEST.test(path) || NOTES.test(path))) received.skipped += 1;
    else if (QUEST.test(path)) received.quests.push({ name: file.name, text: await file.text() });
    else if (NOTES.test(path)) received.notes += `${await file.text()}\n`;
    else received.files.push(await read(path, file));
  }
  return received;
}

export interface Found {
  path: string;
  file: File;
}

/** Files and folders let go over the page. Entries must be taken before the event is over, hence the loop without await. */
export async function filesOf(transfer: DataTransfer, wants = (path: string): boolean | Promise<boolean> => !/\/(node_modules|\.git)$/.test(path)): Promise<Found[]> {
  const entries: FileSystemEntry[] = [];
  const found: Found[] = [];
  for (const item of transfer.items) {
    const entry = item.webkitGetAsEntry();
    const file = entry === null ? item.getAsFile() : null; // what comes from another program has no entry
    if (entry !== null) entries.push(entry);
    else if (file !== null) found.push({ path: file.name, file });
  }
  while (entries.length > 0) {
    const entry = entries.pop() as FileSystemEntry;
    if (entry.isFile) {
      const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
      found.push({ path: entry.fullPath.replace(/^\//, ''), file });
    } else if (await wants(entry.fullPath)) {
      const reader = (entry as FileSystemDirectoryEntry).createReader();
      for (;;) {
        // A reader gives at most a hundred entries at a time, and none at the end.
        const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
        if (some.length === 0) break;
        entries.push(...some);
      }
    }
  }
  return found;
}

export const fromDrop = async (transfer: DataTransfer): Promise<Received> => sort(await filesOf(transfer));

/** What stands in files, as it is. */
export async function bytesOf(found: readonly Found[]): Promise<{ path: string; bytes: Uint8Array }[]> {
  const large = found.find(({ file }) => file.size > LARGEST);
  if (large !== undefined) throw new Error(`${large.path} is too large.`);
  return Promise.all(found.map(async ({ path, file }) => ({ path, bytes: new Uint8Array(await file.arrayBuffer()) })));
}

/** What stands in files that are text whatever they are called, by path. */
export async function textsOf(found: readonly Found[]): Promise<{ path: string; text: string }[]> {
  const small = found.filter(({ file }) => file.size <= LARGEST);
  const texts = await Promise.all(small.map(async ({ path, file }) => ({ path, text: await file.text() })));
  return texts.sort((a, b) => (a.path < b.path ? -1 : 1));
}

export const fromPicker = async (kind: 'files' | 'folder'): Promise<Received> => sort(await pick(kind, '.md,.mdc,.quest,.notes'));

/** The browser's own file or folder picker. */
export function pick(kind: 'files' | 'folder', accept: string): Promise<Found[]> {
  return new Promise((resolve) => {
    const input = document.createElement('input');
    input.type = 'file';
    input.multiple = true;
    if (kind === 'folder') input.webkitdirectory = true;
    else input.accept = accept;
    input.addEventListener('cancel', () => resolve([]));
    input.addEventListener('change', () => {
      resolve([...(input.files ?? [])].map((file) => ({ path: file.webkitRelativePath || file.name, file })));
    });
    input.click();
  });
}

/** One file of another kind, as text; null: none was chosen. */
export function pickText(accept: string): Promise<{ name: string; text: string } | null> {
  return new Promise((resolve, reject) => {
    const input = document.createElement('input');
    input.type = 'file';
    input.accept = accept;
    input.addEventListener('cancel', () => resolve(null));
    input.addEventListener('change', () => {
      const [file] = input.files ?? [];
      if (file === undefined) resolve(null);
      else if (file.size > LARGEST) reject(new Error(`${file.name} is too large.`));
      else file.text().then((text) => resolve({ name: file.name, text }), reject);
    });
    input.click();
  });
}

export function download(name: string, text: string | Uint8Array): void {
  const type = typeof text !== 'string' ? 'application/zip' : AGENT.test(name) ? 'text/markdown' : QUEST.test(name) || NOTES.test(name) || /\.jsonl$/.test(name) ? 'application/jsonl' : /\.json$/.test(name) ? 'application/json' : 'text/plain';
  const url = URL.createObjectURL(new Blob([text as BlobPart], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000); // the click only starts the download
}
