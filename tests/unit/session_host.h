/* A host of sessions without a network: it performs effects, and is the provider, the model, the MCP servers and the person as well. Models answer in the
   wire of Anthropic Messages. */
#ifndef QL_TEST_SESSION_HOST_H
#define QL_TEST_SESSION_HOST_H

#include <questline/driver.h>

#include "support.h"

#define NOW                      INT64_C(1763712000000)
#define OBJECTIVE                "Add sign-in with OAuth2: API endpoints, database schema, security review"
#define RESUME                   "{\"by\":\"@owner\",\"type\":\"resume\"}"
#define TEXT_OF(object, literal) ql_get_str((object), QL_STR(literal))

/// Names and texts of agent files; the first one leads.
#define TEAM_COUNT 4
extern const char *const TEAM[TEAM_COUNT][2];

typedef struct host host;
/* What is answered to a call: the bytes of the body; *status may be set to something else than 200, or to 0: no answer. */
typedef ql_str (*brain)(host *h, ql_arena *a, ql_str agent, const ql_value *body, int *status);
/* The same of an MCP server; *status HANGS: it says nothing until the call is given up. */
typedef ql_str (*server)(host *h, ql_arena *a, ql_str name, const ql_value *request, int *status);
/* What a command prints; absent: it goes on until it is ended. */
typedef ql_str (*shell)(host *h, ql_str command, bool *failed);
#define HANGS (-1)

struct host {
  ql_quest *quest;
  ql_driver *driver;
  ql_roster *roster;
  brain brain;
  server server;
  shell shell;
  int64_t now;
  size_t effects, calls, most_open, cancelled;
  int mood; /* for the brain */
  struct {
    int64_t id;
    char agent[64], *answer;
    size_t len, told;
    int status;
    bool served; /* by an MCP server */
  } open[8];
  size_t open_count;
  char answer[4096], raw[256];
  bool answer_failed, answer_cut;
  int64_t answer_micro; /* -1: not said */
  int64_t answer_input; /* tokens; -1: not said */

  const char *stops_before; /* a line with these words is not appended: step() answers QL_OK */
  size_t asked, commands;   /* ask.tool, tool.run */
  size_t asked_again;       /* about what may have been carried out */
  bool refuses;             /* the person says no */
  char question[512], command[256];
  int64_t limit;                                 /* of the last command */
  int64_t running;                               /* id of a command that goes on; 0 for none */
  size_t greetings, lists, tool_calls, goodbyes; /* of the servers */
  size_t blobs;                                  /* blob.put */
};

/* ---- what models say ---- */

void add_begin(ql_buf *out);
void add_text(ql_arena *a, ql_buf *out, int index, const char *text);
void add_call(ql_arena *a, ql_buf *out, int index, const char *tool, ql_str arguments);
ql_str ended(ql_arena *a, ql_buf *out, const char *reason);
ql_str one_call(ql_arena *a, const char *tool, const char *arguments);
ql_str words(ql_arena *a, const char *text);
/// Leaders hand out all that is ready, workers complete what they are given.
ql_str play_well(host *h, ql_arena *a, ql_str agent, const ql_value *body, int *status);

/* ---- a session ---- */

ql_roster *team(void);
ql_value *request(ql_arena *a, const char *mode, const char *text);
/// Three tasks for three agents; the first two may run at once.
ql_value *plan(ql_arena *a);
host opened(brain b, const char *mode, const char *text, bool planned);
void closed(host *h);
ql_value *result(ql_arena *a, int64_t id);
void hand_back(host *h, const ql_value *r);
bool is_kind(const ql_value *effect, const char *kind);
/// QL_MORE when something was done, QL_DONE at the end, QL_OK when nothing can be done but to wait for a person.
ql_status step(host *h);
ql_status run(host *h);

/* ---- what came of it ---- */

void assert_status(const host *h, const char *expected);
void assert_terminal(const host *h);
void assert_nothing_open(const host *h);
/// Events of a type; with a field that has these words where field is not NULL.
size_t events(const host *h, const char *type, const char *field, const char *value);
void write_command(host *h, const char *json);
/// Until the log ends with an event of that type, `skip` more of which may come before.
void until_last(host *h, const char *type, size_t skip);

#endif
