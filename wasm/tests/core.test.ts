import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Core, CoreError, DIALECTS, InstanceBroken, LIMITS, instantiate } from '../src/index.ts';
import type { McpAttempt, McpResult, Quest } from '../src/index.ts';
import { Instance } from '../src/memory.ts';
import { loadModule } from '../src/node.ts';

const module = await loadModule();
const now = 1763712000000;
const entropy = new Uint8Array(32);
const log = (JSON.parse(readFileSync(new URL('../../tests/vectors/verify/published-3.json', import.meta.url), 'utf8')) as { log: string }).log;

const failsWith = (status: string) => (error: unknown) => {
  assert.ok(error instanceof CoreError, String(error));
  assert.equal(error.status, status);
  return true;
};

function newQuest(core: Core): Quest {
  const quest = core.openQuest();
  const { line } = quest.decide({ type: 'create', by: '@owner', agents: ['@lead', '@api'], mission: 'M' }, now, entropy);
  assert.ok(line);
  quest.append(line);
  return quest;
}

test('a quest goes on from its log in another instance, with the same state', () => {
  const quest = newQuest(instantiate(module));
  const again = instantiate(module).openQuest(quest.log());
  assert.equal(again.state().hash, quest.state().hash);
  assert.deepEqual(again.head(), quest.head());
  assert.deepEqual(again.view(), quest.view());
  assert.deepEqual(again.viewAt(0), quest.view());
  assert.equal(quest.log(1), '');
  assert.equal(quest.event(0).type, 'create');
});

test('a refusal is an answer and changes nothing', () => {
  const quest = newQuest(instantiate(module));
  const before = quest.state().hash;
  const { line, refusal } = quest.decide({ type: 'respond', by: '@api', kind: 'completed', msg: 'Done' }, now, entropy);
  assert.equal(line, undefined);
  assert.equal(refusal?.code, 'not_your_turn');
  assert.deepEqual(refusal.holders, ['@lead']);
  assert.equal(quest.state().hash, before);
});

test('lines are appended one by one or together, with or without the last line feed', () => {
  const core = instantiate(module);
  const [first = '', second = '', third = ''] = log.split('\n');
  const quest = core.openQuest();
  quest.append(first);
  quest.append(`${second}\n${third}\n`);
  assert.equal(quest.log(), log);
  assert.equal(quest.log(1), `${second}\n${third}\n`);
  assert.equal(quest.log(3), '');
  assert.throws(() => quest.append(third), failsWith('QL_ERR_INTEGRITY'));
  assert.throws(() => quest.append(''), failsWith('QL_ERR_SYNTAX'));
  assert.equal(quest.log(), log);
});

test('a log that is not intact does not open, and says where', () => {
  const flipped = log.replace('"n":1', '"n":2');
  assert.throws(() => instantiate(module).openQuest(flipped), (error) => failsWith('QL_ERR_INTEGRITY')(error) && (error as CoreError).failure.line === 2);
});

test('numbers that are no time, no event and no entropy are refused', () => {
  const quest = newQuest(instantiate(module));
  const command = { type: 'pause', by: '@owner' } as const;
  for (const time of [NaN, -1, 0.5, Infinity, 2 ** 53]) assert.throws(() => quest.decide(command, time, entropy), failsWith('QL_ERR_ARGUMENT'), `${time}`);
  assert.ok(quest.decide(command, 2 ** 53 - 1, entropy).line);
  for (const n of [1, -1, 0.5, NaN]) assert.throws(() => quest.event(n), failsWith('QL_ERR_ARGUMENT'), `${n}`);
  for (const n of [1, -1, 0.5]) assert.throws(() => quest.viewAt(n), failsWith('QL_ERR_ARGUMENT'), `${n}`);
  assert.throws(() => quest.log(2), failsWith('QL_ERR_ARGUMENT'));
  assert.throws(() => quest.decide(command, now, new Uint8Array(31)), failsWith('QL_ERR_ARGUMENT'));
});

test('nobody of that name', () => {
  assert.throws(() => newQuest(instantiate(module)).monitor('@nobody'), failsWith('QL_ERR_NOT_FOUND'));
});

test('half a surrogate pair in a command is refused, not replaced', () => {
  const quest = newQuest(instantiate(module));
  const command = { type: 'pause', by: '@owner', reason: 'half \ud83e' } as const;
  assert.throws(() => quest.decide(command, now, entropy), failsWith('QL_ERR_SYNTAX'));
});

test('texts go over the boundary as they are, by string or by bytes', () => {
  const core = instantiate(module);
  const text = '\ufeffa\u0000b \u{10ffff} \u2028 e\u0301';
  assert.equal(core.sha256(text), core.sha256(new TextEncoder().encode(text)));
  assert.equal(core.sha256(''), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  assert.equal(core.canonical('"\ufeff\u{1f9ed}"'), '"\ufeff\u{1f9ed}"');
});

test('a large input makes the memory grow under a call, and earlier answers stay as they were', () => {
  const core = instantiate(module);
  const quest = newQuest(core);
  const view = quest.view();
  const copy = structuredClone(view);
  const large = JSON.stringify(Array.from({ length: 64 }, (_, i) => `${i} \u{1f9ed} `.repeat(12_000)));
  assert.ok(large.length > 4 * 1024 * 1024);
  assert.equal(core.canonical(large), large);
  assert.deepEqual(view, copy);
  assert.deepEqual(quest.view(), copy);
  assert.equal(core.canonical('{"b":1,"a":2}'), '{"a":2,"b":1}');
});

test('what does not fit into the instance is refused, and the instance goes on', () => {
  const core = instantiate(module);
  const quest = newQuest(core);
  const hash = quest.state().hash;
  assert.throws(() => core.sha256(new Uint8Array(260 * 1024 * 1024)), failsWith('QL_ERR_NOMEM'));
  assert.throws(() => core.canonical(`[${'1,'.repeat(4_000_000)}1]`), failsWith('QL_ERR_NOMEM'));
  assert.throws(() => core.canonical('x'.repeat(LIMITS.QL_JSON_BYTES_MAX + 1)), failsWith('QL_ERR_LIMIT'));
  assert.equal(core.broken, false);
  assert.equal(quest.state().hash, hash);
});

test('a closed object is refused', () => {
  const core = instantiate(module);
  const quest = newQuest(core);
  quest.close();
  quest.close();
  quest[Symbol.dispose]();
  assert.throws(() => quest.view(), failsWith('QL_ERR_HANDLE'));
  const roster = core.newRoster();
  roster.close();
  assert.throws(() => roster.value(), failsWith('QL_ERR_HANDLE'));
  assert.throws(() => core.newDriver(quest), failsWith('QL_ERR_HANDLE'));
});

test('an object of another instance is refused', () => {
  const quest = newQuest(instantiate(module));
  assert.throws(() => instantiate(module).newDriver(quest), failsWith('QL_ERR_HANDLE'));
});

test('the exports refuse handles that were never opened, are stale, or are of another kind', () => {
  const instance = new Instance(module);
  for (const handle of [0, 1, 256, 0x10000, 0xffffffff, -1]) {
    assert.throws(() => instance.run('qlw_quest_view', handle), failsWith('QL_ERR_HANDLE'), `${handle}`);
    assert.throws(() => instance.run('qlw_close', handle), failsWith('QL_ERR_HANDLE'), `${handle}`);
  }
  const first = instance.handle('qlw_quest_open', null);
  instance.run('qlw_close', first);
  const second = instance.handle('qlw_quest_open', null);
  assert.notEqual(second, first);
  assert.equal(second & 0xffff, first & 0xffff);
  assert.throws(() => instance.run('qlw_quest_view', first), failsWith('QL_ERR_HANDLE'));
  assert.throws(() => instance.run('qlw_close', first), failsWith('QL_ERR_HANDLE'));
  assert.throws(() => instance.run('qlw_roster_value', second), failsWith('QL_ERR_HANDLE'));
  assert.throws(() => instance.run('qlw_driver_next', second, now), failsWith('QL_ERR_HANDLE'));
  instance.run('qlw_quest_view', second);
});

test('a place is used 65,535 times before a handle comes back', () => {
  const instance = new Instance(module);
  const first = instance.handle('qlw_quest_open', null);
  instance.run('qlw_close', first);
  for (let i = 1; i < 65_535; i++) {
    const handle = instance.handle('qlw_quest_open', null);
    assert.notEqual(handle >>> 0, first);
    instance.run('qlw_close', handle);
  }
  assert.equal(instance.handle('qlw_quest_open', null), first);
});

test('as many objects as the limit says, and not one more', () => {
  const core = instantiate(module);
  const open = Array.from({ length: LIMITS.QL_HANDLES_MAX }, () => core.openQuest());
  assert.throws(() => core.openQuest(), failsWith('QL_ERR_LIMIT'));
  assert.throws(() => core.newRoster(), failsWith('QL_ERR_LIMIT'));
  assert.throws(() => core.newDriver(open[0]!), failsWith('QL_ERR_LIMIT'));
  open[100]!.close();
  core.newRoster();
  assert.throws(() => core.newRoster(), failsWith('QL_ERR_LIMIT'));
});

test('what a driver uses cannot be closed before it', () => {
  const core = instantiate(module);
  const quest = core.openQuest(log);
  const roster = core.newRoster();
  const driver = core.newDriver(quest, { roster });
  const other = core.newDriver(quest);
  assert.throws(() => quest.close(), failsWith('QL_ERR_STATE'));
  assert.throws(() => roster.close(), failsWith('QL_ERR_STATE'));
  assert.throws(() => roster.add('a.md', '# A'), failsWith('QL_ERR_STATE'));
  driver.close();
  roster.close();
  assert.throws(() => quest.close(), failsWith('QL_ERR_STATE'));
  other.close();
  quest.close();
  assert.throws(() => quest.view(), failsWith('QL_ERR_HANDLE'));
});

test('after a trap nothing runs any more, and closing is harmless', () => {
  const instance = new Instance(module);
  instance.run('qlw_info');
  const outside = 0xfffffff0;
  assert.throws(() => instance.run('qlw_sha256', outside, 64), (error) => error instanceof InstanceBroken && error.cause instanceof WebAssembly.RuntimeError);
  assert.equal(instance.broken, true);
  assert.throws(() => instance.run('qlw_info'), InstanceBroken);
  assert.throws(() => instance.text('qlw_sha256', 'x'), /open the quest again from its log/);
});

test('a quest of a broken instance is refused, closes, and opens elsewhere from its log', () => {
  const instance = new Instance(module);
  const core = new Core(instance);
  const quest = newQuest(core);
  const kept = { log: quest.log(), hash: quest.state().hash };
  assert.throws(() => instance.run('qlw_sha256', 0xfffffff0, 64), InstanceBroken);
  assert.equal(core.broken, true);
  assert.throws(() => quest.view(), InstanceBroken);
  quest.close();
  assert.equal(instantiate(module).openQuest(kept.log).state().hash, kept.hash);
});

test('a module of another version of the boundary is refused', () => {
  const i32 = 0x7f;
  const name = (text: string): number[] => [text.length, ...new TextEncoder().encode(text)];
  const section = (id: number, ...content: number[]): number[] => [id, content.length, ...content];
  const bytes = new Uint8Array([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, 1, 0x60, 0, 1, i32),
    ...section(3, 1, 0),
    ...section(5, 1, 0, 1),
    ...section(7, 2, ...name('memory'), 2, 0, ...name('qlw_abi_version'), 0, 0),
    ...section(10, 1, 5, 0, 0x41, 0xff, 0, 0x0b),
  ]);
  assert.throws(() => instantiate(new WebAssembly.Module(bytes)), failsWith('QL_ERR_VERSION'));
});

const broken = '---\nname: lead\ndescription: Leads: the team\n---\n\n# Lead\n\n## Restrictions\n\n- You DO NOT modify code directly.\n';

test('a file is read as the dialect that is given', () => {
  const core = instantiate(module);
  assert.equal(core.parseSpec('a.md', broken).dialect, 'claude-code');
  assert.equal(core.parseSpec('a.md', broken, 'copilot').dialect, 'copilot');
  assert.throws(() => core.parseSpec('a.md', broken, 'copilto'), failsWith('QL_ERR_ARGUMENT'));
});

test('findings are mended, all of them or some', () => {
  const core = instantiate(module);
  const { text, mended } = core.specFix('a.md', broken);
  assert.equal(mended, 1);
  assert.equal(text, broken.replace('Leads: the team', '"Leads: the team"'));
  assert.deepEqual(core.specFix('a.md', text), { mended: 0, text });
  assert.equal(core.specFix('a.md', broken, { code: 'bom' }).text, broken);
  const [finding] = core.parseSpec('a.md', broken).diagnostics.filter(({ fix }) => fix !== undefined);
  assert.ok(finding);
  assert.equal(core.specFix('a.md', broken, { offset: finding.offset }).text, text);
  assert.equal(core.specFix('a.md', broken, { offset: finding.offset + 1 }).text, broken);
});

test('a file is written for every product', () => {
  const core = instantiate(module);
  for (const { id } of DIALECTS) {
    const { path, text, losses } = core.specExport('lead.md', broken, id);
    assert.equal(core.parseSpec(path, text, id).id, '@lead', id);
    if (id === core.parseSpec('lead.md', broken).dialect) assert.deepEqual({ text, losses }, { text: broken, losses: [] });
  }
  assert.throws(() => core.specExport('lead.md', broken, 'none'), failsWith('QL_ERR_ARGUMENT'));
});

test('a rule that is switched off no longer forbids', () => {
  const core = instantiate(module);
  const roster = core.newRoster();
  roster.dialect('claude-code');
  roster.add('lead.md', broken);
  const refused = core.permit(roster, '@lead', 'Write', 'src/a.ts');
  assert.equal(refused.decision, 'refuse');
  assert.ok(refused.rule !== undefined && refused.line === 10, JSON.stringify(refused));
  assert.equal(core.permit(roster, '@lead', 'Write', 'docs/a.md').decision, 'allow');
  roster.switchRule('@lead', refused.rule, false);
  assert.equal(core.permit(roster, '@lead', 'Write', 'src/a.ts').decision, 'allow');
  roster.switchRule('@lead', refused.rule, true);
  assert.deepEqual(core.permit(roster, '@lead', 'Write', 'src/a.ts'), refused);
  assert.throws(() => roster.dialect('none'), failsWith('QL_ERR_ARGUMENT'));
  assert.throws(() => core.permit(roster, '@nobody', 'Write'), failsWith('QL_ERR_NOT_FOUND'));
});

test('a request finds its taker, and an agent what it loads', () => {
  const core = instantiate(module);
  const roster = core.newRoster();
  roster.add('lead.md', '---\nname: lead\ndescription: Coordinates.\n---\n\n## When to call\n\n- Replace the message broker\n');
  roster.add('rust.md', '---\nname: rust-expert\ndescription: Embedded Rust and lifetimes.\n---\nWork.\n');
  assert.equal(core.route(roster, 'Swap our message broker').take, '@lead');
  assert.equal(core.route(roster, 'Lifetimes in embedded Rust').take, '@rust-expert');
  assert.deepEqual(core.route(roster, 'Paint the fence', '@lead').verdicts, [{ agent: '@lead', reasons: [], verdict: 'unknown' }]);
  assert.throws(() => core.route(roster, ' '), failsWith('QL_ERR_ARGUMENT'));
  const pack = core.contextPack(roster, '@lead', [{ path: 'README.md', text: 'Read me.' }], { window: 1000 });
  assert.deepEqual([pack.window, pack.budget, pack.loaded.map(({ path }) => path)], [1000, 500, ['lead.md']]);
  assert.throws(() => core.contextPack(roster, '@lead', [], { window: 10, budget: 11 }), failsWith('QL_ERR_ARGUMENT'));
});

test('a workspace takes files, tells what changed, and knows what is not loaded', () => {
  const core = instantiate(module);
  const work = core.newWorkspace();
  work.load('src/a.ts', 'one\n');
  work.load('logo.png', Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0));
  assert.deepEqual(work.size(), { bytes: 4, files: 2 });
  assert.equal(work.file('src/a.ts').text, 'one\n');
  assert.equal(work.file('src/a.ts').sha256, core.sha256('one\n'));
  const picture = work.file('logo.png');
  assert.deepEqual([picture.size, 'text' in picture], [5, false]);
  assert.deepEqual(work.changes(), []);
  work.write('src/a.ts', 'two\n');
  work.write('src/b.ts', 'new\n');
  assert.deepEqual(work.changes().map(({ kind, path }) => [kind, path]), [['changed', 'src/a.ts'], ['added', 'src/b.ts']]);
  assert.equal(work.changes()[0]?.before, core.sha256('one\n'));
  work.saved('src/a.ts');
  assert.deepEqual(work.changes().map(({ path }) => path), ['src/b.ts']);
  assert.throws(() => work.file('src/none.ts'), failsWith('QL_ERR_NOT_FOUND'));
  assert.throws(() => work.load('../out', ''), failsWith('QL_ERR_ARGUMENT'));
  assert.throws(() => work.load('big', 'x'.repeat(4 * 1024 * 1024 + 1)), failsWith('QL_ERR_LIMIT'));
  const paths = ['src/a.ts', '.git', 'src/.env', 'node_modules/x/y.js', 'a/node_modules', 'my_node_modules/x'];
  assert.deepEqual(paths.map((path) => core.workspaceSkips(path)), [null, 'hidden', 'hidden', 'packages', 'packages', null]);
  work.close();
  assert.throws(() => work.size(), failsWith('QL_ERR_HANDLE'));
});

test('what a driver uses is closed after it', () => {
  const core = instantiate(module);
  const roster = core.newRoster();
  roster.add('lead.md', '---\nname: lead\ndescription: Coordinates\n---\nWork.\n');
  roster.add('api.md', '---\nname: api\ndescription: Writes endpoints\n---\nWork.\n');
  const quest = core.openQuest();
  const driver = core.newDriver(quest, { roster, request: { agent: '@lead', mode: 'quest', text: 'Add a login' } });
  const first = core.newWorkspace();
  const second = core.newWorkspace();
  const memory = core.openMemory();
  driver.use({ workspace: first, memory });
  assert.throws(() => first.close(), failsWith('QL_ERR_STATE'));
  driver.use({ workspace: second, servers: [{ name: 'docs', url: 'https://docs.example/mcp' }] });
  first.close(); // it is not used any more
  memory.close();
  assert.throws(() => driver.use({ workspace: first }), failsWith('QL_ERR_HANDLE'));
  assert.throws(() => second.close(), failsWith('QL_ERR_STATE'));
  assert.equal(driver.next(now).kind, 'random');
  driver.close();
  second.close();
});

test('a recorded quest is borrowed, and nobody is steered where no model is at work', () => {
  const core = instantiate(module);
  const roster = core.newRoster();
  roster.add('lead.md', '---\nname: lead\ndescription: Coordinates\n---\nWork.\n');
  roster.add('api.md', '---\nname: api\ndescription: Writes endpoints\n---\nWork.\n');
  const quest = core.openQuest();
  const recorded = core.openQuest();
  const driver = core.newDriver(quest, { roster, request: { agent: '@lead', mode: 'quest', text: 'Add a login' } });
  driver.recall(recorded, true);
  assert.throws(() => recorded.close(), failsWith('QL_ERR_STATE'));
  assert.throws(() => driver.steer({ agent: '@lead', how: 'stop' }), failsWith('QL_ERR_NOT_FOUND'));
  assert.equal(driver.next(now).kind, 'random');
  driver.close();
  recorded.close();
});

test('an MCP server is asked for its tools, and what comes of it is said in words', () => {
  const core = instantiate(module);
  const url = 'https://docs.example/mcp';
  const client = core.newMcp({ name: 'docs', url });
  client.list();
  const hello = client.next();
  assert.equal(hello?.request?.method, 'POST');
  assert.equal(hello.request.url, url);
  client.end(hello.id, false);
  const result = client.result();
  assert.equal(result?.kind, 'failed');
  const origin = 'https://questline.example';
  const shut = core.mcpTested({ url, origin, has_key: false, result });
  assert.equal(shut.cause, 'cors');
  assert.match(shut.message, /Access-Control-Allow-Origin: https:\/\/questline\.example,.*Access-Control-Expose-Headers: mcp-session-id/);
  const failed = (code: string, status?: number): McpResult => ({ kind: 'failed', fault: { code, message: 'No.', ...(status === undefined ? {} : { status }) } });
  const causes = (about: Partial<McpAttempt>): string => core.mcpTested({ url, has_key: false, result: failed('unreachable'), ...about }).cause;
  assert.equal(causes({}), 'unreachable');
  assert.equal(causes({ origin, url: 'http://docs.example/mcp' }), 'mixed_content');
  assert.equal(causes({ origin, url: 'http://127.0.0.1:9/mcp' }), 'unreachable');
  assert.equal(causes({ url: 'docs.example' }), 'not_found');
  assert.equal(causes({ result: failed('http_401', 401) }), 'key_missing');
  assert.equal(causes({ result: failed('http_401', 401), has_key: true }), 'key_refused');
  assert.equal(causes({ result: failed('http_404', 404) }), 'not_found');
  assert.equal(causes({ result: failed('http_302', 302) }), 'not_found');
  assert.equal(causes({ result: failed('http_400', 400), origin }), 'cors');
  assert.equal(causes({ result: failed('not_json') }), 'no_server');
  assert.equal(causes({ result: failed('http_500', 500) }), 'server');
  assert.deepEqual(core.mcpTested({ url, has_key: false, result: { kind: 'tools', tools: [] } }).message, `${url} answers, but has no tools.`);
  assert.throws(() => core.newMcp({ name: 'a b', url }), failsWith('QL_ERR_ARGUMENT'));
});

/* From agent files to a finished quest, as a host does it: it performs each effect and hands the result back. */
test('a request is planned, approved and rehearsed to the end', () => {
  const core = instantiate(module);
  const roster = core.newRoster();
  roster.add('lead.md', '---\nname: lead\ndescription: Coordinates the backend team\n---\n\n# Lead\n');
  roster.add('api.md', '---\nname: api\ndescription: Designs and writes REST APIs\n---\n\n# API\n');
  roster.add('db.md', '---\nname: db\ndescription: Database schema and queries\n---\n\n# DB\n');
  assert.deepEqual(roster.value().agents.map(({ id }) => id), ['@lead', '@api', '@db']);

  const quest = core.openQuest();
  const driver = core.newDriver(quest, { roster, request: { agent: '@lead', mode: 'quest', text: 'Add user authentication with OAuth2' } });
  let time = now;
  const kinds = new Set<string>();
  let stored = '';
  for (let effect = driver.next(time); effect.kind !== 'done'; effect = driver.next((time += 1000))) {
    kinds.add(effect.kind);
    assert.ok(kinds.size < 10 && time < now + 1_000_000, `the driver goes on: ${JSON.stringify(effect)}`);
    const { id, kind } = effect;
    assert.deepEqual(driver.next(time), effect, 'asked again without a result it is the same effect');
    if (kind === 'random') {
      driver.result(time, { id, bytes: 'A'.repeat(Math.ceil(((effect.n ?? 0) * 4) / 3)) });
    } else if (kind === 'log.append') {
      assert.equal(effect.expected, quest.head().head);
      stored += (effect.lines ?? []).join('');
      driver.result(time, { id, outcome: 'ok' });
    } else if (kind === 'ask.human') {
      assert.ok(effect.plan !== undefined && effect.plan.tasks.length > 0);
      assert.deepEqual(core.completePlan(effect.plan), effect.plan);
      assert.deepEqual(core.checkPlan(effect.plan, roster), []);
      assert.equal(core.planCommand(effect.plan, roster).type, 'create');
      driver.result(time, { id, command: { type: 'approve', by: '@owner' } });
    } else {
      assert.fail(`an effect nobody expects: ${JSON.stringify(effect)}`);
    }
  }
  const view = quest.view();
  assert.equal(view.status, 'completed');
  assert.equal(view.rehearsed, true);
  assert.equal(quest.log(), stored);
  const { intact, legal, complete, state_hash } = core.verify(stored);
  assert.deepEqual({ intact, legal, complete, state_hash }, { intact: 'yes', legal: 'yes', complete: 'terminal', state_hash: view.state_hash });
  assert.equal(core.openLink(core.makeLink(stored).fragment), stored);
});
