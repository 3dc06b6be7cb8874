/* The parts of the turn machine among themselves: one file a job, state.c and rules.c put them together. A guard asks and changes nothing;
   an apply is total: the event has passed its guard and the room is reserved. */
#ifndef QL_QUEST_MACHINE_H
#define QL_QUEST_MACHINE_H

#include "quest/state.h"

#define QL__MAY ((ql__verdict){QL__ACCEPTED, {NULL, 0}, QL__NONE})

static inline ql__verdict ql__refuse(ql__refusal_code code) { return (ql__verdict){code, QL_ABSENT, QL__NONE}; }
static inline ql__verdict ql__refuse_about(ql__refusal_code code, ql_str about) { return (ql__verdict){code, about, QL__NONE}; }

typedef ql__verdict ql__guard_fn(const ql__state *s, const ql__event *event, size_t seat);

/* create.c: what is asked of a quest before there is one, and what it starts with */
ql__verdict ql__guard_create(const ql__event *event);
bool ql__reserve_create(ql_arena *a, ql__state *s, const ql_value *d);
void ql__apply_create(ql__state *s, const ql__event *event);

/* turns.c: groups, slots, answers, endings */
ql__guard_fn ql__guard_message, ql__guard_respond, ql__guard_drop, ql__guard_complete;
void ql__apply_message(ql__state *s, const ql__event *event, size_t seat);
void ql__apply_respond(ql__state *s, const ql__event *event, size_t seat);
void ql__apply_drop(ql__state *s, const ql__event *event);
void ql__end_quest(ql__state *s, ql__status outcome); /* closing first when something is under way */
void ql__pass_on_if_done(ql__state *s);               /* nobody of the group holds: the next group, or the leader */
void ql__start_again(ql__seat *seat);                 /* its fence grows: what its holder still sends is stale */
void ql__pause(ql__state *s, ql__cause cause);        /* a running quest only */

/* consult.c: questions between workers */
ql__verdict ql__guard_consult(const ql__state *s, const ql__event *event, size_t asker, size_t peer);
void ql__apply_consult(ql__state *s, const ql__event *event, size_t asker);
size_t ql__frame_of_peer(const ql__state *s, size_t peer);
size_t ql__frame_of_asker(const ql__state *s, size_t asker);
void ql__answer_frame(ql__state *s, size_t frame, int64_t n); /* the asker goes on */
void ql__turn_clock(ql__state *s, size_t seat);               /* stops the clock of the turn it plays, or lets it run on */
void ql__dissolve(ql__state *s, size_t asker);                /* nobody waits for the answers below this one any more */

/* team.c */
ql__guard_fn ql__guard_seat, ql__guard_reassign, ql__guard_add, ql__guard_remove, ql__guard_promote, ql__guard_fork;
size_t ql__ever_seated(const ql__state *s, ql_str id); /* also one that left; QL__NONE for a stranger */
void ql__apply_seat_change(ql__state *s, const ql__event *event, bool taken);
void ql__apply_reassign(ql__state *s, const ql__event *event);
void ql__apply_add(ql__state *s, const ql__event *event);
void ql__apply_remove(ql__state *s, const ql__event *event);
void ql__apply_promote(ql__state *s, const ql__event *event);
void ql__apply_fork(ql__state *s, const ql__event *event);

/* gates.c: evidence, judgements, artifacts */
ql__guard_fn ql__guard_gate, ql__guard_artifact;
void ql__apply_gate(ql__state *s, const ql__event *event, size_t seat);
void ql__apply_artifact(ql__state *s, const ql__event *event);
bool ql__reserve_artifacts(ql_arena *a, ql__state *s, size_t more);
void ql__index_artifact(ql__state *s, size_t index);
size_t ql__gate_wanting(const ql__state *s, size_t task);       /* a gate that keeps the task from being completed, or QL__NONE */
bool ql__gate_blocks(const ql__state *s, const ql__gate *gate); /* keeps the quest from being completed */

/* clock.c: deadlines and the ladder */
ql__guard_fn ql__guard_escalate;
void ql__apply_escalate(ql__state *s, const ql__event *event);
void ql__apply_tick(ql__state *s);
void ql__apply_resume(ql__state *s, const ql__event *event);
void ql__task_blocked(ql__state *s, size_t task); /* a try on the ladder */
void ql__task_settled(ql__state *s, size_t task); /* off the ladder */

/* ledger.c: effects, usage, budget, repeated words */
ql__guard_fn ql__guard_start, ql__guard_done, ql__guard_usage;
bool ql__reserve_ledger(ql_arena *a, ql__state *s, const ql__event *event);
void ql__apply_start(ql__state *s, const ql__event *event);
void ql__apply_done(ql__state *s, const ql__event *event);
void ql__apply_usage(ql__state *s, const ql__event *event);
void ql__settle_as_lost(ql__state *s); /* all that is under way */
void ql__check_budget(ql__state *s);
bool ql__budget_left(const ql__state *s); /* of each limit */
void ql__set_budget(ql__limits *budget, const ql_value *d);
void ql__count_repeats(ql__state *s, const ql__event *event); /* of a leader's message */
void ql__forget_repeats(ql__state *s, size_t seat);

/* room.c: how full a quest may get */
bool ql__has_room(const ql__state *s, const ql__event *event);
int64_t ql__kept_bytes(const ql__state *s, const ql__event *event); /* that have to be free behind it */

/* versions.c: the rules of the machine */
ql__guard_fn ql__guard_upgrade;
bool ql__known_rules(int64_t rules);
void ql__apply_upgrade(ql__state *s, const ql__event *event);

bool ql__grow(ql_arena *a, void **items, size_t len, size_t *cap, size_t size, size_t more);
#define QL__GROW(a, items, len, cap, more) ql__grow((a), (void **)&(items), (len), &(cap), sizeof *(items), (more))

#endif
