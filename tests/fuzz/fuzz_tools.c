// Bytes as calls of tools on a small workspace: whatever they are, an answer comes, within its size; what is refused changes nothing; an edit that is
// made and made again the other way round gives the same file; what a call says it changed is what the workspace says; patterns that fit say so again.

#include <questline/limits.h>
#include <questline/tools.h>
#include <questline/value.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/pattern.h"
#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define check(right) hold((right), __LINE__)
static void hold(bool right, int line) {
  if (right) return;
  fprintf(stderr, "broken in line %d\n", line);
  abort();
}

static const char *const TOOLS[] = {"Read", "LS", "Glob", "Grep", "Write", "Edit", "MultiEdit", "TodoWrite", "mcp__memory__create_entities",
                                    "Bash"};
static const ql_str FILE_NAME = QL_STR_INIT("src/a.txt");

static ql_value *call(ql_arena *a, const ql_toolbox *box, ql_str tool, ql_str arguments) {
  ql_value *said = ql_object(a), *out = NULL;
  QL_SET(said, "arguments", ql_string(a, arguments));
  QL_SET(said, "name", ql_string(a, tool));
  check(ql_tool_call(a, box, said, false, &out, NULL) == QL_OK);
  return out;
}

static void check_call(ql_arena *a, const ql_toolbox *box, ql_str tool, ql_str arguments) {
  ql_value *before = ql_workspace_changes(box->workspace, a);
  ql_value *out = call(a, box, tool, arguments), *result = QL_GET(out, "result");
  ql_value *after = ql_workspace_changes(box->workspace, a);
  check(ql_utf8_bad(ql_value_text(a, out)) == SIZE_MAX);
  if (!result) return;
  check(ql_get_str(result, QL_STR("text")).len <= QL_TOOL_TEXT_MAX + QL_TOOL_LINE_MAX + 4096);
  const ql_value *changed = QL_GET(result, "changed");
  check(changed->count == 0 || !ql_get_bool(result, QL_STR("error")));
  check(changed->count > 0 || ql_value_equal(before, after));
  for (const ql_value *c = changed->first; c; c = c->next) {
    ql_file file;
    char hex[64];
    check(ql_workspace_file(box->workspace, ql_get_str(c, QL_STR("path")), &file));
    ql_hex_write(hex, file.sha256, 32);
    check(ql_eq((ql_str){hex, 64}, ql_get_str(c, QL_STR("after"))));
  }
}

static ql_str edit_of(ql_arena *a, ql_str old, ql_str new) {
  ql_value *arguments = ql_object(a);
  QL_SET(arguments, "file_path", ql_string(a, FILE_NAME));
  QL_SET(arguments, "new_string", ql_string(a, new));
  QL_SET(arguments, "old_string", ql_string(a, old));
  return ql_value_text(a, arguments);
}

/* The text with one edit and its inverse. Where the inverse is not clear it is refused, and then nothing changes. */
static void check_inverse(ql_arena *a, const ql_toolbox *box, ql_str text, ql_str old, ql_str new) {
  ql_file file;
  if (ql_workspace_write(box->workspace, FILE_NAME, text, NULL) != QL_OK) return;
  ql_value *result = QL_GET(call(a, box, QL_STR("Edit"), edit_of(a, old, new)), "result");
  check(ql_workspace_file(box->workspace, FILE_NAME, &file));
  if (ql_get_bool(result, QL_STR("error"))) {
    check(ql_eq(file.text, text));
    return;
  }
  ql_str edited = ql_arena_str(a, file.text);
  result = QL_GET(call(a, box, QL_STR("Edit"), edit_of(a, new, old)), "result");
  check(ql_workspace_file(box->workspace, FILE_NAME, &file));
  bool crlf = ql_find_byte(text, '\r', 0) != SIZE_MAX || ql_find_byte(old, '\r', 0) != SIZE_MAX || ql_find_byte(new, '\r', 0) != SIZE_MAX;
  if (ql_get_bool(result, QL_STR("error")))
    check(ql_eq(file.text, edited));
  else
    check(crlf || ql_eq(file.text, text));
}

/* A pattern fits a line alone as it does in the same pattern in a group, or with another way that never fits. */
static void check_pattern(ql_arena *a, ql_str words, ql_str line) {
  ql__pattern *one = NULL, *two = NULL, *glob = NULL;
  bool fits = false, again = false;
  ql_error err = {0};
  line = ql_slice(line, 0, ql_find_byte(line, '\n', 0));
  if (ql_utf8_bad(line) != SIZE_MAX) return;
  if (ql__pattern_glob(a, words, &glob, NULL) == QL_OK) check(ql__pattern_fits(glob, line, &fits, NULL) != QL_ERR_NOMEM);
  if (ql__pattern_make(a, words, false, &one, &err) != QL_OK) {
    check(err.offset <= words.len && err.message);
    return;
  }
  if (ql_starts(words, QL_STR("(?i)"))) return;
  ql_str grouped = ql_arena_concat(a, (ql_str[]){QL_STR("(?:"), words, QL_STR(")|[^\\d\\D]")}, 3);
  if (ql__pattern_make(a, grouped, false, &two, NULL) != QL_OK) return; /* too large now */
  ql_status first = ql__pattern_fits(one, line, &fits, NULL), second = ql__pattern_fits(two, line, &again, NULL);
  check(first != QL_OK || second != QL_OK || fits == again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < 2) return 0;
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  ql_roster *roster = ql_roster_new(ql_alloc_libc());
  ql_toolbox box = {.roster = roster,
                    .agent = QL_STR("@a"),
                    .workspace = ql_workspace_new(ql_alloc_libc()),
                    .memory = ql_memory_new(ql_alloc_libc()),
                    .request = QL_STR("x")};
  ql_str rest = {(const char *)data + 1, size - 1}, pieces[3] = {rest, QL_STR(""), QL_STR("")};
  check(ql_roster_add(roster, QL_STR("a.md"), QL_STR("---\nname: a\ndescription: b\n---\nWords.\n"), NULL) == QL_OK);
  check(ql_roster_link(roster, NULL) == QL_OK);
  for (size_t i = 0; i < 2; i++) { /* up to three pieces, a 0x1F between them */
    size_t end = ql_find_byte(pieces[i], 0x1F, 0);
    if (end == SIZE_MAX) break;
    pieces[i + 1] = ql_slice(pieces[i], end + 1, pieces[i].len);
    pieces[i] = ql_slice(pieces[i], 0, end);
  }
  check(ql_workspace_load(box.workspace, FILE_NAME, pieces[1], NULL) == QL_OK);
  check(ql_workspace_load(box.workspace, QL_STR("b/c.md"), QL_STR("one\ntwo\r\n\nthree"), NULL) == QL_OK);
  const char *tool = TOOLS[data[0] % QL_COUNT(TOOLS)];
  check_call(a, &box, (ql_str){tool, strlen(tool)}, pieces[0]);
  bool text = true;
  for (size_t i = 0; i < 3; i++) text = text && ql_utf8_bad(pieces[i]) == SIZE_MAX && ql_find_byte(pieces[i], '\0', 0) == SIZE_MAX;
  if (text) check_inverse(a, &box, pieces[0], pieces[1], pieces[2]);
  check_pattern(a, pieces[0], pieces[1]);
  ql_str block = ql_data_block(a, rest, pieces[1]);
  check(ql_find(rest, ql_slice(block, 6, 22), 0) == SIZE_MAX);
  ql_workspace_free(box.workspace);
  ql_memory_free(box.memory);
  ql_roster_free(roster);
  ql_arena_free(a);
  return 0;
}
