/* The shim with every single allocation failing, and its handles. What the loader can reach is tested in wasm/tests. */
#include "support.h"

/* Its static parts are looked at. */
#include "../../wasm/shim.c"

#define PASS(s) (s), (uint32_t)strlen(s)

static const char agent_file[] = "---\nname: lead\ndescription: Leads the team\n---\n\n# Lead\n\n- **api**: writes the API\n";
static const char other_file[] = "---\nname: api\ndescription: Writes HTTP APIs\n---\n\n# API\n";
static const char broken_file[] = "---\nname: bad\ndescription: Use when: always\n---\n\n# Bad\n";
static const char pause_command[] = "{\"by\":\"@owner\",\"type\":\"pause\"}";
static const char request[] = "{\"agent\":\"@lead\",\"text\":\"QUEST: add a login\"}";
static const char wait_result[] = "{\"id\":99}";
static const char plan[] = "{\"leader\":\"@lead\",\"objective\":\"O\",\"tasks\":[{\"agent\":\"@api\",\"id\":\"T1\",\"title\":\"Do it\"}]}";
static const char signature[] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
static const char entropy[QL_ENTROPY_BYTES] = {0};

static char *log_text;
static uint32_t a_roster, a_quest, an_empty_quest, a_driver;

static uint32_t handle_of(int32_t status) {
  assert_int_equal(status, QL_OK);
  uint32_t handle = 0;
  for (size_t i = 0; i < answer.len; i++) handle = handle * 10 + (uint32_t)(answer.ptr[i] - '0');
  return handle;
}

/* One quest of three lines, a roster, and a driver of that quest. */
static void open_all(void) {
  a_roster = handle_of(qlw_roster_new());
  assert_int_equal(qlw_roster_add(a_roster, PASS("lead.md"), PASS(agent_file)), QL_OK);
  assert_int_equal(qlw_roster_add(a_roster, PASS("api.md"), PASS(other_file)), QL_OK);
  a_quest = handle_of(qlw_quest_open(PASS(log_text)));
  an_empty_quest = handle_of(qlw_quest_open(NULL, 0));
  a_driver = handle_of(qlw_driver_new(a_quest, 0, NULL, 0));
}

static void close_all(void) {
  for (size_t i = QL_HANDLES_MAX; i > 0; i--)
    if (objects[i - 1].kind == QLW__DRIVER) release(&objects[i - 1]);
  for (size_t i = 0; i < QL_HANDLES_MAX; i++)
    if (objects[i].kind != QLW__NOTHING) release(&objects[i]);
  ql_arena_free(qlw__arena);
  qlw__arena = NULL;
  ql_buf_free(&qlw__out);
}

static int32_t info(void) { return qlw_info(); }
static int32_t spec_parse(void) { return qlw_spec_parse(PASS("lead.md"), PASS(agent_file), PASS("claude-code")); }
static int32_t spec_fix(void) { return qlw_spec_fix(PASS("bad.md"), PASS(broken_file), NULL, 0, PASS("unquoted-colon"), -1); }
static int32_t spec_export(void) { return qlw_spec_export(PASS("lead.md"), PASS(agent_file), NULL, 0, PASS("opencode")); }
static int32_t refused_dialect(void) { return qlw_spec_export(PASS("lead.md"), PASS(agent_file), NULL, 0, PASS("klingon")); }
static int32_t markdown_html(void) { return qlw_markdown_html(PASS(agent_file)); }
static int32_t markdown_grow(void) { return qlw_markdown_grow(PASS(agent_file), 0); }
static int32_t sha256(void) { return qlw_sha256(PASS(agent_file)); }
static int32_t canonical(void) { return qlw_canonical(PASS(request)); }
static int32_t roster_new(void) { return qlw_roster_new(); }
static int32_t roster_add(void) { return qlw_roster_add(a_roster, PASS("again.md"), PASS(agent_file)); }
static int32_t roster_value(void) { return qlw_roster_value(a_roster); }
static int32_t roster_dialect(void) { return qlw_roster_dialect(a_roster, PASS("copilot")); }
static int32_t roster_switch(void) { return qlw_roster_switch(a_roster, PASS("@lead"), PASS("roster:team"), 0); }
static int32_t permit(void) { return qlw_permit(a_roster, PASS("@api"), PASS("Write"), PASS("src/a.ts"), 0); }
static int32_t route(void) { return qlw_route(a_roster, NULL, 0, PASS("Design a REST API")); }
static int32_t context_pack(void) {
  return qlw_context_pack(a_roster, PASS("@lead"), PASS("[{\"path\":\"a.md\",\"text\":\"A\"},{\"path\":\"b.md\",\"tokens\":3}]"), 0, 100);
}
static int32_t no_documents(void) { return qlw_context_pack(a_roster, PASS("@lead"), PASS("{}"), 0, 0); }
static int32_t no_path(void) { return qlw_context_pack(a_roster, PASS("@lead"), PASS("[{}]"), 0, 0); }
static int32_t no_window(void) { return qlw_context_pack(a_roster, PASS("@lead"), PASS("[]"), 0.5, 0); }
static int32_t plan_rehearse(void) { return qlw_plan_rehearse(a_roster, PASS("@lead"), PASS("Add a login")); }
static int32_t plan_write(void) { return qlw_plan_write(PASS(plan), PASS("seed")); }
static int32_t plan_complete(void) { return qlw_plan_complete(PASS(plan)); }
static int32_t plan_check(void) { return qlw_plan_check(a_roster, PASS(plan)); }
static int32_t plan_check_with(void) {
  return qlw_plan_check_with(a_roster, PASS(plan), PASS("{\"budget\":{\"ms\":1},\"paths\":[\"a.c\"]}"));
}
static int32_t plan_conflicts(void) { return qlw_plan_conflicts(PASS("[{\"leader\":\"@l\",\"objective\":\"o\",\"tasks\":[]}]")); }
static int32_t no_plans(void) { return qlw_plan_conflicts(PASS("{}")); }
static int32_t plan_command(void) { return qlw_plan_command(a_roster, PASS(plan)); }
static int32_t refused_monitor(void) { return qlw_quest_monitor(a_quest, PASS("@nobody")); }
static int32_t quest_open(void) { return qlw_quest_open(PASS(log_text)); }
static int32_t quest_decide(void) { return qlw_quest_decide(a_quest, PASS(pause_command), 1763712005000.0, entropy, sizeof entropy); }
static int32_t quest_append(void) { return qlw_quest_append(an_empty_quest, PASS(log_text)); }
static int32_t quest_head(void) { return qlw_quest_head(a_quest); }
static int32_t quest_verdict(void) { return qlw_quest_verdict(a_quest, NULL, 0); }
static int32_t quest_view(void) { return qlw_quest_view(a_quest); }
static int32_t quest_view_at(void) { return qlw_quest_view_at(a_quest, 1); }
static int32_t quest_state(void) { return qlw_quest_state(a_quest); }
static int32_t quest_monitor(void) { return qlw_quest_monitor(a_quest, PASS("@lead")); }
static int32_t quest_event(void) { return qlw_quest_event(a_quest, 1); }
static int32_t quest_log(void) { return qlw_quest_log(a_quest, 1); }
static int32_t quest_rehearse(void) { return qlw_quest_rehearse(a_quest); }
static const char *quests_text(void) {
  static char text[32];
  snprintf(text, sizeof text, "[%u,%u]", (unsigned)a_quest, (unsigned)a_quest);
  return text;
}
static int32_t quest_board(void) { return qlw_quest_board(a_quest, 1763712005000.0); }
static int32_t quest_inbox(void) { return qlw_quest_inbox(a_quest, PASS("@lead")); }
static int32_t refused_inbox(void) { return qlw_quest_inbox(a_quest, PASS("@nobody")); }
static int32_t quest_standing(void) { return qlw_quest_standing(a_quest); }
static int32_t quest_timeline(void) { return qlw_quest_timeline(a_quest); }
static int32_t quest_compare(void) { return qlw_quest_compare(a_quest, an_empty_quest); }
static int32_t quest_continuation(void) { return qlw_quest_continuation(an_empty_quest, a_quest); }
static int32_t quest_join(void) { return qlw_quest_join(an_empty_quest, a_quest); }
static int32_t refused_join(void) { return qlw_quest_join(a_quest, a_roster); }
static int32_t refused_continuation(void) { return qlw_quest_continuation(a_quest, a_roster); }
static int32_t what_if(void) {
  return qlw_quest_what_if(a_quest, an_empty_quest, PASS("{\"at\":1,\"msg\":\"x\"}"), entropy, sizeof entropy);
}
static int32_t refused_what_if(void) {
  return qlw_quest_what_if(a_quest, a_quest, PASS("{\"at\":1,\"msg\":\"x\"}"), entropy, sizeof entropy);
}
static int32_t quest_redact(void) { return qlw_quest_redact(a_quest, PASS("[1]")); }
static int32_t refused_redact(void) { return qlw_quest_redact(a_quest, PASS("{}")); }
static int32_t quest_reveal(void) { return qlw_quest_reveal(a_quest, a_quest, -1); }
static int32_t quest_signatures(void) { return qlw_quest_signatures(a_quest); }
static int32_t quest_signature(void) { return qlw_quest_signature(a_quest, PASS(log_text)); }
static int32_t no_signature(void) { return qlw_quest_signature(a_quest, log_text, (uint32_t)strcspn(log_text, "\n")); }
static int32_t quest_sign(void) { return qlw_quest_sign(a_quest, 0, PASS(signature)); }
static int32_t refused_sign(void) { return qlw_quest_sign(a_quest, 3, PASS(signature)); }
static int32_t line_sign(void) { return qlw_line_sign(log_text, (uint32_t)strcspn(log_text, "\n"), PASS(signature)); }
static int32_t quest_metrics(void) { return qlw_quest_metrics(PASS(quests_text())); }
static int32_t refused_metrics(void) { return qlw_quest_metrics(PASS("[-1]")); }
static int32_t quest_report(void) { return qlw_quest_report(PASS(quests_text()), PASS("final"), 0, 1763712005000.0); }
static int32_t refused_report(void) { return qlw_quest_report(PASS("[]"), PASS("poem"), 0, 1); }
static int32_t certificate(void) { return qlw_certificate(PASS(log_text), NULL, 0); }
static int32_t note_make(void) { return qlw_note_make(a_quest, NULL, 0, PASS("{\"by\":\"Anna\",\"text\":\"Why?\"}"), 1.0, entropy, 16); }
static int32_t refused_note(void) { return qlw_note_make(a_quest, NULL, 0, PASS("{}"), 1.0, entropy, 16); }
static int32_t refused_entropy(void) { return qlw_note_make(a_quest, NULL, 0, PASS("{}"), 1.0, entropy, 15); }
static int32_t notes_list(void) { return qlw_notes_list(a_quest, PASS("{}\n")); }
static int32_t notes_merge(void) { return qlw_notes_merge(PASS("{}\n"), PASS("{}\n")); }
static int32_t verify(void) { return qlw_verify(PASS(log_text), NULL, 0); }
static int32_t link_make(void) { return qlw_link_make(PASS(log_text)); }
static int32_t driver_new(void) { return qlw_driver_new(an_empty_quest, a_roster, PASS(request)); }
static int32_t driver_next(void) { return qlw_driver_next(a_driver, 1763712005000.0); }
static int32_t refused_result(void) { return qlw_driver_result(a_driver, 1763712005000.0, PASS(wait_result)); }
static int32_t driver_recall(void) { return qlw_driver_recall(a_driver, a_quest, 0); }
static int32_t refused_steer(void) { return qlw_driver_steer(a_driver, PASS("{\"agent\":\"@lead\",\"how\":\"stop\"}")); }
static int32_t close_driver(void) { return qlw_close(a_driver); }
static int32_t refused_close(void) { return qlw_close(a_quest); }
static int32_t refused_handle(void) { return qlw_quest_view(a_roster); }
static int32_t refused_log(void) { return qlw_quest_open(PASS("{}\n")); }

/* What each answers when no allocation fails. */
static const struct {
  const char *name;
  int32_t (*run)(void);
  int32_t status;
} operations[] = {
    {"info", info, QL_OK},
    {"spec_parse", spec_parse, QL_OK},
    {"spec_fix", spec_fix, QL_OK},
    {"spec_export", spec_export, QL_OK},
    {"refused_dialect", refused_dialect, QL_ERR_ARGUMENT},
    {"markdown_grow", markdown_grow, QL_OK},
    {"markdown_html", markdown_html, QL_OK},
    {"sha256", sha256, QL_OK},
    {"canonical", canonical, QL_OK},
    {"roster_new", roster_new, QL_OK},
    {"roster_add", roster_add, QL_OK},
    {"roster_value", roster_value, QL_OK},
    {"roster_dialect", roster_dialect, QL_OK},
    {"roster_switch", roster_switch, QL_OK},
    {"permit", permit, QL_OK},
    {"route", route, QL_OK},
    {"context_pack", context_pack, QL_OK},
    {"no_documents", no_documents, QL_ERR_ARGUMENT},
    {"no_path", no_path, QL_ERR_ARGUMENT},
    {"no_window", no_window, QL_ERR_ARGUMENT},
    {"plan_rehearse", plan_rehearse, QL_OK},
    {"plan_write", plan_write, QL_OK},
    {"plan_complete", plan_complete, QL_OK},
    {"plan_check", plan_check, QL_OK},
    {"plan_check_with", plan_check_with, QL_OK},
    {"plan_conflicts", plan_conflicts, QL_OK},
    {"no_plans", no_plans, QL_ERR_ARGUMENT},
    {"plan_command", plan_command, QL_OK},
    {"refused_monitor", refused_monitor, QL_ERR_NOT_FOUND},
    {"quest_open", quest_open, QL_OK},
    {"quest_decide", quest_decide, QL_OK},
    {"quest_append", quest_append, QL_OK},
    {"quest_head", quest_head, QL_OK},
    {"quest_verdict", quest_verdict, QL_OK},
    {"quest_view", quest_view, QL_OK},
    {"quest_view_at", quest_view_at, QL_OK},
    {"quest_state", quest_state, QL_OK},
    {"quest_monitor", quest_monitor, QL_OK},
    {"quest_event", quest_event, QL_OK},
    {"quest_log", quest_log, QL_OK},
    {"quest_rehearse", quest_rehearse, QL_OK},
    {"quest_board", quest_board, QL_OK},
    {"quest_inbox", quest_inbox, QL_OK},
    {"refused_inbox", refused_inbox, QL_ERR_NOT_FOUND},
    {"quest_standing", quest_standing, QL_OK},
    {"quest_timeline", quest_timeline, QL_OK},
    {"quest_compare", quest_compare, QL_OK},
    {"quest_continuation", quest_continuation, QL_OK},
    {"refused_continuation", refused_continuation, QL_ERR_HANDLE},
    {"quest_join", quest_join, QL_OK},
    {"refused_join", refused_join, QL_ERR_HANDLE},
    {"quest_redact", quest_redact, QL_OK},
    {"refused_redact", refused_redact, QL_ERR_ARGUMENT},
    {"quest_signatures", quest_signatures, QL_OK},
    {"quest_signature", quest_signature, QL_ERR_SYNTAX},
    {"no_signature", no_signature, QL_OK},
    {"quest_sign", quest_sign, QL_OK},
    {"refused_sign", refused_sign, QL_ERR_ARGUMENT},
    {"line_sign", line_sign, QL_OK},
    {"quest_reveal", quest_reveal, QL_OK},
    {"what_if", what_if, QL_OK},
    {"refused_what_if", refused_what_if, QL_ERR_ARGUMENT},
    {"quest_metrics", quest_metrics, QL_OK},
    {"refused_metrics", refused_metrics, QL_ERR_HANDLE},
    {"quest_report", quest_report, QL_OK},
    {"refused_report", refused_report, QL_ERR_ARGUMENT},
    {"certificate", certificate, QL_OK},
    {"note_make", note_make, QL_OK},
    {"refused_note", refused_note, QL_ERR_ARGUMENT},
    {"refused_entropy", refused_entropy, QL_ERR_ARGUMENT},
    {"notes_list", notes_list, QL_OK},
    {"notes_merge", notes_merge, QL_OK},
    {"verify", verify, QL_OK},
    {"link_make", link_make, QL_OK},
    {"driver_new", driver_new, QL_OK},
    {"driver_next", driver_next, QL_OK},
    {"refused_result", refused_result, QL_ERR_ARGUMENT},
    {"driver_recall", driver_recall, QL_OK},
    {"refused_steer", refused_steer, QL_ERR_NOT_FOUND},
    {"close_driver", close_driver, QL_OK},
    {"refused_close", refused_close, QL_ERR_STATE},
    {"refused_handle", refused_handle, QL_ERR_HANDLE},
    {"refused_log", refused_log, QL_ERR_SYNTAX},
};

/* Each allocation of each operation fails once: the answer is then that memory ran out, or the right one. */
static void test_out_of_memory(void **state) {
  (void)state;
  for (size_t i = 0; i < QL_COUNT(operations); i++) {
    bool failed = true;
    for (size_t allowed = 0; failed; allowed++) {
      open_all();
      ql_arena_free(qlw__arena);
      qlw__arena = NULL;
      ql_buf_free(&qlw__out);
      fail_allocation(allowed);
      int32_t status = operations[i].run();
      failed = allocation_failed();
      fail_allocation(SIZE_MAX);
      ql_str given = {qlw_out_ptr(), qlw_out_len()};
      bool out_of_memory = failed && status == QL_ERR_NOMEM;
      if (!out_of_memory && status != operations[i].status)
        fail_msg("%s with allocation %zu failing: status %d, %.*s", operations[i].name, allowed, (int)status, (int)given.len, given.ptr);
      if (out_of_memory) assert_true(ql_eq(given, QL_STR(OUT_OF_MEMORY)));
      close_all();
    }
  }
}

static void test_a_failed_append_leaves_the_quest(void **state) {
  (void)state;
  bool failed = true;
  for (size_t allowed = 0; failed; allowed++) {
    open_all();
    fail_allocation(allowed);
    int32_t status = quest_append();
    failed = allocation_failed();
    fail_allocation(SIZE_MAX);
    /* As many lines as were appended in full; the rest can follow. */
    ql_quest *quest = qlw__find(an_empty_quest, QLW__QUEST)->ptr;
    const char *rest = log_text + ql_quest_log(quest).len;
    if (status != QL_OK) assert_int_equal(qlw_quest_append(an_empty_quest, PASS(rest)), QL_OK);
    assert_int_equal(ql_quest_count(quest), 3);
    close_all();
  }
}

static void test_handles(void **state) {
  (void)state;
  open_all();
  assert_int_equal(qlw_close(a_quest), QL_ERR_STATE);
  assert_int_equal(qlw_close(a_driver), QL_OK);
  assert_int_equal(qlw_close(a_driver), QL_ERR_HANDLE);
  assert_int_equal(qlw_close(a_quest), QL_OK);
  assert_int_equal(qlw_quest_view(a_quest), QL_ERR_HANDLE);
  uint32_t again = handle_of(quest_open());
  assert_int_not_equal(again, a_quest);
  assert_int_equal(again & INDEX_MASK, a_quest & INDEX_MASK);
  assert_int_equal(qlw_quest_view(again), QL_OK);
  assert_int_equal(qlw_roster_value(again), QL_ERR_HANDLE);
  assert_int_equal(qlw_quest_view(QL_HANDLES_MAX | (1u << GENERATION_SHIFT)), QL_ERR_HANDLE);
  close_all();
}

int main(void) {
  size_t len = 0;
  char *vector = read_file(QL_TEST_DATA "/vectors/verify/published-3.json", &len);
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  ql_value *value = NULL;
  ql_error err = {0};
  if (vector == NULL || a == NULL || ql_json_read(a, (ql_str){vector, len}, &value, &err) != QL_OK) return 1;
  ql_str log = ql_get_str(value, QL_STR("log"));
  log_text = calloc(log.len + 1, 1);
  if (log_text == NULL) return 1;
  memcpy(log_text, log.ptr, log.len);
  ql_arena_free(a);
  free(vector);
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_out_of_memory),
      cmocka_unit_test(test_a_failed_append_leaves_the_quest),
      cmocka_unit_test(test_handles),
  };
  int failures = cmocka_run_group_tests(tests, NULL, NULL);
  free(log_text);
  return failures;
}
