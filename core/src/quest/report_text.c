#include "quest/report_text.h"

#include "base/date.h"
#include "base/text.h"
#include "format/plain.h"

void ql__write_count(ql__report *w, int64_t n) { ql_buf_int(&w->buf, n); }

void ql__write_time(ql__report *w, int64_t at) {
  ql_date_add(&w->buf, at);
  ql_buf_byte(&w->buf, ' ');
  ql_clock_add(&w->buf, at);
  QL__WRITE(w, " UTC");
}

void ql__write_duration(ql__report *w, int64_t ms) {
  static const struct {
    int64_t ms;
    ql_str unit;
  } UNITS[] = {{86400000, QL_STR_INIT(" d")}, {3600000, QL_STR_INIT(" h")}, {60000, QL_STR_INIT(" min")}, {1000, QL_STR_INIT(" s")}};
  size_t i = 0;
  while (i < QL_COUNT(UNITS) && ms < UNITS[i].ms) i++;
  if (i == QL_COUNT(UNITS)) {
    ql_buf_int(&w->buf, ms);
    QL__WRITE(w, " ms");
    return;
  }
  ql_buf_int(&w->buf, ms / UNITS[i].ms);
  ql_buf_add(&w->buf, UNITS[i].unit);
  int64_t rest = i + 1 < QL_COUNT(UNITS) ? ms % UNITS[i].ms / UNITS[i + 1].ms : 0;
  if (rest == 0) return;
  ql_buf_byte(&w->buf, ' ');
  ql_buf_int(&w->buf, rest);
  ql_buf_add(&w->buf, UNITS[i + 1].unit);
}

void ql__write_text(ql__report *w, ql_str text) {
  if (text.ptr)
    ql_markdown_text(&w->buf, text);
  else
    QL__WRITE(w, "*(withheld)*");
}

void ql__write_first_line(ql__report *w, ql_str text) { ql__write_text(w, ql__first_line(text)); }

bool ql__report_event(ql__report *w, int64_t n, ql__opened *event) {
  ql_arena_reset(w->scratch);
  if (ql__open_event(w->facts->quest, w->scratch, n, event)) return true;
  w->failed = true;
  return false;
}

void ql__write_task(ql__report *w, size_t task) {
  QL__WRITE(w, "T");
  ql_buf_int(&w->buf, (int64_t)task + 1);
  ql_buf_byte(&w->buf, ' ');
  if (task < w->planned) {
    ql__write_first_line(w, ql__text_at(&w->create, QL_GET(w->plan[task], "title")));
    return;
  }
  ql__opened event;
  int64_t n = w->facts->quest->state.tasks[task].opened_by;
  if (ql__report_event(w, n, &event)) ql__write_first_line(w, ql__text_at(&event, ql__words_in(&event)));
}

void ql__write_words(ql__report *w, int64_t n, ql_str lead) {
  ql__opened event;
  if (!ql__report_event(w, n, &event)) return;
  const ql_value *words = ql__words_in(&event);
  if (!words) return;
  ql_buf_add(&w->buf, lead);
  ql__write_first_line(w, ql__text_at(&event, words));
}

bool ql__in_period(const ql__report *w, int64_t n) { return n >= 0 && w->facts->at[n] >= w->from && w->facts->at[n] < w->to; }
