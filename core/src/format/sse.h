/* The events of a stream of bytes: server-sent events, or one JSON a line. */
#ifndef QL_FORMAT_SSE_H
#define QL_FORMAT_SSE_H

#include <questline/base.h>

typedef enum ql_sse_form {
  QL_SSE_EVENTS, /* text/event-stream */
  QL_SSE_LINES,  /* application/x-ndjson: each line that is not blank is the data of one event */
} ql_sse_form;

typedef enum ql_sse_state {
  QL_SSE_BOM,      /* before anything: a byte order mark may come, of which line.len bytes are held */
  QL_SSE_LINE,     /* in a line, of which line holds what came in earlier bytes */
  QL_SSE_AFTER_CR, /* behind a CR: an LF here belongs to it */
} ql_sse_state;

typedef struct ql_sse {
  ql_sse_form form;
  ql_sse_state state;
  bool has_data;  /* a data line came since the last event */
  bool done;      /* the event in data was given: it goes with the next byte */
  ql_buf line;    /* the part of a line that ended with the bytes */
  ql_buf data;    /* of the event that is being read */
  ql_buf name;    /* its type */
  ql_buf id;      /* the last one; stays over events */
  int64_t retry;  /* ms; -1: none was said */
  ql_str crossed; /* the limit that was crossed: line_limit or event_limit */
} ql_sse;

ql_sse ql_sse_new(ql_alloc alloc, ql_sse_form form);
void ql_sse_free(ql_sse *sse);

/// Reads on, to the end of the next event at most, and moves *bytes behind what was read. The event is then in data and name, until the next
/// call. What follows a limit is not read any more.
/// @param bytes  may end anywhere
/// @return QL_DONE (an event); QL_MORE (all was read); QL_ERR_LIMIT (QL_SSE_LINE_MAX, QL_SSE_EVENT_MAX: see crossed); QL_ERR_NOMEM.
/// Source: WHATWG HTML, server-sent events, "interpreting an event stream".
QL_NODISCARD ql_status ql_sse_next(ql_sse *sse, ql_str *bytes);

/// What stands in an event that no blank line has ended, with its last line: an event by no standard, yet some servers end so.
/// @return QL_DONE; QL_MORE (there is none); QL_ERR_LIMIT; QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_sse_rest(ql_sse *sse);

#endif
