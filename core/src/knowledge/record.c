/* Decision records as Markdown. */
#include <string.h>

#include <questline/decision.h>

#include "base/date.h"
#include "base/text.h"
#include "format/plain.h"

typedef struct writer {
  ql_buf buf;
  ql_arena *arena;
  ql_error *err;
} writer;

#define WRITE(w, literal) ql_buf_add(&(w)->buf, QL_STR(literal))

static ql_status wrong(writer *w, const char *message, const char *member) {
  return ql_fail(w->err, QL_ERR_SYNTAX, message, (ql_str){member, strlen(member)});
}

static void text(writer *w, ql_str s) { ql_markdown_text(&w->buf, ql_trim(s)); }

static void heading(writer *w, const char *title) {
  WRITE(w, "\n## ");
  ql_buf_add(&w->buf, (ql_str){title, strlen(title)});
  WRITE(w, "\n\n");
}

/* To two places, without zeros at the end. */
static void milli(writer *w, int64_t n) {
  int64_t hundredths = (n + 5) / 10;
  ql_buf_int(&w->buf, hundredths / 100);
  if (hundredths % 100 == 0) return;
  ql_buf_byte(&w->buf, '.');
  ql_buf_int(&w->buf, hundredths % 100 / 10);
  if (hundredths % 10 > 0) ql_buf_int(&w->buf, hundredths % 10);
}

static void list(writer *w, const ql_value *items) {
  for (const ql_value *item = items->first; item; item = item->next) {
    WRITE(w, "- ");
    text(w, item->text);
    WRITE(w, "\n");
  }
}

static bool names_ok(const ql_value *items) {
  if (items && items->kind != QL_ARRAY) return false;
  for (const ql_value *item = items ? items->first : NULL; item; item = item->next)
    if (item->kind != QL_STRING) return false;
  return true;
}

/* ---- the matrix ---- */

static ql_status write_matrix(writer *w, const ql_value *matrix) {
  ql_value *ranking;
  ql_status status = ql_decision_rank(w->arena, matrix, &ranking, w->err);
  if (status != QL_OK) return status;
  heading(w, "Options");
  WRITE(w, "| Rank | Option | Total |");
  const ql_value *criteria = QL_GET(matrix, "criteria");
  for (const ql_value *c = criteria->first; c; c = c->next) {
    WRITE(w, " ");
    text(w, ql_get_str(c, QL_STR("name")));
    WRITE(w, " |");
  }
  WRITE(w, "\n|---:|---|---:|");
  for (size_t i = 0; i < criteria->count; i++) WRITE(w, "---:|");
  for (const ql_value *option = QL_GET(ranking, "options")->first; option; option = option->next) {
    WRITE(w, "\n| ");
    ql_buf_int(&w->buf, ql_get_int(option, QL_STR("rank"), 0));
    WRITE(w, " | ");
    text(w, ql_get_str(option, QL_STR("name")));
    WRITE(w, " | ");
    milli(w, ql_get_int(option, QL_STR("total"), 0));
    WRITE(w, " |");
    for (const ql_value *c = criteria->first; c; c = c->next) {
      const ql_value *part = ql_get(QL_GET(option, "parts"), ql_get_str(c, QL_STR("name")));
      WRITE(w, " ");
      if (part)
        milli(w, part->number);
      else
        WRITE(w, "no score");
      WRITE(w, " |");
    }
  }
  WRITE(w, "\n\nEach number is a score times its weight.\n");
  for (const ql_value *s = QL_GET(ranking, "sensitivity")->first; s; s = s->next) {
    WRITE(w, "- ");
    text(w, ql_get_str(s, QL_STR("criterion")));
    WRITE(w, " weighs ");
    milli(w, ql_get_int(s, QL_STR("weight"), 0));
    if (QL_GET(s, "to")) {
      WRITE(w, " %; at ");
      milli(w, ql_get_int(s, QL_STR("at"), 0));
      WRITE(w, " % ");
      text(w, ql_get_str(s, QL_STR("to")));
      WRITE(w, " draws level.\n");
    } else {
      WRITE(w, " %; no weight of it changes the winner.\n");
    }
  }
  return QL_OK;
}

/* ---- the record ---- */

static ql_status write_phases(writer *w, const ql_value *phases) {
  size_t number = 0;
  heading(w, "Migration");
  for (const ql_value *phase = phases->first; phase; phase = phase->next) {
    ql_str name = ql_get_str(phase, QL_STR("name")), rollback = ql_get_str(phase, QL_STR("rollback"));
    if (name.len == 0 || !names_ok(QL_GET(phase, "steps"))) return wrong(w, "a phase has a name, and steps that are texts", "phases");
    ql_buf_int(&w->buf, (int64_t)++number);
    WRITE(w, ". **");
    text(w, name);
    WRITE(w, "**\n");
    const ql_value *steps = QL_GET(phase, "steps");
    for (const ql_value *step = steps ? steps->first : NULL; step; step = step->next) {
      WRITE(w, "   - ");
      text(w, step->text);
      WRITE(w, "\n");
    }
    WRITE(w, "   - Rollback: ");
    if (rollback.len > 0)
      text(w, rollback);
    else
      WRITE(w, "*none is planned*");
    WRITE(w, "\n");
  }
  return QL_OK;
}

typedef enum section_kind { WORDS, LIST, MATRIX, PHASES } section_kind;

static const struct section {
  const char *key, *title;
  section_kind kind;
} sections[] = {
    {"context", "Context", WORDS},
    {"current", "Current state", LIST},
    {"impact", "Impact", LIST},
    {"matrix", "", MATRIX},
    {"decision", "Decision", WORDS},
    {"reasons", "Reasons", LIST},
    {"phases", "", PHASES},
    {"gates", "Quality gates", LIST},
    {"coordination", "Execution", LIST},
    {"consequences", "Consequences", LIST},
};

static ql_status write_section(writer *w, const struct section *s, const ql_value *value) {
  switch (s->kind) {
  case WORDS:
    if (value->kind != QL_STRING) return wrong(w, "this is a text", s->key);
    heading(w, s->title);
    text(w, value->text);
    WRITE(w, "\n");
    return QL_OK;
  case LIST:
    if (!names_ok(value)) return wrong(w, "this is a list of texts", s->key);
    if (value->count == 0) return QL_OK;
    heading(w, s->title);
    list(w, value);
    return QL_OK;
  case MATRIX: return write_matrix(w, value);
  case PHASES: return value->kind == QL_ARRAY ? write_phases(w, value) : wrong(w, "phases is not a list", s->key);
  }
  return QL_OK;
}

static ql_status finish(writer *w, ql_status status, ql_str *out) {
  if (status != QL_OK) {
    ql_buf_free(&w->buf);
    return status;
  }
  ql_str made = ql_buf_take(&w->buf, w->arena);
  if (!made.ptr || ql_arena_failed(w->arena)) return ql_fail(w->err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  *out = made;
  return QL_OK;
}

ql_status ql_decision_record(ql_arena *a, const ql_value *record, ql_str *out, ql_error *err) {
  writer w = {ql_buf_new(ql_arena_alloc(a)), a, err};
  ql_str title = ql_get_str(record, QL_STR("title")), status = ql_get_str(record, QL_STR("status"));
  if (title.len == 0) return wrong(&w, "a decision record has a title", "title");
  WRITE(&w, "# ");
  text(&w, title);
  WRITE(&w, "\n\nStatus: ");
  text(&w, status.len > 0 ? status : QL_STR("proposed"));
  int64_t at = ql_get_int(record, QL_STR("at"), -1);
  if (at >= 0) {
    WRITE(&w, ", ");
    ql_date_add(&w.buf, at);
  }
  WRITE(&w, "\n");
  const ql_value *participants = QL_GET(record, "participants");
  ql_status done = names_ok(participants) ? QL_OK : wrong(&w, "this is a list of texts", "participants");
  for (const ql_value *p = done == QL_OK && participants ? participants->first : NULL; p; p = p->next) {
    ql_buf_add(&w.buf, p == participants->first ? QL_STR("\nDecided by ") : QL_STR(", "));
    text(&w, p->text);
    if (!p->next) WRITE(&w, ".\n");
  }
  for (size_t i = 0; done == QL_OK && i < QL_COUNT(sections); i++) {
    const ql_value *value = ql_get_literal(record, sections[i].key);
    if (value) done = write_section(&w, &sections[i], value);
  }
  return finish(&w, done, out);
}
