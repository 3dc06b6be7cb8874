/* One agent asks another in a conversation, with the tool Task. Private to driver/. */
#ifndef QL_DRIVER_ASKING_H
#define QL_DRIVER_ASKING_H

#include "driver/session.h"

/// Whom an agent can ask by its file, in words for its system prompt; empty where there is nobody.
/// @return QL_OK; QL_ERR_NOMEM.
QL_NODISCARD ql_status ql__whom_to_ask(ql_arena *a, const ql_roster *roster, ql_str agent, ql_str *out, ql_error *err);

/// Asks the agent that the call at hand names, which may be made: its turn is added, or the call has its outcome already.
/// @return QL_OK; QL_ERR_NOMEM: nobody was asked.
QL_NODISCARD ql_status ql__ask_agent(ql_driver *d, ql__turn *asker, ql_error *err);

/// Whoever was asked is done, or failed, or was stopped: that is the outcome of the call, and its turn is dropped.
/// @return QL_OK; QL_ERR_NOMEM.
QL_NODISCARD ql_status ql__take_asked(ql_driver *d, ql__turn *asked, ql_error *err);

#endif
