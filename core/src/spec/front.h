/* Frontmatter as entries, by whichever rung of the recovery ladder reads them. */
#ifndef QL_SPEC_FRONT_H
#define QL_SPEC_FRONT_H

#include "format/yaml.h"
#include "spec/notes.h"

typedef struct ql__entry {
  ql_str key;
  size_t key_offset;        /* bytes into the file */
  size_t base;              /* what the offsets of node count from, in the file */
  size_t value, value_end;  /* the value as it is written, in the file */
  const ql_yaml_node *node; /* the value; one scalar where it had to be taken literally */
} ql__entry;

/* An item of a list that stands under no key. */
typedef struct ql__orphan {
  ql_str name;
  size_t offset;
} ql__orphan;

typedef struct ql__front {
  ql__entry *entries; /* as written, keys that stand twice included */
  size_t count, cap;
  ql__orphan *orphans;
  size_t orphan_count, orphan_cap;
  size_t orphan_line; /* offset of the line that a key is missing above */
  bool invalid;       /* it is no YAML at all, so that no product reads it */
} ql__front;

/// Where the frontmatter lies, in bytes of the file.
typedef struct ql__block {
  size_t start, end;
} ql__block;

/// Reads the lines of text in block. Rungs, each noted: YAML; then line by line: a key's value is read alone, and where that fails it is
/// the rest of its line and the lines below it that are no keys; a list under no key is set aside.
/// @return QL_OK; QL_ERR_NOMEM.
QL_NODISCARD ql_status ql__read_front(ql_arena *a, ql_str text, ql__block block, ql__notes *notes, ql__front *out);

/// The entry with that key, the last one where it stands twice; NULL when there is none.
const ql__entry *ql__entry_find(const ql__front *front, ql_str key);
/// A key that some product gives a meaning.
bool ql__key_known(ql_str key);
/// A key like that, or one that some collection has for its own use.
bool ql__key_used(ql_str key);
/// A line that could be "key: value": the key, absent when it could not. *value is set to where the value starts in the line.
ql_str ql__key_of_line(ql_str line, size_t *value);

#endif
