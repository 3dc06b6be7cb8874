/* JSON Schema (draft 2020-12) of what people hand to others: plans, and edits of plans. */
#include "gen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const published[] = {"Plan", "PlanEdit"};

static bool *wanted; /* by row of gen_shapes: the heads that are printed */

static size_t end_of(size_t head) {
  size_t end = head + 1;
  while (end < gen_shapes.count && gen_shapes.at[end].mark != GEN_HEAD) end++;
  return end;
}

static bool is_name_byte(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

/* The head of the shape of that name; the count of rows when there is none. */
static size_t shape_named(const char *name, size_t len) {
  size_t i = 0;
  while (i < gen_shapes.count &&
         !(gen_shapes.at[i].mark == GEN_HEAD && strlen(gen_shapes.at[i].name) == len && strncmp(gen_shapes.at[i].name, name, len) == 0))
    i++;
  return i;
}

/* Marks the shapes that a type names. True when one of them is new. */
static bool want_names(const char *type) {
  bool grew = false;
  for (const char *at = type; *at != '\0';) {
    if (*at == '"') {
      at = strchr(at + 1, '"') + 1;
      continue;
    }
    size_t len = 0;
    while (is_name_byte(at[len])) len++;
    size_t head = len > 0 ? shape_named(at, len) : gen_shapes.count;
    if (head < gen_shapes.count && !wanted[head]) grew = wanted[head] = true;
    at += len > 0 ? len : 1;
  }
  return grew;
}

static void find_wanted(void) {
  for (size_t i = 0; i < sizeof published / sizeof *published; i++) want_names(published[i]);
  for (bool grew = true; grew;) {
    grew = false;
    for (size_t i = 0; i < gen_shapes.count; i++)
      for (size_t f = i + 1; wanted[i] && f < end_of(i); f++)
        if (gen_shapes.at[f].type != NULL && want_names(gen_shapes.at[f].type)) grew = true;
  }
}

/* ---- types ---- */

static void print_string(const char *s) {
  putchar('"');
  for (; *s != '\0'; s++) {
    if (*s == '"' || *s == '\\') putchar('\\');
    putchar(*s);
  }
  putchar('"');
}

/* One alternative, without blanks around it: a word, a text in quotes, or either with [] behind. */
static void print_alternative(const char *type, size_t len) {
  if (len > 2 && strncmp(type + len - 2, "[]", 2) == 0) {
    size_t depth = 0;
    for (; len > 2 && strncmp(type + len - 2, "[]", 2) == 0; len -= 2, depth++) printf("{\"type\":\"array\",\"items\":");
    print_alternative(type, len);
    while (depth-- > 0) putchar('}');
    return;
  }
  if (*type == '"') {
    printf("{\"const\":%.*s}", (int)len, type);
    return;
  }
  static const char *const words[] = {"string", "number", "boolean"};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    if (strlen(words[i]) != len || strncmp(words[i], type, len) != 0) continue;
    printf("{\"type\":\"%s\"}", words[i]);
    return;
  }
  if (shape_named(type, len) < gen_shapes.count)
    printf("{\"$ref\":\"#/$defs/%.*s\"}", (int)len, type);
  else if (len == strlen("JsonObject") && strncmp(type, "JsonObject", len) == 0)
    printf("{\"type\":\"object\"}");
  else {
    fprintf(stderr, "questline-gen: no JSON Schema for the type %.*s\n", (int)len, type);
    exit(1);
  }
}

static void print_type(const char *type) {
  size_t count = 1;
  for (const char *at = type; (at = strstr(at, " | ")) != NULL; at += 3) count++;
  if (count > 1) printf("{\"anyOf\":[");
  for (size_t i = 0; i < count; i++) {
    const char *bar = strstr(type, " | ");
    size_t len = bar != NULL ? (size_t)(bar - type) : strlen(type);
    if (i > 0) putchar(',');
    print_alternative(type, len);
    type += len + (bar != NULL ? 3 : 0);
  }
  if (count > 1) printf("]}");
}

/* The type of a field, and what it means. */
static void print_field(const gen_row *field) {
  print_string(field->name);
  if (*field->doc == '\0') {
    putchar(':');
    print_type(field->type);
    return;
  }
  printf(":{\"description\":");
  print_string(field->doc);
  printf(",\"allOf\":[");
  print_type(field->type);
  printf("]}");
}

static void print_shape(size_t head) {
  const gen_row *shape = &gen_shapes.at[head];
  const char *comma = "";
  print_string(shape->name);
  printf(":{\"description\":");
  print_string(shape->doc);
  printf(",\"type\":\"object\",\"properties\":{");
  for (size_t f = head + 1; f < end_of(head); f++) {
    if (gen_shapes.at[f].mark != GEN_FIELD) continue;
    printf("%s", comma);
    print_field(&gen_shapes.at[f]);
    comma = ",";
  }
  printf("},\"required\":[");
  comma = "";
  for (size_t f = head + 1; f < end_of(head); f++) {
    if (gen_shapes.at[f].mark != GEN_FIELD || !gen_shapes.at[f].required) continue;
    printf("%s", comma);
    print_string(gen_shapes.at[f].name);
    comma = ",";
  }
  printf("]}");
}

void gen_print_json_schema(void) {
  wanted = calloc(gen_shapes.count, sizeof *wanted);
  if (wanted == NULL) exit(1);
  find_wanted();
  printf(
      "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\"title\":\"A plan of Questline\",\"$ref\":\"#/$defs/%s\",\"$defs\":{",
      published[0]);
  const char *comma = "";
  for (size_t i = 0; i < gen_shapes.count; i++) {
    if (!wanted[i]) continue;
    printf("%s\n", comma);
    print_shape(i);
    comma = ",";
  }
  printf("\n}}\n");
  free(wanted);
}
