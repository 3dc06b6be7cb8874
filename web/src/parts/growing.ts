import type { Core } from '@questline/core';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Code is put into a box with a button; a click on it is heard by whoever shows the answer. */
function dress(html: string): DocumentFragment {
  const template = document.createElement('template');
  template.innerHTML = html; // the core's own safe renderer
  for (const pre of template.content.querySelectorAll('pre')) {
    const box = document.createElement('div');
    box.className = 'code';
    const copy = document.createElement('button');
    copy.type = 'button';
    copy.className = 'btn s copy';
    copy.textContent = 'Copy';
    copy.setAttribute('aria-label', 'Copy this code');
    pre.tabIndex = 0; // it may scroll sideways
    pre.replaceWith(box);
    box.append(pre, copy);
  }
  for (const box of template.content.querySelectorAll('li > input')) box.parentElement?.classList.add('task');
  for (const link of template.content.querySelectorAll('a')) link.target = '_blank';
  return template.content;
}

const TOGETHER = 40; // blocks: a browser looks at all that lie in one element when another one is added

/** An answer on the page: blocks that are done are put there once, only what is behind them is made anew when it grows. */
export class Growing {
  #root: HTMLElement;
  #open: HTMLElement;
  #done: HTMLElement | null = null; // takes the blocks that are done next
  #core: () => Core;
  #text = '';
  #whole = false;
  #at = 0; // where what is not done begins
  /** Hears what was finished, as plain words, and those of the rest. */
  heard: ((done: string, open: string) => void) | null = null;

  constructor(root: HTMLElement, core: () => Core) {
    this.#root = root;
    this.#core = core;
    this.#open = document.createElement('div');
    this.#open.className = 'open';
    root.replaceChildren(this.#open);
  }

  /** @param whole  nothing more will come */
  show(text: string, whole: boolean): void {
    // Another answer, or one that goes on in what was its last block.
    if (!text.startsWith(this.#text.slice(0, this.#at)) || (this.#whole && !whole)) {
      this.#at = 0;
      this.#done = null;
      this.#root.replaceChildren(this.#open);
    }
    this.#text = text;
    this.#whole = whole;
    const rest = encoder.encode(text.slice(this.#at));
    const { done, open, settled } = this.#core().markdownGrow(rest, whole);
    const finished = dress(done);
    const words = this.heard === null ? '' : (finished.textContent ?? '');
    this.#at += decoder.decode(rest.subarray(0, settled)).length;
    if (settled > 0) this.#put(finished);
    if (open !== '' || this.#open.firstChild !== null) this.#open.replaceChildren(dress(open));
    this.heard?.(words, this.#open.textContent ?? '');
  }

  #put(finished: DocumentFragment): void {
    if (this.#done === null || this.#done.childElementCount >= TOGETHER) {
      this.#done = document.createElement('div');
      this.#done.className = 'done';
      this.#open.before(this.#done);
    }
    this.#done.append(finished);
  }
}

const SENTENCE = /^[\s\S]*[.!?:]["'”’)]*(?=\s)/;
const EVERY = 1000; // ms
const LAST = 4; // what was said is not said again

/** Says an answer to a screen reader: in whole sentences, not piece by piece. */
export class Speaker {
  #region: HTMLElement;
  #spoken = 0; // characters of what is not done yet
  #waiting = '';
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(region: HTMLElement) {
    this.#region = region;
  }

  hear(done: string, open: string): void {
    this.#waiting += done.slice(this.#spoken);
    this.#spoken = Math.max(0, this.#spoken - done.length);
    const [sentences = ''] = SENTENCE.exec(open.slice(this.#spoken)) ?? [];
    this.#waiting += sentences;
    this.#spoken += sentences.length;
    if (this.#waiting.trim() !== '') this.#timer ??= setTimeout(() => this.#say(), EVERY);
  }

  #say(): void {
    this.#timer = null;
    const line = document.createElement('p');
    line.textContent = this.#waiting.trim();
    this.#waiting = '';
    this.#region.append(line);
    while (this.#region.childElementCount > LAST) this.#region.firstElementChild?.remove();
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#region.replaceChildren();
  }
}
