/* Tools that a model uses while it plays: whether it may, who runs them, and what it is told. Private to driver/. */
#ifndef QL_DRIVER_TOOLING_H
#define QL_DRIVER_TOOLING_H

#include "driver/session.h"

/// The tools of the turn's agent behind the moves it has; none where there is nothing to work with and nobody to ask, or no file of the agent.
ql_status ql__offer_tools(ql_driver *d, ql__turn *t, ql_error *err);
/// The same for a turn that waits for it, as soon as the servers have said what they have.
ql_status ql__equip(ql_driver *d, ql__turn *t, int64_t now, ql_error *err);
/// Names the call the turn stands at by the hash it is logged with.
void ql__tool_hash(ql__turn *t);
/// Whether the call the turn stands at may be made: a person is to be asked, or not, or it has its outcome already.
ql_status ql__look_at_tool(ql_driver *d, ql__turn *t, ql_error *err);
/// Makes that call: it has its outcome then, or the host is to run it, or a server or another agent is asked.
ql_status ql__use_tool(ql_driver *d, ql__turn *t, int64_t now, ql_error *err);

/// The outcome of the call at hand, in words.
/// @param source  whose words they are; absent: our own
ql_status ql__tool_answer(ql__turn *t, ql_str text, ql_str source, bool error, ql_error *err);
/// Images that came with it: the outcome has them, or says why not.
ql_status ql__tool_images(ql__turn *t, const ql_value *parts, ql_error *err);
/// Those of the outcome stand behind the results.
void ql__tool_show(ql__turn *t);
/// A person said no.
ql_status ql__tool_refused(ql__turn *t, ql_error *err);
/// tool.run is handed out: what is changed from now on is the command's.
void ql__tool_hand_out(const ql_driver *d, ql__turn *t);
/// What came of it. @return QL_OK; QL_ERR_ARGUMENT; QL_ERR_NOMEM.
ql_status ql__tool_ran(const ql_driver *d, ql__turn *t, const ql_value *result, ql_error *err);
/// ms that a command may take.
int64_t ql__tool_limit(const ql__turn *t);

/// What is logged of it, shape `Command`: its beginning, its end, and the next file it left behind (NULL when there is none more).
ql_value *ql__tool_start(const ql__turn *t, ql_arena *a);
ql_value *ql__tool_done(const ql__turn *t, ql_arena *a);
ql_value *ql__tool_made(const ql_driver *d, const ql__turn *t, const ql_value *state, ql_arena *a);

/// What an agent's file says about looking things up, with the tools there are for it; empty where it says nothing.
ql_str ql__lookup_rule(ql_arena *a, const ql_roster *roster, ql_str agent, const ql_value *tools);

#endif
