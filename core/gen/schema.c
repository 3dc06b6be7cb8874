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

static void print_rows(const char *name, const gen_rows *rows, const char *closed) {
  printf("\"%s\":{", name);
  for (size_t i = 0; i < rows->count; i++) {
    const gen_row *row = &rows->at[i];
    if (row->mark == GEN_HEAD) {
      printf("%s\"%s\":{\"fields\":{", i == 0 ? "" : closed, row->name);
    } else if (row->mark == GEN_FIELD) {
      printf("%s\"%s\":{\"required\":%s,\"type\":", rows->at[i - 1].mark == GEN_FIELD ? "," : "", row->name,
             row->required ? "true" : "false");
      print_string(row->type);
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
  print_rows("shapes", &gen_shapes, "},");
  printf(",");
  print_rows("events", &gen_events, "},");
  printf(",");
  print_items("statuses", &gen_statuses);
  printf(",");
  print_items("limits", &gen_limits);
  printf(",");
  print_items("refusals", &gen_refusals);
  printf("}\n");
}
