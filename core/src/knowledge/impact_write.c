/* Coupling, breaks and health as people read them: a text for terminals, or Markdown. */
#include <string.h>

#include <questline/impact.h>

#include "base/date.h"
#include "base/text.h"
#include "format/plain.h"

#define POINTS_SHOWN 8 /* of a measure over time, the newest */

typedef struct sheet {
  ql_arena *arena;
  ql_buf buf;
  bool markdown;
  ql_str *cells; /* of the table that is being filled, row by row, the head first; Markdown: escaped */
  size_t count, cap, columns;
} sheet;

#define WRITE(s, literal) ql_buf_add(&(s)->buf, QL_STR(literal))

static void foreign(sheet *s, ql_buf *out, ql_str text) {
  if (s->markdown)
    ql_markdown_text(out, text);
  else
    for (size_t i = 0; i < text.len; i++) ql_buf_byte(out, text.ptr[i] == '\n' || text.ptr[i] == '\r' ? ' ' : text.ptr[i]);
}

static void add_count(sheet *s, int64_t n, const char *one, const char *many) {
  ql_buf_int(&s->buf, n);
  ql_buf_byte(&s->buf, ' ');
  ql_buf_add(&s->buf, n == 1 ? (ql_str){one, strlen(one)} : (ql_str){many, strlen(many)});
}

static int64_t number(const ql_value *object, const char *name) { return ql_get_int(object, (ql_str){name, strlen(name)}, 0); }

static void heading(sheet *s, const char *words) {
  WRITE(s, "\n");
  if (s->markdown) WRITE(s, "## ");
  ql_buf_add(&s->buf, (ql_str){words, strlen(words)});
  WRITE(s, "\n");
  if (s->markdown) WRITE(s, "\n");
}

static void formula(sheet *s, const ql_value *from) {
  ql_str words = ql_get_str(from, QL_STR("formula"));
  WRITE(s, "Formula: ");
  if (words.ptr) foreign(s, &s->buf, words);
  WRITE(s, "\n");
}

/* A line of a list; what it says is added behind. */
static void bullet(sheet *s) { ql_buf_add(&s->buf, s->markdown ? QL_STR("- ") : QL_STR("  ")); }

static void add_names(sheet *s, const ql_value *list, ql_str between) {
  for (const ql_value *item = list ? list->first : NULL; item; item = item->next) {
    if (item != list->first) ql_buf_add(&s->buf, between);
    if (item->kind == QL_STRING) foreign(s, &s->buf, item->text);
  }
}

/* ---- tables ---- */

static void keep(sheet *s, ql_str text) {
  ql_str *cells = ql_arena_grow(s->arena, s->cells, s->count, &s->cap, sizeof *cells);
  if (!cells) return;
  s->cells = cells;
  cells[s->count++] = text;
}

static ql_buf open_cell(const sheet *s) { return ql_buf_new(ql_arena_alloc(s->arena)); }
static void close_cell(sheet *s, ql_buf *out) { keep(s, ql_buf_take(out, s->arena)); }

static void cell(sheet *s, ql_str text) {
  ql_buf out = open_cell(s);
  if (text.ptr) foreign(s, &out, text);
  close_cell(s, &out);
}

static void cell_member(sheet *s, const ql_value *row, const char *name) { cell(s, ql_get_str(row, (ql_str){name, strlen(name)})); }

static void cell_int(sheet *s, int64_t n) {
  ql_buf out = open_cell(s);
  ql_buf_int(&out, n);
  close_cell(s, &out);
}

static void head(sheet *s, const char *const *names, size_t columns) {
  s->count = 0;
  s->columns = columns;
  for (size_t i = 0; i < columns; i++) keep(s, (ql_str){names[i], strlen(names[i])});
}

#define HEAD(s, ...) head((s), (const char *const[]){__VA_ARGS__}, QL_COUNT(((const char *const[]){__VA_ARGS__})))

static bool is_number(ql_str cell) {
  for (size_t i = 0; i < cell.len; i++)
    if (!ql_is_digit(cell.ptr[i]) && cell.ptr[i] != '.' && cell.ptr[i] != '-') return false;
  return cell.len > 0 && ql_is_digit(cell.ptr[cell.len - 1]);
}

static void blanks(sheet *s, size_t n) {
  while (n-- > 0) ql_buf_byte(&s->buf, ' ');
}

/* Columns of numbers stand to the right. */
static void end_table(sheet *s) {
  size_t columns = s->columns, rows = s->count / columns, *width = ql_arena_array(s->arena, columns, sizeof *width);
  bool *right = ql_arena_array(s->arena, columns, sizeof *right);
  if (!width || !right || ql_arena_failed(s->arena)) return;
  for (size_t c = 0; c < columns; c++) {
    right[c] = rows > 1;
    for (size_t r = 0; r < rows; r++) {
      size_t wide = ql_utf8_count(s->cells[r * columns + c]);
      if (wide > width[c]) width[c] = wide;
      if (r > 0 && !is_number(s->cells[r * columns + c])) right[c] = false;
    }
  }
  for (size_t r = 0; r < rows; r++) {
    ql_buf_add(&s->buf, s->markdown ? QL_STR("|") : QL_STR(" "));
    size_t behind = 0; /* blanks that are only written when something follows */
    for (size_t c = 0; c < columns; c++) {
      ql_str text = s->cells[r * columns + c];
      size_t pad = s->markdown ? 0 : width[c] - ql_utf8_count(text);
      if (s->markdown || text.len > 0) blanks(s, behind + 1 + (right[c] ? pad : 0));
      ql_buf_add(&s->buf, text);
      if (s->markdown) WRITE(s, " |");
      behind = s->markdown ? 0 : text.len > 0 ? 1 + (right[c] ? 0 : pad) : behind + 2 + pad;
    }
    WRITE(s, "\n");
    if (r > 0 || !s->markdown) continue;
    WRITE(s, "|");
    for (size_t c = 0; c < columns; c++) ql_buf_add(&s->buf, right[c] ? QL_STR("---:|") : QL_STR("---|"));
    WRITE(s, "\n");
  }
}

/* ---- coupling ---- */

static void write_cycles(sheet *s, const ql_value *cycles) {
  heading(s, "Cycles");
  if (!cycles || !cycles->first) {
    bullet(s);
    WRITE(s, "None.\n");
  }
  for (const ql_value *cycle = cycles ? cycles->first : NULL; cycle; cycle = cycle->next) {
    bullet(s);
    add_count(s, number(cycle, "size"), "module: ", "modules: ");
    add_names(s, QL_GET(cycle, "path"), s->markdown ? QL_STR(" → ") : QL_STR(" -> "));
    WRITE(s, "\n");
  }
}

/* "high 12", in the row's group for the column's. */
static void write_matrix(sheet *s, const ql_value *v) {
  const ql_value *groups = QL_GET(v, "groups"), *row = QL_GET(v, "matrix"), *words = QL_GET(v, "levels");
  if (!groups || groups->kind != QL_ARRAY || groups->count < 2 || !row || !words) return;
  heading(s, "Matrix: what the row's group needs of the column's");
  HEAD(s, "");
  s->columns = groups->count + 1;
  for (const ql_value *group = groups->first; group; group = group->next) cell(s, group->text);
  row = row->first;
  words = words->first;
  for (const ql_value *group = groups->first; group && row && words; group = group->next, row = row->next, words = words->next) {
    const ql_value *times = row->first, *word = words->first;
    cell(s, group->text);
    for (size_t c = 0; c < groups->count; c++) {
      ql_buf out = open_cell(s);
      if (!times || times->number == 0 || !word || word->kind != QL_STRING) {
        ql_buf_byte(&out, '-');
      } else {
        foreign(s, &out, word->text);
        ql_buf_byte(&out, ' ');
        ql_buf_int(&out, times->number);
      }
      close_cell(s, &out);
      times = times ? times->next : NULL;
      word = word ? word->next : NULL;
    }
  }
  end_table(s);
}

static void write_modules(sheet *s, const ql_value *list) {
  if (!list || !list->first) return;
  heading(s, "Most coupled modules");
  HEAD(s, "module", "group", "needed by", "needs", "instability %", "in a cycle");
  for (const ql_value *row = list->first; row; row = row->next) {
    cell_member(s, row, "module");
    cell_member(s, row, "group");
    cell_int(s, number(row, "in"));
    cell_int(s, number(row, "out"));
    cell_int(s, number(row, "instability"));
    cell(s, ql_get_bool(row, QL_STR("cycle")) ? QL_STR("yes") : QL_STR(""));
  }
  end_table(s);
}

static void write_pairs(sheet *s, const ql_value *list) {
  if (!list || !list->first) return;
  heading(s, "Tight couples: they need each other");
  HEAD(s, "module", "and", "there", "back");
  for (const ql_value *row = list->first; row; row = row->next) {
    cell_member(s, row, "from");
    cell_member(s, row, "to");
    cell_int(s, number(row, "there"));
    cell_int(s, number(row, "back"));
  }
  end_table(s);
}

static void write_interfaces(sheet *s, const ql_value *list) {
  if (!list || !list->first) return;
  heading(s, "Worth an interface: used by many groups");
  HEAD(s, "module", "groups", "users");
  for (const ql_value *row = list->first; row; row = row->next) {
    cell_member(s, row, "module");
    cell_int(s, number(row, "groups"));
    cell_int(s, number(row, "users"));
  }
  end_table(s);
}

/* The name of a group, or of the first module of a cycle and how many more there are. */
static void cell_step(sheet *s, const ql_value *step) {
  const ql_value *modules = QL_GET(step, "modules");
  ql_str group = ql_get_str(step, QL_STR("group"));
  ql_buf out = open_cell(s);
  if (modules && modules->first && modules->first->kind == QL_STRING) group = modules->first->text;
  if (group.ptr) foreign(s, &out, group);
  if (modules && number(step, "size") > 1) {
    ql_buf_add(&out, QL_STR(" and "));
    ql_buf_int(&out, number(step, "size") - 1);
    ql_buf_add(&out, QL_STR(" more of its cycle"));
  }
  close_cell(s, &out);
}

static void write_order(sheet *s, const ql_value *list, const char *title, const char *what) {
  if (!list || !list->first) return;
  int64_t place = 0;
  heading(s, title);
  HEAD(s, "", what, "size", "needed by", "needs", "left then");
  for (const ql_value *row = list->first; row; row = row->next) {
    cell_int(s, ++place);
    cell_step(s, row);
    cell_int(s, number(row, "size"));
    cell_int(s, number(row, "in"));
    cell_int(s, number(row, "out"));
    cell_int(s, number(row, "left"));
  }
  end_table(s);
}

static void write_known_debt(sheet *s, const ql_value *list) {
  if (!list || !list->first) return;
  heading(s, "Debt by module");
  HEAD(s, "module", "items", "serious");
  for (const ql_value *row = list->first; row; row = row->next) {
    cell_member(s, row, "module");
    cell_int(s, number(row, "items"));
    cell_int(s, number(row, "serious"));
  }
  end_table(s);
}

static void write_coupling(sheet *s, const ql_value *v) {
  if (s->markdown) WRITE(s, "# Coupling\n\n");
  add_count(s, number(v, "modules"), "module, ", "modules, ");
  add_count(s, number(v, "edges"), "dependency. Coupling ", "dependencies. Coupling ");
  ql_milli_add(&s->buf, number(v, "score"));
  WRITE(s, " of 10, less is better.\n");
  formula(s, v);
  write_cycles(s, QL_GET(v, "cycles"));
  write_matrix(s, v);
  write_modules(s, QL_GET(v, "coupling"));
  write_pairs(s, QL_GET(v, "tight"));
  write_interfaces(s, QL_GET(v, "interfaces"));
  write_order(s, QL_GET(v, "services"), "Groups to take out, least coupled first", "group");
  write_order(s, QL_GET(v, "order"), "Modules to take out, least coupled first", "module");
  write_known_debt(s, QL_GET(v, "debt"));
}

/* ---- breaks ---- */

static void write_list(sheet *s, const char *title, const ql_value *list, const char *none) {
  heading(s, title);
  bullet(s);
  if (list && list->first)
    add_names(s, list, s->markdown ? QL_STR("\n- ") : QL_STR("\n  "));
  else
    ql_buf_add(&s->buf, (ql_str){none, strlen(none)});
  WRITE(s, "\n");
}

static void write_cascade(sheet *s, const ql_value *list) {
  if (!list || !list->first) return;
  heading(s, "Felt through others");
  HEAD(s, "module", "steps", "through");
  for (const ql_value *row = list->first; row; row = row->next) {
    cell_member(s, row, "module");
    cell_int(s, number(row, "distance"));
    cell_member(s, row, "through");
  }
  end_table(s);
}

/* Hundredths of a point. */
static void risk_part(sheet *s, const ql_value *risk, const char *name, const char *words) {
  ql_buf out = open_cell(s);
  ql_milli_add(&out, number(risk, name) * 10);
  close_cell(s, &out);
  cell(s, (ql_str){words, strlen(words)});
}

static void write_breaks(sheet *s, const ql_value *v) {
  const ql_value *risk = QL_GET(v, "risk");
  if (s->markdown) WRITE(s, "# What breaks\n\n");
  WRITE(s, "When ");
  add_names(s, QL_GET(v, "changed"), QL_STR(", "));
  ql_buf_add(&s->buf, QL_GET(v, "changed") && QL_GET(v, "changed")->count == 1 ? QL_STR(" changes") : QL_STR(" change"));
  WRITE(s, ": risk ");
  ql_buf_int(&s->buf, number(risk, "score"));
  WRITE(s, " of 100.\n");
  formula(s, risk);
  if (s->markdown) WRITE(s, "\n");
  HEAD(s, "points", "for");
  risk_part(s, risk, "reach", "how much of the program is reached (of 40)");
  risk_part(s, risk, "gap", "what is reached and no test covers (of 30)");
  risk_part(s, risk, "direct", "how many feel it at once (of 20)");
  risk_part(s, risk, "cycle", "a cycle it is part of (of 10)");
  end_table(s);
  write_list(s, "Felt at once", QL_GET(v, "direct"), "Nothing.");
  write_cascade(s, QL_GET(v, "cascade"));
  write_list(s, "Tests to run", QL_GET(v, "tests"), "None is known.");
  heading(s, "Covered by tests");
  bullet(s);
  if (QL_GET(v, "coverage")) {
    ql_buf_int(&s->buf, number(v, "coverage"));
    WRITE(s, " % of the modules that feel it.\n");
  } else {
    WRITE(s, "Nothing is known of tests.\n");
  }
  if (QL_GET(v, "uncovered") && QL_GET(v, "uncovered")->first) write_list(s, "Without a test", QL_GET(v, "uncovered"), "");
}

/* ---- health ---- */

/* "4.1, 3.2, 3": the newest at the end. */
static void cell_points(sheet *s, const ql_value *points, bool milli) {
  size_t skip = points && points->count > POINTS_SHOWN ? points->count - POINTS_SHOWN : 0;
  ql_buf out = open_cell(s);
  if (skip > 0) ql_buf_add(&out, QL_STR("..., "));
  for (const ql_value *point = points ? points->first : NULL; point; point = point->next) {
    if (skip > 0) {
      skip--;
      continue;
    }
    if (milli)
      ql_milli_add(&out, number(point, "value"));
    else
      ql_buf_int(&out, number(point, "value"));
    if (point->next) ql_buf_add(&out, QL_STR(", "));
  }
  close_cell(s, &out);
}

/* "better by 0.2" */
static void cell_change(sheet *s, const ql_value *measure) {
  int64_t change = number(measure, "change");
  bool more = ql_eq(ql_get_str(measure, QL_STR("better")), QL_STR("more"));
  ql_buf out = open_cell(s);
  if (change != 0) {
    ql_buf_add(&out, (change > 0) == more ? QL_STR("better by ") : QL_STR("worse by "));
    ql_milli_add(&out, change < 0 ? -change : change);
  } else {
    ql_buf_add(&out, QL_GET(measure, "change") ? QL_STR("the same") : QL_STR(""));
  }
  close_cell(s, &out);
}

static void cell_latest(sheet *s, const ql_value *measure) {
  ql_buf out = open_cell(s);
  ql_str unit = ql_get_str(measure, QL_STR("unit"));
  ql_milli_add(&out, number(measure, "latest"));
  if (unit.ptr && !ql_starts(unit, QL_STR("/"))) ql_buf_byte(&out, ' ');
  if (unit.ptr) foreign(s, &out, unit);
  close_cell(s, &out);
}

static void write_health(sheet *s, const ql_value *v) {
  const ql_value *measures = QL_GET(v, "measures"), *debt = QL_GET(v, "debt"), *missing = QL_GET(v, "missing");
  if (s->markdown) WRITE(s, "# Health\n\n");
  if (measures && measures->first) {
    HEAD(s, "measure", "now", "since before", "over time");
    for (const ql_value *row = measures->first; row; row = row->next) {
      cell_member(s, row, "name");
      cell_latest(s, row);
      cell_change(s, row);
      cell_points(s, QL_GET(row, "points"), true);
    }
    end_table(s);
  }
  if (missing && missing->first) {
    if (s->markdown) WRITE(s, "\n");
    WRITE(s, "Nothing is known of ");
    add_names(s, missing, QL_STR(", "));
    WRITE(s, ".\n");
  }
  if (QL_GET(v, "bottlenecks") && QL_GET(v, "bottlenecks")->first) write_list(s, "Bottlenecks", QL_GET(v, "bottlenecks"), "");
  if (!debt || !debt->first) return;
  heading(s, "Debt by module");
  HEAD(s, "module", "items", "change", "serious", "over time");
  for (const ql_value *row = debt->first; row; row = row->next) {
    cell_member(s, row, "module");
    cell_int(s, number(row, "latest"));
    cell_int(s, number(row, "change"));
    cell_int(s, number(row, "serious"));
    cell_points(s, QL_GET(row, "points"), false);
  }
  end_table(s);
}

static const struct {
  const char *member; /* that only this shape has */
  void (*write)(sheet *s, const ql_value *v);
} shapes[] = {{"matrix", write_coupling}, {"risk", write_breaks}, {"measures", write_health}};

ql_status ql_impact_write(ql_arena *a, const ql_value *value, bool markdown, ql_str *out, ql_error *err) {
  size_t shape = 0;
  while (shape < QL_COUNT(shapes) && !ql_get_literal(value, shapes[shape].member)) shape++;
  if (shape == QL_COUNT(shapes)) return ql_fail(err, QL_ERR_SYNTAX, "this is no Coupling, Breaks or Health", QL_ABSENT);
  sheet s = {.arena = a, .buf = ql_buf_new(ql_arena_alloc(a)), .markdown = markdown};
  shapes[shape].write(&s, value);
  ql_str text = ql_buf_take(&s.buf, a);
  if (!text.ptr || ql_arena_failed(a)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  *out = text;
  return QL_OK;
}
