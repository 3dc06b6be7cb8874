/* The rehearsal planner: which pieces of work an objective needs, who does them, in which order. No model, no chance: same input, same plan. */
#include "base/text.h"
#include "plan/draft.h"
#include "plan/match.h"
#include "plan/pieces.h"

#define TASKS_MAX 12u
#define RISKS_MAX 5u
/* Risks name at most so many agents. */
#define NAMES_MAX 4u

typedef struct chosen {
  const ql__piece *piece;
  const ql__candidate *who;
  ql_str named; /* what {x} stands for */
  ql_str title, noun, reason;
  unsigned after;  /* bits of earlier tasks */
  unsigned behind; /* bits of all tasks that come before it, directly or not */
  unsigned level;  /* from 1 */
} chosen;

typedef struct planner {
  ql_arena *arena;
  ql__objective objective;
  ql__candidates candidates;
  ql_str slug; /* of the subject; absent when it has no ASCII letter */
  chosen tasks[TASKS_MAX];
  size_t count;
} planner;

/* ---- texts ---- */

static ql_str last_word(ql_str s) {
  size_t start = s.len;
  while (start > 0 && s.ptr[start - 1] != ' ') start--;
  return ql_slice(s, start, s.len);
}

static bool ends_in(const planner *p, ql_str phrases) {
  ql__words last = ql__words_of(p->arena, last_word(p->objective.subject));
  return ql__mentions(&last, phrases);
}

static ql_str join(ql_arena *a, ql_str x, ql_str y, ql_str z) {
  const ql_str pieces[] = {x, y, z};
  return ql_arena_concat(a, pieces, QL_COUNT(pieces));
}

static ql_str with_article(const planner *p) {
  const ql__objective *o = &p->objective;
  if (!o->subject.ptr) return QL_STR("it");
  bool name = o->subject.ptr[0] >= 'A' && o->subject.ptr[0] <= 'Z';
  bool article = o->definite || (o->kind != QL_KIND_CREATE && !name);
  return article ? join(p->arena, QL_STR("the "), o->subject, QL_STR("")) : o->subject;
}

static ql_str what_is_wrong(const planner *p) {
  if (!p->objective.subject.ptr) return QL_STR("the cause");
  return join(p->arena, p->objective.faulty ? QL_STR("the cause of ") : QL_STR("the fault in "), with_article(p), QL_STR(""));
}

static ql_str on_screen(const planner *p) {
  if (!p->objective.subject.ptr) return QL_STR("the interface");
  bool visible = ends_in(
      p, QL_STR("page screen form dashboard view panel dialog menu modal button mode theme interface ui layout widget chart component "
                "sidebar tooltip icon banner"));
  return join(p->arena, QL_STR("the "), p->objective.subject, visible ? QL_STR("") : QL_STR(" screens"));
}

static ql_str as_document(const planner *p) {
  static const ql_str documents = QL_STR_INIT("readme guide tutorial changelog manual handbook runbook faq");
  ql_str noun = ql__objective_named(p->arena, &p->objective, documents);
  if (!noun.ptr) noun = QL_STR("documentation");
  if (!p->objective.subject.ptr) return noun;
  bool said = ends_in(p, QL_STR("docs documentation notes")) || ends_in(p, documents);
  return said ? p->objective.subject : join(p->arena, p->objective.subject, QL_STR(" "), noun);
}

/* The words of the fields that the objective touches; with those of whoever writes code where it touches none that is done otherwise. */
static ql_str field_words(const planner *p, bool coding) {
  ql_str words = QL_STR("");
  unsigned concerns = p->objective.concerns, fields = 0;
  for (size_t i = 0; i < ql__field_count; i++) {
    if (!(concerns & ql__fields[i].concern)) continue;
    words = join(p->arena, words, QL_STR(" "), ql__fields[i].words);
    fields |= ql__fields[i].concern;
  }
  bool code = fields == 0 || (fields & QL_CONCERN_API);
  return coding && code ? join(p->arena, words, QL_STR(" "), ql__build_words) : words;
}

static ql_str value_of(const planner *p, char name, ql_str named) {
  switch (name) {
  case 's': return p->objective.subject.ptr ? p->objective.subject : QL_STR("");
  case 't': return with_article(p);
  case 'w': return what_is_wrong(p);
  case 'u': return on_screen(p);
  case 'd': return as_document(p);
  case 'x': return named;
  case 'f': return p->slug;
  default: return field_words(p, name == 'c');
  }
}

/* Fills in a template. After {s} a word that ends the subject already is not said twice: "the orders endpoint", not "endpoint endpoints". */
static ql_str fill(const planner *p, ql_str text, ql_str named) {
  ql_buf buf = ql_buf_new(ql_arena_alloc(p->arena));
  for (size_t i = 0; i < text.len; i++) {
    if (text.ptr[i] != '{') {
      ql_buf_byte(&buf, text.ptr[i]);
      continue;
    }
    char name = text.ptr[i + 1];
    ql_str value = value_of(p, name, named);
    ql_buf_add(&buf, value);
    i += 2;
    if (name != 's') continue;
    size_t end = i + 2;
    while (end < text.len && text.ptr[end] != ' ') end++;
    bool repeats = value.len > 0 && ends_in(p, ql_slice(text, i + 2, end));
    if (value.len == 0) i++; /* and its space */
    if (repeats) i = end - 1;
  }
  ql_str out = ql_buf_take(&buf, p->arena);
  return out.ptr ? out : QL_STR("");
}

/* "T1", "T1 and T2", "T1, T2 and T3" */
static ql_str enumerate(ql_arena *a, const ql_str *items, size_t count) {
  ql_str out = QL_STR("");
  for (size_t i = 0; i < count; i++) out = join(a, out, i == 0 ? QL_STR("") : i + 1 == count ? QL_STR(" and ") : QL_STR(", "), items[i]);
  return out;
}

static ql_str enumerate_tasks(ql_arena *a, unsigned tasks) {
  ql_str ids[TASKS_MAX];
  size_t count = 0;
  for (size_t i = 0; i < TASKS_MAX; i++)
    if (tasks & (1u << i)) ids[count++] = ql_task_id(a, i);
  return enumerate(a, ids, count);
}

static ql_str make_slug(ql_arena *a, ql_str subject) {
  char *out = ql_arena_get(a, subject.len + 1);
  size_t len = 0;
  for (size_t i = 0; out && i < subject.len; i++) {
    if (ql_is_alnum(subject.ptr[i]))
      out[len++] = ql_to_lower(subject.ptr[i]);
    else if (len > 0 && out[len - 1] != '-')
      out[len++] = '-';
  }
  while (len > 0 && out[len - 1] == '-') len--;
  return len > 0 ? (ql_str){out, len} : QL_ABSENT;
}

/* ---- which pieces ---- */

#define AREAS                                                                                                                              \
  (QL_CONCERN_API | QL_CONCERN_DATA | QL_CONCERN_SECURITY | QL_CONCERN_AUTH | QL_CONCERN_PAYMENT | QL_CONCERN_SPEED | QL_CONCERN_UI |      \
   QL_CONCERN_TESTS | QL_CONCERN_STRUCTURE)

/* An objective that names no field is read as the team would: it gets an API, data and screens where there is somebody for them. */
static void widen(planner *p) {
  const unsigned told = AREAS | QL_CONCERN_CLI | QL_CONCERN_MONITOR | QL_CONCERN_INFRA | QL_CONCERN_SMALL | QL_CONCERN_DOCS |
                        QL_CONCERN_JOBS | QL_CONCERN_CONNECT;
  ql__objective *o = &p->objective;
  if (o->kind != QL_KIND_CREATE || (o->concerns & told) || !o->subject.ptr) return;
  if (ql__has_specialist(&p->candidates, QL_STR("api endpoint graphql"))) o->concerns |= QL_CONCERN_API;
  if (ql__has_specialist(&p->candidates, QL_STR("database data db sql schema"))) o->concerns |= QL_CONCERN_DATA;
  if (ql__has_specialist(&p->candidates, QL_STR("frontend ui ux"))) o->concerns |= QL_CONCERN_UI;
}

static bool is_wanted(const planner *p, const ql__piece *piece, ql_str *named) {
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

static void drop_task(planner *p, size_t index) {
  p->count--;
  for (size_t i = index; i < p->count; i++) p->tasks[i] = p->tasks[i + 1];
}

/* Makes room: of the pieces that matter least the last one goes. False when the new one matters least itself. */
static bool make_room(planner *p, const ql__piece *piece) {
  size_t worst = 0;
  for (size_t i = 1; i < p->count; i++)
    if (p->tasks[i].piece->rank >= p->tasks[worst].piece->rank) worst = i;
  if (p->tasks[worst].piece->rank <= piece->rank) return false;
  drop_task(p, worst);
  return true;
}

/* By phase, then as the table has them. */
static void select_pieces(planner *p) {
  for (size_t i = 0; i < ql__piece_count; i++) {
    const ql__piece *piece = &ql__pieces[i];
    ql_str named = QL_STR("");
    if (!is_wanted(p, piece, &named) || (p->count == TASKS_MAX && !make_room(p, piece))) continue;
    size_t at = p->count++;
    for (; at > 0 && p->tasks[at - 1].piece->phase > piece->phase; at--) p->tasks[at] = p->tasks[at - 1];
    p->tasks[at] = (chosen){.piece = piece, .named = named};
  }
}

/* ---- in which order ---- */

static unsigned waits_for(const planner *p, size_t index) {
  const ql__piece *piece = p->tasks[index].piece;
  unsigned after = 0, nearest = 0;
  int phase = -1;
  for (size_t i = 0; i < index; i++) {
    const ql__piece *other = p->tasks[i].piece;
    bool earlier = other->phase < piece->phase;
    if ((other->yields & piece->after) && (earlier || (other->yields & QL_YIELDS_CORE))) after |= 1u << i;
    if (earlier && (int)other->phase != phase) {
      phase = (int)other->phase;
      nearest = 0;
    }
    if (earlier) nearest |= 1u << i;
  }
  return after != 0 || piece->after == 0 ? after : nearest;
}

/* Dependencies that follow from others are left out. */
static void set_order(planner *p) {
  for (size_t i = 0; i < p->count; i++) {
    chosen *task = &p->tasks[i];
    unsigned all = waits_for(p, i), implied = 0;
    task->level = 1;
    for (size_t k = 0; k < i; k++) {
      if (!(all & (1u << k))) continue;
      implied |= p->tasks[k].behind;
      if (p->tasks[k].level >= task->level) task->level = p->tasks[k].level + 1;
    }
    task->after = all & ~implied;
    task->behind = all | implied;
  }
}

/* ---- who ---- */

static void assign(planner *p) {
  for (size_t i = 0; i < p->count; i++) {
    chosen *task = &p->tasks[i];
    const ql__piece *piece = task->piece;
    bool check = piece->phase == QL_PHASE_TEST || piece->phase == QL_PHASE_REVIEW || piece->phase == QL_PHASE_LOOK;
    ql__wanted wanted = {fill(p, piece->words, task->named), piece->roles, check};
    ql__candidate *who = ql__match(p->arena, &p->candidates, &p->objective, &wanted, &task->reason);
    if (piece->phase == QL_PHASE_BUILD || piece->phase == QL_PHASE_JOIN || piece->phase == QL_PHASE_WRITE) who->builds = true;
    task->who = who;
    task->noun = fill(p, piece->noun, task->named);
    task->title = piece->title.ptr ? fill(p, piece->title, task->named) : ql__short_title(p->arena, p->objective.text);
  }
}

/* ---- the plan ---- */

static void add_list(planner *p, ql__texts *out, ql_str list, ql_str named) {
  while (list.len > 0) {
    size_t end = ql_find_byte(list, '|', 0);
    ql__texts_add(p->arena, out, fill(p, ql_slice(list, 0, end), named));
    list = end == SIZE_MAX ? QL_STR("") : ql_slice(list, end + 1, list.len);
  }
}

static ql_status add_tasks(planner *p, ql__draft *d, ql_error *err) {
  for (size_t i = 0; i < p->count; i++) {
    const chosen *from = &p->tasks[i];
    ql__draft_task *task;
    ql_status status = ql__draft_task_new(d, ql_task_id(p->arena, i), &task, err);
    if (status != QL_OK) return status;
    task->title = from->title;
    task->agent = from->who->id;
    task->reason = from->reason;
    add_list(p, &task->outputs, from->piece->output, from->named);
    if (from->piece->file.ptr && p->slug.ptr) ql__texts_add(p->arena, &task->outputs, fill(p, from->piece->file, QL_STR("")));
    add_list(p, &task->accept, from->piece->accept, from->named);
    for (size_t k = 0; status == QL_OK && k < i; k++)
      if (from->after & (1u << k)) status = ql__draft_after(d, i, k, err);
    if (status != QL_OK) return status;
  }
  return QL_OK;
}

/* In order of first use, each with all that it is needed for. */
static ql_status add_needs(planner *p, ql__draft *d, ql_error *err) {
  for (size_t i = 0; i < p->count; i++) {
    ql_str nouns[TASKS_MAX];
    size_t count = 0;
    for (size_t k = i; k < p->count; k++)
      if (p->tasks[k].who == p->tasks[i].who) nouns[count++] = p->tasks[k].noun;
    ql_str reason = join(p->arena, QL_STR("for "), enumerate(p->arena, nouns, count), QL_STR(""));
    ql_status status = ql__draft_need(d, p->tasks[i].who->id, reason, err);
    if (status != QL_OK) return status;
  }
  return QL_OK;
}

/* One sentence for each level: what is done at that time. */
static void add_steps(planner *p, ql__draft *d) {
  for (unsigned level = 1; level <= p->count; level++) {
    ql_str titles[TASKS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < p->count; i++) {
      if (p->tasks[i].level != level) continue;
      ql_str title = p->tasks[i].title, first = ql_slice(title, 0, 1);
      if (count > 0) title = join(p->arena, ql_lower(p->arena, first), ql_slice(title, 1, title.len), QL_STR(""));
      titles[count++] = title;
    }
    if (count > 0) ql__texts_add(p->arena, &d->steps, join(p->arena, enumerate(p->arena, titles, count), QL_STR("."), QL_STR("")));
  }
}

/* "T3 and T4 can work in parallel after T1 and T2." Tasks of one agent only come after. */
static ql_str order_sentence(const planner *p, unsigned tasks, unsigned after, bool parallel, bool last) {
  ql_str who = enumerate_tasks(p->arena, tasks), before = enumerate_tasks(p->arena, after), says;
  bool one = (tasks & (tasks - 1)) == 0;
  if (p->count == 1) return QL_STR("T1 is all there is to do.");
  if (after == 0) {
    says = one ? QL_STR(" comes first") : parallel ? QL_STR(" wait for nothing and can start together") : QL_STR(" wait for nothing");
    return join(p->arena, who, says, QL_STR("."));
  }
  if (one)
    says = last ? QL_STR(" comes last, after ") : QL_STR(" waits for ");
  else
    says = parallel ? QL_STR(" can work in parallel after ") : QL_STR(" come after ");
  return join(p->arena, join(p->arena, who, says, before), QL_STR("."), QL_STR(""));
}

static void add_order(planner *p, ql__draft *d) {
  unsigned said = 0;
  for (size_t i = 0; i < p->count; i++) {
    if (said & (1u << i)) continue;
    unsigned same = 0; /* tasks that wait for just the same */
    bool parallel = false;
    for (size_t k = i; k < p->count; k++) {
      if (p->tasks[k].after != p->tasks[i].after) continue;
      same |= 1u << k;
      parallel |= p->tasks[k].who != p->tasks[i].who;
    }
    said |= same;
    ql__texts_add(p->arena, &d->order, order_sentence(p, same, p->tasks[i].after, parallel, i > 0 && i + 1 == p->count));
  }
}

static void add_risks(planner *p, ql__draft *d) {
  for (size_t i = 0; i < p->count && d->risks.len < RISKS_MAX; i++) {
    ql_str risk = fill(p, p->tasks[i].piece->risk, p->tasks[i].named);
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
  ql_str who =
      more > 0 ? join(p->arena, enumerate(p->arena, names, count), QL_STR(" and others"), QL_STR("")) : enumerate(p->arena, names, count);
  ql_str says = count + more > 1 ? QL_STR(" are only named, without files of their own: what they can do is a guess.")
                                 : QL_STR(" is only named, without a file of its own: what it can do is a guess.");
  ql__texts_add(p->arena, &d->risks, join(p->arena, who, says, QL_STR("")));
}

/* Files that the objective names, and the documents that the plan itself creates. */
static void add_files(planner *p, ql__draft *d) {
  ql_str rest = p->objective.text, path;
  while (ql__next_file(&rest, &path)) {
    bool said = false;
    for (size_t i = 0; i < d->file_count; i++) said |= ql_eq(d->files[i].path, path);
    if (!said && d->file_count < TASKS_MAX) ql__draft_file(d, path, QL_STR("named in the objective"));
  }
  for (size_t i = 0; p->slug.ptr && i < p->count; i++) {
    ql_str file = p->tasks[i].piece->file;
    if (!file.ptr) continue;
    ql_str purpose = join(p->arena, p->tasks[i].noun, QL_STR(" of "), ql_task_id(p->arena, i));
    ql__draft_file(d, fill(p, file, QL_STR("")), purpose);
  }
}

ql_status ql_plan_rehearse(ql_arena *a, const ql_roster *roster, ql_str leader, ql_str objective, const ql_plan **out, ql_error *err) {
  planner p = {.arena = a};
  ql_str text = ql__one_line(a, objective);
  const ql_agent *lead = ql_roster_find(roster, leader);
  if (ql_arena_failed(a)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  if (text.len == 0) return ql_fail(err, QL_ERR_ARGUMENT, "the objective is empty; say what should be done", QL_ABSENT);
  if (!lead) return ql_fail(err, QL_ERR_NOT_FOUND, "nobody here has the leader's name", leader);
  if (!ql__candidates_of(a, roster, lead, &p.candidates)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  if (p.candidates.count == 0)
    return ql_fail(err, QL_ERR_NOT_FOUND,
                   "a plan needs at least one agent besides the leader: add a file, or name an agent in the leader's", lead->id);
  if (!ql__objective_read(a, text, &p.objective)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  p.slug = make_slug(a, p.objective.subject);
  widen(&p);
  select_pieces(&p);
  set_order(&p);
  assign(&p);
  ql__draft d = ql__draft_new(a);
  d.objective = text;
  d.leader = ql_arena_str(a, lead->id);
  d.rehearsed = true;
  ql_status status = add_tasks(&p, &d, err);
  if (status == QL_OK) status = add_needs(&p, &d, err);
  if (status != QL_OK) return status;
  add_steps(&p, &d);
  add_order(&p, &d);
  add_risks(&p, &d);
  add_files(&p, &d);
  return ql__draft_build(&d, out, err);
}
