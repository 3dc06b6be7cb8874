/* How large the tasks of a quest were. */
#include <questline/report.h>

#include "base/text.h"
#include "quest/facts.h"

/* The words said to and by whoever had the task. */
static void count_words(const ql_value *talk, ql_str task, int64_t *input, int64_t *output) {
  for (const ql_value *said = talk->first; said; said = said->next) {
    const ql_value *about = QL_GET(said, "tasks")->first;
    while (about && !ql_eq(about->text, task)) about = about->next;
    ql_str text = ql_get_str(said, QL_STR("text"));
    if (!about || text.len == 0) continue;
    bool answer = ql_eq(ql_get_str(said, QL_STR("type")), QL_STR("respond"));
    *(answer ? output : input) += ql_token_estimate(text);
  }
}

ql_value *ql_quest_sizes(const ql_quest *quest, ql_arena *a) {
  const ql__state *s = &quest->state;
  const ql_value *view = ql_quest_view(quest, a);
  ql_value *sizes = ql_array(a);
  for (size_t i = 0; view && i < s->task_count; i++) {
    ql__usage used = ql__used_by(s, QL__NONE, i);
    ql_str id = ql_task_id(a, i);
    bool booked = used.calls > 0;
    if (!booked) count_words(QL_GET(view, "talk"), id, &used.input, &used.output);
    if (!booked && used.output == 0) continue; /* nobody answered */
    ql_value *size = ql_push(sizes, ql_object(a));
    if (used.cached > 0) QL_SET(size, "cached", ql_int(a, used.cached));
    QL_SET(size, "from", ql_string(a, booked ? QL_STR("usage") : QL_STR("words")));
    QL_SET(size, "input", ql_int(a, used.input));
    QL_SET(size, "output", ql_int(a, used.output));
    QL_SET(size, "task", ql_string(a, id));
  }
  return ql_arena_failed(a) ? NULL : sizes;
}
