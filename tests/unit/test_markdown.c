#include "support.h"

#include <dirent.h>
#include <time.h>

#include <questline/limits.h>
#include <questline/value.h>

#include "base/text.h"
#include "format/html.h"
#include "format/markdown.h"

static ql_arena *a;

static int setup(void **state) {
  (void)state;
  a = ql_arena_new(ql_alloc_libc());
  return a ? 0 : -1;
}

static int teardown(void **state) {
  (void)state;
  ql_arena_free(a);
  return 0;
}

/* Outline. */

static const char *const KINDS[] = {
    [QL_MD_HEADING] = "heading", [QL_MD_PARAGRAPH] = "paragraph", [QL_MD_ITEM] = "item", [QL_MD_CODE] = "code", [QL_MD_ROW] = "row"};

static void add_all(ql_buf *out, const ql_str *pieces, size_t count) {
  for (size_t i = 0; i < count; i++) ql_buf_add(out, pieces[i]);
}

/* One line for each block, so that a case can be read: line:offset kind details "text". */
static ql_str describe(const ql_md_block *blocks, size_t count) {
  ql_buf b = ql_buf_new(ql_alloc_libc());
  for (size_t i = 0; i < count; i++) {
    const ql_md_block *m = &blocks[i];
    ql_buf_int(&b, m->line);
    ql_buf_byte(&b, ':');
    ql_buf_int(&b, (int64_t)m->offset);
    ql_buf_byte(&b, '-');
    ql_buf_int(&b, (int64_t)m->end);
    ql_str words[] = {QL_STR(" "), str(KINDS[m->kind])};
    add_all(&b, words, 2);
    if (m->level) ql_buf_int(&b, m->level);
    for (uint32_t d = 0; d < m->depth; d++) ql_buf_byte(&b, '+');
    if (m->quoted) ql_buf_byte(&b, '>');
    if (m->ordered) {
      ql_buf_byte(&b, '#');
      ql_buf_int(&b, m->number);
    }
    if (m->task != QL_MD_TASK_NONE) ql_buf_add(&b, m->task == QL_MD_TASK_DONE ? QL_STR(" done") : QL_STR(" open"));
    if (m->header) ql_buf_add(&b, QL_STR(" header"));
    if (m->info.ptr) {
      ql_str info[] = {QL_STR(" info="), m->info};
      add_all(&b, info, 2);
    }
    if (m->lead.ptr) {
      ql_str lead[] = {QL_STR(" lead="), m->lead, QL_STR("@")};
      add_all(&b, lead, 3);
      ql_buf_int(&b, (int64_t)m->lead_offset);
    }
    for (size_t c = 0; c < m->cell_count; c++) {
      ql_str cell[] = {QL_STR(" |"), m->cells[c]};
      add_all(&b, cell, 2);
    }
    if (m->kind != QL_MD_ROW) {
      ql_buf_byte(&b, ' ');
      ql_json_string(&b, m->text);
    }
    ql_buf_byte(&b, '\n');
  }
  ql_str copy = ql_arena_str(a, ql_buf_str(&b));
  ql_buf_free(&b);
  return copy;
}

static void outline(void **state) {
  static const struct {
    const char *markdown, *blocks;
  } cases[] = {
      {"", ""},
      {"# One\n\nTwo\nthree\n", "1:0-5 heading1 \"One\"\n3:7-16 paragraph \"Two three\"\n"},
      {"  ###   `code` **b** &amp; &#8364; \\* x ###  \n", "1:2-45 heading3 lead=code@9 \"code b & \xE2\x82\xAC * x\"\n"},
      {"Title *here*\n=====\nSub\n---\ntext", "1:0-12 heading1 \"Title here\"\n3:19-22 heading2 \"Sub\"\n5:27-31 paragraph \"text\"\n"},
      {"#\n##\nx\n", "3:5-6 paragraph \"x\"\n"},
      {"# A\r\n\r\n- b\r\n- c\r\n", "1:0-3 heading1 \"A\"\n3:7-10 item+ \"b\"\n4:12-15 item+ \"c\"\n"},
      {"# A\r- b\r- c", "1:0-3 heading1 \"A\"\n2:4-7 item+ \"b\"\n3:8-11 item+ \"c\"\n"},
      /* Roster lists. */
      {"- **api-architect**: RESTful APIs\n  and more\n- `@nodejs-expert` - Node.js\n* *em*\n",
       "1:0-44 item+ lead=api-architect@4 \"api-architect: RESTful APIs and more\"\n"
       "3:45-73 item+ lead=@nodejs-expert@48 \"@nodejs-expert - Node.js\"\n"
       "4:74-80 item+ lead=em@77 \"em\"\n"},
      {"- **`a` b:** c\n- x **y**\n- [**z**](u) w",
       "1:0-14 item+ lead=a b:@5 \"a b: c\"\n2:15-24 item+ \"x y\"\n3:25-39 item+ lead=z@30 \"z w\"\n"},
      /* Loose and nested. */
      {"1. one\n\n   more\n2. two\n   - in\n\n     para\n\n3) new",
       "1:0-6 item+#1 \"one\"\n3:11-15 paragraph+ \"more\"\n4:16-22 item+#2 \"two\"\n"
       "5:26-30 item++ \"in\"\n7:37-41 paragraph++ \"para\"\n9:43-49 item+#3 \"new\"\n"},
      {"7. a\n7. b\n", "1:0-4 item+#7 \"a\"\n2:5-9 item+#8 \"b\"\n"},
      {"- a\n  ```\n  x\n  ```\n  b\n", "1:0-3 item+ \"a\"\n2:6-13 code+ info= \"x\\n\"\n5:22-23 paragraph+ \"b\"\n"},
      {"- # H\n- \n- - deep\n", "1:0-5 heading1+ \"H\"\n3:9-17 item++ \"deep\"\n"},
      {"- [ ] open\n- [x] **done** y\n- [X] z\n- [y] n", "1:0-10 item+ open \"open\"\n2:11-27 item+ done lead=done@19 \"done y\"\n"
                                                         "3:28-35 item+ done \"z\"\n4:36-43 item+ \"[y] n\"\n"},
      {"> # Q\n> - i\n> text\n\nout", "1:0-5 heading1> \"Q\"\n2:6-18 item+> \"i text\"\n5:20-23 paragraph \"out\"\n"},
      /* Code. */
      {"```sh -x\necho\n\n  y\n```\nend", "1:0-18 code info=sh -x \"echo\\n\\n  y\\n\"\n6:23-26 paragraph \"end\"\n"},
      {"x\n\n~~~\n\n\n  late\n~~~\n", "1:0-1 paragraph \"x\"\n3:3-15 code info= \"\\n\\n  late\\n\"\n"},
      {"```\n# no heading\n", "1:0-16 code info= \"# no heading\\n\"\n"},
      {"    indented\n     code\n", "1:4-22 code \"indented\\n code\\n\"\n"},
      {"```\n```\nx", "3:8-9 paragraph \"x\"\n"},
      {"```c&amp;\\*\nx\n```", "1:0-13 code info=c&* \"x\\n\"\n"},
      /* Tables. */
      {"| a | **b** |\n|---|:-:|\n| c | |\n|  | d\n\n", "1:0-13 row header |a |b\n3:24-31 row |c\n4:32-38 row | |d\n"},
      /* HTML is text, and so is what stands in it. */
      {"<role>\n## Work\n1. do\n</role>\n", "1:0-6 paragraph \"<role>\"\n2:7-14 heading2 \"Work\"\n3:15-28 item+#1 \"do </role>\"\n"},
      {"a <b>x</b>\nc", "1:0-12 paragraph \"a <b>x</b> c\"\n"},
      {"***\n\ntext  \nhard\\\nbreak", "3:5-23 paragraph \"text hard break\"\n"},
      {"![alt *x*](i.png) [l](u \"t\") ~~s~~", "1:0-34 paragraph \"alt x l s\"\n"},
      {"[a]: http://x\n\n[a]", "3:15-18 paragraph \"a\"\n"},
  };
  (void)state;
  for (size_t i = 0; i < QL_COUNT(cases); i++) {
    const ql_md_block *blocks;
    size_t count;
    assert_int_equal(ql_md_outline(a, str(cases[i].markdown), 0, &blocks, &count, NULL), QL_OK);
    assert_str_is(describe(blocks, count), cases[i].blocks);
  }
}

static void outline_of_a_body(void **state) {
  (void)state;
  ql_str text = QL_STR("---\nname: x\n---\n# Title\n\n- item\n");
  const ql_md_block *blocks;
  size_t count;
  assert_int_equal(ql_md_outline(a, text, 16, &blocks, &count, NULL), QL_OK);
  assert_str_is(describe(blocks, count), "4:16-23 heading1 \"Title\"\n6:25-31 item+ \"item\"\n");
  assert_str_is(blocks[0].source, "# Title");
  assert_ptr_equal(blocks[0].source.ptr, text.ptr + 16);
  assert_int_equal(ql_md_outline(a, text, text.len + 5, &blocks, &count, NULL), QL_OK);
  assert_int_equal(count, 0);
  assert_int_equal(ql_md_outline(a, QL_ABSENT, 0, &blocks, &count, NULL), QL_OK);
  assert_int_equal(count, 0);
}

/* What holds for every text. */
static void check_outline(ql_str text) {
  const ql_md_block *blocks;
  size_t count, before = 0;
  assert_int_equal(ql_md_outline(a, text, 0, &blocks, &count, NULL), QL_OK);
  for (size_t i = 0; i < count; i++) {
    const ql_md_block *b = &blocks[i];
    uint32_t line, column;
    ql_position(text, b->offset, &line, &column);
    assert_int_equal(b->line, line);
    assert_true(b->offset >= before && b->offset < b->end && b->end <= text.len);
    assert_ptr_equal(b->source.ptr, text.ptr + b->offset);
    assert_true(b->source.len > 0 && b->text.ptr);
    assert_int_equal(ql_find_byte(b->source, '\n', 0), SIZE_MAX);
    if (b->kind == QL_MD_HEADING) assert_true(b->level >= 1 && b->level <= 6);
    if (b->kind == QL_MD_ITEM) assert_true(b->depth >= 1);
    if (b->kind == QL_MD_ROW) assert_true(b->cell_count > 0);
    if (b->lead.ptr) assert_true(ql_starts(b->text, b->lead) && b->lead_offset > b->offset && b->lead_offset < b->end);
    before = b->offset;
  }
}

static void outline_of_real_files(void **state) {
  (void)state;
  DIR *folder = opendir(QL_SHARED_DIR "/seeds");
  size_t files = 0;
  for (struct dirent *entry; folder && (entry = readdir(folder));) {
    char path[1024];
    size_t len;
    snprintf(path, sizeof path, QL_SHARED_DIR "/seeds/%s", entry->d_name);
    char *data = entry->d_name[0] == '.' ? NULL : read_file(path, &len);
    if (!data) continue;
    check_outline((ql_str){data, len});
    free(data);
    files++;
  }
  if (folder) closedir(folder);
  if (files == 0) skip();
}

static void block_limit(void **state) {
  (void)state;
  ql_buf b = ql_buf_new(ql_alloc_libc());
  for (size_t i = 0; i < QL_MD_BLOCKS_MAX + 10; i++) ql_buf_add(&b, QL_STR("- x\n"));
  const ql_md_block *blocks;
  size_t count;
  assert_int_equal(ql_md_outline(a, ql_buf_str(&b), 0, &blocks, &count, NULL), QL_OK);
  assert_int_equal(count, QL_MD_BLOCKS_MAX);
  assert_int_equal(blocks[count - 1].line, QL_MD_BLOCKS_MAX);
  ql_str html;
  while (b.len < QL_SPEC_BYTES_MAX) ql_buf_byte(&b, ' ');
  assert_int_equal(ql_md_outline(a, ql_buf_str(&b), 0, &blocks, &count, NULL), QL_OK);
  assert_int_equal(ql_md_html(a, ql_buf_str(&b), &html, NULL), QL_OK);
  ql_buf_byte(&b, ' ');
  assert_int_equal(ql_md_outline(a, ql_buf_str(&b), 0, &blocks, &count, NULL), QL_ERR_LIMIT);
  assert_int_equal(ql_md_html(a, ql_buf_str(&b), &html, NULL), QL_ERR_LIMIT);
  ql_buf_free(&b);
}

/* HTML. */

static const struct {
  const char *markdown, *html;
} RENDERED[] = {
    {"", ""},
    {"a *b* **c** ~~d~~ `e<f>`\nx  \ny", "<p>a <em>b</em> <strong>c</strong> <del>d</del> <code>e&lt;f&gt;</code>\nx<br>\ny</p>\n"},
    {"# One *two*\n## One two\n# !!!\n", "<h1 id=\"h-one-two\">One <em>two</em></h1>\n<h2 id=\"h-one-two-1\">One two</h2>\n"
                                         "<h1 id=\"h-section\">!!!</h1>\n"},
    {"# a-1\n# a\n# a\n# A", "<h1 id=\"h-a-1\">a-1</h1>\n<h1 id=\"h-a\">a</h1>\n<h1 id=\"h-a-2\">a</h1>\n<h1 id=\"h-a-3\">A</h1>\n"},
    {"# \xC3\x89 & \"q\" `x_y`", "<h1 id=\"h-\xC3\x89--q-x_y\">\xC3\x89 &amp; &quot;q&quot; <code>x_y</code></h1>\n"},
    {"- a\n- b\n  1. c\n", "<ul>\n<li>a</li>\n<li>b\n<ol>\n<li>c</li>\n</ol>\n</li>\n</ul>\n"},
    {"3. a\n\n4. b", "<ol start=\"3\">\n<li><p>a</p>\n</li>\n<li><p>b</p>\n</li>\n</ol>\n"},
    {"- [ ] a\n- [x] b",
     "<ul>\n<li><input type=\"checkbox\" disabled> a</li>\n<li><input type=\"checkbox\" disabled checked> b</li>\n</ul>\n"},
    {"> q\n\n---\n", "<blockquote>\n<p>q</p>\n</blockquote>\n<hr>\n"},
    {"```c \"x\nif (a < b)\n```\n    y", "<pre><code class=\"language-c\">if (a &lt; b)\n</code></pre>\n<pre><code>y\n</code></pre>\n"},
    {"```\"><script>\nx\n```", "<pre><code class=\"language-&quot;&gt;&lt;script&gt;\">x\n</code></pre>\n"},
    {"|a|b|c|\n|:-|:-:|-:|\n|1||\n| |2|3\n",
     "<table>\n<thead>\n<tr><th class=\"left\">a</th><th class=\"center\">b</th><th class=\"right\">c</th></tr>\n"
     "</thead>\n<tbody>\n<tr><td class=\"left\">1</td></tr>\n"
     "<tr><td class=\"left\"></td><td class=\"center\">2</td><td class=\"right\">3</td></tr>\n</tbody>\n</table>\n"},
    {"&amp; &copy; &nosuch; &#0; &", "<p>&amp; &copy; &nosuch; &#0; &amp;</p>\n"},
    /* Tags are text. */
    {"<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n"},
    {"a <img src=x onerror=alert(1)> <!-- c -->", "<p>a &lt;img src=x onerror=alert(1)&gt; &lt;!-- c --&gt;</p>\n"},
    {"<div>\n\n*x*\n\n</div>", "<p>&lt;div&gt;</p>\n<p><em>x</em></p>\n<p>&lt;/div&gt;</p>\n"},
    /* Links. */
    {"[a](https://x.org/?q=1&r=2 \"t\")", "<p><a href=\"https://x.org/?q=1&amp;r=2\" rel=\"noopener noreferrer\">a</a></p>\n"},
    {"[a](<../b c.md>) [b](#One-two) [c](#q=x) [d](#)", "<p><a href=\"../b%20c.md\" rel=\"noopener noreferrer\">a</a> "
                                                        "<a href=\"#h-One-two\" rel=\"noopener noreferrer\">b</a> "
                                                        "<a href=\"#q=x\" rel=\"noopener noreferrer\">c</a> "
                                                        "<a href=\"#\" rel=\"noopener noreferrer\">d</a></p>\n"},
    {"<https://x.org> <a@x.org>", "<p><a href=\"https://x.org\" rel=\"noopener noreferrer\">https://x.org</a> "
                                  "<a href=\"mailto:a@x.org\" rel=\"noopener noreferrer\">a@x.org</a></p>\n"},
    {"[a](javascript:alert(1)) [b](JaVaScRiPt:x) [c](data:text/html,x) [d](vbscript:x) [e](file:///x) [f](blob:x)", "<p>a b c d e f</p>\n"},
    {"[a](&#106;avascript:x) [b](javascript&#58;x) [c](<java\tscript:x>) [d](<\x01javascript:x>) [e](\\javascript:x)",
     "<p>a b c d e</p>\n"},
    {"[a](javascript&colon;x)", "<p><a href=\"javascript&amp;colon;x\" rel=\"noopener noreferrer\">a</a></p>\n"},
    {"[a](x\\\"onclick=y) [b](<x'y>)",
     "<p><a href=\"x%22onclick=y\" rel=\"noopener noreferrer\">a</a> <a href=\"x%27y\" rel=\"noopener noreferrer\">b</a></p>\n"},
    {"<javascript:alert(1)>", "<p>javascript:alert(1)</p>\n"},
    {"[r]\n\n[r]: javascript:x", "<p>r</p>\n"},
    /* Images are links, and never one in another. */
    {"![alt *x*](http://e/p.png) ![](p.png) ![n](data:image/png;base64,AA)",
     "<p><a href=\"http://e/p.png\" rel=\"noopener noreferrer\">alt <em>x</em></a> <a href=\"p.png\" rel=\"noopener noreferrer\">p.png</a> n</p>\n"},
    {"[![in](a.png)](b) ![x [y](c) z](d)",
     "<p><a href=\"b\" rel=\"noopener noreferrer\">in</a> <a href=\"d\" rel=\"noopener noreferrer\">x y z</a></p>\n"},
    {"[x ![i](a.png)](javascript:y)", "<p>x <a href=\"a.png\" rel=\"noopener noreferrer\">i</a></p>\n"},
};

static void html(void **state) {
  (void)state;
  for (size_t i = 0; i < QL_COUNT(RENDERED); i++) {
    ql_str out;
    assert_int_equal(ql_md_html(a, str(RENDERED[i].markdown), &out, NULL), QL_OK);
    assert_str_is(out, RENDERED[i].html);
  }
  ql_str out;
  assert_int_equal(ql_md_html(a, QL_STR("a\0b"), &out, NULL), QL_OK);
  assert_str_is(out, "<p>a\xEF\xBF\xBD"
                     "b</p>\n");
  assert_int_equal(ql_md_html(a, QL_ABSENT, &out, NULL), QL_OK);
}

static void enough_ids(void **state) {
  (void)state;
  ql_buf b = ql_buf_new(ql_alloc_libc());
  for (size_t i = 0; i < QL_MD_IDS_MAX + 2; i++) ql_buf_add(&b, QL_STR("# x\n"));
  ql_str out;
  assert_int_equal(ql_md_html(a, ql_buf_str(&b), &out, NULL), QL_OK);
  ql_buf_free(&b);
  assert_true(ql_find(out, QL_STR("<h1 id=\"h-x-1023\">x</h1>\n<h1>x</h1>\n<h1>x</h1>\n"), 0) != SIZE_MAX);
}

static void entities(void **state) {
  static const struct {
    const char *text;
    uint32_t code_point; /* 0: none */
  } cases[] = {{"&amp;", '&'},
               {"&lt;", '<'},
               {"&nbsp;", 0xA0},
               {"&#65;", 'A'},
               {"&#x41;", 'A'},
               {"&#X1F680;", 0x1F680},
               {"&#1114111;", 0x10FFFF},
               {"&#1114112;", 0},
               {"&#0;", 0},
               {"&#xD800;", 0},
               {"&#;", 0},
               {"&#x;", 0},
               {"&#6a;", 0},
               {"&colon;", 0},
               {"&;", 0},
               {"amp;", 0},
               {"&amp", 0},
               {"&#99999999999999;", 0}};
  (void)state;
  for (size_t i = 0; i < QL_COUNT(cases); i++) {
    uint32_t code_point = 0;
    bool is = ql_html_entity(str(cases[i].text), &code_point);
    if (is != (cases[i].code_point != 0) || (is && code_point != cases[i].code_point)) fail_msg("%s: %u", cases[i].text, code_point);
  }
}

/* Cost. */

typedef struct pattern {
  const char *head, *body, *tail; /* body as often as it takes */
} pattern;

static ql_buf repeat(pattern p, size_t len) {
  ql_buf b = ql_buf_new(ql_alloc_libc());
  ql_buf_add(&b, str(p.head));
  while (b.len < len) ql_buf_add(&b, str(p.body));
  ql_buf_add(&b, str(p.tail));
  return b;
}

static double seconds(ql_str text, int runs) {
  double best = 1e9;
  for (; runs > 0; runs--) {
    ql_arena *arena = ql_arena_new(ql_alloc_libc());
    const ql_md_block *blocks;
    size_t count;
    ql_str out;
    clock_t start = clock();
    assert_int_equal(ql_md_outline(arena, text, 0, &blocks, &count, NULL), QL_OK);
    assert_int_equal(ql_md_html(arena, text, &out, NULL), QL_OK);
    double taken = (double)(clock() - start) / CLOCKS_PER_SEC;
    assert_true(out.len < 64 * text.len + 1000);
    ql_arena_free(arena);
    if (taken < best) best = taken;
  }
  return best;
}

static void near_linear(void **state) {
  static const pattern patterns[] = {
      {"", "*a **a ", "b"},
      {"", "a_ ", ""},
      {"", "_a ", ""},
      {"", "a]", ""},
      {"", "[a", ""},
      {"", "*a_ ", ""},
      {"", "[ (](", ""},
      {"", "**x [a*b**c*](d)", ""},
      {"", "[", "a"},
      {"", "[a](b", ""},
      {"", "![[]()", ""},
      {"", "e`e``e```e", ""},
      {"", "> ", "a"},
      {"", ">a\n", ""},
      {"", "- ", "x"},
      {"", "1. ", "x"},
      {"", "- x\n", ""},
      {"", "-\n", ""},
      {"", "# a\n", ""},
      {"", "#\n", ""},
      {"", "a\n=\n", ""},
      {"", "```\n", ""},
      {"", "~~~a\n\n", ""},
      {"```\n", "\n", "x"},
      {"", "<!--", ""},
      {"", "<a ", ""},
      {"", "<?", ""},
      {"", "&amp;", ""},
      {"", "&#x41;", ""},
      {"", "\\*", ""},
      {"", "[a]: b\n", "[a]"},
      {"[x]: y\n\n", "[x] ", ""},
      {"", "www._", ""},
      {"", "http://a.b_", ""},
      {"", "a@b.", ""},
      {"", "~a ~~b ", ""},
      {"|a|b|\n|-|-|\n", "|x\n", ""},
      {"", "|", "\n|-|"},
      {"", "\xC3\xA9", ""},
      {"", "\t", "x"},
      {"", "a  \n", ""},
      {"", "\r", "x"},
      {"a|b|c|d|e|f|g|h|i|j|k|l|m|n|o|p|q|r|s|t|u|v|w|x|y|z\n-|-|-|-|-|-|-|-|-|-|-|-|-|-|-|-|-|-|-|-|-|-|-|-|-|-\n", "x\n", ""},
  };
  (void)state;
  for (size_t i = 0; i < QL_COUNT(patterns); i++) {
    ql_buf small = repeat(patterns[i], 40000), large = repeat(patterns[i], 160000);
    /* Linear is 4, quadratic is 16; what takes next to no time is no matter, and what a busy machine made slow is tried again. */
    if (seconds(ql_buf_str(&large), 1) > 0.1) {
      double once = seconds(ql_buf_str(&small), 3), four = seconds(ql_buf_str(&large), 3);
      if (four > once * 10) fail_msg("\"%s\": %.0f ms, four times as long: %.0f ms", patterns[i].body, once * 1000, four * 1000);
    }
    ql_buf_free(&small);
    ql_buf_free(&large);
  }
}

static ql_status outline_trial(ql_arena *arena, const void *ctx) {
  const ql_md_block *blocks;
  size_t count;
  return ql_md_outline(arena, str(ctx), 0, &blocks, &count, NULL);
}

static ql_status html_trial(ql_arena *arena, const void *ctx) {
  ql_str out;
  return ql_md_html(arena, str(ctx), &out, NULL);
}

static void assert_parts(ql_str whole, ql_str done, ql_str open, ql_str text) {
  ql_str both = ql_arena_concat(a, (const ql_str[]){done, open}, 2);
  if (!ql_eq(both, whole))
    fail_msg("of \"%.*s\" came \"%.*s\" in pieces, \"%.*s\" at once", (int)text.len, text.ptr, (int)both.len, both.ptr, (int)whole.len,
             whole.ptr);
}

static ql_status grow_trial(ql_arena *arena, const void *ctx) {
  ql_md_growing out;
  return ql_md_grow(arena, str(ctx), false, &out, NULL);
}

/* Texts whose blocks are told apart badly by who only looks at lines. */
static const char *const GROWING[] = {
    "One.\n\nTwo\nlines.\n\n# Head\n\nThree.\n",
    "para\n\n1. a\n\n2. b\n\n   more\n\nend\n\nlast\n",
    "- a\n\n- b\n\n* c\n\nfoo\n\n- d\n",
    "-\n\n- a\n\n-\n  b\n\nx\n\ny\n",
    "x\n\n```js\n\nfoo\n\nbar\n```\n\ny\n\nz\n",
    "- ```\nfoo\n\n```\n\nnot a paragraph\n\n```\n\nout\n\nend\n",
    "> a\n\n> b\nlazy\n\nc\n===\n\nd\n---\n\ne\n",
    "x\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nend\n\n    code\n\n    more\n\nafter\n\nz\n",
    "a\r\n\r\nb\r\n \t\r\nc\r\n\r\n- d\r\n\r\ne\r\n\r\nf\r\n",
    "~~~\n```\n\nx\n~~~\n\ny\n\n***\n\nz\n\n![](p.png)\n\n&amp;\n\nend\n",
    "\xC3\xA4\n\n**b**\n\n`c`\n\n[d](http://e)\n\n~~f~~\n\n<div>\n\ng\n",
};

/* Fed in pieces, an answer is the HTML of the whole. */
static void growing(void **state) {
  (void)state;
  for (size_t i = 0; i < QL_COUNT(GROWING); i++) {
    ql_str text = str(GROWING[i]);
    for (size_t step = 1; step <= 7; step += 3) {
      ql_md_growing whole, piece;
      ql_buf html = ql_buf_new(ql_alloc_libc());
      size_t from = 0, splits = 0;
      for (size_t to = 0; to <= text.len; to += step) {
        assert_int_equal(ql_md_grow(a, ql_slice(text, from, to), false, &piece, NULL), QL_OK);
        from += piece.settled;
        splits += piece.settled > 0;
        ql_buf_add(&html, piece.done);
        assert_int_equal(ql_md_grow(a, ql_slice(text, 0, to), true, &whole, NULL), QL_OK);
        assert_int_equal(whole.settled, to);
        assert_parts(whole.done, ql_buf_str(&html), piece.open, ql_slice(text, 0, to));
      }
      ql_buf_free(&html);
      assert_true(splits > 0 || step > 1);
    }
  }
}

static void answers(void **state) {
  (void)state;
  ql_md_growing out;
  ql_str text =
      QL_STR("# Same\n\n# Same\n\n[a](#same) [b](x/y) [c](//h/x) [d](https://e.org/) [e](javascript:x) ![f](https://e.org/p.png) <b>\n");
  assert_int_equal(ql_md_grow(a, text, true, &out, NULL), QL_OK);
  assert_str_is(out.done, "<h1>Same</h1>\n<h1>Same</h1>\n<p>a b c <a href=\"https://e.org/\" rel=\"noopener noreferrer\">d</a> e "
                          "<a href=\"https://e.org/p.png\" rel=\"noopener noreferrer\">f</a> &lt;b&gt;</p>\n");
  assert_int_equal(out.open.len, 0);
  assert_int_equal(ql_md_grow(a, (ql_str){text.ptr, QL_REPLY_BYTES_MAX + 1}, true, &out, NULL), QL_ERR_LIMIT);
  assert_int_equal(ql_md_grow(a, QL_ABSENT, false, &out, NULL), QL_OK);
}

static void memory(void **state) {
  (void)state;
  static const char text[] =
      "# T\n\n- **a**: [b](c&amp;d)\n  1. x\n- `y`\n\n```sh&amp;\nz\n```\n\n|a|b|\n|-|-|\n|c|d|\n\n[r]: u\n[r] ![i](j)\n";
  assert_true(try_every_allocation(outline_trial, text) > 10); /* md4c's own are among them */
  assert_true(try_every_allocation(html_trial, text) > 10);
  assert_true(try_every_allocation(grow_trial, text) > 10);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(outline),
      cmocka_unit_test(outline_of_a_body),
      cmocka_unit_test(outline_of_real_files),
      cmocka_unit_test(block_limit),
      cmocka_unit_test(html),
      cmocka_unit_test(enough_ids),
      cmocka_unit_test(entities),
      cmocka_unit_test(growing),
      cmocka_unit_test(answers),
      cmocka_unit_test(near_linear),
      cmocka_unit_test(memory),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
