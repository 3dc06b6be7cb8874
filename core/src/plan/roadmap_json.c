/* A roadmap as a JSON value. */
#include <questline/roadmap.h>

#include "base/text.h"

static void some_text(ql_arena *a, ql_value *object, ql_str key, ql_str text) {
  if (text.len > 0) ql_set(object, key, ql_string(a, text));
}

static void some_texts(ql_arena *a, ql_value *object, ql_str key, const ql_str *items, size_t count) {
  if (count == 0) return;
  ql_value *array = ql_set(object, key, ql_array(a));
  for (size_t i = 0; i < count; i++) ql_push(array, ql_string(a, items[i]));
}

static ql_value *item_value(ql_arena *a, const ql_roadmap *roadmap, size_t index) {
  const ql_roadmap_item *item = &roadmap->items[index];
  ql_value *object = ql_object(a), *after = ql_array(a);
  for (size_t i = 0; i < item->after_count; i++) ql_push(after, ql_int(a, (int64_t)item->after[i] + 1));
  if (item->after_count > 0) QL_SET(object, "after", after);
  QL_SET(object, "blocked", ql_bool(a, item->blocked));
  some_text(a, object, QL_STR("description"), item->description);
  some_texts(a, object, QL_STR("details"), item->details, item->detail_count);
  QL_SET(object, "done", ql_bool(a, item->done));
  some_text(a, object, QL_STR("duration"), item->duration);
  some_text(a, object, QL_STR("effort"), ql_effort_word(item->effort));
  QL_SET(object, "line", ql_int(a, item->line));
  QL_SET(object, "n", ql_int(a, (int64_t)index + 1));
  if (item->parent != SIZE_MAX) QL_SET(object, "parent", ql_int(a, (int64_t)item->parent + 1));
  QL_SET(object, "title", ql_string(a, item->title));
  return object;
}

ql_value *ql_roadmap_value(ql_arena *a, const ql_roadmap *roadmap) {
  ql_value *object = ql_object(a), *phases = ql_array(a);
  size_t item = 0;
  some_texts(a, object, QL_STR("dependencies"), roadmap->dependencies, roadmap->dependency_count);
  if (roadmap->next != SIZE_MAX) QL_SET(object, "next", ql_int(a, (int64_t)roadmap->next + 1));
  some_text(a, object, QL_STR("path"), roadmap->path);
  for (size_t i = 0; i < roadmap->phase_count; i++) {
    const ql_roadmap_phase *phase = &roadmap->phases[i];
    ql_value *value = ql_push(phases, ql_object(a)), *items = ql_array(a);
    for (; item < roadmap->item_count && roadmap->items[item].phase == i; item++) ql_push(items, item_value(a, roadmap, item));
    some_texts(a, value, QL_STR("dependencies"), phase->dependencies, phase->dependency_count);
    QL_SET(value, "done", ql_bool(a, phase->items > 0 && phase->open == 0));
    some_text(a, value, QL_STR("duration"), phase->duration);
    some_text(a, value, QL_STR("goal"), phase->goal);
    QL_SET(value, "items", items);
    QL_SET(value, "line", ql_int(a, phase->line));
    some_texts(a, value, QL_STR("risks"), phase->risks, phase->risk_count);
    some_texts(a, value, QL_STR("success"), phase->success, phase->success_count);
    QL_SET(value, "title", ql_string(a, phase->title));
  }
  QL_SET(object, "phases", phases);
  some_texts(a, object, QL_STR("risks"), roadmap->risks, roadmap->risk_count);
  return ql_arena_failed(a) ? NULL : object;
}
