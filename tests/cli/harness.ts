// Runs the questline binary in folders of its own.

import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after } from 'node:test';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

export const binary = process.env['QUESTLINE_BIN'] ?? join(root, 'build/dev/bin/questline');
/** Data that is not part of the project; tests that need it skip when it is absent. */
export const shared = join(root, '../shared');

export interface Result {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Options {
  readonly input?: string | Uint8Array;
  readonly cwd?: string;
  /** Stdin stays open, as of somebody who is still typing. */
  readonly open?: boolean;
  readonly env?: Readonly<Record<string, string>>;
}

const made: string[] = [];
after(() => made.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'questline-'));
  made.push(path);
  return path;
}

export function start(args: readonly string[], options: Options = {}): ChildProcess {
  const child = spawn(binary, args, { cwd: options.cwd, env: { PATH: process.env['PATH'], LANG: 'C', ...options.env } });
  child.stdin?.on('error', () => undefined); // it may not read all
  if (!options.open) child.stdin?.end(options.input ?? '');
  return child;
}

export function finish(child: ChildProcess): Promise<Result> {
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8');
    child[name]?.on('data', (text: string) => (texts[name] += text));
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, ...texts }));
  });
}

export const questline = (args: readonly string[], options: Options = {}): Promise<Result> => finish(start(args, options));

/** A folder with a quest in it, and the shortest way to act there. */
export class Place {
  readonly folder = folder();
  id = '';

  get file(): string {
    return join(this.folder, '.questline/quests', `${this.id}.quest`);
  }

  run(...args: string[]): Promise<Result> {
    return questline(args, { cwd: this.folder });
  }

  async create(agents = '@lead,@api,@tests', mission = 'Add login'): Promise<string> {
    const { stdout } = await this.run('quest', 'create', '--mission', mission, '--agents', agents);
    return (this.id = stdout.trim());
  }

  quest(command: string, ...args: string[]): Promise<Result> {
    return this.run('quest', command, '--quest', this.id, ...args);
  }

  async json<T = Record<string, unknown>>(...args: string[]): Promise<T> {
    const { stdout } = await this.run(...args, '--json');
    return JSON.parse(stdout) as T;
  }

  async stateHash(): Promise<string> {
    return (await this.json<{ state_hash: string }>('quest', 'show', '--quest', this.id)).state_hash;
  }

  quests(): string[] {
    return readdirSync(join(this.folder, '.questline/quests')).filter((name) => name.endsWith('.quest'));
  }
}

export async function placeWithQuest(agents?: string): Promise<Place> {
  const place = new Place();
  await place.create(agents);
  return place;
}

const team: Readonly<Record<string, string>> = {
  'orchestrator.md': `---
name: orchestrator
description: Coordinates the web team and plans its work
model: opus
tools: Read, Grep, Glob
---

# Orchestrator

You lead the team. You plan, delegate and review.

## Team

- **api-builder**: HTTP endpoints, authentication and sessions
- **schema-keeper**: Database schema and migrations
- **doc-writer**: Reference pages and guides
`,
  'api-builder.md': `---
name: api-builder
description: Builds HTTP endpoints with authentication
model: sonnet
tools: [Read, Edit, Bash]
---

# API builder

You write endpoints.
`,
  'schema-keeper.mdc': `---
name: schema-keeper
description: Keeps the database schema and its migrations
---

# Schema keeper
`,
};

/** A folder of agent files; doc-writer is named but has none. */
export function teamFolder(): string {
  const path = folder();
  for (const [name, text] of Object.entries(team)) writeFileSync(join(path, name), text);
  return path;
}

export function write(path: string, text: string | Uint8Array): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

/** Waits until a condition holds that a child brings about. */
export async function until(condition: () => boolean, what: string, child: ChildProcess): Promise<void> {
  while (!condition()) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`the program ended before ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
