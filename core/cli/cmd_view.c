/* Commands that read a quest: show, list, log. */
#include <string.h>

#include "base/text.h"
#include "store.h"

/// Opens the quest of --quest for reading; log is to be closed in any case.
static int open_quest(cli *c, cli_log *log) {
  const char *path;
  *log = (cli_log){.fd = -1};
  int code = cli_store_find(c, c->value[CLI_quest], &path);
  return code == CLI_DONE ? cli_log_open(c, path, false, log) : code;
}

static ql_str text_of(const ql_value *object, const char *key) { return ql_get_str(object, (ql_str){key, strlen(key)}); }

/* ---- show ---- */

static void print_tasks(const ql_value *tasks) {
  if (!tasks->first) return;
  puts("\nTasks");
  for (const ql_value *task = tasks->first; task; task = task->next) {
    ql_str id = text_of(task, "id"), status = text_of(task, "status"), agent = text_of(task, "agent"), title = text_of(task, "title");
    fputs("  ", stdout);
    cli_put(stdout, id);
    cli_pad(stdout, id.len, 5);
    cli_put(stdout, status);
    cli_pad(stdout, status.len, 13);
    cli_put(stdout, agent);
    cli_pad(stdout, agent.len, 24);
    cli_put_short(stdout, title.ptr ? title : QL_STR("(withheld)"), 80);
    putchar('\n');
  }
}

static void print_agents(const ql_value *agents) {
  puts("\nAgents");
  for (const ql_value *agent = agents->first; agent; agent = agent->next) {
    ql_str id = text_of(agent, "id"), status = text_of(agent, "status");
    fputs("  ", stdout);
    cli_put(stdout, id);
    cli_pad(stdout, id.len, 30);
    cli_put(stdout, status);
    cli_pad(stdout, status.len, 8);
    cli_put(stdout, text_of(agent, "kind"));
    puts(ql_get_bool(agent, QL_STR("leads")) ? ", leads" : "");
  }
}

static void print_next(const ql_value *next) {
  if (!next->first) return;
  fputs("Next: ", stdout);
  for (const ql_value *turn = next->first; turn; turn = turn->next) {
    if (turn != next->first) fputs(" -> ", stdout);
    cli_put(stdout, text_of(turn, "agent"));
  }
  putchar('\n');
}

static void print_quest(cli *c, const cli_log *log, const ql_value *view) {
  ql_str id = text_of(view, "id"), mission = text_of(view, "mission"), summary = text_of(view, "summary");
  const ql_value *holders = QL_GET(view, "holders");
  cli_colour_on(stdout, CLI_BOLD);
  cli_put_short(stdout, mission.ptr ? mission : QL_STR("(mission withheld)"), 120);
  cli_colour_on(stdout, CLI_PLAIN);
  fputs("\nQuest ", stdout);
  cli_put(stdout, id.ptr ? id : QL_STR("(without an id)"));
  fputs(", ", stdout);
  cli_put(stdout, text_of(view, "status"));
  puts(ql_get_bool(view, QL_STR("rehearsed")) ? ", a rehearsal" : "");
  if (holders->first) {
    fputs("The turn is held by ", stdout);
    cli_print_names(stdout, holders);
    puts(".");
  }
  print_next(QL_GET(view, "next"));
  if (summary.ptr) cli_put_block(stdout, summary, "  ");
  print_agents(QL_GET(view, "agents"));
  print_tasks(QL_GET(view, "tasks"));
  puts("\nEvents");
  for (int64_t n = 0; n < ql_quest_count(log->quest); n++) cli_print_event(c, log->quest, n);
  fputs("\nhead ", stdout);
  cli_put(stdout, text_of(view, "head"));
  fputs("\nstate ", stdout);
  cli_put(stdout, text_of(view, "state_hash"));
  putchar('\n');
}

int cli_quest_show(cli *c) {
  cli_log log;
  int code = open_quest(c, &log);
  if (code == CLI_DONE) {
    const ql_value *view = ql_quest_view(log.quest, c->a);
    if (!view)
      code = cli_no_memory(c);
    else if (c->json)
      code = cli_json(c, view);
    else
      print_quest(c, &log, view);
  }
  cli_log_close(&log);
  return code;
}

/* ---- log ---- */

int cli_quest_log(cli *c) {
  cli_log log;
  int code = open_quest(c, &log);
  int64_t count = code == CLI_DONE ? ql_quest_count(log.quest) : 0;
  if (code == CLI_DONE && c->json) {
    ql_value *answer = cli_where(c, &log), *events = ql_array(c->a);
    for (int64_t n = 0; n < count; n++) ql_push(events, ql_quest_event(log.quest, c->a, n));
    QL_SET(answer, "events", events);
    code = cli_json(c, answer);
  }
  for (int64_t n = 0; n < count && !c->json; n++) cli_print_event(c, log.quest, n);
  cli_log_close(&log);
  return code;
}

/* ---- list ---- */

/// What the list says of one quest; its strings are copied, since the quest is closed again.
static ql_value *summarise(cli *c, const cli_log *log) {
  const ql_value *view = ql_quest_view(log->quest, c->a);
  ql_value *row = cli_where(c, log), *holders = ql_array(c->a);
  for (const ql_value *holder = view ? QL_GET(view, "holders")->first : NULL; holder; holder = holder->next)
    ql_push(holders, ql_string(c->a, ql_arena_str(c->a, holder->text)));
  QL_SET(row, "at", ql_int(c->a, ql_get_int(view, QL_STR("at"), 0)));
  QL_SET(row, "holders", holders);
  QL_SET(row, "id", ql_string(c->a, ql_arena_str(c->a, text_of(view, "id"))));
  QL_SET(row, "mission", ql_string(c->a, ql_arena_str(c->a, text_of(view, "mission"))));
  QL_SET(row, "status", ql_string(c->a, ql_arena_str(c->a, text_of(view, "status"))));
  return view ? row : NULL;
}

static void print_row(const ql_value *row) {
  ql_str id = text_of(row, "id"), status = text_of(row, "status"), mission = text_of(row, "mission");
  const ql_value *holders = QL_GET(row, "holders");
  cli_put(stdout, id.ptr ? id : QL_STR("-"));
  cli_pad(stdout, id.ptr ? id.len : 1, 10);
  cli_put(stdout, status);
  cli_pad(stdout, status.len, 9);
  cli_put_short(stdout, mission.ptr ? mission : QL_STR("(mission withheld)"), 60);
  if (holders->first) fputs("  turn: ", stdout);
  cli_print_names(stdout, holders);
  putchar('\n');
}

/// One that cannot be read.
static ql_value *failed_row(cli *c, const char *path) {
  ql_value *row = ql_object(c->a);
  QL_SET(row, "error", c->held);
  QL_SET(row, "file", ql_string(c->a, cli_clean(c, path)));
  return row;
}

/// Adds one quest to the list. @return CLI_FAILED for one that cannot be read, which is told.
static int list_one(cli *c, const char *path, ql_value *rows) {
  cli_log log;
  c->holds = c->json;
  c->held = NULL;
  int code = cli_log_open(c, path, false, &log);
  c->holds = false;
  bool empty = code == CLI_DONE && ql_quest_count(log.quest) == 0; /* its first event is being written */
  ql_value *row = code == CLI_DONE && !empty ? summarise(c, &log) : NULL;
  if (code == CLI_DONE && !empty && !row) code = cli_no_memory(c);
  if (row && !c->json) print_row(row);
  if (c->json) ql_push(rows, c->held ? failed_row(c, path) : row);
  cli_log_close(&log);
  return code;
}

int cli_quest_list(cli *c) {
  const char *folder, *const *names;
  size_t count;
  int code = cli_store_folder(c, false, &folder);
  if (code == CLI_DONE) code = cli_store_names(c, folder, &names, &count);
  if (code != CLI_DONE) return code;
  ql_value *answer = ql_object(c->a), *rows = ql_array(c->a);
  for (size_t i = 0; i < count; i++) {
    const ql_str parts[] = {{folder, strlen(folder)}, QL_STR("/"), {names[i], strlen(names[i])}, {"", 1}};
    const char *path = ql_arena_concat(c->a, parts, QL_COUNT(parts)).ptr;
    int one = path ? list_one(c, path, rows) : cli_no_memory(c);
    if (one == CLI_INTERRUPTED) return one;
    if (one != CLI_DONE) code = one; /* the others are listed all the same */
  }
  if (c->json) {
    QL_SET(answer, "quests", rows);
    int printed = cli_json(c, answer);
    return printed != CLI_DONE ? printed : code;
  }
  if (count == 0 && fflush(stdout) == 0) cli_note("There is no quest in %s yet.", folder);
  return code;
}
