/* HTTP for the effects that ask for it: any number of requests at once, through libcurl. */
#ifndef QL_CLI_HTTP_H
#define QL_CLI_HTTP_H

#include "cli.h"

typedef struct cli_http cli_http;

/// What is told of an answer. Each returns false when it cannot take it: then that request is ended.
typedef struct cli_http_listener {
  void *ctx;
  bool (*head)(void *ctx, int64_t id, int status, const ql_value *headers, ql_arena *a); /* shape HttpHeader[] */
  bool (*bytes)(void *ctx, int64_t id, ql_str bytes);
  void (*end)(void *ctx, int64_t id, const char *outcome, const char *problem); /* as in EffectResult; problem may be NULL */
} cli_http_listener;

/// @return NULL when libcurl cannot start.
cli_http *cli_http_new(cli_http_listener listener);
/// Ends all requests without telling anybody.
void cli_http_free(cli_http *http);

/// Sends a request, shape `HttpRequest`. A key comes from the environment, see cli_http_key. What goes wrong is told as its end.
/// @return CLI_DONE, or another exit code after having said why
int cli_http_send(cli *c, cli_http *http, int64_t id, const ql_value *request);
/// Ends a request; its end is told as cancelled.
void cli_http_cancel(cli_http *http, int64_t id);
#define CLI_WAIT_MAX 64
/// Waits until something comes, at most so long, and tells it. Signals end it too.
/// @param fds  that may become readable meanwhile, which ends it as well; at most CLI_WAIT_MAX are looked at, negative ones are none
void cli_http_wait(cli_http *http, int64_t ms, const int *fds, size_t count);
size_t cli_http_open(const cli_http *http);

/// The key of a slot: ANTHROPIC_API_KEY for "anthropic". NULL when there is none.
/// @param name  gets the name of the variable, ended by a NUL
const char *cli_http_key(ql_str slot, char *name, size_t cap);

#endif
