/* Changing plans: what each edit does, what it refuses, and that nothing is lost whatever is done. What differs between two plans. */
#include "support.h"

#include <questline/limits.h>
#include <questline/plan_edit.h>

#include "base/text.h"
#include "plans.h"

static ql_arena *a;
static ql_error err;

static int setup(void **state) {
  (void)state;
  a = ql_arena_new(ql_alloc_libc());
  return a ? 0 : -1;
}

static int teardown(void **state) {
  (void)state;
  ql_arena_free(a);
  return 0;
}

static ql_value *value_of(const char *text) {
  ql_value *value = NULL;
  if (ql_json_read(a, str(text), &value, &err) != QL_OK) fail_msg("%s", text);
  return value;
}

static ql_value *edited(const ql_plan *plan, const char *edits) {
  ql_value *out = NULL;
  assert_int_equal(ql_plan_edit(a, plan, edits ? value_of(edits) : NULL, NULL, &out, &err), QL_OK);
  assert_int_equal(out->count, QL_GET(out, "plan") ? 2 : 1);
  return out;
}

static void add_list(ql_buf *buf, const char *before, const ql_value *list) {
  for (const ql_value *item = list ? list->first : NULL; item; item = item->next) {
    ql_buf_add(buf, item == list->first ? str(before) : QL_STR(","));
    ql_buf_add(buf, item->text);
  }
}

/* "T1 Draw @a #1; T2 Build @b <T1 #2;", the group where groups are declared. */
static const char *shown(const ql_value *plan) {
  ql_buf buf = ql_buf_new(ql_arena_alloc(a));
  const ql_value *tasks = QL_GET(plan, "tasks");
  for (const ql_value *task = tasks ? tasks->first : NULL; task; task = task->next) {
    ql_buf_add(&buf, ql_get_str(task, QL_STR("id")));
    ql_buf_add(&buf, QL_STR(" "));
    ql_buf_add(&buf, ql_get_str(task, QL_STR("title")));
    ql_buf_add(&buf, QL_STR(" "));
    ql_buf_add(&buf, ql_get_str(task, QL_STR("agent")));
    add_list(&buf, " <", QL_GET(task, "after"));
    if (ql_get_bool(plan, QL_STR("declared_groups"))) {
      ql_buf_add(&buf, QL_STR(" #"));
      ql_buf_int(&buf, ql_get_int(task, QL_STR("group"), 0));
    }
    ql_buf_add(&buf, QL_STR("; "));
  }
  return ql_buf_take(&buf, a).ptr;
}

/* A line of three, and one beside it. */
#define LINE(declared, g1, g2, g3, g4)                                                                                                                    \
  "{\"declared_groups\":" declared ",\"gates\":[{\"id\":\"g1\",\"task\":\"T2\",\"text\":\"Holds\"},{\"id\":\"g2\",\"text\":\"All "                        \
  "of "                                                                                                                                                   \
  "it\"}],\"leader\":\"@lead\",\"needs\":[{\"agent\":\"@a\",\"reason\":\"draws\"},{\"agent\":\"@b\",\"reason\":\"builds\"},{\"agent\":\"@x\",\"reason\":" \
  "\"in case\"}],\"objective\":\"Pier\",\"tasks\":[{\"agent\":\"@a\",\"estimate\":{\"input\":5},\"group\":" g1                                            \
  ",\"id\":\"T1\",\"outputs\":[\"plan.md\"],\"title\":\"Draw\"},{\"accept\":[\"It holds\"],\"after\":[\"T1\"],\"agent\":\"@b\",\"effort\":\"L\","         \
  "\"estimate\":{\"input\":7,\"minutes\":3},\"group\":" g2                                                                                                \
  ",\"id\":\"T2\",\"outputs\":[\"pier\"],\"title\":\"Build\"},{\"after\":[\"T2\"],"                                                                       \
  "\"agent\":\"@c\",\"group\":" g3 ",\"id\":\"T3\",\"priority\":\"high\",\"title\":\"Try\"},{\"agent\":\"@d\",\"group\":" g4                              \
  ",\"id\":\"T4\",\"title\":\"Tell\"}]}"
static const char FREE[] = LINE("false", "1", "1", "1", "1"), DECLARED[] = LINE("true", "1", "2", "3", "1");

static void S12_each_edit_does_what_it_says(void **state) {
  (void)state;
  static const struct {
    const char *plan, *edits, *result, *ids;
  } rows[] = {
      {FREE, "[]", "T1 Draw @a; T2 Build @b <T1; T3 Try @c <T2; T4 Tell @d; ", "{\"T1\":\"T1\",\"T2\":\"T2\",\"T3\":\"T3\",\"T4\":\"T4\"}"},
      {FREE, "{\"op\":\"add\",\"title\":\"Paint\",\"agent\":\"@e\",\"after\":[\"T2\"]}",
       "T1 Draw @a; T2 Build @b <T1; T3 Try @c <T2; T4 Tell @d; T5 Paint @e <T2; ",
       "{\"T1\":\"T1\",\"T2\":\"T2\",\"T3\":\"T3\",\"T4\":\"T4\"}"},
      {FREE, "{\"op\":\"add\",\"title\":\"Paint\",\"before\":\"T2\",\"after\":\"T1\"}",
       "T1 Draw @a; T2 Paint  <T1; T3 Build @b <T1; T4 Try @c <T3; T5 Tell @d; ",
       "{\"T1\":\"T1\",\"T2\":\"T3\",\"T3\":\"T4\",\"T4\":\"T5\"}"},
      {DECLARED, "{\"op\":\"add\",\"title\":\"Paint\",\"agent\":\"@e\"}",
       "T1 Draw @a #1; T2 Build @b <T1 #2; T3 Try @c <T2 #3; T4 Tell @d #1; T5 Paint @e #4; ", NULL},
      {DECLARED, "{\"op\":\"add\",\"title\":\"Paint\",\"agent\":\"@e\",\"group\":2}",
       "T1 Draw @a #1; T2 Build @b <T1 #2; T3 Try @c <T2 #3; T4 Tell @d #1; T5 Paint @e #2; ", NULL},
      {FREE, "{\"op\":\"remove\",\"task\":\"T2\"}", "T1 Draw @a; T2 Try @c <T1; T3 Tell @d; ",
       "{\"T1\":\"T1\",\"T3\":\"T2\",\"T4\":\"T3\"}"},
      {FREE, "{\"op\":\"split\",\"task\":\"T2\",\"titles\":[\"Piles\",\"Deck\"],\"agents\":[\"\",\"@e\"]}",
       "T1 Draw @a; T2 Piles @b <T1; T3 Deck @e <T2; T4 Try @c <T3; T5 Tell @d; ",
       "{\"T1\":\"T1\",\"T2\":\"T2\",\"T3\":\"T4\",\"T4\":\"T5\"}"},
      {FREE, "{\"op\":\"split\",\"task\":\"T2\",\"titles\":[\"Piles\",\"Deck\",\"Rail\"],\"together\":true}",
       "T1 Draw @a; T2 Piles @b <T1; T3 Deck @b <T1; T4 Rail @b <T1; T5 Try @c <T2,T3,T4; T6 Tell @d; ", NULL},
      {DECLARED, "{\"op\":\"split\",\"task\":\"T2\",\"titles\":[\"Piles\",\"Deck\"]}",
       "T1 Draw @a #1; T2 Piles @b <T1 #2; T3 Deck @b <T2 #3; T4 Try @c <T3 #4; T5 Tell @d #1; ", NULL},
      {DECLARED, "{\"op\":\"split\",\"task\":\"T2\",\"titles\":[\"Piles\",\"Deck\"],\"together\":true}",
       "T1 Draw @a #1; T2 Piles @b <T1 #2; T3 Deck @b <T1 #2; T4 Try @c <T2,T3 #3; T5 Tell @d #1; ", NULL},
      {FREE, "{\"op\":\"merge\",\"tasks\":[\"T1\",\"T2\"],\"title\":\"Draw and build\"}",
       "T1 Draw and build @a; T2 Try @c <T1; T3 Tell @d; ", "{\"T1\":\"T1\",\"T2\":\"T1\",\"T3\":\"T2\",\"T4\":\"T3\"}"},
      {FREE, "{\"op\":\"merge\",\"tasks\":[\"T3\",\"T2\",\"T3\",\"T1\"],\"agent\":\"@z\"}", "T1 Try @z; T2 Tell @d; ",
       "{\"T1\":\"T1\",\"T2\":\"T1\",\"T3\":\"T1\",\"T4\":\"T2\"}"},
      {DECLARED, "{\"op\":\"merge\",\"tasks\":[\"T4\",\"T3\"]}", "T1 Draw @a #1; T2 Build @b <T1 #2; T3 Tell @d <T2 #3; ", NULL},
      {FREE, "{\"op\":\"reassign\",\"task\":\"T1\",\"to\":\"New Hand\"}", "T1 Draw @new-hand; T2 Build @b <T1; T3 Try @c <T2; T4 Tell @d; ",
       NULL},
      {FREE, "{\"op\":\"move\",\"task\":\"T4\",\"group\":9}", "T1 Draw @a #1; T2 Build @b <T1 #2; T3 Try @c <T2 #3; T4 Tell @d #4; ", NULL},
      {DECLARED, "{\"op\":\"move\",\"task\":\"T4\",\"group\":2}", "T1 Draw @a #1; T2 Build @b <T1 #2; T3 Try @c <T2 #3; T4 Tell @d #2; ",
       NULL},
      {FREE, "{\"op\":\"order\",\"task\":\"T4\",\"before\":\"T2\"}", "T1 Draw @a; T2 Tell @d; T3 Build @b <T1; T4 Try @c <T3; ",
       "{\"T1\":\"T1\",\"T2\":\"T3\",\"T3\":\"T4\",\"T4\":\"T2\"}"},
      {FREE, "{\"op\":\"order\",\"task\":\"T1\"}", "T1 Build @b <T4; T2 Try @c <T1; T3 Tell @d; T4 Draw @a; ", NULL},
      {FREE, "{\"op\":\"order\",\"task\":\"T1\",\"before\":\"T1\"}", "T1 Draw @a; T2 Build @b <T1; T3 Try @c <T2; T4 Tell @d; ", NULL},
      {FREE, "{\"op\":\"link\",\"task\":\"T4\",\"after\":\"T3\"}", "T1 Draw @a; T2 Build @b <T1; T3 Try @c <T2; T4 Tell @d <T3; ", NULL},
      {FREE, "{\"op\":\"link\",\"task\":\"T2\",\"after\":\"T1\"}", "T1 Draw @a; T2 Build @b <T1; T3 Try @c <T2; T4 Tell @d; ", NULL},
      {FREE, "{\"op\":\"unlink\",\"task\":\"T3\",\"after\":\"T2\"}", "T1 Draw @a; T2 Build @b <T1; T3 Try @c; T4 Tell @d; ", NULL},
      {FREE, "{\"op\":\"set\",\"task\":\"T4\",\"field\":\"title\",\"value\":\"Say so\"}",
       "T1 Draw @a; T2 Build @b <T1; T3 Try @c <T2; T4 Say so @d; ", NULL},
      /* several at once: ids are those of the plan that was given, and what is added is called new */
      {FREE,
       "[{\"op\":\"remove\",\"task\":\"T1\"},{\"op\":\"add\",\"title\":\"Paint\",\"agent\":\"@e\"},{\"op\":\"link\",\"task\":\"T4\",\"after\":\"new T1\"},"
       "{\"op\":\"remove\",\"task\":\"T3\"}]",
       "T1 Build @b; T2 Tell @d <T3; T3 Paint @e; ", "{\"T2\":\"T1\",\"T4\":\"T2\"}"},
      {FREE, "[{\"op\":\"merge\",\"tasks\":[\"T2\",\"T1\"]},{\"op\":\"merge\",\"tasks\":[\"T3\",\"T2\"]}]", "T1 Try @c; T2 Tell @d; ",
       "{\"T1\":\"T1\",\"T2\":\"T1\",\"T3\":\"T1\",\"T4\":\"T2\"}"},
  };
  for (size_t i = 0; i < QL_COUNT(rows); i++) {
    const ql_value *out = edited(plan_of_json(a, rows[i].plan), rows[i].edits);
    if (!QL_GET(out, "plan")) fail_msg("%s\n%s", rows[i].edits, ql_value_text(a, out).ptr);
    assert_string_equal(shown(QL_GET(out, "plan")), rows[i].result);
    if (rows[i].ids) assert_str_is(ql_value_text(a, QL_GET(out, "ids")), rows[i].ids);
  }
}

static const ql_value *task_at(const ql_value *out, size_t index) {
  const ql_value *task = QL_GET(QL_GET(out, "plan"), "tasks")->first;
  while (index-- > 0) task = task->next;
  return task;
}

static void S12_what_goes_along_with_an_edit(void **state) {
  (void)state;
  const ql_plan *plan = plan_of_json(a, FREE);
  /* Splitting: criteria and gates hold where the whole is done. */
  const ql_value *out = edited(plan, "{\"op\":\"split\",\"task\":\"T2\",\"titles\":[\"Piles\",\"Deck\"]}");
  assert_str_is(ql_value_text(a, QL_GET(task_at(out, 1), "accept")), "[]");
  assert_str_is(ql_value_text(a, QL_GET(task_at(out, 2), "accept")), "[\"It holds\"]");
  assert_str_is(ql_value_text(a, QL_GET(task_at(out, 1), "outputs")), "[\"pier\"]");
  assert_str_is(ql_get_str(QL_GET(QL_GET(out, "plan"), "gates")->first, QL_STR("task")), "T3");
  /* Removing: its gates go, the others stay; who lost the last task is not needed, who never had one still is. */
  out = edited(plan, "{\"op\":\"remove\",\"task\":\"T2\"}");
  assert_int_equal(QL_GET(QL_GET(out, "plan"), "gates")->count, 1);
  assert_str_is(ql_value_text(a, QL_GET(QL_GET(out, "plan"), "needs")),
                "[{\"agent\":\"@a\",\"reason\":\"draws\"},{\"agent\":\"@x\",\"reason\":\"in case\"},{\"agent\":\"@c\",\"reason\":\"Try\"},"
                "{\"agent\":\"@d\",\"reason\":\"Tell\"}]");
  /* Merging: outputs, criteria, gates, estimates, the larger effort and priority. */
  out = edited(plan, "{\"op\":\"merge\",\"tasks\":[\"T1\",\"T2\",\"T3\"]}");
  assert_str_is(ql_value_text(a, QL_GET(task_at(out, 0), "outputs")), "[\"plan.md\",\"pier\"]");
  assert_str_is(ql_value_text(a, QL_GET(task_at(out, 0), "accept")), "[\"It holds\"]");
  assert_str_is(ql_value_text(a, QL_GET(task_at(out, 0), "estimate")), "{\"input\":12,\"minutes\":3}");
  assert_str_is(ql_get_str(task_at(out, 0), QL_STR("effort")), "L");
  assert_str_is(ql_get_str(task_at(out, 0), QL_STR("priority")), "high");
  assert_str_is(ql_get_str(QL_GET(QL_GET(out, "plan"), "gates")->first, QL_STR("task")), "T1");
  /* By hand is said. */
  out = edited(plan, "{\"op\":\"set\",\"task\":\"T1\",\"field\":\"outputs\",\"value\":[\"sketch\"]}");
  assert_str_is(ql_value_text(a, QL_GET(task_at(out, 0), "source")), "{\"from\":\"person\"}");
  out = edited(plan, "{\"op\":\"reassign\",\"task\":\"T1\",\"to\":\"@e\"}");
  assert_str_is(ql_get_str(task_at(out, 0), QL_STR("reason")), "chosen by hand");
  /* What is set empty is gone. */
  out = edited(plan, "{\"op\":\"set\",\"task\":\"T2\",\"field\":\"effort\",\"value\":\"\"}");
  assert_null(QL_GET(task_at(out, 1), "effort"));
}

/* What a plan says beside its tasks is set as a whole; a list is then what was given. */
static void the_lists_of_a_plan_are_set(void **state) {
  (void)state;
  static const struct {
    const char *field, *value, *after; /* of the plan; after: NULL where it is the value itself */
  } rows[] = {
      {"files", "[{\"path\":\"a.c\",\"purpose\":\"changed\"},{\"path\":\"b.c\",\"purpose\":\"\"}]", NULL},
      {"files", "[]", NULL},
      {"gates",
       "[{\"evidence\":\"load.txt\",\"id\":\"g1\",\"judge\":\"rule\",\"measure\":{\"milli\":412500,\"op\":\">=\",\"unit\":\"kg\"},"
       "\"source\":{\"from\":\"person\"},\"task\":\"T3\",\"text\":\"It carries a horse\"}]",
       NULL},
      {"gates", "[]", "absent"},
      {"success", "[\"People walk on it\"]", NULL},
      {"risks", "[\"A storm\",\"  \",\"Frost\"]", "[\"A storm\",\"Frost\"]"},
      {"rollback", "[\"Pull out the posts\"]", NULL},
  };
  const ql_plan *plan = plan_of_json(a, FREE);
  for (size_t i = 0; i < QL_COUNT(rows); i++) {
    ql_value *edit = value_of("{\"op\":\"set\"}"), *out = NULL;
    QL_SET(edit, "field", ql_string(a, str(rows[i].field)));
    QL_SET(edit, "value", value_of(rows[i].value));
    assert_int_equal(ql_plan_edit(a, plan, edit, NULL, &out, &err), QL_OK);
    const ql_value *made = ql_get(QL_GET(out, "plan"), str(rows[i].field));
    const char *after = rows[i].after ? rows[i].after : rows[i].value;
    if (strcmp(after, "absent") == 0)
      assert_true(!made || made->count == 0);
    else
      assert_str_is(ql_value_text(a, made), after);
  }
}

static void S12_what_cannot_be_done_is_said(void **state) {
  (void)state;
  static const struct {
    const char *plan, *edits, *code, *words; /* a part of the message */
  } rows[] = {
      {FREE, NULL, "bad-edit", "op is add"},
      {FREE, "7", "bad-edit", "op is add"},
      {FREE, "{\"op\":\"paint\"}", "bad-edit", "op is add"},
      {FREE, "{\"op\":\"remove\"}", "bad-edit", "needs task"},
      {FREE, "{\"op\":\"remove\",\"task\":\"T9\"}", "unknown-task", "no task T9"},
      {FREE, "[{\"op\":\"remove\",\"task\":\"T1\"},{\"op\":\"remove\",\"task\":\"T1\"}]", "unknown-task", "no task T1"},
      {FREE, "{\"op\":\"add\"}", "bad-edit", "needs a title"},
      {FREE, "{\"op\":\"add\",\"title\":\" \"}", "bad-edit", "needs a title"},
      {FREE, "{\"op\":\"add\",\"title\":\"x\",\"after\":[\"T9\"]}", "unknown-task", "T9"},
      {FREE, "{\"op\":\"add\",\"title\":\"x\",\"after\":[7]}", "unknown-task", "no such task"},
      {FREE, "{\"op\":\"add\",\"title\":\"x\",\"before\":\"T9\"}", "unknown-task", "T9"},
      {FREE, "{\"op\":\"add\",\"title\":\"x\",\"agent\":\"?\"}", "bad-edit", "tasks[4].agent is not an agent's name"},
      {FREE, "{\"op\":\"add\",\"title\":\"x\",\"agent\":\"@lead\"}", "leader-assigned", "new T1 is given to @lead"},
      {FREE, "{\"op\":\"split\",\"task\":\"T1\",\"titles\":[\"x\"]}", "bad-edit", "two or more"},
      {FREE, "{\"op\":\"split\",\"task\":\"T1\",\"titles\":[\"x\",\"\"]}", "bad-edit", "Each part of T1"},
      {FREE, "{\"op\":\"split\",\"task\":\"T1\",\"titles\":[\"x\",5]}", "bad-edit", "Each part of T1"},
      {FREE, "{\"op\":\"merge\",\"tasks\":[\"T1\"]}", "bad-edit", "two tasks or more"},
      {FREE, "{\"op\":\"merge\",\"tasks\":[\"T1\",\"T9\"]}", "unknown-task", "T9"},
      {FREE, "{\"op\":\"merge\",\"tasks\":[\"T1\",null]}", "unknown-task", "of that id"},
      {FREE, "{\"op\":\"merge\",\"tasks\":[\"T1\",\"T2\"],\"title\":\"\"}", "bad-edit", "needs a title"},
      {FREE, "{\"op\":\"merge\",\"tasks\":[\"T1\",\"T3\"]}", "cycle", "T1 -> T2 -> T1"},
      {DECLARED, "{\"op\":\"merge\",\"tasks\":[\"T4\",\"T2\"]}", NULL, NULL}, /* T4 goes to group 2 */
      {FREE, "{\"op\":\"reassign\",\"task\":\"T1\"}", "bad-edit", "To whom?"},
      {FREE, "{\"op\":\"reassign\",\"task\":\"T1\",\"to\":\"@lead\"}", "leader-assigned", "give it to another agent"},
      {FREE, "{\"op\":\"move\",\"task\":\"T1\",\"group\":0}", "bad-edit", "from 1"},
      {FREE, "{\"op\":\"move\",\"task\":\"T1\",\"group\":\"2\"}", "bad-edit", "from 1"},
      {FREE, "{\"op\":\"move\",\"task\":\"T1\",\"group\":2}", "group-order", "T2 depends on T1"},
      {DECLARED, "{\"op\":\"link\",\"task\":\"T4\",\"after\":\"T1\"}", "group-order", "move one of them"},
      {FREE, "{\"op\":\"order\",\"task\":\"T1\",\"before\":\"T9\"}", "unknown-task", "T9"},
      {FREE, "{\"op\":\"link\",\"task\":\"T1\",\"after\":\"T1\"}", "cycle", "for itself"},
      {FREE, "{\"op\":\"link\",\"task\":\"T1\",\"after\":\"T3\"}", "cycle", "T1 -> T2 -> T3 -> T1"},
      {FREE, "{\"op\":\"unlink\",\"task\":\"T1\",\"after\":\"T3\"}", "no-link", "does not depend"},
      {FREE, "{\"op\":\"set\",\"task\":\"T1\",\"field\":\"id\",\"value\":\"T7\"}", "bad-edit", "no field id"},
      {FREE, "{\"op\":\"set\",\"task\":\"T1\",\"field\":\"title\",\"value\":\"\"}", "bad-edit", "without title"},
      {FREE, "{\"op\":\"set\",\"task\":\"T1\",\"field\":\"title\"}", "bad-edit", "value is missing"},
      {FREE, "{\"op\":\"set\",\"task\":\"T1\",\"field\":\"effort\",\"value\":\"XXL\"}", "bad-edit", "tasks[0].effort must be XS"},
      {FREE, "{\"op\":\"set\",\"task\":\"T1\",\"field\":\"outputs\",\"value\":\"x\"}", "bad-edit", "tasks[0].outputs must be an array"},
      {FREE, "{\"op\":\"set\",\"field\":\"objective\",\"value\":\" \"}", "bad-edit", "without objective"},
      {FREE, "{\"op\":\"set\",\"field\":\"leader\",\"value\":\"@a\"}", "leader-assigned", "T1"},
      {FREE, "{\"op\":\"set\",\"field\":\"leader\",\"value\":\"\"}", "no-leader", "choose who leads"},
      {FREE, "{\"op\":\"set\",\"field\":\"needs\",\"value\":\"x\"}", "bad-edit", "needs must be an array"},
      {FREE, "{\"op\":\"set\",\"field\":\"gates\",\"value\":[{\"id\":\"g\",\"task\":\"T9\",\"text\":\"t\"}]}", "bad-edit", "gates[0].task"},
      {FREE, "{\"op\":\"set\",\"field\":\"gates\",\"value\":[{\"id\":\"g\",\"text\":\" \"}]}", "bad-edit",
       "gates[0].text must not be empty"},
      {FREE, "{\"op\":\"set\",\"field\":\"gates\",\"value\":[{\"id\":\"g\",\"text\":\"a\"},{\"id\":\"g\",\"text\":\"b\"}]}", "bad-edit",
       "is the id of two gates"},
      {FREE, "{\"op\":\"set\",\"field\":\"gates\",\"value\":[{\"id\":\"g\",\"judge\":\"me\",\"text\":\"a\"}]}", "bad-edit",
       "must be rule or seat"},
      {FREE, "{\"op\":\"set\",\"field\":\"gates\",\"value\":[{\"id\":\"g\",\"measure\":{\"milli\":1},\"text\":\"a\"}]}", "bad-edit",
       "gates[0].measure has op"},
      {FREE, "{\"op\":\"set\",\"field\":\"files\",\"value\":[{\"path\":\"\",\"purpose\":\"p\"}]}", "bad-edit",
       "files[0].path must not be empty"},
      {FREE, "{\"op\":\"set\",\"field\":\"success\",\"value\":\"soon\"}", "bad-edit", "success must be an array"},
      {FREE, "{\"op\":\"set\",\"field\":\"rollback\",\"value\":[1]}", "bad-edit", "rollback[0] must be a string"},
      {FREE,
       "[{\"op\":\"remove\",\"task\":\"T1\"},{\"op\":\"remove\",\"task\":\"T2\"},{\"op\":\"remove\",\"task\":\"T3\"},{\"op\":\"remove\",\"task\":\"T4\"}]",
       "empty-plan", "add at least one"},
  };
  for (size_t i = 0; i < QL_COUNT(rows); i++) {
    const ql_value *out = edited(plan_of_json(a, rows[i].plan), rows[i].edits), *refusal = QL_GET(out, "refusal");
    if ((refusal != NULL) != (rows[i].code != NULL)) fail_msg("%s\n%s", rows[i].edits, ql_value_text(a, out).ptr);
    if (!refusal) continue;
    ql_str message = ql_get_str(refusal, QL_STR("message"));
    assert_str_is(ql_get_str(refusal, QL_STR("code")), rows[i].code);
    if (ql_find(message, str(rows[i].words), 0) == SIZE_MAX) fail_msg("%s: %.*s", rows[i].edits, (int)message.len, message.ptr);
  }
}

static void a_faulty_plan_can_be_mended_step_by_step(void **state) {
  (void)state;
  const ql_plan *plan = plan_of_json(
      a, "{\"leader\":\"\",\"objective\":\"o\",\"tasks\":["
         "{\"after\":[\"T2\"],\"agent\":\"@a\",\"id\":\"T1\",\"title\":\"t\"},{\"after\":[\"T1\"],\"agent\":\"@b\",\"id\":\"T2\","
         "\"title\":\"u\"},{\"after\":[\"T4\"],\"agent\":\"\",\"id\":\"T3\",\"title\":\"v\"},"
         "{\"after\":[\"T3\"],\"agent\":\"@d\",\"id\":\"T4\",\"title\":\"w\"}]}");
  static const char *const steps[] = {
      "{\"op\":\"set\",\"task\":\"T1\",\"field\":\"title\",\"value\":\"x\"}", "{\"op\":\"unlink\",\"task\":\"T1\",\"after\":\"T2\"}",
      "{\"op\":\"set\",\"field\":\"leader\",\"value\":\"@lead\"}", "{\"op\":\"reassign\",\"task\":\"T3\",\"to\":\"@c\"}",
      "{\"op\":\"unlink\",\"task\":\"T3\",\"after\":\"T4\"}"};
  for (size_t i = 0; i < QL_COUNT(steps); i++) {
    const ql_value *out = edited(plan, steps[i]);
    if (!QL_GET(out, "plan")) fail_msg("%s", ql_value_text(a, out).ptr);
    assert_int_equal(ql_plan_from_value(a, QL_GET(out, "plan"), &plan, &err), QL_OK);
  }
  assert_null(ql_plan_check(a, plan, NULL)->first);
}

/* ---- by chance ---- */

static ql_str some_task(const ql_plan *plan, unsigned *seed) {
  return plan->task_count > 0 && chance(seed, 12) ? plan->tasks[chance(seed, (unsigned)plan->task_count)].id : QL_STR("T99");
}

static ql_value *edit_by_chance(const ql_plan *plan, unsigned *seed) {
  static const char *const ops[] = {"add", "remove", "split", "merge", "reassign", "move", "order", "link", "unlink", "set"},
                           *const fields[] = {"title", "accept", "effort", "priority", "writes", "leader", "risks", "gates", "nothing"},
                           *const agents[] = {"@a", "@b", "@e", "@lead", ""};
  ql_value *edit = ql_object(a), *tasks = ql_array(a), *titles = ql_array(a);
  for (unsigned i = chance(seed, 4); i > 0; i--) ql_push(tasks, ql_string(a, some_task(plan, seed)));
  for (unsigned i = chance(seed, 4); i > 0; i--) ql_push(titles, ql_string(a, i == 1 ? QL_STR("Part one") : QL_STR("Part more")));
  QL_SET(edit, "op", ql_string(a, str(ops[chance(seed, 10)])));
  if (chance(seed, 8)) QL_SET(edit, "task", ql_string(a, some_task(plan, seed)));
  if (chance(seed, 2)) QL_SET(edit, "after", ql_string(a, some_task(plan, seed)));
  if (chance(seed, 3) == 0) QL_SET(edit, "before", ql_string(a, some_task(plan, seed)));
  if (chance(seed, 2)) QL_SET(edit, "agent", ql_string(a, str(agents[chance(seed, 5)])));
  QL_SET(edit, "to", ql_string(a, str(agents[chance(seed, 5)])));
  QL_SET(edit, "group", ql_int(a, chance(seed, 7)));
  QL_SET(edit, "tasks", tasks);
  QL_SET(edit, "titles", titles);
  if (chance(seed, 8)) QL_SET(edit, "title", ql_string(a, QL_STR("Another")));
  QL_SET(edit, "together", ql_bool(a, chance(seed, 2)));
  QL_SET(edit, "field", ql_string(a, str(fields[chance(seed, 9)])));
  if (chance(seed, 3))
    QL_SET(edit, "value", ql_string(a, QL_STR("high")));
  else
    QL_SET(edit, "value", ql_copy(a, titles));
  return edit;
}

static size_t errors_in(const ql_plan *plan) {
  size_t errors = 0;
  for (const ql_value *p = ql_plan_check(a, plan, NULL)->first; p; p = p->next)
    errors += ql_eq(ql_get_str(p, QL_STR("severity")), QL_STR("error")) && !ql_eq(ql_get_str(p, QL_STR("code")), QL_STR("unassigned"));
  return errors;
}

static bool lists_text(const ql_str *items, size_t count, ql_str text) {
  for (size_t i = 0; i < count; i++)
    if (ql_eq(items[i], text)) return true;
  return false;
}

/* Every task has an id, unless it was removed; what it leaves behind is in the task of that id, or in a part of it. */
static void check_kept(const ql_plan *before, const ql_plan *after, const ql_value *ids, ql_str op, ql_str about) {
  for (size_t i = 0; i < before->task_count; i++) {
    const ql_plan_task *old = &before->tasks[i];
    ql_str id = ql_get_str(ids, old->id);
    bool removed = ql_eq(op, QL_STR("remove")) && ql_eq(about, old->id);
    assert_int_equal(id.ptr == NULL, removed);
    if (removed) continue;
    size_t at = 0;
    while (at < after->task_count && !ql_eq(after->tasks[at].id, id)) at++;
    assert_true(at < after->task_count);
    bool changed = ql_eq(op, QL_STR("set")) && ql_eq(about, old->id);
    const ql_plan_task *new = &after->tasks[at];
    for (size_t k = 0; k < old->output_count && !changed; k++) assert_true(lists_text(new->outputs, new->output_count, old->outputs[k]));
    for (size_t k = 0; k < old->write_count && !changed; k++) assert_true(lists_text(new->writes, new->write_count, old->writes[k]));
  }
}

static void S12_whatever_is_done_the_plan_can_be_read(void **state) {
  (void)state;
  unsigned seed = 11;
  size_t made = 0, refused = 0;
  for (int round = 0; round < 600; round++) {
    ql_arena_reset(a);
    const ql_plan *plan = plan_by_chance(a, &seed);
    for (int step = 0; step < 8; step++) {
      ql_value *edit = edit_by_chance(plan, &seed), *out = NULL;
      const ql_plan *after = NULL;
      ql_str hash, again;
      assert_int_equal(ql_plan_hash(a, plan, &hash, &err), QL_OK);
      assert_int_equal(ql_plan_edit(a, plan, edit, NULL, &out, &err), QL_OK);
      assert_int_equal(ql_plan_hash(a, plan, &again, &err), QL_OK);
      assert_true(ql_eq(hash, again)); /* what was given is as it was */
      if (QL_GET(out, "refusal")) {
        refused++;
        assert_true(ql_get_str(QL_GET(out, "refusal"), QL_STR("message")).len > 10);
        continue;
      }
      made++;
      if (ql_plan_from_value(a, QL_GET(out, "plan"), &after, &err) != QL_OK) fail_msg("%s: %s", err.message, ql_value_text(a, edit).ptr);
      assert_true(ql_value_equal(ql_plan_value(a, after), QL_GET(out, "plan")));
      ql_str op = ql_get_str(edit, QL_STR("op"));
      if (errors_in(plan) == 0 && errors_in(after) > 0) fail_msg("%s", ql_value_text(a, edit).ptr);
      check_kept(plan, after, QL_GET(out, "ids"), op, ql_get_str(edit, QL_STR("task")));
      plan = after;
    }
  }
  assert_true(made > 500 && refused > 500);
}

static void limits(void **state) {
  (void)state;
  ql_value *root = value_of("{\"leader\":\"@l\",\"objective\":\"o\",\"tasks\":[]}"), *tasks = QL_GET(root, "tasks");
  const ql_plan *plan = NULL;
  for (size_t i = 0; i < QL_PLAN_TASKS_MAX - 1; i++) {
    ql_value *task = ql_push(tasks, ql_object(a));
    QL_SET(task, "agent", ql_string(a, QL_STR("@a")));
    QL_SET(task, "id", ql_string(a, ql_task_id(a, i)));
    QL_SET(task, "title", ql_string(a, QL_STR("t")));
  }
  assert_int_equal(ql_plan_from_value(a, root, &plan, &err), QL_OK);
  const ql_value *out = edited(plan, "{\"agent\":\"@a\",\"op\":\"add\",\"title\":\"last\"}");
  assert_int_equal(QL_GET(QL_GET(out, "plan"), "tasks")->count, QL_PLAN_TASKS_MAX);
  out = edited(plan, "{\"op\":\"split\",\"task\":\"T1\",\"titles\":[\"a\",\"b\",\"c\"]}");
  assert_str_is(ql_get_str(QL_GET(out, "refusal"), QL_STR("code")), "limit");
}

/* ---- two plans ---- */

static const char *differences(const char *before, const char *after) {
  ql_value *out = NULL;
  ql_buf buf = ql_buf_new(ql_arena_alloc(a));
  assert_int_equal(ql_plan_compare(a, plan_of_json(a, before), plan_of_json(a, after), &out, &err), QL_OK);
  static const char *const lists[] = {"added", "removed"};
  for (size_t i = 0; i < QL_COUNT(lists); i++)
    for (const ql_value *task = ql_get(out, str(lists[i]))->first; task; task = task->next) {
      ql_buf_add(&buf, i == 0 ? QL_STR("+") : QL_STR("-"));
      ql_buf_add(&buf, ql_get_str(task, QL_STR("title")));
      ql_buf_add(&buf, QL_STR(" "));
    }
  for (const ql_value *change = QL_GET(out, "changed")->first; change; change = change->next) {
    ql_buf_add(&buf, ql_get_str(QL_GET(change, "after"), QL_STR("title")));
    add_list(&buf, ":", QL_GET(change, "fields"));
    ql_buf_add(&buf, QL_STR(" "));
  }
  add_list(&buf, "plan:", QL_GET(out, "fields"));
  assert_int_equal(ql_get_bool(out, QL_STR("same")), buf.len == 0);
  return ql_buf_take(&buf, a).ptr;
}

static void two_plans_are_compared(void **state) {
  (void)state;
  static const char *const edits[][2] = {
      {"[]", ""},
      {"{\"op\":\"add\",\"title\":\"Paint\",\"agent\":\"@a\",\"before\":\"T1\"}",
       "+Paint "}, /* gates and dependencies have other numbers */
      {"{\"op\":\"remove\",\"task\":\"T4\"}", "-Tell plan:needs"},
      {"{\"op\":\"reassign\",\"task\":\"T4\",\"to\":\"@a\"}", "Tell:agent,reason plan:needs"},
      {"{\"op\":\"link\",\"task\":\"T4\",\"after\":\"T1\"}", "Tell:after "},
      {"{\"op\":\"order\",\"task\":\"T4\",\"before\":\"T1\"}", "plan:tasks"},
      {"{\"op\":\"set\",\"task\":\"T4\",\"field\":\"accept\",\"value\":[\"Heard\"]}", "Tell:accept,source "},
      {"{\"op\":\"set\",\"field\":\"risks\",\"value\":[\"Rain\"]}", "plan:risks"},
      {"{\"op\":\"set\",\"field\":\"gates\",\"value\":[]}", "plan:gates"},
      {"{\"op\":\"set\",\"task\":\"T4\",\"field\":\"title\",\"value\":\"Say\"}", "+Say -Tell "},
  };
  const ql_plan *plan = NULL;
  ql_value *first = edited(plan_of_json(a, FREE), "[]"); /* so that the list of needs is as edits leave it */
  const char *before = ql_value_text(a, QL_GET(first, "plan")).ptr;
  for (size_t i = 0; i < QL_COUNT(edits); i++) {
    plan = plan_of_json(a, before);
    const ql_value *out = edited(plan, edits[i][0]);
    if (!QL_GET(out, "plan")) fail_msg("%s", ql_value_text(a, out).ptr);
    const char *seen = differences(before, ql_value_text(a, QL_GET(out, "plan")).ptr);
    if (strcmp(seen, edits[i][1]) != 0) fail_msg("%s: %s", edits[i][0], seen);
  }
  ql_value *out = NULL;
  assert_int_equal(ql_plan_compare(a, plan_of_json(a, FREE), plan_of_json(a, DECLARED), &out, &err), QL_OK);
  assert_str_is(ql_value_text(a, QL_GET(out, "before")), "{\"agents\":4,\"groups\":3,\"minutes\":63,\"tasks\":4,\"work\":93}");
}

/* Plans are the same exactly when nothing is listed; nothing differs from itself. */
static void comparing_by_chance(void **state) {
  (void)state;
  unsigned seed = 5;
  for (int round = 0; round < 300; round++) {
    ql_arena_reset(a);
    const ql_plan *x = plan_by_chance(a, &seed), *y = plan_by_chance(a, &seed);
    ql_value *one = NULL, *two = NULL;
    assert_int_equal(ql_plan_compare(a, x, x, &one, &err), QL_OK);
    assert_int_equal(ql_plan_compare(a, x, y, &two, &err), QL_OK);
    const ql_value *both[] = {one, two};
    for (size_t i = 0; i < 2; i++) {
      size_t listed = QL_GET(both[i], "added")->count + QL_GET(both[i], "removed")->count + QL_GET(both[i], "changed")->count +
                      QL_GET(both[i], "fields")->count;
      assert_int_equal(ql_get_bool(both[i], QL_STR("same")), listed == 0);
      if (i == 0) assert_int_equal(listed, 0);
    }
    assert_int_equal(QL_GET(two, "added")->count + x->task_count, QL_GET(two, "removed")->count + y->task_count);
  }
}

/* ---- memory ---- */

static ql_status edit_and_compare(ql_arena *arena, const void *ctx) {
  ql_value *value = NULL, *edits = NULL, *out = NULL, *changes = NULL;
  const ql_plan *plan = NULL, *after = NULL;
  ql_status status = ql_json_read(arena, str(FREE), &value, NULL);
  if (status == QL_OK) status = ql_json_read(arena, str(ctx), &edits, NULL);
  if (status == QL_OK) status = ql_plan_from_value(arena, value, &plan, NULL);
  if (status == QL_OK) status = ql_plan_edit(arena, plan, edits, NULL, &out, NULL);
  if (status != QL_OK || !QL_GET(out, "plan")) return status;
  status = ql_plan_from_value(arena, QL_GET(out, "plan"), &after, NULL);
  return status == QL_OK ? ql_plan_compare(arena, plan, after, &changes, NULL) : status;
}

static void memory_may_run_out(void **state) {
  (void)state;
  static const char ALL[] =
      "[{\"op\":\"add\",\"title\":\"a\",\"agent\":\"@a\",\"after\":[\"T1\"]},{\"op\":\"split\",\"task\":\"T2\",\"titles\":[\"a\",\"b\"],\"agents\":[\"@a\",\"@b\"]},"
      "{\"op\":\"merge\",\"tasks\":[\"T3\",\"T4\"]},{\"op\":\"reassign\",\"task\":\"T1\",\"to\":\"@q\"},{\"op\":\"order\",\"task\":\"T1\"},"
      "{\"op\":\"link\",\"task\":\"new T1\",\"after\":\"T3\"},{\"op\":\"unlink\",\"task\":\"new T1\",\"after\":\"T3\"},"
      "{\"op\":\"set\",\"task\":\"T1\",\"field\":\"title\",\"value\":\"b\"},{\"op\":\"remove\",\"task\":\"T3\"}]";
  assert_true(try_every_allocation(edit_and_compare, ALL) > 5);
  assert_true(try_every_allocation(edit_and_compare, "{\"op\":\"link\",\"task\":\"T1\",\"after\":\"T3\"}") > 3);
  assert_true(try_every_allocation(edit_and_compare, "{\"op\":\"set\",\"task\":\"T1\",\"field\":\"effort\",\"value\":\"no\"}") > 3);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(S12_each_edit_does_what_it_says),
      cmocka_unit_test(S12_what_goes_along_with_an_edit),
      cmocka_unit_test(the_lists_of_a_plan_are_set),
      cmocka_unit_test(S12_what_cannot_be_done_is_said),
      cmocka_unit_test(a_faulty_plan_can_be_mended_step_by_step),
      cmocka_unit_test(S12_whatever_is_done_the_plan_can_be_read),
      cmocka_unit_test(limits),
      cmocka_unit_test(two_plans_are_compared),
      cmocka_unit_test(comparing_by_chance),
      cmocka_unit_test(memory_may_run_out),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
