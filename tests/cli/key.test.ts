// A planted key is looked for in all that the command line writes: logs, exports, links, errors, JSON; also where the server says it again.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { wires } from '../loopback/script.ts';
import { KEY, OBJECTIVE, players } from '../loopback/team.ts';
import { Table } from './players.ts';

/** All texts below a folder. */
function textsIn(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? textsIn(path) : [readFileSync(path, 'latin1')];
  });
}

/** A key as it stands, and as somebody who encodes it would write it. */
const forms = [KEY, Buffer.from(KEY).toString('base64').replace(/=+$/, ''), Buffer.from(KEY).toString('hex'), encodeURIComponent(KEY)];
const leaks = (text: string): string[] => forms.filter((form) => text.toLowerCase().includes(form.toLowerCase()));

for (const wire of wires) {
  test(`${wire}: the key is nowhere but in the header of its request, also where the server says it again`, async (t) => {
    const healthy = players();
    /** Refuses with the key in its words, then says it in an answer's words. */
    const at = await Table.set(t, wire, async (ask) =>
      ask.n === 2
        ? { fault: { kind: 'status', status: 401, message: `API key not valid: ${KEY}.`, headers: { 'x-key': KEY } } }
        : ask.schema === undefined
          ? { ...(await healthy(ask)), text: `Your key is ${KEY}, I think.`, piece: 400 }
          : healthy(ask),
    );
    const said: string[] = [];
    const note = ({ stdout, stderr }: { stdout: string; stderr: string }): void => void said.push(stdout, stderr);
    const refused = await at.ask('run', '--agent', 'lead', OBJECTIVE);
    assert.equal(refused.code, 3, refused.stdout + refused.stderr);
    assert.match(refused.stdout, /refused the key/);
    note(refused);
    note(await at.ask('resume', at.path, '--json'));
    note(await at.ask('chat', '--agent', 'lead', 'Hello'));
    note(await at.ask('chat', '--agent', 'lead', 'Hello', '--json'));
    note(await at.ask('plan', '--agent', 'lead', OBJECTIVE, '--json'));
    await at.verified();
    const out = join(at.cwd, 'out');
    mkdirSync(out);
    for (const args of [
      ['quest', 'show', '--quest', at.path, '--json'],
      ['quest', 'log', '--quest', at.path, '--json'],
      ['quest', 'inbox', '--quest', at.path, '--agent', '@lead'],
      ['quest', 'report', at.path],
      ['quest', 'metrics', at.path, '--json'],
      ['quest', 'certificate', '--quest', at.path, '--json'],
      ['quest', 'redact', '--quest', at.path, '--out', join(out, 'public.quest')],
      ['link', 'make', at.path],
      ['verify', at.path, '--json'],
    ])
      note(await at.run(...args));
    writeFileSync(join(out, 'said'), said.join('\n'));
    for (const text of textsIn(at.cwd)) assert.deepEqual(leaks(text), []);
    for (const { body, path } of at.server.requests) assert.deepEqual([...leaks(body), ...leaks(path)], []);
    assert.ok(at.server.requests.length > 8);
  });
}
