/* What is explored: the slices, and every command of each by everybody, honest and hostile. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model.h"
#include "quest/machine.h"

#define WORDS  "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" /* as long as a commitment, because it stands for one */
#define OTHERS "BAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define HASH_1 "1000000000000000000000000000000000000000000000000000000000000000"
#define HASH_2 "2000000000000000000000000000000000000000000000000000000000000000"
#define TEAM   "'agents':['@lead','@a','@b','@c'],'format':1,'id':'0000000000','mission':'" WORDS "'"

#define MESSAGE(more) "'type':'message','msg':'" WORDS "'," more
#define RESPOND(kind) "'type':'respond','msg':'" WORDS "','kind':'" kind "'"
#define COMPLETE      "'type':'complete','summary':'" WORDS "'"
#define TASK(id, to)  "{'id':'" id "','title':'" WORDS "','to':'" to "'}"

static const char *const TURNS[] = {
    MESSAGE("'to':['@a']"),
    MESSAGE("'to':['@b']"),
    MESSAGE("'to':['@c'],'task':'T1'"),
    MESSAGE("'to':['@a'],'task':'T1'"),
    MESSAGE("'to':['@b'],'task':'T2'"),
    MESSAGE("'to':['@a'],'task':'T3'"),
    MESSAGE("'to':['@a'],'task':'T9'"),
    MESSAGE("'to':['@owner'],'task':'T1'"),
    MESSAGE("'to':['@a','@b']"),
    MESSAGE("'to':['@a','@a']"),
    MESSAGE("'to':['@a','@b'],'task':'T1'"),
    MESSAGE("'to':['@b'],'task':'T2','group':0"),
    MESSAGE("'to':['@b'],'task':'T2','group':1"),
    MESSAGE("'to':['@a'],'task':'T1','group':2"),
    MESSAGE("'to':['@c'],'task':'T2','group':4"),
    MESSAGE("'to':['@a','@c'],'group':1"),
    MESSAGE("'to':['@lead']"),
    MESSAGE("'to':['@lead','@lead']"),
    MESSAGE("'to':['@lead'],'task':'T1'"),
    MESSAGE("'to':['@lead'],'group':1"),
    MESSAGE("'to':['@ghost']"),
    RESPOND("progress"),
    RESPOND("completed"),
    RESPOND("clarification"),
    RESPOND("blocked"),
    "'type':'drop','task':'T1'",
    "'type':'drop','task':'T2'",
    "'type':'drop','task':'T9'",
    "'type':'pause'",
    "'type':'resume'",
    "'type':'abort'",
    "'type':'approve'",
    "'type':'reject'",
    "'type':'fail'",
    "'type':'tick'",
    COMPLETE,
    NULL,
};

/* One of each kind, for all features at once. */
static const char *const TOGETHER[] = {
    "'type':'approve'",
    MESSAGE("'to':['@a'],'task':'T1'"),
    MESSAGE("'to':['@b'],'task':'T2'"),
    MESSAGE("'to':['@a','@c']"),
    MESSAGE("'to':['@c']"),
    RESPOND("progress"),
    RESPOND("completed"),
    RESPOND("blocked"),
    "'type':'drop','task':'T1'",
    "'type':'drop','task':'T2'",
    "'type':'drop','task':'T3'",
    "'type':'pause'",
    "'type':'resume'",
    "'type':'abort'",
    "'type':'claim','agent':'@a','seat':'model'",
    "'type':'gate','gate':'number','as':'given','value':5",
    "'type':'gate','gate':'seat','as':'given','evidence':'" WORDS "'",
    "'type':'gate','gate':'seat','as':'pass'",
    "'type':'gate','gate':'word','as':'given','word':'yes'",
    "'type':'reassign','task':'T1','to':'@b'",
    "'type':'remove','agent':'@a'",
    "'type':'add','agent':'@a'",
    "'type':'promote','agent':'@b'",
    "'type':'escalate','task':'T2'",
    "'type':'tick'",
    "'type':'start','attempt':1,'effect':'http','micro':2,'request':'" HASH_1 "','seat':'@a','tokens':3",
    "'type':'done','start':0,'outcome':'ok','input':1",
    "'type':'fork','from':0,'id':'1111111111'",
    COMPLETE,
    NULL,
};

/* Each command, so that each status says what it has to say to it. */
static const char *const EACH[] = {
    "'type':'create'",
    "'type':'approve'",
    "'type':'reject'",
    MESSAGE("'to':['@a'],'task':'T1'"),
    MESSAGE("'to':['@b']"),
    RESPOND("progress"),
    RESPOND("completed"),
    RESPOND("blocked"),
    "'type':'drop','task':'T1'",
    "'type':'pause'",
    "'type':'resume'",
    "'type':'abort'",
    "'type':'fail'",
    COMPLETE,
    "'type':'claim','agent':'@a','seat':'model'",
    "'type':'release','agent':'@a'",
    "'type':'artifact','bytes':1,'hash':'" HASH_1 "','media':'text/plain','name':'" WORDS "'",
    "'type':'gate','gate':'seat','as':'given','evidence':'" WORDS "'",
    "'type':'gate','gate':'seat','as':'pass'",
    "'type':'gate','gate':'seat','as':'waived'",
    "'type':'reassign','task':'T1','to':'@b'",
    "'type':'add','agent':'@c'",
    "'type':'remove','agent':'@c'",
    "'type':'promote','agent':'@b'",
    "'type':'promote','agent':'@lead'",
    "'type':'escalate','task':'T1'",
    "'type':'tick'",
    "'type':'start','attempt':1,'effect':'http','micro':2,'request':'" HASH_1 "','seat':'@a','tokens':3",
    "'type':'done','start':0,'outcome':'ok'",
    "'type':'usage','agent':'@a','input':1",
    "'type':'fork','from':0,'id':'1111111111'",
    "'type':'upgrade','to':1",
    "'type':'upgrade','to':2",
    "'type':'upgrade','to':9",
    NULL,
};

/* From the first rules to the newest, with all that differs: time, the ladder, questions. */
static const char *const UPGRADED[] = {
    "'type':'approve'",
    "'type':'pause'",
    "'type':'resume'",
    "'type':'abort'",
    MESSAGE("'task':'T1','to':['@a']"),
    MESSAGE("'to':['@b']"),
    MESSAGE("'to':['@c']"),
    RESPOND("progress"),
    RESPOND("completed"),
    RESPOND("blocked"),
    COMPLETE,
    "'type':'drop','task':'T1'",
    "'type':'escalate','task':'T1'",
    "'type':'tick'",
    "'type':'upgrade','to':1",
    "'type':'upgrade','to':2",
    "'type':'upgrade','to':9",
    NULL,
};

static const char *const SEATED[] = {
    MESSAGE("'to':['@a']"),
    MESSAGE("'to':['@b']"),
    RESPOND("progress"),
    RESPOND("completed"),
    RESPOND("blocked"),
    "'type':'claim','agent':'@a','seat':'model'",
    "'type':'claim','agent':'@lead','seat':'model'",
    "'type':'claim','agent':'@owner','seat':'human'",
    "'type':'claim','agent':'@ghost','seat':'model'",
    "'type':'release','agent':'@a'",
    "'type':'release','agent':'@lead'",
    "'type':'fork','from':0,'id':'1111111111'",
    "'type':'fork','from':0,'id':'0000000000'",
    "'type':'fork','from':99999,'id':'1111111111'",
    "'type':'upgrade','to':1",
    "'type':'upgrade','to':2",
    "'type':'pause'",
    "'type':'resume'",
    "'type':'abort'",
    "'type':'create'",
    "'type':'done','start':0,'outcome':'ok'",
    "'type':'done','start':1,'outcome':'error'",
    "'type':'tick'",
    "'type':'drop','task':'T1'",
    "'type':'drop','task':'T2'",
    "'type':'start','attempt':1,'effect':'http','micro':2,'request':'" HASH_1 "','seat':'@a','tokens':3",
    COMPLETE,
    NULL,
};

static const char *const QUESTIONS[] = {
    MESSAGE("'to':['@b'],'task':'T2'"),
    MESSAGE("'to':['@a'],'task':'T2'"),
    "'type':'drop','task':'T2'",
    MESSAGE("'to':['@a']"),
    MESSAGE("'to':['@b']"),
    MESSAGE("'to':['@c']"),
    MESSAGE("'to':['@a','@b']"),
    MESSAGE("'to':['@owner']"),
    MESSAGE("'to':['@lead']"),
    MESSAGE("'to':['@a'],'task':'T1'"),
    MESSAGE("'to':['@c'],'task':'T1'"),
    MESSAGE("'to':['@b'],'group':1"),
    MESSAGE("'to':['@c'],'group':2"),
    RESPOND("progress"),
    RESPOND("completed"),
    RESPOND("blocked"),
    "'type':'reassign','task':'T1','to':'@b'",
    "'type':'reassign','task':'T1','to':'@c'",
    "'type':'drop','task':'T1'",
    "'type':'pause'",
    "'type':'resume'",
    "'type':'abort'",
    "'type':'tick'",
    COMPLETE,
    NULL,
};

static const char *const EVIDENCE[] = {
    "'type':'approve'",
    MESSAGE("'to':['@a'],'task':'T1'"),
    MESSAGE("'to':['@b'],'task':'T1'"),
    MESSAGE("'to':['@b'],'task':'T2'"),
    RESPOND("progress"),
    RESPOND("completed"),
    RESPOND("blocked"),
    "'type':'drop','task':'T1'",
    "'type':'artifact','bytes':1,'hash':'" HASH_1 "','media':'text/plain','name':'" WORDS "'",
    "'type':'artifact','bytes':1,'hash':'" HASH_2 "','media':'text/plain','name':'" OTHERS "','replaces':'" HASH_1 "'",
    "'type':'artifact','bytes':1,'hash':'" HASH_2 "','media':'text/plain','name':'" OTHERS "','task':'T9'",
    "'type':'gate','gate':'number','as':'given','value':5",
    "'type':'gate','gate':'number','as':'given','value':4",
    "'type':'gate','gate':'number','as':'given','word':'yes'",
    "'type':'gate','gate':'number','as':'pass'",
    "'type':'gate','gate':'number','as':'waived'",
    "'type':'gate','gate':'seat','as':'given','artifact':'" HASH_1 "'",
    "'type':'gate','gate':'seat','as':'given'",
    "'type':'gate','gate':'seat','as':'pass'",
    "'type':'gate','gate':'seat','as':'fail'",
    "'type':'gate','gate':'word','as':'given','word':'yes'",
    "'type':'gate','gate':'word','as':'given','word':'no'",
    "'type':'gate','gate':'word','as':'given','value':1",
    "'type':'gate','gate':'word','as':'waived'",
    "'type':'gate','gate':'ghost','as':'waived'",
    COMPLETE,
    NULL,
};

/* Two workers and the gates of one of them. */
static const char *const OF_ANOTHER[] = {
    "'type':'approve'",
    MESSAGE("'to':['@a'],'task':'T1'"),
    MESSAGE("'to':['@b'],'task':'T2'"),
    RESPOND("progress"),
    RESPOND("completed"),
    RESPOND("blocked"),
    "'type':'artifact','bytes':1,'hash':'" HASH_1 "','media':'text/plain','name':'" WORDS "','task':'T1'",
    "'type':'artifact','bytes':1,'hash':'" HASH_1 "','media':'text/plain','name':'" WORDS "','task':'T9'",
    "'type':'gate','gate':'number','as':'given','value':5",
    "'type':'gate','gate':'seat','as':'given','evidence':'" WORDS "'",
    "'type':'gate','gate':'seat','as':'pass'",
    "'type':'gate','gate':'word','as':'given','word':'yes'",
    COMPLETE,
    NULL,
};

static const char *const LIMITS[] = {
    "'type':'approve'",
    "'type':'abort'",
    MESSAGE("'to':['@a'],'task':'T1'"),
    MESSAGE("'to':['@b'],'task':'T2'"),
    RESPOND("progress"),
    RESPOND("completed"),
    RESPOND("blocked"),
    "'type':'escalate','task':'T1'",
    "'type':'escalate','task':'T9'",
    "'type':'drop','task':'T1'",
    "'type':'pause'",
    "'type':'resume'",
    "'type':'tick'",
    COMPLETE,
    NULL,
};

static const char *const SPENDING[] = {
    MESSAGE("'to':['@a'],'task':'T1'"),
    MESSAGE("'to':['@b'],'task':'T2'"),
    RESPOND("progress"),
    RESPOND("completed"),
    "'type':'start','attempt':1,'effect':'http','micro':2,'request':'" HASH_1 "','seat':'@a','tokens':3",
    "'type':'start','attempt':1,'effect':'tool','micro':0,'request':'" HASH_1 "','seat':'@lead','tokens':1",
    "'type':'start','attempt':1,'effect':'tool','micro':0,'request':'" HASH_1 "','seat':'@ghost','tokens':1",
    "'type':'start','attempt':1,'effect':'tool','micro':0,'request':'" HASH_1 "','seat':'@lead','task':'T9','tokens':1",
    "'type':'done','start':0,'outcome':'ok','input':1,'output':1,'micro':1,'ms':5",
    "'type':'done','start':1,'outcome':'lost'",
    "'type':'done','start':99999,'outcome':'ok'",
    "'type':'usage','agent':'@a','input':1",
    "'type':'usage','agent':'@ghost','input':1",
    "'type':'usage','agent':'@a','input':1,'task':'T9'",
    "'type':'resume','budget':{'tokens':9,'turns':9}",
    "'type':'resume'",
    "'type':'abort'",
    "'type':'fail'",
    "'type':'tick'",
    "'type':'fork','from':0,'id':'1111111111'",
    COMPLETE,
    NULL,
};

static const char *const CHANGES[] = {
    MESSAGE("'to':['@b'],'task':'T2'"),
    "'type':'drop','task':'T2'",
    MESSAGE("'to':['@a']"),
    MESSAGE("'to':['@b']"),
    MESSAGE("'to':['@a','@b']"),
    MESSAGE("'to':['@c'],'task':'T1'"),
    MESSAGE("'to':['@lead'],'task':'T1'"),
    MESSAGE("'to':['@new'],'task':'T1'"),
    RESPOND("progress"),
    RESPOND("completed"),
    RESPOND("blocked"),
    "'type':'reassign','task':'T1','to':'@a'",
    "'type':'reassign','task':'T1','to':'@b'",
    "'type':'reassign','task':'T2','to':'@lead'",
    "'type':'reassign','task':'T9','to':'@b'",
    "'type':'reassign','task':'T1','to':'@ghost'",
    "'type':'remove','agent':'@a'",
    "'type':'remove','agent':'@b'",
    "'type':'remove','agent':'@lead'",
    "'type':'remove','agent':'@owner'",
    "'type':'remove','agent':'@ghost'",
    "'type':'add','agent':'@a'",
    "'type':'add','agent':'@b'",
    "'type':'add','agent':'@new'",
    "'type':'promote','agent':'@a'",
    "'type':'promote','agent':'@lead'",
    "'type':'promote','agent':'@owner'",
    "'type':'promote','agent':'@ghost'",
    "'type':'usage','agent':'@a','input':1",
    "'type':'drop','task':'T1'",
    "'type':'pause'",
    "'type':'resume'",
    COMPLETE,
    NULL,
};

static const char *const AGAIN[] = {
    "'type':'drop','task':'T1'",
    "'type':'drop','task':'T2'",
    "'type':'message','msg':'" WORDS "','same':'" WORDS "','to':['@a'],'task':'T1'",
    "'type':'message','msg':'" WORDS "','same':'" WORDS "','to':['@b'],'task':'T2'",
    "'type':'message','msg':'" OTHERS "','same':'" OTHERS "','to':['@a'],'task':'T1'",
    RESPOND("progress"),
    RESPOND("completed"),
    RESPOND("blocked"),
    "'type':'pause'",
    "'type':'resume'",
    COMPLETE,
    NULL,
};

#define DEPENDENT "'tasks':[" TASK("T1", "@a") ",{'after':['T1'],'id':'T2','title':'" WORDS "','to':'@b'}]"
#define SEEN      "{'id':'seat','judge':'seat','task':'T1','text':'" WORDS "'}"
#define SHOWN                                                                                                                              \
  "'gates':[{'id':'number','judge':'rule','milli':5,'op':'>=','task':'T1','text':'" WORDS                                                  \
  "'},{'id':'seat','judge':'seat','task':'T1','text':'" WORDS "'},{'expect':'yes','id':'word','judge':'rule','text':'" WORDS "'}]"
#define LEVELS "'ladder':[{'max_ms':2,'min_ms':1,'retries':2},{'max_ms':1}]"
#define STEEP  TWO "," LEVELS

#define TWO ",'tasks':[" TASK("T1", "@a") "," TASK("T2", "@b") "]"

const slice SLICES[] = {
    {.name = "each command",
     .leaves_out = "a second task and effect, time",
     .create = TEAM ",'tasks':[" TASK("T1", "@a") "],'gates':[" SEEN "]",
     .commands = EACH,
     .tasks = 1,
     .items = 1,
     .effects = 1,
     .quick = STRICT},
    {.name = "each command, with time",
     .leaves_out = "a second task and effect, a budget",
     .create = TEAM ",'consult':1,'deadlines':{'turn':1},'ladder':[{'max_ms':1}],'tasks':[" TASK("T1", "@a") "],'gates':[" SEEN "]",
     .commands = EACH,
     .tasks = 1,
     .items = 1,
     .effects = 1,
     .by_time = true},
    {.name = "an upgrade",
     .leaves_out = "a second task, gates, effects",
     .create = TEAM ",'consult':2,'deadlines':{'turn':2},'tasks':[" TASK("T1", "@a") "]," LEVELS,
     .commands = UPGRADED,
     .tasks = 1,
     .items = 1,
     .by_time = true,
     .quick = STRICT,
     .rules = 1},
    {.name = "turns",
     .leaves_out = "team changes, gates, limits, effects, questions",
     .create = TEAM,
     .commands = TURNS,
     .tasks = 2,
     .items = 3,
     .quick = BOTH},
    {.name = "a plan", .leaves_out = "the same", .create = TEAM "," DEPENDENT, .commands = TURNS, .tasks = 2, .items = 3, .quick = BOTH},
    {.name = "seats and forks",
     .leaves_out = "all but turns and seats",
     .create = TEAM,
     .commands = SEATED,
     .tasks = 2,
     .items = 2,
     .quick = STRICT},
    {.name = "questions",
     .leaves_out = "gates, limits, effects",
     .create = TEAM ",'consult':2",
     .commands = QUESTIONS,
     .tasks = 2,
     .items = 3,
     .quick = PARALLEL},
    {.name = "questions, with time",
     .leaves_out = "gates, effects",
     .create = TEAM ",'consult':2,'deadlines':{'turn':2}",
     .commands = QUESTIONS,
     .tasks = 1,
     .items = 2,
     .by_time = true,
     .quick = BOTH},
    {.name = "questions, rules 1",
     .leaves_out = "gates, effects",
     .create = TEAM ",'consult':2,'deadlines':{'turn':2}",
     .commands = QUESTIONS,
     .tasks = 1,
     .items = 2,
     .by_time = true,
     .quick = STRICT,
     .rules = 1},
    {.name = "gates",
     .leaves_out = "limits, effects, team changes",
     .create = TEAM ",'tasks':[" TASK("T1", "@a") "]," SHOWN,
     .commands = EVIDENCE,
     .tasks = 1,
     .items = 1,
     .quick = STRICT},
    {.name = "gates, two tasks", .leaves_out = "the same", .create = TEAM TWO "," SHOWN, .commands = EVIDENCE, .tasks = 2, .items = 2},
    {.name = "gates of another",
     .leaves_out = "the same",
     .create = TEAM TWO "," SHOWN,
     .commands = OF_ANOTHER,
     .tasks = 2,
     .items = 2,
     .quick = PARALLEL},
    {.name = "deadlines",
     .leaves_out = "gates, effects, ladder",
     .create = TEAM ",'deadlines':{'quest':4,'task':2,'turn':1}",
     .commands = LIMITS,
     .tasks = 2,
     .items = 2,
     .by_time = true,
     .quick = BOTH},
    {.name = "ladder",
     .leaves_out = "gates, effects",
     .create = TEAM STEEP,
     .commands = LIMITS,
     .tasks = 2,
     .items = 2,
     .by_time = true,
     .quick = STRICT},
    {.name = "ladder, rules 1",
     .leaves_out = "gates, effects",
     .create = TEAM STEEP,
     .commands = LIMITS,
     .tasks = 2,
     .items = 2,
     .by_time = true,
     .rules = 1},
    {.name = "effects and budget",
     .leaves_out = "gates, ladder",
     .create = TEAM ",'budget':{'tokens':5,'turns':3}",
     .commands = SPENDING,
     .tasks = 2,
     .items = 2,
     .by_time = true},
    {.name = "an effect and budget",
     .leaves_out = "the same",
     .create = TEAM ",'budget':{'tokens':4,'turns':2}",
     .commands = SPENDING,
     .tasks = 2,
     .items = 2,
     .effects = 1,
     .by_time = true,
     .quick = STRICT},
    {.name = "the same words",
     .leaves_out = "gates, effects",
     .create = TEAM ",'loops':2",
     .commands = AGAIN,
     .tasks = 2,
     .items = 2,
     .quick = BOTH},
    {.name = "team",
     .leaves_out = "gates, limits, effects",
     .create = TEAM,
     .commands = CHANGES,
     .tasks = 2,
     .items = 2,
     .all_agents_alike = true},
    {.name = "team, questions",
     .leaves_out = "gates, limits, effects",
     .create = TEAM ",'consult':1",
     .commands = CHANGES,
     .tasks = 2,
     .items = 2,
     .all_agents_alike = true,
     .quick = PARALLEL},
    {.name = "a plan, rules 1",
     .leaves_out = "what turns leave out",
     .create = TEAM "," DEPENDENT,
     .commands = TURNS,
     .tasks = 2,
     .items = 3,
     .rules = 1},
    {.name = "turns, three tasks", .leaves_out = "what turns leave out", .create = TEAM, .commands = TURNS, .tasks = 3, .items = 4},
    {.name = "all together",
     .leaves_out = "nothing; it is cut",
     .create =
         TEAM ",'budget':{'tokens':5,'turns':9},'consult':2,'deadlines':{'quest':4,'task':2,'turn':1}," LEVELS "," DEPENDENT "," SHOWN,
     .commands = TOGETHER,
     .tasks = 3,
     .items = 3,
     .by_time = true,
     .all_agents_alike = true,
     .most = 150000},
};
const size_t SLICE_COUNT = QL_COUNT(SLICES);

/* ---- from text to commands ---- */

ql_value *read_members(ql_arena *a, const char *members) {
  ql_buf json = ql_buf_new(ql_alloc_libc());
  ql_buf_byte(&json, '{');
  for (const char *c = members; *c; c++) ql_buf_byte(&json, *c == '\'' ? '"' : *c);
  ql_buf_byte(&json, '}');
  ql_value *value = NULL;
  ql_error err = {0};
  if (ql_json_read(a, ql_buf_str(&json), &value, &err) != QL_OK) abort(); /* a command of this file is ill-formed */
  ql_buf_free(&json);
  return value;
}

const char *policy_name(policies policy) { return policy == STRICT ? "strict" : "parallel"; }

ql_value *create_members(ql_arena *a, const run *x) {
  const char *policy = policy_name(x->policy);
  ql_value *d = read_members(a, x->what->create);
  QL_SET(d, "policy", ql_string(a, (ql_str){policy, strlen(policy)}));
  QL_SET(d, "rules", ql_int(a, x->what->rules > 0 ? x->what->rules : QL_QUEST_RULES));
  return d;
}

/* The same without one member. */
static ql_value *without(ql_arena *a, const ql_value *object, ql_str left_out) {
  ql_value *rest = ql_object(a);
  for (const ql_value *member = object->first; member; member = member->next)
    if (!ql_eq(member->key, left_out)) ql_set(rest, member->key, ql_copy(a, member));
  return rest;
}

static number_from number_of(ql_event_type type, ql_value *d, ql_value **number) {
  *number = type == QL_EVENT_fork ? QL_GET(d, "from") : type == QL_EVENT_done ? QL_GET(d, "start") : NULL;
  if (!*number) return FIXED;
  if (type == QL_EVENT_fork) return (*number)->number == 0 ? LAST_EVENT : FIXED;
  return (*number)->number == 0 ? EFFECT_0 : (*number)->number == 1 ? EFFECT_1 : FIXED;
}

size_t make_moves(ql_arena *a, const slice *what, move **out) {
  static const ql_str WHO[] = {QL_STR_INIT("@owner"), QL_STR_INIT("@lead"), QL_STR_INIT("@a"),    QL_STR_INIT("@b"),
                               QL_STR_INIT("@c"),     QL_STR_INIT("@new"),  QL_STR_INIT("@ghost")};
  enum { NEW = 5 };
  static const int64_t WRONG[][2] = {{-1, 0}, {0, 1}, {1, 0}, {0, -1}};
  size_t kinds = 0, count = 0;
  while (what->commands[kinds]) kinds++;
  move *moves = ql_arena_array(a, kinds * QL_COUNT(WHO) * 8, sizeof *moves);
  for (size_t i = 0; i < kinds; i++) {
    ql_value *all = read_members(a, what->commands[i]);
    move m = {.type = ql__event_type(ql_get_str(all, QL_STR("type"))), .d = without(a, all, QL_STR("type"))};
    bool of_agents = m.type == QL_EVENT_message || m.type == QL_EVENT_respond;
    m.from = number_of(m.type, m.d, &m.number);
    for (size_t k = 0; k < QL_COUNT(WHO); k++) {
      m.by = WHO[k];
      if (k == NEW && what->commands != CHANGES) continue; /* nobody lets it in: a stranger like @ghost */
      moves[count++] = m;
      for (size_t w = 0; w < (of_agents ? QL_COUNT(WRONG) : 2) && k < 3; w++) {
        moves[count] = m;
        moves[count].fence = WRONG[w][0];
        moves[count++].counter = WRONG[w][1];
      }
      bool may_be_late = what->by_time && (m.type == QL_EVENT_respond || (m.type == QL_EVENT_tick && k == 0));
      if (may_be_late) {
        moves[count] = m;
        moves[count++].later = 1;
      }
      if (m.type == QL_EVENT_tick && k == 0) {
        moves[count] = m;
        moves[count++].later = QL__CLOSING_MS;
      }
    }
  }
  *out = moves;
  return count;
}

ql__event event_of(const ql__state *s, const move *m) {
  size_t seat = QL__NONE;
  for (size_t i = 0; i < s->seat_count; i++)
    if (ql_eq(s->seats[i].id, m->by)) seat = i;
  const ql__seat *sits = seat == QL__NONE ? NULL : &s->seats[seat];
  if (m->from == LAST_EVENT) m->number->number = s->events - 1;
  if (m->from == EFFECT_0) m->number->number = s->effect_count > 0 ? s->effects[0].n : 0;
  if (m->from == EFFECT_1) m->number->number = s->effect_count > 1 ? s->effects[1].n : 0;
  return (ql__event){m->type,   m->by, s->at + m->later, (sits ? sits->fence : 1) + m->fence, (sits ? sits->counter : 0) + m->counter,
                     s->events, m->d};
}

/* ---- worlds ---- */

static void bind(world *w) {
  w->s.seats = w->seats, w->s.seat_cap = SEATS;
  w->s.tasks = w->tasks, w->s.task_cap = TASKS;
  w->s.slots = w->slots, w->s.slot_cap = SLOTS;
  w->s.items = w->items, w->s.item_cap = ITEMS;
  w->s.messages = w->messages, w->s.message_cap = 1;
  w->s.ledger = w->ledger, w->s.booking_cap = ROWS;
  w->s.effects = w->effects, w->s.effect_cap = EFFECTS;
  w->s.artifacts = w->artifacts, w->s.artifact_cap = ARTIFACTS;
  w->s.by_hash = w->by_hash, w->s.by_hash_cap = 2 * HASHES;
  w->s.frames = w->frames;
  w->s.gates = w->gates;
  w->s.repeats = w->repeats;
}

void copy_world(world *to, const world *from) {
  memcpy(to, from, sizeof *to);
  bind(to);
}

ql__event create_event(ql_arena *a, const run *x) {
  return (ql__event){QL_EVENT_create, QL_STR("@owner"), INT64_C(1000), 1, 0, 0, create_members(a, x)};
}

void raise_world(ql_arena *a, const run *x, world *out) {
  ql__state s = {.status = QL__EMPTY};
  const ql__event event = create_event(a, x);
  ql_error err = {0};
  if (ql__guard(&s, &event).code != QL__ACCEPTED || ql__state_reserve(a, &s, &event, &err) != QL_OK) abort();
  ql__state_apply(&s, &event);
  memset(out, 0, sizeof *out);
  memcpy(out->seats, s.seats, s.seat_count * sizeof *s.seats);
  if (s.task_count > 0) memcpy(out->tasks, s.tasks, s.task_count * sizeof *s.tasks);
  memcpy(out->gates, s.gates, s.gate_count * sizeof *s.gates);
  out->s = s;
  bind(out);
}
