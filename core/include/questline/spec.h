/* One agent file: what stands in it, what is wrong with it, and how to mend it. */
#ifndef QUESTLINE_SPEC_H
#define QUESTLINE_SPEC_H

#include <questline/policy.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum ql_severity { QL_SEVERITY_ERROR, QL_SEVERITY_WARNING, QL_SEVERITY_INFO } ql_severity;

/// Replaces `length` bytes at `offset` of the file by `text`.
typedef struct ql_edit {
  size_t offset, length;
  ql_str text;
} ql_edit;

typedef struct ql_diagnostic {
  const char *code; /* stable, kebab-case, from diagnostics.def */
  ql_severity severity;
  size_t offset;         /* bytes from the start of the file as it was given */
  uint32_t line, column; /* from 1; the column in code points */
  ql_str message;        /* says what to do */
  const ql_edit *fix;    /* edits in rising offset, without overlap; NULL when there is no mechanical fix */
  size_t fix_count;
} ql_diagnostic;

typedef enum ql_tools_state { QL_TOOLS_ABSENT, QL_TOOLS_EMPTY, QL_TOOLS_LISTED } ql_tools_state;
typedef enum ql_tools_from { QL_TOOLS_FROM_NONE, QL_TOOLS_FROM_FRONTMATTER, QL_TOOLS_FROM_BODY } ql_tools_from;

typedef struct ql_tool {
  ql_str name;      /* as written */
  ql_str canonical; /* from tools.def ("read", "bash", "mcp:context7/resolve-library-id"); absent when unknown */
  size_t offset;    /* where it is written */
} ql_tool;

typedef struct ql_section {
  ql_str title; /* plain text of the heading */
  int level;    /* 1 to 6 */
  uint32_t line;
  size_t offset, end; /* bytes of heading and content up to the next heading of the same or a higher level */
} ql_section;

typedef struct ql_spec {
  ql_str path; /* as given */
  ql_str text; /* the file, copied into the arena; bytes that are not UTF-8, and NULs, stand as ?, so that offsets hold and text is text */
  ql_str
      id; /* "@" + normalised name; never absent: falls back to the heading and the file's stem, the stem first where there is frontmatter */
  ql_str name; /* as written; absent when nobody wrote one */
  ql_str description, model, color;
  ql_tools_state tools_state;
  ql_tools_from tools_from;
  const ql_tool *tools;
  size_t tool_count;
  const char *dialect; /* "claude-code", "copilot", … or "plain" when nothing tells */
  ql_value *extra;     /* object: the other frontmatter keys as written */
  size_t body_offset;  /* where the prose starts */
  const ql_section *sections;
  size_t section_count;
  const ql_rule *rules; /* what its prose demands, in order of place; linked by next */
  size_t rule_count;
  const ql_diagnostic *diagnostics; /* by rising offset */
  size_t diagnostic_count;
  char sha256[65]; /* lower-case hex of the raw bytes, as sha256sum prints it */
  int64_t tokens;  /* estimate of the whole file */
} ql_spec;

/// Reads one agent file. Never fails for what stands in it: faults become diagnostics (recovery ladder of the design).
/// @param path  names the file in messages; its stem is the last resort for a name; may be absent
/// @return QL_OK; QL_ERR_LIMIT (more than QL_SPEC_BYTES_MAX, nothing is read); QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_spec_parse(ql_arena *a, ql_str path, ql_str text, const ql_spec **out, ql_error *err);
/// The same with the dialect given, by its id ("claude-code"); absent: found out from the file.
/// @return also QL_ERR_ARGUMENT for a dialect there is not.
QL_NODISCARD ql_status ql_spec_parse_as(ql_arena *a, ql_str path, ql_str text, ql_str dialect, const ql_spec **out, ql_error *err);

/// The dialects there are, in the order of the documentation: id and product; false behind the last.
bool ql_dialect_at(size_t index, ql_str *id, ql_str *product);

/// Which findings to mend.
typedef struct ql_mend {
  ql_str dialect; /* as for ql_spec_parse_as; may be absent */
  ql_str code;    /* only findings with this code; absent: all that have a fix */
  size_t offset;  /* only the finding there; SIZE_MAX: all of them */
} ql_mend;

/// Applies fixes to a file: round after round, each round those that do not overlap, until nothing is left to mend. Bytes outside the
/// edits stay as they are, bytes that are not UTF-8 included.
/// @param out     in the arena; the file itself when there is nothing to mend
/// @param mended  how many findings; may be NULL
/// @return QL_OK; QL_ERR_ARGUMENT; QL_ERR_LIMIT (the file, before or after, is larger than QL_SPEC_BYTES_MAX); QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_spec_fix(ql_arena *a, ql_str path, ql_str text, ql_mend which, ql_str *out, size_t *mended, ql_error *err);

/// What a dialect cannot say, or says otherwise.
typedef struct ql_loss {
  ql_str field;  /* "tools", "maxTurns", "tools.websearch"; "body" for a limit on the prose */
  size_t offset; /* in the file */
  uint32_t line;
  ql_str message; /* what becomes of it */
} ql_loss;

typedef struct ql_export {
  ql_str text; /* the whole file */
  ql_str path; /* where the product looks for it, from the root of a repository */
  const ql_loss *losses;
  size_t loss_count;
} ql_export;

/// Writes an agent file for another product: names of keys, tools and models as that product knows them, the prose untouched. To the
/// dialect that the file already has: the file itself, byte by byte.
/// @param file     the bytes that spec was read from
/// @param dialect  an id of ql_dialect_at
/// @return QL_OK; QL_ERR_ARGUMENT for a dialect there is not; QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_spec_export(ql_arena *a, const ql_spec *spec, ql_str file, ql_str dialect, ql_export *out, ql_error *err);
/// The shape `Export` of shapes.def. NULL when out of memory.
ql_value *ql_export_value(ql_arena *a, const ql_export *export_);

/// The shape `Spec` of shapes.def. NULL when out of memory.
ql_value *ql_spec_value(ql_arena *a, const ql_spec *spec);
ql_value *ql_diagnostic_value(ql_arena *a, const ql_diagnostic *d);

/// "@" + the name trimmed of blanks, quotes and @, lower-cased, every run of other characters than [a-z0-9._-] one "-".
/// Absent when nothing is left, when it would be longer than QL_AGENT_ID_MAX, or when out of memory.
ql_str ql_agent_id(ql_arena *a, ql_str name);
/// True for exactly "@" + [a-z0-9._-]+ of at most QL_AGENT_ID_MAX bytes.
bool ql_agent_id_valid(ql_str id);

#ifdef __cplusplus
}
#endif
#endif
