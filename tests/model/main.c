/* questline-model [--quick] [--mutant] [SLICE]: explores the turn machine and says how far. Exit status 1 when something is violated, or a cell of the
   table was never met. --quick: what ends in seconds. --mutant: stops at the first violation and samples no logs. */
#include <stdio.h>
#include <string.h>

#include "model.h"

static report explore_and_print(const run *one, said *heard, size_t number) {
  const slice *what = one->what;
  report r = explore(one, heard);
  printf("%sok %zu - %s, %s\n", r.violated ? "not " : "", number, what->name, policy_name(one->policy));
  printf(
      "# | %-20s %-8s %8zu states %9zu transitions %10zu refusals %8zu beyond, depth %3zu, %6.1f s%s; <= %zu tasks, <= %zu messages a turn; "
      "without %s\n",
      what->name, policy_name(one->policy), r.states, r.transitions, r.refusals, r.beyond, r.depth, r.seconds,
      r.closed ? ", closed" : ", cut", what->tasks, what->items, what->leaves_out);
  return r;
}

int main(int argc, char **argv) {
  bool quick = false, mutant = false, violated = false;
  const char *only = NULL;
  size_t number = 0, planned = 0;
  report sum = {.states = 0};
  static said heard;
  for (int i = 1; i < argc; i++) {
    if (strcmp(argv[i], "--quick") == 0)
      quick = true;
    else if (strcmp(argv[i], "--mutant") == 0)
      mutant = true;
    else
      only = argv[i];
  }
  setvbuf(stdout, NULL, _IOLBF, 0);
  for (int counting = 1; counting >= 0; counting--) {
    for (size_t i = 0; i < SLICE_COUNT * 2 && !(mutant && violated); i++) {
      const run one = {&SLICES[i / 2], i % 2 ? PARALLEL : STRICT, quick, mutant};
      if ((quick && !(one.what->quick & one.policy)) || (only && strcmp(only, one.what->name) != 0)) continue;
      if (counting) {
        planned++;
        continue;
      }
      report r = explore_and_print(&one, &heard, ++number);
      violated = violated || r.violated;
      sum.states += r.states, sum.transitions += r.transitions, sum.seconds += r.seconds;
    }
    if (counting) printf("1..%zu\n", planned + !only);
  }
  if (!only && !(mutant && violated)) {
    size_t unheard = print_unheard(&heard);
    violated = violated || unheard > 0;
    printf("%sok %zu - each cell of the table and each of its refusals was met\n", unheard > 0 ? "not " : "", ++number);
  }
  printf("# %zu states, %zu transitions, %.0f s\n", sum.states, sum.transitions, sum.seconds);
  return violated ? 1 : 0;
}
