/* What the view of a quest says of a seat, for all who play one. Private to driver/. */
#ifndef QL_DRIVER_LOOK_H
#define QL_DRIVER_LOOK_H

#include <questline/value.h>

/// Whether a list of texts has this one; list may be NULL.
bool ql__lists(const ql_value *list, ql_str text);
/// The tasks of the turn that an agent holds now, as ids: it may have been given more for a later one. NULL when it holds none.
/// @param view  shape `QuestView`
const ql_value *ql__held_tasks(const ql_value *view, ql_str agent);

#endif
