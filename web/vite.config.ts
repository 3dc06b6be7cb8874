import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import preact from '@preact/preset-vite';
import { defineConfig, type Plugin } from 'vite';

const FIRST_LOAD_BUDGET = 300 * 1024;

/** The development server injects styles and a socket, which the shipped policy forbids. */
function policyOnlyWhenBuilt(): Plugin {
  return {
    name: 'policy-only-when-built',
    apply: 'serve',
    transformIndexHtml: (html) => html.replace(/^.*Content-Security-Policy.*\n/m, ''),
  };
}

/** Prints what a first visit loads, gzipped, and fails the build above the budget. */
function firstLoad(): Plugin {
  let folder = '';
  return {
    name: 'first-load',
    apply: 'build',
    configResolved: (config) => {
      folder = join(config.root, config.build.outDir);
    },
    closeBundle: () => {
      let total = 0;
      const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
      for (const entry of files) {
        const path = join(entry.parentPath, entry.name);
        const size = gzipSync(readFileSync(path), { level: 9 }).length;
        total += size;
        console.log(`${(size / 1024).toFixed(1).padStart(8)} KB  ${relative(folder, path)}`);
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
