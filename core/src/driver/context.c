#include "driver/context.h"

#include <questline/context.h>
#include <questline/route.h>
#include <questline/tools.h>

#include "base/text.h"

#define TEXT_OF(object, literal) ql_get_str((object), QL_STR(literal))
#define IS(object, key, literal) ql_eq(TEXT_OF((object), key), QL_STR(literal))

static const ql_value *worker_of(const ql_value *plan, ql_str agent) {
  const ql_value *worker = QL_GET(plan, "workers")->first;
  while (worker && !ql_eq(TEXT_OF(worker, "agent"), agent)) worker = worker->next;
  return worker;
}

static ql_str text_of(const ql_value *documents, ql_str path) {
  for (const ql_value *document = documents->first; document; document = document->next)
    if (ql_eq(TEXT_OF(document, "path"), path)) return TEXT_OF(document, "text");
  return QL_ABSENT;
}

/* The sections that are given: each from its heading to the next section that is dealt with in its own way. */
static void add_parts(ql_buf *out, ql_str text, const ql_value *parts) {
  ql_str line;
  int64_t number = 1;
  bool given = false;
  for (const ql_value *part = parts->first; ql_next_line(&text, &line); number++) {
    while (part && ql_get_int(part, QL_STR("line"), 0) <= number) {
      given = ql_get_bool(part, QL_STR("given"));
      part = part->next;
    }
    if (!given) continue;
    ql_buf_add(out, line);
    ql_buf_byte(out, '\n');
  }
}

static void add_document(ql_arena *a, ql_buf *out, const ql_value *item, ql_str text) {
  const ql_value *parts = QL_GET(item, "parts");
  if (IS(item, "status", "part") && parts) {
    ql_buf some = ql_buf_new(ql_arena_alloc(a));
    add_parts(&some, text, parts);
    text = ql_buf_take(&some, a);
  }
  if (!text.ptr || text.len == 0) return;
  ql_buf_add(out, ql_data_block(a, text, TEXT_OF(item, "path")));
  ql_buf_byte(out, '\n');
}

static ql_status no_memory(ql_error *err) { return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT); }

/* Those that have a text. NULL when out of memory. */
static ql_document *list_of(ql_arena *a, const ql_value *documents, size_t *count) {
  ql_document *list = ql_arena_array(a, documents->count + 1, sizeof *list);
  *count = 0;
  for (const ql_value *document = list ? documents->first : NULL; document; document = document->next)
    if (TEXT_OF(document, "text").ptr) list[(*count)++] = (ql_document){TEXT_OF(document, "path"), TEXT_OF(document, "text"), 0};
  return list;
}

ql_status ql__loaded_documents(ql_arena *a, const ql_roster *roster, ql_str agent, const ql_value *documents, ql_value **out,
                               ql_error *err) {
  ql_value *context = ql_array(a), *pack = NULL;
  *out = context;
  if (!documents || !documents->first) return context ? QL_OK : no_memory(err);
  size_t count;
  const ql_document *list = list_of(a, documents, &count);
  if (!list) return no_memory(err);
  ql_status status = ql_context_pack(a, roster, agent, list, count, 0, 0, &pack, err);
  if (status != QL_OK) return status;
  for (const ql_value *item = QL_GET(pack, "loaded")->first; item; item = item->next) {
    ql_str path = TEXT_OF(item, "path"), text = text_of(documents, path);
    if (!text.ptr) continue; /* an agent file, or an entry that is no document */
    ql_value *document = ql_push(context, ql_object(a));
    QL_SET(document, "path", ql_string(a, path));
    QL_SET(document, "text", ql_string(a, text));
  }
  return ql_arena_failed(a) ? no_memory(err) : QL_OK;
}

ql_status ql__given_documents(ql_arena *a, const ql_roster *roster, const ql_plan *plan, ql_str agent, const ql_value *documents,
                              ql_str *out, ql_error *err) {
  size_t count = 0;
  *out = QL_STR("");
  if (!roster || !plan || !documents || !documents->first) return QL_OK;
  const ql_document *list = list_of(a, documents, &count);
  if (!list) return no_memory(err);
  ql_value *context = NULL;
  ql_status status = ql_context_plan(a, roster, plan, list, count, 0, 0, &context, err);
  if (status != QL_OK) return status;
  const ql_value *worker = worker_of(context, agent);
  if (!worker || ql_get_int(worker, QL_STR("rules"), 0) == 0) return QL_OK;
  ql_buf given = ql_buf_new(ql_arena_alloc(a)), kept = ql_buf_new(ql_arena_alloc(a));
  for (const ql_value *item = QL_GET(worker, "items")->first; item; item = item->next) {
    if (IS(item, "status", "given") || IS(item, "status", "part")) {
      add_document(a, &given, item, text_of(documents, TEXT_OF(item, "path")));
    } else {
      ql_buf_add(&kept, QL_STR("- "));
      ql_buf_add(&kept, TEXT_OF(item, "path"));
      ql_buf_add(&kept, IS(item, "status", "withheld") ? QL_STR(": not for you\n") : QL_STR(": too long to be given here\n"));
    }
  }
  const ql_str pieces[] = {given.len > 0 ? QL_STR("\n# Documents for you\n\n") : QL_STR(""), ql_buf_take(&given, a),
                           kept.len > 0 ? QL_STR("\n# Documents kept back\n\n") : QL_STR(""), ql_buf_take(&kept, a)};
  *out = ql_arena_concat(a, pieces, QL_COUNT(pieces));
  return ql_arena_failed(a) ? no_memory(err) : QL_OK;
}
