/* What the plan forms name: files, agents, phases. */
#include "base/text.h"
#include "plan/form.h"

static ql_str from(ql_str s, size_t at) { return ql_slice(s, at, s.len); }

/* Behind a name: the emphasis that closes, a colon or a dash, and the emphasis that closes behind that. */
static ql_str behind_name(ql_str s, bool emphasised) {
  ql__cut_emphasis(&s);
  s = ql_trim(s);
  size_t sign = ql_starts(s, QL_STR(":")) ? 1 : ql__dash(s);
  s = from(s, sign);
  if (emphasised) ql__cut_emphasis(&s);
  return ql_trim(s);
}

/* A code span: n backticks, the path, n backticks. */
static bool code_span(ql_str s, ql_str *inside, ql_str *behind) {
  size_t n = 0;
  while (n < s.len && s.ptr[n] == '`') n++;
  if (n == 0) return false;
  for (size_t at = n; at < s.len;) {
    at = ql_find_byte(s, '`', at);
    if (at == SIZE_MAX) return false;
    size_t end = at;
    while (end < s.len && s.ptr[end] == '`') end++;
    if (end - at == n) {
      *inside = ql_trim(ql_slice(s, n, at));
      *behind = from(s, end);
      return true;
    }
    at = end;
  }
  return false;
}

void ql__form_file(ql_str item, ql_str *path, ql_str *purpose) {
  ql_str s = item, inside, behind;
  bool strong = ql_starts(s, QL_STR("**")) && ql_find(s, QL_STR("**"), 2) != SIZE_MAX;
  if (strong) s = from(s, 2);
  if (code_span(s, &inside, &behind) && inside.len > 0) {
    *path = inside;
    *purpose = behind_name(behind, strong);
    return;
  }
  if (strong) {
    size_t close = ql_find(s, QL_STR("**"), 0);
    ql_str name = ql_trim(ql_slice(s, 0, close));
    bool colon = ql_ends(name, QL_STR(":"));
    *path = ql_trim(ql_slice(name, 0, name.len - colon));
    *purpose = colon ? ql_trim(from(s, close + 2)) : behind_name(from(s, close), true);
    return;
  }
  size_t colon = ql_find(s, QL_STR(": "), 0);
  if (colon == SIZE_MAX && ql_ends(s, QL_STR(":"))) colon = s.len - 1;
  if (colon != SIZE_MAX) {
    *path = ql_trim(ql_slice(s, 0, colon));
    *purpose = ql_trim(from(s, colon + 1));
    return;
  }
  size_t space = ql_find_byte(s, ' ', 0);
  ql_str next = ql_trim(from(s, space == SIZE_MAX ? s.len : space));
  size_t dash = ql__dash(next);
  bool dashed = dash > 0 && dash < next.len && next.ptr[dash] == ' ';
  *path = dashed ? ql_trim(ql_slice(s, 0, space)) : s;
  *purpose = dashed ? ql_trim(from(next, dash)) : QL_STR("");
}

static size_t name_length(ql_str s) {
  size_t len = 0;
  while (len < s.len && ql__is_label_byte(s.ptr[len])) len++;
  return len;
}

bool ql__form_need(ql_str item, ql_str *agent, ql_str *reason) {
  ql_str s = item;
  bool emphasised = ql__cut_emphasis(&s) > 0;
  bool at = ql_starts(s, QL_STR("@"));
  size_t len = name_length(from(s, at));
  if (len == 0) return false;
  len += at;
  bool sentence = len < s.len && s.ptr[len] != ':';
  while (sentence && len > 1 && s.ptr[len - 1] == '.') len--;
  ql_str behind = from(s, len);
  /* Without the @ only a name with a reason behind it is one: "None." is not. */
  ql_str next = ql_trim(emphasised ? (ql__cut_emphasis(&behind), behind) : behind);
  if (!at && !ql_starts(next, QL_STR(":")) && ql__dash(next) == 0) return false;
  *agent = ql_slice(s, 0, len);
  *reason = behind_name(behind, emphasised);
  return true;
}

bool ql__form_agent(ql_str text, ql_str *agent) {
  static const ql_str nobody[] = {QL_STR_INIT("nobody"), QL_STR_INIT("none"), QL_STR_INIT("unassigned")};
  ql_str s = text;
  if (ql__cut_emphasis(&s) > 0) s = ql__cut_emphasis_end(s);
  for (size_t i = 0; i < QL_COUNT(nobody); i++)
    if (ql_starts_nocase(s, nobody[i]) && name_length(s) == nobody[i].len) return false;
  for (size_t at = ql_find_byte(s, '@', 0); at != SIZE_MAX; at = ql_find_byte(s, '@', at + 1)) {
    size_t len = name_length(from(s, at + 1)), end = at + 1 + len;
    bool whole = at == 0 && end == s.len;
    while (!whole && end > at + 1 && (s.ptr[end - 1] == '.' || s.ptr[end - 1] == '-')) end--;
    bool mail = at > 0 && ql_is_alnum(s.ptr[at - 1]);
    if (mail || end == at + 1) continue;
    *agent = ql_slice(s, at, end);
    return true;
  }
  size_t len = name_length(s);
  while (len > 0 && s.ptr[len - 1] == '.') len--;
  *agent = ql_slice(s, 0, len);
  return len > 0;
}

bool ql__form_block(ql_str item, ql_str *agent, ql_str *rest) {
  ql_str s = item;
  bool emphasised = ql__cut_emphasis(&s) > 0;
  if (!ql_starts(s, QL_STR("@"))) return false;
  size_t len = 1 + name_length(from(s, 1));
  ql_str behind = from(s, len);
  if (emphasised) ql__cut_emphasis(&behind);
  behind = ql_trim(behind);
  bool sign = ql_starts(behind, QL_STR(":")) || ql__dash(behind) > 0;
  if (len == 1 || (behind.len > 0 && !sign && !(emphasised && behind.ptr[0] == '('))) return false;
  *agent = ql_slice(s, 0, len);
  *rest = ql__form_text(behind_name(behind, emphasised));
  return true;
}

bool ql__form_struck(ql_str item, ql_str *agent, ql_str *reason) {
  ql_str s = item;
  ql__cut_emphasis(&s);
  if (!ql_starts(s, QL_STR("~~"))) return false;
  s = from(s, 2);
  size_t end = ql_find(s, QL_STR("~~"), 0);
  if (end == SIZE_MAX) return false;
  *agent = ql_slice(s, 0, end);
  if (ql__cut_emphasis(agent) > 0) *agent = ql__cut_emphasis_end(*agent);
  *reason = behind_name(from(s, end + 2), s.ptr != item.ptr + 2);
  return agent->len > 0;
}

bool ql__form_phase(ql_str line, ql_str *title) {
  size_t hashes = 0, digits = 0;
  while (hashes < line.len && line.ptr[hashes] == '#') hashes++;
  ql_str s = ql_trim(from(line, hashes));
  bool emphasised = ql__cut_emphasis(&s) > 0;
  if (!ql_starts_nocase(s, QL_STR("phase "))) return false;
  s = ql_trim(from(s, 6));
  while (digits < s.len && ql_is_digit(s.ptr[digits])) digits++;
  if (digits == 0) return false;
  ql_str behind = from(s, digits);
  if (emphasised) ql__cut_emphasis(&behind);
  behind = ql_trim(behind);
  size_t sign = ql_starts(behind, QL_STR(":")) ? 1 : ql__dash(behind);
  if (behind.len > 0 && sign == 0) return false;
  behind = ql_trim(from(behind, sign));
  if (emphasised) ql__cut_emphasis(&behind);
  if (hashes == 0 && ql_ends(behind, QL_STR(":"))) behind.len--;
  if (emphasised) behind = ql__cut_emphasis_end(behind);
  if (emphasised && ql_ends(behind, QL_STR(":"))) behind.len--;
  *title = ql__form_text(ql_trim(behind));
  return true;
}

bool ql__form_is_path(ql_str item) {
  ql_str inside, behind, s = item;
  if (ql_starts(s, QL_STR("**"))) s = from(s, 2);
  if (code_span(s, &inside, &behind)) return inside.len > 0;
  size_t len = 0;
  while (len < s.len && !ql_is_space(s.ptr[len]) && s.ptr[len] != '*') len++;
  ql_str word = ql_slice(s, 0, len);
  while (word.len > 0 && (word.ptr[word.len - 1] == ':' || word.ptr[word.len - 1] == '.')) word.len--;
  return ql_find_byte(word, '/', 0) != SIZE_MAX || ql_find_byte(word, '.', 0) != SIZE_MAX;
}

bool ql__form_next_path(ql_str *rest, ql_str *path) {
  for (;;) {
    *rest = ql_trim(*rest);
    while (ql_starts(*rest, QL_STR(","))) *rest = ql_trim(from(*rest, 1));
    if (rest->len == 0) return false;
    ql_str inside, behind;
    bool span = code_span(*rest, &inside, &behind);
    size_t comma = ql_find_byte(span ? behind : *rest, ',', 0);
    *path = span ? inside : ql_trim(ql_slice(*rest, 0, comma));
    *rest = comma == SIZE_MAX ? QL_STR("") : from(span ? behind : *rest, comma);
    size_t blank = 0; /* "a.db (the old one)" */
    while (blank < path->len && !ql_is_space(path->ptr[blank])) blank++;
    if (!span) *path = ql_slice(*path, 0, blank);
    if (path->len > 0 && (span || ql__form_is_path(*path))) return true;
  }
}
