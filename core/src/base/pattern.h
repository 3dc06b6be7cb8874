/* Patterns that models write: regular expressions and globs. What they cost grows with the text and with the pattern, never faster: they
   become an automaton whose states are made as the text asks for them, so nothing is ever tried twice. */
#ifndef QL_BASE_PATTERN_H
#define QL_BASE_PATTERN_H

#include <questline/base.h>

typedef struct ql__pattern ql__pattern;

/// A regular expression: literals, ".", [classes] with ranges, \d \w \s \D \W \S \b \B, ^ $, | and groups, * + ? {n} {n,} {n,m}; a lazy ? and names
/// of groups change nothing, for it is only asked whether something fits. \d, \w, \s and letters of either case are those of ASCII. Not
/// there: what looks around, what refers back, \p{…}, line ends, other flags than (?i) at the start.
/// @return QL_OK; QL_ERR_SYNTAX (err->offset and message say what); QL_ERR_LIMIT (QL_PATTERN_BYTES_MAX, QL_PATTERN_STATES_MAX); QL_ERR_NOMEM.
QL_NODISCARD ql_status ql__pattern_make(ql_arena *a, ql_str words, bool any_case, ql__pattern **out, ql_error *err);
/// A glob over whole paths: * and ? within a name, ** over folders, [a-z] [!a-z], {a,b}; without a / it is about names in any folder.
/// @return as ql__pattern_make.
QL_NODISCARD ql_status ql__pattern_glob(ql_arena *a, ql_str words, ql__pattern **out, ql_error *err);
/// Whether it fits somewhere in a line of valid UTF-8.
/// @return QL_OK; QL_ERR_LIMIT (QL_PATTERN_WORK_MAX, of all lines together).
QL_NODISCARD ql_status ql__pattern_fits(ql__pattern *pattern, ql_str line, bool *fits, ql_error *err);

#endif
