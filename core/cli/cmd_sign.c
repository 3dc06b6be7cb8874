/* key make, key show, quest sign. */
#include <questline/limits.h>

#include <string.h>

#include "base/text.h"
#include "signing.h"
#include "store.h"

static int tell_key(cli *c, cli_key *key) {
  ql_value *answer = ql_object(c->a);
  ql_str public_key = ql_arena_str(c->a, (ql_str){key->public_key, QL_HASH_CHARS});
  cli_key_forget(key);
  QL_SET(answer, "file", ql_string(c->a, cli_clean(c, c->operands[0])));
  QL_SET(answer, "key", ql_string(c->a, public_key));
  if (c->json) return cli_json(c, answer);
  if (!public_key.ptr) return cli_no_memory(c);
  cli_put(stdout, public_key);
  putchar('\n');
  return CLI_DONE;
}

int cli_make_key(cli *c) {
  cli_key key;
  int code = cli_key_make(c, c->operands[0], &key);
  if (code == CLI_DONE) return tell_key(c, &key);
  cli_key_forget(&key);
  return code;
}

int cli_show_key(cli *c) {
  cli_key key;
  int code = cli_key_read(c, c->operands[0], &key);
  return code == CLI_DONE ? tell_key(c, &key) : code;
}

/* ---- quest sign ---- */

/// The log with the lines signed that are the key's and have no signature. The names of who signed are added to `agents`.
static int sign_lines(cli *c, const cli_log *log, const cli_key *key, ql_buf *out, ql_value *agents, int64_t *count) {
  const ql_value *signatures = ql_quest_signatures(log->quest, c->a);
  if (!signatures) return cli_no_memory(c);
  const ql_value *asked = signatures->first;
  ql_arena *scratch = ql_arena_new(ql_alloc_libc());
  ql_error err = {0};
  ql_status status = scratch ? QL_OK : ql_fail(&err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  for (int64_t n = 0; status == QL_OK && n < ql_quest_count(log->quest); n++) {
    ql_str line = ql_quest_line(log->quest, n);
    if (asked && ql_get_int(asked, QL_STR("n"), -1) == n) {
      bool mine = ql_eq(ql_get_str(asked, QL_STR("key")), (ql_str){key->public_key, QL_HASH_CHARS});
      ql_str by = ql_get_str(asked, QL_STR("by"));
      bool known = false;
      for (const ql_value *agent = agents->first; agent; agent = agent->next) known |= ql_eq(agent->text, by);
      if (mine && !known) ql_push(agents, ql_string(c->a, by));
      if (mine && !QL_GET(asked, "signature")) {
        ql_arena_reset(scratch);
        status = ql_line_sign(scratch, line, cli_signature_of(c, key, asked), &line, &err);
        ++*count;
      }
      asked = asked->next;
    }
    if (status == QL_OK) ql_buf_add(out, line);
  }
  ql_arena_free(scratch);
  if (status != QL_OK) return cli_fail_error(c, &err, log->path);
  return out->failed || ql_arena_failed(c->a) ? cli_no_memory(c) : CLI_DONE;
}

static int tell_signed(cli *c, const cli_log *log, const ql_value *agents, int64_t count) {
  if (c->json) {
    ql_value *answer = cli_where(c, log);
    QL_SET(answer, "agents", ql_copy(c->a, agents));
    QL_SET(answer, "signed", ql_int(c->a, count));
    return cli_json(c, answer);
  }
  printf("Signed %lld line%s of ", (long long)count, cli_plural(count));
  cli_print_names(stdout, agents);
  puts(count > 0 ? "." : ": all of them have a signature already.");
  return CLI_DONE;
}

static int sign(cli *c, cli_log *log, const cli_key *key) {
  ql_buf out = ql_buf_new(ql_alloc_libc());
  ql_value *agents = ql_array(c->a);
  int64_t count = 0;
  int code = sign_lines(c, log, key, &out, agents, &count);
  if (code == CLI_DONE && agents->count == 0)
    code = cli_fail(c, QL_ERR_STATE,
                    "%s has no line of an agent whose key this is. Keys are named when a quest is made: quest create --keys.", log->path);
  if (code == CLI_DONE && out.len > QL_QUEST_BYTES_MAX)
    code = cli_fail(c, QL_ERR_LIMIT, "Signed, the quest would be longer than %u bytes (QL_QUEST_BYTES_MAX). Nothing was written.",
                    QL_QUEST_BYTES_MAX);
  if (code == CLI_DONE && count > 0) code = cli_log_replace(c, log, ql_buf_str(&out));
  if (code == CLI_DONE) code = tell_signed(c, log, agents, count);
  ql_buf_free(&out);
  return code;
}

int cli_quest_sign(cli *c) {
  const char *path;
  cli_key key;
  cli_log log = {.fd = -1};
  int code = cli_key_read(c, c->value[CLI_key], &key);
  if (code != CLI_DONE) return code;
  code = cli_store_find(c, c->value[CLI_quest], &path);
  if (code == CLI_DONE) code = cli_log_open(c, path, true, &log);
  if (code == CLI_DONE) code = sign(c, &log, &key);
  cli_key_forget(&key);
  cli_log_close(&log);
  return code;
}
