import { type Core, CoreError, type Roster, type RuleKind } from '@questline/core';
import { inWords } from '../app/logs.ts';
import type { AgentFile, Off } from '../app/model.ts';
import { openRoster } from '../app/team.ts';
import type { Answered, Asked, Link, Questions, Told } from './messages.ts';

/** Reads a team in an instance of its own, away from the page: what the worker does, without the worker. */
export class ReadingRoom {
  #cores: () => Core;
  #core: Core;
  #files: readonly AgentFile[] = [];
  #off: Off = {};
  #roster: Roster | null = null; // of the files as they are; made when somebody asks

  constructor(cores: () => Core) {
    this.#cores = cores;
    this.#core = cores();
  }

  hear(told: Exclude<Told, { tell: 'start' }>): void {
    switch (told.tell) {
      case 'team':
        this.#files = told.files;
        this.#off = told.off;
        break;
      case 'file':
        this.#files = this.#files.map((file) => (file.path === told.file.path ? told.file : file));
        break;
      case 'off':
        this.#off = told.off;
        break;
    }
    this.#roster?.close();
    this.#roster = null;
  }

  answer(asked: Asked): Answered {
    try {
      return { id: asked.id, answer: this.#work(asked) };
    } catch (error) {
      if (this.#core.broken) {
        this.#core = this.#cores();
        this.#roster = null;
      }
      return { id: asked.id, error: inWords(error) };
    }
  }

  #work(asked: Asked): Questions[Asked['question']]['answer'] {
    switch (asked.question) {
      case 'read': {
        const roster = this.#open().value();
        if (asked.path === null) return { roster, spec: null, why: null };
        const { path, text } = this.#file(asked.path);
        try {
          return { roster, spec: this.#core.parseSpec(path, text), why: null };
        } catch (error) {
          if (!(error instanceof CoreError)) throw error;
          return { roster, spec: null, why: inWords(error) }; // over the size limit
        }
      }
      case 'fix': {
        const { path, text } = this.#file(asked.path);
        return this.#core.specFix(path, text, asked);
      }
      case 'export': {
        const { path, text } = this.#file(asked.path);
        return this.#core.specExport(path, text, asked.dialect);
      }
      case 'links':
        return this.#links();
      case 'route':
        return this.#core.route(this.#open(), asked.request, asked.agent);
    }
  }

  /** Who names whom: what the roster found, and the agents in the rules of each file. */
  #links(): Link[] {
    const links: Link[] = [];
    for (const { id: from, path, refs } of this.#open().value().agents) {
      if (path === undefined) continue;
      for (const { agent: to, how, line } of refs) links.push({ from, to, how, path, line });
      const seen = new Set<string>();
      const add = (kind: string, agents: readonly string[] = [], line: number): void => {
        for (const to of agents) {
          if (to === from || seen.has(`${kind} ${to}`)) continue;
          seen.add(`${kind} ${to}`);
          links.push({ from, to, how: kind as RuleKind, path, line });
        }
      };
      const { text } = this.#file(path);
      for (const rule of this.#core.parseSpec(path, text).rules) {
        if (rule.kind === 'roster') continue; // declared already
        add(rule.kind, rule.agents, rule.line);
        const items = [...rule.items];
        for (const item of items) {
          add(rule.kind, item.agents, item.line);
          items.push(...(item.items ?? []));
        }
      }
    }
    return links;
  }

  #open(): Roster {
    this.#roster ??= openRoster(this.#core, this.#files, this.#off).roster;
    return this.#roster;
  }

  #file(path: string): AgentFile {
    const file = this.#files.find((candidate) => candidate.path === path);
    if (file === undefined) throw new Error(`${path} is not in the team any more.`);
    return file;
  }
}
