/* questline trace: where the time of a request goes. */
#include <questline/impact.h>
#include <questline/limits.h>

#include <string.h>

#include "base/text.h"
#include "cli.h"

static long long number_of(const ql_value *object, const char *key) { return ql_get_int(object, (ql_str){key, strlen(key)}, 0); }

static void put_time(const ql_value *object, const char *key) {
  long long time = number_of(object, key);
  printf("%9lld.%03lld", time / 1000, time % 1000);
}

static void put_share(const ql_value *object) {
  long long share = number_of(object, "share");
  printf("%6lld.%02lld %%  ", share / 100, share % 100);
}

static int print_flow(cli *c, const ql_value *flow) {
  if (c->json) return cli_json(c, flow);
  fputs("Time in ms: ", stdout);
  put_time(flow, "time");
  fputs("\n\n         time          own      share\n", stdout);
  for (const ql_value *step = QL_GET(flow, "chain")->first; step; step = step->next) {
    put_time(step, "time");
    put_time(step, "own");
    put_share(step);
    printf("%*s", (int)(number_of(step, "depth") < 40 ? 2 * number_of(step, "depth") : 80), "");
    cli_put_short(stdout, ql_get_str(step, QL_STR("name")), 60);
    putchar('\n');
  }
  fputs("\nBy name: calls, own, share\n", stdout);
  for (const ql_value *part = QL_GET(flow, "breakdown")->first; part; part = part->next) {
    printf("%13lld", number_of(part, "calls"));
    put_time(part, "own");
    put_share(part);
    cli_put_short(stdout, ql_get_str(part, QL_STR("name")), 60);
    putchar('\n');
  }
  printf("\nBottlenecks: %zu\n", QL_GET(flow, "bottlenecks")->count);
  for (const ql_value *id = QL_GET(flow, "bottlenecks")->first; id; id = id->next)
    for (const ql_value *step = QL_GET(flow, "chain")->first; step; step = step->next) {
      if (!ql_eq(ql_get_str(step, QL_STR("id")), id->text)) continue;
      fputs("  ", stdout);
      cli_put_short(stdout, ql_get_str(step, QL_STR("name")), 60);
      putchar('\n');
    }
  for (const ql_value *repeat = QL_GET(flow, "repeated")->first; repeat; repeat = repeat->next) {
    printf("Called %lld times by ", number_of(repeat, "calls"));
    cli_put_short(stdout, ql_get_str(repeat, QL_STR("by")), 60);
    fputs(": ", stdout);
    cli_put_short(stdout, ql_get_str(repeat, QL_STR("name")), 60);
    putchar('\n');
  }
  return fflush(stdout) == 0 ? CLI_DONE : CLI_FAILED;
}

int cli_trace(cli *c) {
  const char *path = c->operand_count > 0 ? c->operands[0] : "-";
  ql_str text;
  ql_value *spans, *flow;
  ql_error err = {0};
  int code = cli_read(c, path, QL_JSON_BYTES_MAX, &text);
  if (code != CLI_DONE) return code;
  bool read = ql_json_read(c->a, text, &spans, &err) == QL_OK && ql_request_flow(c->a, spans, &flow, &err) == QL_OK;
  return read ? print_flow(c, flow) : cli_fail_error(c, &err, path);
}
