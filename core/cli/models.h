/* The requests of a driver to models, and what is shown of their answers. */
#ifndef QL_CLI_MODELS_H
#define QL_CLI_MODELS_H

#include <questline/driver.h>

#include "http.h"
#include "tools.h"

typedef struct cli_models {
  cli *c;
  ql_driver *driver;
  cli_http *http; /* NULL where no model plays */
  ql_arena *step; /* of one answer's pieces */
  int failed;     /* exit code of what could not be taken; CLI_DONE for nothing */
  bool servers;   /* what goes wrong with MCP servers is told */
  bool words;     /* the words of the answer are printed as they come */
  bool begun;     /* some were */
  char other[96]; /* the beginning of the name of another agent that who answers asked, which is told; empty for none */
  bool progress;  /* stderr is a terminal: what goes on is shown there */
  bool standing;  /* a line is there that has to be wiped */
  int64_t since;  /* ms of the monotonic clock */
  size_t bytes;   /* that came */
} cli_models;

/// Who plays, by the options: a list of one player for everybody is added to the request; nothing where no provider is given.
int cli_models_players(cli *c, ql_value *request);

/// Gets ready for a driver whose request has players; does nothing for another.
int cli_models_open(cli *c, ql_driver *driver, const ql_value *request, bool words, cli_models *out);
void cli_models_close(cli_models *models);

/// The effects http.request and effect.cancel.
int cli_models_ask(cli_models *models, const ql_value *effect);
int cli_models_cancel(cli_models *models, const ql_value *effect);
/// The effect wait: until an answer goes on, a command or a person has something to say, or a model may be asked again.
/// @return CLI_NOT_YET when nobody is waited for but somebody elsewhere
int cli_models_wait(cli_models *models, cli_tools *tools, const ql_value *effect);
/// Takes the line of progress away, before something else is printed.
void cli_models_wipe(cli_models *models);

#endif
