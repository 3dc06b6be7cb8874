#include "format/html.h"

#include "base/text.h"

void ql_html_text(ql_buf *out, ql_str text) {
  size_t plain = 0;
  for (size_t i = 0; i < text.len; i++) {
    ql_str entity;
    switch (text.ptr[i]) {
    case '&': entity = QL_STR("&amp;"); break;
    case '<': entity = QL_STR("&lt;"); break;
    case '>': entity = QL_STR("&gt;"); break;
    case '"': entity = QL_STR("&quot;"); break;
    case '\'': entity = QL_STR("&#39;"); break;
    default: continue;
    }
    ql_buf_add(out, ql_slice(text, plain, i));
    ql_buf_add(out, entity);
    plain = i + 1;
  }
  ql_buf_add(out, ql_slice(text, plain, text.len));
}

static bool numeric_entity(ql_str digits, uint32_t *code_point) {
  uint32_t base = 10, value = 0;
  if (digits.len > 0 && ql_to_lower(digits.ptr[0]) == 'x') {
    base = 16;
    digits = ql_slice(digits, 1, digits.len);
  }
  for (size_t i = 0; i < digits.len; i++) {
    char c = ql_to_lower(digits.ptr[i]);
    uint32_t digit = ql_is_digit(c) ? (uint32_t)(c - '0') : c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a') + 10 : base;
    if (digit >= base) return false;
    value = value * base + digit;
    if (value > 0x10FFFF) return false;
  }
  *code_point = value;
  return value != 0 && !(value >= 0xD800 && value <= 0xDFFF);
}

bool ql_html_entity(ql_str entity, uint32_t *code_point) {
  static const struct {
    ql_str name;
    uint32_t code_point;
  } names[] = {{QL_STR_INIT("amp"), '&'},   {QL_STR_INIT("lt"), '<'},       {QL_STR_INIT("gt"), '>'},
               {QL_STR_INIT("quot"), '"'},  {QL_STR_INIT("apos"), '\''},    {QL_STR_INIT("nbsp"), 0xA0},
               {QL_STR_INIT("copy"), 0xA9}, {QL_STR_INIT("mdash"), 0x2014}, {QL_STR_INIT("hellip"), 0x2026}};
  if (!ql_starts(entity, QL_STR("&")) || !ql_ends(entity, QL_STR(";"))) return false;
  ql_str name = ql_slice(entity, 1, entity.len - 1);
  if (ql_starts(name, QL_STR("#"))) return numeric_entity(ql_slice(name, 1, name.len), code_point);
  for (size_t i = 0; i < QL_COUNT(names); i++) {
    if (!ql_eq(name, names[i].name)) continue;
    *code_point = names[i].code_point;
    return true;
  }
  return false;
}

bool ql_html_url_allowed(ql_str url) {
  static const ql_str schemes[] = {QL_STR_INIT("http"), QL_STR_INIT("https"), QL_STR_INIT("mailto")};
  for (size_t i = 0; i < url.len; i++) {
    char c = url.ptr[i];
    if (c == '/' || c == '?' || c == '#') return true;
    if (c != ':') continue;
    for (size_t k = 0; k < QL_COUNT(schemes); k++)
      if (ql_eq_nocase(ql_slice(url, 0, i), schemes[k])) return true;
    return false;
  }
  return true;
}

bool ql_html_url_absolute(ql_str url) {
  size_t i = 0;
  while (i < url.len && ql_find_byte(QL_STR("/?#:"), url.ptr[i], 0) == SIZE_MAX) i++;
  return i > 0 && i < url.len && url.ptr[i] == ':';
}

void ql_html_url(ql_buf *out, ql_str url) {
  static const char digits[] = "0123456789ABCDEF";
  static const ql_str kept = QL_STR_INIT("-_.+!*(),%#@?=;:/$~[]");
  for (size_t i = 0; i < url.len; i++) {
    char c = url.ptr[i];
    if (ql_is_alnum(c) || ql_find_byte(kept, c, 0) != SIZE_MAX) {
      ql_buf_byte(out, c);
    } else if (c == '&') {
      ql_buf_add(out, QL_STR("&amp;"));
    } else {
      ql_buf_byte(out, '%');
      ql_buf_byte(out, digits[(unsigned char)c >> 4]);
      ql_buf_byte(out, digits[(unsigned char)c & 15]);
    }
  }
}

void ql_html_slug(ql_buf *out, ql_str title) {
  title = ql_trim(title);
  for (size_t i = 0; i < title.len; i++) {
    char c = title.ptr[i];
    if (ql_is_space(c))
      ql_buf_byte(out, '-');
    else if (ql_is_alnum(c) || c == '_' || c == '-' || (unsigned char)c >= 0x80)
      ql_buf_byte(out, ql_to_lower(c));
  }
}
