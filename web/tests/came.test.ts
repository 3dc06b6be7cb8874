import assert from 'node:assert/strict';
import { test } from 'node:test';
import { whatCame } from '../src/app/came.ts';

test('what came of a call is its words, its calls and its images', () => {
  const parts = [{ kind: 'thinking', text: 'Hm' }, { kind: 'text', text: '' }, { kind: 'text', text: 'Look.' }, { kind: 'call', name: 'quest_respond', arguments: '{"msg":"x"}', id: 'c' }, { kind: 'image', hash: 'ab', bytes: 3 }];
  assert.deepEqual(whatCame(JSON.stringify({ end: 'calls', parts })), [
    { kind: 'thinking', text: 'Hm' },
    { kind: 'text', text: 'Look.' },
    { kind: 'call', name: 'quest_respond', text: '{"msg":"x"}' },
    { kind: 'image', text: 'ab' },
  ]);
  assert.deepEqual(whatCame('{"changed":[],"text":"3 lines"}'), [{ kind: 'result', text: '3 lines' }]);
});

test('what is no answer is shown as it stands', () => {
  for (const text of ['', 'words', '7', '[]', 'null', '{"parts":7}', '{"text":[]}']) assert.deepEqual(whatCame(text), [{ kind: 'text', text }]);
  assert.deepEqual(whatCame('{"parts":[7,null,{"kind":"call","name":"n","arguments":{}}]}'), [{ kind: 'text', text: '7' }, { kind: 'text', text: 'null' }, { kind: 'call', name: 'n', text: '' }]);
});
