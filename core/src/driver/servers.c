#include "driver/servers.h"

#include <questline/mcp.h>
#include <questline/route.h>
#include <questline/tools.h>

#include "base/text.h"
#include "driver/tooling.h"

#define LIST_MS  30000  /* a server has to say what tools it has */
#define CALL_MS  300000 /* and to answer a call */
#define CLOSE_MS 2000   /* to hear that the session is over */

#define TEXT_OF(object, literal) ql_get_str((object), QL_STR(literal))

typedef struct ql__server ql__server;
typedef enum server_state { CLOSED, LISTING, READY, FAILED } server_state;

struct ql__server {
  ql__server *next;
  ql_mcp *mcp;
  ql_arena *arena;
  ql_str name;
  uint64_t bit; /* in ql__turn.retried */
  server_state state;
  int64_t list;  /* id of what was wanted: the list */
  int64_t until; /* LISTING */
  bool late;     /* it was given up */
  bool untold;
  ql_arena *listed;
  const ql_value *tools; /* shape ModelTool[]; NULL before they were listed */
  ql_buf problem;        /* one sentence */
  ql_buf words;          /* the host's own, for what went wrong last */
};

typedef struct exchange exchange;
struct exchange {
  exchange *next;
  ql__server *server;
  ql_arena *arena;
  int64_t id;     /* of the client */
  int64_t effect; /* 0: not handed out */
  int64_t at;     /* when it is to be sent */
  bool dropped, told;
  const ql_value *request;
};

struct ql__servers {
  ql_alloc alloc;
  ql__server *first;
  exchange *exchanges;
  bool closing;
  int64_t close_by;
};

/* ---- lifecycle ---- */

static void free_exchange(ql__servers *all, exchange *e) {
  exchange **link = &all->exchanges;
  while (*link != e) link = &(*link)->next;
  *link = e->next;
  ql_arena_free(e->arena);
  all->alloc.resize(all->alloc.ctx, e, sizeof *e, 0);
}

void ql__servers_free(ql__servers *all) {
  if (!all) return;
  while (all->exchanges) free_exchange(all, all->exchanges);
  for (ql__server *s = all->first, *next; s; s = next) {
    next = s->next;
    ql_mcp_free(s->mcp);
    ql_arena_free(s->arena);
    if (s->listed) ql_arena_free(s->listed);
    ql_buf_free(&s->problem);
    ql_buf_free(&s->words);
    all->alloc.resize(all->alloc.ctx, s, sizeof *s, 0);
  }
  all->alloc.resize(all->alloc.ctx, all, sizeof *all, 0);
}

static ql_status add_server(ql__servers *all, const ql_value *said, ql_error *err) {
  unsigned count = 0;
  ql__server **link = &all->first;
  for (; *link; link = &(*link)->next, count++)
    if (ql_eq((*link)->name, TEXT_OF(said, "name")))
      return ql_fail(err, QL_ERR_ARGUMENT, "two MCP servers have one name: give each its own", (*link)->name);
  ql__server *s = all->alloc.resize(all->alloc.ctx, NULL, 0, sizeof *s);
  if (!s) return ql__out_of_memory(err);
  *s = (ql__server){.arena = ql_arena_new(all->alloc), .bit = UINT64_C(1) << count % 64};
  s->problem = s->words = ql_buf_new(all->alloc);
  *link = s;
  if (s->arena) s->name = ql_arena_str(s->arena, TEXT_OF(said, "name"));
  if (!s->arena || (TEXT_OF(said, "name").ptr && !s->name.ptr)) return ql__out_of_memory(err);
  return ql_mcp_new(all->alloc, said, &s->mcp, err);
}

ql_status ql__servers_new(ql_alloc alloc, const ql_value *list, ql__servers **out, ql_error *err) {
  *out = NULL;
  if (list && list->kind != QL_ARRAY) return ql_fail(err, QL_ERR_ARGUMENT, "a list of MCP servers was expected", QL_STR("servers"));
  if (!list || !list->first) return QL_OK;
  ql__servers *all = alloc.resize(alloc.ctx, NULL, 0, sizeof *all);
  if (!all) return ql__out_of_memory(err);
  *all = (ql__servers){.alloc = alloc};
  ql_status status = QL_OK;
  for (const ql_value *said = list->first; said && status == QL_OK; said = said->next) status = add_server(all, said, err);
  if (status == QL_OK)
    *out = all;
  else
    ql__servers_free(all);
  return status;
}

/* ---- which tools there are ---- */

static ql_status set_problem(ql__server *s, const ql_str *pieces, size_t count, ql_error *err) {
  s->state = FAILED;
  s->untold = true;
  s->problem.len = 0;
  ql_buf_add(&s->problem, QL_STR("The MCP server "));
  ql_buf_add(&s->problem, s->name);
  for (size_t i = 0; i < count; i++) ql_buf_add(&s->problem, pieces[i]);
  if (s->words.len > 0) ql_buf_add(&s->problem, QL_STR(" "));
  ql_buf_add(&s->problem, ql_buf_str(&s->words));
  return s->problem.failed ? ql__out_of_memory(err) : QL_OK;
}

static ql_status ask_for_list(ql__server *s, int64_t now, ql_error *err) {
  ql_status status = ql_mcp_list(s->mcp, &s->list, err);
  if (status == QL_ERR_LIMIT) return set_problem(s, (const ql_str[]){QL_STR(" is asked too much at once.")}, 1, err);
  if (status != QL_OK) return status;
  s->state = LISTING;
  s->until = now + LIST_MS;
  s->late = false;
  return QL_OK;
}

bool ql__servers_may_use(const ql_driver *d, ql_str name, ql_str agent) {
  const ql_agent *found = d->roster ? ql_roster_find(d->roster, agent) : NULL;
  const ql_spec *spec = found ? found->spec : NULL;
  bool any = !spec || spec->tools_state == QL_TOOLS_ABSENT;
  for (size_t i = 0; spec && i < spec->tool_count && !any; i++) {
    const ql_tool *tool = &spec->tools[i];
    ql_str words = tool->canonical.ptr ? tool->canonical : tool->name;
    ql_str server = ql_starts(words, QL_STR("mcp:")) ? ql_slice(words, 4, ql_find_byte(words, '/', 4)) : words;
    any = ql_eq(server, QL_STR("*")) || ql_eq_nocase(server, name);
  }
  return any;
}

ql_status ql__servers_open(ql_driver *d, ql__turn *t, ql_str agent, int64_t now, bool *ready, ql_error *err) {
  *ready = true;
  for (ql__server *s = d->servers && !d->only ? d->servers->first : NULL; s; s = s->next) {
    if (!ql__servers_may_use(d, s->name, agent)) continue;
    if (s->state == CLOSED || (s->state == FAILED && !(t->retried & s->bit))) {
      t->retried |= s->bit;
      ql_status status = ask_for_list(s, now, err);
      if (status != QL_OK) return status;
    }
    if (s->state == LISTING) *ready = false;
  }
  return QL_OK;
}

/* A turn has what it was offered until its end, whatever a server says meanwhile. */
ql_value *ql__servers_offers(const ql_driver *d, ql_arena *a) {
  ql_value *all = ql_object(a), *tools;
  for (const ql__server *s = d->servers->first; s; s = s->next) {
    ql_str text = s->state == FAILED || !s->tools ? QL_STR("[]") : ql_value_text(a, s->tools);
    if (!text.ptr || ql_canon_read(a, text, &tools, NULL) != QL_OK) return NULL;
    ql_set(all, s->name, tools);
  }
  return all;
}

ql_value *ql__servers_tools(const ql_driver *d, ql_arena *a) {
  ql_value *tools = d->servers ? ql_array(a) : NULL;
  for (const ql__server *s = d->servers ? d->servers->first : NULL; s; s = s->next)
    for (const ql_value *tool = s->tools ? s->tools->first : NULL; tool; tool = tool->next) ql_push(tools, ql_copy(a, tool));
  return tools;
}

/* ---- calls ---- */

static ql__server *server_of(const ql_driver *d, ql_str tool) {
  for (ql__server *s = d->servers ? d->servers->first : NULL; s; s = s->next)
    for (const ql_value *known = s->tools ? s->tools->first : NULL; known; known = known->next)
      if (ql_eq(TEXT_OF(known, "name"), tool)) return s;
  return NULL;
}

ql_status ql__servers_call(ql_driver *d, ql__turn *t, int64_t now, ql_error *err) {
  ql_str name = TEXT_OF(t->part, "name"), arguments = TEXT_OF(t->part, "arguments");
  ql__server *s = server_of(d, name);
  ql_error why = {0};
  if (!s) return ql__tool_answer(t, QL_STR("The tool is not there any more."), QL_ABSENT, true, err);
  if (s->state == FAILED && (t->retried & s->bit)) return ql__tool_answer(t, ql_buf_str(&s->problem), s->name, true, err);
  if (s->state == FAILED) t->retried |= s->bit;
  ql_status status = ql_mcp_call(s->mcp, name, ql_trim(arguments).len > 0 ? arguments : QL_STR("{}"), &t->wanted, &why);
  if (status == QL_ERR_NOMEM) return ql__out_of_memory(err);
  if (status == QL_ERR_NOT_FOUND) return ql__tool_answer(t, QL_STR("The server does not have this tool any more."), QL_ABSENT, true, err);
  if (status != QL_OK)
    return ql__tool_answer(t, QL_STR("The server cannot be asked that: too much is asked of it at once."), QL_ABSENT, true, err);
  t->server = s;
  t->until = now + CALL_MS;
  t->late = false;
  t->step = QL__TURN_TOOL_OUT;
  return QL_OK;
}

static ql_status give_up(ql__server *s, int64_t id, ql_error *err) {
  ql_status status = ql_mcp_cancel(s->mcp, id, err);
  return status == QL_ERR_NOT_FOUND ? QL_OK : status; /* its result waits already */
}

ql_status ql__servers_drop(ql__turn *t, ql_error *err) {
  ql_status status = give_up(t->server, t->wanted, err);
  t->server = NULL;
  return status;
}

/* ---- what they answer ---- */

static ql_status take_list(ql__server *s, const ql_value *result, ql_error *err) {
  if (ql_eq(TEXT_OF(result, "kind"), QL_STR("failed"))) {
    if (s->late) return set_problem(s, (const ql_str[]){QL_STR(" did not say within 30 seconds what tools it has.")}, 1, err);
    return set_problem(s, (const ql_str[]){QL_STR(" cannot be used: "), TEXT_OF(QL_GET(result, "fault"), "message")}, 2, err);
  }
  ql_arena *a = s->listed ? s->listed : ql_arena_new(s->problem.alloc);
  if (!a) return ql__out_of_memory(err);
  s->listed = a;
  s->tools = NULL;
  ql_arena_reset(a);
  ql_str text = ql_value_text(a, QL_GET(result, "tools"));
  ql_value *kept = NULL;
  if (!text.ptr || ql_canon_read(a, text, &kept, NULL) != QL_OK) return ql__out_of_memory(err);
  s->tools = kept;
  s->state = READY;
  return QL_OK;
}

/* A server that could not be reached, or is none, has failed; one that refused this call has not. */
static ql_status take_fault(ql__turn *t, ql__server *s, const ql_value *fault, ql_error *err) {
  ql_str code = TEXT_OF(fault, "code"), message = TEXT_OF(fault, "message");
  bool given_up = ql_eq(code, QL_STR("cancelled"));
  t->broken_off = t->late || given_up;
  if (t->broken_off)
    return ql__tool_answer(t,
                           t->late ? QL_STR("The server did not answer within 5 minutes. Whether the call was carried out is not known.")
                                   : QL_STR("The call was stopped. Whether it was carried out is not known."),
                           QL_ABSENT, true, err);
  if (!ql_starts(code, QL_STR("rpc_"))) {
    ql_status status = set_problem(s, (const ql_str[]){QL_STR(" cannot be used: "), message}, 2, err);
    if (status != QL_OK) return status;
    message = ql_buf_str(&s->problem);
  }
  return ql__tool_answer(t, message, s->name, true, err);
}

static ql_status take_call(ql__turn *t, ql__server *s, const ql_value *result, ql_error *err) {
  t->server = NULL;
  const ql_value *fault = QL_GET(result, "fault"), *parts = QL_GET(result, "parts");
  if (fault) return take_fault(t, s, fault, err);
  if (s->state == FAILED) s->state = READY;
  ql_buf out = ql_buf_new(ql_arena_alloc(t->attempt));
  for (const ql_value *part = parts ? parts->first : NULL; part; part = part->next) {
    if (!ql_eq(TEXT_OF(part, "kind"), QL_STR("text"))) continue;
    if (out.len > 0) ql_buf_byte(&out, '\n');
    ql_buf_add(&out, TEXT_OF(part, "text"));
  }
  if (ql_get_bool(result, QL_STR("truncated"))) ql_buf_add(&out, QL_STR("\n[The answer was longer, and is cut here.]"));
  ql_str text = ql_buf_take(&out, t->attempt);
  if (!text.ptr) return ql__out_of_memory(err);
  ql_status status = ql__tool_answer(t, text, TEXT_OF(t->part, "name"), ql_get_bool(result, QL_STR("error")), err);
  return status == QL_OK ? ql__tool_images(t, parts, err) : status;
}

static ql__turn *who_waits(const ql_driver *d, const ql__server *s, int64_t id) {
  ql__turn *t = d->turns;
  while (t && !(t->step == QL__TURN_TOOL_OUT && t->server == s && t->wanted == id)) t = t->next;
  return t;
}

static ql_status take_one(ql_driver *d, ql__server *s, const ql_value *result, int64_t now, ql_error *err) {
  int64_t id = ql_get_int(result, QL_STR("id"), -1);
  if (ql_eq(TEXT_OF(result, "kind"), QL_STR("changed"))) return s->state == READY ? ask_for_list(s, now, err) : QL_OK;
  if (id == s->list && s->state == LISTING) return take_list(s, result, err);
  ql__turn *t = who_waits(d, s, id);
  return t ? take_call(t, s, result, err) : QL_OK;
}

/* What takes too long, and calls that a person stops. */
static ql_status give_up_late(ql_driver *d, int64_t now, ql_error *err) {
  ql_status status = QL_OK;
  for (ql__server *s = d->servers->first; s && status == QL_OK; s = s->next) {
    if (s->state != LISTING || s->until > now || s->late) continue;
    s->late = true;
    status = give_up(s, s->list, err);
  }
  for (ql__turn *t = d->turns; t && status == QL_OK; t = t->next) {
    if (t->step != QL__TURN_TOOL_OUT || !t->server || (t->until > now && t->steer != QL__STOP)) continue;
    t->late = t->until <= now;
    status = give_up(t->server, t->wanted, err);
  }
  return status;
}

ql_status ql__servers_take(ql_driver *d, int64_t now, ql_error *err) {
  if (!d->servers) return QL_OK;
  ql_arena *a = ql_arena_new(d->alloc);
  if (!a) return ql__out_of_memory(err);
  ql_status status = give_up_late(d, now, err);
  for (ql__server *s = d->servers->first; s && status == QL_OK; s = s->next) {
    for (bool more = true; more && status == QL_OK;) {
      ql_value *result = NULL;
      ql_arena_reset(a);
      status = ql_mcp_result(s->mcp, a, &result, err);
      more = status == QL_OK && result;
      if (more) status = take_one(d, s, result, now, err);
    }
  }
  ql_arena_free(a);
  return status;
}

/* ---- exchanges ---- */

static ql_status add_exchange(ql__servers *all, ql__server *s, ql_arena *a, const ql_value *said, int64_t now, ql_error *err) {
  exchange **link = &all->exchanges, *e = all->alloc.resize(all->alloc.ctx, NULL, 0, sizeof *e);
  if (!e) {
    ql_arena_free(a);
    return ql__out_of_memory(err);
  }
  *e = (exchange){.server = s, .arena = a, .request = QL_GET(said, "request")};
  e->id = ql_get_int(said, QL_STR("id"), 0);
  e->at = now + ql_get_int(said, QL_STR("wait"), 0);
  while (*link) link = &(*link)->next;
  *link = e;
  return QL_OK;
}

static void drop_exchange(ql__servers *all, const ql__server *s, int64_t id) {
  exchange *e = all->exchanges;
  while (e && !(e->server == s && e->id == id)) e = e->next;
  if (e && e->effect == 0)
    free_exchange(all, e);
  else if (e)
    e->dropped = true;
}

/* What the clients want to send, or not any more. */
static ql_status collect(ql__servers *all, int64_t now, ql_error *err) {
  for (ql__server *s = all->first; s; s = s->next)
    for (bool more = true; more;) {
      ql_value *said = NULL;
      ql_arena *a = ql_arena_new(all->alloc);
      if (!a) return ql__out_of_memory(err);
      ql_status status = ql_mcp_next(s->mcp, a, &said, err);
      more = status == QL_OK && said;
      if (more && ql_eq(TEXT_OF(said, "kind"), QL_STR("send"))) {
        status = add_exchange(all, s, a, said, now, err);
      } else {
        if (more) drop_exchange(all, s, ql_get_int(said, QL_STR("id"), 0));
        ql_arena_free(a);
      }
      if (status != QL_OK) return status;
    }
  return QL_OK;
}

ql_status ql__servers_next(ql_driver *d, ql_arena *a, int64_t now, ql_value **out, ql_error *err) {
  ql__servers *all = d->servers;
  *out = NULL;
  ql_status status = all ? collect(all, now, err) : QL_OK;
  for (exchange *e = all ? all->exchanges : NULL; e && status == QL_OK; e = e->next) {
    bool sends = e->effect == 0 && e->at <= now, ends = e->effect != 0 && e->dropped && !e->told;
    if (!sends && !ends) continue;
    ql_value *effect = ql_object(a);
    QL_SET(effect, "id", ql_int(a, ++d->last_id));
    QL_SET(effect, "kind", ql_string(a, sends ? QL_STR("http.request") : QL_STR("effect.cancel")));
    if (ends) QL_SET(effect, "cancels", ql_int(a, e->effect));
    if (sends) QL_SET(effect, "request", ql_copy(a, e->request));
    if (sends) QL_SET(effect, "server", ql_string(a, ql_arena_str(a, e->server->name)));
    if (ql_arena_failed(a)) return ql__out_of_memory(err);
    if (sends) e->effect = d->last_id;
    if (ends) e->told = true;
    *out = effect;
    return QL_OK;
  }
  return status;
}

int64_t ql__servers_due(const ql_driver *d) {
  int64_t due = -1;
  if (!d->servers) return due;
  for (const exchange *e = d->servers->exchanges; e; e = e->next)
    if (e->effect == 0 && (due < 0 || e->at < due)) due = e->at;
  for (const ql__server *s = d->servers->first; s; s = s->next)
    if (s->state == LISTING && (due < 0 || s->until < due)) due = s->until;
  for (const ql__turn *t = d->turns; t; t = t->next)
    if (t->step == QL__TURN_TOOL_OUT && t->server && (due < 0 || t->until < due)) due = t->until;
  if (d->servers->closing && (due < 0 || d->servers->close_by < due)) due = d->servers->close_by;
  return due;
}

ql_status ql__servers_close(ql_driver *d, int64_t now, bool *over, ql_error *err) {
  ql__servers *all = d->servers;
  ql_status status = QL_OK;
  *over = true;
  if (!all) return QL_OK;
  for (ql__server *s = all->closing ? NULL : all->first; s && status == QL_OK; s = s->next) {
    status = ql_mcp_close(s->mcp, err);
    s->state = CLOSED;
  }
  if (!all->closing) all->close_by = now + CLOSE_MS;
  all->closing = true;
  if (status == QL_OK) status = collect(all, now, err);
  for (exchange *e = all->exchanges; e; e = e->next) {
    if (now >= all->close_by) e->dropped = true;
    *over = *over && e->told;
  }
  return status;
}

/* ---- what comes of them ---- */

static exchange *exchange_of(const ql_driver *d, int64_t effect) {
  exchange *e = d->servers && effect > 0 ? d->servers->exchanges : NULL;
  while (e && e->effect != effect) e = e->next;
  return e;
}

ql_status ql__servers_result(ql_driver *d, const ql_value *result, bool *mine, ql_error *err) {
  exchange *e = exchange_of(d, ql_get_int(result, QL_STR("id"), -1));
  ql_str outcome = TEXT_OF(result, "outcome");
  *mine = e != NULL;
  if (!e) return QL_OK;
  if (!outcome.ptr)
    return ql_mcp_begin(e->server->mcp, e->id, (int)ql_get_int(result, QL_STR("status"), 0), QL_GET(result, "headers"), err);
  bool complete = ql_eq(outcome, QL_STR("complete")), cancelled = ql_eq(outcome, QL_STR("cancelled"));
  if (!complete && !cancelled && !ql_eq(outcome, QL_STR("cut")))
    return ql_fail(err, QL_ERR_ARGUMENT, "an outcome was expected: complete, cut or cancelled", QL_STR("outcome"));
  ql_buf *words = &e->server->words;
  words->len = 0;
  if (!complete) ql_buf_add(words, ql_trim(TEXT_OF(result, "problem")));
  if (words->failed) return ql__out_of_memory(err);
  ql_status status = ql_mcp_end(e->server->mcp, e->id,
                                complete    ? QL_STREAM_COMPLETE
                                : cancelled ? QL_STREAM_CANCELLED
                                            : QL_STREAM_CUT,
                                err);
  if (status == QL_OK) free_exchange(d->servers, e);
  return status;
}

ql_status ql__servers_bytes(ql_driver *d, int64_t id, ql_str bytes, bool *mine, ql_error *err) {
  const exchange *e = exchange_of(d, id);
  *mine = e != NULL;
  return e ? ql_mcp_feed(e->server->mcp, e->id, bytes, err) : QL_OK;
}

void ql__servers_tell(ql_driver *d, ql_arena *a, ql_value *all) {
  for (ql__server *s = d->servers ? d->servers->first : NULL; s; s = s->next) {
    if (!s->untold) continue;
    ql_value *item = ql_push(all, ql_object(a));
    QL_SET(item, "problem", ql_string(a, ql_arena_str(a, ql_buf_str(&s->problem))));
    QL_SET(item, "server", ql_string(a, ql_arena_str(a, s->name)));
    if (!ql_arena_failed(a)) s->untold = false;
  }
}
