/* What a model is in the middle of: a turn of a seat, a plan, or an answer in a conversation. From its first call to its last, with what it was told and
   what it did. Private to driver/. */
#ifndef QL_DRIVER_TURN_H
#define QL_DRIVER_TURN_H

#include <questline/stream.h>

#include "driver/records.h"

typedef enum ql__turn_kind { QL__CHAT, QL__PLANNING, QL__SEAT } ql__turn_kind;

typedef enum ql__turn_step {
  QL__TURN_ASK,        /* the next call is to be made */
  QL__TURN_EQUIP,      /* the servers it may use are to say what tools they have; then it begins */
  QL__TURN_LOG_START,  /* its start is to be logged */
  QL__TURN_SEND,       /* the host is to send it */
  QL__TURN_OPEN,       /* the host is at it */
  QL__TURN_RECALLED,   /* its start is logged, and its answer is known: that is logged when its time comes */
  QL__TURN_IMAGE,      /* the host is to keep an image of the answer */
  QL__TURN_IMAGE_OPEN, /* and is at it */
  QL__TURN_LOG_DONE,   /* its end is to be logged */
  QL__TURN_IMAGE_MADE, /* an image that is kept is to be logged */
  QL__TURN_READ,       /* the answer is to be acted on */
  QL__TURN_MOVE,       /* a move of it is at hand: to be logged or refused */
  QL__TURN_TOOL_LOOK,  /* a tool is to be used: whether it may be is to be found out */
  QL__TURN_TOOL_ASK,   /* a person is to be asked about it */
  QL__TURN_TOOL_OPEN,  /* and is */
  QL__TURN_TOOL_START, /* its start is to be logged */
  QL__TURN_TOOL_RUN,   /* it is to be used */
  QL__TURN_TOOL_SEND,  /* the host is to run it */
  QL__TURN_TOOL_OUT,   /* the host is at it, or a server */
  QL__TURN_TOOL_AGENT, /* another agent is at it, in a turn of its own */
  QL__TURN_TOOL_DONE,  /* its end is to be logged */
  QL__TURN_TOOL_MADE,  /* a file it left behind is to be logged */
  QL__TURN_TOOL_TOLD,  /* the model is to be told what came of it */
  QL__TURN_WAIT,       /* until a time, then the call is made again */
  QL__TURN_HALTED,     /* a person stopped it, and says how it goes on */
  QL__TURN_FAILED,     /* for good: problem says why, in one sentence */
  QL__TURN_OVER        /* it did what it was to do */
} ql__turn_step;

typedef enum ql__steering { QL__FREE, QL__STOP, QL__AGAIN, QL__CONTINUE } ql__steering;

typedef struct ql__turn ql__turn;
struct ql__turn {
  ql__turn *next;
  ql_alloc alloc;
  ql_arena *arena;   /* the conversation */
  ql_arena *attempt; /* one call: its request, its answer, the move at hand */
  ql__turn_kind kind;
  ql__turn_step step;
  bool stopping;          /* nobody wants its answer any more: the host is told once, and the end is still logged */
  bool told;              /* the host was told to stop */
  bool fresh;             /* a call was sent of which nothing was shown yet */
  ql_str agent;           /* whose seat, or who was asked by another; absent for the driver's leader */
  ql__turn *asker;        /* in a conversation: whose call it answers; NULL for none */
  ql__turn *asked;        /* the other way round; NULL while nobody is */
  bool asks;              /* it can ask other agents */
  ql_str bare;            /* the system prompt without tools, where it can do without them; absent where not */
  bool leads;             /* the seat */
  ql_str task;            /* the one that the turn is about; absent where there are several, or none */
  int64_t fence;          /* of the seat */
  int64_t held_from;      /* the event since which it holds the turn */
  const ql_value *player; /* shape Player, of the driver */
  ql_str model;           /* the player's, or its fallback */
  ql_str system;
  ql_value *messages; /* shape ModelMessage[] */
  ql_value *tools;    /* shape ModelTool[]; NULL for none */
  ql_value *offers;   /* an array of them for each MCP server by its name, until a start has said so; NULL for no servers */
  ql_value *schema;   /* of the answer; NULL for none */
  unsigned calls, nudges;
  ql__steering steer; /* what a person wants of it */
  bool told_halt;     /* it was shown that it stands still */
  bool whole;         /* the answer at which it was stopped */
  ql_str said;        /* the words that came until then */
  ql_str before;      /* words of the answer that the model went on from; absent for none */
  int64_t after;      /* event of the recorded log that the turn is behind; -1: it plays live */
  ql__record *behind; /* the call or the tool there whose answer it took last; NULL with that */

  /* one call */
  int64_t attempt_number;
  const ql_value *request; /* shape HttpRequest */
  char request_hash[64];   /* SHA-256 of its body in hexadecimal */
  int64_t reserve_tokens, reserve_micro;
  int64_t recalled;   /* event of the recorded log that has the answer; -1: it is to be asked for */
  ql__record *record; /* the call or the tool of that log; stale where `recalled` is -1 */
  bool unkept;        /* what came does not fit the log */
  int64_t start;      /* the event that announced it; -1 for none */
  int64_t effect;     /* id of the open effect */
  int64_t sent_at;    /* ms since 1970 */
  int64_t since;      /* ms since 1970: the first attempt of this call */
  int64_t took;       /* ms */
  int64_t until;      /* QL__TURN_WAIT; QL__TURN_TOOL_OUT of a server; QL__TURN_FAILED: asked before then it fails again, 0: not known */
  int status;         /* of HTTP; 0: no answer came */
  size_t put;         /* bytes of its words that the host keeps */
  int64_t put_at;     /* ms since 1970: when it was given them, or the call was sent */
  const ql_value *headers;
  ql_stream *stream;
  ql_str problem;        /* the host's words, or why it failed for good */
  ql_value *reply;       /* shape ModelReply */
  const ql_value *image; /* of the reply: the one that is to be kept, or logged */
  char image_hash[64];   /* SHA-256 of its bytes in hexadecimal */
  int64_t image_size;    /* bytes */
  const ql_value *part;  /* of the reply: the call that is next */
  ql_value *results;     /* ModelPart[] of the calls so far */
  ql_value *command;     /* the move at hand */
  bool ends;             /* the turn, where that move is accepted */

  /* one use of a tool */
  bool tooled;               /* it has any */
  int64_t began;             /* how many events there were then */
  bool approved;             /* a person said yes */
  bool again;                /* the same call may have been carried out before everything stopped */
  bool late;                 /* it was given up because its time was up */
  bool broken_off;           /* whether it was carried out is not known */
  ql_str runs;               /* as in ToolOutcome */
  char call_hash[64];        /* SHA-256 of its name and arguments in hexadecimal */
  struct ql__server *server; /* who answers it; NULL when it is none */
  int64_t wanted;            /* id of that */
  uint64_t retried;          /* bits of the servers that were tried once more in this turn */
  ql_value *images;          /* ModelPart[] that came with results; NULL for none */
  size_t image_bytes;
  int64_t image_tokens;    /* by which images look longer than they are */
  ql_str question;         /* what the person is asked */
  const ql_value *outcome; /* shape ToolResult */
  const ql_value *made;    /* of that: the next file that was changed */
  const ql_value *already; /* shape WorkspaceChange[]: what was changed before the command was run */
};

/// @return NULL when out of memory.
ql__turn *ql__turn_new(ql_alloc alloc, ql__turn_kind kind, const ql_value *player);
void ql__turn_free(ql__turn *turn);

/// Forgets the conversation.
void ql__turn_begin(ql__turn *turn);

/// Adds words to the conversation.
void ql__turn_say(ql__turn *turn, ql_str role, ql_str text);

/* Each moves the turn on by one step. What a provider or a model does wrong becomes part of the turn. @return QL_OK; QL_ERR_NOMEM. */
ql_status ql__turn_ask(ql__turn *turn, ql_error *err);
ql_status ql__turn_head(ql__turn *turn, const ql_value *result, ql_error *err); /* status and headers came */
ql_status ql__turn_bytes(ql__turn *turn, ql_str bytes, ql_error *err);
ql_status ql__turn_end(ql__turn *turn, const ql_value *result, int64_t now, ql_error *err);
/// Nothing is sent: the call ends as a cancelled one.
void ql__turn_unsent(ql__turn *turn);
/// It cannot go on: the agent, and these words.
void ql__turn_fail(ql__turn *turn, ql_str before, ql_str words);
/// Nobody wants the turn any more: what is announced and not begun is not begun, and only its end is logged.
ql_status ql__turn_abandon(ql__turn *turn, ql_error *err);
ql_status ql__turn_read(ql__turn *turn, int64_t now, ql_error *err);
/// The move was accepted, or refused with these words.
ql_status ql__turn_moved(ql__turn *turn, ql_str refusal, ql_error *err);

/// The tool at hand was used, or is not: the model is told, and the next call of the answer comes.
ql_status ql__turn_tool_told(ql__turn *turn, ql_error *err);

/// What is logged of a call, shape `Command`.
ql_value *ql__turn_start(const ql__turn *turn, ql_arena *a);
ql_value *ql__turn_done(const ql__turn *turn, ql_arena *a);

/// The words of the answer, of all its parts.
ql_str ql__reply_text(ql_arena *a, const ql_value *reply);

#endif
