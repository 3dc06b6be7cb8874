/* questline-bench FILE: what the turn machine costs without any boundary. The file holds one command a line, of a quest as long as it can be;
   the answer is JSON for bench-quest.ts. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <questline/limits.h>
#include <questline/quest.h>

#include "base/text.h"

#define START    INT64_C(1763712000000)
#define ROUNDS   5
#define WINDOW   1000 /* events of a round */
#define SHORT    100  /* events of a quest that is measured around its event 100 */
#define SHORT_AT 50
#define LENGTHS  3
#define OPENINGS 2
#define LONGEST  98000 /* as long as a quest can be, but for what is kept free for facts and endings */

static const int64_t lengths[LENGTHS] = {SHORT, 10000, LONGEST};

static void stop(const char *what) {
  fprintf(stderr, "questline-bench: %s\n", what);
  exit(1);
}

static double now_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t); /* of the processor: others on the machine change it less */
  return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

typedef struct story {
  char *text;
  ql_str *commands;
  int64_t count;
} story;

static story read_story(const char *path) {
  FILE *file = fopen(path, "rb");
  if (!file) stop("the file cannot be read");
  char *text = malloc(QL_QUEST_BYTES_MAX);
  size_t len = text ? fread(text, 1, QL_QUEST_BYTES_MAX, file) : 0;
  fclose(file);
  story read = {text, malloc((LONGEST + 1) * sizeof(ql_str)), 0};
  if (!text || !read.commands) stop("out of memory");
  for (char *at = text, *end; read.count < LONGEST && (end = memchr(at, '\n', len - (size_t)(at - text))); at = end + 1)
    read.commands[read.count++] = (ql_str){at, (size_t)(end - at)};
  if (read.count < LONGEST) stop("the file does not hold enough commands");
  return read;
}

/* Bytes that a quest holds. */
static void *counted(void *ctx, void *ptr, size_t old_size, size_t size) {
  size_t *bytes = ctx;
  ql_alloc libc = ql_alloc_libc();
  void *block = libc.resize(libc.ctx, ptr, old_size, size);
  if (block || size == 0) *bytes += size - old_size;
  return block;
}

/* Command in, line out, appended: events [from, to). */
static void play(ql_quest *quest, ql_arena *a, const story *s, int64_t from, int64_t to) {
  uint8_t entropy[QL_ENTROPY_BYTES] = {0};
  for (int64_t n = from; n < to; n++) {
    ql_value *command;
    ql_decision decision;
    ql_arena_reset(a);
    memcpy(entropy, &n, sizeof n);
    if (ql_json_read(a, s->commands[n], &command, NULL) != QL_OK ||
        ql_quest_decide(quest, a, command, START + 1000 * n, entropy, &decision, NULL) != QL_OK || !decision.line.ptr ||
        ql_quest_append(quest, decision.line, NULL) != QL_OK)
      stop("a command was not accepted");
  }
}

typedef struct measured {
  ql_quest *quest;
  size_t bytes;
} measured;

static void open_new(measured *m) {
  m->quest = ql_quest_new((ql_alloc){&m->bytes, counted});
  if (!m->quest) stop("out of memory");
}

/* Short quests are many: one alone would be over before the clock had moved. */
static double round_of_short(ql_arena *a, const story *s, size_t *memory) {
  static measured quests[WINDOW / (SHORT - SHORT_AT)];
  const size_t count = sizeof quests / sizeof *quests;
  for (size_t i = 0; i < count; i++) {
    quests[i].bytes = 0;
    open_new(&quests[i]);
    play(quests[i].quest, a, s, 0, SHORT_AT);
  }
  double started = now_ms();
  for (size_t i = 0; i < count; i++) play(quests[i].quest, a, s, SHORT_AT, SHORT);
  double spent = now_ms() - started;
  *memory = quests[0].bytes;
  for (size_t i = 0; i < count; i++) ql_quest_free(quests[i].quest);
  return spent;
}

/* Opening checks every line; the verdict is on what was found. */
static double time_open(ql_str log, double *verdict_ms) {
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  ql_value *verdict;
  double started = now_ms();
  ql_quest *quest = ql_quest_new(ql_alloc_libc());
  if (!a || !quest || ql_quest_append_log(quest, log, NULL) != QL_OK) stop("the log does not open");
  double opened = now_ms();
  if (ql_quest_verdict(quest, a, QL_ABSENT, &verdict, NULL) != QL_OK || !ql_eq(ql_get_str(verdict, QL_STR("intact")), QL_STR("yes")))
    stop("the log is not intact");
  *verdict_ms = now_ms() - opened;
  ql_quest_free(quest);
  ql_arena_free(a);
  return opened - started;
}

static void print_rounds(const char *name, const double *rounds) {
  printf("%s[", name);
  for (int i = 0; i < ROUNDS; i++) printf("%s%.3f", i ? "," : "", rounds[i]);
  printf("]");
}

int main(int argc, char **argv) {
  if (argc != 2) stop("usage: questline-bench FILE");
  story s = read_story(argv[1]);
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  double rounds[LENGTHS][ROUNDS], openings[OPENINGS][ROUNDS], checks[OPENINGS][ROUNDS];
  size_t memory[LENGTHS];
  measured quests[LENGTHS] = {{NULL, 0}};
  if (!a) stop("out of memory");
  for (int i = 1; i < LENGTHS; i++) {
    open_new(&quests[i]);
    play(quests[i].quest, a, &s, 0, lengths[i] - ROUNDS * WINDOW);
  }
  for (int r = 0; r < ROUNDS; r++) {
    rounds[0][r] = round_of_short(a, &s, &memory[0]);
    for (int i = 1; i < LENGTHS; i++) {
      int64_t from = lengths[i] - (ROUNDS - r) * WINDOW;
      double started = now_ms();
      play(quests[i].quest, a, &s, from, from + WINDOW);
      rounds[i][r] = now_ms() - started;
    }
  }
  for (int i = 1; i < LENGTHS; i++) memory[i] = quests[i].bytes;
  for (int r = 0; r < ROUNDS; r++) {
    for (int i = 0; i < OPENINGS; i++) {
      ql_str log = ql_quest_log(quests[i + 1].quest);
      openings[i][r] = time_open(log, &checks[i][r]);
    }
  }
  size_t bytes = ql_quest_log(quests[LENGTHS - 1].quest).len;
  printf("{\"window\":%d,\"bytes\":%zu,\"memory\":[%zu,%zu,%zu]", WINDOW, bytes, memory[0], memory[1], memory[2]);
  print_rounds(",\"events\":[", rounds[0]);
  for (int i = 1; i < LENGTHS; i++) print_rounds(",", rounds[i]);
  for (int i = 0; i < OPENINGS; i++) print_rounds(i ? "," : "],\"open\":[", openings[i]);
  for (int i = 0; i < OPENINGS; i++) print_rounds(i ? "," : "],\"verify\":[", checks[i]);
  printf("]}\n");
  for (int i = 1; i < LENGTHS; i++) ql_quest_free(quests[i].quest);
  ql_arena_free(a);
  free(s.commands);
  free(s.text);
  return 0;
}
