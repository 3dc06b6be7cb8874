#include "http.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>
#include <questline/blank.h>

#include "base/text.h"

#define CONNECT_MS 30000L /* until there is a connection */
#define SILENCE_S  120L   /* without a byte: the provider is gone */
#define WAIT_MS    250    /* a signal is noticed after that, at the latest */

typedef struct transfer transfer;
struct transfer {
  transfer *next;
  cli_http *http;
  int64_t id;
  CURL *easy;
  struct curl_slist *headers;
  ql_arena *arena; /* of the answer's headers */
  ql_value *received;
  ql_blank *blank;               /* of the key that goes along */
  bool told, refused, cancelled; /* the head was told; the listener would not go on; somebody ended it */
  char why[CURL_ERROR_SIZE];
};

struct cli_http {
  CURLM *multi;
  cli_http_listener listener;
  transfer *open;
};

const char *cli_http_key(ql_str slot, char *name, size_t cap) {
  static const char suffix[] = "_API_KEY";
  if (slot.len + sizeof suffix > cap) return NULL;
  for (size_t i = 0; i < slot.len; i++) name[i] = isalnum((unsigned char)slot.ptr[i]) ? (char)toupper((unsigned char)slot.ptr[i]) : '_';
  memcpy(name + slot.len, suffix, sizeof suffix);
  const char *key = getenv(name);
  return key && *key ? key : NULL;
}

cli_http *cli_http_new(cli_http_listener listener) {
  if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) return NULL;
  cli_http *http = calloc(1, sizeof *http);
  if (http) *http = (cli_http){.multi = curl_multi_init(), .listener = listener};
  if (http && http->multi) return http;
  free(http);
  return NULL;
}

static void drop(cli_http *http, transfer *t) {
  transfer **link = &http->open;
  while (*link && *link != t) link = &(*link)->next;
  if (*link) *link = t->next;
  if (t->easy) {
    (void)curl_multi_remove_handle(http->multi, t->easy);
    curl_easy_cleanup(t->easy);
  }
  curl_slist_free_all(t->headers);
  ql_arena_free(t->arena);
  ql_blank_free(t->blank);
  free(t);
}

void cli_http_free(cli_http *http) {
  if (!http) return;
  while (http->open) drop(http, http->open);
  (void)curl_multi_cleanup(http->multi);
  free(http);
  curl_global_cleanup();
}

size_t cli_http_open(const cli_http *http) {
  size_t count = 0;
  for (const transfer *t = http->open; t; t = t->next) count++;
  return count;
}

/* ---- the answer ---- */

/* One line of the head. A status line begins a new answer: what came before was an interim one. */
static size_t take_header(char *data, size_t size, size_t count, void *ctx) {
  transfer *t = ctx;
  ql_str line = ql_trim((ql_str){data, size * count});
  if (ql_starts(line, QL_STR("HTTP/"))) {
    ql_arena_reset(t->arena);
    t->received = ql_array(t->arena);
    return size * count;
  }
  size_t colon = ql_find_byte(line, ':', 0);
  if (colon == SIZE_MAX || ql_utf8_bad(line) != SIZE_MAX) return size * count;
  ql_value *header = ql_push(t->received, ql_object(t->arena));
  QL_SET(header, "name", ql_string(t->arena, ql_lower(t->arena, ql_slice(line, 0, colon))));
  QL_SET(header, "value", ql_string(t->arena, ql_blank_text(t->blank, t->arena, ql_trim(ql_slice(line, colon + 1, line.len)))));
  return ql_arena_failed(t->arena) ? 0 : size * count;
}

static bool tell_head(transfer *t) {
  if (t->told) return true;
  long status = 0;
  (void)curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
  t->told = true;
  return t->http->listener.head(t->http->listener.ctx, t->id, (int)status, t->received, t->arena);
}

static bool tell_bytes(transfer *t, ql_str bytes) { return bytes.len == 0 || t->http->listener.bytes(t->http->listener.ctx, t->id, bytes); }

static size_t take_bytes(char *data, size_t size, size_t count, void *ctx) {
  transfer *t = ctx;
  ql_str told = ql_blank_bytes(t->blank, (ql_str){data, size * count});
  if (!told.ptr) return 0; /* out of memory: the answer is cut here */
  t->refused = !tell_head(t) || !tell_bytes(t, told);
  return t->refused ? 0 : size * count;
}

static void finish(cli_http *http, transfer *t, CURLcode code) {
  bool complete = code == CURLE_OK;
  const char *problem = complete ? NULL : t->why[0] ? t->why : curl_easy_strerror(code);
  if (complete && !tell_head(t)) t->refused = true;
  if (t->told && !t->refused && !tell_bytes(t, ql_blank_rest(t->blank))) t->refused = true;
  if (!t->refused) http->listener.end(http->listener.ctx, t->id, t->cancelled ? "cancelled" : complete ? "complete" : "cut", problem);
  drop(http, t);
}

/* ---- the request ---- */

static bool add_header(transfer *t, ql_arena *a, ql_str name, ql_str prefix, ql_str value) {
  const ql_str pieces[] = {name, QL_STR(": "), prefix, value, (ql_str){"", 1}};
  ql_str line = ql_arena_concat(a, pieces, QL_COUNT(pieces));
  struct curl_slist *longer = line.ptr ? curl_slist_append(t->headers, line.ptr) : NULL;
  if (longer) t->headers = longer;
  return longer != NULL;
}

static const char *c_string(ql_arena *a, ql_str s) {
  const ql_str pieces[] = {s, (ql_str){"", 1}};
  return ql_arena_concat(a, pieces, 2).ptr;
}

/* The key stands in no message, no log and no argument: only in the header of this request. Where there is none the request goes without: a server
   of one's own may not want any, and another says so. */
static int add_key(cli *c, transfer *t, const ql_value *secret) {
  char name[128];
  const char *found = secret ? cli_http_key(ql_get_str(secret, QL_STR("slot")), name, sizeof name) : NULL;
  ql_str key = found ? (ql_str){found, strlen(found)} : QL_ABSENT;
  t->blank = ql_blank_new(ql_alloc_libc(), key);
  bool added =
      t->blank && (!found || add_header(t, t->arena, ql_get_str(secret, QL_STR("header")), ql_get_str(secret, QL_STR("prefix")), key));
  return added ? CLI_DONE : cli_no_memory(c);
}

/* A connection of its own: on a used one that has died, libcurl would send the request a second time by itself. */
static int prepare(cli *c, transfer *t, const ql_value *request) {
  ql_str body = ql_get_str(request, QL_STR("body")), method = ql_get_str(request, QL_STR("method"));
  const ql_value *headers = QL_GET(request, "headers"), *secret = QL_GET(request, "secret");
  bool ok = true;
  for (const ql_value *h = headers ? headers->first : NULL; h && ok; h = h->next)
    ok = add_header(t, c->a, ql_get_str(h, QL_STR("name")), QL_STR(""), ql_get_str(h, QL_STR("value")));
  int code = ok ? CLI_DONE : cli_no_memory(c);
  if (code == CLI_DONE) code = add_key(c, t, secret);
  if (code != CLI_DONE) return code;
  const char *url = c_string(c->a, ql_get_str(request, QL_STR("url"))), *verb = c_string(c->a, method);
  if (!url || !verb) return cli_no_memory(c);
  CURL *easy = t->easy;
  ok = curl_easy_setopt(easy, CURLOPT_URL, url) == CURLE_OK && curl_easy_setopt(easy, CURLOPT_HTTPHEADER, t->headers) == CURLE_OK &&
       curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, verb) == CURLE_OK && curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, t->why) == CURLE_OK &&
       curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
       curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
       curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS) == CURLE_OK &&
       curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L) == CURLE_OK &&
       curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, SILENCE_S) == CURLE_OK &&
       curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header) == CURLE_OK &&
       curl_easy_setopt(easy, CURLOPT_HEADERDATA, t) == CURLE_OK && curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_bytes) == CURLE_OK &&
       curl_easy_setopt(easy, CURLOPT_WRITEDATA, t) == CURLE_OK && curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L) == CURLE_OK &&
       curl_easy_setopt(easy, CURLOPT_PRIVATE, t) == CURLE_OK;
  if (ok && body.ptr)
    ok = curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.len) == CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, body.ptr) == CURLE_OK;
  return ok ? CLI_DONE : cli_fail(c, QL_ERR_STATE, "The request cannot be set up.");
}

int cli_http_send(cli *c, cli_http *http, int64_t id, const ql_value *request) {
  transfer *t = calloc(1, sizeof *t);
  if (!t) return cli_no_memory(c);
  *t = (transfer){.http = http, .id = id, .easy = curl_easy_init(), .arena = ql_arena_new(ql_alloc_libc())};
  int code = t->easy && t->arena ? prepare(c, t, request) : cli_no_memory(c);
  t->received = ql_array(t->arena);
  if (code == CLI_DONE && curl_multi_add_handle(http->multi, t->easy) != CURLM_OK) code = cli_no_memory(c);
  t->next = http->open;
  http->open = t;
  if (code != CLI_DONE) drop(http, t);
  return code;
}

void cli_http_cancel(cli_http *http, int64_t id) {
  for (transfer *t = http->open; t; t = t->next) {
    if (t->id != id) continue;
    t->cancelled = true;
    finish(http, t, CURLE_ABORTED_BY_CALLBACK);
    return;
  }
}

void cli_http_wait(cli_http *http, int64_t ms, const int *fds, size_t count) {
  int running = 0, left = 0;
  struct curl_waitfd others[CLI_WAIT_MAX];
  size_t n = 0;
  for (size_t i = 0; i < count && n < CLI_WAIT_MAX; i++)
    if (fds[i] >= 0) others[n++] = (struct curl_waitfd){.fd = fds[i], .events = CURL_WAIT_POLLIN};
  (void)curl_multi_poll(http->multi, others, (unsigned)n, (int)(ms < WAIT_MS ? ms : WAIT_MS), NULL);
  (void)curl_multi_perform(http->multi, &running);
  for (CURLMsg *message; (message = curl_multi_info_read(http->multi, &left)) != NULL;) {
    if (message->msg != CURLMSG_DONE) continue;
    transfer *t = NULL;
    CURLcode code = message->data.result;
    if (curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &t) == CURLE_OK && t) finish(http, t, code);
  }
}
