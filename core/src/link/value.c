#include <questline/limits.h>
#include <questline/link.h>

ql_value *ql_link_value(ql_arena *a, ql_str fragment) {
  ql_str with_sign = ql_arena_concat(a, (const ql_str[]){QL_STR("#"), fragment}, 2);
  ql_str warning =
      with_sign.len <= QL_LINK_CHARS_WARN
          ? QL_ABSENT
          : QL_STR("The link is long: some chat programs cut it. Check that it opens where you sent it, or send the quest file instead.");
  ql_value *link = ql_object(a);
  QL_SET(link, "chars", ql_int(a, (int64_t)with_sign.len));
  QL_SET(link, "fragment", ql_string(a, with_sign));
  QL_SET(link, "warning", ql_string(a, warning));
  return ql_arena_failed(a) ? NULL : link;
}
