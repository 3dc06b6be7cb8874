/* What is wrong with a file before anybody asks what it says: its bytes, its characters, its line ends. */
#ifndef QL_SPEC_BYTES_H
#define QL_SPEC_BYTES_H

#include "spec/notes.h"

/// A copy of the file in the arena that is valid UTF-8 without NUL and as long as the file: what is neither is a question mark, so that
/// every offset holds in both. Findings are noted. Absent when out of memory.
ql_str ql__clean(ql_arena *a, ql_str file, ql__notes *notes);

/// The same for a path, without findings; absent when the path is, or when out of memory.
ql_str ql__clean_path(ql_arena *a, ql_str path);

/// Notes segments of UTF-8 that was read as Windows-1252, each with its repair.
void ql__find_mojibake(ql_str text, ql__notes *notes);

/// The character of a byte in Windows-1252; bytes it leaves undefined are themselves (WHATWG Encoding).
uint32_t ql__cp1252_decode(unsigned char byte);
/// The byte of a character in Windows-1252, -1 when it has none.
int ql__cp1252_encode(uint32_t code_point);

#endif
