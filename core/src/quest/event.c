#include "quest/event.h"

#include <string.h>

#include <questline/limits.h>
#include <questline/spec.h>

#include "base/text.h"

#define OPTIONAL false
#define REQUIRED true
#define FILLED   true
#define EVENT(type, doc)
#define FIELD(type, name, kind, need, doc) {QL_EVENT_##type, QL_STR_INIT(#name), QL__##kind, need},
static const ql__field FIELDS[] = {
#include <questline/events.def>
};
#undef EVENT
#undef FIELD
#define EVENT(type, doc) QL_STR_INIT(#type),
#define FIELD(type, name, kind, need, doc)
static const ql_str NAMES[] = {
#include <questline/events.def>
};
#undef EVENT
#undef FIELD
#undef OPTIONAL
#undef REQUIRED
#undef FILLED

/* Members of the objects that a kind holds, in byte order. */
#define MEMBER(name, kind, required)                                                                                                       \
  { QL_EVENT_create, QL_STR_INIT(name), kind, required }
static const ql__field TASK_FIELDS[] = {
    MEMBER("accept", QL__TEXT_LIST, false),  MEMBER("after", QL__TASK_LIST, false), MEMBER("id", QL__TASK, true),
    MEMBER("outputs", QL__TEXT_LIST, false), MEMBER("title", QL__TEXT, true),       MEMBER("to", QL__AGENT, true),
};
static const ql__field GATE_FIELDS[] = {
    MEMBER("expect", QL__WORD, false), MEMBER("id", QL__WORD, true),    MEMBER("judge", QL__JUDGE, true), MEMBER("milli", QL__INT, false),
    MEMBER("op", QL__RELATION, false), MEMBER("task", QL__TASK, false), MEMBER("text", QL__TEXT, true),   MEMBER("unit", QL__WORD, false),
};
static const ql__field LEVEL_FIELDS[] = {
    MEMBER("max_ms", QL__INT, false),  MEMBER("min_ms", QL__INT, false),    MEMBER("name", QL__TEXT, false),
    MEMBER("retries", QL__INT, false), MEMBER("to", QL__AGENT_LIST, false),
};
static const ql__field BUDGET_FIELDS[] = {
    MEMBER("micro", QL__COUNT, false),
    MEMBER("ms", QL__COUNT, false),
    MEMBER("tokens", QL__COUNT, false),
    MEMBER("turns", QL__COUNT, false),
};
static const ql__field DEADLINE_FIELDS[] = {
    MEMBER("quest", QL__COUNT, false),
    MEMBER("task", QL__COUNT, false),
    MEMBER("turn", QL__COUNT, false),
};

static const struct nested {
  ql__field_kind kind;
  bool list;
  const ql__field *fields;
  size_t count;
} NESTED[] = {
    {QL__TASKS, true, TASK_FIELDS, QL_COUNT(TASK_FIELDS)},
    {QL__GATES, true, GATE_FIELDS, QL_COUNT(GATE_FIELDS)},
    {QL__LADDER, true, LEVEL_FIELDS, QL_COUNT(LEVEL_FIELDS)},
    {QL__BUDGET, false, BUDGET_FIELDS, QL_COUNT(BUDGET_FIELDS)},
    {QL__DEADLINES, false, DEADLINE_FIELDS, QL_COUNT(DEADLINE_FIELDS)},
};

/* Every name a text can have, in byte order: the order of openings. */
static const ql_str TEXT_NAMES[] = {
    QL_STR_INIT("accept"), QL_STR_INIT("brief"),   QL_STR_INIT("evidence"), QL_STR_INIT("key"),     QL_STR_INIT("mission"),
    QL_STR_INIT("msg"),    QL_STR_INIT("name"),    QL_STR_INIT("offers"),   QL_STR_INIT("outputs"), QL_STR_INIT("reason"),
    QL_STR_INIT("reply"),  QL_STR_INIT("summary"), QL_STR_INIT("text"),     QL_STR_INIT("title"),
};

static const ql_str POLICIES[] = {QL_STR_INIT("strict"), QL_STR_INIT("parallel")};
static const ql_str KINDS[] = {QL_STR_INIT("completed"), QL_STR_INIT("clarification"), QL_STR_INIT("blocked"), QL_STR_INIT("progress")};
static const ql_str SEAT_KINDS[] = {QL_STR_INIT("human"), QL_STR_INIT("model"), QL_STR_INIT("rehearsal"), QL_STR_INIT("remote")};

static const ql_str VERDICTS[] = {QL_STR_INIT("given"), QL_STR_INIT("pass"), QL_STR_INIT("fail"), QL_STR_INIT("waived")};
static const ql_str EFFECTS[] = {QL_STR_INIT("http"), QL_STR_INIT("tool"), QL_STR_INIT("blob")};
static const ql_str OUTCOMES[] = {QL_STR_INIT("ok"), QL_STR_INIT("error"), QL_STR_INIT("lost"), QL_STR_INIT("cancelled")};
static const ql_str JUDGES[] = {QL_STR_INIT("rule"), QL_STR_INIT("seat")};
static const ql_str RELATIONS[] = {QL_STR_INIT("<"), QL_STR_INIT("<="), QL_STR_INIT("="), QL_STR_INIT(">="), QL_STR_INIT(">")};

ql_event_type ql__event_type(ql_str name) {
  for (size_t i = 0; i < QL_COUNT(NAMES); i++)
    if (ql_eq(NAMES[i], name)) return (ql_event_type)i;
  return QL_EVENT_COUNT;
}

ql_str ql__event_name(ql_event_type type) { return type < QL_EVENT_COUNT ? NAMES[type] : QL_ABSENT; }

/* ---- fields ---- */

static bool one_of(const ql_value *v, const ql_str *words, size_t count) {
  if (v->kind != QL_STRING) return false;
  for (size_t i = 0; i < count; i++)
    if (ql_eq(v->text, words[i])) return true;
  return false;
}

static bool is_hash(const ql_value *v) {
  uint8_t bytes[QL_HASH_BYTES];
  size_t len;
  return v->kind == QL_STRING && v->text.len == QL_HASH_CHARS && ql_base64url_read(v->text, bytes, sizeof bytes, &len);
}

static bool is_sha256(const ql_value *v) {
  if (v->kind != QL_STRING || v->text.len != 64) return false;
  for (size_t i = 0; i < 64; i++) {
    char c = v->text.ptr[i];
    if (!ql_is_digit(c) && !(c >= 'a' && c <= 'f')) return false;
  }
  return true;
}

static bool is_plain(const ql_value *v) {
  return v->kind == QL_STRING && ql_find_byte(v->text, 0, 0) == SIZE_MAX && ql_utf8_bad(v->text) == SIZE_MAX;
}

static bool is_task_id(const ql_value *v) {
  if (v->kind != QL_STRING || v->text.len < 2 || v->text.len > 8 || v->text.ptr[0] != 'T' || v->text.ptr[1] == '0') return false;
  for (size_t i = 1; i < v->text.len; i++)
    if (!ql_is_digit(v->text.ptr[i])) return false;
  return true;
}

static bool is_quest_id(const ql_value *v) {
  if (v->kind != QL_STRING || v->text.len != 10) return false;
  for (size_t i = 0; i < 10; i++)
    if (ql_find_byte(QL_STR("0123456789abcdefghjkmnpqrstvwxyz"), v->text.ptr[i], 0) == SIZE_MAX) return false;
  return true;
}

static bool is_agent(const ql_value *v) { return v->kind == QL_STRING && ql_agent_id_valid(v->text); }

static bool is_word(const ql_value *v) {
  if (v->kind != QL_STRING || v->text.len < 1 || v->text.len > 160 || ql_utf8_bad(v->text) != SIZE_MAX) return false;
  for (size_t i = 0; i < v->text.len; i++)
    if ((unsigned char)v->text.ptr[i] < ' ' || v->text.ptr[i] == 0x7f) return false;
  return true;
}

/* RFC 6838, section 4.2: type "/" subtype. */
static bool is_media(const ql_value *v) {
  if (v->kind != QL_STRING || v->text.len > 127) return false;
  size_t slash = ql_find_byte(v->text, '/', 0);
  if (slash == SIZE_MAX || slash == 0 || slash + 1 == v->text.len) return false;
  for (size_t i = 0; i < v->text.len; i++)
    if (i != slash && !ql_is_alnum(v->text.ptr[i]) && ql_find_byte(QL_STR("!#$&-^_.+"), v->text.ptr[i], 0) == SIZE_MAX) return false;
  return true;
}

/* The kind of the items of a list kind; the kind itself where it is no list. */
static ql__field_kind item_kind(ql__field_kind kind) {
  if (kind == QL__TASK_LIST) return QL__TASK;
  if (kind == QL__GROUPS) return QL__TASK_LIST;
  if (kind == QL__AGENT_LIST) return QL__AGENT;
  return kind == QL__TEXT_LIST ? QL__TEXT : kind;
}

static bool scalar_ok(ql__field_kind kind, const ql_value *v, ql__texts_are texts) {
  switch (kind) {
  case QL__INT: return v->kind == QL_INT && v->number >= 0;
  case QL__QUEST_ID: return is_quest_id(v);
  case QL__TASK: return is_task_id(v);
  case QL__AGENT: return is_agent(v);
  case QL__TEXT: return texts == QL__PLAIN ? is_plain(v) : is_hash(v);
  case QL__POLICY: return one_of(v, POLICIES, QL_COUNT(POLICIES));
  case QL__KIND: return one_of(v, KINDS, QL_COUNT(KINDS));
  case QL__SEAT: return one_of(v, SEAT_KINDS, QL_COUNT(SEAT_KINDS));
  case QL__COUNT: return v->kind == QL_INT && v->number > 0;
  case QL__WORD: return is_word(v);
  case QL__SHA256: return is_sha256(v);
  case QL__DIGEST: return is_hash(v);
  case QL__MEDIA: return is_media(v);
  case QL__VERDICT: return one_of(v, VERDICTS, QL_COUNT(VERDICTS));
  case QL__EFFECT: return one_of(v, EFFECTS, QL_COUNT(EFFECTS));
  case QL__OUTCOME: return one_of(v, OUTCOMES, QL_COUNT(OUTCOMES));
  case QL__JUDGE: return one_of(v, JUDGES, QL_COUNT(JUDGES));
  case QL__RELATION: return one_of(v, RELATIONS, QL_COUNT(RELATIONS));
  case QL__TASK_LIST:
  case QL__GROUPS:
  case QL__AGENT_LIST:
  case QL__TEXT_LIST:
  case QL__SPECS:
  case QL__SEATS:
  case QL__KEYS:
  case QL__TASKS:
  case QL__GATES:
  case QL__LADDER:
  case QL__BUDGET:
  case QL__DEADLINES: break;
  }
  return false;
}

static bool list_ok(ql__field_kind kind, const ql_value *v, ql__texts_are texts) {
  if (v->kind != QL_ARRAY || !v->first) return false;
  for (const ql_value *item = v->first; item; item = item->next)
    if (!scalar_ok(item_kind(kind), item, texts)) return false;
  return true;
}

static bool pairs_ok(const ql_value *v, bool (*second)(const ql_value *)) {
  if (v->kind != QL_ARRAY || !v->first) return false;
  for (const ql_value *pair = v->first; pair; pair = pair->next)
    if (pair->kind != QL_ARRAY || pair->count != 2 || !is_agent(pair->first) || !second(pair->last)) return false;
  return true;
}

static bool is_seat_kind(const ql_value *v) { return one_of(v, SEAT_KINDS, QL_COUNT(SEAT_KINDS)); }

static bool groups_ok(const ql_value *v) {
  if (v->kind != QL_ARRAY || !v->first) return false;
  for (const ql_value *group = v->first; group; group = group->next)
    if (!list_ok(QL__TASK_LIST, group, QL__COMMITMENTS)) return false;
  return true;
}

/* A kind as it may stand in a task: no further nesting. */
static bool simple_ok(ql__field_kind kind, const ql_value *v, ql__texts_are texts) {
  return item_kind(kind) == kind ? scalar_ok(kind, v, texts) : list_ok(kind, v, texts);
}

/* Both sides are sorted by name: one merge finds what is unknown, missing or ill-typed. Returns the name at fault, absent when all is well. */
static ql_str members_fault(const ql__field *fields, size_t count, const ql_value *d, ql__texts_are texts,
                            bool (*ok)(ql__field_kind, const ql_value *, ql__texts_are)) {
  if (d->kind != QL_OBJECT) return QL_STR("d");
  const ql_value *member = d->first;
  for (size_t i = 0; i < count; i++) {
    int order = member ? ql_compare(member->key, fields[i].name) : 1;
    if (order < 0) return member->key;
    if (order > 0) {
      if (fields[i].required) return fields[i].name;
      continue;
    }
    if (!ok(fields[i].kind, member, texts)) return member->key;
    member = member->next;
  }
  return member ? member->key : QL_ABSENT;
}

static const struct nested *nested_of(ql__field_kind kind) {
  for (size_t i = 0; i < QL_COUNT(NESTED); i++)
    if (NESTED[i].kind == kind) return &NESTED[i];
  return NULL;
}

static bool nested_ok(const struct nested *kind, const ql_value *v, ql__texts_are texts) {
  if (!kind->list) return v->first && !members_fault(kind->fields, kind->count, v, texts, simple_ok).ptr;
  if (v->kind != QL_ARRAY || !v->first) return false;
  for (const ql_value *item = v->first; item; item = item->next)
    if (members_fault(kind->fields, kind->count, item, texts, simple_ok).ptr) return false;
  return true;
}

static bool field_ok(ql__field_kind kind, const ql_value *v, ql__texts_are texts) {
  const struct nested *nested = nested_of(kind);
  if (nested) return nested_ok(nested, v, texts);
  if (kind == QL__GROUPS) return groups_ok(v);
  if (kind == QL__SPECS) return pairs_ok(v, is_sha256);
  if (kind == QL__SEATS) return pairs_ok(v, is_seat_kind);
  if (kind == QL__KEYS) return pairs_ok(v, is_hash);
  return simple_ok(kind, v, texts);
}

/* The fields of a type stand together in the table. */
static const ql__field *fields_of(ql_event_type type, size_t *count) {
  size_t first = 0;
  while (first < QL_COUNT(FIELDS) && FIELDS[first].type != type) first++;
  size_t end = first;
  while (end < QL_COUNT(FIELDS) && FIELDS[end].type == type) end++;
  *count = end - first;
  return FIELDS + first;
}

ql_status ql__event_check(ql_event_type type, const ql_value *d, ql__texts_are texts, ql_error *err) {
  size_t count;
  const ql__field *fields = fields_of(type, &count);
  ql_str fault = members_fault(fields, count, d, texts, field_ok);
  if (!fault.ptr) return QL_OK;
  return ql_fail(err, QL_ERR_SYNTAX, "a field of this event is missing, unknown or not of its kind", fault);
}

/* ---- texts ---- */

typedef struct text_list {
  ql_arena *arena;
  ql__text *items;
  size_t len, cap;
} text_list;

static void add_text(text_list *list, ql_str field, bool in_list, ql_value *node) {
  ql__text *items = ql_arena_grow(list->arena, list->items, list->len, &list->cap, sizeof *items);
  if (!items) return;
  list->items = items;
  items[list->len++] = (ql__text){field, in_list, node};
}

static void add_member(text_list *list, const ql__field *field, const ql_value *object, bool nested) {
  if (field->kind != QL__TEXT && field->kind != QL__TEXT_LIST) return;
  ql_value *member = ql_get(object, field->name);
  if (!member) return;
  if (field->kind == QL__TEXT) add_text(list, field->name, nested, member);
  for (ql_value *item = member->first; item; item = item->next) add_text(list, field->name, true, item);
}

size_t ql__event_texts(ql_arena *a, ql_event_type type, const ql_value *d, ql__text **out) {
  text_list list = {a, NULL, 0, 0};
  size_t count;
  const ql__field *fields = fields_of(type, &count);
  bool plain = type != QL_EVENT_create; /* nothing nested: the order of fields is the order of texts */
  for (size_t i = 0; plain && i < count; i++) add_member(&list, &fields[i], d, false);
  for (size_t t = 0; !plain && t < QL_COUNT(TEXT_NAMES); t++) {
    for (size_t i = 0; i < count; i++) {
      if (ql_eq(fields[i].name, TEXT_NAMES[t])) add_member(&list, &fields[i], d, false);
      const struct nested *nested = nested_of(fields[i].kind);
      const ql_value *items = nested && nested->list ? ql_get(d, fields[i].name) : NULL;
      for (const ql_value *item = items ? items->first : NULL; item; item = item->next)
        for (size_t m = 0; m < nested->count; m++)
          if (ql_eq(nested->fields[m].name, TEXT_NAMES[t])) add_member(&list, &nested->fields[m], item, true);
    }
  }
  *out = ql_arena_failed(a) ? NULL : list.items;
  return list.len;
}

void ql__commit(const uint8_t salt[QL_SALT_BYTES], ql_str text, char out[QL_HASH_CHARS]) {
  uint8_t hash[QL_HASH_BYTES];
  ql_blake2b_256("questline.body.1", salt, &text, 1, hash);
  ql_base64url_write(out, hash, sizeof hash);
}

void ql__chain(const uint8_t previous[QL_HASH_BYTES], ql_str bytes, uint8_t out[QL_HASH_BYTES]) {
  const ql_str pieces[] = {{(const char *)previous, QL_HASH_BYTES}, bytes};
  ql_blake2b_256("questline.head.1", NULL, pieces, QL_COUNT(pieces), out);
}

static const ql_value *next_opening(const ql_value *open, ql_str field, bool list) {
  const ql_value *member = ql_get(open, field);
  if (!member || member->kind != QL_ARRAY) return NULL;
  return list ? member->first : member;
}

static bool pair_ok(const ql_value *pair, uint8_t salt[QL_SALT_BYTES]) {
  size_t len;
  return pair->kind == QL_ARRAY && pair->count == 2 && pair->first->kind == QL_STRING && is_plain(pair->last) &&
         ql_base64url_read(pair->first->text, salt, QL_SALT_BYTES, &len) && len == QL_SALT_BYTES;
}

ql_status ql__texts_open(ql_arena *a, const ql__text *texts, size_t count, const ql_value *open, ql_str **plain, size_t *withheld,
                         ql_error *err) {
  ql_str *out = ql_arena_array(a, count + 1, sizeof *out);
  if (!out) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  if (open && (open->kind != QL_OBJECT || !open->first)) return ql_fail(err, QL_ERR_SYNTAX, "not_canonical", QL_STR("x"));
  size_t fields_used = 0, missing = 0;
  size_t i = 0;
  while (i < count) {
    ql_str field = texts[i].field;
    bool list = texts[i].list;
    const ql_value *pair = next_opening(open, field, list);
    if (pair) fields_used++;
    char commitment[QL_HASH_CHARS];
    const ql_value *hashed = NULL; /* the pair whose commitment is at hand */
    for (; i < count && ql_eq(texts[i].field, field); i++) {
      uint8_t salt[QL_SALT_BYTES];
      if (pair && pair != hashed) {
        if (!pair_ok(pair, salt)) return ql_fail(err, QL_ERR_SYNTAX, "not_canonical", field);
        ql__commit(salt, pair->last->text, commitment);
        hashed = pair;
      }
      if (!pair || !ql_eq(texts[i].node->text, (ql_str){commitment, QL_HASH_CHARS})) {
        missing++;
        continue;
      }
      out[i] = pair->last->text;
      pair = list ? pair->next : NULL;
    }
    if (pair) return ql_fail(err, QL_ERR_INTEGRITY, "commitment", field);
  }
  if (open && open->count != fields_used) return ql_fail(err, QL_ERR_INTEGRITY, "commitment", QL_STR("x"));
  *plain = out;
  *withheld = missing;
  return QL_OK;
}

ql_value *ql__openings(ql_arena *a, const ql__text *texts, const ql_str *plain, const uint8_t (*salts)[QL_SALT_BYTES], size_t count) {
  ql_value *x = ql_object(a);
  for (size_t i = 0; i < count; i++) {
    if (!plain[i].ptr) continue;
    char *salt = ql_arena_get(a, 22);
    if (!salt) return NULL;
    ql_value *pair = ql_array(a);
    ql_push(pair, ql_string(a, (ql_str){salt, ql_base64url_write(salt, salts[i], QL_SALT_BYTES)}));
    ql_push(pair, ql_string(a, plain[i]));
    if (!texts[i].list) {
      ql_set(x, texts[i].field, pair);
      continue;
    }
    ql_value *list = ql_get(x, texts[i].field);
    if (!list) list = ql_set(x, texts[i].field, ql_array(a));
    ql_push(list, pair);
  }
  return ql_arena_failed(a) ? NULL : x;
}

/* ---- lines ---- */

ql_value *ql__event_value(ql_arena *a, const ql__event *event) {
  ql_value *e = ql_object(a);
  QL_SET(e, "at", ql_int(a, event->at));
  QL_SET(e, "by", ql_string(a, event->by));
  QL_SET(e, "d", ql_copy(a, event->d));
  QL_SET(e, "f", ql_int(a, event->fence));
  QL_SET(e, "k", ql_int(a, event->counter));
  QL_SET(e, "n", ql_int(a, event->n));
  QL_SET(e, "t", ql_string(a, ql__event_name(event->type)));
  return ql_arena_failed(a) ? NULL : e;
}

/* What follows E in a line, its end included. */
static void add_rest(ql_buf *out, const uint8_t hash[QL_HASH_BYTES], const ql_value *signatures, const ql_value *open) {
  char text[QL_HASH_CHARS];
  ql_base64url_write(text, hash, QL_HASH_BYTES);
  ql_buf_add(out, QL_STR(",\"h\":\""));
  ql_buf_add(out, (ql_str){text, sizeof text});
  ql_buf_byte(out, '"');
  if (signatures) {
    ql_buf_add(out, QL_STR(",\"s\":"));
    ql_value_write(out, signatures);
  }
  if (open && open->first) {
    ql_buf_add(out, QL_STR(",\"x\":"));
    ql_value_write(out, open);
  }
  ql_buf_add(out, QL_STR("}\n"));
}

ql_str ql__line_compose(ql_arena *a, ql_str bytes, const uint8_t hash[QL_HASH_BYTES], const ql_value *signatures, const ql_value *open) {
  ql_buf out = ql_buf_new(ql_arena_alloc(a));
  ql_buf_add(&out, QL_STR("{\"e\":"));
  ql_buf_add(&out, bytes);
  add_rest(&out, hash, signatures, open);
  return ql_buf_take(&out, a);
}

/* The bytes of ql__event_value. */
static void add_event(ql_buf *out, const ql__event *event) {
  ql_buf_add(out, QL_STR("{\"at\":"));
  ql_buf_int(out, event->at);
  ql_buf_add(out, QL_STR(",\"by\":"));
  ql_json_string(out, event->by);
  ql_buf_add(out, QL_STR(",\"d\":"));
  ql_value_write(out, event->d);
  ql_buf_add(out, QL_STR(",\"f\":"));
  ql_buf_int(out, event->fence);
  ql_buf_add(out, QL_STR(",\"k\":"));
  ql_buf_int(out, event->counter);
  ql_buf_add(out, QL_STR(",\"n\":"));
  ql_buf_int(out, event->n);
  ql_buf_add(out, QL_STR(",\"t\":"));
  ql_json_string(out, ql__event_name(event->type));
  ql_buf_byte(out, '}');
}

#define LINE_USUAL 512u /* bytes: most lines are shorter */

ql_status ql__line_build(ql_arena *a, const ql__event *event, const uint8_t previous[QL_HASH_BYTES], const uint8_t *entropy, ql_str *line,
                         ql_error *err) {
  ql__text *texts;
  size_t count = ql__event_texts(a, event->type, event->d, &texts);
  ql_str *plain = ql_arena_array(a, count + 1, sizeof *plain);
  uint8_t(*salts)[QL_SALT_BYTES] = ql_arena_array(a, count + 1, sizeof *salts);
  if (ql_arena_failed(a)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  for (size_t i = 0; i < count; i++) {
    char *commitment = ql_arena_get(a, QL_HASH_CHARS);
    if (!commitment) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
    ql_derive_16(entropy, i, salts[i]);
    plain[i] = texts[i].node->text;
    ql__commit(salts[i], plain[i], commitment);
    texts[i].node->text = (ql_str){commitment, QL_HASH_CHARS};
  }
  const ql_value *x = ql__openings(a, texts, plain, (const uint8_t(*)[QL_SALT_BYTES])salts, count);
  if (!x) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  static const ql_str start = QL_STR_INIT("{\"e\":");
  ql_buf out = ql_buf_new(ql_arena_alloc(a));
  uint8_t hash[QL_HASH_BYTES];
  ql_buf_reserve(&out, LINE_USUAL);
  ql_buf_add(&out, start);
  add_event(&out, event);
  ql__chain(previous, ql_slice(ql_buf_str(&out), start.len, out.len), hash);
  add_rest(&out, hash, NULL, x);
  *line = ql_buf_take(&out, a);
  if (!line->ptr) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  if (line->len > QL_LINE_BYTES_MAX) return ql_fail(err, QL_ERR_LIMIT, "the event is longer than QL_LINE_BYTES_MAX", QL_ABSENT);
  return QL_OK;
}

/* The next member if it is called that; keys are sorted, so that members come in the order of the format. */
static const ql_value *next_member(const ql_value **at, ql_str key) {
  const ql_value *member = *at;
  if (!member || !ql_eq(member->key, key)) return NULL;
  *at = member->next;
  return member;
}

/* E: exactly these members, in this order. */
static bool envelope(const ql_value *e, ql__line *out, ql_str *type) {
  static const ql_str NAMES_OF_E[] = {QL_STR_INIT("at"), QL_STR_INIT("f"), QL_STR_INIT("k"), QL_STR_INIT("n")};
  if (!e || e->kind != QL_OBJECT) return false;
  int64_t numbers[QL_COUNT(NAMES_OF_E)];
  const ql_value *by = NULL, *d = NULL, *rest = e->first;
  for (size_t i = 0; i < QL_COUNT(numbers); i++) {
    const ql_value *number = next_member(&rest, NAMES_OF_E[i]);
    if (!number || number->kind != QL_INT || number->number < 0) return false;
    numbers[i] = number->number;
    if (i > 0) continue;
    by = next_member(&rest, QL_STR("by"));
    d = next_member(&rest, QL_STR("d"));
  }
  const ql_value *t = next_member(&rest, QL_STR("t"));
  if (rest || !by || !is_agent(by) || !d || d->kind != QL_OBJECT || !t || t->kind != QL_STRING) return false;
  *type = t->text;
  out->event = (ql__event){QL_EVENT_COUNT, by->text, numbers[0], numbers[1], numbers[2], numbers[3], d};
  out->bytes = e->text;
  return true;
}

static bool signatures_ok(const ql_value *s) {
  if (s->kind != QL_ARRAY || !s->first) return false;
  for (const ql_value *item = s->first; item; item = item->next)
    if (item->kind != QL_STRING) return false;
  return true;
}

/* Canonical bytes, the shape of a line, the hash that it says. */
static ql_status read_shape(ql_arena *a, ql_str line, ql__line *out, ql_str *type, ql_error *err) {
  if (line.len > QL_LINE_BYTES_MAX) return ql_fail(err, QL_ERR_LIMIT, "limit", QL_STR("QL_LINE_BYTES_MAX"));
  ql_value *root;
  ql_error inner;
  ql_status status = ql_canon_read(a, line, &root, &inner);
  if (status != QL_OK) {
    ql_fail(err, status, status == QL_ERR_NOMEM ? "out of memory" : "not_canonical",
            (ql_str){inner.message, ql_find_byte((ql_str){inner.message, QL_ERROR_DETAIL_MAX}, 0, 0)});
    if (err) err->offset = inner.offset;
    return status;
  }
  const ql_value *rest = root->kind == QL_OBJECT ? root->first : NULL;
  const ql_value *e = next_member(&rest, QL_STR("e")), *h = next_member(&rest, QL_STR("h")), *s = next_member(&rest, QL_STR("s"));
  out->open = next_member(&rest, QL_STR("x"));
  size_t len;
  bool hash = h && h->kind == QL_STRING && ql_base64url_read(h->text, out->hash, sizeof out->hash, &len) && len == sizeof out->hash;
  if (rest || !hash || (s && !signatures_ok(s)) || !envelope(e, out, type))
    return ql_fail(err, QL_ERR_SYNTAX, "not_canonical", QL_STR("not the shape of an event line"));
  return QL_OK;
}

ql_status ql__line_reread(ql_arena *a, ql_str line, ql__line *out, ql_error *err) {
  ql_str type;
  ql_status status = read_shape(a, line, out, &type, err);
  if (status != QL_OK) return status;
  out->event.type = ql__event_type(type);
  out->withheld = 0;
  return QL_OK;
}

ql_status ql__line_read(ql_arena *a, ql_str line, const uint8_t previous[QL_HASH_BYTES], int64_t n, ql__line *out, ql_error *err) {
  ql_str type;
  uint8_t hash[QL_HASH_BYTES];
  ql_status status = read_shape(a, line, out, &type, err);
  if (status != QL_OK) return status;
  ql__chain(previous, out->bytes, hash);
  if (memcmp(hash, out->hash, sizeof hash) != 0) return ql_fail(err, QL_ERR_INTEGRITY, "hash", QL_ABSENT);
  if (out->event.n != n) return ql_fail(err, QL_ERR_INTEGRITY, "sequence", QL_ABSENT);
  out->event.type = ql__event_type(type);
  if (out->event.type == QL_EVENT_COUNT) return ql_fail(err, QL_ERR_VERSION, "version", type);
  bool newer = out->event.type == QL_EVENT_create && (ql_get_int(out->event.d, QL_STR("format"), 0) > QL_QUEST_FORMAT ||
                                                      ql_get_int(out->event.d, QL_STR("rules"), 0) > QL_QUEST_RULES);
  newer = newer || (out->event.type == QL_EVENT_upgrade && ql_get_int(out->event.d, QL_STR("to"), 0) > QL_QUEST_RULES);
  if (newer) return ql_fail(err, QL_ERR_VERSION, "version", QL_STR("format or rules"));
  ql_error field;
  if (ql__event_check(out->event.type, out->event.d, QL__COMMITMENTS, &field) != QL_OK)
    return ql_fail(err, QL_ERR_SYNTAX, "not_canonical",
                   (ql_str){field.detail, ql_find_byte((ql_str){field.detail, sizeof field.detail}, 0, 0)});
  ql__text *texts;
  size_t count = ql__event_texts(a, out->event.type, out->event.d, &texts);
  if (ql_arena_failed(a)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  ql_str *plain;
  return ql__texts_open(a, texts, count, out->open, &plain, &out->withheld, err);
}
