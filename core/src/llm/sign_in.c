/* A key by signing in at its provider: OAuth with PKCE, by redirect. The key itself comes to the host and never here.
   Source: RFC 7636; the page of OpenRouter on OAuth PKCE. */
#include "base/text.h"
#include "format/crypto.h"
#include "llm/wire.h"

#define TEXT_OF(object, literal) ql_get_str((object), QL_STR(literal))
#define VERIFIER_BYTES           32u
#define STATE_BYTES              16u

static const ql__sign_in rows[] = {
#define SIGN_IN(provider, base, page, exchange) {QL_STR_INIT(provider), QL_STR_INIT(base), QL_STR_INIT(page), QL_STR_INIT(exchange)},
#include "llm/sign_in.def"
};

const ql__sign_in *ql__sign_in_of(const ql__provider *provider) {
  for (size_t i = 0; i < QL_COUNT(rows); i++)
    if (ql_eq(rows[i].provider, provider->id)) return &rows[i];
  return NULL;
}

/* The provider, how it signs in, and its base URL, which has to end as it should. */
static ql_status find(ql_str id, ql_str base_url, const ql__sign_in **row, const ql__provider **provider, ql__url *base, ql_error *err) {
  ql_status status = ql__find_provider(id, provider, err);
  if (status != QL_OK) return status;
  *row = ql__sign_in_of(*provider);
  if (!*row) return ql_fail(err, QL_ERR_ARGUMENT, "nobody signs in at this provider: enter its key", id);
  status = ql__base_url(*provider, base_url, base, err);
  if (status == QL_OK && !ql_ends(base->path, (*row)->base))
    return ql_fail(err, QL_ERR_ARGUMENT, "there is no page to sign in at below this base URL: enter a key", base_url);
  return status;
}

static ql_str encoded(ql_arena *a, const uint8_t *bytes, size_t len) {
  ql_buf out = ql_buf_new(ql_arena_alloc(a));
  ql_base64url_add(&out, bytes, len);
  return ql_buf_take(&out, a);
}

ql_status ql_llm_sign_in(ql_arena *a, ql_str id, ql_str base_url, ql_str page, const uint8_t entropy[QL_SIGN_IN_BYTES], ql_value **out,
                         ql_error *err) {
  const ql__sign_in *row = NULL;
  const ql__provider *provider = NULL;
  ql__url base = {0}, back = {0};
  ql_status status = find(id, base_url, &row, &provider, &base, err);
  if (status == QL_OK) status = ql__url_read(page, &back, err);
  if (status == QL_OK && back.query.len > 0) return ql_fail(err, QL_ERR_ARGUMENT, "the page to come back to has no query", page);
  if (status != QL_OK) return status;
  ql_str verifier = encoded(a, entropy, VERIFIER_BYTES), state = encoded(a, entropy + VERIFIER_BYTES, STATE_BYTES);
  if (ql_arena_failed(a)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  uint8_t hash[QL_HASH_BYTES];
  ql_sha256(verifier, hash);
  const ql_str there[] = {ql_trim(page), QL_STR("?state="), state};
  const ql_str query[] = {QL_STR("callback_url="), ql__url_segments(a, ql_arena_concat(a, there, QL_COUNT(there))),
                          QL_STR("&code_challenge="), encoded(a, hash, sizeof hash), QL_STR("&code_challenge_method=S256")};
  base.path.len -= row->base.len;
  ql_value *value = ql_object(a);
  if (base_url.ptr) QL_SET(value, "base_url", ql_string(a, base_url));
  QL_SET(value, "provider", ql_string(a, provider->id));
  QL_SET(value, "state", ql_string(a, state));
  QL_SET(value, "url", ql_string(a, ql__url_join(a, &base, row->page, ql_arena_concat(a, query, QL_COUNT(query)))));
  QL_SET(value, "verifier", ql_string(a, verifier));
  if (ql_arena_failed(a)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  *out = value;
  return QL_OK;
}

static int hex_of(char c) {
  if (ql_is_digit(c)) return c - '0';
  char lower = (char)(c | 32);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* Percent-decoded, as it stands in a query. What is no UTF-8 then is not there. */
static ql_str decoded(ql_arena *a, ql_str s) {
  ql_buf out = ql_buf_new(ql_arena_alloc(a));
  for (size_t i = 0; i < s.len; i++) {
    char c = s.ptr[i];
    int high = c == '%' && i + 2 < s.len ? hex_of(s.ptr[i + 1]) : -1, low = high >= 0 ? hex_of(s.ptr[i + 2]) : -1;
    if (low >= 0) {
      c = (char)(high * 16 + low);
      i += 2;
    }
    ql_buf_byte(&out, c == '+' && low < 0 ? ' ' : c);
  }
  ql_str text = ql_buf_take(&out, a);
  return text.ptr && ql_utf8_bad(text) == SIZE_MAX ? text : QL_ABSENT;
}

/* A member of a query, which may be put behind another one with a second question mark. */
static ql_str member(ql_arena *a, ql_str query, ql_str name) {
  for (size_t from = 0; from < query.len;) {
    size_t to = from;
    while (to < query.len && query.ptr[to] != '&' && query.ptr[to] != '?') to++;
    ql_str pair = ql_slice(query, from, to);
    size_t equals = ql_find_byte(pair, '=', 0);
    if (equals != SIZE_MAX && ql_eq(ql_slice(pair, 0, equals), name)) return decoded(a, ql_slice(pair, equals + 1, pair.len));
    from = to + 1;
  }
  return QL_ABSENT;
}

ql_status ql_llm_sign_in_request(ql_arena *a, const ql_value *value, ql_str query, ql_value **out, ql_error *err) {
  const ql__sign_in *row = NULL;
  const ql__provider *provider = NULL;
  ql__url base = {0};
  ql_status status = find(TEXT_OF(value, "provider"), TEXT_OF(value, "base_url"), &row, &provider, &base, err);
  if (status != QL_OK) return status;
  ql_str state = TEXT_OF(value, "state"), said = member(a, query, QL_STR("state")), code = member(a, query, QL_STR("code"));
  ql_str error = member(a, query, QL_STR("error")), why = member(a, query, QL_STR("error_description"));
  if (ql_arena_failed(a)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  if (state.len == 0 || !ql_eq(state, said))
    return ql_fail(err, QL_ERR_STATE, "this is not the answer to the sign-in that was begun here: sign in again", QL_ABSENT);
  if (error.len > 0) return ql_fail(err, QL_ERR_STATE, "the provider gave no key", why.len > 0 ? why : error);
  if (code.len == 0) return ql_fail(err, QL_ERR_STATE, "the provider gave no key: sign in again, or enter one", QL_ABSENT);
  ql_value *body = ql_object(a), *request = ql_object(a);
  QL_SET(body, "code", ql_string(a, code));
  QL_SET(body, "code_challenge_method", ql__word(a, "S256"));
  QL_SET(body, "code_verifier", ql_string(a, TEXT_OF(value, "verifier")));
  QL_SET(request, "body", ql_string(a, ql_value_text(a, body)));
  ql_value *header = ql_push(QL_SET(request, "headers", ql_array(a)), ql_object(a));
  QL_SET(header, "name", ql__word(a, "content-type"));
  QL_SET(header, "value", ql__word(a, "application/json"));
  QL_SET(request, "method", ql__word(a, "POST"));
  QL_SET(request, "url", ql_string(a, ql__url_join(a, &base, row->exchange, QL_STR(""))));
  if (ql_arena_failed(a)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  *out = request;
  return QL_OK;
}
