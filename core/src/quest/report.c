/* Reports in Markdown: which sections each kind has. */
#include <questline/report.h>

#include "base/text.h"
#include "quest/report_text.h"

#define SECTIONS_MAX 9

static const struct {
  ql_str kind, title, nothing;
  bool of_period; /* leaves out quests in which nothing happened in the period */
  ql__section *sections[SECTIONS_MAX];
} KINDS[] = {
    {QL_STR_INIT("standup"),
     QL_STR_INIT("# Standup\n"),
     QL_STR_INIT("\nNothing happened.\n"),
     true,
     {ql__section_head, ql__section_agents, ql__section_questions}},
    {QL_STR_INIT("review"),
     QL_STR_INIT("# Review\n"),
     QL_STR_INIT("\nNothing happened.\n"),
     true,
     {ql__section_head, ql__section_decisions, ql__section_done, ql__section_questions, ql__section_gates}},
    {QL_STR_INIT("sprint"),
     QL_STR_INIT("# Sprint\n"),
     QL_STR_INIT("\nThere is no quest in it.\n"),
     true,
     {ql__section_head, ql__section_done, ql__section_open, ql__section_dropped, ql__section_questions, ql__section_usage}},
    {QL_STR_INIT("final"),
     QL_STR_INIT("# Report\n"),
     QL_STR_INIT("\nThere is no quest in it.\n"),
     false,
     {ql__section_head, ql__section_tasks, ql__section_decisions, ql__section_gates, ql__section_artifacts, ql__section_usage,
      ql__section_proof}},
};

/* False when there is nothing to say of the quest in this period. */
static bool has_period(const ql__report *w) {
  const ql__state *s = &w->facts->quest->state;
  return s->at >= w->from && w->facts->at[0] < w->to;
}

static bool begin(ql__report *w, ql_arena *a, const ql__facts *facts) {
  const ql__state *s = &facts->quest->state;
  w->facts = facts;
  w->planned = 0;
  w->plan = ql_arena_array(a, s->task_count + 1, sizeof *w->plan);
  if (!w->plan || !ql__open_event(facts->quest, a, 0, &w->create)) return false;
  const ql_value *tasks = QL_GET(w->create.d, "tasks");
  for (const ql_value *task = tasks ? tasks->first : NULL; task; task = task->next) w->plan[w->planned++] = task;
  return true;
}

static bool write_quest(ql__report *w, ql_arena *a, const ql_quest *quest, size_t kind, bool *wrote) {
  ql__facts facts;
  if (quest->state.events == 0) return true;
  if (!ql__facts_of(quest, a, &facts) || !begin(w, a, &facts)) return false;
  if (KINDS[kind].of_period && !has_period(w)) return true;
  *wrote = true;
  for (size_t i = 0; i < SECTIONS_MAX && KINDS[kind].sections[i]; i++) KINDS[kind].sections[i](w);
  return !w->failed;
}

ql_status ql_quest_report(const ql_quest *const *quests, size_t count, ql_arena *a, ql_str kind, int64_t from, int64_t to, ql_str *out,
                          ql_error *err) {
  size_t which = 0;
  while (which < QL_COUNT(KINDS) && !ql_eq(KINDS[which].kind, kind)) which++;
  if (which == QL_COUNT(KINDS)) return ql_fail(err, QL_ERR_ARGUMENT, "a report is standup, review, sprint or final", kind);
  ql__report w = {.buf = ql_buf_new(ql_arena_alloc(a)), .scratch = ql_arena_new(ql_arena_alloc(a)), .from = from, .to = to};
  bool ok = w.scratch != NULL, wrote = false;
  ql_buf_add(&w.buf, KINDS[which].title);
  for (size_t i = 0; ok && i < count; i++) ok = write_quest(&w, a, quests[i], which, &wrote);
  if (!wrote) ql_buf_add(&w.buf, KINDS[which].nothing);
  ql_arena_free(w.scratch);
  *out = ql_buf_take(&w.buf, a);
  return ok && out->ptr ? QL_OK : ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
}
