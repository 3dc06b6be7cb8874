/* Areas about the work of a plan: how a request is taken up, what a worker gets, how a plan and a roadmap are changed. */
#include "vectors.h"

#include "../../wasm/shim.h"
#include "base/text.h"

/* The answer, which is JSON. */
static void add_json(outcome *out) { ql_buf_add(&out->answer, (ql_str){qlw_out_ptr(), qlw_out_len()}); }

/* The answer inside another one: text where the call gave text, else JSON. */
static ql_value *kept_text(ql_arena *a, int32_t status) { return status == QL_OK ? ql_string(a, answered(a)) : answered_value(a); }

/* 0 without files: no roster. */
static uint32_t roster_if_any(ql_arena *a, const ql_value *vector) { return QL_GET(vector, "files") ? open_roster(a, vector) : 0; }

static void close_if_any(uint32_t roster) {
  if (roster != 0) done(roster);
}

static ql_str documents_of(ql_arena *a, const ql_value *vector) {
  ql_str json = json_of(a, vector, "documents");
  return json.ptr ? json : QL_STR("[]");
}

void run_edit(ql_arena *a, const ql_value *vector, outcome *out) {
  ql_str plan = json_of(a, vector, "plan"), edits = json_of(a, vector, "edits");
  uint32_t roster = roster_if_any(a, vector);
  (void)qlw_plan_edit(roster, PASS(plan), PASS(edits));
  add_json(out);
  const ql_value *edited = QL_GET(answered_value(a), "plan");
  close_if_any(roster);
  if (!edited) return;
  ql_str after = ql_value_text(a, edited);
  (void)qlw_plan_compare(PASS(plan), PASS(after));
  ql_buf_add(&out->more, answered(a));
}

void run_context(ql_arena *a, const ql_value *vector, outcome *out) {
  uint32_t roster = open_roster(a, vector);
  ql_str plan = json_of(a, vector, "plan"), documents = documents_of(a, vector);
  double window = (double)ql_get_int(vector, QL_STR("window"), 0), budget = (double)ql_get_int(vector, QL_STR("budget"), 0);
  (void)qlw_context_plan(roster, PASS(plan), PASS(documents), window, budget);
  add_json(out);
  done(roster);
}

void run_router(ql_arena *a, const ql_value *vector, outcome *out) {
  uint32_t roster = open_roster(a, vector);
  (void)qlw_mode(roster, PASS(given(vector, "agent")), PASS(given(vector, "request")), PASS(given(vector, "chosen")));
  add_json(out);
  done(roster);
}

void run_workflow(ql_arena *a, const ql_value *vector, outcome *out) {
  uint32_t roster = open_roster(a, vector);
  ql_str documents = documents_of(a, vector);
  (void)qlw_workflow(roster, PASS(given(vector, "agent")), PASS(documents), PASS(given(vector, "request")), PASS(given(vector, "chosen")));
  add_json(out);
  done(roster);
}

/* A task of a plan or a delegation is written, and read back; a text is read. */
void run_delegation(ql_arena *a, const ql_value *vector, outcome *out) {
  ql_value *answer = ql_object(a);
  ql_str plan = json_of(a, vector, "plan"), delegation = json_of(a, vector, "delegation"), text = given(vector, "text"),
         leader = given(vector, "leader"), context = QL_ABSENT;
  uint32_t roster = roster_if_any(a, vector);
  int32_t status = QL_ERR_ARGUMENT;
  if (QL_GET(vector, "documents")) {
    ql_str documents = documents_of(a, vector);
    if (qlw_context_plan(roster, PASS(plan), PASS(documents), 0, 0) != QL_OK) give_up("no context", answered(a));
    context = answered(a);
  }
  if (plan.ptr != NULL)
    status = qlw_delegation(roster, PASS(plan), PASS(given(vector, "task")), PASS(context));
  else if (delegation.ptr != NULL)
    status = qlw_delegation_write(roster, PASS(leader), PASS(delegation));
  if (text.ptr == NULL) {
    ql_value *written = QL_SET(answer, "written", answered_value(a));
    text = status == QL_OK ? ql_get_str(written, QL_STR("text")) : QL_ABSENT;
  }
  if (text.ptr != NULL) {
    (void)qlw_delegation_read(roster, PASS(leader), PASS(text));
    QL_SET(answer, "read", answered_value(a));
  }
  close_if_any(roster);
  ql_value_write(&out->answer, answer);
}

void run_forms(ql_arena *a, const ql_value *vector, outcome *out) {
  ql_value *answer = ql_object(a);
  uint32_t roster = open_roster(a, vector);
  ql_str agent = given(vector, "agent"), form = given(vector, "form"), text = given(vector, "text"),
         entries = json_of(a, vector, "entries");
  (void)qlw_forms(roster, PASS(agent));
  QL_SET(answer, "forms", answered_value(a));
  if (text.ptr != NULL) {
    (void)qlw_form_check(roster, PASS(agent), PASS(form), PASS(text));
    QL_SET(answer, "check", answered_value(a));
  }
  if (entries.ptr != NULL) {
    (void)qlw_form_fill(roster, PASS(agent), PASS(form), PASS(entries));
    QL_SET(answer, "filled", answered_value(a));
  }
  done(roster);
  ql_value_write(&out->answer, answer);
}

void run_duplicates(ql_arena *a, const ql_value *vector, outcome *out) {
  ql_str documents = documents_of(a, vector);
  (void)qlw_duplicates(PASS(documents));
  add_json(out);
}

/* What a roadmap says; a plan for an item, or a plan that is given, written as a roadmap and read again; an item ticked off. */
void run_roadmap(ql_arena *a, const ql_value *vector, outcome *out) {
  ql_value *answer = ql_object(a);
  ql_str text = given(vector, "text"), path = given(vector, "path"), title = given(vector, "title"), plan = json_of(a, vector, "plan");
  const ql_value *item = QL_GET(vector, "item");
  if (text.ptr != NULL) {
    (void)qlw_roadmap_read(PASS(text), PASS(path));
    QL_SET(answer, "roadmap", answered_value(a));
  }
  if (item != NULL) {
    uint32_t roster = open_roster(a, vector);
    int32_t status = qlw_roadmap_plan(roster, PASS(given(vector, "leader")), PASS(text), PASS(path), (double)item->number);
    QL_SET(answer, "plan", answered_value(a));
    plan = status == QL_OK ? answered(a) : QL_ABSENT;
    done(roster);
  }
  if (plan.ptr != NULL) {
    int32_t status = qlw_plan_write(PASS(plan), PASS(QL_STR("roadmap")));
    ql_value *written = QL_SET(answer, "written", kept_text(a, status));
    if (status == QL_OK) {
      (void)qlw_plan_read(PASS(written->text));
      QL_SET(answer, "reread", answered_value(a));
    }
  }
  if (title.ptr != NULL) {
    (void)qlw_roadmap_tick(PASS(text), PASS(title), (double)ql_get_int(vector, QL_STR("line"), 0));
    QL_SET(answer, "tick", answered_value(a));
  }
  ql_value_write(&out->answer, answer);
}

/* The plan of what quests left open. */
void run_backlog(ql_arena *a, const ql_value *vector, outcome *out) {
  const ql_value *logs = QL_GET(vector, "logs");
  ql_value *handles = ql_array(a);
  for (const ql_value *log = logs ? logs->first : NULL; log; log = log->next) {
    if (qlw_quest_open(PASS(log->text)) != QL_OK) give_up("a log does not open", answered(a));
    ql_push(handles, ql_int(a, answered_handle(a)));
  }
  ql_str list = ql_value_text(a, handles);
  (void)qlw_quest_backlog(PASS(list), PASS(given(vector, "leader")));
  add_json(out);
  for (const ql_value *handle = handles->first; handle; handle = handle->next) done((uint32_t)handle->number);
}

/* Where the time of a request goes. */
void run_trace(ql_arena *a, const ql_value *vector, outcome *out) {
  ql_str spans = json_of(a, vector, "spans");
  (void)qlw_request_flow(PASS(spans));
  add_json(out);
}
