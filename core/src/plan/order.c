#include "plan/order.h"

#include "base/text.h"
#include "plan/form.h"

#define CHAIN_MAX 1024u /* bytes of a drawing; what is longer is a sentence */

/* SIGN_AND says what SIGN_BESIDE says, but stands in sentences as well. */
typedef enum sign { SIGN_END, SIGN_NAME, SIGN_ARROW, SIGN_BESIDE, SIGN_AND, SIGN_COMMA, SIGN_OPEN, SIGN_CLOSE, SIGN_WORDS } sign;

/* The last is what ∥ becomes when UTF-8 is read as Windows-1252 and saved again. */
static const ql_str BESIDE[] = {QL_STR_INIT("\xE2\x88\xA5"), QL_STR_INIT("||"), QL_STR_INIT("\xC3\xA2\xCB\x86\xC2\xA5")};

static const ql_str SEQUENTIAL[] = {QL_STR_INIT("sequential"), QL_STR_INIT("sequence"), QL_STR_INIT("order"),
                                    QL_STR_INIT("execution order")};

static ql_str from(ql_str s, size_t at) { return ql_slice(s, at, s.len); }

static size_t beside(ql_str s) {
  for (size_t i = 0; i < QL_COUNT(BESIDE); i++)
    if (ql_starts(s, BESIDE[i])) return BESIDE[i].len;
  return 0;
}

static sign single(char c) {
  switch (c) {
  case ',': return SIGN_COMMA;
  case '&':
  case '+': return SIGN_AND;
  case '(': return SIGN_OPEN;
  case ')': return SIGN_CLOSE;
  default: return SIGN_WORDS;
  }
}

static sign next(ql_str *rest, ql_str *name) {
  for (;;) {
    while (rest->len > 0 && (ql_is_space(rest->ptr[0]) || rest->ptr[0] == '*' || rest->ptr[0] == '`')) *rest = from(*rest, 1);
    if (rest->len == 0) return SIGN_END;
    size_t arrow = ql__arrow(*rest), side = beside(*rest);
    if (arrow + side > 0) {
      *rest = from(*rest, arrow + side);
      return arrow > 0 ? SIGN_ARROW : SIGN_BESIDE;
    }
    bool at = rest->ptr[0] == '@';
    size_t end = at;
    /* "A->B": the dash belongs to the arrow. */
    while (end < rest->len && ql__is_label_byte(rest->ptr[end]) && ql__arrow(from(*rest, end)) == 0) end++;
    if (end == at) {
      sign found = single(rest->ptr[0]);
      *rest = from(*rest, 1);
      return found;
    }
    *name = ql_slice(*rest, 0, end);
    *rest = from(*rest, end);
    if (!at && ql_eq_nocase(*name, QL_STR("and"))) return SIGN_AND;
    if (!at && ql_eq_nocase(*name, QL_STR("task"))) continue;
    while (rest->len == 0 && name->len > 1U + at && ql_ends(*name, QL_STR("."))) name->len--;
    return SIGN_NAME;
  }
}

/* Cuts "Sequential:" or "Parallel:". */
static bool cut_head(ql_str *item, bool *sequential) {
  ql_str s = *item;
  ql__cut_emphasis(&s);
  size_t colon = ql_find_byte(s, ':', 0);
  *sequential = false;
  if (colon == SIZE_MAX) return false;
  ql_str head = ql__cut_emphasis_end(ql_trim(ql_slice(s, 0, colon)));
  bool known = ql_eq_nocase(head, QL_STR("parallel"));
  for (size_t i = 0; i < QL_COUNT(SEQUENTIAL); i++) *sequential |= ql_eq_nocase(head, SEQUENTIAL[i]);
  if (known || *sequential) *item = from(s, colon + 1);
  return known || *sequential;
}

bool ql__order_is_chain(ql_str item) {
  ql_str rest = item, name;
  bool sequential, headed = cut_head(&rest, &sequential), drawn = false, named = false;
  size_t names = 0, depth = 0;
  if (item.len > CHAIN_MAX) return false;
  for (;;) {
    sign s = next(&rest, &name);
    if (s == SIGN_END) return names > 1 && depth == 0 && (headed || drawn) && named;
    if (s == SIGN_WORDS || (s == SIGN_NAME && named) || (s == SIGN_ARROW && depth > 0)) return false;
    if (s == SIGN_OPEN ? named : s == SIGN_NAME ? false : !named) return false;
    if (s == SIGN_CLOSE && depth == 0) return false;
    drawn |= s == SIGN_ARROW || s == SIGN_BESIDE;
    names += s == SIGN_NAME;
    depth += s == SIGN_OPEN;
    depth -= s == SIGN_CLOSE;
    named = s == SIGN_NAME || s == SIGN_CLOSE;
  }
}

/* ---- what it says of the tasks ---- */

typedef struct stage {
  size_t *tasks;
  bool *by_agent; /* of each: it was its agent that was named */
  size_t count;
} stage;

typedef struct token {
  sign sign;
  ql_str name, agent; /* agent: absent for the name of a task */
} token;

typedef struct work {
  ql__draft *draft;
  bool derived, forward; /* forward: what is said of agents goes with the order of the tasks only */
  token *tokens;         /* of the drawing; CHAIN_MAX + 1 at most, the last SIGN_END */
  stage before, now;
} work;

/* SIGN_COMMA of a sequence is an arrow. */
static size_t split(work *w, ql_str chain) {
  bool sequential;
  (void)cut_head(&chain, &sequential);
  for (size_t n = 0;; n++) {
    token *t = &w->tokens[n];
    *t = (token){.sign = SIGN_END};
    t->sign = next(&chain, &t->name);
    if (t->sign == SIGN_COMMA && sequential) t->sign = SIGN_ARROW;
    if (t->sign == SIGN_NAME && t->name.ptr[0] == '@') t->agent = ql_agent_id(w->draft->arena, t->name);
    if (t->sign == SIGN_END) return n;
  }
}

static void add_task(stage *now, size_t task, bool by_agent) {
  for (size_t i = 0; i < now->count; i++)
    if (now->tasks[i] == task) return;
  now->tasks[now->count] = task;
  now->by_agent[now->count++] = by_agent;
}

/* The nth time that an agent is named it stands for its nth task, the last time for all that are left. */
static void add_agent(work *w, size_t at, size_t count) {
  ql_str agent = w->tokens[at].agent;
  size_t earlier = 0, nth = 0;
  bool last = true;
  for (size_t i = 0; i < at; i++) earlier += w->tokens[i].agent.ptr && ql_eq(w->tokens[i].agent, agent);
  for (size_t i = at + 1; i < count && last; i++) last = !w->tokens[i].agent.ptr || !ql_eq(w->tokens[i].agent, agent);
  for (size_t i = 0; i < w->draft->task_count; i++) {
    if (!ql_eq(w->draft->tasks[i].agent, agent)) continue;
    if (last ? nth >= earlier : nth == earlier) add_task(&w->now, i, true);
    nth++;
  }
}

static bool looks_numbered(ql_str name) {
  size_t digits = 0;
  for (size_t i = 1; i < name.len; i++) digits += ql_is_digit(name.ptr[i]);
  return name.len > 1 && name.ptr[0] == 'T' && digits == name.len - 1;
}

static bool allowed(const work *w, size_t before, size_t after, bool by_agent) {
  const ql__draft_task *a = &w->draft->tasks[before], *b = &w->draft->tasks[after];
  if (before == after) return false;
  if (!by_agent) return true;
  if (a->group > 0 && b->group > 0) return a->group < b->group;
  return !w->forward || before < after;
}

/* The stage that was read waits for the one before it, and becomes that. An empty one is passed over. */
static ql_status end_stage(work *w, ql_error *err) {
  stage before = w->before;
  if (w->now.count == 0) return QL_OK;
  for (size_t i = 0; i < before.count; i++) {
    for (size_t k = 0; k < w->now.count; k++) {
      if (!allowed(w, before.tasks[i], w->now.tasks[k], before.by_agent[i] || w->now.by_agent[k])) continue;
      ql_status status = ql__draft_after(w->draft, w->now.tasks[k], before.tasks[i], err);
      if (status != QL_OK) return status;
    }
  }
  w->before = w->now;
  w->now = before;
  w->now.count = 0;
  return QL_OK;
}

static ql_status apply_one(work *w, ql_str chain, ql_str *bad, ql_error *err) {
  size_t count = split(w, chain);
  w->before.count = w->now.count = 0;
  for (size_t i = 0; i <= count; i++) {
    const token *t = &w->tokens[i];
    if (t->sign == SIGN_NAME) {
      *bad = t->name;
      size_t task = t->agent.ptr ? SIZE_MAX : ql__draft_find(w->draft, t->name);
      if (t->agent.ptr)
        add_agent(w, i, count);
      else if (task != SIZE_MAX)
        add_task(&w->now, task, false);
      else if (!w->derived && looks_numbered(t->name))
        return ql_fail(err, QL_ERR_SYNTAX, "names a task that is not in the plan; add it, or take the name out", t->name);
    }
    ql_status status = t->sign == SIGN_ARROW || t->sign == SIGN_END ? end_stage(w, err) : QL_OK;
    if (status != QL_OK) return status;
  }
  return QL_OK;
}

/* Whether drawings name everybody who has a task. */
static bool names_all(work *w, const ql__texts *chains) {
  bool *named = ql_arena_array(w->draft->arena, w->draft->task_count + 1, sizeof *named);
  for (size_t k = 0; named && k < chains->len; k++) {
    size_t count = split(w, chains->items[k]);
    for (size_t i = 0; i < count; i++)
      for (size_t t = 0; w->tokens[i].agent.ptr && t < w->draft->task_count; t++)
        named[t] |= ql_eq(w->draft->tasks[t].agent, w->tokens[i].agent);
  }
  for (size_t t = 0; t < w->draft->task_count; t++)
    if (!named || !named[t]) return false;
  return true;
}

static stage new_stage(const ql__draft *d) {
  return (stage){ql_arena_array(d->arena, d->task_count + 1, sizeof(size_t)), ql_arena_array(d->arena, d->task_count + 1, sizeof(bool)), 0};
}

ql_status ql__order_apply(ql__draft *d, const ql__texts *chains, bool derived, ql_str *bad, ql_error *err) {
  if (chains->len == 0) return QL_OK;
  work w = {.draft = d, .derived = derived, .before = new_stage(d), .now = new_stage(d)};
  w.tokens = ql_arena_array(d->arena, CHAIN_MAX + 1, sizeof *w.tokens);
  if (ql_arena_failed(d->arena)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  if (derived && names_all(&w, chains)) d->edge_count = 0;
  w.forward = d->edge_count > 0;
  ql_status status = QL_OK;
  for (size_t i = 0; i < chains->len && status == QL_OK; i++) status = apply_one(&w, chains->items[i], bad, err);
  return status == QL_OK && ql_arena_failed(d->arena) ? ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT) : status;
}
