#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "cli.h"

/* ---- text that others wrote ---- */

/// What would move a terminal's cursor, change its state, or reorder what stands around it.
static bool is_control(uint32_t code_point) {
  return code_point < 0x20 || (code_point >= 0x7f && code_point < 0xa0) || code_point == 0x2028 || code_point == 0x2029 ||
         (code_point >= 0x202a && code_point <= 0x202e) || (code_point >= 0x2066 && code_point <= 0x2069);
}

static void put_control(FILE *to, uint32_t code_point) {
  if (code_point == '\n')
    fputs("\\n", to);
  else if (code_point == '\t')
    fputs("\\t", to);
  else
    fprintf(to, "\\u%04x", (unsigned)code_point);
}

/// Puts one code point of text, which may be a byte that is no UTF-8; moves *at behind it.
static void put_next(FILE *to, ql_str text, size_t *at) {
  size_t from = *at;
  uint32_t code_point;
  if (!ql_utf8_next(text, at, &code_point))
    fprintf(to, "\\x%02x", (unsigned)(unsigned char)text.ptr[(*at)++]);
  else if (is_control(code_point))
    put_control(to, code_point);
  else
    fwrite(text.ptr + from, 1, *at - from, to);
}

void cli_put(FILE *to, ql_str text) {
  for (size_t at = 0; text.ptr && at < text.len;) put_next(to, text, &at);
}

void cli_put_piece(FILE *to, ql_str text) {
  for (size_t at = 0; text.ptr && at < text.len;) {
    if (text.ptr[at] == '\t' || text.ptr[at] == '\n')
      fputc(text.ptr[at++], to);
    else
      put_next(to, text, &at);
  }
}

void cli_put_block(FILE *to, ql_str text, const char *indent) {
  ql_str line;
  while (ql_next_line(&text, &line)) {
    fputs(indent, to);
    for (size_t at = 0; at < line.len;) {
      if (line.ptr[at] == '\t')
        fputc(line.ptr[at++], to);
      else
        put_next(to, line, &at);
    }
    fputc('\n', to);
  }
}

void cli_put_short(FILE *to, ql_str text, size_t columns) {
  ql_str line = {"", 0};
  ql_str rest = text;
  (void)ql_next_line(&rest, &line);
  size_t at = 0;
  for (size_t i = 0; i < columns && at < line.len; i++) put_next(to, line, &at);
  if (at < line.len || rest.len > 0) fputs(" ...", to);
}

void cli_pad(FILE *to, size_t used, size_t columns) {
  fputs("  ", to);
  for (; used < columns; used++) fputc(' ', to);
}

const char *cli_count(char out[CLI_COUNT_MAX], int64_t n) {
  char digits[24];
  int len = snprintf(digits, sizeof digits, "%lld", (long long)n), at = 0;
  for (int i = 0; i < len; i++) {
    if (i > 0 && (len - i) % 3 == 0 && digits[i - 1] != '-') out[at++] = ',';
    out[at++] = digits[i];
  }
  out[at] = '\0';
  return out;
}

void cli_colour_on(FILE *to, cli_colour colour) {
  static const char *const codes[] = {"0", "1", "31", "33", "32", "2"};
  const char *off = getenv("NO_COLOR"), *term = getenv("TERM");
  if (!isatty(fileno(to)) || (off && *off) || !term || strcmp(term, "dumb") == 0) return;
  fprintf(to, "\033[%sm", codes[colour]);
}

void cli_note(const char *format, ...) {
  char text[512];
  va_list args;
  va_start(args, format);
  int len = vsnprintf(text, sizeof text, format, args);
  va_end(args);
  if (len < 0) return;
  size_t shown = (size_t)len < sizeof text ? (size_t)len : sizeof text - 1;
  cli_put(stderr, (ql_str){text, shown});
  fputs((size_t)len > shown ? " ...\n" : "\n", stderr);
}

/* ---- JSON ---- */

int cli_json(cli *c, const ql_value *value) {
  if (!value || ql_arena_failed(c->a)) return cli_no_memory(c);
  ql_buf out = ql_buf_new(ql_alloc_libc());
  ql_value_write(&out, value);
  ql_buf_byte(&out, '\n');
  int code = out.failed ? CLI_FAILED : CLI_DONE;
  if (!out.failed) fwrite(out.ptr, 1, out.len, stdout);
  ql_buf_free(&out);
  return code == CLI_DONE ? CLI_DONE : cli_no_memory(c);
}

/* ---- failures ---- */

int cli_no_memory(cli *c) {
  /* written by hand: there is no memory to build it from */
  if (c->json)
    puts("{\"error\":{\"column\":0,\"detail\":\"\",\"line\":0,\"message\":\"out of memory\",\"offset\":0,\"status\":\"QL_ERR_NOMEM\"}}");
  else
    fputs("questline: Out of memory.\n", stderr);
  return CLI_FAILED;
}

static int exit_of(ql_status status) { return status == QL_ERR_ARGUMENT ? CLI_USAGE : CLI_FAILED; }

/// Prints a failure: its position only with --json, where message does not hold it.
static int report(cli *c, ql_status status, ql_str message, ql_str detail, const ql_error *where) {
  if (status == QL_ERR_NOMEM) return cli_no_memory(c);
  if (!c->json && !c->holds) {
    fputs("questline: ", stderr);
    cli_put(stderr, message);
    fputc('\n', stderr);
    return exit_of(status);
  }
  const char *name = ql_status_name(status);
  ql_value *failure = ql_object(c->a), *answer = ql_object(c->a);
  QL_SET(failure, "column", ql_int(c->a, where ? where->column : 0));
  QL_SET(failure, "detail", ql_string(c->a, detail));
  QL_SET(failure, "line", ql_int(c->a, where ? where->line : 0));
  QL_SET(failure, "message", ql_string(c->a, message));
  QL_SET(failure, "offset", ql_int(c->a, where ? (int64_t)where->offset : 0));
  QL_SET(failure, "status", ql_string(c->a, (ql_str){name, strlen(name)}));
  if (c->holds) {
    c->held = failure;
    return exit_of(status);
  }
  QL_SET(answer, "error", failure);
  int code = cli_json(c, answer);
  return code == CLI_DONE ? exit_of(status) : code;
}

int cli_fail(cli *c, ql_status status, const char *format, ...) {
  va_list args, again;
  va_start(args, format);
  va_copy(again, args);
  int len = vsnprintf(NULL, 0, format, args);
  va_end(args);
  char *text = len < 0 ? NULL : ql_arena_get(c->a, (size_t)len + 1);
  if (text) vsnprintf(text, (size_t)len + 1, format, again);
  va_end(again);
  if (!text) return cli_no_memory(c);
  return report(c, status, cli_clean(c, text), QL_STR(""), NULL);
}

int cli_fail_error(cli *c, const ql_error *err, const char *what) {
  const char *why = err->message ? err->message : ql_status_sentence(err->status);
  ql_buf text = ql_buf_new(ql_alloc_libc());
  if (what) ql_buf_add(&text, (ql_str){what, strlen(what)});
  if (what && err->line) ql_buf_byte(&text, ':');
  if (err->line) ql_buf_int(&text, err->line);
  if (err->line && err->column) ql_buf_byte(&text, ':');
  if (err->line && err->column) ql_buf_int(&text, err->column);
  if (text.len > 0) ql_buf_add(&text, QL_STR(": "));
  ql_buf_add(&text, (ql_str){why, strlen(why)});
  if (*err->detail) ql_buf_add(&text, QL_STR(": "));
  ql_buf_add(&text, (ql_str){err->detail, strlen(err->detail)});
  if (text.len > 0 && text.ptr[text.len - 1] != '.') ql_buf_byte(&text, '.');
  ql_buf_byte(&text, '\0');
  ql_str message = text.failed ? QL_ABSENT : cli_clean(c, text.ptr);
  ql_buf_free(&text);
  return message.ptr ? report(c, err->status, message, cli_clean(c, err->detail), err) : cli_no_memory(c);
}

int cli_fail_errno(cli *c, const char *doing, const char *path) {
  ql_status status = errno == ENOENT ? QL_ERR_NOT_FOUND : errno == ENOMEM ? QL_ERR_NOMEM : QL_ERR_STATE;
  return cli_fail(c, status, "Cannot %s %s: %s.", doing, path, strerror(errno));
}

int cli_refuse(cli *c, ql_value *refusal) {
  if (c->json) {
    ql_value *answer = ql_object(c->a);
    QL_SET(answer, "refusal", refusal);
    int code = cli_json(c, answer);
    return code == CLI_DONE ? CLI_REFUSED : code;
  }
  ql_str meant = ql_get_str(refusal, QL_STR("did_you_mean"));
  fputs("refused[", stderr);
  cli_put(stderr, ql_get_str(refusal, QL_STR("code")));
  fputs("] ", stderr);
  cli_put(stderr, ql_get_str(refusal, QL_STR("message")));
  if (meant.ptr) fputs(" Did you mean ", stderr);
  cli_put(stderr, meant);
  fputs(meant.ptr ? "?\n" : "\n", stderr);
  return CLI_REFUSED;
}

int cli_stop(cli *c) {
  if (!c->json) fputs("questline: Interrupted.\n", stderr);
  return CLI_INTERRUPTED;
}
