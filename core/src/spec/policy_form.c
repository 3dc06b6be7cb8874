/* Texts that are filled in: the fields of a form. */
#include "base/text.h"
#include "spec/policy_words.h"

#define WRITTEN    90 /* the form is given as it is to look */
#define LISTED     70 /* only a list of what is in it */
#define FIELDS_MIN 2u
#define NAME_MAX   80u

/* Fences that hold the text itself. */
static const ql_str TEXTS[] = {
    QL_STR_INIT(""),    QL_STR_INIT("text"), QL_STR_INIT("txt"),   QL_STR_INIT("markdown"),  QL_STR_INIT("md"),    QL_STR_INIT("yaml"),
    QL_STR_INIT("yml"), QL_STR_INIT("json"), QL_STR_INIT("jsonc"), QL_STR_INIT("plaintext"), QL_STR_INIT("plain"),
};

typedef struct form {
  ql__compiler *compiler;
  const ql__region *region;
  ql_str title;
  ql_rule *rule; /* NULL before the first field */
  ql_rule_item *field;
  bool headed; /* a heading was met: keys are lines of it */
  int confidence;
} form;

static ql_rule_item *add_field(form *x, ql_str name, ql_str words, size_t offset, size_t end, uint32_t line) {
  ql__compiler *c = x->compiler;
  if (!x->rule) x->rule = ql__add_rule(c, QL_RULE_TEMPLATE, x->region, ql__key_words(c->arena, x->title, NULL), x->confidence);
  x->field = ql__add_item(c, x->rule, NULL, words.len > 0 ? words : name, offset, end, line);
  if (x->field) x->field->name = name;
  return x->field;
}

/* ---- fences ---- */

static bool is_text(const ql_md_block *b) {
  if (b->kind != QL_MD_CODE || !b->info.ptr) return false;
  ql_str info = ql_trim(b->info);
  size_t end = 0;
  while (end < info.len && ql_is_alnum(info.ptr[end])) end++;
  for (size_t i = 0; i < QL_COUNT(TEXTS); i++)
    if (ql_eq_nocase(ql_slice(info, 0, end), TEXTS[i])) return true;
  return false;
}

/* "## Summary": the words; absent for other lines. */
static ql_str heading_of(ql_str written) {
  size_t level = 0;
  while (level < written.len && written.ptr[level] == '#') level++;
  if (level == 0 || level > 6 || level == written.len || written.ptr[level] != ' ') return QL_ABSENT;
  ql_str words = ql_trim(ql_slice(written, level, written.len));
  while (ql_ends(words, QL_STR("#"))) words = ql_trim(ql_slice(words, 0, words.len - 1));
  return words.len > 0 && words.len <= NAME_MAX ? words : QL_ABSENT;
}

/* "**Status**: words", "**Status:** words" */
static ql_str strong_key(ql_str written, ql_str *rest) {
  if (!ql_starts(written, QL_STR("**"))) return QL_ABSENT;
  size_t close = ql_find(written, QL_STR("**"), 2);
  if (close == SIZE_MAX) return QL_ABSENT;
  ql_str key = ql_trim(ql_slice(written, 2, close));
  *rest = ql_trim(ql_slice(written, close + 2, written.len));
  bool colon = ql_ends(key, QL_STR(":"));
  if (colon) key = ql_trim(ql_slice(key, 0, key.len - 1));
  if (ql_starts(*rest, QL_STR(":"))) {
    *rest = ql_trim(ql_slice(*rest, 1, rest->len));
    colon = true;
  }
  return (colon || rest->len == 0) && key.len > 0 && key.len <= NAME_MAX ? key : QL_ABSENT;
}

/* A key without the signs of strong words. */
static ql_str unstarred(ql_str key) {
  while (ql_starts(key, QL_STR("*"))) key = ql_slice(key, 1, key.len);
  while (ql_ends(key, QL_STR("*"))) key.len--;
  return ql_trim(key);
}

/* Braces and commas of JSON around a value. */
static ql_str bare(ql_str value) {
  value = ql_trim(value);
  while (ql_ends(value, QL_STR(","))) value = ql_trim(ql_slice(value, 0, value.len - 1));
  bool opens = value.len == 1 && (value.ptr[0] == '{' || value.ptr[0] == '[');
  return opens ? QL_STR("") : ql__unquote(value);
}

/* Of the keys that are fields. */
static uint32_t least_indent(const ql__line *lines, size_t count) {
  uint32_t indent = UINT32_MAX;
  for (size_t i = 0; i < count; i++)
    if (lines[i].key.ptr && !lines[i].item && lines[i].number == 0 && lines[i].indent < indent) indent = lines[i].indent;
  return indent;
}

static void take_line(form *x, ql_str text, const ql__line *line, uint32_t indent) {
  ql_str written = ql_slice(text, line->offset, line->end), rest = QL_STR("");
  ql_str heading = heading_of(written), strong = strong_key(written, &rest);
  bool plain = !line->item && line->number == 0;
  bool keyed = line->key.ptr && line->key.len <= NAME_MAX && ql__has_words(line->key);
  if (heading.ptr) {
    x->headed = true;
    add_field(x, heading, QL_STR(""), line->offset, line->end, line->line);
  } else if (!x->headed && strong.ptr) {
    add_field(x, strong, rest, line->offset, line->end, line->line);
  } else if (!x->headed && keyed && plain && line->indent <= indent) {
    add_field(x, line->key, bare(line->value), line->offset, line->end, line->line);
  } else if (x->field && ql__has_words(written)) {
    ql_str key = strong.ptr ? strong : keyed ? unstarred(line->key) : QL_ABSENT, words = strong.ptr ? rest : bare(line->value), box;
    if (!key.ptr && plain && !x->field->first && ql_eq(x->field->text, x->field->name)) { /* the words of the field itself */
      x->field->text = words;
      x->field->end = line->end;
      return;
    }
    ql__read_mark(words, &box);
    ql_rule_item *item = ql__add_line(x->compiler, x->rule, x->field, box.len > 0 ? box : key.ptr ? key : written, line);
    if (item) item->name = key;
  }
}

static void compile_fence(form *x, const ql_md_block *b) {
  size_t count;
  ql_str text = x->compiler->spec->text;
  const ql__line *lines = ql__scan_fence(x->compiler->arena, text, b, &count);
  uint32_t indent = least_indent(lines, count);
  x->rule = NULL;
  x->field = NULL;
  x->headed = false;
  x->confidence = WRITTEN;
  for (size_t i = 0; i < count; i++)
    if (!lines[i].body) take_line(x, text, &lines[i], indent);
}

/* ---- lists ---- */

static void compile_list(form *x) {
  size_t count, fields = 0;
  const ql__point *points = ql__read_points(x->compiler, x->region, &count);
  for (size_t i = 0; i < count; i++) fields += points[i].item && !points[i].fenced && points[i].level == 1 && points[i].key.ptr;
  if (fields < FIELDS_MIN) return;
  x->rule = NULL;
  x->field = NULL;
  x->confidence = LISTED;
  for (size_t i = 0; i < count; i++) {
    const ql__point *p = &points[i];
    if (!p->item || p->fenced) continue;
    if (p->level == 1) {
      x->field = NULL;
      if (p->key.ptr) add_field(x, p->key, p->rest, p->offset, p->end, p->line);
    } else if (x->field) {
      ql_rule_item *item = ql__add_point(x->compiler, x->rule, x->field, p->text, p);
      if (item) item->name = p->key;
    }
  }
}

void ql__compile_template(ql__compiler *c, const ql__region *region) {
  form x = {.compiler = c, .region = region, .title = ql__region_title(region)};
  bool fenced = false;
  for (size_t i = 0; i < region->count; i++) {
    const ql_md_block *b = &region->blocks[i];
    if (b->quoted) continue;
    if (is_text(b)) {
      compile_fence(&x, b);
      fenced = true;
    } else if (b->kind == QL_MD_PARAGRAPH && b->text.len <= NAME_MAX &&
               (ql_ends(b->text, QL_STR(":")) || (b->lead.ptr && b->lead.len == b->text.len))) {
      x.title = b->text;
    }
  }
  x.title = ql__region_title(region);
  if (!fenced) compile_list(&x);
}
