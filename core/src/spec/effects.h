/* What a call of a tool does, as far as its name tells. */
#ifndef QL_SPEC_EFFECTS_H
#define QL_SPEC_EFFECTS_H

#include <questline/base.h>

typedef enum ql__effect {
  QL__EFFECT_UNKNOWN,
  QL__EFFECT_NONE,  /* looks, asks, remembers: changes no file of the workspace */
  QL__EFFECT_FILE,  /* writes or edits one file, whose path is given */
  QL__EFFECT_FILES, /* changes files, and no path says which: patches, moves, scaffolds */
  QL__EFFECT_RUNS,  /* runs a command */
} ql__effect;

/// @param name       as the call says it
/// @param canonical  of ql__tool_canonical; may be absent
ql__effect ql__effect_of(ql_str name, ql_str canonical);

#endif
