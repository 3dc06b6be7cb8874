/* The session with an MCP server: what is sent when, and how its exchanges end. */
#include <string.h>

#include <questline/limits.h>
#include <questline/mcp.h>

#include "base/text.h"
#include "format/scan.h"
#include "llm/mcp.h"
#include "llm/wire.h"

#define SENT_MAX    3u     /* times a session is begun, or something is sent, when sessions are lost on the way */
#define RESUMED_MAX 5u     /* in a row, without anything new */
#define WAIT_FIRST  1000   /* ms; doubled each time */
#define WAIT_MAX    300000 /* ms: what a server may ask for */
#define HEADER_MAX  1024u  /* bytes of what a server wants to have back in a header */

#define VERSION "2025-11-25"

typedef struct kind_row {
  const char *method; /* of HTTP */
  ql_str name;        /* of JSON-RPC; absent: the message stands in params, or there is none */
  bool answered;      /* a message comes back */
} kind_row;

static const kind_row KINDS[] = {
    [QL__MCP_GREET] = {"POST", QL_STR_INIT("initialize"), true},
    [QL__MCP_HEARD] = {"POST", {NULL, 0}, false},
    [QL__MCP_LIST] = {"POST", QL_STR_INIT("tools/list"), true},
    [QL__MCP_CALL] = {"POST", QL_STR_INIT("tools/call"), true},
    [QL__MCP_PING] = {"POST", QL_STR_INIT("ping"), true},
    [QL__MCP_LISTEN] = {"GET", {NULL, 0}, false},
    [QL__MCP_SAY] = {"POST", {NULL, 0}, false},
    [QL__MCP_BYE] = {"DELETE", {NULL, 0}, false},
};

/* ---- items ---- */

ql__mcp_item *ql__mcp_add(ql_mcp *mcp, ql__mcp_kind kind) {
  ql__mcp_item *item = mcp->alloc.resize(mcp->alloc.ctx, NULL, 0, sizeof *item);
  if (!item) {
    mcp->failed = true;
    return NULL;
  }
  *item = (ql__mcp_item){.kind = kind, .sse = ql_sse_new(mcp->alloc, QL_SSE_EVENTS)};
  item->params = item->event = item->body = ql_buf_new(mcp->alloc);
  ql__mcp_item **end = &mcp->items;
  while (*end) end = &(*end)->next;
  *end = item;
  return item;
}

static void free_item(ql_mcp *mcp, ql__mcp_item *item) {
  ql_sse_free(&item->sse);
  ql_buf_free(&item->params);
  ql_buf_free(&item->event);
  ql_buf_free(&item->body);
  if (item->pages) ql_arena_free(item->pages);
  mcp->alloc.resize(mcp->alloc.ctx, item, sizeof *item, 0);
}

static void sweep(ql_mcp *mcp) {
  for (ql__mcp_item **at = &mcp->items; *at;) {
    ql__mcp_item *item = *at;
    if (item->over && item->exchange == 0) {
      *at = item->next;
      free_item(mcp, item);
    } else {
      at = &item->next;
    }
  }
}

static ql__mcp_item *item_of(ql_mcp *mcp, int64_t exchange) {
  for (ql__mcp_item *item = mcp->items; item; item = item->next)
    if (item->exchange == exchange && exchange != 0) return item;
  return NULL;
}

static bool is_due(const ql__mcp_item *item) { return !item->over && item->exchange == 0; }

/* What a person wanted, and still does. */
static bool is_wanted(const ql__mcp_item *item) { return !item->over && item->id != 0; }

static ql_status settled(ql_mcp *mcp, ql_error *err) {
  sweep(mcp);
  return mcp->failed ? ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT) : QL_OK;
}

/* ---- the session ---- */

static bool is_name(ql_str name) {
  for (size_t i = 0; i < name.len; i++)
    if (!ql_is_alnum(name.ptr[i]) && name.ptr[i] != '-') return false;
  return name.len > 0 && name.len <= 32;
}

ql_status ql_mcp_new(ql_alloc alloc, const ql_value *server, ql_mcp **out, ql_error *err) {
  ql_str name = ql_get_str(server, QL_STR("name")), url = ql_get_str(server, QL_STR("url"));
  if (!is_name(name)) return ql_fail(err, QL_ERR_ARGUMENT, "the name of an MCP server is letters, digits and -, at most 32", name);
  ql__url read;
  ql_status status = ql__url_read(url, &read, err);
  if (status != QL_OK) return status;
  const ql_value *secret = QL_GET(server, "secret");
  if (secret && (ql_get_str(secret, QL_STR("header")).len == 0 || ql_get_str(secret, QL_STR("slot")).len == 0))
    return ql_fail(err, QL_ERR_ARGUMENT, "a secret needs a header and a slot", name);

  ql_mcp *mcp = alloc.resize(alloc.ctx, NULL, 0, sizeof *mcp);
  if (!mcp) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  *mcp = (ql_mcp){.alloc = alloc, .arena = ql_arena_new(alloc)};
  mcp->session_id = mcp->version = ql_buf_new(alloc);
  mcp->last = &mcp->first;
  if (mcp->arena) {
    mcp->name = ql_arena_str(mcp->arena, name);
    mcp->url = ql_arena_str(mcp->arena, url);
    if (secret) {
      ql_str text = ql_value_text(mcp->arena, secret);
      ql_value *kept = NULL;
      if (text.ptr) status = ql_canon_read(mcp->arena, text, &kept, err);
      mcp->secret = kept;
    }
  }
  if (!mcp->arena || ql_arena_failed(mcp->arena)) status = ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  if (status != QL_OK) {
    ql_mcp_free(mcp);
    return status;
  }
  *out = mcp;
  return QL_OK;
}

void ql_mcp_free(ql_mcp *mcp) {
  if (!mcp) return;
  for (ql__mcp_item *item = mcp->items, *next; item; item = next) {
    next = item->next;
    free_item(mcp, item);
  }
  for (ql__mcp_answer *answer = mcp->first, *next; answer; answer = next) {
    next = answer->next;
    ql_buf_free(&answer->json);
    mcp->alloc.resize(mcp->alloc.ctx, answer, sizeof *answer, 0);
  }
  ql_buf_free(&mcp->session_id);
  ql_buf_free(&mcp->version);
  if (mcp->listed) ql_arena_free(mcp->listed);
  if (mcp->arena) ql_arena_free(mcp->arena);
  mcp->alloc.resize(mcp->alloc.ctx, mcp, sizeof *mcp, 0);
}

/* The next request begins a new session. */
static void forget_session(ql_mcp *mcp) {
  mcp->state = QL__MCP_NEW;
  mcp->session++;
  mcp->session_id.len = mcp->version.len = 0;
  for (ql__mcp_item *item = mcp->items; item; item = item->next) {
    if (item->id != 0)
      item->event.len = 0;
    else if (item->kind != QL__MCP_BYE)
      item->over = true;
  }
}

/* ---- what is wanted ---- */

static ql_status want(ql_mcp *mcp, ql__mcp_kind kind, ql_str params, int64_t *id, ql_error *err) {
  size_t open = 0;
  for (const ql__mcp_item *item = mcp->items; item; item = item->next) open += is_wanted(item);
  if (open >= QL_MCP_OPEN_MAX) return ql_fail(err, QL_ERR_LIMIT, "too much is asked of the server at once", QL_STR("QL_MCP_OPEN_MAX"));
  ql__mcp_item *item = ql__mcp_add(mcp, kind);
  if (!item) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  item->id = ++mcp->last_id;
  ql_buf_add(&item->params, params);
  mcp->failed |= item->params.failed;
  *id = item->id;
  return settled(mcp, err);
}

ql_status ql_mcp_list(ql_mcp *mcp, int64_t *id, ql_error *err) { return want(mcp, QL__MCP_LIST, QL_STR("{}"), id, err); }
ql_status ql_mcp_ping(ql_mcp *mcp, int64_t *id, ql_error *err) { return want(mcp, QL__MCP_PING, QL_STR("{}"), id, err); }
ql_status ql_mcp_listen(ql_mcp *mcp, int64_t *id, ql_error *err) { return want(mcp, QL__MCP_LISTEN, QL_STR(""), id, err); }

ql_status ql_mcp_call(ql_mcp *mcp, ql_str name, ql_str arguments, int64_t *id, ql_error *err) {
  ql_str known = ql_get_str(mcp->names, name);
  if (!known.ptr) return ql_fail(err, QL_ERR_NOT_FOUND, "the server has no such tool", name);
  if (arguments.len > QL_CALL_BYTES_MAX) return ql_fail(err, QL_ERR_LIMIT, "the arguments are too long", QL_STR("QL_CALL_BYTES_MAX"));
  if (!ql_scan_whole(arguments) || !ql_scan_is_object(ql_trim(arguments)) || ql_utf8_bad(arguments) != SIZE_MAX)
    return ql_fail(err, QL_ERR_SYNTAX, "the arguments are no JSON object", name);
  ql_buf params = ql_buf_new(mcp->alloc);
  ql_buf_add(&params, QL_STR("{\"arguments\":"));
  ql_buf_add(&params, ql_trim(arguments));
  ql_buf_add(&params, QL_STR(",\"name\":"));
  ql_json_string(&params, known);
  ql_buf_byte(&params, '}');
  mcp->failed |= params.failed;
  ql_status status =
      mcp->failed ? ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT) : want(mcp, QL__MCP_CALL, ql_buf_str(&params), id, err);
  ql_buf_free(&params);
  return status;
}

static void tell_cancelled(ql_mcp *mcp, int64_t rpc) {
  ql__mcp_item *note = ql__mcp_add(mcp, QL__MCP_SAY);
  if (!note) return;
  ql_buf_add(&note->params, QL_STR("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":"));
  ql_buf_int(&note->params, rpc);
  ql_buf_add(&note->params, QL_STR("}}"));
  mcp->failed |= note->params.failed;
}

static void give_up(ql_mcp *mcp, ql__mcp_item *item) {
  if (item->exchange != 0 && KINDS[item->kind].answered && mcp->state == QL__MCP_READY) tell_cancelled(mcp, item->rpc);
  ql__mcp_fail(mcp, item, QL_STR("cancelled"), QL_STR("It was given up."), 0);
}

ql_status ql_mcp_cancel(ql_mcp *mcp, int64_t id, ql_error *err) {
  for (ql__mcp_item *item = mcp->items; item; item = item->next) {
    if (!is_wanted(item) || item->id != id) continue;
    give_up(mcp, item);
    return settled(mcp, err);
  }
  return ql_fail(err, QL_ERR_NOT_FOUND, "nothing open has that id", QL_ABSENT);
}

ql_status ql_mcp_close(ql_mcp *mcp, ql_error *err) {
  for (ql__mcp_item *item = mcp->items; item; item = item->next) {
    if (is_wanted(item))
      ql__mcp_fail(mcp, item, QL_STR("cancelled"), QL_STR("It was given up."), 0);
    else
      item->over = true;
  }
  if (mcp->session_id.len > 0) {
    ql__mcp_item *bye = ql__mcp_add(mcp, QL__MCP_BYE);
    /* What it is sent with outlives the session. */
    if (bye) {
      ql_buf_add(&bye->event, ql_buf_str(&mcp->session_id));
      ql_buf_add(&bye->params, ql_buf_str(&mcp->version));
      mcp->failed |= bye->event.failed || bye->params.failed;
    }
  }
  forget_session(mcp);
  return settled(mcp, err);
}

/* ---- requests ---- */

static void add_header(ql_arena *a, ql_value *headers, const char *name, ql_str value) {
  ql_value *header = ql_push(headers, ql_object(a));
  QL_SET(header, "name", ql__word(a, name));
  QL_SET(header, "value", ql_string(a, ql_arena_str(a, value)));
}

static ql_str body_of(ql_arena *a, ql__mcp_item *item) {
  ql_str params = ql_buf_str(&item->params);
  if (!KINDS[item->kind].name.ptr) return ql_arena_str(a, params);
  ql_buf body = ql_buf_new(ql_arena_alloc(a));
  ql_buf_add(&body, QL_STR("{\"id\":"));
  ql_buf_int(&body, item->rpc);
  ql_buf_add(&body, QL_STR(",\"jsonrpc\":\"2.0\",\"method\":\""));
  ql_buf_add(&body, KINDS[item->kind].name);
  ql_buf_add(&body, QL_STR("\",\"params\":"));
  ql_buf_add(&body, params);
  ql_buf_byte(&body, '}');
  return ql_buf_take(&body, a);
}

static ql_value *request_of(ql_mcp *mcp, ql_arena *a, ql__mcp_item *item) {
  bool bye = item->kind == QL__MCP_BYE;
  bool resumes = !bye && item->event.len > 0;
  bool posts = !resumes && ql_eq((ql_str){KINDS[item->kind].method, strlen(KINDS[item->kind].method)}, QL_STR("POST"));
  ql_str session = ql_buf_str(bye ? &item->event : &mcp->session_id), version = ql_buf_str(bye ? &item->params : &mcp->version);
  ql_value *request = ql_object(a);
  ql_value *headers = QL_SET(request, "headers", ql_array(a));
  if (!bye) add_header(a, headers, "accept", posts ? QL_STR("application/json, text/event-stream") : QL_STR("text/event-stream"));
  if (posts) add_header(a, headers, "content-type", QL_STR("application/json"));
  if (resumes) add_header(a, headers, "last-event-id", ql_buf_str(&item->event));
  if (version.len > 0) add_header(a, headers, "mcp-protocol-version", version);
  if (session.len > 0) add_header(a, headers, "mcp-session-id", session);
  if (posts) QL_SET(request, "body", ql_string(a, body_of(a, item)));
  QL_SET(request, "method", ql__word(a, resumes ? "GET" : KINDS[item->kind].method));
  if (mcp->secret) QL_SET(request, "secret", ql_copy(a, mcp->secret));
  QL_SET(request, "url", ql_string(a, mcp->url));
  return request;
}

static void greet(ql_mcp *mcp) {
  mcp->greetings++;
  ql__mcp_item *item = ql__mcp_add(mcp, QL__MCP_GREET);
  if (!item) return;
  ql_buf_add(
      &item->params,
      QL_STR("{\"capabilities\":{},\"clientInfo\":{\"name\":\"questline\",\"version\":\"0.1.0\"},\"protocolVersion\":\"" VERSION "\"}"));
  mcp->failed |= item->params.failed;
  mcp->state = QL__MCP_GREETING;
}

/* Whether it may be sent while the session is as far as it is. */
static bool may_go(const ql_mcp *mcp, const ql__mcp_item *item) {
  if (!is_due(item)) return false;
  switch (item->kind) {
  case QL__MCP_BYE:
  case QL__MCP_GREET: return true;
  case QL__MCP_HEARD:
  case QL__MCP_SAY: return mcp->state == QL__MCP_GREETED || mcp->state == QL__MCP_READY;
  case QL__MCP_LIST:
  case QL__MCP_CALL:
  case QL__MCP_PING:
  case QL__MCP_LISTEN: return mcp->state == QL__MCP_READY;
  }
  return false;
}

static ql_value *send_item(ql_mcp *mcp, ql_arena *a, ql__mcp_item *item) {
  bool resumes = item->kind != QL__MCP_BYE && item->event.len > 0;
  item->exchange = ++mcp->last_exchange;
  item->session = mcp->session;
  item->status = 0;
  item->form = QL__MCP_NOTHING;
  item->body.len = 0;
  if (!resumes) {
    item->sent++;
    item->rpc = ++mcp->last_rpc;
  }
  ql_sse_free(&item->sse);
  item->sse = ql_sse_new(mcp->alloc, QL_SSE_EVENTS);
  ql_value *exchange = ql_object(a);
  QL_SET(exchange, "id", ql_int(a, item->exchange));
  QL_SET(exchange, "kind", ql__word(a, "send"));
  QL_SET(exchange, "request", request_of(mcp, a, item));
  if (item->wait > 0) QL_SET(exchange, "wait", ql_int(a, item->wait));
  item->wait = 0;
  return exchange;
}

ql_status ql_mcp_next(ql_mcp *mcp, ql_arena *a, ql_value **out, ql_error *err) {
  ql_value *exchange = NULL;
  bool wanted = false;
  for (const ql__mcp_item *item = mcp->items; item; item = item->next) wanted |= is_wanted(item) && is_due(item);
  if (wanted && mcp->state == QL__MCP_NEW) greet(mcp);
  for (ql__mcp_item *item = mcp->items; item && !exchange; item = item->next) {
    if (item->over && item->exchange != 0) {
      exchange = ql_object(a);
      QL_SET(exchange, "id", ql_int(a, item->exchange));
      QL_SET(exchange, "kind", ql__word(a, "drop"));
      item->exchange = 0;
    } else if (may_go(mcp, item)) {
      exchange = send_item(mcp, a, item);
    }
  }
  mcp->failed |= ql_arena_failed(a);
  ql_status status = settled(mcp, err);
  if (status == QL_OK) *out = exchange;
  return status;
}

/* ---- answers ---- */

static ql_str header_of(const ql_value *headers, ql_str name) {
  for (const ql_value *header = headers ? headers->first : NULL; header; header = header->next)
    if (ql_eq_nocase(ql_get_str(header, QL_STR("name")), name)) return ql_trim(ql_get_str(header, QL_STR("value")));
  return QL_ABSENT;
}

/* Whether it can be sent back in a header. */
static bool fits_header(ql_str s) {
  for (size_t i = 0; i < s.len; i++)
    if (s.ptr[i] < 0x21 || s.ptr[i] > 0x7e) return false;
  return s.len > 0 && s.len <= HEADER_MAX;
}

static ql__mcp_form form_of(ql_str type) {
  ql_str essence = ql_trim(ql_slice(type, 0, ql_find_byte(type, ';', 0)));
  if (ql_eq_nocase(essence, QL_STR("text/event-stream"))) return QL__MCP_EVENTS;
  return ql_eq_nocase(essence, QL_STR("application/json")) ? QL__MCP_JSON : QL__MCP_NOTHING;
}

ql_status ql_mcp_begin(ql_mcp *mcp, int64_t exchange, int status, const ql_value *headers, ql_error *err) {
  ql__mcp_item *item = item_of(mcp, exchange);
  if (!item || item->over) return QL_OK;
  item->status = status;
  ql_str type = header_of(headers, QL_STR("content-type"));
  item->form = type.ptr ? form_of(type) : QL__MCP_NOTHING;
  if (item->kind == QL__MCP_GREET && status < 300) {
    ql_str session = header_of(headers, QL_STR("mcp-session-id"));
    mcp->session_id.len = 0;
    if (session.ptr && !fits_header(session))
      ql__mcp_fail(mcp, item, QL_STR("protocol"), QL_STR("The server gave a session id that cannot be sent back."), status);
    else if (session.ptr)
      ql_buf_add(&mcp->session_id, session);
    mcp->failed |= mcp->session_id.failed;
  }
  return settled(mcp, err);
}

static void limit_crossed(ql_mcp *mcp, ql__mcp_item *item, ql_str limit) {
  ql__mcp_fail(mcp, item, limit, QL_STR("The server's answer is longer than it may be."), 0);
}

static void read_events(ql_mcp *mcp, ql__mcp_item *item, ql_str bytes) {
  while (!item->over && !mcp->failed) {
    ql_status status = ql_sse_next(&item->sse, &bytes);
    if (status == QL_MORE) break;
    if (status == QL_ERR_NOMEM)
      mcp->failed = true;
    else if (status == QL_ERR_LIMIT)
      limit_crossed(mcp, item, item->sse.crossed);
    if (status != QL_DONE) return;
    ql_str id = ql_buf_str(&item->sse.id), name = ql_buf_str(&item->sse.name), data = ql_buf_str(&item->sse.data);
    if (fits_header(id) && !ql_eq(id, ql_buf_str(&item->event))) {
      item->event.len = 0;
      item->resumed = 0;
      ql_buf_add(&item->event, id);
      mcp->failed |= item->event.failed;
    }
    /* An event that only has an id opens a stream that may be resumed. */
    if (data.len > 0 && (name.len == 0 || ql_eq(name, QL_STR("message")))) ql__mcp_message(mcp, data);
  }
}

ql_status ql_mcp_feed(ql_mcp *mcp, int64_t exchange, ql_str bytes, ql_error *err) {
  ql__mcp_item *item = item_of(mcp, exchange);
  if (!item || item->over || item->status == 0) return QL_OK;
  if (item->form == QL__MCP_EVENTS && item->status < 300) {
    read_events(mcp, item, bytes);
  } else if (bytes.len > QL_REPLY_BYTES_MAX - item->body.len) {
    limit_crossed(mcp, item, QL_STR("event_limit"));
  } else {
    ql_buf_add(&item->body, bytes);
    mcp->failed |= item->body.failed;
  }
  return settled(mcp, err);
}

/* ---- ends ---- */

static void fail_status(ql_mcp *mcp, ql__mcp_item *item) {
  ql_arena *a = ql_arena_new(mcp->alloc);
  if (!a) {
    mcp->failed = true;
    return;
  }
  ql_buf code = ql_buf_new(mcp->alloc);
  ql_buf_add(&code, QL_STR("http_"));
  ql_buf_int(&code, item->status);
  ql_str problem = ql__mcp_problem(a, ql_buf_str(&item->body));
  if (!problem.ptr) {
    problem = item->status == 401   ? QL_STR("The server wants a key, or another one.")
              : item->status < 400  ? QL_STR("The server sends us elsewhere, and is not followed.")
              : item->status == 404 ? QL_STR("There is no MCP server at this address.")
                                    : QL_STR("The server could not answer.");
  }
  mcp->failed |= code.failed || ql_arena_failed(a);
  if (!mcp->failed) ql__mcp_fail(mcp, item, ql_buf_str(&code), problem, item->status);
  ql_buf_free(&code);
  ql_arena_free(a);
}

/* It ended before everything came: taken up where it stopped, when the server has said how. */
static void resume_or_fail(ql_mcp *mcp, ql__mcp_item *item) {
  if (item->event.len == 0 || item->resumed >= RESUMED_MAX) {
    if (item->kind == QL__MCP_LISTEN && item->event.len == 0 && item->resumed++ < RESUMED_MAX) {
      item->wait = WAIT_FIRST << (item->resumed - 1);
      return;
    }
    ql__mcp_fail(mcp, item, QL_STR("cut"), QL_STR("The connection broke before the answer was whole."), 0);
    return;
  }
  int64_t wait = item->sse.retry >= 0 ? item->sse.retry : (int64_t)WAIT_FIRST << item->resumed;
  item->wait = wait > WAIT_MAX ? WAIT_MAX : wait;
  item->resumed++;
}

static void answered(ql_mcp *mcp, ql__mcp_item *item, ql_stream_end end) {
  switch (item->kind) {
  case QL__MCP_HEARD:
    mcp->state = QL__MCP_READY;
    item->over = true;
    return;
  case QL__MCP_SAY:
  case QL__MCP_BYE: item->over = true; return;
  case QL__MCP_LISTEN: resume_or_fail(mcp, item); return;
  case QL__MCP_GREET:
  case QL__MCP_LIST:
  case QL__MCP_CALL:
  case QL__MCP_PING: break;
  }
  if (item->form == QL__MCP_EVENTS || end != QL_STREAM_COMPLETE) {
    resume_or_fail(mcp, item);
  } else if (item->form == QL__MCP_NOTHING) {
    ql__mcp_fail(mcp, item, QL_STR("not_json"), QL_STR("The server's answer is neither JSON nor a stream of events."), item->status);
  } else {
    bool read = ql__mcp_message(mcp, ql_buf_str(&item->body));
    if (!item->over)
      ql__mcp_fail(mcp, item, read ? QL_STR("protocol") : QL_STR("not_json"),
                   read ? QL_STR("The server's answer is not the one to what was asked.") : QL_STR("The server's answer is no JSON."),
                   item->status);
  }
}

ql_status ql_mcp_end(ql_mcp *mcp, int64_t exchange, ql_stream_end end, ql_error *err) {
  ql__mcp_item *item = item_of(mcp, exchange);
  if (!item) return QL_OK;
  item->exchange = 0;
  if (item->over) return settled(mcp, err);
  if (item->status < 300 && item->form == QL__MCP_EVENTS) {
    /* The last event, when the server forgot the line that ends it. */
    if (end == QL_STREAM_COMPLETE) read_events(mcp, item, QL_STR("\n\n"));
    if (item->over || mcp->failed) return settled(mcp, err);
  }
  bool own = item->kind == QL__MCP_SAY || item->kind == QL__MCP_BYE;
  if (item->status == 0) {
    if (own)
      item->over = true;
    else if (item->event.len > 0)
      resume_or_fail(mcp, item);
    else
      ql__mcp_fail(mcp, item, QL_STR("unreachable"), QL_STR("There was no answer from the server."), 0);
  } else if (item->status == 404 && item->session != mcp->session && item->sent < SENT_MAX) {
    /* Somebody else has found that the session is lost: it goes again in the new one. */
  } else if (item->status == 404 && mcp->session_id.len > 0 && item->kind != QL__MCP_GREET && item->sent < SENT_MAX &&
             mcp->greetings < SENT_MAX) {
    forget_session(mcp);
  } else if (item->status == 405 && item->kind == QL__MCP_LISTEN) {
    item->over = true; /* the server has no such stream */
  } else if (item->status >= 300 && !own) {
    fail_status(mcp, item);
  } else {
    answered(mcp, item, end);
  }
  return settled(mcp, err);
}

ql_status ql_mcp_result(ql_mcp *mcp, ql_arena *a, ql_value **out, ql_error *err) {
  ql__mcp_answer *answer = mcp->first;
  ql_value *result = NULL;
  if (answer) {
    ql_str text = ql_arena_str(a, ql_buf_str(&answer->json));
    ql_status status = text.ptr ? ql_json_read(a, text, &result, err) : ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
    if (status != QL_OK) return status;
    mcp->first = answer->next;
    if (!mcp->first) mcp->last = &mcp->first;
    ql_buf_free(&answer->json);
    mcp->alloc.resize(mcp->alloc.ctx, answer, sizeof *answer, 0);
  }
  *out = result;
  return QL_OK;
}
