/* Which documents, and which of their sections, a worker is given. */
#include <questline/context.h>

#include "base/text.h"
#include "format/markdown.h"
#include "knowledge/places.h"
#include "plan/subject_index.h"
#include "spec/inforce.h"

/* A heading and what stands below it, up to the next heading. */
typedef struct section {
  ql_str heading;
  ql__words words;
  uint32_t level, line;
  int64_t tokens;
} section;

typedef struct paper {
  ql_str path;
  ql__words path_words, title_words;
  section *sections; /* the first one is what stands above all headings, with the title */
  size_t count;
  int64_t tokens; /* of all of it */
} paper;

/* Why a place is given or withheld. */
typedef struct why {
  const ql_rule_item *item; /* NULL: no rule tells */
  const char *where;
  ql_str words;
} why;

typedef struct worker {
  const ql_agent *agent; /* NULL when the roster does not have it */
  ql_str id;
  const ql_rule_item **items;
  ql__line *lines; /* what each item is about */
  size_t line_count;
  ql__subject_index index;
  bool otherwise; /* what no line is about is given */
  int64_t window, budget, used;
} worker;

/* What becomes of a document. */
typedef struct fate {
  why why; /* of the whole */
  bool any, all;
  bool *given; /* for each section; NULL where all are alike */
  why *whys;
  int64_t tokens; /* of what is given */
} fate;

typedef struct desk {
  ql_arena *arena;
  const ql_roster *roster;
  const ql_plan *plan;
  const ql_agent *leader;
  ql__subjects subjects;
  paper *papers;
  size_t paper_count;
} desk;

static ql_str literal(const char *s) {
  size_t len = 0;
  while (s[len]) len++;
  return (ql_str){s, len};
}

/* ---- documents ---- */

static bool is_prose(ql_str path) {
  static const ql_str endings[] = {QL_STR_INIT(".md"), QL_STR_INIT(".mdc"), QL_STR_INIT(".markdown"), QL_STR_INIT(".txt")};
  for (size_t i = 0; i < QL_COUNT(endings); i++)
    if (path.len > endings[i].len && ql_eq_nocase(ql_slice(path, path.len - endings[i].len, path.len), endings[i])) return true;
  return false;
}

/* Its headings; a first heading of level 1 is its title. False when out of memory. */
static bool read_sections(desk *d, const ql_document *document, paper *p) {
  const ql_md_block *blocks = NULL;
  size_t count = 0, headings = 0;
  ql_status status = document->text.ptr && is_prose(p->path) ? ql_md_outline(d->arena, document->text, 0, &blocks, &count, NULL) : QL_OK;
  if (status == QL_ERR_NOMEM) return false; /* one that is too large for an outline is dealt with as a whole */
  for (size_t i = 0; i < count; i++) headings += blocks[i].kind == QL_MD_HEADING;
  p->sections = ql_arena_array(d->arena, headings + 1, sizeof *p->sections);
  if (!p->sections) return false;
  size_t from = 0;
  p->sections[p->count++] = (section){.line = 1};
  for (size_t i = 0; i < count; i++) {
    const ql_md_block *b = &blocks[i];
    if (b->kind != QL_MD_HEADING || b->quoted) continue;
    if (b->level == 1 && p->count == 1 && !p->sections[0].heading.ptr) {
      p->sections[0].heading = b->text;
      p->title_words = ql__place_words(&d->subjects, b->text);
      continue;
    }
    p->sections[p->count - 1].tokens = ql_token_estimate(ql_slice(document->text, from, b->offset));
    from = b->offset;
    p->sections[p->count++] = (section){b->text, ql__place_words(&d->subjects, b->text), b->level, b->line, 0};
  }
  p->sections[p->count - 1].tokens = p->count > 1 ? ql_token_estimate(ql_slice(document->text, from, document->text.len)) : p->tokens;
  return true;
}

static bool read_papers(desk *d, const ql_document *documents, size_t count) {
  d->papers = ql_arena_array(d->arena, count + 1, sizeof *d->papers);
  if (!d->papers) return false;
  for (size_t i = 0; i < count; i++) {
    paper *p = &d->papers[d->paper_count++];
    p->path = documents[i].path;
    p->tokens = ql__document_tokens(&documents[i]);
    p->path_words = ql__path_words(&d->subjects, p->path);
    if (!read_sections(d, &documents[i], p)) return false;
  }
  return !ql_arena_failed(d->arena);
}

/* ---- rules ---- */

static bool names(const ql_rule *rule, ql_str agent) {
  for (size_t i = 0; i < rule->agent_count; i++)
    if (ql_eq(rule->agents[i], agent)) return true;
  return false;
}

static size_t count_lines(const desk *d, const worker *w) {
  size_t count = 0;
  for (const ql_rule *rule = NULL; d->leader && (rule = ql__next_rule(d->roster, d->leader, QL_RULE_CONTEXT, rule)) != NULL;)
    for (const ql_rule_item *item = names(rule, w->id) ? rule->first : NULL; item; item = item->next) count++;
  return count;
}

/* False when out of memory. */
static bool read_lines(desk *d, worker *w) {
  size_t most = count_lines(d, w);
  w->otherwise = true;
  w->items = ql_arena_array(d->arena, most + 1, sizeof *w->items);
  w->lines = ql_arena_array(d->arena, most + 1, sizeof *w->lines);
  if (!w->items || !w->lines) return false;
  for (const ql_rule *rule = NULL; d->leader && (rule = ql__next_rule(d->roster, d->leader, QL_RULE_CONTEXT, rule)) != NULL;) {
    if (!names(rule, w->id)) continue;
    for (const ql_rule_item *item = NULL; (item = ql__next_rule_item(d->roster, d->leader, rule, item)) != NULL;) {
      bool given = item->flags & QL_ITEM_GIVEN;
      if (given) w->otherwise = false;
      w->items[w->line_count] = item;
      w->lines[w->line_count++] = (ql__line){ql__subject_of(&d->subjects, item->text), given};
    }
  }
  return !ql_arena_failed(d->arena) && ql__subject_index_make(d->arena, w->lines, w->line_count, &w->index);
}

/* The first line of one kind that a place meets. */
static bool look(worker *w, bool given, const ql__words *here, const ql__words *const *above, size_t above_count, const char *where,
                 why *out) {
  ql_str met = QL_ABSENT;
  size_t line = ql__subject_look(&w->index, given, here, above, above_count, &met);
  if (line != SIZE_MAX) *out = (why){w->items[line], where, met};
  return line != SIZE_MAX;
}

/* ---- what becomes of a document ---- */

static bool is_given(const why *y) { return y->item && (y->item->flags & QL_ITEM_GIVEN); }

/* By path and title. */
static why judge_whole(worker *w, const paper *p) {
  const ql__words *path = &p->path_words, *title = &p->title_words;
  why y = {NULL, "path", QL_ABSENT};
  for (int given = 0; given < 2; given++) {
    if (look(w, given == 1, path, NULL, 0, "path", &y)) return y;
    if (look(w, given == 1, title, &path, 1, "title", &y)) return y;
  }
  return y;
}

/* By headings: each one as what it stands below, unless a rule tells about it; below what is withheld all is. */
static void judge_sections(desk *d, worker *w, const paper *p, fate *f) {
  enum { LEVELS = 7 };
  const ql__words *above[LEVELS + 2] = {&p->path_words, &p->title_words};
  size_t depth[LEVELS + 2] = {0}, open = 2;
  why state[LEVELS + 2] = {f->why, f->why};
  f->given = ql_arena_array(d->arena, p->count, sizeof *f->given);
  f->whys = ql_arena_array(d->arena, p->count, sizeof *f->whys);
  if (!f->given || !f->whys) return;
  f->tokens = 0;
  f->any = false;
  f->all = true;
  for (size_t i = 0; i < p->count; i++) {
    const section *s = &p->sections[i];
    why y = f->why;
    if (i > 0) {
      while (open > 2 && depth[open - 1] >= s->level) open--;
      y = state[open - 1];
      bool shut = y.item && !is_given(&y);
      why own;
      if (!shut && (look(w, false, &s->words, above, open, "heading", &own) || look(w, true, &s->words, above, open, "heading", &own)))
        y = own;
      above[open] = &s->words;
      depth[open] = s->level;
      state[open++] = y;
    }
    f->whys[i] = y;
    f->given[i] = y.item ? is_given(&y) : w->otherwise;
    f->any = f->any || f->given[i];
    f->all = f->all && f->given[i];
    if (f->given[i]) f->tokens += s->tokens;
  }
}

static fate judge(desk *d, worker *w, const paper *p) {
  fate f = {.why = judge_whole(w, p)};
  f.any = f.all = f.why.item ? is_given(&f.why) : w->otherwise;
  f.tokens = p->tokens;
  bool shut = f.why.item && !f.any;
  if (!shut && w->line_count > 0 && p->count > 1) judge_sections(d, w, p, &f);
  if (f.any == f.all) f.tokens = p->tokens;
  return f;
}

/* ---- the answer ---- */

static ql_value *why_value(ql_arena *a, const why *y) {
  ql_value *value = ql_object(a);
  QL_SET(value, "given", ql_bool(a, is_given(y)));
  QL_SET(value, "line", ql_int(a, y->item->line));
  QL_SET(value, "rule", ql_string(a, y->item->id));
  QL_SET(value, "text", ql_string(a, y->item->text));
  QL_SET(value, "where", ql_string(a, literal(y->where)));
  QL_SET(value, "words", ql_string(a, y->words.ptr ? y->words : QL_STR("")));
  return value;
}

/* Sections side by side that are dealt with alike, and for the same reason, are one part. */
static ql_value *parts_value(ql_arena *a, const paper *p, const fate *f) {
  ql_value *parts = ql_array(a);
  for (size_t i = 0, next; i < p->count; i = next) {
    int64_t tokens = 0;
    for (next = i; next < p->count && f->given[next] == f->given[i] && f->whys[next].item == f->whys[i].item; next++)
      tokens += p->sections[next].tokens;
    if (tokens == 0 && !p->sections[i].heading.ptr) continue; /* nothing stands above the first heading */
    ql_value *part = ql_push(parts, ql_object(a));
    QL_SET(part, "given", ql_bool(a, f->given[i]));
    QL_SET(part, "heading", ql_string(a, p->sections[i].heading.ptr ? p->sections[i].heading : QL_STR("")));
    QL_SET(part, "line", ql_int(a, p->sections[i].line));
    QL_SET(part, "tokens", ql_int(a, tokens));
    if (f->whys[i].item) QL_SET(part, "why", why_value(a, &f->whys[i]));
  }
  return parts;
}

static ql_value *item_value(ql_arena *a, const paper *p, const fate *f, bool fits) {
  ql_value *value = ql_object(a);
  bool part = f->any && !f->all, told = f->why.item != NULL;
  for (size_t i = 0; f->whys && i < p->count; i++) told = told || f->whys[i].item;
  ql_str status = !f->any ? QL_STR("withheld") : !fits ? QL_STR("left_out") : part ? QL_STR("part") : QL_STR("given");
  QL_SET(value, "by", ql_string(a, f->any && !fits ? QL_STR("budget") : told ? QL_STR("rule") : QL_STR("default")));
  if (part) QL_SET(value, "parts", parts_value(a, p, f));
  QL_SET(value, "path", ql_string(a, p->path));
  QL_SET(value, "status", ql_string(a, status));
  QL_SET(value, "tokens", ql_int(a, f->tokens));
  if (f->why.item) QL_SET(value, "why", why_value(a, &f->why));
  return value;
}

/* ---- workers ---- */

static int64_t task_tokens(const ql_plan_task *t) {
  int64_t sum = ql_token_estimate(t->title) + (t->reason.ptr ? ql_token_estimate(t->reason) : 0);
  for (size_t i = 0; i < t->output_count; i++) sum += ql_token_estimate(t->outputs[i]);
  for (size_t i = 0; i < t->accept_count; i++) sum += ql_token_estimate(t->accept[i]);
  for (size_t i = 0; i < t->demand_count; i++) sum += ql_token_estimate(t->demands[i]);
  return sum;
}

static ql_value *items_of(desk *d, worker *w) {
  fate *fates = ql_arena_array(d->arena, d->paper_count + 1, sizeof *fates);
  bool *fits = ql_arena_array(d->arena, d->paper_count + 1, sizeof *fits);
  ql_value *items = ql_array(d->arena);
  if (!fates || !fits) return NULL;
  for (size_t i = 0; i < d->paper_count; i++) fates[i] = judge(d, w, &d->papers[i]);
  if (ql_arena_failed(d->arena)) return NULL;
  for (size_t i = 0; i < d->paper_count; i++) {
    fits[i] = fates[i].any && fates[i].tokens <= w->budget - w->used;
    if (fits[i]) w->used += fates[i].tokens;
  }
  for (size_t i = 0; i < d->paper_count; i++) ql_push(items, item_value(d->arena, &d->papers[i], &fates[i], fits[i]));
  return items;
}

static ql_value *worker_value(desk *d, worker *w) {
  ql_arena *a = d->arena;
  int64_t own = w->agent && w->agent->spec ? w->agent->spec->tokens : 0, tasks = 0;
  for (size_t i = 0; i < d->plan->task_count; i++)
    if (ql_eq(d->plan->tasks[i].agent, w->id)) tasks += task_tokens(&d->plan->tasks[i]);
  w->used = own + tasks;
  if (!read_lines(d, w)) return NULL;
  ql_value *value = ql_object(a), *items = items_of(d, w), *unmet = ql_array(a);
  const bool *met = ql__subject_lines_met(a, &w->index);
  for (size_t i = 0; met && i < w->line_count; i++) {
    why y = {w->items[i], "path", QL_STR("")};
    if (is_given(&y) && !met[i]) ql_push(unmet, why_value(a, &y));
  }
  QL_SET(value, "agent", ql_string(a, w->id));
  QL_SET(value, "budget", ql_int(a, w->budget));
  QL_SET(value, "items", items);
  QL_SET(value, "own", ql_int(a, own));
  QL_SET(value, "rules", ql_int(a, (int64_t)w->line_count));
  QL_SET(value, "tasks", ql_int(a, tasks));
  QL_SET(value, "unmet", unmet);
  QL_SET(value, "used", ql_int(a, w->used));
  QL_SET(value, "window", ql_int(a, w->window));
  return value;
}

ql_status ql_context_plan(ql_arena *a, const ql_roster *roster, const ql_plan *plan, const ql_document *documents, size_t count,
                          int64_t window, int64_t budget, ql_value **out, ql_error *err) {
  desk d = {.arena = a, .roster = roster, .plan = plan, .leader = ql_roster_find(roster, plan->leader)};
  ql__names seen;
  if (window < 0 || window > QL_INT_MAX || budget < 0)
    return ql_fail(err, QL_ERR_ARGUMENT, "window and budget are numbers of tokens", QL_ABSENT);
  ql_value *value = ql_object(a), *workers = ql_array(a);
  if (!ql__subjects_make(a, &d.subjects) || !read_papers(&d, documents, count) || !ql__names_make(a, plan->task_count, &seen))
    return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  for (size_t i = 0; i < plan->task_count; i++) {
    ql_str id = plan->tasks[i].agent;
    if (id.len == 0 || !ql__names_put(&seen, id, i)) continue;
    worker w = {.agent = ql_roster_find(roster, id), .id = id};
    w.window = window > 0 ? window : ql__window_of(roster, w.agent);
    w.budget = budget > 0 ? budget : w.window / 2;
    if (w.budget > w.window) return ql_fail(err, QL_ERR_ARGUMENT, "the budget is larger than the window", id);
    ql_push(workers, worker_value(&d, &w));
  }
  QL_SET(value, "leader", ql_string(a, plan->leader));
  QL_SET(value, "workers", workers);
  if (ql_arena_failed(a)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  *out = value;
  return QL_OK;
}
