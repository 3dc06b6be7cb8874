/* Fields of a plan that are one line of its text: written and read side by side. Private to plan/. */
#ifndef QL_PLAN_PARTS_H
#define QL_PLAN_PARTS_H

#include <questline/plan.h>

/// `document, path "roadmap.md", line 12, words "Add login"`. Reading: false when it says something else; *out is then as it was.
void ql__put_source(ql_buf *buf, const ql_plan_source *source);
bool ql__get_source(ql_arena *a, ql_str text, ql_plan_source *out);
/// ">= 79.5 %".
void ql__put_measure(ql_buf *buf, const ql_measure *measure);
bool ql__get_measure(ql_str text, ql_measure *out);
/// "1200 tokens in, 300 tokens out, 45 minutes". What is read may also be a time as people write it: "~2 hours", "1-2 h", "3 days" (of eight
/// hours; a week has five), of a range its upper end. What is not named stays as it is.
void ql__put_estimate(ql_buf *buf, const ql_plan_estimate *estimate);
bool ql__get_estimate(ql_str text, ql_plan_estimate *out);
/// "key: ", the key in quotes where it would not be read back plain. Reading: false when the item has no key; *rest is what stands behind it.
void ql__put_key(ql_buf *buf, ql_str key);
bool ql__get_key(ql_arena *a, ql_str item, ql_str *key, ql_str *rest);

#endif
