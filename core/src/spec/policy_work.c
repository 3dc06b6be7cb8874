/* How work is cut up: phases, tasks, their order, steps of a change, and what a choice is weighed by. */
#include "base/text.h"
#include "spec/policy_quantity.h"
#include "spec/policy_words.h"

#define SURE    95
#define FENCED  90
#define LOOSE   60 /* weights that do not come to 100 % */
#define MILLI   1000
#define HUNDRED (100 * MILLI)
#define FEWEST  2u /* steps of a flow, criteria of a choice */

static int confidence_of(const ql__point *p) { return p->fenced ? FENCED : SURE; }

static ql_str title_of(ql__compiler *c, const ql__region *region) { return ql__key_words(c->arena, ql__region_title(region), NULL); }

/* Words without an arrow in front. */
static ql_str unled(ql_str words) { return ql_trim(ql_slice(words, ql__arrow_at(words, 0), words.len)); }

/* ---- patterns ---- */

static const char PHASE_WORDS[] = "phase stage step";
static const char LARGE_WORDS[] = "phase stage"; /* what has steps inside */

/* "Phase 2: Build" in words of its own: not "Phase 2: [name]". Where there are phases, steps are none: *labels becomes less. */
static bool read_phase(ql_str words, const char **labels, ql_str *mark, ql_str *name) {
  if (!ql__read_numbered(words, *labels, mark, name) || ql_starts(*name, QL_STR("["))) return false;
  if (!ql_starts_nocase(words, QL_STR("step"))) *labels = LARGE_WORDS;
  return true;
}

/* Without the lines of a tree drawn in front. */
static ql_str untreed(ql_str words) {
  while (words.len > 3 && (unsigned char)words.ptr[0] == 0xE2u && (unsigned char)words.ptr[1] == 0x94u)
    words = ql_trim(ql_slice(words, 3, words.len));
  return words;
}

static ql_rule_item *add_phase(ql__compiler *c, ql_rule *rule, ql_str mark, ql_str name, size_t offset, size_t end, uint32_t line) {
  ql_rule_item *phase = ql__add_item(c, rule, NULL, name.len > 0 ? name : mark, offset, end, line);
  if (phase) phase->number = ql__mark_number(mark);
  return phase;
}

/* "api-architect: contracts": who, and what. A role that is no agent's name stays a name. */
static void add_duty(ql__compiler *c, ql_rule *rule, ql_rule_item *phase, const ql__point *p) {
  bool keyed = p->key.ptr && p->rest.len > 0;
  ql_rule_item *item = ql__add_point(c, rule, phase, keyed ? p->rest : untreed(p->text), p);
  if (!item) return;
  ql__strings agents = {0};
  if (keyed) item->name = p->key;
  if (keyed) ql__add_string(c->arena, &agents, ql__agent_named(c, p->key));
  if (agents.count == 0) ql__agents_in(c, p->text, false, &agents);
  ql__set_agents(item, &agents);
}

void ql__compile_pattern(ql__compiler *c, const ql__region *region) {
  size_t count;
  const ql__point *points = ql__read_points(c, region, &count);
  ql_rule *rule = NULL;
  ql_rule_item *phase = NULL;
  ql_str mark, name;
  const char *labels = PHASE_WORDS;
  bool headed = false; /* the phase has a heading: labels below it are its own */
  if (ql__head_words(region).ptr && read_phase(region->head->text, &labels, &mark, &name)) {
    rule = ql__ongoing_rule(c, QL_RULE_PATTERN, region, ql__title_above(c->arena, region), SURE);
    phase = add_phase(c, rule, mark, name, region->head->offset, region->head->end, region->head->line);
    headed = region->head->kind == QL_MD_HEADING;
  }
  for (size_t i = 0; i < count; i++) {
    const ql__point *p = &points[i];
    if (read_phase(p->text, &labels, &mark, &name)) {
      if (!rule) rule = ql__add_rule(c, QL_RULE_PATTERN, region, title_of(c, region), confidence_of(p));
      phase = add_phase(c, rule, mark, name, p->offset, p->end, p->line);
    } else if (phase && (p->item || p->fenced) && p->text.len > 0) {
      add_duty(c, rule, phase, p);
    } else if (ql__is_title(p) && !headed) {
      phase = NULL;
    }
  }
}

/* ---- tasks ---- */

static const char ASSIGN_WORDS[] = "assign assigned assignee agent owner delegate";
static const char OUTPUT_WORDS[] = "output outputs deliverable deliverables";
static const char AFTER_WORDS[] = "depends dependencies dependency after requires blocked";

static void take_detail(ql__compiler *c, ql_rule_item *task, const ql__point *p) {
  ql_str key = p->key.ptr ? unled(p->key) : QL_ABSENT;
  ql__strings found = {0};
  if (!key.ptr || p->rest.len == 0) return;
  if (ql__speaks_of(key, ASSIGN_WORDS)) {
    ql__agents_in(c, p->rest, true, &found);
    ql__set_agents(task, &found);
  } else if (ql__speaks_of(key, OUTPUT_WORDS)) {
    ql__add_string(c->arena, &found, p->rest);
    task->outputs = found.at;
    task->output_count = found.count;
  } else if (ql__speaks_of(key, AFTER_WORDS) && !ql_eq_nocase(p->rest, QL_STR("none"))) {
    ql__add_marks(c->arena, &found, p->rest);
    task->after = found.at;
    task->after_count = found.count;
  } else {
    return;
  }
  if (p->end > task->end) task->end = p->end;
}

void ql__compile_breakdown(ql__compiler *c, const ql__region *region) {
  size_t count;
  const ql__point *points = ql__read_points(c, region, &count);
  ql_rule *rule = NULL;
  ql_rule_item *task = NULL;
  ql_str mark, words;
  if (ql__head_words(region).ptr && ql__read_numbered(region->head->text, "task", &mark, &words)) {
    rule = ql__ongoing_rule(c, QL_RULE_BREAKDOWN, region, ql__title_above(c->arena, region), SURE);
    task = ql__add_item(c, rule, NULL, words, region->head->offset, region->head->end, region->head->line);
    if (task) task->name = mark;
  }
  for (size_t i = 0; i < count; i++) {
    const ql__point *p = &points[i];
    if (ql__read_numbered(p->text, "task", &mark, &words)) {
      if (!rule) rule = ql__add_rule(c, QL_RULE_BREAKDOWN, region, title_of(c, region), confidence_of(p));
      ql_str before, behind;
      bool arrow = ql__split_arrow(words, &before, &behind);
      task = ql__add_point(c, rule, NULL, before.len > 0 ? before : mark, p);
      ql__strings agents = {0};
      if (arrow) ql__agents_in(c, behind, true, &agents);
      ql__set_agents(task, &agents);
      if (task) task->name = mark;
    } else if (task) {
      take_detail(c, task, p);
    }
  }
}

/* ---- order ---- */

/* The words behind "after" or "depends on", without a bracket around them. */
static void read_after(ql_arena *a, ql_rule_item *item, ql_str words) {
  static const ql_str openers[] = {QL_STR_INIT("after "), QL_STR_INIT("depends on ")};
  for (size_t i = 0; i < 2 * words.len; i++) {
    size_t at = i / 2;
    ql_str opener = openers[i % 2];
    if ((at > 0 && ql_is_alnum(words.ptr[at - 1])) || !ql_starts_nocase(ql_slice(words, at, words.len), opener)) continue;
    size_t end = ql_find_byte(words, ')', at);
    ql__strings after = {0};
    ql__add_marks(a, &after, ql_slice(words, at + opener.len, end == SIZE_MAX ? words.len : end));
    item->after = after.at;
    item->after_count = after.count;
    return;
  }
}

static bool starts_group(const ql__point *p, bool *parallel) {
  if (!ql__is_title(p)) return false;
  *parallel = ql_starts_nocase(p->text, QL_STR("parallel"));
  return *parallel || ql_starts_nocase(p->text, QL_STR("sequential")) || ql_starts_nocase(p->text, QL_STR("sequence"));
}

void ql__compile_order(ql__compiler *c, const ql__region *region) {
  size_t count;
  const ql__point *points = ql__read_points(c, region, &count);
  ql_rule *rule = NULL;
  ql_rule_item *group = NULL;
  int32_t number = 0;
  for (size_t i = 0; i < count; i++) {
    const ql__point *p = &points[i];
    bool parallel;
    if (starts_group(p, &parallel)) {
      group = NULL;
      if (i + 1 == count || !points[i + 1].item) continue; /* the name of all groups */
      if (!rule) rule = ql__add_rule(c, QL_RULE_ORDER, region, title_of(c, region), confidence_of(p));
      group = ql__add_point(c, rule, NULL, p->key.ptr ? p->key : p->text, p);
      if (!group) return;
      group->number = ++number;
      group->flags = parallel ? QL_ITEM_PARALLEL : 0;
      read_after(c->arena, group, p->text);
    } else if (group && p->item) {
      ql_rule_item *task = ql__add_point(c, rule, group, p->text, p);
      if (!task) return;
      ql_str mark, rest, before, behind;
      if (ql__read_numbered(p->text, "task", &mark, &rest)) task->name = mark;
      ql__strings agents = {0};
      ql__split_arrow(p->text, &before, &behind);
      ql__agents_in(c, behind, true, &agents);
      ql__set_agents(task, &agents);
      read_after(c->arena, task, p->text);
    } else if (ql__is_title(p)) {
      group = NULL;
    }
  }
}

/* ---- steps of a change ---- */

void ql__compile_flow(ql__compiler *c, const ql__region *region) {
  size_t count, steps = 0;
  const ql__point *points = ql__read_points(c, region, &count);
  for (size_t i = 0; i < count; i++) steps += points[i].number > 0;
  if (steps < FEWEST) return;
  ql_rule *rule = ql__add_rule(c, QL_RULE_FLOW, region, title_of(c, region), SURE);
  for (size_t i = 0; i < count; i++) {
    if (points[i].number == 0) continue;
    ql_rule_item *step = ql__add_point(c, rule, NULL, points[i].text, &points[i]);
    if (!step) return;
    step->number = (int32_t)points[i].number; /* nine digits at most */
    ql__strings agents = {0};
    ql__agents_in(c, points[i].text, true, &agents);
    ql__set_agents(step, &agents);
  }
}

/* ---- weights ---- */

typedef struct weight {
  ql_str name, text;
  ql_measure measure;
} weight;

/* "expertise: number; // 35% - what for", "Cost: 20%", "Cost (20%): what for", "**20%** Cost" */
static bool read_weight(const ql__point *p, weight *out) {
  ql_str words = p->comment.ptr ? p->comment : p->rest, label = p->key.ptr ? p->key : p->text, rest;
  if (p->key.ptr && ql__read_percent(words, &out->measure, &rest)) {
    out->name = p->key;
    out->text = rest.len > 0 ? rest : p->key;
    return true;
  }
  if (p->key.ptr && ql__read_percent(p->key, &out->measure, &rest) && rest.len == 0 && p->rest.len > 0) {
    out->name = out->text = p->rest;
    return true;
  }
  size_t open = ql_find_byte(label, '(', 0);
  if (open == SIZE_MAX || open == 0 || !ql__read_percent(ql_slice(label, open + 1, label.len), &out->measure, &rest)) return false;
  if (!ql_starts(rest, QL_STR(")"))) return false;
  out->name = ql_trim(ql_slice(label, 0, open));
  out->text = p->key.ptr && p->rest.len > 0 ? p->rest : out->name;
  return true;
}

/* The first cell of a row and the one that is a percentage. */
static bool read_row(const ql_md_block *b, weight *out) {
  ql_str rest;
  if (b->kind != QL_MD_ROW || b->header || b->quoted || b->cell_count < 2 || b->cells[0].len == 0) return false;
  for (size_t i = 1; i < b->cell_count; i++) {
    if (!ql__read_percent(ql_trim(b->cells[i]), &out->measure, &rest) || rest.len > 0) continue;
    out->name = out->text = ql_trim(b->cells[0]);
    return true;
  }
  return false;
}

void ql__compile_weights(ql__compiler *c, const ql__region *region) {
  size_t count, found = 0;
  int64_t sum = 0;
  weight w;
  const ql__point *points = ql__read_types(c, region, &count);
  for (size_t pass = 0; pass < 2; pass++) {
    if (pass == 1 && found < FEWEST) return;
    int confidence = sum == HUNDRED ? SURE : LOOSE;
    ql_rule *rule = pass == 1 ? ql__add_rule(c, QL_RULE_WEIGHTS, region, title_of(c, region), confidence) : NULL;
    for (size_t i = 0; i < count + region->count; i++) {
      const ql__point *p = i < count ? &points[i] : NULL;
      const ql_md_block *b = p ? NULL : &region->blocks[i - count];
      if (p ? !read_weight(p, &w) : !read_row(b, &w)) continue;
      if (w.measure.milli > HUNDRED || ql_starts_nocase(w.name, QL_STR("total"))) continue;
      found++;
      sum += w.measure.milli;
      if (!rule) continue;
      ql_rule_item *item = p ? ql__add_point(c, rule, NULL, w.text, p) : ql__add_item(c, rule, NULL, w.text, b->offset, b->end, b->line);
      if (!item) return;
      item->name = w.name;
      item->has_measure = true;
      item->measure = w.measure;
    }
  }
}
