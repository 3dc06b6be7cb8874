/* The MCP servers that models work with: a session with each, opened when it is first needed, and its exchanges as effects. Private to driver/. */
#ifndef QL_DRIVER_SERVERS_H
#define QL_DRIVER_SERVERS_H

#include "driver/session.h"

/// @param list  shape McpServer[]; NULL for none, as is *out then
/// @return QL_OK; QL_ERR_ARGUMENT (no list, a server without a name or a URL, two of one name); QL_ERR_NOMEM.
ql_status ql__servers_new(ql_alloc alloc, const ql_value *list, ql__servers **out, ql_error *err);
void ql__servers_free(ql__servers *servers);

/// Asks the servers that the turn's agent may use for their tools, where that was not done; one that failed is asked once more, once in a turn.
/// @param ready  whether all of them have answered, or failed
ql_status ql__servers_open(ql_driver *d, ql__turn *t, ql_str agent, int64_t now, bool *ready, ql_error *err);
/// Whether the agent's file lets it use any tool of the server. Which ones are refused is seen when they are known.
bool ql__servers_may_use(const ql_driver *d, ql_str server, ql_str agent);
/// What each server has, arrays of ModelTool by its name, as a copy of its own: none where it has failed, or was not asked. NULL when out of memory.
ql_value *ql__servers_offers(const ql_driver *d, ql_arena *a);
/// All their tools, also of those that have failed since; NULL where there are no servers.
ql_value *ql__servers_tools(const ql_driver *d, ql_arena *a);

/// Makes the call the turn stands at. Where that cannot be, it has its outcome at once.
ql_status ql__servers_call(ql_driver *d, ql__turn *t, int64_t now, ql_error *err);
/// Nobody wants the turn's call any more; nothing comes of it.
ql_status ql__servers_drop(ql__turn *t, ql_error *err);

/// What the servers answered goes to who waits for it; who waits too long is told so.
ql_status ql__servers_take(ql_driver *d, int64_t now, ql_error *err);
/// The next exchange that is to be made or broken off, as an effect; NULL for none. Each is handed out once.
ql_status ql__servers_next(ql_driver *d, ql_arena *a, int64_t now, ql_value **out, ql_error *err);
/// When something is to be done again without anything coming; -1 for never.
int64_t ql__servers_due(const ql_driver *d);
/// Nothing more is asked of them: they are told so. @return whether that is over, or takes too long.
ql_status ql__servers_close(ql_driver *d, int64_t now, bool *over, ql_error *err);

/// What came of an exchange. *mine is false where the effect is none.
ql_status ql__servers_result(ql_driver *d, const ql_value *result, bool *mine, ql_error *err);
ql_status ql__servers_bytes(ql_driver *d, int64_t id, ql_str bytes, bool *mine, ql_error *err);

/// Adds a SeatDelta for each that failed and was not told yet.
void ql__servers_tell(ql_driver *d, ql_arena *a, ql_value *all);

#endif
