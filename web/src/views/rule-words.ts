import { type Measure, RULE_KINDS, type Rule, type RuleItem, type RuleKind } from '@questline/core';
import { bare, count } from '../app/words.ts';

/** Rules in few words. What they mean stands in the core; only how they are shown stands here. */

const TITLES = new Map<string, string>(RULE_KINDS.map(({ id, title }) => [id, title]));

export const kindTitle = (kind: string): string => TITLES.get(kind) ?? kind;

/** Kinds whose items stand for themselves; steps, phases and fields of a form make sense only together. */
const APART: ReadonlySet<string> = new Set<RuleKind>([
  'accept', 'decline', 'identity', 'documents', 'fallback', 'restriction', 'loading', 'context', 'gate', 'metric', 'escalate-when', 'enforced', 'mandate', 'memory',
]);

export const itemsApart = (kind: string): boolean => APART.has(kind);

export function sure(confidence: number): string {
  return confidence >= 90 ? 'sure' : confidence >= 70 ? 'likely' : 'a guess';
}

const OP: Record<Measure['op'], string> = { '<': '<', '<=': '≤', '=': '=', '>=': '≥', '>': '>' };

export function measureWords({ op, milli, unit }: Measure): string {
  const value = (milli / 1000).toLocaleString('en', { maximumFractionDigits: 3 });
  return `${OP[op]} ${value}${unit === '' || unit.startsWith('/') ? unit : `\u00a0${unit}`}`;
}

const HOUR = 3_600_000;
interface Scale {
  ms: number;
  one: string;
  many: string;
}

const SCALE: readonly Scale[] = [
  { ms: 7 * 24 * HOUR, one: 'week', many: 'weeks' },
  { ms: 24 * HOUR, one: 'day', many: 'days' },
  { ms: HOUR, one: 'h', many: 'h' },
  { ms: 60_000, one: 'min', many: 'min' },
  { ms: 1000, one: 's', many: 's' },
];

/** In hours up to three days, as people write limits. */
function scaleOf(ms: number): Scale {
  return SCALE.find((scale) => (scale.ms <= HOUR || ms > 72 * HOUR) && ms % scale.ms === 0 && ms >= scale.ms) ?? { ms: 1, one: 'ms', many: 'ms' };
}

const number = (n: number): string => n.toLocaleString('en', { maximumFractionDigits: 1 });

function inUnits(ms: number, scale: Scale): string {
  const n = ms / scale.ms;
  return `${number(n)}\u00a0${n === 1 ? scale.one : scale.many}`;
}

export function timeWords(min: number | undefined, max: number | undefined): string {
  if (min === 0 && max === 0) return 'at once';
  if (max === undefined) return min === undefined ? '' : `from ${inUnits(min, scaleOf(min))}`;
  const scale = scaleOf(max);
  if (min === undefined || min === max) return inUnits(max, scale);
  if (min === 0) return `up to ${inUnits(max, scale)}`;
  return `${number(min / scale.ms)} to ${inUnits(max, scale)}`;
}

export interface Tag {
  word: string;
  sort: 'number' | 'agent' | 'tool' | 'plain';
}

/** Who an item is about: itself, and the lines inside it. */
function agentsOf(item: RuleItem): string[] {
  const agents = new Set(item.agents ?? []);
  for (const inner of item.items ?? []) for (const agent of inner.agents ?? []) agents.add(agent);
  return [...agents];
}

/** What an item asks for beside its words. */
export function tagsOf(item: RuleItem, kind = ''): Tag[] {
  const tags: Tag[] = [];
  const add = (sort: Tag['sort'], ...words: string[]): void => {
    for (const word of words) if (word !== '') tags.push({ word, sort });
  };
  if (item.default === true) add('plain', 'default');
  // A weight is a share, not a condition.
  if (item.measure !== undefined) add('number', kind === 'weights' ? measureWords(item.measure).slice(2) : measureWords(item.measure));
  if (item.expect !== undefined && !item.text.includes(item.expect)) add('number', `= ${item.expect}`);
  add('plain', ...(item.severity ?? []));
  if (item.tokens !== undefined) add('number', `${item.tokens.toLocaleString('en')} tokens`);
  add('number', timeWords(item.min_ms, item.max_ms));
  if (item.retries !== undefined) add('plain', item.retries === 1 ? '1 attempt' : `${item.retries} attempts`);
  add('agent', ...agentsOf(item).filter((agent) => bare(agent) !== item.name));
  add('tool', ...(item.tools ?? []));
  if (item.after !== undefined && item.after.length > 0) add('plain', `after ${item.after.join(', ')}`);
  add('plain', ...(item.outputs ?? []).map((output) => `→ ${output}`));
  if (item.parallel === true) add('plain', 'together');
  if (item.wildcard === true) add('plain', 'all that fits');
  if (item.type !== undefined) add('plain', item.type);
  return tags;
}

/** Names that sort items rather than call them something: in words, or left out. */
const SORTS: Partial<Record<RuleKind, Readonly<Record<string, string>>>> = {
  restriction: { code: 'No code', tool: 'No tool', other: '' },
  identity: { guard: '', decline: 'Turns down' },
};

const COUNTED = /^(?:mode|phase|step|level|task|group)\s+[\dA-Z]{1,2}\s*[:.)–-]\s*/i;

/** The words of an item: its name and number are not said twice. */
export function wordsOf(item: RuleItem, kind = ''): { name: string; text: string } {
  const sort = item.name === undefined ? undefined : SORTS[kind as RuleKind]?.[item.name];
  if (sort !== undefined) return { name: sort, text: item.text.trim() };
  const name = item.name ?? item.path ?? '';
  const text = item.number === undefined ? item.text.trim() : item.text.trim().replace(COUNTED, '');
  const low = text.toLowerCase();
  for (const said of [name, name.slice(name.lastIndexOf('/') + 1)].map((word) => word.toLowerCase())) {
    if (said === '' || !low.startsWith(said)) continue;
    const rest = text.slice(said.length).replace(/^[\s:,.→–-]+/, '');
    if (said !== name.toLowerCase()) return { name, text: rest };
    return rest === '' || /^[\s(]/.test(text.slice(said.length)) ? { name: '', text } : { name, text: rest };
  }
  return { name, text };
}

const tokens = (n: number): string => n.toLocaleString('en');

/** One sentence about the rule as a whole, where there is more to say than its items do. */
export function ruleWords(rule: Rule): string[] {
  const says: string[] = [];
  if (rule.measure !== undefined) says.push(`Below ${measureWords(rule.measure).replace(/^[<>≤≥=] /, '')} certainty.`);
  if (rule.sum_tokens !== undefined) {
    says.push(
      rule.stated_tokens !== undefined && rule.stated_tokens !== rule.sum_tokens
        ? `${tokens(rule.sum_tokens)} tokens in all; the file says ${tokens(rule.stated_tokens)}.`
        : `${tokens(rule.sum_tokens)} tokens in all.`,
    );
  }
  if (rule.window_tokens !== undefined) says.push(`Window of ${tokens(rule.window_tokens)} tokens.`);
  if (rule.kind === 'context') {
    const given = rule.items.filter((item) => item.given === true).length;
    says.push(`Gives ${given}, keeps back ${rule.items.length - given}.`);
  }
  const judged = rule.items.filter((item) => item.judge === 'seat').length;
  if (judged > 0) says.push(judged === rule.items.length ? 'No number settles it: somebody looks.' : `${judged} of ${rule.items.length} have no number: somebody looks.`);
  if (rule.on_request === true) says.push('Only when somebody asks for it.');
  return says;
}

const ITEMS: Partial<Record<RuleKind, [one: string, many: string]>> = {
  modes: ['mode', 'modes'],
  accept: ['request', 'requests'],
  decline: ['request', 'requests'],
  workflow: ['step', 'steps'],
  documents: ['document', 'documents'],
  fallback: ['place', 'places'],
  restriction: ['prohibition', 'prohibitions'],
  research: ['step', 'steps'],
  loading: ['entry', 'entries'],
  decision: ['step', 'steps'],
  weights: ['criterion', 'criteria'],
  pattern: ['phase', 'phases'],
  breakdown: ['task', 'tasks'],
  order: ['group', 'groups'],
  flow: ['step', 'steps'],
  roster: ['agent', 'agents'],
  context: ['kind', 'kinds'],
  gate: ['check', 'checks'],
  metric: ['metric', 'metrics'],
  escalation: ['level', 'levels'],
  'escalate-when': ['condition', 'conditions'],
  ceremony: ['part', 'parts'],
  template: ['field', 'fields'],
  message: ['field', 'fields'],
  enforced: ['pattern', 'patterns'],
  mandate: ['mandate', 'mandates'],
  toolkit: ['group', 'groups'],
};

export function itemCount(rule: Rule): string {
  const [one, many] = ITEMS[rule.kind as RuleKind] ?? ['item', 'items'];
  return count(rule.items.length, one, many);
}
