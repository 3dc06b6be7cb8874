#include <questline/limits.h>
#include <questline/spec.h>

#include "base/text.h"
#include "format/crypto.h"
#include "format/frontmatter.h"
#include "spec/body.h"
#include "spec/bytes.h"
#include "spec/dialect.h"
#include "spec/fields.h"
#include "spec/parse.h"
#include "spec/tools.h"

typedef struct reader {
  ql_arena *arena;
  ql__notes notes;
  ql_spec *spec;
  ql_str text;       /* of the spec: clean, as long as the file */
  size_t start, end; /* of what is read: all but a code fence around it */
  size_t open;       /* the opening fence */
  ql__block block;   /* the lines of frontmatter */
  bool has_front;
  ql__front front;
  const char *skip; /* why a product that demands frontmatter finds none */
} reader;

/* ---- where the frontmatter is ---- */

static bool is_code_fence(ql_str line) { return ql_starts(line, QL_STR("```")) || ql_starts(line, QL_STR("~~~")); }

/* The whole file in a code fence, as chat programs hand it out. */
static void unwrap(reader *r) {
  ql_str rest = r->text, line = QL_ABSENT;
  size_t first = 0, behind = 0;
  while (ql_next_line(&rest, &line) && ql_trim(line).len == 0) first = r->text.len - rest.len;
  if (!line.ptr || !is_code_fence(line)) return;
  behind = r->text.len - rest.len;
  while (ql_next_line(&rest, &line) && ql_trim(line).len == 0) continue;
  if (!ql_eq(ql_trim(line), QL_STR("---"))) return;
  size_t end = r->text.len;
  while (end > behind && ql_is_space(r->text.ptr[end - 1])) end--;
  size_t last = end;
  while (last > behind && r->text.ptr[last - 1] != '\n' && r->text.ptr[last - 1] != '\r') last--;
  bool closed = is_code_fence(ql_slice(r->text, last, end));
  r->start = behind;
  r->end = closed ? last : r->text.len;
  r->skip = "it starts with a code fence";
  ql_diagnostic *d = QL__NOTE(&r->notes, QL__WRAPPED, first,
                              QL_STR("The whole file stands in a code fence, so its frontmatter is not at the top. Delete the fence."));
  ql_edit edits[] = {{first, behind - first, QL_STR("")}, {last, r->text.len - last, QL_STR("")}};
  ql__note_fix(&r->notes, d, edits, closed ? 2 : 1);
}

/* Where frontmatter that nothing closes ends: at the first line that is no part of a mapping. *mark is set to a line of dashes there. */
static size_t guess_end(ql_str text, size_t from, ql_str *mark) {
  ql_str rest = ql_slice(text, from, text.len), line = QL_ABSENT;
  size_t end = from;
  bool blank = false;
  while (ql_next_line(&rest, &line)) {
    size_t value;
    ql_str words = ql_trim(line), key = ql__key_of_line(line, &value);
    if (words.len == 0) {
      blank = true;
      continue;
    }
    size_t dashes = 0;
    while (dashes < words.len && words.ptr[dashes] == '-') dashes++;
    if (dashes == words.len && dashes >= 3) {
      *mark = line;
      return end;
    }
    bool item = ql_starts(words, QL_STR("- ")), indented = ql_is_space(line.ptr[0]);
    bool belongs = key.ptr ? !blank || ql__key_known(key) : !blank && (item || indented);
    if (!belongs) return end;
    blank = false;
    end = text.len - rest.len;
  }
  return end;
}

static void close_front(reader *r) {
  ql_str mark = QL_ABSENT;
  size_t end = guess_end(ql_slice(r->text, 0, r->end), r->block.start, &mark);
  r->block.end = end;
  r->spec->body_offset = end;
  r->skip = "nothing closes its frontmatter";
  ql_diagnostic *d = QL__NOTE(&r->notes, QL__FENCE_OPEN, r->open,
                              QL_STR("Nothing closes the frontmatter. Put a line of three dashes below its last key."));
  ql_edit edit = {end, 0, QL_STR("---\n")};
  if (mark.ptr) {
    size_t at = (size_t)(mark.ptr - r->text.ptr);
    edit = (ql_edit){at, mark.len, QL_STR("---")};
    r->spec->body_offset = at + mark.len;
  }
  ql__note_fix(&r->notes, d, &edit, 1);
}

static void note_no_front(reader *r) {
  ql_str rest = ql_slice(r->text, r->open, r->end), line = QL_ABSENT;
  while (ql_next_line(&rest, &line) && ql_trim(line).len == 0) continue;
  r->skip = "it has no frontmatter";
  if (!line.ptr || ql_trim(line).len == 0) return;
  size_t at = (size_t)(line.ptr - r->text.ptr);
  if (ql_eq(ql_trim(line), QL_STR("---")) && ql_is_space(line.ptr[0]))
    QL__NOTE(&r->notes, QL__FENCE_INDENTED, at,
             QL_STR("The opening --- is indented, so no tool sees the frontmatter. Delete the blanks before it and its keys."));
  else
    QL__NOTE(
        &r->notes, QL__NO_FRONTMATTER, at,
        QL_STR(
            "No frontmatter: the name comes from the heading or the file. Most tools want a name and a description between lines of ---."));
}

static void find_front(reader *r) {
  ql_frontmatter f = ql_frontmatter_find(ql_slice(r->text, r->start, r->end));
  r->open = r->start + f.open;
  r->block = (ql__block){r->start + f.block, r->start + f.block_end};
  r->spec->body_offset = r->start + f.body;
  switch (f.state) {
  case QL_FENCE_NONE: note_no_front(r); return;
  case QL_FENCE_TOO_LARGE:
    r->skip = "its frontmatter is too large";
    QL__NOTE(&r->notes, QL__FRONTMATTER_LIMIT, r->open,
             QL_STR("The frontmatter is larger than QL_FRONTMATTER_BYTES_MAX and was not read. Move text below it."));
    return;
  case QL_FENCE_OPEN: close_front(r); break;
  case QL_FENCE_CLOSED:
    if (!ql_starts(ql_slice(r->text, r->block.end, r->end), QL_STR("..."))) break;
    ql_diagnostic *d =
        QL__NOTE(&r->notes, QL__FENCE_DOTS, r->block.end, QL_STR("Most tools want three dashes at the end of frontmatter, not dots."));
    ql__note_fix(&r->notes, d, &(ql_edit){r->block.end, 3, QL_STR("---")}, 1);
    break;
  }
  r->has_front = true;
}

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

static void take_id(reader *r, ql__dialect dialect) {
  ql_spec *spec = r->spec;
  const ql__entry *entry = ql__entry_find(&r->front, QL_STR("name"));
  size_t at = entry ? entry->value : r->open;
  ql_str heading = ql__first_heading(spec), stem = spec->path.ptr ? stem_of(spec->path) : QL_ABSENT;
  bool by_path = r->has_front && stem.ptr; /* what has frontmatter but no name in it goes by the name of its file */
  if (!spec->name.ptr && !r->has_front) spec->name = heading;
  ql_str sources[] = {spec->name, by_path ? stem : QL_ABSENT, heading, stem, QL_STR("unnamed")};
  for (size_t i = 0; i < QL_COUNT(sources) && !spec->id.ptr; i++)
    if (sources[i].ptr) spec->id = ql_agent_id(r->arena, sources[i]);
  if (!spec->id.ptr) return;
  if (!spec->name.ptr) {
    if (r->has_front && !named_by_path(dialect))
      QL__NOTE(&r->notes, QL__NAME_MISSING, at, QL_STR("There is no name; the agent is called "), spec->id,
               QL_STR(" here. Add a line \"name:\"."));
    return;
  }
  ql_str own = ql_agent_id(r->arena, spec->name);
  if (!own.ptr)
    QL__NOTE(&r->notes, QL__NAME_UNUSABLE, at, QL_STR("No agent id can be made from the name; the agent is called "), spec->id,
             QL_STR(" here. Use the letters a to z, digits and hyphens."));
  else if (r->has_front && !ql_eq(ql_slice(own, 1, own.len), spec->name))
    QL__NOTE(&r->notes, QL__NAME_CHANGED, at, QL_STR("The agent is addressed as "), own,
             QL_STR(". Use lower-case letters, digits and hyphens in a name."));
}

/* ---- what the file's own product makes of it ---- */

static void note_skipped(reader *r, ql__dialect dialect) {
  const ql_spec *spec = r->spec;
  if (r->has_front && !spec->description.ptr)
    QL__NOTE(&r->notes, QL__DESCRIPTION_MISSING, r->open,
             QL_STR("There is no description: a leader cannot know when to call the agent. Add a line \"description:\"."));
  if (ql__dialect_reads(dialect) != QL__SKIPS) return;
  const char *why = r->skip;
  if (!why && r->front.invalid) why = "its frontmatter is not valid YAML";
  if (!why && !spec->description.ptr) why = "it has no description";
  if (!why && !spec->name.ptr && !named_by_path(dialect)) why = "it has no name";
  if (!why) return;
  size_t len = 0;
  while (why[len]) len++;
  QL__NOTE(&r->notes, QL__SILENT_SKIP, r->open, ql__dialect_product(dialect), QL_STR(" leaves this file out without a word, because "),
           (ql_str){why, len}, QL_STR(". Mend it as the other findings say."));
}

/* ---- the whole ---- */

static ql_status read_all(reader *r, ql__outline *outline) {
  ql_spec *spec = r->spec;
  unwrap(r);
  find_front(r);
  if (r->has_front) {
    ql_status status = ql__read_front(r->arena, r->text, r->block, &r->notes, &r->front);
    if (status != QL_OK) return status;
  }
  ql_str prose = ql_slice(r->text, 0, r->end);
  ql_status status = ql_md_outline(r->arena, prose, spec->body_offset, &outline->blocks, &outline->count, NULL);
  if (status != QL_OK) return status;
  ql__take_fields(r->arena, &r->front, r->text, &r->notes, spec);
  ql__take_sections(r->arena, outline->blocks, outline->count, r->end, spec);
  if (r->has_front)
    ql__take_tools(r->arena, &r->front, r->text, &r->notes, spec);
  else
    ql__take_body_tools(r->arena, outline->blocks, outline->count, r->text, &r->notes, spec);
  ql__dialect dialect = ql__dialect_of(spec, &r->front);
  spec->dialect = ql__dialect_id(dialect);
  ql__check_model(&r->front, r->text, &r->notes, spec);
  take_id(r, dialect);
  if (ql_trim(r->text).len > 0) note_skipped(r, dialect);
  if (r->has_front && ql_trim(ql_slice(prose, spec->body_offset, prose.len)).len == 0)
    QL__NOTE(&r->notes, QL__BODY_EMPTY, r->open,
             QL_STR("There is nothing below the frontmatter: the agent has no instructions. Write them."));
  return QL_OK;
}

ql_status ql__parse(ql_arena *a, ql_str path, ql_str text, const ql_spec **out, ql__outline *outline, ql_error *err) {
  if (text.len > QL_SPEC_BYTES_MAX) return ql_fail(err, QL_ERR_LIMIT, "larger than QL_SPEC_BYTES_MAX", path);
  ql_spec *spec = ql_arena_get(a, sizeof *spec);
  reader r = {.arena = a, .notes = {.arena = a}, .spec = spec};
  if (!spec) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  r.text = ql__clean(a, text, &r.notes);
  if (!r.text.ptr) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  r.end = r.text.len;
  spec->path = ql__clean_path(a, path);
  spec->text = r.text;
  spec->tokens = ql_token_estimate(r.text);
  uint8_t hash[QL_HASH_BYTES];
  ql_sha256(text, hash);
  ql_hex_write(spec->sha256, hash, sizeof hash);
  ql_status status = read_all(&r, outline);
  if (status == QL_OK) ql__notes_finish(&r.notes, r.text);
  if (status != QL_OK || ql_arena_failed(a)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  spec->diagnostics = r.notes.items;
  spec->diagnostic_count = r.notes.count;
  *out = spec;
  return QL_OK;
}

ql_status ql_spec_parse(ql_arena *a, ql_str path, ql_str text, const ql_spec **out, ql_error *err) {
  ql__outline outline = {0};
  return ql__parse(a, path, text, out, &outline, err);
}
