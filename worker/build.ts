/* Bundles the worker: dist/worker.js beside dist/core.wasm, which workerd wants as a module of its own. */
import { copyFile, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const { version } = JSON.parse(await readFile(here('../package.json'), 'utf8')) as { version: string };

await build({
  configFile: false,
  logLevel: 'warn',
  root: here('.'),
  define: { __VERSION__: JSON.stringify(version) },
  plugins: [
    {
      name: 'wasm-module',
      enforce: 'pre',
      resolveId: (id) => (id === '@questline/core/core.wasm' ? { id: './core.wasm', external: true } : null),
    },
  ],
  build: {
    outDir: here('dist'),
    target: 'es2024',
    minify: false,
    lib: { entry: here('src/cloudflare/index.ts'), formats: ['es'], fileName: () => 'worker.js' },
    rolldownOptions: { external: ['cloudflare:workers'] },
  },
});
await copyFile(here('../wasm/dist/core.wasm'), here('dist/core.wasm'));
