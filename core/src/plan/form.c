#include "plan/form.h"

#include <questline/limits.h>

#include "base/text.h"

static const struct {
  ql_str words;
  ql__section section;
  bool under_plan;
} HEADINGS[] = {
    {QL_STR_INIT("implementation plan"), QL_SECTION_PLAN, false},
    {QL_STR_INIT("files to create/modify"), QL_SECTION_FILES, true},
    {QL_STR_INIT("files to create or modify"), QL_SECTION_FILES, true},
    {QL_STR_INIT("files"), QL_SECTION_FILES, true},
    {QL_STR_INIT("step-by-step approach"), QL_SECTION_STEPS, true},
    {QL_STR_INIT("step by step approach"), QL_SECTION_STEPS, true},
    {QL_STR_INIT("steps"), QL_SECTION_STEPS, true},
    {QL_STR_INIT("agents needed"), QL_SECTION_NEEDS, false},
    {QL_STR_INIT("required agents"), QL_SECTION_NEEDS, false},
    {QL_STR_INIT("dependencies & order"), QL_SECTION_ORDER, false},
    {QL_STR_INIT("dependencies and order"), QL_SECTION_ORDER, false},
    {QL_STR_INIT("execution strategy"), QL_SECTION_ORDER, false},
    {QL_STR_INIT("tasks"), QL_SECTION_TASKS, false},
    {QL_STR_INIT("task breakdown"), QL_SECTION_TASKS, false},
    {QL_STR_INIT("risks"), QL_SECTION_RISKS, false},
    {QL_STR_INIT("objective"), QL_SECTION_OBJECTIVE, false},
    {QL_STR_INIT("leader"), QL_SECTION_LEADER, false},
    {QL_STR_INIT("planned by"), QL_SECTION_MAKER, false},
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
};

/* The last is what the arrow becomes when UTF-8 is read as Windows-1252 and saved again, as in many copied agent files. */
static const ql_str ARROWS[] = {QL_STR_INIT("\xE2\x86\x92"), QL_STR_INIT("->"), QL_STR_INIT("=>"),
                                QL_STR_INIT("\xC3\xA2\xE2\x80\xA0\xE2\x80\x99")};

static const ql_str DASHES[] = {QL_STR_INIT("-"), QL_STR_INIT("\xE2\x80\x93"), QL_STR_INIT("\xE2\x80\x94")};

static ql_str from(ql_str s, size_t at) { return ql_slice(s, at, s.len); }

static bool is_emphasis(char c) { return c == '*' || c == '_' || c == '`'; }

/* Cuts the run of emphasis characters at the start; says how many there were. */
static size_t cut_emphasis(ql_str *s) {
  size_t count = 0;
  while (count < s->len && is_emphasis(s->ptr[count])) count++;
  *s = from(*s, count);
  return count;
}

static ql_str cut_emphasis_end(ql_str s) {
  while (s.len > 0 && is_emphasis(s.ptr[s.len - 1])) s.len--;
  return ql_trim(s);
}

static size_t any_start(ql_str s, const ql_str *list, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (ql_starts(s, list[i])) return list[i].len;
  return 0;
}

/* Behind a name: the emphasis that closes, a colon or a dash, and the emphasis that closes behind that. */
static ql_str behind_name(ql_str s, bool emphasised) {
  cut_emphasis(&s);
  s = ql_trim(s);
  size_t sign = ql_starts(s, QL_STR(":")) ? 1 : any_start(s, DASHES, QL_COUNT(DASHES));
  s = from(s, sign);
  if (emphasised) cut_emphasis(&s);
  return ql_trim(s);
}

ql__marker ql__form_marker(ql_str *line) {
  ql_str s = *line;
  size_t arrow = any_start(s, ARROWS, QL_COUNT(ARROWS));
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

ql__section ql__form_heading(ql_str line, ql__marker marker, ql__section current, ql_str *rest) {
  bool in_plan = current == QL_SECTION_PLAN || current == QL_SECTION_FILES || current == QL_SECTION_STEPS;
  if (marker != QL_MARKER_NONE && !(marker == QL_MARKER_BULLET && in_plan)) return QL_SECTION_NONE;
  ql_str s = line;
  size_t hashes = 0;
  while (hashes < s.len && s.ptr[hashes] == '#') hashes++;
  s = ql_trim(from(s, hashes));
  /* A code span is no heading: the writer puts a path that looks like one into it. */
  if (ql_starts(s, QL_STR("`"))) return QL_SECTION_NONE;
  bool emphasised = cut_emphasis(&s) > 0;
  for (size_t i = 0; i < QL_COUNT(HEADINGS); i++) {
    ql_str words = HEADINGS[i].words;
    if (HEADINGS[i].under_plan ? !in_plan : marker != QL_MARKER_NONE) continue;
    if (!ql_starts_nocase(s, words)) continue;
    ql_str behind = from(s, words.len);
    if (emphasised || hashes > 0) cut_emphasis(&behind);
    behind = ql_trim(behind);
    bool colon = ql_starts(behind, QL_STR(":"));
    if (behind.len > 0 && !colon) continue;
    behind = from(behind, colon);
    if (emphasised) cut_emphasis(&behind);
    *rest = ql_trim(behind);
    return HEADINGS[i].section;
  }
  ql_str label, title;
  bool foreign = marker == QL_MARKER_NONE && (hashes > 0 || is_foreign_heading(emphasised ? cut_emphasis_end(s) : s));
  return foreign && !ql__form_task(line, &label, &title) ? QL_SECTION_OTHER : QL_SECTION_NONE;
}

static bool is_label_byte(char c) { return ql_is_alnum(c) || c == '.' || c == '_' || c == '-'; }

bool ql__form_task(ql_str line, ql_str *label, ql_str *title) {
  size_t hashes = 0;
  while (hashes < line.len && line.ptr[hashes] == '#') hashes++;
  ql_str s = ql_trim(from(line, hashes));
  bool emphasised = cut_emphasis(&s) > 0;
  bool word = ql_starts_nocase(s, QL_STR("task ")) || ql_starts_nocase(s, QL_STR("task\t"));
  if (word) s = ql_trim(from(s, 5));
  size_t len = 0, digits = 0;
  while (len < s.len && is_label_byte(s.ptr[len])) len++;
  while (len > 0 && (s.ptr[len - 1] == '.' || s.ptr[len - 1] == '-')) len--;
  for (size_t i = 1; i < len; i++) digits += ql_is_digit(s.ptr[i]);
  bool numbered = len > 1 && (s.ptr[0] == 'T' || s.ptr[0] == 't') && digits == len - 1;
  if (len == 0 || len > 32 || !(word || numbered)) return false;
  ql_str behind = from(s, len);
  if (emphasised) cut_emphasis(&behind);
  ql_str trimmed = ql_trim(behind);
  size_t dash = any_start(trimmed, DASHES, QL_COUNT(DASHES));
  bool sign = trimmed.len > 0 && (trimmed.ptr[0] == ':' || trimmed.ptr[0] == '.' || trimmed.ptr[0] == ')');
  bool spaced_dash = dash > 0 && dash < trimmed.len && ql_is_space(trimmed.ptr[dash]);
  if (trimmed.len > 0 && !sign && !spaced_dash && trimmed.ptr[0] != '(') return false;
  ql_str text = from(trimmed, sign ? 1 : spaced_dash ? dash : 0);
  if (emphasised) {
    text = ql_trim(text);
    cut_emphasis(&text);
    text = cut_emphasis_end(text);
  }
  *label = ql_slice(s, 0, len);
  *title = ql__form_text(ql_trim(text));
  return true;
}

ql__field ql__form_field(ql_str line, ql_str *value) {
  ql_str s = line;
  bool emphasised = cut_emphasis(&s) > 0;
  for (size_t i = 0; i < QL_COUNT(FIELDS); i++) {
    if (!ql_starts_nocase(s, FIELDS[i].words)) continue;
    ql_str behind = from(s, FIELDS[i].words.len);
    if (emphasised) cut_emphasis(&behind);
    behind = ql_trim(behind);
    if (!ql_starts(behind, QL_STR(":"))) continue;
    behind = from(behind, 1);
    if (emphasised) cut_emphasis(&behind);
    *value = ql__form_text(ql_trim(behind));
    return FIELDS[i].field;
  }
  return QL_FIELD_NONE;
}

bool ql__form_group(ql_str line, size_t *number, ql_str *rest) {
  ql_str s = line;
  bool emphasised = cut_emphasis(&s) > 0;
  size_t colon = ql_find_byte(s, ':', 0);
  if (colon == SIZE_MAX) return false;
  ql_str behind = from(s, colon + 1);
  if (emphasised) cut_emphasis(&behind);
  behind = ql_trim(behind);
  ql_str head = cut_emphasis_end(ql_slice(s, 0, colon));
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

/* A code span: n backticks, the path, n backticks. */
static bool code_span(ql_str s, ql_str *inside, ql_str *behind) {
  size_t n = 0;
  while (n < s.len && s.ptr[n] == '`') n++;
  if (n == 0) return false;
  for (size_t at = n; at < s.len;) {
    at = ql_find_byte(s, '`', at);
    if (at == SIZE_MAX) return false;
    size_t end = at;
    while (end < s.len && s.ptr[end] == '`') end++;
    if (end - at == n) {
      *inside = ql_trim(ql_slice(s, n, at));
      *behind = from(s, end);
      return true;
    }
    at = end;
  }
  return false;
}

void ql__form_file(ql_str item, ql_str *path, ql_str *purpose) {
  ql_str s = item, inside, behind;
  bool strong = ql_starts(s, QL_STR("**")) && ql_find(s, QL_STR("**"), 2) != SIZE_MAX;
  if (strong) s = from(s, 2);
  if (code_span(s, &inside, &behind) && inside.len > 0) {
    *path = inside;
    *purpose = behind_name(behind, strong);
    return;
  }
  if (strong) {
    size_t close = ql_find(s, QL_STR("**"), 0);
    ql_str name = ql_trim(ql_slice(s, 0, close));
    bool colon = ql_ends(name, QL_STR(":"));
    *path = ql_slice(name, 0, name.len - colon);
    *purpose = colon ? ql_trim(from(s, close + 2)) : behind_name(from(s, close), true);
    return;
  }
  size_t colon = ql_find(s, QL_STR(": "), 0);
  if (colon == SIZE_MAX && ql_ends(s, QL_STR(":"))) colon = s.len - 1;
  if (colon != SIZE_MAX) {
    *path = ql_trim(ql_slice(s, 0, colon));
    *purpose = ql_trim(from(s, colon + 1));
    return;
  }
  size_t space = ql_find_byte(s, ' ', 0);
  ql_str next = ql_trim(from(s, space == SIZE_MAX ? s.len : space));
  size_t dash = any_start(next, DASHES, QL_COUNT(DASHES));
  bool dashed = dash > 0 && dash < next.len && next.ptr[dash] == ' ';
  *path = dashed ? ql_slice(s, 0, space) : s;
  *purpose = dashed ? ql_trim(from(next, dash)) : QL_STR("");
}

static size_t name_length(ql_str s) {
  size_t len = 0;
  while (len < s.len && is_label_byte(s.ptr[len])) len++;
  return len;
}

bool ql__form_need(ql_str item, ql_str *agent, ql_str *reason) {
  ql_str s = item;
  bool emphasised = cut_emphasis(&s) > 0;
  bool at = ql_starts(s, QL_STR("@"));
  size_t len = name_length(from(s, at));
  if (len == 0) return false;
  len += at;
  bool sentence = len < s.len && s.ptr[len] != ':';
  while (sentence && len > 1 && s.ptr[len - 1] == '.') len--;
  ql_str behind = from(s, len);
  /* Without the @ only a name with a reason behind it is one: "None." is not. */
  ql_str next = ql_trim(emphasised ? (cut_emphasis(&behind), behind) : behind);
  if (!at && !ql_starts(next, QL_STR(":")) && any_start(next, DASHES, QL_COUNT(DASHES)) == 0) return false;
  *agent = ql_slice(s, 0, len);
  *reason = behind_name(behind, emphasised);
  return true;
}

bool ql__form_agent(ql_str text, ql_str *agent) {
  static const ql_str nobody[] = {QL_STR_INIT("nobody"), QL_STR_INIT("none"), QL_STR_INIT("unassigned")};
  ql_str s = text;
  if (cut_emphasis(&s) > 0) s = cut_emphasis_end(s);
  for (size_t i = 0; i < QL_COUNT(nobody); i++)
    if (ql_starts_nocase(s, nobody[i]) && name_length(s) == nobody[i].len) return false;
  for (size_t at = ql_find_byte(s, '@', 0); at != SIZE_MAX; at = ql_find_byte(s, '@', at + 1)) {
    size_t len = name_length(from(s, at + 1)), end = at + 1 + len;
    bool whole = at == 0 && end == s.len;
    while (!whole && end > at + 1 && (s.ptr[end - 1] == '.' || s.ptr[end - 1] == '-')) end--;
    bool mail = at > 0 && ql_is_alnum(s.ptr[at - 1]);
    if (mail || end == at + 1) continue;
    *agent = ql_slice(s, at, end);
    return true;
  }
  size_t len = name_length(s);
  while (len > 0 && s.ptr[len - 1] == '.') len--;
  *agent = ql_slice(s, 0, len);
  return len > 0;
}
