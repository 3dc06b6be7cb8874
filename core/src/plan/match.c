#include "plan/match.h"

#include "base/text.h"

/* What a word is worth: in the name or in the description, of the field or of the objective. Only so many count, so that a long
   description does not win by its length. */
#define NAME_POINTS      10
#define ROLE_POINTS      5
#define TEXT_POINTS      4
#define OBJECTIVE_POINTS 2
#define CHECK_PENALTY    6
#define NAME_HITS_MAX    2
#define TEXT_HITS_MAX    3
#define LOOKED_AT        1000u /* bytes of a description */

static void add_candidate(ql_arena *a, ql__candidates *c, const ql_agent *agent, bool team) {
  for (size_t i = 0; i < c->count; i++)
    if (c->items[i].agent == agent) return;
  c->items[c->count++] = (ql__candidate){
      agent, ql_arena_str(a, agent->id), ql__words_of(a, agent->id), ql__words_of(a, ql__start(agent->description, LOOKED_AT)), team,
      false};
}

/* "@backend.node_api" is one word for prose; in a name each part is one. */
static ql__words name_words(ql_arena *a, ql_str id) {
  char *spaced = ql_arena_get(a, id.len + 1);
  if (!spaced) return (ql__words){NULL, 0};
  for (size_t i = 0; i < id.len; i++) spaced[i] = ql_is_alnum(id.ptr[i]) ? id.ptr[i] : ' ';
  return ql__words_of(a, (ql_str){spaced, id.len});
}

bool ql__candidates_of(ql_arena *a, const ql_roster *roster, const ql_agent *leader, ql__candidates *out) {
  size_t team_count = 0, total = ql_roster_count(roster);
  const ql_agent *const *team = ql_roster_team(roster, leader, &team_count);
  *out = (ql__candidates){ql_arena_array(a, total + team_count, sizeof *out->items), 0};
  if (!out->items) return false;
  for (size_t i = 0; i < team_count; i++)
    if (team[i] != leader) add_candidate(a, out, team[i], true);
  for (int leading = 0; leading < 2; leading++) {
    for (size_t i = 0; i < total; i++) {
      const ql_agent *agent = ql_roster_agent(roster, i);
      if (agent != leader && agent->leads == (leading == 1)) add_candidate(a, out, agent, false);
    }
  }
  for (size_t i = 0; i < out->count; i++) out->items[i].name = name_words(a, out->items[i].id);
  return !ql_arena_failed(a);
}

static const ql__word *find_stem(const ql__words *words, ql_str phrase) {
  size_t at = ql__words_find(words, phrase, 0);
  return at == SIZE_MAX ? NULL : &words->items[at];
}

/* What of an agent fits, with the words that show it. */
typedef struct fit {
  int points;  /* all that counts */
  int subject; /* without roles: zero when nothing of the field is there */
  ql_str name; /* a word of its name */
  ql_str role; /* a role in its name */
  ql_str texts[TEXT_HITS_MAX];
  size_t text_count;
} fit;

static void add_text(fit *f, const ql__word *word) {
  for (size_t i = 0; i < f->text_count; i++)
    if (ql_eq_nocase(f->texts[i], word->text)) return;
  if (f->text_count < TEXT_HITS_MAX) f->texts[f->text_count++] = word->text;
}

/* The words of the field. */
static void fit_field(fit *f, const ql__candidate *c, ql_str words) {
  int names = 0, texts = 0;
  ql_str word;
  while (ql__next_item(&words, &word)) {
    const ql__word *hit = find_stem(&c->name, word);
    if (hit && names < NAME_HITS_MAX) {
      names++;
      if (!f->name.ptr) f->name = hit->text;
    }
    hit = find_stem(&c->description, word);
    if (hit && texts < TEXT_HITS_MAX) {
      texts++;
      add_text(f, hit);
    }
  }
  f->subject += names * NAME_POINTS + texts * TEXT_POINTS;
}

/* The words of the objective itself: "Python", "GraphQL". */
static void fit_objective(fit *f, const ql__candidate *c, const ql__objective *o) {
  int names = 0, texts = 0;
  for (size_t i = 0; i < o->telling.count && (names < NAME_HITS_MAX || texts < TEXT_HITS_MAX); i++) {
    ql_str stem = o->telling.items[i].stem;
    for (size_t k = 0; k < c->name.count && names < NAME_HITS_MAX; k++) {
      if (!ql_eq(c->name.items[k].stem, stem)) continue;
      names++;
      if (!f->name.ptr) f->name = c->name.items[k].text;
      break;
    }
    for (size_t k = 0; k < c->description.count && texts < TEXT_HITS_MAX; k++) {
      if (!ql_eq(c->description.items[k].stem, stem)) continue;
      texts++;
      add_text(f, &c->description.items[k]);
      break;
    }
  }
  f->subject += names * NAME_POINTS + texts * OBJECTIVE_POINTS;
}

static fit fit_of(const ql__candidate *c, const ql__objective *o, const ql__wanted *wanted) {
  fit f = {0};
  fit_field(&f, c, wanted->words);
  if (f.subject > 0 || !wanted->check) fit_objective(&f, c, o);
  ql_str roles = wanted->roles, role;
  int role_points = 0;
  while (ql__next_item(&roles, &role)) {
    const ql__word *hit = find_stem(&c->name, role);
    if (!hit) continue;
    role_points += ROLE_POINTS;
    if (!f.role.ptr) f.role = hit->text;
  }
  f.points = f.subject + role_points - (wanted->check && c->builds ? CHECK_PENALTY : 0);
  return f;
}

static ql_str say(ql_arena *a, const fit *f, const ql__candidate *c) {
  ql_str pieces[12];
  size_t n = 0;
  if (f->name.ptr) {
    pieces[n++] = QL_STR("Its name says ");
    pieces[n++] = f->name;
    pieces[n++] = f->text_count > 0 ? QL_STR(", its description names ") : QL_STR(".");
  } else if (f->text_count > 0) {
    pieces[n++] = QL_STR("Its description names ");
  } else if (f->role.ptr) {
    pieces[n++] = QL_STR("No description names this work; its name says ");
    pieces[n++] = f->role;
    pieces[n++] = QL_STR(".");
  } else {
    pieces[n++] = QL_STR("No description names this work; it is the first ");
    pieces[n++] = c->team ? QL_STR("of the team.") : QL_STR("of the agents.");
  }
  for (size_t i = 0; i < f->text_count; i++) {
    if (i > 0) pieces[n++] = i + 1 == f->text_count ? QL_STR(" and ") : QL_STR(", ");
    pieces[n++] = f->texts[i];
  }
  if (f->text_count > 0) pieces[n++] = QL_STR(".");
  return ql_arena_concat(a, pieces, n);
}

/* The team first; somebody else only when nobody of the team knows the field and somebody else does. */
static ql__candidate *pick(const ql__candidates *c, const ql__objective *o, const ql__wanted *wanted, bool team, bool leading, fit *best) {
  ql__candidate *chosen = NULL;
  for (size_t i = 0; i < c->count; i++) {
    ql__candidate *candidate = &c->items[i];
    if (candidate->team != team || (!team && candidate->agent->leads != leading)) continue;
    fit f = fit_of(candidate, o, wanted);
    if (chosen && f.points <= best->points) continue;
    chosen = candidate;
    *best = f;
  }
  return chosen;
}

ql__candidate *ql__match(ql_arena *a, const ql__candidates *c, const ql__objective *o, const ql__wanted *wanted, ql_str *reason) {
  static const struct { bool team, leading; } tiers[] = {{true, false}, {false, false}, {false, true}};
  ql__candidate *chosen = NULL;
  fit best = {0};
  for (size_t i = 0; i < QL_COUNT(tiers); i++) {
    fit f = {0};
    ql__candidate *found = pick(c, o, wanted, tiers[i].team, tiers[i].leading, &f);
    if (!found || (chosen && f.subject <= 0) || (tiers[i].leading && chosen)) continue;
    chosen = found;
    best = f;
    if (f.subject > 0) break;
  }
  *reason = say(a, &best, chosen);
  return chosen;
}

ql__candidate *ql__match_named(const ql__candidates *c, const ql__objective *o, const ql_str *ids, size_t count) {
  ql__candidate *best = NULL;
  int points = 0;
  for (size_t i = 0; i < count; i++) {
    for (size_t k = 0; k < c->count; k++) {
      if (!ql_eq(c->items[k].id, ids[i])) continue;
      fit f = {0};
      fit_objective(&f, &c->items[k], o);
      if (best && f.subject <= points) continue;
      best = &c->items[k];
      points = f.subject;
    }
  }
  return best;
}

bool ql__has_specialist(const ql__candidates *c, ql_str words) {
  bool has_team = c->count > 0 && c->items[0].team;
  for (size_t i = 0; i < c->count; i++)
    if (c->items[i].team == has_team && ql__mentions(&c->items[i].name, words)) return true;
  return false;
}
