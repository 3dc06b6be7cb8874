/* One quest of 500 events, the same bytes every time: event n depends on n and the state before it, and on nothing else. */
#ifndef QL_TEST_STORY_H
#define QL_TEST_STORY_H

#include <questline/quest.h>

#define STORY_EVENTS 500

/// The line of the next event of the story, in the arena.
ql_str story_line(const ql_quest *quest, ql_arena *a);
/// The whole story, undisturbed. The caller frees it.
ql_quest *story_told(void);

#endif
