// Messages with fields: whatever bytes come, a form says what is wrong with them; what it accepts it accepts again, as the same text.

#include <stdlib.h>

#include <questline/forms.h>

#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const ql_str FORMS[] = {QL_STR_INIT("request"), QL_STR_INIT("response"), QL_STR_INIT("directive")};

/* Two forms of its own, with numbers, lists of objects and free names; the third is the one that every agent has. */
static const char LEAD[] =
    "---\nname: lead\ndescription: Leads.\n---\n\n# Lead\n\n## Communication Protocol\n\n### Receiving requests\n\n```json\n"
    "{\"to\": \"lead\", \"request\": \"look\", \"urgent\": true, \"size\": 3, \"context\": {\"why\": \"x\", \"tags\": [\"a\"]}}\n```\n\n"
    "### My response format\n\n```json\n{\"from\": \"lead\", \"report\": {\"state\": \"x\", \"risks\": [{\"risk\": \"x\", \"level\": 2}],\n"
    "\"plan\": {\"phase_1\": {\"tasks\": [\"a\"]}}, \"per_agent\": {\"lead\": \"x\"}}}\n```\n";

static void check(bool right) {
  if (!right) abort();
}

/* Errors and a text exclude each other, and a text needs no second look. Returns the text, absent with errors. */
static ql_str check_answer(ql_arena *a, const ql_value *answer) {
  ql_value *again = NULL;
  ql_str written = ql_value_text(a, answer), text = ql_get_str(answer, QL_STR("text"));
  check(written.ptr && ql_canon_read(a, written, &again, NULL) == QL_OK);
  bool errors = false;
  for (const ql_value *p = QL_GET(answer, "problems")->first; p; p = p->next)
    errors |= ql_eq(ql_get_str(p, QL_STR("severity")), QL_STR("error"));
  check(errors == (text.ptr == NULL));
  check(!text.ptr || ql_canon_read(a, text, &again, NULL) == QL_OK);
  return text;
}

static void check_message(ql_arena *a, const ql_roster *roster, ql_str form, ql_str message) {
  ql_value *first = NULL, *second = NULL;
  check(ql_form_check(a, roster, QL_STR("lead"), form, message, &first, NULL) == QL_OK);
  ql_str text = check_answer(a, first);
  if (!text.ptr) return;
  check(ql_form_check(a, roster, QL_STR("lead"), form, text, &second, NULL) == QL_OK);
  check(ql_value_equal(first, second));
}

/* What was filled in is a message, or the entry that cannot be followed is named. */
static void check_entries(ql_arena *a, const ql_roster *roster, ql_str form, const ql_value *entries) {
  ql_value *filled = NULL, *read = NULL;
  ql_error err = {0};
  ql_status status = ql_form_fill(a, roster, QL_STR("lead"), form, entries, &filled, &err);
  check(status == QL_OK || status == QL_ERR_SYNTAX);
  if (status != QL_OK) return;
  ql_str text = check_answer(a, filled);
  if (!text.ptr) return;
  check(ql_form_check(a, roster, QL_STR("lead"), form, text, &read, NULL) == QL_OK);
  check(ql_eq(ql_get_str(read, QL_STR("text")), text));
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
  ql_value *entries = NULL;
  bool json = ql_json_read(a, text, &entries, NULL) == QL_OK;
  for (size_t i = 0; i < QL_COUNT(FORMS); i++) {
    check_message(a, roster, FORMS[i], text);
    if (json) check_entries(a, roster, FORMS[i], entries);
  }
  ql_arena_free(a);
  return 0;
}
