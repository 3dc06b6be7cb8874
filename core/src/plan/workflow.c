/* The steps of an agent's work on a request, by its file. */
#include <questline/workflow.h>

#include <questline/mode.h>

#include "base/text.h"
#include "base/words.h"
#include "knowledge/places.h"
#include "spec/inforce.h"
#include "spec/notes.h"

typedef enum deed {
  DEED_IDENTITY,
  DEED_DOCUMENTS,
  DEED_FALLBACK,
  DEED_MODE,
  DEED_REQUEST,
  DEED_RESEARCH,
  DEED_CLARIFY,
  DEED_GATHER,
  DEED_APPLY,
  DEED_VERIFY,
  DEED_OTHER
} deed;

/* What a step is about, by its stems; the first that has one of them. */
static const struct {
  ql_str name, stems;
} DEEDS[] = {
    {QL_STR_INIT("identity"), QL_STR_INIT("identity persona role")},
    {QL_STR_INIT("documents"), QL_STR_INIT("")}, /* found by the documents that stand below it */
    {QL_STR_INIT("fallback"), QL_STR_INIT("")},
    {QL_STR_INIT("mode"), QL_STR_INIT("mode")},
    {QL_STR_INIT("request"), QL_STR_INIT("request")},
    {QL_STR_INIT("research"), QL_STR_INIT("")},
    {QL_STR_INIT("clarify"), QL_STR_INIT("clarify ask goal constraint")},
    {QL_STR_INIT("gather"), QL_STR_INIT("gath gather collect read explor")},
    {QL_STR_INIT("apply"), QL_STR_INIT("apply edit implement execut chang build")},
    {QL_STR_INIT("verify"), QL_STR_INIT("verify valid test check")},
    {QL_STR_INIT("other"), QL_STR_INIT("")},
};

typedef struct work {
  ql_arena *arena;
  const ql_roster *roster;
  const ql_agent *agent;
  ql__places places;
  ql_value *mode, *route, *steps;
  bool present[DEED_OTHER + 1]; /* what the file has a step for */
  bool found;                   /* one of the documents that are read first is there */
  bool documents, fallback;     /* the file names some */
  bool taken_over, declined, missing;
} work;

static ql_str literal(const char *s) {
  size_t len = 0;
  while (s[len]) len++;
  return (ql_str){s, len};
}

#define CONCAT(a, ...) ql_arena_concat((a), (const ql_str[]){__VA_ARGS__}, sizeof((const ql_str[]){__VA_ARGS__}) / sizeof(ql_str))

/* ---- steps ---- */

static ql_value *add_step(work *w, deed does, const ql_rule_item *item, ql_str text, const char *status, ql_str why) {
  ql_arena *a = w->arena;
  ql_value *step = ql_push(w->steps, ql_object(a));
  QL_SET(step, "does", ql_string(a, DEEDS[does].name));
  if (item) QL_SET(step, "line", ql_int(a, item->line));
  QL_SET(step, "number", ql_int(a, (int64_t)w->steps->count));
  if (item) QL_SET(step, "rule", ql_string(a, item->id));
  QL_SET(step, "status", ql_string(a, literal(status)));
  QL_SET(step, "text", ql_string(a, text));
  QL_SET(step, "why", ql_string(a, why));
  if (!item || item->tool_count == 0) return step;
  ql_value *tools = QL_SET(step, "tools", ql_array(a));
  for (size_t i = 0; i < item->tool_count; i++) ql_push(tools, ql_string(a, item->tools[i]));
  return step;
}

/* The reason that a verdict rests on, of a person's words or of a rule. */
static const ql_value *reason_of(const work *w, ql_str agent) {
  const ql_value *verdict = QL_GET(w->route, "verdicts")->first, *reasons = QL_GET(verdict, "reasons");
  for (const ql_value *r = reasons->first; r; r = r->next)
    if (!agent.ptr || ql_eq(ql_get_str(r, QL_STR("agent")), agent)) return r;
  return agent.ptr ? reasons->first : NULL;
}

static void do_identity(work *w, const ql_rule_item *item, ql_str text) {
  ql_str why = QL_STR("The request leaves the role as it is.");
  if (w->taken_over) {
    const ql_value *reason = reason_of(w, QL_ABSENT);
    why = CONCAT(w->arena, QL_STR("The request asks to give up the role; line "),
                 ql__number(w->arena, (size_t)ql_get_int(reason, QL_STR("line"), 0)),
                 QL_STR(" forbids that. Say what is to be done instead."));
  }
  add_step(w, DEED_IDENTITY, item, text, w->taken_over ? "refused" : "done", why);
}

static void add_read(work *w, ql_value *reads, uint32_t line, ql_str path, const char *status, size_t index) {
  ql_arena *a = w->arena;
  ql_value *read = ql_push(reads, ql_object(a));
  if (line > 0) QL_SET(read, "line", ql_int(a, line));
  QL_SET(read, "path", ql_string(a, path));
  QL_SET(read, "status", ql_string(a, literal(status)));
  if (index != SIZE_MAX) QL_SET(read, "tokens", ql_int(a, ql__document_tokens(&w->places.documents[index])));
}

/* "4 of 6 documents are there." */
static ql_str tell_count(ql_arena *a, size_t there, size_t of) {
  return CONCAT(a, ql__number(a, there), QL_STR(" of "), ql__number(a, of),
                of == 1 ? QL_STR(" document is there.") : QL_STR(" documents are there."));
}

static void do_documents(work *w, const ql_rule_item *item, ql_str text) {
  ql_value *reads = ql_array(w->arena);
  size_t there = 0, of = 0;
  for (const ql_rule *rule = NULL; (rule = ql__next_rule(w->roster, w->agent, QL_RULE_DOCUMENTS, rule)) != NULL;)
    for (const ql_rule_item *one = NULL; (one = ql__next_rule_item(w->roster, w->agent, rule, one)) != NULL;) {
      if (!one->path.ptr) continue;
      size_t index = ql__places_find(&w->places, one->path);
      add_read(w, reads, one->line, one->path, index != SIZE_MAX ? "read" : "missing", index);
      there += index != SIZE_MAX;
      of++;
    }
  w->missing = w->missing || there == 0;
  QL_SET(add_step(w, DEED_DOCUMENTS, item, text, there == of ? "done" : "missing", tell_count(w->arena, there, of)), "reads", reads);
}

static void do_fallback(work *w, const ql_rule *rule) {
  ql_value *reads = ql_array(w->arena);
  bool *read = ql_arena_array(w->arena, w->places.count + 1, sizeof *read);
  size_t instead = 0;
  if (!read) return;
  for (const ql_rule_item *one = NULL; (one = ql__next_rule_item(w->roster, w->agent, rule, one)) != NULL;) {
    ql_str place = one->path.ptr ? one->path : one->text;
    if (w->found || !one->path.ptr) {
      add_read(w, reads, one->line, place, w->found ? "unneeded" : "unknown", SIZE_MAX);
      continue;
    }
    bool many = ql__places_many(place), any = false;
    size_t i = many ? ql__places_next(&w->places, place, 0) : ql__places_find(&w->places, place);
    for (; i != SIZE_MAX; i = many ? ql__places_next(&w->places, place, i + 1) : SIZE_MAX) {
      any = true;
      if (read[i]) continue;
      read[i] = true;
      add_read(w, reads, one->line, w->places.paths[i], "instead", i);
      instead++;
    }
    if (!any) add_read(w, reads, one->line, place, "missing", SIZE_MAX);
  }
  if (instead > 0) w->missing = false;
  ql_str why = w->found      ? QL_STR("Not needed: documents of the project are there.")
               : instead > 0 ? CONCAT(w->arena, ql__number(w->arena, instead), QL_STR(" read instead."))
                             : QL_STR("Nothing of it is there either.");
  ql_value *step = add_step(w, DEED_FALLBACK, rule->first, rule->title, w->found ? "skipped" : instead > 0 ? "done" : "missing", why);
  QL_SET(step, "reads", reads);
}

static void do_mode(work *w, const ql_rule_item *item, ql_str text) {
  ql_str mode = ql_get_str(w->mode, QL_STR("mode")), by = ql_get_str(w->mode, QL_STR("by")), words = ql_get_str(w->mode, QL_STR("words"));
  ql_str why = words.ptr                     ? CONCAT(w->arena, mode, QL_STR(", by the words \""), words, QL_STR("\" of the request."))
               : ql_eq(by, QL_STR("choice")) ? CONCAT(w->arena, mode, QL_STR(", as it was chosen."))
                                             : CONCAT(w->arena, mode, QL_STR(", for nothing else is asked for."));
  add_step(w, DEED_MODE, item, text, "done", why);
}

static void do_request(work *w, const ql_rule_item *item, ql_str text) {
  const ql_value *verdict = QL_GET(w->route, "verdicts")->first;
  ql_str word = ql_get_str(verdict, QL_STR("verdict")), take = ql_get_str(verdict, QL_STR("take"));
  const ql_value *reason = reason_of(w, QL_ABSENT);
  ql_arena *a = w->arena;
  if (w->taken_over) {
    add_step(w, DEED_REQUEST, item, text, "skipped", QL_STR("The role is kept, so there is nothing to work on."));
  } else if (w->declined) {
    ql_str why =
        CONCAT(a, QL_STR("Turned down by line "), ql__number(a, (size_t)ql_get_int(reason, QL_STR("line"), 0)),
               take.ptr ? QL_STR("; ") : QL_STR("."), take.ptr ? take : QL_STR(""), take.ptr ? QL_STR(" should take it.") : QL_STR(""));
    add_step(w, DEED_REQUEST, item, text, "declined", why);
  } else {
    bool accepted = ql_eq(word, QL_STR("accept"));
    add_step(w, DEED_REQUEST, item, text, "open",
             accepted ? QL_STR("The agent's file says that it takes such requests.")
                      : QL_STR("Nothing in the agent's file speaks against it."));
  }
}

static void do_research(work *w) {
  for (const ql_rule *rule = NULL; (rule = ql__next_rule(w->roster, w->agent, QL_RULE_RESEARCH, rule)) != NULL;) {
    ql_str percent = ql__number(w->arena, (size_t)(rule->measure.milli / 1000));
    ql_str why = CONCAT(w->arena, QL_STR("Below "), percent, QL_STR(" % certainty."));
    for (const ql_rule_item *item = NULL; (item = ql__next_rule_item(w->roster, w->agent, rule, item)) != NULL;)
      add_step(w, DEED_RESEARCH, item, item->text, w->taken_over || w->declined ? "skipped" : "open", why);
  }
}

/* ---- what a step of the file is about ---- */

static bool in_list(ql_str list, ql_str word) {
  ql_str item;
  while (ql__next_item(&list, &item))
    if (ql_eq(item, word)) return true;
  return false;
}

/* Whether documents that are read first stand between two lines of a section; 0: up to its end. */
static bool has_documents(const work *w, ql_str heading, uint32_t from, uint32_t to) {
  for (const ql_rule *rule = NULL; (rule = ql__next_rule(w->roster, w->agent, QL_RULE_DOCUMENTS, rule)) != NULL;)
    for (const ql_rule_item *item = NULL; (item = ql__next_rule_item(w->roster, w->agent, rule, item)) != NULL;)
      if (ql_eq(rule->heading, heading) && item->line >= from && (to == 0 || item->line < to)) return true;
  return false;
}

static deed deed_of_word(ql_str stem, deed from, deed to) {
  size_t does = from;
  while (does <= to && !in_list(DEEDS[does].stems, stem)) does++;
  return does <= to ? (deed)does : DEED_OTHER;
}

/* Identity, mode and request by any of its words, other things by the first word that tells. */
static deed deed_of(const work *w, const ql_rule *rule, const ql_rule_item *item) {
  if (has_documents(w, rule->heading, item->line, item->next ? item->next->line : 0)) return DEED_DOCUMENTS;
  ql__words words = ql__words_of(w->arena, item->text);
  deed first = DEED_OTHER;
  for (size_t i = 0; i < words.count; i++) {
    deed does = deed_of_word(words.items[i].stem, DEED_IDENTITY, DEED_REQUEST);
    if (does != DEED_OTHER) return does;
    if (first == DEED_OTHER) first = deed_of_word(words.items[i].stem, DEED_CLARIFY, DEED_VERIFY);
  }
  return first;
}

static void do_step(work *w, deed does, const ql_rule_item *item, ql_str text) {
  switch (does) {
  case DEED_IDENTITY: do_identity(w, item, text); break;
  case DEED_DOCUMENTS:
    do_documents(w, item, text);
    for (const ql_rule *rule = NULL; (rule = ql__next_rule(w->roster, w->agent, QL_RULE_FALLBACK, rule)) != NULL;) do_fallback(w, rule);
    break;
  case DEED_MODE: do_mode(w, item, text); break;
  case DEED_REQUEST:
    do_request(w, item, text);
    do_research(w);
    break;
  case DEED_FALLBACK:
  case DEED_RESEARCH:
  case DEED_CLARIFY:
  case DEED_GATHER:
  case DEED_APPLY:
  case DEED_VERIFY:
  case DEED_OTHER: {
    bool stopped = w->taken_over || w->declined;
    add_step(w, does, item, text, stopped ? "skipped" : "open",
             stopped ? QL_STR("There is nothing to work on.") : QL_STR("Left to who works on it."));
    break;
  }
  }
}

typedef void each_step(work *w, deed does, const ql_rule_item *item, ql_str text);

static void note_step(work *w, deed does, const ql_rule_item *item, ql_str text) {
  (void)item;
  (void)text;
  w->present[does] = true;
}

/* Once each, whatever the file repeats. */
static void each_of_file(work *w, each_step *run) {
  bool seen[DEED_OTHER + 1] = {false};
  for (const ql_rule *rule = NULL; (rule = ql__next_rule(w->roster, w->agent, QL_RULE_WORKFLOW, rule)) != NULL;)
    for (const ql_rule_item *item = NULL; (item = ql__next_rule_item(w->roster, w->agent, rule, item)) != NULL;) {
      deed does = deed_of(w, rule, item);
      if (seen[does] && does <= DEED_REQUEST) does = DEED_OTHER;
      seen[does] = true;
      run(w, does, item, item->text);
    }
}

/* ---- the whole ---- */

static bool has_items(const work *w, ql_rule_kind kind) { return ql__next_rule(w->roster, w->agent, kind, NULL) != NULL; }

static bool any_document(work *w) {
  for (const ql_rule *rule = NULL; (rule = ql__next_rule(w->roster, w->agent, QL_RULE_DOCUMENTS, rule)) != NULL;)
    for (const ql_rule_item *item = NULL; (item = ql__next_rule_item(w->roster, w->agent, rule, item)) != NULL;)
      if (item->path.ptr && ql__places_find(&w->places, item->path) != SIZE_MAX) return true;
  return false;
}

static void read_verdict(work *w) {
  const ql_value *verdict = QL_GET(w->route, "verdicts")->first, *reason = reason_of(w, QL_ABSENT);
  bool declines = ql_eq(ql_get_str(verdict, QL_STR("verdict")), QL_STR("decline"));
  w->taken_over = declines && ql_starts(ql_get_str(reason, QL_STR("rule")), QL_STR("identity:"));
  w->declined = declines && !w->taken_over;
}

static ql_value *hand_off(work *w) {
  ql_arena *a = w->arena;
  const ql_value *verdict = QL_GET(w->route, "verdicts")->first;
  ql_str take = ql_get_str(verdict, QL_STR("take"));
  if (!take.ptr) take = ql_get_str(w->route, QL_STR("take"));
  const ql_agent *agent = take.ptr ? ql_roster_find(w->roster, take) : NULL;
  if (w->taken_over || !take.ptr || ql_eq(take, w->agent->id)) return NULL;
  ql_value *value = ql_object(a);
  const ql_value *reason = reason_of(w, take);
  QL_SET(value, "agent", ql_string(a, take));
  if (reason) {
    QL_SET(value, "line", ql_int(a, ql_get_int(reason, QL_STR("line"), 0)));
    if (ql_get_str(reason, QL_STR("path")).ptr) QL_SET(value, "path", ql_string(a, ql_get_str(reason, QL_STR("path"))));
    QL_SET(value, "score", ql_int(a, ql_get_int(reason, QL_STR("score"), 0)));
  }
  ql_str text = reason ? ql_get_str(reason, QL_STR("text")) : agent && agent->description.ptr ? agent->description : take;
  QL_SET(value, "text", ql_string(a, text));
  return value;
}

static ql_value *run(work *w) {
  static const struct {
    deed does;
    ql_str text;
  } always[] = {
      {DEED_IDENTITY, QL_STR_INIT("Keep the role")},
      {DEED_DOCUMENTS, QL_STR_INIT("Read the documents of the project")},
      {DEED_MODE, QL_STR_INIT("Find out which mode is asked for")},
      {DEED_REQUEST, QL_STR_INIT("Take the request, or turn it down")},
  };
  ql_arena *a = w->arena;
  w->steps = ql_array(a);
  w->found = any_document(w);
  read_verdict(w);
  each_of_file(w, note_step);
  for (size_t i = 0; i < QL_COUNT(always); i++) {
    bool wanted = always[i].does != DEED_DOCUMENTS || has_items(w, QL_RULE_DOCUMENTS);
    if (wanted && !w->present[always[i].does]) do_step(w, always[i].does, NULL, always[i].text);
  }
  each_of_file(w, do_step);
  ql_value *value = ql_object(a), *off = hand_off(w);
  QL_SET(value, "agent", ql_string(a, w->agent->id));
  const ql_rule *research = ql__next_rule(w->roster, w->agent, QL_RULE_RESEARCH, NULL);
  if (research && research->has_measure) QL_SET(value, "certainty", ql_measure_value(a, &research->measure));
  if (off) QL_SET(value, "hand_off", off);
  QL_SET(value, "mode", w->mode);
  QL_SET(value, "ready", ql_bool(a, !w->taken_over && !w->declined && !w->missing));
  QL_SET(value, "steps", w->steps);
  return value;
}

ql_status ql_workflow(ql_arena *a, const ql_roster *roster, ql_str agent, const ql_document *documents, size_t count, ql_str request,
                      ql_str chosen, ql_value **out, ql_error *err) {
  work w = {.arena = a, .roster = roster, .agent = ql_roster_find(roster, agent)};
  ql_status status = ql_route(a, roster, agent, request, &w.route, err);
  if (status == QL_OK && !w.agent) return ql_fail(err, QL_ERR_NOT_FOUND, "there is no such agent", agent);
  if (status == QL_OK) status = ql_mode(a, roster, agent, request, chosen, &w.mode, err);
  if (status != QL_OK) return status;
  ql_value *value = ql__places_make(a, documents, count, &w.places) ? run(&w) : NULL;
  if (!value || ql_arena_failed(a)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  *out = value;
  return QL_OK;
}
