#include "spec/handler.h"

#include "base/text.h"
#include "spec/policy_words.h"

#define WORD_MAX (QL_AGENT_ID_MAX + 32u) /* bytes of a word that can be a name, marks around it included */

/* Words before the name of who handles a request. */
static const ql_str BEFORE_NAME[] = {
    QL_STR_INIT("use"),     QL_STR_INIT("see"),     QL_STR_INIT("ask"),      QL_STR_INIT("call"),     QL_STR_INIT("try"),
    QL_STR_INIT("to"),      QL_STR_INIT("the"),     QL_STR_INIT("defer"),    QL_STR_INIT("hand"),     QL_STR_INIT("off"),
    QL_STR_INIT("route"),   QL_STR_INIT("go"),      QL_STR_INIT("refer"),    QL_STR_INIT("instead"),  QL_STR_INIT("with"),
    QL_STR_INIT("by"),      QL_STR_INIT("work"),    QL_STR_INIT("delegate"), QL_STR_INIT("escalate"), QL_STR_INIT("coordinate"),
    QL_STR_INIT("handled"), QL_STR_INIT("consult"), QL_STR_INIT("belongs"),
};

/* Words behind a name that show it to be one. */
static const ql_str BEHIND_NAME[] = {
    QL_STR_INIT("handles"), QL_STR_INIT("handle"), QL_STR_INIT("agent"), QL_STR_INIT("owns"), QL_STR_INIT("takes"), QL_STR_INIT("does"),
};

/* Words that may stand behind a name that others led to. */
static const ql_str AFTER_NAME[] = {
    QL_STR_INIT("for"),  QL_STR_INIT("instead"), QL_STR_INIT("to"),       QL_STR_INIT("or"),
    QL_STR_INIT("when"), QL_STR_INIT("if"),      QL_STR_INIT("directly"),
};

/* What only stands for a name. */
static const ql_str NO_NAMES[] = {
    QL_STR_INIT("specific"),   QL_STR_INIT("appropriate"),     QL_STR_INIT("relevant"),  QL_STR_INIT("other"),
    QL_STR_INIT("another"),    QL_STR_INIT("specialized"),     QL_STR_INIT("dedicated"), QL_STR_INIT("corresponding"),
    QL_STR_INIT("sub-agents"), QL_STR_INIT("sub-specialists"), QL_STR_INIT("right"),     QL_STR_INIT("main"),
};

static bool one_of(ql_str word, const ql_str *words, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (ql_eq_nocase(word, words[i])) return true;
  return false;
}

/* Takes the next word, without what is written around it. */
static ql_str next_word(ql_str *rest) {
  static const ql_str around = QL_STR_INIT("`'\"()*,;:.");
  size_t from = 0, end;
  while (from < rest->len && ql_is_space(rest->ptr[from])) from++;
  for (end = from; end < rest->len && end - from < WORD_MAX && !ql_is_space(rest->ptr[end]);) end++;
  ql_str word = ql_slice(*rest, from, end);
  *rest = ql_slice(*rest, end, rest->len);
  while (word.len > 0 && ql_find_byte(around, word.ptr[0], 0) != SIZE_MAX) word = ql_slice(word, 1, word.len);
  while (word.len > 0 && ql_find_byte(around, word.ptr[word.len - 1], 0) != SIZE_MAX) word.len--;
  return word;
}

static bool is_joined(ql_str word) {
  bool joined = false;
  for (size_t i = 0; i < word.len; i++) {
    char c = word.ptr[i];
    if (!ql_is_alnum(c) && c != '-' && c != '.' && c != '_' && c != '@') return false;
    joined = joined || c == '-' || c == '.' || c == '_' || c == '@';
  }
  return joined;
}

/* "acolyte.api handles", "use the code-reviewer agent", "@api". A word without a hyphen or a dot is a name only when a word behind it says
   so, and then only where an arrow leads to it. */
static ql_str name_in(ql_str words, bool arrow) {
  ql_str rest = words, word = next_word(&rest);
  bool led = false;
  for (int more = 0; more < 4 && word.len > 0 && one_of(word, BEFORE_NAME, QL_COUNT(BEFORE_NAME)); more++) {
    led = true;
    word = next_word(&rest);
  }
  if (word.len < 2 || !(ql_is_alpha(word.ptr[0]) || word.ptr[0] == '@') || one_of(word, NO_NAMES, QL_COUNT(NO_NAMES))) return QL_ABSENT;
  if (word.ptr[0] == '@' && (led || arrow || is_joined(ql_slice(word, 1, word.len)))) return word;
  size_t end = (size_t)(word.ptr + word.len - words.ptr);
  bool last = end < words.len && ql_find_byte(QL_STR(").,;"), words.ptr[end], 0) != SIZE_MAX;
  ql_str behind = next_word(&rest);
  bool shown = one_of(behind, BEHIND_NAME, QL_COUNT(BEHIND_NAME)),
       free = behind.len == 0 || last || one_of(behind, AFTER_NAME, QL_COUNT(AFTER_NAME));
  if (is_joined(word)) return shown || (free && (led || arrow)) ? word : QL_ABSENT;
  return shown && (arrow || led) ? word : QL_ABSENT;
}

/* Where the quotes around the first words close, or 0. */
static size_t quote_end(ql_str text) {
  static const ql_str opening = QL_STR_INIT("\xE2\x80\x9C"), closing = QL_STR_INIT("\xE2\x80\x9D");
  if (text.len > 1 && text.ptr[0] == '"') {
    size_t end = ql_find_byte(text, '"', 1);
    return end == SIZE_MAX ? 0 : end + 1;
  }
  if (!ql_starts(text, opening)) return 0;
  size_t end = ql_find(text, closing, opening.len);
  return end == SIZE_MAX ? 0 : end + closing.len;
}

static ql_str inside_quotes(ql_str quoted) {
  size_t mark = quoted.ptr[0] == '"' ? 1 : 3;
  return ql_trim(ql_slice(quoted, mark, quoted.len - mark));
}

/* Behind a mark that parts clauses, or at a capital "Use" inside a line, whose arrow was lost. */
static bool starts_clause(ql_str text, size_t at) {
  size_t before = at;
  while (before > 0 && text.ptr[before - 1] == ' ') before--;
  if (before == 0 || before == at) return before > 0 && text.ptr[before - 1] == '(';
  if (ql_find_byte(QL_STR("(:;,"), text.ptr[before - 1], 0) != SIZE_MAX) return true;
  if (text.ptr[before - 1] == '-') return before > 1 && text.ptr[before - 2] == ' ';
  bool dash = before > 2 && text.ptr[before - 3] == '\xE2' && text.ptr[before - 2] == '\x80' &&
              (text.ptr[before - 1] == '\x94' || text.ptr[before - 1] == '\x93');
  return dash || ql_starts(ql_slice(text, at, text.len), QL_STR("Use "));
}

static ql_str drop_marks(ql_str words) {
  for (;;) {
    words = ql_trim(words);
    bool dash = ql_ends(words, QL_STR("\xE2\x80\x94")) || ql_ends(words, QL_STR("\xE2\x80\x93"));
    if (dash)
      words.len -= 3;
    else if (words.len > 0 && ql_find_byte(QL_STR("(:;,-"), words.ptr[words.len - 1], 0) != SIZE_MAX)
      words.len--;
    else
      return words;
  }
}

ql_str ql__split_handler(ql_str text, ql_str *name) {
  size_t quotes = quote_end(text);
  ql_str tail = ql_slice(text, quotes, text.len), before, behind;
  bool arrow = ql__split_arrow(tail, &before, &behind);
  *name = arrow ? name_in(behind, true) : QL_ABSENT;
  if (quotes > 0) {
    if (!arrow && (ql_starts(tail, QL_STR("  ")) || ql_starts(tail, QL_STR("\t")) || ql_starts(ql_trim(tail), QL_STR("("))))
      *name = name_in(ql_trim(tail), true);
    bool whole = before.len == 0 || name->ptr;
    return whole ? inside_quotes(ql_slice(text, 0, quotes)) : text;
  }
  if (arrow) return name->ptr ? before : text;
  for (size_t i = 1; i + 2 < text.len; i++) {
    if (!(ql_is_alpha(text.ptr[i]) || text.ptr[i] == '@') || ql_is_alnum(text.ptr[i - 1]) || !starts_clause(text, i)) continue;
    *name = name_in(ql_slice(text, i, text.len), false);
    if (name->ptr) return drop_marks(ql_slice(text, 0, i));
  }
  return text;
}

void ql__set_handler(ql__compiler *c, ql_rule_item *item, ql_str name) {
  ql_str id = item && name.ptr ? ql_agent_id(c->arena, name) : QL_ABSENT;
  ql_str *agents = id.ptr ? ql_arena_array(c->arena, 1, sizeof *agents) : NULL;
  if (!agents) return;
  agents[0] = id;
  item->agents = agents;
  item->agent_count = 1;
}
