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

function readSpec(instance: Instance, bytes: Uint8Array): string {
  try {
    return instance.text('qlw_spec_parse', null, bytes, null);
  } catch (error) {
    if (!(error instanceof CoreError)) throw error;
    return JSON.stringify(error.failure);
  }
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');
const hasRules = (answer: string): boolean => answer.includes('"rules":[{');

for (const folder of ['seeds', 'corpus']) {
  const files = listFiles(folder);
  test(`every file of the ${folder} gives the same Spec`, { skip: files.length === 0 && `no ../shared/${folder}` }, async (t) => {
    const instance = new Instance(await loadModule());
    const answers = files.map((file) => readSpec(instance, readFileSync(file)));
    const ruled = answers.filter(hasRules).length;
    assert.ok(ruled > files.length / 2, `rules are compared: only ${ruled} of ${files.length} files have any`);
    const hashes = answers.map(hashOf);
    assert.deepEqual(hashes, hashSpecsNatively(files));
    const total = hashOf(hashes.join('\n')).slice(0, 16);
    t.diagnostic(`| ${folder} (${files.length} files, ${ruled} with rules): native and Node ${total}`);
  });
}
