import { type Found, filesOf } from './files.ts';

/** Why something of a folder is not taken. */
export type Why = 'hidden' | 'packages' | 'large' | 'unreadable' | 'limit';

/** A place where files are from; a handle where they can be written back. */
export interface Gathered {
  name: string;
  from: 'folder' | 'zip' | 'files';
  handle: FileSystemDirectoryHandle | null;
  files: { path: string; bytes: Uint8Array }[];
  left: { path: string; why: Why }[];
}

/** What is taken: the core says why a path is not, and how large a file may be. */
export interface Rule {
  skips: (path: string) => Why | null;
  largest: number; // bytes of a file
  all: number; // bytes of all files
}

interface Permitted {
  queryPermission?(wanted: { mode: 'readwrite' }): Promise<PermissionState>;
  requestPermission?(wanted: { mode: 'readwrite' }): Promise<PermissionState>;
}

type Picker = (options: { id: string; mode: 'read' }) => Promise<FileSystemDirectoryHandle>;

const pickerOf = (): Picker | undefined => (globalThis as { showDirectoryPicker?: Picker }).showDirectoryPicker;

/** Whether this browser lets a page write into a folder that was chosen. */
export const canWriteBack = (): boolean => pickerOf() !== undefined;

const byPath = (a: { path: string }, b: { path: string }): number => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0);

/** Takes files one by one, so that no more than the rule allows is in memory. */
class Basket {
  #rule: Rule;
  #bytes = 0;
  readonly files: Gathered['files'] = [];
  readonly left: Gathered['left'] = [];

  constructor(rule: Rule) {
    this.#rule = rule;
  }

  /** Whether to look further under this path; what is skipped is told once, where it begins. */
  wants(path: string): boolean {
    const why = this.#rule.skips(path);
    if (why !== null) this.left.push({ path, why });
    return why === null;
  }

  async take(path: string, size: number, read: () => Promise<Uint8Array>): Promise<void> {
    if (size > this.#rule.largest) return void this.left.push({ path, why: 'large' });
    if (this.#bytes + size > this.#rule.all) return void this.left.push({ path, why: 'limit' });
    try {
      this.files.push({ path, bytes: await read() });
      this.#bytes += size;
    } catch {
      this.left.push({ path, why: 'unreadable' });
    }
  }

  whole(name: string, from: Gathered['from'], handle: FileSystemDirectoryHandle | null): Gathered {
    return { name, from, handle, files: this.files.sort(byPath), left: this.left.sort(byPath) };
  }
}

const bytesOf = async (file: File): Promise<Uint8Array> => new Uint8Array(await file.arrayBuffer());

/** What stands in a folder that the browser lets us look into. */
export async function fromHandle(handle: FileSystemDirectoryHandle, rule: Rule): Promise<Gathered> {
  const basket = new Basket(rule);
  const folders: { path: string; handle: FileSystemDirectoryHandle }[] = [{ path: '', handle }];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for await (const [name, entry] of folder.handle.entries()) {
      const path = folder.path + name;
      if (!basket.wants(path)) continue;
      if (entry.kind === 'directory') {
        folders.push({ path: `${path}/`, handle: entry as FileSystemDirectoryHandle });
        continue;
      }
      try {
        const file = await (entry as FileSystemFileHandle).getFile();
        await basket.take(path, file.size, () => bytesOf(file));
      } catch {
        basket.left.push({ path, why: 'unreadable' });
      }
    }
  }
  return basket.whole(handle.name, 'folder', handle);
}

/** Without the one folder that all of them stand in; its name. */
function withoutRoot(paths: readonly string[]): { root: string; cut: number } {
  const root = paths[0]?.split('/')[0] ?? '';
  const one = paths.length > 0 && paths.every((path) => path.startsWith(`${root}/`));
  return one ? { root, cut: root.length + 1 } : { root: '', cut: 0 };
}

async function fromFound(found: readonly Found[], rule: Rule): Promise<Gathered> {
  const basket = new Basket(rule);
  const { root, cut } = withoutRoot(found.map(({ path }) => path));
  for (const { path, file } of found) if (basket.wants(path.slice(cut))) await basket.take(path.slice(cut), file.size, () => bytesOf(file));
  return basket.whole(root === '' ? (found.length === 1 ? (found[0]?.path ?? '') : `${found.length} files`) : root, 'files', null);
}

const isZip = (name: string): boolean => /\.zip$/i.test(name);

/** What stands in a zip file. Nothing of what is too large is unpacked. */
async function fromZip(file: File, rule: Rule): Promise<Gathered> {
  const { unzip } = await import('fflate');
  const basket = new Basket(rule);
  const packed = await bytesOf(file);
  const sizes = new Map<string, number>();
  let all = 0;
  const entries = await new Promise<Record<string, Uint8Array>>((resolve, reject) => {
    const wanted = ({ name, originalSize }: { name: string; originalSize: number }): boolean => {
      if (name.endsWith('/')) return false;
      sizes.set(name, originalSize);
      const fits = originalSize <= rule.largest && all + originalSize <= rule.all;
      if (fits) all += originalSize;
      return fits;
    };
    unzip(packed, { filter: wanted }, (error, files) => (error === null ? resolve(files) : reject(new Error(`${file.name} cannot be read as a zip file (${error.message}).`))));
  });
  const { cut } = withoutRoot([...sizes.keys()]);
  for (const [name, size] of sizes) {
    const path = name.slice(cut);
    const bytes = entries[name];
    if (!basket.wants(path)) continue;
    await basket.take(path, bytes?.length ?? Math.max(size, rule.largest + 1), () => Promise.resolve(bytes as Uint8Array));
  }
  return basket.whole(file.name, 'zip', null);
}

/** Files that somebody chose: a zip file alone is opened. */
export async function fromFiles(found: readonly Found[], rule: Rule): Promise<Gathered> {
  const [only] = found;
  return found.length === 1 && only !== undefined && isZip(only.file.name) ? fromZip(only.file, rule) : fromFound(found, rule);
}

/** Lets somebody choose a folder; null: they did not, or this browser cannot. */
export async function pickFolder(): Promise<FileSystemDirectoryHandle | null> {
  try {
    return (await pickerOf()?.({ id: 'work', mode: 'read' })) ?? null;
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return null;
    throw error;
  }
}

/** What was let go over the page. Must be called before the event is over; the rule may come later. */
export async function fromTransfer(transfer: DataTransfer, ruling: Promise<Rule>): Promise<Gathered> {
  const [item] = transfer.items;
  const one = transfer.items.length === 1 && item !== undefined && 'getAsFileSystemHandle' in item;
  const asked = one ? (item as DataTransferItem & { getAsFileSystemHandle(): Promise<FileSystemHandle | null> }).getAsFileSystemHandle() : null;
  const skipped: Gathered['left'] = [];
  const finding = filesOf(transfer, async (whole) => {
    const path = whole.split('/').slice(2).join('/'); // below what was let go
    const why = path === '' ? null : (await ruling).skips(path);
    if (why !== null) skipped.push({ path, why });
    return why === null;
  });
  const handle = await asked?.catch(() => null);
  const rule = await ruling;
  if (handle?.kind === 'directory') {
    finding.catch(() => {}); // the same once more
    return fromHandle(handle as FileSystemDirectoryHandle, rule);
  }
  const gathered = await fromFiles(await finding, rule);
  return { ...gathered, left: [...gathered.left, ...skipped].sort(byPath) };
}

/** Whether the page may write there. Somebody is asked, which takes a click. */
export async function mayWrite(handle: FileSystemDirectoryHandle): Promise<boolean> {
  const asked = handle as FileSystemDirectoryHandle & Permitted;
  if ((await asked.queryPermission?.({ mode: 'readwrite' })) === 'granted') return true;
  return (await asked.requestPermission?.({ mode: 'readwrite' })) === 'granted';
}

/** What stands there now; null: nothing. */
export async function readBack(handle: FileSystemDirectoryHandle, path: string): Promise<Uint8Array | null> {
  try {
    const { folder, name } = await placeOf(handle, path, false);
    return await bytesOf(await (await folder.getFileHandle(name)).getFile());
  } catch (error) {
    if (error instanceof DOMException && error.name === 'NotFoundError') return null;
    throw error;
  }
}

export async function writeBack(handle: FileSystemDirectoryHandle, path: string, text: string): Promise<void> {
  const { folder, name } = await placeOf(handle, path, true);
  const stream = await (await folder.getFileHandle(name, { create: true })).createWritable();
  await stream.write(text);
  await stream.close(); // the old file stands until here
}

async function placeOf(handle: FileSystemDirectoryHandle, path: string, create: boolean): Promise<{ folder: FileSystemDirectoryHandle; name: string }> {
  const names = path.split('/');
  const name = names.pop() as string;
  let folder = handle;
  for (const step of names) folder = await folder.getDirectoryHandle(step, { create });
  return { folder, name };
}

/** A zip file of texts. */
export async function zipOf(files: readonly { path: string; text: string }[]): Promise<Uint8Array> {
  const { strToU8, zip } = await import('fflate');
  const entries = Object.fromEntries(files.map(({ path, text }) => [path, strToU8(text)]));
  return new Promise((resolve, reject) => zip(entries, (error, bytes) => (error === null ? resolve(bytes) : reject(error))));
}
