/* The form of a delegation: labels, and ids as the form shows them. */
#include "base/text.h"
#include "base/words.h"
#include "plan/delegation.h"
#include "spec/inforce.h"

#define LABEL_MAX   80u /* bytes of a label */
#define PARTS_LEAST 4u  /* fields that a form must have to be one for delegations */
#define DIGITS_MAX  9u

const ql__part_name ql__part_names[QL__PART_COUNT] = {
    {QL_STR_INIT("agent"), QL_STR_INIT("TO")},
    {QL_STR_INIT("id"), QL_STR_INIT("ID")},
    {QL_STR_INIT("priority"), QL_STR_INIT("PRIORITY")},
    {QL_STR_INIT("objective"), QL_STR_INIT("OBJECTIVE")},
    {QL_STR_INIT("demands"), QL_STR_INIT("REQUIREMENTS")},
    {QL_STR_INIT("accept"), QL_STR_INIT("ACCEPTANCE CRITERIA")},
    {QL_STR_INIT("after"), QL_STR_INIT("DEPENDENCIES")},
    {QL_STR_INIT("context"), QL_STR_INIT("CONTEXT")},
    {QL_STR_INIT("outputs"), QL_STR_INIT("EXPECTED OUTPUT")},
    {QL_STR_INIT("success"), QL_STR_INIT("SUCCESS CRITERIA")},
};

/* Words of labels, the telling ones first: "TASK ID" is an id, "ACCEPTANCE CRITERIA FOR SUCCESS" about acceptance. */
static const struct {
  ql__part part;
  ql_str words;
} WORDS[] = {
    {QL__PART_ACCEPT, QL_STR_INIT("accept acceptance done")},
    {QL__PART_SUCCESS, QL_STR_INIT("success")},
    {QL__PART_DEPENDS, QL_STR_INIT("dependencies dependency depends blocks blocked")},
    {QL__PART_CONTEXT, QL_STR_INIT("context background")},
    {QL__PART_OUTPUTS, QL_STR_INIT("output outputs deliverable deliverables")},
    {QL__PART_DEMANDS, QL_STR_INIT("requirement requirements demands")},
    {QL__PART_PRIORITY, QL_STR_INIT("priority")},
    {QL__PART_ID, QL_STR_INIT("id number")},
    {QL__PART_OBJECTIVE, QL_STR_INIT("objective goal mission task")},
    {QL__PART_TO, QL_STR_INIT("delegation delegate to assign assigned assignee agent worker")},
    {QL__PART_COUNT, QL_STR_INIT("criteria expected when the of on by")},
};

static bool in_list(ql_str list, ql_str word) {
  ql_str item;
  while (ql__next_item(&list, &item))
    if (ql_eq_nocase(item, word)) return true;
  return false;
}

/* The next run of letters. */
static ql_str next_word(ql_str label, size_t *at) {
  while (*at < label.len && !ql__is_word_byte(label.ptr[*at])) ++*at;
  size_t from = *at;
  while (*at < label.len && ql__is_word_byte(label.ptr[*at])) ++*at;
  return ql_slice(label, from, *at);
}

ql__part ql__part_of(ql_str label, bool strict) {
  size_t best = QL_COUNT(WORDS);
  if (label.len > LABEL_MAX) return QL__PART_COUNT;
  for (size_t at = 0;;) {
    ql_str word = next_word(label, &at);
    if (word.len == 0) break;
    size_t i = 0;
    while (i < QL_COUNT(WORDS) && !in_list(WORDS[i].words, word)) i++;
    if (i == QL_COUNT(WORDS) && strict) return QL__PART_COUNT;
    if (i < best) best = i;
  }
  return best < QL_COUNT(WORDS) ? WORDS[best].part : QL__PART_COUNT;
}

static bool is_label(const ql_rule_item *item) {
  ql_str name = item->name;
  return name.len > 0 && name.len <= LABEL_MAX && ql__is_word_byte(name.ptr[0]) && ql_line_end(name, 0) == name.len;
}

const ql_rule_item *ql__blank_next(const ql__blank *blank, const ql_rule_item *after) {
  if (!blank->rule) return NULL;
  do after = ql__next_rule_item(blank->roster, blank->leader, blank->rule, after);
  while (after && !is_label(after));
  return after;
}

/* How many different parts a text form has a field for. */
static size_t count_parts(ql__blank blank, const ql_rule *rule) {
  bool has[QL__PART_COUNT + 1] = {false};
  size_t count = 0;
  blank.rule = rule;
  for (const ql_rule_item *item = NULL; (item = ql__blank_next(&blank, item)) != NULL;) {
    ql__part part = ql__part_of(item->name, false);
    count += part != QL__PART_COUNT && !has[part];
    has[part] = true;
  }
  return has[QL__PART_OBJECTIVE] ? count : 0;
}

static size_t digits_behind(ql_str text) {
  size_t digits = 0;
  while (digits < text.len && ql_is_digit(text.ptr[text.len - 1 - digits])) digits++;
  return digits;
}

ql__blank ql__blank_of(ql_arena *a, const ql_roster *roster, ql_str leader) {
  ql__blank blank = {.arena = a, .roster = roster, .leader = roster && leader.ptr ? ql_roster_find(roster, leader) : NULL};
  size_t best = PARTS_LEAST - 1;
  for (const ql_rule *rule = NULL; blank.leader && (rule = ql__next_rule(roster, blank.leader, QL_RULE_TEMPLATE, rule)) != NULL;) {
    size_t count = count_parts(blank, rule);
    if (count <= best) continue;
    best = count;
    blank.rule = rule;
  }
  for (const ql_rule_item *item = NULL; (item = ql__blank_next(&blank, item)) != NULL;) {
    size_t digits = digits_behind(item->text);
    if (ql__part_of(item->name, false) != QL__PART_ID || digits == 0 || digits > DIGITS_MAX || !ql__is_task_name(item->text)) continue;
    blank.digits = digits;
    blank.prefix = ql_slice(item->text, 0, item->text.len - digits);
    break;
  }
  return blank;
}

bool ql__is_task_name(ql_str id) {
  for (size_t i = 0; i < id.len; i++)
    if (!ql_is_alnum(id.ptr[i]) && ql_find_byte(QL_STR("._-"), id.ptr[i], 0) == SIZE_MAX) return false;
  return id.len > 0;
}

/* The number of "T12", its zeros in front gone; absent for anything else. */
static ql_str number_of(ql_str id) {
  size_t digits = digits_behind(id);
  if (digits == 0 || digits > DIGITS_MAX || id.len != digits + 1 || (id.ptr[0] != 'T' && id.ptr[0] != 't')) return QL_ABSENT;
  ql_str number = ql_slice(id, 1, id.len);
  while (number.len > 1 && number.ptr[0] == '0') number = ql_slice(number, 1, number.len);
  return number;
}

ql_str ql__blank_id(const ql__blank *blank, ql_str id) {
  static const ql_str zeros = QL_STR_INIT("000000000");
  ql_str number = blank->prefix.ptr ? number_of(id) : QL_ABSENT;
  if (!number.ptr) return id;
  size_t missing = blank->digits > number.len ? blank->digits - number.len : 0;
  return ql_arena_concat(blank->arena, (ql_str[]){blank->prefix, ql_slice(zeros, 0, missing), number}, 3);
}

ql_str ql__blank_read_id(const ql__blank *blank, ql_str written) {
  ql_str id = written, number = number_of(written);
  if (blank->prefix.ptr && ql_starts_nocase(written, blank->prefix)) {
    ql_str rest = ql_slice(written, blank->prefix.len, written.len);
    if (rest.len > 0 && rest.len <= DIGITS_MAX && digits_behind(rest) == rest.len) {
      while (rest.len > 1 && rest.ptr[0] == '0') rest = ql_slice(rest, 1, rest.len);
      number = rest;
    }
  }
  return number.ptr ? ql_arena_concat(blank->arena, (ql_str[]){QL_STR("T"), number}, 2) : id;
}

ql_str ql__unstarred(ql_str text) {
  text = ql_trim(text);
  while (ql_ends(text, QL_STR("*"))) text.len--;
  while (ql_starts(text, QL_STR("*"))) text = ql_slice(text, 1, text.len);
  return ql_trim(text);
}

/* Signs of strong words and headings around a label, and how many of the latter. */
static size_t strip(ql_str *line) {
  size_t hashes = 0;
  while (line->len > 0 && line->ptr[0] == '#') {
    *line = ql_slice(*line, 1, line->len);
    hashes++;
  }
  *line = ql_trim(*line);
  while (ql_starts(*line, QL_STR("*")) || ql_starts(*line, QL_STR("_"))) *line = ql_slice(*line, 1, line->len);
  return hashes;
}

/* A label of the file's form, as it is written there. */
static bool is_form_label(const ql__blank *blank, ql_str line, ql__part *part, ql_str *value) {
  for (const ql_rule_item *item = NULL; (item = ql__blank_next(blank, item)) != NULL;) {
    size_t len = item->name.len;
    if (!ql_starts_nocase(line, item->name) || line.len == len || line.ptr[len] != ':') continue;
    *part = ql__part_of(item->name, false);
    *value = ql_trim(ql_slice(line, len + 1, line.len));
    return true;
  }
  return false;
}

bool ql__blank_label(const ql__blank *blank, ql_str line, ql__part *part, ql_str *value) {
  if (is_form_label(blank, line, part, value)) return true;
  char first = line.len > 0 ? line.ptr[0] : ' ';
  size_t hashes = strip(&line), colon = ql_find_byte(line, ':', 0);
  if (colon == SIZE_MAX && hashes == 0) return false;
  ql__part found = ql__part_of(ql__unstarred(ql_slice(line, 0, colon)), true);
  if (found == QL__PART_COUNT) return false;
  *part = found;
  ql_str behind = colon == SIZE_MAX ? QL_STR("") : ql_trim(ql_slice(line, colon + 1, line.len));
  *value = first == '*' || first == '#' ? ql__unstarred(behind) : behind;
  return true;
}
