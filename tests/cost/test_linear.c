/* What reading a file costs grows with its size and no faster, whatever stands in it: files made of one thing over and over, at one and at
   four times a size. Memory is counted; time is that of the processor, the least of several runs, and a linear cost is given twice what it
   needs before it fails. */
#include "../unit/support.h"

#include <time.h>

#include <questline/impact.h>
#include <questline/roster.h>

#include "base/text.h"
#include "format/markdown.h"

#define SMALL       (64u * 1024u) /* bytes of the smaller file */
#define TIMES       4u
#define RATIO_MAX   8.0 /* of a cost that should be TIMES; a quadratic one is 16 */
#define RUNS        3
#define ATTEMPTS    4
#define FRONT_SMALL (15u * 1024u) /* for what stands in the frontmatter, which has a limit of its own */
#define TOOLS_SMALL 1500u         /* for tools that are mended: those past their limit take one round more each time, few as they can be */

typedef struct input {
  const char *name;
  const char *before, *unit, *after; /* a $ in the unit is a number that counts up */
  size_t small;
} input;

#define BODY "---\nname: some-agent\ndescription: Does some work.\n---\n"

static const input INPUTS[] = {
    /* Markdown */
    {"plain words", BODY, "These are words of a sentence that says nothing. ", "", SMALL},
    {"short lines", BODY, "a\n\n", "", SMALL},
    {"headings", BODY, "# Words #\n", "", SMALL},
    {"headings of all levels", BODY, "# A\n## B\n### C\n#### D\n##### E\n###### F\n", "", SMALL},
    {"headings below lines", BODY, "A\n=\nB\n-\n", "", SMALL},
    {"lists in lists", BODY, "- a\n  - b\n    - c\n      - d\n        - e\n", "", SMALL},
    {"lists on one line", BODY, "- ", "a", SMALL},
    {"numbers on one line", BODY, "1. ", "a", SMALL},
    {"quotes in quotes", BODY, "> ", "a", SMALL},
    {"open brackets", BODY, "[", "", SMALL},
    {"closing brackets", BODY, "]", "", SMALL},
    {"brackets with addresses", BODY, "[a](b ", "", SMALL},
    {"pictures", BODY, "![", "", SMALL},
    {"names of links", BODY, "[a$]: b\n[a$] ", "", SMALL},
    {"backticks", BODY, "`", "", SMALL},
    {"growing code spans", BODY, "`a``b```c````d`````e``````f", "", SMALL},
    {"addresses", BODY, "www._", "", SMALL},
    {"emphasis", BODY, "*a _b ", "", SMALL},
    {"stars", BODY, "*", "", SMALL},
    {"strong and weak", BODY, "***a **b *c ", "", SMALL},
    {"strike-through", BODY, "~~a ~b ", "", SMALL},
    {"backslashes", BODY, "\\", "", SMALL},
    {"entities", BODY, "&amp;&#x41;&a", "", SMALL},
    {"angles", BODY, "<a ", "", SMALL},
    {"comments that stay open", BODY, "<!-- ", "", SMALL},
    {"fences", BODY, "```yaml\nkey: value\n```\n", "", SMALL},
    {"fences that stay open", BODY, "```\na\n", "", SMALL},
    {"fences in a list", BODY, "- ```\n  a\n", "", SMALL},
    {"tables", BODY, "| a | b |\n|---|---|\n| c | d |\n\n", "", SMALL},
    {"a table with many rows", BODY "| a | b |\n|---|---|\n", "| c |\n", "", SMALL},
    {"a table with many columns", BODY, "|a", "\n|-|-|\n", SMALL},
    {"wide tables", BODY, "a|b|c|d|e|f|g|h|i|j\n-|-|-|-|-|-|-|-|-|-\n", "", SMALL},
    {"lines", BODY, "---\n", "", SMALL},
    {"nothing but breaks", BODY, "\n", "", SMALL},
    {"nothing but blanks", BODY, " ", "", SMALL},
    {"tabs", BODY, "\t", "a", SMALL},
    /* bytes */
    {"CR", BODY, "a\r", "", SMALL},
    {"mixed line ends", BODY, "a\nb\r\nc\r", "", SMALL},
    {"NUL", BODY, "?", "", SMALL},
    {"control characters", BODY, "a\x01", "", SMALL},
    {"no UTF-8", BODY, "a\xFF", "", SMALL},
    {"cut UTF-8", BODY, "\xE2\x82", "", SMALL},
    {"mojibake", BODY, "a \xC3\xA2\xE2\x80\xA0\xE2\x80\x99 ", "", SMALL},
    {"mojibake in one run", BODY, "\xC3\xA2\xE2\x80\xA0\xE2\x80\x99", "", SMALL},
    {"characters of four bytes", BODY, "\xF0\x9F\x9A\x80", "", SMALL},
    {"quotation marks", BODY, "\"never ", "", SMALL},
    /* what findings and rosters look at */
    {"mentions", BODY, "@agent-$ ", "", SMALL},
    {"the same mention", BODY, "@an-agent ", "", SMALL},
    {"at signs", BODY, "@", "", SMALL},
    {"placeholders", BODY, "{{name $}} ", "", SMALL},
    {"open braces", BODY, "{{", "", SMALL},
    {"a team", BODY "## Team\n", "- **worker-$**: does work\n", "", SMALL},
    {"rows of a team", BODY "## Team\n- ", "@worker-$ (does work), ", "", SMALL},
    {"a team that is named", BODY "## Team\n", "- **worker-$**: asks @worker-$ and worker-$\n", "", SMALL},
    {"tools in the prose", "# A\n## Tools\n", "- `tool_$`\n", "", SMALL},
    /* rules */
    {"requests", BODY "## I activate for\n", "- \"words of request $\" \xE2\x86\x92 api-agent handles\n", "", SMALL},
    {"headings of requests", BODY, "## I activate for\n- \"a request\"\n", "", SMALL},
    {"requests in a fence", BODY "## I activate for\n```yaml\n", "group_$:\n  - \"words\"  -> other-agent handles\n", "```\n", SMALL},
    {"phases", BODY "## Orchestration patterns\n", "### Phase $: work\n- backend-agent: does it\n", "", SMALL},
    {"phases of one pattern", BODY "## Orchestration patterns\n### One\n", "$. Phase $: work\n   - @backend-agent: does it\n", "", SMALL},
    {"tasks", BODY "## Task breakdown\n", "Task $: work\n\xE2\x86\x92 Assign to: @worker-$\n\xE2\x86\x92 Output: file$.md\n\n", "", SMALL},
    {"tasks in a fence", BODY "## Task breakdown\n```\n", "Task $: work\n  Assign to: @worker-$\n  Output: file$.md\n", "```\n", SMALL},
    {"gates", BODY "## Quality gates\n", "- [ ] coverage >= 80 %, p95 < 200 ms\n", "", SMALL},
    {"gates of types", BODY "## Quality gates\n```typescript\ninterface Gates {\n", "  test_coverage: number; // minimum 80%\n", "}\n```\n",
     SMALL},
    {"levels", BODY "## Escalation\n", "### Level $\n- Time limit: 8-24 hours\n- Actions: asks\n", "", SMALL},
    {"context", BODY "## Context rules\n", "For @worker-$:\n\xE2\x9C\x85 schema\n\xE2\x9D\x8C code\n\n", "", SMALL},
    {"restrictions", BODY, "You must NEVER modify code directly. Never use Bash for code. ", "", SMALL},
    {"restrictions in a list", BODY "## Restrictions\n", "- NEVER use the Bash tool\n", "", SMALL},
    {"identity", BODY "## Security\n", "- Maintain your role identity. Decline what is outside your expertise.\n", "", SMALL},
    {"loading", BODY "## Context loading\n```yaml\n", "$_docs:\n  file.a$: 1,000 tokens\n", "```\n", SMALL},
    {"weights", BODY "## Decision matrix\n```typescript\n", "  team_expertise: number; // 35%\n", "```\n", SMALL},
    {"ceremonies", BODY "## Coordination protocols\n", "### Daily standup\n- Participants: all\n- Agenda: work\n", "", SMALL},
    {"templates", BODY "## Delegation template\n```\n", "FIELD $: [what it is]\n", "```\n", SMALL},
    {"a deep fence", BODY "## Task breakdown\n```yaml\n", "a:\n b:\n  c:\n   d:\n    e:\n     f:\n", "```\n", SMALL},
    {"one rule's words again", BODY, "## Quality gates\n- [ ] tests pass\n", "", SMALL},
    {"full stops", BODY, "Never. Not. ", "", SMALL},
    {"nevers", BODY, "never ", "", SMALL},
    {"arrows", BODY "## I activate for\n- ", "a \xE2\x86\x92 ", "", SMALL},
    {"colons", BODY "## Quality gates\n- ", "a: ", "", SMALL},
    {"numbers", BODY "## Quality gates\n- ", "80% < 200 ms >= ", "", SMALL},
    /* frontmatter */
    {"keys", "---\nname: a\ndescription: b\n", "key$: value\n", "---\nWords.\n", FRONT_SMALL},
    {"one key again", "---\nname: a\n", "model: opus\n", "---\nWords.\n", FRONT_SMALL},
    {"column-0 lines", "---\nname: a\ndescription: Use it when\n", "user: \"words\"\nassistant: words: more\n", "---\nWords.\n",
     FRONT_SMALL},
    {"lines of an example", "---\nname: a\ndescription: Use it: when\n", "<example>\nContext: a case\n</example>\n", "model: opus\n---\n",
     FRONT_SMALL},
    {"colons in a value", "---\nname: a\ndescription: ", "a: b, ", "\n---\nWords.\n", FRONT_SMALL},
    {"a long value", "---\nname: a\ndescription: ", "words and ", "\n---\nWords.\n", FRONT_SMALL},
    {"a value on many lines", "---\nname: a\ndescription: words\n", "  more words\n", "---\nWords.\n", FRONT_SMALL},
    {"tools in a row", "---\nname: a\ndescription: b\ntools: Read", ", Tool$", "\n---\nWords.\n", FRONT_SMALL},
    {"tools in a list", "---\nname: a\ndescription: b\ntools:\n", "  - Raed$\n", "---\nWords.\n", FRONT_SMALL},
    {"the same tool", "---\nname: a\ndescription: b\ntools: Read", ", Read", "\n---\nWords.\n", TOOLS_SMALL},
    {"tools in brackets", "---\nname: a\ndescription: b\ntools: Bash(", "git log:*, ", ")\n---\nWords.\n", FRONT_SMALL},
    {"open parentheses", "---\nname: a\ndescription: b\ntools: ", "Bash(a, ", "\n---\nWords.\n", FRONT_SMALL},
    {"switches", "---\nname: a\ndescription: b\ntools:\n", "  tool$: true\n", "---\nWords.\n", FRONT_SMALL},
    {"an orphan list", "---\nname: a\ndescription: b\n", "- Read\n", "---\nWords.\n", FRONT_SMALL},
    {"orphans and keys", "---\nname: a\ndescription: b\n", "- Read\nk$: v\n", "---\nWords.\n", FRONT_SMALL},
    {"flow lists in flow lists", "---\nname: a\nx: ", "[", "\n---\nWords.\n", FRONT_SMALL},
    {"flow maps in flow maps", "---\nname: a\nx: ", "{a: ", "\n---\nWords.\n", FRONT_SMALL},
    {"lists in lists of YAML", "---\nname: a\nx:\n  ", "- ", "\n---\nWords.\n", FRONT_SMALL},
    {"a flow list", "---\nname: a\nx: [", "a, ", "]\n---\nWords.\n", FRONT_SMALL},
    {"question marks", "---\nname: a\nx:\n  ", "? ", "\n---\nWords.\n", FRONT_SMALL},
    {"anchors", "---\nname: a\nx:\n", "  - &a$ [*a$]\n", "---\nWords.\n", FRONT_SMALL},
    {"comments", "---\nname: a\n", "# words\n", "---\nWords.\n", FRONT_SMALL},
    {"open quotes", "---\nname: a\ndescription: b\n", "k$: \"\n", "---\nWords.\n", FRONT_SMALL},
    {"tabs before keys", "---\nname: a\n", "\tk$: v\n", "---\nWords.\n", FRONT_SMALL},
    {"frontmatter that stays open", "---\nname: a\n", "k$: v\n", "", FRONT_SMALL},
    {"stray text", "---\nname: a\n", "words that are no key\n", "---\nWords.\n", FRONT_SMALL},
};

static ql_str build(const input *in, size_t size) {
  ql_buf out = ql_buf_new(ql_alloc_libc());
  ql_buf_add(&out, str(in->before));
  for (int64_t number = 1; out.len < size; number++) {
    for (const char *p = in->unit; *p; p++) {
      if (*p == '$')
        ql_buf_int(&out, number);
      else
        ql_buf_byte(&out, *p);
    }
  }
  ql_buf_add(&out, str(in->after));
  assert_false(out.failed);
  return ql_buf_str(&out);
}

typedef struct cost {
  double seconds;
  size_t bytes;
} cost;

typedef void work(ql_str file, ql_alloc alloc);

static void *counting(void *ctx, void *block, size_t old_size, size_t size) {
  size_t *bytes = ctx;
  ql_alloc libc = ql_alloc_libc();
  *bytes += size;
  return libc.resize(libc.ctx, block, old_size, size);
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static cost measure(work *does, ql_str file) {
  cost least = {1e9, 0};
  for (int run = 0; run < RUNS; run++) {
    least.bytes = 0;
    double started = now();
    does(file, (ql_alloc){&least.bytes, counting});
    double spent = now() - started;
    if (spent < least.seconds) least.seconds = spent;
  }
  return least;
}

static void parse(ql_str file, ql_alloc alloc) {
  ql_arena *a = ql_arena_new(alloc);
  const ql_spec *spec = NULL;
  assert_int_equal(ql_spec_parse(a, QL_STR("some-agent.md"), file, &spec, NULL), QL_OK);
  assert_non_null(ql_value_text(a, ql_spec_value(a, spec)).ptr);
  ql_arena_free(a);
}

static void mend(ql_str file, ql_alloc alloc) {
  ql_arena *a = ql_arena_new(alloc);
  ql_str mended = QL_ABSENT;
  assert_int_equal(ql_spec_fix(a, QL_STR("some-agent.md"), file, (ql_mend){.offset = SIZE_MAX}, &mended, NULL, NULL), QL_OK);
  ql_arena_free(a);
}

static void export_all(ql_str file, ql_alloc alloc) {
  ql_str id, product;
  ql_arena *a = ql_arena_new(alloc);
  const ql_spec *spec = NULL;
  assert_int_equal(ql_spec_parse(a, QL_STR("some-agent.md"), file, &spec, NULL), QL_OK);
  for (size_t i = 0; ql_dialect_at(i, &id, &product); i++) {
    ql_export out;
    assert_int_equal(ql_spec_export(a, spec, file, id, &out, NULL), QL_OK);
  }
  ql_arena_free(a);
}

static void enlist(ql_str file, ql_alloc alloc) {
  ql_arena *a = ql_arena_new(alloc);
  ql_roster *roster = ql_roster_new(alloc);
  assert_int_equal(ql_roster_add(roster, QL_STR("some-agent.md"), file, NULL), QL_OK);
  assert_int_equal(ql_roster_link(roster, NULL), QL_OK);
  assert_non_null(ql_value_text(a, ql_roster_value(a, roster)).ptr);
  ql_roster_free(roster);
  ql_arena_free(a);
}

static void render(ql_str file, ql_alloc alloc) {
  ql_arena *a = ql_arena_new(alloc);
  ql_str html = QL_ABSENT;
  assert_int_equal(ql_md_html(a, file, &html, NULL), QL_OK);
  ql_arena_free(a);
}

/* Tries again while the time looks wrong: a machine can be unlucky more often than a cost can be lucky. */
static size_t check_input(const input *in, const char *what, work *does) {
  ql_str small = build(in, in->small), large = build(in, in->small * TIMES);
  double seconds = 0, bytes = 0;
  cost one = {0}, four = {0};
  for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
    one = measure(does, small);
    four = measure(does, large);
    seconds = four.seconds / one.seconds;
    bytes = (double)four.bytes / (double)one.bytes;
    if (seconds < RATIO_MAX) break;
  }
  bool right = seconds < RATIO_MAX && bytes < RATIO_MAX;
  if (!right)
    print_error("%s, %s: %zu and %zu bytes take %.2f and %.2f ms, %zu and %zu KiB\n", in->name, what, small.len, large.len,
                one.seconds * 1e3, four.seconds * 1e3, one.bytes / 1024, four.bytes / 1024);
  free((void *)(uintptr_t)small.ptr);
  free((void *)(uintptr_t)large.ptr);
  return right ? 0 : 1;
}

static void check_all(const char *what, work *does) {
  size_t wrong = 0;
  for (size_t i = 0; i < QL_COUNT(INPUTS); i++) wrong += check_input(&INPUTS[i], what, does);
  assert_int_equal(wrong, 0);
}

static void parsing(void **state) {
  (void)state;
  check_all("parsed", parse);
}

static void mending(void **state) {
  (void)state;
  check_all("mended", mend);
}

static void exporting(void **state) {
  (void)state;
  check_all("exported", export_all);
}

static void enlisting(void **state) {
  (void)state;
  check_all("in a roster", enlist);
}

static void rendering(void **state) {
  (void)state;
  check_all("as HTML", render);
}

/* The larger graph does not fit the caches of most processors; a quadratic cost is 16 before that. */
#define GRAPH_RATIO_MAX 12.0

/* A program whose modules need what is near, both ways: four dependencies for each module. */
static ql_graph *build_graph(size_t modules) {
  ql_graph *graph = ql_graph_new(ql_alloc_libc());
  uint64_t seed = 1;
  char from[48], to[48];
  for (size_t e = 0; e < 4 * modules; e++) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    size_t source = e / 4, near = (size_t)(seed >> 33) % 50, target = (source + (e % 4 == 0 ? modules - 1 - near : 1 + near)) % modules;
    snprintf(from, sizeof from, "g%zu/m%zu.c", source / 40, source);
    snprintf(to, sizeof to, "g%zu/m%zu.c", target / 40, target);
    assert_int_equal(ql_graph_add(graph, str(from), str(to), NULL), QL_OK);
  }
  return graph;
}

/* The last dependency makes that all lists are made anew. */
static double seconds_of_graph(ql_graph *graph) {
  double least = 1e9;
  for (int run = 0; run < RUNS; run++) {
    ql_arena *a = ql_arena_new(ql_alloc_libc());
    ql_value *value = NULL;
    assert_int_equal(ql_graph_add(graph, QL_STR("g0/m0.c"), QL_STR("g0/m1.c"), NULL), QL_OK);
    double started = now();
    assert_int_equal(ql_graph_coupling(graph, a, 20, &value, NULL), QL_OK);
    assert_int_equal(ql_graph_breaks(graph, a, (ql_str[]){QL_STR("g0/m7.c")}, 1, &value, NULL), QL_OK);
    double spent = now() - started;
    if (spent < least) least = spent;
    ql_arena_free(a);
  }
  return least;
}

/* 62,500 and 250,000 dependencies. */
static void asking_a_graph(void **state) {
  (void)state;
  ql_graph *small = build_graph(15625), *large = build_graph(62500);
  double one = 0, four = 0;
  for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
    one = seconds_of_graph(small);
    four = seconds_of_graph(large);
    if (four / one < GRAPH_RATIO_MAX) break;
  }
  print_message("62,500 and 250,000 dependencies take %.0f and %.0f ms\n", one * 1e3, four * 1e3);
  assert_true(four / one < GRAPH_RATIO_MAX);
  ql_graph_free(small);
  ql_graph_free(large);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(parsing),   cmocka_unit_test(mending),   cmocka_unit_test(exporting),
      cmocka_unit_test(enlisting), cmocka_unit_test(rendering), cmocka_unit_test(asking_a_graph),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
