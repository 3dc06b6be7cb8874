/* A quest that models play, without a network: this is the host, the provider and the store. Answers come in the wire of Anthropic Messages. */
#ifndef QL_TEST_THEATRE_H
#define QL_TEST_THEATRE_H

#include <questline/driver.h>

#define NOW                      INT64_C(1763712000000)
#define TEXT_OF(object, literal) ql_get_str((object), QL_STR(literal))

typedef struct theatre theatre;
/// What is answered to a call: the bytes of a whole stream.
/// @param said  the body of the request
/// @param uses  how many tools the conversation has used
typedef ql_str (*brain)(theatre *h, ql_arena *a, ql_str agent, ql_str said, size_t uses);

struct theatre {
  ql_quest *quest;
  ql_driver *driver;
  ql_roster *roster;
  ql_workspace *files; /* NULL: there are none */
  brain brain;
  int64_t now;
  size_t effects, calls, cancelled, puts, put_bytes, blobs;
  struct {
    int64_t id;
    char agent[64], *answer;
    size_t len, told;
  } open[8];
  size_t open_count;
  char holds[64];     /* the agent whose answer does not come */
  size_t lets_go;     /* bytes of it that do */
  char said[65536];   /* the last request */
  char answer[4096];  /* of the effect answer */
  bool failed, cut;   /* the same */
  char partial[4096]; /* words that were put for the last agent */
};

/// Writes an answer: any number of words and calls of tools, then the end. arguments: JSON.
typedef struct script {
  ql_buf out;
  ql_arena *arena;
  int index;
  bool calls;
} script;
script begin_script(ql_arena *a);
void script_says(script *s, const char *words);
void script_thinks(script *s, const char *words, const char *signature);
void script_calls(script *s, const char *tool, const char *arguments);
ql_str end_script(script *s);

ql_roster *troupe(const char *reviewer);
/// @param players  may be NULL
ql_value *player_request(ql_arena *a, const char *mode, const char *text);

/// The driver on a quest whose log is this; the empty one begins three tasks for three workers at once.
theatre open_theatre(brain b, ql_str log);
void close_theatre(theatre *h);
/// As the command line does: what the artifacts of the log name is there again.
void load_made(theatre *h, const theatre *before);

/// One effect. QL_MORE when something was done, QL_DONE at the end, QL_OK when nothing can be done but to wait for a person.
ql_status act(theatre *h);
ql_status act_all(theatre *h);
void owner_says(theatre *h, const char *json);
void assert_quest_is(const theatre *h, const char *expected);

/// Events of a type; with a field that has these words where field is not NULL.
size_t count_events(const ql_quest *quest, const char *type, const char *field, const char *value);
/// What the seats did, one line a move, whenever: those of one agent, or of all where it is NULL. To be freed.
char *moves_of(const ql_quest *quest, const char *agent);

/// Four seats: a leader that hands out in two calls; one that reads and writes files; one that only talks; one that is refused once.
ql_str play_parts(theatre *h, ql_arena *a, ql_str agent, ql_str said, size_t uses);

#endif
