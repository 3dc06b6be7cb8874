import type { Export, RosterValue, Route, RuleKind, Spec } from '@questline/core';
import type { AgentFile, Off } from '../app/model.ts';

/** What the page tells the worker that reads agent files, and what it asks it. Messages are worked off in order. */
export type Told =
  | { tell: 'start'; module: WebAssembly.Module }
  | { tell: 'team'; files: readonly AgentFile[]; off: Off }
  | { tell: 'file'; file: AgentFile } // one of the team, with other words
  | { tell: 'off'; off: Off };

/** Which findings to mend: all of them, or the one of that code at that byte. */
export interface Which {
  code: string | null;
  offset: number | null;
}

export interface Reading {
  roster: RosterValue;
  spec: Spec | null; // of the file that was asked for
  why: string | null; // why there is none
}

export interface Mended {
  text: string;
  mended: number;
}

/** One agent's file names another agent: in a list, in passing, or in a rule. */
export interface Link {
  from: string;
  to: string;
  how: 'declares' | 'mentions' | RuleKind;
  path: string;
  line: number;
}

export interface Questions {
  read: { ask: { path: string | null }; answer: Reading };
  fix: { ask: { path: string } & Which; answer: Mended };
  export: { ask: { path: string; dialect: string }; answer: Export };
  links: { ask: object; answer: Link[] };
  route: { ask: { request: string; agent: string | null }; answer: Route };
}

export type Question = keyof Questions;
export type Asked = { [K in Question]: { id: number; question: K } & Questions[K]['ask'] }[Question];
export type Answered = { id: number; answer: Questions[Question]['answer'] } | { id: number; error: string };
