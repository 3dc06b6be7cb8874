import { defaultKeymap, history, historyKeymap, isolateHistory } from '@codemirror/commands';
import { openSearchPanel, search, searchKeymap } from '@codemirror/search';
import { EditorState } from '@codemirror/state';
import { drawSelection, EditorView, highlightActiveLine, highlightSpecialChars, keymap, lineNumbers } from '@codemirror/view';
import { agentMarkdown } from './markdown.ts';
import { type Fault, markEffects, marksExtension, type Source, type Span, wordAt } from './marks.ts';
import { type Anchor, type Cards, cardsAt, type Places, roomFor, setCards, spanOf } from './room.ts';
import { theme } from './theme.ts';
import { lineEnd, unitsOf } from './units.ts';

export type { Places } from './room.ts';

const QUIET = 200; // ms without a key before what was typed is read

export interface EditorOptions {
  text: string;
  label: string;
  /** The words, some time after the last key; at the latest when the editor is closed. */
  onText: (text: string) => void;
  onPlaces: (places: Places, documentTop: number) => void;
  /** Which cards belong to the line of the cursor. */
  onLine: (keys: readonly string[]) => void;
  /** Somebody asked to mend what stands on the line of the cursor. */
  onMend: (keys: readonly string[]) => void;
  /** Somebody wants to go from the line of the cursor to its cards. */
  onLeave: (keys: readonly string[]) => void;
}

/** What a card comes from, in bytes of the file. */
export interface CardPlace {
  key: string;
  offset: number;
  end: number | null; // null: as far as the word goes
  guess: number; // about how high it is, px, until it was measured
}

export interface FaultPlace {
  offset: number;
  end: number | null;
  severity: Fault['severity'];
  message: string;
}

export interface SourcePlace {
  offset: number;
  end: number;
  on: boolean;
}

/** The source of one file: CodeMirror in a tree of its own, whose styles no policy of the page has to allow. */
export class Editor {
  #view: EditorView;
  #options: EditorOptions;
  #end: '\n' | '\r\n';
  #timer: ReturnType<typeof setTimeout> | undefined;
  #told: string; // what onText heard last, or setText said
  #anchors: Anchor[] = [];
  #faults: Fault[] = [];
  #heights = new Map<string, number>();
  #below = false;
  #line = '';
  #gone: Span | null = null; // the lines that somebody went to and has not left

  constructor(host: HTMLElement, options: EditorOptions) {
    this.#options = options;
    this.#told = options.text;
    this.#end = lineEnd(options.text);
    const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
    const later = (): void => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.flush(), QUIET);
    };
    this.#view = new EditorView({
      root,
      parent: root,
      state: EditorState.create({
        doc: options.text,
        extensions: [
          EditorState.lineSeparator.of(this.#end),
          EditorView.clipboardInputFilter.of((text, state) => text.replace(/\r\n|\r|\n/g, state.lineBreak)),
          EditorView.contentAttributes.of({ 'aria-label': options.label, spellcheck: 'false', autocapitalize: 'off' }),
          EditorView.lineWrapping,
          // What stands over the text at the top and the bottom of the window.
          EditorView.scrollMargins.of(() => ({ top: 104, bottom: 96 })),
          lineNumbers(),
          highlightSpecialChars(),
          highlightActiveLine(),
          drawSelection({ cursorBlinkRate: matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : 1200 }),
          EditorView.domEventHandlers({ blur: () => this.flush() }),
          history(),
          search({ top: true }),
          agentMarkdown,
          marksExtension,
          roomFor((places) => options.onPlaces(places, this.#view.documentTop)),
          theme,
          keymap.of([
            { key: 'F8', run: () => this.step(1), shift: () => this.step(-1), preventDefault: true },
            {
              key: 'Mod-.',
              run: (view) => {
                options.onMend(cardsAt(view, view.state.selection.main.head));
                return true;
              },
            },
            {
              key: 'Alt-Enter',
              run: (view) => {
                options.onLeave(cardsAt(view, view.state.selection.main.head));
                return true;
              },
            },
            ...searchKeymap,
            ...historyKeymap,
            ...defaultKeymap,
          ]),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) later();
            if (update.docChanged || update.selectionSet) {
              this.#gone = null;
              this.#tellLine();
            }
          }),
        ],
      }),
    });
  }

  /** Tells what was typed now, not later. */
  flush(): void {
    clearTimeout(this.#timer);
    const text = this.#view.state.sliceDoc();
    if (text === this.#told) return;
    this.#told = text;
    this.#options.onText(text);
  }

  /** The words as they are now; other than those of the last flush while somebody types. */
  get text(): string {
    return this.#view.state.sliceDoc();
  }

  /** Puts other words in place, as one step that undo takes back; only what differs is touched. */
  setText(text: string): void {
    if (text === this.#told) return;
    clearTimeout(this.#timer);
    this.#told = text;
    const { state } = this.#view;
    const next = state.toText(text);
    const old = state.doc;
    const least = Math.min(old.length, next.length);
    const a = old.toString();
    const b = next.toString();
    let head = 0;
    while (head < least && a.charCodeAt(head) === b.charCodeAt(head)) head += 1;
    let tail = 0;
    while (tail < least - head && a.charCodeAt(a.length - 1 - tail) === b.charCodeAt(b.length - 1 - tail)) tail += 1;
    this.#view.dispatch({
      changes: { from: head, to: old.length - tail, insert: next.slice(head, next.length - tail) },
      annotations: isolateHistory.of('full'),
      userEvent: 'input.mend',
    });
    clearTimeout(this.#timer);
  }

  /** What was found in `text`. Dropped when these are not the words any more: newer findings are on their way. */
  show(text: string, faults: readonly FaultPlace[], cards: readonly CardPlace[], sources: readonly SourcePlace[]): boolean {
    if (text !== this.#told || this.text !== text) return false;
    const { doc } = this.#view.state;
    const units = unitsOf(text, this.#end, [...faults, ...cards, ...sources].flatMap(({ offset, end }) => (end === null ? [offset] : [offset, end])));
    const span = ({ offset, end }: { offset: number; end: number | null }): Span => {
      const from = Math.min(units.get(offset) ?? 0, doc.length);
      return { from, to: end === null ? wordAt(doc, from) : Math.max(from, Math.min(units.get(end) ?? from, doc.length)) };
    };
    this.#faults = faults.map(({ severity, message, ...place }) => ({ ...span(place), severity, message })).sort((a, b) => a.from - b.from);
    const lines: Source[] = sources.map((source) => ({ ...span(source), on: source.on }));
    this.#anchors = cards.map((card) => ({ ...span(card), key: card.key, height: this.#heights.get(card.key) ?? card.guess })).sort((a, b) => a.from - b.from);
    this.#view.dispatch({ effects: [markEffects.setMarks.of({ faults: this.#faults, sources: lines }), setCards.of(this.#cards())] });
    this.#tellLine();
    return true;
  }

  /** How high the cards are, and whether they stand below their lines. */
  measure(heights: ReadonlyMap<string, number>, below: boolean): void {
    let changed = below !== this.#below;
    this.#below = below;
    for (const [key, height] of heights) {
      if (this.#heights.get(key) === height) continue;
      this.#heights.set(key, height);
      changed = true;
    }
    if (!changed) return;
    this.#anchors = this.#anchors.map((anchor) => {
      const now = spanOf(this.#view, anchor.key) ?? anchor; // typing has moved it
      return { ...anchor, from: now.from, to: now.to, height: this.#heights.get(anchor.key) ?? anchor.height };
    });
    this.#view.dispatch({ effects: setCards.of(this.#cards()) });
  }

  #cards(): Cards {
    return { anchors: this.#anchors, below: this.#below };
  }

  #tellLine(): void {
    const keys = this.#view.hasFocus ? cardsAt(this.#view, this.#view.state.selection.main.head) : [];
    const line = keys.join('\n');
    if (line === this.#line) return;
    this.#line = line;
    this.#options.onLine(keys);
  }

  /** Shows the lines of a card, beside those that somebody went to; null: those alone. */
  light(key: string | null): void {
    const span = key === null ? undefined : spanOf(this.#view, key);
    this.#view.dispatch({ effects: markEffects.setLit.of([span, this.#gone].filter((one) => one != null)) });
  }

  /** Brings the lines of a card into view and puts the cursor there. */
  go(key: string): void {
    const span = spanOf(this.#view, key);
    if (span === undefined) return;
    this.#goTo(span);
    this.#view.focus();
  }

  goToLine(n: number): void {
    const line = this.#view.state.doc.line(Math.max(1, Math.min(n, this.#view.state.doc.lines)));
    this.#goTo({ from: line.from, to: line.to });
  }

  #goTo(span: Span): void {
    this.#view.dispatch({ selection: { anchor: span.from }, effects: [EditorView.scrollIntoView(span.from, { y: 'center' }), markEffects.setLit.of([span])] });
    this.#gone = span;
  }

  /** To the next finding or the one before, round and round. */
  step(by: 1 | -1): boolean {
    const { head } = this.#view.state.selection.main;
    const after = by === 1 ? this.#faults.find(({ from }) => from > head) : this.#faults.findLast(({ from }) => from < head);
    const next = after ?? (by === 1 ? this.#faults[0] : this.#faults.at(-1));
    if (next === undefined) return true;
    this.#view.dispatch({
      selection: { anchor: Math.min(next.from, this.#view.state.doc.length) },
      effects: [EditorView.scrollIntoView(Math.min(next.from, this.#view.state.doc.length), { y: 'center' }), EditorView.announce.of(`${next.severity}: ${next.message}`)],
    });
    this.#view.focus();
    return true;
  }

  /** To the lines of the next card or the one before. */
  stepCard(by: 1 | -1): void {
    const { head } = this.#view.state.selection.main;
    const places = this.#anchors.flatMap(({ key }) => {
      const span = spanOf(this.#view, key);
      return span === undefined ? [] : [{ key, from: span.from }];
    });
    const next = by === 1 ? (places.find(({ from }) => from > head) ?? places[0]) : (places.findLast(({ from }) => from < head) ?? places.at(-1));
    if (next !== undefined) this.go(next.key);
  }

  find(): void {
    openSearchPanel(this.#view);
  }

  focus(): void {
    this.#view.focus();
  }

  close(): void {
    this.flush();
    this.#view.destroy();
  }
}
