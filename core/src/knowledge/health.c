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

typedef struct snapshot {
  const ql_value *value, *debt; /* debt: a list; NULL where nothing is said of it */
  int64_t at;
  size_t place; /* in what was given: of two with one time the later one counts as later */
} snapshot;

typedef struct snapshots {
  ql_arena *arena;
  snapshot *items; /* by time */
  size_t count;
} snapshots;

static ql_status wrong(ql_error *err, const char *message, const char *member) {
  return ql_fail(err, QL_ERR_SYNTAX, message, (ql_str){member, strlen(member)});
}

static int by_time(const void *x, const void *y) {
  const snapshot *a = x, *b = y;
  if (a->at != b->at) return a->at < b->at ? -1 : 1;
  return a->place < b->place ? -1 : a->place > b->place;
}

static ql_status check(const ql_value *given, ql_error *err) {
  if (given->kind != QL_OBJECT || ql_get_int(given, QL_STR("at"), -1) < 0)
    return wrong(err, "a snapshot has a time, in ms since 1970", "at");
  for (size_t i = 0; i < QL_COUNT(measures); i++) {
    const ql_value *number = ql_get_literal(given, measures[i].name);
    if (number && (number->kind != QL_INT || number->number < 0))
      return wrong(err, "a measure is a whole number of thousandths", measures[i].name);
  }
  const ql_value *names = QL_GET(given, "bottlenecks"), *debt = QL_GET(given, "debt");
  if (names && names->kind != QL_ARRAY) return wrong(err, "bottlenecks is not a list", "bottlenecks");
  for (const ql_value *item = names ? names->first : NULL; item; item = item->next)
    if (item->kind != QL_STRING) return wrong(err, "a bottleneck is not named by a string", "bottlenecks");
  if (debt && debt->kind != QL_ARRAY) return wrong(err, "debt is not a list", "debt");
  for (const ql_value *item = debt ? debt->first : NULL; item; item = item->next)
    if (ql_get_str(item, QL_STR("module")).len == 0 || ql_get_int(item, QL_STR("items"), -1) < 0 ||
        ql_get_int(item, QL_STR("serious"), 0) < 0)
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
      const ql_value *number = ql_get(s->items[k].value, name);
      if (number) add_point(a, points, s->items[k].at, number->number);
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

/* What is known of a module. A snapshot that lists debt lists all of it: a module that is not there has none any more. */
typedef struct owing {
  ql_value *value, *points;
  ql_value *last;  /* the newest of the points */
  size_t list;     /* the snapshot with a list that names it last */
  int64_t items;   /* there */
  int64_t serious; /* likewise; -1 where nothing is said */
} owing;

static int by_latest(const void *x, const void *y) {
  const owing *a = x, *b = y;
  if (a->items != b->items) return a->items < b->items ? 1 : -1;
  return ql_compare(ql_get_str(a->value, QL_STR("module")), ql_get_str(b->value, QL_STR("module")));
}

/* lists: the times of the snapshots that list debt. When a module was left out since, the first list without it is a point as well. */
static void catch_up(ql_arena *a, owing *o, const int64_t *lists, size_t list) {
  if (o->list == SIZE_MAX || o->list + 1 >= list) return;
  add_point(a, o->points, lists[o->list + 1], 0);
  o->items = 0;
  o->serious = -1;
}

/* Twice in one list counts together. */
static void add_item(ql_arena *a, owing *o, const int64_t *lists, size_t list, const ql_value *item) {
  int64_t items = ql_get_int(item, QL_STR("items"), 0), serious = ql_get_int(item, QL_STR("serious"), -1);
  if (o->list == list) {
    o->items = items > QL_INT_MAX - o->items ? QL_INT_MAX : o->items + items;
    if (serious >= 0) o->serious = serious > QL_INT_MAX - o->serious ? QL_INT_MAX : serious + (o->serious > 0 ? o->serious : 0);
    if (o->last) o->last->number = o->items;
    return;
  }
  catch_up(a, o, lists, list);
  add_point(a, o->points, lists[list], items);
  o->last = o->points && o->points->last ? QL_GET(o->points->last, "value") : NULL;
  o->list = list;
  o->items = items;
  o->serious = serious;
}

static bool add_debt(const snapshots *s, ql_value *out) {
  ql_arena *a = s->arena;
  size_t most = 0, count = 0, lists = 0;
  for (size_t k = 0; k < s->count; k++) most += s->items[k].debt ? s->items[k].debt->count : 0;
  ql__names known;
  owing *series = ql_arena_array(a, most + 1, sizeof *series);
  int64_t *times = ql_arena_array(a, s->count + 1, sizeof *times);
  if (!series || !times || !ql__names_make(a, most, &known)) return false;
  for (size_t k = 0; k < s->count; k++) {
    if (!s->items[k].debt) continue;
    times[lists] = s->items[k].at;
    for (const ql_value *item = s->items[k].debt->first; item; item = item->next) {
      ql_str module = ql_get_str(item, QL_STR("module"));
      if (ql__names_put(&known, module, count)) {
        owing *fresh = &series[count++];
        *fresh = (owing){.value = ql_object(a), .list = SIZE_MAX};
        QL_SET(fresh->value, "module", ql_string(a, module));
        fresh->points = QL_SET(fresh->value, "points", ql_array(a));
      }
      add_item(a, &series[ql__names_get(&known, module)], times, lists, item);
    }
    lists++;
  }
  if (ql_arena_failed(a)) return false;
  for (size_t i = 0; i < count; i++) {
    catch_up(a, &series[i], times, lists);
    add_change(a, series[i].value, series[i].points);
    if (series[i].serious >= 0) QL_SET(series[i].value, "serious", ql_int(a, series[i].serious));
  }
  qsort(series, count, sizeof *series, by_latest);
  ql_value *list = ql_array(a);
  for (size_t i = 0; i < count; i++) ql_push(list, series[i].value);
  QL_SET(out, "debt", list);
  return true;
}

ql_status ql_health(ql_arena *a, const ql_value *list, ql_value **out, ql_error *err) {
  if (!list || list->kind != QL_ARRAY) return wrong(err, "snapshots come in a list", "");
  snapshots s = {a, ql_arena_array(a, list->count + 1, sizeof(snapshot)), 0};
  ql_value *value = ql_object(a);
  if (!s.items || !value) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  for (const ql_value *item = list->first; item; item = item->next) {
    ql_status status = check(item, err);
    if (status != QL_OK) return status;
    s.items[s.count] = (snapshot){item, QL_GET(item, "debt"), ql_get_int(item, QL_STR("at"), 0), s.count};
    s.count++;
  }
  qsort(s.items, s.count, sizeof *s.items, by_time);
  const ql_value *last = s.count > 0 ? QL_GET(s.items[s.count - 1].value, "bottlenecks") : NULL;
  QL_SET(value, "bottlenecks", last ? ql_copy(a, last) : ql_array(a));
  add_measures(&s, value);
  if (!add_debt(&s, value) || ql_arena_failed(a)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  *out = value;
  return QL_OK;
}
