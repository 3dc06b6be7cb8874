/* One agent file: what stands in it, what is wrong with it, and how to mend it. */
#ifndef QUESTLINE_SPEC_H
#define QUESTLINE_SPEC_H

#include <questline/value.h>

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
  const ql_diagnostic *diagnostics; /* by rising offset */
  size_t diagnostic_count;
  char sha256[65]; /* lower-case hex of the raw bytes, as sha256sum prints it */
  int64_t tokens;  /* estimate of the whole file */
} ql_spec;

/// Reads one agent file. Never fails for what stands in it: faults become diagnostics (recovery ladder of the design).
/// @param path  names the file in messages; its stem is the last resort for a name; may be absent
/// @return QL_OK; QL_ERR_LIMIT (more than QL_SPEC_BYTES_MAX, nothing is read); QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_spec_parse(ql_arena *a, ql_str path, ql_str text, const ql_spec **out, ql_error *err);

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
