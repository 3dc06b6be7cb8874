/* Breadth first through all states of a slice: the guard is asked about every command in every state, what it accepts is applied to a copy. Then
   liveness, on the graph that was found. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "invariants.h"
#include "model.h"

#define NOWHERE UINT32_MAX

typedef struct node {
  uint32_t parent;
  uint16_t move;            /* that led here first */
  uint8_t matters, reaches; /* a bit for each promise */
} node;

typedef struct edge {
  uint32_t from, to;
  uint32_t promises; /* a bit for each that may take it */
} edge;

typedef struct search {
  const run *one;
  const slice *what;
  said *heard;
  move *moves;
  size_t move_count;
  node *nodes;
  size_t count, cap;
  edge *edges;
  size_t edge_count, edge_cap;
  uint32_t *table; /* of nodes, by key */
  key *keys;
  size_t slots;
  world *now, *next; /* the states of this depth and of the one below */
  size_t now_count, next_count, next_cap;
  report out;
} search;

static void *grown(void *items, size_t count, size_t *cap, size_t size) {
  if (count < *cap) return items;
  *cap = *cap ? *cap * 2 : 1024;
  items = realloc(items, *cap * size);
  if (!items) abort();
  return items;
}

/* ---- what is seen ---- */

static void enter(search *x, uint32_t index) {
  size_t slot = x->keys[index].parts[0] & (x->slots - 1);
  while (x->table[slot] != NOWHERE) slot = (slot + 1) & (x->slots - 1);
  x->table[slot] = index;
}

static uint32_t find(const search *x, key k) {
  size_t slot = k.parts[0] & (x->slots - 1);
  for (; x->table[slot] != NOWHERE; slot = (slot + 1) & (x->slots - 1))
    if (memcmp(&x->keys[x->table[slot]], &k, sizeof k) == 0) return x->table[slot];
  return NOWHERE;
}

static void widen(search *x) {
  x->slots = x->slots ? x->slots * 4 : 4096;
  x->table = realloc(x->table, x->slots * sizeof *x->table);
  if (!x->table) abort();
  memset(x->table, 0xff, x->slots * sizeof *x->table);
  for (size_t i = 0; i < x->count; i++) enter(x, (uint32_t)i);
}

static uint32_t add_node(search *x, const world *w, key k, uint32_t parent, size_t index_of_move) {
  if (x->count == x->cap) {
    size_t cap = x->cap;
    x->nodes = grown(x->nodes, x->count, &x->cap, sizeof *x->nodes);
    x->keys = grown(x->keys, x->count, &cap, sizeof *x->keys);
  }
  uint32_t index = (uint32_t)x->count++;
  node *n = &x->nodes[index];
  *n = (node){.parent = parent, .move = (uint16_t)index_of_move};
  for (size_t i = 0; i < PROMISE_COUNT; i++) {
    unsigned is = PROMISES[i].standing(&w->s);
    if (is & MATTERS) n->matters = (uint8_t)(n->matters | 1u << i);
    if (is & REACHED) n->reaches = (uint8_t)(n->reaches | 1u << i);
  }
  x->keys[index] = k;
  if (x->count * 2 > x->slots)
    widen(x);
  else
    enter(x, index);
  x->next = grown(x->next, x->next_count, &x->next_cap, sizeof *x->next);
  copy_world(&x->next[x->next_count++], w);
  return index;
}

static void add_edge(search *x, uint32_t from, uint32_t to, const ql__state *before, const ql__event *event) {
  uint32_t promises = 0;
  for (size_t i = 0; i < PROMISE_COUNT; i++)
    if (PROMISES[i].steps(before, event)) promises |= UINT32_C(1) << i;
  if (promises == 0) return;
  x->edges = grown(x->edges, x->edge_count, &x->edge_cap, sizeof *x->edges);
  x->edges[x->edge_count++] = (edge){from, to, promises};
}

/* ---- what is said ---- */

static void print_move(const move *m) {
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  ql_value *d = ql_object(a);
  for (const ql_value *member = m->d->first; member; member = member->next)
    if (member->kind != QL_STRING || member->text.len < 43) ql_set(d, member->key, ql_copy(a, member));
  ql_str name = ql__event_name(m->type), text = ql_value_text(a, d);
  printf("  %.*s %.*s %.*s", (int)m->by.len, m->by.ptr, (int)name.len, name.ptr, (int)text.len, text.ptr);
  if (m->fence) printf(" fence %+d", (int)m->fence);
  if (m->counter) printf(" counter %+d", (int)m->counter);
  if (m->later) printf(" %d ms later", (int)m->later);
  printf("\n");
  ql_arena_free(a);
}

static size_t path_to(const search *x, uint32_t to, const move **path, size_t room) {
  size_t count = 0;
  for (uint32_t i = to; x->nodes[i].parent != NOWHERE; i = x->nodes[i].parent) count++;
  size_t left = count;
  for (uint32_t i = to; x->nodes[i].parent != NOWHERE; i = x->nodes[i].parent)
    if (--left < room) path[left] = &x->moves[x->nodes[i].move];
  return count;
}

static void violation(search *x, const char *broken, uint32_t at, const move *last) {
  const move *path[256];
  if (x->out.violated) return;
  x->out.violated = true;
  printf("VIOLATED in \"%s, %s\": %s\n", x->what->name, policy_name(x->one->policy), broken);
  size_t count = path_to(x, at, path, 256);
  for (size_t i = 0; i < count && i < 256; i++) print_move(path[i]);
  if (last) print_move(last);
}

/* ---- one state ---- */

static bool out_of_bounds(const search *x, const ql__state *s, const move *m) {
  size_t to = m->type == QL_EVENT_message && QL_GET(m->d, "to") ? QL_GET(m->d, "to")->count : 0;
  bool leader = ql_eq(m->by, s->seats[s->leader].id);
  if (leader && to > 0) {
    ql_str task = ql_get_str(m->d, QL_STR("task"));
    size_t opens = !task.ptr ? to : (size_t)(task.ptr[1] - '0') > s->task_count ? 1 : 0;
    if (s->item_count + to > x->what->items || s->task_count + opens > x->what->tasks) return true;
  }
  if (m->type == QL_EVENT_start && s->effect_count == (x->what->effects > 0 ? x->what->effects : EFFECTS)) return true;
  if (s->booking_count + s->effect_count + 1 >= ROWS || s->repeat_count == REPEATS) return true;
  if (m->type == QL_EVENT_artifact && s->artifact_count == ARTIFACTS) return true;
  /* Of what was used, only as much as the budget matters. */
  return (m->type == QL_EVENT_usage || m->type == QL_EVENT_start) && s->used.calls > 12;
}

static void follow(search *x, uint32_t from, const world *w, size_t index, const ql__event *event) {
  world after;
  copy_world(&after, w);
  after.s.message_count = 0;
  ql__state_apply(&after.s, event);
  const char *broken = broken_step(&(step){&w->s, event, QL__ACCEPTED, &after.s});
  if (broken) {
    violation(x, broken, from, &x->moves[index]);
    return;
  }
  key k = key_of(x->what, &after);
  uint32_t to = find(x, k);
  if (to == NOWHERE) to = add_node(x, &after, k, from, index);
  add_edge(x, from, to, &w->s, event);
  x->out.transitions++;
}

static ql_str bytes_of(const world *w) { return (ql_str){(const char *)w, sizeof *w}; }

static void expand(search *x, uint32_t from, const world *stored) {
  static world here, before; /* what is stored may have moved since it was written */
  world *w = &here;
  copy_world(w, stored);
  memcpy(&before, w, sizeof before);
  for (size_t i = 0; i < x->move_count && !x->out.violated; i++) {
    const move *m = &x->moves[i];
    ql__event event = event_of(&w->s, m);
    ql__refusal_code code = ql__guard(&w->s, &event).code;
    x->heard->codes[event.type][w->s.status] |= UINT64_C(1) << code;
    bool followed = code == QL__ACCEPTED && !out_of_bounds(x, &w->s, m);
    const char *broken = followed ? NULL : S2(&(step){&w->s, &event, code, NULL});
    if (broken) violation(x, broken, from, m);
    if (followed)
      follow(x, from, w, i, &event);
    else if (code == QL__ACCEPTED)
      x->out.beyond++;
    else
      x->out.refusals++;
  }
  const char *broken = S8(bytes_of(&before), bytes_of(w));
  if (broken) violation(x, broken, from, NULL);
}

/* ---- all of them ---- */

static void search_all(search *x) {
  uint32_t first = 0;
  x->out.closed = true;
  while (x->next_count > 0 && !x->out.violated) {
    world *done = x->now;
    x->now = x->next;
    x->now_count = x->next_count;
    free(done);
    x->next = NULL;
    x->next_count = x->next_cap = 0;
    for (size_t i = 0; i < x->now_count && !x->out.violated; i++) expand(x, first + (uint32_t)i, &x->now[i]);
    first += (uint32_t)x->now_count;
    x->out.depth++;
    if (x->what->most > 0 && x->count > x->what->most && x->next_count > 0) {
      x->out.closed = false;
      break;
    }
  }
}

/* Backwards along the edges, until nothing new reaches a goal. */
static void keep_promises(search *x) {
  uint32_t *into = calloc(x->count + 1, sizeof *into), *by_target = malloc((x->edge_count + 1) * sizeof *by_target);
  uint32_t *queue = malloc(x->count * sizeof *queue);
  if (!into || !by_target || !queue) abort();
  for (size_t i = 0; i < x->edge_count; i++) into[x->edges[i].to]++;
  uint32_t sum = 0;
  for (size_t i = 0; i <= x->count; i++) {
    uint32_t here = into[i];
    into[i] = sum;
    sum += here;
  }
  for (size_t i = 0; i < x->edge_count; i++) by_target[into[x->edges[i].to]++] = (uint32_t)i;
  for (size_t p = 0; p < PROMISE_COUNT; p++) {
    size_t head = 0, tail = 0;
    uint8_t bit = (uint8_t)(1u << p);
    for (size_t i = 0; i < x->count; i++)
      if (x->nodes[i].reaches & bit) queue[tail++] = (uint32_t)i;
    for (; head < tail; head++) {
      uint32_t to = queue[head];
      for (uint32_t e = to == 0 ? 0 : into[to - 1]; e < into[to]; e++) {
        const edge *way = &x->edges[by_target[e]];
        if (!(way->promises & bit) || (x->nodes[way->from].reaches & bit)) continue;
        x->nodes[way->from].reaches |= bit;
        queue[tail++] = way->from;
      }
    }
    for (size_t i = 0; i < x->count && !x->out.violated; i++)
      if ((x->nodes[i].matters & bit) && !(x->nodes[i].reaches & bit)) violation(x, PROMISES[p].broken, (uint32_t)i, NULL);
  }
  free(into);
  free(by_target);
  free(queue);
}

/* S10 and S12, on paths spread over all that was found. */
static void sample(search *x, ql_arena *a, size_t paths) {
  static const move *path[256];
  size_t every = x->count / paths + 1;
  for (size_t i = 0; i < x->count && !x->out.violated; i += every) {
    world w;
    raise_world(a, x->one, &w);
    size_t count = path_to(x, (uint32_t)i, path, 256);
    if (count > 256) continue;
    for (size_t k = 0; k < count; k++) {
      ql__event event = event_of(&w.s, path[k]);
      w.s.message_count = 0;
      ql__state_apply(&w.s, &event);
    }
    const char *broken = replay(x->one, path, count, &w);
    if (broken) violation(x, broken, (uint32_t)i, NULL);
  }
}

report explore(const run *one, said *heard) {
  const slice *what = one->what;
  search x = {.one = one, .what = what, .heard = heard};
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  struct timespec start, end;
  world first;
  clock_gettime(CLOCK_MONOTONIC, &start);
  x.move_count = make_moves(a, what, &x.moves);
  raise_world(a, one, &first);
  widen(&x);
  add_node(&x, &first, key_of(what, &first), NOWHERE, 0);
  const ql__event create = create_event(a, one);
  const char *broken = broken_start(&create);
  if (broken) violation(&x, broken, 0, NULL);
  search_all(&x);
  if (!x.out.violated && x.out.closed) keep_promises(&x);
  if (!x.out.violated && !one->mutant) sample(&x, a, one->quick ? 100 : 1000);
  clock_gettime(CLOCK_MONOTONIC, &end);
  x.out.states = x.count;
  x.out.seconds = (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) / 1e9;
  free(x.nodes);
  free(x.edges);
  free(x.table);
  free(x.keys);
  free(x.now);
  free(x.next);
  ql_arena_free(a);
  return x.out;
}
