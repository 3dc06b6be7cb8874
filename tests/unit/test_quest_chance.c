/* Whatever is asked of the machine, by whomever: no invariant breaks, a refusal leaves no trace, and the log replays to the same state, redacted
   too. The same quests every time. */
#include "stage.h"
#include "support.h"

#define QUESTS 150
#define STEPS  160

typedef struct chance {
  uint64_t state;
} chance;

/* xorshift64*, Vigna 2014. */
static uint32_t below(chance *c, uint32_t bound) {
  c->state ^= c->state >> 12;
  c->state ^= c->state << 25;
  c->state ^= c->state >> 27;
  return (uint32_t)((c->state * UINT64_C(2685821657736338717)) >> 33) % bound;
}

#define ONE_OF(c, list) (list)[below((c), QL_COUNT(list))]

static const char *const AGENTS[] = {"@lead", "@api", "@db", "@ops", "@new"};
static const char *const TASKS[] = {"T1", "T2", "T3", "T4", "T5"};
static const char *const HASHES[] = {"1111111111111111111111111111111111111111111111111111111111111111",
                                     "2222222222222222222222222222222222222222222222222222222222222222"};

static stage *some_quest(chance *c) {
  static const char *const POLICIES[] = {"strict", "parallel"};
  static const char *const MORE[] = {
      "",
      ",'consult':1,'deadlines':{'task':3000,'turn':1000}",
      ",'budget':{'micro':60,'tokens':90,'turns':40},'consult':2",
      ",'consult':3,'deadlines':{'quest':20000},'ladder':[{'max_ms':900,'min_ms':500,'retries':1,'to':['@db']},{'max_ms':0,'min_ms':0},{}]",
      ",'gates':[{'id':'a','judge':'rule','milli':5,'op':'>=','task':'T1','text':'t'},{'id':'b','judge':'seat','text':'t'}],'loops':2,"
      "'tasks':[{'id':'T1','title':'a','to':'@api'},{'after':['T1'],'id':'T2','title':'b','to':'@db'}]",
  };
  char create[1024];
  snprintf(create, sizeof create, "'agents':['@lead','@api','@db','@ops'],'policy':'%s'%s", ONE_OF(c, POLICIES), ONE_OF(c, MORE));
  return raise_stage(create);
}

/* Mostly by somebody who holds, so that quests get somewhere. */
static const char *somebody(chance *c, const stage *g, char name[32]) {
  const ql__state *s = state_of(g);
  size_t seat = below(c, (uint32_t)s->seat_count);
  for (size_t i = 0; i < s->seat_count && below(c, 8) > 0; i++) {
    if (ql__holds(s, seat)) break;
    seat = (seat + 1) % s->seat_count;
  }
  snprintf(name, 32, "%.*s", (int)s->seats[seat].id.len, s->seats[seat].id.ptr);
  return name;
}

static void members(chance *c, const stage *g, ql_event_type type, char *out, size_t size) {
  static const char *const KINDS[] = {"", "", "'kind':'blocked'", "'kind':'clarification'", "'kind':'progress'"};
  static const char *const AS[] = {"given", "given", "pass", "fail", "waived"};
  static const char *const OUTCOMES[] = {"ok", "error", "lost", "cancelled"};
  const ql__state *s = state_of(g);
  const char *agent = ONE_OF(c, AGENTS), *task = ONE_OF(c, TASKS);
  int number = (int)below(c, 9);
  int64_t start = s->effect_count > 0 ? s->effects[below(c, (uint32_t)s->effect_count)].n : number;
  out[0] = 0;
  if (type == QL_EVENT_message && below(c, 2))
    snprintf(out, size, "'task':'%s','to':['%s']", task, agent);
  else if (type == QL_EVENT_message)
    snprintf(out, size, "'to':['%s','%s']", agent, ONE_OF(c, AGENTS));
  else if (type == QL_EVENT_respond)
    snprintf(out, size, "%s", ONE_OF(c, KINDS));
  else if (type == QL_EVENT_drop || type == QL_EVENT_escalate)
    snprintf(out, size, "'task':'%s'", task);
  else if (type == QL_EVENT_claim)
    snprintf(out, size, "'agent':'%s','seat':'model'", agent);
  else if (type == QL_EVENT_reassign)
    snprintf(out, size, "'task':'%s','to':'%s'", task, below(c, 9) ? agent : "@owner");
  else if (type == QL_EVENT_gate)
    snprintf(out, size, "'as':'%s','gate':'%s','value':%d", ONE_OF(c, AS), below(c, 2) ? "a" : "b", number);
  else if (type == QL_EVENT_artifact)
    snprintf(out, size, "'bytes':1,'hash':'%s','media':'text/plain','name':'n'", ONE_OF(c, HASHES));
  else if (type == QL_EVENT_start)
    snprintf(out, size, "'attempt':1,'effect':'http','micro':%d,'request':'%s','seat':'%s','tokens':%d", number, HASHES[0], agent, number);
  else if (type == QL_EVENT_done)
    snprintf(out, size, "'input':%d,'outcome':'%s','start':%d", number, ONE_OF(c, OUTCOMES), (int)start);
  else if (type == QL_EVENT_usage)
    snprintf(out, size, "'agent':'%s','micro':%d,'model':'m-%d','task':'%s'", agent, number, number % 3, task);
  else if (type == QL_EVENT_fork)
    snprintf(out, size, "'from':%d,'id':'000000000%d'", (int)s->events - 1, number);
  else if (type == QL_EVENT_upgrade)
    snprintf(out, size, "'to':%d", 1 + number);
  else if (type == QL_EVENT_release || type == QL_EVENT_add || type == QL_EVENT_remove || type == QL_EVENT_promote)
    snprintf(out, size, "'agent':'%s'", agent);
}

/* What ends a quest or its team comes seldom; @owner does what is the owner's. */
static ql_event_type some_type(chance *c) {
  static const ql_event_type USUAL[] = {QL_EVENT_message, QL_EVENT_message, QL_EVENT_message, QL_EVENT_respond,
                                        QL_EVENT_respond, QL_EVENT_respond, QL_EVENT_start,   QL_EVENT_done,
                                        QL_EVENT_tick,    QL_EVENT_resume,  QL_EVENT_gate,    QL_EVENT_artifact};
  ql_event_type any = (ql_event_type)(1 + below(c, QL_EVENT_COUNT - 1));
  bool ends = any == QL_EVENT_abort || any == QL_EVENT_fail || any == QL_EVENT_reject;
  return below(c, 4) > 0 || (ends && below(c, 8) > 0) ? ONE_OF(c, USUAL) : any;
}

static const struct {
  const char *who, *says[4], *refusals;
} TABLE[] = {
#define COMMAND(type, who, proposed, running, paused, closing, guard, refusals) {#who, {#proposed, #running, #paused, #closing}, refusals},
#include <questline/commands.def>
#undef COMMAND
};

static bool in_list(const char *list, const char *word) {
  size_t len = strlen(word);
  for (const char *at = strstr(list, word); at; at = strstr(at + 1, word))
    if ((at == list || at[-1] == ' ') && (at[len] == 0 || at[len] == ',')) return true;
  return false;
}

/* The table that is printed says all that can happen. */
static void assert_announced(ql_event_type type, ql__status before, const char *code) {
  const char *always = "not_recruited, stale_fence, counter_gap, limit, not_your_turn, owner_only, leader_only, paused, quest_over";
  bool open = before >= QL__PROPOSED && before <= QL__CLOSING;
  bool said = open && strcmp(TABLE[type].says[before - QL__PROPOSED], code[0] ? code : "ACCEPTED") == 0;
  if (said || (code[0] && (in_list(always, code) || in_list(TABLE[type].refusals, code)))) return;
  fail_msg("commands.def does not say that %.*s may be answered %s", (int)ql__event_name(type).len, ql__event_name(type).ptr,
           code[0] ? code : "yes");
}

static void no_command_breaks_an_invariant(void **state) {
  (void)state;
  size_t accepted[QL_EVENT_COUNT] = {0}, ends[QL__STATUS_COUNT] = {0};
  chance c = {UINT64_C(88172645463325252)};
  for (int quest = 0; quest < QUESTS; quest++) {
    stage *g = some_quest(&c);
    if (state_of(g)->status == QL__PROPOSED) ACCEPTED(does(g, "@owner", "approve", ""));
    for (int step = 0; step < STEPS && !ql__over(state_of(g)); step++) {
      char by[32], more[512], type[32];
      ql_event_type wanted = some_type(&c);
      ql_str name = ql__event_name(wanted);
      snprintf(type, sizeof type, "%.*s", (int)name.len, name.ptr);
      members(&c, g, wanted, more, sizeof more);
      bool owners = wanted != QL_EVENT_message && wanted != QL_EVENT_respond && below(&c, 3) > 0;
      later(g, below(&c, 400));
      ql__status before = state_of(g)->status;
      const char *code = does(g, owners ? "@owner" : somebody(&c, g, by), type, more);
      assert_announced(wanted, before, code);
      accepted[wanted] += code[0] == 0;
    }
    ends[state_of(g)->status]++;
    strike_stage(g);
  }
  /* It got about: everything was accepted at some time, but what cannot be. */
  for (size_t type = 1; type < QL_EVENT_COUNT; type++)
    if (type != QL_EVENT_upgrade && type != QL_EVENT_reject && type != QL_EVENT_approve) assert_true(accepted[type] > 0);
  assert_true(ends[QL__COMPLETED] > 0 && ends[QL__ABORTED] > 0 && ends[QL__FAILED] > 0 && ends[QL__TIMED_OUT] > 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(no_command_breaks_an_invariant)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
