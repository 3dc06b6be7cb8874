/* Which models a provider has. */
#include <questline/limits.h>

#include "base/text.h"
#include "llm/connection.h"

ql_status ql__models_url(ql_arena *a, const ql__provider *provider, const ql__url *base, ql_str *out) {
  bool versioned = ql_ends(base->path, QL_STR("/v1"));
  ql_str path = QL_STR("/models"), query = QL_STR("");
  if (provider->wire == QL_WIRE_MESSAGES) {
    if (!versioned) path = QL_STR("/v1/models");
    query = QL_STR("limit=1000");
  } else if (provider->wire == QL_WIRE_GENERATE) {
    query = QL_STR("pageSize=1000");
  }
  *out = ql__url_join(a, base, path, query);
  return out->ptr ? QL_OK : QL_ERR_NOMEM;
}

ql_status ql_llm_models_request(ql_arena *a, ql_str id, ql_str base_url, ql_value **out, ql_error *err) {
  const ql__provider *provider = NULL;
  ql__url base = {0};
  ql_str url = QL_ABSENT;
  ql_status status = ql__find_provider(id, &provider, err);
  if (status == QL_OK) status = ql__base_url(provider, base_url, &base, err);
  if (status == QL_OK && base.built_in)
    return ql_fail(err, QL_ERR_ARGUMENT, "only the tab of a browser has this model: choose another provider", id);
  if (status != QL_OK) return status;
  ql_value *request = ql_object(a);
  if (ql__models_url(a, provider, &base, &url) == QL_OK) {
    ql__add_headers(a, provider, false, request);
    QL_SET(request, "method", ql__word(a, "GET"));
    QL_SET(request, "url", ql_string(a, url));
  }
  if (ql_arena_failed(a)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  *out = request;
  return QL_OK;
}

/* The first of several members, or of members of members ("meta.n_ctx_train"), that is a number above 0. */
static int64_t number_of(const ql_value *value, const ql_str *paths, size_t count) {
  for (size_t i = 0; i < count; i++) {
    size_t dot = ql_find_byte(paths[i], '.', 0);
    const ql_value *in = dot == SIZE_MAX ? value : ql_get(value, ql_slice(paths[i], 0, dot));
    int64_t number = ql_get_int(in, ql_slice(paths[i], dot == SIZE_MAX ? 0 : dot + 1, paths[i].len), 0);
    if (number > 0) return number;
  }
  return 0;
}

static ql_str first_text(const ql_value *value, const ql_str *names, size_t count) {
  for (size_t i = 0; i < count; i++) {
    ql_str text = ql_get_str(value, names[i]);
    if (text.len > 0) return text;
  }
  return QL_ABSENT;
}

/* Gemini names models that only embed or count as well. */
static bool generates(const ql_value *model) {
  const ql_value *methods = QL_GET(model, "supportedGenerationMethods");
  if (!methods || methods->kind != QL_ARRAY) return true;
  for (const ql_value *method = methods->first; method; method = method->next)
    if (method->kind == QL_STRING && ql_eq(method->text, QL_STR("generateContent"))) return true;
  return false;
}

static ql_value *read_model(ql_arena *a, const ql_value *model) {
  static const ql_str ids[] = {QL_STR_INIT("id"), QL_STR_INIT("name")};
  static const ql_str titles[] = {QL_STR_INIT("display_name"), QL_STR_INIT("displayName"), QL_STR_INIT("name")};
  static const ql_str inputs[] = {QL_STR_INIT("max_input_tokens"), QL_STR_INIT("inputTokenLimit"),    QL_STR_INIT("context_length"),
                                  QL_STR_INIT("max_model_len"),    QL_STR_INIT("max_context_length"), QL_STR_INIT("meta.n_ctx_train")};
  static const ql_str outputs[] = {QL_STR_INIT("max_tokens"), QL_STR_INIT("outputTokenLimit"),
                                   QL_STR_INIT("top_provider.max_completion_tokens")};
  ql_str id = first_text(model, ids, QL_COUNT(ids)), folder = QL_STR("models/");
  if (id.len == 0 || !generates(model)) return NULL;
  if (ql_starts(id, folder)) id = ql_slice(id, folder.len, id.len);
  ql_str title = first_text(model, titles, QL_COUNT(titles));
  int64_t input = number_of(model, inputs, QL_COUNT(inputs)), output = number_of(model, outputs, QL_COUNT(outputs));
  ql_value *out = ql_object(a);
  QL_SET(out, "id", ql_string(a, id));
  if (input > 0) QL_SET(out, "input", ql_int(a, input));
  if (output > 0) QL_SET(out, "output", ql_int(a, output));
  if (title.len > 0 && !ql_eq(title, id) && !ql_starts(title, folder)) QL_SET(out, "title", ql_string(a, title));
  return out;
}

static ql_str id_of(const ql_value *model) { return ql_get_str(model, QL_STR("id")); }

/* Merges two sorted lists; of equal ids the first stays. */
static ql_value *merge(ql_value *x, ql_value *y) {
  ql_value *first = NULL, **link = &first;
  while (x && y) {
    int order = ql_compare(id_of(x), id_of(y));
    if (order == 0) {
      y = y->next;
      continue;
    }
    ql_value **from = order < 0 ? &x : &y;
    *link = *from;
    *from = (*from)->next;
    link = &(*link)->next;
  }
  *link = x ? x : y;
  return first;
}

/* A sort by merging: runs[i] is empty or holds what 2^i models gave. */
static ql_value *sorted(ql_arena *a, const ql_value *list) {
  ql_value *runs[32] = {NULL}, *all = ql_array(a), *first = NULL;
  for (const ql_value *model = list->first; model; model = model->next) {
    ql_value *run = read_model(a, model);
    if (!run) continue;
    size_t i = 0;
    for (; i + 1 < QL_COUNT(runs) && runs[i]; i++) {
      run = merge(runs[i], run);
      runs[i] = NULL;
    }
    runs[i] = merge(runs[i], run);
  }
  for (size_t i = 0; i < QL_COUNT(runs); i++) first = merge(runs[i], first);
  for (ql_value *model = first, *next; model; model = next) {
    next = model->next;
    model->next = NULL;
    ql_push(all, model);
  }
  return all;
}

ql_value *ql__models_read(ql_arena *a, const ql_value *answer) {
  const ql_value *list = answer && answer->kind == QL_ARRAY ? answer : QL_GET(answer, "data");
  if (!list) list = QL_GET(answer, "models");
  return list && list->kind == QL_ARRAY ? sorted(a, list) : NULL;
}
