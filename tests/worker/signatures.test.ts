import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { loadCore } from '@questline/core/node';
import { type SigningKey, checkSignatures, makeKey, signatureOf } from '@questline/core/signatures';
import { API, type Created, LEAD, Server, create, scratch } from './client.ts';

const core = await loadCore();
let server: Server;

after(() => server.stop());
const folder = await scratch({ after });
before(async () => {
  server = await Server.start(folder);
});

/** A quest with keys for the owner and the leader, in which the leader has said something: event 1. */
async function signable(): Promise<{ quest: Created; owner: SigningKey; lead: SigningKey }> {
  const [owner, lead] = [await makeKey(), await makeKey()];
  const keys = [['@owner', owner.publicKey], [LEAD, lead.publicKey]];
  const quest = await server.quest({ command: create({ keys }) });
  const said = await server.command(quest, quest.tokens.lead, { type: 'message', by: LEAD, to: [API], msg: 'Write it' });
  assert.equal(said.status, 200);
  return { quest, owner, lead };
}

const log = async (quest: Created): Promise<string> => (await server.lines(quest)).map((line) => `${line}\n`).join('');

async function signature(quest: Created, n: number, key: SigningKey): Promise<string> {
  const opened = core.openQuest(await log(quest));
  const made = await signatureOf(opened, (await server.lines(quest))[n] ?? '', key);
  opened.close();
  assert.ok(made);
  return made;
}

const put = (quest: Created, n: number, token: string, body: unknown) => server.call('PUT', `/api/quests/${quest.id}/events/${n}/signature`, { token, body });

describe('signatures of events that are there', { timeout: 60_000 }, () => {
  it('are checked, stored, told to everybody, and outlive a restart of the worker', async () => {
    const { quest, owner, lead } = await signable();
    const live = server.live(quest);
    await live.enter(quest.tokens.view);
    await live.of('lines');
    const state = (await server.look(quest)).body.view.state_hash;
    const mine = await signature(quest, 1, lead);
    const answer = await put(quest, 1, quest.tokens.lead, { signature: mine });
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    assert.deepEqual(JSON.parse(answer.body.line).s, [mine]);
    assert.deepEqual(await live.of('signed'), { type: 'signed', n: 1, signature: mine });
    live.close();
    assert.equal((await put(quest, 0, quest.tokens.own, { signature: await signature(quest, 0, owner) })).status, 200);
    assert.equal((await server.command(quest, quest.tokens.lead, { type: 'respond', by: LEAD, msg: 'Go' })).status, 200, 'the quest goes on');
    assert.notEqual((await server.look(quest)).body.view.state_hash, state);
    await server.stop();
    server = await Server.start(folder);
    const opened = core.openQuest(await log(quest));
    const signers = await checkSignatures(opened, core.verify(opened.log()).signers ?? []);
    opened.close();
    assert.deepEqual(signers.map((signer) => [signer.agent, signer.signed, signer.lines, signer.wrong]), [['@owner', 1, 1, []], [LEAD, 1, 2, []]]);
  });

  it('that do not fit change nothing', async () => {
    const { quest, owner, lead } = await signable();
    const before = await log(quest);
    const mine = await signature(quest, 1, lead);
    const owners = await signature(quest, 0, owner);
    assert.equal((await put(quest, 1, quest.tokens.lead, { signature: owners })).status, 400);
    for (const wrong of ['', 'AAAA', `${mine}A`, 7, null]) assert.equal((await put(quest, 1, quest.tokens.lead, { signature: wrong })).status, 400);
    assert.equal((await put(quest, 1, quest.tokens.lead, '{"signature":')).status, 400);
    assert.equal((await put(quest, 1, quest.tokens.lead, { signature: 'A'.repeat(4096) })).status, 413);
    assert.equal((await put(quest, 2, quest.tokens.lead, { signature: mine })).status, 404);
    assert.equal(await log(quest), before);
  });

  it('are taken from who may act for the author, and only where a key is named', async () => {
    const { quest, lead } = await signable();
    const mine = await signature(quest, 1, lead);
    assert.equal((await put(quest, 1, quest.tokens.view, { signature: mine })).status, 403);
    assert.equal((await put(quest, 1, quest.tokens.seats[API]!, { signature: mine })).status, 403);
    assert.equal((await put(quest, 1, 'A'.repeat(43), { signature: mine })).status, 404);
    assert.equal((await server.call('GET', `/api/quests/${quest.id}/events/1/signature`, { token: quest.tokens.own })).status, 405);
    const bare = await server.quest();
    assert.equal((await put(bare, 0, bare.tokens.own, { signature: mine })).status, 400);
    assert.equal((await put(quest, 1, quest.tokens.own, { signature: mine })).status, 200, 'the owner hands in what the leader made');
    assert.equal((await put(quest, 1, quest.tokens.own, { signature: mine })).status, 200, 'twice is once');
  });
});
