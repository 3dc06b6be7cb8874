import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('serve.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'loopback-'));
after(() => rmSync(folder, { recursive: true }));

const start = (...args: string[]) => spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const child = start(...args);
  const texts = { out: '', err: '' };
  child.stdout.on('data', (text) => (texts.out += text));
  child.stderr.on('data', (text) => (texts.err += text));
  const code = await new Promise<number>((resolve) => child.on('close', resolve));
  return { code, ...texts };
}

describe('the loopback server by hand', () => {
  it('answers by a script from a file, and ends at Ctrl-C', async () => {
    const script = join(folder, 'script.mjs');
    writeFileSync(script, 'export const script = ({ model }) => ({ text: `I am ${model}.` });\n');
    const child = start('--wire', 'chat', '--script', script);
    const line = await new Promise<string>((resolve) => child.stdout.once('data', (text) => resolve(String(text))));
    const url = line.match(/^chat +(http:\S+)\n$/)?.[1];
    const body = JSON.stringify({ model: 'loop-large', messages: [] });
    const answer = (await (await fetch(`${url}/chat/completions`, { method: 'POST', body })).json()) as { choices: { message: { content: string } }[] };
    assert.equal(answer.choices[0]?.message.content, 'I am loop-large.');
    child.kill('SIGINT');
    assert.equal(await new Promise((resolve) => child.on('close', resolve)), 0);
  });

  it('says how it is used', async () => {
    const { code, out } = await run('--help');
    assert.deepEqual([code, /--script/.test(out)], [0, true]);
    for (const args of [['--wire', 'telex'], ['--nothing'], ['--port', 'x'], ['--cors', 'maybe']]) {
      const { code, out, err } = await run(...args);
      assert.deepEqual([code, out, /^serve: .*\nnode tests/.test(err)], [2, '', true], err);
    }
  });
});
