#include "driver/look.h"

#include "base/text.h"

bool ql__lists(const ql_value *list, ql_str text) {
  for (const ql_value *item = list ? list->first : NULL; item; item = item->next)
    if (ql_eq(item->text, text)) return true;
  return false;
}

const ql_value *ql__held_tasks(const ql_value *view, ql_str agent) {
  const ql_value *tasks = NULL;
  for (const ql_value *hold = QL_GET(view, "holds")->first; hold; hold = hold->next)
    if (!QL_GET(hold, "to") && ql_eq(ql_get_str(hold, QL_STR("agent")), agent)) tasks = QL_GET(hold, "tasks");
  return tasks;
}
