/* What came of trying an MCP server, and what to do about it. */
#include "base/text.h"
#include "llm/mcp.h"
#include "llm/wire.h"

typedef struct attempt {
  ql_arena *a;
  ql__url parts;
  ql_str url, origin, code, said; /* code: of the fault */
  bool has_url, has_key, loopback;
  int64_t status; /* of HTTP; 0: the fault names none */
} attempt;

typedef enum finding {
#define FINDING(name, cause, words) name,
#include "llm/mcp_findings.def"
} finding;

static const struct {
  ql_str cause, words;
} findings[] = {
#define FINDING(name, cause, words) {QL_STR_INIT(cause), QL_STR_INIT(words)},
#include "llm/mcp_findings.def"
};

static finding of_silence(const attempt *t) {
  if (!t->origin.ptr) return UNREACHABLE;
  if (ql_starts(t->origin, QL_STR("https://")) && !t->parts.secure && !t->loopback) return MIXED;
  return t->loopback ? NOT_RUNNING : NO_CORS;
}

static finding of_fault(const attempt *t) {
  if (!t->has_url) return NO_URL;
  if (ql_eq(t->code, QL_STR("unreachable")) || (t->status == 0 && ql_eq(t->code, QL_STR("cut")))) return of_silence(t);
  if (t->status == 401 || t->status == 403) return t->has_key ? KEY_REFUSED : NO_KEY;
  if (t->status >= 300 && t->status < 400) return REDIRECTED;
  /* A page that may not see the name of its session cannot give it back, which servers refuse in these ways. */
  if (t->origin.ptr && t->status == 400) return NO_SESSION;
  if (t->status == 404 || t->status == 405) return NO_PATH;
  return ql_eq(t->code, QL_STR("not_json")) || ql_eq(t->code, QL_STR("protocol")) ? NO_SERVER : SERVER;
}

static ql_str fill(const attempt *t, ql_str rest) {
  static const ql_str names[] = {QL_STR_INIT("BASE"), QL_STR_INIT("ORIGIN"), QL_STR_INIT("STATUS"), QL_STR_INIT("SAID")};
  ql_buf out = ql_buf_new(ql_arena_alloc(t->a));
  while (rest.len > 0) {
    size_t i = 0;
    while (i < QL_COUNT(names) && !ql_starts(rest, names[i])) i++;
    if (i == 0) ql_buf_add(&out, t->url);
    if (i == 1) ql_buf_add(&out, t->origin);
    if (i == 2) ql_buf_int(&out, t->status);
    if (i == 3 && t->said.len > 0) {
      ql_str said = ql_trim(t->said);
      if (said.len > 0 && said.ptr[said.len - 1] == '.') said.len--;
      ql_buf_add(&out, QL_STR(" ("));
      ql_buf_add(&out, said);
      ql_buf_byte(&out, ')');
    }
    if (i == QL_COUNT(names)) ql_buf_byte(&out, rest.ptr[0]);
    rest = ql_slice(rest, i < QL_COUNT(names) ? names[i].len : 1, rest.len);
  }
  return ql_buf_take(&out, t->a);
}

ql_status ql_mcp_tested(ql_arena *a, const ql_value *value, ql_value **out, ql_error *err) {
  const ql_value *result = QL_GET(value, "result"), *fault = QL_GET(result, "fault"), *tools = QL_GET(result, "tools");
  attempt t = {.a = a, .has_key = ql_get_bool(value, QL_STR("has_key")), .url = ql_trim(ql_get_str(value, QL_STR("url")))};
  t.has_url = ql__url_read(t.url, &t.parts, NULL) == QL_OK;
  t.loopback = t.has_url && ql__is_loopback(t.parts.host);
  t.origin = ql_get_str(value, QL_STR("origin"));
  t.code = ql_get_str(fault, QL_STR("code"));
  t.said = ql_get_str(fault, QL_STR("message"));
  t.status = ql_get_int(fault, QL_STR("status"), 0);
  finding found = !t.has_url || !tools ? of_fault(&t) : tools->first ? ANSWERS : EMPTY;
  ql_value *test = ql_object(a);
  QL_SET(test, "cause", ql_string(a, findings[found].cause));
  QL_SET(test, "message", ql_string(a, fill(&t, findings[found].words)));
  QL_SET(test, "tools", tools ? ql_copy(a, tools) : ql_array(a));
  if (ql_arena_failed(a)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  *out = test;
  return QL_OK;
}
