/* The automaton. A state is a set of steps that wait for the next byte, with what has to be known of the byte before; where it leads is
   worked out once for each kind of byte. When there are too many states all are forgotten: work done again is paid by the text read since. */
#include <string.h>

#include <questline/limits.h>

#include "base/program.h"
#include "base/text.h"

#define STATES_MAX 1024u
#define SLOTS      2048u /* of the table that finds states; a power of 2 */
#define END        256   /* stands for the byte behind a line */

/* Where a state leads. */
enum { UNKNOWN, FITS, FITS_NOT, STATE };

struct ql__pattern {
  const ql__program *program;
  uint8_t kinds[256];   /* bytes that no step tells apart are of one kind */
  uint8_t example[256]; /* a byte of each kind */
  size_t kind_count;    /* that of END follows them */
  size_t words;         /* of a key */
  uint64_t *keys;       /* of the states: steps, then flags */
  uint64_t *next;       /* the key that is being made */
  uint16_t *leads;      /* state by kind */
  uint16_t *slots;      /* 1 + a state; 0: free */
  uint16_t *stack;      /* steps to look at */
  uint32_t *seen;       /* by step: when it was looked at */
  uint32_t round;       /* of looking */
  size_t state_count;
  uint32_t work;
};

#define AT_START   1u
#define AFTER_WORD 2u

bool ql__byteset_has(const ql__byteset *set, uint8_t byte) { return (set->bits[byte / 32] >> (byte % 32)) & 1u; }

static bool is_word(int byte) { return byte < 128 && (ql_is_alnum((char)byte) || byte == '_'); }
static bool continues(int byte) { return byte >= 0x80 && byte < 0xC0; }

static void find_kinds(ql__pattern *p) {
  bool begins[257] = {false};
  begins[0x80] = begins[0xC0] = true;
  for (size_t i = 0; i < p->program->count; i++) {
    const ql__step *step = &p->program->steps[i];
    if (step->op != QL__OP_RANGE) continue;
    begins[step->lo] = begins[step->hi + 1] = true;
  }
  for (unsigned byte = 1; byte < 256; byte++) {
    for (size_t i = 0; i < p->program->set_count && !begins[byte]; i++)
      begins[byte] = ql__byteset_has(&p->program->sets[i], (uint8_t)byte) != ql__byteset_has(&p->program->sets[i], (uint8_t)(byte - 1));
    if (p->program->edges && is_word((int)byte) != is_word((int)byte - 1)) begins[byte] = true;
  }
  size_t kind = 0;
  for (unsigned byte = 0; byte < 256; byte++) {
    if (byte > 0 && begins[byte]) kind++;
    p->kinds[byte] = (uint8_t)kind;
    p->example[kind] = (uint8_t)byte;
  }
  p->kind_count = kind + 1;
}

ql_status ql__pattern_run(ql_arena *a, const ql__program *program, ql__pattern **out, ql_error *err) {
  ql__pattern *p = ql_arena_get(a, sizeof *p);
  if (p) {
    p->program = program;
    find_kinds(p);
    p->words = (program->count + 63) / 64 + 1;
    p->keys = ql_arena_array(a, STATES_MAX * p->words, sizeof *p->keys);
    p->next = ql_arena_array(a, p->words, sizeof *p->next);
    p->leads = ql_arena_array(a, STATES_MAX * (p->kind_count + 1), sizeof *p->leads);
    p->slots = ql_arena_array(a, SLOTS, sizeof *p->slots);
    p->stack = ql_arena_array(a, 3 * program->count + 2, sizeof *p->stack);
    p->seen = ql_arena_array(a, program->count, sizeof *p->seen);
  }
  if (ql_arena_failed(a)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  *out = p;
  return QL_OK;
}

static void forget_states(ql__pattern *p) {
  memset(p->leads, 0, p->state_count * (p->kind_count + 1) * sizeof *p->leads);
  memset(p->slots, 0, SLOTS * sizeof *p->slots);
  p->state_count = 0;
}

/* The state whose key is in p->next. */
static size_t state_of_next(ql__pattern *p) {
  uint64_t hash = 1469598103934665603u;
  for (size_t i = 0; i < p->words; i++) {
    hash = (hash ^ p->next[i]) * 1099511628211u;
    hash ^= hash >> 29;
  }
  size_t size = p->words * sizeof *p->next, slot = (size_t)hash % SLOTS;
  for (; p->slots[slot] != 0; slot = (slot + 1) % SLOTS) {
    size_t state = p->slots[slot] - 1u;
    if (memcmp(p->keys + state * p->words, p->next, size) == 0) return state;
  }
  if (p->state_count == STATES_MAX) {
    forget_states(p);
    slot = (size_t)hash % SLOTS;
  }
  memcpy(p->keys + p->state_count * p->words, p->next, size);
  p->slots[slot] = (uint16_t)++p->state_count;
  return p->state_count - 1;
}

/* Nothing is asked in the middle of a character. */
static bool holds(uint8_t op, uint64_t flags, int byte) {
  if (continues(byte)) return false;
  bool edge = ((flags & AFTER_WORD) != 0) != is_word(byte);
  return op == QL__OP_START ? (flags & AT_START) != 0 : op == QL__OP_END ? byte == END : (op == QL__OP_EDGE) == edge;
}

/* Where a state leads with a byte. The first step is tried at every byte: a fit may begin anywhere. */
static uint16_t work_out(ql__pattern *p, size_t state, int byte) {
  const uint64_t *key = p->keys + state * p->words;
  uint64_t flags = key[p->words - 1];
  size_t waiting = 0;
  p->round++;
  memset(p->next, 0, p->words * sizeof *p->next);
  p->stack[waiting++] = 0;
  for (size_t i = 0; i < p->words - 1; i++) {
    if (key[i] == 0) continue;
    for (size_t bit = 0; bit < 64; bit++)
      if ((key[i] >> bit) & 1u) p->stack[waiting++] = (uint16_t)(i * 64 + bit);
  }
  while (waiting > 0) {
    size_t at = p->stack[--waiting];
    const ql__step *step = &p->program->steps[at];
    if (p->seen[at] == p->round) continue;
    p->seen[at] = p->round;
    p->work++;
    size_t there = (size_t)((int32_t)at + step->go);
    bool takes = false;
    switch ((ql__op)step->op) {
    case QL__OP_MATCH: return FITS;
    case QL__OP_JUMP: p->stack[waiting++] = (uint16_t)there; break;
    case QL__OP_SPLIT:
      p->stack[waiting++] = (uint16_t)there;
      p->stack[waiting++] = (uint16_t)(at + 1);
      break;
    case QL__OP_START:
    case QL__OP_END:
    case QL__OP_EDGE:
    case QL__OP_INSIDE:
      if (holds(step->op, flags, byte)) p->stack[waiting++] = (uint16_t)(at + 1);
      break;
    case QL__OP_RANGE: takes = byte >= step->lo && byte <= step->hi; break;
    case QL__OP_SET: takes = byte != END && ql__byteset_has(&p->program->sets[step->set], (uint8_t)byte); break;
    }
    if (takes) p->next[(at + 1) / 64] |= (uint64_t)1 << ((at + 1) % 64);
  }
  if (byte == END) return FITS_NOT;
  p->next[p->words - 1] = p->program->edges && is_word(byte) ? AFTER_WORD : 0;
  return (uint16_t)(state_of_next(p) + STATE);
}

/* Looks up where a state leads; all states may be forgotten on the way. */
static uint16_t lead(ql__pattern *p, size_t state, size_t kind) {
  size_t place = state * (p->kind_count + 1) + kind, before = p->state_count;
  if (p->leads[place] != UNKNOWN) return p->leads[place];
  uint16_t to = work_out(p, state, kind == p->kind_count ? END : p->example[kind]);
  if (p->state_count >= before) p->leads[place] = to; /* not when they were forgotten */
  return to;
}

ql_status ql__pattern_fits(ql__pattern *p, ql_str line, bool *fits, ql_error *err) {
  memset(p->next, 0, p->words * sizeof *p->next);
  p->next[p->words - 1] = AT_START;
  size_t state = state_of_next(p);
  for (size_t i = 0; i <= line.len; i++) {
    uint16_t to = lead(p, state, i < line.len ? p->kinds[(unsigned char)line.ptr[i]] : p->kind_count);
    if (p->work > QL_PATTERN_WORK_MAX) return ql_fail(err, QL_ERR_LIMIT, "the pattern takes too long", QL_STR("QL_PATTERN_WORK_MAX"));
    *fits = to == FITS;
    if (to == FITS || to == FITS_NOT) return QL_OK;
    state = to - (size_t)STATE;
  }
  return QL_OK;
}
