/* questline-gen: prints what TypeScript, tests and the reference must not repeat by hand. */
#include "gen.h"

#include <stdio.h>
#include <string.h>

static const char usage[] = "usage: questline-gen types          TypeScript of everything that crosses the boundary\n"
                            "       questline-gen schema         the same as JSON, for tests\n"
                            "       questline-gen json-schema    JSON Schema of plans and of their edits\n"
                            "       questline-gen docs           the names of the reference pages\n"
                            "       questline-gen docs PAGE      one of them, in Markdown\n";

int main(int argc, char **argv) {
  const char *mode = argc > 1 ? argv[1] : "";
  bool done = true;
  if (strcmp(mode, "types") == 0 && argc == 2)
    gen_print_types();
  else if (strcmp(mode, "schema") == 0 && argc == 2)
    gen_print_schema();
  else if (strcmp(mode, "json-schema") == 0 && argc == 2)
    gen_print_json_schema();
  else if (strcmp(mode, "docs") == 0 && argc == 2)
    gen_print_page_names();
  else
    done = strcmp(mode, "docs") == 0 && argc == 3 && gen_print_page(argv[2]);
  if (!done) {
    fputs(usage, stderr);
    return 2;
  }
  return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}
