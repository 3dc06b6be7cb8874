/* Takes a key out of what a server says: some repeat it in their complaints, and what they say is stored and shown. */
#ifndef QUESTLINE_BLANK_H
#define QUESTLINE_BLANK_H

#include <questline/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Bytes of the shortest key that is taken out: shorter ones are no secrets, and stand in other words.
#define QL_BLANK_KEY_MIN 8u

typedef struct ql_blank ql_blank;

/// @param key  copied; of one that is absent, or too short, nothing is taken out
/// @return NULL when out of memory. Freed with ql_blank_free.
ql_blank *ql_blank_new(ql_alloc alloc, ql_str key);
void ql_blank_free(ql_blank *blank);

/// What may be told of the bytes that waited and of these, [key] in place of the key. What may be the beginning of the key waits, wherever it was cut.
/// @return valid until the next call; absent when out of memory: then the bytes are not taken.
ql_str ql_blank_bytes(ql_blank *blank, ql_str bytes);
/// What waited, at the end of all. Valid as long as the blank.
ql_str ql_blank_rest(ql_blank *blank);
/// A whole text without the key, in the arena, beside all that waits. Absent when out of memory.
ql_str ql_blank_text(const ql_blank *blank, ql_arena *a, ql_str text);

#ifdef __cplusplus
}
#endif
#endif
