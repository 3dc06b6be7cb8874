/* The tree of a workspace, for those who walk it. */
#ifndef QL_KNOWLEDGE_WORKSPACE_H
#define QL_KNOWLEDGE_WORKSPACE_H

#include <questline/workspace.h>

/// A file or a folder. What is removed stays, so that it is known what was there.
typedef struct ql__node ql__node;
struct ql__node {
  ql_str path;
  ql__node *parent, *first, *next; /* children in no order; NULL for none */
  ql__node *next_touched;
  size_t files; /* that are there: in a folder, all below it; of a file 1 or 0 */
  bool folder, touched;
  bool outside; /* it was loaded, with the hash `before` */
  char *bytes;  /* NULL: not there, or no text */
  size_t size;
  uint8_t before[32], now[32];
};

/// NULL when nothing is there. The empty path is the root.
const ql__node *ql__workspace_find(const ql_workspace *workspace, ql_str path);
/// The children that are there, by name. NULL with *count 0 when out of memory.
const ql__node **ql__workspace_children(ql_arena *a, const ql__node *folder, size_t *count);

/// Goes through the files below a node, by path; the node itself when it is a file.
typedef struct ql__walk {
  ql_arena *arena;
  const ql__node **waiting; /* the next one last */
  size_t count, cap;
} ql__walk;

ql__walk ql__workspace_walk(ql_arena *a, const ql__node *from);
/// NULL at the end, or when out of memory: ask ql_arena_failed.
const ql__node *ql__workspace_next(ql__walk *walk);

#endif
