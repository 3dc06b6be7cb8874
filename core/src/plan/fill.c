/* The texts of the rehearsal planner. */
#include "base/text.h"
#include "plan/planner.h"

static ql_str last_word(ql_str s) {
  size_t start = s.len;
  while (start > 0 && s.ptr[start - 1] != ' ') start--;
  return ql_slice(s, start, s.len);
}

static bool ends_in(const ql__planner *p, ql_str phrases) {
  ql__words last = ql__words_of(p->arena, last_word(p->objective.subject));
  return ql__mentions(&last, phrases);
}

ql_str ql__join(ql_arena *a, ql_str x, ql_str y, ql_str z) {
  const ql_str pieces[] = {x, y, z};
  return ql_arena_concat(a, pieces, QL_COUNT(pieces));
}

static ql_str with_article(const ql__planner *p) {
  const ql__objective *o = &p->objective;
  if (!o->subject.ptr) return QL_STR("it");
  bool name = o->subject.ptr[0] >= 'A' && o->subject.ptr[0] <= 'Z';
  bool article = o->definite || (o->kind != QL_KIND_CREATE && !name);
  return article ? ql__join(p->arena, QL_STR("the "), o->subject, QL_STR("")) : o->subject;
}

static ql_str what_is_wrong(const ql__planner *p) {
  if (!p->objective.subject.ptr) return QL_STR("the cause");
  return ql__join(p->arena, p->objective.faulty ? QL_STR("the cause of ") : QL_STR("the fault in "), with_article(p), QL_STR(""));
}

static ql_str on_screen(const ql__planner *p) {
  if (!p->objective.subject.ptr) return QL_STR("the interface");
  bool visible = ends_in(
      p, QL_STR("page screen form dashboard view panel dialog menu modal button mode theme interface ui layout widget chart component "
                "sidebar tooltip icon banner"));
  return ql__join(p->arena, QL_STR("the "), p->objective.subject, visible ? QL_STR("") : QL_STR(" screens"));
}

static ql_str as_document(const ql__planner *p) {
  static const ql_str documents = QL_STR_INIT("readme guide tutorial changelog manual handbook runbook faq");
  ql_str noun = ql__objective_named(p->arena, &p->objective, documents);
  if (!noun.ptr) noun = QL_STR("documentation");
  if (!p->objective.subject.ptr) return noun;
  bool said = ends_in(p, QL_STR("docs documentation notes")) || ends_in(p, documents);
  return said ? p->objective.subject : ql__join(p->arena, p->objective.subject, QL_STR(" "), noun);
}

ql_str ql__words_for(ql_arena *a, unsigned concerns, bool coding) {
  ql_str words = QL_STR("");
  unsigned fields = 0;
  for (size_t i = 0; i < ql__field_count; i++) {
    if (!(concerns & ql__fields[i].concern)) continue;
    words = ql__join(a, words, QL_STR(" "), ql__fields[i].words);
    fields |= ql__fields[i].concern;
  }
  bool code = fields == 0 || (fields & QL_CONCERN_API);
  return coding && code ? ql__join(a, words, QL_STR(" "), ql__build_words) : words;
}

static ql_str value_of(const ql__planner *p, char name, ql_str named) {
  switch (name) {
  case 's': return p->objective.subject.ptr ? p->objective.subject : QL_STR("");
  case 't': return with_article(p);
  case 'w': return what_is_wrong(p);
  case 'u': return on_screen(p);
  case 'd': return as_document(p);
  case 'x': return named;
  case 'f': return p->slug;
  default: return ql__words_for(p->arena, p->objective.concerns, name == 'c');
  }
}

/* "the orders endpoint", not "endpoint endpoints" */
ql_str ql__fill(const ql__planner *p, ql_str text, ql_str named) {
  ql_buf buf = ql_buf_new(ql_arena_alloc(p->arena));
  for (size_t i = 0; i < text.len; i++) {
    if (text.ptr[i] != '{') {
      ql_buf_byte(&buf, text.ptr[i]);
      continue;
    }
    char name = text.ptr[i + 1];
    ql_str value = value_of(p, name, named);
    ql_buf_add(&buf, value);
    i += 2;
    if (name != 's') continue;
    size_t end = i + 2;
    while (end < text.len && text.ptr[end] != ' ') end++;
    bool repeats = value.len > 0 && ends_in(p, ql_slice(text, i + 2, end));
    if (value.len == 0) i++; /* and its space */
    if (repeats) i = end - 1;
  }
  ql_str out = ql_buf_take(&buf, p->arena);
  return out.ptr ? out : QL_STR("");
}

ql_str ql__enumerate(ql_arena *a, const ql_str *items, size_t count) {
  ql_str out = QL_STR("");
  for (size_t i = 0; i < count; i++)
    out = ql__join(a, out, i == 0 ? QL_STR("") : i + 1 == count ? QL_STR(" and ") : QL_STR(", "), items[i]);
  return out;
}

ql_str ql__enumerate_tasks(ql_arena *a, uint32_t tasks) {
  ql_str ids[QL_WORK_MAX];
  size_t count = 0;
  for (size_t i = 0; i < QL_WORK_MAX; i++)
    if (tasks & (UINT32_C(1) << i)) ids[count++] = ql_task_id(a, i);
  return ql__enumerate(a, ids, count);
}

ql_str ql__slug(ql_arena *a, ql_str subject) {
  char *out = ql_arena_get(a, subject.len + 1);
  size_t len = 0;
  for (size_t i = 0; out && i < subject.len; i++) {
    if (ql_is_alnum(subject.ptr[i]))
      out[len++] = ql_to_lower(subject.ptr[i]);
    else if (len > 0 && out[len - 1] != '-')
      out[len++] = '-';
  }
  while (len > 0 && out[len - 1] == '-') len--;
  return len > 0 ? (ql_str){out, len} : QL_ABSENT;
}

void ql__fill_list(const ql__planner *p, ql__texts *out, ql_str list, ql_str named) {
  while (list.len > 0) {
    size_t end = ql_find_byte(list, '|', 0);
    ql__texts_add(p->arena, out, ql__fill(p, ql_slice(list, 0, end), named));
    list = end == SIZE_MAX ? QL_STR("") : ql_slice(list, end + 1, list.len);
  }
}
