/* Notes beside a quest: writing one, listing them, taking over somebody else's. They stand in ID.notes. */
#include <questline/notes.h>

#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "store.h"

static ql_str text_of(const ql_value *object, const char *key) { return ql_get_str(object, (ql_str){key, strlen(key)}); }
static long long number_of(const ql_value *object, const char *key) { return (long long)ql_get_int(object, (ql_str){key, strlen(key)}, 0); }

static int open_log(cli *c, cli_log *log) {
  const char *path;
  *log = (cli_log){.fd = -1};
  int code = cli_store_find(c, c->operands[0], &path);
  return code == CLI_DONE ? cli_log_open(c, path, false, log) : code;
}

/* ---- quest note ---- */

static int read_draft(cli *c, ql_value *draft) {
  const char *given = c->operand_count > 1 ? c->operands[1] : "-", *by = c->value[CLI_by];
  int64_t n = 0;
  ql_str text = QL_ABSENT;
  int code = c->value[CLI_at] ? cli_number(c, CLI_at, QL_QUEST_EVENTS_MAX, &n) : CLI_DONE;
  if (code == CLI_DONE) code = cli_text_within(c, "The note", given, QL_NOTE_BYTES_MAX, &text);
  QL_SET(draft, "by", ql_string(c->a, by ? cli_clean(c, by) : QL_STR("@owner")));
  if (c->value[CLI_at]) QL_SET(draft, "n", ql_int(c->a, n));
  QL_SET(draft, "text", ql_string(c->a, text));
  return code == CLI_DONE && ql_arena_failed(c->a) ? cli_no_memory(c) : code;
}

static int make(cli *c, const cli_log *log, ql_str notes, const ql_value *draft, ql_str *line) {
  uint8_t entropy[QL_NOTE_ID_BYTES];
  ql_error err = {0};
  if (!cli_random(entropy, sizeof entropy)) return cli_fail_errno(c, "get", "random bytes");
  ql_status status = ql_note_make(log->quest, c->a, notes, draft, cli_now(), entropy, line, &err);
  return status == QL_OK ? CLI_DONE : cli_fail_error(c, &err, NULL);
}

static int tell_written(cli *c, ql_str line) {
  ql_value *note;
  if (ql_canon_read(c->a, ql_slice(line, 0, line.len - 1), &note, NULL) != QL_OK) return cli_no_memory(c);
  if (c->json) return cli_json(c, note);
  printf("Noted at event %lld by ", number_of(note, "n"));
  cli_put(stdout, text_of(note, "by"));
  puts(".");
  return CLI_DONE;
}

int cli_quest_note(cli *c) {
  cli_log log = {.fd = -1}, file = {.fd = -1};
  ql_value *draft = ql_object(c->a);
  ql_str notes = QL_ABSENT, line = QL_ABSENT;
  int code = read_draft(c, draft); /* before anything is locked: stdin may take its time */
  if (code == CLI_DONE) code = open_log(c, &log);
  if (code == CLI_DONE) code = make(c, &log, QL_ABSENT, draft, &line); /* what is refused makes no file */
  if (code == CLI_DONE) code = cli_notes_open(c, log.path, true, &file, &notes);
  if (code == CLI_DONE) code = make(c, &log, notes, draft, &line);
  if (code == CLI_DONE) code = cli_log_write(c, &file, line);
  cli_log_close(&file);
  cli_log_close(&log);
  return code == CLI_DONE ? tell_written(c, line) : code;
}

/* ---- quest notes ---- */

/// Adds what the set in a file has and ours has not. *merged is the shape NotesMerged.
static int merge(cli *c, const cli_log *log, ql_str theirs, const ql_value **merged) {
  for (int writing = 0; writing <= 1; writing++) { /* nothing is made, or waited for, when nothing is new */
    cli_log file;
    ql_str mine = QL_ABSENT;
    ql_value *found = NULL;
    ql_error err = {0};
    int code = cli_notes_open(c, log->path, writing, &file, &mine);
    if (code == CLI_DONE && ql_notes_merge(c->a, mine, theirs, &found, &err) != QL_OK) code = cli_fail_error(c, &err, "--merge");
    ql_buf lines = ql_buf_new(ql_arena_alloc(c->a));
    const ql_value *fresh = QL_GET(found, "fresh");
    for (const ql_value *line = fresh ? fresh->first : NULL; line; line = line->next) {
      ql_buf_add(&lines, line->text);
      ql_buf_byte(&lines, '\n');
    }
    bool news = lines.len > 0;
    if (code == CLI_DONE && lines.failed) code = cli_no_memory(c);
    if (code == CLI_DONE && writing && news) code = cli_log_write(c, &file, ql_buf_str(&lines));
    ql_buf_free(&lines);
    cli_log_close(&file);
    *merged = found;
    if (code != CLI_DONE || !news) return code;
  }
  return CLI_DONE;
}

static void tell_merged(const ql_value *merged) {
  long long conflicts = number_of(merged, "conflicts"), bad = number_of(merged, "bad");
  size_t fresh = QL_GET(merged, "fresh")->count;
  cli_note("questline: %zu new note%s.", fresh, cli_plural((int64_t)fresh));
  if (conflicts > 0) cli_note("questline: %lld had the id of another one; the smaller of the two is kept.", conflicts);
  if (bad > 0)
    cli_note("questline: %lld line%s of that file %s no note%s.", bad, cli_plural(bad), bad == 1 ? "is" : "are", cli_plural(bad));
}

static void print_notes(const ql_value *list) {
  for (const ql_value *note = QL_GET(list, "notes")->first; note; note = note->next) {
    printf("Event %lld%s, ", number_of(note, "n"), ql_get_bool(note, QL_STR("anchored")) ? "" : " of another log");
    cli_put(stdout, text_of(note, "by"));
    puts(":");
    cli_put_block(stdout, text_of(note, "text"), "  ");
  }
}

int cli_quest_notes(cli *c) {
  const char *from = c->value[CLI_merge];
  cli_log log, file = {.fd = -1};
  ql_str theirs = QL_ABSENT, notes = QL_ABSENT;
  const ql_value *merged = NULL;
  ql_value *list = NULL;
  ql_error err = {0};
  int code = open_log(c, &log);
  if (code == CLI_DONE && from) code = cli_read(c, from, QL_QUEST_BYTES_MAX, &theirs);
  if (code == CLI_DONE && from) code = merge(c, &log, theirs, &merged);
  if (code == CLI_DONE) code = cli_notes_open(c, log.path, false, &file, &notes);
  if (code == CLI_DONE && ql_notes_list(log.quest, c->a, notes, &list, &err) != QL_OK) code = cli_fail_error(c, &err, file.path);
  if (code == CLI_DONE && merged) tell_merged(merged);
  const ql_value *problems = QL_GET(list, "problems");
  for (const ql_value *problem = problems ? problems->first : NULL; problem; problem = problem->next)
    cli_note("questline: %s:%lld is left out: %.*s.", file.path, number_of(problem, "line"), (int)text_of(problem, "message").len,
             text_of(problem, "message").ptr);
  cli_log_close(&file);
  cli_log_close(&log);
  if (code == CLI_DONE && c->json) return cli_json(c, list);
  if (code == CLI_DONE) print_notes(list);
  return code;
}
