#include "driver/answer.h"

#include "base/text.h"

#define SECTIONS_SHOWN 5u
#define WORD_LEN_MIN   4u /* shorter words say little */

/* Takes the next run of letters and digits. */
static bool next_word(ql_str *rest, ql_str *word) {
  size_t start = 0;
  while (start < rest->len && !ql_is_alnum(rest->ptr[start])) start++;
  size_t end = start;
  while (end < rest->len && ql_is_alnum(rest->ptr[end])) end++;
  *word = ql_slice(*rest, start, end);
  *rest = ql_slice(*rest, end, rest->len);
  return word->len > 0;
}

static bool mentions(ql_str text, ql_str wanted) {
  ql_str word;
  while (next_word(&text, &word))
    if (ql_eq_nocase(word, wanted)) return true;
  return false;
}

/* How many of the question's longer words stand in the text. */
static size_t overlap(ql_str question, ql_str text) {
  size_t count = 0;
  ql_str word;
  while (next_word(&question, &word)) count += word.len >= WORD_LEN_MIN && mentions(text, word);
  return count;
}

static void add_sections(ql_buf *out, const ql_spec *spec, ql_str question) {
  size_t shown = 0;
  for (size_t i = 0; i < spec->section_count && shown < SECTIONS_SHOWN; i++) {
    const ql_section *section = &spec->sections[i];
    /* The section's own words, without those of the sections inside it. */
    size_t end = i + 1 < spec->section_count && spec->sections[i + 1].offset < section->end ? spec->sections[i + 1].offset : section->end;
    if (overlap(question, ql_slice(spec->text, section->offset, end)) == 0) continue;
    ql_buf_add(out, shown == 0 ? QL_STR("\n\nIts file speaks of this under:\n") : QL_STR("\n"));
    ql_buf_add(out, QL_STR("- "));
    ql_buf_add(out, section->title);
    ql_buf_add(out, QL_STR(" (line "));
    ql_buf_int(out, (int64_t)section->line);
    ql_buf_byte(out, ')');
    shown++;
  }
}

static void add_colleague(ql_buf *out, const ql_roster *roster, const ql_agent *agent, ql_str question) {
  size_t count, best = 0;
  const ql_agent *found = NULL;
  const ql_agent *const *team = ql_roster_team(roster, agent, &count);
  for (size_t i = 0; i < count; i++) {
    size_t score = overlap(question, team[i]->id) + (team[i]->description.ptr ? overlap(question, team[i]->description) : 0);
    if (score <= best) continue;
    best = score;
    found = team[i];
  }
  if (!found) return;
  ql_buf_add(out, QL_STR("\n\nIn its team "));
  ql_buf_add(out, found->id);
  ql_buf_add(out, QL_STR(" is the closest to the question."));
}

ql_str ql__rehearsed_answer(ql_arena *a, const ql_roster *roster, const ql_agent *agent, ql_str question) {
  ql_buf out = ql_buf_new(ql_arena_alloc(a));
  ql_buf_add(&out, QL_STR("Rehearsal: no model was asked, so this is no answer to the question, only where it would come from. "));
  ql_buf_add(&out, agent->id);
  if (agent->description.ptr) {
    ql_buf_add(&out, QL_STR(" says of itself: "));
    ql_buf_add(&out, agent->description);
  } else {
    ql_buf_add(&out, QL_STR(" is named in another file and has none of its own."));
  }
  if (agent->spec) add_sections(&out, agent->spec, question);
  add_colleague(&out, roster, agent, question);
  return ql_buf_take(&out, a);
}
