/* Keys and values of frontmatter, as another product writes them. */
#include "base/text.h"
#include "format/yaml_write.h"
#include "spec/accepts.h"
#include "spec/export.h"

static const struct {
  ql__spoken meaning;
  ql__dialect dialect;
  ql_str key;
} SPOKEN_KEYS[] = {
#define SPOKEN(meaning, dialect, key) {QL__SPOKEN_##meaning, QL__##dialect, QL_STR_INIT(key)},
#include "spec/export.def"
};

static const struct {
  ql_str key, value;
} IDLE_KEYS[] = {
#define IDLE(key, value) {QL_STR_INIT(key), QL_STR_INIT(value)},
#include "spec/export.def"
};

static const struct {
  ql__dialect dialect;
  ql_str model;
} MODEL_WORDS[] = {
#define WORD(dialect, model) {QL__##dialect, QL_STR_INIT(model)},
#include "spec/export.def"
};

static const struct {
  ql_str start, provider;
} VENDORS[] = {
#define VENDOR(start, provider) {QL_STR_INIT(start), QL_STR_INIT(provider)},
#include "spec/export.def"
};

typedef struct pair {
  ql_str left, right;
} pair;

static const pair APPROVALS[] = {
#define APPROVAL(claude_code, qwen) {QL_STR_INIT(claude_code), QL_STR_INIT(qwen)},
#include "spec/export.def"
};

static const pair COLORS[] = {
#define COLOR(name, hex) {QL_STR_INIT(name), QL_STR_INIT(hex)},
#include "spec/export.def"
};

ql__spoken ql__spoken_by(ql_str key) {
  for (size_t i = 0; i < QL_COUNT(SPOKEN_KEYS); i++)
    if (ql_eq(SPOKEN_KEYS[i].key, key)) return SPOKEN_KEYS[i].meaning;
  return QL__SPOKEN_NOTHING;
}

ql_str ql__spoken_as(const ql__export *e, ql__spoken meaning) {
  for (size_t i = 0; i < QL_COUNT(SPOKEN_KEYS); i++)
    if (SPOKEN_KEYS[i].meaning == meaning && SPOKEN_KEYS[i].dialect == e->target) return SPOKEN_KEYS[i].key;
  return QL_ABSENT;
}

static void lose_key(ql__export *e, const ql__entry *entry) {
  QL__LOSE(e, entry->key, entry->key_offset, QL_STR("No such key for "), e->whom, QL_STR("; it is left out."));
}

static void lose_value(ql__export *e, const ql__entry *entry) {
  QL__LOSE(e, entry->key, entry->key_offset, QL_STR("No such value for "), e->whom, QL_STR("; the key is left out."));
}

static bool is_idle(const ql__entry *entry) {
  for (size_t i = 0; i < QL_COUNT(IDLE_KEYS); i++)
    if (ql_eq(entry->key, IDLE_KEYS[i].key) && entry->node->kind == QL_YAML_SCALAR && ql_eq(entry->node->text, IDLE_KEYS[i].value))
      return true;
  return false;
}

/* ---- models ---- */

/* 1: the target has this word for a model, 0: another product has, -1: it is no word. */
static int model_word(const ql__export *e, ql_str model) {
  int found = -1;
  for (size_t i = 0; i < QL_COUNT(MODEL_WORDS); i++) {
    if (!ql_eq_nocase(MODEL_WORDS[i].model, model)) continue;
    if (MODEL_WORDS[i].dialect == e->target) return 1;
    found = 0;
  }
  return found;
}

static ql_str provider_of(ql_str id) {
  for (size_t i = 0; i < QL_COUNT(VENDORS); i++)
    if (ql_starts_nocase(id, VENDORS[i].start)) return VENDORS[i].provider;
  return QL_ABSENT;
}

/* Copilot and VS Code name models as their pickers show them. */
static bool has_picker(ql__dialect dialect) { return dialect == QL__COPILOT || dialect == QL__VSCODE; }

/* The model as the target names it; absent when it has no name for it that is known here. */
static ql_str model_for(const ql__export *e, ql_str model) {
  int word = model_word(e, model);
  if (word >= 0) return word ? model : QL_ABSENT;
  if (e->source == e->target || has_picker(e->source) || has_picker(e->target))
    return e->source == e->target || (has_picker(e->source) && has_picker(e->target)) ? model : QL_ABSENT;
  size_t slash = ql_find_byte(model, '/', 0);
  ql_str id = slash == SIZE_MAX ? model : ql_slice(model, slash + 1, model.len), provider = provider_of(id);
  if (e->target == QL__OPENCODE && slash != SIZE_MAX) return model;
  if (!provider.ptr || (slash != SIZE_MAX && !ql_eq(ql_slice(model, 0, slash), provider))) return QL_ABSENT;
  if (e->target == QL__OPENCODE) return ql_arena_concat(e->arena, (ql_str[]){provider, QL_STR("/"), id}, 3);
  if (e->target == QL__CLAUDE_CODE && !ql_eq(provider, QL_STR("anthropic"))) return QL_ABSENT;
  if (e->target == QL__GEMINI && !ql_eq(provider, QL_STR("google"))) return QL_ABSENT;
  return id;
}

static void export_model(ql__export *e, const ql__entry *entry) {
  if (!e->spec->model.ptr) return;
  ql_str model = model_for(e, e->spec->model);
  if (model.ptr) {
    ql_yaml_write_text(&e->out, 0, entry->key, model);
    if (entry->node->kind == QL_YAML_SEQUENCE && entry->node->count > 1)
      QL__LOSE(e, entry->key, entry->key_offset, QL_STR("One model for "), e->whom, QL_STR("; only the first is kept."));
  } else if (!ql_eq_nocase(e->spec->model, QL_STR("inherit"))) {
    QL__LOSE(e, entry->key, entry->key_offset, QL_STR("No name of "), ql__excerpt(e->spec->model), QL_STR(" is known for "), e->whom,
             QL_STR("; it is left out, so the default holds."));
  }
}

/* ---- values that are put in other words ---- */

/* Of "left" products to "right" ones and back. */
static ql_str translate(const pair *pairs, size_t count, ql_str word, bool to_right) {
  for (size_t i = 0; i < count; i++) {
    if (ql_eq_nocase(to_right ? pairs[i].left : pairs[i].right, word)) return to_right ? pairs[i].right : pairs[i].left;
  }
  return QL_ABSENT;
}

static void export_word(ql__export *e, const ql__entry *entry, ql_str key, const pair *pairs, size_t count, bool to_right) {
  ql_str word = entry->node->kind == QL_YAML_SCALAR ? translate(pairs, count, entry->node->text, to_right) : QL_ABSENT;
  if (word.ptr)
    ql_yaml_write_text(&e->out, 0, key, word);
  else if (!is_idle(entry))
    lose_value(e, entry);
}

/* Claude Code lists servers, a name alone or a mapping of one; the others map names to what a server is. */
static void export_servers(ql__export *e, const ql__entry *entry, ql_str key) {
  const ql_yaml_node *node = entry->node;
  bool as_list = e->target == QL__CLAUDE_CODE, any = false;
  if (node->kind == QL_YAML_SCALAR || (node->kind == QL_YAML_SEQUENCE && as_list)) {
    if (as_list)
      ql_yaml_write_tree(&e->out, 0, false, key, node);
    else
      lose_value(e, entry);
    return;
  }
  for (const ql_yaml_node *item = node->first; item; item = item->next) {
    const ql_yaml_node *server = node->kind == QL_YAML_MAPPING ? item : item->kind == QL_YAML_MAPPING ? item->first : NULL;
    if (!server) {
      QL__LOSE(e, entry->key, entry->base + item->offset, QL_STR("What the server is has to stand here for "), e->whom,
               QL_STR("; its name alone is left out."));
      continue;
    }
    if (!any) {
      ql_yaml_write_key(&e->out, 0, key);
      ql_buf_byte(&e->out, '\n');
      any = true;
    }
    ql_yaml_write_tree(&e->out, 2, as_list, server->key->text, server);
  }
}

/* ---- entries ---- */

static void export_renamed(ql__export *e, const ql__entry *entry, ql_str key) {
  if (ql__value_taken(e->target, key, entry->node))
    ql_yaml_write_tree(&e->out, 0, false, key, entry->node);
  else
    lose_value(e, entry);
}

/* A key that may stand under another name in the target. */
static void export_spoken(ql__export *e, const ql__entry *entry, ql__spoken meaning) {
  ql_str key = ql__spoken_as(e, meaning);
  if (!key.ptr) {
    if (!is_idle(entry)) lose_key(e, entry);
    return;
  }
  if (meaning == QL__SPOKEN_SERVERS)
    export_servers(e, entry, key);
  else if (meaning == QL__SPOKEN_APPROVES && !ql_eq(key, entry->key))
    export_word(e, entry, key, APPROVALS, QL_COUNT(APPROVALS), e->target == QL__QWEN);
  else if (meaning == QL__SPOKEN_COLORED && !ql__value_taken(e->target, key, entry->node))
    export_word(e, entry, key, COLORS, QL_COUNT(COLORS), e->target == QL__OPENCODE);
  else
    export_renamed(e, entry, key);
}

/* Which tools a key takes away is said with the tools; here only what is lost of it. */
static void export_denied(ql__export *e, const ql__entry *entry) {
  bool can_say = e->product->tools == QL__TOOLS_SWITCHES || ql__spoken_as(e, QL__SPOKEN_DENIED).ptr;
  bool listed = e->spec->tools_state != QL_TOOLS_ABSENT && e->product->tools != QL__TOOLS_NOWHERE;
  if (!can_say)
    QL__LOSE(e, entry->key, entry->key_offset, QL_STR("No tools can be taken away for "), e->whom,
             listed ? QL_STR("; the list of tools is written without them.") : QL_STR("; the agent may use them."));
  bool partly = false;
  if (ql__spoken_by(entry->key) == QL__SPOKEN_PERMISSION) {
    partly = entry->node->kind != QL_YAML_MAPPING;
    for (const ql_yaml_node *item = entry->node->first; item; item = item->next)
      partly = partly || item->kind != QL_YAML_SCALAR || ql_eq(item->text, QL_STR("ask"));
  }
  if (partly && can_say)
    QL__LOSE(e, entry->key, entry->key_offset, QL_STR("No questions and no patterns for "), e->whom,
             QL_STR("; only what is denied is kept."));
}

static void export_entry(ql__export *e, const ql__entry *entry, bool taken[QL__SPOKEN_NOTHING]) {
  ql__spoken meaning = ql__spoken_by(entry->key);
  bool model = ql_eq(entry->key, QL_STR("model")), spoken = meaning != QL__SPOKEN_NOTHING;
  if (entry->node->kind == QL_YAML_SCALAR && ql_yaml_scalar_type(entry->node) == QL_YAML_NULL) return;
  if (!spoken && !model && !ql__value_taken(e->target, entry->key, entry->node)) {
    if (!is_idle(entry)) lose_key(e, entry);
    return;
  }
  bool again = ql__entry_find(&e->front, entry->key) != entry || (spoken && taken[meaning]);
  if (spoken) taken[meaning] = true;
  if (again)
    QL__LOSE(e, entry->key, entry->key_offset, QL_STR("Said twice; only one of both is kept."));
  else if (model)
    export_model(e, entry);
  else if (meaning == QL__SPOKEN_DENIED || meaning == QL__SPOKEN_PERMISSION)
    export_denied(e, entry);
  else if (spoken)
    export_spoken(e, entry, meaning);
  else
    ql_yaml_write_tree(&e->out, 0, false, entry->key, entry->node);
}

static bool speaks_of_tools(const ql__entry *entry) {
  ql__spoken meaning = ql__spoken_by(entry->key);
  return ql_eq(entry->key, QL_STR("tools")) || meaning == QL__SPOKEN_DENIED || meaning == QL__SPOKEN_PERMISSION;
}

void ql__export_keys(ql__export *e, ql_str name, ql_str description) {
  bool tools = false, taken[QL__SPOKEN_NOTHING] = {false};
  if (name.ptr) ql_yaml_write_text(&e->out, 0, QL_STR("name"), name);
  if (description.ptr) ql_yaml_write_text(&e->out, 0, QL_STR("description"), description);
  for (size_t i = 0; i < e->front.count; i++) {
    const ql__entry *entry = &e->front.entries[i];
    if (!tools && speaks_of_tools(entry)) {
      ql__export_tools(e, entry->key_offset);
      tools = true;
    }
    if (!ql_eq(entry->key, QL_STR("name")) && !ql_eq(entry->key, QL_STR("description")) && !ql_eq(entry->key, QL_STR("tools")))
      export_entry(e, entry, taken);
  }
  if (!tools) ql__export_tools(e, e->spec->tool_count > 0 ? e->spec->tools[0].offset : e->place.open);
}
