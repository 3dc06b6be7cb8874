#include <questline/roadmap.h>

#include <questline/limits.h>

#include "base/text.h"
#include "format/markdown.h"
#include "plan/draft.h"
#include "plan/form.h"
#include "plan/parts.h"

#define DEPTH_MAX 16u

typedef enum part { PART_ITEMS, PART_SUCCESS, PART_DEPENDENCIES, PART_RISKS, PART_OTHER } part;

static const struct {
  ql_str words;
  part part;
} PARTS[] = {{QL_STR_INIT("success criteria"), PART_SUCCESS},
             {QL_STR_INIT("success metrics"), PART_OTHER},
             {QL_STR_INIT("dependenc"), PART_DEPENDENCIES},
             {QL_STR_INIT("risk"), PART_RISKS},
             {QL_STR_INIT("metrics"), PART_OTHER},
             {QL_STR_INIT("effort"), PART_OTHER},
             {QL_STR_INIT("legend"), PART_OTHER}};

typedef struct open_phase {
  ql_roadmap_phase phase;
  ql__texts success, dependencies, risks;
} open_phase;

typedef struct open_item {
  ql_roadmap_item item;
  ql__texts details, waits; /* waits: names behind "depends on" */
} open_item;

typedef struct reader {
  ql_arena *arena;
  ql_str text;
  open_phase *phases;
  size_t phase_count, phase_cap;
  open_item *items;
  size_t item_count, item_cap;
  ql__texts dependencies, risks;
  bool in_phase;
  bool named;     /* there are headings "Phase N" */
  uint32_t level; /* of the heading of the open phase */
  ql_str heading; /* the latest, for roadmaps without such headings */
  uint32_t heading_line;
  size_t behind; /* the end of the latest block */
  part part;
  size_t at_depth[DEPTH_MAX + 1]; /* index + 1 of the latest item of each depth; 0 for none */
} reader;

static ql_status no_memory(ql_error *err) { return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT); }

static ql_str from(ql_str s, size_t at) { return ql_slice(s, at, s.len); }

/* ---- phases ---- */

static bool add_phase(reader *r, ql_str title, uint32_t line) {
  open_phase *phases = ql_arena_grow(r->arena, r->phases, r->phase_count, &r->phase_cap, sizeof *phases);
  if (!phases) return false;
  r->phases = phases;
  ql_str duration = QL_ABSENT;
  size_t open = title.len;
  while (open > 0 && title.ptr[open - 1] != '(') open--;
  if (open > 1 && ql_ends(title, QL_STR(")"))) {
    duration = ql_slice(title, open, title.len - 1);
    title = ql_trim(ql_slice(title, 0, open - 1));
  }
  phases[r->phase_count++] = (open_phase){.phase = {.title = title, .duration = duration, .goal = QL_ABSENT, .line = line}};
  r->in_phase = true;
  return true;
}

static open_phase *last_phase(reader *r) { return &r->phases[r->phase_count - 1]; }

static part part_of(ql_str words) {
  for (size_t i = 0; i < QL_COUNT(PARTS); i++)
    if (ql_starts_nocase(words, PARTS[i].words)) return PARTS[i].part;
  return PART_ITEMS;
}

/* Pictures in front of a heading are no part of it. */
static ql_str without_pictures(ql_str text) {
  while (text.len > 0 && ((unsigned char)text.ptr[0] >= 0x80 || text.ptr[0] == ' ')) text = from(text, 1);
  return text;
}

static bool read_heading(reader *r, const ql_md_block *block) {
  ql_str words = without_pictures(block->text), title;
  for (size_t i = 0; i <= DEPTH_MAX; i++) r->at_depth[i] = 0;
  if (ql__form_phase(words, &title)) {
    r->part = PART_ITEMS;
    r->level = block->level;
    r->named = true;
    return add_phase(r, title.len > 0 ? title : words, block->line);
  }
  r->part = part_of(words);
  if (r->in_phase && (!r->named || block->level <= r->level)) r->in_phase = false;
  r->heading = words;
  r->heading_line = block->line;
  return true;
}

/* "**Goal**: text", "**Success Criteria:** text" */
static bool labelled(ql_str line, ql_str *label, ql_str *value) {
  ql_str s = ql_trim(line);
  size_t emphasis = ql__cut_emphasis(&s), colon = ql_find_byte(s, ':', 0);
  if (colon == SIZE_MAX) return false;
  *label = ql__cut_emphasis_end(ql_slice(s, 0, colon));
  *value = from(s, colon + 1);
  if (emphasis > 0) ql__cut_emphasis(value);
  *value = ql_trim(*value);
  return label->len > 0;
}

static void read_paragraph(reader *r, const ql_md_block *block) {
  ql_str rest = ql_slice(r->text, block->offset, block->end), line, label, value;
  if (!r->in_phase || block->depth > 0) return;
  open_phase *phase = last_phase(r);
  while (ql_next_line(&rest, &line)) {
    if (!labelled(line, &label, &value)) continue;
    if (ql_eq_nocase(label, QL_STR("goal")) && value.len > 0) phase->phase.goal = value;
    if (ql_eq_nocase(label, QL_STR("duration")) && value.len > 0) phase->phase.duration = value;
    if (ql_eq_nocase(label, QL_STR("success criteria"))) {
      if (value.len > 0) ql__texts_add(r->arena, &phase->success, value);
      r->part = value.len > 0 ? r->part : PART_SUCCESS; /* they follow as a list */
    } else if (value.len == 0) {
      r->part = part_of(label);
    }
  }
}

/* ---- items ---- */

/* Takes the word of a code span out of the plain text: its last place there. */
static ql_str without_word(ql_arena *a, ql_str text, ql_str word) {
  size_t at = SIZE_MAX;
  for (size_t i = ql_find(text, word, 0); i != SIZE_MAX; i = ql_find(text, word, i + 1)) {
    bool starts = i == 0 || text.ptr[i - 1] == ' ', ends = i + word.len == text.len || text.ptr[i + word.len] == ' ';
    if (starts && ends) at = i;
  }
  if (at == SIZE_MAX) return text;
  const ql_str pieces[] = {ql_slice(text, 0, at), from(text, at + word.len)};
  return ql_trim(ql_arena_concat(a, pieces, 2));
}

static bool is_duration(ql_str word) {
  ql_plan_estimate estimate = {-1, -1, -1};
  return ql__get_estimate(word, &estimate) && estimate.minutes >= 0;
}

/* Effort and duration stand in backticks. */
static ql_str read_codes(reader *r, ql_roadmap_item *item, ql_str raw, ql_str text) {
  for (size_t at = ql_find_byte(raw, '`', 0), end; at != SIZE_MAX; at = ql_find_byte(raw, '`', end + 1)) {
    end = ql_find_byte(raw, '`', at + 1);
    if (end == SIZE_MAX) break;
    ql_str word = ql_trim(ql_slice(raw, at + 1, end));
    if (item->effort == QL_EFFORT_NONE && ql_effort_read(word, &item->effort))
      text = without_word(r->arena, text, word);
    else if (!item->duration.ptr && is_duration(word)) {
      item->duration = word;
      text = without_word(r->arena, text, word);
    }
  }
  return text;
}

/* The title ends where the strong words do, else at the first dash or colon. */
static void split_title(ql_roadmap_item *item, ql_str text, ql_str lead) {
  static const ql_str signs[] = {QL_STR_INIT(" - "), QL_STR_INIT(" \xE2\x80\x93 "), QL_STR_INIT(" \xE2\x80\x94 "), QL_STR_INIT(": ")};
  size_t cut = lead.len > 0 && ql_starts(text, lead) ? lead.len : text.len, behind = cut;
  for (size_t i = 0; i < QL_COUNT(signs) && lead.len == 0; i++) {
    size_t at = ql_find(text, signs[i], 0);
    if (at != SIZE_MAX && at > 0 && at < cut) {
      cut = at;
      behind = at;
    }
  }
  item->title = ql_trim(ql_slice(text, 0, cut));
  if (ql_ends(item->title, QL_STR(":"))) item->title = ql_trim(ql_slice(item->title, 0, item->title.len - 1));
  ql_str rest = ql_trim(from(text, behind));
  size_t sign = ql_starts(rest, QL_STR(":")) ? 1 : ql__dash(rest);
  item->description = ql_trim(from(rest, sign));
}

/* Names behind "depends on", up to a bracket or a full stop. */
static void read_waits(reader *r, open_item *open, ql_str text) {
  static const ql_str words[] = {QL_STR_INIT("depends on"), QL_STR_INIT("blocked by"), QL_STR_INIT("after:")};
  for (size_t at = 0; at < text.len; at++) {
    for (size_t i = 0; i < QL_COUNT(words); i++) {
      if (!ql_starts_nocase(from(text, at), words[i]) || (at > 0 && ql_is_alnum(text.ptr[at - 1]))) continue;
      size_t end = at += words[i].len;
      while (end < text.len && text.ptr[end] != ')' && text.ptr[end] != ';' &&
             !(text.ptr[end] == '.' && (end + 1 == text.len || text.ptr[end + 1] == ' ')))
        end++;
      ql_str list = ql_slice(text, at, end);
      if (ql_starts(list, QL_STR(":"))) list = from(list, 1);
      while (list.len > 0) {
        size_t comma = ql_find_byte(list, ',', 0), and = ql_find(list, QL_STR(" and "), 0);
        size_t cut = comma < and? comma : and;
        ql_str name = ql_trim(ql_slice(list, 0, cut));
        if (name.len > 0) ql__texts_add(r->arena, &open->waits, name);
        list = cut == SIZE_MAX ? QL_STR("") : from(list, cut + (comma < and? 1 : 5));
      }
      at = end;
    }
  }
}

static bool says_blocked(ql_str text) {
  for (size_t at = 0; at + 7 <= text.len; at++) {
    if (!ql_starts_nocase(from(text, at), QL_STR("blocked"))) continue;
    bool starts = at == 0 || text.ptr[at - 1] == '(' || text.ptr[at - 1] == '[';
    if (starts && !ql_starts_nocase(from(text, at), QL_STR("blocked by"))) return true;
  }
  return false;
}

static bool is_box(ql_str text, size_t at, bool done) {
  if (at + 2 >= text.len || text.ptr[at] != '[' || text.ptr[at + 2] != ']') return false;
  return done ? ql_to_lower(text.ptr[at + 1]) == 'x' : text.ptr[at + 1] == ' ';
}

static size_t marker_length(ql_str text) {
  if (text.len > 0 && ql_find_byte(QL_STR("-*+"), text.ptr[0], 0) != SIZE_MAX) return 1;
  size_t digits = 0;
  while (digits < text.len && ql_is_digit(text.ptr[digits])) digits++;
  return digits > 0 && digits < text.len && ql_find_byte(QL_STR(".)"), text.ptr[digits], 0) != SIZE_MAX ? digits + 1 : 0;
}

/* Behind the markers of a list that stand at a place, with a blank behind each; SIZE_MAX where there is none. */
static size_t behind_markers(ql_str text, size_t at, bool quoted) {
  bool found = false;
  for (size_t length;; at += length, found = true) {
    while (at < text.len && (ql_is_space(text.ptr[at]) || (quoted && text.ptr[at] == '>'))) at++;
    length = marker_length(from(text, at));
    if (length == 0 || at + length >= text.len || !ql_is_space(text.ptr[at + length])) return found ? at : SIZE_MAX;
  }
}

static size_t line_start(ql_str text, size_t at) {
  while (at > 0 && text.ptr[at - 1] != '\n' && text.ptr[at - 1] != '\r') at--;
  return at;
}

/* The character between the brackets; SIZE_MAX where they are not found. They stand behind the item's marker, on the line of its first word or above it
   when there is only markup behind them. The words may begin with what looks like a marker and a box. behind: the end of the block before. */
static size_t find_box(ql_str text, const ql_md_block *block, size_t behind) {
  ql_str before = ql_slice(text, 0, block->words);
  for (size_t at = block->offset;;) {
    size_t box = behind_markers(before, at, block->quoted); /* one without a marker is one of the words */
    if (box != SIZE_MAX && is_box(before, box, block->task == QL_MD_TASK_DONE)) return box + 1;
    at = line_start(text, at);
    if (at <= behind + 1) return SIZE_MAX;
    at = line_start(text, at - 1);
  }
}

static bool read_box(reader *r, const ql_md_block *block) {
  if (!r->in_phase && !add_phase(r, r->heading, r->heading_line > 0 ? r->heading_line : block->line)) return false;
  open_item *items = ql_arena_grow(r->arena, r->items, r->item_count, &r->item_cap, sizeof *items);
  if (!items) return false;
  r->items = items;
  open_item *open = &items[r->item_count];
  *open = (open_item){
      .item = {.done = block->task == QL_MD_TASK_DONE, .phase = r->phase_count - 1, .line = block->line, .duration = QL_ABSENT}};
  ql_str raw = ql_slice(r->text, block->offset, block->end);
  size_t depth = block->depth < DEPTH_MAX ? block->depth : DEPTH_MAX;
  open->item.box = find_box(r->text, block, r->behind);
  open->item.parent = SIZE_MAX;
  for (size_t d = depth; d-- > 0 && open->item.parent == SIZE_MAX;)
    if (r->at_depth[d] > 0) open->item.parent = r->at_depth[d] - 1;
  ql_str text = read_codes(r, &open->item, raw, block->text);
  split_title(&open->item, text, block->lead);
  read_waits(r, open, text);
  open->item.blocked = !open->item.done && (says_blocked(open->item.description) || says_blocked(open->item.title));
  r->at_depth[depth] = ++r->item_count;
  for (size_t d = depth + 1; d <= DEPTH_MAX; d++) r->at_depth[d] = 0;
  open_phase *phase = last_phase(r);
  phase->phase.items++;
  phase->phase.open += !open->item.done;
  return true;
}

static bool read_item(reader *r, const ql_md_block *block) {
  if (r->part == PART_ITEMS && block->task != QL_MD_TASK_NONE) return read_box(r, block);
  open_phase *phase = r->in_phase ? last_phase(r) : NULL;
  ql__texts *list = NULL;
  switch (r->part) {
  case PART_SUCCESS: list = phase ? &phase->success : NULL; break;
  case PART_DEPENDENCIES: list = phase ? &phase->dependencies : &r->dependencies; break;
  case PART_RISKS: list = phase ? &phase->risks : &r->risks; break;
  case PART_ITEMS:
    for (size_t d = block->depth < DEPTH_MAX ? block->depth : DEPTH_MAX; d-- > 0 && !list;) {
      if (r->at_depth[d] == 0) continue;
      open_item *parent = &r->items[r->at_depth[d] - 1];
      read_waits(r, parent, block->text);
      list = &parent->details;
    }
    break;
  case PART_OTHER: break;
  }
  if (list) ql__texts_add(r->arena, list, block->text);
  return true;
}

/* ---- the end ---- */

typedef struct named_item {
  ql_str title;
  size_t index;
} named_item;

static bool same_title(ql_str x, ql_str y) {
  ql__cut_emphasis(&x);
  ql__cut_emphasis(&y);
  return ql_eq_nocase(ql__cut_emphasis_end(x), ql__cut_emphasis_end(y));
}

/* The items that an item waits for, and whether that holds it up. */
static bool link_item(reader *r, open_item *open, size_t self, size_t *budget) {
  size_t *after = ql_arena_array(r->arena, open->waits.len, sizeof *after);
  if (!after) return false;
  for (size_t i = 0; i<open->waits.len && * budget> 0; i++) {
    for (size_t k = 0; k<r->item_count && * budget> 0; k++, (*budget)--) {
      if (k == self || !same_title(r->items[k].item.title, open->waits.items[i])) continue;
      after[open->item.after_count++] = k;
      open->item.blocked |= !open->item.done && !r->items[k].item.done;
      break;
    }
  }
  open->item.after = after;
  return true;
}

static size_t next_of(const ql_roadmap *map) {
  size_t phase = 0;
  while (phase < map->phase_count && map->phases[phase].open == 0) phase++;
  for (size_t i = 0; i < map->item_count; i++) {
    const ql_roadmap_item *item = &map->items[i];
    bool inside = item->parent != SIZE_MAX && !map->items[item->parent].done;
    if (item->phase == phase && !item->done && !item->blocked && !inside) return i;
  }
  return SIZE_MAX;
}

static ql_status finish(reader *r, ql_str path, const ql_roadmap **out, ql_error *err) {
  ql_roadmap *map = ql_arena_get(r->arena, sizeof *map);
  ql_roadmap_phase *phases = ql_arena_array(r->arena, r->phase_count + 1, sizeof *phases);
  ql_roadmap_item *items = ql_arena_array(r->arena, r->item_count + 1, sizeof *items);
  size_t budget = (size_t)QL_PLAN_EDGES_MAX * QL_PLAN_TASKS_MAX; /* comparisons of titles */
  if (!map || !phases || !items) return no_memory(err);
  for (size_t i = 0; i < r->item_count; i++)
    if (!link_item(r, &r->items[i], i, &budget)) return no_memory(err);
  if (budget == 0) return ql_fail(err, QL_ERR_LIMIT, "too many items name others; split the roadmap", QL_ABSENT);
  for (size_t i = 0; i < r->item_count; i++) {
    items[i] = r->items[i].item;
    items[i].details = r->items[i].details.items;
    items[i].detail_count = r->items[i].details.len;
  }
  for (size_t i = 0; i < r->phase_count; i++) {
    const open_phase *open = &r->phases[i];
    phases[i] = open->phase;
    phases[i].success = open->success.items;
    phases[i].success_count = open->success.len;
    phases[i].dependencies = open->dependencies.items;
    phases[i].dependency_count = open->dependencies.len;
    phases[i].risks = open->risks.items;
    phases[i].risk_count = open->risks.len;
  }
  *map = (ql_roadmap){.path = path, .phases = phases, .phase_count = r->phase_count, .items = items, .item_count = r->item_count};
  map->dependencies = r->dependencies.items;
  map->dependency_count = r->dependencies.len;
  map->risks = r->risks.items;
  map->risk_count = r->risks.len;
  map->next = next_of(map);
  *out = map;
  return ql_arena_failed(r->arena) ? no_memory(err) : QL_OK;
}

static ql_status fail_at(ql_str text, size_t offset, ql_status code, const char *message, ql_error *err) {
  ql_status status = ql_fail(err, code, message, QL_ABSENT);
  if (!err) return status;
  err->offset = offset;
  ql_position(text, offset, &err->line, &err->column);
  return status;
}

ql_status ql_roadmap_read(ql_arena *a, ql_str text, ql_str path, const ql_roadmap **out, ql_error *err) {
  reader r = {.arena = a, .text = text, .heading = QL_STR("")};
  const ql_md_block *blocks;
  size_t count, bad = ql_utf8_bad(text);
  if (bad != SIZE_MAX) return fail_at(text, bad, QL_ERR_UTF8, "not valid UTF-8; save the file as UTF-8", err);
  ql_status status = ql_md_outline(a, text, 0, &blocks, &count, err);
  if (status != QL_OK) return status;
  for (size_t i = 0; i < count; i++) {
    bool read = true;
    switch (blocks[i].kind) {
    case QL_MD_HEADING: read = read_heading(&r, &blocks[i]); break;
    case QL_MD_PARAGRAPH: read_paragraph(&r, &blocks[i]); break;
    case QL_MD_ITEM: read = read_item(&r, &blocks[i]); break;
    case QL_MD_CODE:
    case QL_MD_ROW: break;
    }
    if (!read || ql_arena_failed(a)) return no_memory(err);
    r.behind = blocks[i].end;
    if (r.item_count > QL_PLAN_EDGES_MAX)
      return fail_at(text, blocks[i].offset, QL_ERR_LIMIT, "more items than QL_PLAN_EDGES_MAX; split the roadmap", err);
  }
  if (r.item_count == 0)
    return fail_at(text, 0, QL_ERR_SYNTAX, "no item is there; write one such as - [ ] **Login** - people sign in `M`", err);
  return finish(&r, path, out, err);
}

/* ---- what is done with it ---- */

ql_status ql_roadmap_request(ql_arena *a, const ql_roadmap *roadmap, size_t item, ql_str *objective, ql_plan_source *source,
                             ql_error *err) {
  if (item >= roadmap->item_count) return ql_fail(err, QL_ERR_NOT_FOUND, "the roadmap has no such item", QL_ABSENT);
  const ql_roadmap_item *wanted = &roadmap->items[item];
  if (wanted->done) return ql_fail(err, QL_ERR_STATE, "this item is done", wanted->title);
  ql_buf buf = ql_buf_new(ql_arena_alloc(a));
  ql_buf_add(&buf, wanted->title);
  if (wanted->description.len > 0) ql_buf_add(&buf, QL_STR(" - "));
  ql_buf_add(&buf, wanted->description);
  bool first = true;
  for (size_t i = 0; i < roadmap->item_count; i++) {
    if (roadmap->items[i].parent != item || roadmap->items[i].done) continue;
    ql_buf_add(&buf, first ? QL_STR(": ") : QL_STR(", "));
    ql_buf_add(&buf, roadmap->items[i].title);
    first = false;
  }
  ql_str text = ql_buf_take(&buf, a);
  if (!text.ptr) return no_memory(err);
  *objective = text;
  *source = (ql_plan_source){.origin = QL_FROM_DOCUMENT, .path = roadmap->path, .line = wanted->line, .words = wanted->title};
  return QL_OK;
}

const ql_plan *ql_plan_for_item(ql_arena *a, const ql_plan *plan, const ql_plan_source *item) {
  ql_plan *copy = ql_arena_get(a, sizeof *copy);
  if (!copy) return NULL;
  *copy = *plan;
  copy->item = *item;
  return copy;
}

ql_status ql_roadmap_tick(ql_arena *a, ql_str text, const ql_plan_source *item, size_t *offset, ql_error *err) {
  const ql_roadmap *map;
  ql_status status = ql_roadmap_read(a, text, item->path, &map, err);
  if (status != QL_OK) return status;
  const ql_roadmap_item *found = NULL;
  size_t times = 0;
  bool exact = false;
  for (size_t i = 0; i < map->item_count; i++) {
    const ql_roadmap_item *candidate = &map->items[i];
    if (!ql_eq(candidate->title, item->words)) continue;
    times++;
    if (!exact) found = candidate;
    exact |= candidate->line == item->line;
  }
  if (!found || (times > 1 && !exact))
    return ql_fail(err, QL_ERR_NOT_FOUND, "the item is not in the roadmap any more; tick it off by hand", item->words);
  if (found->done) return ql_fail(err, QL_ERR_STATE, "this item is done", item->words);
  if (found->box == SIZE_MAX) return ql_fail(err, QL_ERR_NOT_FOUND, "the item's box was not found; tick it off by hand", item->words);
  *offset = found->box;
  return QL_OK;
}
