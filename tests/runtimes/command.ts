/* For Node, Deno and Bun: node command.ts BUNDLE, prints the results. */
import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { loadModule } from '../../wasm/src/node.ts';
import { runBundle } from './areas.ts';
import type { Bundle } from './areas.ts';

const bundle = JSON.parse(await readFile(process.argv[2] ?? '', 'utf8')) as Bundle;
console.log(JSON.stringify(await runBundle(await loadModule(), bundle)));
