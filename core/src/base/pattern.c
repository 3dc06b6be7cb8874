/* Regular expressions as programs, in one pass and without recursion: code is relative, so that a piece can be moved or written again. */
#include "base/pattern.h"

#include <string.h>

#include <questline/limits.h>

#include "base/program.h"
#include "base/text.h"

#define NONE       SIZE_MAX
#define POINTS_END 0x110000u

/* What stands between two parentheses, or all of it. */
typedef struct group {
  size_t start;  /* of its code */
  size_t branch; /* of the alternative that is read */
  size_t jumps;  /* 1 + the last jump to its end; each one's `go` is the jump before it */
  size_t offset; /* of the parenthesis */
} group;

typedef struct range {
  uint32_t from, to; /* code points */
} range;

typedef struct compiler {
  ql_arena *arena;
  ql_str text;
  size_t at;
  bool any_case;
  ql__program *program;
  group *groups;
  size_t depth;
  size_t atom;   /* where the code starts that a repeat is about */
  range *ranges; /* of the class that is read, above ASCII */
  size_t range_count;
  ql_status status;
  ql_error *err;
} compiler;

static void fail(compiler *c, size_t at, const char *message) {
  if (c->status != QL_OK) return;
  ql_str rest = ql_slice(c->text, at, at + 16);
  c->status = ql_fail(c->err, QL_ERR_SYNTAX, message, ql_slice(rest, 0, ql_utf8_bad(rest)));
  if (c->err) c->err->offset = at;
}

static bool has_room(compiler *c, size_t more) {
  if (c->status == QL_OK && more > QL_PATTERN_STATES_MAX - c->program->count)
    c->status = ql_fail(c->err, QL_ERR_LIMIT, "the pattern is too large once its repeats are written out", QL_STR("QL_PATTERN_STATES_MAX"));
  return c->status == QL_OK;
}

static ql__step *emit(compiler *c, ql__op op) {
  if (!has_room(c, 1)) return &c->program->steps[QL_PATTERN_STATES_MAX];
  ql__step *step = &c->program->steps[c->program->count++];
  *step = (ql__step){.op = (uint8_t)op};
  return step;
}

static void emit_range(compiler *c, uint8_t lo, uint8_t hi) {
  ql__step *step = emit(c, QL__OP_RANGE);
  step->lo = lo;
  step->hi = hi;
}

static void emit_go(compiler *c, ql__op op, size_t to) {
  int32_t from = (int32_t)c->program->count;
  emit(c, op)->go = (int32_t)to - from;
}

/* Makes room for a step; what is moved keeps its way to itself. */
static ql__step *insert(compiler *c, size_t at, ql__op op) {
  if (!has_room(c, 1)) return &c->program->steps[QL_PATTERN_STATES_MAX];
  ql__step *step = &c->program->steps[at];
  memmove(step + 1, step, (c->program->count++ - at) * sizeof *step);
  *step = (ql__step){.op = (uint8_t)op};
  return step;
}

/* ---- characters ---- */

static void set_add(ql__byteset *set, unsigned from, unsigned to) {
  for (unsigned byte = from; byte <= to; byte++) set->bits[byte / 32] |= (uint32_t)1 << (byte % 32);
}

static void fold_case(ql__byteset *set) {
  for (unsigned letter = 'a'; letter <= 'z'; letter++) {
    unsigned upper = letter - 'a' + 'A';
    if (ql__byteset_has(set, (uint8_t)letter) || ql__byteset_has(set, (uint8_t)upper)) {
      set_add(set, letter, letter);
      set_add(set, upper, upper);
    }
  }
}

static void emit_set(compiler *c, const ql__byteset *set) {
  ql__program *p = c->program;
  size_t found = 0;
  while (found < p->set_count && memcmp(&p->sets[found], set, sizeof *set) != 0) found++;
  if (found == p->set_count) p->sets[p->set_count++] = *set;
  emit(c, QL__OP_SET)->set = (uint16_t)found;
}

/* The bytes of a character behind its first one. The text is valid, so there are as many as there have to be. */
static void emit_rest_of_character(compiler *c) {
  emit_go(c, QL__OP_SPLIT, c->program->count + 3);
  emit_range(c, 0x80, 0xBF);
  emit_go(c, QL__OP_JUMP, c->program->count - 2);
}

static size_t encode(uint32_t point, uint8_t out[4]) {
  size_t len = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  static const uint8_t first[] = {0, 0, 0xC0, 0xE0, 0xF0};
  for (size_t i = len; i-- > 1; point >>= 6) out[i] = (uint8_t)(0x80u | (point & 0x3Fu));
  out[0] = (uint8_t)(first[len] | point);
  return len;
}

static void emit_point(compiler *c, uint32_t point) {
  uint8_t bytes[4];
  size_t len = encode(point, bytes);
  if (c->any_case && point < 0x80 && ql_is_alpha((char)point)) {
    ql__byteset set = {{0}};
    set_add(&set, point, point);
    fold_case(&set);
    emit_set(c, &set);
    return;
  }
  for (size_t i = 0; i < len; i++) emit_range(c, bytes[i], bytes[i]);
}

/* One of several ways to go on; `jumps` as in group. */
static void begin_next_way(compiler *c, size_t start, size_t *jumps) {
  ql__step *split = insert(c, start, QL__OP_SPLIT);
  size_t jump = c->program->count;
  split->go = (int32_t)(jump + 1 - start);
  emit(c, QL__OP_JUMP)->go = (int32_t)*jumps;
  *jumps = jump + 1;
}

static void end_ways(compiler *c, size_t jumps) {
  while (jumps > 0 && c->status == QL_OK) {
    ql__step *jump = &c->program->steps[jumps - 1];
    size_t before = (size_t)jump->go;
    jump->go = (int32_t)(c->program->count - (jumps - 1));
    jumps = before;
  }
}

/* The bytes of the characters from one to another: pieces in which each byte has a range of its own.
   Source: R. Cox, "Regular Expression Matching in the Wild", step 4. */
static void emit_points(compiler *c, range all, size_t *start, size_t *jumps) {
  range waiting[16];
  size_t count = 0;
  waiting[count++] = all;
  while (count > 0 && c->status == QL_OK) {
    range r = waiting[--count];
    bool whole = true;
    static const uint32_t ends[] = {0x7F, 0x7FF, 0xFFFF};
    for (size_t i = 0; i < QL_COUNT(ends); i++) {
      if (r.from > ends[i] || r.to <= ends[i]) continue;
      waiting[count++] = (range){ends[i] + 1, r.to};
      r.to = ends[i];
    }
    for (unsigned i = 1; i < 4 && whole && r.from >= 0x80; i++) {
      uint32_t mask = (1u << (6 * i)) - 1;
      if ((r.from & ~mask) == (r.to & ~mask)) continue;
      if ((r.from & mask) != 0) {
        waiting[count++] = (range){(r.from | mask) + 1, r.to};
        waiting[count++] = (range){r.from, r.from | mask};
        whole = false;
      } else if ((r.to & mask) != mask) {
        waiting[count++] = (range){r.to & ~mask, r.to};
        waiting[count++] = (range){r.from, (r.to & ~mask) - 1};
        whole = false;
      }
    }
    if (!whole) continue;
    if (*start != NONE) begin_next_way(c, *start, jumps);
    *start = c->program->count;
    uint8_t from[4], to[4];
    size_t len = encode(r.from, from);
    encode(r.to, to);
    for (size_t i = 0; i < len; i++) emit_range(c, from[i], to[i]);
  }
}

/* ---- classes ---- */

typedef struct charset {
  ql__byteset ascii;
  bool others; /* everything above ASCII */
} charset;

static void class_add(compiler *c, charset *class, uint32_t from, uint32_t to) {
  if (from < 0x80) set_add(&class->ascii, from, to < 0x80 ? to : 0x7F);
  if (to >= 0x80) c->ranges[c->range_count++] = (range){from < 0x80 ? 0x80 : from, to};
}

/* \d, \w, \s and what is none of them. False for other letters. */
static bool class_add_kind(charset *class, char letter) {
  ql__byteset set = {{0}};
  switch (ql_to_lower(letter)) {
  case 'w':
    set_add(&set, 'a', 'z');
    set_add(&set, 'A', 'Z');
    set_add(&set, '_', '_');
    /* fall through */
  case 'd': set_add(&set, '0', '9'); break;
  case 's':
    set_add(&set, '\t', '\r');
    set_add(&set, ' ', ' ');
    break;
  default: return false;
  }
  bool others = letter != ql_to_lower(letter);
  for (size_t i = 0; i < 4; i++) class->ascii.bits[i] |= others ? ~set.bits[i] : set.bits[i];
  class->others = class->others || others;
  return true;
}

/* From the sorted ranges to what lies between them. */
static void negate(compiler *c, charset *class) {
  uint32_t next = 0x80;
  size_t kept = 0;
  for (size_t i = 0; i < 4; i++) class->ascii.bits[i] = ~class->ascii.bits[i];
  if (class->others) next = POINTS_END;
  for (size_t i = 0; i < c->range_count && next < POINTS_END; i++) {
    range r = c->ranges[i];
    if (r.from > next) c->ranges[kept++] = (range){next, r.from - 1};
    if (r.to >= next) next = r.to + 1;
  }
  if (kept == 0 && next == 0x80) {
    class->others = true;
  } else {
    class->others = false;
    if (next < POINTS_END) c->ranges[kept++] = (range){next, POINTS_END - 1};
  }
  c->range_count = kept;
}

static void sort_ranges(compiler *c) {
  for (size_t i = 1; i < c->range_count; i++) {
    range r = c->ranges[i];
    size_t k = i;
    for (; k > 0 && c->ranges[k - 1].from > r.from; k--) c->ranges[k] = c->ranges[k - 1];
    c->ranges[k] = r;
  }
}

static bool is_empty(const ql__byteset *set) {
  for (size_t i = 0; i < 8; i++)
    if (set->bits[i] != 0) return false;
  return true;
}

static void emit_class(compiler *c, charset *class) {
  if (class->others) {
    for (size_t i = 6; i < 8; i++) class->ascii.bits[i] = ~0u; /* the first bytes of all other characters */
    emit_set(c, &class->ascii);
    emit_rest_of_character(c);
    return;
  }
  size_t start = NONE, jumps = 0;
  if (!is_empty(&class->ascii) || c->range_count == 0) { /* an empty set fits nothing */
    start = c->program->count;
    emit_set(c, &class->ascii);
  }
  for (size_t i = 0; i < c->range_count; i++) emit_points(c, c->ranges[i], &start, &jumps);
  end_ways(c, jumps);
}

static int peek(const compiler *c) { return c->at < c->text.len ? (unsigned char)c->text.ptr[c->at] : -1; }

static bool take(compiler *c, ql_str words) {
  if (!ql_starts(ql_slice(c->text, c->at, c->text.len), words)) return false;
  c->at += words.len;
  return true;
}

static uint32_t next_point(compiler *c) {
  uint32_t point = 0;
  if (!ql_utf8_next(c->text, &c->at, &point)) fail(c, c->at, "the pattern ends too early");
  return point;
}

static uint32_t read_hex(compiler *c, size_t digits) {
  size_t from = c->at;
  bool braces = take(c, QL_STR("{"));
  uint32_t value = 0;
  size_t count = 0;
  for (; c->at < c->text.len && count < (braces ? 6 : digits); c->at++, count++) {
    char d = ql_to_lower(c->text.ptr[c->at]);
    if (!ql_is_digit(d) && !(d >= 'a' && d <= 'f')) break;
    value = value * 16 + (uint32_t)(ql_is_digit(d) ? d - '0' : d - 'a' + 10);
  }
  if ((braces && (count == 0 || !take(c, QL_STR("}")))) || (!braces && count < digits) || value >= POINTS_END ||
      (value >= 0xD800 && value < 0xE000))
    fail(c, from, "no number of a character");
  return value;
}

/* The character behind a backslash; the letter was taken. */
static uint32_t escaped(compiler *c, uint32_t letter) {
  static const struct { char letter, means; } LETTERS[] = {{'t', '\t'}, {'f', '\f'}, {'v', '\v'}, {'a', '\a'}, {'e', 0x1B}};
  if (letter == 'x') return read_hex(c, 2);
  if (letter == 'u') return read_hex(c, 4);
  if (letter == 'n' || letter == 'r') fail(c, c->at - 2, "lines are looked at one by one, so no line end is ever found");
  if (letter >= '0' && letter <= '9') fail(c, c->at - 2, "nothing can refer back to a group");
  for (size_t i = 0; i < QL_COUNT(LETTERS); i++)
    if (letter == (uint32_t)LETTERS[i].letter) return (uint32_t)LETTERS[i].means;
  if (letter < 0x80 && ql_is_alpha((char)letter)) fail(c, c->at - 2, "there is no such escape here");
  return letter;
}

/* One end of a range, or a character alone. True when it was a kind such as \w instead. */
static bool read_member(compiler *c, charset *class, uint32_t *point) {
  if (take(c, QL_STR("[:"))) fail(c, c->at - 2, "classes have no names here: write \\w, \\d, \\s or a range");
  *point = next_point(c);
  if (*point != '\\') return false;
  uint32_t letter = next_point(c);
  if (letter < 0x80 && class_add_kind(class, (char)letter)) return true;
  *point = letter == 'b' ? '\b' : escaped(c, letter);
  return false;
}

static void read_class(compiler *c) {
  size_t open = c->at - 1;
  charset class = {.others = false};
  bool negated = take(c, QL_STR("^")), first = true;
  c->range_count = 0;
  for (; c->status == QL_OK && (first || peek(c) != ']'); first = false) {
    uint32_t from = 0, to = 0;
    if (peek(c) < 0) {
      fail(c, open, "a [ is not closed");
      return;
    }
    if (read_member(c, &class, &from)) continue;
    to = from;
    if (peek(c) == '-' && c->at + 1 < c->text.len && c->text.ptr[c->at + 1] != ']') {
      size_t dash = c->at++;
      if (read_member(c, &class, &to) || to < from) fail(c, dash, "a range has to go up");
    }
    if (c->status == QL_OK) class_add(c, &class, from, to);
  }
  c->at++;
  if (c->status != QL_OK) return;
  sort_ranges(c);
  if (c->any_case) fold_case(&class.ascii); /* before it is negated */
  if (negated) negate(c, &class);
  emit_class(c, &class);
}

static void read_escape(compiler *c) {
  uint32_t letter = next_point(c);
  charset class = {.others = false};
  c->range_count = 0;
  if (letter == 'p' || letter == 'P') fail(c, c->at - 2, "there are no Unicode classes here: write a range");
  if (letter == 'b' || letter == 'B') {
    c->program->edges = true;
    emit(c, letter == 'b' ? QL__OP_EDGE : QL__OP_INSIDE);
    c->atom = NONE;
  } else if (letter < 0x80 && class_add_kind(&class, (char)letter)) {
    emit_class(c, &class);
  } else {
    emit_point(c, escaped(c, letter));
  }
}

/* ---- groups and repeats ---- */

static void open_group(compiler *c) {
  size_t offset = c->at - 1;
  if (take(c, QL_STR("?"))) {
    if (take(c, QL_STR("=")) || take(c, QL_STR("!")) || take(c, QL_STR("<=")) || take(c, QL_STR("<!")))
      fail(c, offset, "nothing can look ahead or behind here");
    else if (take(c, QL_STR("P<")) || take(c, QL_STR("<"))) {
      c->at = ql_find_byte(c->text, '>', c->at);
      if (c->at == SIZE_MAX) fail(c, offset, "the name of a group is not closed");
      c->at++;
    } else if (!take(c, QL_STR(":")))
      fail(c, offset, "there is no such group here; (?i) may stand at the start alone");
  }
  if (c->status != QL_OK) return;
  c->groups[++c->depth] = (group){c->program->count, c->program->count, 0, offset};
  c->atom = NONE;
}

static void close_group(compiler *c) {
  group *g = &c->groups[c->depth];
  end_ways(c, g->jumps);
  c->atom = g->start;
  c->depth--;
}

static bool read_number(compiler *c, size_t *at, uint32_t *out) {
  size_t from = *at;
  for (*out = 0; *at < c->text.len && ql_is_digit(c->text.ptr[*at]); ++*at)
    if (*out < QL_PATTERN_STATES_MAX) *out = *out * 10 + (uint32_t)(c->text.ptr[*at] - '0');
  return *at > from;
}

/* "{2}", "{2,}" or "{2,5}", whose first character was taken; anything else is a brace. */
static bool read_bounds(compiler *c, uint32_t *least, uint32_t *most) {
  size_t at = c->at;
  if (!read_number(c, &at, least)) return false;
  *most = *least;
  if (at < c->text.len && c->text.ptr[at] == ',') {
    at++;
    if (!read_number(c, &at, most)) *most = UINT32_MAX;
  }
  if (at >= c->text.len || c->text.ptr[at] != '}') return false;
  c->at = at + 1;
  return true;
}

static void copy_code(compiler *c, size_t from, size_t len) {
  if (!has_room(c, len)) return;
  memcpy(&c->program->steps[c->program->count], &c->program->steps[from], len * sizeof *c->program->steps);
  c->program->count += len;
}

static void repeat(compiler *c, size_t sign, uint32_t least, uint32_t most) {
  size_t start = c->atom, len = c->program->count - start;
  c->atom = NONE;
  take(c, QL_STR("?"));
  if (start == NONE) {
    fail(c, sign, "there is nothing to repeat");
    return;
  }
  if (most < least) fail(c, sign, "the second number of a repeat is the larger one");
  if (c->status != QL_OK || len == 0) return;
  if (most == 0) {
    c->program->count = start;
    return;
  }
  size_t body = start;
  if (least == 0) { /* once or not at all; the ends of the others follow */
    insert(c, start, QL__OP_SPLIT);
    body++;
  }
  for (uint32_t i = 1; i < least && c->status == QL_OK; i++) copy_code(c, body, len);
  if (most == UINT32_MAX) {
    emit_go(c, QL__OP_SPLIT, c->program->count - len);
  } else {
    size_t splits = c->program->count;
    uint32_t optional = most - (least == 0 ? 1 : least);
    for (uint32_t i = 0; i < optional && c->status == QL_OK; i++) {
      emit(c, QL__OP_SPLIT);
      copy_code(c, body, len);
    }
    for (size_t at = splits; c->status == QL_OK && at < c->program->count; at += len + 1)
      c->program->steps[at].go = (int32_t)(c->program->count - at);
  }
  if (least == 0) c->program->steps[start].go = (int32_t)(c->program->count - start);
}

static void read_item(compiler *c) {
  size_t from = c->at, start = c->program->count;
  uint32_t point = next_point(c), least, most;
  if (point == '*' || point == '+' || point == '?') {
    repeat(c, from, point == '+', point == '?' ? 1 : UINT32_MAX);
    return;
  }
  if (point == '{' && read_bounds(c, &least, &most)) {
    repeat(c, from, least, most);
    return;
  }
  c->atom = start;
  charset any = {.others = true};
  switch (point) {
  case '(': open_group(c); return;
  case ')':
    if (c->depth == 0)
      fail(c, from, "a ) closes nothing");
    else
      close_group(c);
    return;
  case '|':
    begin_next_way(c, c->groups[c->depth].branch, &c->groups[c->depth].jumps);
    c->groups[c->depth].branch = c->program->count;
    c->atom = NONE;
    return;
  case '^':
  case '$':
    emit(c, point == '^' ? QL__OP_START : QL__OP_END);
    c->atom = NONE;
    return;
  case '.':
    c->range_count = 0;
    set_add(&any.ascii, 0, 0x7F);
    emit_class(c, &any);
    return;
  case '[': read_class(c); return;
  case '\\': read_escape(c); return;
  default: emit_point(c, point);
  }
}

ql_status ql__pattern_make(ql_arena *a, ql_str words, bool any_case, ql__pattern **out, ql_error *err) {
  if (words.len > QL_PATTERN_BYTES_MAX) return ql_fail(err, QL_ERR_LIMIT, "the pattern is too long", QL_STR("QL_PATTERN_BYTES_MAX"));
  compiler c = {.arena = a, .text = words, .any_case = any_case, .atom = NONE, .err = err};
  c.program = ql_arena_get(a, sizeof *c.program);
  c.groups = ql_arena_array(a, words.len + 1, sizeof *c.groups);
  c.ranges = ql_arena_array(a, words.len + 1, sizeof *c.ranges);
  if (c.program) {
    c.program->steps =
        ql_arena_array(a, QL_PATTERN_STATES_MAX + 1, sizeof *c.program->steps); /* one that nobody runs, to write past the end */
    c.program->sets = ql_arena_array(a, words.len + 1, sizeof *c.program->sets);
  }
  if (ql_arena_failed(a)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  if (ql_utf8_bad(words) != SIZE_MAX) return ql_fail(err, QL_ERR_SYNTAX, "the pattern is no text", QL_ABSENT);
  if (take(&c, QL_STR("(?i)"))) c.any_case = true;
  while (c.status == QL_OK && c.at < words.len) read_item(&c);
  if (c.depth > 0) fail(&c, c.groups[c.depth].offset, "a ( is not closed");
  end_ways(&c, c.groups[0].jumps);
  emit(&c, QL__OP_MATCH);
  return c.status == QL_OK ? ql__pattern_run(a, c.program, out, err) : c.status;
}
