#include "spec/body.h"

#include "base/text.h"

static bool stands_alone(const ql_md_block *b) { return b->kind == QL_MD_HEADING && b->depth == 0 && !b->quoted && b->text.len > 0; }

void ql__take_sections(ql_arena *a, const ql_md_block *blocks, size_t count, size_t end, ql_spec *spec) {
  size_t total = 0;
  for (size_t i = 0; i < count; i++) total += stands_alone(&blocks[i]);
  if (total == 0) return;
  ql_section *sections = ql_arena_array(a, total, sizeof *sections);
  if (!sections) return;
  size_t open[7] = {0}; /* 1 + index of the section that is open at each level */
  for (size_t i = 0, at = 0; i < count; i++) {
    const ql_md_block *b = &blocks[i];
    if (!stands_alone(b)) continue;
    /* The line of a heading may start with a byte order mark, which is no prose. */
    size_t offset = b->offset < spec->body_offset ? spec->body_offset : b->offset;
    for (uint32_t level = b->level; level <= 6; level++) {
      if (open[level] > 0) sections[open[level] - 1].end = offset;
      open[level] = 0;
    }
    sections[at] = (ql_section){b->text, (int)b->level, b->line, offset, end};
    open[b->level] = ++at;
  }
  spec->sections = sections;
  spec->section_count = total;
}

ql_str ql__first_heading(const ql_spec *spec) {
  for (size_t i = 0; i < spec->section_count; i++)
    if (spec->sections[i].level == 1) return spec->sections[i].title;
  return spec->section_count > 0 ? spec->sections[0].title : QL_ABSENT;
}

ql_str ql__opening_sentence(const ql_md_block *blocks, size_t count) {
  size_t i = 0;
  while (i < count && blocks[i].kind == QL_MD_HEADING) i++;
  if (i == count || blocks[i].kind != QL_MD_PARAGRAPH || blocks[i].quoted) return QL_ABSENT;
  ql_str text = blocks[i].text;
  size_t end = ql_find(text, QL_STR(". "), 0);
  return ql_slice(text, 0, end == SIZE_MAX ? text.len : end + 1);
}
