/* Notes beside a quest. */
#include <questline/notes.h>

#include "shim_inside.h"

int32_t qlw_note_make(uint32_t quest, const char *notes, uint32_t notes_len, const char *draft, uint32_t draft_len, double now,
                      const char *entropy, uint32_t entropy_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  const ql_quest *found = qlw__find_quest(quest);
  if (found == NULL) return qlw__give_failure(QL_ERR_HANDLE);
  if (entropy_len != QL_NOTE_ID_BYTES)
    return qlw__give_failure(ql_fail(&qlw__error, QL_ERR_ARGUMENT, "a note needs 16 random bytes", QL_ABSENT));
  int64_t time = 0;
  ql_value *value = NULL;
  ql_str line = QL_ABSENT;
  ql_status status = qlw__to_integer(now, &time);
  if (status == QL_OK) status = ql_json_read(qlw__arena, qlw__view(draft, draft_len), &value, &qlw__error);
  if (status == QL_OK)
    status = ql_note_make(found, qlw__arena, qlw__view(notes, notes_len), value, time, (const uint8_t *)entropy, &line, &qlw__error);
  return status == QL_OK ? qlw__give_bytes(line) : qlw__give_failure(status);
}

int32_t qlw_notes_list(uint32_t quest, const char *notes, uint32_t notes_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  const ql_quest *found = qlw__find_quest(quest);
  if (found == NULL) return qlw__give_failure(QL_ERR_HANDLE);
  ql_value *list = NULL;
  ql_status status = ql_notes_list(found, qlw__arena, qlw__view(notes, notes_len), &list, &qlw__error);
  return qlw__give_or_fail(status, list);
}

int32_t qlw_notes_merge(const char *mine, uint32_t mine_len, const char *theirs, uint32_t theirs_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  ql_value *merged = NULL;
  ql_status status = ql_notes_merge(qlw__arena, qlw__view(mine, mine_len), qlw__view(theirs, theirs_len), &merged, &qlw__error);
  return qlw__give_or_fail(status, merged);
}
