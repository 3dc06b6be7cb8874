/* Files that models work on. */
#include <questline/workspace.h>

#include "base/text.h"
#include "shim_inside.h"

static void let_go(void *workspace) { ql_workspace_free(workspace); }

static ql_workspace *find_workspace(uint32_t handle) {
  const qlw__object *found = qlw__find(handle, QLW__WORKSPACE);
  return found != NULL ? found->ptr : NULL;
}

int32_t qlw_workspace_new(void) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  qlw__object *room = qlw__find_room();
  if (room == NULL) return qlw__give_failure(QL_ERR_LIMIT);
  ql_workspace *workspace = ql_workspace_new(ql_alloc_libc());
  return workspace != NULL ? qlw__give_handle(room, QLW__WORKSPACE, workspace, let_go) : qlw__give_out_of_memory();
}

int32_t qlw_workspace_skips(const char *path, uint32_t path_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  return qlw__give_bytes(ql_workspace_skips(qlw__view(path, path_len)));
}

int32_t qlw_workspace_load(uint32_t workspace, const char *path, uint32_t path_len, const char *bytes, uint32_t bytes_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  ql_workspace *found = find_workspace(workspace);
  if (found == NULL) return qlw__give_failure(QL_ERR_HANDLE);
  ql_status status = ql_workspace_load(found, qlw__view(path, path_len), qlw__view(bytes, bytes_len), &qlw__error);
  return status == QL_OK ? qlw__give_nothing() : qlw__give_failure(status);
}

int32_t qlw_workspace_write(uint32_t workspace, const char *path, uint32_t path_len, const char *text, uint32_t text_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  ql_workspace *found = find_workspace(workspace);
  if (found == NULL) return qlw__give_failure(QL_ERR_HANDLE);
  ql_status status = ql_workspace_write(found, qlw__view(path, path_len), qlw__view(text, text_len), &qlw__error);
  return status == QL_OK ? qlw__give_nothing() : qlw__give_failure(status);
}

int32_t qlw_workspace_file(uint32_t workspace, const char *path, uint32_t path_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  const ql_workspace *found = find_workspace(workspace);
  if (found == NULL) return qlw__give_failure(QL_ERR_HANDLE);
  ql_str name = qlw__view(path, path_len);
  ql_file file;
  if (!ql_workspace_file(found, name, &file))
    return qlw__give_failure(ql_fail(&qlw__error, QL_ERR_NOT_FOUND, "there is no such file", name));
  char hash[2 * sizeof file.sha256];
  ql_hex_write(hash, file.sha256, sizeof file.sha256);
  ql_value *value = ql_object(qlw__arena);
  QL_SET(value, "path", ql_string(qlw__arena, file.path));
  QL_SET(value, "sha256", ql_string(qlw__arena, (ql_str){hash, sizeof hash}));
  QL_SET(value, "size", ql_int(qlw__arena, (int64_t)file.size));
  if (file.text.ptr != NULL) QL_SET(value, "text", ql_string(qlw__arena, file.text));
  return qlw__give(value);
}

int32_t qlw_workspace_changes(uint32_t workspace) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  const ql_workspace *found = find_workspace(workspace);
  return found != NULL ? qlw__give(ql_workspace_changes(found, qlw__arena)) : qlw__give_failure(QL_ERR_HANDLE);
}

int32_t qlw_workspace_saved(uint32_t workspace, const char *path, uint32_t path_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  ql_workspace *found = find_workspace(workspace);
  if (found == NULL) return qlw__give_failure(QL_ERR_HANDLE);
  ql_status status = ql_workspace_saved(found, qlw__view(path, path_len), &qlw__error);
  return status == QL_OK ? qlw__give_nothing() : qlw__give_failure(status);
}

int32_t qlw_workspace_size(uint32_t workspace) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  const ql_workspace *found = find_workspace(workspace);
  if (found == NULL) return qlw__give_failure(QL_ERR_HANDLE);
  ql_value *value = ql_object(qlw__arena);
  QL_SET(value, "bytes", ql_int(qlw__arena, (int64_t)ql_workspace_bytes(found)));
  QL_SET(value, "files", ql_int(qlw__arena, (int64_t)ql_workspace_files(found)));
  return qlw__give(value);
}
