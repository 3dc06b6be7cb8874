#include "quest/opened.h"

#include "base/text.h"
#include "quest/same.h"

/* A line with its LF that passed every check. */
static bool open_line(ql_arena *a, ql_str line, ql__opened *out) {
  ql_value *root;
  if (!line.ptr || ql_canon_read(a, ql_slice(line, 0, line.len - 1), &root, NULL) != QL_OK) return false;
  out->e = QL_GET(root, "e");
  out->d = QL_GET(out->e, "d");
  out->open = QL_GET(root, "x");
  out->type = ql__event_type(ql_get_str(out->e, QL_STR("t")));
  out->count = ql__event_texts(a, out->type, out->d, &out->texts);
  if (ql_arena_failed(a)) return false;
  return ql__texts_open(a, out->texts, out->count, out->open, &out->plain, &out->withheld, NULL) == QL_OK;
}

bool ql__open_event(const ql_quest *quest, ql_arena *a, int64_t n, ql__opened *out) { return open_line(a, ql_quest_line(quest, n), out); }

bool ql__same_words(ql_arena *a, ql_str x, ql_str y) {
  ql__opened one, other;
  if (!open_line(a, x, &one) || !open_line(a, y, &other)) return false;
  if (one.type != other.type || one.count != other.count) return false;
  for (size_t i = 0; i < one.count; i++) {
    bool both = one.plain[i].ptr && other.plain[i].ptr;
    one.texts[i].node->text = both ? one.plain[i] : QL_STR("");
    other.texts[i].node->text = both ? other.plain[i] : QL_STR("");
  }
  return ql_eq(ql_get_str(one.e, QL_STR("by")), ql_get_str(other.e, QL_STR("by"))) && ql_value_equal(one.d, other.d);
}

bool ql__head_after(const ql_quest *quest, ql_arena *scratch, int64_t n, ql_str *head) {
  ql_str line = ql_quest_line(quest, n);
  ql_value *root;
  if (ql_canon_read(scratch, ql_slice(line, 0, line.len - 1), &root, NULL) != QL_OK) return false;
  *head = ql_get_str(root, QL_STR("h"));
  return true;
}

ql_str ql__text_at(const ql__opened *event, const ql_value *node) {
  for (size_t i = 0; i < event->count; i++)
    if (event->texts[i].node == node) return event->plain[i];
  return QL_ABSENT;
}

const ql_value *ql__words_in(const ql__opened *event) {
  static const ql_str NAMES[] = {QL_STR_INIT("msg"),     QL_STR_INIT("reason"),   QL_STR_INIT("summary"),
                                 QL_STR_INIT("mission"), QL_STR_INIT("evidence"), QL_STR_INIT("name")};
  for (size_t i = 0; i < QL_COUNT(NAMES); i++) {
    const ql_value *node = ql_get(event->d, NAMES[i]);
    if (node) return node;
  }
  return NULL;
}

ql_str ql__first_line(ql_str text) {
  ql_str line = text;
  if (text.ptr) ql_next_line(&text, &line);
  return line;
}
