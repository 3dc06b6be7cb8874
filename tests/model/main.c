/* questline-model [--quick] [--mutant] [SLICE]: explores the turn machine and says how far. Exit status 1 when something is violated.
   --quick: the slices that end in seconds. --mutant: stops at the first violation and samples no logs. */
#include <stdio.h>
#include <string.h>

#include "model.h"

int main(int argc, char **argv) {
  bool quick = false, mutant = false, violated = false;
  const char *only = NULL;
  size_t states = 0, number = 0, planned = 0;
  for (int i = 1; i < argc; i++) {
    if (strcmp(argv[i], "--quick") == 0)
      quick = true;
    else if (strcmp(argv[i], "--mutant") == 0)
      mutant = true;
    else
      only = argv[i];
  }
  setvbuf(stdout, NULL, _IOLBF, 0);
  for (size_t i = 0; i < SLICE_COUNT; i++) planned += (!quick || SLICES[i].quick) && (!only || strcmp(only, SLICES[i].name) == 0);
  printf("1..%zu\n", planned);
  for (size_t i = 0; i < SLICE_COUNT && !(mutant && violated); i++) {
    const slice *what = &SLICES[i];
    if ((quick && !what->quick) || (only && strcmp(only, what->name) != 0)) continue;
    report r = explore(what, mutant);
    violated = violated || r.violated;
    states += r.states;
    printf("%sok %zu - %s\n", r.violated ? "not " : "", ++number, what->name);
    printf(
        "# | %-26s %8zu states %9zu transitions %10zu refusals %9zu beyond, depth %3zu, %6.1f s%s; <= %zu tasks, <= %zu messages a turn; without %s\n",
        what->name, r.states, r.transitions, r.refusals, r.beyond, r.depth, r.seconds, r.closed ? ", closed" : ", cut", what->tasks,
        what->items, what->leaves_out);
  }
  printf("# %zu states\n", states);
  return violated ? 1 : 0;
}
