#include <questline/limits.h>
#include <questline/spec.h>

#include "base/text.h"
#include "format/crypto.h"
#include "spec/accepts.h"
#include "spec/body.h"
#include "spec/bytes.h"
#include "spec/dialect.h"
#include "spec/fields.h"
#include "spec/locate.h"
#include "spec/parse.h"
#include "spec/policy.h"
#include "spec/tools.h"

typedef struct reader {
  ql_arena *arena;
  ql__notes notes;
  ql_spec *spec;
  ql_str text; /* of the spec: clean, as long as the file */
  ql__place place;
  ql__front front;
} reader;

/* ---- name and id ---- */

static ql_str stem_of(ql_str path) {
  static const ql_str endings[] = {QL_STR_INIT(".md"),  QL_STR_INIT(".mdc"),   QL_STR_INIT(".markdown"),
                                   QL_STR_INIT(".txt"), QL_STR_INIT(".agent"), QL_STR_INIT(".chatmode")};
  size_t start = path.len;
  while (start > 0 && path.ptr[start - 1] != '/' && path.ptr[start - 1] != '\\') start--;
  ql_str stem = ql_slice(path, start, path.len);
  for (size_t i = 0; i < QL_COUNT(endings); i++)
    if (stem.len > endings[i].len && ql_eq_nocase(ql_slice(stem, stem.len - endings[i].len, stem.len), endings[i]))
      stem.len -= endings[i].len;
  return stem;
}

static bool named_by_path(ql__dialect dialect) {
  return dialect == QL__COPILOT || dialect == QL__VSCODE || dialect == QL__OPENCODE || dialect == QL__CURSOR;
}

/* Files that are called for what they are, not for the agent. */
static bool is_generic(ql_str stem) {
  static const ql_str words[] = {QL_STR_INIT("agent"),  QL_STR_INIT("agents"), QL_STR_INIT("index"),
                                 QL_STR_INIT("readme"), QL_STR_INIT("skill"),  QL_STR_INIT("prompt")};
  for (size_t i = 0; i < QL_COUNT(words); i++)
    if (ql_eq_nocase(stem, words[i])) return true;
  return false;
}

static void note_file_name(reader *r, ql__dialect dialect, ql_str own, ql_str stem, size_t at) {
  ql_str id = stem.ptr && !is_generic(stem) ? ql_agent_id(r->arena, stem) : QL_ABSENT;
  if (!id.ptr || ql_eq(id, own)) return;
  if (dialect == QL__OPENCODE)
    QL__NOTE(&r->notes, QL__NAME_UNREAD, at, ql__dialect_product(dialect), QL_STR(" calls this agent \""), stem,
             QL_STR("\" after its file. Give file and agent one name."));
  else
    QL__NOTE(&r->notes, QL__NAME_DIFFERS, at, QL_STR("The agent is "), own, QL_STR(", but its file is called \""), stem,
             QL_STR("\". Give both one name to find it by."));
}

/* A line above the first key. Without a description it may be no agent at all; what YAML takes for a number or for nothing is no name. */
static void fix_missing_name(reader *r, ql_diagnostic *d) {
  ql_str name = ql_slice(r->spec->id, 1, r->spec->id.len);
  const ql_yaml_node scalar = {.kind = QL_YAML_SCALAR, .style = QL_YAML_PLAIN, .text = name};
  if (!r->spec->description.ptr || ql__entry_find(&r->front, QL_STR("name")) || r->front.count == 0) return;
  if (!ql_is_alpha(name.ptr[0]) || ql_yaml_scalar_type(&scalar) != QL_YAML_STRING) return;
  size_t at = r->front.entries[0].key_offset;
  if (at == 0 || (r->text.ptr[at - 1] != '\n' && r->text.ptr[at - 1] != '\r')) return;
  bool crlf = at > 1 && ql_eq(ql_slice(r->text, at - 2, at), QL_STR("\r\n"));
  ql_str line = ql_arena_concat(r->arena, (ql_str[]){QL_STR("name: "), name, crlf ? QL_STR("\r\n") : QL_STR("\n")}, 3);
  if (line.ptr) ql__note_fix(&r->notes, d, &(ql_edit){at, 0, line}, 1);
}

static void take_id(reader *r, ql__dialect dialect) {
  ql_spec *spec = r->spec;
  const ql__entry *entry = ql__entry_find(&r->front, QL_STR("name"));
  size_t at = entry ? entry->value : r->place.open;
  ql_str heading = ql__first_heading(spec), stem = spec->path.ptr ? stem_of(spec->path) : QL_ABSENT;
  bool by_path = r->place.has_front && stem.ptr; /* what has frontmatter but no name in it goes by the name of its file */
  if (!spec->name.ptr && !r->place.has_front) spec->name = heading;
  ql_str sources[] = {spec->name, by_path ? stem : QL_ABSENT, heading, stem, QL_STR("unnamed")};
  for (size_t i = 0; i < QL_COUNT(sources) && !spec->id.ptr; i++)
    if (sources[i].ptr) spec->id = ql_agent_id(r->arena, sources[i]);
  if (!spec->id.ptr) return;
  if (!spec->name.ptr) {
    if (r->place.has_front && !named_by_path(dialect)) {
      ql_diagnostic *d = QL__NOTE(&r->notes, QL__NAME_MISSING, at, QL_STR("There is no name; the agent is called "), spec->id,
                                  QL_STR(" here. Add a line \"name:\"."));
      if (d) fix_missing_name(r, d);
    }
    return;
  }
  ql_str own = ql_agent_id(r->arena, spec->name);
  if (!own.ptr)
    QL__NOTE(&r->notes, QL__NAME_UNUSABLE, at, QL_STR("No agent id can be made from the name; the agent is called "), spec->id,
             QL_STR(" here. Use the letters a to z, digits and hyphens."));
  else if (r->place.has_front && !ql_eq(ql_slice(own, 1, own.len), spec->name))
    QL__NOTE(&r->notes, QL__NAME_CHANGED, at, QL_STR("The agent is addressed as "), own,
             QL_STR(". Lower-case letters, digits and hyphens alone make a name that every product takes as it is."));
  if (own.ptr && by_path) note_file_name(r, dialect, own, stem, at);
}

/* ---- what the file's own product makes of it ---- */

static void note_skipped(reader *r, ql__dialect dialect) {
  const ql_spec *spec = r->spec;
  if (!r->place.has_front && dialect != QL__AGENTS_MD)
    QL__NOTE(
        &r->notes, QL__NO_FRONTMATTER, r->place.open,
        QL_STR(
            "No frontmatter: the name comes from the heading or the file. Most tools want a name and a description between lines of ---."));
  if (r->place.has_front && !spec->description.ptr)
    QL__NOTE(&r->notes, QL__DESCRIPTION_MISSING, r->place.open,
             QL_STR("There is no description: a leader cannot know when to call the agent. Add a line \"description:\"."));
  bool draft = dialect == QL__GEMINI && spec->path.ptr && ql_starts(stem_of(spec->path), QL_STR("_"));
  if (ql__dialect_reads(dialect) != QL__SKIPS && !draft) return;
  const char *why = draft ? "its name starts with an underscore" : r->place.hidden;
  if (!why && r->front.invalid) why = "its frontmatter is not valid YAML";
  if (!why && !spec->description.ptr) why = "it has no description";
  if (!why && !spec->name.ptr && !named_by_path(dialect)) why = "it has no name";
  if (!why && spec->name.ptr && !ql__name_taken(dialect, spec->name)) why = "it takes no such name";
  if (!why) return;
  size_t len = 0;
  while (why[len]) len++;
  QL__NOTE(&r->notes, QL__SILENT_SKIP, r->place.open, ql__dialect_product(dialect),
           QL_STR(" leaves this file out without a word, because "), (ql_str){why, len}, QL_STR(". Mend it as the other findings say."));
}

/* ---- the whole ---- */

static ql_status read_all(reader *r, ql__dialect dialect, ql__outline *outline) {
  ql_spec *spec = r->spec;
  r->place = ql__locate(r->arena, r->text, &r->notes);
  spec->body_offset = r->place.body;
  if (r->place.has_front) {
    ql_status status = ql__read_front(r->arena, r->text, r->place.block, &r->notes, &r->front);
    if (status != QL_OK) return status;
  }
  ql_str prose = ql_slice(r->text, 0, r->place.end);
  ql_status status = ql_md_outline(r->arena, prose, spec->body_offset, &outline->blocks, &outline->count, NULL);
  if (status != QL_OK) return status;
  ql__take_fields(r->arena, &r->front, r->text, &r->notes, spec);
  ql__take_sections(r->arena, outline->blocks, outline->count, r->place.end, spec);
  if (r->place.has_front)
    ql__take_tools(r->arena, &r->front, r->text, &r->notes, spec);
  else
    ql__take_body_tools(r->arena, outline->blocks, outline->count, r->text, &r->notes, spec);
  bool sure = true;
  if (dialect == QL__DIALECT_COUNT) dialect = ql__dialect_of(spec, &r->front, &sure);
  spec->dialect = ql__dialect_id(dialect);
  ql__dialect by = sure ? dialect : QL__PLAIN; /* what is written for nobody in particular is held to nobody's rules */
  ql__check_model(&r->front, r->text, by, &r->notes, spec);
  ql__check_keys(&r->front, r->text, by, &r->notes);
  ql__check_name(&r->front, spec, by, &r->notes);
  ql__check_grants(r->arena, &r->front, r->text, by, spec, &r->notes);
  ql__check_length(spec, ql_slice(prose, spec->body_offset, prose.len), by, &r->notes);
  ql__find_placeholders(r->text, &r->front, outline, spec->body_offset, r->place.end, &r->notes);
  take_id(r, dialect);
  if (r->place.open < r->place.end) note_skipped(r, dialect);
  if (r->place.has_front && ql_trim(ql_slice(prose, spec->body_offset, prose.len)).len == 0)
    QL__NOTE(&r->notes, QL__BODY_EMPTY, r->place.open,
             QL_STR("There is nothing below the frontmatter: the agent has no instructions. Write them."));
  return ql__compile_policy(r->arena, outline, &r->notes, spec);
}

ql_status ql__parse(ql_arena *a, ql_str path, ql_str text, ql__reading how, const ql_spec **out, ql__outline *outline, ql_error *err) {
  if (text.len > QL_SPEC_BYTES_MAX) return ql_fail(err, QL_ERR_LIMIT, "larger than QL_SPEC_BYTES_MAX", path);
  ql_spec *spec = ql_arena_get(a, sizeof *spec);
  reader r = {.arena = a, .notes = {.arena = a, .most = how.findings}, .spec = spec};
  if (!spec) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  r.text = ql__clean(a, text, &r.notes);
  if (!r.text.ptr) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  spec->path = ql__clean_path(a, path);
  spec->text = r.text;
  spec->tokens = ql_token_estimate(r.text);
  uint8_t hash[QL_HASH_BYTES];
  ql_sha256(text, hash);
  ql_hex_write(spec->sha256, hash, sizeof hash);
  ql_status status = read_all(&r, how.dialect, outline);
  if (status == QL_OK) ql__notes_finish(&r.notes, r.text);
  if (status != QL_OK || ql_arena_failed(a)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  spec->diagnostics = r.notes.items;
  spec->diagnostic_count = r.notes.count;
  *out = spec;
  return QL_OK;
}

ql_status ql_spec_parse(ql_arena *a, ql_str path, ql_str text, const ql_spec **out, ql_error *err) {
  return ql_spec_parse_as(a, path, text, QL_ABSENT, out, err);
}

ql_status ql_spec_parse_as(ql_arena *a, ql_str path, ql_str text, ql_str dialect, const ql_spec **out, ql_error *err) {
  ql__outline outline = {0};
  ql__reading how = {0};
  ql_status status = ql__dialect_named(dialect, &how.dialect, err);
  return status == QL_OK ? ql__parse(a, path, text, how, out, &outline, err) : status;
}
