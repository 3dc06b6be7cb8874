/* Where the time of a request goes, from the spans of a trace: who calls whom, what each step takes by itself, what is called again and again. */
#include <stdlib.h>

#include <questline/impact.h>
#include <questline/limits.h>

#include "base/text.h"

#define REPEATED  5    /* calls of one name by one caller that are told */
#define NARROW    2000 /* basis points of the whole: a step that takes that much by itself is a bottleneck */
#define NO_PARENT SIZE_MAX

typedef struct span {
  ql_str id, name, parent_id;
  int64_t start, time, own; /* microseconds; own: while none of its calls ran */
  size_t parent, place;     /* index; in what was given */
  size_t first, count;      /* of its calls, in `by_parent` */
} span;

typedef struct flow {
  ql_arena *arena;
  span *spans;
  size_t count;
  int64_t begin, end;
} flow;

static ql_status wrong(ql_error *err, const char *message, ql_str detail) { return ql_fail(err, QL_ERR_SYNTAX, message, detail); }

/* ---- sorting: spans are sorted themselves, so that no comparison needs more than two of them ---- */

static int by_id(const void *x, const void *y) { return ql_compare(((const span *)x)->id, ((const span *)y)->id); }

static int by_parent(const void *x, const void *y) {
  const span *a = *(span *const *)x, *b = *(span *const *)y;
  if (a->parent != b->parent) return a->parent < b->parent ? -1 : 1;
  if (a->start != b->start) return a->start < b->start ? -1 : 1;
  return a->place < b->place ? -1 : a->place > b->place;
}

static int by_caller_and_name(const void *x, const void *y) {
  const span *a = *(span *const *)x, *b = *(span *const *)y;
  if (a->parent != b->parent) return a->parent < b->parent ? -1 : 1;
  return ql_compare(a->name, b->name);
}

static int by_name(const void *x, const void *y) { return ql_compare((*(span *const *)x)->name, (*(span *const *)y)->name); }

static int by_own(const void *x, const void *y) {
  const span *a = x, *b = y; /* sums: name, own, count */
  if (a->own != b->own) return a->own < b->own ? 1 : -1;
  return ql_compare(a->name, b->name);
}

/* ---- reading ---- */

static ql_status read_span(const ql_value *value, size_t place, span *out, ql_error *err) {
  *out = (span){.id = ql_get_str(value, QL_STR("id")),
                .name = ql_get_str(value, QL_STR("name")),
                .parent_id = ql_get_str(value, QL_STR("parent")),
                .start = ql_get_int(value, QL_STR("start"), -1),
                .time = ql_get_int(value, QL_STR("time"), -1),
                .parent = NO_PARENT,
                .place = place};
  if (out->id.len == 0 || out->name.len == 0) return wrong(err, "a span has an id and a name", QL_ABSENT);
  if (out->start < 0 || out->time < 0 || out->start > QL_INT_MAX - out->time)
    return wrong(err, "a span has a start and a time, in whole microseconds", out->id);
  return QL_OK;
}

static ql_status find_parents(flow *f, ql_error *err) {
  qsort(f->spans, f->count, sizeof *f->spans, by_id);
  for (size_t i = 0; i < f->count; i++) {
    span *s = &f->spans[i];
    if (i > 0 && ql_eq(s->id, s[-1].id)) return wrong(err, "two spans have one id", s->id);
    if (s->parent_id.len == 0) continue;
    const span key = {.id = s->parent_id}, *found = bsearch(&key, f->spans, f->count, sizeof *f->spans, by_id);
    if (!found) return wrong(err, "the caller is not in the trace", s->parent_id);
    s->parent = (size_t)(found - f->spans);
  }
  return QL_OK;
}

static ql_status read_spans(flow *f, const ql_value *given, ql_error *err) {
  if (!given || given->kind != QL_ARRAY) return wrong(err, "a trace is a list of spans", QL_ABSENT);
  if (given->count == 0) return wrong(err, "there is no span", QL_ABSENT);
  if (given->count > QL_TRACE_SPANS_MAX) return ql_fail(err, QL_ERR_LIMIT, "more spans than one trace holds", QL_STR("QL_TRACE_SPANS_MAX"));
  f->spans = ql_arena_array(f->arena, given->count, sizeof *f->spans);
  if (!f->spans) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  for (const ql_value *value = given->first; value; value = value->next) {
    span *s = &f->spans[f->count];
    ql_status status = read_span(value, f->count, s, err);
    if (status != QL_OK) return status;
    if (f->count == 0 || s->start < f->begin) f->begin = s->start;
    if (s->start + s->time > f->end) f->end = s->start + s->time;
    f->count++;
  }
  return find_parents(f, err);
}

/* ---- answers ---- */

static int64_t share(const flow *f, int64_t time) {
  int64_t whole = f->end - f->begin;
  while (whole > QL_INT_MAX / 10000) whole /= 2, time /= 2;
  return whole > 0 ? time * 10000 / whole : 0;
}

/* What a span takes while none of its calls runs; they are sorted by their start, and may overlap. */
static int64_t own_time(const span *s, span *const *calls) {
  int64_t own = s->time, covered = s->start, end = s->start + s->time;
  for (size_t i = 0; i < s->count; i++) {
    int64_t from = calls[s->first + i]->start, to = from + calls[s->first + i]->time;
    if (from < covered) from = covered;
    if (to > end) to = end;
    if (to <= from) continue;
    own -= to - from;
    covered = to;
  }
  return own; /* never below 0: what is taken off lies inside, once */
}

static void add_step(const flow *f, ql_value *chain, ql_value *narrow, const span *s, size_t depth) {
  ql_value *step = ql_push(chain, ql_object(f->arena));
  QL_SET(step, "at", ql_int(f->arena, s->start - f->begin));
  QL_SET(step, "depth", ql_int(f->arena, (int64_t)depth));
  QL_SET(step, "id", ql_string(f->arena, s->id));
  QL_SET(step, "name", ql_string(f->arena, s->name));
  QL_SET(step, "own", ql_int(f->arena, s->own));
  QL_SET(step, "share", ql_int(f->arena, share(f, s->own)));
  QL_SET(step, "time", ql_int(f->arena, s->time));
  if (share(f, s->own) >= NARROW) ql_push(narrow, ql_string(f->arena, s->id));
}

/* Each call behind its caller, in the order of their starts. @return false when not all were reached: callers in a ring */
static bool add_chain(flow *f, span **calls, ql_value *out) {
  ql_value *chain = QL_SET(out, "chain", ql_array(f->arena)), *narrow = QL_SET(out, "bottlenecks", ql_array(f->arena));
  size_t *depths = ql_arena_array(f->arena, f->count + 1, sizeof *depths), top = 0, reached = 0;
  span **stack = ql_arena_array(f->arena, f->count + 1, sizeof(span *));
  if (!depths || !stack) return true;
  for (size_t i = f->count; i-- > 0;)
    if (calls[i]->parent == NO_PARENT) {
      depths[top] = 0;
      stack[top++] = calls[i];
    }
  while (top > 0) {
    span *s = stack[--top];
    size_t depth = depths[top];
    s->own = own_time(s, calls);
    add_step(f, chain, narrow, s, depth);
    reached++;
    for (size_t i = s->count; i-- > 0; top++) {
      stack[top] = calls[s->first + i];
      depths[top] = depth + 1;
    }
  }
  return reached == f->count;
}

static void add_parts(flow *f, span **list, ql_value *out) {
  ql_value *parts = QL_SET(out, "breakdown", ql_array(f->arena));
  span *sums = ql_arena_array(f->arena, f->count, sizeof *sums);
  size_t count = 0;
  if (!sums) return;
  qsort(list, f->count, sizeof *list, by_name);
  for (size_t i = 0; i < f->count; i++) {
    if (count == 0 || !ql_eq(sums[count - 1].name, list[i]->name)) sums[count++] = (span){.name = list[i]->name};
    sums[count - 1].own += list[i]->own;
    sums[count - 1].count++;
  }
  qsort(sums, count, sizeof *sums, by_own);
  for (size_t i = 0; i < count; i++) {
    ql_value *part = ql_push(parts, ql_object(f->arena));
    QL_SET(part, "calls", ql_int(f->arena, (int64_t)sums[i].count));
    QL_SET(part, "name", ql_string(f->arena, sums[i].name));
    QL_SET(part, "own", ql_int(f->arena, sums[i].own));
    QL_SET(part, "share", ql_int(f->arena, share(f, sums[i].own)));
  }
}

static void add_repeats(flow *f, span **list, ql_value *out) {
  ql_value *repeats = QL_SET(out, "repeated", ql_array(f->arena));
  qsort(list, f->count, sizeof *list, by_caller_and_name);
  for (size_t i = 0, end; i < f->count; i = end) {
    int64_t time = 0;
    for (end = i; end < f->count && by_caller_and_name(&list[i], &list[end]) == 0; end++) time += list[end]->time;
    if (list[i]->parent == NO_PARENT || end - i < REPEATED) continue;
    ql_value *repeat = ql_push(repeats, ql_object(f->arena));
    QL_SET(repeat, "by", ql_string(f->arena, f->spans[list[i]->parent].name));
    QL_SET(repeat, "calls", ql_int(f->arena, (int64_t)(end - i)));
    QL_SET(repeat, "name", ql_string(f->arena, list[i]->name));
    QL_SET(repeat, "time", ql_int(f->arena, time));
  }
}

ql_status ql_request_flow(ql_arena *a, const ql_value *spans, ql_value **out, ql_error *err) {
  flow f = {.arena = a};
  ql_status status = read_spans(&f, spans, err);
  if (status != QL_OK) return status;
  ql_value *value = ql_object(a);
  span **list = ql_arena_array(a, f.count, sizeof(span *));
  if (!list) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  for (size_t i = 0; i < f.count; i++) list[i] = &f.spans[i];
  qsort(list, f.count, sizeof *list, by_parent);
  for (size_t i = 0; i < f.count && list[i]->parent != NO_PARENT; i++) {
    span *caller = &f.spans[list[i]->parent];
    if (caller->count++ == 0) caller->first = i;
  }
  if (!add_chain(&f, list, value)) return wrong(err, "spans call each other in a ring", QL_ABSENT);
  add_parts(&f, list, value);
  add_repeats(&f, list, value);
  QL_SET(value, "time", ql_int(a, f.end - f.begin));
  if (ql_arena_failed(a)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  *out = value;
  return QL_OK;
}
