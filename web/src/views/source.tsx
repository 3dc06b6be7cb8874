import type { Diagnostic, Rule, RuleItem } from '@questline/core';
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { App } from '../app/app.ts';
import type { AgentFile, OpenFile } from '../app/model.ts';
import { count } from '../app/words.ts';
import type { Editor, Places, SourcePlace } from '../editor/editor.ts';
import { Icon } from '../parts/icons.tsx';
import { FindingCard, RuleCard } from './cards.tsx';

type Card = { key: string; offset: number; end: number | null; guess: number } & ({ finding: Diagnostic; again: boolean; alike: number; rule?: never } | { rule: Rule; finding?: never });

const NARROW = '(max-width: 980px)';
const MANY = 80; // cards; of more only those near the window are made
const NEAR = 1200; // px above and below the window

/** The place of a finding: what its fix replaces, else the word there. */
function endOf({ fix, offset }: Diagnostic): number | null {
  const edit = fix?.[0];
  return edit !== undefined && edit.offset === offset && edit.length > 0 ? offset + edit.length : null;
}

/** A card for each finding and each rule. A key stays the same while somebody types above it. */
function cardsOf(findings: readonly Diagnostic[], rules: readonly Rule[]): Card[] {
  const seen = new Map<string, number>();
  const nth = (word: string): string => {
    const n = (seen.get(word) ?? 0) + 1;
    seen.set(word, n);
    return `${word}#${n}`;
  };
  return [
    ...findings.map((finding, i) => {
      const again = finding.code === findings[i - 1]?.code; // the card before says it in full
      const guess = 50 + 20 * (again ? 1 : Math.ceil(finding.message.length / 50)) + (finding.fix === undefined ? 0 : 38);
      // Said once, on the first card of the kind.
      const alike = seen.has(finding.code) ? 0 : findings.filter(({ code, fix }) => code === finding.code && fix !== undefined).length;
      return { key: nth(finding.code), offset: finding.offset, end: endOf(finding), guess, finding, again, alike };
    }),
    ...rules.map((rule) => ({ key: rule.id, offset: rule.offset, end: rule.end, guess: 66 + 28 * Math.min(rule.items.length, 5), rule })),
  ].sort((a, b) => a.offset - b.offset);
}

/** Lines that rules come from: those of their items, or all of a rule without any. */
function sourcesOf(rules: readonly Rule[], off: ReadonlySet<string>): SourcePlace[] {
  return rules.flatMap((rule) => {
    const on = !off.has(rule.id);
    if (rule.items.length === 0) return [{ offset: rule.offset, end: rule.end, on }];
    const places: SourcePlace[] = [];
    const add = (items: readonly RuleItem[], above: boolean): void => {
      for (const { id, offset, end, items: inner = [] } of items) {
        const kept = above && !off.has(id);
        places.push({ offset, end, on: kept });
        add(inner, kept);
      }
    };
    add(rule.items, on);
    return places;
  });
}

const useMedia = (query: string): boolean => {
  const [matches, set] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const media = matchMedia(query);
    const change = (): void => set(media.matches);
    media.addEventListener('change', change);
    return () => media.removeEventListener('change', change);
  }, [query]);
  return matches;
};

interface SourceProps {
  file: AgentFile;
  open: OpenFile | null; // what was read in it, if it was
  findings: readonly Diagnostic[];
  off: ReadonlySet<string>;
  agent: string;
  at: number | undefined;
  app: App;
}

/** The words of a file, and beside their lines what Questline finds and reads in them. */
export function Source({ file, open, findings, off, agent, at, app }: SourceProps): JSX.Element {
  const host = useRef<HTMLDivElement>(null);
  const body = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLUListElement>(null);
  const [editor, setEditor] = useState<Editor | null>(null);
  const [failed, setFailed] = useState(false);
  const [show, setShow] = useState({ findings: true, rules: true });
  const [places, setPlaces] = useState<Places & { from: number }>({ tops: new Map(), height: 0, from: 0 });
  const [active, setActive] = useState<readonly string[]>([]);
  const [near, setNear] = useState({ from: 0, to: 3000 });
  const below = useMedia(NARROW);
  const rules = open?.spec?.rules ?? [];
  const cards = useMemo(() => cardsOf(show.findings ? findings : [], show.rules ? rules : []), [findings, rules, show]);
  const mend = useRef<(keys: readonly string[]) => void>(() => {});
  mend.current = (keys) => {
    const card = cards.find(({ key, finding }) => finding?.fix !== undefined && keys.includes(key));
    if (card?.finding !== undefined) fix(card.finding);
  };

  // The editor comes when it is needed, in a piece of its own.
  useEffect(() => {
    const element = host.current;
    if (element === null) return;
    let gone = false;
    let made: Editor | null = null;
    void import('../editor/editor.ts').then(
      (chunk) => {
        if (gone) return;
        made = new chunk.Editor(element, {
          text: file.text,
          label: `Source of ${file.path}`,
          onText: (text) => app.desk.edit(file.path, text),
          onPlaces: (next, documentTop) => {
            const from = documentTop - (body.current?.getBoundingClientRect().top ?? 0);
            setPlaces((old) => (old.from === from && old.height === next.height && old.tops.size === next.tops.size && [...next.tops].every(([key, top]) => old.tops.get(key) === top) ? old : { ...next, from }));
          },
          onLine: setActive,
          onMend: (keys) => mend.current(keys),
          onLeave: ([key]) => {
            for (const card of list.current?.children ?? []) if ((card as HTMLElement).dataset['key'] === key) card.querySelector('button')?.focus();
          },
        });
        setEditor(made);
        setFailed(false);
      },
      () => setFailed(true),
    );
    const leaving = (): void => made?.flush();
    addEventListener('pagehide', leaving);
    return () => {
      gone = true;
      removeEventListener('pagehide', leaving);
      made?.close();
      setEditor(null);
    };
  }, [file.path]);

  useEffect(() => editor?.setText(file.text), [editor, file.text]);

  useEffect(() => {
    if (editor === null || open === null || open.path !== file.path) return;
    editor.show(
      open.text,
      (show.findings ? findings : []).map((finding) => ({ offset: finding.offset, end: endOf(finding), severity: finding.severity, message: finding.message })),
      cards.map(({ key, offset, end, guess }) => ({ key, offset, end, guess })),
      show.rules ? sourcesOf(rules, off) : [],
    );
  }, [editor, open, cards, off, show]);

  useEffect(() => {
    if (editor !== null && at !== undefined && open?.path === file.path) editor.goToLine(at);
  }, [editor, at, open?.path]);

  // How high the cards are decides how much room their lines need.
  useLayoutEffect(() => {
    const ul = list.current;
    if (editor === null || ul === null) return;
    const observer = new ResizeObserver((entries) => {
      const heights = new Map<string, number>();
      for (const { target, borderBoxSize } of entries) {
        const key = (target as HTMLElement).dataset['key'];
        if (key !== undefined && target.isConnected) heights.set(key, Math.ceil(borderBoxSize[0]?.blockSize ?? 0));
      }
      editor.measure(heights, below);
    });
    for (const card of ul.children) observer.observe(card);
    return () => observer.disconnect();
  });

  const many = cards.length > MANY;
  useEffect(() => {
    if (!many) return;
    const look = (): void => {
      const top = -(body.current?.getBoundingClientRect().top ?? 0);
      setNear((old) => (Math.abs(old.from + NEAR - top) < NEAR / 3 ? old : { from: top - NEAR, to: top + innerHeight + NEAR }));
    };
    look();
    addEventListener('scroll', look, { passive: true });
    return () => removeEventListener('scroll', look);
  }, [many]);

  function fix({ code, offset }: Diagnostic, all = false): void {
    editor?.flush();
    void app.desk.fix(file.path, { code, offset: all ? null : offset });
  }

  const length = useMemo(() => lines(file.text), [file.text]);
  const reads = rules.filter((rule) => !off.has(rule.id)).length;
  const made = many ? cards.filter(({ key }) => active.includes(key) || inReach(places.tops.get(key), places.from, near)) : cards;
  return (
    <div class="src">
      <div class="src-h">
        <div>
          <b>Source</b>
          <span class="muted num">{count(length, 'line')}, saved as you type</span>
          <span class="end">
            {cards.length > 0 && (
              <>
                <button class="btn quiet icon s" type="button" aria-label="To the card before" title="To the finding or rule before" onClick={() => editor?.stepCard(-1)}>
                  <Icon name="prev" />
                </button>
                <button class="btn quiet icon s" type="button" aria-label="To the next card" title="To the next finding or rule" onClick={() => editor?.stepCard(1)}>
                  <Icon name="next" />
                </button>
              </>
            )}
            <button class="btn quiet icon s" type="button" aria-label="Find in this file" title="Find (Ctrl F)" onClick={() => editor?.find()}>
              <Icon name="search" />
            </button>
          </span>
        </div>
        <div>
          <b>Questline reads</b>
          <span class="end">
            <Toggle on={show.findings} word={findings.length === 0 ? 'no faults' : count(findings.length, 'finding')} set={(on) => setShow({ ...show, findings: on })} />
            <Toggle on={show.rules} word={open === null ? 'reading' : rules.length === 0 ? 'no rules' : reads === rules.length ? count(rules.length, 'rule') : `${reads} of ${rules.length} rules`} set={(on) => setShow({ ...show, rules: on })} />
          </span>
        </div>
      </div>
      <p class="vh" role="status">
        {open === null ? '' : `${findings.length === 0 ? 'No faults' : count(findings.length, 'finding')}, ${rules.length === 0 ? 'no rules' : count(rules.length, 'rule')}.`}
      </p>
      <div class={`src-b ${failed ? 'bare' : ''}`} ref={body} style={{ minHeight: `${Math.ceil(places.from + places.height)}px` }}>
        <div class="ed" ref={host} />
        {editor === null && <Unready text={file.text} failed={failed} />}
        <ul
          class="cards"
          ref={list}
          aria-label="Findings and rules, by line"
          onKeyDown={(event) => {
            if (event.key === 'Escape') editor?.focus();
          }}
        >
          {made.map((card) => {
            const top = places.tops.get(card.key);
            return (
              <li
                key={card.key}
                data-key={card.key}
                class={`card ${active.includes(card.key) ? 'here' : ''} ${card.rule !== undefined ? (off.has(card.rule.id) ? 'rule rule-off' : 'rule') : card.again ? 'again' : ''} ${top === undefined ? 'unplaced' : ''}`}
                style={{ top: `${places.from + (top ?? 0)}px` }}
                onPointerEnter={() => editor?.light(card.key)}
                onPointerLeave={() => editor?.light(null)}
                onFocusIn={() => editor?.light(card.key)}
                onFocusOut={() => editor?.light(null)}
              >
                {card.finding !== undefined ? (
                  <FindingCard finding={card.finding} alike={card.alike} go={() => editor?.go(card.key)} mend={(all) => fix(card.finding, all)} />
                ) : (
                  <RuleCard rule={card.rule} off={off} go={() => editor?.go(card.key)} set={(id, on) => app.desk.switchRule(agent, id, on)} />
                )}
              </li>
            );
          })}
        </ul>
        {open?.spec !== null && open !== null && cards.length === 0 && (
          <p class="none">{rules.length + findings.length === 0 ? 'No faults, and no rules that Questline knows how to keep. Rules stand under headings such as “Quality gates”, “Escalation” or “Restrictions”.' : 'Nothing is shown here: findings and rules are switched off above.'}</p>
        )}
      </div>
    </div>
  );
}

const inReach = (top: number | undefined, from: number, near: { from: number; to: number }): boolean => top !== undefined && top + from > near.from && top + from < near.to;

function lines(text: string): number {
  const breaks = text.match(/\r\n|\r|\n/g)?.length ?? 0;
  return breaks + (/[^\r\n]$/.test(text) ? 1 : 0);
}

function Toggle({ on, word, set }: { on: boolean; word: string; set: (on: boolean) => void }): JSX.Element {
  return (
    <button class="btn s toggle" type="button" aria-pressed={on} onClick={() => set(!on)}>
      {!on && <Icon name="hide" />}
      {word}
    </button>
  );
}

/** Until the editor is there, or when it cannot be fetched, the words alone. */
function Unready({ text, failed }: { text: string; failed: boolean }): JSX.Element {
  return (
    <div class="unready">
      {failed && (
        <p role="alert">
          <Icon name="warn" tone="c-warn" />
          The editor could not be fetched, so the words can only be read here. Reload the page when there is a network.
        </p>
      )}
      <pre>{text.slice(0, failed ? text.length : 6000)}</pre>
    </div>
  );
}
