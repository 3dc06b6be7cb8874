import type { AgentFile, Off } from '../app/model.ts';
import type { Answered, Asked, Question, Questions, Told } from '../reader/messages.ts';

/** Reads agent files beside the page, so that nothing that is typed waits for it. */
export interface Reader {
  team(files: readonly AgentFile[], off: Off): void;
  file(file: AgentFile): void;
  off(off: Off): void;
  close(): void;
  ask<Q extends Question>(question: Q, ask: Questions[Q]['ask']): Promise<Questions[Q]['answer']>;
}

interface Waiting {
  resolve: (answer: never) => void;
  reject: (error: Error) => void;
}

/** @param module  the compiled core, shared with the page; what is told before it is there waits for it */
export function workerReader(module: Promise<WebAssembly.Module>): Reader {
  const worker = new Worker(new URL('../reader/worker.ts', import.meta.url), { type: 'module', name: 'reader' });
  const waiting = new Map<number, Waiting>();
  let asked = 0;
  const failed = 'The part of this page that reads files did not start. Reload the page.';
  const fail = (): void => {
    for (const { reject } of waiting.values()) reject(new Error(failed));
    waiting.clear();
  };
  const started = module.then((known) => worker.postMessage({ tell: 'start', module: known } satisfies Told));
  started.catch(fail);
  const post = (message: Told | Asked): void => void started.then(() => worker.postMessage(message), fail);
  worker.addEventListener('message', ({ data }: MessageEvent<Answered>) => {
    const one = waiting.get(data.id);
    waiting.delete(data.id);
    if ('error' in data) one?.reject(new Error(data.error));
    else one?.resolve(data.answer as never);
  });
  worker.addEventListener('error', fail);
  return {
    team: (files, off) => post({ tell: 'team', files, off }),
    file: (file) => post({ tell: 'file', file }),
    off: (off) => post({ tell: 'off', off }),
    close: () => worker.terminate(),
    ask: (question, ask) =>
      new Promise((resolve, reject) => {
        asked += 1;
        waiting.set(asked, { resolve, reject });
        post({ ...ask, id: asked, question } as Asked);
      }),
  };
}
