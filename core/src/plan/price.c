#include "plan/price.h"

#include "base/text.h"

#define PRICE_MAX INT64_C(1000000000) /* a thousand dollars for a million tokens */

static const struct price {
  ql_str model;
  int64_t above;
  ql_price price;
} PRICES[] = {
#define PRICE(model, above, input, cached, output) {QL_STR_INIT(model), above, {input, cached, output}},
#define ALIAS(word, model)
#include "plan/prices.def"
};

static const struct alias {
  ql_str word, model;
} ALIASES[] = {
#define PRICE(model, above, input, cached, output)
#define ALIAS(word, model) {QL_STR_INIT(word), QL_STR_INIT(model)},
#include "plan/prices.def"
};

/* ---- names ---- */

/* "anthropic/claude-opus-4.5", "Claude Opus 4.5 (copilot)" and "claude-opus-4-5[1m]" are one model. */
static ql_str bare(ql_str model) {
  for (size_t i = model.len; i-- > 0;)
    if (model.ptr[i] == '/') {
      model = ql_slice(model, i + 1, model.len);
      break;
    }
  for (size_t i = 0; i < model.len; i++)
    if (model.ptr[i] == '(' || model.ptr[i] == '[') model.len = i;
  return ql_trim(model);
}

static char folded(char c) { return c == ' ' || c == '.' || c == '_' ? '-' : c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c; }

/* What may follow an id: the day it was made on, or that it is the latest. */
static bool is_version(ql_str rest) {
  size_t digits = 0;
  if (rest.len == 0 || ql_eq_nocase(rest, QL_STR("-latest"))) return true;
  for (size_t i = 0; i < rest.len; i++) {
    digits += ql_is_digit(rest.ptr[i]);
    if (!ql_is_digit(rest.ptr[i]) && rest.ptr[i] != '-') return false;
  }
  return rest.ptr[0] == '-' && digits == 8;
}

static bool same_model(ql_str given, ql_str known) {
  if (given.len < known.len || known.len == 0) return false;
  for (size_t i = 0; i < known.len; i++)
    if (folded(given.ptr[i]) != folded(known.ptr[i])) return false;
  return is_version(ql_slice(given, known.len, given.len));
}

/* ---- prices ---- */

bool ql_price_of(ql_str model, int64_t prompt, ql_price *out) {
  bool found = false;
  ql_str id = bare(model);
  for (size_t i = 0; i < QL_COUNT(ALIASES); i++)
    if (ql_eq_nocase(id, ALIASES[i].word)) id = ALIASES[i].model;
  for (size_t i = 0; i < QL_COUNT(PRICES); i++) {
    if (!same_model(id, PRICES[i].model) || (PRICES[i].above > 0 && prompt <= PRICES[i].above)) continue;
    *out = PRICES[i].price; /* of one model the higher bands come later */
    found = true;
  }
  return found;
}

bool ql__price_in(const ql_value *table, ql_str model, int64_t prompt, ql_price *out) {
  const ql_value *prices = table ? QL_GET(table, "prices") : NULL;
  int64_t band = -1;
  for (const ql_value *item = prices ? prices->first : NULL; item; item = item->next) {
    int64_t above = ql_get_int(item, QL_STR("above"), 0);
    if (!same_model(bare(model), bare(ql_get_str(item, QL_STR("model")))) || (above > 0 && prompt <= above) || above < band) continue;
    int64_t input = ql_get_int(item, QL_STR("input"), 0);
    *out = (ql_price){input, ql_get_int(item, QL_STR("cached"), input), ql_get_int(item, QL_STR("output"), 0)};
    band = above;
  }
  return band >= 0 || ql_price_of(model, prompt, out);
}

/* ---- a table from outside ---- */

bool ql__count_in(const ql_value *object, ql_str key, int64_t most, int64_t *out) {
  const ql_value *value = ql_get(object, key);
  if (!value) return true;
  if (value->kind != QL_INT || value->number < 0 || value->number > most) return false;
  *out = value->number;
  return true;
}

ql_str ql__member_text(ql_arena *a, ql_str list, size_t index, ql_str member) {
  ql_buf buf = ql_buf_new(ql_arena_alloc(a));
  ql_buf_add(&buf, list);
  ql_buf_byte(&buf, '[');
  ql_buf_int(&buf, (int64_t)index);
  ql_buf_add(&buf, QL_STR("]."));
  ql_buf_add(&buf, member);
  return ql_buf_take(&buf, a);
}

static ql_status wrong(ql_arena *a, size_t index, ql_str member, const char *message, ql_error *err) {
  ql_str where = ql__member_text(a, QL_STR("prices"), index, member);
  return where.ptr ? ql_fail(err, QL_ERR_SYNTAX, message, where) : ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
}

ql_status ql__prices_check(ql_arena *a, const ql_value *table, ql_error *err) {
  static const struct member {
    ql_str name;
    bool needed;
  } members[] = {
      {QL_STR_INIT("above"), false}, {QL_STR_INIT("cached"), false}, {QL_STR_INIT("input"), true}, {QL_STR_INIT("output"), true}};
  const ql_value *prices = QL_GET(table, "prices"), *model = QL_GET(table, "model");
  if (table->kind != QL_OBJECT) return ql_fail(err, QL_ERR_SYNTAX, "a price table is an object", QL_ABSENT);
  if (model && model->kind != QL_STRING) return ql_fail(err, QL_ERR_SYNTAX, "a model is a text", QL_STR("model"));
  if (prices && prices->kind != QL_ARRAY) return ql_fail(err, QL_ERR_SYNTAX, "prices is a list", QL_STR("prices"));
  const ql_value *players = QL_GET(table, "players");
  if (players && players->kind != QL_ARRAY) return ql_fail(err, QL_ERR_SYNTAX, "players is a list", QL_STR("players"));
  size_t index = 0;
  for (const ql_value *item = prices ? prices->first : NULL; item; item = item->next, index++) {
    if (bare(ql_get_str(item, QL_STR("model"))).len == 0) return wrong(a, index, QL_STR("model"), "a price is that of a model", err);
    for (size_t m = 0; m < QL_COUNT(members); m++) {
      int64_t number = 0;
      if (!ql__count_in(item, members[m].name, PRICE_MAX, &number) || (members[m].needed && !ql_get(item, members[m].name)))
        return wrong(a, index, members[m].name, "a price is a whole number of micro-dollars for a million tokens, up to 1000000000", err);
    }
  }
  return QL_OK;
}
