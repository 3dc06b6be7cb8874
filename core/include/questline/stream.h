/* The bytes of a model's answer, decoded as they come. One decoder for all hosts: the result is the same however the bytes are split. */
#ifndef QUESTLINE_STREAM_H
#define QUESTLINE_STREAM_H

#include <questline/llm.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a part's `replay` holds, by wire. With a member `type` it is a whole block or item and is sent in place of what would be written for the
   part; without one its members are added to that, and replace those of the same name.
     messages   a thinking or redacted_thinking block, whole
     responses  an output item, whole: reasoning, message, function_call; several parts of one item carry the same
     chat       of thinking: members of the assistant's message (reasoning_details, reasoning_content); of a call: members of its tool call
     generate   a part: with its thoughtSignature
   What another wire gave is left out: thinking is dropped, the rest is written anew. */

typedef struct ql_stream ql_stream;

/// How the bytes ended, as the host saw it.
typedef enum ql_stream_end {
  QL_STREAM_COMPLETE,  /* the body ended */
  QL_STREAM_CUT,       /* the connection broke, or a time limit passed */
  QL_STREAM_CANCELLED, /* the host stopped it */
} ql_stream_end;

/// A decoder for one answer. A status of 300 and above, or a body that is one JSON document in place of a stream, is read as what it is.
/// @param status        of HTTP
/// @param content_type  of the answer; absent when there was none
/// @return QL_OK; QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_stream_new(ql_alloc alloc, ql_wire wire, int status, ql_str content_type, ql_stream **out, ql_error *err);
void ql_stream_free(ql_stream *stream);

/// Decodes bytes and queues what they say. What is wrong in the stream is part of the answer and no error here; bytes after its end are ignored.
/// @param bytes  of the HTTP body; may end anywhere, even inside a character. Not kept after return.
/// @return QL_OK; QL_ERR_NOMEM, after which only ql_stream_free is valid.
QL_NODISCARD ql_status ql_stream_feed(ql_stream *stream, ql_str bytes, ql_error *err);

/// The next thing that was said, shape `ModelDelta`; NULL when nothing waits. Neighbouring pieces of text come as one.
/// @return QL_OK; QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_stream_next(ql_stream *stream, ql_arena *a, ql_value **delta, ql_error *err);

/// The words that came so far, from this byte of them on; of all texts of the answer, in their order. Only whole characters. Absent when out of memory.
ql_str ql_stream_words(const ql_stream *stream, size_t from, ql_arena *a);

/// True when the provider has said that the answer is whole, or that it failed: no more bytes are needed.
bool ql_stream_over(const ql_stream *stream);

/// Ends the stream and gives the answer with all that came, whole or not: shape `ModelReply`. May be called once.
/// @return QL_OK; QL_ERR_STATE (called before); QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_stream_finish(ql_stream *stream, ql_stream_end end, ql_arena *a, ql_value **reply, ql_error *err);

#ifdef __cplusplus
}
#endif
#endif
