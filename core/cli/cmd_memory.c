/* questline memory: the memory graph, in the file of the MCP memory server. */
#include <questline/learn.h>

#include <string.h>

#include "base/text.h"
#include "memory_file.h"
#include "store.h"

static ql_str word(cli *c, size_t i) { return i < c->operand_count ? cli_clean(c, c->operands[i]) : QL_ABSENT; }

static const char *beside(cli *c, const char *folder, const char *name) {
  ql_str path = ql_arena_concat(c->a, (const ql_str[]){{folder, strlen(folder)}, {name, strlen(name)}, {"", 1}}, 3);
  return path.ptr;
}

/* --file, or memory.jsonl beside the folder of quests. */
static int find_file(cli *c, bool make, const char **path) {
  const char *folder;
  *path = c->value[CLI_memory];
  if (*path) return CLI_DONE;
  int code = cli_store_folder(c, make, &folder);
  if (code != CLI_DONE) return code;
  *path = beside(c, folder, "/../memory.jsonl");
  return *path ? CLI_DONE : cli_no_memory(c);
}

/// Changes the graph and writes its file.
static int change_file(cli *c, cli_memory_change *make, const void *ctx, ql_value **answer) {
  const char *path;
  int code = find_file(c, true, &path);
  return code == CLI_DONE ? cli_memory_change_file(c, path, make, ctx, answer) : code;
}

/* ---- what is shown ---- */

static void put(const ql_value *object, const char *key) { cli_put(stdout, ql_get_str(object, (ql_str){key, strlen(key)})); }

static void print_entities(const ql_value *entities) {
  for (const ql_value *entity = entities ? entities->first : NULL; entity; entity = entity->next) {
    put(entity, "name");
    fputs(" (", stdout);
    put(entity, "entityType");
    puts(")");
    const ql_value *list = QL_GET(entity, "observations");
    for (const ql_value *text = list ? list->first : NULL; text; text = text->next) {
      fputs("  - ", stdout);
      cli_put(stdout, text->text);
      putchar('\n');
    }
  }
}

static int show(cli *c, const ql_value *graph) {
  const ql_value *entities = QL_GET(graph, "entities"), *relations = QL_GET(graph, "relations");
  if (c->json) return cli_json(c, graph);
  print_entities(entities);
  for (const ql_value *r = relations ? relations->first : NULL; r; r = r->next) {
    put(r, "from");
    fputs(" -- ", stdout);
    put(r, "relationType");
    fputs(" -> ", stdout);
    put(r, "to");
    putchar('\n');
  }
  if (!(entities && entities->count) && !(relations && relations->count)) puts("Nothing is there.");
  return CLI_DONE;
}

/* ---- calls ---- */

typedef struct one_call {
  ql_str tool;
  const ql_value *arguments;
} one_call;

static int make_call(cli *c, ql_memory *memory, const void *ctx, ql_value **answer) {
  const one_call *call = ctx;
  ql_error err = {0};
  return ql_memory_call(memory, c->a, call->tool, call->arguments, answer, &err) == QL_OK ? CLI_DONE : cli_fail_error(c, &err, NULL);
}

/* The operands from `from` on, as a list of texts. */
static ql_value *words_from(cli *c, size_t from) {
  ql_value *list = ql_array(c->a);
  for (size_t i = from; i < c->operand_count; i++) ql_push(list, ql_string(c->a, word(c, i)));
  return list;
}

/* {list: [item]}, or {list: item} for a list. */
static ql_value *arguments_of(cli *c, const char *list, ql_value *item) {
  ql_value *arguments = ql_object(c->a), *items = item && item->kind == QL_ARRAY ? item : ql_array(c->a);
  if (items != item) ql_push(items, item);
  ql_set(arguments, (ql_str){list, strlen(list)}, items);
  return arguments;
}

/* Whether a call that adds has added something. */
static bool is_known(const ql_value *answer) {
  const ql_value *list = answer->first, *added = list && list->first ? QL_GET(list->first, "addedObservations") : NULL;
  return list && list->kind == QL_ARRAY && (list->count == 0 || (added && added->count == 0));
}

static int call_and_say(cli *c, ql_str tool, const ql_value *arguments, const char *said) {
  one_call call = {tool, arguments};
  ql_value *answer = NULL;
  int code = ql_arena_failed(c->a) ? cli_no_memory(c) : change_file(c, make_call, &call, &answer);
  if (code != CLI_DONE) return code;
  if (c->json) return cli_json(c, answer);
  puts(is_known(answer) ? "That is known already." : said);
  return CLI_DONE;
}

int cli_memory_create(cli *c) {
  ql_value *entity = ql_object(c->a);
  QL_SET(entity, "entityType", ql_string(c->a, word(c, 1)));
  QL_SET(entity, "name", ql_string(c->a, word(c, 0)));
  QL_SET(entity, "observations", words_from(c, 2));
  return call_and_say(c, QL_STR("create_entities"), arguments_of(c, "entities", entity), "It is remembered.");
}

static ql_value *relation(cli *c) {
  ql_value *value = ql_object(c->a);
  QL_SET(value, "from", ql_string(c->a, word(c, 0)));
  QL_SET(value, "relationType", ql_string(c->a, word(c, 1)));
  QL_SET(value, "to", ql_string(c->a, word(c, 2)));
  return arguments_of(c, "relations", value);
}

int cli_memory_relate(cli *c) { return call_and_say(c, QL_STR("create_relations"), relation(c), "It is remembered."); }
int cli_memory_unrelate(cli *c) { return call_and_say(c, QL_STR("delete_relations"), relation(c), "It is forgotten."); }

static ql_value *observations(cli *c, const char *member) {
  ql_value *value = ql_object(c->a);
  QL_SET(value, "entityName", ql_string(c->a, word(c, 0)));
  ql_set(value, (ql_str){member, strlen(member)}, words_from(c, 1));
  return value;
}

int cli_memory_observe(cli *c) {
  return call_and_say(c, QL_STR("add_observations"), arguments_of(c, "observations", observations(c, "contents")), "It is remembered.");
}

int cli_memory_delete(cli *c) {
  if (c->operand_count > 1)
    return call_and_say(c, QL_STR("delete_observations"), arguments_of(c, "deletions", observations(c, "observations")),
                        "It is forgotten.");
  return call_and_say(c, QL_STR("delete_entities"), arguments_of(c, "entityNames", words_from(c, 0)), "It is forgotten.");
}

/// Makes a call that changes nothing and shows the answer.
static int look(cli *c, ql_str tool, const ql_value *arguments) {
  cli_memory_file file = {0};
  ql_value *answer = NULL;
  int code = find_file(c, false, &file.path);
  if (code == CLI_DONE) code = cli_memory_load(c, &file);
  if (code == CLI_DONE) code = make_call(c, file.memory, &(one_call){tool, arguments}, &answer);
  if (code == CLI_DONE) code = show(c, answer);
  ql_memory_free(file.memory);
  return code;
}

int cli_memory_search(cli *c) {
  ql_value *arguments = ql_object(c->a);
  QL_SET(arguments, "query", ql_string(c->a, word(c, 0)));
  return look(c, QL_STR("search_nodes"), arguments);
}

int cli_memory_open(cli *c) { return look(c, QL_STR("open_nodes"), arguments_of(c, "names", words_from(c, 0))); }
int cli_memory_read(cli *c) { return look(c, QL_STR("read_graph"), NULL); }

int cli_memory_pending(cli *c) {
  cli_memory_file file = {0};
  int code = find_file(c, false, &file.path);
  if (code == CLI_DONE) code = cli_memory_load(c, &file);
  const ql_value *flags = code == CLI_DONE ? ql_memory_pending(file.memory, c->a) : NULL;
  ql_memory_free(file.memory);
  if (code != CLI_DONE) return code;
  if (!flags) return cli_no_memory(c);
  if (c->json) return cli_json(c, flags);
  print_entities(flags);
  if (flags->count == 0) puts("Nothing is pending.");
  return CLI_DONE;
}

/* ---- quests and files ---- */

static int make_calls(cli *c, ql_memory *memory, const void *ctx, ql_value **answer) {
  const ql_value *calls = QL_GET(ctx, "calls");
  int code = CLI_DONE;
  for (const ql_value *call = calls->first; code == CLI_DONE && call; call = call->next)
    code = make_call(c, memory, &(one_call){ql_get_str(call, QL_STR("tool")), QL_GET(call, "arguments")}, answer);
  return code;
}

static int tell_learned(cli *c, const ql_value *learned) {
  if (c->json) return cli_json(c, learned);
  const ql_value *added = QL_GET(QL_GET(QL_GET(learned, "calls")->first->next, "arguments"), "observations");
  for (const ql_value *one = added->first; one; one = one->next) {
    put(one, "entityName");
    putchar('\n');
    for (const ql_value *text = QL_GET(one, "contents")->first; text; text = text->next) {
      fputs("  - ", stdout);
      cli_put(stdout, text->text);
      putchar('\n');
    }
  }
  return CLI_DONE;
}

int cli_memory_learn(cli *c) {
  cli_log log = {.fd = -1};
  const char *path;
  ql_value *learned = NULL, *answer;
  ql_error err = {0};
  int code = cli_store_find(c, c->value[CLI_quest], &path);
  if (code == CLI_DONE) code = cli_log_open(c, path, false, &log);
  if (code == CLI_DONE && ql_quest_learn(log.quest, c->a, &learned, &err) != QL_OK) code = cli_fail_error(c, &err, NULL);
  if (code == CLI_DONE) code = change_file(c, make_calls, learned, &answer);
  if (code == CLI_DONE) code = tell_learned(c, learned); /* which borrows from the log */
  cli_log_close(&log);
  return code;
}

static int take_over(cli *c, ql_memory *memory, const void *ctx, ql_value **answer) {
  const ql_str *lines = ctx;
  ql_error err = {0};
  if (ql_memory_read(memory, *lines, &err) != QL_OK) return cli_fail_error(c, &err, c->operands[0]);
  *answer = ql_object(c->a);
  QL_SET(*answer, "entities", ql_int(c->a, (int64_t)ql_memory_entities(memory)));
  QL_SET(*answer, "relations", ql_int(c->a, (int64_t)ql_memory_relations(memory)));
  return CLI_DONE;
}

int cli_memory_import(cli *c) {
  ql_str lines;
  ql_value *counts = NULL;
  int code = cli_read(c, c->operands[0], QL_MEMORY_BYTES_MAX, &lines);
  if (code == CLI_DONE) code = change_file(c, take_over, &lines, &counts);
  if (code != CLI_DONE) return code;
  if (c->json) return cli_json(c, counts);
  printf("Remembered now: entities %lld, relations %lld.\n", (long long)ql_get_int(counts, QL_STR("entities"), 0),
         (long long)ql_get_int(counts, QL_STR("relations"), 0));
  return CLI_DONE;
}

int cli_memory_export(cli *c) {
  cli_memory_file file = {0};
  int code = find_file(c, false, &file.path);
  if (code == CLI_DONE) code = cli_memory_load(c, &file);
  ql_str lines = code == CLI_DONE ? ql_memory_write(file.memory, c->a) : QL_ABSENT;
  ql_memory_free(file.memory);
  if (code != CLI_DONE) return code;
  if (!lines.ptr) return cli_no_memory(c);
  const char *out = c->value[CLI_out];
  if (out && strcmp(out, "-") != 0) return cli_write_file(c, out, lines);
  (void)fwrite(lines.ptr, 1, lines.len, stdout);
  return CLI_DONE;
}
