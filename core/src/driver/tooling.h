/* Tools that a model uses while it plays, over the workspace that the host gave. Private to driver/. */
#ifndef QL_DRIVER_TOOLING_H
#define QL_DRIVER_TOOLING_H

#include "driver/session.h"

/// The tools of the turn's agent behind the moves it has; none where there is no workspace, or no file of the agent.
ql_status ql__offer_tools(ql_driver *d, ql__turn *t, ql_str agent, ql_error *err);
/// Makes the call the turn stands at: it has a result then, or a person is to be asked.
ql_status ql__use_tool(ql_driver *d, ql__turn *t, ql_error *err);

/// What is logged of it, shape `Command`: its beginning, its end, and the next file it left behind (NULL when there is none more).
ql_value *ql__tool_start(const ql__turn *t, ql_arena *a);
ql_value *ql__tool_done(const ql__turn *t, ql_arena *a);
ql_value *ql__tool_made(const ql_driver *d, const ql__turn *t, const ql_value *state, ql_arena *a);

#endif
