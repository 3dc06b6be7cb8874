/* How the modules of a graph hang together: cycles, coupling, the matrix between groups, the order in which parts can be taken out. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "knowledge/graph.h"

#define MATRIX_GROUPS_MAX 32u
#define USERS_MANY        3u /* groups that use a module, from which on an interface is suggested */
#define NEEDS_MANY        8  /* dependencies of a module on average, from which on that part of the score is full */
#define FORMULA           "4 x modules in cycles / modules + 4 x min(1, dependencies / modules / 8) + 2 x dependencies between groups / dependencies"

typedef struct look {
  ql_graph *graph;
  ql_arena *arena;
  size_t most;
  size_t *in, *out;   /* of each module: distinct modules that need it, and that it needs */
  size_t *knot_start; /* members of component k: member[knot_start[k]] … */
  uint32_t *member;
  size_t knotted;  /* modules in cycles */
  size_t crossing; /* dependencies between groups */
} look;

static ql_value *count_of(look *l, size_t n) { return ql_int(l->arena, (int64_t)n); }
static ql_value *name_of(look *l, size_t module) { return ql_string(l->arena, l->graph->modules[module].name); }
static size_t capped(const look *l, size_t n) { return l->most > 0 && n > l->most ? l->most : n; }
static size_t knot_size(const look *l, size_t knot) { return l->knot_start[knot + 1] - l->knot_start[knot]; }

static bool begin(look *l) {
  ql_graph *g = l->graph;
  size_t n = g->count;
  l->in = ql_arena_array(l->arena, n + 1, sizeof *l->in);
  l->out = ql_arena_array(l->arena, n + 1, sizeof *l->out);
  l->knot_start = ql_arena_array(l->arena, g->knot_count + 2, sizeof *l->knot_start);
  l->member = ql_arena_array(l->arena, n + 1, sizeof *l->member);
  if (!l->in || !l->out || !l->knot_start || !l->member) return false;
  for (size_t i = 0; i < n; i++) {
    l->out[i] = g->needs.start[i + 1] - g->needs.start[i];
    l->in[i] = g->needed.start[i + 1] - g->needed.start[i];
    l->knot_start[g->knot[i] + 2]++;
    for (size_t e = g->needs.start[i]; e < g->needs.start[i + 1]; e++) l->crossing += g->group_of[i] != g->group_of[g->needs.to[e]];
  }
  for (size_t k = 2; k < g->knot_count + 2; k++) l->knot_start[k] += l->knot_start[k - 1];
  for (size_t i = 0; i < n; i++) l->member[l->knot_start[g->knot[i] + 1]++] = (uint32_t)i;
  for (size_t k = 0; k < g->knot_count; k++)
    if (knot_size(l, k) > 1) l->knotted += knot_size(l, k);
  return true;
}

/* ---- cycles ---- */

/* The shortest way from a component's first member back to itself, breadth first. before and queue have room for all modules. */
static ql_value *cycle_path(look *l, size_t knot, uint32_t *before, uint32_t *queue) {
  const ql_graph *g = l->graph;
  uint32_t root = l->member[l->knot_start[knot]], last = root;
  size_t head = 0, tail = 0;
  for (size_t i = l->knot_start[knot]; i < l->knot_start[knot + 1]; i++) before[l->member[i]] = UINT32_MAX;
  queue[tail++] = root;
  for (bool found = false; !found && head < tail;) {
    uint32_t at = queue[head++];
    for (size_t e = g->needs.start[at]; e < g->needs.start[at + 1] && !found; e++) {
      uint32_t to = g->needs.to[e];
      if (g->knot[to] != knot) continue;
      found = to == root;
      if (found) last = at;
      if (found || before[to] != UINT32_MAX) continue;
      before[to] = at;
      queue[tail++] = to;
    }
  }
  size_t length = 0;
  for (uint32_t at = last; at != root; at = before[at]) queue[length++] = at; /* the queue is free again */
  ql_value *path = ql_array(l->arena);
  ql_push(path, name_of(l, root));
  while (length > 0) ql_push(path, name_of(l, queue[--length]));
  ql_push(path, name_of(l, root));
  return path;
}

typedef struct ranked {
  size_t place, weight;
} ranked;

/* The heaviest first; of equals the one that was added first. */
static int by_weight(const void *x, const void *y) {
  const ranked *a = x, *b = y;
  if (a->weight != b->weight) return a->weight < b->weight ? 1 : -1;
  return a->place < b->place ? -1 : a->place > b->place;
}

static ql_value *cycles(look *l) {
  const ql_graph *g = l->graph;
  ql_value *list = ql_array(l->arena);
  uint32_t *before = ql_arena_array(l->arena, g->count + 1, sizeof *before);
  uint32_t *queue = ql_arena_array(l->arena, g->count + 1, sizeof *queue);
  ranked *knots = ql_arena_array(l->arena, g->knot_count + 1, sizeof *knots);
  size_t count = 0;
  if (!before || !queue || !knots) return NULL;
  for (size_t k = 0; k < g->knot_count; k++)
    if (knot_size(l, k) > 1) knots[count++] = (ranked){l->member[l->knot_start[k]], knot_size(l, k)};
  qsort(knots, count, sizeof *knots, by_weight);
  for (size_t i = 0; i < capped(l, count); i++) {
    size_t knot = g->knot[knots[i].place];
    ql_value *cycle = ql_push(list, ql_object(l->arena)), *members = ql_array(l->arena);
    for (size_t m = 0; m < capped(l, knot_size(l, knot)); m++) ql_push(members, name_of(l, l->member[l->knot_start[knot] + m]));
    QL_SET(cycle, "modules", members);
    QL_SET(cycle, "path", cycle_path(l, knot, before, queue));
    QL_SET(cycle, "size", count_of(l, knot_size(l, knot)));
  }
  return list;
}

/* ---- coupling ---- */

/* Modules by what `weight` says; those of weight 0 are left out. */
static ranked *rank(look *l, size_t (*weight)(const look *, size_t), size_t *count) {
  ranked *list = ql_arena_array(l->arena, l->graph->count + 1, sizeof *list);
  *count = 0;
  for (size_t i = 0; list && i < l->graph->count; i++) {
    size_t w = weight(l, i);
    if (w > 0) list[(*count)++] = (ranked){i, w};
  }
  if (list) qsort(list, *count, sizeof *list, by_weight);
  return list;
}

static size_t both(const look *l, size_t module) { return l->in[module] + l->out[module]; }

static ql_value *coupling(look *l) {
  size_t count;
  ql_value *list = ql_array(l->arena);
  const ranked *modules = rank(l, both, &count);
  for (size_t i = 0; modules && i < capped(l, count); i++) {
    size_t m = modules[i].place;
    ql_value *item = ql_push(list, ql_object(l->arena));
    if (knot_size(l, l->graph->knot[m]) > 1) QL_SET(item, "cycle", ql_bool(l->arena, true));
    QL_SET(item, "group", ql_string(l->arena, l->graph->modules[m].group));
    QL_SET(item, "in", count_of(l, l->in[m]));
    QL_SET(item, "instability", count_of(l, l->out[m] * 100 / modules[i].weight));
    QL_SET(item, "module", name_of(l, m));
    QL_SET(item, "out", count_of(l, l->out[m]));
  }
  return list;
}

/* How many groups use it. `seen` of a group is the module that was counted last, plus one. */
static ql_value *interfaces(look *l) {
  const ql_graph *g = l->graph;
  ql_value *list = ql_array(l->arena);
  size_t *seen = ql_arena_array(l->arena, g->group_count + 1, sizeof *seen), count = 0;
  ranked *wide = ql_arena_array(l->arena, g->count + 1, sizeof *wide);
  for (size_t i = 0; seen && wide && i < g->count; i++) {
    size_t groups = 0;
    for (size_t e = g->needed.start[i]; e < g->needed.start[i + 1]; e++) {
      uint32_t user = g->group_of[g->needed.to[e]];
      if (user == g->group_of[i] || seen[user] == i + 1) continue;
      seen[user] = i + 1;
      groups++;
    }
    if (groups >= USERS_MANY) wide[count++] = (ranked){i, groups};
  }
  if (wide) qsort(wide, count, sizeof *wide, by_weight);
  for (size_t i = 0; wide && i < capped(l, count); i++) {
    ql_value *item = ql_push(list, ql_object(l->arena));
    QL_SET(item, "groups", count_of(l, wide[i].weight));
    QL_SET(item, "module", name_of(l, wide[i].place));
    QL_SET(item, "users", count_of(l, l->in[wide[i].place]));
  }
  return list;
}

/* Two modules that need each other. */
typedef struct couple {
  uint32_t from, to, there, back;
} couple;

static int by_closeness(const void *x, const void *y) {
  const couple *a = x, *b = y;
  uint64_t p = (uint64_t)a->there + a->back, q = (uint64_t)b->there + b->back;
  if (p != q) return p < q ? 1 : -1;
  if (a->from != b->from) return a->from < b->from ? -1 : 1;
  return a->to < b->to ? -1 : a->to > b->to;
}

/* Each pair is looked at from its smaller end; `times` of a neighbour stands in a row that is cleared again. */
static ql_value *tight(look *l) {
  const ql_graph *g = l->graph;
  ql_value *list = ql_array(l->arena);
  uint32_t *back = ql_arena_array(l->arena, g->count + 1, sizeof *back);
  couple *couples = ql_arena_array(l->arena, g->needs.start[g->count] / 2 + 1, sizeof *couples);
  size_t count = 0;
  if (!back || !couples) return NULL;
  for (uint32_t i = 0; i < g->count; i++) {
    if (knot_size(l, g->knot[i]) == 1) continue;
    for (size_t e = g->needed.start[i]; e < g->needed.start[i + 1]; e++) back[g->needed.to[e]] = g->needed.times[e];
    for (size_t e = g->needs.start[i]; e < g->needs.start[i + 1]; e++) {
      uint32_t to = g->needs.to[e];
      if (to > i && back[to] > 0) couples[count++] = (couple){i, to, g->needs.times[e], back[to]};
    }
    for (size_t e = g->needed.start[i]; e < g->needed.start[i + 1]; e++) back[g->needed.to[e]] = 0;
  }
  qsort(couples, count, sizeof *couples, by_closeness);
  for (size_t i = 0; i < capped(l, count); i++) {
    ql_value *pair = ql_push(list, ql_object(l->arena));
    QL_SET(pair, "back", count_of(l, couples[i].back));
    QL_SET(pair, "from", name_of(l, couples[i].from));
    QL_SET(pair, "there", count_of(l, couples[i].there));
    QL_SET(pair, "to", name_of(l, couples[i].to));
  }
  return list;
}

/* Modules with known defects. */
static size_t debt_of(const look *l, size_t module) {
  int64_t debt = l->graph->modules[module].debt;
  return debt > 0 ? (size_t)debt : 0;
}

static ql_value *debts(look *l) {
  size_t count;
  ql_value *list = ql_array(l->arena);
  const ranked *modules = rank(l, debt_of, &count);
  for (size_t i = 0; modules && i < capped(l, count); i++) {
    const ql__module *module = &l->graph->modules[modules[i].place];
    ql_value *item = ql_push(list, ql_object(l->arena));
    QL_SET(item, "items", ql_int(l->arena, module->debt));
    QL_SET(item, "module", ql_string(l->arena, module->name));
    if (module->serious >= 0) QL_SET(item, "serious", ql_int(l->arena, module->serious));
  }
  return list;
}

/* ---- the matrix ---- */

static const char *level(size_t times, size_t highest) {
  return times == 0 ? "none" : times * 3 > highest * 2 ? "high" : times * 3 > highest ? "medium" : "low";
}

/* Dependencies between groups; of many groups those with most, in the order of their names. */
static void matrix(look *l, ql_value *out) {
  const ql_graph *g = l->graph;
  ranked *groups = ql_arena_array(l->arena, g->group_count + 1, sizeof *groups);
  size_t *row = ql_arena_array(l->arena, g->group_count + 1, sizeof *row), shown = g->group_count, highest = 0;
  if (shown > MATRIX_GROUPS_MAX) shown = MATRIX_GROUPS_MAX;
  size_t *cells = ql_arena_array(l->arena, shown * shown + 1, sizeof *cells);
  if (!groups || !row || !cells) return;
  for (size_t i = 0; i < g->group_count; i++) groups[i].place = i;
  for (size_t i = 0; i < g->count; i++)
    for (size_t e = g->needs.start[i]; e < g->needs.start[i + 1]; e++) {
      uint32_t from = g->group_of[i], to = g->group_of[g->needs.to[e]];
      if (from == to) continue;
      groups[from].weight++;
      groups[to].weight++;
    }
  qsort(groups, g->group_count, sizeof *groups, by_weight);
  for (size_t i = 0; i < shown; i++) row[groups[i].place] = 1;
  ql_value *names = ql_array(l->arena), *counts = ql_array(l->arena), *levels = ql_array(l->arena);
  for (size_t i = 0, next = 1; i < g->group_count; i++) {
    if (row[i] == 0) continue;
    row[i] = next++;
    ql_push(names, ql_string(l->arena, g->groups[i]));
  }
  for (size_t i = 0; i < g->count; i++)
    for (size_t e = g->needs.start[i]; e < g->needs.start[i + 1]; e++) {
      size_t from = row[g->group_of[i]], to = row[g->group_of[g->needs.to[e]]];
      if (from == 0 || to == 0 || from == to) continue;
      size_t times = ++cells[(from - 1) * shown + to - 1];
      if (times > highest) highest = times;
    }
  for (size_t r = 0; r < shown; r++) {
    ql_value *numbers = ql_push(counts, ql_array(l->arena)), *words = ql_push(levels, ql_array(l->arena));
    for (size_t c = 0; c < shown; c++) {
      const char *word = level(cells[r * shown + c], highest);
      ql_push(numbers, count_of(l, cells[r * shown + c]));
      ql_push(words, ql_string(l->arena, (ql_str){word, strlen(word)}));
    }
  }
  QL_SET(out, "groups", names);
  QL_SET(out, "levels", levels);
  QL_SET(out, "matrix", counts);
}

/* ---- the order of extraction ---- */

#define NO_PART UINT32_MAX

typedef struct peel {
  ql__adjacent near; /* parts that have to do with each other, either way, and how often */
  size_t *left;      /* dependencies with those that are still there; of one that was taken out: when its turn came */
  uint32_t *first;   /* by what is left: parts in a list that is linked both ways */
  uint32_t *next, *before;
  bool *gone;
  uint32_t *order;
} peel;

static void link_part(peel *p, uint32_t part) {
  uint32_t *first = &p->first[p->left[part]];
  p->before[part] = NO_PART;
  p->next[part] = *first;
  if (*first != NO_PART) p->before[*first] = part;
  *first = part;
}

static void unlink_part(peel *p, uint32_t part) {
  uint32_t next = p->next[part], before = p->before[part];
  if (before == NO_PART)
    p->first[p->left[part]] = next;
  else
    p->next[before] = next;
  if (next != NO_PART) p->before[next] = before;
}

static bool make_peel(look *l, const uint32_t *part_of, size_t parts, peel *p) {
  const ql_graph *g = l->graph;
  ql_arena *a = l->arena;
  size_t m = 0, highest = 0;
  ql__edge *edges = ql_arena_array(a, 2 * g->needs.start[g->count] + 1, sizeof *edges);
  if (!edges) return false;
  for (size_t i = 0; i < g->count; i++)
    for (size_t e = g->needs.start[i]; e < g->needs.start[i + 1]; e++) {
      uint32_t from = part_of[i], to = part_of[g->needs.to[e]];
      if (from == to) continue;
      edges[m++] = (ql__edge){from, to};
      edges[m++] = (ql__edge){to, from};
    }
  p->left = ql_arena_array(a, parts + 1, sizeof *p->left);
  p->next = ql_arena_array(a, parts + 1, sizeof *p->next);
  p->before = ql_arena_array(a, parts + 1, sizeof *p->before);
  p->gone = ql_arena_array(a, parts + 1, sizeof *p->gone);
  p->order = ql_arena_array(a, parts + 1, sizeof *p->order);
  if (!p->left || !p->next || !p->before || !p->gone || !p->order || !ql__adjacent_make(a, edges, m, parts, true, &p->near)) return false;
  for (size_t i = 0; i < parts; i++) {
    for (size_t e = p->near.start[i]; e < p->near.start[i + 1]; e++) p->left[i] += p->near.times[e];
    if (p->left[i] > highest) highest = p->left[i];
  }
  p->first = ql_arena_array(a, highest + 1, sizeof *p->first);
  if (!p->first) return false;
  memset(p->first, 0xff, (highest + 1) * sizeof *p->first);
  for (size_t i = parts; i > 0; i--) link_part(p, (uint32_t)(i - 1));
  return true;
}

/* Always a part with the fewest dependencies left. What is left only falls by dependencies that go, each of which sets the walk back by one at
   most: linear. */
static bool peel_parts(look *l, const uint32_t *part_of, size_t parts, peel *out) {
  peel p = {0};
  if (!make_peel(l, part_of, parts, &p)) return false;
  for (size_t taken = 0, least = 0; taken < parts; taken++) {
    while (p.first[least] == NO_PART) least++;
    uint32_t part = p.first[least];
    unlink_part(&p, part);
    p.gone[part] = true;
    p.order[taken] = part;
    for (size_t e = p.near.start[part]; e < p.near.start[part + 1]; e++) {
      uint32_t near = p.near.to[e];
      if (p.gone[near]) continue;
      unlink_part(&p, near);
      p.left[near] -= p.near.times[e];
      link_part(&p, near);
      if (p.left[near] < least) least = p.left[near];
    }
  }
  *out = p;
  return true;
}

static ql_value *extraction(look *l, const uint32_t *part_of, size_t parts, bool groups) {
  const ql_graph *g = l->graph;
  ql_value *list = ql_array(l->arena);
  peel p = {0};
  size_t *in = ql_arena_array(l->arena, parts + 1, sizeof *in), *out = ql_arena_array(l->arena, parts + 1, sizeof *out);
  size_t *size = ql_arena_array(l->arena, parts + 1, sizeof *size);
  if (!in || !out || !size || !peel_parts(l, part_of, parts, &p)) return NULL;
  for (size_t i = 0; i < g->count; i++) {
    size[part_of[i]]++;
    for (size_t e = g->needs.start[i]; e < g->needs.start[i + 1]; e++) {
      uint32_t to = part_of[g->needs.to[e]];
      if (to == part_of[i]) continue;
      out[part_of[i]]++;
      in[to]++;
    }
  }
  for (size_t i = 0; i < capped(l, parts); i++) {
    size_t part = p.order[i];
    ql_value *item = ql_push(list, ql_object(l->arena));
    if (groups) {
      QL_SET(item, "group", ql_string(l->arena, g->groups[part]));
    } else {
      ql_value *members = ql_array(l->arena);
      for (size_t m = 0; m < capped(l, knot_size(l, part)); m++) ql_push(members, name_of(l, l->member[l->knot_start[part] + m]));
      QL_SET(item, "modules", members);
    }
    QL_SET(item, "in", count_of(l, in[part]));
    QL_SET(item, "left", count_of(l, p.left[part]));
    QL_SET(item, "out", count_of(l, out[part]));
    QL_SET(item, "size", count_of(l, size[part]));
  }
  return list;
}

/* ---- all of it ---- */

static size_t share(size_t part, size_t whole, size_t of) { return whole == 0 ? 0 : part * of / whole; }

/* In thousandths of 10: see FORMULA. */
static size_t score(const look *l, size_t edges) {
  size_t n = l->graph->count;
  size_t dense = n == 0 || edges >= n * NEEDS_MANY ? (n > 0) * 4000u : edges * 4000u / (n * NEEDS_MANY);
  return share(l->knotted, n, 4000) + dense + share(l->crossing, edges, 2000);
}

ql_status ql_graph_coupling(ql_graph *graph, ql_arena *a, size_t most, ql_value **out, ql_error *err) {
  ql_status status = ql__graph_seal(graph, err);
  if (status != QL_OK) return status;
  look l = {.graph = graph, .arena = a, .most = most};
  if (!begin(&l)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  size_t edges = graph->needs.start[graph->count];
  ql_value *value = ql_object(a);
  QL_SET(value, "coupling", coupling(&l));
  QL_SET(value, "cycles", cycles(&l));
  QL_SET(value, "debt", debts(&l));
  QL_SET(value, "edges", count_of(&l, edges));
  QL_SET(value, "formula", ql_string(a, QL_STR(FORMULA)));
  QL_SET(value, "interfaces", interfaces(&l));
  matrix(&l, value);
  QL_SET(value, "modules", count_of(&l, graph->count));
  QL_SET(value, "order", extraction(&l, graph->knot, graph->knot_count, false));
  QL_SET(value, "score", count_of(&l, score(&l, edges)));
  QL_SET(value, "services", extraction(&l, graph->group_of, graph->group_count, true));
  QL_SET(value, "tight", tight(&l));
  if (ql_arena_failed(a)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  *out = value;
  return QL_OK;
}
