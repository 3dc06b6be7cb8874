#include "spec/workpath.h"

#include "base/text.h"

static bool is_separator(char c) { return c == '/' || c == '\\'; }

static bool has_control(ql_str path) {
  for (size_t i = 0; i < path.len; i++)
    if ((unsigned char)path.ptr[i] < 0x20 || path.ptr[i] == 0x7F) return true;
  return false;
}

/* Where it starts is not the root of the workspace, whatever follows. */
static bool starts_elsewhere(ql_str path) {
  if (is_separator(path.ptr[0]) || path.ptr[0] == '~') return true;
  if (path.len > 1 && ql_is_alpha(path.ptr[0]) && path.ptr[1] == ':') return true; /* "C:notes.md" is in a drive's own folder */
  return ql_find(path, QL_STR("://"), 0) != SIZE_MAX;
}

ql__workpath ql__workpath_of(ql_arena *a, ql_str path) {
  ql__workpath result = {.reach = QL__REACH_UNCLEAR, .path = QL_STR("")};
  /* Blanks around a name are cut by some programs and kept by others. */
  if (path.len == 0 || ql_trim(path).len < path.len || has_control(path) || ql_utf8_bad(path) != SIZE_MAX) return result;
  result.reach = QL__REACH_OUTSIDE;
  if (starts_elsewhere(path)) return result;
  char *out = ql_arena_get(a, path.len + 1);
  if (!out) return (ql__workpath){QL__REACH_UNCLEAR, QL_ABSENT, false};
  size_t len = 0;
  for (size_t at = 0, end; at < path.len; at = end + 1) {
    for (end = at; end < path.len && !is_separator(path.ptr[end]);) end++;
    ql_str name = ql_slice(path, at, end);
    result.folder = end < path.len || name.len == 0;
    if (name.len == 0) continue;
    bool dots = ql_eq(name, QL_STR(".")) || ql_eq(name, QL_STR(".."));
    if (dots) result.folder = true;
    if (dots && name.len == 1) continue;
    if (dots) {
      if (len == 0) return result;
      while (len > 0 && out[len - 1] != '/') len--;
      if (len > 0) len--;
      continue;
    }
    if (len > 0) out[len++] = '/';
    for (size_t i = 0; i < name.len; i++) out[len++] = name.ptr[i];
  }
  result.reach = len > 0 ? QL__REACH_INSIDE : QL__REACH_UNCLEAR;
  result.path = (ql_str){out, len};
  return result;
}

/* Behind a star that did not reach far enough, one more character is given to it: the last "*" first, then the last "**". Each of them
   moves forward only, so the cost is that of the lengths multiplied at the most, and patterns are short. */
bool ql__glob(ql_str pattern, ql_str text) {
  size_t p = 0, t = 0;
  size_t star = SIZE_MAX, star_text = 0, wide = SIZE_MAX, wide_text = 0;
  bool whole = false;
  for (;;) {
    if (p < pattern.len && pattern.ptr[p] == '*') {
      bool is_wide = p + 1 < pattern.len && pattern.ptr[p + 1] == '*';
      p += is_wide ? 2 : 1;
      if (is_wide) {
        whole = p < pattern.len && pattern.ptr[p] == '/'; /* folders, of which there may be none */
        if (whole) p++;
        wide = p;
        wide_text = t;
        star = SIZE_MAX;
      } else {
        star = p;
        star_text = t;
      }
      continue;
    }
    if (t == text.len && p == pattern.len) return true;
    if (t < text.len && p < pattern.len && ql_to_lower(pattern.ptr[p]) == ql_to_lower(text.ptr[t])) {
      p++;
      t++;
    } else if (star != SIZE_MAX && star_text < text.len && text.ptr[star_text] != '/') {
      t = ++star_text;
      p = star;
    } else if (wide != SIZE_MAX && wide_text < text.len) {
      do wide_text++;
      while (whole && wide_text < text.len && text.ptr[wide_text - 1] != '/');
      t = wide_text;
      p = wide;
      star = SIZE_MAX;
    } else {
      return false;
    }
  }
}
