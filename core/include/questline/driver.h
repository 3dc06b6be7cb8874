/* The sans-IO session: says what it needs next (an effect), takes the result, and so drives a quest to its end. */
#ifndef QUESTLINE_DRIVER_H
#define QUESTLINE_DRIVER_H

#include <questline/plan.h>
#include <questline/quest.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ql_driver ql_driver;

/// Drives `quest` (borrowed; the caller keeps and frees it after the driver). An empty quest needs a request; one that already has events
/// goes on from them, and request may be NULL.
/// @param roster   borrowed; needed with a request only, else NULL
/// @param request  shape `Request`: what is wanted, of whom, in which mode. Without a mode it is found as ql_mode finds it; a quest that is asked
///        for in mid-sentence only is proposed, not begun: its owner sees the plan first
/// @return QL_OK; QL_ERR_ARGUMENT (no request for an empty quest, no objective); QL_ERR_NOT_FOUND (the agent); QL_ERR_STATE (the plan has a
///         cycle); QL_ERR_SYNTAX (the plan in the request); QL_ERR_LIMIT (the plan or the words); QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_driver_new(ql_alloc alloc, ql_quest *quest, const ql_roster *roster, const ql_value *request, ql_driver **out,
                                     ql_error *err);
void ql_driver_free(ql_driver *driver);

/// The next effect, shape `Effect`: random, log.append, ask.human, answer, wait or done. Asked again without a result it gives the same one.
/// Time and bytes come from the host; the driver never performs anything.
QL_NODISCARD ql_status ql_driver_next(ql_driver *driver, ql_arena *a, int64_t now, ql_value **effect, ql_error *err);
/// Hands back what an effect gave: shape `EffectResult`.
/// @return QL_OK; QL_ERR_ARGUMENT (no such effect is open, or its result has another shape); QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_driver_result(ql_driver *driver, int64_t now, const ql_value *result, ql_error *err);

/// The rehearsal's next command for the seat that holds the turn: shape `Command`; *out is NULL when the holder is no rehearsed seat. A pure
/// function of the log.
/// @return QL_OK; QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_rehearse(const ql_quest *quest, ql_arena *a, ql_value **out, ql_error *err);

#ifdef __cplusplus
}
#endif
#endif
