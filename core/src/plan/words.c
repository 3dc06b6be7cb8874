#include "plan/words.h"

#include "base/text.h"

#define TITLE_WORDS_MAX 8u
#define TITLE_BYTES_MAX 80u

static bool is_path_byte(char c) {
  static const char others[] = "._-/@+~[]";
  for (size_t i = 0; i < sizeof others - 1; i++)
    if (c == others[i]) return true;
  return ql__is_word_byte(c);
}

/* A name with an ending that starts with a letter. "Node.js" is a product, not a file. */
static bool is_file(ql_str token) {
  size_t dot = token.len, slash = ql_find_byte(token, '/', 0);
  while (dot > 0 && token.ptr[dot - 1] != '.') {
    if (!ql_is_alnum(token.ptr[dot - 1])) return false;
    dot--;
  }
  size_t ending = token.len - dot;
  if (dot < 2 || ending == 0 || ending > 5 || !ql_is_alpha(token.ptr[dot]) || token.ptr[dot - 2] == '/') return false;
  bool product = slash == SIZE_MAX && token.ptr[0] >= 'A' && token.ptr[0] <= 'Z' && ql_eq(ql_slice(token, dot, token.len), QL_STR("js"));
  return !product && ql_find(token, QL_STR("//"), 0) == SIZE_MAX && ql_find_byte(token, '@', 0) == SIZE_MAX;
}

bool ql__next_file(ql_str *rest, ql_str *path) {
  while (rest->len > 0) {
    size_t start = 0;
    while (start < rest->len && !is_path_byte(rest->ptr[start])) start++;
    size_t end = start;
    while (end < rest->len && is_path_byte(rest->ptr[end])) end++;
    ql_str token = ql_slice(*rest, start, end);
    *rest = ql_slice(*rest, end, rest->len);
    while (token.len > 0 && token.ptr[token.len - 1] == '.') token.len--;
    if (!is_file(token)) continue;
    *path = token;
    return true;
  }
  return false;
}

static bool is_mark(char c) { return c == '*' || c == '_' || c == '`'; }

ql_str ql__short_title(ql_arena *a, ql_str text) {
  ql_str s = text;
  while (s.len > 0 && is_mark(s.ptr[0])) s = ql_slice(s, 1, s.len);
  size_t colon = ql_find_byte(s, ':', 0);
  if (s.len > 0 && s.ptr[0] == '@' && colon != SIZE_MAX && ql_find_byte(ql_slice(s, 0, colon), ' ', 0) == SIZE_MAX)
    s = ql_trim(ql_slice(s, colon + 1, s.len));
  while (s.len > 0 && is_mark(s.ptr[0])) s = ql_slice(s, 1, s.len);
  size_t words = 0, end = 0;
  for (; end < s.len; end++) {
    char c = s.ptr[end];
    bool ends = end + 1 == s.len || s.ptr[end + 1] == ' ';
    if (c == '(' || ((c == ':' || c == '.' || c == ';' || c == ',') && ends)) break;
    if (c == '*' && end > 0) break;
    if (c == ' ' && ++words == TITLE_WORDS_MAX) break;
  }
  ql_str title = ql_trim(ql_slice(s, 0, end));
  return ql_arena_str(a, ql_trim(ql__start(title.len > 0 ? title : text, TITLE_BYTES_MAX)));
}
