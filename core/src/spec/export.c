/* An agent file for another product: where it stands, what it is called, frontmatter or heading, and the prose as it is. */
#include "spec/export.h"

#include <string.h>

#include "base/text.h"
#include "format/yaml_write.h"
#include "spec/accepts.h"
#include "spec/body.h"
#include "spec/bytes.h"

static const ql__product PRODUCTS[] = {
#define WRITES(dialect, folder, ending, name, tools, servers, described)                                                                   \
  {QL_STR_INIT(folder), QL_STR_INIT(ending), QL__NAME_##name, QL__TOOLS_##tools, QL__SERVERS_##servers, described},
#include "spec/export.def"
};

void ql__lose(ql__export *e, ql_str field, size_t offset, const ql_str *pieces, size_t count) {
  ql_loss *losses = ql_arena_grow(e->arena, e->losses, e->loss_count, &e->loss_cap, sizeof *losses);
  if (!losses) return;
  e->losses = losses;
  losses[e->loss_count++] = (ql_loss){field, offset, 0, ql_arena_concat(e->arena, pieces, count)};
}

/* They come nearly in order. Lines are counted as ql_position counts them. */
static void finish_losses(ql__export *e) {
  for (size_t i = 1; i < e->loss_count; i++) {
    ql_loss loss = e->losses[i];
    size_t at = i;
    for (; at > 0 && e->losses[at - 1].offset > loss.offset; at--) e->losses[at] = e->losses[at - 1];
    e->losses[at] = loss;
  }
  ql_str text = e->spec->text;
  size_t at = 0;
  uint32_t line = 1;
  for (size_t i = 0; i < e->loss_count; i++) {
    for (; at < e->losses[i].offset && at < text.len; at++)
      line += text.ptr[at] == '\n' || (text.ptr[at] == '\r' && !(at + 1 < text.len && text.ptr[at + 1] == '\n'));
    e->losses[i].line = line;
  }
}

/* ---- names ---- */

/* The id without its @, in letters that the target takes in names. */
static ql_str plain_name(ql__export *e) {
  ql_str id = ql_slice(e->spec->id, 1, e->spec->id.len);
  while (id.len > 0 && !ql_is_alnum(id.ptr[0])) id = ql_slice(id, 1, id.len);
  if (id.len == 0) return QL_STR("agent");
  if (ql__name_taken(e->target, id)) return id;
  char *name = ql_arena_get(e->arena, id.len);
  if (!name) return QL_ABSENT;
  for (size_t i = 0; i < id.len; i++) name[i] = ql_is_alnum(id.ptr[i]) || id.ptr[i] == '_' ? id.ptr[i] : '-';
  return (ql_str){name, id.len};
}

static void lose_name(ql__export *e, ql_str name) {
  const ql_spec *spec = e->spec;
  ql_str id = ql_slice(spec->id, 1, spec->id.len);
  if (ql_eq(spec->name.ptr ? spec->name : id, name)) return;
  const ql__entry *entry = ql__entry_find(&e->front, QL_STR("name"));
  QL__LOSE(e, QL_STR("name"), entry ? entry->key_offset : e->place.open, QL_STR("The agent is called \""), name, QL_STR("\" for "), e->whom,
           QL_STR("."));
}

static bool is_one_line(ql_str s) {
  for (size_t i = 0; i < s.len; i++)
    if ((unsigned char)s.ptr[i] < 0x20) return false;
  return true;
}

/* ---- with frontmatter ---- */

/* Products that want a description get what the prose says first. */
static ql_str description_for(ql__export *e) {
  if (e->spec->description.ptr || !e->product->described) return e->spec->description;
  const ql_md_block *blocks = NULL;
  size_t count = 0;
  ql_str prose = ql_slice(e->spec->text, 0, e->place.end);
  if (ql_md_outline(e->arena, prose, e->spec->body_offset, &blocks, &count, NULL) != QL_OK) return QL_ABSENT;
  ql_str sentence = ql__opening_sentence(blocks, count);
  if (!sentence.ptr)
    sentence = ql_arena_concat(e->arena, (ql_str[]){QL_STR("The agent "), ql_slice(e->spec->id, 1, e->spec->id.len), QL_STR(".")}, 3);
  QL__LOSE(e, QL_STR("description"), e->place.open, QL_STR("A description is wanted for "), e->whom,
           QL_STR("; the one written here should be looked at."));
  return sentence;
}

static void write_front(ql__export *e, ql_str plain) {
  ql_str name = plain;
  if (e->product->name == QL__NAME_FREELY) name = e->spec->name;
  if (e->product->name == QL__NAME_IN_PATH) name = QL_ABSENT;
  if (e->product->name != QL__NAME_FREELY) lose_name(e, plain);
  ql_str description = description_for(e);
  ql_buf_add(&e->out, QL_STR("---\n"));
  size_t empty = e->out.len;
  ql__export_keys(e, name, description);
  if (e->out.len == empty) ql_yaml_write_text(&e->out, 0, QL_STR("name"), plain);
  /* Without a word on it OpenCode would offer the agent to people as well. */
  bool said = ql__entry_find(&e->front, QL_STR("mode")) != NULL;
  if (e->target == QL__OPENCODE && !said && e->source != QL__PLAIN && e->source != QL__COPILOT && e->source != QL__VSCODE)
    ql_buf_add(&e->out, QL_STR("mode: subagent\n"));
  ql_buf_add(&e->out, QL_STR("---\n"));
}

/* ---- without ---- */

/* Words as the text of a heading or a paragraph: what Markdown would read is escaped. */
static void write_words(ql_buf *out, ql_str words) {
  for (size_t i = 0; i < words.len; i++) {
    char c = words.ptr[i];
    bool inside = i > 0 && i + 1 < words.len && ql_is_alnum(words.ptr[i - 1]) && ql_is_alnum(words.ptr[i + 1]);
    if (ql_find_byte(QL_STR("\\`*[]<>&#~|"), c, 0) != SIZE_MAX || (c == '_' && !inside)) ql_buf_byte(out, '\\');
    ql_buf_byte(out, c);
  }
}

/* The prose begins with a heading that names the agent. */
static bool names_itself(const ql__export *e, ql_str prose) {
  const ql_spec *spec = e->spec;
  if (spec->section_count == 0 || !ql_eq(ql__first_heading(spec), spec->sections[0].title)) return false;
  size_t start = spec->body_offset;
  while (start < spec->body_offset + prose.len && ql_is_space(spec->text.ptr[start])) start++;
  return spec->sections[0].offset <= start && ql_eq(ql_agent_id(e->arena, spec->sections[0].title), spec->id);
}

static void write_intro(ql__export *e, ql_str prose) {
  const ql_spec *spec = e->spec;
  bool named = names_itself(e, prose), apart = prose.len > 0 && (prose.ptr[0] == '\n' || prose.ptr[0] == '\r');
  if (!named) {
    bool fits = spec->name.ptr && is_one_line(spec->name) && ql_eq(ql_agent_id(e->arena, spec->name), spec->id);
    ql_str name = fits ? spec->name : ql_slice(spec->id, 1, spec->id.len);
    lose_name(e, name);
    ql_buf_add(&e->out, QL_STR("# "));
    write_words(&e->out, name);
    ql_buf_add(&e->out, apart && !spec->description.ptr ? QL_STR("\n") : QL_STR("\n\n"));
  }
  if (spec->description.ptr) {
    const ql__entry *entry = ql__entry_find(&e->front, QL_STR("description"));
    QL__LOSE(e, QL_STR("description"), entry ? entry->key_offset : e->place.open, QL_STR("No descriptions for "), e->whom,
             QL_STR("; it is the first paragraph."));
    write_words(&e->out, spec->description);
    ql_buf_add(&e->out, apart ? QL_STR("\n") : QL_STR("\n\n"));
  }
  const ql__entry *tools = ql__entry_find(&e->front, QL_STR("tools"));
  if (tools || spec->tools_from == QL_TOOLS_FROM_FRONTMATTER) ql__export_tools(e, tools ? tools->key_offset : spec->tools[0].offset);
  for (size_t i = 0; i < e->front.count; i++) {
    const ql__entry *entry = &e->front.entries[i];
    if (ql_eq(entry->key, QL_STR("name")) || ql_eq(entry->key, QL_STR("description")) || ql_eq(entry->key, QL_STR("tools"))) continue;
    QL__LOSE(e, entry->key, entry->key_offset, QL_STR("No frontmatter for "), e->whom, QL_STR("; the key is left out."));
  }
}

/* ---- the whole ---- */

static void lose_length(ql__export *e, ql_str prose) {
  ql__notes notes = {.arena = e->arena};
  ql__check_length(e->spec, prose, e->target, &notes);
  if (notes.count > 0) QL__LOSE(e, QL_STR("body"), e->spec->body_offset, notes.items[0].message);
}

/* Line ends as the file has them. */
static void add_lines(ql_buf *out, ql_str lines, bool crlf) {
  for (size_t from = 0; from < lines.len;) {
    size_t end = crlf ? ql_find_byte(lines, '\n', from) : SIZE_MAX;
    ql_buf_add(out, ql_slice(lines, from, end));
    if (end == SIZE_MAX) return;
    ql_buf_add(out, QL_STR("\r\n"));
    from = end + 1;
  }
}

static bool ends_with_crlf(ql_str text) {
  size_t end = ql_find_byte(text, '\n', 0);
  return end != SIZE_MAX && end > 0 && text.ptr[end - 1] == '\r';
}

static ql_status write_all(ql__export *e, ql_str file, ql_export *out) {
  ql_str prose = ql_slice(file, e->spec->body_offset, e->place.end), plain = plain_name(e);
  if (ql_starts(prose, QL_STR("\xEF\xBB\xBF"))) prose = ql_slice(prose, 3, prose.len);
  bool heading = e->product->name == QL__NAME_IN_HEADING, crlf = ends_with_crlf(file);
  if (heading)
    write_intro(e, prose);
  else
    write_front(e, plain);
  lose_length(e, prose);
  ql_buf all = ql_buf_new(ql_arena_alloc(e->arena));
  add_lines(&all, ql_buf_str(&e->out), crlf);
  bool apart = !heading && !e->place.has_front && prose.len > 0 && !ql_is_space(prose.ptr[0]);
  if (apart) add_lines(&all, QL_STR("\n"), crlf);
  ql_buf_add(&all, prose);
  out->text = ql_buf_take(&all, e->arena);
  if (e->out.failed) return QL_ERR_NOMEM;
  bool fixed = e->product->ending.len == 0;
  out->path = fixed ? e->product->folder : ql_arena_concat(e->arena, (ql_str[]){e->product->folder, plain, e->product->ending}, 3);
  return QL_OK;
}

static ql__dialect as_product(ql__dialect dialect) { return dialect == QL__ACOLYTES ? QL__CLAUDE_CODE : dialect; }

ql_status ql_spec_export(ql_arena *a, const ql_spec *spec, ql_str file, ql_str dialect, ql_export *out, ql_error *err) {
  ql__dialect target = QL__DIALECT_COUNT, source = QL__DIALECT_COUNT;
  ql_status status = ql__dialect_named(dialect.ptr ? dialect : QL_STR(""), &target, err);
  if (status != QL_OK) return status;
  if (file.len != spec->text.len) return ql_fail(err, QL_ERR_ARGUMENT, "the bytes are not those that the spec was read from", spec->path);
  status = ql__dialect_named((ql_str){spec->dialect, strlen(spec->dialect)}, &source, err);
  if (status != QL_OK) return status;
  ql__notes notes = {.arena = a};
  ql__export e = {.arena = a, .spec = spec, .source = as_product(source), .target = as_product(target), .product = &PRODUCTS[target]};
  e.whom = target == QL__PLAIN ? QL_STR("plain files") : ql__dialect_product(target);
  e.place = ql__locate(a, spec->text, &notes);
  e.out = ql_buf_new(ql_arena_alloc(a));
  if (e.place.has_front) status = ql__read_front(a, spec->text, e.place.block, &notes, &e.front);
  if (status == QL_OK) ql__export_collect_denied(&e);
  ql_export written = {.text = file};
  if (status == QL_OK) status = write_all(&e, file, &written);
  if (status == QL_OK && target == source) {
    written.text = ql_arena_str(a, file.ptr ? file : QL_STR(""));
    e.loss_count = 0;
  }
  ql_buf_free(&e.out);
  if (status != QL_OK || ql_arena_failed(a)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  finish_losses(&e);
  written.losses = e.losses;
  written.loss_count = e.loss_count;
  *out = written;
  return QL_OK;
}

ql_value *ql_export_value(ql_arena *a, const ql_export *export_) {
  ql_value *value = ql_object(a), *losses = QL_SET(value, "losses", ql_array(a));
  for (size_t i = 0; i < export_->loss_count; i++) {
    const ql_loss *loss = &export_->losses[i];
    ql_value *item = ql_push(losses, ql_object(a));
    QL_SET(item, "field", ql_string(a, loss->field));
    QL_SET(item, "line", ql_int(a, loss->line));
    QL_SET(item, "message", ql_string(a, loss->message));
    QL_SET(item, "offset", ql_int(a, (int64_t)loss->offset));
  }
  QL_SET(value, "path", ql_string(a, export_->path));
  QL_SET(value, "text", ql_string(a, ql__clean_path(a, export_->text)));
  return ql_arena_failed(a) ? NULL : value;
}
