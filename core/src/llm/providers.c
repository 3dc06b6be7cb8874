/* The providers, and what their models and hosts differ in. */
#include "base/text.h"
#include "llm/wire.h"

static const ql__provider providers[] = {
#define PROVIDER(id, title, wire, base_url, slot, header)                                                                                  \
  {QL_STR_INIT(id), QL_STR_INIT(title), QL_WIRE_##wire, QL_STR_INIT(base_url), QL_STR_INIT(slot), QL_STR_INIT(header)},
#include <questline/providers.def>
};

static const ql__trait traits[] = {
#define TRAIT(wire, start, reasoning, off, temperature, further)                                                                           \
  {QL_WIRE_##wire, QL_STR_INIT(start), QL__##reasoning, QL_STR_INIT(off), QL__##temperature, QL__##further},
#include "llm/traits.def"
};

static const struct {
  ql_str host;
  unsigned flags;
} hosts[] = {
#define HOST(host, flags) {QL_STR_INIT(host), QL__##flags},
#include "llm/hosts.def"
};

ql_status ql__find_provider(ql_str id, const ql__provider **out, ql_error *err) {
  for (size_t i = 0; i < QL_COUNT(providers); i++) {
    if (!ql_eq(providers[i].id, id)) continue;
    *out = &providers[i];
    return QL_OK;
  }
  return ql_fail(err, QL_ERR_NOT_FOUND, "no provider has this id", id);
}

const ql__trait *ql__trait_of(ql_wire wire, ql_str model) {
  size_t i = 0;
  while (traits[i].wire != wire || !ql_starts(model, traits[i].start)) i++; /* the last row of a wire fits */
  return &traits[i];
}

unsigned ql__host_flags(ql_str host) {
  for (size_t i = 0; i < QL_COUNT(hosts); i++) {
    ql_str name = hosts[i].host;
    if (host.len < name.len || !ql_eq_nocase(ql_slice(host, host.len - name.len, host.len), name)) continue;
    if (host.len == name.len || host.ptr[host.len - name.len - 1] == '.') return hosts[i].flags;
  }
  return 0;
}

bool ql__is_loopback(ql_str host) {
  return ql_eq_nocase(host, QL_STR("localhost")) || ql_starts(host, QL_STR("127.")) || ql_eq(host, QL_STR("[::1]")) ||
         (host.len > 10 && ql_eq_nocase(ql_slice(host, host.len - 10, host.len), QL_STR(".localhost")));
}

bool ql__is_built_in(const ql__provider *provider) { return ql_eq(provider->base_url, QL_STR("prompt:")); }

ql_status ql_llm_wire(ql_str provider, ql_wire *out, ql_error *err) {
  const ql__provider *found = NULL;
  ql_status status = ql__find_provider(provider, &found, err);
  if (status == QL_OK) *out = found->wire;
  return status;
}

ql_status ql_llm_providers(ql_arena *a, ql_value **out, ql_error *err) {
  static const ql_str wires[QL_WIRE_COUNT] = {QL_STR_INIT("messages"), QL_STR_INIT("responses"), QL_STR_INIT("chat"),
                                              QL_STR_INIT("generate")};
  ql_value *list = ql_array(a);
  for (size_t i = 0; i < QL_COUNT(providers); i++) {
    const ql__provider *p = &providers[i];
    ql_value *one = ql_push(list, ql_object(a));
    ql__url url = {0};
    bool local = p->base_url.len > 0 && ql__base_url(p, QL_ABSENT, &url, NULL) == QL_OK && (url.built_in || ql__is_loopback(url.host));
    QL_SET(one, "base_url", ql_string(a, p->base_url));
    if (url.built_in) QL_SET(one, "built_in", ql_bool(a, true));
    if (p->header.len > 0) QL_SET(one, "header", ql_string(a, p->header));
    QL_SET(one, "id", ql_string(a, p->id));
    QL_SET(one, "local", ql_bool(a, local));
    if (ql__sign_in_of(p)) QL_SET(one, "sign_in", ql_bool(a, true));
    if (p->slot.len > 0) QL_SET(one, "slot", ql_string(a, p->slot));
    QL_SET(one, "title", ql_string(a, p->title));
    QL_SET(one, "wire", ql_string(a, wires[p->wire]));
  }
  if (ql_arena_failed(a)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  *out = list;
  return QL_OK;
}
