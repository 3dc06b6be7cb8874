#include "plan/crew.h"

#include <string.h>

/* ---- what no schedule can beat ---- */

/* The longest chain, the work of the busiest, and all the work shared out. */
static int64_t least_time(const ql__work *work, size_t at_once, int64_t *busy) {
  int64_t least = 0, total = 0;
  for (size_t w = 0; w < work->workers; w++) busy[w] = 0;
  for (size_t i = 0; i < work->count; i++) {
    total += work->jobs[i].minutes;
    busy[work->jobs[i].worker] += work->jobs[i].minutes;
    if (work->jobs[i].tail > least) least = work->jobs[i].tail;
  }
  for (size_t w = 0; w < work->workers; w++)
    if (busy[w] > least) least = busy[w];
  int64_t shared = total / (int64_t)at_once + (total % (int64_t)at_once > 0);
  return shared > least ? shared : least;
}

/* ---- list scheduling ---- */

typedef struct table {
  size_t *ready; /* jobs that wait for nothing, the longest tail first */
  size_t *running, *waits;
  int64_t *free_at;
  size_t ready_count, running_count;
} table;

static void make_ready(const ql__work *work, table *t, size_t job) {
  size_t at = t->ready_count++;
  for (; at > 0; at--) {
    size_t before = t->ready[at - 1];
    int64_t lead = work->jobs[before].tail - work->jobs[job].tail;
    if (lead > 0 || (lead == 0 && before < job)) break;
    t->ready[at] = before;
  }
  t->ready[at] = job;
}

static void finish(const ql__work *work, table *t, size_t job) {
  for (size_t e = work->jobs[job].first; e < work->jobs[job].last; e++)
    if (--t->waits[work->next[e]] == 0) make_ready(work, t, work->next[e]);
}

/* The first ready job whose worker is free; false when there is none. */
static bool start_one(const ql__work *work, table *t, int64_t now, int64_t *starts) {
  size_t at = 0;
  while (at < t->ready_count && t->free_at[work->jobs[t->ready[at]].worker] > now) at++;
  if (at == t->ready_count) return false;
  size_t job = t->ready[at];
  memmove(t->ready + at, t->ready + at + 1, (--t->ready_count - at) * sizeof *t->ready);
  starts[job] = now;
  t->free_at[work->jobs[job].worker] = now + work->jobs[job].minutes;
  if (work->jobs[job].minutes == 0)
    finish(work, t, job);
  else
    t->running[t->running_count++] = job;
  return true;
}

/* Whenever somebody is free, the ready job with the longest tail (Graham, "Bounds on multiprocessing timing anomalies"). */
static int64_t list_schedule(const ql__work *work, size_t at_once, table *t, int64_t *starts) {
  int64_t now = 0;
  t->ready_count = t->running_count = 0;
  for (size_t w = 0; w < work->workers; w++) t->free_at[w] = 0;
  for (size_t i = 0; i < work->count; i++) {
    t->waits[i] = work->jobs[i].waits;
    if (t->waits[i] == 0) make_ready(work, t, i);
  }
  for (;;) {
    while (t->running_count < at_once && start_one(work, t, now, starts)) continue;
    if (t->running_count == 0) return now;
    int64_t next = INT64_MAX;
    for (size_t r = 0; r < t->running_count; r++) {
      int64_t end = starts[t->running[r]] + work->jobs[t->running[r]].minutes;
      if (end < next) next = end;
    }
    now = next;
    size_t kept = 0;
    for (size_t r = 0; r < t->running_count; r++) {
      size_t job = t->running[r];
      if (starts[job] + work->jobs[job].minutes > now)
        t->running[kept++] = job;
      else
        finish(work, t, job);
    }
    t->running_count = kept;
  }
}

/* ---- the shortest, by search ----
   Jobs are placed one after the other by rising start, each as early as it can be, but not before the one that was placed last. Every schedule
   can be had so, or one that is no longer: take its jobs in the order of their starts. */

#define SEARCH_JOBS  16u
#define SEARCH_NODES 30000u

typedef struct search {
  const ql__work *work;
  size_t at_once;
  size_t rank[SEARCH_JOBS]; /* jobs in the order in which they are tried; what takes no time first, for it must not wait for its equals */
  uint32_t needs[SEARCH_JOBS]; /* by rank: the ranks that it waits for */
  uint32_t placed;
  int64_t starts[SEARCH_JOBS], ends[SEARCH_JOBS]; /* by rank */
  int64_t free_at[SEARCH_JOBS];                   /* by worker */
  size_t chosen[SEARCH_JOBS];                     /* by depth: a rank */
  int64_t was_free[SEARCH_JOBS];                  /* by depth: free_at before */
  size_t depth;
} search;

static const ql__job *job_at(const search *s, size_t rank) { return &s->work->jobs[s->rank[rank]]; }

static void make_search(search *s, const ql__work *work, size_t at_once) {
  size_t ranks[SEARCH_JOBS];
  *s = (search){.work = work, .at_once = at_once};
  for (size_t i = 0; i < work->count; i++) {
    size_t at = i;
    for (; at > 0; at--) {
      const ql__job *before = &work->jobs[s->rank[at - 1]];
      if (work->jobs[i].minutes > 0 ? before->minutes == 0 || before->tail >= work->jobs[i].tail : before->minutes == 0) break;
      s->rank[at] = s->rank[at - 1];
    }
    s->rank[at] = i;
  }
  for (size_t r = 0; r < work->count; r++) ranks[s->rank[r]] = r;
  for (size_t i = 0; i < work->count; i++)
    for (size_t e = work->jobs[i].first; e < work->jobs[i].last; e++) s->needs[ranks[work->next[e]]] |= UINT32_C(1) << ranks[i];
}

static int64_t last_start(const search *s) { return s->depth > 0 ? s->starts[s->chosen[s->depth - 1]] : 0; }

static int64_t earliest(const search *s, size_t rank) {
  int64_t at = last_start(s);
  if (s->free_at[job_at(s, rank)->worker] > at) at = s->free_at[job_at(s, rank)->worker];
  for (size_t r = 0; r < s->work->count; r++)
    if ((s->needs[rank] >> r & 1) && s->ends[r] > at) at = s->ends[r];
  for (;;) {
    size_t running = 0;
    int64_t next = INT64_MAX;
    for (size_t r = 0; r < s->work->count; r++) {
      if (!(s->placed >> r & 1) || s->ends[r] <= at) continue;
      running++;
      if (s->ends[r] < next) next = s->ends[r];
    }
    if (running < s->at_once) return at;
    at = next;
  }
}

/* No end of what is placed so far is earlier. */
static int64_t still_needs(const search *s) {
  int64_t last = last_start(s), least = 0, open = 0, busy[SEARCH_JOBS];
  for (size_t w = 0; w < s->work->workers; w++) busy[w] = s->free_at[w] > last ? s->free_at[w] : last;
  for (size_t r = 0; r < s->work->count; r++) {
    const ql__job *job = job_at(s, r);
    if (s->placed >> r & 1) {
      if (s->ends[r] > last) open += s->ends[r] - last;
      if (s->starts[r] + job->tail > least) least = s->starts[r] + job->tail;
      continue;
    }
    if (last + job->tail > least) least = last + job->tail;
    open += job->minutes;
    busy[job->worker] += job->minutes;
    if (busy[job->worker] > least) least = busy[job->worker];
  }
  int64_t shared = last + open / (int64_t)s->at_once + (open % (int64_t)s->at_once > 0);
  return shared > least ? shared : least;
}

static void place(search *s, size_t rank, int64_t at) {
  const ql__job *job = job_at(s, rank);
  s->chosen[s->depth] = rank;
  s->was_free[s->depth++] = s->free_at[job->worker];
  s->placed |= UINT32_C(1) << rank;
  s->starts[rank] = at;
  s->ends[rank] = s->free_at[job->worker] = at + job->minutes;
}

static size_t take_back(search *s) {
  size_t rank = s->chosen[--s->depth];
  s->placed &= ~(UINT32_C(1) << rank);
  s->free_at[job_at(s, rank)->worker] = s->was_free[s->depth];
  return rank;
}

/* Whether this job is worth to be placed next. Those that start together are placed by rising rank. */
static bool can_follow(const search *s, size_t rank, int64_t best, int64_t *at) {
  if ((s->placed >> rank & 1) || (s->needs[rank] & ~s->placed)) return false;
  *at = earliest(s, rank);
  if (s->depth > 0 && *at == last_start(s) && rank < s->chosen[s->depth - 1]) return false;
  return *at + job_at(s, rank)->tail < best;
}

/* Shortens a schedule until it is as short as can be: true, or until it has looked at as much as it may: false. */
static bool shorten(search *s, int64_t least, int64_t *best, int64_t *starts, uint32_t *nodes) {
  uint32_t allowed = *nodes < SEARCH_NODES ? *nodes : SEARCH_NODES;
  for (size_t rank = 0; *best > least;) {
    int64_t at;
    if (rank == s->work->count) {
      if (s->depth == 0) break;
      rank = take_back(s) + 1;
      continue;
    }
    if (!can_follow(s, rank, *best, &at)) {
      rank++;
      continue;
    }
    if (allowed == 0) return false;
    allowed--;
    (*nodes)--;
    place(s, rank, at);
    int64_t end = still_needs(s);
    if (s->depth == s->work->count && end < *best) {
      *best = end;
      for (size_t r = 0; r < s->work->count; r++) starts[s->rank[r]] = s->starts[r];
    }
    rank = end >= *best ? take_back(s) + 1 : 0;
  }
  return true;
}

ql_status ql__share_out(ql_arena *a, const ql__work *work, size_t at_once, int64_t *starts, uint32_t *nodes, ql__crew *out) {
  table t = {.ready = ql_arena_array(a, work->count + 1, sizeof *t.ready),
             .running = ql_arena_array(a, work->count + 1, sizeof *t.running),
             .waits = ql_arena_array(a, work->count + 1, sizeof *t.waits),
             .free_at = ql_arena_array(a, work->workers + 1, sizeof *t.free_at)};
  if (!t.ready || !t.running || !t.waits || !t.free_at) return QL_ERR_NOMEM;
  int64_t least = least_time(work, at_once, t.free_at);
  *out = (ql__crew){list_schedule(work, at_once, &t, starts), least};
  if (out->minutes == least || work->count > SEARCH_JOBS) return QL_OK;
  search s;
  make_search(&s, work, at_once);
  if (shorten(&s, least, &out->minutes, starts, nodes)) out->bound = out->minutes;
  return QL_OK;
}
