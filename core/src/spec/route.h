/* Routing from the inside: the request in terms, what it is compared with, and who is known by name. */
#ifndef QL_SPEC_ROUTE_H
#define QL_SPEC_ROUTE_H

#include "spec/lexicon.h"

#include <questline/roster.h>

/// The request, once everything it is compared with has been learned.
typedef struct ql__asked {
  ql__lexicon *lexicon;
  ql__bag bag;
  uint8_t *has; /* by term: 1 when it is said */
  /* of the weighing: */
  int all;                      /* weight of all that is said */
  int half[QL__FIELDS_MAX];     /* by field: half the weights of its terms, each rounded down */
  size_t terms[QL__FIELDS_MAX]; /* by field: how many of its terms are said */
} ql__asked;

/// An example of a request, a condition, or what an agent can do.
typedef struct ql__evidence {
  const ql_agent *agent;    /* whose it is */
  const ql_rule_item *item; /* NULL for a description */
  bool declines;
  ql__bag bag;
  int score; /* how well it fits, 0 to 100 */
} ql__evidence;

/// Somebody a file names, who need not be in the roster; and the words of the name that tell what for.
typedef struct ql__known {
  ql_str id;
  ql__bag name;
} ql__known;

/// Looks the words of the request up. False when out of memory.
bool ql__ask(ql__asked *asked, ql__lexicon *lexicon, const ql__request *request);
/// Adds a term to what is said.
void ql__say(ql__asked *asked, uint32_t term);
/// Weighs terms by how many of these texts have them: what few have tells most. After it, nothing more is said.
void ql__weigh(ql__asked *asked, const ql__evidence *texts, size_t count);
/// How well a request fits an example: how much of the example it says, and how much else it says.
int ql__fit_example(const ql__asked *asked, const ql__bag *example);
/// How much of the request an agent's name and description speak of.
int ql__fit_ability(const ql__asked *asked, const ql__bag *ability);

/// The words of a name without callings ("expert", "agent"), each with a blank behind it. Absent when out of memory.
ql_str ql__name_words(ql_arena *a, ql_str id);
/// Whoever the agent's file names, but the agent itself.
ql__known *ql__known_to(ql_arena *a, ql__lexicon *lexicon, const ql_roster *roster, const ql_agent *agent, size_t *count);
/// Whether the request says every telling word of a name.
bool ql__is_named(const ql__asked *asked, const ql__bag *name);

/// Whether a request tries to make an agent somebody else, or to make it forget its rules.
bool ql__is_takeover(ql_arena *a, ql_str request);

#endif
