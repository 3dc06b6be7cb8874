/* What a pattern is made into, and what runs it. Private to base/pattern*.c. */
#ifndef QL_BASE_PROGRAM_H
#define QL_BASE_PROGRAM_H

#include "base/pattern.h"

typedef enum ql__op {
  QL__OP_RANGE,  /* takes a byte from lo to hi */
  QL__OP_SET,    /* takes a byte of a set */
  QL__OP_SPLIT,  /* goes on with the next one and with the one at `go` */
  QL__OP_JUMP,   /* goes on with the one at `go` */
  QL__OP_START,  /* of the line; these four take no byte */
  QL__OP_END,    /* of the line */
  QL__OP_EDGE,   /* of a word */
  QL__OP_INSIDE, /* anywhere but at the edge of a word */
  QL__OP_MATCH,
} ql__op;

typedef struct ql__step {
  uint8_t op, lo, hi;
  uint16_t set;
  int32_t go; /* from this step on: code can be copied and moved */
} ql__step;

typedef struct ql__byteset {
  uint32_t bits[8];
} ql__byteset;

typedef struct ql__program {
  ql__step *steps;
  ql__byteset *sets;
  size_t count, set_count;
  bool edges; /* it asks for edges of words */
} ql__program;

bool ql__byteset_has(const ql__byteset *set, uint8_t byte);
/// @return QL_OK; QL_ERR_NOMEM.
QL_NODISCARD ql_status ql__pattern_run(ql_arena *a, const ql__program *program, ql__pattern **out, ql_error *err);

#endif
