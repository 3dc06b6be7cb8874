// Markdown: every block of the outline stands where it says, and rendered HTML holds no tag and no address that is not allowed.

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "format/markdown.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool right) {
  if (!right) abort();
}

static void check_outline(ql_arena *a, ql_str text) {
  const ql_md_block *blocks;
  size_t count, before = 0;
  check(ql_md_outline(a, text, 0, &blocks, &count, NULL) == QL_OK);
  for (size_t i = 0; i < count; i++) {
    const ql_md_block *b = &blocks[i];
    uint32_t line, column;
    ql_position(text, b->offset, &line, &column);
    check(b->line == line && b->offset >= before && b->offset < b->end && b->end <= text.len);
    check(b->source.ptr == text.ptr + b->offset && b->source.len > 0 && b->text.ptr != NULL);
    check(!b->lead.ptr || (ql_starts(b->text, b->lead) && b->lead_offset < b->end));
    before = b->offset;
  }
}

static void check_html(ql_str html) {
  static const char *const tags[] = {"a",      "blockquote", "br",    "code", "del",   "em",    "h1", "h2", "h3",
                                     "h4",     "h5",         "h6",    "hr",   "input", "li",    "ol", "p",  "pre",
                                     "strong", "table",      "tbody", "td",   "th",    "thead", "tr", "ul"};
  for (size_t at = ql_find_byte(html, '<', 0); at != SIZE_MAX; at = ql_find_byte(html, '<', at + 1)) {
    size_t from = at + 1 + (at + 1 < html.len && html.ptr[at + 1] == '/'), to = from;
    while (to < html.len && ql_is_alnum(html.ptr[to])) to++;
    ql_str name = ql_slice(html, from, to);
    size_t i = 0;
    while (i < QL_COUNT(tags) && !ql_eq(name, (ql_str){tags[i], strlen(tags[i])})) i++;
    check(i < QL_COUNT(tags));
    ql_str rest = ql_slice(html, at, html.len);
    if (!ql_starts(rest, QL_STR("<a "))) continue;
    check(ql_starts(rest, QL_STR("<a href=\"")));
    ql_str url = ql_slice(rest, 9, ql_find_byte(rest, '"', 9));
    size_t colon = ql_find_byte(url, ':', 0), slash = ql_find_byte(url, '/', 0), hash = ql_find_byte(url, '#', 0),
           query = ql_find_byte(url, '?', 0);
    bool relative = colon == SIZE_MAX || slash < colon || hash < colon || query < colon;
    check(relative || ql_starts_nocase(url, QL_STR("http:")) || ql_starts_nocase(url, QL_STR("https:")) ||
          ql_starts_nocase(url, QL_STR("mailto:")));
  }
}

/* What grows is the whole in the end, where no line of it can be an address for links elsewhere. */
static void check_growth(ql_arena *a, ql_str text) {
  if (ql_find(text, QL_STR("]:"), 0) != SIZE_MAX) return;
  ql_md_growing whole, piece;
  ql_buf html = ql_buf_new(ql_arena_alloc(a));
  check(ql_md_grow(a, text, true, &whole, NULL) == QL_OK);
  size_t from = 0, step = text.len / 16 + 1;
  for (size_t to = step; to < text.len; to += step) {
    check(ql_md_grow(a, ql_slice(text, from, to), false, &piece, NULL) == QL_OK && piece.settled <= to - from);
    from += piece.settled;
    ql_buf_add(&html, piece.done);
  }
  check(ql_md_grow(a, ql_slice(text, from, text.len), true, &piece, NULL) == QL_OK);
  ql_buf_add(&html, piece.done);
  check(ql_eq(ql_buf_str(&html), whole.done));
  ql_buf_free(&html);
  check_html(whole.done);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size > 65536) return 0;
  ql_str text = {(const char *)data, size}, html;
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  check_outline(a, text);
  check(ql_md_html(a, text, &html, NULL) == QL_OK);
  check_html(html);
  check_growth(a, text);
  ql_arena_free(a);
  return 0;
}
