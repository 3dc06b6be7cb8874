#include "llm/when.h"

#include "base/text.h"

#define MS_MAX INT64_C(100000000000000) /* more than three thousand years */

/* Digits, at most `most` of them. */
static bool digits(ql_str s, size_t *at, size_t least, size_t most, int64_t *out) {
  size_t from = *at;
  int64_t value = 0;
  while (*at < s.len && *at - from < most && ql_is_digit(s.ptr[*at])) value = value * 10 + (s.ptr[(*at)++] - '0');
  *out = value;
  return *at - from >= least;
}

/* A number with or without a fraction, in thousandths. */
static bool thousandths(ql_str s, size_t *at, int64_t *out) {
  int64_t whole = 0, place = 100;
  if (!digits(s, at, 1, 14, &whole)) return false;
  *out = whole * 1000;
  if (*at >= s.len || s.ptr[*at] != '.') return true;
  size_t point = (*at)++;
  for (; *at < s.len && ql_is_digit(s.ptr[*at]); ++*at, place /= 10) *out += (s.ptr[*at] - '0') * place;
  if (*at == point + 1) *at = point; /* the full stop of a sentence */
  return true;
}

bool ql__seconds(ql_str s, int64_t *ms) {
  size_t at = 0;
  ql_str trimmed = ql_trim(s);
  return thousandths(trimmed, &at, ms) && at == trimmed.len;
}

/* Whether a unit of time stands here; its ms in *size. */
static bool unit(ql_str s, size_t *at, int64_t *size) {
  static const struct {
    ql_str name;
    int64_t ms;
  } units[] = {{QL_STR_INIT("ms"), 1},
               {QL_STR_INIT("s"), 1000},
               {QL_STR_INIT("m"), 60000},
               {QL_STR_INIT("h"), 3600000},
               {QL_STR_INIT("d"), 86400000}};
  for (size_t i = 0; i < QL_COUNT(units); i++) {
    if (!ql_starts(ql_slice(s, *at, s.len), units[i].name)) continue;
    *at += units[i].name.len;
    *size = units[i].ms;
    return true;
  }
  return false;
}

bool ql__duration(ql_str s, int64_t *ms) {
  int64_t sum = 0, amount = 0, size = 0;
  size_t at = 0;
  if (s.len == 0) return false;
  while (at < s.len && ql_is_digit(s.ptr[at])) {
    if (!thousandths(s, &at, &amount) || !unit(s, &at, &size) || amount / 1000 > MS_MAX / size) return false;
    sum += amount * size / 1000;
    if (sum > MS_MAX) return false;
  }
  *ms = sum;
  return at == s.len;
}

/* Days since 1970-01-01: years begin in March, so that the leap day is the last of one. */
static int64_t days_of(int64_t year, int64_t month, int64_t day) {
  year -= month <= 2;
  int64_t era = year / 400, year_of_era = year % 400;
  int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

static bool moment(const int64_t date[3], const int64_t clock[3], int64_t *at) {
  bool fits =
      date[0] >= 1970 && date[1] >= 1 && date[1] <= 12 && date[2] >= 1 && date[2] <= 31 && clock[0] < 24 && clock[1] < 60 && clock[2] < 61;
  if (fits) *at = (((days_of(date[0], date[1], date[2]) * 24 + clock[0]) * 60 + clock[1]) * 60 + clock[2]) * 1000;
  return fits;
}

static bool read_clock(ql_str s, size_t *at, int64_t clock[3]) {
  for (size_t i = 0; i < 3; i++) {
    if (i > 0 && (*at >= s.len || s.ptr[(*at)++] != ':')) return false;
    if (!digits(s, at, 2, 2, &clock[i])) return false;
  }
  return true;
}

static int64_t month_of(ql_str word) {
  ql_str names = QL_STR("JanFebMarAprMayJunJulAugSepOctNovDec");
  if (word.len != 3) return 0;
  for (size_t i = 0; i < 12; i++)
    if (ql_eq(ql_slice(names, 3 * i, 3 * i + 3), word)) return (int64_t)i + 1;
  return 0;
}

/* "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994": the words in whatever order they come. */
bool ql__http_date(ql_str s, int64_t now, int64_t *out) {
  int64_t date[3] = {0, 0, 0}, clock[3] = {-1, -1, -1}, number = 0;
  size_t at = 0;
  while (at < s.len) {
    size_t from = at;
    if (ql_is_alpha(s.ptr[at])) {
      while (at < s.len && ql_is_alpha(s.ptr[at])) at++;
      int64_t month = month_of(ql_slice(s, from, at));
      if (month > 0) date[1] = month;
    } else if (!ql_is_digit(s.ptr[at])) {
      at++;
    } else if (from + 2 < s.len && s.ptr[from + 2] == ':') {
      if (!read_clock(s, &at, clock)) return false;
    } else if (!digits(s, &at, 1, 4, &number)) {
      return false;
    } else if (date[2] == 0) {
      date[2] = number;
    } else {
      date[0] = number;
      if (at - from == 4) continue;
      int64_t year = 1970 + now / INT64_C(31556952000);
      date[0] += year - year % 100;
      if (date[0] > year + 50) date[0] -= 100;
    }
  }
  return clock[0] >= 0 && moment(date, clock, out);
}

bool ql__stamp(ql_str s, int64_t *out) {
  int64_t date[3] = {0, 0, 0}, clock[3] = {0, 0, 0}, rest = 0, hours = 0, minutes = 0;
  size_t at = 0;
  for (size_t i = 0; i < 3; i++) {
    if (i > 0 && (at >= s.len || s.ptr[at++] != '-')) return false;
    if (!digits(s, &at, i == 0 ? 4 : 2, i == 0 ? 4 : 2, &date[i])) return false;
  }
  if (at >= s.len || (s.ptr[at] != 'T' && s.ptr[at] != 't' && s.ptr[at] != ' ')) return false;
  at++;
  if (!read_clock(s, &at, clock) || !moment(date, clock, out)) return false;
  if (at < s.len && s.ptr[at] == '.') {
    int64_t place = 100;
    for (at++; at < s.len && ql_is_digit(s.ptr[at]); at++, place /= 10) rest += (s.ptr[at] - '0') * place;
    *out += rest;
  }
  if (at + 1 == s.len && (s.ptr[at] == 'Z' || s.ptr[at] == 'z')) return true;
  if (at >= s.len || (s.ptr[at] != '+' && s.ptr[at] != '-')) return false;
  int64_t sign = s.ptr[at++] == '+' ? -60000 : 60000;
  if (!digits(s, &at, 2, 2, &hours) || at >= s.len || s.ptr[at++] != ':' || !digits(s, &at, 2, 2, &minutes) || at != s.len) return false;
  *out += sign * (hours * 60 + minutes);
  return true;
}
