// Asserts that core.wasm exports and imports exactly what wasm/exports.txt and wasm/imports.txt list, sorted, a name a line.

import { readFileSync } from 'node:fs';

const module = new WebAssembly.Module(readFileSync(new URL('../build/wasm/core.wasm', import.meta.url)));
const actual = {
  exports: WebAssembly.Module.exports(module).map(({ name }) => name),
  imports: WebAssembly.Module.imports(module).map((wanted) => `${wanted.module}.${wanted.name}`),
};

for (const kind of ['exports', 'imports'] as const) {
  const file = `wasm/${kind}.txt`;
  const listed = readFileSync(new URL(`../${file}`, import.meta.url), 'utf8').split('\n').filter((line) => line !== '');
  for (const name of actual[kind].filter((name) => !listed.includes(name)).sort()) {
    console.log(`core.wasm ${kind} ${name}, which ${file} does not list`);
    process.exitCode = 1;
  }
  for (const name of listed.filter((name) => !actual[kind].includes(name))) {
    console.log(`${file} lists ${name}, which core.wasm does not have among its ${kind}`);
    process.exitCode = 1;
  }
}
