import assert from 'node:assert/strict';
import { test } from 'node:test';
import { askedOf, chosen } from '../src/ports/prompt-form.ts';

const chat = (more: object): string => JSON.stringify({ max_tokens: 5, messages: [{ role: 'system', content: 'S' }, { role: 'user', content: 'U' }], ...more });
const tool = { type: 'function', function: { name: 'quest_respond', description: 'Ends it.', parameters: { type: 'object', properties: {} } } };

test('a request becomes what the Prompt API takes', () => {
  assert.deepEqual(askedOf(chat({})), { initialPrompts: [{ role: 'system', content: 'S' }], prompt: [{ role: 'user', content: 'U' }], chooses: false, images: false, longest: 5 });
  assert.deepEqual(askedOf(chat({ response_format: { json_schema: { schema: { type: 'object' } } } })).constraint, { type: 'object' });
  const offered = askedOf(chat({ tools: [tool] }));
  assert.equal(offered.chooses, true);
  assert.match(JSON.stringify(offered.constraint), /"enum":\["quest_respond"\].*"answer"/);
  assert.doesNotMatch(JSON.stringify(askedOf(chat({ tools: [tool], tool_choice: 'required' })).constraint), /"answer"/);
  assert.equal(askedOf(chat({ tools: [tool], tool_choice: 'none' })).constraint, undefined);
});

test('calls and their results are told in words to one that knows no tools', () => {
  const { initialPrompts, prompt } = askedOf(
    chat({ messages: [{ role: 'user', content: 'U' }, { role: 'assistant', content: null, tool_calls: [{ id: 'c1', function: { name: 'read', arguments: '{"path":"a"}' } }] }, { role: 'tool', tool_call_id: 'c1', content: 'text' }, { role: 'user', content: 'Go on.' }] }),
  );
  assert.deepEqual(initialPrompts.at(-1), { role: 'assistant', content: '{"calls":[{"tool":"read","arguments":{"path":"a"}}]}' });
  assert.deepEqual(prompt, [{ role: 'user', content: 'Result of read:\ntext' }, { role: 'user', content: 'Go on.' }]);
});

test('an image goes as an image', () => {
  const asked = askedOf(chat({ messages: [{ role: 'user', content: [{ type: 'text', text: 'See' }, { type: 'image_url', image_url: { url: 'data:image/png;base64,AAEC' } }] }] }));
  assert.equal(asked.images, true);
  const [, image] = asked.prompt[0]?.content as { type: string; value: Blob }[];
  assert.equal(image?.value.type, 'image/png');
  assert.equal(image.value.size, 3);
});

test('an answer is words, calls, or what it is', () => {
  assert.deepEqual(chosen('{"answer":"Yes."}'), { content: 'Yes.' });
  assert.deepEqual(chosen('{"calls":[{"tool":"a","arguments":{"x":1}},{"tool":"b","arguments":{}}]}'), {
    tool_calls: [
      { index: 0, id: 'call_0', type: 'function', function: { name: 'a', arguments: '{"x":1}' } },
      { index: 1, id: 'call_1', type: 'function', function: { name: 'b', arguments: '{}' } },
    ],
  });
  assert.deepEqual(chosen('{"calls":[{"tool'), { content: '{"calls":[{"tool' });
  assert.deepEqual(chosen('plain words'), { content: 'plain words' });
});
