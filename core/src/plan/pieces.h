/* The pieces of work that the rehearsal planner knows, as data. Private to plan/. */
#ifndef QL_PLAN_PIECES_H
#define QL_PLAN_PIECES_H

#include "plan/objective.h"

typedef enum ql__phase {
  QL_PHASE_LOOK,
  QL_PHASE_DESIGN,
  QL_PHASE_BUILD,
  QL_PHASE_JOIN,
  QL_PHASE_TEST,
  QL_PHASE_REVIEW,
  QL_PHASE_WRITE,
  QL_PHASE_RELEASE
} ql__phase;

/* What a piece yields, so that others can wait for it. */
enum {
  QL_YIELDS_LOOK = 1 << 0,
  QL_YIELDS_API = 1 << 1,
  QL_YIELDS_DATA = 1 << 2,
  QL_YIELDS_DESIGN = 1 << 3, /* of any other kind */
  QL_YIELDS_CORE = 1 << 4,   /* the main part of what is built */
  QL_YIELDS_PART = 1 << 5,   /* another part of it */
  QL_YIELDS_TEST = 1 << 6,
  QL_YIELDS_REVIEW = 1 << 7,
  QL_YIELDS_TEXT = 1 << 8
};

/* Texts may hold {s} the subject, {t} the subject with its article, {d} the subject as a document, {w} what is wrong with it, {u} the subject as something on a
   screen, {x} what was named for `named`, {k} the words of the fields that the objective
   touches, {c} the same with those of whoever writes code where the work is code. A word that follows {s} and stands at its end already is left out. Lists are separated by '|'. */
typedef struct ql__piece {
  unsigned kinds;  /* in which it occurs */
  unsigned any;    /* concerns, one of which has to be there; 0: always */
  unsigned none;   /* concerns that rule it out */
  ql_str named;    /* phrases, one of which has to be in the objective; absent: always */
  bool specialist; /* somebody whose name says one of its words makes up for a missing concern */
  ql__phase phase;
  unsigned yields, after;
  int rank;      /* the largest is left out first when there are too many */
  ql_str title;  /* a few words */
  ql_str noun;   /* "the API contract" */
  ql_str words;  /* of the field, for the choice of an agent */
  ql_str roles;  /* in an agent's name */
  ql_str output; /* list */
  ql_str accept; /* list */
  ql_str risk;   /* absent: none worth naming */
  ql_str file;   /* a new document, by {f} the subject in lower case with hyphens; absent: none */
} ql__piece;

/* The words of a field, for the choice of an agent. */
typedef struct ql__field_words {
  unsigned concern;
  ql_str words;
} ql__field_words;

extern const ql_str ql__build_words; /* of whoever writes code */
extern const ql__field_words ql__fields[];
extern const size_t ql__field_count;
extern const ql__piece ql__pieces[];
extern const size_t ql__piece_count;

#endif
