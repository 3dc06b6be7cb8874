import { type Extension, StateEffect, StateField, type Text } from '@codemirror/state';
import { Decoration, type DecorationSet, EditorView, ViewPlugin, type ViewUpdate, WidgetType } from '@codemirror/view';
import type { Span } from './marks.ts';

/** A card that stands beside its lines, or below them where the page is narrow. */
export interface Anchor extends Span {
  key: string;
  height: number; // px
}

/** Where the cards stand, in px from the top of the document. */
export interface Places {
  tops: ReadonlyMap<string, number>;
  height: number; // down to the end of the last card
}

export interface Cards {
  anchors: readonly Anchor[]; // by rising place
  below: boolean;
}

/** Room between lines for cards that are higher than their lines. */
interface Gap {
  at: number;
  height: number;
}

const BETWEEN = 6; // px between two cards
const DRIFT = 88; // px that a card may stand below its line before the line makes room

class Space extends WidgetType {
  readonly height: number;

  constructor(height: number) {
    super();
    this.height = height;
  }

  override eq(other: Space): boolean {
    return other.height === this.height;
  }

  override get estimatedHeight(): number {
    return this.height;
  }

  override toDOM(): HTMLElement {
    const space = document.createElement('div');
    space.style.height = `${this.height}px`;
    return space;
  }

  override updateDOM(space: HTMLElement): boolean {
    space.style.height = `${this.height}px`;
    return true;
  }
}

export const setCards = StateEffect.define<Cards>();
const setGaps = StateEffect.define<{ gaps: readonly Gap[]; below: boolean }>();

const cardField = StateField.define<Cards>({
  create: () => ({ anchors: [], below: false }),
  update: (cards, tr) => {
    for (const effect of tr.effects) if (effect.is(setCards)) return effect.value;
    if (!tr.docChanged) return cards;
    return { ...cards, anchors: cards.anchors.map((anchor) => ({ ...anchor, from: tr.changes.mapPos(anchor.from, 1), to: tr.changes.mapPos(anchor.to, -1) })) };
  },
});

const gapField = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update: (drawn, tr) => {
    for (const effect of tr.effects) {
      if (!effect.is(setGaps)) continue;
      const { gaps, below } = effect.value;
      return Decoration.set(gaps.map(({ at, height }) => Decoration.widget({ widget: new Space(height), block: true, side: below ? 1 : -1 }).range(at)));
    }
    return drawn.map(tr.changes);
  },
  provide: (field) => EditorView.decorations.from(field),
});

function gapsOf(drawn: DecorationSet): Gap[] {
  const gaps: Gap[] = [];
  for (const cursor = drawn.iter(); cursor.value !== null; cursor.next()) gaps.push({ at: cursor.from, height: (cursor.value.spec as { widget: Space }).widget.height });
  return gaps;
}

/** The line a card belongs to: the first of its lines beside it, the last below it. */
function lineOf(doc: Text, { from, to }: Span, below: boolean): { from: number; to: number } {
  return doc.lineAt(Math.min(below ? Math.max(from, to) : from, doc.length));
}

const HEAD = /^\s*(?:#{1,6}\s|\*\*[^*]+\*\*:?\s*$|```|~~~)/;

/** Where room is made for a line: above the heading, label or fence that it stands under, but not above a line of another card. */
function above(doc: Text, from: number, after: number): number {
  let best = from;
  let { number } = doc.lineAt(from);
  for (let up = 0; up < 3 && number > 1; up += 1) {
    number -= 1;
    const line = doc.line(number);
    if (line.from <= after) break;
    if (HEAD.test(line.text)) best = line.from;
    else if (line.text.trim() !== '') break;
  }
  return best;
}

function place(view: EditorView): { places: Places; gaps: Gap[]; below: boolean } {
  const { anchors, below } = view.state.field(cardField);
  const { doc } = view.state;
  const old = gapsOf(view.state.field(gapField));
  const gaps: Gap[] = [];
  const tops = new Map<string, number>();
  const rows = anchors.map((anchor) => ({ anchor, line: lineOf(doc, anchor, below) }));
  if (below) rows.sort((a, b) => a.line.from - b.line.from);
  let seen = 0; // of the old gaps
  let was = 0; // their height so far
  let added = 0; // height of the new ones so far
  let free = 0; // end of the last card
  let row = -1; // the line of the last card
  for (const { anchor, line } of rows) {
    const at = below ? line.to : line.from;
    const block = view.lineBlockAt(line.from);
    while (seen < old.length && (old[seen] as Gap).at < line.from) was += (old[seen++] as Gap).height;
    let own = 0;
    for (let i = seen; i < old.length && (old[i] as Gap).at <= line.to; i += 1) own += (old[i] as Gap).height;
    const last = gaps.at(-1);
    if (below) {
      const top = last?.at === at ? free + BETWEEN : block.bottom - was - own + added + BETWEEN;
      const height = anchor.height + BETWEEN;
      if (last?.at === at) last.height += height;
      else gaps.push({ at, height: height + BETWEEN });
      added += last?.at === at ? height : height + BETWEEN;
      tops.set(anchor.key, top);
      free = top + anchor.height;
    } else {
      const wanted = block.top - was + added;
      const top = Math.max(wanted, free);
      // Cards of one line stand below each other; only the first may push its line down.
      const first = line.from !== row;
      const gap = above(doc, line.from, row);
      row = line.from;
      if (top > wanted + DRIFT && first) {
        const height = Math.ceil(top - wanted);
        gaps.push({ at: gap, height });
        added += height;
      }
      tops.set(anchor.key, top);
      free = top + anchor.height + BETWEEN;
    }
  }
  return { places: { tops, height: free }, gaps, below };
}

const same = (a: readonly Gap[], b: readonly Gap[]): boolean => a.length === b.length && a.every((gap, i) => gap.at === b[i]?.at && Math.abs(gap.height - b[i].height) < 1);

/** Keeps cards level with their lines: makes room where they need it and says where they stand. */
export const roomFor = (placed: (places: Places) => void): Extension => [
  cardField,
  gapField,
  ViewPlugin.define((view) => {
    let frame = 0;
    // In a frame of its own: the editor's measuring must not wait for what changes with every measurement.
    const settle = (): void => {
      frame = 0;
      const { places, gaps, below } = place(view);
      placed(places);
      if (!same(gaps, gapsOf(view.state.field(gapField)))) view.dispatch({ effects: setGaps.of({ gaps, below }) });
    };
    return {
      update: (update: ViewUpdate) => {
        const asked = update.geometryChanged || update.viewportChanged || update.docChanged || update.transactions.some((tr) => tr.effects.some((effect) => effect.is(setCards)));
        if (asked && frame === 0) frame = requestAnimationFrame(settle);
      },
      destroy: () => cancelAnimationFrame(frame),
    };
  }),
];

/** Keys of the cards whose lines hold a place. */
export function cardsAt(view: EditorView, at: number): string[] {
  const line = view.state.doc.lineAt(at);
  return view.state
    .field(cardField)
    .anchors.filter(({ from, to }) => from <= line.to && Math.max(from, to) >= line.from)
    .map(({ key }) => key);
}

export const spanOf = (view: EditorView, key: string): Span | undefined => view.state.field(cardField).anchors.find((anchor) => anchor.key === key);
