#include "spec/accepts.h"

#include "base/text.h"

#define CLOSE 2u /* edits between a word and the one it may be meant for, and less than a quarter of its letters */

typedef enum unread { REFUSED, IGNORED, MOVED } unread;
typedef enum takes { ANY, TEXT, TOOLS, WHOLE, NUMBER, BOOLEAN, LIST, MAP } takes;
typedef enum unit { CHARACTERS, BYTES } unit;

static const struct {
  ql__dialect dialect;
  unread unread;
} POLICIES[] = {
#define KEYS(dialect, unknown) {QL__##dialect, unknown},
#include "spec/accepts.def"
};

typedef struct accepted {
  ql__dialect dialect;
  takes kind;
  ql_str key, values;
} accepted;

static const accepted ACCEPTED[] = {
#define ACCEPTS(dialect, key, kind, values) {QL__##dialect, kind, QL_STR_INIT(key), QL_STR_INIT(values)},
#include "spec/accepts.def"
};

static const struct {
  ql__dialect dialect;
  ql_str key, now;
} RENAMES[] = {
#define RENAMED(dialect, key, now) {QL__##dialect, QL_STR_INIT(key), QL_STR_INIT(now)},
#include "spec/accepts.def"
};

static const struct {
  ql__dialect dialect;
  ql_str also, never, first;
} NAMES[] = {
#define NAME(dialect, also, never, first) {QL__##dialect, QL_STR_INIT(also), QL_STR_INIT(never), QL_STR_INIT(first)},
#include "spec/accepts.def"
};

static const struct {
  ql__dialect dialect;
  unit unit;
  size_t most;
} LENGTHS[] = {
#define LENGTH(dialect, unit, most) {QL__##dialect, unit, most},
#include "spec/accepts.def"
};

/* Words that people write for keys, whatever the product. */
static const struct {
  ql_str key, meant;
} MISSPELLED[] = {
    {QL_STR_INIT("allowed-tools"), QL_STR_INIT("tools")}, {QL_STR_INIT("allowedTools"), QL_STR_INIT("tools")},
    {QL_STR_INIT("allowed_tools"), QL_STR_INIT("tools")}, {QL_STR_INIT("tool"), QL_STR_INIT("tools")},
    {QL_STR_INIT("colour"), QL_STR_INIT("color")},        {QL_STR_INIT("desc"), QL_STR_INIT("description")},
    {QL_STR_INIT("summary"), QL_STR_INIT("description")}, {QL_STR_INIT("models"), QL_STR_INIT("model")},
};

/* Read of every file, whatever the product. */
static const ql_str READ[] = {QL_STR_INIT("name"), QL_STR_INIT("description"), QL_STR_INIT("model"), QL_STR_INIT("color"),
                              QL_STR_INIT("tools")};

typedef struct checker {
  const ql__front *front;
  ql_str text, product;
  ql__notes *notes;
  ql__dialect dialect;
  bool listed; /* its keys are known */
  unread unread;
} checker;

/* ---- which key is meant ---- */

static const accepted *find_accepted(const checker *c, ql_str key) {
  for (size_t i = 0; i < QL_COUNT(ACCEPTED); i++)
    if (ACCEPTED[i].dialect == c->dialect && ql_eq(ACCEPTED[i].key, key)) return &ACCEPTED[i];
  return NULL;
}

/* The same letters, however they are joined: max_turns, maxTurns. */
static bool same_letters(ql_str a, ql_str b) {
  size_t i = 0, k = 0;
  for (;;) {
    while (i < a.len && !ql_is_alnum(a.ptr[i])) i++;
    while (k < b.len && !ql_is_alnum(b.ptr[k])) k++;
    if (i == a.len || k == b.len) return i == a.len && k == b.len;
    if (ql_to_lower(a.ptr[i++]) != ql_to_lower(b.ptr[k++])) return false;
  }
}

/* How far a key is from one it may be meant for; SIZE_MAX when it is not. What other products or collections read is meant as it is. */
static size_t apart(ql_str key, bool known, ql_str other) {
  if (same_letters(key, other)) return 0;
  size_t distance = known ? SIZE_MAX : ql_edit_distance(key, other);
  return distance <= CLOSE && distance * 4 < other.len ? distance : SIZE_MAX;
}

static ql_str meant_key(const checker *c, ql_str key) {
  bool known = ql__key_used(key);
  ql_str meant = QL_ABSENT;
  size_t best = SIZE_MAX;
  for (size_t i = 0; i < QL_COUNT(MISSPELLED); i++)
    if (ql_eq_nocase(key, MISSPELLED[i].key)) meant = MISSPELLED[i].meant;
  for (size_t i = 0; !meant.ptr && i < QL_COUNT(READ); i++) {
    size_t distance = apart(key, known, READ[i]);
    if (distance < best) {
      best = distance;
      meant = READ[i];
    }
  }
  for (size_t i = 0; !meant.ptr && i < QL_COUNT(ACCEPTED); i++) {
    size_t distance = ACCEPTED[i].dialect == c->dialect ? apart(key, known, ACCEPTED[i].key) : SIZE_MAX;
    if (distance < best) {
      best = distance;
      meant = ACCEPTED[i].key;
    }
  }
  if (!meant.ptr || ql_eq(key, meant) || ql__entry_find(c->front, meant)) return QL_ABSENT;
  return c->listed && !find_accepted(c, meant) ? QL_ABSENT : meant;
}

static void fix_key(const checker *c, ql_diagnostic *d, const ql__entry *entry, ql_str meant) {
  if (meant.len > 0 && ql_starts(ql_slice(c->text, entry->key_offset, c->text.len), entry->key))
    ql__note_fix(c->notes, d, &(ql_edit){entry->key_offset, entry->key.len, meant}, 1);
}

static void note_unlisted(const checker *c, const ql__entry *entry) {
  ql_str key = ql__excerpt(entry->key), meant = meant_key(c, entry->key);
  ql_diagnostic *d = NULL;
  if (c->listed && c->unread == REFUSED)
    d = QL__NOTE(c->notes, QL__REFUSED_KEY, entry->key_offset, c->product, QL_STR(" knows no key \""), key,
                 QL_STR("\" and refuses the whole file for it."), meant.ptr ? QL_STR(" Did you mean \"") : QL_STR(" Delete it."), meant,
                 meant.ptr ? QL_STR("\"?") : QL_STR(""));
  else if (meant.ptr)
    d = QL__NOTE(c->notes, QL__MISSPELLED_KEY, entry->key_offset, QL_STR("The key \""), key, QL_STR("\" is not read. Did you mean \""),
                 meant, QL_STR("\"? Rename it."));
  else if (c->listed && c->unread == MOVED)
    QL__NOTE(c->notes, QL__MOVED_KEY, entry->key_offset, c->product, QL_STR(" hands \""), key,
             QL_STR("\" to the model as an option. Delete it if it is meant for people."));
  else if (c->listed && !ql__key_used(entry->key))
    QL__NOTE(c->notes, QL__UNKNOWN_KEY, entry->key_offset, c->product, QL_STR(" does not read the key \""), key,
             QL_STR("\". Delete it, or leave it for people."));
  fix_key(c, d, entry, meant);
}

static void note_renamed(const checker *c, const ql__entry *entry) {
  for (size_t i = 0; i < QL_COUNT(RENAMES); i++) {
    if (RENAMES[i].dialect != c->dialect || !ql_eq(RENAMES[i].key, entry->key)) continue;
    bool instead = RENAMES[i].now.len > 0;
    ql_diagnostic *d = QL__NOTE(c->notes, QL__RETIRED_KEY, entry->key_offset, c->product, QL_STR(" gives up the key \""), entry->key,
                                QL_STR("\". "), instead ? QL_STR("Write \"") : QL_STR("See its documentation for what to write"),
                                RENAMES[i].now, instead ? QL_STR("\" instead.") : QL_STR(" instead."));
    if (!ql__entry_find(c->front, RENAMES[i].now)) fix_key(c, d, entry, RENAMES[i].now);
  }
}

/* ---- values ---- */

static bool is_kind(const ql_yaml_node *node, takes kind) {
  ql_yaml_type type = ql_yaml_scalar_type(node);
  bool scalar = node->kind == QL_YAML_SCALAR;
  switch (kind) {
  case ANY:
  case TOOLS: return true;
  case TEXT: return scalar;
  case WHOLE: return scalar && type == QL_YAML_INT;
  case NUMBER: return scalar && (type == QL_YAML_INT || type == QL_YAML_FLOAT);
  case BOOLEAN: return scalar && type == QL_YAML_BOOL;
  case LIST: return node->kind == QL_YAML_SEQUENCE;
  case MAP: return node->kind == QL_YAML_MAPPING;
  }
  return true;
}

static ql_str kind_words(takes kind) {
  switch (kind) {
  case WHOLE: return QL_STR("a whole number");
  case NUMBER: return QL_STR("a number");
  case BOOLEAN: return QL_STR("true or false");
  case LIST: return QL_STR("a list");
  case MAP: return QL_STR("a mapping");
  case ANY:
  case TOOLS:
  case TEXT: break;
  }
  return QL_STR("one text");
}

static bool one_of(ql_str word, const ql_str *words, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (ql_eq_nocase(word, words[i])) return true;
  return false;
}

/* What a text of another kind is meant to be; absent when it cannot be told. */
static ql_str meant_value(const ql_yaml_node *node, takes kind) {
  static const ql_str yes[] = {QL_STR_INIT("true"), QL_STR_INIT("yes"), QL_STR_INIT("on")},
                      no[] = {QL_STR_INIT("false"), QL_STR_INIT("no"), QL_STR_INIT("off")};
  if (node->kind != QL_YAML_SCALAR) return QL_ABSENT;
  ql_yaml_node plain = {.kind = QL_YAML_SCALAR, .style = QL_YAML_PLAIN, .text = ql_trim(node->text)};
  if ((kind == WHOLE || kind == NUMBER) && is_kind(&plain, kind)) return plain.text;
  if (kind == BOOLEAN && one_of(plain.text, yes, QL_COUNT(yes))) return yes[0];
  if (kind == BOOLEAN && one_of(plain.text, no, QL_COUNT(no))) return no[0];
  return QL_ABSENT;
}

static void fix_value(const checker *c, ql_diagnostic *d, const ql__entry *entry, ql_str meant) {
  if (meant.ptr) ql__note_fix(c->notes, d, &(ql_edit){entry->value, entry->value_end - entry->value, meant}, 1);
}

/* "a, b" as [a, b], where no item needs quotes. */
static void fix_list(const checker *c, ql_diagnostic *d, const ql__entry *entry) {
  ql_str written = ql_slice(c->text, entry->value, entry->value_end);
  for (size_t i = 0; i < written.len; i++)
    if (!ql_is_alnum(written.ptr[i]) && ql_find_byte(QL_STR("_-, "), written.ptr[i], 0) == SIZE_MAX) return;
  ql_edit edits[] = {{entry->value, 0, QL_STR("[")}, {entry->value_end, 0, QL_STR("]")}};
  if (written.len > 0) ql__note_fix(c->notes, d, edits, 2);
}

static void note_kind(const checker *c, const ql__entry *entry, takes kind) {
  /* The fields that every product has are checked where they are read. */
  if (kind == TEXT && one_of(entry->key, READ, QL_COUNT(READ))) return;
  bool refused = c->unread == REFUSED;
  ql_diagnostic *d = QL__NOTE(c->notes, refused ? QL__REFUSED_VALUE : QL__WRONG_TYPE, entry->key_offset, c->product, QL_STR(" takes "),
                              kind_words(kind), QL_STR(" for \""), entry->key,
                              refused ? QL_STR("\" and refuses the whole file for anything else.") : QL_STR("\". Write one."));
  fix_value(c, d, entry, meant_value(entry->node, kind));
  if (ql_eq(entry->key, QL_STR("tools")) && kind == LIST && entry->node->kind == QL_YAML_SCALAR) fix_list(c, d, entry);
}

static bool is_colour(ql_str word) {
  size_t i = 1;
  while (i < word.len && (ql_is_digit(word.ptr[i]) || (ql_to_lower(word.ptr[i]) >= 'a' && ql_to_lower(word.ptr[i]) <= 'f'))) i++;
  return word.len == 7 && word.ptr[0] == '#' && i == word.len;
}

static bool next_word(ql_str *rest, ql_str *word) {
  if (rest->len == 0) return false;
  size_t blank = ql_find_byte(*rest, ' ', 0);
  *word = ql_slice(*rest, 0, blank);
  *rest = blank == SIZE_MAX ? QL_STR("") : ql_slice(*rest, blank + 1, rest->len);
  return true;
}

/* Whether a value is one of those listed; if not, *closest is the one it may be meant for, or absent. */
static bool is_listed(ql_str value, ql_str values, ql_str *closest) {
  size_t best = SIZE_MAX;
  *closest = QL_ABSENT;
  for (ql_str word; next_word(&values, &word);) {
    if (ql_eq(word, value) || (ql_eq(word, QL_STR("#")) && is_colour(value))) return true;
    size_t distance = apart(value, false, word);
    if (distance >= best) continue;
    best = distance;
    *closest = word;
  }
  return false;
}

static void check_value(const checker *c, const ql__entry *entry, ql_str values) {
  ql_str value = ql_trim(entry->node->text), closest;
  if (values.len == 0 || entry->node->kind != QL_YAML_SCALAR || value.len == 0 || is_listed(value, values, &closest)) return;
  bool colour = ql_eq(entry->key, QL_STR("color"));
  ql__code code = c->unread == REFUSED ? QL__REFUSED_VALUE : colour ? QL__UNKNOWN_COLOR : QL__UNKNOWN_VALUE;
  bool hex = ql_starts(values, QL_STR("# "));
  ql_diagnostic *d = QL__NOTE(c->notes, code, entry->value, c->product, QL_STR(" knows no \""), ql__excerpt(value), QL_STR("\" for \""),
                              entry->key, QL_STR("\". Write "), hex ? QL_STR("#RRGGBB or ") : QL_STR(""), QL_STR("one of: "),
                              ql_slice(values, hex ? 2 : 0, values.len), QL_STR("."));
  fix_value(c, d, entry, closest);
}

static void check_entry(const checker *c, const ql__entry *entry) {
  const accepted *found = find_accepted(c, entry->key);
  if (!found) {
    note_unlisted(c, entry);
    return;
  }
  note_renamed(c, entry);
  if (entry->node->kind == QL_YAML_SCALAR && ql_yaml_scalar_type(entry->node) == QL_YAML_NULL) return;
  if (entry->base == entry->value) return; /* no YAML: what it is has been said */
  if (is_kind(entry->node, found->kind))
    check_value(c, entry, found->values);
  else
    note_kind(c, entry, found->kind);
}

void ql__check_keys(const ql__front *front, ql_str text, ql__dialect dialect, ql__notes *notes) {
  checker c = {.front = front, .text = text, .product = ql__dialect_product(dialect), .notes = notes, .dialect = dialect};
  for (size_t i = 0; i < QL_COUNT(POLICIES); i++) {
    if (POLICIES[i].dialect != dialect) continue;
    c.listed = true;
    c.unread = POLICIES[i].unread;
  }
  for (size_t i = 0; i < front->count; i++) check_entry(&c, &front->entries[i]);
}

bool ql__value_taken(ql__dialect dialect, ql_str key, const ql_yaml_node *value) {
  const accepted *found = find_accepted(&(checker){.dialect = dialect}, key);
  ql_str closest;
  if (!found || !is_kind(value, found->kind)) return false;
  return found->values.len == 0 || value->kind != QL_YAML_SCALAR || is_listed(ql_trim(value->text), found->values, &closest);
}

/* ---- names ---- */

static bool is_taken(ql_str name, ql_str also, ql_str never, ql_str first) {
  if (name.len > 0 && ql_find_byte(first, name.ptr[0], 0) != SIZE_MAX) return false;
  for (size_t i = 0; i < name.len; i++) {
    char c = name.ptr[i];
    bool plain = (c >= 'a' && c <= 'z') || ql_is_digit(c);
    if (ql_find_byte(never, c, 0) != SIZE_MAX) return false;
    if (also.len > 0 && !plain && ql_find_byte(also, c, 0) == SIZE_MAX) return false;
  }
  return true;
}

bool ql__name_taken(ql__dialect dialect, ql_str name) {
  for (size_t i = 0; i < QL_COUNT(NAMES); i++)
    if (NAMES[i].dialect == dialect && !is_taken(name, NAMES[i].also, NAMES[i].never, NAMES[i].first)) return false;
  return true;
}

/* The id as a name that every product takes: without the @, with hyphens for dots. Absent when nothing is left. */
static ql_str plain_name(ql_arena *a, ql_str id) {
  ql_buf out = ql_buf_new(ql_arena_alloc(a));
  for (size_t i = 1; i < id.len; i++)
    if (out.len > 0 || ql_is_alnum(id.ptr[i])) ql_buf_byte(&out, id.ptr[i] == '.' ? '-' : id.ptr[i]);
  return out.len > 0 || out.failed ? ql_buf_take(&out, a) : QL_ABSENT;
}

void ql__check_name(const ql__front *front, const ql_spec *spec, ql__dialect dialect, ql__notes *notes) {
  const ql__entry *entry = ql__entry_find(front, QL_STR("name"));
  if (!entry || !spec->name.ptr || ql__name_taken(dialect, spec->name)) return;
  ql_diagnostic *d =
      QL__NOTE(notes, QL__NAME_REFUSED, entry->value, ql__dialect_product(dialect), QL_STR(" takes no agent with the name \""),
               ql__excerpt(spec->name), QL_STR("\". Use the letters a to z, digits and hyphens."));
  ql_str own = ql_agent_id(notes->arena, spec->name), plain = own.ptr ? plain_name(notes->arena, own) : QL_ABSENT;
  if (plain.ptr) ql__note_fix(notes, d, &(ql_edit){entry->value, entry->value_end - entry->value, plain}, 1);
}

/* ---- length ---- */

void ql__check_length(const ql_spec *spec, ql_str prose, ql__dialect dialect, ql__notes *notes) {
  for (size_t i = 0; i < QL_COUNT(LENGTHS); i++) {
    if (LENGTHS[i].dialect != dialect || prose.len <= LENGTHS[i].most) continue;
    bool bytes = LENGTHS[i].unit == BYTES;
    size_t length = bytes ? prose.len : ql_utf8_count(prose);
    if (length <= LENGTHS[i].most) continue;
    QL__NOTE(notes, QL__PROMPT_TOO_LONG, spec->body_offset, QL_STR("The prose is "), ql__number(notes->arena, length),
             bytes ? QL_STR(" bytes") : QL_STR(" characters"), QL_STR(" long; "), ql__dialect_product(dialect),
             QL_STR(" takes no more than "), ql__number(notes->arena, LENGTHS[i].most),
             QL_STR(". Shorten it, or move parts into files of their own."));
  }
}
