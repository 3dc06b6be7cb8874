/* The shapes as JSON, for tests that compare them with what the core answers. */
#include "gen.h"

#include <stdio.h>

static void print_string(const char *s) {
  putchar('"');
  for (; *s != '\0'; s++) {
    if (*s == '"' || *s == '\\') putchar('\\');
    putchar(*s);
  }
  putchar('"');
}

/* The types of events are kinds. */
static void print_rows(const char *name, const gen_rows *rows, bool kinds) {
  printf("\"%s\":{", name);
  for (size_t i = 0; i < rows->count; i++) {
    const gen_row *row = &rows->at[i];
    if (row->mark == GEN_HEAD) {
      printf("%s\"%s\":{\"fields\":{", i == 0 ? "" : "},", row->name);
    } else if (row->mark == GEN_FIELD) {
      printf("%s\"%s\":{\"required\":%s,\"type\":", rows->at[i - 1].mark == GEN_FIELD ? "," : "", row->name,
             row->required ? "true" : "false");
      print_string(kinds ? gen_find_kind(row->type)->event : row->type);
      printf("}");
    }
    bool last = i + 1 == rows->count || rows->at[i + 1].mark == GEN_HEAD;
    if (last) printf("},\"rest\":%s", row->mark == GEN_REST ? "true" : "false");
  }
  printf("}}");
}

static void print_items(const char *name, const gen_items *items) {
  printf("\"%s\":{", name);
  for (size_t i = 0; i < items->count; i++) printf("%s\"%s\":%lld", i == 0 ? "" : ",", items->at[i].name, items->at[i].value);
  printf("}");
}

void gen_print_schema(void) {
  printf("{");
  print_rows("shapes", &gen_shapes, false);
  printf(",");
  print_rows("events", &gen_events, true);
  printf(",");
  print_items("statuses", &gen_statuses);
  printf(",");
  print_items("limits", &gen_limits);
  printf(",");
  print_items("refusals", &gen_refusals);
  printf(",");
  print_items("diagnostics", &gen_diagnostics);
  printf("}\n");
}
