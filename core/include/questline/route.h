/* What follows from the rules of agent files: who takes a request, which tool calls are allowed, what is loaded. */
#ifndef QUESTLINE_ROUTE_H
#define QUESTLINE_ROUTE_H

#include <questline/roster.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Who should take a request. Examples and conditions of the files are compared with it; what fits nothing is unknown, never guessed.
/// @param roster   linked
/// @param agent    whom to ask; absent: every agent that leads
/// @param request  up to QL_REQUEST_BYTES_MAX
/// @param out      the shape `Route`
/// @return QL_OK; QL_ERR_NOT_FOUND (no such agent); QL_ERR_ARGUMENT (an empty request); QL_ERR_LIMIT; QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_route(ql_arena *a, const ql_roster *roster, ql_str agent, ql_str request, ql_value **out, ql_error *err);

/// Whether an agent may make a tool call, by the tools its file lists and the restrictions in its prose.
/// @param tool  a name in any product's spelling
/// @param path  the file that is written or read, from the root of the workspace; absent for tools that take none
/// @param link  the path, or a folder on the way to it, is a symbolic link: what it leads to is not known here
/// @param out   the shape `Permit`
/// @return QL_OK; QL_ERR_NOT_FOUND; QL_ERR_ARGUMENT (an empty tool); QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_permit(ql_arena *a, const ql_roster *roster, ql_str agent, ql_str tool, ql_str path, bool link, ql_value **out,
                                 ql_error *err);

/// Whether an agent may make any call of a tool at all, or may be asked about one; false when ql_permit refuses every one.
/// @return as ql_permit.
QL_NODISCARD ql_status ql_permit_ever(ql_arena *a, const ql_roster *roster, ql_str agent, ql_str tool, bool *out, ql_error *err);

/// A document that could be loaded.
typedef struct ql_document {
  ql_str path;    /* from the root of the project */
  ql_str text;    /* absent when only its size is known */
  int64_t tokens; /* counts when text is absent */
} ql_document;

/// What an agent loads on activation, by its rules: its own file, project documents (or, when none of them is there, their fallback),
/// agent files that a wildcard of the loading rule stands for, its other entries; in this order, each as long as it fits. An entry that is
/// neither an agent nor a document is counted with the size that the file states.
/// @param window  tokens of the model's window; 0: the rule's own, else 200,000
/// @param budget  tokens that may be used of it; 0: half the window
/// @param out     the shape `Pack`
/// @return QL_OK; QL_ERR_NOT_FOUND; QL_ERR_ARGUMENT (budget above window); QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_context_pack(ql_arena *a, const ql_roster *roster, ql_str agent, const ql_document *documents, size_t count,
                                       int64_t window, int64_t budget, ql_value **out, ql_error *err);

#ifdef __cplusplus
}
#endif
#endif
