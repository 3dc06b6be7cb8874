#include "base/date.h"

static void two_digits(ql_buf *out, int64_t n) {
  if (n < 10) ql_buf_byte(out, '0');
  ql_buf_int(out, n);
}

/* Days since 1970-01-01 as a date: years begin in March, so that the leap day is the last of one. */
void ql_date_add(ql_buf *out, int64_t at) {
  int64_t days = at / 86400000 + 719468;
  int64_t era = days / 146097, day_of_era = days % 146097;
  int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  int64_t month = (5 * day_of_year + 2) / 153, day = day_of_year - (153 * month + 2) / 5 + 1;
  month += month < 10 ? 3 : -9;
  ql_buf_int(out, era * 400 + year_of_era + (month <= 2));
  ql_buf_byte(out, '-');
  two_digits(out, month);
  ql_buf_byte(out, '-');
  two_digits(out, day);
}

void ql_clock_add(ql_buf *out, int64_t at) {
  two_digits(out, at / 3600000 % 24);
  ql_buf_byte(out, ':');
  two_digits(out, at / 60000 % 60);
}

void ql_milli_add(ql_buf *out, int64_t milli) {
  if (milli < 0) ql_buf_byte(out, '-');
  uint64_t size = milli < 0 ? 0 - (uint64_t)milli : (uint64_t)milli;
  ql_buf_int(out, (int64_t)(size / 1000));
  unsigned rest = (unsigned)(size % 1000);
  if (rest > 0) ql_buf_byte(out, '.');
  for (unsigned place = 100; rest > 0; rest %= place, place /= 10) ql_buf_byte(out, (char)('0' + rest / place));
}
