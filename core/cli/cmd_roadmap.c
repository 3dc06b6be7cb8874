/* Roadmaps: what is in one, and a plan for one of its items. */
#include <questline/limits.h>
#include <questline/roadmap.h>

#include <string.h>

#include "base/text.h"
#include "cli.h"

static int read_roadmap(cli *c, const char *path, const ql_roadmap **out) {
  ql_str text;
  ql_error err = {0};
  int code = cli_read(c, path, QL_SPEC_BYTES_MAX, &text);
  if (code != CLI_DONE) return code;
  if (ql_roadmap_read(c->a, text, cli_clean(c, strcmp(path, "-") == 0 ? "stdin" : path), out, &err) == QL_OK) return CLI_DONE;
  return cli_fail_error(c, &err, path);
}

static void put_list(const char *name, const ql_str *items, size_t count) {
  for (size_t i = 0; i < count; i++) {
    printf("  %s: ", name);
    cli_put_short(stdout, items[i], 120);
    putchar('\n');
  }
}

static void put_item(const ql_roadmap *roadmap, size_t index) {
  const ql_roadmap_item *item = &roadmap->items[index];
  size_t depth = 0;
  for (size_t up = item->parent; up != SIZE_MAX; up = roadmap->items[up].parent) depth++;
  ql_str effort = ql_effort_word(item->effort);
  printf("%s%4zu  %*s[%c] ", index == roadmap->next ? ">" : " ", index + 1, (int)(2 * depth), "", item->done ? 'x' : ' ');
  cli_put_short(stdout, item->title, 60);
  if (effort.len > 0) printf("  %.*s", (int)effort.len, effort.ptr);
  if (item->duration.ptr) {
    fputs("  ", stdout);
    cli_put_short(stdout, item->duration, 30);
  }
  if (item->blocked) fputs("  blocked", stdout);
  for (size_t i = 0; i < item->after_count; i++) printf(i > 0 ? ", %zu" : ", after %zu", item->after[i] + 1);
  putchar('\n');
}

static void print_roadmap(const ql_roadmap *roadmap) {
  size_t item = 0;
  for (size_t i = 0; i < roadmap->phase_count; i++) {
    const ql_roadmap_phase *phase = &roadmap->phases[i];
    cli_put_short(stdout, phase->title, 100);
    if (phase->duration.ptr) {
      fputs(" (", stdout);
      cli_put_short(stdout, phase->duration, 40);
      fputs(")", stdout);
    }
    printf(": %zu of %zu done\n", phase->items - phase->open, phase->items);
    if (phase->goal.ptr) put_list("goal", &phase->goal, 1);
    put_list("success", phase->success, phase->success_count);
    for (; item < roadmap->item_count && roadmap->items[item].phase == i; item++) put_item(roadmap, item);
    put_list("needs", phase->dependencies, phase->dependency_count);
    put_list("risk", phase->risks, phase->risk_count);
  }
  put_list("needs", roadmap->dependencies, roadmap->dependency_count);
  put_list("risk", roadmap->risks, roadmap->risk_count);
}

int cli_roadmap(cli *c) {
  const ql_roadmap *roadmap;
  int code = read_roadmap(c, c->operands[0], &roadmap);
  if (code != CLI_DONE) return code;
  if (c->json) return cli_json(c, ql_roadmap_value(c->a, roadmap));
  print_roadmap(roadmap);
  return fflush(stdout) == 0 ? CLI_DONE : CLI_FAILED;
}

int cli_roadmap_request(cli *c, ql_str *objective, ql_plan_source *item) {
  const ql_roadmap *roadmap;
  const char *path = c->value[CLI_roadmap];
  int64_t n = 0;
  ql_error err = {0};
  int code = c->value[CLI_item] ? cli_number(c, CLI_item, QL_PLAN_EDGES_MAX, &n) : CLI_DONE;
  if (code == CLI_DONE) code = read_roadmap(c, path, &roadmap);
  if (code != CLI_DONE) return code;
  if (!c->value[CLI_item] && roadmap->next == SIZE_MAX)
    return cli_fail(c, QL_ERR_NOT_FOUND, "Nothing is pending in %s: all is done, or blocked. See questline roadmap %s.", path, path);
  size_t index = c->value[CLI_item] ? (size_t)n - 1 : roadmap->next; /* 0 is no number of an item */
  if (ql_roadmap_request(c->a, roadmap, index, objective, item, &err) != QL_OK) return cli_fail_error(c, &err, path);
  return CLI_DONE;
}
