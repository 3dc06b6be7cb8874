// `questline models` says why there is no list of models: the cause, what to do, and the command where one helps.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { causes, Lister } from '../loopback/causes.ts';
import { folder, questline } from './harness.ts';

const KEY = 'sk-loopback-0123456789abcdef';
const keys = Object.fromEntries(['ANTHROPIC', 'OPENAI', 'OPENROUTER', 'GEMINI', 'VLLM'].map((name) => [`${name}_API_KEY`, KEY]));

interface Tested {
  readonly cause: string;
  readonly message: string;
  readonly command?: string;
  readonly models: readonly object[];
}

const cwd = folder();
const models = (provider: string, url: string, env: Readonly<Record<string, string>>, ...args: string[]): ReturnType<typeof questline> =>
  questline(['models', '--provider', provider, '--base-url', url, ...args], { cwd, env });

async function tested(provider: string, url: string, env: Readonly<Record<string, string>> = {}): Promise<Tested> {
  const [shown, asJson] = await Promise.all([models(provider, url, env), models(provider, url, env, '--json')]);
  const test = JSON.parse(asJson.stdout) as Tested;
  const code = test.cause === 'ok' ? 0 : 1;
  assert.deepEqual([shown.code, asJson.code], [code, code], shown.stderr);
  if (code !== 0) assert.equal(shown.stderr, `questline: ${test.message}\n${test.command === undefined ? '' : `  ${test.command}\n`}`);
  assert.ok(!`${shown.stdout}${shown.stderr}${asJson.stdout}`.includes(KEY));
  return test;
}

test('each cause that a server shows is told', async (t) => {
  const server = await Lister.start();
  t.after(() => server.stop());
  for (const { name, provider, answer, path = '/v1', keyless, page, cause, says } of causes) {
    if (page) continue;
    await t.test(`${provider}: ${name}`, async () => {
      server.answer = answer;
      const found = await tested(provider, server.origin + path, keyless ? {} : keys);
      assert.equal(found.cause, cause, found.message);
      assert.match(found.message, says);
    });
  }
  assert.ok(server.asked.length >= 50);
});

test('a server that does not run is told with the command that starts it', async () => {
  const start = process.platform === 'darwin' ? 'open -a Ollama' : 'sudo systemctl start ollama || ollama serve';
  const closed = 'http://127.0.0.1:9/v1';
  const commands = { ollama: start, lmstudio: 'lms server start', llamacpp: 'llama-server --port 8080 -m MODEL.gguf', vllm: 'vllm serve MODEL --port 8000', openai: undefined };
  for (const [provider, command] of Object.entries(commands)) {
    const found = await tested(provider, closed, keys);
    assert.equal(found.cause, 'not_running');
    assert.match(found.message, /^Nothing answers at http:\/\/127\.0\.0\.1:9\/v1: start .+ there\.$/);
    assert.equal(found.command, command);
  }
});

test('a host that there is not is told, in the words of the network too', async () => {
  const found = await tested('openai', 'http://nobody.invalid/v1', keys);
  assert.equal(found.cause, 'unreachable');
  assert.match(found.message, /^http:\/\/nobody\.invalid\/v1 could not be reached \(.*nobody\.invalid.*\)\.$/);
});
