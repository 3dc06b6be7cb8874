import { instantiate } from '@questline/core';
import type { Asked, Told } from './messages.ts';
import { ReadingRoom } from './reading.ts';

let room: ReadingRoom | null = null;

addEventListener('message', ({ data }: MessageEvent<Told | Asked>) => {
  if ('question' in data) {
    if (room !== null) postMessage(room.answer(data));
  } else if (data.tell === 'start') {
    const { module } = data;
    room = new ReadingRoom(() => instantiate(module));
  } else room?.hear(data);
});
