#include "plan/parts.h"

#include "base/text.h"
#include "plan/json.h"

static ql_str from(ql_str s, size_t at) { return ql_slice(s, at, s.len); }

/* Takes a canonical JSON string off the start of *rest. */
static bool take_quoted(ql_arena *a, ql_str *rest, ql_str *out) {
  size_t end = 1;
  if (!ql_starts(*rest, QL_STR("\""))) return false;
  while (end < rest->len && rest->ptr[end] != '"') end += rest->ptr[end] == '\\' ? 2 : 1;
  if (end >= rest->len) return false;
  ql_value *value;
  if (ql_canon_read(a, ql_slice(*rest, 0, end + 1), &value, NULL) != QL_OK) return false;
  *out = value->text;
  *rest = from(*rest, end + 1);
  return true;
}

/* Takes digits, and a point in front of up to three more when milli is asked for. False for none, or more than fit. */
static bool take_number(ql_str *rest, bool milli, int64_t *out) {
  size_t at = 0, digits = 0;
  int64_t n = 0, scale = milli ? 1000 : 1;
  bool point = false;
  for (; at < rest->len; at++) {
    char c = rest->ptr[at];
    if (milli && c == '.' && !point && digits > 0 && at + 1 < rest->len && ql_is_digit(rest->ptr[at + 1])) {
      point = true;
      continue;
    }
    if (!ql_is_digit(c)) break;
    if (point && scale == 1) return false;
    if (n > (INT64_MAX - 9) / 10) return false;
    n = n * 10 + (c - '0');
    digits++;
    if (point) scale /= 10;
  }
  if (digits == 0 || n > INT64_MAX / scale) return false;
  *out = n * scale;
  *rest = from(*rest, at);
  return true;
}

/* ---- sources ---- */

static void put_text(ql_buf *buf, ql_str name, ql_str text) {
  if (text.len == 0) return;
  ql_buf_add(buf, QL_STR(", "));
  ql_buf_add(buf, name);
  ql_buf_byte(buf, ' ');
  ql_json_string(buf, text);
}

void ql__put_source(ql_buf *buf, const ql_plan_source *source) {
  ql_buf_add(buf, ql__origins[source->origin]);
  put_text(buf, QL_STR("agent"), source->agent);
  put_text(buf, QL_STR("rule"), source->rule);
  put_text(buf, QL_STR("path"), source->path);
  if (source->line > 0) {
    ql_buf_add(buf, QL_STR(", line "));
    ql_buf_int(buf, source->line);
  }
  put_text(buf, QL_STR("words"), source->words);
}

bool ql__get_source(ql_arena *a, ql_str text, ql_plan_source *out) {
  size_t comma = ql_find_byte(text, ',', 0);
  ql_plan_source source = {.origin = (ql_origin)ql__word_index(ql__origins, QL_ORIGIN_COUNT, ql_trim(ql_slice(text, 0, comma)))};
  struct {
    ql_str name, *text;
  } texts[] = {{QL_STR("agent "), &source.agent},
               {QL_STR("rule "), &source.rule},
               {QL_STR("path "), &source.path},
               {QL_STR("words "), &source.words}};
  ql_str rest = from(text, comma == SIZE_MAX ? text.len : comma);
  if (source.origin == QL_FROM_NOWHERE) return false;
  while (rest.len > 0) {
    if (!ql_starts(rest, QL_STR(","))) return false;
    rest = ql_trim(from(rest, 1));
    int64_t line;
    bool known = false;
    for (size_t i = 0; i < QL_COUNT(texts) && !known; i++) {
      if (!ql_starts(rest, texts[i].name)) continue;
      rest = ql_trim(from(rest, texts[i].name.len));
      if (!take_quoted(a, &rest, texts[i].text)) return false;
      known = true;
    }
    if (!known && ql_starts(rest, QL_STR("line "))) {
      rest = from(rest, 5);
      if (!take_number(&rest, false, &line) || line > UINT32_MAX) return false;
      source.line = (uint32_t)line;
      known = true;
    }
    if (!known) return false;
    rest = ql_trim(rest);
  }
  *out = source;
  return true;
}

/* ---- numbers ---- */

void ql__put_measure(ql_buf *buf, const ql_measure *measure) {
  uint64_t size = measure->milli < 0 ? 0 - (uint64_t)measure->milli : (uint64_t)measure->milli;
  ql_buf_add(buf, ql_relation_sign(measure->relation));
  ql_buf_byte(buf, ' ');
  if (measure->milli < 0) ql_buf_byte(buf, '-');
  ql_buf_int(buf, (int64_t)(size / 1000));
  if (size % 1000 > 0) {
    char digits[3] = {(char)('0' + size % 1000 / 100), (char)('0' + size % 100 / 10), (char)('0' + size % 10)};
    size_t len = digits[2] != '0' ? 3 : digits[1] != '0' ? 2 : 1;
    ql_buf_byte(buf, '.');
    ql_buf_add(buf, (ql_str){digits, len});
  }
  if (measure->unit.len > 0) ql_buf_byte(buf, ' ');
  ql_buf_add(buf, measure->unit);
}

bool ql__get_measure(ql_str text, ql_measure *out) {
  ql_measure measure = {0};
  size_t len = text.len > 1 && text.ptr[1] == '=' ? 2 : 1;
  if (!ql_relation_read(ql_slice(text, 0, len), &measure.relation)) return false;
  ql_str rest = ql_trim(from(text, len));
  bool minus = ql_starts(rest, QL_STR("-"));
  rest = from(rest, minus);
  if (!take_number(&rest, true, &measure.milli)) return false;
  if (minus) measure.milli = -measure.milli;
  measure.unit = ql_trim(rest);
  *out = measure;
  return true;
}

static void put_part(ql_buf *buf, size_t start, int64_t number, ql_str words) {
  if (number < 0) return;
  if (buf->len > start) ql_buf_add(buf, QL_STR(", "));
  ql_buf_int(buf, number);
  ql_buf_add(buf, words);
}

void ql__put_estimate(ql_buf *buf, const ql_plan_estimate *estimate) {
  size_t start = buf->len;
  put_part(buf, start, estimate->input, QL_STR(" tokens in"));
  put_part(buf, start, estimate->output, QL_STR(" tokens out"));
  put_part(buf, start, estimate->minutes, QL_STR(" minutes"));
}

static const struct {
  ql_str word;
  int64_t minutes;
} SPANS[] = {{QL_STR_INIT("minutes"), 1}, {QL_STR_INIT("minute"), 1},   {QL_STR_INIT("mins"), 1},    {QL_STR_INIT("min"), 1},
             {QL_STR_INIT("m"), 1},       {QL_STR_INIT("hours"), 60},   {QL_STR_INIT("hour"), 60},   {QL_STR_INIT("hrs"), 60},
             {QL_STR_INIT("hr"), 60},     {QL_STR_INIT("h"), 60},       {QL_STR_INIT("days"), 480},  {QL_STR_INIT("day"), 480},
             {QL_STR_INIT("d"), 480},     {QL_STR_INIT("weeks"), 2400}, {QL_STR_INIT("week"), 2400}, {QL_STR_INIT("w"), 2400}};

/* "2 hours", "~15 min", "1-2 h", "1.5 days" */
static bool get_span(ql_str text, int64_t *minutes) {
  int64_t milli;
  ql_str rest = ql_trim(from(text, ql_starts(text, QL_STR("~"))));
  if (!take_number(&rest, true, &milli)) return false;
  rest = ql_trim(rest);
  static const ql_str dashes[] = {QL_STR_INIT("-"), QL_STR_INIT("\xE2\x80\x93"), QL_STR_INIT("to ")};
  for (size_t i = 0; i < QL_COUNT(dashes); i++) {
    if (!ql_starts(rest, dashes[i])) continue;
    rest = ql_trim(from(rest, dashes[i].len));
    if (!take_number(&rest, true, &milli)) return false;
    rest = ql_trim(rest);
    break;
  }
  for (size_t i = 0; i < QL_COUNT(SPANS); i++) {
    if (!ql_eq_nocase(rest, SPANS[i].word)) continue;
    if (milli > INT64_MAX / SPANS[i].minutes) return false;
    *minutes = milli * SPANS[i].minutes / 1000;
    return true;
  }
  return false;
}

bool ql__get_estimate(ql_str text, ql_plan_estimate *out) {
  ql_plan_estimate estimate = *out;
  for (ql_str left = text; left.len > 0;) {
    size_t comma = ql_find_byte(left, ',', 0);
    ql_str part = ql_trim(ql_slice(left, 0, comma)), rest = part;
    left = comma == SIZE_MAX ? QL_STR("") : from(left, comma + 1);
    int64_t number;
    if (take_number(&rest, false, &number)) {
      bool in = ql_eq(rest, QL_STR(" tokens in")), whole = ql_eq(rest, QL_STR(" minutes"));
      int64_t *place = in ? &estimate.input : ql_eq(rest, QL_STR(" tokens out")) ? &estimate.output : whole ? &estimate.minutes : NULL;
      if (place) {
        *place = number;
        continue;
      }
    }
    if (!get_span(part, &estimate.minutes)) return false;
  }
  *out = estimate;
  return text.len > 0;
}

/* ---- keys ---- */

/* A word that ends with the first colon behind it. */
static bool is_plain_key(ql_str key) {
  for (size_t i = 0; i < key.len; i++)
    if (!(ql_is_alnum(key.ptr[i]) || key.ptr[i] == '_' || key.ptr[i] == '-' || key.ptr[i] == '.' || key.ptr[i] == '/' ||
          (key.ptr[i] == ':' && i + 1 < key.len)))
      return false;
  return key.len > 0;
}

void ql__put_key(ql_buf *buf, ql_str key) {
  if (is_plain_key(key))
    ql_buf_add(buf, key);
  else
    ql_json_string(buf, key);
  ql_buf_add(buf, QL_STR(": "));
}

bool ql__get_key(ql_arena *a, ql_str item, ql_str *key, ql_str *rest) {
  ql_str behind = item;
  if (!take_quoted(a, &behind, key)) {
    size_t end = ql_find(item, QL_STR(": "), 0);
    if (end == SIZE_MAX && ql_ends(item, QL_STR(":"))) end = item.len - 1;
    if (end == SIZE_MAX || !is_plain_key(ql_slice(item, 0, end))) return false;
    *key = ql_slice(item, 0, end);
    behind = from(item, end);
  }
  if (!ql_starts(behind, QL_STR(":"))) return false;
  *rest = ql_trim(from(behind, 1));
  return true;
}
