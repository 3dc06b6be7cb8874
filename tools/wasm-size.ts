// Prints how many bytes of core.wasm each folder is answerable for, and fails when the whole exceeds its budget.
//
// Method: core.named.wasm is core.wasm before its function names are stripped. Each function is given to the folder of
// the object file that defines its name; what the linker inlined counts for the caller. "gzip" is the size of a
// folder's functions compressed alone, so the column does not add up to the whole, which shares one dictionary.

import { execFileSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

// The design has 180 KiB in the end. What agent files need (findings and fixes for ten dialects, thirty kinds of rules, routing, permits, packing, export)
// came out larger, so did plans (text forms, checks, edits, schedules, the rehearsal planner's words) and what surrounds them (module graphs, decisions,
// memory). A page needs first.wasm alone before a quest is opened; core.wasm follows it.
// With models (requests, streams, retries, tools, the session that drives them) the core is 56 KiB larger than that, and 24 KiB more with what they work
// with: workspaces, MCP servers, signing in, steering.
const budgets = { core: 424 * 1024, first: 160 * 1024 };

const build = join(dirname(fileURLToPath(import.meta.url)), '../build/wasm');
const section = { custom: 0, import: 2, code: 10, data: 11 };

class Reader {
  readonly #bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at = 0) {
    this.#bytes = bytes;
    this.at = at;
  }

  get done(): boolean {
    return this.at >= this.#bytes.length;
  }

  number(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.#bytes[this.at++]!;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  }

  bytes(length = this.number()): Uint8Array {
    this.at += length;
    return this.#bytes.subarray(this.at - length, this.at);
  }

  text(): string {
    return new TextDecoder().decode(this.bytes());
  }
}

interface Contents {
  readonly names: ReadonlyMap<number, string>;
  readonly bodies: readonly Uint8Array[];
  readonly data: Uint8Array;
}

function readModule(wasm: Uint8Array): Contents {
  const names = new Map<number, string>();
  const bodies: Uint8Array[] = [];
  let data: Uint8Array = new Uint8Array();
  const reader = new Reader(wasm, 8);
  while (!reader.done) {
    const id = reader.number();
    const content = reader.bytes();
    const inner = new Reader(content);
    if (id === section.code) {
      for (let left = inner.number(); left > 0; left--) bodies.push(inner.bytes());
    } else if (id === section.data) {
      data = content;
    } else if (id === section.custom && inner.text() === 'name') {
      while (!inner.done) {
        const kind = inner.number();
        const table = new Reader(inner.bytes());
        if (kind !== 1) continue; // 1: function names
        for (let left = table.number(); left > 0; left--) names.set(table.number(), table.text());
      }
    }
  }
  return { names, bodies, data };
}

/** From the name of a function to the folder it was compiled from. */
function readFolders(): Map<string, string> {
  const folders = new Map<string, string>();
  const objects = globSync('CMakeFiles/**/*.o', { cwd: build });
  const listing = execFileSync('emnm', ['--defined-only', '--print-file-name', ...objects], { cwd: build, encoding: 'utf8' });
  for (const line of listing.split('\n')) {
    const [, object, symbol] = line.match(/^(.*\.o): *\S+ [tTwW] (\S+)$/) ?? [];
    if (object === undefined || symbol === undefined) continue;
    const folder = object.match(/core\/src\/\w+|third_party\/\w+|wasm(?=\/shim)/)?.[0] ?? object;
    folders.set(symbol, folder);
  }
  return folders;
}

const named = readFileSync(join(build, 'core.named.wasm'));
const imports = WebAssembly.Module.imports(new WebAssembly.Module(named)).filter(({ kind }) => kind === 'function').length;
const { names, bodies, data } = readModule(named);
const folders = readFolders();

const parts = new Map<string, Uint8Array[]>([['constant data', [data]]]);
bodies.forEach((body, index) => {
  const name = names.get(index + imports) ?? '';
  const folder = folders.get(name) ?? 'libc and compiler runtime';
  parts.set(folder, [...(parts.get(folder) ?? []), body]);
});

// Not node:zlib, whose compressor gives 3% more than everybody else's.
const gzip = (bytes: Uint8Array): number => execFileSync('gzip', ['-9c'], { input: bytes }).length;
const row = (what: string, raw: number, compressed: number): void =>
  console.log(`${what.padEnd(28)} ${String(raw).padStart(8)} ${String(compressed).padStart(8)}`);
console.log(`${''.padEnd(28)} ${'bytes'.padStart(8)} ${'gzip'.padStart(8)}`);
for (const [folder, pieces] of [...parts].sort(([a], [b]) => a.localeCompare(b))) {
  const bytes = Buffer.concat(pieces);
  row(folder, bytes.length, gzip(bytes));
}
for (const [name, budget] of Object.entries(budgets)) {
  const bytes = readFileSync(join(build, `${name}.wasm`));
  const size = gzip(bytes);
  row(`${name}.wasm`, bytes.length, size);
  if (size <= budget) continue;
  console.log(`${name}.wasm is ${size - budget} bytes over its budget of ${budget} bytes gzip`);
  process.exitCode = 1;
}
