/* Files in memory: what agents read and change. The host loads them, asks what changed, and writes that back when it was allowed to. */
#ifndef QUESTLINE_WORKSPACE_H
#define QUESTLINE_WORKSPACE_H

#include <questline/value.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Paths have / between the names, and no empty, "." or ".." ones; case counts.
typedef struct ql_workspace ql_workspace;

/// @return NULL when out of memory. Freed with ql_workspace_free.
ql_workspace *ql_workspace_new(ql_alloc alloc);
void ql_workspace_free(ql_workspace *workspace);

/// Takes a file over as it is outside; one that is there already is replaced, with what was changed in it. Of bytes that are no text (not UTF-8, or
/// with U+0000) only size and hash are kept.
/// @return QL_OK; QL_ERR_ARGUMENT (no such path can be; a folder is there, or a file where a folder would have to be); QL_ERR_LIMIT
///         (QL_WORKSPACE_…_MAX); QL_ERR_NOMEM. After an error the workspace is as before.
QL_NODISCARD ql_status ql_workspace_load(ql_workspace *workspace, ql_str path, ql_str bytes, ql_error *err);
/// Writes a file, new or not, as an agent does. @return as ql_workspace_load; QL_ERR_UTF8 for what is no text.
QL_NODISCARD ql_status ql_workspace_write(ql_workspace *workspace, ql_str path, ql_str text, ql_error *err);
/// Takes a file away. @return QL_OK; QL_ERR_NOT_FOUND.
QL_NODISCARD ql_status ql_workspace_remove(ql_workspace *workspace, ql_str path, ql_error *err);
/// The host wrote a change back: outside, the file is now as it is here. @return QL_OK; QL_ERR_NOT_FOUND (never was there).
QL_NODISCARD ql_status ql_workspace_saved(ql_workspace *workspace, ql_str path, ql_error *err);

/// Borrowed from the workspace, until the file is changed.
typedef struct ql_file {
  ql_str path;
  ql_str text; /* absent when it is no text */
  size_t size;
  uint8_t sha256[32];
} ql_file;

/// False when there is no such file.
bool ql_workspace_file(const ql_workspace *workspace, ql_str path, ql_file *out);
/// What differs from what was loaded, by path: an array of the shape `WorkspaceChange`. NULL when out of memory.
ql_value *ql_workspace_changes(const ql_workspace *workspace, ql_arena *a);
/// Why a host does not load what stands in a folder under this path, a file or a folder: "hidden" (a name that begins with a dot) or "packages" (of
/// others, in node_modules). Absent: it is loaded.
ql_str ql_workspace_skips(ql_str path);
size_t ql_workspace_files(const ql_workspace *workspace);
size_t ql_workspace_bytes(const ql_workspace *workspace);

#ifdef __cplusplus
}
#endif
#endif
