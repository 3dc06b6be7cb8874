/* What commands.def says can be said to a command, and whether the exploration met it: a cell that was never met would prove nothing. */
#include <stdio.h>
#include <string.h>

#include "model.h"

static const struct {
  ql__refusal_code says[4]; /* proposed, running, paused, closing */
  const char *who, *refusals;
} TABLE[] = {
#define COMMAND(type, who, proposed, running, paused, closing, guard, refusals)                                                            \
  {{QL__##proposed, QL__##running, QL__##paused, QL__##closing}, #who, refusals},
#include <questline/commands.def>
#undef COMMAND
};

static bool heard_in(const said *heard, size_t type, ql__status from, ql__status to, ql__refusal_code code) {
  for (size_t status = from; status <= to; status++)
    if (heard->codes[type][status] >> code & 1u) return true;
  return false;
}

static size_t missing(size_t type, const char *where, ql__refusal_code code) {
  ql_str name = ql__event_name((ql_event_type)type), says = code == QL__ACCEPTED ? QL_STR("accepted") : ql__refusal_name(code);
  printf("# never met: %.*s%s: %.*s\n", (int)name.len, name.ptr, where, (int)says.len, says.ptr);
  return 1;
}

/* Beside what the table lists: who is a stranger, stale, ahead, or asks for more than it may. What only a paused quest accepts never comes so far:
   others than the owner hear that it is paused. */
static bool is_listed(size_t type, ql__refusal_code code) {
  ql_str name = ql__refusal_name(code);
  const ql__refusal_code *says = TABLE[type].says;
  bool by_role = code == QL__owner_only || code == QL__not_your_turn || code == QL__leader_only;
  if (by_role && says[0] != QL__ACCEPTED && says[1] != QL__ACCEPTED && says[3] != QL__ACCEPTED) return false;
  if (type == QL_EVENT_create || code == QL__limit) return false; /* create.c and the limits have unit tests */
  if (code == QL__not_recruited || code == QL__stale_fence || code == QL__counter_gap) return true;
  if (code == QL__owner_only && strcmp(TABLE[type].who, "OWNER") == 0) return true;
  if (code == QL__not_your_turn && (strstr(TABLE[type].who, "HOLDER") || strstr(TABLE[type].who, "LEADER"))) return true;
  if (code == QL__leader_only && strstr(TABLE[type].who, "LEADER")) return true;
  for (const char *at = TABLE[type].refusals; *at; at += strcspn(at, ","), at += strspn(at, ", "))
    if (strcspn(at, ",") == name.len && strncmp(at, name.ptr, name.len) == 0) return true;
  return false;
}

size_t print_unheard(const said *heard) {
  static const char *const WHERE[] = {", proposed", ", running", ", paused", ", closing"};
  static const ql__status STATUS[] = {QL__PROPOSED, QL__RUNNING, QL__PAUSED, QL__CLOSING};
  size_t count = 0;
  for (size_t type = 0; type < QL_EVENT_COUNT; type++) {
    for (size_t i = type == QL_EVENT_done ? 1 : 0; i < 4; i++) /* before it runs nothing is under way */
      if (!heard_in(heard, type, STATUS[i], STATUS[i], TABLE[type].says[i])) count += missing(type, WHERE[i], TABLE[type].says[i]);
    if (type != QL_EVENT_create && !heard_in(heard, type, QL__COMPLETED, QL__TIMED_OUT, QL__quest_over))
      count += missing(type, ", over", QL__quest_over);
    for (size_t code = QL__ACCEPTED + 1; code < QL__REFUSAL_COUNT; code++)
      if (is_listed(type, (ql__refusal_code)code) && !heard_in(heard, type, QL__EMPTY, QL__TIMED_OUT, (ql__refusal_code)code))
        count += missing(type, "", (ql__refusal_code)code);
  }
  return count;
}
