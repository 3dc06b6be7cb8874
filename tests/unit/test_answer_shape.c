/* The answer that a model is asked for is a Plan without what is computed: field by field, so that neither is changed alone. */
#include "support.h"

typedef struct row {
  const char *shape; /* of the first row of a shape; NULL in its fields */
  const char *name, *type;
} row;

#define SHAPE(shape, doc)         {#shape, NULL, NULL},
#define FIELD(name, type, doc)    {NULL, #name, #type},
#define OPTIONAL(name, type, doc) {NULL, #name, #type},
#define REST
#define END
static const row ROWS[] = {
#include <questline/shapes.def>
};
#undef SHAPE
#undef FIELD
#undef OPTIONAL
#undef REST
#undef END

/* What each shape of an answer becomes, and what of that a model does not say: it is computed, or the planner's and the host's to say. */
static const struct {
  const char *answer, *plan, *unsaid;
} PAIRS[] = {
    {"PlanAnswer", "Plan",
     " considered declared_groups duration findings groups hash item leader objective path phases problems rehearsed "},
    {"PlanAnswerTask", "PlanTask", " blocks estimate group rollback source "},
    {"PlanAnswerGate", "PlanGate", " expect judge measure source "},
};

static const row *fields_of(const char *shape) {
  for (size_t i = 0; i < QL_COUNT(ROWS); i++)
    if (ROWS[i].shape && strcmp(ROWS[i].shape, shape) == 0) return &ROWS[i + 1];
  fail_msg("no shape %s", shape);
  return NULL;
}

static bool is_field(const row *r) { return r < ROWS + QL_COUNT(ROWS) && !r->shape; }

static const row *find(const char *shape, const char *name) {
  for (const row *r = fields_of(shape); is_field(r); r++)
    if (strcmp(r->name, name) == 0) return r;
  return NULL;
}

/* PlanTask[] for PlanAnswerTask[]; any other type for itself. */
static void in_a_plan(const char *type, char *out, size_t size) {
  (void)snprintf(out, size, "%s", type);
  for (size_t i = 0; i < QL_COUNT(PAIRS); i++) {
    size_t len = strlen(PAIRS[i].answer);
    if (strncmp(type, PAIRS[i].answer, len) == 0 && (!type[len] || strcmp(type + len, "[]") == 0))
      (void)snprintf(out, size, "%s%s", PAIRS[i].plan, type + len);
  }
}

static void what_a_model_says_is_in_a_plan(void **state) {
  (void)state;
  for (size_t i = 0; i < QL_COUNT(PAIRS); i++)
    for (const row *said = fields_of(PAIRS[i].answer); is_field(said); said++) {
      char type[256];
      const row *kept = find(PAIRS[i].plan, said->name);
      in_a_plan(said->type, type, sizeof type);
      if (!kept) fail_msg("%s.%s is not in %s", PAIRS[i].answer, said->name, PAIRS[i].plan);
      if (strcmp(kept->type, type) != 0) fail_msg("%s.%s is %s, in %s %s", PAIRS[i].answer, said->name, type, PAIRS[i].plan, kept->type);
    }
}

static void what_is_in_a_plan_is_asked_for_or_named_here(void **state) {
  (void)state;
  for (size_t i = 0; i < QL_COUNT(PAIRS); i++)
    for (const row *kept = fields_of(PAIRS[i].plan); is_field(kept); kept++) {
      char word[64];
      (void)snprintf(word, sizeof word, " %s ", kept->name);
      bool unsaid = strstr(PAIRS[i].unsaid, word) != NULL, said = find(PAIRS[i].answer, kept->name) != NULL;
      if (unsaid == said) fail_msg("%s.%s: %s", PAIRS[i].plan, kept->name, said ? "asked for and named here" : "not asked for");
    }
}

static void what_is_named_here_is_in_a_plan(void **state) {
  (void)state;
  for (size_t i = 0; i < QL_COUNT(PAIRS); i++) {
    char words[256];
    (void)snprintf(words, sizeof words, "%s", PAIRS[i].unsaid);
    for (char *word = strtok(words, " "); word; word = strtok(NULL, " "))
      if (!find(PAIRS[i].plan, word)) fail_msg("%s has no %s", PAIRS[i].plan, word);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_a_model_says_is_in_a_plan),
      cmocka_unit_test(what_is_in_a_plan_is_asked_for_or_named_here),
      cmocka_unit_test(what_is_named_here_is_in_a_plan),
  };
  return cmocka_run_group_tests_name("answer shape", tests, NULL, NULL);
}
