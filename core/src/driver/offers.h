/* What MCP servers offered: the definitions of tools that stood in requests, so that a log has all that its models were asked. Private to driver/. */
#ifndef QL_DRIVER_OFFERS_H
#define QL_DRIVER_OFFERS_H

#include "driver/session.h"

/// Reads what the events say that came since.
/// @param a        what is read is kept in it
/// @param scratch  one event
/// @return QL_OK; QL_ERR_NOMEM.
QL_NODISCARD ql_status ql__offers_follow(ql_arena *a, ql_arena *scratch, const ql_quest *quest, ql__offers *all, ql_error *err);

/// What the servers offer to a turn that begins: their tools as they are now or, where nobody is asked, as they were when the recorded turn began.
/// The turn has failed where the recording does not say it. @return QL_OK; QL_ERR_NOMEM.
QL_NODISCARD ql_status ql__offers_take(ql_driver *d, ql__turn *t, ql_error *err);
/// These tools, one after another; NULL where there are no servers.
ql_value *ql__offers_tools(ql_arena *a, const ql_value *offers);

/// Sets the field `offers` of a command `start` where the log does not say so already.
void ql__offers_log(const ql_driver *d, const ql__turn *t, ql_value *command);

#endif
