#include "spec/dialect.h"

#include <string.h>

#include "base/text.h"
#include "spec/tools.h"

#define SERVER_WEIGHT 3u /* a server's bare name among the tools: no product reads that, Acolytes' files write it */

#define SURE_WEIGHT   6u /* less is a guess */
#define LIKELY_WEIGHT 2u /* enough for Claude Code, which is what most files are for: more than a name and a description */
#define CLOSE         3u /* edits between an id and the one it may be meant for, and no more than half of its letters */

typedef enum part { PART_WITHIN, PART_END } part;

static const struct {
  ql_str id;
  ql_str product;
  ql__reads reads;
} DIALECTS[] = {
#define DIALECT(name, id, product, reads) {QL_STR_INIT(id), QL_STR_INIT(product), QL__##reads},
#include "spec/dialects.def"
};

static const struct {
  ql__dialect dialect;
  part where;
  ql_str piece;
  unsigned weight;
} PATHS[] = {
#define PATH(dialect, where, piece, weight) {QL__##dialect, PART_##where, QL_STR_INIT(piece), weight},
#include "spec/dialects.def"
};

static const struct {
  ql_str key;
  ql__dialect dialect;
  unsigned weight;
} KEYS[] = {
#define KEY(dialect, key, weight) {QL_STR_INIT(key), QL__##dialect, weight},
#include "spec/dialects.def"
};

/* Models that only Claude Code calls by these words. */
static const ql_str CLAUDE_ALIASES[] = {QL_STR_INIT("sonnet"), QL_STR_INIT("opus"), QL_STR_INIT("haiku"), QL_STR_INIT("inherit")};

/* Compared as if a / stood before the path, in lower case, with / between folders. */
static bool path_matches(ql_str path, part where, ql_str piece) {
  size_t from = where == PART_END ? (path.len + 1 >= piece.len ? path.len + 1 - piece.len : SIZE_MAX) : 0;
  for (size_t at = from; at != SIZE_MAX && at + piece.len <= path.len + 1; at++) {
    size_t i = 0;
    for (; i < piece.len; i++) {
      char c = at + i == 0 ? '/' : ql_to_lower(path.ptr[at + i - 1]);
      if ((c == '\\' ? '/' : c) != piece.ptr[i]) break;
    }
    if (i == piece.len) return true;
  }
  return false;
}

ql__dialect ql__dialect_of(const ql_spec *spec, const ql__front *front, bool *sure) {
  unsigned votes[QL__DIALECT_COUNT] = {0};
  for (size_t i = 0; i < QL_COUNT(PATHS); i++)
    if (spec->path.ptr && path_matches(spec->path, PATHS[i].where, PATHS[i].piece)) votes[PATHS[i].dialect] += PATHS[i].weight;
  for (size_t i = 0; i < QL_COUNT(KEYS); i++)
    if (ql__entry_find(front, KEYS[i].key)) votes[KEYS[i].dialect] += KEYS[i].weight;
  for (size_t i = 0; i < spec->tool_count; i++) {
    size_t family = ql__tool_family(spec->tools[i].name);
    if (family < QL__DIALECT_COUNT) votes[family] += family == QL__ACOLYTES ? SERVER_WEIGHT : 1;
  }
  for (size_t i = 0; i < QL_COUNT(CLAUDE_ALIASES); i++)
    if (spec->model.ptr && ql_eq_nocase(spec->model, CLAUDE_ALIASES[i])) votes[QL__CLAUDE_CODE] += 2;
  if (spec->name.ptr && spec->description.ptr && front->count > 0) votes[QL__CLAUDE_CODE]++;
  size_t best = QL__PLAIN;
  for (size_t i = 0; i < QL__DIALECT_COUNT; i++)
    if (votes[i] > votes[best]) best = i;
  *sure = votes[best] >= (best == QL__CLAUDE_CODE ? LIKELY_WEIGHT : SURE_WEIGHT);
  return (ql__dialect)best;
}

/* "x, did you mean y?", cut to what an error holds. */
static ql_str meant(char out[QL_ERROR_DETAIL_MAX], ql_str id) {
  size_t best = CLOSE + 1, closest = 0, len = 0;
  for (size_t i = 0; i < QL__DIALECT_COUNT; i++) {
    bool begun = id.len >= CLOSE && ql_starts(DIALECTS[i].id, id);
    size_t distance = begun ? 0 : ql_edit_distance(id, DIALECTS[i].id);
    if (distance >= best || distance * 2 > id.len) continue;
    best = distance;
    closest = i;
  }
  if (best > CLOSE) return id;
  const ql_str pieces[] = {id, QL_STR(", did you mean "), DIALECTS[closest].id, QL_STR("?")};
  for (size_t i = 0; i < QL_COUNT(pieces); i++) {
    memcpy(out + len, pieces[i].ptr, pieces[i].len);
    len += pieces[i].len;
  }
  return (ql_str){out, len};
}

ql_status ql__dialect_named(ql_str id, ql__dialect *out, ql_error *err) {
  size_t i = 0;
  while (id.ptr && i < QL__DIALECT_COUNT && !ql_eq(DIALECTS[i].id, id)) i++;
  if (id.ptr && i == QL__DIALECT_COUNT) {
    char detail[QL_ERROR_DETAIL_MAX];
    return ql_fail(err, QL_ERR_ARGUMENT, "there is no such dialect", meant(detail, ql_slice(id, 0, ql_utf8_bad(id))));
  }
  *out = id.ptr ? (ql__dialect)i : QL__DIALECT_COUNT;
  return QL_OK;
}

bool ql_dialect_at(size_t index, ql_str *id, ql_str *product) {
  if (index >= QL__DIALECT_COUNT) return false;
  *id = DIALECTS[index].id;
  *product = DIALECTS[index].product;
  return true;
}

const char *ql__dialect_id(ql__dialect dialect) { return DIALECTS[dialect].id.ptr; }
ql_str ql__dialect_product(ql__dialect dialect) { return DIALECTS[dialect].product; }
ql__reads ql__dialect_reads(ql__dialect dialect) { return DIALECTS[dialect].reads; }
