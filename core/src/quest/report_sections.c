/* The sections that reports are made of. */
#include "base/text.h"
#include "format/plain.h"
#include "quest/report_text.h"

static const ql__state *state_of(const ql__report *w) { return &w->facts->quest->state; }

static void heading(ql__report *w, bool *there, ql_str title) {
  if (!*there) {
    QL__WRITE(w, "\n### ");
    ql_buf_add(&w->buf, title);
    QL__WRITE(w, "\n\n");
  }
  *there = true;
}

static void write_id(ql__report *w, ql_str id) {
  ql_buf_byte(&w->buf, '`');
  ql_buf_add(&w->buf, id);
  ql_buf_byte(&w->buf, '`');
}

static void write_agent(ql__report *w, size_t seat) { write_id(w, state_of(w)->seats[seat].id); }

void ql__section_head(ql__report *w) {
  const ql__state *s = state_of(w);
  size_t open = 0, done = 0;
  for (size_t i = 0; i < s->task_count; i++) {
    open += !ql__closed(&s->tasks[i]);
    done += s->tasks[i].status == QL__DONE;
  }
  QL__WRITE(w, "\n## ");
  ql__write_first_line(w, ql__text_at(&w->create, QL_GET(w->create.d, "mission")));
  QL__WRITE(w, "\n\nQuest ");
  write_id(w, s->id.ptr ? s->id : QL_STR("without an id"));
  QL__WRITE(w, ", ");
  ql_markdown_text(&w->buf, ql__status_name(s->status));
  QL__WRITE(w, ": ");
  ql__write_count(w, (int64_t)done);
  QL__WRITE(w, " of ");
  ql__write_count(w, (int64_t)s->task_count);
  QL__WRITE(w, " tasks completed, ");
  ql__write_count(w, (int64_t)open);
  QL__WRITE(w, " open. From ");
  ql__write_time(w, w->facts->at[0]);
  QL__WRITE(w, " to ");
  ql__write_time(w, s->at);
  QL__WRITE(w, " (");
  ql__write_duration(w, s->at - w->facts->at[0]);
  QL__WRITE(w, ").\n");
  if (w->facts->quest->ended > 0) ql__write_words(w, w->facts->quest->ended, QL_STR("\nIt ended with these words: "));
  if (w->facts->quest->ended > 0) ql_buf_byte(&w->buf, '\n');
}

/* ---- tasks ---- */

static void write_done(ql__report *w, size_t task) {
  const ql__task_facts *known = &w->facts->tasks[task];
  QL__WRITE(w, "- ");
  ql__write_task(w, task);
  if (known->given >= 0 && known->closed >= 0) {
    QL__WRITE(w, " (");
    ql__write_duration(w, w->facts->at[known->closed] - w->facts->at[known->given]);
    QL__WRITE(w, ")");
  }
  if (known->closed >= 0) ql__write_words(w, known->closed, QL_STR(": "));
  ql_buf_byte(&w->buf, '\n');
}

static void write_open(ql__report *w, size_t task) {
  QL__WRITE(w, "- ");
  ql__write_task(w, task);
  QL__WRITE(w, ", ");
  ql_buf_add(&w->buf, ql__task_status_name(state_of(w)->tasks[task].status));
  ql_buf_byte(&w->buf, '\n');
}

/* Who did what in the period, what is next, what is in the way. */
void ql__section_agents(ql__report *w) {
  const ql__state *s = state_of(w);
  for (size_t seat = QL__OWNER + 1; seat < s->seat_count; seat++) {
    bool there = false;
    for (size_t i = 0; i < s->task_count; i++) {
      bool mine = s->tasks[i].seat == seat, done = s->tasks[i].status == QL__DONE;
      if (!mine || s->tasks[i].status == QL__DROPPED || (done && !ql__in_period(w, w->facts->tasks[i].closed))) continue;
      if (!there) {
        QL__WRITE(w, "\n### ");
        write_agent(w, seat);
        ql_buf_add(&w->buf, ql__shown_holding(s, seat) ? QL_STR(", holds the turn\n\n") : QL_STR("\n\n"));
      }
      there = true;
      if (done)
        write_done(w, i);
      else
        write_open(w, i);
    }
  }
}

void ql__section_done(ql__report *w) {
  const ql__state *s = state_of(w);
  bool there = false;
  for (size_t i = 0; i < s->task_count; i++) {
    if (s->tasks[i].status != QL__DONE || !ql__in_period(w, w->facts->tasks[i].closed)) continue;
    heading(w, &there, QL_STR("Completed"));
    write_done(w, i);
  }
}

void ql__section_open(ql__report *w) {
  const ql__state *s = state_of(w);
  bool there = false;
  for (size_t i = 0; i < s->task_count; i++) {
    if (ql__closed(&s->tasks[i])) continue;
    heading(w, &there, QL_STR("Open"));
    write_open(w, i);
  }
}

void ql__section_dropped(ql__report *w) {
  const ql__state *s = state_of(w);
  bool there = false;
  for (size_t i = 0; i < s->task_count; i++) {
    int64_t n = w->facts->tasks[i].closed;
    if (s->tasks[i].status != QL__DROPPED || !ql__in_period(w, n)) continue;
    heading(w, &there, QL_STR("Dropped"));
    QL__WRITE(w, "- ");
    ql__write_task(w, i);
    ql__write_words(w, n, QL_STR(": "));
    ql_buf_byte(&w->buf, '\n');
  }
}

void ql__section_tasks(ql__report *w) {
  const ql__state *s = state_of(w);
  if (s->task_count == 0) return;
  QL__WRITE(w, "\n### Tasks\n\n| Task | Agent | Status | Time |\n| --- | --- | --- | --- |\n");
  for (size_t i = 0; i < s->task_count; i++) {
    const ql__task_facts *known = &w->facts->tasks[i];
    QL__WRITE(w, "| ");
    ql__write_task(w, i);
    QL__WRITE(w, " | ");
    write_agent(w, s->tasks[i].seat);
    QL__WRITE(w, " | ");
    ql_buf_add(&w->buf, ql__task_status_name(s->tasks[i].status));
    QL__WRITE(w, " | ");
    if (known->given >= 0 && known->closed >= 0) ql__write_duration(w, w->facts->at[known->closed] - w->facts->at[known->given]);
    QL__WRITE(w, " |\n");
  }
}

/* ---- decisions ---- */

static const struct {
  ql_event_type type;
  ql_str said; /* stands behind who decided */
} DECISIONS[] = {
    {QL_EVENT_approve, QL_STR_INIT(" approved the plan")},
    {QL_EVENT_reject, QL_STR_INIT(" rejected the plan")},
    {QL_EVENT_drop, QL_STR_INIT(" dropped ")},
    {QL_EVENT_pause, QL_STR_INIT(" paused the quest")},
    {QL_EVENT_resume, QL_STR_INIT(" resumed the quest")},
    {QL_EVENT_abort, QL_STR_INIT(" aborted the quest")},
    {QL_EVENT_fail, QL_STR_INIT(" ended the quest as failed")},
    {QL_EVENT_complete, QL_STR_INIT(" completed the quest")},
    {QL_EVENT_gate, QL_STR_INIT(" judged the gate ")},
    {QL_EVENT_reassign, QL_STR_INIT(" gave to another agent ")},
    {QL_EVENT_add, QL_STR_INIT(" added ")},
    {QL_EVENT_remove, QL_STR_INIT(" removed ")},
    {QL_EVENT_promote, QL_STR_INIT(" promoted ")},
    {QL_EVENT_escalate, QL_STR_INIT(" escalated ")},
};

static ql_str decision(const ql__opened *event) {
  bool evidence = event->type == QL_EVENT_gate && ql_eq(ql_get_str(event->d, QL_STR("as")), QL_STR("given"));
  for (size_t i = 0; i < QL_COUNT(DECISIONS) && !evidence; i++)
    if (DECISIONS[i].type == event->type) return DECISIONS[i].said;
  return QL_ABSENT;
}

static void write_decision(ql__report *w, const ql__opened *event, int64_t n, ql_str said) {
  static const ql_str ABOUT[] = {QL_STR_INIT("gate"), QL_STR_INIT("as"), QL_STR_INIT("task"), QL_STR_INIT("to"), QL_STR_INIT("agent")};
  const ql_value *words = ql__words_in(event);
  if (!words) words = QL_GET(event->d, "evidence");
  QL__WRITE(w, "- ");
  ql__write_time(w, w->facts->at[n]);
  QL__WRITE(w, ": ");
  write_id(w, ql_get_str(event->e, QL_STR("by")));
  ql_buf_add(&w->buf, said);
  const char *gap = "";
  for (size_t i = 0; i < QL_COUNT(ABOUT); i++) {
    ql_str value = ql_get_str(event->d, ABOUT[i]);
    if (!value.ptr) continue;
    ql_buf_add(&w->buf, (ql_str){gap, *gap ? 2 : 0});
    ql_markdown_text(&w->buf, value);
    gap = ", ";
  }
  if (words) QL__WRITE(w, ": ");
  if (words) ql__write_first_line(w, ql__text_at(event, words));
  ql_buf_byte(&w->buf, '\n');
}

void ql__section_decisions(ql__report *w) {
  bool there = false;
  for (int64_t n = 1; n < state_of(w)->events; n++) {
    ql__opened event;
    if (!ql__in_period(w, n)) continue;
    if (!ql__report_event(w, n, &event)) return;
    ql_str said = decision(&event);
    if (!said.ptr) continue;
    heading(w, &there, QL_STR("Decisions"));
    write_decision(w, &event, n, said);
  }
}

/* What somebody asked or was blocked by, and nobody has settled. */
void ql__section_questions(ql__report *w) {
  const ql__state *s = state_of(w);
  bool there = false;
  for (size_t seat = QL__OWNER + 1; seat < s->seat_count; seat++) {
    int64_t last = w->facts->agents[seat].last;
    if (ql__over(s) || !s->seats[seat].stuck || last < 0) continue;
    heading(w, &there, QL_STR("Open questions"));
    QL__WRITE(w, "- ");
    write_agent(w, seat);
    ql__write_words(w, last, QL_STR(": "));
    ql_buf_byte(&w->buf, '\n');
  }
}

/* ---- gates, artifacts, usage, proof ---- */

void ql__section_gates(ql__report *w) {
  static const ql_str STATUS[] = {[QL__GATE_OPEN] = QL_STR_INIT("nothing was shown"),
                                  [QL__GATE_GIVEN] = QL_STR_INIT("evidence waits for a judge"),
                                  [QL__GATE_PASSED] = QL_STR_INIT("passed"),
                                  [QL__GATE_FAILED] = QL_STR_INIT("failed"),
                                  [QL__GATE_WAIVED] = QL_STR_INIT("waived by the owner")};
  const ql__state *s = state_of(w);
  const ql_value *gates = QL_GET(w->create.d, "gates"), *gate = gates ? gates->first : NULL;
  bool there = false;
  for (size_t i = 0; i < s->gate_count && gate; i++, gate = gate->next) {
    heading(w, &there, QL_STR("Gates"));
    QL__WRITE(w, "- ");
    ql_markdown_text(&w->buf, s->gates[i].id);
    QL__WRITE(w, ", ");
    ql_buf_add(&w->buf, STATUS[s->gates[i].status]);
    QL__WRITE(w, ": ");
    ql__write_first_line(w, ql__text_at(&w->create, QL_GET(gate, "text")));
    ql_buf_byte(&w->buf, '\n');
  }
}

void ql__section_artifacts(ql__report *w) {
  const ql__state *s = state_of(w);
  bool there = false;
  for (size_t i = 0; i < s->artifact_count; i++) {
    const ql__artifact *artifact = &s->artifacts[i];
    ql__opened event;
    if (artifact->replaced || !ql__report_event(w, artifact->n, &event)) continue;
    heading(w, &there, QL_STR("Artifacts"));
    QL__WRITE(w, "- ");
    ql__write_first_line(w, ql__text_at(&event, QL_GET(event.d, "name")));
    QL__WRITE(w, ", ");
    ql__write_count(w, artifact->bytes);
    QL__WRITE(w, " bytes, SHA-256 ");
    write_id(w, (ql_str){artifact->hash, sizeof artifact->hash});
    ql_buf_byte(&w->buf, '\n');
  }
}

void ql__section_usage(ql__report *w) {
  const ql__state *s = state_of(w);
  QL__WRITE(w, "\n### Usage\n\n");
  if (s->booking_count == 0) {
    QL__WRITE(w, "No data: no usage was recorded.\n");
    return;
  }
  QL__WRITE(w, "| Agent | Tokens | Micro-dollars | Calls |\n| --- | --- | --- | --- |\n");
  for (size_t seat = QL__OWNER + 1; seat < s->seat_count; seat++) {
    ql__usage used = ql__used_by(s, seat, QL__NONE);
    if (used.calls == 0) continue;
    QL__WRITE(w, "| ");
    write_agent(w, seat);
    QL__WRITE(w, " | ");
    ql__write_count(w, used.input + used.output);
    QL__WRITE(w, " | ");
    ql__write_count(w, used.micro);
    QL__WRITE(w, " | ");
    ql__write_count(w, used.calls);
    QL__WRITE(w, " |\n");
  }
}

void ql__section_proof(ql__report *w) {
  char head[QL_HASH_CHARS];
  ql_quest_head(w->facts->quest, head);
  QL__WRITE(w, "\nGenerated from ");
  ql__write_count(w, state_of(w)->events);
  QL__WRITE(w, " events with the head ");
  write_id(w, (ql_str){head, sizeof head});
  QL__WRITE(w, "; ");
  ql__write_count(w, w->facts->quest->withheld);
  QL__WRITE(w, " texts are withheld.\n");
}
