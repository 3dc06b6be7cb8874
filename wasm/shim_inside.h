/* What the files of the shim share. */
#ifndef QUESTLINE_WASM_SHIM_INSIDE_H
#define QUESTLINE_WASM_SHIM_INSIDE_H

#include <questline/quest.h>
#include <questline/roster.h>

#include "shim.h"

#define REFUSED 1

extern ql_arena *qlw__arena; /* of the running operation */
extern ql_error qlw__error;  /* likewise */
extern ql_buf qlw__out;      /* its answer, unless that is borrowed; empty when an operation begins */

/// Forgets the last answer. False when out of memory, which is then the answer.
bool qlw__begin(void);

/* Each gives an answer and returns its status. */
int32_t qlw__give_bytes(ql_str bytes);
/// value is NULL when memory ran out while it was built.
int32_t qlw__give(const ql_value *value);
int32_t qlw__give_nothing(void);
/// The failure that qlw__error describes.
int32_t qlw__give_failure(ql_status status);
int32_t qlw__give_or_fail(ql_status status, const ql_value *value);
int32_t qlw__give_out_of_memory(void);

ql_value *qlw__c_string(const char *s);
ql_str qlw__view(const char *ptr, uint32_t len);
/// @return QL_OK; QL_ERR_ARGUMENT, in qlw__error too.
QL_NODISCARD ql_status qlw__to_integer(double number, int64_t *integer);

/* ---- handles ---- */

typedef enum qlw__kind {
  QLW__NOTHING,
  QLW__ROSTER,
  QLW__QUEST,
  QLW__DRIVER,
  QLW__GRAPH,
  QLW__MEMORY,
  QLW__WORKSPACE,
  QLW__MCP,
  QLW__BLANK,
  QLW__KINDS
} qlw__kind;

#define QLW__USES 5

typedef void qlw__free(void *ptr);
typedef struct qlw__object qlw__object;
struct qlw__object {
  qlw__kind kind;
  uint32_t generation;
  void *ptr;
  qlw__free *free;
  ql_arena *arena;              /* of what was handed over to it; NULL for none */
  uint32_t users;               /* objects that borrow it */
  bool unlinked;                /* roster: files were added since names were resolved */
  qlw__object *uses[QLW__USES]; /* what it borrows; NULL for none */
};

/// NULL when the handle is closed or of another kind; qlw__error says so.
qlw__object *qlw__find(uint32_t handle, qlw__kind kind);
const ql_quest *qlw__find_quest(uint32_t handle);
/// The quests of a JSON array of handles. @return QL_OK; QL_ERR_SYNTAX, QL_ERR_ARGUMENT; QL_ERR_HANDLE; QL_ERR_NOMEM.
QL_NODISCARD ql_status qlw__read_quests(ql_str text, const ql_quest ***quests, size_t *count);
/// A roster whose names are resolved. @return QL_OK; QL_ERR_HANDLE; QL_ERR_NOMEM.
QL_NODISCARD ql_status qlw__find_roster(uint32_t handle, qlw__object **found);
/// Room for one more object. NULL when all is taken; qlw__error says so.
qlw__object *qlw__find_room(void);
/// Gives the handle of what stands in the room now; frees it when it cannot.
int32_t qlw__give_handle(qlw__object *room, qlw__kind kind, void *ptr, qlw__free *let_go);

#endif
