#include "spec/lines.h"

#include "base/text.h"

#define TAB 4u

/* What starts a function or a class in the languages of agent files. */
static const ql_str OPENERS[] = {
    QL_STR_INIT("function "), QL_STR_INIT("async "),        QL_STR_INIT("def "),          QL_STR_INIT("class "),
    QL_STR_INIT("const "),    QL_STR_INIT("let "),          QL_STR_INIT("var "),          QL_STR_INIT("export function "),
    QL_STR_INIT("func "),     QL_STR_INIT("export async "), QL_STR_INIT("export class "), QL_STR_INIT("export const "),
    QL_STR_INIT("fn "),       QL_STR_INIT("pub fn "),       QL_STR_INIT("public "),       QL_STR_INIT("private "),
};

ql_str ql__unquote(ql_str words) {
  words = ql_trim(words);
  if (words.len < 2) return words;
  char first = words.ptr[0], last = words.ptr[words.len - 1];
  return (first == '"' || first == '\'' || first == '`') && first == last ? ql_slice(words, 1, words.len - 1) : words;
}

static bool is_opener(ql_str words) {
  for (size_t i = 0; i < QL_COUNT(OPENERS); i++)
    if (ql_starts(words, OPENERS[i])) return true;
  return false;
}

/* "- ", "* ", "3. ", "3) ": fills in item and number. @return how many bytes the marker is */
static size_t read_marker(ql_str words, ql__line *out) {
  if (words.len > 1 && (words.ptr[0] == '-' || words.ptr[0] == '*') && (words.ptr[1] == ' ' || words.ptr[1] == '\t')) {
    out->item = true;
    return 2;
  }
  size_t digits = 0;
  uint32_t number = 0;
  for (; digits < words.len && digits < 4 && ql_is_digit(words.ptr[digits]); digits++)
    number = number * 10 + (uint32_t)(words.ptr[digits] - '0');
  bool marked =
      digits > 0 && digits + 1 < words.len && (words.ptr[digits] == '.' || words.ptr[digits] == ')') && words.ptr[digits + 1] == ' ';
  if (!marked) return 0;
  out->number = number;
  return digits + 2;
}

static bool is_blank_at(ql_str words, size_t at) { return at >= words.len || words.ptr[at] == ' ' || words.ptr[at] == '\t'; }

/* Where a comment or, in *colon, a key ends; both outside quotes. SIZE_MAX for none. */
static size_t find_ends(ql_str words, size_t *colon) {
  char quote = 0;
  *colon = SIZE_MAX;
  for (size_t i = 0; i < words.len; i++) {
    char c = words.ptr[i];
    if (quote) {
      if (c == quote) quote = 0;
    } else if ((c == '"' || c == '`') && *colon != SIZE_MAX) {
      quote = c;
    } else if (c == '"' && i == 0) {
      quote = c;
    } else if (c == ':' && *colon == SIZE_MAX && is_blank_at(words, i + 1)) {
      *colon = i;
    } else if (i > 0 && is_blank_at(words, i - 1)) {
      if (c == '#' && is_blank_at(words, i + 1)) return i;
      if (c == '/' && i + 1 < words.len && words.ptr[i + 1] == '/' && is_blank_at(words, i + 2)) return i;
    }
  }
  return SIZE_MAX;
}

static void read_line(ql_str words, ql__line *out) {
  size_t marker = read_marker(words, out), colon;
  words = ql_trim(ql_slice(words, marker, words.len));
  bool all_comment = ql_starts(words, QL_STR("# ")) || ql_starts(words, QL_STR("//"));
  size_t comment = all_comment ? 0 : find_ends(words, &colon);
  if (all_comment) colon = SIZE_MAX;
  if (comment != SIZE_MAX) {
    out->comment = ql_trim(ql_slice(words, comment + (words.ptr[comment] == '#' ? 1 : 2), words.len));
    words = ql_trim(ql_slice(words, 0, comment));
  }
  out->value = words;
  if (colon == SIZE_MAX || colon == 0 || colon >= words.len) return;
  out->key = ql__unquote(ql_slice(words, 0, colon));
  out->value = ql_trim(ql_slice(words, colon + 1, words.len));
}

/* At least as many as there are: CRLF counts twice. */
static size_t count_lines(ql_str part) {
  size_t count = 1;
  for (size_t i = 0; i < part.len; i++) count += part.ptr[i] == '\n' || part.ptr[i] == '\r';
  return count;
}

const ql__line *ql__scan_fence(ql_arena *a, ql_str text, const ql_md_block *code, size_t *count) {
  ql_str rest = ql_slice(text, code->offset, code->end), raw;
  *count = 0;
  uint32_t line = code->line;
  bool fenced = ql_starts(rest, QL_STR("```")) || ql_starts(rest, QL_STR("~~~"));
  if (fenced && !(line++, ql_next_line(&rest, &raw))) return NULL;
  ql__line *lines = ql_arena_array(a, count_lines(rest), sizeof *lines);
  if (!lines) return NULL;
  bool body = false;
  uint32_t body_indent = 0;
  for (; ql_next_line(&rest, &raw); line++) {
    size_t at = 0;
    uint32_t indent = 0;
    for (; at < raw.len && (raw.ptr[at] == ' ' || raw.ptr[at] == '\t'); at++)
      indent = raw.ptr[at] == ' ' ? indent + 1 : (indent / TAB + 1) * TAB;
    ql_str words = ql_trim(ql_slice(raw, at, raw.len));
    if (words.len == 0) continue;
    bool closes = body && indent <= body_indent;
    if (closes && !is_opener(words) && words.ptr[0] != '}' && words.ptr[0] != ')') body = false;
    if (!body && is_opener(words)) {
      body = true;
      body_indent = indent;
    }
    ql__line *out = &lines[(*count)++];
    *out = (ql__line){.indent = indent, .body = body, .line = line, .offset = (size_t)(words.ptr - text.ptr)};
    out->end = out->offset + words.len;
    read_line(words, out);
    if (closes && words.ptr[0] == '}') body = false;
  }
  return lines;
}

/* "[words]" that is no list of several things and no task box. */
static bool is_placeholder(ql_str value) {
  return value.len > 3 && value.ptr[0] == '[' && value.ptr[value.len - 1] == ']' && ql_find_byte(value, ',', 0) == SIZE_MAX;
}

bool ql__is_template(const ql__line *lines, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (!lines[i].item && is_placeholder(lines[i].value)) return true;
  return false;
}
