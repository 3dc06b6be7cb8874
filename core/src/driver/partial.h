/* Words of answers that are not whole yet, for hosts that keep them. Private to driver/. */
#ifndef QL_DRIVER_PARTIAL_H
#define QL_DRIVER_PARTIAL_H

#include "driver/session.h"

/// What a seat's answer has grown by since it was put last, where that is long ago or much; absent otherwise.
ql_str ql__partial_words(const ql__turn *t, ql_arena *a, int64_t now);

#endif
