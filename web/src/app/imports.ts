/** Which source file imports which, from what es-module-lexer finds. It sees import and export … from, and import() of a plain string; not require(). */
export interface SourceFile {
  path: string;
  text: string;
}

export interface Imports {
  /** In the form of madge: each file with the files it imports. */
  graph: Record<string, string[]>;
  /** Files the lexer could not read, markup inside of scripts for the most part. */
  unread: string[];
  /** Imports of packages, which are no files here. */
  packages: number;
  /** Imports of files that are not among these, and import() of what is only known when it runs. */
  lost: number;
}

const ENDINGS = ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs', '.d.ts'];

export const isSource = (path: string): boolean => /\.[cm]?[jt]sx?$/i.test(path);

/** "a/b" and "../c/./d" give "a/c/d". */
function join(folder: string, path: string): string {
  const parts = path.startsWith('/') || folder === '' ? [] : folder.split('/');
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}

/** The file that an import of a path means: itself, with another ending, or the index of a folder. TypeScript writes .js where the file is .ts. */
function resolve(path: string, known: ReadonlySet<string>): string | null {
  const bare = path.replace(/\.[cm]?jsx?$/i, '');
  const tries = [path, ...ENDINGS.map((ending) => path + ending), ...(bare === path ? [] : ENDINGS.map((ending) => bare + ending)), ...ENDINGS.map((ending) => `${path}/index${ending}`)];
  return tries.find((one) => known.has(one)) ?? null;
}

export async function readImports(files: readonly SourceFile[]): Promise<Imports> {
  const { init, parse } = await import('es-module-lexer');
  await init();
  const known = new Set(files.map(({ path }) => path));
  const found: Imports = { graph: {}, unread: [], packages: 0, lost: 0 };
  for (const { path, text } of files) {
    const needs = new Set<string>();
    try {
      for (const { type, specifier } of parse(text, path)[0]) {
        if (type === 'import-meta') continue;
        if (specifier === undefined || specifier === null) found.lost += 1;
        else if (!/^\.{0,2}\//.test(specifier) && specifier !== '.' && specifier !== '..') found.packages += 1;
        else {
          const to = resolve(join(path.split('/').slice(0, -1).join('/'), specifier.replace(/[?#].*$/, '')), known);
          if (to === null) found.lost += 1;
          else needs.add(to);
        }
      }
    } catch {
      found.unread.push(path);
    }
    found.graph[path] = [...needs];
  }
  return found;
}
