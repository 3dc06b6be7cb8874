/* Service architectures: what is wrong with one, and the form in Markdown. */
#include <stdlib.h>
#include <string.h>

#include <questline/decision.h>
#include <questline/limits.h>

#include "base/text.h"
#include "format/plain.h"

typedef struct writer {
  ql_buf buf;
  ql_arena *arena;
  ql_error *err;
} writer;

#define WRITE(w, literal) ql_buf_add(&(w)->buf, QL_STR(literal))

static ql_str c_str(const char *s) { return (ql_str){s, strlen(s)}; }

static ql_status wrong(writer *w, const char *message, const char *member) {
  return ql_fail(w->err, QL_ERR_SYNTAX, message, c_str(member));
}

static ql_str member(const ql_value *object, const char *key) { return ql_get_str(object, c_str(key)); }

static void text(writer *w, ql_str s) { ql_markdown_text(&w->buf, ql_trim(s)); }

/* A text, a list of texts, or nothing. */
static bool is_cell(const ql_value *value) {
  if (!value || value->kind == QL_STRING) return true;
  if (value->kind != QL_ARRAY) return false;
  for (const ql_value *item = value->first; item; item = item->next)
    if (item->kind != QL_STRING) return false;
  return true;
}

static const struct table {
  const char *key, *title;
  const char *columns[4]; /* members; the first is needed */
  const char *heads[4];
} tables[] = {
    {"services", "Services", {"name", "responsibility", "owns", "team"}, {"Service", "Responsible for", "Owns", "Team"}},
    {"communication", "Communication", {"from", "to", "style", "contract"}, {"From", "To", "Style", "Contract"}},
    {"consistency", "Consistency", {"data", "model", "owner", NULL}, {"Data", "Model", "Owner", NULL}},
    {"deployment", "Deployment", {"service", "strategy", "rollback", NULL}, {"Service", "Strategy", "Rollback", NULL}},
};

static void cell(writer *w, const ql_value *value) {
  if (value && value->kind == QL_STRING) text(w, value->text);
  for (const ql_value *item = value && value->kind == QL_ARRAY ? value->first : NULL; item; item = item->next) {
    text(w, item->text);
    if (item->next) WRITE(w, ", ");
  }
}

static ql_status check_form(writer *w, const ql_value *form) {
  for (size_t t = 0; t < QL_COUNT(tables); t++) {
    const ql_value *rows = ql_get_literal(form, tables[t].key);
    if (rows && rows->kind != QL_ARRAY) return wrong(w, "this is a list", tables[t].key);
    if (rows && rows->count > QL_SERVICES_MAX) return ql_fail(w->err, QL_ERR_LIMIT, "QL_SERVICES_MAX", c_str(tables[t].key));
    for (const ql_value *row = rows ? rows->first : NULL; row; row = row->next) {
      if (member(row, tables[t].columns[0]).len == 0) return wrong(w, "the first member of each is a text", tables[t].key);
      for (size_t c = 1; c < 4 && tables[t].columns[c]; c++) {
        const ql_value *value = ql_get_literal(row, tables[t].columns[c]);
        bool list = ql_eq(c_str(tables[t].columns[c]), QL_STR("owns"));
        if (!is_cell(value) || (value && list != (value->kind == QL_ARRAY)))
          return wrong(w, "owns is a list of texts, all else a text", tables[t].key);
      }
    }
  }
  return ql_get_str(form, QL_STR("title")).len > 0 ? QL_OK : wrong(w, "an architecture has a title", "title");
}

ql_status ql_services_write(ql_arena *a, const ql_value *form, ql_str *out, ql_error *err) {
  writer w = {ql_buf_new(ql_arena_alloc(a)), a, err};
  ql_status status = check_form(&w, form);
  if (status != QL_OK) return status;
  WRITE(&w, "# ");
  text(&w, ql_get_str(form, QL_STR("title")));
  WRITE(&w, "\n");
  for (size_t t = 0; t < QL_COUNT(tables); t++) {
    const ql_value *rows = ql_get_literal(form, tables[t].key);
    if (!rows || rows->count == 0) continue;
    WRITE(&w, "\n## ");
    ql_buf_add(&w.buf, c_str(tables[t].title));
    WRITE(&w, "\n\n");
    WRITE(&w, "|");
    for (size_t c = 0; c < 4 && tables[t].heads[c]; c++) {
      WRITE(&w, " ");
      ql_buf_add(&w.buf, c_str(tables[t].heads[c]));
      WRITE(&w, " |");
    }
    WRITE(&w, "\n|");
    for (size_t c = 0; c < 4 && tables[t].heads[c]; c++) WRITE(&w, "---|");
    WRITE(&w, "\n");
    for (const ql_value *row = rows->first; row; row = row->next) {
      WRITE(&w, "|");
      for (size_t c = 0; c < 4 && tables[t].columns[c]; c++) {
        WRITE(&w, " ");
        cell(&w, ql_get_literal(row, tables[t].columns[c]));
        WRITE(&w, " |");
      }
      WRITE(&w, "\n");
    }
  }
  ql_str made = ql_buf_take(&w.buf, a);
  if (!made.ptr || ql_arena_failed(a)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  *out = made;
  return QL_OK;
}

static void problem(ql_arena *a, ql_value *out, const char *code, const char *severity, ql_str subject, const char *message) {
  ql_value *item = ql_push(out, ql_object(a));
  QL_SET(item, "code", ql_string(a, c_str(code)));
  QL_SET(item, "message", ql_string(a, ql_arena_concat(a, (ql_str[]){subject, c_str(message)}, 2)));
  QL_SET(item, "severity", ql_string(a, c_str(severity)));
}

static const ql_value *row_of(const ql_value *form, const char *list, const char *key, ql_str name) {
  const ql_value *rows = ql_get_literal(form, list);
  const ql_value *row = rows ? rows->first : NULL;
  while (row && !ql_eq(member(row, key), name)) row = row->next;
  return row;
}

typedef struct owned {
  ql_str data;
  size_t service;
} owned;

static int by_data(const void *x, const void *y) {
  const owned *a = x, *b = y;
  int order = ql_compare(a->data, b->data);
  return order != 0 ? order : a->service < b->service ? -1 : a->service > b->service;
}

/* Data of two services, each told once. */
static bool check_owners(ql_arena *a, const ql_value *services, ql_value *found) {
  owned *all = NULL;
  size_t count = 0, cap = 0, service = 0;
  for (const ql_value *row = services ? services->first : NULL; row; row = row->next, service++) {
    const ql_value *owns = QL_GET(row, "owns");
    for (const ql_value *data = owns ? owns->first : NULL; data; data = data->next) {
      owned *wider = ql_arena_grow(a, all, count, &cap, sizeof *all);
      if (!wider) return false;
      all = wider;
      all[count++] = (owned){data->text, service};
    }
  }
  if (count > 1) qsort(all, count, sizeof *all, by_data);
  for (size_t i = 1, told = SIZE_MAX; i < count; i++) {
    if (!ql_eq(all[i].data, all[i - 1].data) || all[i].service == all[i - 1].service) continue;
    if (told == SIZE_MAX || !ql_eq(all[told].data, all[i].data))
      problem(a, found, "owned-twice", "error", all[i].data, " has two owners: one service owns it, the others ask.");
    told = i;
  }
  return true;
}

ql_status ql_services_check(ql_arena *a, const ql_value *form, ql_value **out, ql_error *err) {
  writer w = {.arena = a, .err = err};
  ql_status status = check_form(&w, form);
  if (status != QL_OK) return status;
  ql_value *found = ql_array(a);
  const ql_value *services = QL_GET(form, "services");
  for (const ql_value *row = services ? services->first : NULL; row; row = row->next) {
    ql_str name = member(row, "name");
    if (row_of(form, "services", "name", name) != row)
      problem(a, found, "service-twice", "error", name, " is there twice: give one of them another name.");
    if (!row_of(form, "deployment", "service", name))
      problem(a, found, "no-deployment", "warning", name, " has no deployment strategy: say how it is released.");
  }
  if (!check_owners(a, services, found)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  static const char *const ends[][2] = {
      {"communication", "from"}, {"communication", "to"}, {"consistency", "owner"}, {"deployment", "service"}};
  for (size_t i = 0; i < QL_COUNT(ends); i++) {
    const ql_value *rows = ql_get_literal(form, ends[i][0]);
    for (const ql_value *row = rows ? rows->first : NULL; row; row = row->next) {
      ql_str name = member(row, ends[i][1]);
      if (name.len > 0 && !row_of(form, "services", "name", name))
        problem(a, found, "unknown-service", "error", name, " is no service of this form.");
    }
  }
  if (ql_arena_failed(a)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  *out = found;
  return QL_OK;
}
