/* Messages with fields: JSON in fences, read as the form of a message and not as one. */
#include <questline/value.h>

#include "base/text.h"
#include "spec/points.h"

#define LEVELS 3u /* fields, fields inside them, and those of these: items have no deeper ones */

/* What a message is called, by its fields first, then by words of its heading. */
static const struct {
  ql_str word, name;
} FIELDS[] =
    {
        {QL_STR_INIT("directive"), QL_STR_INIT("directive")},  {QL_STR_INIT("request"), QL_STR_INIT("request")},
        {QL_STR_INIT("request_type"), QL_STR_INIT("request")}, {QL_STR_INIT("response"), QL_STR_INIT("response")},
        {QL_STR_INIT("handoff"), QL_STR_INIT("handoff")},
},
  HEADINGS[] = {
      {QL_STR_INIT("respon"), QL_STR_INIT("response")},   {QL_STR_INIT("reply"), QL_STR_INIT("response")},
      {QL_STR_INIT("output"), QL_STR_INIT("response")},   {QL_STR_INIT("deliver"), QL_STR_INIT("response")},
      {QL_STR_INIT("request"), QL_STR_INIT("request")},   {QL_STR_INIT("receiv"), QL_STR_INIT("request")},
      {QL_STR_INIT("query"), QL_STR_INIT("request")},     {QL_STR_INIT("handoff"), QL_STR_INIT("handoff")},
      {QL_STR_INIT("progress"), QL_STR_INIT("progress")}, {QL_STR_INIT("status"), QL_STR_INIT("progress")},
};

static ql_str type_of(char c) {
  switch (c) {
  case '{': return QL_STR("object");
  case '[': return QL_STR("array");
  case '"': return QL_STR("string");
  case 't':
  case 'f': return QL_STR("boolean");
  case 'n': return QL_ABSENT; /* null: it may be anything */
  default: return QL_STR("number");
  }
}

typedef struct reader {
  ql__compiler *c;
  ql_rule *rule;
  ql_str text; /* the whole file */
  size_t at, end;
  uint32_t line;
} reader;

static void step(reader *r) {
  char c = r->text.ptr[r->at++];
  r->line += c == '\n' || (c == '\r' && !(r->at < r->text.len && r->text.ptr[r->at] == '\n'));
}

static void skip_blanks(reader *r) {
  while (r->at < r->end && ql_is_space(r->text.ptr[r->at])) step(r);
}

/* At an opening quote: moves behind the closing one. */
static ql_str read_string(reader *r) {
  size_t from = r->at + 1;
  for (step(r); r->at < r->end && r->text.ptr[r->at] != '"'; step(r))
    if (r->text.ptr[r->at] == '\\' && r->at + 1 < r->end) step(r);
  ql_str words = ql_slice(r->text, from, r->at);
  if (r->at < r->end) step(r);
  return words;
}

/* The fields in the order of the file; it is known to be an object. Of the objects in a list the first shows the fields of all. */
static void read_fields(reader *r) {
  ql_rule_item *open[LEVELS + 1] = {NULL}; /* the field at each level whose value is being read */
  uint8_t kinds[QL_JSON_DEPTH_MAX] = {0};  /* what is open: '{', '[', or '(' for an object that is not looked into */
  uint32_t depth = 0, level = 0;           /* level: open objects whose fields are taken */
  uint32_t seen[QL_JSON_DEPTH_MAX] = {0};  /* objects met in the list at each depth */
  while (r->at < r->end) {
    char c = r->text.ptr[r->at];
    if (c == '{' || c == '[') {
      bool listed = depth > 0 && kinds[depth - 1] == '[';
      bool hidden = depth > 0 && kinds[depth - 1] == '(';
      if (c == '{' && listed) hidden = hidden || seen[depth - 1]++ > 0;
      if (depth == QL_JSON_DEPTH_MAX) return;
      if (c == '{') hidden = hidden || level == LEVELS;
      kinds[depth] = hidden ? '(' : (uint8_t)c;
      seen[depth++] = 0;
      if (c == '{' && !hidden) level++;
      step(r);
    } else if (c == '}' || c == ']') {
      if (depth == 0) return;
      if (kinds[--depth] == '{') level--;
      step(r);
    } else if (c == '"') {
      size_t offset = r->at;
      uint32_t line = r->line;
      ql_str name = read_string(r);
      skip_blanks(r);
      if (r->at >= r->end || r->text.ptr[r->at] != ':') continue;
      step(r);
      skip_blanks(r);
      if (depth == 0 || kinds[depth - 1] != '{' || r->at >= r->end) continue;
      ql_rule_item *parent = level > 1 ? open[level - 2] : NULL;
      ql_rule_item *item = level > 1 && !parent ? NULL : ql__add_item(r->c, r->rule, parent, name, offset, r->at, line);
      if (level > 0) open[level - 1] = item;
      if (!item) continue;
      item->name = name;
      item->type = type_of(r->text.ptr[r->at]);
    } else {
      step(r);
    }
  }
}

static ql_str name_of(const ql__region *region, const ql_value *form) {
  for (size_t i = 0; i < QL_COUNT(FIELDS); i++)
    if (ql_get(form, FIELDS[i].word)) return FIELDS[i].name;
  ql_str title = region->label.ptr ? region->label : region->heading;
  for (size_t i = 0; i < QL_COUNT(HEADINGS); i++)
    for (size_t at = 0; at + HEADINGS[i].word.len <= title.len; at++)
      if ((at == 0 || !ql_is_alpha(title.ptr[at - 1])) && ql_starts_nocase(ql_slice(title, at, title.len), HEADINGS[i].word))
        return HEADINGS[i].name;
  return QL_ABSENT;
}

/* The lines between the fences. */
static ql_str inside(ql_str text, const ql_md_block *code) {
  ql_str all = ql_slice(text, code->offset, code->end), first;
  return ql_next_line(&all, &first) ? all : QL_STR("");
}

static void read_form(ql__compiler *c, const ql__region *region, const ql_md_block *code) {
  ql_value *form = NULL;
  ql_str words = inside(c->spec->text, code);
  if (ql_json_read(c->arena, words, &form, NULL) != QL_OK || form->kind != QL_OBJECT || form->count == 0) return;
  reader r = {c,
              ql__add_rule(c, QL_RULE_MESSAGE, region, ql__region_title(region), ql__region_confidence(region)),
              c->spec->text,
              0,
              0,
              code->line + 1};
  if (!r.rule) return;
  r.rule->name = name_of(region, form);
  r.at = (size_t)(words.ptr - c->spec->text.ptr);
  r.end = r.at + words.len;
  read_fields(&r);
}

void ql__compile_message(ql__compiler *c, const ql__region *region) {
  for (size_t i = 0; i < region->count; i++) {
    const ql_md_block *b = &region->blocks[i];
    if (b->kind == QL_MD_CODE && !b->quoted && b->info.ptr && ql_starts_nocase(b->info, QL_STR("json"))) read_form(c, region, b);
  }
}
