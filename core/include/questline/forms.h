/* Messages with fields, as an agent's file shows them: requests, responses, directives. */
#ifndef QUESTLINE_FORMS_H
#define QUESTLINE_FORMS_H

#include <questline/roster.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The forms of an agent: those of its file, with its names and types, and of request, response and directive those that it lacks. Needed
/// are the fields of the message, those inside its body where it has one, and those of the items of a list; fields that are numbered or
/// named after agents are examples, any number of them will do.
/// @param out  an array of the shape `Form`
/// @return QL_OK; QL_ERR_NOT_FOUND (no such agent); QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_forms(ql_arena *a, const ql_roster *roster, ql_str agent, ql_value **out, ql_error *err);

/// Holds a message, as JSON, against a form. Broken JSON is a problem, not a failure.
/// @param form  its name; the first of that name counts
/// @param out   the shape `FormCheck`
/// @return QL_OK; QL_ERR_NOT_FOUND (no such agent, no such form); QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_form_check(ql_arena *a, const ql_roster *roster, ql_str agent, ql_str form, ql_str text, ql_value **out,
                                     ql_error *err);

/// Makes a message of what somebody filled in, typed by the form, and checks it. Empty texts count as not filled in.
/// @param entries  an array of the shape `FormEntry`
/// @param out      the shape `FormCheck`
/// @return QL_OK; QL_ERR_NOT_FOUND; QL_ERR_SYNTAX (an entry without a path that can be followed; detail is the path); QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_form_fill(ql_arena *a, const ql_roster *roster, ql_str agent, ql_str form, const ql_value *entries,
                                    ql_value **out, ql_error *err);

#ifdef __cplusplus
}
#endif
#endif
