/* The quest: a log of events, and the state that is the fold over it. One accepted command is one event and one line. */
#ifndef QUESTLINE_QUEST_H
#define QUESTLINE_QUEST_H

#include <questline/value.h>

#ifdef __cplusplus
extern "C" {
#endif

#define QL_QUEST_FORMAT  1 /* of the bytes */
#define QL_QUEST_RULES   2 /* of the turn machine: the newest of versions.def, by which quests begin */
#define QL_ENTROPY_BYTES 32
#define QL_HASH_CHARS    43 /* a 32-byte hash in base64url */

typedef enum ql_event_type {
#define EVENT(type, doc) QL_EVENT_##type,
#define FIELD(type, name, kind, need, doc)
#include <questline/events.def>
#undef EVENT
#undef FIELD
  QL_EVENT_COUNT
} ql_event_type;

typedef struct ql_quest ql_quest;

/// An empty quest: its first accepted command is `create`. @return NULL when out of memory. Freed with ql_quest_free.
ql_quest *ql_quest_new(ql_alloc alloc);
void ql_quest_free(ql_quest *quest);

/// What decide answers: exactly one of line and refusal is set, or duplicate_of when the command was accepted before.
typedef struct ql_decision {
  ql_str line;          /* the event line with its LF, in the arena, not yet applied; ptr NULL when refused or duplicate */
  ql_value *refusal;    /* shape `Refusal`; NULL when accepted */
  int64_t duplicate_of; /* n of the event that the same (fence, counter) made; -1 otherwise */
} ql_decision;

/// Asks the machine. Pure: nothing of the quest changes, whatever the answer.
/// @param command  shape `Command` of shapes.def, one of the types of events.def
/// @param now      ms since epoch; time never falls, an earlier one is lifted to the last event's
/// @param entropy  QL_ENTROPY_BYTES fresh random bytes: the salts and the quest id come from them
/// @return QL_OK (also for a refusal); QL_ERR_SYNTAX (no such type, a missing, unknown or ill-typed field: err->detail names it);
///         QL_ERR_CONFLICT (the command names another head; detail is the present one); QL_ERR_LIMIT (the line or the quest would be too
///         long); QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_quest_decide(const ql_quest *quest, ql_arena *a, const ql_value *command, int64_t now, const uint8_t *entropy,
                                       ql_decision *out, ql_error *err);

/// Appends one line (with or without its LF) after checking it in full: canonical bytes, chain, commitments, and the guard decide uses.
/// @return QL_OK; QL_ERR_SYNTAX, QL_ERR_UTF8, QL_ERR_INTEGRITY (bytes, hash or commitment: not intact); QL_ERR_STATE (not legal, detail
///         holds the rule); QL_ERR_VERSION (newer rules); QL_ERR_LIMIT; QL_ERR_NOMEM. After an error the quest is as before.
QL_NODISCARD ql_status ql_quest_append(ql_quest *quest, ql_str line, ql_error *err);
/// Appends every line of a log; stops at the first that fails. err->line is its number from 1. A torn tail is QL_ERR_SYNTAX.
QL_NODISCARD ql_status ql_quest_append_log(ql_quest *quest, ql_str log, ql_error *err);

int64_t ql_quest_count(const ql_quest *quest);                       /* events */
ql_str ql_quest_id(const ql_quest *quest);                           /* absent before create, and for a log that carries none */
ql_str ql_quest_log(const ql_quest *quest);                          /* all lines; valid until the next append */
ql_str ql_quest_line(const ql_quest *quest, int64_t n);              /* with its LF */
void ql_quest_head(const ql_quest *quest, char head[QL_HASH_CHARS]); /* of the last event; "AAAA…" (zeros) for an empty quest */
/// When the next limit passes, ms since epoch, if nothing else happens: then a tick is due. -1 when none will.
int64_t ql_quest_due(const ql_quest *quest);
/// The canonical state, and its hash over those bytes.
ql_value *ql_quest_state(const ql_quest *quest, ql_arena *a);
QL_NODISCARD ql_status ql_quest_state_hash(const ql_quest *quest, char hash[QL_HASH_CHARS], ql_error *err);

/// What the author of a line, or of the one that comes next, signs (Ed25519, by the host): "questline.sign.1" and the head after it.
/// @param line  with or without its LF
/// @param out   shape `Signature`; NULL where event 0 names no key of the author
/// @return QL_OK; QL_ERR_SYNTAX, QL_ERR_UTF8 (not an event line); QL_ERR_LIMIT; QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_quest_signature(const ql_quest *quest, ql_arena *a, ql_str line, ql_value **out, ql_error *err);
/// Each line whose author has a key in event 0: an array of the shape `Signature`, for the host to check. NULL when out of memory.
ql_value *ql_quest_signatures(const ql_quest *quest, ql_arena *a);
/// The line with the signature of its author in place of those it had. The hash does not change. It is not checked whether it fits.
/// @param signature  64 bytes in base64url
/// @return as ql_quest_signature, and QL_ERR_ARGUMENT (not a signature).
QL_NODISCARD ql_status ql_line_sign(ql_arena *a, ql_str line, ql_str signature, ql_str *out, ql_error *err);
/// The same for a line of the quest, in its log. Costs what stands behind that line.
/// @return as ql_line_sign, QL_ERR_ARGUMENT also for an event that is not there. After an error the quest is as before.
QL_NODISCARD ql_status ql_quest_sign(ql_quest *quest, int64_t n, ql_str signature, ql_error *err);

/// What a screen shows: shape `QuestView`; borrows from the quest until its next append. NULL when out of memory.
ql_value *ql_quest_view(const ql_quest *quest, ql_arena *a);
/// The same as of event n (0 to count-1): a fold over the first n+1 lines. @return QL_OK; QL_ERR_ARGUMENT; QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_quest_view_at(const ql_quest *quest, ql_arena *a, int64_t n, ql_value **out, ql_error *err);
/// What an agent sees when it asks whether it is its turn: shape `Monitor`. A read, never an event. NULL when nobody of that name is
/// in the quest, or when out of memory (then ql_arena_failed).
ql_value *ql_quest_monitor(const ql_quest *quest, ql_arena *a, ql_str agent);
/// One event with its openings: shape `Event`. NULL when out of memory or n is not an event.
ql_value *ql_quest_event(const ql_quest *quest, ql_arena *a, int64_t n);

/// Checks a whole log file. Never fails for what stands in it.
/// @param head  a head known from elsewhere (43 characters), or absent
/// @param out   shape `Verdict`
/// @return QL_OK; QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_verify(ql_arena *a, ql_str log, ql_str head, ql_value **out, ql_error *err);
/// The verdict on a quest that is open: every line of it was checked when it was appended, so that nothing is checked again.
/// @param head, out  as for ql_verify @return QL_OK; QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_quest_verdict(const ql_quest *quest, ql_arena *a, ql_str head, ql_value **out, ql_error *err);

#ifdef __cplusplus
}
#endif
#endif
