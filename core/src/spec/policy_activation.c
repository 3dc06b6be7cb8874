/* Requests that an agent takes, and those that it leaves to others. */
#include "base/text.h"
#include "spec/points.h"

#define PROSE_MAX 400u /* bytes of a paragraph that can be a condition */

/* What stands between a request and who handles it. */
static const ql_str ARROWS[] = {
    QL_STR_INIT("\xE2\x86\x92"), /* an arrow, and the same once read as Windows-1252 */
    QL_STR_INIT("\xC3\xA2\xE2\x80\xA0\xE2\x80\x99"),
    QL_STR_INIT("->"),
    QL_STR_INIT("=>"),
    QL_STR_INIT("\xE2\x87\x92"),
    QL_STR_INIT("\xE2\x9E\x9C"),
    QL_STR_INIT("\xE2\x9E\xA1"),
    QL_STR_INIT("\xE2\x9F\xB6"),
};

/* Words before the name of who handles a request. */
static const ql_str BEFORE_NAME[] = {
    QL_STR_INIT("use"),   QL_STR_INIT("see"), QL_STR_INIT("ask"),   QL_STR_INIT("call"), QL_STR_INIT("try"),     QL_STR_INIT("consult"),
    QL_STR_INIT("to"),    QL_STR_INIT("the"), QL_STR_INIT("defer"), QL_STR_INIT("hand"), QL_STR_INIT("off"),     QL_STR_INIT("delegate"),
    QL_STR_INIT("route"), QL_STR_INIT("go"),  QL_STR_INIT("refer"), QL_STR_INIT("that"), QL_STR_INIT("instead"), QL_STR_INIT("thats"),
};

/* Words behind a name that show it to be one. */
static const ql_str BEHIND_NAME[] = {
    QL_STR_INIT("handles"), QL_STR_INIT("handle"), QL_STR_INIT("agent"), QL_STR_INIT("owns"), QL_STR_INIT("takes"), QL_STR_INIT("does"),
};

static bool one_of(ql_str word, const ql_str *words, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (ql_eq_nocase(word, words[i])) return true;
  return false;
}

/* Takes the next word, without what is written around it. */
static ql_str next_word(ql_str *rest) {
  static const ql_str around = QL_STR_INIT("`'\"()*,;:.");
  *rest = ql_trim(*rest);
  size_t end = 0;
  while (end < rest->len && !ql_is_space(rest->ptr[end])) end++;
  ql_str word = ql_slice(*rest, 0, end);
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

/* "acolyte.api handles", "use the code-reviewer agent", "@api". A bare word is a name only when a word behind it says so, and alone when
   nothing else stands there. */
static ql_str name_in(ql_str words) {
  ql_str rest = words, word = next_word(&rest);
  bool led = false;
  while (word.len > 0 && one_of(word, BEFORE_NAME, QL_COUNT(BEFORE_NAME))) {
    led = true;
    word = next_word(&rest);
  }
  if (word.len == 0 || !(ql_is_alpha(word.ptr[0]) || word.ptr[0] == '@')) return QL_ABSENT;
  ql_str behind = next_word(&rest);
  bool shown = one_of(behind, BEHIND_NAME, QL_COUNT(BEHIND_NAME));
  if (is_joined(word)) return led || shown || behind.len == 0 || word.ptr[0] == '@' ? word : QL_ABSENT;
  return shown ? word : QL_ABSENT;
}

/* Behind the first arrow, or SIZE_MAX; *at is where it starts. */
static size_t find_arrow(ql_str text, size_t *at) {
  size_t behind = SIZE_MAX;
  *at = text.len;
  for (size_t i = 0; i < QL_COUNT(ARROWS); i++) {
    size_t here = ql_find(text, ARROWS[i], 0);
    if (here >= *at) continue;
    *at = here;
    behind = here + ARROWS[i].len;
  }
  return behind;
}

/* Where the quotes around the first words close, or 0: behind them stands nothing, an arrow, blanks, or a remark. */
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

/* Parts a request from who handles it; *name is absent when nobody is named. */
static ql_str split_request(ql_str text, ql_str *name) {
  size_t quotes = quote_end(text), arrow_at, arrow = find_arrow(ql_slice(text, quotes, text.len), &arrow_at);
  *name = QL_ABSENT;
  if (quotes > 0) {
    ql_str tail = ql_slice(text, quotes, text.len), words = ql_trim(tail);
    if (words.len == 0) return inside_quotes(ql_slice(text, 0, quotes));
    if (arrow != SIZE_MAX)
      *name = name_in(ql_slice(tail, arrow, tail.len));
    else if (ql_starts(tail, QL_STR("  ")) || ql_starts(tail, QL_STR("\t")) || words.ptr[0] == '(')
      *name = name_in(words);
    bool whole = (arrow != SIZE_MAX && ql_trim(ql_slice(tail, 0, arrow_at)).len == 0) || name->ptr;
    return whole ? inside_quotes(ql_slice(text, 0, quotes)) : text;
  }
  if (arrow != SIZE_MAX) {
    *name = name_in(ql_slice(text, arrow, text.len));
    return name->ptr ? ql_slice(text, 0, arrow_at) : text;
  }
  size_t open = ql_find_byte(text, '(', 0);
  if (open == SIZE_MAX || !ql_ends(text, QL_STR(")"))) return text;
  *name = name_in(ql_slice(text, open, text.len));
  return name->ptr ? ql_slice(text, 0, open) : text;
}

static ql_rule_item *add_request(ql__compiler *c, ql_rule *rule, ql_rule_item *parent, const ql__point *point) {
  ql_str name, text = split_request(point->text, &name);
  ql_rule_item *item = ql__add_point(c, rule, parent, text, point);
  if (!item || rule->kind != QL_RULE_DECLINE || !name.ptr) return item;
  ql_str *agents = ql_arena_array(c->arena, 1, sizeof *agents);
  if (!agents) return item;
  agents[0] = ql_agent_id(c->arena, name);
  if (!agents[0].ptr) return item;
  item->agents = agents;
  item->agent_count = 1;
  return item;
}

/* A line that only says what the deeper ones below it are. */
static bool is_group(const ql__point *point) {
  return point->heads && (point->fenced ? point->key.ptr && point->rest.len == 0 : ql_ends(point->text, QL_STR(":")));
}

static void read_requests(ql__compiler *c, const ql__region *region, ql_rule_kind kind) {
  size_t count;
  const ql__point *points = ql__read_points(c, region, &count);
  ql_str title = ql__region_title(region);
  ql_rule *rule = NULL;
  ql_rule_item *above = NULL;
  uint32_t group = 0, first = 0; /* levels: of the group that is open, of the rule's items */
  for (size_t i = 0; i < count; i++) {
    const ql__point *point = &points[i];
    if (is_group(point)) {
      rule = NULL;
      title = ql__key_words(c->arena, point->key.ptr ? point->key : point->text, NULL);
      group = point->level;
      continue;
    }
    if (!point->item || point->text.len == 0) continue;
    if (rule && point->level < first) rule = NULL;
    if (!rule) {
      if (point->level <= group) title = ql__region_title(region);
      rule = ql__add_rule(c, kind, region, title, ql__region_confidence(region));
      first = point->level;
      above = NULL;
    }
    ql_rule_item *item = add_request(c, rule, point->level > first ? above : NULL, point);
    if (point->level == first) above = item;
  }
  if (rule || !region->own) return;
  for (size_t i = 0; i < count; i++) {
    if (points[i].item || points[i].fenced || points[i].text.len > PROSE_MAX || ql_ends(points[i].text, QL_STR(":"))) continue;
    if (!rule) rule = ql__add_rule(c, kind, region, title, 70);
    add_request(c, rule, NULL, &points[i]);
  }
}

void ql__compile_accept(ql__compiler *c, const ql__region *region) { read_requests(c, region, QL_RULE_ACCEPT); }

void ql__compile_decline(ql__compiler *c, const ql__region *region) { read_requests(c, region, QL_RULE_DECLINE); }
