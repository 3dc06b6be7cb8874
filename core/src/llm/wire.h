/* What the builders of requests share. */
#ifndef QL_LLM_WIRE_H
#define QL_LLM_WIRE_H

#include <questline/llm.h>

typedef struct ql__provider {
  ql_str id, title;
  ql_wire wire;
  ql_str base_url, slot, header; /* slot and header: empty when no key is needed */
} ql__provider;

/// @return QL_ERR_NOT_FOUND when no provider has that id.
QL_NODISCARD ql_status ql__find_provider(ql_str id, const ql__provider **out, ql_error *err);
/// Whether a base URL, or a host with its port, is the machine of whoever asks.
bool ql__is_loopback(ql_str host);
/// Whether the host runs the model of a provider itself.
bool ql__is_built_in(const ql__provider *provider);

typedef enum ql__reasoning { QL__NONE, QL__BUDGET, QL__ADAPTIVE, QL__EFFORT, QL__LEVEL } ql__reasoning;
typedef enum ql__temperature { QL__ANY, QL__NEVER, QL__OFF } ql__temperature;
typedef enum ql__further { QL__NOTHING, QL__CACHE, QL__COMPLETION, QL__SIGNED } ql__further;

/// How a key is got by signing in at a provider: a row of sign_in.def.
typedef struct ql__sign_in {
  ql_str provider, base, page, exchange;
} ql__sign_in;

/// NULL where a key is only typed.
const ql__sign_in *ql__sign_in_of(const ql__provider *provider);

/// What models differ in: a row of traits.def.
typedef struct ql__trait {
  ql_wire wire;
  ql_str start;
  ql__reasoning reasoning;
  ql_str off;
  ql__temperature temperature;
  ql__further further;
} ql__trait;

/// Never NULL.
const ql__trait *ql__trait_of(ql_wire wire, ql_str model);

/// What hosts differ in: flags of hosts.def.
enum { QL__NO_USAGE = 1, QL__REASONING = 2 };
unsigned ql__host_flags(ql_str host);

/// A URL in pieces, borrowed from its text.
typedef struct ql__url {
  bool secure;      /* https */
  bool built_in;    /* of the host itself: neither http nor https */
  ql_str authority; /* host and port */
  ql_str host;
  ql_str path;  /* without slashes at its end; may be empty */
  ql_str query; /* without ?; may be empty */
} ql__url;

/// Reads a base URL: http or https, printable ASCII, no credentials, no fragment.
/// @return QL_OK; QL_ERR_ARGUMENT.
QL_NODISCARD ql_status ql__url_read(ql_str text, ql__url *out, ql_error *err);
/// The base URL of a provider, or the one that is given in its place (absent: none).
/// @return QL_OK; QL_ERR_ARGUMENT (one that is none, is missing, or is given for what has no address).
QL_NODISCARD ql_status ql__base_url(const ql__provider *provider, ql_str given, ql__url *out, ql_error *err);
/// The base with a path, which begins with /, and a query, which may be empty. Absent when out of memory.
ql_str ql__url_join(ql_arena *a, const ql__url *base, ql_str path, ql_str query);
/// Percent-encodes what may not stand in a segment of a path; slashes are kept.
ql_str ql__url_segments(ql_arena *a, ql_str s);

typedef enum ql__kind { QL__TEXT, QL__IMAGE, QL__CALL, QL__RESULT, QL__THINKING, QL__REFUSAL } ql__kind;

/// A piece of a turn, with its strings checked; those that the kind does not have are absent.
typedef struct ql__part {
  ql__kind kind;
  bool error; /* of a result */
  bool cache; /* what comes before its end may be kept */
  bool whole; /* replay is sent in place of the part; else its members are added */

  ql_str text, id, name, arguments, media, data, replay; /* arguments: an object, {} where nothing was said; replay: of this wire */
  const struct ql__part *call;                           /* of a result: what it answers */
} ql__part;

/// Messages of one side that follow each other, as one; results come first.
typedef struct ql__turn {
  bool assistant;
  ql__part *parts;
  size_t count;
} ql__turn;

typedef struct ql__tool {
  ql_str name, description, schema; /* schema: JSON */
} ql__tool;

typedef enum ql__choice { QL__AUTO, QL__NO_CALL, QL__REQUIRED } ql__choice;
typedef enum ql__level { QL__UNSAID, QL__SWITCHED_OFF, QL__LOW, QL__MEDIUM, QL__HIGH } ql__level;

/// A call, read and checked.
typedef struct ql__call {
  ql_arena *a;
  const ql__provider *provider;
  const ql__trait *trait;
  ql__url base;
  unsigned host; /* flags */
  ql_str model, system, schema, schema_name;
  bool strict; /* the schema says of every object what all its members are, and that there are no others */
  bool cache;  /* a message says that what comes before its end may be kept */
  ql__choice choice;
  ql__level level;
  ql_str level_word; /* low, medium, high; absent otherwise */
  int64_t max_tokens;
  ql_str temperature; /* as a JSON number; absent when none is sent */
  ql__tool *tools;
  size_t tool_count;
  ql__turn *turns;
  size_t turn_count;
} ql__call;

/// Reads, checks and merges. @return as ql_llm_request.
QL_NODISCARD ql_status ql__call_read(ql_arena *a, const ql_value *value, ql__call *out, ql_error *err);

/// A builder writes the body of its API and says path and query.
typedef struct ql__form {
  ql_value *body;
  ql_str path, query;
} ql__form;

void ql__messages_form(const ql__call *call, ql__form *out);
void ql__responses_form(const ql__call *call, ql__form *out);
void ql__chat_form(const ql__call *call, ql__form *out);
void ql__generate_form(const ql__call *call, ql__form *out);

/* What builders build with. */

/// A JSON string that is written of a literal.
ql_value *ql__word(ql_arena *a, const char *literal);
/// An object with a member `type`.
ql_value *ql__typed(ql_arena *a, const char *type);
/// Adds the members of a replay to an object, or gives the replay in its place. NULL parts are left alone.
ql_value *ql__with_replay(ql_arena *a, const ql__part *part, ql_value *built);
/// "data:image/png;base64,...".
ql_str ql__data_url(ql_arena *a, const ql__part *part);
/// What a result says to APIs that have no mark for a tool that failed.
ql_str ql__result_text(ql_arena *a, const ql__part *part);
/// name, description and the schema under `key`.
ql_value *ql__function(ql_arena *a, const ql__tool *tool, const char *key);
/// The next member of a JSON object that was read before: its key (decoded) and its value as it stands. *at begins at 0.
bool ql__next_member(ql_arena *a, ql_str object, size_t *at, ql_str *key, ql_str *json);

/// Headers, sorted, and the place of the key, for a request to a provider; `body` says whether there is one.
void ql__add_headers(ql_arena *a, const ql__provider *provider, bool body, ql_value *request);

#endif
