/* The guard of the turn machine: one table says who may do what in which status, one function a command says the rest. */
#include <questline/limits.h>

#include "base/text.h"
#include "quest/state.h"

#define ACCEPTED ((ql__verdict){QL__ACCEPTED, {NULL, 0}, QL__NONE})

static ql__verdict refuse(ql__refusal_code code) { return (ql__verdict){code, QL_ABSENT, QL__NONE}; }
static ql__verdict refuse_about(ql__refusal_code code, ql_str about) { return (ql__verdict){code, about, QL__NONE}; }

static const struct {
  ql_str name, sentence;
} REFUSALS[] = {
    {QL_STR_INIT("accepted"), QL_STR_INIT("")},
#define X(code, sentence) {QL_STR_INIT(#code), QL_STR_INIT(sentence)},
#include <questline/refusals.def>
#undef X
};
_Static_assert(QL_COUNT(REFUSALS) == QL__REFUSAL_COUNT, "one row for each code");

/* ---- create ---- */

static bool seen_before(const ql_value *list, const ql_value *item) {
  for (const ql_value *other = list->first; other != item; other = other->next)
    if (ql_eq(other->text, item->text)) return true;
  return false;
}

static bool listed(const ql_value *agents, ql_str id) {
  for (const ql_value *agent = agents->first; agent; agent = agent->next)
    if (ql_eq(agent->text, id)) return true;
  return false;
}

static bool pairs_listed(const ql_value *agents, const ql_value *pairs) {
  for (const ql_value *pair = pairs ? pairs->first : NULL; pair; pair = pair->next) {
    if (!listed(agents, pair->first->text)) return false;
    for (const ql_value *other = pairs->first; other != pair; other = other->next)
      if (ql_eq(other->first->text, pair->first->text)) return false;
  }
  return true;
}

/* Follows dependencies down from each task without recursion: a task met again while it is still on the path closes a cycle. */
static bool has_cycle(const ql_value *const *tasks, size_t count) {
  enum { NEW, ON_PATH, FINISHED };
  uint8_t mark[QL_QUEST_TASKS_MAX] = {0};
  size_t path[QL_QUEST_TASKS_MAX];
  const ql_value *next[QL_QUEST_TASKS_MAX]; /* the dependency to follow next, of each task on the path */
  for (size_t root = 0; root < count; root++) {
    size_t depth = 0;
    size_t task = root;
    if (mark[root] != NEW) continue;
    for (;;) {
      if (mark[task] == NEW) {
        const ql_value *after = QL_GET(tasks[task], "after");
        mark[task] = ON_PATH;
        path[depth] = task;
        next[depth++] = after ? after->first : NULL;
      }
      const ql_value *dependency = next[depth - 1];
      if (!dependency) {
        mark[task] = FINISHED;
        if (--depth == 0) break;
        task = path[depth - 1];
        continue;
      }
      next[depth - 1] = dependency->next;
      size_t target = ql__task_number(dependency->text) - 1;
      if (mark[target] == ON_PATH) return true;
      if (mark[target] == NEW) task = target;
    }
  }
  return false;
}

/* Each task in exactly one group, none before the group of what it needs. */
static bool groups_fit(const ql_value *groups, const ql_value *const *tasks, size_t count, ql_str *about) {
  size_t group_of[QL_QUEST_TASKS_MAX] = {0};
  size_t number = 0, placed = 0;
  for (const ql_value *group = groups->first; group; group = group->next) {
    number++;
    for (const ql_value *id = group->first; id; id = id->next) {
      *about = id->text;
      size_t task = ql__task_number(id->text);
      if (task < 1 || task > count || group_of[task - 1] != 0) return false;
      group_of[task - 1] = number;
      placed++;
    }
  }
  for (size_t i = 0; i < count; i++) {
    const ql_value *after = QL_GET(tasks[i], "after");
    *about = ql_get_str(tasks[i], QL_STR("id"));
    for (const ql_value *id = after ? after->first : NULL; id; id = id->next)
      if (group_of[ql__task_number(id->text) - 1] > group_of[i]) return false;
  }
  return placed == count;
}

static ql__verdict guard_plan(const ql_value *d) {
  const ql_value *agents = QL_GET(d, "agents"), *list = QL_GET(d, "tasks"), *groups = QL_GET(d, "groups");
  const ql_value *tasks[QL_QUEST_TASKS_MAX];
  size_t count = 0;
  if (!list) return groups ? refuse_about(QL__bad_plan, QL_STR("groups without tasks")) : ACCEPTED;
  if (list->count > QL_QUEST_TASKS_MAX) return refuse_about(QL__limit, QL_STR("QL_QUEST_TASKS_MAX"));
  for (const ql_value *task = list->first; task; task = task->next) {
    ql_str id = ql_get_str(task, QL_STR("id")), to = ql_get_str(task, QL_STR("to"));
    tasks[count++] = task;
    if (ql__task_number(id) != count || !listed(agents, to) || ql_eq(to, agents->first->text)) return refuse_about(QL__bad_plan, id);
    const ql_value *after = QL_GET(task, "after");
    for (const ql_value *other = after ? after->first : NULL; other; other = other->next)
      if (ql__task_number(other->text) > list->count || seen_before(after, other)) return refuse_about(QL__bad_plan, id);
  }
  if (has_cycle(tasks, count)) return refuse_about(QL__bad_plan, QL_STR("cycle"));
  ql_str about = QL_ABSENT;
  if (groups && !groups_fit(groups, tasks, count, &about)) return refuse_about(QL__bad_plan, about);
  return ACCEPTED;
}

static ql__verdict guard_create(const ql__event *event) {
  const ql_value *d = event->d, *agents = QL_GET(d, "agents");
  if (!ql_eq(event->by, QL_STR("@owner"))) return refuse(QL__owner_only);
  if (agents->count > QL_QUEST_AGENTS_MAX) return refuse_about(QL__limit, QL_STR("QL_QUEST_AGENTS_MAX"));
  for (const ql_value *agent = agents->first; agent; agent = agent->next)
    if (ql_eq(agent->text, QL_STR("@owner")) || seen_before(agents, agent)) return refuse(QL__bad_agents);
  if (!pairs_listed(agents, QL_GET(d, "seats")) || !pairs_listed(agents, QL_GET(d, "specs"))) return refuse(QL__bad_agents);
  return guard_plan(d);
}

/* ---- turns ---- */

/* Will the task be closed, as far as the turn that is being built can tell, when (group, slot) comes to hold? */
static bool covered(const ql__state *s, size_t task, size_t group, size_t seat) {
  if (ql__closed(&s->tasks[task])) return true;
  for (size_t i = 0; i < s->item_count; i++) {
    const ql__slot *slot = &s->slots[s->items[i].slot];
    if (s->items[i].task == task && (slot->group < group || (slot->group == group && slot->seat == seat))) return true;
  }
  return false;
}

static ql__verdict guard_task(const ql__state *s, ql_str id, size_t group, size_t seat) {
  size_t task = ql__task_of(s, id);
  if (task == QL__NONE) return ql__task_number(id) == s->task_count + 1 ? ACCEPTED : refuse_about(QL__unknown_task, id);
  if (s->tasks[task].status == QL__DROPPED) return refuse_about(QL__task_closed, id);
  for (size_t i = 0; i < s->item_count; i++)
    if (s->items[i].task == task && s->slots[s->items[i].slot].seat != seat) return refuse_about(QL__task_taken, id);
  for (size_t i = 0; i < s->tasks[task].after_count; i++)
    if (!covered(s, s->tasks[task].after[i], group, seat)) return (ql__verdict){QL__dependency_open, QL_ABSENT, s->tasks[task].after[i]};
  return ACCEPTED;
}

static ql__verdict guard_order(const ql__state *s, const ql__event *event) {
  const ql_value *to = QL_GET(event->d, "to");
  ql_str task = ql_get_str(event->d, QL_STR("task"));
  bool strict = ql_eq(s->policy, QL_STR("strict"));
  size_t groups = ql__group_count(s);
  size_t group = (size_t)ql_get_int(event->d, QL_STR("group"), (int64_t)(strict ? groups + 1 : 1));
  bool given = QL_GET(event->d, "group") != NULL;
  for (const ql_value *agent = to->first; agent; agent = agent->next) {
    size_t seat = ql__seat_of(s, agent->text);
    if (seat == s->leader) return refuse(QL__self);
    if (seat == QL__NONE) return refuse_about(QL__not_recruited, agent->text);
    if (seen_before(to, agent)) return refuse_about(QL__duplicate_recipient, agent->text);
    bool joins = strict && group <= groups && ql__slot_of(s, group, seat) == QL__NONE;
    if (group < 1 || group > groups + 1 || joins || (strict && given && to->count > 1)) return refuse(QL__bad_group);
  }
  if (s->item_count + to->count > QL_TURN_STEPS_MAX) return refuse_about(QL__limit, QL_STR("QL_TURN_STEPS_MAX"));
  if (!task.ptr) return s->task_count + to->count > QL_QUEST_TASKS_MAX ? refuse_about(QL__limit, QL_STR("QL_QUEST_TASKS_MAX")) : ACCEPTED;
  if (to->count > 1) return refuse(QL__one_recipient);
  if (ql__task_number(task) > QL_QUEST_TASKS_MAX) return refuse_about(QL__unknown_task, task);
  return guard_task(s, task, group, ql__seat_of(s, to->first->text));
}

/* A worker's message is a progress note to the leader. */
static ql__verdict guard_note(const ql__state *s, const ql__event *event, size_t seat) {
  const ql_value *to = QL_GET(event->d, "to");
  ql_str id = ql_get_str(event->d, QL_STR("task"));
  for (const ql_value *agent = to->first; agent; agent = agent->next) {
    size_t peer = ql__seat_of(s, agent->text);
    if (peer == seat) return refuse(QL__self);
    if (peer == QL__NONE) return refuse_about(QL__not_recruited, agent->text);
    if (peer != s->leader) return refuse_about(QL__route_via_leader, s->seats[s->leader].id);
  }
  if (to->count > 1) return refuse_about(QL__duplicate_recipient, to->first->text);
  if (QL_GET(event->d, "group")) return refuse(QL__bad_group);
  if (!id.ptr) return ACCEPTED;
  size_t task = ql__task_of(s, id), slot = ql__slot_of(s, s->group, seat);
  for (size_t i = 0; i < s->item_count; i++)
    if (s->items[i].slot == slot && s->items[i].task == task) return ACCEPTED;
  return refuse_about(QL__unknown_task, id);
}

static ql__verdict guard_message(const ql__state *s, const ql__event *event, size_t seat) {
  return seat == s->leader ? guard_order(s, event) : guard_note(s, event, seat);
}

static ql__verdict guard_respond(const ql__state *s, const ql__event *event, size_t seat) {
  bool progress = ql_eq(ql_get_str(event->d, QL_STR("kind")), QL_STR("progress"));
  if (progress != (seat == s->leader)) return refuse(QL__bad_kind);
  if (seat == s->leader && s->slot_count == 0) return refuse(QL__nothing_sent);
  return ACCEPTED;
}

static ql__verdict guard_drop(const ql__state *s, const ql__event *event, size_t seat) {
  (void)seat;
  ql_str id = ql_get_str(event->d, QL_STR("task"));
  size_t task = ql__task_of(s, id);
  if (task == QL__NONE) return refuse_about(QL__unknown_task, id);
  return ql__closed(&s->tasks[task]) ? refuse_about(QL__task_closed, id) : ACCEPTED;
}

static ql__verdict guard_complete(const ql__state *s, const ql__event *event, size_t seat) {
  (void)event;
  (void)seat;
  for (size_t i = 0; i < s->task_count; i++)
    if (!ql__closed(&s->tasks[i])) return refuse(QL__tasks_open);
  return ACCEPTED;
}

static ql__verdict guard_seat(const ql__state *s, const ql__event *event, size_t seat) {
  ql_str id = ql_get_str(event->d, QL_STR("agent"));
  size_t target = ql__seat_of(s, id);
  if (target == QL__NONE || target == QL__OWNER) return refuse_about(QL__not_recruited, id);
  if (seat != QL__OWNER && seat != target) return refuse(QL__owner_only);
  if (event->type == QL_EVENT_release) return s->seats[target].taken ? ACCEPTED : refuse_about(QL__seat_free, id);
  return s->seats[target].taken && seat != QL__OWNER ? refuse_about(QL__seat_taken, id) : ACCEPTED;
}

/* ---- the table ---- */

typedef enum who { ANYONE, OWNER, LEADER_ON_TURN, HOLDER, LEADER_ON_TURN_OR_OWNER, HOLDER_OR_OWNER } who;

/* What a status says to a command: accepted, or the refusal. Terminal ones say quest_over, an empty quest not_created. Facts are what
   happened: nothing but the end of the quest refuses them. */
typedef struct rule {
  who by;
  ql__refusal_code proposed, running, paused, closing;
  ql__verdict (*more)(const ql__state *s, const ql__event *event, size_t seat);
} rule;

#define YES       QL__ACCEPTED
#define APPROVAL  QL__not_approved
#define STOPPED   QL__paused
#define NO        QL__quest_over
#define CREATED   QL__already_created
#define NOT_ASKED QL__not_proposed
static const rule RULES[] = {
    [QL_EVENT_create] = {OWNER, CREATED, CREATED, CREATED, CREATED, NULL},
    [QL_EVENT_approve] = {OWNER, YES, NOT_ASKED, NOT_ASKED, NO, NULL},
    [QL_EVENT_reject] = {OWNER, YES, NOT_ASKED, NOT_ASKED, NO, NULL},
    [QL_EVENT_message] = {HOLDER, APPROVAL, YES, STOPPED, NO, guard_message},
    [QL_EVENT_respond] = {HOLDER, APPROVAL, YES, STOPPED, NO, guard_respond},
    [QL_EVENT_drop] = {LEADER_ON_TURN_OR_OWNER, APPROVAL, YES, YES, NO, guard_drop},
    [QL_EVENT_pause] = {OWNER, APPROVAL, YES, STOPPED, NO, NULL},
    [QL_EVENT_resume] = {OWNER, APPROVAL, QL__not_paused, YES, NO, NULL},
    [QL_EVENT_abort] = {OWNER, YES, YES, YES, NO, NULL},
    [QL_EVENT_fail] = {LEADER_ON_TURN, APPROVAL, YES, STOPPED, NO, NULL},
    [QL_EVENT_complete] = {LEADER_ON_TURN, APPROVAL, YES, STOPPED, NO, guard_complete},
    [QL_EVENT_claim] = {ANYONE, YES, YES, YES, NO, guard_seat},
    [QL_EVENT_release] = {ANYONE, YES, YES, YES, NO, guard_seat},
    [QL_EVENT_artifact] = {HOLDER_OR_OWNER, APPROVAL, YES, YES, NO, NULL},
    [QL_EVENT_gate] = {HOLDER_OR_OWNER, APPROVAL, YES, YES, NO, NULL},
    [QL_EVENT_reassign] = {LEADER_ON_TURN_OR_OWNER, YES, YES, YES, NO, NULL},
    [QL_EVENT_add] = {LEADER_ON_TURN_OR_OWNER, YES, YES, YES, NO, NULL},
    [QL_EVENT_remove] = {LEADER_ON_TURN_OR_OWNER, YES, YES, YES, NO, NULL},
    [QL_EVENT_promote] = {LEADER_ON_TURN_OR_OWNER, YES, YES, YES, NO, NULL},
    [QL_EVENT_escalate] = {HOLDER_OR_OWNER, APPROVAL, YES, YES, NO, NULL},
    [QL_EVENT_tick] = {OWNER, YES, YES, YES, YES, NULL},
    [QL_EVENT_start] = {OWNER, APPROVAL, YES, STOPPED, NO, NULL},
    [QL_EVENT_done] = {OWNER, YES, YES, YES, YES, NULL},
    [QL_EVENT_usage] = {OWNER, YES, YES, YES, YES, NULL},
    [QL_EVENT_fork] = {OWNER, YES, YES, YES, NO, NULL},
    [QL_EVENT_upgrade] = {OWNER, YES, YES, YES, NO, NULL},
};
_Static_assert(QL_COUNT(RULES) == QL_EVENT_COUNT, "one rule for each command");

static ql__refusal_code refused_by_status(const ql__state *s, const rule *r, size_t seat) {
  switch (s->status) {
  case QL__PROPOSED: return r->proposed;
  case QL__RUNNING: return r->running;
  /* Paused stops the agents; what the table allows then is the owner's. */
  case QL__PAUSED: return r->paused == QL__ACCEPTED && seat != QL__OWNER ? QL__paused : r->paused;
  case QL__CLOSING: return r->closing;
  case QL__EMPTY: return QL__not_created;
  case QL__COMPLETED:
  case QL__FAILED:
  case QL__ABORTED:
  case QL__TIMED_OUT:
  case QL__STATUS_COUNT: break;
  }
  return QL__quest_over;
}

static ql__refusal_code refused_by_role(const ql__state *s, const rule *r, size_t seat) {
  bool leads_now = seat == s->leader && ql__holds(s, seat);
  switch (r->by) {
  case ANYONE: return QL__ACCEPTED;
  case OWNER: return seat == QL__OWNER ? QL__ACCEPTED : QL__owner_only;
  case HOLDER: return ql__holds(s, seat) ? QL__ACCEPTED : QL__not_your_turn;
  case LEADER_ON_TURN:
    if (seat != s->leader) return QL__leader_only;
    return leads_now ? QL__ACCEPTED : QL__not_your_turn;
  case HOLDER_OR_OWNER: return seat == QL__OWNER || ql__holds(s, seat) ? QL__ACCEPTED : QL__not_your_turn;
  case LEADER_ON_TURN_OR_OWNER:
    if (seat == QL__OWNER || leads_now) return QL__ACCEPTED;
    return seat == s->leader ? QL__not_your_turn : QL__leader_only;
  }
  return QL__owner_only;
}

ql__verdict ql__guard(const ql__state *s, const ql__event *event) {
  if (s->status == QL__EMPTY) {
    if (event->type != QL_EVENT_create) return refuse(QL__not_created);
    if (event->fence != 1 || event->counter != 0) return refuse(QL__stale_fence);
    return guard_create(event);
  }
  const rule *r = &RULES[event->type];
  size_t seat = ql__seat_of(s, event->by);
  if (seat == QL__NONE) return refuse_about(QL__not_recruited, event->by);
  ql__refusal_code code = refused_by_status(s, r, seat);
  if (code != QL__ACCEPTED) return refuse(code);
  if (event->fence != s->seats[seat].fence) return refuse(QL__stale_fence);
  if (event->counter != s->seats[seat].counter) return refuse(QL__counter_gap);
  if (s->events >= (int64_t)QL_QUEST_EVENTS_MAX) return refuse_about(QL__limit, QL_STR("QL_QUEST_EVENTS_MAX"));
  code = refused_by_role(s, r, seat);
  if (code != QL__ACCEPTED) return refuse(code);
  return r->more ? r->more(s, event, seat) : ACCEPTED;
}

/* ---- refusals as data ---- */

ql_str ql__refusal_name(ql__refusal_code code) { return REFUSALS[code].name; }

static ql_str suggestion(const ql__state *s, ql_str name) {
  size_t best = name.len > 6 ? 3 : 2; /* edits; more is another name */
  ql_str found = QL_ABSENT;
  for (size_t i = QL__OWNER + 1; i < s->seat_count; i++) {
    if (s->seats[i].removed) continue;
    size_t distance = ql_edit_distance(s->seats[i].id, name);
    if (distance > best || (found.ptr && distance == best)) continue;
    best = distance;
    found = s->seats[i].id;
  }
  return found;
}

static ql_str joined(ql_arena *a, ql_str sentence, const ql_value *names, ql_str about) {
  ql_buf out = ql_buf_new(ql_arena_alloc(a));
  ql_buf_add(&out, sentence);
  for (const ql_value *name = names ? names->first : NULL; name; name = name->next) {
    ql_buf_add(&out, name == names->first ? QL_STR(" ") : QL_STR(", "));
    ql_buf_add(&out, name->text);
  }
  if (about.ptr) {
    ql_buf_byte(&out, ' ');
    ql_buf_add(&out, about);
  }
  if (sentence.len > 0 && sentence.ptr[sentence.len - 1] == ':') ql_buf_byte(&out, '.');
  return ql_buf_take(&out, a);
}

ql_value *ql__refusal_value(ql_arena *a, const ql__state *s, ql__verdict verdict) {
  ql_value *refusal = ql_object(a), *names = ql_array(a);
  if (verdict.code == QL__not_your_turn) {
    for (size_t i = 0; i < s->seat_count; i++)
      if (ql__holds(s, i)) ql_push(names, ql_string(a, s->seats[i].id));
    QL_SET(refusal, "holders", names);
  }
  if (verdict.code == QL__tasks_open) {
    for (size_t i = 0; i < s->task_count; i++)
      if (!ql__closed(&s->tasks[i])) ql_push(names, ql_string(a, ql_task_id(a, i)));
    QL_SET(refusal, "tasks", names);
  }
  bool about_task = verdict.code == QL__unknown_task || verdict.code == QL__task_closed || verdict.code == QL__task_taken ||
                    verdict.code == QL__dependency_open;
  if (verdict.blocker != QL__NONE) verdict.about = ql_task_id(a, verdict.blocker);
  if (about_task) QL_SET(refusal, "task", ql_string(a, verdict.about));
  ql_str meant = verdict.code == QL__not_recruited ? suggestion(s, verdict.about) : QL_ABSENT;
  if (meant.ptr) QL_SET(refusal, "did_you_mean", ql_string(a, meant));
  QL_SET(refusal, "code", ql_string(a, REFUSALS[verdict.code].name));
  QL_SET(refusal, "message", ql_string(a, joined(a, REFUSALS[verdict.code].sentence, names, verdict.about)));
  return ql_arena_failed(a) ? NULL : refusal;
}
