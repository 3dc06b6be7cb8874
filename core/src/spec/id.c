#include "spec/id.h"

#include "base/text.h"

static bool is_id_char(char c) { return (c >= 'a' && c <= 'z') || ql_is_digit(c) || c == '.' || c == '_' || c == '-'; }

static bool is_wrapping(char c) { return ql_is_space(c) || c == '"' || c == '\'' || c == '`' || c == '@'; }

size_t ql__write_id(char out[QL_AGENT_ID_MAX], ql_str name) {
  while (name.len > 0 && is_wrapping(name.ptr[0])) name = ql_slice(name, 1, name.len);
  while (name.len > 0 && is_wrapping(name.ptr[name.len - 1])) name.len--;
  size_t len = 0;
  out[len++] = '@';
  bool worth = false, dash = false;
  for (size_t i = 0; i < name.len; i++) {
    char c = ql_to_lower(name.ptr[i]);
    bool keep = is_id_char(c);
    if (!keep && dash) continue;
    dash = !keep;
    worth = worth || ql_is_alnum(c);
    if (len == QL_AGENT_ID_MAX) return 0;
    out[len++] = keep ? c : '-';
  }
  return worth ? len : 0;
}

ql_str ql_agent_id(ql_arena *a, ql_str name) {
  char id[QL_AGENT_ID_MAX];
  size_t len = ql__write_id(id, name);
  return len > 0 ? ql_arena_str(a, (ql_str){id, len}) : QL_ABSENT;
}

bool ql_agent_id_valid(ql_str id) {
  if (id.len < 2 || id.len > QL_AGENT_ID_MAX || id.ptr[0] != '@') return false;
  for (size_t i = 1; i < id.len; i++)
    if (!is_id_char(id.ptr[i])) return false;
  return true;
}

uint32_t ql__id_hash(ql_str id) {
  uint32_t hash = 2166136261u;
  for (size_t i = 0; i < id.len; i++) hash = (hash ^ (unsigned char)id.ptr[i]) * 16777619u;
  return hash;
}
