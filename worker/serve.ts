/* Serves the built worker and site from this machine, on the runtime that Cloudflare deploys (workerd). Quests stay in the folder given. */
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Miniflare } from 'miniflare';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const HOST = '127.0.0.1';
const USAGE = 'Usage: node worker/serve.ts [--port 8787] [--persist .questline/worker] [--site site/dist]';

/** Something the person at the terminal can mend: one sentence. */
class Trouble extends Error {}

/** What a deployment sets as variables and secrets: KEY_…, ALLOWED_HOSTS, PROXY. */
export type Settings = Record<string, string>;

export type Serving = { url: string; stop(): Promise<void> };

/** Starts the worker; resolves once it listens. Port 0 takes a free one. */
export async function serve(options: { port: number; persist: string; site: string; settings?: Settings }): Promise<Serving> {
  const { port, persist, site, settings = {} } = options;
  const script = here('dist/worker.js');
  await present(script, 'The worker is not built: run npm run build -w worker.');
  await present(join(site, 'index.html'), `There is no site in ${site}: run npm run build -w site.`);
  if (port !== 0) await free(port);
  await mkdir(persist, { recursive: true });
  const miniflare = new Miniflare({
    host: HOST,
    port,
    cf: false, // nothing is asked of the network
    rootPath: here('dist'),
    modules: [
      { type: 'ESModule', path: script },
      { type: 'CompiledWasm', path: here('dist/core.wasm') },
    ],
    compatibilityDate: '2026-07-01',
    bindings: { ...settings, SECRET: await secret(join(persist, 'secret')) },
    durableObjects: { QUESTS: { className: 'QuestRoom', useSQLite: true } },
    durableObjectsPersist: join(persist, 'objects'),
    assets: {
      directory: site,
      binding: 'ASSETS',
      routerConfig: { has_user_worker: true, invoke_user_worker_ahead_of_assets: true },
      assetConfig: { html_handling: 'auto-trailing-slash', not_found_handling: '404-page' },
    },
  });
  const url = await miniflare.ready;
  return { url: `http://localhost:${url.port}`, stop: () => miniflare.dispose() };
}

async function present(path: string, otherwise: string): Promise<void> {
  try {
    await stat(path);
  } catch {
    throw new Trouble(otherwise);
  }
}

async function free(port: number): Promise<void> {
  await new Promise<void>((done, fail) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE';
      fail(
        new Trouble(
          taken ? `Port ${port} is taken: stop what listens there, or give another with --port.` : `Port ${port}: ${error.message}`,
        ),
      );
    });
    probe.listen(port, HOST, () => probe.close(() => done()));
  });
}

/** Those of them that the environment of the command has. */
function settingsOf(environment: NodeJS.ProcessEnv): Settings {
  const wanted = Object.entries(environment).filter(([name, value]) => value !== undefined && (/^KEY_[A-Z0-9_]+$/.test(name) || name === 'ALLOWED_HOSTS' || name === 'PROXY'));
  return Object.fromEntries(wanted) as Settings;
}

/** The key of the quests' addresses, made once. Without it the addresses given out so far would open nothing. */
async function secret(path: string): Promise<string> {
  try {
    await writeFile(path, randomBytes(32).toString('base64url'), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  await chmod(path, 0o600);
  return readFile(path, 'utf8');
}

async function main(): Promise<void> {
  let values: { port: string; persist: string; site: string };
  try {
    ({ values } = parseArgs({
      options: {
        port: { type: 'string', default: '8787' },
        persist: { type: 'string', default: here('../.questline/worker') },
        site: { type: 'string', default: here('../site/dist') },
      },
    }));
  } catch (error) {
    console.error(`${(error as Error).message}\n${USAGE}`);
    process.exit(2);
  }
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    console.error(`--port is a number from 0 to 65535.\n${USAGE}`);
    process.exit(2);
  }
  try {
    const serving = await serve({ port, persist: resolve(values.persist), site: resolve(values.site), settings: settingsOf(process.env) });
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.removeAllListeners(signal); // miniflare's own do not wait until the runtime has ended
      process.once(signal, () => void serving.stop().then(() => process.exit(0)));
    }
    console.log(serving.url); // last: a signal that comes while listeners change would be lost
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    console.error(error.message);
    process.exit(1);
  }
}

if (import.meta.main) await main();
