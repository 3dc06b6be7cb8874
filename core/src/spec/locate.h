/* Where in a file the frontmatter and the prose are, damaged fences included. */
#ifndef QL_SPEC_LOCATE_H
#define QL_SPEC_LOCATE_H

#include "spec/front.h"

/// All in bytes of the file.
typedef struct ql__place {
  size_t open;     /* the opening fence; without one, the first words */
  ql__block block; /* the lines of frontmatter */
  size_t body;     /* where the prose starts */
  size_t end;      /* where it ends: the end of the file, or of a code fence around all of it */
  bool has_front;
  const char *hidden; /* why a product that looks for frontmatter finds none: the end of a sentence; NULL when it finds it */
} ql__place;

/// Finds both and notes what is wrong with the fences; that there are none is not noted.
ql__place ql__locate(ql_arena *a, ql_str text, ql__notes *notes);

#endif
