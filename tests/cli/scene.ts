// A team that models play from the command line, over the loopback server that speaks a provider's wire.

import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ChildProcess } from 'node:child_process';
import { type Script, type WireName } from '../loopback/script.ts';
import { Loopback } from '../loopback/server.ts';
import { KEY, MODEL, OBJECTIVE, team } from '../loopback/team.ts';
import { folder, questline, start, type Result } from './harness.ts';

const wires: Readonly<Record<WireName, readonly [provider: string, variable: string]>> = {
  messages: ['anthropic', 'ANTHROPIC_API_KEY'],
  responses: ['openai', 'OPENAI_API_KEY'],
  chat: ['openrouter', 'OPENROUTER_API_KEY'],
  generate: ['gemini', 'GEMINI_API_KEY'],
};

export class Scene {
  readonly cwd = folder();
  readonly server: Loopback;
  readonly env: Record<string, string>;
  readonly #wire: WireName;

  private constructor(server: Loopback, wire: WireName) {
    this.server = server;
    this.#wire = wire;
    this.env = { [wires[wire][1]]: KEY };
    mkdirSync(join(this.cwd, 'agents'));
    mkdirSync(join(this.cwd, 'project'));
    for (const [name, text] of Object.entries(team.files)) writeFileSync(join(this.cwd, 'agents', name), text);
  }

  static async set(t: { after(f: () => Promise<void>): void }, script: Script, wire: WireName = 'messages'): Promise<Scene> {
    const server = await Loopback.start({ key: KEY, script });
    t.after(() => server.stop());
    return new Scene(server, wire);
  }

  /** The agent may use these tools, as its file says. */
  allow(agent: string, tools: string): void {
    const path = join(this.cwd, 'agents', `${agent}.md`);
    writeFileSync(path, readFileSync(path, 'utf8').replace('\n---\n\n', `\ntools: ${tools}\n---\n\n`));
  }

  who(model = MODEL): string[] {
    return ['--provider', wires[this.#wire][0], '--model', model, '--base-url', this.server.url(this.#wire)];
  }

  /** Words of a run of the team. */
  words(...args: string[]): string[] {
    return ['run', '--specs', 'agents', '--agent', 'lead', OBJECTIVE, ...this.who(), ...args];
  }

  play(...args: string[]): Promise<Result> {
    return this.ask(...this.words(...args));
  }

  begin(...args: string[]): ChildProcess {
    return start(this.words(...args), { cwd: this.cwd, env: this.env });
  }

  ask(...args: string[]): Promise<Result> {
    return questline(args, { cwd: this.cwd, env: this.env });
  }

  resume(...args: string[]): Promise<Result> {
    return this.ask('resume', this.files[0] ?? '', '--specs', 'agents', ...this.who(), ...args);
  }

  get files(): string[] {
    const store = join(this.cwd, '.questline/quests');
    return readdirSync(store).filter((name) => name.endsWith('.quest')).map((name) => join(store, name));
  }

  log(at = 0): string {
    return readFileSync(this.files[at] ?? '', 'utf8');
  }
}

export const count = (text: string, piece: string): number => text.split(piece).length - 1;
