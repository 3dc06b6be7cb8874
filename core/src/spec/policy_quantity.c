#include "spec/policy_quantity.h"

#include "base/text.h"

#define WHOLE_MAX  INT64_C(1000000000000) /* of the part before the point */
#define MILLI      1000
#define UNIT_MAX   16u
#define CLAUSE_MAX 80u /* bytes before a relation that are looked at */

/* Words that say how a number is meant. The longer of two that start alike comes first. */
static const struct {
  ql_str words;
  ql_relation relation;
} RELATIONS[] = {
    {QL_STR_INIT("<="), QL_AT_MOST},
    {QL_STR_INIT(">="), QL_AT_LEAST},
    {QL_STR_INIT("\xE2\x89\xA4"), QL_AT_MOST},
    {QL_STR_INIT("\xE2\x89\xA5"), QL_AT_LEAST},
    {QL_STR_INIT("<"), QL_LESS},
    {QL_STR_INIT(">"), QL_MORE_THAN},
    {QL_STR_INIT("=="), QL_EQUAL},
    {QL_STR_INIT("="), QL_EQUAL},
    {QL_STR_INIT("at least"), QL_AT_LEAST},
    {QL_STR_INIT("at most"), QL_AT_MOST},
    {QL_STR_INIT("minimum of"), QL_AT_LEAST},
    {QL_STR_INIT("minimum"), QL_AT_LEAST},
    {QL_STR_INIT("min."), QL_AT_LEAST},
    {QL_STR_INIT("min"), QL_AT_LEAST},
    {QL_STR_INIT("maximum of"), QL_AT_MOST},
    {QL_STR_INIT("maximum"), QL_AT_MOST},
    {QL_STR_INIT("max."), QL_AT_MOST},
    {QL_STR_INIT("max"), QL_AT_MOST},
    {QL_STR_INIT("no more than"), QL_AT_MOST},
    {QL_STR_INIT("not more than"), QL_AT_MOST},
    {QL_STR_INIT("no less than"), QL_AT_LEAST},
    {QL_STR_INIT("not less than"), QL_AT_LEAST},
    {QL_STR_INIT("no fewer than"), QL_AT_LEAST},
    {QL_STR_INIT("up to"), QL_AT_MOST},
    {QL_STR_INIT("within"), QL_AT_MOST},
    {QL_STR_INIT("less than"), QL_LESS},
    {QL_STR_INIT("lower than"), QL_LESS},
    {QL_STR_INIT("fewer than"), QL_LESS},
    {QL_STR_INIT("under"), QL_LESS},
    {QL_STR_INIT("below"), QL_LESS},
    {QL_STR_INIT("more than"), QL_MORE_THAN},
    {QL_STR_INIT("greater than"), QL_MORE_THAN},
    {QL_STR_INIT("higher than"), QL_MORE_THAN},
    {QL_STR_INIT("over"), QL_MORE_THAN},
    {QL_STR_INIT("above"), QL_MORE_THAN},
    {QL_STR_INIT("meets or exceeds"), QL_AT_LEAST},
    {QL_STR_INIT("meet or exceed"), QL_AT_LEAST},
    {QL_STR_INIT("exceeds"), QL_MORE_THAN},
    {QL_STR_INIT("exceed"), QL_MORE_THAN},
    {QL_STR_INIT("exactly"), QL_EQUAL},
};

/* What may follow a number: "80 % or more", "85%+". */
static const struct {
  ql_str words;
  ql_relation relation;
} SUFFIXES[] = {
    {QL_STR_INIT("+"), QL_AT_LEAST},         {QL_STR_INIT("or more"), QL_AT_LEAST},  {QL_STR_INIT("or higher"), QL_AT_LEAST},
    {QL_STR_INIT("or better"), QL_AT_LEAST}, {QL_STR_INIT("or above"), QL_AT_LEAST}, {QL_STR_INIT("or less"), QL_AT_MOST},
    {QL_STR_INIT("or fewer"), QL_AT_MOST},   {QL_STR_INIT("or lower"), QL_AT_MOST},  {QL_STR_INIT("minimum"), QL_AT_LEAST},
    {QL_STR_INIT("maximum"), QL_AT_MOST},    {QL_STR_INIT("or below"), QL_AT_MOST},
};

/* Units that may stand behind a blank; other words there are no units. Those of time have their length. */
static const struct {
  ql_str word;
  int64_t ms; /* 0: not of time */
} UNITS[] = {
    {QL_STR_INIT("ms"), 1},
    {QL_STR_INIT("millisecond"), 1},
    {QL_STR_INIT("milliseconds"), 1},
    {QL_STR_INIT("s"), 1000},
    {QL_STR_INIT("sec"), 1000},
    {QL_STR_INIT("secs"), 1000},
    {QL_STR_INIT("second"), 1000},
    {QL_STR_INIT("seconds"), 1000},
    {QL_STR_INIT("min"), 60000},
    {QL_STR_INIT("mins"), 60000},
    {QL_STR_INIT("minute"), 60000},
    {QL_STR_INIT("minutes"), 60000},
    {QL_STR_INIT("h"), 3600000},
    {QL_STR_INIT("hr"), 3600000},
    {QL_STR_INIT("hrs"), 3600000},
    {QL_STR_INIT("hour"), 3600000},
    {QL_STR_INIT("hours"), 3600000},
    {QL_STR_INIT("d"), 86400000},
    {QL_STR_INIT("day"), 86400000},
    {QL_STR_INIT("days"), 86400000},
    {QL_STR_INIT("week"), 604800000},
    {QL_STR_INIT("weeks"), 604800000},
    {QL_STR_INIT("%"), 0},
    {QL_STR_INIT("percent"), 0},
    {QL_STR_INIT("KB"), 0},
    {QL_STR_INIT("MB"), 0},
    {QL_STR_INIT("GB"), 0},
    {QL_STR_INIT("TB"), 0},
    {QL_STR_INIT("lines"), 0},
    {QL_STR_INIT("characters"), 0},
    {QL_STR_INIT("words"), 0},
    {QL_STR_INIT("tokens"), 0},
    {QL_STR_INIT("points"), 0},
    {QL_STR_INIT("fps"), 0},
    {QL_STR_INIT("rps"), 0},
    {QL_STR_INIT("px"), 0},
};

static const ql_str BUSINESS[] = {QL_STR_INIT("business "), QL_STR_INIT("working ")};

typedef struct number {
  int64_t milli;
  size_t from, end; /* sign of money and digits */
  ql_str money;     /* "$" and the like; absent without */
} number;

static char at(ql_str s, size_t i) { return i < s.len ? s.ptr[i] : '\0'; }

static size_t skip_blanks(ql_str s, size_t i) {
  while (at(s, i) == ' ' || at(s, i) == '\t') i++;
  return i;
}

static bool is_word(char c) { return ql_is_alnum(c) || c == '_' || (unsigned char)c >= 0x80u; }

/* "80", "4.5", "10,000", "$0.5" at `from`. False for what looks like a number and is none: versions, dates, too many digits. */
static bool read_number(ql_str s, size_t from, number *out) {
  static const ql_str signs[] = {QL_STR_INIT("$"), QL_STR_INIT("\xE2\x82\xAC"), QL_STR_INIT("\xC2\xA3")};
  *out = (number){.from = from, .money = QL_ABSENT};
  for (size_t k = 0; k < QL_COUNT(signs); k++)
    if (ql_starts(ql_slice(s, from, s.len), signs[k])) out->money = signs[k];
  size_t i = from + out->money.len;
  int64_t whole = 0, part = 0;
  if (!ql_is_digit(at(s, i))) return false;
  for (; ql_is_digit(at(s, i)); i++) {
    whole = whole * 10 + (s.ptr[i] - '0');
    if (whole > WHOLE_MAX) return false;
    bool grouped = at(s, i + 1) == ',' && ql_is_digit(at(s, i + 2)) && ql_is_digit(at(s, i + 3)) && ql_is_digit(at(s, i + 4)) &&
                   !ql_is_digit(at(s, i + 5));
    if (grouped) i++;
  }
  if (at(s, i) == '.' && ql_is_digit(at(s, i + 1))) {
    int scale = MILLI;
    for (i++; ql_is_digit(at(s, i)); i++) {
      scale /= 10;
      if (scale == 0 && s.ptr[i] != '0') return false;
      part += (s.ptr[i] - '0') * scale;
    }
  }
  bool goes_on = (at(s, i) == '.' || at(s, i) == ',' || at(s, i) == ':') && ql_is_digit(at(s, i + 1));
  if (goes_on || at(s, i) == '_') return false;
  out->milli = whole * MILLI + part;
  out->end = i;
  return true;
}

/* "/5" behind a number, when nothing else of a path or a date follows. */
static size_t scale_end(ql_str s, size_t i) {
  size_t end = i + 1;
  while (ql_is_digit(at(s, end)) && end - i < 5) end++;
  return at(s, i) == '/' && end > i + 1 && at(s, end) != '/' && !is_word(at(s, end)) ? end : i;
}

static size_t word_end(ql_str s, size_t i) {
  while (i < s.len && ql_is_alpha(s.ptr[i])) i++;
  return i;
}

static int64_t unit_index(ql_str word) {
  for (size_t k = 0; k < QL_COUNT(UNITS); k++)
    if (ql_eq_nocase(word, UNITS[k].word)) return (int64_t)k;
  return -1;
}

/* The unit behind a number that ends at i. *end is behind it. False when what follows shows that it is no number of something. */
static bool read_unit(ql_str s, const number *n, ql_str *unit, size_t *end) {
  size_t i = n->end;
  *unit = n->money.ptr ? n->money : QL_STR("");
  *end = i;
  if (at(s, i) == '/') {
    *end = scale_end(s, i);
    *unit = ql_slice(s, i, *end);
    return *end > i;
  }
  if (at(s, i) == '-' && is_word(at(s, i + 1))) { /* "30-minute" is one; "2024-01" and "5-10" are none */
    size_t word = word_end(s, i + 1);
    if (unit_index(ql_slice(s, i + 1, word)) < 0) return false;
    *unit = ql_slice(s, i + 1, word);
    *end = word;
    return true;
  }
  size_t from = at(s, i) == '%' || is_word(at(s, i)) ? i : skip_blanks(s, i);
  if (at(s, from) == '%') {
    *unit = ql_slice(s, from, from + 1);
    *end = from + 1;
    return true;
  }
  bool attached = from == i;
  for (size_t k = 0; !attached && k < QL_COUNT(BUSINESS); k++)
    if (ql_starts_nocase(ql_slice(s, from, s.len), BUSINESS[k])) from += BUSINESS[k].len;
  size_t word = word_end(s, from);
  if (word == from) return !(attached && is_word(at(s, i)));
  ql_str name = ql_slice(s, from, word);
  if (attached ? name.len > UNIT_MAX || ql_is_digit(at(s, word)) : unit_index(name) < 0) return !attached;
  static const ql_str ordinals[] = {QL_STR_INIT("st"), QL_STR_INIT("nd"), QL_STR_INIT("rd"), QL_STR_INIT("th")};
  for (size_t k = 0; attached && k < QL_COUNT(ordinals); k++)
    if (ql_eq_nocase(name, ordinals[k])) return false;
  *unit = name;
  *end = word;
  return true;
}

/* Where the relation that stands at `from` ends, blanks behind it included; `from` when there is none. */
static size_t read_relation(ql_str s, size_t from, ql_relation *relation) {
  ql_str here = ql_slice(s, from, s.len);
  for (size_t k = 0; k < QL_COUNT(RELATIONS); k++) {
    ql_str words = RELATIONS[k].words;
    if (!ql_starts_nocase(here, words)) continue;
    if (ql_is_alpha(words.ptr[words.len - 1]) && is_word(at(here, words.len))) continue;
    *relation = RELATIONS[k].relation;
    size_t end = skip_blanks(s, from + words.len);
    if (at(s, end) == ':' && ql_is_alpha(words.ptr[0])) end = skip_blanks(s, end + 1); /* "Minimum: 80%" */
    return end;
  }
  return from;
}

/* "zero" before the things that there must be none of. */
static bool is_zero(ql_str s, size_t from) {
  return ql_starts_nocase(ql_slice(s, from, s.len), QL_STR("zero ")) && ql_is_alpha(at(s, from + 5));
}

static bool read_suffix(ql_str s, size_t end, ql_relation *relation) {
  ql_str here = ql_slice(s, skip_blanks(s, end), s.len);
  for (size_t k = 0; k < QL_COUNT(SUFFIXES); k++) {
    if (!ql_starts_nocase(here, SUFFIXES[k].words) || is_word(at(here, SUFFIXES[k].words.len))) continue;
    *relation = SUFFIXES[k].relation;
    return true;
  }
  return false;
}

/* "Next.js 14+", "Python 3.11+": whole, or behind a name. "a rating of 4.5+" is none. */
static bool is_version(ql_str s, size_t from, const number *n) {
  ql_str before = ql_trim(ql_slice(s, 0, from));
  size_t start = before.len;
  while (start > 0 && before.ptr[start - 1] != ' ') start--;
  return n->milli % MILLI == 0 || start == before.len || ql_to_lower(before.ptr[start]) != before.ptr[start];
}

/* The number at `from` as a measure. `told` is whether its relation is known; without one it needs a suffix, or to be all or nothing. */
static bool take_number(ql_str s, size_t from, bool told, ql_measure *out, size_t *end) {
  number n;
  ql_str unit;
  if (!read_number(s, from, &n) || !read_unit(s, &n, &unit, end)) return false;
  bool suffixed = !told && read_suffix(s, *end, &out->relation);
  if (suffixed && unit.len == 0 && at(s, *end) == '+' && is_version(s, from, &n)) return false;
  if (!told && !suffixed) {
    bool whole = ql_eq(unit, QL_STR("%")) && (n.milli == 0 || n.milli == 100 * MILLI);
    if (!whole) return false;
    out->relation = QL_EQUAL;
  }
  if (at(s, *end) == '-' && ql_is_digit(at(s, *end + 1))) return false; /* a range has two numbers */
  out->milli = n.milli;
  out->unit = unit;
  return true;
}

/* Whether the clause before a relation turns it around: "if it drifts > 10%", "no client > 60%", "for > 3 screens". */
static bool is_condition(ql_str s, size_t from) {
  static const ql_str words[] = {QL_STR_INIT("if"),   QL_STR_INIT("when"),  QL_STR_INIT("unless"), QL_STR_INIT("where"),
                                 QL_STR_INIT("flag"), QL_STR_INIT("alert"), QL_STR_INIT("no"),     QL_STR_INIT("never")};
  size_t end = from, least = from > CLAUSE_MAX ? from - CLAUSE_MAX : 0;
  bool last = true;
  while (end > least && ql_find_byte(QL_STR(",;:("), s.ptr[end - 1], 0) == SIZE_MAX) {
    if (!is_word(s.ptr[end - 1])) {
      end--;
      continue;
    }
    size_t start = end;
    while (start > least && is_word(s.ptr[start - 1])) start--;
    ql_str word = ql_slice(s, start, end);
    if (last && ql_eq_nocase(word, QL_STR("for"))) return true;
    for (size_t k = 0; k < QL_COUNT(words); k++)
      if (ql_eq_nocase(word, words[k])) return true;
    last = false;
    end = start;
  }
  return false;
}

bool ql__read_measure(ql_str words, ql_measure *out) {
  for (size_t i = 0; i < words.len; i++) {
    char before = i > 0 ? words.ptr[i - 1] : ' ', c = words.ptr[i];
    if (is_word(c) && (unsigned char)c < 0x80u && is_word(before) && (unsigned char)before < 0x80u) continue; /* inside a word */
    ql_measure found = {0};
    size_t end = i;
    bool arrow = c == '>' && (before == '-' || before == '=' || before == '<');
    bool worded = ql_is_alpha(c) && (before == '-' || before == '.' || before == '/' || before == '@');
    size_t behind = arrow || worded ? i : read_relation(words, i, &found.relation);
    if (behind > i && take_number(words, behind, true, &found, &end)) {
      bool tag = c == '<' && at(words, end) == '>';
      if (tag || is_condition(words, i)) {
        i = end - 1;
        continue;
      }
      *out = found;
      return true;
    }
    if (is_zero(words, i) && !worded) {
      *out = (ql_measure){QL_EQUAL, 0, QL_STR("")};
      return true;
    }
    if (!ql_is_digit(c)) continue;
    bool inside = ql_find_byte(QL_STR("-./:$#@,+~"), before, 0) != SIZE_MAX; /* of a version, a range, a path, a sum */
    if (!inside && take_number(words, i, false, &found, &end)) {
      *out = found;
      return true;
    }
    while (i + 1 < words.len && (is_word(words.ptr[i + 1]) || (words.ptr[i + 1] == '.' && ql_is_digit(at(words, i + 2))))) i++;
  }
  return false;
}

bool ql__read_percent(ql_str words, ql_measure *out, ql_str *rest) {
  number n;
  ql_str unit;
  size_t end;
  if (!read_number(words, 0, &n) || !read_unit(words, &n, &unit, &end) || !ql_eq(unit, QL_STR("%"))) return false;
  *out = (ql_measure){QL_EQUAL, n.milli, unit};
  *rest = ql_trim(ql_slice(words, end, words.len));
  static const ql_str separators[] = {QL_STR_INIT("-"), QL_STR_INIT(":"), QL_STR_INIT("\xE2\x80\x93"), QL_STR_INIT("\xE2\x80\x94")};
  for (size_t k = 0; k < QL_COUNT(separators); k++)
    if (ql_starts(*rest, separators[k])) *rest = ql_trim(ql_slice(*rest, separators[k].len, rest->len));
  return true;
}

/* ---- time ---- */

/* The length in ms of the unit of time at `from`; 0 when there is none. */
static int64_t time_unit(ql_str s, size_t from) {
  size_t i = skip_blanks(s, from);
  if (i == from && at(s, i) == '-' && ql_is_alpha(at(s, i + 1))) i++;
  for (size_t k = 0; k < QL_COUNT(BUSINESS); k++)
    if (ql_starts_nocase(ql_slice(s, i, s.len), BUSINESS[k])) i += BUSINESS[k].len;
  size_t end = word_end(s, i);
  int64_t unit = is_word(at(s, end)) ? -1 : unit_index(ql_slice(s, i, end));
  return unit < 0 ? 0 : UNITS[unit].ms;
}

/* Where "-", "–", "to" or "and" between two numbers ends; `from` without. */
static size_t skip_until(ql_str s, size_t from) {
  static const ql_str words[] = {QL_STR_INIT("-"), QL_STR_INIT("\xE2\x80\x93"), QL_STR_INIT("to "), QL_STR_INIT("and ")};
  size_t i = skip_blanks(s, from);
  for (size_t k = 0; k < QL_COUNT(words); k++)
    if (ql_starts(ql_slice(s, i, s.len), words[k])) return skip_blanks(s, i + words[k].len);
  return from;
}

static bool to_ms(const number *n, int64_t unit, int64_t *ms) {
  if (unit == 0 || n->milli > INT64_MAX / unit) return false;
  *ms = n->milli * unit / MILLI;
  return true;
}

static bool read_span_at(ql_str s, size_t from, int64_t *min_ms, int64_t *max_ms) {
  number low, high;
  if (!read_number(s, from, &low) || low.money.ptr) return false;
  int64_t unit = time_unit(s, low.end);
  size_t after = low.end;
  if (unit > 0) { /* "1 hour to 2 hours" */
    after = word_end(s, skip_blanks(s, low.end));
  }
  size_t second = skip_until(s, after);
  int64_t upper = second > after && read_number(s, second, &high) ? time_unit(s, high.end) : 0;
  if (upper > 0 && to_ms(&low, unit > 0 ? unit : upper, min_ms) && to_ms(&high, upper, max_ms) && *min_ms <= *max_ms) return true;
  *min_ms = -1;
  return to_ms(&low, unit, max_ms);
}

bool ql__read_span(ql_str words, int64_t *min_ms, int64_t *max_ms) {
  for (size_t i = 0; i < words.len; i++) {
    char before = i > 0 ? words.ptr[i - 1] : ' ';
    if (is_word(before)) continue;
    ql_str here = ql_slice(words, i, words.len);
    if (ql_starts_nocase(here, QL_STR("immediate"))) {
      *min_ms = *max_ms = 0;
      return true;
    }
    size_t article = ql_starts_nocase(here, QL_STR("an ")) ? 3 : ql_starts_nocase(here, QL_STR("a ")) ? 2 : 0;
    if (ql_starts_nocase(here, QL_STR("one "))) article = 4;
    int64_t unit = article > 0 && ql_is_alpha(at(here, article)) ? time_unit(here, article) : 0;
    if (unit > 1000) {
      *min_ms = -1;
      *max_ms = unit;
      return true;
    }
    bool inside = ql_find_byte(QL_STR("-./:$#@,"), before, 0) != SIZE_MAX;
    if (!inside && ql_is_digit(words.ptr[i]) && read_span_at(words, i, min_ms, max_ms)) return true;
  }
  return false;
}
