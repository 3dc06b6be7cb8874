// Asserts that core.wasm and first.wasm export and import exactly what wasm/exports.txt, wasm/first.txt and wasm/imports.txt list, sorted, a name a line,
// and that first.wasm has nothing that core.wasm has not.

import { readFileSync } from 'node:fs';

const read = (file: string): string[] => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8').split('\n').filter((line) => line !== '');
const modules = { core: 'wasm/exports.txt', first: 'wasm/first.txt' };

function complain(sentence: string): void {
  console.log(sentence);
  process.exitCode = 1;
}

for (const [name, exports] of Object.entries(modules)) {
  const module = new WebAssembly.Module(readFileSync(new URL(`../build/wasm/${name}.wasm`, import.meta.url)));
  const actual = {
    exports: { file: exports, names: WebAssembly.Module.exports(module).map((one) => one.name) },
    imports: { file: 'wasm/imports.txt', names: WebAssembly.Module.imports(module).map((one) => `${one.module}.${one.name}`) },
  };
  for (const [kind, { file, names }] of Object.entries(actual)) {
    const listed = read(file);
    for (const extra of names.filter((one) => !listed.includes(one)).sort()) complain(`${name}.wasm ${kind} ${extra}, which ${file} does not list`);
    for (const missing of listed.filter((one) => !names.includes(one))) complain(`${file} lists ${missing}, which ${name}.wasm does not have among its ${kind}`);
  }
}
for (const extra of read(modules.first).filter((one) => !read(modules.core).includes(one))) complain(`wasm/first.txt lists ${extra}, which wasm/exports.txt does not`);
