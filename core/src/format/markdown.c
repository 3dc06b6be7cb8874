#include <string.h>

#include <md4c.h>

#include <questline/limits.h>

#include "base/text.h"
#include "format/html.h"
#include "format/markdown.h"

#define COLUMNS_MAX 128u /* md4c takes no wider table */
#define STOP        1    /* a callback's answer that ends the parse */
#define NO_BLOCK    SIZE_MAX
#define REPLACEMENT 0xFFFDu /* stands for U+0000, as CommonMark wants */

typedef struct list {
  bool ordered;
  uint32_t next; /* number */
} list;

/* The outline. A block is opened by its first word, because only words tell where they stand. */
typedef struct walker {
  ql_arena *arena;
  ql_str text;
  ql_buf blocks; /* of ql_md_block */
  list *lists;   /* open ones, outermost first */
  size_t list_count, list_cap;
  size_t quotes; /* open ones */
  /* a line of the text that only moves forward */
  size_t line_start, line_stop; /* its line's, the break left out */
  uint32_t line;
  /* the block that is announced but has no word yet */
  ql_md_block next;
  bool announced, fenced;
  size_t blank_lines; /* of code, before its first word */
  /* the block that is being filled */
  size_t open;       /* its index, NO_BLOCK when there is none */
  size_t until;      /* the end of its last word */
  ql_buf plain;      /* its text */
  size_t lead_spans; /* open ones that make the lead */
  size_t lead_len, lead_offset;
  bool in_head;
  size_t cell_start[COLUMNS_MAX], cell_end[COLUMNS_MAX]; /* in plain */
  size_t cells, cells_used;                              /* met; up to the last one with a word */
  bool full;
} walker;

static ql_md_block *block_at(walker *w, size_t index) { return (ql_md_block *)(void *)w->blocks.ptr + index; }

static size_t block_count(const walker *w) { return w->blocks.len / sizeof(ql_md_block); }

static int failed(walker *w) { return w->full || w->blocks.failed || w->plain.failed || ql_arena_failed(w->arena) ? STOP : 0; }

/* Moves the place to the line of an offset. An offset before that line leaves it where it is. */
static void move_to(walker *w, size_t offset) {
  ql_str s = w->text;
  while (w->line_stop < offset) {
    bool both = s.ptr[w->line_stop] == '\r' && w->line_stop + 1 < s.len && s.ptr[w->line_stop + 1] == '\n';
    w->line_start = w->line_stop + (both ? 2 : 1);
    w->line_stop = ql_line_end(s, w->line_start);
    w->line++;
  }
}

/* The start of the line that is `lines` above the one starting at `start`. */
static size_t line_above(ql_str s, size_t start, size_t lines) {
  for (; lines > 0 && start > 0; lines--) {
    start -= start > 1 && s.ptr[start - 1] == '\n' && s.ptr[start - 2] == '\r' ? 2 : 1;
    while (start > 0 && s.ptr[start - 1] != '\n' && s.ptr[start - 1] != '\r') start--;
  }
  return start;
}

static void announce(walker *w, ql_md_kind kind) {
  w->next = (ql_md_block){.kind = kind, .depth = (uint32_t)w->list_count, .quoted = w->quotes > 0};
  w->announced = true;
  w->fenced = false;
  w->blank_lines = 0;
  w->plain.len = 0;
  w->lead_spans = w->lead_len = 0;
}

static void close_block(walker *w) {
  w->announced = false;
  if (w->open == NO_BLOCK) return;
  ql_md_block *b = block_at(w, w->open);
  w->open = NO_BLOCK;
  b->end = ql_line_end(w->text, w->until);
  ql_str plain = ql_buf_str(&w->plain);
  if (b->kind == QL_MD_ROW) {
    ql_str *cells = ql_arena_array(w->arena, w->cells_used, sizeof *cells);
    for (size_t i = 0; cells && i < w->cells_used; i++)
      cells[i] = ql_arena_str(w->arena, ql_slice(plain, w->cell_start[i], w->cell_end[i]));
    b->text = QL_STR("");
    b->cells = cells;
    b->cell_count = w->cells_used;
    return;
  }
  b->text = ql_arena_str(w->arena, plain);
  if (w->lead_len == 0) return;
  b->lead = ql_slice(b->text, 0, w->lead_len);
  b->lead_offset = w->lead_offset;
}

/* Opens the announced block, whose first word stands at `offset`. */
static void open_block(walker *w, size_t offset) {
  if (!w->announced) announce(w, QL_MD_PARAGRAPH); /* of a tight item, behind its first block */
  if (block_count(w) == QL_MD_BLOCKS_MAX) {
    w->full = true;
    return;
  }
  move_to(w, offset);
  ql_md_block b = w->next;
  uint32_t above = w->fenced ? (uint32_t)w->blank_lines + 1 : 0;
  size_t start = line_above(w->text, w->line_start, above);
  b.line = w->line - above;
  b.words = offset;
  b.offset = start;
  while (b.offset < offset && (w->text.ptr[b.offset] == ' ' || w->text.ptr[b.offset] == '\t')) b.offset++;
  b.source = ql_slice(w->text, b.offset, above > 0 ? ql_line_end(w->text, b.offset) : w->line_stop);
  w->open = block_count(w);
  ql_buf_add(&w->blocks, (ql_str){(const char *)&b, sizeof b});
  w->announced = false;
  if (w->blocks.failed) w->open = NO_BLOCK;
}

/* A piece of text as the words it stands for. */
static void add_words(ql_buf *out, MD_TEXTTYPE type, ql_str piece) {
  uint32_t code_point;
  switch (type) {
  case MD_TEXT_NULLCHAR: ql_utf8_add(out, REPLACEMENT); return;
  case MD_TEXT_BR:
  case MD_TEXT_SOFTBR: ql_buf_byte(out, ' '); return;
  case MD_TEXT_ENTITY:
    if (ql_html_entity(piece, &code_point)) {
      ql_utf8_add(out, code_point);
      return;
    }
    break;
  case MD_TEXT_NORMAL:
  case MD_TEXT_CODE:
  case MD_TEXT_HTML:
  case MD_TEXT_LATEXMATH: break;
  }
  ql_buf_add(out, piece);
}

static void add_attribute(ql_buf *out, const MD_ATTRIBUTE *attribute) {
  for (size_t i = 0; attribute->text && attribute->substr_offsets[i] < attribute->size; i++) {
    MD_OFFSET from = attribute->substr_offsets[i], to = attribute->substr_offsets[i + 1];
    add_words(out, attribute->substr_types[i], (ql_str){attribute->text + from, to - from});
  }
}

static void open_list(walker *w, bool ordered, uint32_t first) {
  list *lists = ql_arena_grow(w->arena, w->lists, w->list_count, &w->list_cap, sizeof *lists);
  if (!lists) return;
  w->lists = lists;
  lists[w->list_count++] = (list){ordered, first};
}

static void announce_item(walker *w, const MD_BLOCK_LI_DETAIL *detail) {
  announce(w, QL_MD_ITEM);
  list *in = &w->lists[w->list_count - 1];
  w->next.ordered = in->ordered;
  if (in->ordered) w->next.number = in->next++;
  if (detail->is_task) w->next.task = detail->task_mark == ' ' ? QL_MD_TASK_OPEN : QL_MD_TASK_DONE;
}

static void announce_code(walker *w, const MD_BLOCK_CODE_DETAIL *detail) {
  announce(w, QL_MD_CODE);
  w->fenced = detail->fence_char != 0;
  if (!w->fenced) return;
  add_attribute(&w->plain, &detail->info);
  w->next.info = ql_arena_str(w->arena, ql_buf_str(&w->plain));
  w->plain.len = 0;
}

static int walk_enter_block(MD_BLOCKTYPE type, void *detail, void *self) {
  walker *w = self;
  bool first_of_item = type == MD_BLOCK_P && w->announced && w->next.kind == QL_MD_ITEM;
  bool in_row = type == MD_BLOCK_TH || type == MD_BLOCK_TD;
  if (!first_of_item && !in_row) close_block(w);
  switch (type) {
  case MD_BLOCK_UL: open_list(w, false, 0); break;
  case MD_BLOCK_OL: open_list(w, true, ((const MD_BLOCK_OL_DETAIL *)detail)->start); break;
  case MD_BLOCK_LI: announce_item(w, detail); break;
  case MD_BLOCK_QUOTE: w->quotes++; break;
  case MD_BLOCK_P:
    if (!first_of_item) announce(w, QL_MD_PARAGRAPH);
    break;
  case MD_BLOCK_H:
    announce(w, QL_MD_HEADING);
    w->next.level = ((const MD_BLOCK_H_DETAIL *)detail)->level;
    break;
  case MD_BLOCK_CODE: announce_code(w, detail); break;
  case MD_BLOCK_THEAD: w->in_head = true; break;
  case MD_BLOCK_TBODY: w->in_head = false; break;
  case MD_BLOCK_TR:
    announce(w, QL_MD_ROW);
    w->next.header = w->in_head;
    w->cells = w->cells_used = 0;
    break;
  case MD_BLOCK_TH:
  case MD_BLOCK_TD: w->cell_start[w->cells] = w->plain.len; break;
  case MD_BLOCK_DOC:
  case MD_BLOCK_HR:
  case MD_BLOCK_HTML:
  case MD_BLOCK_TABLE: break;
  }
  return failed(w);
}

static int walk_leave_block(MD_BLOCKTYPE type, void *detail, void *self) {
  walker *w = self;
  (void)detail;
  if (type == MD_BLOCK_TH || type == MD_BLOCK_TD) {
    w->cell_end[w->cells] = w->plain.len;
    if (w->cell_start[w->cells] < w->plain.len) w->cells_used = w->cells + 1;
    w->cells++;
    return failed(w);
  }
  close_block(w);
  if (type == MD_BLOCK_UL || type == MD_BLOCK_OL) w->list_count--;
  if (type == MD_BLOCK_QUOTE) w->quotes--;
  return failed(w);
}

static bool makes_lead(MD_SPANTYPE type) { return type == MD_SPAN_STRONG || type == MD_SPAN_EM || type == MD_SPAN_CODE; }

static int walk_enter_span(MD_SPANTYPE type, void *detail, void *self) {
  walker *w = self;
  (void)detail;
  if (w->open == NO_BLOCK && !w->announced) announce(w, QL_MD_PARAGRAPH);
  if (makes_lead(type) && (w->plain.len == 0 || w->lead_spans > 0)) w->lead_spans++;
  return 0;
}

static int walk_leave_span(MD_SPANTYPE type, void *detail, void *self) {
  walker *w = self;
  (void)detail;
  if (makes_lead(type) && w->lead_spans > 0 && --w->lead_spans == 0) w->lead_len = w->plain.len;
  return 0;
}

static int walk_text(MD_TEXTTYPE type, const MD_CHAR *text, MD_SIZE size, void *self) {
  walker *w = self;
  uintptr_t start = (uintptr_t)w->text.ptr, here = (uintptr_t)text;
  bool inside = size > 0 && here >= start && here < start + w->text.len; /* the others are md4c's own: breaks and indentation */
  if (inside) {
    size_t offset = (size_t)(here - start);
    if (w->open == NO_BLOCK) open_block(w, offset);
    if (w->lead_spans > 0 && w->plain.len == 0) w->lead_offset = offset;
    w->until = offset + size;
  } else if (w->open == NO_BLOCK && type == MD_TEXT_CODE && text[0] == '\n') {
    w->blank_lines++;
  }
  add_words(&w->plain, type, (ql_str){text, size});
  return failed(w);
}

ql_status ql_md_outline(ql_arena *a, ql_str text, size_t from, const ql_md_block **out, size_t *count, ql_error *err) {
  static const MD_PARSER callbacks = {.flags = MD4C_FLAGS,
                                      .enter_block = walk_enter_block,
                                      .leave_block = walk_leave_block,
                                      .enter_span = walk_enter_span,
                                      .leave_span = walk_leave_span,
                                      .text = walk_text};
  if (text.len > QL_SPEC_BYTES_MAX) return ql_fail(err, QL_ERR_LIMIT, "the text is larger than QL_SPEC_BYTES_MAX", QL_ABSENT);
  ql_alloc alloc = ql_arena_alloc(a);
  walker w = {.arena = a, .text = text, .blocks = ql_buf_new(alloc), .plain = ql_buf_new(alloc), .line = 1, .open = NO_BLOCK};
  w.line_stop = ql_line_end(text, 0);
  ql_str rest = ql_slice(text, from, text.len);
  int code = rest.len > 0 ? md_parse(rest.ptr, (MD_SIZE)rest.len, &callbacks, &w) : 0;
  size_t blocks = block_count(&w);
  ql_md_block *copy = ql_arena_array(a, blocks, sizeof *copy);
  if (copy && blocks > 0) memcpy(copy, w.blocks.ptr, blocks * sizeof *copy);
  ql_buf_free(&w.blocks);
  ql_buf_free(&w.plain);
  if (!copy || (code != 0 && !w.full)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  *out = copy;
  *count = blocks;
  return QL_OK;
}

typedef struct heading_id {
  ql_str id;
  uint32_t twins; /* numbered ones that were made of it */
} heading_id;

/* The HTML renderer. */
typedef struct writer {
  ql_arena *arena;
  ql_buf out;
  ql_buf inside;  /* of the heading being read: its tag needs the words first */
  ql_buf words;   /* of that heading */
  ql_buf scratch; /* an address, an id */
  ql_buf *to;     /* out or inside */
  bool answer;    /* as ql_md_grow says it */
  size_t spans;   /* links and images that are open */
  size_t anchor;  /* which of them is an <a>, from 1; 0 when none is: anchors do not nest */
  size_t anchor_start;
  size_t row_end; /* behind the row's last cell that is not empty */
  size_t cell_start;
  heading_id *ids;
  size_t id_count, id_cap;
} writer;

static const struct {
  const char *open, *close;
} BLOCK_TAGS[] = {
    [MD_BLOCK_DOC] = {"", ""},
    [MD_BLOCK_QUOTE] = {"<blockquote>\n", "</blockquote>\n"},
    [MD_BLOCK_UL] = {"<ul>\n", "</ul>\n"},
    [MD_BLOCK_OL] = {"<ol", "</ol>\n"},
    [MD_BLOCK_LI] = {"<li>", "</li>\n"},
    [MD_BLOCK_HR] = {"<hr>\n", ""},
    [MD_BLOCK_H] = {"", ""},
    [MD_BLOCK_CODE] = {"<pre><code", "</code></pre>\n"},
    [MD_BLOCK_HTML] = {"", ""},
    [MD_BLOCK_P] = {"<p>", "</p>\n"},
    [MD_BLOCK_TABLE] = {"<table>\n", "</table>\n"},
    [MD_BLOCK_THEAD] = {"<thead>\n", "</thead>\n"},
    [MD_BLOCK_TBODY] = {"<tbody>\n", "</tbody>\n"},
    [MD_BLOCK_TR] = {"<tr>", "</tr>\n"},
    [MD_BLOCK_TH] = {"<th", "</th>"},
    [MD_BLOCK_TD] = {"<td", "</td>"},
};

static void put(writer *w, const char *s) { ql_buf_add(w->to, (ql_str){s, strlen(s)}); }

static bool at_line_start(const writer *w) { return w->out.len == 0 || w->out.ptr[w->out.len - 1] == '\n'; }

static int write_failed(const writer *w) {
  bool failed = w->out.failed || w->inside.failed || w->words.failed || w->scratch.failed || ql_arena_failed(w->arena);
  return failed ? STOP : 0;
}

static heading_id *find_id(writer *w, ql_str id) {
  for (size_t i = 0; i < w->id_count; i++)
    if (ql_eq(w->ids[i].id, id)) return &w->ids[i];
  return NULL;
}

/* Leaves an id that no heading has yet in scratch; false when there are enough. */
static bool make_id(writer *w) {
  if (w->id_count == QL_MD_IDS_MAX) return false;
  ql_buf *id = &w->scratch;
  id->len = 0;
  ql_html_slug(id, ql_buf_str(&w->words));
  if (id->len == 0) ql_buf_add(id, QL_STR("section"));
  size_t len = id->len;
  heading_id *twin = find_id(w, ql_buf_str(id));
  while (twin && !id->failed && find_id(w, ql_buf_str(id))) {
    id->len = len;
    ql_buf_byte(id, '-');
    ql_buf_int(id, ++twin->twins);
  }
  heading_id *ids = ql_arena_grow(w->arena, w->ids, w->id_count, &w->id_cap, sizeof *ids);
  ql_str copy = ql_arena_str(w->arena, ql_buf_str(id));
  if (!ids || !copy.ptr) return false;
  w->ids = ids;
  ids[w->id_count++] = (heading_id){copy, 0};
  return true;
}

static void write_heading(writer *w, unsigned level) {
  w->to = &w->out;
  put(w, "<h");
  ql_buf_int(w->to, level);
  if (!w->answer && make_id(w)) {
    put(w, " id=\"h-");
    ql_html_text(w->to, ql_buf_str(&w->scratch));
    put(w, "\"");
  }
  put(w, ">");
  ql_buf_add(w->to, ql_buf_str(&w->inside));
  put(w, "</h");
  ql_buf_int(w->to, level);
  put(w, ">\n");
}

static void write_align(writer *w, MD_ALIGN align) {
  switch (align) {
  case MD_ALIGN_LEFT: put(w, " class=\"left\""); break;
  case MD_ALIGN_CENTER: put(w, " class=\"center\""); break;
  case MD_ALIGN_RIGHT: put(w, " class=\"right\""); break;
  case MD_ALIGN_DEFAULT: break;
  }
  put(w, ">");
}

static void write_language(writer *w, const MD_ATTRIBUTE *language) {
  if (language->size > 0) {
    w->scratch.len = 0;
    add_attribute(&w->scratch, language);
    put(w, " class=\"language-");
    ql_html_text(w->to, ql_buf_str(&w->scratch));
    put(w, "\"");
  }
  put(w, ">");
}

static int write_enter_block(MD_BLOCKTYPE type, void *detail, void *self) {
  writer *w = self;
  if (type == MD_BLOCK_TH || type == MD_BLOCK_TD) w->cell_start = w->out.len;
  if ((type == MD_BLOCK_UL || type == MD_BLOCK_OL) && !at_line_start(w)) put(w, "\n");
  put(w, BLOCK_TAGS[type].open);
  switch (type) {
  case MD_BLOCK_OL: {
    unsigned start = ((const MD_BLOCK_OL_DETAIL *)detail)->start;
    if (start != 1) {
      put(w, " start=\"");
      ql_buf_int(w->to, start);
      put(w, "\"");
    }
    put(w, ">\n");
    break;
  }
  case MD_BLOCK_LI: {
    const MD_BLOCK_LI_DETAIL *item = detail;
    if (item->is_task)
      put(w, item->task_mark == ' ' ? "<input type=\"checkbox\" disabled> " : "<input type=\"checkbox\" disabled checked> ");
    break;
  }
  case MD_BLOCK_H:
    w->inside.len = w->words.len = 0;
    w->to = &w->inside;
    break;
  case MD_BLOCK_CODE: write_language(w, &((const MD_BLOCK_CODE_DETAIL *)detail)->lang); break;
  case MD_BLOCK_TR: w->row_end = w->out.len; break;
  case MD_BLOCK_TH:
  case MD_BLOCK_TD:
    write_align(w, ((const MD_BLOCK_TD_DETAIL *)detail)->align);
    w->cell_start = w->out.len;
    break;
  case MD_BLOCK_DOC:
  case MD_BLOCK_QUOTE:
  case MD_BLOCK_UL:
  case MD_BLOCK_HR:
  case MD_BLOCK_HTML:
  case MD_BLOCK_P:
  case MD_BLOCK_TABLE:
  case MD_BLOCK_THEAD:
  case MD_BLOCK_TBODY: break;
  }
  return write_failed(w);
}

static int write_leave_block(MD_BLOCKTYPE type, void *detail, void *self) {
  writer *w = self;
  bool cell = type == MD_BLOCK_TH || type == MD_BLOCK_TD;
  bool words = cell && w->out.len > w->cell_start;
  /* A short row is a full one to a browser, and a long table must not grow by every cell it lacks. */
  if (type == MD_BLOCK_TR) w->out.len = w->row_end;
  put(w, BLOCK_TAGS[type].close);
  if (words) w->row_end = w->out.len;
  if (type == MD_BLOCK_H) write_heading(w, ((const MD_BLOCK_H_DETAIL *)detail)->level);
  return write_failed(w);
}

static const char *span_tag(MD_SPANTYPE type, bool open) {
  switch (type) {
  case MD_SPAN_EM: return open ? "<em>" : "</em>";
  case MD_SPAN_STRONG: return open ? "<strong>" : "</strong>";
  case MD_SPAN_CODE: return open ? "<code>" : "</code>";
  case MD_SPAN_DEL: return open ? "<del>" : "</del>";
  case MD_SPAN_A:
  case MD_SPAN_IMG:
  case MD_SPAN_LATEXMATH:
  case MD_SPAN_LATEXMATH_DISPLAY:
  case MD_SPAN_WIKILINK:
  case MD_SPAN_U: break;
  }
  return "";
}

/* "#words", but not the fragment of an application such as "#q=…". */
static bool leads_to_heading(ql_str url) {
  if (url.len < 2 || url.ptr[0] != '#') return false;
  for (size_t i = 1; i < url.len; i++)
    if (!ql_is_alnum(url.ptr[i]) && url.ptr[i] != '-' && url.ptr[i] != '_' && (unsigned char)url.ptr[i] < 0x80) return false;
  return true;
}

static void open_anchor(writer *w, const MD_ATTRIBUTE *address) {
  w->scratch.len = 0;
  add_attribute(&w->scratch, address);
  ql_str url = ql_buf_str(&w->scratch);
  if (!ql_html_url_allowed(url) || (w->answer && !ql_html_url_absolute(url))) return;
  put(w, "<a href=\"");
  if (leads_to_heading(url)) {
    put(w, "#h-");
    ql_html_url(w->to, ql_slice(url, 1, url.len));
  } else {
    ql_html_url(w->to, url);
  }
  put(w, "\" rel=\"noopener noreferrer\">");
  w->anchor = w->spans;
  w->anchor_start = w->to->len;
}

static int write_enter_span(MD_SPANTYPE type, void *detail, void *self) {
  writer *w = self;
  if (type == MD_SPAN_A || type == MD_SPAN_IMG) {
    w->spans++;
    const MD_ATTRIBUTE *address =
        type == MD_SPAN_A ? &((const MD_SPAN_A_DETAIL *)detail)->href : &((const MD_SPAN_IMG_DETAIL *)detail)->src;
    if (w->anchor == 0) open_anchor(w, address);
  }
  put(w, span_tag(type, true));
  return write_failed(w);
}

static int write_leave_span(MD_SPANTYPE type, void *detail, void *self) {
  writer *w = self;
  (void)detail;
  put(w, span_tag(type, false));
  if (type != MD_SPAN_A && type != MD_SPAN_IMG) return write_failed(w);
  if (w->anchor == w->spans) {
    /* Of an image without words, the address is what can be shown. */
    if (w->to->len == w->anchor_start) ql_html_text(w->to, ql_buf_str(&w->scratch));
    put(w, "</a>");
    w->anchor = 0;
  }
  w->spans--;
  return write_failed(w);
}

static int write_text(MD_TEXTTYPE type, const MD_CHAR *text, MD_SIZE size, void *self) {
  writer *w = self;
  ql_str piece = {text, size};
  if (w->to == &w->inside) add_words(&w->words, type, piece);
  switch (type) {
  case MD_TEXT_NULLCHAR: ql_utf8_add(w->to, REPLACEMENT); break;
  case MD_TEXT_BR: put(w, "<br>\n"); break;
  case MD_TEXT_SOFTBR: put(w, "\n"); break;
  case MD_TEXT_ENTITY: ql_buf_add(w->to, piece); break;
  case MD_TEXT_NORMAL:
  case MD_TEXT_CODE:
  case MD_TEXT_HTML:
  case MD_TEXT_LATEXMATH: ql_html_text(w->to, piece); break;
  }
  return write_failed(w);
}

static ql_status render(ql_arena *a, ql_str text, bool answer, ql_str *out, ql_error *err) {
  static const MD_PARSER callbacks = {.flags = MD4C_FLAGS,
                                      .enter_block = write_enter_block,
                                      .leave_block = write_leave_block,
                                      .enter_span = write_enter_span,
                                      .leave_span = write_leave_span,
                                      .text = write_text};
  ql_buf empty = ql_buf_new(ql_arena_alloc(a));
  writer w = {.arena = a, .out = empty, .inside = empty, .words = empty, .scratch = empty, .answer = answer};
  w.to = &w.out;
  int code = text.len > 0 ? md_parse(text.ptr, (MD_SIZE)text.len, &callbacks, &w) : 0;
  ql_str html = code == 0 ? ql_arena_str(a, ql_buf_str(&w.out)) : QL_ABSENT;
  ql_buf_free(&w.out);
  ql_buf_free(&w.inside);
  ql_buf_free(&w.words);
  ql_buf_free(&w.scratch);
  if (!html.ptr) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  *out = html;
  return QL_OK;
}

ql_status ql_md_html(ql_arena *a, ql_str text, ql_str *out, ql_error *err) {
  if (text.len > QL_SPEC_BYTES_MAX) return ql_fail(err, QL_ERR_LIMIT, "the text is larger than QL_SPEC_BYTES_MAX", QL_ABSENT);
  return render(a, text, false, out, err);
}

/* Looks for the last block that stands on its own, so that all before it is closed. Only words tell where a block stands. */
typedef struct splitter {
  ql_str text;
  size_t depth;   /* open blocks, the document included */
  bool searching; /* a block of the document is open, and had no words yet */
  size_t split;   /* the start of the last one that was found */
} splitter;

enum { IN_DOCUMENT = 1 };

static int split_enter_block(MD_BLOCKTYPE type, void *detail, void *self) {
  splitter *s = self;
  (void)detail;
  if (s->depth++ == IN_DOCUMENT) s->searching = type != MD_BLOCK_CODE; /* its words may stand far below its fence */
  return 0;
}

static int split_leave_block(MD_BLOCKTYPE type, void *detail, void *self) {
  splitter *s = self;
  (void)detail;
  s->depth--;
  if (type == MD_BLOCK_LI) s->searching = false; /* an item without words: the list begins above the first of them */
  return 0;
}

static int split_span(MD_SPANTYPE type, void *detail, void *self) {
  (void)type;
  (void)detail;
  (void)self;
  return 0;
}

/* A block begins on the line of its first word, where that one is not indented and the line above it is blank. */
static int split_text(MD_TEXTTYPE type, const MD_CHAR *text, MD_SIZE size, void *self) {
  splitter *s = self;
  (void)type;
  uintptr_t start = (uintptr_t)s->text.ptr, here = (uintptr_t)text;
  if (!s->searching || size == 0 || here < start || here >= start + s->text.len) return 0;
  s->searching = false;
  size_t line = (size_t)(here - start);
  while (line > 0 && s->text.ptr[line - 1] != '\n') line--;
  if (line == 0 || s->text.ptr[line] == ' ' || s->text.ptr[line] == '\t') return 0;
  size_t above = line - 1;
  while (above > 0 && ql_find_byte(QL_STR(" \t\r"), s->text.ptr[above - 1], 0) != SIZE_MAX) above--;
  if (above == 0 || s->text.ptr[above - 1] == '\n') s->split = line;
  return 0;
}

/* The bytes that are done. A line that is not ended may still become anything. */
static ql_status settled(ql_str text, size_t *out, ql_error *err) {
  static const MD_PARSER callbacks = {.flags = MD4C_FLAGS,
                                      .enter_block = split_enter_block,
                                      .leave_block = split_leave_block,
                                      .enter_span = split_span,
                                      .leave_span = split_span,
                                      .text = split_text};
  size_t lines = text.len;
  while (lines > 0 && text.ptr[lines - 1] != '\n') lines--;
  splitter s = {.text = ql_slice(text, 0, lines)};
  if (lines > 0 && md_parse(text.ptr, (MD_SIZE)lines, &callbacks, &s) != 0) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  *out = s.split;
  return QL_OK;
}

ql_status ql_md_grow(ql_arena *a, ql_str text, bool whole, ql_md_growing *out, ql_error *err) {
  if (text.len > QL_REPLY_BYTES_MAX) return ql_fail(err, QL_ERR_LIMIT, "the text is larger than QL_REPLY_BYTES_MAX", QL_ABSENT);
  ql_md_growing grown = {.settled = text.len};
  ql_status status = whole ? QL_OK : settled(text, &grown.settled, err);
  if (status == QL_OK) status = render(a, ql_slice(text, 0, grown.settled), true, &grown.done, err);
  if (status == QL_OK) status = render(a, ql_slice(text, grown.settled, text.len), true, &grown.open, err);
  if (status == QL_OK) *out = grown;
  return status;
}
