// Delegations: what was read from a message is written in the leader's form and in ours so that it reads the same.

#include <stdlib.h>

#include <questline/delegation.h>

#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Labels of its own, in an order of its own, with a field that we know nothing of and numbers as it writes them. */
static const char LEAD[] =
    "---\nname: lead\ndescription: Leads.\n---\n\n# Lead\n\n## Task Delegation Template\n\n```\nWORKER: @name\nGOAL:\n[what]\n\n"
    "TASK ID: crew-T01\n\nDONE WHEN:\n- [ ] it works\n\nDEADLINE:\n[date]\n\nDEPENDENCIES:\n- Depends on: [task]\n- Blocks: [task]\n\n"
    "BACKGROUND:\n- [links]\n```\n";

static void check(bool right) {
  if (!right) abort();
}

static void check_written(ql_arena *a, const ql_roster *roster, ql_str leader, const ql_value *read) {
  ql_value *out = NULL, *again = NULL;
  ql_status status = ql_delegation_write(a, roster, leader, read, &out, NULL);
  check((status == QL_OK) == (ql_get_str(read, QL_STR("id")).len > 0)); /* a task has an id: a message may lack it */
  if (status != QL_OK) return;
  check(ql_delegation_read(a, roster, leader, ql_get_str(out, QL_STR("text")), &again, NULL) == QL_OK);
  check(ql_value_equal(QL_GET(out, "delegation"), again));
}

/* Read once: reading files is another harness's business. */
static const ql_roster *team(void) {
  static ql_roster *roster;
  if (roster) return roster;
  roster = ql_roster_new(ql_alloc_libc());
  check(ql_roster_add(roster, QL_STR("lead.md"), (ql_str){LEAD, sizeof LEAD - 1}, NULL) == QL_OK);
  check(ql_roster_link(roster, NULL) == QL_OK);
  return roster;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  ql_str text = {(const char *)data, size};
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  const ql_roster *roster = team();
  ql_error err = {0};
  ql_value *read = NULL;
  for (int theirs = 0; theirs < 2; theirs++) {
    ql_str leader = theirs ? QL_STR("lead") : QL_ABSENT;
    ql_status status = ql_delegation_read(a, roster, leader, text, &read, &err);
    if (status == QL_OK) {
      check_written(a, roster, QL_STR("lead"), read);
      check_written(a, NULL, QL_ABSENT, read);
    } else {
      check(status == QL_ERR_SYNTAX || (status == QL_ERR_UTF8 && err.offset < size));
    }
  }
  ql_arena_free(a);
  return 0;
}
