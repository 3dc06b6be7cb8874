import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFile, readdir, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { API, LEAD, Server, scratch } from './client.ts';

const SERVE = fileURLToPath(new URL('../../worker/serve.ts', import.meta.url));

/** Runs serve.ts as people do. */
function run(...args: string[]) {
  const child = spawn(process.execPath, [SERVE, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
  const exit = new Promise<number | null>((done) => child.once('close', done));
  const line = new Promise<string>((done, fail) => {
    child.stdout.setEncoding('utf8').once('data', done);
    child.once('close', (code) => fail(new Error(`ended with ${code} before it said a word: ${stderr}`)));
  });
  line.catch(() => undefined); // who waits for the exit alone asks for no line
  return { child, line, exit, stderr: () => stderr };
}

describe('the local server', { timeout: 120_000 }, () => {
  it('keeps quests, capabilities and addresses over a restart', async (test) => {
    const folder = await scratch(test);
    const first = await Server.start(folder);
    const quest = await first.quest();
    const message = { type: 'message', by: LEAD, to: [API], msg: 'Remember this.' };
    assert.equal((await first.command(quest, quest.tokens.lead, message)).status, 200);
    const before = (await first.look(quest)).body;
    await first.stop();

    const second = await Server.start(folder);
    test.after(() => second.stop());
    assert.deepEqual((await second.look(quest)).body, before);
    const next = await second.command(quest, quest.tokens.lead, { type: 'respond', by: LEAD, kind: 'progress', msg: 'Sent.' });
    assert.deepEqual([next.status, next.body.n], [200, 2]);
    assert.equal((await second.lines(quest)).length, 3);
  });

  it('keeps no capability in the clear, and its key to itself', async (test) => {
    const folder = await scratch(test);
    const server = await Server.start(folder);
    const { tokens } = await server.quest();
    await server.stop();
    const state = join(folder, 'state');
    let bytes = '';
    for (const name of await readdir(state, { recursive: true })) {
      const path = join(state, name);
      if ((await stat(path)).isFile()) bytes += await readFile(path, 'latin1');
    }
    assert.match(bytes, /"t":"create"/); // the rows are there
    for (const token of [tokens.own, tokens.lead, tokens.view, ...Object.values(tokens.seats)]) assert(!bytes.includes(token));
    assert.equal((await stat(join(state, 'secret'))).mode & 0o777, 0o600);
  });

  it('prints its address once it listens, and ends on Ctrl-C', async (test) => {
    const folder = await scratch(test);
    await (await Server.start(folder)).stop(); // makes the site's folder
    const args = ['--port', '0', '--persist', join(folder, 'state'), '--site', join(folder, 'site')];
    const { child, line, exit, stderr } = run(...args);
    const url = await line;
    assert.match(url, /^http:\/\/localhost:\d+\n$/);
    const response = await fetch(`${url.trim()}/api/health`);
    assert.equal(response.status, 200);
    child.kill('SIGINT');
    assert.equal(await exit, 0);
    assert.equal(stderr(), '');
  });

  it('says in one sentence that a port is taken, that an argument is wrong, that there is no site', async (test) => {
    const folder = await scratch(test);
    await (await Server.start(folder)).stop();
    const taken = createServer();
    await new Promise<void>((done) => taken.listen(0, '127.0.0.1', done));
    const { port } = taken.address() as { port: number };
    const site = join(folder, 'site');
    const cases: [string[], number, RegExp][] = [
      [['--port', String(port), '--site', site], 1, new RegExp(`^Port ${port} is taken: .*\\.\\n$`)],
      [['--port', 'x'], 2, /^--port is a number/],
      [['--what'], 2, /--what/],
      [['--site', join(folder, 'nowhere')], 1, /^There is no site in .*\.\n$/],
    ];
    for (const [args, code, message] of cases) {
      const { exit, stderr } = run(...args);
      assert.equal(await exit, code);
      assert.match(stderr(), message);
    }
    taken.close();
  });
});
