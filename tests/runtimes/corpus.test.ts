/* Real agent files, where the folder that holds them is there: the Spec of each has the same hash natively and through core.wasm. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { CoreError } from '../../wasm/src/errors.ts';
import { Instance } from '../../wasm/src/memory.ts';
import { loadModule } from '../../wasm/src/node.ts';
import { hashSpecsNatively, root } from './bundle.ts';

function listFiles(folder: string): string[] {
  const path = fileURLToPath(new URL(`../shared/${folder}/`, root));
  if (!existsSync(path)) return [];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function hashSpec(instance: Instance, bytes: Uint8Array): string {
  let answer: string;
  try {
    answer = instance.text('qlw_spec_parse', null, bytes, null);
  } catch (error) {
    if (!(error instanceof CoreError)) throw error;
    answer = JSON.stringify(error.failure);
  }
  return createHash('sha256').update(answer).digest('hex');
}

for (const folder of ['seeds', 'corpus']) {
  const files = listFiles(folder);
  test(`every file of the ${folder} gives the same Spec`, { skip: files.length === 0 && `no ../shared/${folder}` }, async (t) => {
    const instance = new Instance(await loadModule());
    const hashes = files.map((file) => hashSpec(instance, readFileSync(file)));
    assert.deepEqual(hashes, hashSpecsNatively(files));
    const total = createHash('sha256').update(hashes.join('\n')).digest('hex').slice(0, 16);
    t.diagnostic(`| ${folder} (${files.length} files): native and Node ${total}`);
  });
}
