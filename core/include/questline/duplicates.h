/* What documents say more than once. */
#ifndef QUESTLINE_DUPLICATES_H
#define QUESTLINE_DUPLICATES_H

#include <questline/route.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Finds runs of equal lines in documents: white space in them counts as one blank, empty lines as none; at least QL_DUPLICATE_LINES lines
/// or QL_DUPLICATE_WORDS words. A run that only some of the places go on with is a group of its own. Cost grows with the text, whatever it says.
/// Documents without text are not looked at.
/// @param most  groups that are listed; 0: 100
/// @param out   the shape `Duplicates`
/// @return QL_OK; QL_ERR_LIMIT (QL_DUPLICATE_BYTES_MAX of text); QL_ERR_NOMEM.
/// Source: fingerprints of k-grams with exact comparison, after Schleimer, Wilkerson and Aiken, "Winnowing", SIGMOD 2003; here every k-gram
/// of lines is kept, so that no run of the length asked for is missed.
QL_NODISCARD ql_status ql_duplicates(ql_arena *a, const ql_document *documents, size_t count, size_t most, ql_value **out, ql_error *err);

#ifdef __cplusplus
}
#endif
#endif
