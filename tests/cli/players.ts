// A folder with a team that a loopback server plays, on the wire of a provider.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Loopback, type Options } from '../loopback/server.ts';
import type { Script, WireName } from '../loopback/script.ts';
import { KEY, MODEL, team } from '../loopback/team.ts';
import { finish, folder, questline, start, type Result } from './harness.ts';

export const providers: Readonly<Record<WireName, readonly [id: string, variable: string]>> = {
  messages: ['anthropic', 'ANTHROPIC_API_KEY'],
  responses: ['openai', 'OPENAI_API_KEY'],
  chat: ['openrouter', 'OPENROUTER_API_KEY'],
  generate: ['gemini', 'GEMINI_API_KEY'],
};

interface More extends Omit<Options, 'script' | 'key'> {
  readonly files?: Readonly<Record<string, string>>;
  readonly model?: string;
}

export class Table {
  readonly cwd = folder();
  readonly server: Loopback;
  readonly who: readonly string[];
  readonly env: Readonly<Record<string, string>>;

  private constructor(server: Loopback, wire: WireName, { files = team.files, model = MODEL }: More) {
    this.server = server;
    mkdirSync(join(this.cwd, 'agents'));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(this.cwd, 'agents', name), text);
    const [provider, variable] = providers[wire];
    this.who = ['--specs', 'agents', '--provider', provider, '--model', model, '--base-url', server.url(wire)];
    this.env = { [variable]: KEY };
  }

  static async set(t: { after(f: () => Promise<void>): void }, wire: WireName, script: Script, more: More = {}): Promise<Table> {
    const server = await Loopback.start({ ...more, key: KEY, script });
    t.after(() => server.stop());
    return new Table(server, wire, more);
  }

  /** A command that a model is asked for. */
  ask(...args: string[]): Promise<Result> {
    return questline([...args, ...this.who], { cwd: this.cwd, env: this.env });
  }

  /** The same, while a test looks on. */
  begin(...args: string[]): { ended: Promise<Result> } {
    return { ended: finish(start([...args, ...this.who], { cwd: this.cwd, env: this.env })) };
  }

  run(...args: string[]): Promise<Result> {
    return questline(args, { cwd: this.cwd });
  }

  get path(): string {
    const store = join(this.cwd, '.questline/quests');
    return join(store, readdirSync(store).find((name) => name.endsWith('.quest')) ?? '');
  }

  get log(): string {
    return readFileSync(this.path, 'utf8');
  }

  /** That the quest is over, and was played by the rules. */
  async verified(): Promise<void> {
    const { stdout } = await this.run('verify', '--json', this.path);
    const { intact, legal, complete } = JSON.parse(stdout) as Record<string, string>;
    assert.deepEqual({ intact, legal, complete }, { intact: 'yes', legal: 'yes', complete: 'terminal' });
  }
}
