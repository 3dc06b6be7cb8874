/* What the decoders of the wires share: the answer as it grows. All of them take slices of JSON that ql_scan_whole has approved; running out
   of memory is kept in the stream, so that none of them has to ask. */
#ifndef QL_LLM_DECODE_H
#define QL_LLM_DECODE_H

#include <questline/stream.h>

#include "base/text.h"
#include "format/scan.h"
#include "format/sse.h"

typedef enum ql_part_kind { QL_PART_TEXT, QL_PART_IMAGE, QL_PART_CALL, QL_PART_THINKING, QL_PART_REFUSAL } ql_part_kind;

/* A piece of the answer. Strings live in the stream's arena. */
typedef struct ql_part {
  ql_part_kind kind;
  uint64_t key;    /* what the wire finds it by */
  ql_buf text;     /* the words, or the arguments of a call, or base64 */
  ql_buf more;     /* of the wire's own: a signature */
  ql_buf settled;  /* another text than came, said at the end */
  ql_buf replay;   /* JSON to be sent back */
  ql_str id, name; /* of a call */
  ql_str source;   /* JSON that replay is made of at the end */
  ql_str media;    /* of an image */
  size_t said;     /* bytes of text that are in the queue or were given */
  bool announced;  /* a call that has been queued as such */
  bool replaced;   /* settled is the text */
  bool whole;      /* the provider said that it is complete */
  uint32_t group;  /* of the wire's own: which paragraph of reasoning comes in */
} ql_part;

typedef enum ql_end {
  QL_END_NONE,
  QL_END_STOP,
  QL_END_CALLS,
  QL_END_LENGTH,
  QL_END_REFUSED,
  QL_END_FILTERED,
  QL_END_PAUSED,
  QL_END_FAILED,
  QL_END_CUT,
  QL_END_CANCELLED,
} ql_end;

/* A provider's word for an end, or for a failure. */
typedef struct ql_end_word {
  ql_str word;
  ql_end end;
} ql_end_word;

/* The fields of ModelUsage; -1: not said. */
typedef struct ql_tokens {
  int64_t cached, input, output, reasoning, written;
} ql_tokens;

typedef enum ql_saying {
  QL_SAY_TEXT,
  QL_SAY_THINKING,
  QL_SAY_REFUSAL,
  QL_SAY_CALL,
  QL_SAY_ARGUMENTS,
  QL_SAY_USAGE,
  QL_SAY_END,
} ql_saying;

/* A delta that waits. */
typedef struct ql_said {
  ql_saying kind;
  size_t part;
  size_t from, to; /* of its text */
} ql_said;

/* What the content type says. */
typedef enum ql_content { QL_CONTENT_EVENTS, QL_CONTENT_LINES, QL_CONTENT_OTHER } ql_content;

typedef enum ql_body {
  QL_BODY_UNKNOWN, /* before the first byte that tells */
  QL_BODY_EVENTS,  /* server-sent events, or lines */
  QL_BODY_WHOLE,   /* one document, JSON or not, that is kept until its end */
} ql_body;

struct ql_stream {
  ql_alloc alloc;
  ql_arena *arena;
  ql_wire wire;
  int status;
  ql_content content;
  ql_body body;
  bool blanks; /* came before it was known, and were forgotten */
  ql_sse sse;
  ql_buf whole;   /* of the body, or what came before it was known what it is */
  ql_buf scratch; /* of one string */
  ql_buf mended;  /* an event that was no UTF-8 */
  ql_part *parts;
  size_t part_count, part_cap;
  size_t kept; /* bytes of all parts */
  ql_said *said;
  size_t said_first, said_count, said_cap;
  bool usage_waits, end_said;
  ql_tokens tokens;
  int64_t counts[4]; /* of the wire's own */
  bool began;        /* an event was read */
  bool over, finished, failed_memory;
  ql_end end;
  ql_str reason, id, model;
  ql_str fault_code, fault_message;
  int64_t fault_status; /* 0: none */
};

/* One event or one document, for each wire. */
void ql__messages_event(ql_stream *s, ql_str json);
void ql__responses_event(ql_stream *s, ql_str json);
void ql__chat_event(ql_stream *s, ql_str json);
void ql__generate_event(ql_stream *s, ql_str json);
/* Writes what has to be sent back of a part, after all has come; NULL where it is written as it comes. */
void ql__messages_replay(ql_stream *s, ql_part *part);
void ql__chat_replay(ql_stream *s, ql_part *part);

/// A new piece; NULL when the answer is past its limits or memory is out. Pointers to parts are valid until the next one is added.
ql_part *ql__part_add(ql_stream *s, ql_part_kind kind, uint64_t key);
/// The last one of that key; NULL where there is none.
ql_part *ql__stream_part(ql_stream *s, uint64_t key);
/// The same, added when there is none or it is of another kind.
ql_part *ql__part_need(ql_stream *s, ql_part_kind kind, uint64_t key);
/// Adds the text of a JSON string. All of these accept no part.
void ql__part_text(ql_stream *s, ql_part *part, ql_str string);
/// Adds bytes as they are.
void ql__part_bytes(ql_stream *s, ql_part *part, ql_str bytes);
/// To be told after something was written to `more` from `start` on: it counts.
void ql__part_grew(ql_stream *s, ql_part *part, size_t start);
/// Adds a string to what is of the wire's own.
void ql__part_more(ql_stream *s, ql_part *part, ql_str string);
/// The text as the provider repeats it at the end: adds what did not come, or takes the place of what differs. What was said stays said.
void ql__part_settle(ql_stream *s, ql_part *part, ql_str string);
/// Begins a call: id and name are JSON strings. Without an id it gets one; without a name nothing happens yet.
void ql__part_call(ql_stream *s, ql_part *part, ql_str id, ql_str name);
/// What has to be sent back of a part, as it stands.
void ql__part_replay(ql_stream *s, ql_part *part, ql_str json);
/// Makes U+FFFD of the half of a character that a text may end with: no more of it comes.
void ql__part_close(ql_stream *s, ql_part *part);
bool ql__has(const ql_stream *s, ql_part_kind kind);

/// A JSON string as text, in the stream's arena; absent where it is none.
ql_str ql__text(ql_stream *s, ql_str string);
ql_str ql__copy(ql_stream *s, ql_str bytes);
/// Sets *to, the first time that the string is there and not empty.
void ql__set_text(ql_stream *s, ql_str *to, ql_str string);

/// Keeps a number of tokens, when one was said.
void ql__count(int64_t *to, ql_str number);
/// Queues what is no part's, unless it waits already.
void ql__usage(ql_stream *s);
void ql__say_end(ql_stream *s);
/// The answer as far as it came.
ql_value *ql__reply(ql_stream *s, ql_arena *a);
/// The provider's end, by its word (a JSON string); a word that is not in the table means a stop.
void ql__ended(ql_stream *s, const ql_end_word *words, size_t count, ql_str word);
void ql__fail(ql_stream *s, ql_str code, ql_str message, int64_t status);
/// Fails by an error in the forms that providers have for it. False when this is none.
bool ql__error_body(ql_stream *s, ql_str json);
/// The error itself: an object, or a string.
void ql__error(ql_stream *s, ql_str error);

#endif
