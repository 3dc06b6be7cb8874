/* A session with an MCP server, as its two files share it. */
#ifndef QL_LLM_MCP_H
#define QL_LLM_MCP_H

#include <questline/mcp.h>

#include "format/sse.h"

typedef enum ql__mcp_state {
  QL__MCP_NEW,      /* nothing was said yet, or the session was lost */
  QL__MCP_GREETING, /* initialize is under way */
  QL__MCP_GREETED,  /* it was answered; the server is told that we heard */
  QL__MCP_READY,
} ql__mcp_state;

typedef enum ql__mcp_kind {
  QL__MCP_GREET, /* initialize */
  QL__MCP_HEARD, /* notifications/initialized */
  QL__MCP_LIST,
  QL__MCP_CALL,
  QL__MCP_PING,
  QL__MCP_LISTEN,
  QL__MCP_SAY, /* an answer to the server, or a notification: nothing comes back */
  QL__MCP_BYE, /* DELETE */
} ql__mcp_kind;

typedef enum ql__mcp_form { QL__MCP_NOTHING, QL__MCP_JSON, QL__MCP_EVENTS } ql__mcp_form;

/* Something that is sent, and may be sent again. */
typedef struct ql__mcp_item ql__mcp_item;
struct ql__mcp_item {
  ql__mcp_item *next;
  ql__mcp_kind kind;
  int64_t id;       /* of what was wanted; 0: the session's own */
  int64_t rpc;      /* id of the message, as it was sent last */
  int64_t exchange; /* under way; 0: none */
  bool over;        /* nothing more is wanted of it; freed when its exchange has been dropped */
  unsigned session; /* in which it was sent */
  unsigned sent;    /* how often from the start */
  unsigned resumed; /* how often in a row without anything new */
  int64_t wait;     /* ms before it may be resumed */
  ql_buf params;    /* JSON of params; of QL__MCP_SAY the whole message */
  ql_buf event;     /* id of the last event, where it is resumed from */
  int status;       /* of HTTP; 0: no answer yet */
  ql__mcp_form form;
  ql_sse sse;
  ql_buf body;
  ql_arena *pages; /* of a list: the tools so far */
  ql_value *tools;
  unsigned page_count;
};

/* A result that waits: its JSON. */
typedef struct ql__mcp_answer ql__mcp_answer;
struct ql__mcp_answer {
  ql__mcp_answer *next;
  ql_buf json;
  bool changed;
};

struct ql_mcp {
  ql_alloc alloc;
  ql_arena *arena; /* of the server's description */
  ql_str name, url;
  const ql_value *secret; /* NULL: none */
  ql__mcp_state state;
  bool failed;        /* out of memory */
  unsigned greetings; /* since something was answered */
  unsigned session;   /* counted, so that what was sent in another one is known */
  ql_buf session_id, version;
  int64_t last_id, last_rpc, last_exchange;
  ql__mcp_item *items;
  ql__mcp_answer *first, **last;
  ql_arena *listed; /* the last list */
  ql_value *names;  /* in it: object of the server's names by ours */
};

/// A new item at the end; NULL when out of memory.
ql__mcp_item *ql__mcp_add(ql_mcp *mcp, ql__mcp_kind kind);
/// Reads what the server said: a message or several. False when it is no JSON.
bool ql__mcp_message(ql_mcp *mcp, ql_str json);
/// Gives what was wanted a failure for its result; what a session cannot begin without fails everything.
void ql__mcp_fail(ql_mcp *mcp, ql__mcp_item *item, ql_str code, ql_str message, int status);
/// The error of a body that failed, where it holds one; else absent. In the arena.
ql_str ql__mcp_problem(ql_arena *a, ql_str body);
/// Adds a result.
void ql__mcp_push(ql_mcp *mcp, ql_arena *a, const ql_value *result);

#endif
