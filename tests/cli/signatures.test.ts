import assert from 'node:assert/strict';
import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, lstatSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { binary, finish, Place, questline, start, until, write, type Result } from './harness.ts';

interface Line {
  readonly e: { readonly by: string; readonly n: number };
  readonly h: string;
  readonly s?: string[];
}

interface Signer {
  readonly agent: string;
  readonly key: string;
  readonly lines: number;
  readonly signed: number;
  readonly wrong?: number[];
}

const lines = (file: string): Line[] =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);

/** A quest with a key for the owner, the leader and the worker. */
class Signed extends Place {
  readonly keys: Record<string, string> = {};

  key(name: string): string {
    return join(this.folder, `${name}.key`);
  }

  async open(): Promise<this> {
    for (const name of ['owner', 'lead', 'api']) this.keys[name] = (await this.run('key', 'make', this.key(name))).stdout.trim();
    const keys = Object.entries(this.keys).map(([name, key]) => `@${name}=${key}`);
    const made = await this.run('quest', 'create', '--mission', 'Add login', '--agents', '@lead,@api', '--keys', keys.join(','), '--sign', this.key('owner'));
    assert.equal(made.code, 0, made.stderr);
    this.id = made.stdout.trim();
    return this;
  }

  /** Four more events, two of them signed. */
  async play(): Promise<this> {
    await this.quest('message', '--from', '@lead', '--to', '@api', '--msg', 'Write it', '--sign', this.key('lead'));
    await this.quest('respond', '--from', '@lead', '--msg', 'Go');
    await this.quest('respond', '--from', '@api', '--msg', 'Written', '--sign', this.key('api'));
    await this.quest('complete', '--from', '@lead', '--summary', 'Works');
    return this;
  }

  async signers(file = this.file): Promise<Signer[]> {
    return (await this.json<{ signers: Signer[] }>('verify', file)).signers;
  }
}

test('a key is made once, for its owner alone, and shows its public half', async () => {
  const place = new Place();
  const file = join(place.folder, 'a.key');
  const made = await place.run('key', 'make', file);
  assert.equal(made.code, 0, made.stderr);
  assert.match(made.stdout, /^[\w-]{43}\n$/);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  const text = readFileSync(file, 'utf8');
  assert.equal((await place.run('key', 'make', file)).code, 1);
  assert.equal(readFileSync(file, 'utf8'), text, 'a key is not replaced');
  assert.equal((await place.run('key', 'show', file)).stdout, made.stdout);
  assert.equal((await place.json<{ key: string }>('key', 'show', file)).key, made.stdout.trim());
  assert.equal(`${made.stdout}${made.stderr}`.includes(text.slice(16, 40)), false, 'the secret half is not printed');
  chmodSync(file, 0o640);
  const open = await place.run('key', 'show', file);
  assert.equal(open.code, 1);
  assert.match(open.stderr, /chmod 600/);
});

test('what is no key file is told', async () => {
  const place = new Place();
  for (const [name, text] of [['empty', ''], ['short', 'questline.key.1 AAAA\n'], ['long', `questline.key.1 ${'A'.repeat(43)}\nand more`], ['huge', 'x'.repeat(1 << 20)], ['other', `questline.key.2 ${'A'.repeat(43)}\n`]] as const) {
    const file = write(join(place.folder, name), text);
    chmodSync(file, 0o600);
    const { code, stderr } = await place.run('key', 'show', file);
    assert.equal(code, 1, name);
    assert.match(stderr, /is no key/, name);
  }
  assert.equal((await place.run('key', 'show', place.folder)).code, 1);
  assert.equal((await place.run('key', 'show', 'missing')).code, 1);
  assert.equal((await place.run('key', 'make')).code, 2);
  assert.match((await place.run('key', '--help')).stdout, /key make/);
  assert.match((await place.run('kay')).stderr, /Did you mean key\?/);
});

test('lines are signed as they are written, with the key of their author', async () => {
  const place = await (await new Signed().open()).play();
  assert.deepEqual(
    lines(place.file).map((line) => line.s?.length ?? 0),
    [1, 1, 0, 1, 0],
  );
  assert.deepEqual(
    (await place.signers()).map(({ agent, key, lines: all, signed, wrong }) => [agent, key, all, signed, wrong]),
    [
      ['@owner', place.keys['owner'], 1, 1, []],
      ['@lead', place.keys['lead'], 3, 1, []],
      ['@api', place.keys['api'], 1, 1, []],
    ],
  );
  const { code, stdout } = await place.run('verify', place.file);
  assert.equal(code, 0);
  assert.match(stdout, /^signed @lead 1 of 3 lines\. Key /m);
  assert.match(stdout, /Whose key it is, compare yourself\.$/m);
  const strict = await place.run('verify', place.file, '--signed');
  assert.equal(strict.code, 1);
  const certificate = await place.quest('certificate');
  assert.equal(certificate.code, 0);
  assert.match(certificate.stdout, /Who spoke in lines without a checked signature[\s\S]*signed @api 1 of 1 line\./);
});

test('a signature is what another implementation makes of the head and the key', async () => {
  const place = await (await new Signed().open()).play();
  for (const [n, name] of [[0, 'owner'], [1, 'lead'], [3, 'api']] as const) {
    const line = lines(place.file)[n];
    assert.ok(line?.s);
    const seed = Buffer.from(readFileSync(place.key(name), 'utf8').slice(16).trim(), 'base64url');
    const key = createPrivateKey({ key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]), format: 'der', type: 'pkcs8' });
    assert.equal(createPublicKey(key).export({ format: 'jwk' })['x'], place.keys[name]);
    const bytes = Buffer.concat([Buffer.from('questline.sign.1'), Buffer.from(line.h, 'base64url')]);
    assert.equal(line.s[0], sign(null, bytes, key).toString('base64url'));
  }
});

test('a key that the quest does not name for who acts writes nothing', async () => {
  const place = await new Signed().open();
  const before = readFileSync(place.file, 'utf8');
  const wrong = await place.quest('message', '--from', '@lead', '--to', '@api', '--msg', 'x', '--sign', place.key('api'));
  assert.equal(wrong.code, 1);
  assert.match(wrong.stderr, /does not name the key/);
  assert.equal((await place.quest('pause', '--sign', join(place.folder, 'missing'))).code, 1);
  assert.equal(readFileSync(place.file, 'utf8'), before);
  const keyless = new Place();
  await keyless.create();
  const nobody = await keyless.quest('pause', '--sign', place.key('owner'));
  assert.equal(nobody.code, 1);
  const create = await place.run('quest', 'create', '--mission', 'm', '--agents', '@lead', '--sign', place.key('owner'));
  assert.equal(create.code, 1);
  assert.equal(place.quests().length, 1);
  assert.equal((await place.run('quest', 'create', '--mission', 'm', '--agents', '@lead', '--keys', '@lead=short')).code, 2);
  assert.equal((await place.run('quest', 'create', '--mission', 'm', '--agents', '@lead', '--keys', `@stranger=${place.keys['api']}`)).code, 5);
  assert.equal((await place.run('verify', keyless.file, '--signed')).code, 1, 'without keys nothing is signed');
});

test('QUESTLINE_SIGN signs where it fits, and says where it does not', async () => {
  const place = await new Signed().open();
  const as = (name: string, ...args: string[]): Promise<Result> =>
    questline(['quest', ...args, '--quest', place.id], { cwd: place.folder, env: { QUESTLINE_SIGN: place.key(name) } });
  const fits = await as('lead', 'message', '--from', '@lead', '--to', '@api', '--msg', 'Write it');
  assert.deepEqual([fits.code, fits.stderr], [0, '']);
  const other = await as('api', 'respond', '--from', '@lead', '--msg', 'Go');
  assert.equal(other.code, 0);
  assert.match(other.stderr, /Not signed: the quest names another key for @lead/);
  assert.deepEqual(
    lines(place.file).map((line) => line.s?.length ?? 0),
    [1, 1, 0],
  );
  const keyless = new Place();
  await keyless.create();
  const quiet = await questline(['quest', 'pause', '--quest', keyless.id], { cwd: keyless.folder, env: { QUESTLINE_SIGN: place.key('owner') } });
  assert.deepEqual([quiet.code, quiet.stderr], [0, '']);
});

test('quest sign signs what has no signature yet, and the chain stays', async () => {
  const place = await (await new Signed().open()).play();
  const before = lines(place.file);
  const hash = await place.stateHash();
  const link = join(place.folder, 'by-another-name.quest');
  symlinkSync(place.file, link);
  chmodSync(place.file, 0o640);
  const { code, stdout } = await place.run('quest', 'sign', '--quest', link, '--key', place.key('lead'));
  assert.equal(code, 0);
  assert.equal(stdout, 'Signed 2 lines of @lead.\n');
  assert.equal(lstatSync(link).isSymbolicLink(), true);
  assert.equal(statSync(place.file).mode & 0o777, 0o640);
  assert.equal(existsSync(`${place.file}.new`), false);
  const after = lines(place.file);
  assert.deepEqual(after.map(({ h }) => h), before.map(({ h }) => h));
  for (const n of [0, 1, 3]) assert.deepEqual(after[n], before[n], 'a line that was signed stays');
  assert.equal(await place.stateHash(), hash);
  assert.equal((await place.run('verify', place.file, '--signed')).code, 0);
  const bytes = readFileSync(place.file, 'utf8');
  assert.match((await place.quest('sign', '--key', place.key('lead'))).stdout, /all of them have a signature/);
  assert.equal(readFileSync(place.file, 'utf8'), bytes);
  await place.run('key', 'make', place.key('stranger'));
  const stranger = await place.quest('sign', '--key', place.key('stranger'));
  assert.equal(stranger.code, 1);
  assert.match(stranger.stderr, /no line of an agent whose key this is/);
  assert.equal((await place.quest('sign')).code, 2);
});

test('a rewrite that cannot be ended leaves the quest as it was; what an earlier one left is no hindrance', async () => {
  const place = await (await new Signed().open()).play();
  const before = readFileSync(place.file, 'utf8');
  const command = `ulimit -f 1; exec "$0" quest sign --quest ${place.id} --key "$1"`;
  const full = spawnSync('sh', ['-c', command, binary, place.key('lead')], { cwd: place.folder, encoding: 'utf8' });
  assert.equal(full.status, 1, full.stderr);
  assert.match(full.stderr, /Cannot write/);
  assert.equal(readFileSync(place.file, 'utf8'), before);
  assert.equal(existsSync(`${place.file}.new`), false);
  write(`${place.file}.new`, 'x'.repeat(1 << 16));
  assert.equal((await place.quest('sign', '--key', place.key('lead'))).code, 0);
  assert.equal(existsSync(`${place.file}.new`), false);
  assert.equal((await place.run('verify', place.file, '--signed')).code, 0);
});

test('a wrong signature is found and named; one that was taken away is missing', async () => {
  const place = await (await new Signed().open()).play();
  const text = readFileSync(place.file, 'utf8');
  const [owners, leads] = lines(place.file).map((line) => line.s?.[0] ?? '');
  assert.ok(owners && leads);
  const forged = {
    'another line’s': text.replace(leads, owners),
    'a changed one': text.replace(leads, `${leads.startsWith('A') ? 'B' : 'A'}${leads.slice(1)}`),
    'no base64url': text.replace(leads, 'signed, the leader'),
    'too short': text.replace(leads, 'AAAA'),
  };
  for (const [what, log] of Object.entries(forged)) {
    const file = write(join(place.folder, 'forged.quest'), log);
    const { code, stdout } = await place.run('verify', file);
    assert.equal(code, 1, what);
    assert.match(stdout, /intact yes/, what);
    assert.match(stdout, /signed @lead 1 of 3 lines\. Wrong in line 2\./, what);
    assert.deepEqual((await place.signers(file)).map(({ wrong }) => wrong), [[], [1], []], what);
  }
  const bare = write(join(place.folder, 'bare.quest'), text.replace(`,"s":["${leads}"]`, ''));
  assert.equal((await place.run('verify', bare)).code, 0);
  assert.equal((await place.run('verify', bare, '--signed')).code, 1);
  assert.deepEqual((await place.signers(bare)).map(({ signed }) => signed), [1, 0, 1]);
  copyFileSync(join(place.folder, 'forged.quest'), place.file);
  assert.equal((await place.quest('certificate')).code, 1);
});

test('redaction, a fork, an import and a link keep signatures', async () => {
  const place = await (await new Signed().open()).play();
  await place.quest('sign', '--key', place.key('lead'));
  const expected = (await place.signers()).map(({ agent, lines: all, signed }) => [agent, all, signed]);
  const counts = async (file: string): Promise<unknown[]> => (await place.signers(file)).map(({ agent, lines: all, signed, wrong }) => (assert.deepEqual(wrong, []), [agent, all, signed]));
  const bare = join(place.folder, 'bare.quest');
  await place.quest('redact', '--out', bare);
  assert.deepEqual(await counts(bare), expected);
  const shown = join(place.folder, 'shown.quest');
  await place.run('quest', 'reveal', bare, '--quest', place.id, '--out', shown);
  assert.deepEqual(await counts(shown), expected);
  const url = (await place.run('link', 'make', place.file)).stdout.trim();
  const opened = join(place.folder, 'opened.quest');
  await place.run('link', 'open', url, '--out', opened);
  assert.equal(readFileSync(opened, 'utf8'), readFileSync(place.file, 'utf8'));
  const other = new Place();
  await other.run('quest', 'import', place.file);
  other.id = place.id;
  assert.equal(readFileSync(other.file, 'utf8'), readFileSync(place.file, 'utf8'));
  const cut = `${readFileSync(place.file, 'utf8').split('\n').slice(0, 2).join('\n')}\n`;
  write(other.file, cut);
  assert.equal((await other.run('quest', 'import', place.file)).code, 0);
  assert.equal(readFileSync(other.file, 'utf8'), readFileSync(place.file, 'utf8'));
  const forked = await place.quest('fork', '--at', '3', '--sign', place.key('owner'));
  assert.equal(forked.code, 0, forked.stderr);
  const fork = join(place.folder, '.questline/quests', `${forked.stdout.trim()}.quest`);
  assert.deepEqual(await counts(fork), [['@owner', 2, 2], ['@lead', 2, 2], ['@api', 1, 1]]);
});

test('who waits and who runs go on when a quest is signed under them', async () => {
  const place = await new Signed().open();
  await place.quest('message', '--from', '@lead', '--to', '@api', '--msg', 'Write it');
  const waiting = start(['quest', 'monitor', '--role', 'worker', '--agent', '@api', '--quest', place.id, '--timeout', '30'], { cwd: place.folder });
  let said = '';
  waiting.stdout?.on('data', (text: Buffer) => (said += text.toString()));
  const done = finish(waiting);
  await until(() => said.includes('Listening'), 'it listens', waiting);
  assert.equal((await place.quest('sign', '--key', place.key('lead'))).code, 0);
  assert.equal((await place.quest('respond', '--from', '@lead', '--msg', 'Go', '--sign', place.key('lead'))).code, 0);
  const { code, stdout, stderr } = await done;
  assert.equal(code, 0, stderr);
  assert.match(stdout, /\[YOUR-TURN\]/);
  // Writers and signers at once: nobody's line is lost, nobody is told no.
  const acts = [0, 1, 2, 3, 4, 5, 6, 7].map((i) => place.quest('message', '--from', '@api', '--to', '@lead', '--msg', `Note ${i}`));
  const signs = [0, 1, 2, 3].map(() => place.quest('sign', '--key', place.key('api')));
  for (const result of await Promise.all([...acts, ...signs])) assert.ok(result.code === 0 || /no line of an agent/.test(result.stderr), result.stderr);
  assert.equal(lines(place.file).length, 11);
  await place.quest('sign', '--key', place.key('api'));
  assert.equal((await place.run('verify', place.file, '--signed')).code, 0);
});
