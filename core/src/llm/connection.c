/* Why a provider could not be asked, and what to do about it. A browser says the same few words whether nobody listens, the page is not let in or a
   certificate is wrong; so the cause is told by who asked whom. */
#include <string.h>

#include "base/text.h"
#include "llm/connection.h"

static const struct {
  ql_str provider, platform, start, let_in;
} starts[] = {
#define START(provider, platform, start, let_in) {QL_STR_INIT(provider), QL_STR_INIT(platform), QL_STR_INIT(start), QL_STR_INIT(let_in)},
#include "llm/starts.def"
};

typedef struct attempt {
  ql_arena *a;
  const ql__provider *provider;
  ql__url url;
  bool has_url, has_key, loopback, sign_in;
  ql_str base, origin, platform, body, problem, availability;
  int64_t status;   /* 0: no answer */
  ql_value *answer; /* the body, if it is JSON */
} attempt;

typedef enum command_kind { NO_COMMAND, TO_START, LET_IN } command_kind;

typedef enum finding {
#define FINDING(name, cause, command, words) name,
#include "llm/findings.def"
} finding;

static const struct {
  ql_str cause;
  command_kind command;
  ql_str words;
} findings[] = {
#define FINDING(name, cause, command, words) {QL_STR_INIT(cause), command, QL_STR_INIT(words)},
#include "llm/findings.def"
};

static bool mentions(const attempt *t, const char *words) { return ql_find(t->body, (ql_str){words, strlen(words)}, 0) != SIZE_MAX; }

static bool has_start(const attempt *t, bool lets_in) {
  for (size_t i = 0; i < QL_COUNT(starts); i++)
    if (ql_eq(starts[i].provider, t->provider->id) && (lets_in ? starts[i].let_in : starts[i].start).len > 0) return true;
  return false;
}

/* An origin goes into a command, so it is a scheme, a host and a port and nothing else. */
static bool is_origin(ql_str origin) {
  ql__url url = {0};
  return ql__url_read(origin, &url, NULL) == QL_OK && url.path.len == 0 && url.query.len == 0 && origin.len > 0 &&
         ql_is_alnum(origin.ptr[origin.len - 1]);
}

/* ---- causes ---- */

static finding of_silence(const attempt *t) {
  if (!t->origin.ptr) return t->loopback ? NOT_RUNNING : UNREACHABLE;
  if (ql_starts(t->origin, QL_STR("https://")) && !t->url.secure && !t->loopback) return MIXED;
  if (t->loopback) return has_start(t, true) && is_origin(t->origin) ? SILENT_OR_SHUT : NOT_RUNNING_FOR_PAGE;
  bool own = t->provider->header.len > 0 && t->provider->base_url.len > 0; /* a provider that is known to want a key */
  return own && !t->has_key ? NO_KEY_NO_ANSWER : NO_CORS;
}

/* In the words of Anthropic and OpenAI. */
static bool is_org_setting(const attempt *t) {
  static const char *const words[] = {"organization has been disabled", "organization must be verified", "be a member of an organization",
                                      "mismatched_organization", "ip_not_authorized"};
  size_t i = 0;
  while (i < QL_COUNT(words) && !mentions(t, words[i])) i++;
  return i < QL_COUNT(words) && t->status >= 400 && t->status < 500;
}

static finding of_refusal(const attempt *t) {
  if (mentions(t, "CORS requests are not allowed")) return ORG_CORS;
  if (mentions(t, "CORS requests must set")) return NO_HEADER;
  if (t->loopback && t->origin.ptr && t->status == 403 && has_start(t, true)) return SHUT;
  if (!t->has_key) return NO_KEY;
  return t->status == 403 ? KEY_NOT_ALLOWED : KEY_REFUSED;
}

static finding of_path(const attempt *t) {
  if (t->status < 400) return REDIRECTED;
  bool versioned = ql_find(t->url.path, QL_STR("/v1"), 0) != SIZE_MAX;
  return versioned || t->provider->wire != QL_WIRE_CHAT ? NO_PATH : NO_VERSION;
}

static finding of_no_list(const attempt *t) {
  if (t->answer) return NO_LIST;
  return ql_starts(ql_trim(t->body), QL_STR("<")) ? WEB_PAGE : NOT_JSON;
}

/* In the words of the Prompt API; absent where the browser has no such API. */
static finding of_built_in(const attempt *t) {
  static const struct {
    ql_str word;
    finding found;
  } rows[] = {{QL_STR_INIT("available"), BUILT_IN}, {QL_STR_INIT("downloadable"), DOWNLOADABLE}, {QL_STR_INIT("downloading"), DOWNLOADING}};
  for (size_t i = 0; i < QL_COUNT(rows); i++)
    if (ql_eq(rows[i].word, t->availability)) return rows[i].found;
  return t->availability.ptr ? UNAVAILABLE : NO_PROMPT_API;
}

/* The exchange of a code for a key. */
static finding of_sign_in(const attempt *t) {
  if (t->status == 0) return SIGN_IN_SILENT;
  if (t->status == 400 || t->status == 401 || t->status == 403) return SIGN_IN_REFUSED;
  if (t->status == 404 || t->status == 405 || (t->status >= 300 && t->status < 400)) return SIGN_IN_NOWHERE;
  return t->status < 300 ? SIGN_IN_EMPTY : SIGN_IN_FAILED;
}

static finding of_attempt(const attempt *t) {
  if (ql__is_built_in(t->provider)) return of_built_in(t);
  if (!t->has_url) return NO_URL;
  if (t->sign_in) return of_sign_in(t);
  if (t->status == 0) return of_silence(t);
  if (is_org_setting(t)) return ORG_SETTING;
  bool no_good_key = t->status == 400 && (mentions(t, "API_KEY_INVALID") || mentions(t, "API key not valid"));
  if (t->status == 401 || t->status == 403 || no_good_key) return of_refusal(t);
  if (t->status == 429) return RATE_LIMITED;
  if (t->status == 404 || t->status == 405 || (t->status >= 300 && t->status < 400)) return of_path(t);
  return t->status >= 200 && t->status < 300 ? of_no_list(t) : SERVER;
}

/* ---- words ---- */

/* The provider's own words for it, if it gave any: {"error": {"message"}}, {"error": "..."}, {"message"}, {"detail"}. */
static ql_str said(const attempt *t) {
  if (t->status == 0) return t->problem;
  const ql_value *error = QL_GET(t->answer, "error");
  if (error && error->kind == QL_STRING) return error->text;
  ql_str text = ql_get_str(error, QL_STR("message"));
  if (!text.ptr) text = ql_get_str(t->answer, QL_STR("message"));
  return text.ptr ? text : ql_get_str(t->answer, QL_STR("detail"));
}

static void add_said(ql_buf *out, ql_str words) {
  ql_str text = ql_trim(words);
  if (text.len > 300) {
    size_t end = 300;
    while (end > 0 && ((unsigned char)text.ptr[end] & 0xC0) == 0x80) end--;
    text.len = end;
  }
  while (text.len > 0 && text.ptr[text.len - 1] == '.') text.len--;
  if (text.len == 0) return;
  ql_buf_add(out, QL_STR(" ("));
  ql_buf_add(out, text);
  ql_buf_byte(out, ')');
}

static ql_str fill(const attempt *t, ql_str rest) {
  static const ql_str names[] = {QL_STR_INIT("TITLE"), QL_STR_INIT("BASE"), QL_STR_INIT("ORIGIN"), QL_STR_INIT("STATUS"),
                                 QL_STR_INIT("SAID")};
  ql_buf out = ql_buf_new(ql_arena_alloc(t->a));
  while (rest.len > 0) {
    size_t i = 0;
    while (i < QL_COUNT(names) && !ql_starts(rest, names[i])) i++;
    if (i == 0) ql_buf_add(&out, t->provider->title);
    if (i == 1) ql_buf_add(&out, t->base);
    if (i == 2) ql_buf_add(&out, t->origin);
    if (i == 3) ql_buf_int(&out, t->status);
    if (i == 4) add_said(&out, said(t));
    if (i == QL_COUNT(names)) ql_buf_byte(&out, rest.ptr[0]);
    rest = ql_slice(rest, i < QL_COUNT(names) ? names[i].len : 1, rest.len);
  }
  return ql_buf_take(&out, t->a);
}

/* ---- commands ---- */

static ql_str with_origin(const attempt *t, ql_str command) {
  ql_buf out = ql_buf_new(ql_arena_alloc(t->a));
  ql_str name = QL_STR("ORIGIN"), origins = QL_STR("OLLAMA_ORIGINS");
  while (command.len > 0) {
    ql_str piece = ql_slice(command, 0, 1);
    if (ql_starts(command, origins))
      piece = origins;
    else if (ql_starts(command, name))
      piece = name;
    ql_buf_add(&out, ql_eq(piece, name) ? t->origin : piece);
    command = ql_slice(command, piece.len, command.len);
  }
  return ql_buf_take(&out, t->a);
}

static void add_commands(const attempt *t, command_kind kind, ql_value *test) {
  ql_value *list = NULL;
  ql_str chosen = QL_ABSENT;
  if (kind == NO_COMMAND || (kind == LET_IN && !is_origin(t->origin))) return;
  for (size_t i = 0; i < QL_COUNT(starts); i++) {
    if (!ql_eq(starts[i].provider, t->provider->id)) continue;
    ql_str text = kind == LET_IN ? with_origin(t, starts[i].let_in) : starts[i].start;
    if (text.len == 0) continue;
    bool any = ql_eq(starts[i].platform, QL_STR("any"));
    if (any || !chosen.ptr || ql_eq(starts[i].platform, t->platform)) chosen = text;
    if (any) continue;
    if (!list) list = QL_SET(test, "commands", ql_array(t->a));
    ql_value *one = ql_push(list, ql_object(t->a));
    QL_SET(one, "platform", ql_string(t->a, starts[i].platform));
    QL_SET(one, "text", ql_string(t->a, text));
  }
  if (chosen.ptr) QL_SET(test, "command", ql_string(t->a, chosen));
}

/* ---- the test ---- */

static ql_status read_attempt(ql_arena *a, const ql_value *value, attempt *t, ql_error *err) {
  *t = (attempt){.a = a, .has_key = ql_get_bool(value, QL_STR("has_key"))};
  ql_status status = ql__find_provider(ql_get_str(value, QL_STR("provider")), &t->provider, err);
  if (status != QL_OK) return status;
  ql_str base = ql_get_str(value, QL_STR("base_url"));
  t->base = ql_trim(base.ptr ? base : t->provider->base_url);
  t->has_url = ql__url_read(t->base, &t->url, NULL) == QL_OK;
  t->sign_in = ql_get_bool(value, QL_STR("sign_in"));
  t->availability = ql_get_str(value, QL_STR("availability"));
  t->loopback = t->has_url && ql__is_loopback(t->url.host);
  t->origin = ql_get_str(value, QL_STR("origin"));
  t->platform = ql_get_str(value, QL_STR("platform"));
  t->problem = ql_get_str(value, QL_STR("problem"));
  t->status = ql_get_int(value, QL_STR("status"), 0);
  t->body = ql_get_str(value, QL_STR("body"));
  if (!t->body.ptr) t->body = QL_STR("");
  if (ql_json_read(a, t->body, &t->answer, NULL) != QL_OK) t->answer = NULL;
  return QL_OK;
}

ql_status ql_llm_models_read(ql_arena *a, const ql_value *value, ql_value **out, ql_error *err) {
  attempt t;
  ql_status status = read_attempt(a, value, &t, err);
  if (status != QL_OK) return status;
  ql_value *test = ql_object(a), *models = NULL;
  if (t.has_url && t.status >= 200 && t.status < 300 && !t.sign_in) models = ql__models_read(a, t.answer);
  finding found = !models ? of_attempt(&t) : models->count > 0 ? ANSWERS : EMPTY;
  add_commands(&t, findings[found].command, test);
  QL_SET(test, "cause", ql_string(a, findings[found].cause));
  QL_SET(test, "message", ql_string(a, fill(&t, findings[found].words)));
  if (!models) models = ql_array(a);
  if (found == BUILT_IN) QL_SET(ql_push(models, ql_object(a)), "id", ql__word(a, "built-in"));
  QL_SET(test, "models", models);
  if (ql_arena_failed(a)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  *out = test;
  return QL_OK;
}
