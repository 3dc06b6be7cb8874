/* Agents and files that several plans want. */
#include <stdlib.h>

#include "base/text.h"
#include "plan/check.h"

typedef struct contest {
  ql_arena *arena;
  size_t plans;
  ql_value *list;
} contest;

/* A use in one of the plans. */
typedef struct claim {
  ql__use use;
  size_t plan;
} claim;

typedef struct claims {
  claim *items;
  size_t count, cap;
} claims;

/* By what is wanted, by plan, in the plan's order of work: by group, and in a group as the rules say. */
static int by_claim(const void *x, const void *y) {
  const claim *a = x, *b = y;
  ql__rule_of_order rule;
  int order = ql_compare(a->use.what, b->use.what);
  if (order != 0) return order;
  if (a->plan != b->plan) return a->plan < b->plan ? -1 : 1;
  if (a->use.group != b->use.group) return a->use.group < b->use.group ? -1 : 1;
  order = ql__goes_first(&a->use, &b->use, &rule);
  return order;
}

static void add_claims(ql_arena *a, claims *all, const ql__uses *uses, size_t plan) {
  for (size_t i = 0; i < uses->count; i++) {
    const ql__use *use = &uses->items[i], *last = i > 0 ? use - 1 : NULL;
    if (last && last->task == use->task && ql_eq(last->what, use->what)) continue;
    claim *wider = ql_arena_grow(a, all->items, all->count, &all->cap, sizeof *wider);
    if (!wider) return;
    all->items = wider;
    wider[all->count++] = (claim){*use, plan};
  }
}

/* Of two plans' next uses; of equal ones the plan with the smaller number. */
static bool first_of(const claim *x, const claim *y, ql__rule_of_order *rule) {
  ql__use a = x->use, b = y->use;
  a.task = x->plan;
  b.task = y->plan;
  return ql__goes_first(&a, &b, rule) < 0;
}

static void add_turn(const contest *c, ql_value *uses, const claim *turn, const ql_plan *plan, ql_str by) {
  ql_value *use = ql_push(uses, ql_object(c->arena));
  QL_SET(use, "by", ql_string(c->arena, by));
  QL_SET(use, "plan", ql_int(c->arena, (int64_t)turn->plan));
  QL_SET(use, "task", ql_string(c->arena, plan->tasks[turn->use.task].id));
}

/* The uses of one thing, items[from] up to items[to], sorted: the next of each plan against the next of the others. */
static bool settle(const contest *c, const ql_plan *const *plans, const claim *items, size_t from, size_t to, bool files) {
  static const ql_str rules[] = {
      [QL_ORDER_PRIORITY] = QL_STR_INIT("priority"), [QL_ORDER_TAIL] = QL_STR_INIT("tail"), [QL_ORDER_NUMBER] = QL_STR_INIT("number")};
  size_t *next = ql_arena_array(c->arena, c->plans + 1, sizeof *next), *end = ql_arena_array(c->arena, c->plans + 1, sizeof *end);
  if (!next || !end) return false;
  for (size_t i = from; i < to; i++) {
    if (end[items[i].plan] == 0) next[items[i].plan] = i;
    end[items[i].plan] = i + 1;
  }
  ql_value *conflict = ql_push(c->list, ql_object(c->arena)), *uses = ql_array(c->arena);
  for (size_t left = to - from; left > 0; left--) {
    const claim *best = NULL;
    ql__rule_of_order rule, decided = QL_ORDER_PRIORITY; /* what it beats its closest rival by */
    size_t rivals = 0;
    for (size_t p = 0; p < c->plans; p++)
      if (next[p] != end[p] && (!best || first_of(&items[next[p]], best, &rule))) best = &items[next[p]];
    for (size_t p = 0; best && p < c->plans; p++) {
      if (next[p] == end[p] || p == best->plan) continue;
      rivals++;
      (void)first_of(best, &items[next[p]], &rule);
      if (rule > decided) decided = rule;
    }
    if (!best) return false;
    add_turn(c, uses, best, plans[best->plan], rivals > 0 ? rules[decided] : QL_STR("order"));
    next[best->plan]++;
  }
  const ql_value *first = uses ? uses->first : NULL;
  const ql_str words[] = {items[from].use.what,
                          QL_STR(" is wanted by several plans. "),
                          ql_get_str(first, QL_STR("task")),
                          QL_STR(" of plan "),
                          ql_value_text(c->arena, ql_int(c->arena, ql_get_int(first, QL_STR("plan"), 0) + 1)),
                          QL_STR(" goes first.")};
  QL_SET(conflict, "kind", ql_string(c->arena, files ? QL_STR("file") : QL_STR("agent")));
  QL_SET(conflict, "message", ql_string(c->arena, ql_arena_concat(c->arena, words, QL_COUNT(words))));
  QL_SET(conflict, "name", ql_string(c->arena, items[from].use.what));
  QL_SET(conflict, "uses", uses);
  return true;
}

/* What only one plan wants is no conflict. */
static bool settle_all(const contest *c, const ql_plan *const *plans, claims *all, bool files) {
  if (all->count > 1) qsort(all->items, all->count, sizeof *all->items, by_claim);
  for (size_t from = 0, to; from < all->count; from = to) {
    to = from + 1;
    while (to < all->count && ql_eq(all->items[to].use.what, all->items[from].use.what)) to++;
    if (all->items[from].plan != all->items[to - 1].plan && !settle(c, plans, all->items, from, to, files)) return false;
  }
  return true;
}

ql_status ql_plan_conflicts(ql_arena *a, const ql_plan *const *plans, size_t count, ql_value **out, ql_error *err) {
  const contest c = {a, count, ql_array(a)};
  claims agents = {0}, files = {0};
  for (size_t p = 0; p < count; p++) {
    ql__dag dag;
    ql_status status = ql__dag_make(a, plans[p], &dag, err);
    if (status != QL_OK) return status;
    if (dag.cycle) return ql_fail(err, QL_ERR_STATE, "these tasks wait for each other", ql__dag_cycle_text(a, plans[p], &dag));
    const int64_t *tail = ql__tails(a, plans[p], &dag);
    if (!tail) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
    ql__uses own = {0}, written = {0};
    for (size_t i = 0; i < plans[p]->task_count; i++) {
      if (plans[p]->tasks[i].agent.len > 0) ql__add_use(a, &own, plans[p], i, dag.group[i], tail[i], plans[p]->tasks[i].agent);
      ql__add_files(a, &written, plans[p], i, dag.group[i], tail[i]);
    }
    ql__sort_uses(&written); /* so that a file that a task names twice stands once */
    add_claims(a, &agents, &own, p);
    add_claims(a, &files, &written, p);
  }
  if (ql_arena_failed(a) || !settle_all(&c, plans, &agents, false) || !settle_all(&c, plans, &files, true) || ql_arena_failed(a))
    return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  *out = c.list;
  return QL_OK;
}
