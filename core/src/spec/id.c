/* Agent ids: one spelling for each name, so that everything later compares exactly. */
#include <questline/limits.h>
#include <questline/spec.h>

#include "base/text.h"

static bool is_id_char(char c) { return (c >= 'a' && c <= 'z') || ql_is_digit(c) || c == '.' || c == '_' || c == '-'; }

static bool is_wrapping(char c) { return ql_is_space(c) || c == '"' || c == '\'' || c == '`' || c == '@'; }

bool ql_agent_id_valid(ql_str id) {
  if (id.len < 2 || id.len > QL_AGENT_ID_MAX || id.ptr[0] != '@') return false;
  for (size_t i = 1; i < id.len; i++)
    if (!is_id_char(id.ptr[i])) return false;
  return true;
}

ql_str ql_agent_id(ql_arena *a, ql_str name) {
  while (name.len > 0 && is_wrapping(name.ptr[0])) name = ql_slice(name, 1, name.len);
  while (name.len > 0 && is_wrapping(name.ptr[name.len - 1])) name.len--;
  char *id = ql_arena_get(a, name.len + 2);
  if (!id) return QL_ABSENT;
  size_t len = 0;
  id[len++] = '@';
  bool gap = false;
  for (size_t i = 0; i < name.len; i++) {
    char c = ql_to_lower(name.ptr[i]);
    if (!is_id_char(c)) {
      gap = true;
      continue;
    }
    if (gap && len > 1) id[len++] = '-';
    gap = false;
    id[len++] = c;
  }
  return len > 1 && len <= QL_AGENT_ID_MAX ? (ql_str){id, len} : QL_ABSENT;
}
