#include "plan/derive.h"

#include <questline/limits.h>

#include "base/text.h"
#include "plan/form.h"
#include "plan/words.h"

#define LOOKED_AT    300u /* bytes of a text that are compared with others */
#define PARALLEL_MAX 16u  /* sentences that put steps side by side */

static ql_status no_memory(ql_error *err) { return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT); }

/* The words of the start of a text, and of an agent's name, without those that say nothing. */
static ql__words content_words(ql_arena *a, ql_str text, ql_str agent) {
  const ql_str pieces[] = {agent, QL_STR(" "), ql__start(text, LOOKED_AT)};
  ql__words words = ql__words_of(a, ql_arena_concat(a, pieces, QL_COUNT(pieces)));
  size_t kept = 0;
  for (size_t i = 0; i < words.count; i++)
    if (!ql__is_common_word(words.items[i].stem)) words.items[kept++] = words.items[i];
  words.count = kept;
  return words;
}

static size_t shared_words(const ql__words *a, const ql__words *b) {
  size_t count = 0;
  for (size_t i = 0; i < a->count; i++) {
    bool shared = false;
    for (size_t k = 0; k < b->count && !shared; k++) shared = ql_eq(a->items[i].stem, b->items[k].stem);
    count += shared;
  }
  return count;
}

/* The agent that a text names: with its @, or by the plain name of one that is needed. */
static ql_str named_agent(const ql__draft *d, size_t count, ql_str text) {
  for (size_t i = 0; i < count; i++) {
    ql_str id = d->needs[i].agent, name = ql_slice(id, 1, id.len);
    for (size_t at = ql_find(text, name, 0); at != SIZE_MAX; at = ql_find(text, name, at + 1)) {
      bool starts = at == 0 || !ql_is_alnum(text.ptr[at - 1]);
      bool ends = at + name.len == text.len || (!ql_is_alnum(text.ptr[at + name.len]) && text.ptr[at + name.len] != '-');
      bool at_sign = at > 0 && text.ptr[at - 1] == '@';
      bool distinct = ql_find_byte(name, '-', 0) != SIZE_MAX || ql_find_byte(name, '.', 0) != SIZE_MAX;
      if (starts && ends && (at_sign || distinct)) return id;
    }
  }
  ql_str name;
  if (ql_find_byte(text, '@', 0) == SIZE_MAX || !ql__form_agent(text, &name) || name.ptr[0] != '@') return QL_ABSENT;
  return ql_agent_id(d->arena, name);
}

typedef struct chooser {
  const ql__draft *draft;
  ql__words *needs; /* of name and reason of each agent that is looked at */
  size_t count;
} chooser;

static bool make_chooser(const ql__draft *d, chooser *c) {
  *c = (chooser){d, NULL, d->need_count < QL_QUEST_AGENTS_MAX ? d->need_count : QL_QUEST_AGENTS_MAX};
  c->needs = ql_arena_array(d->arena, c->count, sizeof *c->needs);
  for (size_t i = 0; c->needs && i < c->count; i++) {
    c->needs[i] = content_words(d->arena, d->needs[i].reason, d->needs[i].agent);
  }
  return c->needs && !ql_arena_failed(d->arena);
}

/* The agent that the text names, else the one whose name and reason share most words with it, else the one given. */
static ql_str choose(const chooser *c, ql_str text, ql_str otherwise) {
  ql_str agent = named_agent(c->draft, c->count, ql__start(text, LOOKED_AT));
  if (agent.ptr) return agent;
  ql__words words = content_words(c->draft->arena, text, QL_STR(""));
  size_t best = 0;
  agent = otherwise;
  for (size_t i = 0; i < c->count; i++) {
    size_t score = shared_words(&words, &c->needs[i]);
    if (score <= best) continue;
    best = score;
    agent = c->draft->needs[i].agent;
  }
  return agent;
}

ql_status ql__derive_agents(ql__draft *d, ql_error *err) {
  chooser c;
  if (!make_chooser(d, &c)) return no_memory(err);
  ql_str previous = d->need_count > 0 ? d->needs[0].agent : QL_STR("");
  for (size_t i = 0; i < d->task_count; i++) {
    ql__draft_task *task = &d->tasks[i];
    if (!task->agent.ptr) task->agent = choose(&c, task->title, previous);
    if (task->agent.len > 0) previous = task->agent;
  }
  return ql_arena_failed(d->arena) ? no_memory(err) : QL_OK;
}

/* Sentences of the order that put things side by side: "API and frontend can work in parallel after". */
typedef struct sentences {
  ql__words items[PARALLEL_MAX];
  size_t count;
} sentences;

static void find_parallel(const ql__draft *d, sentences *out) {
  static const ql_str signs[] = {QL_STR_INIT("parallel"), QL_STR_INIT("simultaneously"), QL_STR_INIT("side+side"), QL_STR_INIT("together")};
  out->count = 0;
  for (size_t i = 0; i < d->order.len && out->count < PARALLEL_MAX; i++) {
    ql__words words = content_words(d->arena, d->order.items[i], QL_STR(""));
    bool parallel = false;
    for (size_t k = 0; k < QL_COUNT(signs); k++) parallel |= ql__words_find(&words, signs[k], 0) != SIZE_MAX;
    if (parallel) out->items[out->count++] = words;
  }
}

static bool side_by_side(const sentences *parallel, const ql__words *a, const ql__words *b) {
  for (size_t i = 0; i < parallel->count; i++)
    if (shared_words(a, &parallel->items[i]) > 0 && shared_words(b, &parallel->items[i]) > 0) return true;
  return false;
}

static ql_status add_task(ql__draft *d, ql_str title, ql_str agent, ql_error *err) {
  ql__draft_task *task;
  ql_status status = ql__draft_task_new(d, ql_task_id(d->arena, d->task_count), &task, err);
  if (status != QL_OK) return status;
  task->title = title;
  task->agent = agent;
  return QL_OK;
}

/* "for schema and queries" → "schema and queries" */
static ql_str title_of_need(ql_arena *a, const ql_plan_need *need) {
  ql_str reason = need->reason;
  if (ql_starts_nocase(reason, QL_STR("for "))) reason = ql_trim(ql_slice(reason, 4, reason.len));
  return reason.len > 0 ? ql__short_title(a, reason) : need->agent;
}

ql_status ql__derive_tasks(ql__draft *d, ql_error *err) {
  chooser c;
  sentences parallel;
  if (!make_chooser(d, &c)) return no_memory(err);
  find_parallel(d, &parallel);
  bool stepped = d->steps.len > 0;
  size_t count = stepped ? d->steps.len : d->need_count;
  ql_str previous = d->need_count > 0 ? d->needs[0].agent : QL_STR("");
  ql__words before = {NULL, 0};
  size_t first = 0, earlier = 0; /* tasks [first, i) stand side by side and wait for [earlier, first) */
  for (size_t i = 0; i < count; i++) {
    ql_str text = stepped ? d->steps.items[i] : d->needs[i].reason;
    ql_str title = stepped ? ql__short_title(d->arena, text) : title_of_need(d->arena, &d->needs[i]);
    ql_str agent = stepped ? choose(&c, text, previous) : d->needs[i].agent;
    ql__words words = content_words(d->arena, text, agent);
    bool busy = false; /* with one of those that it would stand beside */
    for (size_t k = first; k < i; k++) busy |= ql_eq(d->tasks[k].agent, agent);
    if (i > 0 && (busy || !side_by_side(&parallel, &before, &words))) {
      earlier = first;
      first = i;
    }
    ql_status status = add_task(d, title, agent, err);
    for (size_t k = earlier; status == QL_OK && k < first; k++) status = ql__draft_after(d, i, k, err);
    if (status != QL_OK) return status;
    previous = agent;
    before = words;
  }
  return ql_arena_failed(d->arena) ? no_memory(err) : QL_OK;
}
