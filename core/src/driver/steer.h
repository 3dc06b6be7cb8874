/* What a person does to a model while it answers. Private to driver/. */
#ifndef QL_DRIVER_STEER_H
#define QL_DRIVER_STEER_H

#include "driver/session.h"

/// Does what was asked of the turn, as far as the step it stands at allows. @return QL_OK; QL_ERR_NOMEM.
QL_NODISCARD ql_status ql__steer(ql__turn *t, ql_error *err);

#endif
