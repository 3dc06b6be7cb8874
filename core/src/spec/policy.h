/* Compiling prose into rules: the sections of a file, what each is about, and the lines inside its code fences. */
#ifndef QL_SPEC_POLICY_H
#define QL_SPEC_POLICY_H

#include "format/markdown.h"
#include "spec/notes.h"
#include "spec/parse.h"

/* What a section is about: decides which rules are looked for in it and how its fences are read. */
typedef enum ql__topic {
#define TOPIC(name, compile) QL__ABOUT_##name,
#include "spec/topics.def"
  QL__TOPIC_COUNT
} ql__topic;

/// One line of a code fence, as people write lists and maps: never read by a YAML reader, for what is marked as YAML seldom is.
typedef struct ql__line {
  uint32_t indent; /* columns before it; a tab counts 4 */
  bool item;       /* "- words", "* words" */
  uint32_t number; /* "3. words" or "3) words"; 0 for none */
  bool body;       /* inside a function or class: an illustration, no rule */
  ql_str key;      /* the words before a colon that ends the line or has a blank behind it, quotes taken off; absent when there is none */
  ql_str value;    /* what stands behind the key, or the whole line but for its marker and comment; quotes are kept */
  ql_str comment;  /* behind "#" or "//" with a blank before it; absent when there is none */
  size_t offset, end; /* of the line's words, marker included, in the file */
  uint32_t line;
} ql__line;

/// A part of the prose about one thing: what stands below a heading, or below a label such as "**When to use**:", up to the next of them.
typedef struct ql__region {
  ql__topic topic;
  ql_str heading;            /* plain text of the heading; empty above the first */
  ql_str label;              /* plain text of the label it stands below; absent below a heading */
  const ql_md_block *head;   /* the heading or label itself; NULL above the first */
  const ql_md_block *blocks; /* what stands below it */
  size_t count;
  ql_str parent; /* the heading above its heading; empty when there is none */
} ql__region;

typedef struct ql__compiler {
  ql_arena *arena;
  ql_spec *spec; /* rules are added to it */
  ql__notes *notes;
  ql_rule *last;
  size_t items; /* of all rules so far */
} ql__compiler;

/// Compiles every region and fills in spec->rules. Findings are noted. @return QL_OK; QL_ERR_NOMEM.
QL_NODISCARD ql_status ql__compile_policy(ql_arena *a, const ql__outline *outline, ql__notes *notes, ql_spec *spec);

/// Starts a rule; title is trimmed, a colon at its end dropped. Where it lies follows from its items, or is [offset, end) without any.
/// NULL when out of memory; what is added to NULL is dropped.
ql_rule *ql__add_rule(ql__compiler *c, ql_rule_kind kind, const ql__region *region, ql_str title, int confidence, size_t offset, size_t end);
/// Adds an item to a rule, or to another item of it. Text is trimmed. NULL when out of memory or past QL_RULE_ITEMS_MAX, which is noted once.
ql_rule_item *ql__add_item(ql__compiler *c, ql_rule *rule, ql_rule_item *parent, ql_str text, size_t offset, size_t end, uint32_t line);
/// The same for a line of a fence and for a block of the outline.
ql_rule_item *ql__add_line(ql__compiler *c, ql_rule *rule, ql_rule_item *parent, ql_str text, const ql__line *line);
ql_rule_item *ql__add_block(ql__compiler *c, ql_rule *rule, ql_rule_item *parent, const ql_md_block *block);

/// The lines of a fence, blank ones left out. NULL with *count 0 when there are none, or when out of memory.
const ql__line *ql__scan_fence(ql__compiler *c, const ql_md_block *code, size_t *count);
/// A fence with "[words]" for values: something to fill in.
bool ql__is_template(const ql_md_block *code);

/// Ids of the agents named in words: "@name" anywhere, and names of the file's roster. In the arena; NULL with *count 0 for none.
const ql_str *ql__agents_in(ql__compiler *c, ql_str words, size_t *count);

#endif
