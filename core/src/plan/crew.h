/* Work shared out among so many at once. Private to plan/. */
#ifndef QL_PLAN_CREW_H
#define QL_PLAN_CREW_H

#include <questline/base.h>

typedef struct ql__job {
  int64_t minutes;
  int64_t tail;       /* from its start to the end of the longest chain of what waits for it */
  size_t worker;      /* whose time it takes */
  size_t waits;       /* for so many jobs */
  size_t first, last; /* what waits for it: next[first] to next[last - 1] */
} ql__job;

typedef struct ql__work {
  const ql__job *jobs; /* each behind those it waits for */
  const size_t *next;
  size_t count, workers;
} ql__work;

typedef struct ql__crew {
  int64_t minutes;
  int64_t bound; /* no schedule is shorter */
} ql__crew;

/// Finds a schedule of jobs: nobody does two at once, and no more than at_once are done at once. Small works that a list schedule does not do
/// in the time of the bound are searched through.
/// @param starts  of each job, filled in
/// @param nodes   how much may still be searched; lowered
/// @return QL_OK; QL_ERR_NOMEM.
QL_NODISCARD ql_status ql__share_out(ql_arena *a, const ql__work *work, size_t at_once, int64_t *starts, uint32_t *nodes, ql__crew *out);

#endif
