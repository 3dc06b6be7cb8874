import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client } from './client.ts';
import { Servers, type Kind } from './server.ts';

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

async function serving(kind: Kind): Promise<Servers> {
  const servers = await Servers.start(kind);
  ends.push(() => servers.stop());
  return servers;
}

const secret = { header: 'authorization', prefix: 'Bearer ', slot: 'harbour' };

async function client(url: string, key?: string): Promise<Client> {
  const started = await Client.start({ name: 'tide', url, ...(key !== undefined && { secret }) }, { harbour: key ?? '' });
  ends.unshift(async () => assert.equal(await started.stop(), 0));
  return started;
}

/** A client that knows the tools. */
async function ready(servers: Servers): Promise<Client> {
  const started = await client(servers.url);
  await started.ask({ do: 'list' });
  return started;
}

async function until(fact: () => boolean): Promise<void> {
  while (!fact()) await new Promise((resolve) => setImmediate(resolve));
}

const call = (name: string, given: object = {}): object => ({ do: 'call', name: `mcp__tide__${name}`, arguments: JSON.stringify(given) });

const kinds: readonly Kind[] = [
  { stateful: true, json: false },
  { stateful: true, json: true },
  { stateful: true, json: false, resumable: true },
  { stateful: false, json: false },
  { stateful: false, json: true },
];

for (const kind of kinds) {
  const name = Object.entries(kind).flatMap(([key, value]) => (value === true ? [key] : [])).join(', ') || 'neither stateful nor json'; // prettier-ignore
  describe(`an MCP server of the official SDK: ${name}`, () => {
    it('lists its tools over pages, by names that a model may call', async () => {
      const { kind: sort, tools } = await (await client((await serving(kind)).url)).ask({ do: 'list' });
      assert.equal(sort, 'tools');
      assert.deepEqual(
        tools?.map((tool) => tool.name),
        ['echo', 'picture', 'table', 'fail', 'throw', 'asks', 'grow', 'waits', 'files_read'].map((tool) => `mcp__tide__${tool}`),
      );
      const schema = { type: 'object', properties: { words: { type: 'string' } } };
      assert.deepEqual(tools?.[0], { name: 'mcp__tide__echo', description: 'The tool echo.', schema });
    });

    it('answers calls with text, images, resources, structures and failures', async () => {
      const asking = await ready(await serving(kind));
      const heard = async (tool: string, given: object = {}): Promise<unknown> => {
        const { kind: sort, parts, error, fault } = await asking.ask(call(tool, given));
        const words = (parts ?? []).map((part) => part.text ?? `${part.media} ${part.data}`);
        return sort === 'failed' ? fault : [error ?? false, ...words];
      };
      assert.deepEqual(await heard('echo', { words: 'Łeba “🌊”' }), [false, 'Łeba “🌊”']);
      assert.deepEqual(await heard('picture'), [false, 'image/png aGFyYm91cg==', '(audio of type audio/wav, left out)']);
      assert.deepEqual(await heard('table'), [false, '{"tides":[0.5,1.25],"harbour":"Łeba"}']);
      assert.deepEqual(await heard('files_read'), [false, 'file:///log:\nlow water']);
      assert.deepEqual(await heard('fail'), [true, 'There is no such harbour.']);
      assert.deepEqual(await heard('throw'), { code: 'rpc_-32603', message: 'The gauge is broken.' });
      assert.equal((await asking.want(call('gone'))).status, 'QL_ERR_NOT_FOUND');
      assert.equal((await asking.want({ do: 'call', name: 'mcp__tide__echo', arguments: '[]' })).status, 'QL_ERR_SYNTAX');
      assert.equal((await asking.ask({ do: 'ping' })).kind, 'pong');
    });

    it('gets calls side by side', async () => {
      const asking = await ready(await serving(kind));
      const words = ['one', 'two', 'three', 'four'];
      const heard = await Promise.all(words.map((word) => asking.ask(call('echo', { words: word }))));
      assert.deepEqual(heard.map(({ parts }) => parts?.[0]?.text), words); // prettier-ignore
    });

    it('says the version and, where it has one, the session in every request after the first', async () => {
      const servers = await serving(kind);
      await ready(servers);
      const [first, ...others] = servers.heard;
      assert.equal(first?.headers['mcp-protocol-version'], undefined);
      assert(others.length >= 4);
      for (const { headers } of others) {
        assert.equal(headers['mcp-protocol-version'], '2025-11-25');
        assert.equal(headers['mcp-session-id'] !== undefined, kind.stateful);
      }
    });
  });
}

describe('an MCP session', () => {
  it('puts the key where the server wants it, and says when it is refused', async () => {
    const servers = await serving({ stateful: true, json: false, key: 'k-123' });
    assert.equal((await (await client(servers.url, 'k-123')).ask({ do: 'list' })).kind, 'tools');
    const { fault } = await (await client(servers.url, 'wrong')).ask({ do: 'list' });
    assert.deepEqual(fault, { code: 'http_401', status: 401, message: 'The server wants a key, or another one.' });
  });

  it('is begun anew when the server has forgotten it', async () => {
    const servers = await serving({ stateful: true, json: false });
    const asking = await ready(servers);
    servers.forget();
    const heard = await Promise.all(['a', 'b'].map((words) => asking.ask(call('echo', { words }))));
    assert.deepEqual(heard.map(({ parts }) => parts?.[0]?.text), ['a', 'b']); // prettier-ignore
    assert.equal(servers.sessions, 1);
    assert.equal((await asking.ask({ do: 'ping' })).kind, 'pong');
  });

  it('takes a stream up again where it was cut', async () => {
    const servers = await serving({ stateful: true, json: false, resumable: true });
    const asking = await ready(servers);
    const arrived = Promise.withResolvers<void>();
    const go = Promise.withResolvers<void>();
    servers.waiting = () => {
      arrived.resolve();
      return go.promise;
    };
    const before = asking.fed;
    const heard = asking.ask(call('waits'));
    await arrived.promise;
    await until(() => asking.fed > before); // the event that only says where the stream may be taken up
    asking.cut();
    await until(() => asking.sent.some(({ method, headers }) => method === 'GET' && headers.has('last-event-id')));
    go.resolve();
    assert.equal((await heard).parts?.[0]?.text, 'waited');
    assert.equal(asking.sent.filter(({ body }) => body.includes('"waits"')).length, 1);
  });

  it('says that an answer was cut when it cannot be taken up, and does not call again', async () => {
    const servers = await serving({ stateful: true, json: false });
    const asking = await ready(servers);
    const arrived = Promise.withResolvers<void>();
    servers.waiting = () => {
      arrived.resolve();
      return new Promise(() => undefined);
    };
    const heard = asking.ask(call('waits'));
    await arrived.promise;
    asking.cut();
    assert.match((await heard).fault?.code ?? '', /^(cut|unreachable)$/);
    assert.equal(asking.sent.filter(({ body }) => body.includes('"waits"')).length, 1);
  });

  it('answers a ping of the server, refuses what else it asks, and goes on', async () => {
    const asking = await ready(await serving({ stateful: true, json: false }));
    const { parts } = await asking.ask(call('asks'));
    assert.match(parts?.[0]?.text ?? '', /^pong, .*Method not found$/);
  });

  it('hears that tools changed, in a call and on the stream it listens to', async () => {
    const asking = await ready(await serving({ stateful: true, json: false }));
    assert.equal((await asking.ask(call('grow'))).parts?.[0]?.text, 'grown');
    assert.equal((await asking.result(({ kind }) => kind === 'changed')).id, undefined);
    const stateless = await ready(await serving({ stateful: false, json: true }));
    await stateless.want({ do: 'listen' });
    assert.equal((await stateless.ask({ do: 'ping' })).kind, 'pong');
  });

  it('gives a call up and tells the server', async () => {
    const servers = await serving({ stateful: true, json: false });
    const asking = await ready(servers);
    const arrived = Promise.withResolvers<void>();
    servers.waiting = () => {
      arrived.resolve();
      return new Promise(() => undefined);
    };
    const { id } = await asking.want(call('waits'));
    await arrived.promise;
    await asking.want({ do: 'cancel', id });
    assert.equal((await asking.result((result) => result.id === id)).fault?.code, 'cancelled');
    await until(() => servers.problems.length > 0);
    assert.deepEqual(servers.problems, ['cancelled']);
  });

  it('ends the session at the server', async () => {
    const servers = await serving({ stateful: true, json: false });
    const asking = await ready(servers);
    assert.equal(servers.sessions, 1);
    await asking.want({ do: 'close' });
    await until(() => servers.sessions === 0);
    assert.equal(servers.heard.at(-1)?.method, 'DELETE');
  });

  it('says in one sentence what is wrong with what is no MCP server', async () => {
    const answers: Readonly<Record<string, [status: number, type: string, body: string]>> = {
      http_404: [404, 'text/html', '<h1>Nothing</h1>'],
      http_500: [500, 'application/json', '{"error":{"message":"The pier is closed."}}'],
      http_307: [307, 'text/plain', ''],
      not_json: [200, 'text/html', '<p>Sign in</p>'],
      protocol: [200, 'application/json', '{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"1999-01-01"}}'],
      cut: [200, 'text/event-stream', ': nothing\n\n'],
    };
    for (const [code, [status, type, body]] of Object.entries(answers)) {
      const headers = { 'content-type': type, location: 'http://127.0.0.1:1/' };
      const http = createServer((_, response) => void response.writeHead(status, headers).end(body));
      await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
      const { fault } = await (await client(`http://127.0.0.1:${(http.address() as AddressInfo).port}/`)).ask({ do: 'list' });
      assert.equal(fault?.code, code);
      assert.match(fault?.message ?? '', /^[A-Z].*\.$/);
      await new Promise((resolve) => http.close(resolve).closeAllConnections());
    }
    assert.equal((await (await client('http://127.0.0.1:1/')).ask({ do: 'list' })).fault?.code, 'unreachable');
  });
});
