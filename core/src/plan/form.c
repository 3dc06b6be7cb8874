#include "plan/form.h"

#include <questline/limits.h>

#include "base/text.h"

typedef enum where { ANYWHERE, UNDER_PLAN, IN_HEADER } where;

static const struct {
  ql_str words;
  ql__section section;
  where where;
} HEADINGS[] = {
    {QL_STR_INIT("implementation plan"), QL_SECTION_PLAN, ANYWHERE},
    {QL_STR_INIT("files to create/modify"), QL_SECTION_FILES, UNDER_PLAN},
    {QL_STR_INIT("files to create or modify"), QL_SECTION_FILES, UNDER_PLAN},
    {QL_STR_INIT("files to create/modify"), QL_SECTION_FILES, ANYWHERE},
    {QL_STR_INIT("files to create or modify"), QL_SECTION_FILES, ANYWHERE},
    {QL_STR_INIT("files"), QL_SECTION_FILES, UNDER_PLAN},
    {QL_STR_INIT("step-by-step approach"), QL_SECTION_STEPS, UNDER_PLAN},
    {QL_STR_INIT("step by step approach"), QL_SECTION_STEPS, UNDER_PLAN},
    {QL_STR_INIT("steps"), QL_SECTION_STEPS, UNDER_PLAN},
    {QL_STR_INIT("mini-roadmap"), QL_SECTION_ROADMAP, ANYWHERE},
    {QL_STR_INIT("agents needed"), QL_SECTION_NEEDS, ANYWHERE},
    {QL_STR_INIT("required agents"), QL_SECTION_NEEDS, ANYWHERE},
    {QL_STR_INIT("dependencies & order"), QL_SECTION_ORDER, ANYWHERE},
    {QL_STR_INIT("dependencies and order"), QL_SECTION_ORDER, ANYWHERE},
    {QL_STR_INIT("dependencies & execution order"), QL_SECTION_ORDER, ANYWHERE},
    {QL_STR_INIT("execution strategy"), QL_SECTION_ORDER, ANYWHERE},
    {QL_STR_INIT("tasks"), QL_SECTION_TASKS, ANYWHERE},
    {QL_STR_INIT("task breakdown"), QL_SECTION_TASKS, ANYWHERE},
    {QL_STR_INIT("phases"), QL_SECTION_PHASES, ANYWHERE},
    {QL_STR_INIT("risks"), QL_SECTION_RISKS, ANYWHERE},
    {QL_STR_INIT("needs found"), QL_SECTION_FINDINGS, ANYWHERE},
    {QL_STR_INIT("gates"), QL_SECTION_GATES, ANYWHERE},
    {QL_STR_INIT("quality gates"), QL_SECTION_GATES, ANYWHERE},
    {QL_STR_INIT("success criteria"), QL_SECTION_SUCCESS, ANYWHERE},
    {QL_STR_INIT("rollback"), QL_SECTION_ROLLBACK, ANYWHERE},
    {QL_STR_INIT("rollback plan"), QL_SECTION_ROLLBACK, ANYWHERE},
    {QL_STR_INIT("estimated time"), QL_SECTION_DURATION, ANYWHERE},
    {QL_STR_INIT("estimated implementation time"), QL_SECTION_DURATION, ANYWHERE},
    {QL_STR_INIT("objective"), QL_SECTION_OBJECTIVE, ANYWHERE},
    {QL_STR_INIT("request"), QL_SECTION_OBJECTIVE, IN_HEADER},
    {QL_STR_INIT("generated"), QL_SECTION_HEADER, IN_HEADER},
    {QL_STR_INIT("module"), QL_SECTION_HEADER, IN_HEADER},
    {QL_STR_INIT("leader"), QL_SECTION_LEADER, ANYWHERE},
    {QL_STR_INIT("planned by"), QL_SECTION_MAKER, ANYWHERE},
    {QL_STR_INIT("planned from"), QL_SECTION_FROM, ANYWHERE},
};

static const struct {
  ql_str words;
  ql__field field;
} FIELDS[] = {
    {QL_STR_INIT("assign to"), QL_FIELD_ASSIGN},
    {QL_STR_INIT("assigned to"), QL_FIELD_ASSIGN},
    {QL_STR_INIT("assignee"), QL_FIELD_ASSIGN},
    {QL_STR_INIT("agent"), QL_FIELD_ASSIGN},
    {QL_STR_INIT("why"), QL_FIELD_WHY},
    {QL_STR_INIT("reason"), QL_FIELD_WHY},
    {QL_STR_INIT("output"), QL_FIELD_OUTPUT},
    {QL_STR_INIT("outputs"), QL_FIELD_OUTPUT},
    {QL_STR_INIT("deliverable"), QL_FIELD_OUTPUT},
    {QL_STR_INIT("deliverables"), QL_FIELD_OUTPUT},
    {QL_STR_INIT("done when"), QL_FIELD_ACCEPT},
    {QL_STR_INIT("acceptance"), QL_FIELD_ACCEPT},
    {QL_STR_INIT("acceptance criteria"), QL_FIELD_ACCEPT},
    {QL_STR_INIT("depends on"), QL_FIELD_DEPENDS},
    {QL_STR_INIT("dependencies"), QL_FIELD_DEPENDS},
    {QL_STR_INIT("priority"), QL_FIELD_PRIORITY},
    {QL_STR_INIT("effort"), QL_FIELD_EFFORT},
    {QL_STR_INIT("must meet"), QL_FIELD_DEMAND},
    {QL_STR_INIT("requirements"), QL_FIELD_DEMAND},
    {QL_STR_INIT("writes"), QL_FIELD_WRITES},
    {QL_STR_INIT("rollback"), QL_FIELD_ROLLBACK},
    {QL_STR_INIT("time"), QL_FIELD_ESTIMATE},
    {QL_STR_INIT("estimate"), QL_FIELD_ESTIMATE},
    {QL_STR_INIT("source"), QL_FIELD_SOURCE},
    {QL_STR_INIT("files"), QL_FIELD_FILES},
    {QL_STR_INIT("target"), QL_FIELD_FILES},
    {QL_STR_INIT("task"), QL_FIELD_TASK},
    {QL_STR_INIT("tasks"), QL_FIELD_TASKS},
    {QL_STR_INIT("measure"), QL_FIELD_MEASURE},
    {QL_STR_INIT("expect"), QL_FIELD_EXPECT},
    {QL_STR_INIT("judge"), QL_FIELD_JUDGE},
    {QL_STR_INIT("evidence"), QL_FIELD_EVIDENCE},
};

/* The last is what the arrow becomes when UTF-8 is read as Windows-1252 and saved again, as in many copied agent files. */
static const ql_str ARROWS[] = {QL_STR_INIT("\xE2\x86\x92"), QL_STR_INIT("->"), QL_STR_INIT("=>"),
                                QL_STR_INIT("\xC3\xA2\xE2\x80\xA0\xE2\x80\x99")};

static ql_str from(ql_str s, size_t at) { return ql_slice(s, at, s.len); }

static bool is_emphasis(char c) { return c == '*' || c == '_' || c == '`'; }

size_t ql__cut_emphasis(ql_str *s) {
  size_t count = 0;
  while (count < s->len && is_emphasis(s->ptr[count])) count++;
  *s = from(*s, count);
  return count;
}

ql_str ql__cut_emphasis_end(ql_str s) {
  while (s.len > 0 && is_emphasis(s.ptr[s.len - 1])) s.len--;
  return ql_trim(s);
}

size_t ql__dash(ql_str s) {
  static const ql_str dashes[] = {QL_STR_INIT("-"), QL_STR_INIT("\xE2\x80\x93"), QL_STR_INIT("\xE2\x80\x94")};
  for (size_t i = 0; i < QL_COUNT(dashes); i++)
    if (ql_starts(s, dashes[i])) return dashes[i].len;
  return 0;
}

size_t ql__arrow(ql_str s) {
  for (size_t i = 0; i < QL_COUNT(ARROWS); i++)
    if (ql_starts(s, ARROWS[i])) return ARROWS[i].len;
  return 0;
}

ql__marker ql__form_marker(ql_str *line) {
  ql_str s = *line;
  size_t arrow = ql__arrow(s);
  if (arrow > 0) {
    *line = ql_trim(from(s, arrow));
    return QL_MARKER_ARROW;
  }
  size_t bullet = ql_starts(s, QL_STR("\xE2\x80\xA2")) ? 3 : s.len > 0 && (s.ptr[0] == '-' || s.ptr[0] == '*' || s.ptr[0] == '+') ? 1 : 0;
  if (bullet > 0 && (s.len == bullet || ql_is_space(s.ptr[bullet]))) {
    *line = ql_trim(from(s, bullet));
    return QL_MARKER_BULLET;
  }
  size_t digits = 0;
  while (digits < s.len && digits < 9 && ql_is_digit(s.ptr[digits])) digits++;
  bool dot = digits > 0 && digits < s.len && (s.ptr[digits] == '.' || s.ptr[digits] == ')');
  if (dot && (digits + 1 == s.len || ql_is_space(s.ptr[digits + 1]))) {
    *line = ql_trim(from(s, digits + 1));
    return QL_MARKER_NUMBER;
  }
  return QL_MARKER_NONE;
}

/* "NOTES:", "OUT OF SCOPE:" */
static bool is_foreign_heading(ql_str line) {
  if (line.len < 3 || line.len > 60 || line.ptr[line.len - 1] != ':') return false;
  bool letters = false;
  for (size_t i = 0; i + 1 < line.len; i++) {
    char c = line.ptr[i];
    if (c >= 'a' && c <= 'z') return false;
    if (c == ':') return false;
    letters |= c >= 'A' && c <= 'Z';
  }
  return letters;
}

/* Which place of the text a heading of the table may stand in. */
static bool stands(where allowed, ql__marker marker, ql__section current, bool in_plan) {
  if (marker != QL_MARKER_NONE) return in_plan && allowed == UNDER_PLAN;
  switch (allowed) {
  case ANYWHERE: return true;
  case UNDER_PLAN: return in_plan;
  case IN_HEADER: break;
  }
  return current == QL_SECTION_NONE || current == QL_SECTION_OBJECTIVE || current == QL_SECTION_HEADER || current == QL_SECTION_LEADER;
}

ql__section ql__form_heading(ql_str line, ql__marker marker, ql__section current, ql_str *rest) {
  bool in_plan = current == QL_SECTION_PLAN || current == QL_SECTION_FILES || current == QL_SECTION_STEPS;
  if (marker != QL_MARKER_NONE && !(marker == QL_MARKER_BULLET && in_plan)) return QL_SECTION_NONE;
  ql_str s = line;
  size_t hashes = 0;
  while (hashes < s.len && s.ptr[hashes] == '#') hashes++;
  s = ql_trim(from(s, hashes));
  /* A code span is no heading: the writer puts a path that looks like one into it. */
  if (ql_starts(s, QL_STR("`"))) return QL_SECTION_NONE;
  bool emphasised = ql__cut_emphasis(&s) > 0;
  for (size_t i = 0; i < QL_COUNT(HEADINGS); i++) {
    ql_str words = HEADINGS[i].words;
    if (!stands(HEADINGS[i].where, marker, current, in_plan) || !ql_starts_nocase(s, words)) continue;
    ql_str behind = from(s, words.len);
    if (emphasised || hashes > 0) ql__cut_emphasis(&behind);
    behind = ql_trim(behind);
    bool colon = ql_starts(behind, QL_STR(":"));
    if (hashes > 0 && ql_starts_nocase(behind, QL_STR("for "))) behind.len = 0; /* "## AGENTS NEEDED FOR THE QUEST" */
    if (behind.len > 0 && !colon) continue;
    behind = from(behind, colon);
    if (emphasised) ql__cut_emphasis(&behind);
    *rest = ql_trim(behind);
    return HEADINGS[i].section;
  }
  ql_str label, title;
  bool foreign = marker == QL_MARKER_NONE && (hashes > 0 || is_foreign_heading(emphasised ? ql__cut_emphasis_end(s) : s));
  return foreign && !ql__form_task(line, &label, &title) ? QL_SECTION_OTHER : QL_SECTION_NONE;
}

bool ql__is_label_byte(char c) { return ql_is_alnum(c) || c == '.' || c == '_' || c == '-'; }

bool ql__form_task(ql_str line, ql_str *label, ql_str *title) {
  size_t hashes = 0;
  while (hashes < line.len && line.ptr[hashes] == '#') hashes++;
  ql_str s = ql_trim(from(line, hashes));
  bool emphasised = ql__cut_emphasis(&s) > 0;
  bool word = ql_starts_nocase(s, QL_STR("task ")) || ql_starts_nocase(s, QL_STR("task\t"));
  if (word) s = ql_trim(from(s, 5));
  size_t len = 0, digits = 0;
  while (len < s.len && ql__is_label_byte(s.ptr[len])) len++;
  while (len > 0 && (s.ptr[len - 1] == '.' || s.ptr[len - 1] == '-')) len--;
  for (size_t i = 1; i < len; i++) digits += ql_is_digit(s.ptr[i]);
  bool numbered = len > 1 && (s.ptr[0] == 'T' || s.ptr[0] == 't') && digits == len - 1;
  if (len == 0 || len > 32 || !(word || numbered)) return false;
  ql_str behind = from(s, len);
  if (emphasised) ql__cut_emphasis(&behind);
  ql_str trimmed = ql_trim(behind);
  size_t dash = ql__dash(trimmed);
  bool sign = trimmed.len > 0 && (trimmed.ptr[0] == ':' || trimmed.ptr[0] == '.' || trimmed.ptr[0] == ')');
  bool spaced_dash = dash > 0 && dash < trimmed.len && ql_is_space(trimmed.ptr[dash]);
  if (trimmed.len > 0 && !sign && !spaced_dash && trimmed.ptr[0] != '(') return false;
  ql_str text = from(trimmed, sign ? 1 : spaced_dash ? dash : 0);
  if (emphasised) {
    text = ql_trim(text);
    ql__cut_emphasis(&text);
    text = ql__cut_emphasis_end(text);
  }
  *label = ql_slice(s, 0, len);
  *title = ql__form_text(ql_trim(text));
  return true;
}

ql__field ql__form_field(ql_str line, ql_str *value) {
  ql_str s = line;
  bool emphasised = ql__cut_emphasis(&s) > 0;
  for (size_t i = 0; i < QL_COUNT(FIELDS); i++) {
    if (!ql_starts_nocase(s, FIELDS[i].words)) continue;
    ql_str behind = from(s, FIELDS[i].words.len);
    if (emphasised) ql__cut_emphasis(&behind);
    behind = ql_trim(behind);
    if (!ql_starts(behind, QL_STR(":"))) continue;
    behind = from(behind, 1);
    if (emphasised) ql__cut_emphasis(&behind);
    *value = ql__form_text(ql_trim(behind));
    return FIELDS[i].field;
  }
  return QL_FIELD_NONE;
}

bool ql__form_group(ql_str line, size_t *number, ql_str *rest) {
  ql_str s = line;
  bool emphasised = ql__cut_emphasis(&s) > 0;
  size_t colon = ql_find_byte(s, ':', 0);
  if (colon == SIZE_MAX) return false;
  ql_str behind = from(s, colon + 1);
  if (emphasised) ql__cut_emphasis(&behind);
  behind = ql_trim(behind);
  ql_str head = ql__cut_emphasis_end(ql_slice(s, 0, colon));
  if (ql_eq_nocase(head, QL_STR("sequential")) && behind.len == 0) {
    *number = 0;
    *rest = behind;
    return true;
  }
  if (ql_starts_nocase(head, QL_STR("parallel "))) head = ql_trim(from(head, 9));
  if (!ql_starts_nocase(head, QL_STR("group "))) return false;
  head = ql_trim(from(head, 6));
  size_t digits = 0, n = 0;
  for (; digits < head.len && digits < 6 && ql_is_digit(head.ptr[digits]); digits++) n = n * 10 + (size_t)(head.ptr[digits] - '0');
  if (n == 0 || n > QL_PLAN_TASKS_MAX) return false;
  head = ql_trim(from(head, digits));
  if (head.len > 0 && head.ptr[0] != '(') return false;
  *number = n;
  *rest = behind;
  return true;
}

ql_str ql__form_text(ql_str item) {
  if (ql_starts(item, QL_STR("\\"))) return ql_trim(from(item, 1));
  bool box = item.len > 3 && item.ptr[0] == '[' && item.ptr[2] == ']' && item.ptr[3] == ' ';
  return box ? ql_trim(from(item, 3)) : item;
}

bool ql__form_says_none(ql_str item) {
  if (ql_eq_nocase(item, QL_STR("parallel groups:"))) return true;
  while (item.len > 0 && item.ptr[item.len - 1] == '.') item.len--;
  return ql_eq_nocase(item, QL_STR("none")) || ql_eq_nocase(item, QL_STR("nothing"));
}

bool ql__form_guarded(ql_str text) {
  size_t number;
  ql_str rest;
  bool sign = text.len > 0 && (text.ptr[0] == '\\' || text.ptr[0] == '[' || text.ptr[0] == '"');
  return sign || ql__form_says_none(text) || ql__form_group(text, &number, &rest);
}
