/* Looking at the rules of a file: the five seed files, and what is found in them by kind, title and name. */
#ifndef QL_TEST_RULES_H
#define QL_TEST_RULES_H

#include "support.h"

#include <questline/spec.h>

#define SEEDS 5u

/// Setup and teardown of a group of tests that look at the seed files.
int load_seeds(void **state);
int free_seeds(void **state);
/// The index-th; the test is skipped where the data folder is missing.
const ql_spec *seed(size_t index);

size_t count_rules(const ql_spec *spec, ql_rule_kind kind);
/// Of several of a kind, the index-th, in the order of the file. The test fails when there is none: so do the next ones.
const ql_rule *rule_at(const ql_spec *spec, ql_rule_kind kind, size_t index);
const ql_rule *rule_titled(const ql_spec *spec, ql_rule_kind kind, const char *title);
size_t count_items(const ql_rule_item *first);
const ql_rule_item *item_at(const ql_rule_item *first, size_t index);
const ql_rule_item *item_named(const ql_rule_item *first, const char *name);

/// "a b c", or "" for none.
#define assert_list_is(list, count, expected) check_list((list), (count), (expected), __FILE__, __LINE__)
void check_list(const ql_str *list, size_t count, const char *expected, const char *file, int line);

/// ">= 80000 %", "= 0", or NULL for none.
#define assert_measure_is(item, expected) check_measure((item), (expected), __FILE__, __LINE__)
void check_measure(const ql_rule_item *item, const char *expected, const char *file, int line);

/// The measure as it is compared.
void write_measure(char *out, size_t size, const ql_measure *measure);

#endif
