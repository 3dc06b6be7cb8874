/* What the words of the protocol mean, written anew: none of these asks the machine what it thinks. */
#ifndef QL_TEST_WORDS_H
#define QL_TEST_WORDS_H

#include "quest/state.h"

bool is_terminal(const ql__state *s);
bool is_ending(const ql__state *s); /* terminal, or closing */
bool in_play(const ql__state *s);   /* running or paused */
/// A seat of somebody who is in the quest, or QL__NONE.
size_t seat_named(const ql__state *s, ql_str id);
bool asks(const ql__state *s, size_t seat);
bool is_asked(const ql__state *s, size_t seat);
bool has_slot_on_turn(const ql__state *s, size_t seat);
/// Has the turn, or had it when the quest was paused.
bool has_turn(const ql__state *s, size_t seat);
bool has_turn_now(const ql__state *s, size_t seat);
bool is_closed_task(const ql__state *s, size_t task);
bool waits_for_another(const ql__state *s, size_t task);
bool passed_or_waived(const ql__gate *gate);
bool is_open_gate(const ql__state *s, const ql__gate *gate); /* one that keeps the quest from being completed */
size_t groups_of(const ql__state *s);
int64_t tokens_of(const ql__usage *u);
int64_t micro_of(const ql__usage *u);

/* Is the event of one of these types? */
static inline bool is_one_of(ql_event_type type, const ql_event_type *types, size_t count) {
  uint32_t set = 0;
  for (size_t i = 0; i < count; i++) set |= UINT32_C(1) << types[i];
  return set >> type & 1u;
}
#define IS(...) is_one_of(e->type, (const ql_event_type[]){__VA_ARGS__}, QL_COUNT(((const ql_event_type[]){__VA_ARGS__})))
_Static_assert(QL_EVENT_COUNT <= 32, "a bit for each type");

/* reasons.c: what speaks against a command */

/// NULL when the guard's answer is right: who is accepted has no reason against it, and a refusal's reason is so, and the one to give.
const char *wrong_answer(const ql__state *s, const ql__event *event, ql__refusal_code code);

#endif
