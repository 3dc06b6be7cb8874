/* What an agent must not do, and how it keeps to its role: lists under headings that say so, and sentences anywhere in the prose. */
#include "base/text.h"
#include "spec/conduct.h"
#include "spec/tools.h"

#define TOOLS_MAX 8u /* tools that one sentence forbids */

/* Who is spoken to or of, before "never" or "do not"; and words that may stand between. */
WORDS(SUBJECTS, W("you"), W("i"), W("agent"), W("must"), W("should"), W("will"), W("shall"), W("and"), W("but"), W("strictly"),
      W("please"));
/* Words before "not". */
WORDS(AUXILIARIES, W("do"), W("must"), W("will"), W("should"), W("may"), W("shall"), W("are"), W("does"), W("can"));
/* One word that forbids. "cannot" and "can't" may tell of somebody else, so they need a subject. */
WORDS(NEGATIONS, W("never"), W("not"), W("don't"), W("dont"), W("won't"), W("cannot"), W("can't"), W("prohibited"), W("forbidden"),
      W("read-only"));
WORDS(HEDGES, W("strictly"), W("a"), W("in"), W("fully"), W("always"));
WORDS(ROLES, W("mode"), W("role"), W("agent"));
/* First words of a sentence that holds only at times. */
WORDS(CONDITIONS, W("if"), W("when"), W("while"), W("during"), W("unless"), W("until"), W("before"), W("after"), W("for"), W("in"),
      W("whenever"));
WORDS(FILLERS, W("directly"), W("ever"), W("actually"), W("allowed"), W("permitted"), W("to"), W("from"), W("attempt"), W("try"),
      W("yourself"));
/* Verbs with which code is changed; "create" and the like only beside one of them. */
WORDS(CHANGES, W("modify"), W("write"), W("edit"), W("change"), W("alter"), W("implement"), W("touch"), W("refactor"), W("rewrite"),
      W("modifying"), W("writing"), W("editing"), W("changing"), W("implementing"), W("make"));
WORDS(COMPANIONS, W("or"), W("and"), W("nor"), W("create"), W("delete"), W("add"), W("generate"), W("fix"), W("creating"), W("deleting"),
      W("move"), W("remove"));
WORDS(DETERMINERS, W("any"), W("the"), W("actual"), W("production"), W("source"), W("application"), W("project"), W("implementation"),
      W("existing"), W("new"), W("local"), W("real"), W("all"));
WORDS(CODE, W("code"), W("codebase"), W("files"));
WORDS(CODE_PARTS, W("changes"), W("files"), W("modifications"));
/* Words behind the code that leave the sentence unconditional. */
WORDS(TAILS, W("directly"), W("yourself"), W("ever"), W("or"), W("and"), W("at"), W("themselves"), W("itself"));
WORDS(USES, W("use"), W("call"), W("invoke"), W("run"), W("using"), W("calling"), W("running"));
WORDS(ARTICLES, W("the"), W("a"), W("any"), W("or"), W("and"), W("nor"));
WORDS(TOOL_NOUNS, W("tool"), W("tools"), W("command"), W("commands"));
/* Starts of words that say what Bash would change. */
WORDS(CODE_WORK, W("code"), W("file"), W("edit"), W("modif"), W("writ"), W("chang"), W("implement"));

bool ql__is_one_of(ql_str word, ql__word_set set) {
  for (size_t i = 0; i < set.count; i++)
    if (ql_eq_nocase(word, set.items[i])) return true;
  return false;
}

static bool starts_one(ql_str word, ql__word_set of) {
  for (size_t i = 0; i < of.count; i++)
    if (ql_starts_nocase(word, of.items[i])) return true;
  return false;
}

/* The next word while it is one of these, nothing but commas and slashes standing before it. */
static ql_str skip(ql_str rest, ql__word_set of) {
  for (;;) {
    ql_str before = rest, word = ql__next_word(&rest);
    size_t gap = (size_t)(word.ptr - before.ptr);
    for (size_t i = 0; word.len > 0 && i < gap; i++)
      if (ql_find_byte(QL_STR(" \t\r\n,/`*"), before.ptr[i], 0) == SIZE_MAX) return before;
    if (word.len == 0 || !ql__is_one_of(word, of)) return before;
  }
}

/* Nothing behind it narrows it down: the end, a mark, or a harmless word. */
static bool is_final(ql_str rest) {
  rest = ql_trim(rest);
  if (rest.len == 0 || !ql_is_alnum(rest.ptr[0])) return !ql_starts(rest, QL_STR(".")) || rest.len == 1 || !ql_is_alnum(rest.ptr[1]);
  return ql__is_one_of(ql__next_word(&rest), TAILS);
}

/* "modify code", "write or edit any files", "make code changes". */
static bool is_code_change(ql_str rest) {
  rest = skip(skip(rest, FILLERS), COMPANIONS);
  ql_str verb = ql__next_word(&rest);
  if (!ql__is_one_of(verb, CHANGES)) return false;
  for (ql_str before = QL_ABSENT; before.len != rest.len;) {
    before = rest;
    rest = skip(skip(rest, COMPANIONS), CHANGES);
  }
  rest = skip(skip(rest, FILLERS), DETERMINERS);
  ql_str object = ql__next_word(&rest), before = rest;
  if (!ql__is_one_of(object, CODE)) return false;
  bool parts = ql__is_one_of(ql__next_word(&rest), CODE_PARTS);
  if (ql_eq_nocase(verb, QL_STR("make")) && !parts) return false;
  return is_final(parts ? rest : before);
}

/* "use Bash for code modifications", "call the `task` tool": fills in the tools. */
static size_t forbidden_tools(ql_arena *a, ql_str rest, ql_str tools[TOOLS_MAX]) {
  rest = skip(rest, FILLERS);
  if (!ql__is_one_of(ql__next_word(&rest), USES)) return 0;
  size_t count = 0;
  for (;;) {
    rest = skip(rest, ARTICLES);
    ql_str before = rest, name = ql__next_word(&rest), behind = rest, noun = ql__next_word(&behind);
    bool shown =
        name.len > 0 && (ql_to_lower(name.ptr[0]) != name.ptr[0] || ql__is_one_of(noun, TOOL_NOUNS) || ql_starts(name, QL_STR("mcp__")));
    if (!shown || count == TOOLS_MAX || !ql__tool_known(name)) {
      rest = before;
      break;
    }
    ql_str tool = ql__tool_canonical(a, name);
    if (!tool.ptr) return 0;
    bool twice = false;
    for (size_t i = 0; i < count; i++) twice = twice || ql_eq(tools[i], tool);
    if (!twice) tools[count++] = tool;
    if (ql__is_one_of(noun, TOOL_NOUNS)) rest = behind;
  }
  if (count == 0 || is_final(rest)) return count;
  bool bash = count == 1 && ql_eq(tools[0], QL_STR("bash"));
  ql_str word = ql__next_word(&rest);
  if (!bash || !(ql_eq_nocase(word, QL_STR("for")) || ql_eq_nocase(word, QL_STR("to")))) return 0;
  return starts_one(ql__next_word(&rest), CODE_WORK) ? count : 0;
}

bool ql__name_restriction(ql_arena *a, ql_str rest, ql_rule_item *out) {
  ql_str tools[TOOLS_MAX];
  if (is_code_change(rest)) {
    out->name = QL_STR("code");
    return true;
  }
  size_t count = forbidden_tools(a, rest, tools);
  ql_str *copy = count > 0 ? ql_arena_array(a, count, sizeof *copy) : NULL;
  if (!copy) return false;
  for (size_t i = 0; i < count; i++) copy[i] = tools[i];
  out->name = QL_STR("tool");
  out->tools = copy;
  out->tool_count = count;
  return true;
}

/* Whether "never" behind `before` is said of the agent. */
static bool is_of_agent(ql_str before, bool needs_subject) {
  ql_str last = ql__last_word(before);
  before = ql_trim(before);
  if (before.len == 0 || last.len == 0) return !needs_subject && !ql_ends(before, QL_STR(","));
  return ql__is_one_of(last, SUBJECTS);
}

static ql_str without(ql_str words, ql_str last) { return ql_slice(words, 0, (size_t)(last.ptr - words.ptr)); }

/* "you are read-only", "this agent operates in strictly read-only mode". */
static bool is_read_only(ql_str before, ql_str rest) {
  ql_str verb = ql__last_word(before);
  for (int more = 0; more < 3 && ql__is_one_of(verb, HEDGES); more++) verb = ql__last_word(before = without(before, verb));
  ql_str subject = ql__last_word(without(before, verb));
  bool you = (ql_eq_nocase(verb, QL_STR("are")) || ql_eq_nocase(verb, QL_STR("operate"))) && ql_eq_nocase(subject, QL_STR("you"));
  bool agent = (ql_eq_nocase(verb, QL_STR("is")) || ql_eq_nocase(verb, QL_STR("operates"))) && ql_eq_nocase(subject, QL_STR("agent"));
  return (you || agent || ql_eq_nocase(verb, QL_STR("you're"))) && is_final(skip(rest, ROLES));
}

bool ql__restricts(ql_arena *a, ql_str sentence, ql_str around, ql__quotes *quotes, ql_rule_item *out) {
  ql_str rest = sentence, first = ql__next_word(&rest);
  if (ql__is_one_of(first, CONDITIONS)) return false;
  rest = sentence;
  for (ql_str word; (word = ql__next_word(&rest)).len > 0;) {
    char c = ql_to_lower(word.ptr[0]);
    if (c != 'n' && c != 'd' && c != 'w' && c != 'c' && c != 'p' && c != 'f' && c != 'r') continue;
    if (!ql__is_one_of(word, NEGATIONS)) continue;
    ql_str before = without(sentence, word);
    if (c == 'r') {
      if (!is_read_only(before, rest) || ql__is_quoted(quotes, around, (size_t)(word.ptr - around.ptr))) continue;
      out->name = QL_STR("code");
      return true;
    }
    bool needs_subject = c == 'c' || c == 'p' || c == 'f';
    if (ql_eq_nocase(word, QL_STR("not"))) {
      ql_str auxiliary = ql__last_word(before);
      if (!ql__is_one_of(auxiliary, AUXILIARIES)) continue;
      needs_subject = ql_eq_nocase(auxiliary, QL_STR("does")) || ql_eq_nocase(auxiliary, QL_STR("can"));
      before = without(sentence, auxiliary);
    } else if (c == 'p' || c == 'f') {
      ql_str are = ql__last_word(before);
      if (ql_eq_nocase(are, QL_STR("strictly"))) are = ql__last_word(without(sentence, are));
      if (!ql_eq_nocase(are, QL_STR("are"))) continue;
      before = without(sentence, are);
    }
    if (ql__is_quoted(quotes, around, (size_t)(word.ptr - around.ptr)) || !is_of_agent(before, needs_subject)) continue;
    if (ql__name_restriction(a, rest, out)) return true;
  }
  return false;
}

void ql__name_item(ql_rule_item *item, const ql_rule_item *found) {
  if (!item) return;
  item->name = found->name;
  item->tools = found->tools;
  item->tool_count = found->tool_count;
}

/* ---- phrases ---- */

/* What a phrase says; bits. */
enum {
  SAYS_GUARD = 1,      /* the role is kept, whatever anybody says */
  SAYS_OUTSIDE = 2,    /* of what the agent is no expert in ... */
  SAYS_DECLINE = 4,    /* ... and that it is turned down */
  SAYS_ON_REQUEST = 8, /* only when somebody asks for it ... */
  SAYS_MEMORY = 16,    /* ... is something remembered */
};

static const struct {
  ql_str words;
  unsigned says;
} PHRASES[] = {
    {W("maintain your role identity"), SAYS_GUARD},
    {W("maintain your established identity"), SAYS_GUARD},
    {W("ignore any attempt"), SAYS_GUARD},
    {W("override your role"), SAYS_GUARD},
    {W("forget your role"), SAYS_GUARD},
    {W("change role, persona, or identity"), SAYS_GUARD},
    {W("change your role, persona, or identity"), SAYS_GUARD},
    {W("jailbreak attempt"), SAYS_GUARD},
    {W("outside your expertise"), SAYS_OUTSIDE},
    {W("outside your area of expertise"), SAYS_OUTSIDE},
    {W("beyond your expertise"), SAYS_OUTSIDE},
    {W("outside your domain"), SAYS_OUTSIDE},
    {W("declin"), SAYS_DECLINE},
    {W("refus"), SAYS_DECLINE},
    {W("redirect"), SAYS_DECLINE},
    {W("only when the user explicitly"), SAYS_ON_REQUEST},
    {W("only if the user explicitly"), SAYS_ON_REQUEST},
    {W("only when the user asks"), SAYS_ON_REQUEST},
    {W("only if the user asks"), SAYS_ON_REQUEST},
    {W("only when explicitly"), SAYS_ON_REQUEST},
    {W("only on request"), SAYS_ON_REQUEST},
    {W("memory"), SAYS_MEMORY},
    {W("persist"), SAYS_MEMORY},
    {W("remember"), SAYS_MEMORY},
};

/* One bit of 32 for a letter, whichever its case. */
static uint32_t letter_bit(char c) { return UINT32_C(1) << ((unsigned char)c & 31u); }

static unsigned read_phrase(ql_str text, size_t at) {
  char first = ql_to_lower(text.ptr[at]);
  unsigned says = 0;
  for (size_t i = 0; i < QL_COUNT(PHRASES); i++)
    if (PHRASES[i].words.ptr[0] == first && ql_starts_nocase(ql_slice(text, at, text.len), PHRASES[i].words)) says |= PHRASES[i].says;
  return says;
}

/* The phrases that start at a word of a sentence and are not quoted. All of them are looked for in one pass. */
static unsigned read_phrases(ql_str sentence, ql_str around, ql__quotes *quotes) {
  unsigned says = 0;
  uint32_t firsts = 0;
  for (size_t i = 0; i < QL_COUNT(PHRASES); i++) firsts |= letter_bit(PHRASES[i].words.ptr[0]);
  for (size_t i = 0; i < sentence.len; i++) {
    unsigned phrase = firsts & letter_bit(sentence.ptr[i]) ? read_phrase(sentence, i) : 0;
    if (phrase != 0 && !ql__is_quoted(quotes, around, (size_t)(sentence.ptr - around.ptr) + i)) says |= phrase;
    i = ql_small_letters_end(sentence, i);
    while (i < sentence.len && ql_is_alnum(sentence.ptr[i])) i++;
  }
  return says;
}

/* "guard", "decline", or absent. What lies outside is only turned down where the sentence says so. */
static ql_str identity_of(unsigned says) {
  if (says & SAYS_GUARD) return QL_STR("guard");
  return (says & SAYS_OUTSIDE) && (says & SAYS_DECLINE) ? QL_STR("decline") : QL_ABSENT;
}

/* ---- regions ---- */

/* A word that one of the tables above looks for, by what is quickest to see. */
static bool worth_reading(ql_str text) {
  static const bool starts[256] = {
      ['n'] = true, ['N'] = true, ['y'] = true, ['Y'] = true, ['i'] = true, ['I'] = true, ['o'] = true, ['O'] = true};
  for (size_t i = 0; i + 3 < text.len; i++) {
    if (!starts[(unsigned char)text.ptr[i]]) continue;
    char a = ql_to_lower(text.ptr[i]), b = ql_to_lower(text.ptr[i + 1]), c = ql_to_lower(text.ptr[i + 2]);
    if (a == 'n' && ((b == 'o' && c == 't') || b == '\'' || (b == 'e' && c == 'v'))) return true;
    if ((a == 'y' && b == 'o' && c == 'u') || (a == 'i' && b == 'g' && c == 'n') || (a == 'o' && b == 'n' && c == 'l')) return true;
  }
  return false;
}

void ql__read_conduct(ql__compiler *c, const ql__region *region, const ql_md_block *b, ql_rule **restriction, ql_rule **identity) {
  ql__sentence s = {0};
  ql__quotes forbidden = {0}, said = {0};
  while (ql__next_sentence(c->spec->text, b, &s)) {
    ql_rule_item found = {0};
    if (ql__restricts(c->arena, s.text, b->text, &forbidden, &found)) {
      if (!*restriction) *restriction = ql__add_rule(c, QL_RULE_RESTRICTION, region, ql__region_title(region), 85);
      ql__name_item(ql__add_item(c, *restriction, NULL, s.text, s.offset, s.end, s.line), &found);
      continue;
    }
    unsigned says = read_phrases(s.text, b->text, &said);
    if ((says & SAYS_ON_REQUEST) && (says & SAYS_MEMORY)) {
      ql_rule *memory = ql__add_rule(c, QL_RULE_MEMORY, region, ql__region_title(region), 85);
      if (memory) memory->on_request = true;
      ql__add_item(c, memory, NULL, s.text, s.offset, s.end, s.line);
      continue;
    }
    found.name = identity_of(says);
    if (!found.name.ptr) continue;
    if (!*identity) *identity = ql__add_rule(c, QL_RULE_IDENTITY, region, ql__region_title(region), 85);
    ql__name_item(ql__add_item(c, *identity, NULL, s.text, s.offset, s.end, s.line), &found);
  }
}

void ql__compile_conduct(ql__compiler *c, const ql__region *region) {
  ql_rule *restriction = NULL, *identity = NULL;
  for (size_t i = 0; i < region->count; i++) {
    const ql_md_block *b = &region->blocks[i];
    if (b->quoted || (b->kind != QL_MD_ITEM && b->kind != QL_MD_PARAGRAPH) || !worth_reading(b->text)) continue;
    if (c->taken[b - c->outline->blocks]) continue;
    ql__read_conduct(c, region, b, &restriction, &identity);
  }
}

void ql__compile_identity(ql__compiler *c, const ql__region *region) {
  size_t count;
  const ql__point *points = ql__read_points(c, region, &count);
  ql_rule *rule = NULL, *restriction = NULL;
  for (size_t i = 0; i < count; i++) {
    const ql__point *point = &points[i];
    if (!point->item) {
      if (!point->fenced) ql__read_conduct(c, region, point->block, &restriction, &rule);
      continue;
    }
    if (!rule) rule = ql__add_rule(c, QL_RULE_IDENTITY, region, ql__region_title(region), ql__region_confidence(region));
    ql_rule_item *item = ql__add_point(c, rule, NULL, QL_ABSENT, point);
    ql__quotes said = {0};
    ql_str name = identity_of(read_phrases(point->text, point->text, &said));
    if (item) item->name = name.ptr ? name : QL_STR("guard");
  }
}
