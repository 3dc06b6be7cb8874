/* The sans-IO session: says what it needs next (an effect), takes the result, and so drives a quest to its end. */
#ifndef QUESTLINE_DRIVER_H
#define QUESTLINE_DRIVER_H

#include <questline/memory.h>
#include <questline/plan.h>
#include <questline/quest.h>
#include <questline/workspace.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ql_driver ql_driver;

/// Drives `quest` (borrowed; the caller keeps and frees it after the driver). An empty quest needs a request; one that already has events
/// goes on from them: of a request only its players are looked at, and it may be NULL.
/// @param roster   borrowed, as long as the driver; needed with an empty quest; without one, agents that models play have no file to be told
/// @param request  shape `Request`: what is wanted, of whom, in which mode, and who is played by which model. Without a mode it is found as ql_mode
///        finds it; a quest that is asked for in mid-sentence only is proposed, not begun: its owner sees the plan first
/// @return QL_OK; QL_ERR_ARGUMENT (no request for an empty quest, no objective, a player without agent, provider or model);
///         QL_ERR_NOT_FOUND (the agent, a provider); QL_ERR_STATE (the plan has a cycle); QL_ERR_SYNTAX and QL_ERR_LIMIT (the plan, or the words);
///         QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_driver_new(ql_alloc alloc, ql_quest *quest, const ql_roster *roster, const ql_value *request, ql_driver **out,
                                     ql_error *err);
void ql_driver_free(ql_driver *driver);

/// What models may work with, by the tools of their agents' files. Nothing is owned; all of it lasts as long as the driver.
typedef struct ql_driver_kit {
  ql_workspace *workspace; /* NULL: there are no files */
  ql_memory *memory;       /* NULL: nothing is remembered */
  const ql_value *servers; /* shape McpServer[]; NULL: none */
  bool commands;           /* the host performs tool.run, when a person agreed to the command */
  ql_str ask;              /* a person is asked before each "change", or before "all" uses of tools; absent: where files want it */
  bool partials;           /* the host performs partial.put: it keeps words of answers that are not whole, until their end is logged */
} ql_driver_kit;

/// Gives models something to work with; to be called before the first ql_driver_next.
/// @return QL_OK; QL_ERR_ARGUMENT (a server without a name or a URL, two of one name, or another word for what is asked about); QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_driver_use(ql_driver *driver, const ql_driver_kit *kit, ql_error *err);

/// The next effect, shape `Effect`. http.request, ask.tool and effect.cancel are handed out once each, and any number of requests may be open; the others come
/// one at a time, and asked again without a result it is the same one. Ask again after each result, and when the time of a wait has come.
/// Time and bytes come from the host; the driver never performs anything.
QL_NODISCARD ql_status ql_driver_next(ql_driver *driver, ql_arena *a, int64_t now, ql_value **effect, ql_error *err);
/// Hands back what an effect gave: shape `EffectResult`. That of http.request comes in pieces: status and headers, bytes (ql_driver_bytes), and its
/// outcome; where no answer came, its outcome alone.
/// @return QL_OK; QL_ERR_ARGUMENT (no such effect is open, or its result has another shape); QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_driver_result(ql_driver *driver, int64_t now, const ql_value *result, ql_error *err);
/// Bytes of an answer, as they come; not kept after return.
/// @param id  of the effect http.request @return QL_OK; QL_ERR_ARGUMENT (no such request is under way, or its status did not come yet); QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_driver_bytes(ql_driver *driver, int64_t id, ql_str bytes, ql_error *err);
/// What models added since this was asked last: an array of the shape `SeatDelta`. Need not be asked: an answer is whole without it.
/// @return QL_OK; QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_driver_deltas(ql_driver *driver, ql_arena *a, ql_value **out, ql_error *err);

/// Stops the call of one model, or says how it goes on: shape `Steer`. A stopped call is cancelled and what it took is logged; its seat keeps
/// the turn and stands still until it is asked again or goes on, while the others play. In a conversation, what came until then is the answer.
/// @return QL_OK; QL_ERR_ARGUMENT (not said how); QL_ERR_NOT_FOUND (no model is at work there).
QL_NODISCARD ql_status ql_driver_steer(ql_driver *driver, const ql_value *steer, ql_error *err);

/// Takes answers of an earlier log in place of asking, for each call of a seat whose request has the same hash, in the order of that log: the same
/// moves follow. They are logged as recalled, at no cost. Likewise results of tools; those that wrote files are used again where there is a
/// workspace, unless `only`. A plan that a model would make is that of the recorded quest. To be called before the first ql_driver_next.
/// @param recorded  borrowed, as long as the driver
/// @param only      nobody is asked: what is not recorded pauses the quest, with a sentence that names the seat
/// @return QL_OK; QL_ERR_STATE (a conversation, or a plan with a cycle); QL_ERR_NOT_FOUND (a plan is wanted and nobody may be asked for it);
///         QL_ERR_SYNTAX, QL_ERR_LIMIT (the plan); QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_driver_recall(ql_driver *driver, const ql_quest *recorded, bool only, ql_error *err);

/// The rehearsal's next command for the seat that holds the turn: shape `Command`; *out is NULL when the holder is no rehearsed seat. A pure
/// function of the log.
/// @return QL_OK; QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_rehearse(const ql_quest *quest, ql_arena *a, ql_value **out, ql_error *err);

#ifdef __cplusplus
}
#endif
#endif
