/* What must hold before work is done, and what is measured: checklists, tables, and interfaces with numbers in their comments. */
#include "base/text.h"
#include "spec/policy_quantity.h"
#include "spec/policy_words.h"

#define TICKED 95 /* a list of boxes */
#define FENCED 90
#define LISTED 80 /* a plain list */

static const char TARGET_WORDS[] =
    "target threshold goal criteria criterion minimum maximum requirement required limit pass sla slo budget expected";
static const char FAULT_WORDS[] = "flag flagged"; /* lists of what is found fault with: nothing that has to hold */
static const ql_str FAULT_ENDS[] = {QL_STR_INIT("(critical)"), QL_STR_INIT("(high)"), QL_STR_INIT("(medium)"), QL_STR_INIT("(low)")};
static const char GOAL_WORDS[] = "success criteria criterion target goal";

static const ql_str SEVERITIES[] = {
    QL_STR_INIT("critical"), QL_STR_INIT("blocker"), QL_STR_INIT("severe"),   QL_STR_INIT("high"),
    QL_STR_INIT("major"),    QL_STR_INIT("medium"),  QL_STR_INIT("moderate"), QL_STR_INIT("minor"),
};

typedef struct checks {
  ql__compiler *compiler;
  const ql__region *region;
  ql_rule_kind kind;
  ql_rule *own;   /* of what stands in no group; NULL before its first line */
  ql_rule *rule;  /* of the group; the same */
  ql_str title;   /* of the group; absent: the region's */
  uint32_t depth; /* of the group's title */
  bool boxes;     /* only lines with a box are checks here */
  bool goals;     /* words behind a name say what it has to be */
  int confidence;
} checks;

/* ---- one line ---- */

static void add_severities(ql_arena *a, ql_rule_item *item, ql_str words) {
  ql__strings found = {0};
  for (size_t i = 0; i < words.len; i++) {
    if (i > 0 && ql_is_alnum(words.ptr[i - 1])) continue;
    ql_str here = ql_slice(words, i, words.len);
    for (size_t k = 0; k < QL_COUNT(SEVERITIES); k++) {
      size_t len = SEVERITIES[k].len;
      if (ql_starts_nocase(here, SEVERITIES[k]) && (here.len == len || !ql_is_alnum(here.ptr[len])))
        ql__add_string(a, &found, SEVERITIES[k]);
    }
  }
  item->severity = found.at;
  item->severity_count = found.count;
}

static bool is_word(ql_str s) {
  for (size_t i = 0; i < s.len; i++)
    if (!ql_is_alnum(s.ptr[i]) && s.ptr[i] != '-' && s.ptr[i] != '_') return false;
  return s.len > 0;
}

/* "true", "target: low": a word that settles it. */
static ql_str expected_word(ql_str words) {
  words = ql__unquote(words);
  if (ql_eq_nocase(words, QL_STR("true")) || ql_eq_nocase(words, QL_STR("false"))) return words;
  if (!ql_starts_nocase(words, QL_STR("target: ")) && !ql_starts_nocase(words, QL_STR("must be "))) return QL_ABSENT;
  ql_str word = ql__unquote(ql_slice(words, 8, words.len));
  return is_word(word) && !ql_is_digit(word.ptr[0]) ? word : QL_ABSENT;
}

/* Whether a key has the word, between its ends, blanks and underscores. */
static bool has_part(ql_str key, ql_str part) {
  for (size_t i = 0; i + part.len <= key.len; i++) {
    size_t end = i + part.len;
    bool apart = (i == 0 || !ql_is_alnum(key.ptr[i - 1])) && (end == key.len || !ql_is_alnum(key.ptr[end]));
    if (apart && ql_eq_nocase(ql_slice(key, i, end), part)) return true;
  }
  return false;
}

/* "min_coverage: 80": the key has the relation and the value is the bare number. */
static bool keyed_measure(ql_arena *a, ql_str key, ql_str value, ql_measure *out) {
  bool least = has_part(key, QL_STR("min")) || has_part(key, QL_STR("minimum"));
  bool most = has_part(key, QL_STR("max")) || has_part(key, QL_STR("maximum"));
  if (least == most || value.len == 0 || !ql_is_digit(value.ptr[0])) return false;
  return ql__read_measure(ql_arena_concat(a, (ql_str[]){least ? QL_STR("at least ") : QL_STR("at most "), value}, 2), out);
}

/* "threshold: 85%": at least that much, where nothing else is said. */
static bool is_threshold(ql_str key, ql_str value, ql_measure *out) {
  ql_str rest;
  if (!key.ptr || !ql__speaks_of(key, "threshold") || !ql__read_percent(value, out, &rest)) return false;
  out->relation = QL_AT_LEAST;
  return true;
}

/* words: what is asked for. */
static void judge(checks *x, ql_rule_item *item, ql_str key, ql_str words) {
  if (!item) return;
  ql_arena *a = x->compiler->arena;
  item->has_measure = ql__read_measure(words, &item->measure) || keyed_measure(a, key, words, &item->measure) ||
                      is_threshold(key, words, &item->measure) || (key.ptr && ql__read_measure(key, &item->measure));
  if (item->has_measure && item->measure.milli == 0) add_severities(a, item, words.len > 0 ? words : key);
  ql_str word = item->has_measure ? QL_ABSENT : expected_word(words);
  if (word.ptr) item->expect = word;
  bool settled = item->has_measure || word.ptr;
  if (settled || x->kind == QL_RULE_GATE || x->goals) item->judge = settled ? QL_JUDGE_RULE : QL_JUDGE_SEAT;
  if (!settled && x->goals && key.ptr && words.len > 0) item->expect = words;
}

static ql_rule *rule_of(checks *x) {
  ql__compiler *c = x->compiler;
  ql_rule **rule = x->title.ptr ? &x->rule : &x->own;
  ql_str title = x->title.ptr ? x->title : ql__region_title(x->region);
  if (!*rule) *rule = ql__add_rule(c, x->kind, x->region, ql__key_words(c->arena, title, NULL), x->confidence);
  return *rule;
}

static ql_str joined(ql_arena *a, ql_str key, ql_str words) {
  return key.ptr && words.len > 0 ? ql_arena_concat(a, (ql_str[]){key, QL_STR(": "), words}, 3) : words;
}

/* "coverage: number; // minimum 80%" has what it asks for in the comment; a type without one asks for nothing. */
static bool is_type(ql_str words) { return ql_ends(words, QL_STR(";")); }

static ql_rule_item *add_check(checks *x, ql_rule_item *parent, const ql__point *p) {
  ql_arena *a = x->compiler->arena;
  ql_str words = p->key.ptr ? p->rest : p->text, text = p->text;
  ql__mark mark = ql__read_mark(p->text, &text);
  if (mark == QL__CROSS || (is_type(words) && p->fenced && !p->comment.ptr)) return NULL;
  ql_str key = mark == QL__NO_MARK ? p->key : QL_ABSENT;
  if (mark != QL__NO_MARK) words = text;
  if (p->fenced && p->comment.ptr && key.ptr) {
    words = p->comment;
    text = joined(a, key, words);
  }
  ql_rule_item *item = ql__add_item(x->compiler, rule_of(x), parent, text, p->offset, p->end, p->line);
  judge(x, item, key, words);
  if (item) item->name = key.ptr ? key : x->kind == QL_RULE_METRIC ? item->text : QL_ABSENT;
  return item;
}

/* ---- lists and fences ---- */

static bool is_brace(ql_str words) {
  for (size_t i = 0; i < words.len; i++)
    if (ql_find_byte(QL_STR("{}[](),;"), words.ptr[i], 0) == SIZE_MAX) return false;
  return true;
}

static bool has_boxes(const ql__region *region) {
  for (size_t i = 0; i < region->count; i++)
    if (region->blocks[i].task != QL_MD_TASK_NONE) return true;
  return false;
}

/* The name of a group of checks, as the words above them. */
static bool is_group(const ql__point *p) {
  if (p->block->task != QL_MD_TASK_NONE && !p->fenced) return false;
  if (p->fenced && ql_eq(p->rest, QL_STR("{"))) return p->key.ptr != NULL;
  return ql__is_title(p) && (p->heads || !p->item);
}

static bool is_check(const checks *x, const ql__point *p) {
  ql_str rest;
  if (p->text.len == 0 || is_brace(p->text) || ql_ends(p->text, QL_STR("{"))) return false;
  if (!ql__has_words(p->text)) return false;
  if (ql__read_mark(p->text, &rest) != QL__NO_MARK) return ql__has_words(rest);
  if (p->fenced && p->key.ptr && ql_eq_nocase(p->key, QL_STR("weight"))) return false;
  if (!p->item && !p->fenced) { /* "**Coverage**: at least 80%" as a paragraph */
    ql_measure measure;
    return p->key.ptr && p->rest.len > 0 && p->rest.ptr[0] != '"' && ql__read_measure(p->rest, &measure);
  }
  if (p->fenced) return (p->item || (p->key.ptr && p->rest.len > 0)) && !is_brace(p->rest.ptr ? p->rest : p->text);
  return !x->boxes || p->block->task != QL_MD_TASK_NONE;
}

/* A line of a text in a fence: "## Gate 2", "**Threshold**: 85%" */
static bool is_markup(const ql__point *p) { return p->fenced && (ql_starts(p->text, QL_STR("#")) || ql_starts(p->text, QL_STR("**"))); }

static bool finds_fault(ql_str title) {
  for (size_t i = 0; i < QL_COUNT(FAULT_ENDS); i++) {
    size_t len = FAULT_ENDS[i].len;
    if (title.len >= len && ql_eq_nocase(ql_slice(title, title.len - len, title.len), FAULT_ENDS[i])) return true;
  }
  return ql__speaks_of(title, FAULT_WORDS);
}

static void compile_points(checks *x) {
  size_t count;
  const ql__point *points = ql__read_types(x->compiler, x->region, &count);
  const ql__point *above = NULL; /* the last check that others may stand below */
  ql_rule_item *check = NULL;
  for (size_t i = 0; i < count; i++) {
    const ql__point *p = &points[i];
    uint32_t depth = ql__depth(p);
    if (above && depth <= ql__depth(above)) above = NULL;
    if (x->title.ptr && x->depth > 0 && depth <= x->depth && !is_brace(p->text)) {
      x->title = QL_ABSENT;
      x->rule = NULL;
    }
    if (is_markup(p)) {
      x->title = QL_ABSENT;
      x->rule = NULL;
      continue;
    }
    if (is_group(p)) {
      ql__topic topic = ql__topic_of(p->key.ptr ? p->key : p->text);
      bool other = p->item && !p->fenced && topic != QL__ABOUT_NOTHING && topic != x->region->topic; /* a region of its own */
      if (other || finds_fault(p->text)) {
        i += ql__below(points, count, i);
        continue;
      }
      x->title = p->key.ptr ? p->key : p->text;
      x->rule = NULL;
      x->depth = depth;
      above = NULL;
      continue;
    }
    if (!is_check(x, p)) continue;
    ql_rule_item *item = add_check(x, above ? check : NULL, p);
    if (above || !item) continue;
    above = p;
    check = item;
  }
}

/* ---- tables ---- */

static size_t target_column(const ql_md_block *header) {
  for (size_t i = 1; i < header->cell_count; i++)
    if (ql__speaks_of(header->cells[i], TARGET_WORDS)) return i;
  return 0;
}

static void compile_rows(checks *x) {
  size_t column = 0;
  x->own = NULL;
  x->title = QL_ABSENT;
  x->confidence = LISTED;
  for (size_t i = 0; i < x->region->count; i++) {
    const ql_md_block *b = &x->region->blocks[i];
    if (b->kind != QL_MD_ROW || b->quoted) continue;
    if (b->header) {
      column = target_column(b);
      continue;
    }
    if (column == 0 || column >= b->cell_count || b->cells[0].len == 0 || b->cells[column].len == 0) continue;
    ql_str name = ql_trim(b->cells[0]), target = ql_trim(b->cells[column]);
    if (ql_is_digit(name.ptr[0]) && name.len < 4) name = QL_ABSENT; /* only counted */
    ql_rule_item *item = ql__add_item(x->compiler, rule_of(x), NULL, joined(x->compiler->arena, name, target), b->offset, b->end, b->line);
    judge(x, item, name, target);
    if (item) item->name = name;
  }
}

static void compile_checks(ql__compiler *c, const ql__region *region, ql_rule_kind kind) {
  checks x = {.compiler = c, .region = region, .kind = kind, .boxes = has_boxes(region), .confidence = LISTED, .title = QL_ABSENT};
  bool fenced = false;
  for (size_t i = 0; i < region->count; i++) fenced = fenced || region->blocks[i].kind == QL_MD_CODE;
  if (fenced) x.confidence = FENCED;
  if (x.boxes) x.confidence = TICKED;
  x.goals = kind == QL_RULE_METRIC && (ql__speaks_of(region->heading, GOAL_WORDS) || ql__speaks_of(region->parent, GOAL_WORDS) ||
                                       (region->label.ptr && ql__speaks_of(region->label, GOAL_WORDS)));
  if (finds_fault(ql__region_title(region))) return;
  compile_points(&x);
  x.goals = x.goals || kind == QL_RULE_METRIC; /* a table has a column for them */
  compile_rows(&x);
}

void ql__compile_gate(ql__compiler *c, const ql__region *region) { compile_checks(c, region, QL_RULE_GATE); }

void ql__compile_metric(ql__compiler *c, const ql__region *region) { compile_checks(c, region, QL_RULE_METRIC); }
