#include "partial.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

#define SHOWN_MAX 2000u /* bytes of an answer's end */

static const char *path_of(cli *c, const char *quest_path) {
  static const char ending[] = ".quest";
  size_t len = strlen(quest_path), own = sizeof ending - 1;
  if (len > own && strcmp(quest_path + len - own, ending) == 0) len -= own;
  return ql_arena_concat(c->a, (const ql_str[]){{quest_path, len}, QL_STR(".partial"), {"", 1}}, 3).ptr;
}

/* Not synced: it is no more than a help, and the log does not need it. */
int cli_partial_put(cli *c, const char *quest_path, const ql_value *effect) {
  static const char *const KEPT[] = {"agent", "offset", "start", "text"};
  cli own = *c;
  own.a = ql_arena_new(ql_alloc_libc());
  ql_value *line = ql_object(own.a);
  for (size_t i = 0; i < QL_COUNT(KEPT); i++) ql_set_literal(line, KEPT[i], ql_copy(own.a, ql_get_literal(effect, KEPT[i])));
  ql_str text = ql_value_text(own.a, line), whole = ql_arena_concat(own.a, (const ql_str[]){text, QL_STR("\n")}, 2);
  const char *path = path_of(&own, quest_path);
  int code = CLI_DONE, fd = -1;
  if (!text.ptr || !whole.ptr || !path)
    code = cli_no_memory(c);
  else if ((fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666)) < 0 || write(fd, whole.ptr, whole.len) != (ssize_t)whole.len)
    code = cli_fail_errno(c, "write", path);
  if (fd >= 0) (void)close(fd);
  ql_arena_free(own.a);
  return code;
}

static bool is_settled(cli *c, const ql_quest *quest, int64_t start) {
  const ql_value *effects = QL_GET(ql_quest_state(quest, c->a), "effects");
  for (const ql_value *effect = effects ? effects->first : NULL; effect; effect = effect->next)
    if (ql_get_int(effect, QL_STR("n"), -1) == start) return false;
  return true;
}

/* Lines of the file, up to the first that is not whole. */
static int read_lines(cli *c, const char *path, ql_value **out) {
  ql_str bytes, line;
  ql_error err = {0};
  *out = ql_array(c->a);
  if (access(path, F_OK) != 0) return CLI_DONE;
  int code = cli_read(c, path, QL_QUEST_BYTES_MAX, &bytes);
  while (code == CLI_DONE && bytes.ptr && ql_next_line(&bytes, &line)) {
    ql_value *put = NULL;
    if (ql_json_read(c->a, line, &put, &err) != QL_OK) break;
    ql_push(*out, put);
  }
  return ql_arena_failed(c->a) ? cli_no_memory(c) : code;
}

int cli_partial_settle(cli *c, const char *quest_path, const ql_quest *quest) {
  cli own = *c;
  own.a = ql_arena_new(ql_alloc_libc());
  const char *path = own.a ? path_of(&own, quest_path) : NULL;
  ql_value *lines = NULL;
  int code = path ? CLI_DONE : cli_no_memory(c);
  bool there = path && access(path, F_OK) == 0, open = false;
  if (there) code = read_lines(&own, path, &lines);
  for (const ql_value *line = lines ? lines->first : NULL; line && !open; line = line->next)
    open = !is_settled(&own, quest, ql_get_int(line, QL_STR("start"), -1));
  if (there && code == CLI_DONE && !open && unlink(path) != 0) code = cli_fail_errno(c, "remove", path);
  ql_arena_free(own.a);
  return code;
}

/* The words of one answer: each piece stands behind the bytes put before, 0 begins anew. */
static ql_str words_of(cli *c, const ql_value *lines, int64_t start) {
  ql_buf words = ql_buf_new(ql_alloc_libc());
  for (const ql_value *line = lines->first; line; line = line->next) {
    int64_t offset = ql_get_int(line, QL_STR("offset"), 0);
    if (ql_get_int(line, QL_STR("start"), -1) != start || offset < 0 || (size_t)offset > words.len) continue;
    words.len = (size_t)offset;
    ql_buf_add(&words, ql_get_str(line, QL_STR("text")));
  }
  ql_str text = words.failed ? QL_ABSENT : ql_arena_str(c->a, words.ptr ? ql_buf_str(&words) : QL_STR(""));
  ql_buf_free(&words);
  return text;
}

static void tell(const ql_value *line, ql_str words) {
  char number[CLI_COUNT_MAX];
  size_t from = words.len > SHOWN_MAX ? words.len - SHOWN_MAX : 0;
  while (from < words.len && from > 0 && ((unsigned char)words.ptr[from] & 0xC0u) == 0x80u) from++;
  cli_put(stderr, ql_get_str(line, QL_STR("agent")));
  fprintf(stderr, " had written %s bytes before it was cut off:%s\n", cli_count(number, (int64_t)words.len), from > 0 ? " ..." : "");
  cli_put_block(stderr, ql_slice(words, from, words.len), "  ");
}

int cli_partial_tell(cli *c, const char *quest_path, const ql_quest *quest) {
  const char *path = path_of(c, quest_path);
  ql_value *lines = NULL;
  int code = path ? read_lines(c, path, &lines) : cli_no_memory(c);
  for (const ql_value *line = lines ? lines->first : NULL; line && code == CLI_DONE; line = line->next) {
    int64_t start = ql_get_int(line, QL_STR("start"), -1);
    bool first = true;
    for (const ql_value *before = lines->first; before != line && first; before = before->next)
      first = ql_get_int(before, QL_STR("start"), -1) != start;
    if (!first || is_settled(c, quest, start)) continue;
    ql_str words = words_of(c, lines, start);
    if (!words.ptr) return cli_no_memory(c);
    tell(line, words);
  }
  return code;
}
