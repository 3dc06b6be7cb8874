/* What the words of a heading or label are about. */
#ifndef QL_SPEC_TOPICS_H
#define QL_SPEC_TOPICS_H

#include <questline/base.h>

/* Decides which rules are looked for in a section and how its fences are read. */
typedef enum ql__topic {
#define TOPIC(name, compile) QL__ABOUT_##name,
#include "spec/topics.def"
  QL__TOPIC_COUNT
} ql__topic;

/// By the aliases of topics.def; QL__ABOUT_NOTHING when none fits. Words joined by underscores count as words: keys of a fence have topics too.
ql__topic ql__topic_of(ql_str title);
/// The same for a heading, which may use words that would say nothing as a label.
ql__topic ql__heading_topic(ql_str title);

#endif
