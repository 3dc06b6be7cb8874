/* What each area does with a vector. tests/runtimes/areas.ts does the same through core.wasm. */
#include "vectors.h"

#include <stdio.h>
#include <string.h>

#include <questline/quest.h>

#include "../../wasm/shim.h"
#include "base/text.h"

#define FIRST_NOW INT64_C(1763712000000)

ql_str answered(ql_arena *a) {
  ql_str copy = ql_arena_str(a, (ql_str){qlw_out_ptr(), qlw_out_len()});
  if (copy.ptr == NULL) give_up("out of memory", QL_ABSENT);
  return copy;
}

ql_value *answered_value(ql_arena *a) {
  ql_value *value = NULL;
  ql_error err = {0};
  ql_str text = answered(a);
  if (ql_canon_read(a, text, &value, &err) != QL_OK) give_up("an answer is not canonical JSON", text);
  return value;
}

uint32_t answered_handle(ql_arena *a) {
  ql_value *value = answered_value(a);
  if (value->kind != QL_INT) give_up("no object was made", answered(a));
  return (uint32_t)value->number;
}

/* Failures are answers too. */
static void add_answer(outcome *out) { ql_buf_add(&out->answer, (ql_str){qlw_out_ptr(), qlw_out_len()}); }

void done(uint32_t handle) {
  if (qlw_close(handle) != QL_OK) give_up("an object did not close", QL_ABSENT);
}

ql_str vector_bytes(ql_arena *a, const ql_value *vector, const char *text, const char *bytes) {
  ql_str encoded = ql_get_str(vector, (ql_str){bytes, strlen(bytes)});
  if (encoded.ptr == NULL) return ql_get_str(vector, (ql_str){text, strlen(text)});
  size_t len = 0;
  uint8_t *decoded = ql_arena_get(a, encoded.len + 1);
  if (decoded == NULL || !ql_base64url_read(encoded, decoded, encoded.len, &len)) give_up("bytes are not base64url", encoded);
  return (ql_str){(const char *)decoded, len};
}

ql_str given(const ql_value *vector, const char *key) { return ql_get_str(vector, (ql_str){key, strlen(key)}); }

static void run_spec(ql_arena *a, const ql_value *vector, outcome *out) {
  ql_str text = vector_bytes(a, vector, "text", "bytes");
  (void)qlw_spec_parse(PASS(given(vector, "path")), PASS(text), PASS(given(vector, "dialect")));
  add_answer(out);
}

static void run_fix(ql_arena *a, const ql_value *vector, outcome *out) {
  ql_str text = vector_bytes(a, vector, "text", "bytes");
  double offset = (double)ql_get_int(vector, QL_STR("offset"), -1);
  (void)qlw_spec_fix(PASS(given(vector, "path")), PASS(text), PASS(given(vector, "dialect")), PASS(given(vector, "code")), offset);
  add_answer(out);
}

static void run_export(ql_arena *a, const ql_value *vector, outcome *out) {
  ql_str text = vector_bytes(a, vector, "text", "bytes");
  (void)qlw_spec_export(PASS(given(vector, "path")), PASS(text), PASS(given(vector, "dialect")), PASS(given(vector, "to")));
  add_answer(out);
}

uint32_t open_roster(ql_arena *a, const ql_value *vector) {
  (void)qlw_roster_new();
  uint32_t roster = answered_handle(a);
  const ql_value *files = QL_GET(vector, "files"), *off = QL_GET(vector, "off");
  ql_str dialect = given(vector, "dialect");
  if (dialect.ptr != NULL && qlw_roster_dialect(roster, PASS(dialect)) != QL_OK) give_up("no dialect", dialect);
  for (const ql_value *file = files ? files->first : NULL; file; file = file->next) {
    ql_str path = ql_get_str(file, QL_STR("path")), text = vector_bytes(a, file, "text", "bytes");
    if (qlw_roster_add(roster, PASS(path), PASS(text)) < 0 && !ql_starts(answered(a), QL_STR("{"))) give_up("a file has no answer", path);
  }
  for (const ql_value *rule = off ? off->first : NULL; rule; rule = rule->next) {
    ql_str agent = given(rule, "agent"), id = given(rule, "rule");
    if (qlw_roster_switch(roster, PASS(agent), PASS(id), 0) != QL_OK) give_up("a rule was not switched off", id);
  }
  return roster;
}

static void run_roster(ql_arena *a, const ql_value *vector, outcome *out) {
  uint32_t roster = open_roster(a, vector);
  (void)qlw_roster_value(roster);
  add_answer(out);
  done(roster);
}

static void run_permit(ql_arena *a, const ql_value *vector, outcome *out) {
  uint32_t roster = open_roster(a, vector), link = ql_get_bool(vector, QL_STR("link"));
  (void)qlw_permit(roster, PASS(given(vector, "agent")), PASS(given(vector, "tool")), PASS(given(vector, "path")), link);
  add_answer(out);
  done(roster);
}

static void run_route(ql_arena *a, const ql_value *vector, outcome *out) {
  uint32_t roster = open_roster(a, vector);
  (void)qlw_route(roster, PASS(given(vector, "agent")), PASS(given(vector, "request")));
  add_answer(out);
  done(roster);
}

static void run_pack(ql_arena *a, const ql_value *vector, outcome *out) {
  uint32_t roster = open_roster(a, vector);
  const ql_value *documents = QL_GET(vector, "documents");
  ql_str json = documents ? ql_value_text(a, documents) : QL_STR("[]");
  double window = (double)ql_get_int(vector, QL_STR("window"), 0), budget = (double)ql_get_int(vector, QL_STR("budget"), 0);
  (void)qlw_context_pack(roster, PASS(given(vector, "agent")), PASS(json), window, budget);
  add_answer(out);
  done(roster);
}

static ql_value *write_plan(ql_arena *a, ql_str plan, ql_str format) {
  return qlw_plan_write(PASS(plan), PASS(format)) == QL_OK ? ql_string(a, answered(a)) : answered_value(a);
}

static void run_plan(ql_arena *a, const ql_value *vector, outcome *out) {
  int32_t status = QL_OK;
  ql_str plan = ql_get_str(vector, QL_STR("text"));
  if (plan.ptr != NULL) {
    status = qlw_plan_read(PASS(plan));
    plan = answered(a);
  } else if (QL_GET(vector, "plan") != NULL) {
    ql_str draft = ql_value_text(a, QL_GET(vector, "plan"));
    status = qlw_plan_complete(PASS(draft));
    plan = answered(a);
  } else {
    uint32_t roster = open_roster(a, vector);
    ql_str leader = ql_get_str(vector, QL_STR("leader")), objective = ql_get_str(vector, QL_STR("objective"));
    status = qlw_plan_rehearse(roster, PASS(leader), PASS(objective));
    plan = answered(a);
    done(roster);
  }
  ql_value *answer = NULL;
  ql_error err = {0};
  if (ql_canon_read(a, plan, &answer, &err) != QL_OK) give_up("a plan is not canonical JSON", plan);
  if (status == QL_OK) {
    ql_value *seed = write_plan(a, plan, QL_STR("seed"));
    if (seed->kind != QL_STRING) {
      answer = seed;
    } else {
      ql_value *forms = ql_object(a);
      QL_SET(forms, "markdown", write_plan(a, plan, QL_STR("markdown")));
      QL_SET(forms, "mermaid", write_plan(a, plan, QL_STR("mermaid")));
      QL_SET(forms, "plan", answer);
      QL_SET(forms, "seed", seed);
      status = qlw_plan_read(PASS(seed->text));
      ql_value *again = status == QL_OK ? write_plan(a, answered(a), QL_STR("seed")) : NULL;
      QL_SET(forms, "reread", ql_bool(a, ql_value_equal(again, seed)));
      answer = forms;
    }
  }
  ql_value_write(&out->answer, answer);
}

/* What the quest is after a command, beside the decision. */
static void set_after(ql_arena *a, uint32_t quest, ql_value *result) {
  static const char *const from_view[] = {"holder", "holders", "n", "state_hash", "status"};
  (void)qlw_quest_view(quest);
  const ql_value *view = answered_value(a);
  for (size_t i = 0; i < QL_COUNT(from_view); i++) {
    ql_str key = {from_view[i], strlen(from_view[i])};
    ql_value *found = ql_get(view, key);
    ql_value *copy = ql_arena_get(a, sizeof *copy);
    if (found == NULL || copy == NULL) give_up("the view lacks", key);
    *copy = *found;
    copy->next = NULL;
    ql_set(result, key, copy);
  }
}

static ql_value *run_command(ql_arena *a, uint32_t quest, const ql_value *step, size_t number) {
  uint8_t own[QL_ENTROPY_BYTES];
  memset(own, (int)(number & 0xff), sizeof own);
  ql_str entropy = vector_bytes(a, step, "", "entropy");
  if (entropy.ptr == NULL) entropy = (ql_str){(const char *)own, sizeof own};
  const ql_value *wanted = QL_GET(step, "command");
  ql_str command = wanted != NULL && wanted->kind == QL_STRING ? wanted->text : ql_value_text(a, wanted);
  int64_t now = ql_get_int(step, QL_STR("now"), FIRST_NOW + (int64_t)number * 1000);
  int32_t status = qlw_quest_decide(quest, PASS(command), (double)now, PASS(entropy));
  ql_value *result = answered_value(a);
  if (status < 0) return result;
  ql_str line = ql_get_str(result, QL_STR("line"));
  if (line.ptr != NULL && qlw_quest_append(quest, PASS(line)) != QL_OK) give_up("an accepted line was not appended", answered(a));
  set_after(a, quest, result);
  return result;
}

static void run_quest(ql_arena *a, const ql_value *vector, outcome *out) {
  (void)qlw_quest_open(NULL, 0);
  uint32_t quest = answered_handle(a);
  ql_value *results = ql_array(a);
  const ql_value *steps = QL_GET(vector, "steps");
  size_t number = 0;
  for (const ql_value *step = steps ? steps->first : NULL; step; step = step->next, number++) {
    ql_str agent = ql_get_str(step, QL_STR("monitor"));
    if (agent.ptr != NULL) {
      (void)qlw_quest_monitor(quest, PASS(agent));
      ql_push(results, answered_value(a));
    } else {
      ql_push(results, run_command(a, quest, step, number));
    }
  }
  ql_value_write(&out->answer, results);
  (void)qlw_quest_view(quest);
  ql_buf_add(&out->more, answered(a));
  (void)qlw_quest_log(quest, 0);
  ql_str log = answered(a);
  ql_buf_add(&out->more, log);
  (void)qlw_verify(PASS(log), NULL, 0);
  ql_buf_add(&out->more, answered(a));
  done(quest);
}

static void run_verify(ql_arena *a, const ql_value *vector, outcome *out) {
  ql_str log = vector_bytes(a, vector, "log", "bytes"), head = ql_get_str(vector, QL_STR("head"));
  (void)qlw_verify(PASS(log), PASS(head));
  add_answer(out);
}

static void run_link(ql_arena *a, const ql_value *vector, outcome *out) {
  ql_value *answer = ql_object(a);
  ql_str log = ql_get_str(vector, QL_STR("log")), open = ql_get_str(vector, QL_STR("open"));
  bool made = log.ptr != NULL;
  if (made) {
    if (qlw_link_make(PASS(log)) != QL_OK) {
      add_answer(out);
      return;
    }
    ql_value *link = answered_value(a);
    QL_SET(answer, "link", link);
    open = ql_get_str(link, QL_STR("fragment"));
  }
  if (qlw_link_open(PASS(open)) != QL_OK) {
    add_answer(out);
    return;
  }
  if (made)
    QL_SET(answer, "same", ql_bool(a, ql_eq(answered(a), log)));
  else
    QL_SET(answer, "log", ql_string(a, answered(a)));
  ql_value_write(&out->answer, answer);
}

static void run_canon(ql_arena *a, const ql_value *vector, outcome *out) {
  ql_str text = vector_bytes(a, vector, "text", "bytes");
  if (qlw_canonical(PASS(text)) == QL_OK)
    ql_json_string(&out->answer, answered(a));
  else
    add_answer(out);
}

/* A whole log: what verification, execution and the link container make of it. */
static void run_logs(ql_arena *a, const ql_value *vector, outcome *out) {
  ql_str log = ql_get_str(vector, QL_STR("log"));
  ql_value *answer = ql_object(a);
  (void)qlw_verify(PASS(log), NULL, 0);
  QL_SET(answer, "verdict", answered_value(a));
  if (qlw_quest_open(PASS(log)) != QL_OK) give_up("a generated log does not open", answered(a));
  uint32_t quest = answered_handle(a);
  (void)qlw_quest_state(quest);
  ql_buf_add(&out->more, answered(a));
  QL_SET(answer, "state_hash", ql_string(a, ql_get_str(answered_value(a), QL_STR("hash"))));
  (void)qlw_quest_view(quest);
  ql_buf_add(&out->more, answered(a));
  done(quest);
  if (qlw_link_make(PASS(log)) == QL_OK) {
    ql_str fragment = ql_get_str(answered_value(a), QL_STR("fragment"));
    ql_buf_add(&out->more, fragment);
    if (qlw_link_open(PASS(fragment)) != QL_OK || !ql_eq(answered(a), log)) give_up("a link does not give its log back", fragment);
  }
  ql_value_write(&out->answer, answer);
}

/* Boards, inboxes, timeline, numbers and certificate of a log, what is withheld and revealed, and every report. */
static void run_report(ql_arena *a, const ql_value *vector, outcome *out) {
  static const char *const reports[] = {"standup", "review", "sprint", "final"};
  ql_str log = ql_get_str(vector, QL_STR("log")), agent = ql_get_str(vector, QL_STR("agent"));
  ql_value *answer = ql_object(a), *texts = ql_object(a);
  if (qlw_quest_open(PASS(log)) != QL_OK) give_up("a log does not open", answered(a));
  uint32_t quest = answered_handle(a);
  char list[16];
  size_t len = (size_t)snprintf(list, sizeof list, "[%u]", (unsigned)quest);
  (void)qlw_quest_board(quest, (double)ql_get_int(vector, QL_STR("now"), 0));
  QL_SET(answer, "board", answered_value(a));
  (void)qlw_quest_inbox(quest, PASS(agent));
  QL_SET(answer, "inbox", answered_value(a));
  (void)qlw_quest_standing(quest);
  QL_SET(answer, "standing", answered_value(a));
  (void)qlw_quest_timeline(quest);
  QL_SET(answer, "timeline", answered_value(a));
  (void)qlw_quest_metrics(list, (uint32_t)len);
  QL_SET(answer, "metrics", answered_value(a));
  (void)qlw_certificate(PASS(log), NULL, 0);
  QL_SET(answer, "certificate", answered_value(a));
  for (size_t i = 0; i < QL_COUNT(reports); i++) {
    ql_str kind = {reports[i], strlen(reports[i])};
    (void)qlw_quest_report(list, (uint32_t)len, PASS(kind), 0, (double)QL_INT_MAX);
    ql_set(texts, kind, ql_string(a, answered(a)));
  }
  QL_SET(answer, "reports", texts);
  (void)qlw_quest_redact(quest, PASS(QL_STR("[]")));
  ql_str bare = answered(a);
  if (qlw_quest_open(PASS(bare)) != QL_OK) give_up("a redacted log does not open", answered(a));
  uint32_t redacted = answered_handle(a);
  (void)qlw_quest_compare(quest, redacted);
  QL_SET(answer, "compare", answered_value(a));
  (void)qlw_quest_reveal(redacted, quest, -1);
  QL_SET(answer, "revealed", ql_bool(a, ql_eq(answered(a), log)));
  (void)qlw_quest_continuation(quest, redacted);
  QL_SET(answer, "continuation", ql_string(a, answered(a)));
  (void)qlw_quest_join(redacted, quest);
  QL_SET(answer, "joined", ql_bool(a, ql_eq(answered(a), log)));
  done(redacted);
  done(quest);
  ql_value_write(&out->answer, answer);
  ql_buf_add(&out->more, bare);
}

static void run_notes(ql_arena *a, const ql_value *vector, outcome *out) {
  ql_str log = given(vector, "log"), mine = given(vector, "notes"), theirs = given(vector, "theirs");
  const ql_value *draft = QL_GET(vector, "draft");
  ql_value *answer = ql_object(a);
  uint8_t entropy[16];
  memset(entropy, 1, sizeof entropy);
  if (qlw_quest_open(PASS(log)) != QL_OK) give_up("a log does not open", answered(a));
  uint32_t quest = answered_handle(a);
  if (draft != NULL) {
    ql_str text = ql_value_text(a, draft);
    int32_t status = qlw_note_make(quest, PASS(mine), PASS(text), (double)FIRST_NOW, (const char *)entropy, sizeof entropy);
    QL_SET(answer, "made", status == QL_OK ? ql_string(a, answered(a)) : answered_value(a));
  }
  (void)qlw_notes_list(quest, PASS(mine));
  QL_SET(answer, "list", answered_value(a));
  (void)qlw_notes_merge(PASS(mine), PASS(theirs));
  QL_SET(answer, "merged", answered_value(a));
  (void)qlw_notes_merge(PASS(theirs), PASS(mine));
  QL_SET(answer, "same",
         ql_bool(a, ql_eq(ql_get_str(answered_value(a), QL_STR("text")), ql_get_str(QL_GET(answer, "merged"), QL_STR("text")))));
  done(quest);
  ql_value_write(&out->answer, answer);
}

/* A log played again with one answer changed. */
static void run_what_if(ql_arena *a, const ql_value *vector, outcome *out) {
  ql_str log = given(vector, "log"), change = ql_value_text(a, QL_GET(vector, "change"));
  uint8_t entropy[QL_ENTROPY_BYTES];
  memset(entropy, 1, sizeof entropy);
  if (qlw_quest_open(PASS(log)) != QL_OK) give_up("a log does not open", answered(a));
  uint32_t quest = answered_handle(a);
  if (qlw_quest_open(NULL, 0) != QL_OK) give_up("no quest was made", answered(a));
  uint32_t branch = answered_handle(a);
  int32_t status = qlw_quest_what_if(quest, branch, PASS(change), (const char *)entropy, sizeof entropy);
  add_answer(out);
  if (status == QL_OK) {
    (void)qlw_quest_log(branch, 0);
    ql_buf_add(&out->more, answered(a));
  }
  done(branch);
  done(quest);
}

ql_str json_of(ql_arena *a, const ql_value *vector, const char *key) {
  const ql_value *value = ql_get_literal(vector, key);
  return value ? ql_value_text(a, value) : QL_ABSENT;
}

static void run_schedule(ql_arena *a, const ql_value *vector, outcome *out) {
  ql_value *answer = ql_object(a), *sizes = NULL;
  ql_str plan = json_of(a, vector, "plan"), prices = json_of(a, vector, "prices"), measured = json_of(a, vector, "sizes"),
         log = given(vector, "log");
  uint32_t roster = open_roster(a, vector);
  if (log.ptr != NULL) {
    if (qlw_quest_open(PASS(log)) != QL_OK) give_up("a log does not open", answered(a));
    uint32_t quest = answered_handle(a);
    (void)qlw_quest_sizes(quest);
    sizes = QL_SET(answer, "sizes", answered_value(a));
    measured = ql_value_text(a, sizes);
    done(quest);
  }
  (void)qlw_plan_schedule(PASS(plan));
  QL_SET(answer, "schedule", answered_value(a));
  (void)qlw_plan_cost(roster, PASS(plan), PASS(prices), PASS(measured));
  QL_SET(answer, "cost", answered_value(a));
  done(roster);
  ql_value_write(&out->answer, answer);
}

static void run_decision(ql_arena *a, const ql_value *vector, outcome *out) {
  ql_value *answer = ql_object(a);
  ql_str agent = given(vector, "agent"), matrix = json_of(a, vector, "matrix"), record = json_of(a, vector, "record"),
         services = json_of(a, vector, "services");
  if (agent.ptr != NULL) {
    uint32_t roster = open_roster(a, vector);
    (void)qlw_decision_criteria(roster, PASS(agent));
    QL_SET(answer, "criteria", answered_value(a));
    (void)qlw_decision_template(roster, PASS(agent));
    QL_SET(answer, "template", answered_value(a));
    done(roster);
  }
  if (matrix.ptr != NULL) {
    (void)qlw_decision_rank(PASS(matrix));
    QL_SET(answer, "ranking", answered_value(a));
  }
  if (record.ptr != NULL) {
    int32_t status = qlw_decision_record(PASS(record));
    QL_SET(answer, "record", status == QL_OK ? ql_string(a, answered(a)) : answered_value(a));
  }
  if (services.ptr != NULL) {
    (void)qlw_services_check(PASS(services));
    QL_SET(answer, "problems", answered_value(a));
    int32_t status = qlw_services_write(PASS(services));
    QL_SET(answer, "services", status == QL_OK ? ql_string(a, answered(a)) : answered_value(a));
  }
  ql_value_write(&out->answer, answer);
}

/* What is told of a text that comes in pieces, and of the text as a whole. */
static void run_blank(ql_arena *a, const ql_value *vector, outcome *out) {
  ql_str text = given(vector, "text");
  int64_t each = ql_get_int(vector, QL_STR("each"), 1);
  ql_value *answer = ql_object(a);
  ql_buf told = ql_buf_new(ql_alloc_libc());
  if (qlw_blank_new(PASS(given(vector, "key"))) != QL_OK) give_up("no blank was made", answered(a));
  uint32_t blank = answered_handle(a);
  for (size_t at = 0; at < text.len; at += (size_t)each) {
    ql_str piece = ql_slice(text, at, at + (size_t)each);
    (void)qlw_blank_bytes(blank, PASS(piece));
    ql_buf_add(&told, answered(a));
  }
  (void)qlw_blank_rest(blank);
  ql_buf_add(&told, answered(a));
  QL_SET(answer, "told", ql_string(a, ql_buf_take(&told, a)));
  (void)qlw_blank_text(blank, PASS(text));
  QL_SET(answer, "whole", ql_string(a, answered(a)));
  done(blank);
  ql_value_write(&out->answer, answer);
}

/* A file and calls: what each answers, the file afterwards, what is pending; what a log taught, whether a request asks for something to be kept. */
static void run_memory(ql_arena *a, const ql_value *vector, outcome *out) {
  ql_str lines = given(vector, "file"), log = given(vector, "log"), theirs = given(vector, "theirs");
  const ql_value *calls = QL_GET(vector, "calls");
  ql_value *answer = ql_object(a), *answers = ql_array(a);
  if (qlw_memory_open(PASS(lines)) != QL_OK) {
    add_answer(out);
    return;
  }
  uint32_t memory = answered_handle(a);
  if (log.ptr != NULL) {
    if (qlw_quest_open(PASS(log)) != QL_OK) give_up("a log does not open", answered(a));
    uint32_t quest = answered_handle(a);
    (void)qlw_quest_learn(quest);
    ql_value *learned = QL_SET(answer, "learned", answered_value(a));
    if (calls == NULL) calls = QL_GET(learned, "calls");
    done(quest);
  }
  for (const ql_value *call = calls ? calls->first : NULL; call; call = call->next) {
    ql_str arguments = ql_value_text(a, QL_GET(call, "arguments"));
    (void)qlw_memory_call(memory, PASS(given(call, "tool")), PASS(arguments));
    ql_push(answers, answered_value(a));
  }
  QL_SET(answer, "answers", answers);
  if (theirs.ptr != NULL) {
    (void)qlw_memory_merge(memory, PASS(lines), PASS(theirs));
    QL_SET(answer, "merged", answered_value(a));
  }
  if (QL_GET(vector, "files") != NULL) {
    uint32_t roster = open_roster(a, vector);
    (void)qlw_memory_permit(roster, PASS(given(vector, "agent")), PASS(given(vector, "request")));
    QL_SET(answer, "permit", answered_value(a));
    done(roster);
  }
  (void)qlw_memory_write(memory);
  QL_SET(answer, "file", ql_string(a, answered(a)));
  (void)qlw_memory_pending(memory);
  QL_SET(answer, "pending", answered_value(a));
  done(memory);
  ql_value_write(&out->answer, answer);
}

/* A model that gives these answers, one a round. */
static void run_answer(ql_arena *a, const ql_value *vector, outcome *out) {
  uint32_t roster = open_roster(a, vector);
  const ql_value *context = QL_GET(vector, "context"), *answers = QL_GET(vector, "answers");
  ql_str json = context ? ql_value_text(a, context) : QL_ABSENT;
  ql_value *answer = ql_object(a), *rounds = ql_array(a);
  (void)qlw_plan_request(roster, PASS(given(vector, "leader")), PASS(given(vector, "objective")), PASS(json));
  ql_value *request = QL_SET(answer, "request", answered_value(a));
  for (const ql_value *text = answers ? answers->first : NULL; text && request; text = text->next) {
    ql_str asked = ql_value_text(a, request);
    (void)qlw_plan_answer(roster, PASS(asked), PASS(text->text));
    request = QL_GET(ql_push(rounds, answered_value(a)), "repair");
  }
  QL_SET(answer, "rounds", rounds);
  done(roster);
  ql_value_write(&out->answer, answer);
}

/* A graph of one or several texts, and one question. */
static void run_impact(ql_arena *a, const ql_value *vector, outcome *out) {
  const ql_value *snapshots = QL_GET(vector, "snapshots"), *texts = QL_GET(vector, "texts"), *change = QL_GET(vector, "change");
  ql_str ask = given(vector, "ask"), form = given(vector, "form");
  int32_t status = QL_OK;
  if (snapshots != NULL) {
    ql_str json = ql_value_text(a, snapshots);
    status = qlw_health(PASS(json));
  } else {
    (void)qlw_graph_new();
    uint32_t graph = answered_handle(a);
    for (const ql_value *text = texts ? texts->first : NULL; status == QL_OK && text; text = text->next)
      status = qlw_graph_read(graph, PASS(text->text), PASS(form.ptr ? form : QL_STR("auto")));
    ql_str names = change ? ql_value_text(a, change) : QL_STR("[]");
    if (status == QL_OK)
      status = ql_eq(ask, QL_STR("value"))      ? qlw_graph_value(graph)
               : ql_eq(ask, QL_STR("coupling")) ? qlw_graph_coupling(graph, (double)ql_get_int(vector, QL_STR("most"), 0))
                                                : qlw_graph_breaks(graph, PASS(names));
    ql_str answer = answered(a);
    ql_buf_add(&out->answer, answer);
    done(graph);
    if (status == QL_OK && !ql_eq(ask, QL_STR("value")) && qlw_impact_write(PASS(answer), 1) == QL_OK) ql_buf_add(&out->more, answered(a));
    return;
  }
  ql_str answer = answered(a);
  ql_buf_add(&out->answer, answer);
  if (status == QL_OK && qlw_impact_write(PASS(answer), 0) == QL_OK) ql_buf_add(&out->more, answered(a));
}

static void run_request(ql_arena *a, const ql_value *vector, outcome *out) {
  const ql_value *models = QL_GET(vector, "models");
  ql_str call = json_of(a, vector, "call");
  if (models != NULL)
    (void)qlw_llm_models_request(PASS(given(models, "provider")), PASS(given(models, "base_url")));
  else
    (void)qlw_llm_request(PASS(call));
  add_answer(out);
}

static void run_retry(ql_arena *a, const ql_value *vector, outcome *out) {
  uint8_t entropy[8] = {0};
  size_t len = sizeof entropy;
  ql_str encoded = given(vector, "entropy"), failure = json_of(a, vector, "failure");
  if (encoded.ptr != NULL && !ql_base64url_read(encoded, entropy, sizeof entropy, &len)) give_up("entropy is not base64url", encoded);
  (void)qlw_llm_retry(PASS(failure), (const char *)entropy, (uint32_t)len);
  add_answer(out);
}

static void run_connection(ql_arena *a, const ql_value *vector, outcome *out) {
  ql_str attempt = json_of(a, vector, "attempt");
  (void)qlw_llm_models_read(PASS(attempt));
  add_answer(out);
}

const area areas[] = {
    {"answer", run_answer},
    {"backlog", run_backlog},
    {"blank", run_blank},
    {"canon", run_canon},
    {"connection", run_connection},
    {"context", run_context},
    {"decision", run_decision},
    {"delegation", run_delegation},
    {"drive", run_drive},
    {"duplicates", run_duplicates},
    {"edit", run_edit},
    {"export", run_export},
    {"fix", run_fix},
    {"forms", run_forms},
    {"impact", run_impact},
    {"link", run_link},
    {"logs", run_logs},
    {"memory", run_memory},
    {"mode", run_router},
    {"notes", run_notes},
    {"pack", run_pack},
    {"permit", run_permit},
    {"plan", run_plan},
    {"quest", run_quest},
    {"report", run_report},
    {"request", run_request},
    {"retry", run_retry},
    {"roadmap", run_roadmap},
    {"roster", run_roster},
    {"route", run_route},
    {"schedule", run_schedule},
    {"spec", run_spec},
    {"streams", run_drive},
    {"trace", run_trace},
    {"verify", run_verify},
    {"whatif", run_what_if},
    {"workflow", run_workflow},
};
const size_t area_count = QL_COUNT(areas);
