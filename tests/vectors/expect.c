#include "vectors.h"

#include <string.h>

#include "base/text.h"

typedef struct pair {
  const ql_value *expect, *actual;
  ql_str path;
} pair;

static bool differ(ql_buf *why, ql_str path, const ql_value *expect, const ql_value *actual) {
  ql_buf_add(why, QL_STR("at "));
  ql_buf_add(why, path.len > 0 ? path : QL_STR("the top"));
  ql_buf_add(why, QL_STR("\n  expected "));
  ql_value_write(why, expect);
  ql_buf_add(why, QL_STR("\n  answered "));
  if (actual != NULL)
    ql_value_write(why, actual);
  else
    ql_buf_add(why, QL_STR("nothing"));
  return false;
}

static ql_str below(ql_arena *a, ql_str path, const ql_value *child, size_t index) {
  if (child->key.ptr != NULL) return ql_arena_concat(a, (const ql_str[]){path, QL_STR("."), child->key}, 3);
  ql_buf number = ql_buf_new(ql_arena_alloc(a));
  ql_buf_int(&number, (int64_t)index);
  ql_str joined = ql_arena_concat(a, (const ql_str[]){path, QL_STR("["), ql_buf_str(&number), QL_STR("]")}, 4);
  ql_buf_free(&number);
  return joined;
}

static bool says_absent(const ql_value *expect) { return expect->kind == QL_OBJECT && ql_get_bool(expect, QL_STR("$absent")); }

bool expected(ql_arena *a, const ql_value *expect, const ql_value *actual, ql_buf *why) {
  size_t count = 1, cap = 64;
  pair *open = need(ql_arena_array(a, cap, sizeof *open));
  open[0] = (pair){expect, actual, QL_STR("")};
  while (count > 0) {
    pair p = open[--count];
    if (says_absent(p.expect) != (p.actual == NULL)) return differ(why, p.path, p.expect, p.actual);
    if (p.actual == NULL) continue;
    bool deeper = p.expect->kind == p.actual->kind && (p.expect->kind == QL_OBJECT || p.expect->kind == QL_ARRAY);
    if (!deeper) {
      if (!ql_value_equal(p.expect, p.actual)) return differ(why, p.path, p.expect, p.actual);
      continue;
    }
    if (p.expect->kind == QL_ARRAY && p.expect->count != p.actual->count) return differ(why, p.path, p.expect, p.actual);
    const ql_value *item = p.actual->first;
    size_t index = 0;
    for (const ql_value *child = p.expect->first; child; child = child->next, index++) {
      const ql_value *found = p.expect->kind == QL_OBJECT ? ql_get(p.actual, child->key) : item;
      if (p.expect->kind == QL_ARRAY) item = item->next;
      if (count == cap) open = need(ql_arena_grow(a, open, count, &cap, sizeof *open));
      open[count++] = (pair){child, found, below(a, p.path, child, index)};
    }
  }
  return true;
}
