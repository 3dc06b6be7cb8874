#include "driver/offers.h"

#include <questline/limits.h>

#include "base/text.h"
#include "driver/servers.h"

#define ROOM_BYTES (QL_LINE_BYTES_MAX - 16u * 1024u) /* of a line, without all else that may stand in it */

/* ---- what a log says ---- */

static bool is_said(const ql_value *root) {
  if (!root || root->kind != QL_OBJECT) return false;
  for (const ql_value *tools = root->first; tools; tools = tools->next)
    if (tools->kind != QL_ARRAY && tools->kind != QL_NULL) return false;
  return true;
}

static bool add(ql_arena *a, ql__offers *all, ql__offer offer) {
  ql__offer *items = ql_arena_grow(a, all->items, all->count, &all->cap, sizeof *items);
  if (!items) return false;
  all->items = items;
  items[all->count++] = offer;
  return true;
}

static void read_event(ql_arena *a, ql_arena *scratch, const ql_quest *quest, int64_t n, ql__offers *all) {
  const ql_value *said = QL_GET(QL_GET(ql_quest_event(quest, scratch, n), "data"), "offers");
  ql_value *root = NULL;
  if (!said) return;
  ql_str text = said->kind == QL_STRING ? ql_arena_str(a, said->text) : QL_ABSENT;
  bool read = text.ptr && ql_canon_read(a, text, &root, NULL) == QL_OK;
  if (!read || !is_said(root)) add(a, all, (ql__offer){.n = n});
  for (const ql_value *tools = read && is_said(root) ? root->first : NULL; tools; tools = tools->next)
    add(a, all, (ql__offer){.n = n, .server = tools->key, .tools = tools->kind == QL_ARRAY ? tools : NULL});
}

ql_status ql__offers_follow(ql_arena *a, ql_arena *scratch, const ql_quest *quest, ql__offers *all, ql_error *err) {
  for (; all->seen < ql_quest_count(quest); all->seen++) {
    /* Within a text there is a backslash before each quotation mark. */
    if (ql_find(ql_quest_line(quest, all->seen), QL_STR("\"offers\":\""), 0) == SIZE_MAX) continue;
    read_event(a, scratch, quest, all->seen, all);
    if (ql_arena_failed(a) || ql_arena_failed(scratch)) return ql__out_of_memory(err);
  }
  return QL_OK;
}

static const ql__offer *last_of(const ql__offers *all, ql_str server) {
  for (size_t i = all->count; i-- > 0;)
    if (ql_eq(all->items[i].server, server)) return &all->items[i];
  return NULL;
}

/* ---- a turn ---- */

static ql_value *recorded_at(const ql_driver *d, ql_arena *a, int64_t n, bool *withheld) {
  ql_value *offers = NULL;
  for (size_t i = 0; i < d->recorded_offers.count && d->recorded_offers.items[i].n <= n; i++) {
    const ql__offer *offer = &d->recorded_offers.items[i];
    if (!offers) offers = ql_object(a);
    if (!offer->server.ptr)
      *withheld = true;
    else
      ql_set(offers, offer->server, offer->tools ? ql_copy(a, offer->tools) : ql_null(a));
  }
  return offers;
}

static void take_recorded(const ql_driver *d, ql__turn *t) {
  const ql__record *first = ql__records_next_call(&d->records, t->agent);
  bool withheld = false;
  t->offers = recorded_at(d, t->arena, first ? first->n : INT64_MAX, &withheld);
  if (withheld) {
    ql__turn_fail(t, QL_STR(" was offered tools of MCP servers whose definitions are withheld in the recording,"),
                  QL_STR(" and nobody is asked here."));
    return;
  }
  for (const ql_value *tools = t->offers ? t->offers->first : NULL; tools; tools = tools->next) {
    if (tools->kind != QL_NULL || !ql__servers_may_use(d, tools->key, t->agent)) continue;
    const ql_str before[] = {QL_STR(" was offered tools of the MCP server "), tools->key,
                             QL_STR(" whose definitions were too large for the recording,")};
    ql__turn_fail(t, ql_arena_concat(t->arena, before, QL_COUNT(before)), QL_STR(" and nobody is asked here."));
    return;
  }
}

ql_status ql__offers_take(ql_driver *d, ql__turn *t, ql_error *err) {
  t->offers = NULL;
  if (d->only)
    take_recorded(d, t);
  else if (d->servers)
    t->offers = ql__servers_offers(d, t->arena);
  return ql_arena_failed(t->arena) ? ql__out_of_memory(err) : QL_OK;
}

ql_value *ql__offers_tools(ql_arena *a, const ql_value *offers) {
  ql_value *all = offers ? ql_array(a) : NULL;
  for (const ql_value *tools = offers ? offers->first : NULL; tools; tools = tools->next)
    for (const ql_value *tool = tools->first; tool; tool = tool->next) ql_push(all, ql_copy(a, tool));
  return all;
}

void ql__offers_log(const ql_driver *d, const ql__turn *t, ql_value *command) {
  ql_arena *a = d->command;
  ql_value *news = ql_object(a);
  size_t room = ROOM_BYTES;
  for (const ql_value *tools = t->offers ? t->offers->first : NULL; tools; tools = tools->next) {
    const ql__offer *last = last_of(&d->offers, tools->key);
    const ql_value *kept = tools->kind == QL_ARRAY ? tools : NULL;
    if (last && (!ql__servers_may_use(d, tools->key, t->agent) || ql_value_equal(last->tools, kept))) continue;
    size_t size = ql_value_text(a, ql_string(a, ql_value_text(a, tools))).len; /* within the text of a line */
    if (size + 3 * tools->key.len > room) kept = NULL;
    if (last && !kept && !last->tools) continue;
    if (kept) room -= size + 3 * tools->key.len;
    ql_set(news, tools->key, kept ? ql_copy(a, kept) : ql_null(a));
  }
  if (news && news->first) QL_SET(command, "offers", ql_string(a, ql_value_text(a, news)));
}
