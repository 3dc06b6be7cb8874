/* The rehearsal planner: which pieces of work an objective needs, who does them, in which order. No model, no chance: same input, same plan. */
#include "base/text.h"
#include "plan/planner.h"

#define TASKS_MAX 12u /* pieces of the planner's own */
#define RISKS_MAX 5u
#define RANK_LOW  3 /* of pieces that could be left out: done last */
/* Risks name at most so many agents. */
#define NAMES_MAX 4u

static uint32_t bit(size_t index) { return UINT32_C(1) << index; }

/* ---- which pieces ---- */

#define AREAS                                                                                                                              \
  (QL_CONCERN_API | QL_CONCERN_DATA | QL_CONCERN_SECURITY | QL_CONCERN_AUTH | QL_CONCERN_PAYMENT | QL_CONCERN_SPEED | QL_CONCERN_UI |      \
   QL_CONCERN_TESTS | QL_CONCERN_STRUCTURE)

/* An objective that names no field is read as the team would: it gets an API, data and screens where there is somebody for them. */
static void widen(ql__planner *p) {
  const unsigned told = AREAS | QL_CONCERN_CLI | QL_CONCERN_MONITOR | QL_CONCERN_INFRA | QL_CONCERN_SMALL | QL_CONCERN_DOCS |
                        QL_CONCERN_JOBS | QL_CONCERN_CONNECT;
  ql__objective *o = &p->objective;
  if (o->kind != QL_KIND_CREATE || (o->concerns & told) || !o->subject.ptr) return;
  if (ql__has_specialist(&p->candidates, QL_STR("api endpoint graphql"))) o->concerns |= QL_CONCERN_API;
  if (ql__has_specialist(&p->candidates, QL_STR("database data db sql schema"))) o->concerns |= QL_CONCERN_DATA;
  if (ql__has_specialist(&p->candidates, QL_STR("frontend ui ux"))) o->concerns |= QL_CONCERN_UI;
}

static bool is_wanted(const ql__planner *p, const ql__piece *piece, ql_str *named) {
  const ql__objective *o = &p->objective;
  if (!(piece->kinds & o->kind) || (piece->none & o->concerns)) return false;
  /* With one agent besides the leader nobody is left to review. */
  if (piece->phase == QL_PHASE_REVIEW && p->candidates.count == 1 && o->kind != QL_KIND_AUDIT) return false;
  if (piece->named.ptr) {
    *named = ql__objective_named(p->arena, o, piece->named);
    if (!named->ptr) return false;
  }
  if (piece->any == 0 || (piece->any & o->concerns)) return true;
  bool open = o->kind != QL_KIND_AUDIT || !(o->concerns & AREAS);
  return piece->specialist && open && ql__has_specialist(&p->candidates, piece->words);
}

static void drop_task(ql__planner *p, size_t index) {
  p->count--;
  for (size_t i = index; i < p->count; i++) p->work[i] = p->work[i + 1];
}

/* Makes room: of the pieces that matter least the last one goes. False when the new one matters least itself. */
static bool make_room(ql__planner *p, const ql__piece *piece) {
  size_t worst = 0;
  for (size_t i = 1; i < p->count; i++)
    if (p->work[i].piece->rank >= p->work[worst].piece->rank) worst = i;
  if (p->work[worst].piece->rank <= piece->rank) return false;
  drop_task(p, worst);
  return true;
}

/* By phase, then as the table has them. */
static void select_pieces(ql__planner *p) {
  for (size_t i = 0; i < ql__piece_count; i++) {
    const ql__piece *piece = &ql__pieces[i];
    ql_str named = QL_STR("");
    if (!is_wanted(p, piece, &named) || (p->count == TASKS_MAX && !make_room(p, piece))) continue;
    size_t at = p->count++;
    for (; at > 0 && p->work[at - 1].piece->phase > piece->phase; at--) p->work[at] = p->work[at - 1];
    p->work[at] = (ql__work){.piece = piece, .phase = piece->phase, .named = named};
  }
}

/* ---- in which order ---- */

static uint32_t waits_for(const ql__planner *p, size_t index) {
  const ql__piece *piece = p->work[index].piece;
  uint32_t after = 0, nearest = 0;
  int phase = -1;
  for (size_t i = 0; i < index; i++) {
    const ql__piece *other = p->work[i].piece;
    bool earlier = other->phase < piece->phase;
    if ((other->yields & piece->after) && (earlier || (other->yields & QL_YIELDS_CORE))) after |= bit(i);
    if (earlier && (int)other->phase != phase) {
      phase = (int)other->phase;
      nearest = 0;
    }
    if (earlier) nearest |= bit(i);
  }
  return after != 0 || piece->after == 0 ? after : nearest;
}

/* Dependencies that follow from others are left out. */
static void set_order(ql__planner *p) {
  for (size_t i = 0; i < p->count; i++) {
    ql__work *task = &p->work[i];
    uint32_t all = task->piece ? waits_for(p, i) : task->after, implied = 0;
    task->level = 1;
    for (size_t k = 0; k < i; k++) {
      if (!(all & bit(k))) continue;
      implied |= p->work[k].behind;
      if (p->work[k].level >= task->level) task->level = p->work[k].level + 1;
    }
    if (task->group > 0) task->level = (unsigned)task->group;
    task->after = all & ~implied;
    task->behind = all | implied;
  }
}

/* ---- who ---- */

static void assign(ql__planner *p) {
  for (size_t i = 0; i < p->count; i++) {
    ql__work *task = &p->work[i];
    const ql__piece *piece = task->piece;
    bool check = piece->phase == QL_PHASE_TEST || piece->phase == QL_PHASE_REVIEW || piece->phase == QL_PHASE_LOOK;
    ql__wanted wanted = {ql__fill(p, piece->words, task->named), piece->roles, check};
    task->who = ql__match(p->arena, &p->candidates, &p->objective, &wanted, &task->reason);
    if (piece->phase == QL_PHASE_BUILD || piece->phase == QL_PHASE_JOIN || piece->phase == QL_PHASE_WRITE) task->who->builds = true;
    task->noun = ql__fill(p, piece->noun, task->named);
    task->title = piece->title.ptr ? ql__fill(p, piece->title, task->named) : ql__short_title(p->arena, p->objective.text);
    task->source.origin = QL_FROM_PLANNER;
    ql__fill_list(p, &task->outputs, piece->output, task->named);
    ql__fill_list(p, &task->accept, piece->accept, task->named);
    if (piece->file.ptr && p->slug.ptr) ql__texts_add(p->arena, &task->outputs, ql__fill(p, piece->file, QL_STR("")));
  }
}

/* ---- how large, how urgent ---- */

static const struct {
  ql_effort effort;
  ql_priority priority;
} WEIGHT[] = {
    [QL_PHASE_LOOK] = {QL_EFFORT_S, QL_PRIORITY_HIGH},   [QL_PHASE_DESIGN] = {QL_EFFORT_M, QL_PRIORITY_HIGH},
    [QL_PHASE_BUILD] = {QL_EFFORT_L, QL_PRIORITY_HIGH},  [QL_PHASE_JOIN] = {QL_EFFORT_M, QL_PRIORITY_HIGH},
    [QL_PHASE_TEST] = {QL_EFFORT_M, QL_PRIORITY_MEDIUM}, [QL_PHASE_REVIEW] = {QL_EFFORT_S, QL_PRIORITY_MEDIUM},
    [QL_PHASE_WRITE] = {QL_EFFORT_S, QL_PRIORITY_LOW},   [QL_PHASE_RELEASE] = {QL_EFFORT_M, QL_PRIORITY_MEDIUM},
};

static const ql_str URGENT = QL_STR_INIT("urgent urgently asap critical immediately outage down emergency hotfix today");

static ql_effort effort_of(const ql__planner *p, const ql__work *work) {
  if (p->objective.kind == QL_KIND_TRIFLE) return QL_EFFORT_XS;
  ql_effort effort = WEIGHT[work->phase].effort;
  return p->objective.concerns & QL_CONCERN_SMALL ? (ql_effort)(effort - 1) : effort;
}

/* What could be left out is done last; what is urgent, and not checking, first. */
static ql_priority priority_of(const ql__planner *p, const ql__work *work) {
  ql_priority priority = WEIGHT[work->phase].priority;
  if (p->objective.kind == QL_KIND_TRIFLE || (work->piece && work->piece->rank >= RANK_LOW)) priority = QL_PRIORITY_LOW;
  return priority == QL_PRIORITY_HIGH && ql__mentions(&p->objective.words, URGENT) ? QL_PRIORITY_CRITICAL : priority;
}

/* How it is taken back, where the work itself says so. */
static ql_str way_back(const ql__planner *p, const ql__work *work) {
  static const ql_str phrases = QL_STR_INIT("rollback roll+back revert undo undone way+back up+and+down backup restore reversible");
  ql__words words = ql__words_of(p->arena, work->title);
  if (ql__mentions(&words, phrases)) return work->title;
  const ql__texts *lists[] = {&work->outputs, &work->accept};
  for (size_t i = 0; i < QL_COUNT(lists); i++) {
    for (size_t k = 0; k < lists[i]->len; k++) {
      words = ql__words_of(p->arena, lists[i]->items[k]);
      if (ql__mentions(&words, phrases)) return lists[i]->items[k];
    }
  }
  return QL_ABSENT;
}

/* ---- the plan ---- */

static ql_status add_tasks(ql__planner *p, ql__draft *d, ql_error *err) {
  for (size_t i = 0; i < p->count; i++) {
    const ql__work *from = &p->work[i];
    ql__draft_task *task;
    ql_status status = ql__draft_task_new(d, ql_task_id(p->arena, i), &task, err);
    if (status != QL_OK) return status;
    task->title = from->title;
    task->agent = from->who->id;
    task->reason = from->reason;
    task->outputs = from->outputs;
    task->accept = from->accept;
    task->group = from->group;
    task->effort = effort_of(p, from);
    task->priority = priority_of(p, from);
    task->rollback = way_back(p, from);
    task->source = from->source;
    for (size_t k = 0; k < from->outputs.len; k++) {
      ql_str rest = from->outputs.items[k], path;
      while (ql__next_file(&rest, &path)) ql__texts_add(p->arena, &task->writes, path);
    }
    for (size_t k = 0; status == QL_OK && k < i; k++)
      if (from->after & bit(k)) status = ql__draft_after(d, i, k, err);
    if (status != QL_OK) return status;
  }
  for (size_t i = p->count; i-- > 0;) { /* the last is taken back first */
    ql_str back = d->tasks[i].rollback;
    if (back.ptr) ql__texts_add(p->arena, &d->rollback, ql__join(p->arena, d->tasks[i].label, QL_STR(": "), back));
  }
  d->phases = p->phases;
  return QL_OK;
}

/* In order of first use, each with all that it is needed for. */
static ql_status add_needs(ql__planner *p, ql__draft *d, ql_error *err) {
  for (size_t i = 0; i < p->count; i++) {
    ql_str nouns[QL_WORK_MAX];
    size_t count = 0;
    for (size_t k = i; k < p->count; k++)
      if (p->work[k].who == p->work[i].who) nouns[count++] = p->work[k].noun;
    ql_str reason = ql__join(p->arena, QL_STR("for "), ql__enumerate(p->arena, nouns, count), QL_STR(""));
    ql_status status = ql__draft_need(d, p->work[i].who->id, reason, err);
    if (status != QL_OK) return status;
  }
  size_t team;
  const ql_agent *const *members = ql_roster_team(p->roster, p->leader, &team);
  for (size_t i = 0; i < team; i++) {
    bool needed = members[i] == p->leader;
    for (size_t k = 0; k < p->count; k++) needed |= p->work[k].who->agent == members[i];
    ql_status status =
        needed ? QL_OK : ql__draft_consider(d, ql_arena_str(p->arena, members[i]->id), QL_STR("others fit each of the tasks better"), err);
    if (status != QL_OK) return status;
  }
  return QL_OK;
}

/* One sentence for each level: what is done at that time. */
static void add_steps(ql__planner *p, ql__draft *d) {
  for (unsigned level = 1; level <= p->count; level++) {
    ql_str titles[QL_WORK_MAX];
    size_t count = 0;
    for (size_t i = 0; i < p->count; i++) {
      if (p->work[i].level != level) continue;
      ql_str title = p->work[i].title, first = ql_slice(title, 0, 1);
      if (count > 0) title = ql__join(p->arena, ql_lower(p->arena, first), ql_slice(title, 1, title.len), QL_STR(""));
      titles[count++] = title;
    }
    if (count > 0) ql__texts_add(p->arena, &d->steps, ql__join(p->arena, ql__enumerate(p->arena, titles, count), QL_STR("."), QL_STR("")));
  }
}

/* "T3 and T4 can work in parallel after T1 and T2." Tasks of one agent only come after. */
static ql_str order_sentence(const ql__planner *p, uint32_t tasks, uint32_t after, bool parallel, bool last) {
  ql_str who = ql__enumerate_tasks(p->arena, tasks), before = ql__enumerate_tasks(p->arena, after), says;
  bool one = (tasks & (tasks - 1)) == 0;
  if (p->count == 1) return QL_STR("T1 is all there is to do.");
  if (after == 0) {
    says = one ? QL_STR(" comes first") : parallel ? QL_STR(" wait for nothing and can start together") : QL_STR(" wait for nothing");
    return ql__join(p->arena, who, says, QL_STR("."));
  }
  if (one)
    says = last ? QL_STR(" comes last, after ") : QL_STR(" waits for ");
  else
    says = parallel ? QL_STR(" can work in parallel after ") : QL_STR(" come after ");
  return ql__join(p->arena, ql__join(p->arena, who, says, before), QL_STR("."), QL_STR(""));
}

/* What stands before the barrier of a task's group; without groups, what it waits for. */
static uint32_t stands_behind(const ql__planner *p, size_t index) {
  const ql__work *task = &p->work[index];
  if (task->group == 0) return task->after;
  uint32_t before = 0;
  for (size_t i = 0; i < p->count; i++)
    if (p->work[i].group + 1 == task->group) before |= bit(i);
  return before;
}

static void add_order(ql__planner *p, ql__draft *d) {
  uint32_t told = 0;
  for (size_t i = 0; i < p->count; i++) {
    if (told & bit(i)) continue;
    uint32_t same = 0; /* tasks that wait for just the same */
    bool parallel = false;
    for (size_t k = i; k < p->count; k++) {
      if (stands_behind(p, k) != stands_behind(p, i)) continue;
      same |= bit(k);
      parallel |= p->work[k].who != p->work[i].who;
    }
    told |= same;
    ql__texts_add(p->arena, &d->order, order_sentence(p, same, stands_behind(p, i), parallel, i > 0 && i + 1 == p->count));
  }
}

static void add_risks(ql__planner *p, ql__draft *d) {
  for (size_t i = 0; i < p->count && d->risks.len < RISKS_MAX; i++) {
    const ql__piece *piece = p->work[i].piece;
    ql_str risk = piece ? ql__fill(p, piece->risk, p->work[i].named) : QL_STR("");
    bool said = risk.len == 0;
    for (size_t k = 0; k < d->risks.len; k++) said |= ql_eq(d->risks.items[k], risk);
    if (!said) ql__texts_add(p->arena, &d->risks, risk);
  }
  ql_str names[NAMES_MAX];
  size_t count = 0, more = 0;
  for (size_t i = 0; i < d->need_count; i++) {
    for (size_t k = 0; k < p->candidates.count; k++) {
      const ql__candidate *c = &p->candidates.items[k];
      if (c->agent->spec || !ql_eq(c->id, d->needs[i].agent)) continue;
      if (count < NAMES_MAX)
        names[count++] = c->id;
      else
        more++;
    }
  }
  if (count == 0) return;
  ql_str who = more > 0 ? ql__join(p->arena, ql__enumerate(p->arena, names, count), QL_STR(" and others"), QL_STR(""))
                        : ql__enumerate(p->arena, names, count);
  ql_str says = count + more > 1 ? QL_STR(" are only named, without files of their own: what they can do is a guess.")
                                 : QL_STR(" is only named, without a file of its own: what it can do is a guess.");
  ql__texts_add(p->arena, &d->risks, ql__join(p->arena, who, says, QL_STR("")));
}

/* Files that the objective names, and the documents that the plan itself creates. */
static void add_files(ql__planner *p, ql__draft *d) {
  ql_str rest = p->objective.text, path;
  while (ql__next_file(&rest, &path)) {
    bool said = false;
    for (size_t i = 0; i < d->file_count; i++) said |= ql_eq(d->files[i].path, path);
    if (!said && d->file_count < TASKS_MAX) ql__draft_file(d, path, QL_STR("named in the objective"));
  }
  for (size_t i = 0; p->slug.ptr && i < p->count; i++) {
    ql_str file = p->work[i].piece ? p->work[i].piece->file : QL_ABSENT;
    if (!file.ptr) continue;
    ql_str purpose = ql__join(p->arena, p->work[i].noun, QL_STR(" of "), ql_task_id(p->arena, i));
    ql__draft_file(d, ql__fill(p, file, QL_STR("")), purpose);
  }
}

/* The planner's own pieces, where no file has work that fits. */
static void use_pieces(ql__planner *p) {
  widen(p);
  select_pieces(p);
  set_order(p);
  assign(p);
}

ql_status ql_plan_rehearse(ql_arena *a, const ql_roster *roster, ql_str leader, ql_str objective, const ql_plan **out, ql_error *err) {
  ql__planner p = {.arena = a, .roster = roster, .leader = ql_roster_find(roster, leader)};
  ql_str text = ql__one_line(a, objective);
  p.work = ql_arena_array(a, QL_WORK_MAX, sizeof *p.work);
  if (ql_arena_failed(a)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  if (text.len == 0) return ql_fail(err, QL_ERR_ARGUMENT, "the objective is empty; say what should be done", QL_ABSENT);
  if (!p.leader) return ql_fail(err, QL_ERR_NOT_FOUND, "nobody here has the leader's name", leader);
  if (!ql__candidates_of(a, roster, p.leader, &p.candidates)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  if (p.candidates.count == 0)
    return ql_fail(err, QL_ERR_NOT_FOUND,
                   "a plan needs at least one agent besides the leader: add a file, or name an agent in the leader's", p.leader->id);
  if (!ql__objective_read(a, text, &p.objective)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  p.slug = ql__slug(a, p.objective.subject);
  if (ql__use_template(&p))
    set_order(&p);
  else
    use_pieces(&p);
  ql__draft d = ql__draft_new(a);
  d.objective = text;
  d.leader = ql_arena_str(a, p.leader->id);
  d.rehearsed = true;
  ql_status status = add_tasks(&p, &d, err);
  if (status == QL_OK) status = add_needs(&p, &d, err);
  if (status != QL_OK) return status;
  ql__add_findings(&p, &d);
  ql__add_obligations(&p, &d);
  add_steps(&p, &d);
  add_order(&p, &d);
  add_risks(&p, &d);
  add_files(&p, &d);
  return ql__draft_build(&d, out, err);
}
