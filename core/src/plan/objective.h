/* What an objective asks for: the kind of work, the concerns it touches, its subject. Private to plan/. */
#ifndef QL_PLAN_OBJECTIVE_H
#define QL_PLAN_OBJECTIVE_H

#include "plan/words.h"

typedef enum ql__kind {
  QL_KIND_CREATE = 1 << 0,
  QL_KIND_CHANGE = 1 << 1,
  QL_KIND_MIGRATE = 1 << 2,
  QL_KIND_FIX = 1 << 3,
  QL_KIND_SPEED = 1 << 4, /* make faster or leaner */
  QL_KIND_AUDIT = 1 << 5,
  QL_KIND_DOCUMENT = 1 << 6,
  QL_KIND_TEST = 1 << 7,
  QL_KIND_RELEASE = 1 << 8,
  QL_KIND_REMOVE = 1 << 9,
  QL_KIND_UPGRADE = 1 << 10,
  QL_KIND_TRIFLE = 1 << 11 /* one person, one sitting */
} ql__kind;

typedef enum ql__concern {
  QL_CONCERN_API = 1 << 0,
  QL_CONCERN_DATA = 1 << 1,
  QL_CONCERN_AUTH = 1 << 2,
  QL_CONCERN_SECURITY = 1 << 3,
  QL_CONCERN_PAYMENT = 1 << 4,
  QL_CONCERN_SPEED = 1 << 5,
  QL_CONCERN_UI = 1 << 6,
  QL_CONCERN_INFRA = 1 << 7,
  QL_CONCERN_MONITOR = 1 << 8,
  QL_CONCERN_CONNECT = 1 << 9, /* something outside, not named */
  QL_CONCERN_NAMED = 1 << 10,  /* a product of somebody else, named */
  QL_CONCERN_DOCS = 1 << 11,
  QL_CONCERN_TESTS = 1 << 12,
  QL_CONCERN_LIVE = 1 << 13,
  QL_CONCERN_JOBS = 1 << 14,
  QL_CONCERN_SEARCH = 1 << 15,
  QL_CONCERN_FILES = 1 << 16,
  QL_CONCERN_STRUCTURE = 1 << 17,
  QL_CONCERN_CLI = 1 << 18,
  QL_CONCERN_SMALL = 1 << 19
} ql__concern;

typedef struct ql__objective {
  ql_str text;       /* one line */
  ql__words words;   /* of its start */
  ql__words telling; /* those behind the verb, each once, that are about this work and no other: "Python", "wishlist" */
  size_t verb_end;   /* the word after its verb; 0 when it has none */
  unsigned kind;     /* one ql__kind */
  unsigned concerns; /* bits of ql__concern, found or implied */
  unsigned said;     /* those that its own words name */
  unsigned asked;    /* those that the first noun behind its verb names: "REST API" of "Build a REST API for invoices" */
  ql_str subject;    /* "user authentication"; absent when none was recognised */
  bool faulty;       /* the subject is itself a fault: "crash", "slow query" */
  bool definite;     /* its noun stood with an article, so that "the" goes before it */
} ql__objective;

/// What a concern is told by.
typedef struct ql__telltale {
  unsigned concern;
  ql_str need; /* what an objective that says one of them needs: "endpoints"; absent when that is none worth naming */
  ql_str phrases;
  unsigned implies; /* when something new is made */
} ql__telltale;

extern const ql__telltale ql__telltales[];
extern const size_t ql__telltale_count;

/// @return false when out of memory.
bool ql__objective_read(ql_arena *a, ql_str text, ql__objective *out);
/// What is named in a text for one of the phrases, as written, at most two joined by "and": "OAuth2". Absent when nothing is.
ql_str ql__objective_named(ql_arena *a, const ql__objective *o, ql_str phrases);
/// The concerns that words name.
unsigned ql__concerns_of(const ql__words *words);
/// True for a word that fits any objective: "the", "system", "api".
bool ql__says_little(ql_str stem);
/// True when one of the phrases is in the words.
bool ql__mentions(const ql__words *words, ql_str phrases);

#endif
