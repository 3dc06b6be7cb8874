/* The memory graph against the MCP memory server itself, asked through its own client: the same calls, the same answers, the same file. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { CoreError, instantiate } from '@questline/core';
import { loadModule } from '@questline/core/node';

interface Server {
  call: (tool: string, args: Record<string, unknown>) => Promise<unknown>;
  file: () => string;
  close: () => Promise<void>;
}

async function startServer(): Promise<Server> {
  const path = join(mkdtempSync(join(tmpdir(), 'questline-memory-')), 'memory.jsonl');
  const manifest = createRequire(import.meta.url).resolve('@modelcontextprotocol/server-memory/package.json');
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [join(dirname(manifest), 'dist/index.js')],
    env: { MEMORY_FILE_PATH: path },
    stderr: 'ignore',
  });
  const client = new Client({ name: 'questline-tests', version: '1' });
  await client.connect(transport);
  return {
    call: async (tool, args) => {
      const result = await client.callTool({ name: tool, arguments: args });
      return result.isError === true ? 'error' : result.structuredContent;
    },
    file: () => readFileSync(path, 'utf8'),
    close: () => client.close(),
  };
}

const entity = (name: string, entityType: string, ...observations: string[]): object => ({ name, entityType, observations });
const relation = (from: string, relationType: string, to: string): object => ({ from, relationType, to });

/** Calls with their arguments. What the two do differently on purpose stands on the page Memory of the site. */
const CALLS: readonly (readonly [string, Record<string, unknown>])[] = [
  ['read_graph', {}],
  ['create_entities', { entities: [entity('billing', 'module', 'Owns invoices', 'é "quoted" \\ \n\t\u001f'), entity('Queue', 'decision', 'We take NATS.'), entity('', '')] }],
  ['create_entities', { entities: [entity('billing', 'other', 'ignored'), entity('flag', 'flag', 'status: pending')] }],
  ['create_relations', { relations: [relation('billing', 'uses', 'Queue'), relation('nobody', 'knows', 'nothing'), relation('', '', '')] }],
  ['create_relations', { relations: [relation('billing', 'uses', 'Queue'), relation('Queue', 'uses', 'billing')] }],
  ['add_observations', { observations: [{ entityName: 'billing', contents: ['Owns invoices', 'Deployed on Tuesdays'] }, { entityName: 'flag', contents: [] }] }],
  ['add_observations', { observations: [{ entityName: 'billing', contents: ['lost'] }, { entityName: 'nobody', contents: ['x'] }] }],
  ['read_graph', {}],
  ['open_nodes', { names: ['Queue', 'nobody', 'billing'] }],
  ['open_nodes', { names: [] }],
  ['delete_observations', { deletions: [{ entityName: 'billing', observations: ['Owns invoices', 'never'] }, { entityName: 'nobody', observations: ['x'] }] }],
  ['delete_relations', { relations: [relation('Queue', 'uses', 'billing'), relation('a', 'b', 'c')] }],
  ['read_graph', {}],
  ['delete_entities', { entityNames: ['Queue', 'nobody'] }],
  ['read_graph', {}],
  ['create_entities', { entities: 'none' }],
  ['create_entities', { entities: [{ name: 'half' }] }],
  ['add_observations', {}],
  ['search_nodes', { query: 5 }],
  ['drop_graph', {}],
  ['read_graph', {}],
];

const QUERIES = ['billing', 'QUEUE', 'nats', 'status', 'deployed on', 'zebra', 'o', ''];

test('S25: the memory graph answers each call as the MCP memory server does, and keeps the same file', async () => {
  const server = await startServer();
  const memory = instantiate(await loadModule()).openMemory();
  const ask = (tool: string, args: object): unknown => {
    try {
      return memory.call(tool, args);
    } catch (error) {
      if (error instanceof CoreError) return 'error';
      throw error;
    }
  };
  try {
    for (const [tool, args] of CALLS) {
      const theirs = await server.call(tool, args).catch(() => 'error');
      assert.deepEqual(ask(tool, args), theirs, `${tool} ${JSON.stringify(args)}`);
      if (!tool.startsWith('read')) assert.equal(memory.write(), server.file(), tool);
    }
    const names = (graph: unknown): string[] => (graph as { entities: { name: string }[] }).entities.map(({ name }) => name);
    for (const query of QUERIES) {
      const ours = names(ask('search_nodes', { query }));
      for (const name of names(await server.call('search_nodes', { query }))) assert.ok(ours.includes(name), `${query}: ${name} is not found`);
    }
    const reread = instantiate(await loadModule()).openMemory(server.file());
    assert.equal(reread.write(), server.file());
  } finally {
    await server.close();
  }
});
