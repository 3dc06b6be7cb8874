/* The rehearsal plays every seat that is marked so: scripted answers that show the flow and cost nothing. It sees what a screen sees and
   nothing else, so it is a pure function of the log. */
#include <questline/driver.h>

#include "base/text.h"
#include "base/words.h"
#include "driver/evidence.h"
#include "driver/look.h"
#include "format/crypto.h"

#define ASKS_ONE_IN   6u /* of the tasks comes back with a question first, */
#define BLOCKS_ONE_IN 8u /* of the others so many come back blocked */

#define TEXT_OF(object, literal) ql_get_str((object), QL_STR(literal))

static ql_value *find_task(const ql_value *tasks, ql_str id) {
  for (ql_value *task = tasks->first; task; task = task->next)
    if (ql_eq(TEXT_OF(task, "id"), id)) return task;
  return NULL;
}

#define IS(task, literal) ql_eq(TEXT_OF((task), "status"), QL_STR(literal))

static bool closed(const ql_value *task) { return IS(task, "done") || IS(task, "dropped"); }

static bool ready(const ql_value *tasks, const ql_value *task) {
  const ql_value *after = QL_GET(task, "after");
  for (const ql_value *id = after->first; id; id = id->next) {
    const ql_value *other = find_task(tasks, id->text);
    if (!other || !closed(other)) return false;
  }
  return true;
}

/* The first group that still has an open task: groups are barriers. */
static int64_t current_group(const ql_value *tasks) {
  int64_t group = INT64_MAX;
  for (const ql_value *task = tasks->first; task; task = task->next) {
    int64_t g = ql_get_int(task, QL_STR("group"), 0);
    if (!closed(task) && g < group) group = g;
  }
  return group;
}

static void add_list(ql_buf *out, ql_str lead, const ql_value *list) {
  bool first = true;
  for (const ql_value *item = list->first; item; item = item->next) {
    if (item->kind != QL_STRING) continue;
    ql_buf_add(out, first ? lead : QL_STR("; "));
    ql_buf_add(out, item->text);
    first = false;
  }
  if (!first) ql_buf_byte(out, '.');
}

static ql_str title_of(const ql_value *task) {
  ql_str title = TEXT_OF(task, "title");
  return title.ptr ? title : QL_STR("a task whose title was withheld");
}

static ql_str order_text(ql_arena *a, const ql_value *task) {
  ql_buf out = ql_buf_new(ql_arena_alloc(a));
  if (IS(task, "clarification"))
    ql_buf_add(&out, QL_STR("Take the simplest answer that meets the task, note it as an assumption, and go on."));
  else if (IS(task, "blocked"))
    ql_buf_add(&out, QL_STR("Leave out what blocks you, note it as an open point, and go on."));
  else {
    ql_buf_add(&out, title_of(task));
    ql_buf_byte(&out, '.');
    add_list(&out, QL_STR(" Output: "), QL_GET(task, "outputs"));
    add_list(&out, QL_STR(" Done when: "), QL_GET(task, "accept"));
  }
  return ql_buf_take(&out, a);
}

static ql_value *command(ql_arena *a, ql_str type, ql_str by) {
  ql_value *c = ql_object(a);
  QL_SET(c, "by", ql_string(a, by));
  QL_SET(c, "type", ql_string(a, type));
  return c;
}

static ql_value *lead(ql_arena *a, const ql_value *tasks, const ql_value *gates, ql_str leader) {
  ql_value *judged = ql__judge_evidence(a, gates, leader);
  if (judged) return judged;

  int64_t group = current_group(tasks);
  size_t sent = 0, done = 0;
  for (const ql_value *task = tasks->first; task; task = task->next) {
    sent += IS(task, "open");
    done += IS(task, "done");
    bool next = ql_get_int(task, QL_STR("group"), 0) == group && !IS(task, "open") && !closed(task) && ready(tasks, task);
    if (!next) continue;
    ql_value *c = command(a, QL_STR("message"), leader), *to = ql_array(a);
    ql_push(to, ql_string(a, TEXT_OF(task, "agent")));
    QL_SET(c, "msg", ql_string(a, order_text(a, task)));
    QL_SET(c, "task", ql_string(a, TEXT_OF(task, "id")));
    QL_SET(c, "to", to);
    return c;
  }
  ql_buf out = ql_buf_new(ql_arena_alloc(a));
  if (sent > 0) {
    ql_buf_add(&out, sent == 1 ? QL_STR("One task is handed out. I read the answer next.")
                               : QL_STR("The tasks of this step are handed out. I read the answers next."));
    ql_value *c = command(a, QL_STR("respond"), leader);
    QL_SET(c, "msg", ql_string(a, ql_buf_take(&out, a)));
    return c;
  }
  if (ql__gates_open(gates, tasks)) return NULL; /* left to a person */
  ql_buf_int(&out, (int64_t)done);
  ql_buf_add(&out, QL_STR(" of "));
  ql_buf_int(&out, (int64_t)tasks->count);
  ql_buf_add(&out, QL_STR(" tasks are done. This was a rehearsal: the order, the turns and the log are real, the answers are scripted."));
  ql_value *c = command(a, QL_STR("complete"), leader);
  QL_SET(c, "summary", ql_string(a, ql_buf_take(&out, a)));
  return c;
}

/* How often the leader wrote on a task so far. */
static size_t orders_on(const ql_value *talk, ql_str task, ql_str leader) {
  size_t count = 0;
  for (const ql_value *item = talk->first; item; item = item->next)
    count +=
        ql_eq(TEXT_OF(item, "type"), QL_STR("message")) && ql_eq(TEXT_OF(item, "by"), leader) && ql__lists(QL_GET(item, "tasks"), task);
  return count;
}

typedef enum reply { REPLY_DONE, REPLY_ASKS, REPLY_BLOCKED, REPLY_COUNT } reply;

static const ql_str KINDS[REPLY_COUNT] = {QL_STR_INIT("completed"), QL_STR_INIT("clarification"), QL_STR_INIT("blocked")};

/* Chance that is the same whenever this quest is played: its id came from random bytes. */
static reply reply_to(const ql_value *view, ql_str task, ql_str leader) {
  uint8_t digest[QL_HASH_BYTES];
  ql_str id = TEXT_OF(view, "id");
  const ql_str pieces[] = {id.ptr ? id : QL_STR("anonymous"), task};
  if (orders_on(QL_GET(view, "talk"), task, leader) != 1) return REPLY_DONE;
  ql_blake2b_256("questline.play.1", NULL, pieces, QL_COUNT(pieces), digest);
  if (digest[0] % ASKS_ONE_IN == 0) return REPLY_ASKS;
  return digest[1] % BLOCKS_ONE_IN == 0 ? REPLY_BLOCKED : REPLY_DONE;
}

/* How many words two titles share. */
static size_t shared(ql_arena *a, ql_str x, ql_str y) {
  ql__words one = ql__words_of(a, x), other = ql__words_of(a, y);
  size_t count = 0;
  for (size_t i = 0; i < one.count; i++)
    for (size_t k = 0; k < other.count; k++)
      count += !ql__is_common_word(one.items[i].stem) && ql_eq(one.items[i].stem, other.items[k].stem);
  return count;
}

/* Whose work comes closest to what is in the way: of a task before this one, or else of one whose title shares most words. */
static const ql_value *who_knows(ql_arena *a, const ql_value *tasks, const ql_value *task, ql_str worker) {
  const ql_value *after = QL_GET(task, "after"), *found = NULL;
  size_t best = 0;
  for (const ql_value *other = tasks->first; other; other = other->next) {
    if (ql_eq(TEXT_OF(other, "agent"), worker)) continue;
    size_t points = (ql__lists(after, TEXT_OF(other, "id")) ? 1000 : 0) + shared(a, title_of(task), title_of(other));
    if (points <= best) continue;
    best = points;
    found = other;
  }
  return found;
}

static void add_asking(ql_buf *out, const ql_value *task) {
  ql_buf_add(out, QL_STR("Before I go on with \""));
  ql_buf_add(out, title_of(task));
  ql_buf_add(out, QL_STR("\": what should win when the criteria pull in different directions, time or completeness?"));
}

static void add_blocked(ql_arena *a, ql_buf *out, const ql_value *tasks, const ql_value *task, ql_str worker) {
  const ql_value *other = who_knows(a, tasks, task, worker);
  ql_buf_byte(out, '"');
  ql_buf_add(out, title_of(task));
  if (!other) {
    ql_buf_add(out, QL_STR("\" is blocked: it needs a decision that nobody of this quest can take. The owner is the one to ask."));
    return;
  }
  ql_buf_add(out, QL_STR("\" is blocked: it needs more of \""));
  ql_buf_add(out, title_of(other));
  ql_buf_add(out, QL_STR("\" than I was given."));
  add_list(out, QL_STR(" Missing: "), QL_GET(other, "outputs"));
  ql_buf_add(out, QL_STR(" The one to ask is "));
  ql_buf_add(out, TEXT_OF(other, "agent"));
  ql_buf_byte(out, '.');
}

static void add_done(ql_buf *out, const ql_value *task, const ql_value *gates) {
  ql_buf_add(out, title_of(task));
  ql_buf_add(out, QL_STR(" is done."));
  add_list(out, QL_STR(" Leaves: "), QL_GET(task, "outputs"));
  add_list(out, QL_STR(" Checked: "), QL_GET(task, "accept"));
  size_t count = 0;
  for (const ql_value *gate = gates ? gates->first : NULL; gate; gate = gate->next)
    count += ql_eq(TEXT_OF(gate, "task"), TEXT_OF(task, "id"));
  ql_buf_add(out, QL_STR(" Evidence: a rehearsed record of each check"));
  if (count > 0) {
    ql_buf_add(out, count == 1 ? QL_STR(", and of one gate") : QL_STR(", and of each of "));
    if (count > 1) ql_buf_int(out, (int64_t)count);
    if (count > 1) ql_buf_add(out, QL_STR(" gates"));
  }
  ql_buf_add(out, QL_STR(". Taken back by undoing this one change."));
}

static ql_value *work(ql_arena *a, const ql_value *view, const ql_value *gates, ql_str worker, ql_str leader) {
  const ql_value *tasks = QL_GET(view, "tasks"), *held = ql__held_tasks(view, worker);
  reply kind = REPLY_DONE;
  bool any = false, last = true;
  for (const ql_value *task = tasks->first; task; task = task->next) {
    bool mine = IS(task, "open") && ql__lists(held, TEXT_OF(task, "id"));
    reply r = mine ? reply_to(view, TEXT_OF(task, "id"), leader) : REPLY_DONE;
    if (kind == REPLY_DONE) kind = r;
    last &= mine || closed(task);
  }
  ql_value *evidence = kind == REPLY_DONE ? ql__show_evidence(a, gates, held, last, worker) : NULL;
  if (evidence) return evidence;
  ql_buf out = ql_buf_new(ql_arena_alloc(a));
  for (const ql_value *task = tasks->first; task; task = task->next) {
    ql_str id = TEXT_OF(task, "id");
    if (!IS(task, "open") || !ql__lists(held, id) || (kind != REPLY_DONE && reply_to(view, id, leader) != kind)) continue;
    if (any) ql_buf_byte(&out, '\n');
    any = true;
    if (kind == REPLY_ASKS)
      add_asking(&out, task);
    else if (kind == REPLY_BLOCKED)
      add_blocked(a, &out, tasks, task, worker);
    else
      add_done(&out, task, gates);
  }
  if (!any) ql_buf_add(&out, QL_STR("Nothing was left to do here."));
  ql_value *c = command(a, QL_STR("respond"), worker);
  QL_SET(c, "kind", ql_string(a, KINDS[kind]));
  QL_SET(c, "msg", ql_string(a, ql_buf_take(&out, a)));
  return c;
}

ql_status ql_rehearse(const ql_quest *quest, ql_arena *a, ql_value **out, ql_error *err) {
  const ql_value *view = ql_quest_view(quest, a), *state = ql_quest_state(quest, a);
  if (!view || !state) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  const ql_value *gates = QL_GET(state, "gates"), *holders = QL_GET(view, "holders"), *seats = QL_GET(view, "agents");
  ql_value *command = NULL;
  ql_str leader = QL_ABSENT;
  for (const ql_value *seat = seats->first; seat; seat = seat->next)
    if (ql_get_bool(seat, QL_STR("leads"))) leader = TEXT_OF(seat, "id");
  for (const ql_value *seat = seats->first; seat && !command; seat = seat->next) {
    ql_str id = TEXT_OF(seat, "id");
    if (!ql__lists(holders, id) || !ql_eq(TEXT_OF(seat, "kind"), QL_STR("rehearsal"))) continue;
    command = ql_eq(id, leader) ? lead(a, QL_GET(view, "tasks"), gates, leader) : work(a, view, gates, id, leader);
  }
  if (ql_arena_failed(a)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  *out = command;
  return QL_OK;
}
