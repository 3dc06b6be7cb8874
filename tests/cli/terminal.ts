// The program at a terminal of its own, as a person has it: what is typed goes through the terminal, Ctrl-C too.

import { spawn, type ChildProcess } from 'node:child_process';
import { binary } from './harness.ts';

const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;

export interface Session {
  readonly child: ChildProcess;
  /** What stands on the terminal so far. */
  readonly screen: () => string;
  type(text: string): void;
  /** Resolves when the screen shows it, from where `shows` found something last. */
  shows(pattern: RegExp): Promise<void>;
  readonly ended: Promise<number | null>;
}

/** @param own  variables of the program alone */
export function terminal(args: readonly string[], cwd: string, env: Readonly<Record<string, string>>, own: Readonly<Record<string, string>> = {}): Session {
  const line = ['env', ...Object.entries(own).map(([name, value]) => `${name}=${value}`), binary, ...args].map(quoted).join(' ');
  const child = spawn('script', ['-qefc', `exec ${line}`, '/dev/null'], { cwd, env: { PATH: process.env['PATH'], LANG: 'C', TERM: 'xterm', SHELL: '/bin/sh', ...env } });
  let [screen, from] = ['', 0];
  let look = (): void => undefined;
  child.stdin.on('error', () => undefined);
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => {
      screen += text;
      look();
    });
  }
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  return {
    child,
    screen: () => screen,
    type: (text) => void child.stdin.write(text),
    shows: (pattern) =>
      new Promise((resolve, reject) => {
        look = () => {
          const found = pattern.exec(screen.slice(from));
          if (!found) return;
          from += found.index + found[0].length;
          look = () => undefined;
          resolve();
        };
        void ended.then(() => reject(new Error(`the program ended before it showed ${pattern}:\n${screen}`)));
        look();
      }),
    ended,
  };
}
