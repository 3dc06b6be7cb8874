import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import preact from '@preact/preset-vite';
import { defineConfig, type Plugin } from 'vite';

const FIRST_LOAD_BUDGET = 300 * 1024;
const AFTER_FIRST_SIGHT = /^assets\/core-[^/]+\.wasm$/; // first.wasm is what first sight needs of it

/** The development server injects styles and a socket, which the shipped policy forbids. */
function policyOnlyWhenBuilt(): Plugin {
  return {
    name: 'policy-only-when-built',
    apply: 'serve',
    transformIndexHtml: (html) => html.replace(/^.*Content-Security-Policy.*\n/m, ''),
  };
}

/** Prints what a first visit loads, gzipped, and fails the build above the budget. What is fetched on demand is printed too. */
function firstLoad(): Plugin {
  let folder = '';
  const demanded = new Set<string>(); // pieces that only import() or a worker reaches
  return {
    name: 'first-load',
    apply: 'build',
    configResolved: (config) => {
      folder = join(config.root, config.build.outDir);
    },
    generateBundle: (_, bundle) => {
      const first = new Set<string>();
      const reach = (file: string): void => {
        const piece = bundle[file];
        if (piece?.type !== 'chunk' || first.has(file)) return;
        first.add(file);
        for (const used of piece.imports) reach(used);
      };
      for (const [file, piece] of Object.entries(bundle)) if (piece.type === 'chunk' && piece.isEntry) reach(file);
      const styles = (wanted: boolean): string[] =>
        Object.values(bundle).flatMap((piece) => (piece.type === 'chunk' && first.has(piece.fileName) === wanted ? [...(piece.viteMetadata?.importedCss ?? [])] : []));
      for (const file of Object.keys(bundle)) if (file.endsWith('.js') && !first.has(file)) demanded.add(file);
      for (const file of styles(false)) demanded.add(file);
      for (const file of styles(true)) demanded.delete(file);
    },
    closeBundle: () => {
      let total = 0;
      const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
      for (const entry of files) {
        const path = join(entry.parentPath, entry.name);
        const name = relative(folder, path);
        const size = gzipSync(readFileSync(path), { level: 9 }).length;
        const later = demanded.has(name) || AFTER_FIRST_SIGHT.test(name);
        if (!later) total += size;
        console.log(`${(size / 1024).toFixed(1).padStart(8)} KB  ${name}${later ? ', on demand' : ''}`);
      }
      console.log(`${(total / 1024).toFixed(1).padStart(8)} KB  first load, gzip (at most ${FIRST_LOAD_BUDGET / 1024})`);
      if (total > FIRST_LOAD_BUDGET) throw new Error('The first load is larger than its budget.');
    },
  };
}

export const config = defineConfig({
  base: './',
  plugins: [preact(), policyOnlyWhenBuilt(), firstLoad()],
  build: { target: 'es2022', assetsInlineLimit: 0, reportCompressedSize: false, modulePreload: { polyfill: false } },
});
// The tool that reads this file asks for a default export.
export default config;
