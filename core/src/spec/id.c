#include <questline/limits.h>
#include <questline/spec.h>

#include "base/text.h"

static bool is_id_char(char c) { return (c >= 'a' && c <= 'z') || ql_is_digit(c) || c == '.' || c == '_' || c == '-'; }

static bool is_wrapping(char c) { return ql_is_space(c) || c == '"' || c == '\'' || c == '`' || c == '@'; }

ql_str ql_agent_id(ql_arena *a, ql_str name) {
  while (name.len > 0 && is_wrapping(name.ptr[0])) name = ql_slice(name, 1, name.len);
  while (name.len > 0 && is_wrapping(name.ptr[name.len - 1])) name.len--;
  if (name.len == 0) return QL_ABSENT;
  char id[QL_AGENT_ID_MAX];
  size_t len = 0;
  id[len++] = '@';
  bool worth = false, dash = false;
  for (size_t i = 0; i < name.len; i++) {
    char c = ql_to_lower(name.ptr[i]);
    bool keep = is_id_char(c);
    if (!keep && dash) continue;
    dash = !keep;
    worth = worth || ql_is_alnum(c);
    if (len == sizeof id) return QL_ABSENT;
    id[len++] = keep ? c : '-';
  }
  return worth ? ql_arena_str(a, (ql_str){id, len}) : QL_ABSENT;
}

bool ql_agent_id_valid(ql_str id) {
  if (id.len < 2 || id.len > QL_AGENT_ID_MAX || id.ptr[0] != '@') return false;
  for (size_t i = 1; i < id.len; i++)
    if (!is_id_char(id.ptr[i])) return false;
  return true;
}
