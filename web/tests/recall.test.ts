// A quest and somebody else change the memory at the same time.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadCore } from '@questline/core/node';
import { Recall } from '../src/app/recall.ts';

const core = await loadCore();
const lines = (...names: string[]): string => names.map((name) => `{"type":"entity","name":"${name}","entityType":"t","observations":[]}`).join('\n');
const names = (text: string): string[] => [...text.matchAll(/"name":"(\w+)"/g)].map(([, name = '']) => name);

class Stored {
  text: string;
  full = false;
  told = 0;
  constructor(...names: string[]) {
    this.text = lines(...names);
  }
  readonly ports = {
    storage: {
      memory: () => Promise.resolve(this.text),
      changeMemory: async (change: (lines: string) => string) => {
        const after = change(this.text);
        if (this.full) throw new Error('there is no room');
        this.text = after;
      },
    },
    tabs: { send: () => void this.told++ },
  };
}

const add = (recall: Recall, name: string): unknown => recall.graph.call('create_entities', { entities: [{ name, entityType: 't', observations: [] }] });
const forget = (recall: Recall, name: string): unknown => recall.graph.call('delete_entities', { entityNames: [name] });

test('what either saved is there, what either forgot is gone', async () => {
  const stored = new Stored('a', 'b', 'c');
  const recall = new Recall(core, stored.ports, stored.text);
  add(recall, 'mine');
  forget(recall, 'a');
  stored.text = lines('a', 'c', 'theirs');
  await recall.keep();
  assert.deepEqual(names(stored.text), ['c', 'mine', 'theirs']);
  assert.equal(recall.graph.write(), stored.text);
  stored.text = lines('c', 'mine'); // and once more, with nothing of one's own
  await recall.keep();
  assert.deepEqual([names(recall.graph.write()), names(stored.text), stored.told], [['c', 'mine'], ['c', 'mine'], 1]);
  recall.close();
});

test('what could not be written is written the next time, whatever others do', async () => {
  const stored = new Stored('a');
  const recall = new Recall(core, stored.ports, stored.text);
  add(recall, 'mine');
  stored.text = lines('a', 'theirs');
  stored.full = true;
  await assert.rejects(recall.keep(), /no room/);
  stored.full = false;
  stored.text = lines('theirs');
  await recall.keep();
  assert.deepEqual(names(stored.text), ['mine', 'theirs']);
  recall.close();
});

test('what is stored and no graph changes nothing', async () => {
  const stored = new Stored('a');
  const recall = new Recall(core, stored.ports, stored.text);
  add(recall, 'mine');
  stored.text = 'nonsense';
  await assert.rejects(recall.keep(), { status: 'QL_ERR_SYNTAX' });
  assert.deepEqual([stored.text, names(recall.graph.write())], ['nonsense', ['a', 'mine']]);
  recall.close();
});
