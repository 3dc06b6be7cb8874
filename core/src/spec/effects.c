#include "spec/effects.h"

#include "base/text.h"

#define WORD_MAX 24u

/* Canonical names of tools.def. What is not here tells nothing: a test run, a skill and a worktree may change anything. */
static const struct {
  ql__effect effect;
  ql_str names;
} TOOLS[] = {
    {QL__EFFECT_NONE,
     QL_STR_INIT("read grep glob list notebook-read web-search web-fetch todo ask think plan-mode lsp memory complete message "
                 "agent agent-output agent-stop bash-output bash-kill tool-search mcp-resources usages changes problems "
                 "repository-search")},
    {QL__EFFECT_FILE, QL_STR_INIT("write edit notebook-edit")},
    {QL__EFFECT_FILES, QL_STR_INIT("scaffold")},
    {QL__EFFECT_RUNS, QL_STR_INIT("bash")},
};

/* Words in the names of other tools; of those that stand in one name, the later row decides. */
static const struct {
  ql__effect effect;
  ql_str words;
} VERBS[] = {
    {QL__EFFECT_NONE,
     QL_STR_INIT("read get list search find resolve query fetch show describe lookup view count think sequentialthinking")},
    {QL__EFFECT_FILE, QL_STR_INIT("write edit create update append insert replace")},
    {QL__EFFECT_FILES, QL_STR_INIT("delete remove move rename copy set put add save modify patch apply diff push pull commit merge rebase "
                                   "checkout reset revert upload install uninstall deploy publish send post drop refactor format fix "
                                   "generate scaffold")},
    {QL__EFFECT_RUNS, QL_STR_INIT("execute exec eval run shell bash terminal spawn invoke")},
};

/* Written with verbs of change, and yet no file of the workspace: what an agent remembers, and its list of things to do. */
static const ql_str HARMLESS = QL_STR_INIT("memory memories todo todos entities relations observations");
static const ql_str FILES = QL_STR_INIT("file files folder directory path code source");

/* They name their files inside, whatever their product calls them. */
static const ql_str PATCHES = QL_STR_INIT("patch applypatch diff applydiff");

static bool has(ql_str words, ql_str word) {
  for (size_t at = 0; at < words.len;) {
    size_t end = ql_find_byte(words, ' ', at);
    if (end == SIZE_MAX) end = words.len;
    if (ql_eq(ql_slice(words, at, end), word)) return true;
    at = end + 1;
  }
  return false;
}

/* Takes the next word of a name in lower case: "getElement", "get_element" and "GET-element" are two words each. */
static bool next_word(ql_str *rest, char room[WORD_MAX], ql_str *word) {
  size_t at = 0, len = 0;
  while (at < rest->len && !ql_is_alnum(rest->ptr[at])) at++;
  if (at == rest->len) return false;
  for (size_t start = at; at < rest->len && ql_is_alnum(rest->ptr[at]); at++) {
    char c = rest->ptr[at], lower = ql_to_lower(c);
    if (at > start && lower != c && rest->ptr[at - 1] == ql_to_lower(rest->ptr[at - 1])) break;
    if (len < WORD_MAX) room[len++] = lower;
  }
  *rest = ql_slice(*rest, at, rest->len);
  *word = (ql_str){room, len};
  return true;
}

typedef struct reading {
  ql__effect effect;
  bool harmless, files, patch;
} reading;

static reading read_name(ql_str name) {
  char room[WORD_MAX];
  ql_str word;
  reading r = {QL__EFFECT_UNKNOWN, false, false, false};
  while (next_word(&name, room, &word)) {
    r.harmless = r.harmless || has(HARMLESS, word);
    r.files = r.files || has(FILES, word);
    r.patch = r.patch || has(PATCHES, word);
    for (size_t i = 0; i < QL_COUNT(VERBS); i++)
      if (VERBS[i].effect > r.effect && has(VERBS[i].words, word)) r.effect = VERBS[i].effect;
  }
  if (r.patch && r.effect < QL__EFFECT_FILES) r.effect = QL__EFFECT_FILES;
  return r;
}

/* Of "mcp:server/tool" the tool. */
static ql_str mcp_tool(ql_str canonical) {
  size_t from = canonical.len;
  while (canonical.ptr[from - 1] != '/') from--;
  return ql_slice(canonical, from, canonical.len);
}

ql__effect ql__effect_of(ql_str name, ql_str canonical) {
  name = ql_slice(name, 0, ql_find_byte(name, '(', 0));
  bool mcp = canonical.ptr && ql_starts(canonical, QL_STR("mcp:"));
  if (canonical.ptr && !mcp) {
    if (read_name(name).patch) return QL__EFFECT_FILES;
    for (size_t i = 0; i < QL_COUNT(TOOLS); i++)
      if (has(TOOLS[i].names, ql_slice(canonical, 0, ql_find_byte(canonical, '(', 0)))) return TOOLS[i].effect;
    return QL__EFFECT_UNKNOWN;
  }
  reading r = read_name(mcp ? mcp_tool(canonical) : name);
  bool remembers = r.harmless || (mcp && ql_starts_nocase(canonical, QL_STR("mcp:memory/")));
  bool changes = r.effect == QL__EFFECT_FILE || (r.effect == QL__EFFECT_FILES && !r.patch);
  return remembers && changes && !r.files ? QL__EFFECT_NONE : r.effect;
}
