/* Paths from the root of a workspace, as people and products write them. */
#ifndef QL_SPEC_WORKPATH_H
#define QL_SPEC_WORKPATH_H

#include <questline/base.h>

typedef enum ql__reach {
  QL__REACH_INSIDE,
  QL__REACH_OUTSIDE, /* absolute, with a drive, a home or a scheme, or above the root */
  QL__REACH_UNCLEAR, /* not a name at all: control characters, broken UTF-8, blanks around it; or nothing is left of it */
} ql__reach;

typedef struct ql__workpath {
  ql__reach reach;
  ql_str path; /* with / between the names; no ".", "..", or empty names; empty unless inside */
  bool folder; /* a separator or a dot stood at its end */
} ql__workpath;

/// path.ptr is NULL when out of memory.
ql__workpath ql__workpath_of(ql_arena *a, ql_str path);
/// Whether text fits a pattern: * any characters but /, ** any at all, **/ folders or none. Letters of either case are the same.
bool ql__glob(ql_str pattern, ql_str text);

#endif
