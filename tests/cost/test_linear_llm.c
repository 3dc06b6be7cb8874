/* What a model or a server sends can cost no more than its size, and what is asked no more than the conversation: answers, sessions and calls of
   one thing over and over, at one and at four times a size. Memory is counted; time is that of the processor, the least of several runs. */
#include "../unit/support.h"

#include <time.h>

#include <questline/limits.h>
#include <questline/mcp.h>

#include "base/text.h"

#define SMALL     (128u * 1024u)
#define TIMES     4u
#define RATIO_MAX 8.0 /* of a cost that should be TIMES; a quadratic one is 16 */
#define RUNS      3
#define ATTEMPTS  4
#define PIECE     4096u

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

typedef struct cost {
  double seconds;
  size_t bytes;
} cost;

static void *counting(void *ctx, void *block, size_t old_size, size_t size) {
  size_t *bytes = ctx;
  ql_alloc libc = ql_alloc_libc();
  *bytes += size;
  return libc.resize(libc.ctx, block, old_size, size);
}

/* ' is ", $ a number that counts up, ~ one that counts to `round`. */
static void add_unit(ql_buf *out, const char *text, int64_t number, int64_t round) {
  for (const char *p = text; *p; p++) {
    if (*p == '$')
      ql_buf_int(out, number);
    else if (*p == '~')
      ql_buf_int(out, number % round);
    else
      ql_buf_byte(out, *p == '\'' ? '"' : *p);
  }
}

static ql_str build(const char *before, const char *unit, const char *after, size_t size, int64_t round) {
  ql_buf out = ql_buf_new(ql_alloc_libc());
  add_unit(&out, before, 0, round);
  for (int64_t number = 1; out.len < size; number++) add_unit(&out, unit, number, round);
  add_unit(&out, after, 0, round);
  assert_false(out.failed);
  return ql_buf_str(&out);
}

static void drop(ql_str text) { free((void *)(uintptr_t)text.ptr); }

/* --- Answers --- */

typedef struct answer {
  const char *name;
  ql_wire wire;
  const char *type;
  const char *before, *unit, *after;
  const char *end; /* what the answer ends with */
  size_t small;    /* 0: SMALL */
} answer;

#define SSE           "text/event-stream"
#define NDJSON        "application/x-ndjson"
#define JSON          "application/json"
#define BLOCK(body)   "data: {'type':'content_block_start','index':0,'content_block':{" body "}}\n\n"
#define PART(body)    "data: {'type':'content_block_delta','index':0,'delta':{" body "}}\n\n"
#define STOP(why)     "data: {'type':'message_delta','delta':{'stop_reason':'" why "'}}\n\ndata: {'type':'message_stop'}\n\n"
#define CHOICE(body)  "{'choices':[{'index':0,'delta':{" body "}}]}"
#define CHAT(body)    "data: " CHOICE(body) "\n\n"
#define CHAT_END(why) "data: {'choices':[{'index':0,'delta':{},'finish_reason':'" why "'}]}\n\ndata: [DONE]\n\n"
#define COMPLETED     "data: {'type':'response.completed','response':{'status':'completed'}}\n\n"
#define ADDED(i)                                                                                                                           \
  "data: {'type':'response.output_item.added','output_index':" i ",'item':{'type':'function_call','id':'f','call_id':'c" i                 \
  "','name':'t'}}\n\n"
#define GEMINI(parts) "{'candidates':[{'content':{'parts':[" parts "]}}]}"
#define GEMINI_END    "data: {'candidates':[{'finishReason':'STOP'}]}\n\n"
#define CALLS_SMALL   (8u * 1024u) /* so that four times as much is within what one answer may hold */

static const answer ANSWERS[] = {
    /* text */
    {"pieces of text", QL_WIRE_MESSAGES, SSE, BLOCK("'type':'text'"), PART("'type':'text_delta','text':'go '"), STOP("end_turn"), "stop",
     0},
    {"pieces of text", QL_WIRE_RESPONSES, SSE, "",
     "data: {'type':'response.output_text.delta','output_index':0,'content_index':0,'delta':'go '}\n\n", COMPLETED, "stop", 0},
    {"pieces of text", QL_WIRE_CHAT, SSE, "", CHAT("'content':'go '"), CHAT_END("stop"), "stop", 0},
    {"pieces of text", QL_WIRE_GENERATE, SSE, "", "data: " GEMINI("{'text':'go '}") "\n\n", GEMINI_END, "stop", 0},
    {"pieces of text in lines", QL_WIRE_CHAT, NDJSON, "", "{'message':{'content':'go '},'done':false}\n", "{'done':true,'message':{}}\n",
     "stop", 0},
    {"lines that came as JSON", QL_WIRE_CHAT, JSON, "", CHOICE("'content':'go '") "\n",
     "{'choices':[{'index':0,'finish_reason':'stop'}]}\n", "stop", 0},
    {"a list of pieces", QL_WIRE_GENERATE, JSON, "[{}", "," GEMINI("{'text':'go '}"), ",{'candidates':[{'finishReason':'STOP'}]}]", "stop",
     0},
    {"one piece of text", QL_WIRE_MESSAGES, SSE, BLOCK("'type':'text'") "data: {'type':'content_block_delta','index':0,'delta':{'text':'",
     "words \\u00e9\\ud83d\\ude00 ", "'}}\n\n" STOP("end_turn"), "stop", 0},
    {"one piece of text", QL_WIRE_RESPONSES, SSE, "data: {'type':'response.output_text.delta','output_index':0,'content_index':0,'delta':'",
     "words \\u00e9\\ud83d\\ude00 ", "'}\n\n" COMPLETED, "stop", 0},
    {"one piece of text", QL_WIRE_CHAT, SSE, "data: {'choices':[{'index':0,'delta':{'content':'", "words \\u00e9\\ud83d\\ude00 ",
     "'}}]}\n\n" CHAT_END("stop"), "stop", 0},
    {"one piece of text", QL_WIRE_GENERATE, SSE, "data: {'candidates':[{'content':{'parts':[{'text':'", "words \\u00e9\\ud83d\\ude00 ",
     "'}]}}]}\n\n" GEMINI_END, "stop", 0},
    {"one body", QL_WIRE_CHAT, JSON, "{'choices':[{'finish_reason':'stop','index':0,'message':{'content':'", "words ", "'}}]}", "stop", 0},
    {"text that is said again", QL_WIRE_RESPONSES, SSE, "",
     "data: {'type':'response.output_text.delta','output_index':$,'content_index':0,'delta':'go '}\n\n"
     "data: {'type':'response.output_text.done','output_index':$,'content_index':0,'text':'go '}\n\n",
     COMPLETED, "stop", 0},
    {"text that is said otherwise", QL_WIRE_RESPONSES, SSE, "",
     "data: {'type':'response.output_text.done','output_index':0,'content_index':0,'text':'words $'}\n\n", COMPLETED, "stop", 0},
    {"texts of one item", QL_WIRE_RESPONSES, SSE,
     "data: {'type':'response.output_item.done','output_index':0,'item':{'type':'message','content':[{}",
     ",{'type':'output_text','text':'go $'}", "]}}\n\n" COMPLETED, "stop", 8 * 1024},
    {"pieces of an image", QL_WIRE_GENERATE, SSE, "", "data: " GEMINI("{'inlineData':{'mimeType':'image/png','data':'QUJD'}}") "\n\n",
     GEMINI_END, "stop", 64 * 1024},
    {"halves of characters", QL_WIRE_CHAT, SSE, "", CHAT("'content':'\\ud83d'") CHAT("'content':'\\ude00'"), CHAT_END("stop"), "stop", 0},
    {"no UTF-8", QL_WIRE_CHAT, SSE, "", CHAT("'content':'\xFF\xC3'"), CHAT_END("stop"), "stop", 0},
    /* calls */
    {"a call in pieces", QL_WIRE_MESSAGES, SSE, BLOCK("'type':'tool_use','id':'c','name':'t','input':{}") PART("'partial_json':'{'"),
     PART("'type':'input_json_delta','partial_json':'   '"), PART("'partial_json':'}'") STOP("tool_use"), "calls", 0},
    {"a call in pieces", QL_WIRE_RESPONSES, SSE,
     ADDED("0") "data: {'type':'response.function_call_arguments.delta','output_index':0,'delta':'{'}\n\n",
     "data: {'type':'response.function_call_arguments.delta','output_index':0,'delta':'  '}\n\n",
     "data: {'type':'response.function_call_arguments.delta','output_index':0,'delta':'}'}\n\n" COMPLETED, "calls", 0},
    {"a call in pieces", QL_WIRE_CHAT, SSE, CHAT("'tool_calls':[{'index':0,'id':'c','function':{'name':'t','arguments':'{'}}]"),
     CHAT("'tool_calls':[{'index':0,'function':{'arguments':'  '}}]"),
     CHAT("'tool_calls':[{'index':0,'function':{'arguments':'}'}}]") CHAT_END("tool_calls"), "calls", 0},
    {"a call in pieces that all have its id", QL_WIRE_CHAT, SSE,
     CHAT("'tool_calls':[{'index':0,'id':'c','function':{'name':'t','arguments':'{'}}]"),
     CHAT("'tool_calls':[{'index':0,'id':'c','function':{'name':'t','arguments':'  '}}]"),
     CHAT("'tool_calls':[{'index':0,'function':{'arguments':'}'}}]") CHAT_END("tool_calls"), "calls", 0},
    {"a long call", QL_WIRE_GENERATE, SSE, "data: {'candidates':[{'content':{'parts':[{'functionCall':{'name':'t','args':{'a':[0", ",$",
     "]}}}]}}]}\n\n" GEMINI_END, "calls", 0},
    {"many calls", QL_WIRE_MESSAGES, SSE, "",
     "data: {'type':'content_block_start','index':$,'content_block':{'type':'tool_use','id':'c$','name':'t','input':{}}}\n\n"
     "data: {'type':'content_block_delta','index':$,'delta':{'partial_json':'{}'}}\n\n",
     STOP("tool_use"), "calls", CALLS_SMALL},
    {"many calls", QL_WIRE_RESPONSES, SSE, "",
     ADDED("$") "data: {'type':'response.function_call_arguments.delta','output_index':$,'delta':'{}'}\n\n", COMPLETED, "calls",
     CALLS_SMALL},
    {"many calls", QL_WIRE_CHAT, SSE, "", CHAT("'tool_calls':[{'index':$,'id':'c$','function':{'name':'t','arguments':'{}'}}]"),
     CHAT_END("tool_calls"), "calls", CALLS_SMALL},
    {"many calls", QL_WIRE_GENERATE, SSE, "", "data: " GEMINI("{'functionCall':{'id':'c$','name':'t','args':{}}}") "\n\n", GEMINI_END,
     "calls", CALLS_SMALL},
    {"calls by turns", QL_WIRE_CHAT, SSE, "", CHAT("'tool_calls':[{'index':~,'id':'c~','function':{'name':'t','arguments':' '}}]"),
     CHAT_END("tool_calls"), "calls", 0},
    /* thinking */
    {"thinking and its signature", QL_WIRE_MESSAGES, SSE, BLOCK("'type':'thinking','thinking':''"),
     PART("'type':'thinking_delta','thinking':'hm '") PART("'type':'signature_delta','signature':'QUJD'"), STOP("end_turn"), "stop", 0},
    {"a tool of the provider", QL_WIRE_MESSAGES, SSE,
     BLOCK("'type':'server_tool_use','id':'s','name':'web','input':{}") PART("'partial_json':'{'"), PART("'partial_json':'  '"),
     PART("'partial_json':'}'") "data: {'type':'content_block_stop','index':0}\n\n" STOP("end_turn"), "stop", 0},
    {"a summary of reasoning", QL_WIRE_RESPONSES, SSE, "",
     "data: {'type':'response.reasoning_summary_text.delta','output_index':0,'summary_index':$,'delta':'hm '}\n\n", COMPLETED, "stop", 0},
    {"reasoning", QL_WIRE_CHAT, SSE, "", CHAT("'reasoning_content':'hm '"), CHAT_END("stop"), "stop", 0},
    {"reasoning in details", QL_WIRE_CHAT, SSE, "", CHAT("'reasoning_details':[{'type':'reasoning.text','text':'hm ','index':0}]"),
     CHAT_END("stop"), "stop", 0},
    {"reasoning in other details", QL_WIRE_CHAT, SSE, "", CHAT("'reasoning_details':[{'type':'reasoning.text','text':'hm ','index':$}]"),
     CHAT_END("stop"), "stop", 0},
    {"thoughts", QL_WIRE_GENERATE, SSE, "", "data: " GEMINI("{'text':'hm ','thought':true}") "\n\n", GEMINI_END, "stop", 0},
    {"thoughts by turns", QL_WIRE_GENERATE, SSE, "", "data: " GEMINI("{'text':'hm ','thought':true},{'text':'go '}") "\n\n", GEMINI_END,
     "stop", 32 * 1024},
    /* what says nothing */
    {"comments", QL_WIRE_MESSAGES, SSE, "", ": wait\n\n", STOP("end_turn"), "stop", 0},
    {"empty lines", QL_WIRE_CHAT, SSE, ":\n", "\r\n\r", CHAT_END("stop"), "stop", 0},
    {"blanks before anything", QL_WIRE_CHAT, JSON, "", " \n", "{'choices':[{'finish_reason':'stop','index':0,'message':{'content':'a'}}]}",
     "stop", 0},
    {"lines of one event", QL_WIRE_CHAT, SSE, "data: {'choices':[\n", "data: {'index':1},\n", "data: {}]}\n\n" CHAT_END("stop"), "stop", 0},
    {"names and ids of events", QL_WIRE_MESSAGES, SSE, "", "event: name-$\nid: $\nretry: $\n", "\n" STOP("end_turn"), "stop", 0},
    {"events nobody knows", QL_WIRE_RESPONSES, SSE, "", "data: {'type':'response.$','a':[{'b':[1,2,{'c':'d'}]}]}\n\n", COMPLETED, "stop",
     0},
    {"usage again and again", QL_WIRE_GENERATE, SSE, "", "data: {'usageMetadata':{'promptTokenCount':$}}\n\n", GEMINI_END, "stop", 0},
    {"ends again and again", QL_WIRE_GENERATE, SSE, "", "data: {'candidates':[{'finishReason':'R$'}]}\n\n", GEMINI_END, "stop", 0},
    {"brackets", QL_WIRE_CHAT, SSE, "data: ", "[", "\n\n", "failed", 0},
    {"members of one object", QL_WIRE_CHAT, SSE, "data: {'choices':[]", ",'m$':{}", "}\n\n" CHAT_END("stop"), "stop", 0},
    {"an error of many words", QL_WIRE_MESSAGES, SSE, "data: {'type':'error','error':{'type':'api_error','message':'", "words ", "'}}\n\n",
     "failed", 0},
    {"a page", QL_WIRE_MESSAGES, "text/html", "<!doctype html>", "<p>no\n", "", "failed", 0},
};

static ql_str end_of(const answer *in, ql_str bytes, size_t piece, ql_alloc alloc, ql_arena *a) {
  ql_stream *stream;
  ql_value *value = NULL;
  assert_int_equal(ql_stream_new(alloc, in->wire, 200, str(in->type), &stream, NULL), QL_OK);
  for (size_t at = 0; at < bytes.len; at += piece) {
    ql_arena_reset(a);
    assert_int_equal(ql_stream_feed(stream, ql_slice(bytes, at, at + piece), NULL), QL_OK);
    do assert_int_equal(ql_stream_next(stream, a, &value, NULL), QL_OK);
    while (value);
  }
  ql_arena_reset(a);
  assert_int_equal(ql_stream_finish(stream, QL_STREAM_COMPLETE, a, &value, NULL), QL_OK);
  ql_stream_free(stream);
  return ql_get_str(value, QL_STR("end"));
}

static cost measure_answer(const answer *in, ql_str bytes, size_t piece) {
  cost least = {1e9, 0};
  for (int run = 0; run < RUNS; run++) {
    least.bytes = 0;
    ql_arena *a = ql_arena_new((ql_alloc){&least.bytes, counting});
    double started = now();
    ql_str end = end_of(in, bytes, piece, (ql_alloc){&least.bytes, counting}, a);
    double spent = now() - started;
    if (!ql_eq(end, str(in->end))) fail_msg("%s, wire %d: ends with %.*s", in->name, (int)in->wire, (int)end.len, end.ptr);
    if (spent < least.seconds) least.seconds = spent;
    ql_arena_free(a);
  }
  return least;
}

/* Tries again while the time looks wrong: a machine can be unlucky more often than a cost can be lucky. */
static size_t check_bytes(const answer *in, ql_str small, ql_str large, size_t piece) {
  cost one = {0}, four = {0};
  for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
    one = measure_answer(in, small, piece);
    four = measure_answer(in, large, piece);
    if (four.seconds < RATIO_MAX * one.seconds) break;
  }
  bool right = four.seconds < RATIO_MAX * one.seconds && (double)four.bytes < RATIO_MAX * (double)one.bytes;
  if (!right)
    print_error("%s, wire %d, in pieces of %zu: %zu and %zu bytes take %.2f and %.2f ms, %zu and %zu KiB\n", in->name, (int)in->wire, piece,
                small.len, large.len, one.seconds * 1e3, four.seconds * 1e3, one.bytes / 1024, four.bytes / 1024);
  return right ? 0 : 1;
}

static size_t check_answer(const answer *in, size_t piece) {
  size_t size = in->small ? in->small : SMALL;
  ql_str small = build(in->before, in->unit, in->after, size, 100), large = build(in->before, in->unit, in->after, size * TIMES, 100);
  size_t wrong = check_bytes(in, small, large, piece);
  drop(small);
  drop(large);
  return wrong;
}

static void answers(void **state) {
  (void)state;
  size_t wrong = 0;
  for (size_t i = 0; i < QL_COUNT(ANSWERS); i++) wrong += check_answer(&ANSWERS[i], PIECE) + check_answer(&ANSWERS[i], 7);
  assert_int_equal(wrong, 0);
}

/* What is begun is long, and goes on in many pieces: half of the bytes each. */
static void long_beginnings(void **state) {
  (void)state;
  static const struct {
    const char *before, *unit, *after; /* of the beginning */
    answer rest;
  } rows[] = {
      {"data: {'choices':[{'index':0,'delta':{'reasoning_details':[{'type':'t','text':'a','m':[0",
       ",$",
       "]}]}}]}\n\n",
       {"a long detail", QL_WIRE_CHAT, SSE, "", CHAT("'reasoning_details':[{'type':'t','text':'hm '}]"), CHAT_END("stop"), "stop", 0}},
      {"data: {'choices':[{'index':0,'delta':{'tool_calls':[{'index':0,'id':'",
       "long",
       "','function':{'name':'t'}}]}}]}\n\n",
       {"a long id", QL_WIRE_CHAT, SSE, "", CHAT("'tool_calls':[{'index':0,'id':'c','function':{'arguments':' '}}]"),
        CHAT_END("tool_calls"), "calls", 0}},
      {"data: {'type':'content_block_start','index':0,'content_block':{'type':'server_tool_use','input':{},'m':[0",
       ",$",
       "]}}\n\n",
       {"a long block", QL_WIRE_MESSAGES, SSE, "", PART("'partial_json':' '"), STOP("end_turn"), "stop", 0}},
      {"data: {'type':'response.output_item.added','output_index':0,'item':{'type':'function_call','call_id':'c','name':'t','m':[0",
       ",$",
       "]}}\n\n",
       {"a long item", QL_WIRE_RESPONSES, SSE, "",
        "data: {'type':'response.function_call_arguments.delta','output_index':0,'delta':' '}\n\n", COMPLETED, "calls", 0}},
      {"data: {'candidates':[{'content':{'parts':[{'text':'a','thoughtSignature':'",
       "QUJD",
       "'}]}}]}\n\n",
       {"a long signature", QL_WIRE_GENERATE, SSE, "", "data: " GEMINI("{'text':'go '}") "\n\n", GEMINI_END, "stop", 0}},
  };
  size_t wrong = 0;
  for (size_t i = 0; i < QL_COUNT(rows); i++) {
    ql_str whole[2];
    for (size_t large = 0; large < 2; large++) {
      size_t size = large ? SMALL * TIMES : SMALL;
      ql_str first = build(rows[i].before, rows[i].unit, rows[i].after, size, 1),
             rest = build("", rows[i].rest.unit, rows[i].rest.after, size, 1);
      ql_buf both = ql_buf_new(ql_alloc_libc());
      ql_buf_add(&both, first);
      ql_buf_add(&both, rest);
      assert_false(both.failed);
      whole[large] = ql_buf_str(&both);
      drop(first);
      drop(rest);
    }
    wrong += check_bytes(&rows[i].rest, whole[0], whole[1], PIECE);
    drop(whole[0]);
    drop(whole[1]);
  }
  assert_int_equal(wrong, 0);
}

/* A line past the limit is not read to its end: it is refused at the limit, and what comes after it costs nothing. */
static void an_endless_line(void **state) {
  (void)state;
  static const struct {
    const char *type, *start;
    ql_str code;
  } rows[] = {{SSE, "data: {'a':'", QL_STR_INIT("line_limit")},
              {NDJSON, "{'a':'", QL_STR_INIT("line_limit")},
              {JSON, "{'a':'", QL_STR_INIT("event_limit")}};
  for (size_t i = 0; i < QL_COUNT(rows); i++)
    for (size_t wire = 0; wire < QL_WIRE_COUNT; wire++) {
      size_t bytes = 0, fed = 0;
      ql_stream *stream;
      ql_value *reply;
      ql_arena *a = ql_arena_new(ql_alloc_libc());
      ql_str start = build(rows[i].start, "", "", 0, 1), piece = build("", "a", "", PIECE * 4, 1);
      assert_int_equal(ql_stream_new((ql_alloc){&bytes, counting}, (ql_wire)wire, 200, str(rows[i].type), &stream, NULL), QL_OK);
      assert_int_equal(ql_stream_feed(stream, start, NULL), QL_OK);
      double started = now();
      for (; fed < 10u << 20 && !ql_stream_over(stream); fed += piece.len) assert_int_equal(ql_stream_feed(stream, piece, NULL), QL_OK);
      double reading = now() - started;
      assert_in_range(fed, QL_SSE_LINE_MAX - 2 * piece.len, QL_SSE_LINE_MAX + piece.len);
      assert_true(bytes <= 6u * QL_SSE_LINE_MAX); /* a buffer that doubled: all its sizes together */
      started = now();
      size_t before = bytes;
      for (size_t n = 0; n < 64u << 20; n += piece.len) assert_int_equal(ql_stream_feed(stream, piece, NULL), QL_OK);
      assert_int_equal(bytes, before);
      double refusing = now() - started;
      if (refusing > reading + 0.01)
        fail_msg("wire %zu, %s: %.1f ms for 8 MiB that are read, %.1f for 64 that are not", wire, rows[i].type, reading * 1e3,
                 refusing * 1e3);
      assert_int_equal(ql_stream_finish(stream, QL_STREAM_COMPLETE, a, &reply, NULL), QL_OK);
      assert_str_is(ql_get_str(QL_GET(reply, "fault"), QL_STR("code")), rows[i].code.ptr);
      ql_stream_free(stream);
      ql_arena_free(a);
      drop(start);
      drop(piece);
    }
}

/* --- MCP servers --- */

#define GREETING "{'jsonrpc':'2.0','id':1,'result':{'protocolVersion':'2025-11-25','capabilities':{'tools':{}}}}"
#define RESULT   "data: {'jsonrpc':'2.0','id':4,'result':{'content':["

static const struct session {
  const char *name;
  const char *tools[3]; /* before, unit, after: of the list */
  const char *call[3];  /* of what the call is answered with; NULL: none is made */
  const char *kind;     /* of the last result */
  size_t small;
} SESSIONS[] = {
    /* Those that are taken are compared with each other, the others are not looked at. */
    {"many tools",
     {"{'jsonrpc':'2.0','id':3,'result':{'tools':[{}", ",{'name':'tool-$','description':'Does it.','inputSchema':{'type':'object'}}",
      "]}}"},
     {0},
     "tools",
     96 * 1024},
    {"more tools than are taken", {"{'jsonrpc':'2.0','id':3,'result':{'tools':[{}", ",{'name':'tool-~'}", "]}}"}, {0}, "tools", 0},
    {"tools that look alike",
     {"{'jsonrpc':'2.0','id':3,'result':{'tools':[{}", ",{'name':'a.~'},{'name':'a:~'},{'name':'a/~'}", "]}}"},
     {0},
     "tools",
     0},
    {"a schema",
     {"{'jsonrpc':'2.0','id':3,'result':{'tools':[{'name':'t','inputSchema':{'type':'object','enum':[0", ",$", "]}}]}}"},
     {0},
     "tools",
     0},
    {"blocks of text",
     {"{'jsonrpc':'2.0','id':3,'result':{'tools':[{'name':'t'}", "", "]}}"},
     {RESULT "{}", ",{'type':'text','text':'go '}", "]}}\n\n"},
     "call",
     0},
    {"one text",
     {"{'jsonrpc':'2.0','id':3,'result':{'tools':[{'name':'t'}", "", "]}}"},
     {RESULT "{'type':'text','text':'", "go \\u00e9", "'}]}}\n\n"},
     "call",
     0},
    {"blocks of images",
     {"{'jsonrpc':'2.0','id':3,'result':{'tools':[{'name':'t'}", "", "]}}"},
     {RESULT "{}", ",{'type':'image','data':'QUJD','mimeType':'image/png'}", "]}}\n\n"},
     "call",
     0},
    {"what nobody asked",
     {"{'jsonrpc':'2.0','id':3,'result':{'tools':[{'name':'t'}", "", "]}}"},
     {"", "data: {'jsonrpc':'2.0','method':'notifications/tools/list_changed'}\n\n", RESULT "]}}\n\n"},
     "call",
     0},
    {"questions of the server",
     {"{'jsonrpc':'2.0','id':3,'result':{'tools':[{'name':'t'}", "", "]}}"},
     {"", "id: $\ndata: {'jsonrpc':'2.0','id':$,'method':'ping'}\n\n", RESULT "]}}\n\n"},
     "call",
     0},
    {"a batch",
     {"{'jsonrpc':'2.0','id':3,'result':{'tools':[{'name':'t'}", "", "]}}"},
     {"data: [{}", ",{'jsonrpc':'2.0','method':'notifications/message'}", "]\n\n" RESULT "]}}\n\n"},
     "call",
     0},
};

static ql_value *type_header(ql_arena *a, const char *type) {
  ql_value *list = ql_array(a), *header = ql_push(list, ql_object(a));
  QL_SET(header, "name", ql_string(a, QL_STR("content-type")));
  QL_SET(header, "value", ql_string(a, str(type)));
  return list;
}

static void answer_next(ql_mcp *mcp, ql_arena *a, int status, const char *type, ql_str body) {
  ql_value *next = NULL;
  assert_int_equal(ql_mcp_next(mcp, a, &next, NULL), QL_OK);
  assert_non_null(next);
  int64_t id = ql_get_int(next, QL_STR("id"), 0);
  assert_int_equal(ql_mcp_begin(mcp, id, status, type_header(a, type), NULL), QL_OK);
  for (size_t at = 0; at < body.len; at += PIECE) assert_int_equal(ql_mcp_feed(mcp, id, ql_slice(body, at, at + PIECE), NULL), QL_OK);
  assert_int_equal(ql_mcp_end(mcp, id, QL_STREAM_COMPLETE, NULL), QL_OK);
}

/* Greeted, asked for its tools and, where there is an answer to it, called. */
static cost measure_session(const struct session *in, size_t size) {
  ql_str greeting = build(GREETING, "", "", 0, 1), tools = build(in->tools[0], in->tools[1], in->tools[2], *in->tools[1] ? size : 0, 300),
         call = in->call[0] ? build(in->call[0], in->call[1], in->call[2], size, 1) : QL_ABSENT;
  cost least = {1e9, 0};
  for (int run = 0; run < RUNS; run++) {
    least.bytes = 0;
    ql_alloc alloc = {&least.bytes, counting};
    ql_arena *a = ql_arena_new(alloc);
    ql_value *server = ql_object(a), *result = NULL, *last = NULL;
    ql_mcp *mcp = NULL;
    int64_t id;
    QL_SET(server, "name", ql_string(a, QL_STR("tide")));
    QL_SET(server, "url", ql_string(a, QL_STR("https://tide.example/")));
    assert_int_equal(ql_mcp_new(alloc, server, &mcp, NULL), QL_OK);
    assert_int_equal(ql_mcp_list(mcp, &id, NULL), QL_OK);
    double started = now();
    answer_next(mcp, a, 200, JSON, greeting);
    answer_next(mcp, a, 202, JSON, QL_STR(""));
    answer_next(mcp, a, 200, JSON, tools);
    if (call.ptr) {
      assert_int_equal(ql_mcp_call(mcp, QL_STR("mcp__tide__t"), QL_STR("{}"), &id, NULL), QL_OK);
      answer_next(mcp, a, 200, SSE, call);
    }
    for (;;) {
      assert_int_equal(ql_mcp_result(mcp, a, &result, NULL), QL_OK);
      if (!result) break;
      last = result;
    }
    double spent = now() - started;
    assert_str_is(ql_get_str(last, QL_STR("kind")), in->kind);
    if (spent < least.seconds) least.seconds = spent;
    ql_mcp_free(mcp);
    ql_arena_free(a);
  }
  drop(greeting);
  drop(tools);
  if (call.ptr) drop(call);
  return least;
}

static void sessions(void **state) {
  (void)state;
  size_t wrong = 0;
  for (size_t i = 0; i < QL_COUNT(SESSIONS); i++) {
    size_t small = SESSIONS[i].small ? SESSIONS[i].small : SMALL;
    cost one = {0}, four = {0};
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      one = measure_session(&SESSIONS[i], small);
      four = measure_session(&SESSIONS[i], small * TIMES);
      if (four.seconds < RATIO_MAX * one.seconds) break;
    }
    bool right = four.seconds < RATIO_MAX * one.seconds && (double)four.bytes < RATIO_MAX * (double)one.bytes;
    if (!right)
      print_error("%s: %zu and %zu bytes take %.2f and %.2f ms, %zu and %zu KiB\n", SESSIONS[i].name, small, small * TIMES,
                  one.seconds * 1e3, four.seconds * 1e3, one.bytes / 1024, four.bytes / 1024);
    wrong += !right;
  }
  assert_int_equal(wrong, 0);
}

/* --- Requests --- */

static const struct conversation {
  const char *name, *before, *unit, *after;
} CONVERSATIONS[] = {
    {"a long conversation", "'messages':[{'role':'user','parts':[{'kind':'text','text':'hi'}]}",
     ",{'role':'assistant','parts':[{'kind':'text','text':'words $'}]},{'role':'user','parts':[{'kind':'text','text':'more'}]}", "]"},
    {"messages of one side", "'messages':[{'role':'user','parts':[{'kind':'text','text':'hi'}]}",
     ",{'role':'user','parts':[{'kind':'text','text':'more'}]}", "]"},
    {"parts of one message", "'messages':[{'role':'user','parts':[{'kind':'text','text':'hi'}", ",{'kind':'text','text':'more'}", "]}]"},
    {"calls and results", "'messages':[{'role':'user','parts':[{'kind':'text','text':'hi'}]}",
     ",{'role':'assistant','parts':[{'kind':'call','id':'c$','name':'t','arguments':'{}'}]},"
     "{'role':'user','parts':[{'kind':'result','id':'c$','text':'done'}]}",
     "]"},
    {"thinking that goes back", "'messages':[{'role':'user','parts':[{'kind':'text','text':'hi'}]}",
     ",{'role':'assistant','parts':[{'kind':'thinking','text':'hm','replay':'{\\'signature\\':\\'QUJD\\',\\'thinking\\':\\'hm\\',\\'type\\':\\'thinking\\'}'},"
     "{'kind':'text','text':'go'}]},{'role':'user','parts':[{'kind':'text','text':'more'}]}",
     "]"},
    {"one long text", "'messages':[{'role':'user','parts':[{'kind':'text','text':'", "words \\u00e9\\n", "'}]}]"},
    {"marks that may be kept", "'messages':[{'role':'user','parts':[{'kind':'text','text':'hi'}]}",
     ",{'cache':true,'role':'user','parts':[{'kind':'text','text':'more'}]}", "]"},
    {"tools",
     "'messages':[{'role':'user','parts':[{'kind':'text','text':'hi'}]}],'tools':[{'name':'t','description':'','schema':{'type':'object'}}",
     ",{'name':'t$','description':'Does it.','schema':{'type':'object','properties':{'a':{'type':'string'}}}}", "]"},
    {"a schema", "'messages':[{'role':'user','parts':[{'kind':'text','text':'hi'}]}],'schema':{'type':'object','properties':{'a':{}",
     ",'p$':{'type':'string'}", "}}"},
};

static double seconds_of_request(ql_str json, size_t *bytes) {
  double least = 1e9;
  for (int run = 0; run < RUNS; run++) {
    *bytes = 0;
    ql_arena *a = ql_arena_new((ql_alloc){bytes, counting});
    ql_value *call = NULL, *request = NULL;
    ql_error err = {0};
    assert_int_equal(ql_json_read(a, json, &call, &err), QL_OK);
    double started = now();
    if (ql_llm_request(a, call, &request, &err) != QL_OK) fail_msg("%s: %.200s", err.message, json.ptr);
    double spent = now() - started;
    if (spent < least) least = spent;
    ql_arena_free(a);
  }
  return least;
}

static void requests(void **state) {
  (void)state;
  static const char *const providers[] = {"anthropic", "openai", "openrouter", "gemini"};
  size_t wrong = 0;
  for (size_t p = 0; p < QL_COUNT(providers); p++)
    for (size_t i = 0; i < QL_COUNT(CONVERSATIONS); i++) {
      const struct conversation *in = &CONVERSATIONS[i];
      char before[512], after[64];
      snprintf(before, sizeof before, "{'max_tokens':99,'model':'m','provider':'%s',%s", providers[p], in->before);
      snprintf(after, sizeof after, "%s}", in->after);
      ql_str small = build(before, in->unit, after, SMALL / 2, 1), large = build(before, in->unit, after, SMALL / 2 * TIMES, 1);
      double one = 0, four = 0;
      size_t one_bytes = 0, four_bytes = 0;
      for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        one = seconds_of_request(small, &one_bytes);
        four = seconds_of_request(large, &four_bytes);
        if (four < RATIO_MAX * one) break;
      }
      bool right = four < RATIO_MAX * one && (double)four_bytes < RATIO_MAX * (double)one_bytes;
      if (!right)
        print_error("%s, %s: %zu and %zu bytes take %.2f and %.2f ms, %zu and %zu KiB\n", providers[p], in->name, small.len, large.len,
                    one * 1e3, four * 1e3, one_bytes / 1024, four_bytes / 1024);
      wrong += !right;
      drop(small);
      drop(large);
    }
  assert_int_equal(wrong, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(answers),  cmocka_unit_test(long_beginnings), cmocka_unit_test(an_endless_line),
      cmocka_unit_test(sessions), cmocka_unit_test(requests),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
