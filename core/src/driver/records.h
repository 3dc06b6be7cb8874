/* What a log has of the answers that were given in it. Private to driver/. */
#ifndef QL_DRIVER_RECORDS_H
#define QL_DRIVER_RECORDS_H

#include <questline/quest.h>

typedef enum ql__record_kind {
  QL__ASKED, /* a call of a model was announced */
  QL__USED,  /* a tool was */
  QL__MOVED  /* an event of the seat itself */
} ql__record_kind;

typedef struct ql__record ql__record;
struct ql__record {
  ql__record_kind kind;
  ql_str who;   /* whose seat */
  ql_str hash;  /* of the request; of a move that is an artifact, of its bytes; else absent */
  int64_t n;    /* the event */
  int64_t done; /* the one that has the answer; -1: there is none */
  bool stopped; /* by a person: the answer is what came until then */
  bool taken;
  ql__record *next; /* of the same seat */
  ql__record *same; /* the next one of that kind, seat and hash */
};

/// In the order of the log.
typedef struct ql__records {
  ql__record *items;
  size_t count, cap;
  ql__record **first; /* by kind, seat and hash: the first that may still be taken */
  ql__record **seats; /* by seat: the last that was taken, or the first */
  size_t mask;        /* a power of two, less one: the places of both */
} ql__records;

/// Those of the events from `from` on.
/// @param who  of this seat alone; absent: of all
/// @return QL_OK; QL_ERR_NOMEM.
QL_NODISCARD ql_status ql__records_read(ql_arena *a, const ql_quest *quest, int64_t from, ql_str who, ql__records *out, ql_error *err);

/// Where the first record of that kind, seat and hash stands in `first`: an empty place where there is none.
ql__record **ql__records_find(const ql__records *all, ql__record_kind kind, ql_str who, ql_str hash);

/// A record was taken: what its seat takes next is behind it.
void ql__record_taken(const ql__records *all, ql__record *record);
/// The call that is the next one of a seat; NULL for none.
const ql__record *ql__records_next_call(const ql__records *all, ql_str who);

/// Whether the answer to a call is what the seat went on from: there is one, and it was not asked the same once more in its place. One that was
/// stopped counts where the seat asked something else behind it.
bool ql__record_counts(const ql__record *record);

/// The answer that event n has, shape `ModelReply` or `ToolResult`; *out is NULL where it has none that can be read.
/// @return QL_OK; QL_ERR_NOMEM.
QL_NODISCARD ql_status ql__record_reply(ql_arena *a, const ql_quest *quest, int64_t n, ql_value **out, ql_error *err);

/// Sets the field `reply` of a command `done`: a model's answer without what the event says beside it, or the result of a tool.
void ql__log_reply(ql_arena *a, ql_value *command, const ql_value *answer);

#endif
