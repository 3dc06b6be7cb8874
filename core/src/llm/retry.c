/* Whether, and when, a call is asked again. */
#include <questline/limits.h>

#include "base/text.h"
#include "llm/when.h"
#include "llm/wire.h"

enum {
#define RETRY(name, value, meaning) name = (value),
#include "llm/retry.def"
};

typedef enum fault_class { RATE, OVERLOAD, SERVER, NETWORK, CUT, GARBLED, QUOTA, KEY, LARGE, MOVED, FATAL } fault_class;

static const struct {
  ql_str word;
  fault_class fault;
} words[] = {
#define FAULT(word, class) {QL_STR_INIT(word), class},
#include "llm/faults.def"
};

static const struct {
  int64_t status;
  fault_class fault;
} statuses[] = {
#define STATUS(status, class) {status, class},
#include "llm/faults.def"
};

typedef struct failure {
  const ql__provider *provider;
  const ql_value *headers;
  ql_str message, fallback;
  int64_t now, since, attempt, status; /* status: 0 when there was no answer */
  bool again;                          /* the provider says that it may be asked again */
  fault_class fault;
} failure;

static ql_str header(const ql_value *headers, ql_str name) {
  for (const ql_value *one = headers && headers->kind == QL_ARRAY ? headers->first : NULL; one; one = one->next)
    if (ql_eq_nocase(ql_get_str(one, QL_STR("name")), name)) return ql_get_str(one, QL_STR("value"));
  return QL_ABSENT;
}

static fault_class class_of(const ql_value *fault, int64_t status) {
  ql_str code = ql_get_str(fault, QL_STR("code"));
  /* Gemini has no word of its own for that. */
  if (status == 400 && ql_find(ql_get_str(fault, QL_STR("message")), QL_STR("API key not valid"), 0) != SIZE_MAX) return KEY;
  for (size_t i = 0; code.ptr && i < QL_COUNT(words); i++)
    if (ql_eq(words[i].word, code)) return words[i].fault;
  for (size_t i = 0; i < QL_COUNT(statuses); i++)
    if (statuses[i].status == status) return statuses[i].fault;
  if (status >= 500) return SERVER;
  if (status >= 300) return FATAL;
  return status > 0 || code.ptr ? SERVER : NETWORK; /* an error in mid-stream, in words that are not known */
}

/* ---- the time a provider named ---- */

/* Limits that are told apart: what is left of each, and when it is whole again. */
static const struct {
  ql_str left, reset;
} limits[] = {
    {QL_STR_INIT("anthropic-ratelimit-requests-remaining"), QL_STR_INIT("anthropic-ratelimit-requests-reset")},
    {QL_STR_INIT("anthropic-ratelimit-tokens-remaining"), QL_STR_INIT("anthropic-ratelimit-tokens-reset")},
    {QL_STR_INIT("anthropic-ratelimit-input-tokens-remaining"), QL_STR_INIT("anthropic-ratelimit-input-tokens-reset")},
    {QL_STR_INIT("anthropic-ratelimit-output-tokens-remaining"), QL_STR_INIT("anthropic-ratelimit-output-tokens-reset")},
    {QL_STR_INIT("x-ratelimit-remaining-requests"), QL_STR_INIT("x-ratelimit-reset-requests")},
    {QL_STR_INIT("x-ratelimit-remaining-tokens"), QL_STR_INIT("x-ratelimit-reset-tokens")},
    {QL_STR_INIT("x-ratelimit-remaining"), QL_STR_INIT("x-ratelimit-reset")},
};

/* A moment, a duration, seconds from now, or a moment in seconds or ms since 1970. */
static bool read_reset(ql_str s, int64_t now, int64_t *wait) {
  int64_t at = 0;
  if (ql__stamp(s, &at)) {
    *wait = at - now;
    return true;
  }
  if (ql__duration(s, wait)) return true;
  if (!ql__seconds(s, wait)) return false;
  if (*wait > now / 2) {
    bool in_ms = *wait / 1000 > now / 2;
    *wait = (in_ms ? *wait / 1000 : *wait) - now;
  }
  return true;
}

/* "Please try again in 20ms.", "Please retry in 38.2s.": what a page can read where the browser hides the headers. */
static bool read_sentence(ql_str message, int64_t *wait) {
  static const ql_str phrases[] = {QL_STR_INIT("try again in "), QL_STR_INIT("retry in ")};
  for (size_t i = 0; i < QL_COUNT(phrases); i++) {
    size_t at = ql_find(message, phrases[i], 0);
    if (at == SIZE_MAX) continue;
    size_t from = at + phrases[i].len, to = from;
    while (to < message.len && (ql_is_alnum(message.ptr[to]) || message.ptr[to] == '.')) to++;
    while (to > from && message.ptr[to - 1] == '.') to--;
    if (ql__duration(ql_slice(message, from, to), wait)) return true;
  }
  return false;
}

static bool read_wait(const failure *f, int64_t *wait) {
  int64_t at = 0;
  ql_str after_ms = header(f->headers, QL_STR("retry-after-ms")), after = header(f->headers, QL_STR("retry-after"));
  if (after_ms.ptr && ql__seconds(after_ms, wait)) {
    *wait /= 1000;
    return true;
  }
  if (after.ptr && ql__seconds(after, wait)) return true;
  if (after.ptr && ql__http_date(after, f->now, &at)) {
    *wait = at - f->now;
    return true;
  }
  bool found = false;
  int64_t one = 0;
  for (size_t i = 0; f->fault == RATE && i < QL_COUNT(limits); i++) {
    ql_str left = header(f->headers, limits[i].left), reset = header(f->headers, limits[i].reset);
    bool spent = ql_eq(left, QL_STR("0")) || (!left.ptr && i + 1 == QL_COUNT(limits));
    if (!spent || !reset.ptr || !read_reset(ql_trim(reset), f->now, &one)) continue;
    if (!found || one > *wait) *wait = one;
    found = true;
  }
  return found || read_sentence(f->message, wait);
}

/* ---- the verdict ---- */

static uint64_t chance(const uint8_t entropy[8], int64_t most) {
  uint64_t value = 0;
  for (size_t i = 0; i < 8; i++) value = value << 8 | entropy[i];
  return value % ((uint64_t)most + 1);
}

/* Full jitter: anything from nothing up to a bound that doubles. */
static int64_t backoff(const failure *f, const uint8_t entropy[8]) {
  int64_t most = f->fault == RATE ? RATE_BASE_MS : BASE_MS;
  for (int64_t i = 1; i < f->attempt && most < BACKOFF_MAX_MS; i++) most *= 2;
  return (int64_t)chance(entropy, most < BACKOFF_MAX_MS ? most : BACKOFF_MAX_MS);
}

static const char *const reasons[] = {
    [RATE] = "is asked too often",
    [OVERLOAD] = "is overloaded",
    [SERVER] = "failed",
    [NETWORK] = "could not be reached",
    [CUT] = "broke off",
    [GARBLED] = "could not be understood",
    [KEY] = "refused the key",
    [QUOTA] = "has no credit left for this key",
    [LARGE] = "said too much",
    [MOVED] = "sends elsewhere; give the base URL it leads to",
    [FATAL] = "refused the request",
};

static void add_words(ql_buf *out, const failure *f) {
  ql_buf_add(out, f->provider->title);
  ql_buf_byte(out, ' ');
  const char *reason = reasons[f->fault];
  while (*reason != '\0') ql_buf_byte(out, *reason++);
  if (f->status >= 300) {
    ql_buf_add(out, QL_STR(" (HTTP "));
    ql_buf_int(out, f->status);
    ql_buf_byte(out, ')');
  }
}

/* In the largest unit that makes two of it, rounded up. */
static void add_time(ql_buf *out, int64_t ms) {
  static const struct {
    int64_t ms;
    ql_str word;
  } UNITS[] = {{3600000, QL_STR_INIT(" h")}, {60000, QL_STR_INIT(" min")}, {1000, QL_STR_INIT(" s")}};
  size_t i = 0;
  while (i + 1 < QL_COUNT(UNITS) && ms < 2 * UNITS[i].ms) i++;
  ql_buf_int(out, (ms + UNITS[i].ms - 1) / UNITS[i].ms);
  ql_buf_add(out, UNITS[i].word);
}

/* The provider's words, as the rest of the sentence. */
static void add_message(ql_buf *out, ql_str message) {
  ql_str words_of = ql_trim(message);
  if (words_of.len == 0) return;
  ql_buf_add(out, QL_STR(": "));
  ql_buf_add(out, words_of);
}

typedef struct verdict {
  const char *decision;
  int64_t at; /* 0: none */
  ql_str model;
} verdict;

static verdict judge(const failure *f, const uint8_t entropy[8]) {
  verdict stop = {"stop", 0, QL_ABSENT};
  int64_t most = f->fault == CUT || f->fault == GARBLED ? CUT_ATTEMPTS_MAX : ATTEMPTS_MAX, wait = 0;
  if (!f->again) return stop;
  if (f->fault == OVERLOAD && f->attempt >= OVERLOAD_ATTEMPTS && f->fallback.len > 0) return (verdict){"fallback", 0, f->fallback};
  bool named = read_wait(f, &wait);
  if (wait < 0) wait = 0;
  if (wait > NAMED_MAX_MS) wait = NAMED_MAX_MS;
  if (named && wait > WAIT_MAX_MS) return (verdict){"pause", f->now + wait, QL_ABSENT};
  if (f->attempt >= most) return stop;
  wait = named ? wait + (int64_t)chance(entropy, SPREAD_MS) : backoff(f, entropy);
  if (f->now + wait - f->since > TOTAL_MAX_MS) return (verdict){"pause", f->now + (named ? wait : PAUSE_MS), QL_ABSENT};
  return (verdict){"retry", f->now + wait, QL_ABSENT};
}

static ql_str say(ql_arena *a, const failure *f, const verdict *v) {
  ql_buf out = ql_buf_new(ql_arena_alloc(a));
  add_words(&out, f);
  if (v->model.ptr) {
    ql_buf_add(&out, QL_STR("; "));
    ql_buf_add(&out, v->model);
    ql_buf_add(&out, QL_STR(" is asked in its place"));
  } else if (v->at > 0 && v->decision[0] == 'r') {
    ql_buf_add(&out, QL_STR("; it is asked again in "));
    add_time(&out, v->at - f->now);
  } else if (v->at > 0) {
    ql_buf_add(&out, QL_STR("; it can be asked again in "));
    add_time(&out, v->at - f->now);
  } else if (f->again) {
    ql_buf_add(&out, QL_STR(" in "));
    ql_buf_int(&out, f->attempt);
    ql_buf_add(&out, f->attempt == 1 ? QL_STR(" attempt") : QL_STR(" attempts"));
    add_message(&out, f->message);
  } else if (f->fault != MOVED) { /* what a redirect says of itself is nothing */
    add_message(&out, f->message);
  }
  if (out.len > 0 && out.ptr[out.len - 1] != '.') ql_buf_byte(&out, '.');
  return ql_buf_take(&out, a);
}

ql_status ql_llm_retry(ql_arena *a, const ql_value *value, const uint8_t entropy[8], ql_value **out, ql_error *err) {
  failure f = {.headers = QL_GET(value, "headers"), .fallback = ql_get_str(value, QL_STR("fallback"))};
  ql_status status = ql__find_provider(ql_get_str(value, QL_STR("provider")), &f.provider, err);
  if (status != QL_OK) return status;
  f.attempt = ql_get_int(value, QL_STR("attempt"), 0);
  if (f.attempt < 1) return ql_fail(err, QL_ERR_ARGUMENT, "attempts are counted from 1", QL_ABSENT);
  const ql_value *fault = QL_GET(value, "fault");
  f.message = ql_get_str(fault, QL_STR("message"));
  f.now = ql_get_int(value, QL_STR("now"), 0);
  if (f.now < 1) return ql_fail(err, QL_ERR_ARGUMENT, "now is missing", QL_ABSENT);
  f.since = ql_get_int(value, QL_STR("since"), f.now);
  f.status = ql_get_int(value, QL_STR("status"), ql_get_int(fault, QL_STR("status"), 0));
  f.fault = class_of(fault, f.status);
  if (f.fault == NETWORK && ql_get_bool(value, QL_STR("began"))) f.fault = CUT;
  ql_str should = header(f.headers, QL_STR("x-should-retry"));
  f.again = f.fault < QUOTA;
  if (f.fault != QUOTA && should.ptr) f.again = ql_eq(should, QL_STR("true")) || (f.again && !ql_eq(should, QL_STR("false")));
  verdict v = judge(&f, entropy);
  ql_value *verdict_value = ql_object(a);
  if (v.at > 0) QL_SET(verdict_value, "at", ql_int(a, v.at));
  QL_SET(verdict_value, "decision", ql__word(a, v.decision));
  QL_SET(verdict_value, "message", ql_string(a, say(a, &f, &v)));
  if (v.model.ptr) QL_SET(verdict_value, "model", ql_string(a, v.model));
  if (ql_arena_failed(a)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  *out = verdict_value;
  return QL_OK;
}
