#include "spec/policy.h"

#include "base/text.h"
#include "base/words.h"
#include "spec/id.h"

#define LABEL_MAX   80u  /* bytes of a line that can be a label */
#define SLUG_MAX    48u  /* bytes of the words in an id */
#define TITLE_MAX   160u /* bytes of a heading that are kept with each of its rules */
#define ITEM_LEVELS 3u

static const struct {
  ql__topic topic;
  ql__compile *compile;
} COMPILERS[] = {
#define TOPIC(name, compile) {QL__ABOUT_##name, compile},
#include "spec/topics.def"
};

/* ---- rules and items ---- */

static bool room_for(ql__compiler *c, size_t offset) {
  if (c->items < QL_RULE_ITEMS_MAX) return true;
  if (c->items++ == QL_RULE_ITEMS_MAX)
    QL__NOTE(c->notes, QL__MORE_RULES, offset,
             QL_STR("The file holds more rules than are kept (QL_RULE_ITEMS_MAX). Divide it into several files."));
  return false;
}

static ql_str trim_title(ql_str title) {
  title = ql_trim(title);
  while (ql_ends(title, QL_STR(":"))) title = ql_trim(ql_slice(title, 0, title.len - 1));
  return title;
}

ql_rule *ql__add_rule(ql__compiler *c, ql_rule_kind kind, const ql__region *region, ql_str title, int confidence) {
  ql_rule *rule = room_for(c, region->head ? region->head->offset : c->spec->body_offset) ? ql_arena_get(c->arena, sizeof *rule) : NULL;
  if (!rule) return NULL;
  c->items++;
  *rule = (ql_rule){.kind = kind,
                    .title = ql__start(trim_title(title), TITLE_MAX),
                    .heading = ql__start(region->heading, TITLE_MAX),
                    .confidence = confidence,
                    .sum_tokens = -1,
                    .stated_tokens = -1,
                    .window_tokens = -1};
  if (c->last)
    c->last->next = rule;
  else
    c->first = rule;
  c->last = rule;
  c->rules++;
  return rule;
}

ql_rule *ql__ongoing_rule(ql__compiler *c, ql_rule_kind kind, const ql__region *region, ql_str title, int confidence) {
  ql__region upper = *region;
  if (!region->label.ptr) upper.heading = region->parent;
  ql_rule *rule = c->ongoing;
  if (rule && rule->kind == kind && rule->heading.ptr == upper.heading.ptr && ql_eq(rule->title, trim_title(title))) return rule;
  return c->ongoing = ql__add_rule(c, kind, &upper, title, confidence);
}

void ql__place_rule(ql_rule *rule, size_t offset, size_t end, uint32_t line) {
  if (!rule) return;
  rule->offset = offset;
  rule->end = end;
  rule->line = line;
}

ql_rule_item *ql__add_item(ql__compiler *c, ql_rule *rule, ql_rule_item *parent, ql_str text, size_t offset, size_t end, uint32_t line) {
  ql_rule_item *item = rule && room_for(c, offset) ? ql_arena_get(c->arena, sizeof *item) : NULL;
  if (!item) return NULL;
  c->items++;
  *item = (ql_rule_item){
      .text = ql_trim(text), .retries = -1, .tokens = -1, .min_ms = -1, .max_ms = -1, .offset = offset, .end = end, .line = line};
  ql_rule_item **first = parent ? &parent->first : &rule->first, **last = parent ? &parent->last : &rule->last;
  if (*last)
    (*last)->next = item;
  else
    *first = item;
  *last = item;
  if (!parent) rule->item_count++;
  return item;
}

ql_rule_item *ql__add_line(ql__compiler *c, ql_rule *rule, ql_rule_item *parent, ql_str text, const ql__line *line) {
  return ql__add_item(c, rule, parent, text, line->offset, line->end, line->line);
}

ql_rule_item *ql__add_block(ql__compiler *c, ql_rule *rule, ql_rule_item *parent, const ql_md_block *block) {
  return ql__add_item(c, rule, parent, block->text, block->offset, block->end, block->line);
}

/* ---- regions ---- */

static void compile(ql__compiler *c, const ql__region *region) {
  ql__compile *found = COMPILERS[region->topic].compile;
  if (found && region->count > 0) found(c, region);
}

bool ql__is_label(const ql_md_block *b) {
  if (b->quoted || (b->kind != QL_MD_PARAGRAPH && b->kind != QL_MD_ITEM) || b->text.len > LABEL_MAX) return false;
  return ql_ends(b->text, QL_STR(":")) || (b->kind == QL_MD_PARAGRAPH && b->lead.ptr && b->lead.len == b->text.len);
}

/* Topics whose sentences are no promises, or are read with the rest of the region. */
static bool is_silent(ql__topic topic) {
  return topic == QL__ABOUT_EXAMPLE || topic == QL__ABOUT_TEMPLATE || topic == QL__ABOUT_MESSAGE || topic == QL__ABOUT_RESTRICTION ||
         topic == QL__ABOUT_MANDATE || topic == QL__ABOUT_IDENTITY;
}

/* Topics whose labels are their own affair. */
static bool is_closed(ql__topic topic) {
  return topic == QL__ABOUT_MODES || topic == QL__ABOUT_TEMPLATE || topic == QL__ABOUT_EXAMPLE || topic == QL__ABOUT_MESSAGE;
}

/* Labels inside a list: what is nested below them. The list's own region has these lines too. */
static void compile_nested(ql__compiler *c, const ql__region *region) {
  for (size_t i = 0; i < region->count; i++) {
    const ql_md_block *b = &region->blocks[i];
    if (b->depth == 0 || !ql__is_label(b)) continue;
    ql__topic topic = ql__topic_of(b->text);
    if (topic == QL__ABOUT_NOTHING || topic == region->topic) continue;
    ql__region inner = *region;
    inner.topic = topic;
    inner.own = true;
    inner.label = b->text;
    inner.head = b;
    inner.blocks = b + 1;
    inner.count = 0;
    while (i + 1 + inner.count < region->count && inner.blocks[inner.count].depth > b->depth) inner.count++;
    compile(c, &inner);
  }
}

/* What stands below a heading: up to its first label, and below each label up to the next. */
static void compile_section(ql__compiler *c, const ql__region *section) {
  ql__region part = *section;
  size_t from = 0;
  bool titled = section->head && section->head->level > 1; /* elsewhere labels do what headings do */
  for (size_t i = 0; i <= section->count; i++) {
    const ql_md_block *b = i < section->count ? &section->blocks[i] : NULL;
    ql__topic topic = QL__ABOUT_NOTHING;
    if (b && (b->depth > 0 || !ql__is_label(b) || is_closed(section->topic))) continue;
    if (b) topic = titled ? ql__topic_of(b->text) : ql__heading_topic(b->text);
    if (b && (topic == part.topic || (topic == QL__ABOUT_NOTHING && !part.label.ptr))) continue;
    part.blocks = section->blocks + from;
    part.count = i - from;
    compile(c, &part);
    if (!is_closed(part.topic)) compile_nested(c, &part);
    if (!is_silent(part.topic)) ql__compile_conduct(c, &part);
    if (!b) break;
    from = i + 1;
    part = *section;
    if (topic == QL__ABOUT_NOTHING) { /* a label about nothing known ends what the last one said */
      from = i;
      continue;
    }
    part.topic = topic;
    part.own = true;
    part.label = b->text;
    part.head = b;
  }
}

typedef struct open_heading {
  ql_str title;
  ql__topic topic;
  bool filled; /* words stand right below it */
} open_heading;

static size_t count_first_level(const ql__outline *outline) {
  size_t count = 0;
  for (size_t i = 0; i < outline->count; i++) count += outline->blocks[i].kind == QL_MD_HEADING && outline->blocks[i].level == 1;
  return count;
}

static void compile_regions(ql__compiler *c) {
  const ql__outline *outline = c->outline;
  open_heading open[7] = {{.title = QL_STR("")}};   /* by level; 0 is the file */
  bool one_title = count_first_level(outline) == 1; /* then it names the file, and is about no part of it */
  ql__region section = {.heading = QL_STR(""), .parent = QL_STR(""), .blocks = outline->blocks};
  for (size_t i = 0; i <= outline->count; i++) {
    const ql_md_block *b = i < outline->count ? &outline->blocks[i] : NULL;
    if (b && (b->kind != QL_MD_HEADING || b->depth > 0 || b->quoted)) {
      section.count++;
      continue;
    }
    compile_section(c, &section);
    if (!b) break;
    if (section.head) open[section.head->level].filled = section.count > 0;
    bool filled = false;
    ql__topic own = one_title && b->level == 1 ? QL__ABOUT_NOTHING : ql__heading_topic(b->text);
    ql_str above = QL_STR("");
    ql__topic inherited = QL__ABOUT_NOTHING;
    for (uint32_t level = 1; level < b->level; level++) {
      if (open[level].title.ptr) above = open[level].title;
      if (open[level].topic == QL__ABOUT_NOTHING) continue;
      inherited = open[level].topic;
      filled = open[level].filled;
    }
    if (inherited == QL__ABOUT_EXAMPLE) own = QL__ABOUT_NOTHING; /* what stands in an example is one */
    for (uint32_t level = b->level; level < QL_COUNT(open); level++) open[level] = (open_heading){0};
    open[b->level] = (open_heading){.title = b->text, .topic = own};
    section = (ql__region){.topic = own != QL__ABOUT_NOTHING ? own : inherited,
                           .own = own != QL__ABOUT_NOTHING,
                           .filled = own == QL__ABOUT_NOTHING && filled,
                           .heading = b->text,
                           .parent = above,
                           .head = b,
                           .blocks = b + 1};
  }
}

/* ---- ids ---- */

typedef struct id_set {
  ql_arena *arena;
  ql_str *slots;  /* open addressing; absent ones are free */
  uint32_t *seen; /* how often that id was asked for */
  size_t mask;
} id_set;

/* The words in lower case, joined by hyphens; a hash of them where they have no letter of a to z and no digit. */
static size_t write_slug(char out[SLUG_MAX], ql_str words) {
  size_t len = 0;
  for (size_t i = 0; i < words.len && len < SLUG_MAX; i++) {
    char c = ql_to_lower(words.ptr[i]);
    if (ql_is_alnum(c))
      out[len++] = c;
    else if (len > 0 && out[len - 1] != '-')
      out[len++] = '-';
  }
  while (len > 0 && out[len - 1] == '-') len--;
  if (len > 0) return len;
  for (uint32_t hash = ql__id_hash(words); len < 8; hash >>= 4) out[len++] = "0123456789abcdef"[hash & 15u];
  return len;
}

/* before + separator + slug of words; the second of that name gets "-2" behind it, and so on. */
static ql_str unique_id(id_set *set, ql_str before, ql_str separator, ql_str words) {
  char slug[SLUG_MAX];
  ql_str pieces[] = {before, separator, {slug, write_slug(slug, words)}, QL_STR("-"), QL_ABSENT};
  ql_str id = ql_arena_concat(set->arena, pieces, 3);
  while (id.ptr) {
    size_t at = ql__id_hash(id) & set->mask;
    while (set->slots[at].ptr && !ql_eq(set->slots[at], id)) at = (at + 1) & set->mask;
    if (!set->slots[at].ptr) {
      set->slots[at] = id;
      break;
    }
    pieces[4] = ql__number(set->arena, (size_t)++set->seen[at] + 1);
    id = ql_arena_concat(set->arena, pieces, QL_COUNT(pieces));
  }
  return id;
}

static ql_str words_of(const ql_rule_item *item) { return item->name.ptr ? item->name : item->text; }

/* Ids of a rule's items, outer ones first. Nesting is bounded by ITEM_LEVELS. */
static void name_items(id_set *set, const ql_rule *rule) {
  ql_rule_item *path[ITEM_LEVELS] = {rule->first};
  for (size_t level = 0;;) {
    ql_rule_item *item = path[level];
    if (!item) {
      if (level-- == 0) return;
      path[level] = path[level]->next;
      continue;
    }
    item->id = unique_id(set, level > 0 ? path[level - 1]->id : rule->id, QL_STR("/"), words_of(item));
    if (!item->id.ptr) return;
    if (item->first && level + 1 < ITEM_LEVELS)
      path[++level] = item->first;
    else
      path[level] = item->next;
  }
}

static void name_rules(ql__compiler *c) {
  size_t size = 16;
  while (size < 2 * (c->rules + c->items)) size *= 2;
  id_set set = {c->arena, ql_arena_array(c->arena, size, sizeof *set.slots), ql_arena_array(c->arena, size, sizeof *set.seen), size - 1};
  if (!set.slots || !set.seen) return;
  for (ql_rule *rule = c->first; rule; rule = rule->next) {
    const char *kind = ql_rule_kind_id(rule->kind);
    size_t len = 0;
    while (kind[len]) len++;
    rule->id = unique_id(&set, (ql_str){kind, len}, QL_STR(":"), rule->title.len > 0 ? rule->title : rule->heading);
    if (!rule->id.ptr) return;
    name_items(&set, rule);
  }
}

/* ---- order ---- */

/* Where a rule lies, from its items; empty ones are dropped. */
static void place_rules(ql__compiler *c) {
  ql_rule **link = &c->first;
  for (ql_rule *rule = c->first; rule; rule = rule->next) {
    if (rule->line == 0 && rule->first) ql__place_rule(rule, rule->first->offset, rule->last->end, rule->first->line);
    for (const ql_rule_item *item = rule->first; item; item = item->next)
      for (const ql_rule_item *inner = item; inner; inner = inner->last)
        if (inner->end > rule->end) rule->end = inner->end;
    if (rule->line == 0) {
      c->rules--;
      continue;
    }
    *link = rule;
    link = &rule->next;
  }
  *link = NULL;
}

static ql_rule *merge(ql_rule *x, ql_rule *y) {
  ql_rule *first = NULL, **link = &first;
  while (x && y) {
    ql_rule **from = y->offset < x->offset ? &y : &x;
    *link = *from;
    link = &(*from)->next;
    *from = *link;
  }
  *link = x ? x : y;
  return first;
}

/* By place; those at one place stay in the order in which they were found. */
static ql_rule *sort(ql_rule *rules) {
  ql_rule *runs[16] = {NULL}; /* runs[i] holds 2^i rules or none */
  while (rules) {
    ql_rule *run = rules;
    rules = rules->next;
    run->next = NULL;
    size_t i = 0;
    for (; i + 1 < QL_COUNT(runs) && runs[i]; i++) {
      run = merge(runs[i], run);
      runs[i] = NULL;
    }
    runs[i] = run;
  }
  ql_rule *all = NULL;
  for (size_t i = 0; i < QL_COUNT(runs); i++)
    if (runs[i]) all = merge(runs[i], all);
  return all;
}

ql_status ql__compile_policy(ql_arena *a, const ql__outline *outline, ql__notes *notes, ql_spec *spec) {
  ql__compiler c = {.arena = a, .spec = spec, .notes = notes, .outline = outline};
  ql__compile_roster(&c);
  c.taken = ql_arena_array(a, outline->count + 1, sizeof *c.taken);
  if (!c.taken) return QL_ERR_NOMEM;
  compile_regions(&c);
  place_rules(&c);
  c.first = sort(c.first);
  name_rules(&c);
  spec->rules = c.first;
  spec->rule_count = c.rules;
  return ql_arena_failed(a) ? QL_ERR_NOMEM : QL_OK;
}
