/* Every limit of the product, in one place. Past a limit the input is refused, by the limit's name, before any large allocation. */
#ifndef QUESTLINE_LIMITS_H
#define QUESTLINE_LIMITS_H

#define QL_SPEC_BYTES_MAX        (1024u * 1024u)      /* one agent file */
#define QL_FRONTMATTER_BYTES_MAX (64u * 1024u)        /* between the fences */
#define QL_FRONTMATTER_DEPTH_MAX 16u                  /* nested collections */
#define QL_FRONTMATTER_NODES_MAX 1024u                /* scalars and collections */
#define QL_SPEC_DIAGNOSTICS_MAX  256u                 /* kept; the last one says that there were more */
#define QL_ROSTER_FILES_MAX      4096u                /* files in one roster */
#define QL_JSON_DEPTH_MAX        64u                  /* foreign and canonical JSON */
#define QL_JSON_BYTES_MAX        (8u * 1024u * 1024u) /* one foreign JSON document */
#define QL_LINE_BYTES_MAX        (1024u * 1024u)      /* one event line, after escaping */
#define QL_QUEST_BYTES_MAX       (64u * 1024u * 1024u)
#define QL_QUEST_EVENTS_MAX      100000u
#define QL_QUEST_AGENTS_MAX      64u
#define QL_QUEST_TASKS_MAX       1024u
#define QL_TURN_STEPS_MAX        256u /* messages one holder may send in one turn */
#define QL_AGENT_ID_MAX          128u /* bytes, with the @ */
#define QL_PLAN_TASKS_MAX        1024u
#define QL_PLAN_EDGES_MAX        8192u
#define QL_LINK_CHARS_MAX        (16u * 1024u) /* of a #q= fragment */
#define QL_LINK_CHARS_WARN       2000u         /* some chat programs cut here */
#define QL_HANDLES_MAX           256u          /* open objects of one wasm instance */

#endif
