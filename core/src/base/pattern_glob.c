/* Globs, said as regular expressions. */
#include <questline/limits.h>

#include "base/pattern.h"
#include "base/text.h"

/* Where the bracket that opens at `from` closes; SIZE_MAX when it does not. */
static size_t closing(ql_str glob, size_t from, char open, char close) {
  size_t depth = 0;
  for (size_t i = from; i < glob.len; i++) {
    if (glob.ptr[i] == '\\')
      i++;
    else if (glob.ptr[i] == close && --depth == 0)
      return i;
    else if (glob.ptr[i] == open)
      depth++;
  }
  return SIZE_MAX;
}

static void add_literal(ql_buf *out, char c) {
  if (ql_find_byte(QL_STR("\\^$.|?*+()[]{}"), c, 0) != SIZE_MAX) ql_buf_byte(out, '\\');
  ql_buf_byte(out, c);
}

/* "[!a-z]" fits no separator. Returns where it ends. */
static size_t add_class(ql_buf *out, ql_str glob, size_t from) {
  size_t first = from + 1;
  bool negated = first < glob.len && (glob.ptr[first] == '!' || glob.ptr[first] == '^');
  if (negated) first++;
  size_t end = ql_find_byte(glob, ']', first + 1);
  if (end == SIZE_MAX) {
    add_literal(out, '[');
    return from + 1;
  }
  ql_buf_add(out, negated ? QL_STR("[^/") : QL_STR("["));
  for (size_t i = first; i < end; i++) {
    if (ql_find_byte(QL_STR("[]^\\"), glob.ptr[i], 0) != SIZE_MAX) ql_buf_byte(out, '\\');
    ql_buf_byte(out, glob.ptr[i]);
  }
  ql_buf_byte(out, ']');
  return end + 1;
}

static size_t add_stars(ql_buf *out, ql_str glob, size_t from) {
  size_t end = from;
  while (end < glob.len && glob.ptr[end] == '*') end++;
  if (end - from == 1) {
    ql_buf_add(out, QL_STR("[^/]*"));
  } else if (end < glob.len && glob.ptr[end] == '/' && (from == 0 || glob.ptr[from - 1] == '/')) {
    ql_buf_add(out, QL_STR("(?:.*/)?")); /* folders, of which there may be none */
    end++;
  } else {
    ql_buf_add(out, QL_STR(".*"));
  }
  return end;
}

static void add_glob(ql_buf *out, ql_str glob) {
  size_t depth = 0;
  for (size_t at = 0; at < glob.len;) {
    char c = glob.ptr[at];
    if (c == '*') {
      at = add_stars(out, glob, at);
      continue;
    }
    if (c == '[') {
      at = add_class(out, glob, at);
      continue;
    }
    at++;
    if (c == '{' && closing(glob, at - 1, '{', '}') != SIZE_MAX) {
      depth++;
      ql_buf_add(out, QL_STR("(?:"));
    } else if (c == '}' && depth > 0) {
      depth--;
      ql_buf_byte(out, ')');
    } else if (c == ',' && depth > 0) {
      ql_buf_byte(out, '|');
    } else if (c == '?') {
      ql_buf_add(out, QL_STR("[^/]"));
    } else {
      if (c == '\\' && at < glob.len) c = glob.ptr[at++];
      add_literal(out, c);
    }
  }
}

ql_status ql__pattern_glob(ql_arena *a, ql_str words, ql__pattern **out, ql_error *err) {
  if (words.len > QL_PATTERN_BYTES_MAX / 8) return ql_fail(err, QL_ERR_LIMIT, "the glob is too long", QL_STR("QL_PATTERN_BYTES_MAX"));
  ql_buf text = ql_buf_new(ql_arena_alloc(a));
  while (ql_starts(words, QL_STR("./"))) words = ql_slice(words, 2, words.len);
  ql_buf_add(&text, ql_find_byte(words, '/', 0) == SIZE_MAX ? QL_STR("^(?:.*/)?(?:") : QL_STR("^(?:"));
  add_glob(&text, words);
  ql_buf_add(&text, QL_STR(")$"));
  ql_str expression = ql_buf_take(&text, a);
  return expression.ptr ? ql__pattern_make(a, expression, false, out, err) : ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
}
