/* What an MCP server says, and the results that are made of it. Source: the schema of the Model Context Protocol, 2025-11-25. */
#include <string.h>

#include <questline/limits.h>

#include "base/text.h"
#include "format/scan.h"
#include "llm/mcp.h"
#include "llm/wire.h"

#define TOOL_NAME_MAX 64u
#define MESSAGE_MAX   1000u
#define REPLIES_MAX   16u /* answers to the server that wait: what it asks beyond is passed over */
#define BATCH_MAX     100u
#define NOT_FOUND     "-32601"
#define ALIKE_MAX     20 /* tools whose names differ for the server only */
#define ID_MAX        200u

static const ql_str VERSIONS[] = {QL_STR_INIT("2025-11-25"), QL_STR_INIT("2025-06-18"), QL_STR_INIT("2025-03-26"),
                                  QL_STR_INIT("2024-11-05")};

/* A JSON string as text; absent where it is none. */
static ql_str text_of(ql_arena *a, ql_str value) {
  if (!ql_scan_is_string(value)) return QL_ABSENT;
  ql_buf out = ql_buf_new(ql_arena_alloc(a));
  ql_buf_reserve(&out, 1);
  ql_scan_text(&out, value);
  ql_scan_settle(&out, 0);
  return ql_buf_take(&out, a);
}

static ql_str member_text(ql_arena *a, ql_str object, const char *name) {
  return text_of(a, ql_scan_member(object, (ql_str){name, strlen(name)}));
}

/* ---- results ---- */

void ql__mcp_push(ql_mcp *mcp, ql_arena *a, const ql_value *result) {
  ql__mcp_answer *answer = ql_arena_failed(a) ? NULL : mcp->alloc.resize(mcp->alloc.ctx, NULL, 0, sizeof *answer);
  if (!answer) {
    mcp->failed = true;
    return;
  }
  *answer = (ql__mcp_answer){.json = ql_buf_new(mcp->alloc)};
  answer->changed = !QL_GET(result, "id");
  ql_value_write(&answer->json, result);
  mcp->failed |= answer->json.failed;
  *mcp->last = answer;
  mcp->last = &answer->next;
}

static ql_value *result_of(ql_arena *a, const ql__mcp_item *item, const char *kind) {
  ql_value *result = ql_object(a);
  if (item) QL_SET(result, "id", ql_int(a, item->id));
  QL_SET(result, "kind", ql__word(a, kind));
  return result;
}

static ql_str shortened(ql_str text) {
  size_t end = text.len < MESSAGE_MAX ? text.len : MESSAGE_MAX;
  while (end < text.len && end > 0 && ((unsigned char)text.ptr[end] & 0xC0u) == 0x80u) end--;
  return ql_slice(text, 0, end);
}

static void push_fault(ql_mcp *mcp, const ql__mcp_item *item, ql_str code, ql_str message, int status) {
  ql_arena *a = ql_arena_new(mcp->alloc);
  if (!a) {
    mcp->failed = true;
    return;
  }
  ql_value *result = result_of(a, item, "failed");
  ql_value *fault = QL_SET(result, "fault", ql_object(a));
  QL_SET(fault, "code", ql_string(a, code));
  QL_SET(fault, "message", ql_string(a, shortened(message)));
  if (status > 0) QL_SET(fault, "status", ql_int(a, status));
  ql__mcp_push(mcp, a, result);
  ql_arena_free(a);
}

void ql__mcp_fail(ql_mcp *mcp, ql__mcp_item *item, ql_str code, ql_str message, int status) {
  item->over = true;
  if (item->id != 0) push_fault(mcp, item, code, message, status);
  if (item->kind != QL__MCP_GREET && item->kind != QL__MCP_HEARD) return;
  /* Without a session nothing of what waits can be asked. */
  mcp->state = QL__MCP_NEW;
  mcp->greetings = 0;
  for (ql__mcp_item *other = mcp->items; other; other = other->next) {
    if (other->over || other->id == 0) continue;
    other->over = true;
    push_fault(mcp, other, code, message, status);
  }
}

/* ---- tools ---- */

/* mcp__SERVER__TOOL, of the letters and in the length that models' APIs take; absent when too many look alike. */
static ql_str shown_name(ql_mcp *mcp, ql_arena *a, const ql_value *tools, ql_str name) {
  for (int64_t again = 1; again <= ALIKE_MAX; again++) {
    ql_buf out = ql_buf_new(ql_arena_alloc(a));
    ql_buf_add(&out, QL_STR("mcp__"));
    ql_buf_add(&out, mcp->name);
    ql_buf_add(&out, QL_STR("__"));
    size_t room = TOOL_NAME_MAX - out.len - (again > 1 ? 3 : 0);
    for (size_t i = 0; i < name.len && i < room; i++) ql_buf_byte(&out, ql_is_alnum(name.ptr[i]) || name.ptr[i] == '-' ? name.ptr[i] : '_');
    if (again > 1) {
      ql_buf_byte(&out, '_');
      ql_buf_int(&out, again);
    }
    ql_str shown = ql_buf_take(&out, a);
    const ql_value *other = tools->first;
    while (other && !ql_eq(ql_get_str(other, QL_STR("name")), shown)) other = other->next;
    if (!other || !shown.ptr) return shown;
    if (ql_eq(ql_get_str(other, QL_STR("server_name")), name)) return QL_ABSENT; /* said twice */
  }
  return QL_ABSENT;
}

/* The schema as it came, kept canonical; one that cannot be read takes anything. */
static ql_value *schema_of(ql_arena *a, ql_str json) {
  ql_value *schema = NULL;
  if (ql_scan_is_object(json) && ql_json_read(a, json, &schema, NULL) == QL_OK) return schema;
  schema = ql_object(a);
  QL_SET(schema, "type", ql__word(a, "object"));
  return schema;
}

static void add_tool(ql_mcp *mcp, ql__mcp_item *item, ql_str json) {
  ql_arena *a = item->pages;
  ql_str name = member_text(a, json, "name");
  if (name.len == 0 || item->tools->count >= QL_MCP_TOOLS_MAX) return;
  ql_str shown = shown_name(mcp, a, item->tools, name);
  if (!shown.ptr) return;
  ql_str description = member_text(a, json, "description");
  if (!description.ptr) description = member_text(a, json, "title");
  ql_value *tool = ql_object(a);
  QL_SET(tool, "description", ql_string(a, description.ptr ? description : QL_STR("")));
  QL_SET(tool, "name", ql_string(a, shown));
  QL_SET(tool, "schema", schema_of(a, ql_scan_member(json, QL_STR("inputSchema"))));
  QL_SET(tool, "server_name", ql_string(a, name));
  ql_push(item->tools, tool);
}

/* All pages have come: what the server calls them is kept for the calls. */
static void finish_list(ql_mcp *mcp, ql__mcp_item *item) {
  ql_arena *a = item->pages;
  ql_value *names = ql_object(a), *shown = ql_array(a);
  for (const ql_value *tool = item->tools->first; tool; tool = tool->next) {
    ql_set(names, ql_get_str(tool, QL_STR("name")), ql_string(a, ql_get_str(tool, QL_STR("server_name"))));
    ql_value *entry = ql_push(shown, ql_object(a));
    QL_SET(entry, "description", ql_string(a, ql_get_str(tool, QL_STR("description"))));
    QL_SET(entry, "name", ql_string(a, ql_get_str(tool, QL_STR("name"))));
    QL_SET(entry, "schema", ql_copy(a, QL_GET(tool, "schema")));
  }
  ql_value *result = result_of(a, item, "tools");
  QL_SET(result, "tools", shown);
  ql__mcp_push(mcp, a, result);
  if (mcp->listed) ql_arena_free(mcp->listed);
  mcp->listed = a;
  mcp->names = names;
  item->pages = NULL;
  item->over = true;
}

/* The rest of a list is asked for by an item of its own, which takes over what was wanted. */
static void next_page(ql_mcp *mcp, ql__mcp_item *item, ql_str cursor) {
  ql__mcp_item *more = ql__mcp_add(mcp, QL__MCP_LIST);
  if (!more) return;
  ql_buf_add(&more->params, QL_STR("{\"cursor\":"));
  ql_json_string(&more->params, cursor);
  ql_buf_byte(&more->params, '}');
  mcp->failed |= more->params.failed;
  more->id = item->id;
  more->pages = item->pages;
  more->tools = item->tools;
  more->page_count = item->page_count;
  item->pages = NULL;
  item->id = 0;
  item->over = true;
}

static void read_list(ql_mcp *mcp, ql__mcp_item *item, ql_str result) {
  if (!item->pages) {
    item->pages = ql_arena_new(mcp->alloc);
    item->tools = item->pages ? ql_array(item->pages) : NULL;
    if (!item->tools) {
      mcp->failed = true;
      return;
    }
  }
  ql_str key, value;
  for (ql_scan scan = ql_scan_open(ql_scan_member(result, QL_STR("tools"))); ql_scan_next(&scan, &key, &value);) add_tool(mcp, item, value);
  ql_str cursor = member_text(item->pages, result, "nextCursor");
  if (ql_arena_failed(item->pages))
    mcp->failed = true;
  else if (cursor.len > 0 && ++item->page_count < QL_MCP_PAGES_MAX && item->tools->count < QL_MCP_TOOLS_MAX)
    next_page(mcp, item, cursor);
  else
    finish_list(mcp, item);
}

/* ---- what a tool answered ---- */

typedef struct content {
  ql_arena *a;
  ql_value *parts;
  size_t room;
  bool truncated;
} content;

static void add_text(content *c, ql_str text) {
  if (text.len > c->room) {
    c->truncated = true;
    size_t end = c->room;
    while (end > 0 && ((unsigned char)text.ptr[end] & 0xC0u) == 0x80u) end--;
    text = ql_slice(text, 0, end);
  }
  c->room -= text.len;
  if (text.len == 0) return;
  ql_value *part = ql_push(c->parts, ql_object(c->a));
  QL_SET(part, "kind", ql__word(c->a, "text"));
  QL_SET(part, "text", ql_string(c->a, text));
}

static void add_image(content *c, ql_str data, ql_str media) {
  if (data.len == 0 || media.len == 0) return;
  ql_value *part = ql_push(c->parts, ql_object(c->a));
  QL_SET(part, "data", ql_string(c->a, data));
  QL_SET(part, "kind", ql__word(c->a, "image"));
  QL_SET(part, "media", ql_string(c->a, media));
}

/* A sentence in place of what cannot be shown to a model. */
static void add_note(content *c, ql_str what, ql_str of, ql_str media) {
  const ql_str pieces[] = {
      QL_STR("("),          what, of.len > 0 ? QL_STR(" ") : QL_STR(""), of, QL_STR(" of type "), media.len > 0 ? media : QL_STR("unknown"),
      QL_STR(", left out)")};
  add_text(c, ql_arena_concat(c->a, pieces, QL_COUNT(pieces)));
}

static void add_resource(content *c, ql_str resource) {
  ql_str uri = member_text(c->a, resource, "uri"), media = member_text(c->a, resource, "mimeType");
  ql_str text = member_text(c->a, resource, "text");
  if (text.ptr) {
    const ql_str pieces[] = {uri.ptr ? uri : QL_STR(""), QL_STR(":\n"), text};
    add_text(c, ql_arena_concat(c->a, pieces, QL_COUNT(pieces)));
  } else if (media.ptr && ql_starts(media, QL_STR("image/"))) {
    add_image(c, member_text(c->a, resource, "blob"), media);
  } else {
    add_note(c, QL_STR("the resource"), uri, media);
  }
}

static void add_block(content *c, ql_str block) {
  ql_str type = member_text(c->a, block, "type"), media = member_text(c->a, block, "mimeType");
  if (ql_eq(type, QL_STR("text"))) {
    ql_str text = member_text(c->a, block, "text");
    if (text.ptr) add_text(c, text);
  } else if (ql_eq(type, QL_STR("image"))) {
    add_image(c, member_text(c->a, block, "data"), media);
  } else if (ql_eq(type, QL_STR("resource"))) {
    add_resource(c, ql_scan_member(block, QL_STR("resource")));
  } else if (ql_eq(type, QL_STR("resource_link"))) {
    ql_str name = member_text(c->a, block, "name"), uri = member_text(c->a, block, "uri");
    const ql_str pieces[] = {name.ptr ? name : QL_STR(""), QL_STR(": "), uri.ptr ? uri : QL_STR("")};
    add_text(c, ql_arena_concat(c->a, pieces, QL_COUNT(pieces)));
  } else {
    add_note(c, type.len > 0 ? type : QL_STR("content"), QL_ABSENT, media);
  }
}

static void read_call(ql_mcp *mcp, ql__mcp_item *item, ql_str result) {
  ql_arena *a = ql_arena_new(mcp->alloc);
  if (!a) {
    mcp->failed = true;
    return;
  }
  content c = {.a = a, .parts = ql_array(a), .room = QL_MCP_TEXT_MAX};
  ql_str key, value;
  for (ql_scan scan = ql_scan_open(ql_scan_member(result, QL_STR("content"))); ql_scan_next(&scan, &key, &value);) add_block(&c, value);
  ql_str structured = ql_scan_member(result, QL_STR("structuredContent"));
  /* Servers say the same in words; those that do not are shown as they are. */
  if (structured.ptr && c.parts && c.parts->count == 0) add_text(&c, structured);
  ql_value *answer = result_of(a, item, "call");
  if (ql_scan_true(ql_scan_member(result, QL_STR("isError")))) QL_SET(answer, "error", ql_bool(a, true));
  QL_SET(answer, "parts", c.parts);
  if (c.truncated) QL_SET(answer, "truncated", ql_bool(a, true));
  ql__mcp_push(mcp, a, answer);
  item->over = true;
  ql_arena_free(a);
}

/* ---- messages ---- */

static void read_greeting(ql_mcp *mcp, ql__mcp_item *item, ql_str result) {
  ql_str version = ql_scan_member(result, QL_STR("protocolVersion"));
  ql_str inside = ql_scan_is_string(version) ? ql_slice(version, 1, version.len - 1) : QL_ABSENT;
  bool known = false;
  for (size_t i = 0; i < QL_COUNT(VERSIONS); i++) known |= inside.ptr && ql_eq(inside, VERSIONS[i]);
  if (!known) {
    ql__mcp_fail(mcp, item, QL_STR("protocol"), QL_STR("The server speaks a version of the protocol that we do not."), 0);
    return;
  }
  mcp->version.len = 0;
  ql_buf_add(&mcp->version, inside);
  mcp->state = QL__MCP_GREETED;
  item->over = true;
  ql__mcp_item *heard = ql__mcp_add(mcp, QL__MCP_HEARD);
  if (!heard) return;
  ql_buf_add(&heard->params, QL_STR("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}"));
  mcp->failed |= heard->params.failed || mcp->version.failed;
}

static void read_error(ql_mcp *mcp, ql__mcp_item *item, ql_str error) {
  ql_arena *a = ql_arena_new(mcp->alloc);
  if (!a) {
    mcp->failed = true;
    return;
  }
  ql_str message = member_text(a, error, "message");
  ql_buf code = ql_buf_new(mcp->alloc);
  ql_buf_add(&code, QL_STR("rpc_"));
  ql_buf_int(&code, ql_scan_int(ql_scan_member(error, QL_STR("code")), 0));
  mcp->failed |= code.failed || ql_arena_failed(a);
  if (!mcp->failed) ql__mcp_fail(mcp, item, ql_buf_str(&code), message.len > 0 ? message : QL_STR("The server refused without a word."), 0);
  ql_buf_free(&code);
  ql_arena_free(a);
}

static void read_answer(ql_mcp *mcp, int64_t rpc, ql_str result, ql_str error) {
  ql__mcp_item *item = mcp->items;
  while (item && (item->over || item->rpc != rpc || item->sent == 0)) item = item->next;
  if (!item) return;
  mcp->greetings = item->id != 0 ? 0 : mcp->greetings;
  if (error.ptr) {
    read_error(mcp, item, error);
    return;
  }
  switch (item->kind) {
  case QL__MCP_GREET: read_greeting(mcp, item, result); return;
  case QL__MCP_LIST: read_list(mcp, item, result); return;
  case QL__MCP_CALL: read_call(mcp, item, result); return;
  case QL__MCP_PING: {
    ql_arena *a = ql_arena_new(mcp->alloc);
    item->over = true;
    mcp->failed |= !a;
    if (!a) return;
    ql__mcp_push(mcp, a, result_of(a, item, "pong"));
    ql_arena_free(a);
    return;
  }
  case QL__MCP_HEARD:
  case QL__MCP_LISTEN:
  case QL__MCP_SAY:
  case QL__MCP_BYE: return;
  }
}

/* A ping is answered; roots, sampling and elicitation are not offered. */
static void reply_to(ql_mcp *mcp, ql_str id, ql_str method) {
  size_t waiting = 0;
  for (const ql__mcp_item *item = mcp->items; item; item = item->next) waiting += item->kind == QL__MCP_SAY;
  if (waiting >= REPLIES_MAX || id.len > ID_MAX) return;
  ql__mcp_item *reply = ql__mcp_add(mcp, QL__MCP_SAY);
  if (!reply) return;
  ql_buf_add(&reply->params, ql_eq(method, QL_STR("\"ping\""))
                                 ? QL_STR("{\"id\":")
                                 : QL_STR("{\"error\":{\"code\":" NOT_FOUND ",\"message\":\"Method not found\"},\"id\":"));
  ql_buf_add(&reply->params, id);
  ql_buf_add(&reply->params,
             ql_eq(method, QL_STR("\"ping\"")) ? QL_STR(",\"jsonrpc\":\"2.0\",\"result\":{}}") : QL_STR(",\"jsonrpc\":\"2.0\"}"));
  mcp->failed |= reply->params.failed;
}

static void tell_changed(ql_mcp *mcp) {
  for (const ql__mcp_answer *answer = mcp->first; answer; answer = answer->next)
    if (answer->changed) return;
  ql_arena *a = ql_arena_new(mcp->alloc);
  mcp->failed |= !a;
  if (!a) return;
  ql__mcp_push(mcp, a, result_of(a, NULL, "changed"));
  ql_arena_free(a);
}

static void read_one(ql_mcp *mcp, ql_str message) {
  static const ql_str NAMES[] = {QL_STR_INIT("id"), QL_STR_INIT("method"), QL_STR_INIT("result"), QL_STR_INIT("error")};
  ql_str values[QL_COUNT(NAMES)];
  ql_scan_members(message, NAMES, QL_COUNT(NAMES), values);
  ql_str id = values[0], method = values[1];
  if (!ql_scan_is_string(method)) {
    if (id.ptr && (values[2].ptr || values[3].ptr)) read_answer(mcp, ql_scan_int(id, 0), values[2], values[3]);
  } else if (id.ptr) {
    if (!ql_scan_is_object(id) && !ql_scan_is_array(id)) reply_to(mcp, id, method);
  } else if (ql_eq(method, QL_STR("\"notifications/tools/list_changed\""))) {
    tell_changed(mcp);
  }
}

bool ql__mcp_message(ql_mcp *mcp, ql_str json) {
  ql_buf mended = ql_buf_new(mcp->alloc);
  if (ql_utf8_bad(json) != SIZE_MAX) {
    ql_scan_mend_utf8(&mended, json);
    mcp->failed |= mended.failed;
    json = ql_buf_str(&mended);
  }
  bool whole = !mcp->failed && ql_scan_whole(json);
  if (whole) {
    json = ql_trim(json);
    ql_str key, message;
    size_t seen = 0;
    if (!ql_scan_is_array(json))
      read_one(mcp, json);
    else
      for (ql_scan scan = ql_scan_open(json); seen++ < BATCH_MAX && ql_scan_next(&scan, &key, &message);) read_one(mcp, message);
  }
  ql_buf_free(&mended);
  return whole;
}

ql_str ql__mcp_problem(ql_arena *a, ql_str body) {
  if (ql_utf8_bad(body) != SIZE_MAX || !ql_scan_whole(body)) return QL_ABSENT;
  ql_str error = ql_scan_member(ql_trim(body), QL_STR("error"));
  ql_str message = ql_scan_is_string(error) ? text_of(a, error) : member_text(a, error, "message");
  return message.len > 0 ? message : QL_ABSENT;
}
