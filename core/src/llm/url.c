/* Base URLs: what may stand in one, and how a path is put behind it. Source: RFC 3986. */
#include "base/text.h"
#include "llm/wire.h"

/* What may be a password is not repeated. */
static ql_status refuse(ql_error *err, const char *message, ql_str text) {
  return ql_fail(err, QL_ERR_ARGUMENT, message, ql_find_byte(text, '@', 0) == SIZE_MAX ? text : QL_ABSENT);
}

static bool is_host_byte(char c) { return ql_is_alnum(c) || c == '-' || c == '.' || c == '_'; }

/* A name, an IPv4 address or, in brackets, an IPv6 address; then perhaps a port. */
static bool read_authority(ql_str authority, ql_str *host) {
  size_t at = 0;
  if (ql_starts(authority, QL_STR("["))) {
    for (at = 1; at < authority.len && authority.ptr[at] != ']'; at++)
      if (!is_host_byte(authority.ptr[at]) && authority.ptr[at] != ':') return false;
    if (at < 3 || at++ == authority.len) return false;
  } else {
    while (at < authority.len && is_host_byte(authority.ptr[at])) at++;
    if (at == 0) return false;
  }
  *host = ql_slice(authority, 0, at);
  if (at == authority.len) return true;
  size_t digits = authority.len - at - 1;
  if (authority.ptr[at] != ':' || digits < 1 || digits > 5) return false;
  unsigned port = 0;
  for (size_t i = at + 1; i < authority.len; i++) {
    if (!ql_is_digit(authority.ptr[i])) return false;
    port = port * 10 + (unsigned)(authority.ptr[i] - '0');
  }
  return port > 0 && port < 65536;
}

ql_status ql__url_read(ql_str text, ql__url *out, ql_error *err) {
  ql_str trimmed = ql_trim(text);
  bool secure = ql_starts_nocase(trimmed, QL_STR("https://"));
  if (!secure && !ql_starts_nocase(trimmed, QL_STR("http://"))) return refuse(err, "a base URL begins with http:// or https://", text);
  for (size_t i = 0; i < trimmed.len; i++) {
    char c = trimmed.ptr[i];
    if (c <= ' ' || c >= 0x7F || c == '\\' || c == '"' || c == '<' || c == '>')
      return refuse(err, "this may not stand in a URL; write it percent-encoded", ql_slice(text, 0, ql_utf8_bad(text)));
    if (c == '#') return refuse(err, "a base URL has no fragment", text);
  }
  ql_str rest = ql_slice(trimmed, secure ? 8 : 7, trimmed.len);
  size_t query = ql_find_byte(rest, '?', 0);
  ql__url url = {.secure = secure, .query = ql_slice(rest, query == SIZE_MAX ? rest.len : query + 1, rest.len)};
  rest = ql_slice(rest, 0, query);
  size_t slash = ql_find_byte(rest, '/', 0);
  url.authority = ql_slice(rest, 0, slash);
  if (ql_find_byte(url.authority, '@', 0) != SIZE_MAX) return refuse(err, "a base URL holds no user name and no password", QL_STR("@"));
  if (!read_authority(url.authority, &url.host)) return refuse(err, "the base URL names no host", text);
  url.path = ql_slice(rest, url.authority.len, rest.len);
  while (url.path.len > 0 && url.path.ptr[url.path.len - 1] == '/') url.path.len--;
  *out = url;
  return QL_OK;
}

ql_status ql__base_url(const ql__provider *provider, ql_str given, ql__url *out, ql_error *err) {
  if (!ql__is_built_in(provider)) return ql__url_read(given.ptr ? given : provider->base_url, out, err);
  if (given.ptr) return refuse(err, "the model of a browser has no address", given);
  *out = (ql__url){.built_in = true, .authority = QL_STR("browser"), .host = QL_STR("browser"), .path = QL_STR(""), .query = QL_STR("")};
  return QL_OK;
}

ql_str ql__url_join(ql_arena *a, const ql__url *base, ql_str path, ql_str query) {
  bool both = base->query.len > 0 && query.len > 0;
  ql_str pieces[] = {
      base->built_in ? QL_STR("prompt://")
      : base->secure ? QL_STR("https://")
                     : QL_STR("http://"),
      ql_lower(a, base->authority),
      base->path,
      path,
      base->query.len + query.len > 0 ? QL_STR("?") : QL_STR(""),
      base->query,
      both ? QL_STR("&") : QL_STR(""),
      query,
  };
  return ql_arena_concat(a, pieces, QL_COUNT(pieces));
}

ql_str ql__url_segments(ql_arena *a, ql_str s) {
  static const char hex[] = "0123456789ABCDEF";
  ql_buf out = ql_buf_new(ql_arena_alloc(a));
  for (size_t i = 0; i < s.len; i++) {
    unsigned char c = (unsigned char)s.ptr[i];
    if (ql_is_alnum((char)c) || c == '-' || c == '.' || c == '_' || c == '~' || c == '/' || c == ':') {
      ql_buf_byte(&out, (char)c);
      continue;
    }
    ql_buf_byte(&out, '%');
    ql_buf_byte(&out, hex[c >> 4]);
    ql_buf_byte(&out, hex[c & 15]);
  }
  return ql_buf_take(&out, a);
}
