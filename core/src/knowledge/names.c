#include "knowledge/names.h"

#include "base/text.h"
#include "spec/id.h"

bool ql__names_make(ql_arena *a, size_t most, ql__names *out) {
  size_t count = 16;
  while (count < 2 * most) count *= 2;
  *out = (ql__names){ql_arena_array(a, count, sizeof *out->slots), ql_arena_array(a, count, sizeof *out->numbers), count - 1};
  return out->slots && out->numbers;
}

static size_t place_of(const ql__names *names, ql_str name) {
  size_t at = ql__id_hash(name) & names->mask;
  while (names->slots[at].ptr && !ql_eq(names->slots[at], name)) at = (at + 1) & names->mask;
  return at;
}

size_t ql__names_get(const ql__names *names, ql_str name) {
  size_t at = place_of(names, name);
  return names->slots[at].ptr ? names->numbers[at] : SIZE_MAX;
}

bool ql__names_put(ql__names *names, ql_str name, size_t number) {
  size_t at = place_of(names, name);
  if (names->slots[at].ptr) return false;
  names->slots[at] = name;
  names->numbers[at] = number;
  return true;
}

void ql__names_clear(ql__names *names) {
  for (size_t i = 0; i <= names->mask; i++) names->slots[i] = QL_ABSENT;
}
