/* TypeScript for everything that crosses the boundary: wasm/src/generated.ts. */
#include "gen.h"

#include <stdio.h>
#include <string.h>

#include "../../wasm/abi.h"

static void print_doc(const char *indent, const char *doc) {
  if (doc != NULL && *doc != '\0') printf("%s/** %s */\n", indent, doc);
}

static void print_field(const char *indent, const gen_row *field, const char *type, bool required) {
  print_doc(indent, field->doc);
  printf("%s%s%s: %s;\n", indent, field->name, required ? "" : "?", type);
}

static size_t rows_of(const gen_rows *rows, size_t head) {
  size_t end = head + 1;
  while (end < rows->count && rows->at[end].mark != GEN_HEAD) end++;
  return end;
}

static void print_shapes(void) {
  for (size_t i = 0, end = 0; i < gen_shapes.count; i = end) {
    end = rows_of(&gen_shapes, i);
    printf("\n");
    print_doc("", gen_shapes.at[i].doc);
    printf("export interface %s {\n", gen_shapes.at[i].name);
    for (size_t f = i + 1; f < end; f++) {
      const gen_row *row = &gen_shapes.at[f];
      if (row->mark == GEN_REST)
        printf("  [field: string]: Json;\n");
      else
        print_field("  ", row, row->type, row->required);
    }
    printf("}\n");
  }
}

static void print_event_fields(const char *name, const char *doc, bool command) {
  printf("\n/** %s */\nexport interface %s {\n", doc, name);
  for (size_t i = 0, end = 0; i < gen_events.count; i = end) {
    end = rows_of(&gen_events, i);
    print_doc("  ", gen_events.at[i].doc);
    printf("  %s: {\n", gen_events.at[i].name);
    for (size_t f = i + 1; f < end; f++) {
      const gen_kind *kind = gen_find_kind(gen_events.at[f].type);
      bool required = gen_events.at[f].required && !(command && gen_events.at[f].filled);
      print_field("    ", &gen_events.at[f], command ? kind->command : kind->event, required);
    }
    printf("  };\n");
  }
  printf("}\n");
}

/* The fields of a shape, but for those that a narrower type states itself. */
static void print_shape_fields_but(const char *shape, const char *but, const char *and_but) {
  for (size_t i = 0; i < gen_shapes.count; i++) {
    if (gen_shapes.at[i].mark != GEN_HEAD || strcmp(gen_shapes.at[i].name, shape) != 0) continue;
    for (size_t f = i + 1, end = rows_of(&gen_shapes, i); f < end; f++) {
      const gen_row *row = &gen_shapes.at[f];
      if (row->mark == GEN_FIELD && strcmp(row->name, but) != 0 && strcmp(row->name, and_but) != 0)
        print_field("  ", row, row->type, row->required);
    }
  }
}

static void print_events(void) {
  print_event_fields("CommandFields", "What each command takes beside the fields of CommandHead.", true);
  printf("\n/** What every command has. */\nexport interface CommandHead {\n");
  print_shape_fields_but("Command", "type", "");
  printf("}\n\n/** A command of a known type. */\n"
         "export type QuestCommand = { [T in EventType]: CommandHead & { type: T } & CommandFields[T] }[EventType];\n");
  print_event_fields("EventData", "The data of each event; a text is null where it was withheld.", false);
  printf("\n/** What every event has. */\nexport interface EventHead {\n");
  print_shape_fields_but("Event", "type", "data");
  printf("}\n\n/** An event of a known type. */\n"
         "export type QuestEvent = { [T in EventType]: EventHead & { type: T; data: EventData[T] } }[EventType];\n");
}

static void print_names(const char *constant, const char *type, const char *doc, const gen_items *items) {
  printf("\n/** %s */\nexport const %s = [\n", doc, constant);
  for (size_t i = 0; i < items->count; i++) printf("  \"%s\",\n", items->at[i].name);
  printf("] as const;\nexport type %s = (typeof %s)[number];\n", type, constant);
}

static void print_values(const char *constant, const char *doc, const gen_items *items) {
  printf("\n/** %s */\nexport const %s = {\n", doc, constant);
  for (size_t i = 0; i < items->count; i++) {
    print_doc("  ", items->at[i].doc);
    printf("  %s: %lld,\n", items->at[i].name, items->at[i].value);
  }
  printf("} as const;\n");
}

static void print_titled(const char *constant, const char *type, const char *doc, const char *word, const gen_items *items) {
  printf("\n/** %s */\nexport const %s = [\n", doc, constant);
  for (size_t i = 0; i < items->count; i++) printf("  { id: \"%s\", %s: \"%s\" },\n", items->at[i].name, word, items->at[i].word);
  printf("] as const;\nexport type %s = (typeof %s)[number]['id'];\n", type, constant);
}

void gen_print_types(void) {
  printf("// Printed by questline-gen from core/include/questline/*.def. Do not edit: see wasm/README.md.\n\n"
         "export const ABI_VERSION = %d;\n\n"
         "export type Json = null | boolean | number | string | Json[] | JsonObject;\n"
         "export interface JsonObject {\n  [key: string]: Json;\n}\n",
         QLW_ABI_VERSION);
  print_shapes();
  printf("\n/** The types of events and commands, in the order of events.def. */\nexport const EVENT_TYPES = [\n");
  for (size_t i = 0; i < gen_events.count; i++)
    if (gen_events.at[i].mark == GEN_HEAD) printf("  \"%s\",\n", gen_events.at[i].name);
  printf("] as const;\nexport type EventType = (typeof EVENT_TYPES)[number];\n");
  print_events();
  print_names("REFUSAL_CODES", "RefusalCode", "Why the turn machine refuses a command.", &gen_refusals);
  print_names("DIAGNOSTIC_CODES", "DiagnosticCode", "What can be found in agent files.", &gen_diagnostics);
  print_titled("RULE_KINDS", "RuleKind", "The kinds of rules that prose can hold, in the order of rules.def.", "title", &gen_rules);
  print_titled("DIALECTS", "Dialect", "The dialects that agent files are read as and written in.", "product", &gen_dialects);
  print_values("STATUSES", "Every status a call can end with.", &gen_statuses);
  printf("export type StatusName = keyof typeof STATUSES;\n");
  print_values("LIMITS", "Past a limit the input is refused by the limit's name.", &gen_limits);
}
