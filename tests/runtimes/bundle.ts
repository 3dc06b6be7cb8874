/* What all targets run, and what the native runner says of it. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Bundle, Results, Vector } from './areas.ts';

export const root = new URL('../../', import.meta.url);
const vectors = new URL('tests/vectors/', root);
const runner = fileURLToPath(new URL('build/dev/bin/questline-vectors', root));

function native(...args: string[]): string {
  return execFileSync(runner, args, { encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 });
}

function readVector(area: string, name: string): Vector {
  return JSON.parse(readFileSync(new URL(`${area}/${name}.json`, vectors), 'utf8')) as Vector;
}

export function readBundle(): Bundle {
  const areas: Record<string, { name: string; vector: Vector }[]> = {};
  for (const folder of readdirSync(vectors, { withFileTypes: true })) {
    if (!folder.isDirectory()) continue;
    const files = readdirSync(new URL(`${folder.name}/`, vectors)).filter((file) => file.endsWith('.json'));
    areas[folder.name] = files.map((file) => ({ name: file.slice(0, -5), vector: readVector(folder.name, file.slice(0, -5)) }));
  }
  const generate = (...args: string[]) =>
    (JSON.parse(native(...args)) as ({ name: string } & Vector)[]).map(({ name, ...vector }) => ({ name, vector }));
  areas['logs'] = [...(areas['logs'] ?? []), ...generate('--logs')];
  areas['streams'] = generate('--streams', fileURLToPath(vectors));
  return { areas, published: readVector('verify', 'published-3').log ?? '', signed: signedLogs() };
}

/** As signed; with the owner's signature at a line of the leader's; with a bit of one flipped. */
function signedLogs(): string[] {
  const log = readVector('verify', 'signers-are-counted').log ?? '';
  const [owners = '', leads = ''] = [...log.matchAll(/"s":\["([^"]+)"\]/g)].map((match) => match[1] ?? '');
  const flipped = `${leads.startsWith('A') ? 'B' : 'A'}${leads.slice(1)}`;
  return [log, log.replace(leads, owners), log.replace(leads, flipped)];
}

interface Signer {
  agent: string;
  lines: number;
  signed: number;
  wrong: number[];
}

/** The command line says it with libsodium. */
function nativeSigners(log: string): string {
  const { stdout } = spawnSync(fileURLToPath(new URL('build/dev/bin/questline', root)), ['verify', '-', '--json'], { encoding: 'utf8', input: log });
  const { signers } = JSON.parse(stdout) as { signers: Signer[] };
  return signers.map(({ agent, lines, signed, wrong }) => `${agent} ${signed}/${lines} [${wrong.join(',')}]`).join(' ');
}

export function runNative(): Results {
  const heads = [1, 2, 3].map((lines) => (JSON.parse(native('--print', fileURLToPath(vectors), `verify/published-${lines}`)) as { head: string }).head);
  return { hashes: native('--hashes', fileURLToPath(vectors)).trimEnd().split('\n').sort(), heads, signers: signedLogs().map(nativeSigners) };
}

/** The hash of the Spec of each file, in the order given. */
export function hashSpecsNatively(files: readonly string[]): string[] {
  const output = execFileSync(runner, ['--files'], { encoding: 'utf8', input: files.map((file) => `${file}\n`).join(''), maxBuffer: 64 * 1024 * 1024 });
  return output.trimEnd().split('\n').map((line) => line.slice(0, 64));
}
