#include "spec/fields.h"

#include "base/text.h"

static const ql_str READ[] = {QL_STR_INIT("name"), QL_STR_INIT("description"), QL_STR_INIT("model"), QL_STR_INIT("color"),
                              QL_STR_INIT("tools")};

static const struct {
  ql_str start, instead;
} RETIRED_MODELS[] = {
#define RETIRED(start, instead) {QL_STR_INIT(start), QL_STR_INIT(instead)},
#include "spec/models.def"
};

/* The text of a scalar, absent without one. */
static ql_str text_of(const ql__front *front, ql_str key, ql__notes *notes) {
  const ql__entry *entry = ql__entry_find(front, key);
  if (!entry) return QL_ABSENT;
  const ql_yaml_node *node = entry->node;
  if (node->kind != QL_YAML_SCALAR) {
    QL__NOTE(notes, QL__WRONG_TYPE, entry->key_offset, QL_STR("\""), key,
             QL_STR("\" takes one text, not a list or mapping. Write it on one line, in quotes where it starts with [ or {."));
    return QL_ABSENT;
  }
  if (ql_yaml_scalar_type(node) == QL_YAML_NULL) return QL_ABSENT;
  ql_str text = ql_trim(node->text);
  return text.len > 0 ? text : QL_ABSENT;
}

/* VS Code takes a list of models, the first that can be had counts. */
static ql_str model_of(const ql__front *front, ql__notes *notes) {
  const ql__entry *entry = ql__entry_find(front, QL_STR("model"));
  bool list = entry && entry->node->kind == QL_YAML_SEQUENCE && entry->node->first && entry->node->first->kind == QL_YAML_SCALAR;
  return list ? ql_trim(entry->node->first->text) : text_of(front, QL_STR("model"), notes);
}

static bool is_ascii(ql_str s) {
  for (size_t i = 0; i < s.len; i++)
    if ((unsigned char)s.ptr[i] >= 0x80) return false;
  return true;
}

/* Keys of answers are ASCII; a collection with other keys is kept as the text it is written as. */
static bool has_foreign_key(const ql_yaml_node *node) {
  const ql_yaml_node *stack[QL_FRONTMATTER_DEPTH_MAX];
  size_t depth = 0;
  if (node->kind != QL_YAML_SCALAR) stack[depth++] = node->first;
  while (depth > 0) {
    const ql_yaml_node *child = stack[depth - 1];
    if (!child) {
      depth--;
      continue;
    }
    stack[depth - 1] = child->next;
    if (child->key && !is_ascii(child->key->text)) return true;
    if (child->kind != QL_YAML_SCALAR && depth < QL_FRONTMATTER_DEPTH_MAX) stack[depth++] = child->first;
  }
  return false;
}

/* A key with other characters than ASCII, these written as \u{hex}. */
static ql_str ascii_key(ql_arena *a, ql_str key) {
  if (is_ascii(key)) return key;
  ql_buf out = ql_buf_new(ql_arena_alloc(a));
  uint32_t c;
  for (size_t at = 0; at < key.len && ql_utf8_next(key, &at, &c);) {
    if (c < 0x80) {
      ql_buf_byte(&out, (char)c);
      continue;
    }
    ql_buf_add(&out, QL_STR("\\u{"));
    for (int shift = 20; shift >= 0; shift -= 4)
      if (c >> shift || shift == 0) ql_buf_byte(&out, "0123456789abcdef"[(c >> shift) & 15u]);
    ql_buf_byte(&out, '}');
  }
  ql_str text = out.failed ? QL_ABSENT : ql_arena_str(a, ql_buf_str(&out));
  if (out.failed) (void)ql_arena_get(a, SIZE_MAX);
  ql_buf_free(&out);
  return text;
}

/* What a field of the spec does not say in full. */
static bool is_extra(const ql__entry *entry) {
  for (size_t i = 0; i < QL_COUNT(READ); i++) {
    if (!ql_eq(entry->key, READ[i])) continue;
    bool tools = ql_eq(entry->key, QL_STR("tools"));
    return tools ? entry->node->kind == QL_YAML_MAPPING : entry->node->kind != QL_YAML_SCALAR;
  }
  return true;
}

static void take_extra(ql_arena *a, const ql__front *front, ql_str text, ql_spec *spec) {
  spec->extra = ql_object(a);
  for (size_t i = 0; i < front->count; i++) {
    const ql__entry *entry = &front->entries[i];
    if (!is_extra(entry)) continue;
    bool foreign = has_foreign_key(entry->node);
    ql_value *value = foreign ? ql_string(a, ql_slice(text, entry->value, entry->value_end)) : ql_yaml_value(a, entry->node);
    ql_set(spec->extra, ascii_key(a, entry->key), value);
  }
}

/* " #" starts a comment in a plain value. In a description it is hardly meant. */
static void note_cut(const ql__front *front, ql_str text, ql__notes *notes) {
  const ql__entry *entry = ql__entry_find(front, QL_STR("description"));
  if (!entry || entry->node->kind != QL_YAML_SCALAR || entry->node->style != QL_YAML_PLAIN || entry->value_end == entry->value) return;
  ql_str rest = ql_slice(text, entry->value_end, text.len), line = QL_ABSENT;
  if (!ql_next_line(&rest, &line) || line.len < 2 || !ql_is_space(line.ptr[0]) || ql_trim(line).len == 0 || ql_trim(line).ptr[0] != '#')
    return;
  QL__NOTE(notes, QL__COMMENT_CUT, entry->value_end, QL_STR("YAML takes \""), ql__excerpt(line),
           QL_STR("\" for a comment and leaves it out. Put the description in double quotes if it belongs to it."));
}

void ql__take_fields(ql_arena *a, const ql__front *front, ql_str text, ql__notes *notes, ql_spec *spec) {
  spec->name = text_of(front, QL_STR("name"), notes);
  spec->description = text_of(front, QL_STR("description"), notes);
  spec->model = model_of(front, notes);
  spec->color = text_of(front, QL_STR("color"), notes);
  take_extra(a, front, text, spec);
  note_cut(front, text, notes);
}

void ql__check_model(const ql__front *front, ql_str text, ql__dialect dialect, ql__notes *notes, const ql_spec *spec) {
  const ql__entry *entry = ql__entry_find(front, QL_STR("model"));
  if (!entry || !spec->model.ptr) return;
  ql_str model = spec->model;
  for (size_t slash; (slash = ql_find_byte(model, '/', 0)) != SIZE_MAX;) model = ql_slice(model, slash + 1, model.len);
  size_t best = SIZE_MAX;
  for (size_t i = 0; i < QL_COUNT(RETIRED_MODELS); i++) {
    ql_str start = RETIRED_MODELS[i].start;
    bool fits = ql_starts_nocase(model, start) && (model.len == start.len || !ql_is_alnum(model.ptr[start.len]));
    if (fits && (best == SIZE_MAX || start.len > RETIRED_MODELS[best].start.len)) best = i;
  }
  if (best == SIZE_MAX) return;
  ql_str instead = RETIRED_MODELS[best].instead;
  bool alias = ql_find_byte(instead, '-', 0) == SIZE_MAX;
  bool taken = !alias || dialect == QL__CLAUDE_CODE || dialect == QL__ACOLYTES || dialect == QL__PLAIN;
  ql_str say = taken ? QL_STR("Write \"") : QL_STR("Name one that "), with = taken ? instead : ql__dialect_product(dialect);
  size_t at = ql_find(ql_slice(text, entry->value, entry->value_end), spec->model, 0);
  ql_diagnostic *d =
      QL__NOTE(notes, QL__MODEL_RETIRED, at == SIZE_MAX ? entry->value : entry->value + at, QL_STR("The model \""),
               ql__excerpt(spec->model), QL_STR("\" is no longer served. "), say, with, taken ? QL_STR("\" instead.") : QL_STR(" offers."));
  if (taken && at != SIZE_MAX && model.len == spec->model.len) ql__note_fix(notes, d, &(ql_edit){entry->value + at, model.len, instead}, 1);
}
