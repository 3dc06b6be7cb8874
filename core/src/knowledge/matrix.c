/* The decision matrix: weights, scores, ranks, and the weight at which the winner changes. */
#include <stdlib.h>
#include <string.h>

#include <questline/decision.h>
#include <questline/limits.h>

#include "base/text.h"
#include "spec/inforce.h"

#define MILLI      1000
#define WEIGHT_MAX 100000 /* 100 percent */
#define SCORE_MAX  100000 /* 100 points */

typedef struct criterion {
  ql_str name;
  int64_t weight; /* thousandths of a percent, as given */
  bool less;      /* is better: its scores count from the top of the scale downwards */
} criterion;

typedef struct option {
  ql_str name;
  int64_t total;   /* sum of weight x score */
  size_t place;    /* as given */
  size_t rank;     /* from 1; equals share one */
  int64_t *scores; /* thousandths; 0 where none is given */
  bool *given;
} option;

typedef struct matrix {
  ql_arena *arena;
  ql_error *err;
  criterion *criteria;
  option *options;
  size_t criterion_count, option_count;
  int64_t weight, scale; /* sum of weights; the best score, in thousandths */
} matrix;

/* ---- reading ---- */

static ql_status no_memory(matrix *m) { return ql_fail(m->err, QL_ERR_NOMEM, "out of memory", QL_ABSENT); }

static ql_status wrong(matrix *m, const char *message, ql_str list, size_t index, ql_str member) {
  char digits[24];
  size_t at = sizeof digits;
  do digits[--at] = (char)('0' + index % 10);
  while ((index /= 10) > 0);
  ql_str pieces[] = {list, QL_STR("["), {digits + at, sizeof digits - at}, member.len > 0 ? QL_STR("].") : QL_STR("]"), member};
  return ql_fail(m->err, QL_ERR_SYNTAX, message, ql_arena_concat(m->arena, pieces, QL_COUNT(pieces)));
}

/* A number of at most three places, in thousandths: an integer, or the text that stands for a fraction. */
static bool milli_of(const ql_value *value, int64_t most, int64_t *out) {
  int64_t whole = 0, fraction = 0;
  if (!value) return false;
  if (value->kind == QL_INT) {
    *out = value->number * MILLI;
    return value->number >= 0 && value->number <= most / MILLI;
  }
  if (value->kind != QL_STRING) return false;
  size_t at = 0, places = 0;
  ql_str s = value->text;
  while (at < s.len && ql_is_digit(s.ptr[at]) && whole <= most) whole = whole * 10 + (s.ptr[at++] - '0');
  if (at == 0 || whole > most) return false;
  if (at < s.len && s.ptr[at] == '.') {
    for (at++; at < s.len && ql_is_digit(s.ptr[at]) && places < 3; at++, places++) fraction = fraction * 10 + (s.ptr[at] - '0');
    if (places == 0) return false;
  }
  for (; places < 3; places++) fraction *= 10;
  *out = whole * MILLI + fraction;
  return at == s.len && *out <= most;
}

static ql_status read_criteria(matrix *m, const ql_value *list) {
  if (!list || list->kind != QL_ARRAY || list->count == 0)
    return ql_fail(m->err, QL_ERR_SYNTAX, "a matrix needs criteria", QL_STR("criteria"));
  if (list->count > QL_MATRIX_SIDE_MAX) return ql_fail(m->err, QL_ERR_LIMIT, "QL_MATRIX_SIDE_MAX", QL_STR("criteria"));
  m->criteria = ql_arena_array(m->arena, list->count, sizeof *m->criteria);
  if (!m->criteria) return no_memory(m);
  for (const ql_value *item = list->first; item; item = item->next) {
    criterion *c = &m->criteria[m->criterion_count];
    *c = (criterion){ql_get_str(item, QL_STR("name")), 0, ql_get_bool(item, QL_STR("less"))};
    if (c->name.len == 0) return wrong(m, "a criterion has a name", QL_STR("criteria"), m->criterion_count, QL_STR("name"));
    if (!milli_of(QL_GET(item, "weight"), WEIGHT_MAX, &c->weight))
      return wrong(m, "a weight is a number from 0 to 100", QL_STR("criteria"), m->criterion_count, QL_STR("weight"));
    for (size_t i = 0; i < m->criterion_count; i++)
      if (ql_eq(m->criteria[i].name, c->name))
        return wrong(m, "two criteria have one name", QL_STR("criteria"), m->criterion_count, QL_STR("name"));
    m->weight += c->weight;
    m->criterion_count++;
  }
  return m->weight > 0 ? QL_OK : ql_fail(m->err, QL_ERR_SYNTAX, "at least one weight is above 0", QL_STR("criteria"));
}

static ql_status read_option(matrix *m, const ql_value *item) {
  option *o = &m->options[m->option_count];
  *o = (option){.name = ql_get_str(item, QL_STR("name")), .place = m->option_count};
  o->scores = ql_arena_array(m->arena, m->criterion_count, sizeof *o->scores);
  o->given = ql_arena_array(m->arena, m->criterion_count, sizeof *o->given);
  if (!o->scores || !o->given) return no_memory(m);
  if (o->name.len == 0) return wrong(m, "an option has a name", QL_STR("options"), m->option_count, QL_STR("name"));
  for (size_t i = 0; i < m->option_count; i++)
    if (ql_eq(m->options[i].name, o->name))
      return wrong(m, "two options have one name", QL_STR("options"), m->option_count, QL_STR("name"));
  const ql_value *scores = QL_GET(item, "scores");
  if (scores && scores->kind != QL_OBJECT)
    return wrong(m, "scores are numbers by criterion", QL_STR("options"), m->option_count, QL_STR("scores"));
  for (const ql_value *score = scores ? scores->first : NULL; score; score = score->next) {
    size_t c = 0;
    while (c < m->criterion_count && !ql_eq(m->criteria[c].name, score->key)) c++;
    ql_str member = ql_arena_concat(m->arena, (ql_str[]){QL_STR("scores."), score->key}, 2);
    if (c == m->criterion_count) return wrong(m, "a score for no criterion", QL_STR("options"), m->option_count, member);
    int64_t points;
    if (!milli_of(score, SCORE_MAX, &points) || points > m->scale)
      return wrong(m, "a score is a number from 0 to the scale", QL_STR("options"), m->option_count, member);
    o->scores[c] = m->criteria[c].less ? m->scale - points : points;
    o->given[c] = true;
  }
  for (size_t c = 0; c < m->criterion_count; c++) o->total += m->criteria[c].weight * o->scores[c];
  m->option_count++;
  return QL_OK;
}

static ql_status read_matrix(matrix *m, const ql_value *value) {
  const ql_value *options = QL_GET(value, "options");
  m->scale = 10 * MILLI;
  if (QL_GET(value, "scale") && (!milli_of(QL_GET(value, "scale"), SCORE_MAX, &m->scale) || m->scale == 0))
    return ql_fail(m->err, QL_ERR_SYNTAX, "the scale is a number from 1 to 100", QL_STR("scale"));
  ql_status status = read_criteria(m, QL_GET(value, "criteria"));
  if (status != QL_OK) return status;
  if (!options || options->kind != QL_ARRAY) return ql_fail(m->err, QL_ERR_SYNTAX, "options is not a list", QL_STR("options"));
  if (options->count > QL_MATRIX_SIDE_MAX) return ql_fail(m->err, QL_ERR_LIMIT, "QL_MATRIX_SIDE_MAX", QL_STR("options"));
  m->options = ql_arena_array(m->arena, options->count + 1, sizeof *m->options);
  if (!m->options) return no_memory(m);
  for (const ql_value *item = options->first; status == QL_OK && item; item = item->next) status = read_option(m, item);
  return status;
}

/* ---- ranks ---- */

static int by_total(const void *x, const void *y) {
  const option *a = x, *b = y;
  if (a->total != b->total) return a->total < b->total ? 1 : -1;
  return a->place < b->place ? -1 : a->place > b->place;
}

static ql_value *ranks(matrix *m, ql_value *missing) {
  ql_value *list = ql_array(m->arena);
  for (size_t i = 0; i < m->option_count; i++) {
    option *o = &m->options[i];
    o->rank = i > 0 && o->total == m->options[i - 1].total ? m->options[i - 1].rank : i + 1;
    ql_value *item = ql_push(list, ql_object(m->arena)), *parts = ql_object(m->arena);
    for (size_t c = 0; c < m->criterion_count; c++) {
      if (o->given[c]) {
        ql_set(parts, m->criteria[c].name, ql_int(m->arena, m->criteria[c].weight * o->scores[c] / m->weight));
        continue;
      }
      ql_value *gap = ql_push(missing, ql_object(m->arena));
      QL_SET(gap, "criterion", ql_string(m->arena, m->criteria[c].name));
      QL_SET(gap, "option", ql_string(m->arena, o->name));
    }
    QL_SET(item, "name", ql_string(m->arena, o->name));
    QL_SET(item, "parts", parts);
    QL_SET(item, "rank", ql_int(m->arena, (int64_t)o->rank));
    QL_SET(item, "total", ql_int(m->arena, o->total / m->weight));
  }
  return list;
}

/* ---- sensitivity ----
   With the weights w of sum W, of which criterion c has w_c and the others R = W - w_c, and the others kept in proportion, the first option leads another
   one at the weight x by  x d + (W - x) s / R,  where d is its lead in c and s the weighted sum of its leads in the others. They are even where
   x = W s / (s - R d). */

/* In thousandths of a percent of W. */
static bool even_at(const matrix *m, const option *first, const option *other, size_t c, int64_t *at) {
  int64_t lead = first->scores[c] - other->scores[c], rest = m->weight - m->criteria[c].weight;
  int64_t others = first->total - other->total - m->criteria[c].weight * lead;
  int64_t below = others - rest * lead;
  if (rest == 0 || below == 0 || (others != 0 && (others < 0) != (below < 0))) return false;
  *at = WEIGHT_MAX * others / below;
  return *at <= WEIGHT_MAX;
}

static ql_value *sensitivity(matrix *m) {
  ql_value *list = ql_array(m->arena);
  for (size_t c = 0; m->option_count > 1 && c < m->criterion_count; c++) {
    ql_value *item = ql_push(list, ql_object(m->arena));
    int64_t now = m->criteria[c].weight * WEIGHT_MAX / m->weight, nearest = 0, distance = INT64_MAX;
    const option *winner = NULL;
    for (size_t i = 1; i < m->option_count; i++) {
      int64_t at;
      if (!even_at(m, &m->options[0], &m->options[i], c, &at)) continue;
      int64_t away = at < now ? now - at : at - now;
      if (away >= distance) continue;
      distance = away;
      nearest = at;
      winner = &m->options[i];
    }
    if (winner) {
      QL_SET(item, "at", ql_int(m->arena, nearest));
      QL_SET(item, "change", ql_int(m->arena, nearest - now));
    }
    QL_SET(item, "criterion", ql_string(m->arena, m->criteria[c].name));
    if (winner) QL_SET(item, "to", ql_string(m->arena, winner->name));
    QL_SET(item, "weight", ql_int(m->arena, now));
  }
  return list;
}

ql_status ql_decision_rank(ql_arena *a, const ql_value *value, ql_value **out, ql_error *err) {
  matrix m = {.arena = a, .err = err};
  ql_status status = read_matrix(&m, value);
  if (status != QL_OK) return status;
  if (m.option_count > 1) qsort(m.options, m.option_count, sizeof *m.options, by_total);
  ql_value *ranking = ql_object(a), *missing = ql_array(a);
  QL_SET(ranking, "options", ranks(&m, missing));
  QL_SET(ranking, "missing", missing);
  QL_SET(ranking, "scale", ql_int(a, m.scale));
  QL_SET(ranking, "sensitivity", sensitivity(&m));
  QL_SET(ranking, "weights", ql_int(a, m.weight));
  if (ql_arena_failed(a)) return no_memory(&m);
  *out = ranking;
  return QL_OK;
}

/* ---- from an agent's file ---- */

/* As milli_of reads it. */
static ql_value *milli_value(ql_arena *a, int64_t milli) {
  if (milli % MILLI == 0) return ql_int(a, milli / MILLI);
  ql_buf buf = ql_buf_new(ql_arena_alloc(a));
  ql_buf_int(&buf, milli / MILLI);
  ql_buf_byte(&buf, '.');
  for (int64_t rest = milli % MILLI, unit = MILLI / 10; unit > 0 && rest > 0; rest %= unit, unit /= 10)
    ql_buf_byte(&buf, (char)('0' + rest / unit));
  return ql_string(a, ql_buf_take(&buf, a));
}

static bool is_listed(const ql_value *list, ql_str name) {
  for (const ql_value *item = list ? list->first : NULL; item; item = item->next)
    if (ql_eq(ql_get_str(item, QL_STR("name")), name)) return true;
  return false;
}

ql_status ql_decision_criteria(ql_arena *a, const ql_roster *roster, ql_str agent, ql_value **out, ql_error *err) {
  const ql_agent *found = ql_roster_find(roster, agent);
  if (!found) return ql_fail(err, QL_ERR_NOT_FOUND, "no such agent", agent);
  ql_value *list = ql_array(a);
  for (const ql_rule *rule = NULL; (rule = ql__next_rule(roster, found, QL_RULE_WEIGHTS, rule)) != NULL;) {
    for (const ql_rule_item *item = NULL; (item = ql__next_rule_item(roster, found, rule, item)) != NULL;) {
      ql_str name = item->name.len > 0 ? item->name : item->text;
      if (!item->has_measure || is_listed(list, name)) continue;
      ql_value *c = ql_push(list, ql_object(a));
      QL_SET(c, "line", ql_int(a, item->line));
      QL_SET(c, "name", ql_string(a, name));
      QL_SET(c, "rule", ql_string(a, item->id));
      QL_SET(c, "weight", milli_value(a, item->measure.milli));
    }
  }
  if (ql_arena_failed(a)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  *out = list;
  return QL_OK;
}
