/* The forms of messages, between the files that read and use them. Private to plan/. */
#ifndef QL_PLAN_FORMS_H
#define QL_PLAN_FORMS_H

#include <questline/forms.h>

/// One form by its name, shape `Form`. @return QL_OK; QL_ERR_NOT_FOUND; QL_ERR_NOMEM.
QL_NODISCARD ql_status ql__form_find(ql_arena *a, const ql_roster *roster, ql_str agent, ql_str name, ql_value **out, ql_error *err);
/// The field of that name; where fields are examples, the first of them for any name. NULL when there is none.
const ql_value *ql__form_field_of(const ql_value *fields, bool free, ql_str name);
/// Holds a message against a form: shape `FormCheck`. NULL when out of memory.
ql_value *ql__form_judge(ql_arena *a, const ql_roster *roster, const ql_value *form, const ql_value *message);

#endif
