/* The check of a whole log: bytes and chain first, then the rules, then whether it can have been cut. */
#include <questline/limits.h>

#include "base/text.h"
#include "quest/quest.h"

static const struct {
  ql_str cause, message;
} CAUSES[] = {
    {QL_STR_INIT("torn_tail"), QL_STR_INIT("Bytes after the last line end: the last event was not written to its end.")},
    {QL_STR_INIT("not_canonical"), QL_STR_INIT("The line is not written in the one canonical way.")},
    {QL_STR_INIT("hash"), QL_STR_INIT("The line is not what was written: its hash differs.")},
    {QL_STR_INIT("sequence"), QL_STR_INIT("The line has another number than its place.")},
    {QL_STR_INIT("commitment"), QL_STR_INIT("A text is not the one that was committed to.")},
    {QL_STR_INIT("version"), QL_STR_INIT("The quest was written by newer rules. A newer Questline can check them.")},
    {QL_STR_INIT("limit"), QL_STR_INIT("A limit is passed.")},
    {QL_STR_INIT("head"), QL_STR_INIT("It is sound in itself, but not the log whose head was given.")},
    {QL_STR_INIT("empty"), QL_STR_INIT("There is no event in it.")},
    {QL_STR_INIT("time_fell"), QL_STR_INIT("The event is older than the one before it.")},
};

static ql_str message_of(ql_arena *a, ql_str cause) {
  for (size_t i = 0; i < QL_COUNT(CAUSES); i++)
    if (ql_eq(CAUSES[i].cause, cause)) return CAUSES[i].message;
  const ql_str pieces[] = {QL_STR("The event breaks a rule: "), cause, QL_STR(".")};
  return ql_arena_concat(a, pieces, QL_COUNT(pieces));
}

static ql_str c_string(ql_arena *a, const char *s) {
  size_t len = 0;
  while (s && s[len]) len++;
  return ql_arena_str(a, (ql_str){s ? s : "", len});
}

typedef struct finding {
  ql_str verdict, cause;
  int64_t line;
  size_t offset;
} finding;

static ql_value *problem_value(ql_arena *a, const finding *f) {
  ql_value *problem = ql_object(a);
  QL_SET(problem, "cause", ql_string(a, f->cause));
  QL_SET(problem, "line", ql_int(a, f->line));
  QL_SET(problem, "message", ql_string(a, message_of(a, f->cause)));
  QL_SET(problem, "offset", ql_int(a, (int64_t)f->offset));
  QL_SET(problem, "verdict", ql_string(a, f->verdict));
  return problem;
}

/* Lines behind one that is illegal or of newer rules: bytes and chain can still be checked. Stops at the first break. */
static ql_status follow_chain(ql_arena *answer, const ql_quest *quest, ql_str rest, int64_t *events, uint8_t head[QL_HASH_BYTES],
                              finding *f, ql_error *err) {
  ql_arena *a = ql_arena_new(quest->alloc);
  if (!a) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  ql_status status = QL_OK;
  while (rest.len > 0 && status == QL_OK) {
    size_t end = ql_find_byte(rest, '\n', 0);
    ql__line line;
    ql_error inner = {0};
    ql_arena_reset(a);
    if (end == SIZE_MAX) {
      *f = (finding){QL_STR("intact"), QL_STR("torn_tail"), *events + 1, 0};
      break;
    }
    status = ql__line_read(a, ql_slice(rest, 0, end), head, *events, &line, &inner);
    if (status == QL_ERR_NOMEM) break;
    if (status != QL_OK && status != QL_ERR_VERSION) {
      *f = (finding){QL_STR("intact"), c_string(answer, inner.message), *events + 1, inner.offset};
      status = QL_OK;
      break;
    }
    status = QL_OK;
    for (size_t i = 0; i < QL_HASH_BYTES; i++) head[i] = line.hash[i];
    ++*events;
    rest = ql_slice(rest, end + 1, rest.len);
  }
  ql_arena_free(a);
  return status == QL_OK ? QL_OK : ql_fail(err, status, "out of memory", QL_ABSENT);
}

/* What was found out about a log. */
typedef struct look {
  finding f;
  ql_str legal;
  int64_t events;
  uint8_t head[QL_HASH_BYTES]; /* after the last line whose chain holds */
} look;

static ql_status give_verdict(ql_arena *a, const ql_quest *quest, ql_str head, look *l, ql_value **out, ql_error *err) {
  char state_hash[QL_HASH_CHARS], head_chars[QL_HASH_CHARS];
  ql_value *signers = quest->state.keys ? ql__signers(quest, a) : NULL;
  if ((quest->state.keys && !signers) || ql_quest_state_hash(quest, state_hash, err) != QL_OK)
    return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  ql_base64url_write(head_chars, l->head, QL_HASH_BYTES);
  bool intact = !ql_eq(l->f.verdict, QL_STR("intact"));
  if (!intact && ql_eq(l->legal, QL_STR("yes"))) l->legal = QL_STR("unknown"); /* what the broken line did is not known */
  bool terminal = ql__over(&quest->state) && intact && ql_eq(l->legal, QL_STR("yes"));
  bool anchored = head.ptr && ql_eq(head, (ql_str){head_chars, QL_HASH_CHARS});
  ql_str complete = terminal ? QL_STR("terminal") : anchored ? QL_STR("anchored") : QL_STR("open");
  if (head.ptr && !anchored) {
    complete = QL_STR("no");
    if (!l->f.verdict.ptr) l->f = (finding){QL_STR("complete"), QL_STR("head"), l->events, 0};
  }
  ql_value *verdict = ql_object(a);
  QL_SET(verdict, "complete", ql_string(a, complete));
  QL_SET(verdict, "events", ql_int(a, l->events));
  QL_SET(verdict, "head", ql_string(a, ql_arena_str(a, (ql_str){head_chars, QL_HASH_CHARS})));
  QL_SET(verdict, "intact", ql_string(a, intact ? QL_STR("yes") : QL_STR("no")));
  QL_SET(verdict, "legal", ql_string(a, l->legal));
  if (l->f.verdict.ptr) QL_SET(verdict, "problem", problem_value(a, &l->f));
  if (signers) QL_SET(verdict, "signers", signers);
  QL_SET(verdict, "state_hash", ql_string(a, ql_arena_str(a, (ql_str){state_hash, QL_HASH_CHARS})));
  QL_SET(verdict, "withheld", ql_int(a, quest->withheld));
  if (ql_arena_failed(a)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  *out = verdict;
  return QL_OK;
}

static look look_at(const ql_quest *quest) {
  look l = {{QL_ABSENT, QL_ABSENT, 0, 0}, QL_STR("yes"), ql_quest_count(quest), {0}};
  for (size_t i = 0; i < QL_HASH_BYTES; i++) l.head[i] = quest->head[i];
  if (l.events == 0) l.f = (finding){QL_STR("intact"), QL_STR("empty"), 1, 0};
  return l;
}

ql_status ql_quest_verdict(const ql_quest *quest, ql_arena *a, ql_str head, ql_value **out, ql_error *err) {
  look l = look_at(quest);
  return give_verdict(a, quest, head, &l, out, err);
}

ql_status ql_verify(ql_arena *a, ql_str log, ql_str head, ql_value **out, ql_error *err) {
  ql_quest *quest = ql_quest_new(ql_arena_alloc(a));
  if (!quest) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  ql_error why = {0};
  ql_status status = ql_quest_append_log(quest, log, &why);
  look l = look_at(quest);
  if (status == QL_ERR_STATE || status == QL_ERR_VERSION) {
    l.f = status == QL_ERR_STATE ? (finding){QL_STR("legal"), c_string(a, why.detail), why.line, 0} : (finding){QL_ABSENT, QL_ABSENT, 0, 0};
    l.legal = status == QL_ERR_STATE ? QL_STR("no") : QL_STR("unknown");
    status = follow_chain(a, quest, ql_slice(log, quest->log.len, log.len), &l.events, l.head, &l.f, err);
  } else if (status != QL_OK && status != QL_ERR_NOMEM) {
    l.f = (finding){QL_STR("intact"), c_string(a, why.message), why.line, why.offset};
    status = QL_OK;
  }
  if (status == QL_OK) status = give_verdict(a, quest, head, &l, out, err);
  ql_quest_free(quest);
  return status == QL_OK ? QL_OK : ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
}
