/* Prints the request of each call it is given: one ModelCall a line on stdin, one HttpRequest, or Failure, a line on stdout. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <questline/llm.h>

static ql_status answer(ql_arena *a, ql_str line, ql_value **out, ql_error *err) {
  ql_value *call = NULL;
  ql_status status = ql_json_read(a, line, &call, err);
  return status == QL_OK ? ql_llm_request(a, call, out, err) : status;
}

int main(void) {
  char *line = NULL;
  size_t cap = 0;
  ssize_t len;
  while ((len = getline(&line, &cap, stdin)) > 0) {
    ql_arena *a = ql_arena_new(ql_alloc_libc());
    ql_error err = {0};
    ql_value *out = NULL;
    if (answer(a, (ql_str){line, (size_t)len}, &out, &err) == QL_OK) {
      ql_str text = ql_value_text(a, out);
      fwrite(text.ptr, 1, text.len, stdout);
      putchar('\n');
    } else {
      printf("{\"status\":\"%s\",\"message\":\"%s\"}\n", ql_status_name(err.status), err.message);
    }
    ql_arena_free(a);
  }
  free(line);
  return fflush(stdout) == 0 ? 0 : 1;
}
