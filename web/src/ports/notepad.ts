/** What this tab keeps for itself, over a reload and not beyond its closing. */
export interface Notepad {
  read(name: string): unknown;
  /** Undefined: nothing is kept. */
  write(name: string, value: unknown): void;
}

export const tabNotepad: Notepad = {
  read: (name) => {
    try {
      return JSON.parse(sessionStorage.getItem(`questline:${name}`) ?? 'null') as unknown;
    } catch {
      return null; // blocked: then a reload forgets
    }
  },
  write: (name, value) => {
    try {
      if (value === undefined) sessionStorage.removeItem(`questline:${name}`);
      else sessionStorage.setItem(`questline:${name}`, JSON.stringify(value));
    } catch {
      // blocked or full: the page still has it
    }
  },
};
