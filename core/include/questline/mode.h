/* How a request is worked on: the ways of working that an agent's file knows, and the words that start them. */
#ifndef QUESTLINE_MODE_H
#define QUESTLINE_MODE_H

#include <questline/roster.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Finds the mode of a request: what was chosen, else what a trigger in the request says, else the file's default. Triggers are whole words,
/// in any case; one in front of the request goes before longer ones, these before shorter ones, and of equal ones the first. Behind "not",
/// "without" or "no" in the same part of a sentence they say that the mode is not wanted. An agent without modes has three: NORMAL, PRE-QUEST and QUEST,
/// whose triggers count in front of the request only.
/// @param request  up to QL_REQUEST_BYTES_MAX
/// @param chosen   the name or number of a mode, or what it runs (normal, prequest, quest); absent: nothing is chosen
/// @param out      the shape `Mode`
/// @return QL_OK; QL_ERR_NOT_FOUND (no such agent); QL_ERR_ARGUMENT (no such mode); QL_ERR_LIMIT; QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_mode(ql_arena *a, const ql_roster *roster, ql_str agent, ql_str request, ql_str chosen, ql_value **out,
                               ql_error *err);

#ifdef __cplusplus
}
#endif
#endif
