// Bytes as two sets of notes, parted at the first 0xff: reading and merging never fail but for a limit, and merging is a union whoever begins.

#include <questline/notes.h>

#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define check(right) hold((right), __LINE__)
static void hold(bool right, int line) {
  if (right) return;
  fprintf(stderr, "broken in line %d\n", line);
  abort();
}

static ql_value *merged(ql_arena *a, ql_str mine, ql_str theirs) {
  ql_value *out = NULL;
  ql_status status = ql_notes_merge(a, mine, theirs, &out, NULL);
  check(status == QL_OK || status == QL_ERR_LIMIT);
  return out;
}

static ql_str text_of(const ql_value *answer) { return ql_get_str(answer, QL_STR("text")); }

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  ql_quest *quest = ql_quest_new(ql_alloc_libc());
  ql_str bytes = {(const char *)data, size};
  size_t end = ql_find_byte(bytes, '\xff', 0);
  ql_str mine = ql_slice(bytes, 0, end), theirs = ql_slice(bytes, end == SIZE_MAX ? size : end + 1, size);
  const ql_value *one = merged(a, mine, theirs), *other = merged(a, theirs, mine);
  check((one == NULL) == (other == NULL));
  if (one) {
    ql_value *list = NULL;
    ql_str text = text_of(one);
    const ql_value *again = merged(a, text, mine);
    check(ql_eq(text, text_of(other)));
    check(again && ql_eq(text, text_of(again)) && QL_GET(again, "fresh")->count == 0);
    check(ql_notes_list(quest, a, text, &list, NULL) == QL_OK);
    check(ql_get_int(list, QL_STR("bad"), -1) == 0 && ql_get_int(list, QL_STR("conflicts"), -1) == 0);
    for (const ql_value *note = QL_GET(list, "notes")->first; note; note = note->next) check(!ql_get_bool(note, QL_STR("anchored")));
  }
  ql_quest_free(quest);
  ql_arena_free(a);
  return 0;
}
