#include <questline/limits.h>

#include "base/text.h"
#include "format/frontmatter.h"

static bool is_fence(ql_str line, ql_str mark) { return ql_starts(line, mark) && ql_trim(line).len == mark.len; }

/* A "key:" at the start of a line. What has none is prose, and the dashes around it a thematic break and a setext underline. */
static bool has_key(ql_str line) {
  size_t colon = ql_find_byte(line, ':', 0);
  if (colon == SIZE_MAX || colon == 0 || ql_is_space(line.ptr[0])) return false;
  return ql_find_byte(ql_trim(ql_slice(line, 0, colon)), ' ', 0) == SIZE_MAX;
}

ql_frontmatter ql_frontmatter_find(ql_str text) {
  size_t start = ql_starts(text, QL_STR("\xEF\xBB\xBF")) ? 3 : 0;
  ql_frontmatter none = {QL_FENCE_NONE, start, start, start, start};
  ql_str rest = ql_slice(text, start, text.len), line = QL_ABSENT;
  size_t open = start;
  while (ql_next_line(&rest, &line) && ql_trim(line).len == 0) open = text.len - rest.len;
  if (!line.ptr || !is_fence(line, QL_STR("---"))) return none;
  size_t block = text.len - rest.len, at = block;
  bool prose = false, keys = false, starts_with_key = false;
  while (ql_next_line(&rest, &line)) {
    if (is_fence(line, QL_STR("---")) || is_fence(line, QL_STR("..."))) {
      if (prose && !keys) return none;
      if (at - block > QL_FRONTMATTER_BYTES_MAX) return (ql_frontmatter){QL_FENCE_TOO_LARGE, open, block, text.len, block};
      return (ql_frontmatter){QL_FENCE_CLOSED, open, block, at, text.len - rest.len};
    }
    bool comment = ql_trim(line).len == 0 || line.ptr[0] == '#';
    if (!prose && !comment) starts_with_key = has_key(line);
    keys = keys || has_key(line);
    prose = prose || !comment;
    at = text.len - rest.len;
  }
  if (!starts_with_key) return none;
  return (ql_frontmatter){QL_FENCE_OPEN, open, block, text.len, block};
}
