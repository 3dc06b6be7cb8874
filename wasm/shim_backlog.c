/* The plan of what quests left open. */
#include <questline/backlog.h>

#include "shim_inside.h"

int32_t qlw_quest_backlog(const char *quests, uint32_t quests_len, const char *leader, uint32_t leader_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  const ql_quest **found = NULL;
  const ql_plan *plan = NULL;
  size_t count = 0;
  ql_status status = qlw__read_quests(qlw__view(quests, quests_len), &found, &count);
  if (status == QL_OK) status = ql_quest_backlog(found, count, qlw__arena, qlw__view(leader, leader_len), &plan, &qlw__error);
  return status == QL_OK ? qlw__give(ql_plan_value(qlw__arena, plan)) : qlw__give_failure(status);
}
