/* A backend's health over time: what was measured, how it changed, where the debt lies. */
#include <stdlib.h>
#include <string.h>

#include <questline/impact.h>

#include "base/text.h"
#include "knowledge/names.h"

typedef struct measure {
  const char *name, *unit;
  bool more; /* is better */
} measure;

static const measure measures[] = {
    {"coupling", "/10", false},   {"duplication", "%", false}, {"coverage", "%", true},
    {"performance", "/10", true}, {"security", "/10", true},
};

typedef struct snapshots {
  ql_arena *arena;
  const ql_value **items; /* by time */
  size_t count;
} snapshots;

static ql_status wrong(ql_error *err, const char *message, const char *member) {
  return ql_fail(err, QL_ERR_SYNTAX, message, (ql_str){member, strlen(member)});
}

static int64_t time_of(const ql_value *snapshot) { return ql_get_int(snapshot, QL_STR("at"), -1); }

static int by_time(const void *x, const void *y) {
  int64_t a = time_of(*(const ql_value *const *)x), b = time_of(*(const ql_value *const *)y);
  return (a > b) - (a < b);
}

static ql_status check(const ql_value *snapshot, ql_error *err) {
  if (snapshot->kind != QL_OBJECT || time_of(snapshot) < 0) return wrong(err, "a snapshot has a time, in ms since 1970", "at");
  for (size_t i = 0; i < QL_COUNT(measures); i++) {
    const ql_value *number = ql_get_literal(snapshot, measures[i].name);
    if (number && (number->kind != QL_INT || number->number < 0))
      return wrong(err, "a measure is a number in thousandths", measures[i].name);
  }
  const ql_value *debt = QL_GET(snapshot, "debt");
  for (const ql_value *item = debt ? debt->first : NULL; item; item = item->next)
    if (ql_get_str(item, QL_STR("module")).len == 0 || ql_get_int(item, QL_STR("items"), -1) < 0)
      return wrong(err, "debt has a module and a number of items", "debt");
  return QL_OK;
}

static void add_point(ql_arena *a, ql_value *points, int64_t at, int64_t value) {
  ql_value *point = ql_push(points, ql_object(a));
  QL_SET(point, "at", ql_int(a, at));
  QL_SET(point, "value", ql_int(a, value));
}

/* The last point, and what changed since the one before. */
static void add_change(ql_arena *a, ql_value *series, const ql_value *points) {
  if (!points || points->count == 0) return;
  const ql_value *before = points->first;
  while (before->next && before->next->next) before = before->next;
  int64_t latest = ql_get_int(points->last, QL_STR("value"), 0);
  if (points->count > 1) QL_SET(series, "change", ql_int(a, latest - ql_get_int(before, QL_STR("value"), 0)));
  QL_SET(series, "latest", ql_int(a, latest));
}

static void add_measures(const snapshots *s, ql_value *out) {
  ql_arena *a = s->arena;
  ql_value *list = ql_array(a), *missing = ql_array(a);
  for (size_t i = 0; i < QL_COUNT(measures); i++) {
    ql_str name = {measures[i].name, strlen(measures[i].name)};
    ql_value *points = ql_array(a);
    for (size_t k = 0; k < s->count; k++) {
      const ql_value *number = ql_get(s->items[k], name);
      if (number) add_point(a, points, time_of(s->items[k]), number->number);
    }
    if (!points || points->count == 0) {
      ql_push(missing, ql_string(a, name));
      continue;
    }
    ql_value *series = ql_push(list, ql_object(a));
    QL_SET(series, "better", ql_string(a, measures[i].more ? QL_STR("more") : QL_STR("less")));
    add_change(a, series, points);
    QL_SET(series, "name", ql_string(a, name));
    QL_SET(series, "points", points);
    QL_SET(series, "unit", ql_string(a, (ql_str){measures[i].unit, strlen(measures[i].unit)}));
  }
  QL_SET(out, "measures", list);
  QL_SET(out, "missing", missing);
}

/* ---- debt ---- */

static int by_latest(const void *x, const void *y) {
  const ql_value *a = *(const ql_value *const *)x, *b = *(const ql_value *const *)y;
  int64_t p = ql_get_int(a, QL_STR("latest"), 0), q = ql_get_int(b, QL_STR("latest"), 0);
  if (p != q) return p < q ? 1 : -1;
  return ql_compare(ql_get_str(a, QL_STR("module")), ql_get_str(b, QL_STR("module")));
}

static bool add_debt(const snapshots *s, ql_value *out) {
  ql_arena *a = s->arena;
  size_t most = 0, count = 0;
  for (size_t k = 0; k < s->count; k++) most += QL_GET(s->items[k], "debt") ? QL_GET(s->items[k], "debt")->count : 0;
  ql__names known;
  ql_value **series = ql_arena_array(a, most + 1, sizeof *series);
  if (!series || !ql__names_make(a, most, &known)) return false;
  for (size_t k = 0; k < s->count; k++) {
    const ql_value *debt = QL_GET(s->items[k], "debt");
    for (const ql_value *item = debt ? debt->first : NULL; item; item = item->next) {
      ql_str module = ql_get_str(item, QL_STR("module"));
      if (ql__names_put(&known, module, count)) {
        ql_value *fresh = series[count++] = ql_object(a);
        QL_SET(fresh, "module", ql_string(a, module));
        QL_SET(fresh, "points", ql_array(a));
      }
      ql_value *found = series[ql__names_get(&known, module)];
      add_point(a, QL_GET(found, "points"), time_of(s->items[k]), ql_get_int(item, QL_STR("items"), 0));
      if (QL_GET(item, "serious")) QL_SET(found, "serious", ql_int(a, ql_get_int(item, QL_STR("serious"), 0)));
    }
  }
  if (ql_arena_failed(a)) return false;
  for (size_t i = 0; i < count; i++) add_change(a, series[i], QL_GET(series[i], "points"));
  qsort(series, count, sizeof(ql_value *), by_latest);
  ql_value *list = ql_array(a);
  for (size_t i = 0; i < count; i++) ql_push(list, series[i]);
  QL_SET(out, "debt", list);
  return true;
}

ql_status ql_health(ql_arena *a, const ql_value *list, ql_value **out, ql_error *err) {
  if (!list || list->kind != QL_ARRAY) return wrong(err, "snapshots come in a list", "");
  snapshots s = {a, ql_arena_array(a, list->count + 1, sizeof(ql_value *)), 0};
  ql_value *value = ql_object(a);
  if (!s.items || !value) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  for (const ql_value *item = list->first; item; item = item->next) {
    ql_status status = check(item, err);
    if (status != QL_OK) return status;
    s.items[s.count++] = item;
  }
  qsort(s.items, s.count, sizeof *s.items, by_time);
  const ql_value *last = s.count > 0 ? QL_GET(s.items[s.count - 1], "bottlenecks") : NULL;
  QL_SET(value, "bottlenecks", last ? ql_copy(a, last) : ql_array(a));
  add_measures(&s, value);
  if (!add_debt(&s, value) || ql_arena_failed(a)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  *out = value;
  return QL_OK;
}
