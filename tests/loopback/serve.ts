// Starts the loopback server for trying by hand: node tests/loopback/serve.ts [--wire NAME] [--script FILE] [--port N] [--key KEY] [--cors KIND]
// FILE is a module that exports `script` (script.ts says how one answers); without one, a leader and workers with common sense answer.

import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { wires, type Script } from './script.ts';
import { Loopback, corsKinds } from './server.ts';

const usage = `node tests/loopback/serve.ts [--wire ${wires.join('|')}] [--script FILE] [--port N] [--key KEY] [--cors KIND]
  --wire    print the address of this wire only
  --script  a module that exports script, a function of what is asked (script.ts)
  --key     the key that is asked for; none: no key is asked for
  --cors    ${corsKinds.join(' | ')}
`;

function fail(words: string): never {
  process.stderr.write(`serve: ${words}\n${usage}`);
  process.exit(2);
}

function options(): { wire?: string; script?: string; port?: string; key?: string; cors?: string; help?: boolean } {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({ options: { wire: text, script: text, port: text, key: text, cors: text, help: { type: 'boolean', short: 'h' } } }).values;
  } catch (problem) {
    return fail((problem as Error).message);
  }
}

async function load(path: string): Promise<Script> {
  const found = ((await import(pathToFileURL(resolve(path)).href)) as { script?: unknown }).script;
  return typeof found === 'function' ? (found as Script) : fail(`${path} exports no function named script`);
}

const { wire, script, port = '0', key = 'none', cors = 'open', help } = options();
if (help) {
  process.stdout.write(usage);
  process.exit(0);
}
const wanted = wires.filter((name) => wire === undefined || name === wire);
if (wanted.length === 0) fail(`there is no wire ${wire}`);
const kind = corsKinds.find((known) => known === cors) ?? fail(`there is no CORS kind ${cors}`);
if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) fail(`${port} is no port`);

const server = await Loopback.start({
  port: Number(port),
  key: key === 'none' ? null : key,
  cors: kind,
  ...(script !== undefined && { script: await load(script) }),
});
for (const name of wanted) process.stdout.write(`${name.padEnd(10)} ${server.url(name)}\n`);
process.once('SIGINT', () => void server.stop());
