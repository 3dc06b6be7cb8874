/* A set of names, each with a number. */
#ifndef QL_KNOWLEDGE_NAMES_H
#define QL_KNOWLEDGE_NAMES_H

#include <questline/base.h>

typedef struct ql__names {
  ql_str *slots; /* open addressing; absent ones are free */
  size_t *numbers;
  size_t mask;
} ql__names;

/// Room for so many names. False when out of memory.
bool ql__names_make(ql_arena *a, size_t most, ql__names *out);
/// The number a name was put in with; SIZE_MAX when it is not there.
size_t ql__names_get(const ql__names *names, ql_str name);
/// False when it is there already; the number it came with stays.
bool ql__names_put(ql__names *names, ql_str name, size_t number);
/// Takes all names out.
void ql__names_clear(ql__names *names);

#endif
