/* Tools that look at one file or folder, write one, and what all of them share. */
#include <string.h>

#include <questline/limits.h>

#include "base/text.h"
#include "base/words.h"
#include "format/crypto.h"
#include "llm/tools.h"
#include "spec/notes.h"
#include "spec/workpath.h"

#define NUMBER_WIDTH 6u

void ql__tool_fail(ql__running *r, const ql_str *words, size_t count) {
  r->error = true;
  r->truncated = false;
  r->text.len = 0;
  for (size_t i = 0; i < count; i++) ql_buf_add(&r->text, words[i]);
}

bool ql__tool_room(ql__running *r, size_t more) {
  if (r->text.len + more <= QL_TOOL_TEXT_MAX) return true;
  r->truncated = true;
  return false;
}

void ql__tool_add_line(ql__running *r, ql_str line) {
  ql_str start = ql__start(line, QL_TOOL_LINE_MAX);
  ql_buf_add(&r->text, start);
  if (start.len < line.len) {
    r->truncated = true;
    ql_buf_add(&r->text, QL_STR(" [… and "));
    ql__tool_add_count(&r->text, line.len - start.len);
    ql_buf_add(&r->text, QL_STR(" bytes more in this line]"));
  }
  ql_buf_byte(&r->text, '\n');
}

void ql__tool_add_count(ql_buf *out, size_t count) {
  size_t unit = 1;
  while (count / unit >= 1000) unit *= 1000;
  ql_buf_int(out, (int64_t)(count / unit));
  for (unit /= 1000; unit > 0; unit /= 1000) {
    size_t part = count / unit % 1000;
    ql_buf_byte(out, ',');
    if (part < 100) ql_buf_byte(out, '0');
    if (part < 10) ql_buf_byte(out, '0');
    ql_buf_int(out, (int64_t)part);
  }
}

ql_str ql__tool_number(ql_arena *a, size_t count) {
  ql_buf out = ql_buf_new(ql_arena_alloc(a));
  ql__tool_add_count(&out, count);
  return ql_buf_take(&out, a);
}

ql_str ql__tool_text(const ql__running *r, const char *name) { return ql_get_str(r->arguments, (ql_str){name, strlen(name)}); }

size_t ql__tool_count(const ql__running *r, const char *name, size_t otherwise) {
  int64_t count = ql_get_int(r->arguments, (ql_str){name, strlen(name)}, -1);
  return count < 0 ? otherwise : count > UINT32_MAX ? UINT32_MAX : (size_t)count;
}

const ql__node *ql__tool_place(ql__running *r, const char *argument) {
  ql_str said = ql__tool_text(r, argument);
  ql__workpath place = {.reach = QL__REACH_INSIDE, .path = QL_STR("")};
  if (said.len > 0 && !ql_eq(said, QL_STR(".")) && !ql_eq(said, QL_STR("./"))) place = ql__workpath_of(r->arena, said);
  const ql__node *node = place.reach == QL__REACH_INSIDE ? ql__workspace_find(r->box->workspace, place.path) : NULL;
  if (!node)
    QL__TOOL_FAIL(r, QL_STR("There is no "), ql__excerpt(said),
                  QL_STR(" in the workspace. Paths start at its root; LS and Glob show what there is."));
  return node;
}

const ql__node *ql__tool_file(ql__running *r, const char *argument) {
  const ql__node *node = ql__tool_place(r, argument);
  if (!node) return NULL;
  if (node->folder) {
    QL__TOOL_FAIL(r, ql__excerpt(node->path), QL_STR(" is a folder. LS lists it."));
    return NULL;
  }
  if (!node->bytes) {
    QL__TOOL_FAIL(r, ql__excerpt(node->path), QL_STR(" is no text: its "), ql__tool_number(r->arena, node->size),
                  QL_STR(" bytes are not shown or changed."));
    return NULL;
  }
  return node;
}

static size_t count_lines(ql_str text) {
  size_t lines = 0, at = 0;
  for (size_t end; at < text.len && (end = ql_find_byte(text, '\n', at)) != SIZE_MAX; at = end + 1) lines++;
  return lines + (at < text.len);
}

/* ---- Read ---- */

static void add_number(ql_buf *out, size_t number) {
  size_t width = 1;
  for (size_t rest = number; rest >= 10; rest /= 10) width++;
  for (; width < NUMBER_WIDTH; width++) ql_buf_byte(out, ' ');
  ql_buf_int(out, (int64_t)number);
  ql_buf_byte(out, '\t');
}

void ql__tool_read(ql__running *r) {
  const ql__node *file = ql__tool_file(r, "file_path");
  if (!file) return;
  ql_str text = {file->bytes, file->size};
  size_t first = ql__tool_count(r, "offset", 1), limit = ql__tool_count(r, "limit", QL_TOOL_LINES), number = 1, at = 0, shown = 0;
  if (first == 0) first = 1;
  for (; at < text.len && number < first; number++) {
    size_t end = ql_find_byte(text, '\n', at);
    at = end == SIZE_MAX ? text.len : end + 1;
  }
  if (at >= text.len && number <= first && first > 1) {
    QL__TOOL_FAIL(r, ql__excerpt(file->path), QL_STR(" has "), ql__tool_number(r->arena, count_lines(text)), QL_STR(" lines only."));
    return;
  }
  for (; at < text.len && shown < limit; shown++, number++) {
    size_t end = ql_find_byte(text, '\n', at);
    ql_str line = ql_slice(text, at, end);
    if (ql_ends(line, QL_STR("\r"))) line.len--;
    if (!ql__tool_room(r, (line.len < QL_TOOL_LINE_MAX ? line.len : QL_TOOL_LINE_MAX) + 64)) break;
    add_number(&r->text, number);
    ql__tool_add_line(r, line);
    at = end == SIZE_MAX ? text.len : end + 1;
  }
  if (text.len == 0) ql_buf_add(&r->text, QL_STR("[The file is empty.]\n"));
  if (at >= text.len) return;
  r->truncated = true;
  ql_buf_add(&r->text, QL_STR("[The file goes on to line "));
  ql__tool_add_count(&r->text, number - 1 + count_lines(ql_slice(text, at, text.len)));
  ql_buf_add(&r->text, QL_STR(". Read on with offset "));
  ql_buf_int(&r->text, (int64_t)number);
  ql_buf_add(&r->text, QL_STR(".]\n"));
}

/* ---- LS ---- */

void ql__tool_list(ql__running *r) {
  const ql__node *folder = ql__tool_place(r, "path");
  if (!folder) return;
  if (!folder->folder) {
    QL__TOOL_FAIL(r, ql__excerpt(folder->path), QL_STR(" is a file. Read shows it."));
    return;
  }
  size_t count, from = folder->path.len > 0 ? folder->path.len + 1 : 0;
  const ql__node **children = ql__workspace_children(r->arena, folder, &count);
  for (size_t i = 0; i < count; i++) {
    const ql__node *n = children[i];
    if (!ql__tool_room(r, n->path.len + 64)) {
      ql_buf_add(&r->text, QL_STR("[… and "));
      ql__tool_add_count(&r->text, count - i);
      ql_buf_add(&r->text, QL_STR(" more]\n"));
      break;
    }
    ql_buf_add(&r->text, ql_slice(n->path, from, n->path.len));
    ql_buf_add(&r->text, n->folder ? QL_STR("/ (") : n->bytes ? QL_STR(" (") : QL_STR(" (no text, "));
    ql__tool_add_count(&r->text, n->folder ? n->files : n->size);
    ql_buf_add(&r->text, n->folder ? (n->files == 1 ? QL_STR(" file)\n") : QL_STR(" files)\n")) : QL_STR(" bytes)\n"));
  }
  if (count == 0) ql_buf_add(&r->text, QL_STR("[There are no files.]\n"));
}

/* ---- Write ---- */

static ql_value *hash_of(ql_arena *a, const uint8_t sha256[32]) {
  char hex[64];
  ql_hex_write(hex, sha256, 32);
  return ql_string(a, ql_arena_str(a, (ql_str){hex, sizeof hex}));
}

void ql__tool_write(ql__running *r, ql_str path, ql_str content) {
  ql_file before;
  uint8_t after[32];
  ql_value *change = ql_push(r->changed, ql_object(r->arena));
  ql_sha256(content, after);
  QL_SET(change, "after", hash_of(r->arena, after));
  if (ql_workspace_file(r->box->workspace, path, &before)) QL_SET(change, "before", hash_of(r->arena, before.sha256));
  QL_SET(change, "path", ql_string(r->arena, ql_arena_str(r->arena, path)));
  r->path = path;
  r->content = content;
}

void ql__tool_write_file(ql__running *r) {
  ql__workpath place = ql__workpath_of(r->arena, ql__tool_text(r, "file_path"));
  ql_str text = ql__tool_text(r, "content");
  const ql__node *there = place.path.ptr ? ql__workspace_find(r->box->workspace, place.path) : NULL;
  bool was = there && !there->folder;
  if (was && !there->bytes) {
    QL__TOOL_FAIL(r, ql__excerpt(place.path), QL_STR(" is no text, and is not written over."));
    return;
  }
  if (!place.path.ptr) return;
  ql__tool_write(r, place.path, text);
  ql_buf_add(&r->text, was ? QL_STR("Wrote ") : QL_STR("Created "));
  ql_buf_add(&r->text, place.path);
  ql_buf_add(&r->text, QL_STR(": "));
  ql__tool_add_count(&r->text, count_lines(text));
  ql_buf_add(&r->text, QL_STR(" lines, "));
  ql__tool_add_count(&r->text, text.len);
  ql_buf_add(&r->text, QL_STR(" bytes.\n"));
}
