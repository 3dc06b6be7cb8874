/* One event: its declared fields, its texts, its line. No state here. */
#ifndef QL_QUEST_EVENT_H
#define QL_QUEST_EVENT_H

#include <questline/quest.h>

#include "format/crypto.h"

typedef enum ql__field_kind {
  QL__INT,
  QL__QUEST_ID,
  QL__TASK,
  QL__TASK_LIST,
  QL__GROUPS,
  QL__AGENT,
  QL__AGENT_LIST,
  QL__TEXT,
  QL__TEXT_LIST,
  QL__SPECS,
  QL__SEATS,
  QL__TASKS,
  QL__POLICY,
  QL__KIND,
  QL__SEAT,
  QL__COUNT,
  QL__WORD,
  QL__SHA256,
  QL__DIGEST,
  QL__MEDIA,
  QL__BUDGET,
  QL__DEADLINES,
  QL__GATES,
  QL__LADDER,
  QL__KEYS,
  QL__VERDICT,
  QL__EFFECT,
  QL__OUTCOME,
  QL__JUDGE,   /* of a gate */
  QL__RELATION /* of a gate */
} ql__field_kind;

typedef struct ql__field {
  ql_event_type type;
  ql_str name;
  ql__field_kind kind;
  bool required;
} ql__field;

/// An event as the machine reads it. Strings and d borrow from the line or the arena it was built in.
typedef struct ql__event {
  ql_event_type type;
  ql_str by;
  int64_t at, fence, counter, n;
  const ql_value *d;
} ql__event;

/// A text field of an event: the node of d that holds its commitment (or, in a command, the text itself).
typedef struct ql__text {
  ql_str field;
  bool list; /* its opening stands in a list of pairs */
  ql_value *node;
} ql__text;

/// QL_EVENT_COUNT for a name that is no type.
ql_event_type ql__event_type(ql_str name);
ql_str ql__event_name(ql_event_type type);

typedef enum ql__texts_are { QL__COMMITMENTS, QL__PLAIN } ql__texts_are;

/// Checks d against events.def: no unknown field, none missing, each of its kind.
/// @return QL_OK; QL_ERR_SYNTAX with the field's name as detail.
ql_status ql__event_check(ql_event_type type, const ql_value *d, ql__texts_are texts, ql_error *err);

/// The texts of d, fields in byte order, each field's in the order of d. @return the count; *out in the arena, NULL when out of memory.
size_t ql__event_texts(ql_arena *a, ql_event_type type, const ql_value *d, ql__text **out);

/// Base64url of the commitment of a text (person "questline.body.1").
void ql__commit(const uint8_t salt[QL_SALT_BYTES], ql_str text, char out[QL_HASH_CHARS]);
/// head_n from head_(n-1) and the bytes of E (person "questline.head.1").
void ql__chain(const uint8_t previous[QL_HASH_BYTES], ql_str bytes, uint8_t out[QL_HASH_BYTES]);

/// One parsed and checked line.
typedef struct ql__line {
  ql__event event;
  ql_str bytes;         /* of E */
  const ql_value *open; /* x, or NULL */
  uint8_t hash[QL_HASH_BYTES];
  size_t withheld; /* texts without an opening */
} ql__line;

/// Reads a line without its LF and checks all that needs no state: canonical bytes, the fields, h against `previous`, n, every opening.
/// @return QL_OK; QL_ERR_SYNTAX, QL_ERR_UTF8, QL_ERR_INTEGRITY, QL_ERR_VERSION (a type or format of a newer version), QL_ERR_LIMIT, QL_ERR_NOMEM.
///         err->message is static and names the cause: "not_canonical", "sequence", "hash", "commitment".
ql_status ql__line_read(ql_arena *a, ql_str line, const uint8_t previous[QL_HASH_BYTES], int64_t n, ql__line *out, ql_error *err);

/// Reads a line, without its LF, that ql__line_build made and nothing was done to since: what it says is not checked again.
/// @return QL_OK; QL_ERR_NOMEM.
ql_status ql__line_reread(ql_arena *a, ql_str line, ql__line *out, ql_error *err);

/// Builds the line, LF included, of an event whose d holds plain texts: commits to each, collects the openings.
/// Changes the text nodes of event->d into commitments.
/// @param entropy  QL_ENTROPY_BYTES; salt i is derived from it
/// @return QL_OK; QL_ERR_LIMIT (QL_LINE_BYTES_MAX); QL_ERR_NOMEM.
ql_status ql__line_build(ql_arena *a, const ql__event *event, const uint8_t previous[QL_HASH_BYTES], const uint8_t *entropy, ql_str *line,
                         ql_error *err);

/// The canonical bytes of E, and of a whole line from its parts; shared by the builder and the link container.
ql_value *ql__event_value(ql_arena *a, const ql__event *event);
ql_str ql__line_compose(ql_arena *a, ql_str bytes, const uint8_t hash[QL_HASH_BYTES], const ql_value *signatures, const ql_value *open);

/// x for the texts that have a salt: pairs in lists for list fields. NULL when out of memory; an empty object when nothing is opened.
/// @param plain  plain[i] is absent where text i is withheld
ql_value *ql__openings(ql_arena *a, const ql__text *texts, const ql_str *plain, const uint8_t (*salts)[QL_SALT_BYTES], size_t count);

/// Finds and checks the opening of each text: plain[i] is absent where text i is withheld. Openings of a field stand in the order of their
/// texts. @param open  x, or NULL
/// @return QL_OK; QL_ERR_INTEGRITY "commitment"; QL_ERR_SYNTAX "not_canonical" (x is ill-formed); QL_ERR_NOMEM.
ql_status ql__texts_open(ql_arena *a, const ql__text *texts, size_t count, const ql_value *open, ql_str **plain, size_t *withheld,
                         ql_error *err);

#endif
