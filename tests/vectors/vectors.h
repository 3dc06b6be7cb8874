/* The native side of the vectors: each area turns a vector into answers of the core, through the same exports that core.wasm has. */
#ifndef QL_TEST_VECTORS_H
#define QL_TEST_VECTORS_H

#include <questline/value.h>

/// What a vector gave. Both parts are hashed; the expectation is about the answer only.
typedef struct outcome {
  ql_buf answer; /* canonical JSON */
  ql_buf more;
} outcome;

typedef struct area {
  const char *name;
  void (*run)(ql_arena *a, const ql_value *vector, outcome *out);
} area;

extern const area areas[];
extern const size_t area_count;

/// What models play, with the vector as their host: drive.c.
void run_drive(ql_arena *a, const ql_value *vector, outcome *out);

/* Work of a plan: work.c. */
void run_backlog(ql_arena *a, const ql_value *vector, outcome *out);
void run_context(ql_arena *a, const ql_value *vector, outcome *out);
void run_delegation(ql_arena *a, const ql_value *vector, outcome *out);
void run_duplicates(ql_arena *a, const ql_value *vector, outcome *out);
void run_edit(ql_arena *a, const ql_value *vector, outcome *out);
void run_forms(ql_arena *a, const ql_value *vector, outcome *out);
void run_router(ql_arena *a, const ql_value *vector, outcome *out);
void run_roadmap(ql_arena *a, const ql_value *vector, outcome *out);
void run_trace(ql_arena *a, const ql_value *vector, outcome *out);
void run_workflow(ql_arena *a, const ql_value *vector, outcome *out);

/// The bytes of a member that is given as `text` or, base64url, as `bytes`. Absent when neither is there.
ql_str vector_bytes(ql_arena *a, const ql_value *vector, const char *text, const char *bytes);

/// The answer of the operation that just ran, copied because the next one forgets it.
ql_str answered(ql_arena *a);
/// The same as a value; the core has to answer canonical JSON.
ql_value *answered_value(ql_arena *a);
uint32_t answered_handle(ql_arena *a);
/// Closes an object of the core.
void done(uint32_t handle);
/// The text of a member; absent without it.
ql_str given(const ql_value *vector, const char *key);
/// The JSON of a member; absent without it.
ql_str json_of(ql_arena *a, const ql_value *vector, const char *key);
/// The roster of the vector's files.
uint32_t open_roster(ql_arena *a, const ql_value *vector);
/// A ql_str as two arguments.
#define PASS(s) (s).ptr, (uint32_t)(s).len

/// Compares as the README says. False with a path and both sides in *why.
bool expected(ql_arena *a, const ql_value *expect, const ql_value *actual, ql_buf *why);

/// Generated quests as an array of vectors of the area `logs`; the same bytes every time.
ql_value *generate_logs(ql_arena *a);
/// Conversations as an array of vectors of the area `streams`: one with each answer of tests/streams, beside `dir`, that is a text.
ql_value *generate_streams(ql_arena *a, const char *dir);

/// Ends the program: a vector file or this program is wrong.
_Noreturn void give_up(const char *message, ql_str detail);
/// The bytes of a file, in the arena.
ql_str read_file(ql_arena *a, const char *path);
/// block, unless it is NULL: then memory ran out.
void *need(void *block);
ql_arena *new_arena(void);

#endif
