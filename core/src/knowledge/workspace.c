/* Files by path, in a tree: a call costs what it looks at and what it gives. */
#include "knowledge/workspace.h"

#include <stdlib.h>
#include <string.h>

#include <questline/limits.h>

#include "base/text.h"
#include "format/crypto.h"
#include "knowledge/names.h"
#include "spec/workpath.h"

struct ql_workspace {
  ql_alloc alloc;
  ql_arena *arena;   /* nodes, paths, the table of names */
  ql_arena *scratch; /* of one call */
  ql__node **nodes;
  size_t count, cap, room; /* room: of the table */
  ql__names names;
  ql__node *touched;
  size_t files, bytes;
};

static ql_status no_memory(ql_error *err) { return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT); }

ql_workspace *ql_workspace_new(ql_alloc alloc) {
  ql_workspace *w = alloc.resize(alloc.ctx, NULL, 0, sizeof *w);
  if (!w) return NULL;
  *w = (ql_workspace){.alloc = alloc, .arena = ql_arena_new(alloc), .scratch = ql_arena_new(alloc)};
  ql__node *root = w->arena && w->scratch ? ql_arena_get(w->arena, sizeof *root) : NULL;
  if (root) {
    *root = (ql__node){.path = QL_STR(""), .folder = true};
    w->nodes = ql_arena_grow(w->arena, NULL, 0, &w->cap, sizeof(ql__node *));
  }
  if (w->nodes) {
    w->nodes[w->count++] = root;
    return w;
  }
  ql_workspace_free(w);
  return NULL;
}

static void let_go(ql_workspace *w, ql__node *node) {
  if (node->bytes) w->alloc.resize(w->alloc.ctx, node->bytes, node->size + 1, 0);
  node->bytes = NULL;
}

void ql_workspace_free(ql_workspace *w) {
  if (!w) return;
  for (size_t i = 0; i < w->count; i++) let_go(w, w->nodes[i]);
  ql_arena_free(w->arena);
  ql_arena_free(w->scratch);
  w->alloc.resize(w->alloc.ctx, w, sizeof *w, 0);
}

size_t ql_workspace_files(const ql_workspace *w) { return w->files; }
size_t ql_workspace_bytes(const ql_workspace *w) { return w->bytes; }

ql_str ql_workspace_skips(ql_str path) {
  for (size_t from = 0, slash; from <= path.len; from = slash + 1) {
    slash = ql_find_byte(path, '/', from);
    if (slash == SIZE_MAX) slash = path.len;
    ql_str name = ql_slice(path, from, slash);
    if (name.len > 0 && name.ptr[0] == '.') return QL_STR("hidden");
    if (ql_eq(name, QL_STR("node_modules"))) return QL_STR("packages");
  }
  return QL_ABSENT;
}

/* ---- places ---- */

static ql__node *find(const ql_workspace *w, ql_str path) {
  if (path.len == 0) return w->nodes[0];
  size_t at = w->room == 0 ? SIZE_MAX : ql__names_get(&w->names, path);
  return at == SIZE_MAX ? NULL : w->nodes[at];
}

const ql__node *ql__workspace_find(const ql_workspace *w, ql_str path) {
  const ql__node *node = find(w, path);
  return node && (node->files > 0 || path.len == 0) ? node : NULL;
}

/* Exactly as it is kept: what would have to be put right first could be another name for the same file. */
static ql_status check_path(ql_workspace *w, ql_str path, ql_error *err) {
  if (path.len > QL_WORKSPACE_PATH_MAX) return ql_fail(err, QL_ERR_LIMIT, "the path is too long", QL_STR("QL_WORKSPACE_PATH_MAX"));
  ql_arena_reset(w->scratch);
  ql__workpath place = ql__workpath_of(w->scratch, path);
  if (!place.path.ptr) return no_memory(err);
  if (place.reach == QL__REACH_INSIDE && ql_eq(place.path, path)) return QL_OK;
  return ql_fail(err, QL_ERR_ARGUMENT, "no path from the root of a workspace", path);
}

static bool has_room(ql_workspace *w, size_t more) {
  if (w->count + more <= w->room) return true;
  size_t room = w->room < 64 ? 64 : w->room;
  while (room < w->count + more) room *= 2;
  ql__names names;
  if (!ql__names_make(w->arena, room, &names)) return false;
  w->names = names;
  w->room = room;
  for (size_t i = 1; i < w->count; i++) (void)ql__names_put(&w->names, w->nodes[i]->path, i);
  return true;
}

static ql__node *add_node(ql_workspace *w, ql__node *parent, ql_str path, bool folder) {
  ql__node **nodes = ql_arena_grow(w->arena, w->nodes, w->count, &w->cap, sizeof *nodes);
  if (nodes) w->nodes = nodes;
  ql__node *node = nodes && has_room(w, 1) ? ql_arena_get(w->arena, sizeof *node) : NULL;
  if (!node) return NULL;
  *node = (ql__node){.path = path, .parent = parent, .next = parent->first, .folder = folder};
  parent->first = node;
  (void)ql__names_put(&w->names, path, w->count);
  w->nodes[w->count++] = node;
  return node;
}

/* Whether a file can be there. A path is a file or a folder for as long as the workspace lives, whether or not anything is there now. */
static ql_status check_place(ql_workspace *w, ql_str path, size_t *missing, ql_error *err) {
  ql__node *node = find(w, path);
  *missing = node ? 0 : 1;
  if (node && node->folder) return ql_fail(err, QL_ERR_ARGUMENT, "the path is that of a folder", path);
  for (size_t slash = ql_find_byte(path, '/', 0); slash != SIZE_MAX; slash = ql_find_byte(path, '/', slash + 1)) {
    node = find(w, ql_slice(path, 0, slash));
    if (!node) ++*missing;
    if (node && !node->folder) return ql_fail(err, QL_ERR_ARGUMENT, "a folder of the path is the path of a file", node->path);
  }
  if (*missing > 0 && w->count + *missing > QL_WORKSPACE_FILES_MAX)
    return ql_fail(err, QL_ERR_LIMIT, "too many files", QL_STR("QL_WORKSPACE_FILES_MAX"));
  return QL_OK;
}

/* The node of a file, with its folders. Folders that are made before memory runs out hold no files, which nobody sees. */
static ql__node *make_node(ql_workspace *w, ql_str path) {
  ql__node *parent = w->nodes[0], *node = find(w, path);
  if (node) return node;
  ql_str kept = ql_arena_str(w->arena, path);
  if (!kept.ptr) return NULL;
  for (size_t slash = ql_find_byte(path, '/', 0); slash != SIZE_MAX; slash = ql_find_byte(path, '/', slash + 1)) {
    ql_str folder = ql_slice(kept, 0, slash);
    node = find(w, folder);
    parent = node ? node : add_node(w, parent, folder, true);
    if (!parent) return NULL;
  }
  return add_node(w, parent, kept, false);
}

static void count_file(ql_workspace *w, ql__node *node, bool there) {
  if ((node->files == 1) == there) return;
  w->files += there ? 1 : SIZE_MAX; /* one more, or one less */
  for (ql__node *n = node; n; n = n->parent) n->files += there ? 1 : SIZE_MAX;
}

/* ---- files ---- */

static bool is_text(ql_str bytes) { return ql_find_byte(bytes, '\0', 0) == SIZE_MAX && ql_utf8_bad(bytes) == SIZE_MAX; }

static void touch(ql_workspace *w, ql__node *node) {
  if (node->touched) return;
  node->touched = true;
  node->next_touched = w->touched;
  w->touched = node;
}

static ql_status put(ql_workspace *w, ql_str path, ql_str bytes, ql__node **out, ql_error *err) {
  size_t missing;
  ql_status status = check_path(w, path, err);
  if (status != QL_OK) return status;
  if (bytes.len > QL_WORKSPACE_FILE_MAX) return ql_fail(err, QL_ERR_LIMIT, "the file is too large", QL_STR("QL_WORKSPACE_FILE_MAX"));
  status = check_place(w, path, &missing, err);
  if (status != QL_OK) return status;
  const ql__node *old = find(w, path);
  bool text = is_text(bytes);
  size_t freed = old && old->bytes ? old->size : 0, used = w->bytes - freed + (text ? bytes.len : 0);
  if (used > QL_WORKSPACE_BYTES_MAX) return ql_fail(err, QL_ERR_LIMIT, "the files are too large", QL_STR("QL_WORKSPACE_BYTES_MAX"));
  char *copy = text ? w->alloc.resize(w->alloc.ctx, NULL, 0, bytes.len + 1) : NULL;
  if (text && !copy) return no_memory(err);
  ql__node *node = make_node(w, path);
  if (!node) {
    if (copy) w->alloc.resize(w->alloc.ctx, copy, bytes.len + 1, 0);
    return no_memory(err);
  }
  if (copy && bytes.len > 0) memcpy(copy, bytes.ptr, bytes.len);
  let_go(w, node);
  node->bytes = copy;
  node->size = bytes.len;
  w->bytes = used;
  ql_sha256(bytes, node->now);
  count_file(w, node, true);
  *out = node;
  return QL_OK;
}

ql_status ql_workspace_load(ql_workspace *w, ql_str path, ql_str bytes, ql_error *err) {
  ql__node *node = NULL;
  ql_status status = put(w, path, bytes, &node, err);
  if (status != QL_OK) return status;
  memcpy(node->before, node->now, sizeof node->before);
  node->outside = true;
  return QL_OK;
}

ql_status ql_workspace_write(ql_workspace *w, ql_str path, ql_str text, ql_error *err) {
  ql__node *node = NULL;
  if (!is_text(text)) return ql_fail(err, QL_ERR_UTF8, "what is written has to be text", QL_ABSENT);
  ql_status status = put(w, path, text, &node, err);
  if (status == QL_OK) touch(w, node);
  return status;
}

ql_status ql_workspace_remove(ql_workspace *w, ql_str path, ql_error *err) {
  ql__node *node = find(w, path);
  if (!node || node->folder || node->files == 0) return ql_fail(err, QL_ERR_NOT_FOUND, "there is no such file", path);
  if (node->bytes) w->bytes -= node->size;
  let_go(w, node);
  count_file(w, node, false);
  touch(w, node);
  return QL_OK;
}

ql_status ql_workspace_saved(ql_workspace *w, ql_str path, ql_error *err) {
  ql__node *node = find(w, path);
  if (!node || node->folder) return ql_fail(err, QL_ERR_NOT_FOUND, "there never was such a file", path);
  node->outside = node->files > 0;
  memcpy(node->before, node->now, sizeof node->before);
  return QL_OK;
}

bool ql_workspace_file(const ql_workspace *w, ql_str path, ql_file *out) {
  const ql__node *node = find(w, path);
  if (!node || node->folder || node->files == 0) return false;
  *out = (ql_file){.path = node->path, .text = {node->bytes, node->bytes ? node->size : 0}, .size = node->size};
  memcpy(out->sha256, node->now, sizeof out->sha256);
  return true;
}

/* ---- looking around ---- */

static int by_path(const void *x, const void *y) {
  const ql__node *const *a = x, *const *b = y;
  return ql_compare((*a)->path, (*b)->path);
}

/* Folders sort as if / ended their names, which puts all files below them where their paths belong. */
static int by_name(const void *x, const void *y) {
  const ql__node *const *a = x, *const *b = y;
  ql_str one = (*a)->path, two = (*b)->path;
  size_t most = one.len < two.len ? one.len : two.len;
  int order = memcmp(one.ptr, two.ptr, most);
  if (order != 0 || one.len == two.len) return order;
  const ql__node *shorter = one.len < two.len ? *a : *b;
  unsigned char next = (unsigned char)(one.len < two.len ? two : one).ptr[most], end = shorter->folder ? '/' : 0;
  return (end < next ? -1 : 1) * (shorter == *a ? 1 : -1);
}

const ql__node **ql__workspace_children(ql_arena *a, const ql__node *folder, size_t *count) {
  size_t all = 0, there = 0;
  *count = 0;
  for (const ql__node *n = folder->first; n; n = n->next) all += n->files > 0;
  const ql__node **list = ql_arena_array(a, all + 1, sizeof(const ql__node *));
  if (!list) return NULL;
  for (const ql__node *n = folder->first; n; n = n->next)
    if (n->files > 0) list[there++] = n;
  qsort(list, there, sizeof(const ql__node *), by_name);
  *count = there;
  return list;
}

static void wait_for(ql__walk *walk, const ql__node *node) {
  const ql__node **waiting = ql_arena_grow(walk->arena, walk->waiting, walk->count, &walk->cap, sizeof(const ql__node *));
  if (!waiting) return;
  walk->waiting = waiting;
  waiting[walk->count++] = node;
}

ql__walk ql__workspace_walk(ql_arena *a, const ql__node *from) {
  ql__walk walk = {.arena = a};
  wait_for(&walk, from);
  return walk;
}

const ql__node *ql__workspace_next(ql__walk *walk) {
  while (walk->count > 0) {
    const ql__node *node = walk->waiting[--walk->count];
    if (!node->folder) return node;
    size_t count;
    const ql__node **children = ql__workspace_children(walk->arena, node, &count);
    while (count > 0) wait_for(walk, children[--count]);
    if (ql_arena_failed(walk->arena)) return NULL;
  }
  return NULL;
}

static void add_hash(ql_arena *a, ql_value *change, const char *key, const uint8_t sha256[32]) {
  char hex[64];
  ql_hex_write(hex, sha256, 32);
  ql_set_literal(change, key, ql_string(a, ql_arena_str(a, (ql_str){hex, sizeof hex})));
}

ql_value *ql_workspace_changes(const ql_workspace *w, ql_arena *a) {
  size_t count = 0, kept = 0;
  for (const ql__node *n = w->touched; n; n = n->next_touched) count++;
  const ql__node **list = ql_arena_array(a, count + 1, sizeof(const ql__node *));
  ql_value *changes = ql_array(a);
  if (!list) return NULL;
  for (const ql__node *n = w->touched; n; n = n->next_touched) {
    bool there = n->files > 0;
    if (there != n->outside || (there && memcmp(n->before, n->now, sizeof n->now) != 0)) list[kept++] = n;
  }
  qsort(list, kept, sizeof(const ql__node *), by_path);
  for (size_t i = 0; i < kept; i++) {
    const ql__node *n = list[i];
    ql_value *change = ql_push(changes, ql_object(a));
    ql_str kind = !n->outside ? QL_STR("added") : n->files > 0 ? QL_STR("changed") : QL_STR("removed");
    if (n->files > 0) add_hash(a, change, "after", n->now);
    if (n->outside) add_hash(a, change, "before", n->before);
    QL_SET(change, "kind", ql_string(a, kind));
    QL_SET(change, "path", ql_string(a, ql_arena_str(a, n->path)));
    QL_SET(change, "size", ql_int(a, n->files > 0 ? (int64_t)n->size : 0));
  }
  return ql_arena_failed(a) ? NULL : changes;
}
