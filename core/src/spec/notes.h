/* Findings while they are collected: what, where, and the words. */
#ifndef QL_SPEC_NOTES_H
#define QL_SPEC_NOTES_H

#include <questline/limits.h>
#include <questline/spec.h>

typedef enum ql__code {
#define DIAGNOSTIC(name, code, severity, meaning) QL__##name,
#include <questline/diagnostics.def>
#undef DIAGNOSTIC
  QL__CODE_COUNT
} ql__code;

/* Of each severity up to a limit are kept, so that many small findings do not hide a grave one. */
typedef struct ql__notes {
  ql_arena *arena;
  ql_diagnostic *items;
  size_t count, cap;
  size_t kept[QL_SEVERITY_INFO + 1];
  size_t dropped;
  size_t most; /* of each severity; 0: QL_SPEC_DIAGNOSTICS_MAX, and as many in all */
} ql__notes;

/// The code as it is written.
const char *ql__code_word(ql__code code);
/// Room for another finding with this code; asked before work is done on its words.
bool ql__note_wanted(const ql__notes *notes, ql__code code);
/// Adds a finding. The message is the pieces one after another.
/// @return the finding, until the next one is added; NULL when it was dropped or memory is out
ql_diagnostic *ql__note(ql__notes *notes, ql__code code, size_t offset, const ql_str *pieces, size_t count);
/// Gives a finding, which may be NULL, a fix. Edits are copied, their texts borrowed.
void ql__note_fix(ql__notes *notes, ql_diagnostic *finding, const ql_edit *edits, size_t count);
/// Sorts by offset, keeps QL_SPEC_DIAGNOSTICS_MAX unless another limit is set, and fills in lines and columns of text.
void ql__notes_finish(ql__notes *notes, ql_str text);
/// The number of findings with a severity.
size_t ql__notes_of(const ql_diagnostic *items, size_t count, ql_severity severity);

#define QL__NOTE(notes, code, offset, ...)                                                                                                 \
  ql__note((notes), (code), (offset), (const ql_str[]){__VA_ARGS__}, sizeof((const ql_str[]){__VA_ARGS__}) / sizeof(ql_str))

/// A piece of the file for a message: its first line, at most 60 bytes of it, in the file's own words.
ql_str ql__excerpt(ql_str piece);
/// A number in words for a message; absent when out of memory.
ql_str ql__number(ql_arena *a, size_t n);

#endif
