/* The reference pages: Markdown printed from the declarations the core is compiled from. */
#include "gen.h"

#include <stdio.h>
#include <string.h>

#include <questline/base.h>

static void print_cell(const char *s) {
  printf(" ");
  for (; *s != '\0'; s++) {
    if (*s == '|') putchar('\\');
    putchar(*s);
  }
  printf(" |");
}

static void print_code_cell(const char *s) {
  printf(" `");
  for (; *s != '\0'; s++) {
    if (*s == '|') putchar('\\');
    putchar(*s);
  }
  printf("` |");
}

static void print_header(const char *const *columns, size_t count) {
  printf("\n|");
  for (size_t i = 0; i < count; i++) print_cell(columns[i]);
  printf("\n|");
  for (size_t i = 0; i < count; i++) printf("---|");
  printf("\n");
}

static bool has_fields(const gen_rows *rows, size_t head) { return head + 1 < rows->count && rows->at[head + 1].mark == GEN_FIELD; }

static void print_field_row(const gen_row *field, const char *type, bool type_is_code) {
  printf("|");
  print_code_cell(field->name);
  if (type_is_code)
    print_code_cell(type);
  else
    print_cell(type);
  print_cell(field->filled ? "always; a command may leave it out" : field->required ? "always" : "if any");
  print_cell(field->doc);
  printf("\n");
}

static const char *const field_columns[] = {"field", "type", "present", "meaning"};

static void print_events(void) {
  printf(
      "# Events and commands\n\nA command of a type becomes one event of that type, or a refusal. Texts stand in the event as commitments; their words stand in "
      "its openings.\n");
  for (size_t i = 0; i < gen_events.count; i++) {
    const gen_row *row = &gen_events.at[i];
    if (row->mark == GEN_FIELD) {
      print_field_row(row, gen_find_kind(row->type)->words, false);
      continue;
    }
    printf("\n## `%s`\n\nWhat it does: %s.\n", row->name, row->doc);
    if (has_fields(&gen_events, i)) print_header(field_columns, QL_COUNT(field_columns));
  }
}

static void print_shapes(void) {
  printf(
      "# JSON shapes\n\nEvery object that the core gives or takes. A field that is present *if any* is absent, never null, when there is nothing to say.\n");
  for (size_t i = 0; i < gen_shapes.count; i++) {
    const gen_row *row = &gen_shapes.at[i];
    switch (row->mark) {
    case GEN_FIELD: print_field_row(row, row->type, true); break;
    case GEN_REST: printf("\nFurther fields are taken.\n"); break;
    case GEN_HEAD:
      printf("\n## %s\n\nWhat it is: %s.\n", row->name, row->doc);
      if (has_fields(&gen_shapes, i)) print_header(field_columns, QL_COUNT(field_columns));
      break;
    }
  }
}

static void print_items(const char *title, const char *intro, const char *second, const gen_items *items) {
  const char *const columns[] = {"name", second != NULL ? second : "meaning", "meaning"};
  printf("# %s\n\n%s\n", title, intro);
  print_header(columns, second != NULL ? 3 : 2);
  for (size_t i = 0; i < items->count; i++) {
    printf("|");
    print_code_cell(items->at[i].name);
    if (items->at[i].word != NULL)
      print_cell(items->at[i].word);
    else if (second != NULL)
      printf(" %lld |", items->at[i].value);
    print_cell(items->at[i].doc);
    printf("\n");
  }
}

static void print_statuses(void) {
  print_items("Statuses", "How a call of the core ended. A refusal of the turn machine is an answer, not one of these.", "code",
              &gen_statuses);
}

static void print_limits(void) {
  print_items("Limits", "Past a limit the input is refused by the limit's name, before any large allocation.", "value", &gen_limits);
}

static void print_refusals(void) { print_items("Refusals", "Why a command was not accepted. Nothing was written.", NULL, &gen_refusals); }

static void print_diagnostics(void) {
  print_items("Diagnostics", "What can be found in agent files. Each finding has a position, and says what to do.", "severity",
              &gen_diagnostics);
}

static void print_rules(void) {
  static const char *const columns[] = {"kind", "title", "meaning", "items"};
  printf("# Rules\n\nEvery kind of rule that is found in the prose of an agent file, and what its items are.\n");
  print_header(columns, QL_COUNT(columns));
  for (size_t i = 0; i < gen_rules.count; i++) {
    const gen_item *rule = &gen_rules.at[i];
    printf("|");
    print_code_cell(rule->name);
    print_cell(rule->word);
    print_cell(rule->doc);
    print_cell(rule->items);
    printf("\n");
  }
}

static const struct {
  const char *folder, *ending;
} places[] = {
#define WRITES(dialect, folder, ending, name, tools, servers, described) {folder, ending},
#include "spec/export.def"
};

static void print_dialects(void) {
  static const char *const columns[] = {"dialect", "read by", "where frontmatter is broken, that product", "exported to"};
  printf("# Dialects\n\nThe kinds of agent files that are read and written. A file whose dialect nothing tells is called `plain`.\n");
  print_header(columns, QL_COUNT(columns));
  for (size_t i = 0; i < gen_dialects.count; i++) {
    bool named = places[i].ending[0] != '\0';
    printf("|");
    print_code_cell(gen_dialects.at[i].name);
    print_cell(gen_dialects.at[i].word);
    print_cell(gen_dialects.at[i].doc);
    printf(" `%s%s%s` |\n", places[i].folder, named ? "NAME" : "", places[i].ending);
  }
}

static void print_commands(void) {
  static const char *const columns[] = {"command", "who", "proposed", "running", "paused", "closing", "else it may be refused"};
  printf(
      "# The table of the turn machine\n\nWhat each status says to each command: `yes`, or the refusal. While a quest is paused, what is accepted is the "
      "owner's only. A quest that is over says `quest_over` to all, one that is not created `not_created`. An accepted command is one event of its "
      "type. Each may also be refused with `not_recruited`, `stale_fence`, `counter_gap` and `limit`, and to who may not, with `not_your_turn`, "
      "`owner_only` or `leader_only`.\n");
  print_header(columns, QL_COUNT(columns));
  for (size_t i = 0; i < gen_turns.count; i++) {
    const gen_command *command = &gen_turns.at[i];
    printf("|");
    print_code_cell(command->name);
    print_cell(command->who);
    for (size_t k = 0; k < QL_COUNT(command->says); k++)
      print_code_cell(strcmp(command->says[k], "ACCEPTED") == 0 ? "yes" : command->says[k]);
    print_cell(command->refusals);
    printf("\n");
  }
}

static void print_versions(void) {
  static const char *const columns[] = {"name", "since rules", "meaning"};
  printf(
      "# Versions of the rules\n\nEvent 0 names the version of the turn machine that a quest is played by; `upgrade` names a newer one from there on. Logs are "
      "judged by the version they name, so a change of the rules never changes what an older log says.\n");
  for (size_t i = 0; i < gen_version_count; i++) {
    const gen_version *version = &gen_versions[i];
    if (version->since == 0) {
      printf("\n## Rules %s\n\nWhat they are: %s.\n", version->name, version->doc);
      if (i + 1 < gen_version_count && gen_versions[i + 1].since != 0) print_header(columns, QL_COUNT(columns));
      continue;
    }
    printf("|");
    print_code_cell(version->name);
    printf(" %d |", version->since);
    print_cell(version->doc);
    printf("\n");
  }
}

/* Words with stars and brackets that are no Markdown. */
static void print_plain(const char *s) {
  for (; *s != '\0'; s++) {
    if (strchr("*_[]|<", *s) != NULL) putchar('\\');
    putchar(*s);
  }
}

static void print_tools(void) {
  static const char *const columns[] = {"argument", "is", "present", "meaning"};
  printf("## The tools\n");
  for (size_t i = 0; i < gen_tool_count; i++) {
    const gen_tool *row = &gen_tools[i];
    if (!row->head) {
      printf("|");
      print_code_cell(row->name);
      print_cell(row->kind);
      print_cell(row->required ? "always" : "if wanted");
      printf(" ");
      print_plain(row->doc);
      printf(" |\n");
      continue;
    }
    printf("\n### %s\n\n", row->name);
    print_plain(row->doc);
    printf(" Runs %s.\n", row->kind);
    if (i + 1 < gen_tool_count && !gen_tools[i + 1].head) print_header(columns, QL_COUNT(columns));
  }
}

static const struct {
  const char *name;
  void (*print)(void);
} pages[] = {
    {"events", print_events},     {"shapes", print_shapes},     {"refusals", print_refusals}, {"diagnostics", print_diagnostics},
    {"statuses", print_statuses}, {"limits", print_limits},     {"rules", print_rules},       {"dialects", print_dialects},
    {"commands", print_commands}, {"versions", print_versions}, {"tools", print_tools},
};

bool gen_print_page(const char *page) {
  for (size_t i = 0; i < QL_COUNT(pages); i++) {
    if (strcmp(pages[i].name, page) != 0) continue;
    pages[i].print();
    return true;
  }
  return false;
}

void gen_print_page_names(void) {
  for (size_t i = 0; i < QL_COUNT(pages); i++) printf("%s\n", pages[i].name);
}
