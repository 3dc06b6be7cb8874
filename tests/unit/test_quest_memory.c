/* Every event type under failing memory, and the signatures of lines. */
#include <questline/limits.h>

#include "base/text.h"
#include "stage.h"
#include "support.h"

#define NOW  INT64_C(1763712000000)
#define HASH "'1111111111111111111111111111111111111111111111111111111111111111'"

static const char *const STORY[] = {
    "{'agents':['@lead','@api','@db'],'budget':{'micro':900,'tokens':900},'by':'@owner','consult':2,'deadlines':{'quest':900000,'turn':50000},"
    "'gates':[{'id':'g','judge':'seat','task':'T1','text':'Reviewed'}],'keys':[['@owner','UHyzLP8PJ2MmCbtXcmCI6OQCY3pxaYYn1dFL_gQWZPk']],"
    "'ladder':[{'max_ms':4000,'min_ms':2000,'name':'Peers','to':['@db']}],'loops':3,'mission':'m','policy':'parallel','rules':1,"
    "'tasks':[{'id':'T1','title':'API','to':'@api'}],'type':'create'}",
    "{'by':'@owner','type':'approve'}",
    "{'agent':'@ops','by':'@owner','seat':'model','spec':" HASH ",'type':'add'}",
    "{'by':'@lead','msg':'Do it','task':'T1','to':['@api'],'type':'message'}",
    "{'by':'@lead','msg':'Look','to':['@db'],'type':'message'}",
    "{'by':'@lead','msg':'Go','type':'respond'}",
    "{'attempt':1,'by':'@owner','effect':'http','micro':5,'request':" HASH ",'seat':'@api','task':'T1','tokens':7,'type':'start'}",
    "{'by':'@owner','input':5,'micro':2,'model':'m-1','outcome':'ok','output':2,'start':6,'type':'done'}",
    "{'attempt':1,'by':'@owner','effect':'tool','micro':5,'request':" HASH ",'seat':'@db','tokens':7,'type':'start'}",
    "{'by':'@api','msg':'How?','to':['@ops'],'type':'message'}",
    "{'by':'@ops','msg':'So','type':'respond'}",
    "{'by':'@api','bytes':3,'hash':" HASH ",'media':'text/plain','name':'a.txt','task':'T1','type':'artifact'}",
    "{'artifact':" HASH ",'as':'given','by':'@api','evidence':'Read','gate':'g','type':'gate'}",
    "{'by':'@api','reason':'Stuck','task':'T1','type':'escalate'}",
    "{'by':'@owner','type':'tick'}",
    "{'by':'@owner','task':'T2','to':'@ops','type':'reassign'}",
    "{'by':'@api','msg':'Done','type':'respond'}",
    "{'agent':'@ops','by':'@owner','type':'remove'}",
    "{'agent':'@api','by':'@owner','model':'m-2','output':4,'type':'usage'}",
    "{'agent':'@db','by':'@lead','reason':'Knows more','type':'promote'}",
    "{'by':'@owner','from':19,'id':'0123456789','type':'fork'}",
    "{'by':'@owner','type':'pause'}",
    "{'budget':{'tokens':2000},'by':'@owner','type':'resume'}",
    "{'by':'@db','reason':'Enough','type':'fail'}",
};

static ql_status play(ql_quest *quest, const char *command) {
  static const uint8_t ENTROPY[QL_ENTROPY_BYTES] = {7};
  char json[1024];
  ql_value *value;
  ql_decision decision;
  ql_error err = {0};
  snprintf(json, sizeof json, "%s", command);
  for (char *c = json; *c; c++)
    if (*c == '\'') *c = '"';
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  if (!a) return QL_ERR_NOMEM;
  ql_status status = ql_canon_read(a, str(json), &value, &err);
  if (status == QL_OK) status = ql_quest_decide(quest, a, value, NOW, ENTROPY, &decision, &err);
  if (status == QL_OK && decision.refusal) fail_msg("%s: refused", command);
  if (status == QL_OK) status = ql_quest_append(quest, decision.line, &err);
  if (status != QL_OK && status != QL_ERR_NOMEM) fail_msg("%s: %s (%s)", command, err.message, err.detail);
  ql_arena_free(a);
  return status;
}

static ql_quest *told(size_t steps) {
  ql_quest *quest = ql_quest_new(ql_alloc_libc());
  for (size_t i = 0; i < steps; i++) assert_int_equal(play(quest, STORY[i]), QL_OK);
  return quest;
}

static void assert_same(const ql_quest *x, const ql_quest *y) {
  char hx[QL_HASH_CHARS], hy[QL_HASH_CHARS];
  assert_int_equal(ql_quest_count(x), ql_quest_count(y));
  assert_int_equal(ql_quest_state_hash(x, hx, NULL), QL_OK);
  assert_int_equal(ql_quest_state_hash(y, hy, NULL), QL_OK);
  assert_memory_equal(hx, hy, QL_HASH_CHARS);
}

static void every_event_survives_failing_memory(void **state) {
  (void)state;
  for (size_t step = 0; step < QL_COUNT(STORY); step++) {
    ql_quest *before = told(step), *after = told(step + 1);
    bool failed = true;
    for (size_t allowed = 0; failed; allowed++) {
      size_t live = 0;
      ql_quest *quest = ql_quest_new(counting_alloc(&live));
      assert_int_equal(ql_quest_append_log(quest, ql_quest_log(before), NULL), QL_OK);
      fail_allocation(allowed);
      ql_status status = play(quest, STORY[step]);
      failed = allocation_failed();
      fail_allocation(SIZE_MAX);
      assert_int_equal(status, failed ? QL_ERR_NOMEM : QL_OK);
      assert_same(quest, failed ? before : after);
      if (failed) assert_int_equal(play(quest, STORY[step]), QL_OK);
      assert_same(quest, after);
      ql_quest_free(quest);
      assert_int_equal(live, 0);
    }
    ql_quest_free(before);
    ql_quest_free(after);
  }
}

/* The hash of the state after every event of the story: a log of rules 1 that has to stay what it is. */
static void the_story_keeps_its_hash(void **state) {
  (void)state;
  char hash[QL_HASH_CHARS];
  ql_quest *quest = told(QL_COUNT(STORY));
  assert_int_equal(ql_quest_state_hash(quest, hash, NULL), QL_OK);
  assert_str_is(((ql_str){hash, QL_HASH_CHARS}), "qi5T7WXM6oN6h2mFYRKMT1f6TDecTJku93Uyqw9cGEw");
  ql_quest_free(quest);
}

#define SIGNATURE "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

static const ql_value *signature_of(const ql_quest *quest, ql_arena *a, ql_str line) {
  ql_value *value = NULL;
  assert_int_equal(ql_quest_signature(quest, a, line, &value, NULL), QL_OK);
  return value;
}

static void a_signature_stands_beside_the_event(void **state) {
  (void)state;
  ql_quest *quest = told(1), *copy = ql_quest_new(ql_alloc_libc());
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  ql_str signed_line;
  ql_value *nothing;
  uint8_t bytes[48];
  size_t len;
  /* The first line names the key itself: an empty quest knows it too. */
  const ql_value *asked = signature_of(copy, a, ql_quest_line(quest, 0));
  assert_true(ql_value_equal(asked, signature_of(quest, a, ql_quest_line(quest, 0))));
  assert_str_is(ql_get_str(asked, QL_STR("by")), "@owner");
  assert_true(ql_base64url_read(ql_get_str(asked, QL_STR("bytes")), bytes, sizeof bytes, &len));
  assert_int_equal(len, 48);
  assert_memory_equal(bytes, "questline.sign.1", 16);
  assert_memory_equal(bytes + 16, quest->head, QL_HASH_BYTES);
  assert_int_equal(ql_quest_signature(quest, a, str("{}"), &nothing, NULL), QL_ERR_SYNTAX);
  assert_int_equal(ql_line_sign(a, ql_quest_line(quest, 0), str("AA"), &signed_line, NULL), QL_ERR_ARGUMENT);
  assert_int_equal(ql_line_sign(a, str("{}"), str(SIGNATURE), &signed_line, NULL), QL_ERR_SYNTAX);
  const ql_value *before = ql_quest_signatures(quest, a);
  assert_int_equal(before->count, 1);
  assert_null(QL_GET(before->first, "signature"));
  assert_int_equal(ql_line_sign(a, ql_quest_line(quest, 0), str(SIGNATURE), &signed_line, NULL), QL_OK);
  assert_int_equal(ql_quest_append(copy, signed_line, NULL), QL_OK);
  assert_same(quest, copy);
  const ql_value *after = ql_quest_signatures(copy, a);
  assert_str_is(ql_get_str(after->first, QL_STR("signature")), SIGNATURE);
  assert_true(ql_value_equal(after->first, signature_of(copy, a, signed_line)));
  ql_arena_free(a);
  ql_quest_free(quest);
  ql_quest_free(copy);
}

/* Any line of a log that goes on can be signed, again too; the rest of the log stays where it belongs. */
static void a_line_of_the_quest_is_signed_in_place(void **state) {
  (void)state;
  static const char OTHER[] = "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBA";
  ql_quest *quest = told(QL_COUNT(STORY)), *plain = told(QL_COUNT(STORY)), *copy = ql_quest_new(ql_alloc_libc());
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  int64_t count = ql_quest_count(quest);
  assert_int_equal(ql_quest_sign(quest, count, str(SIGNATURE), NULL), QL_ERR_ARGUMENT);
  assert_int_equal(ql_quest_sign(quest, 0, str("no"), NULL), QL_ERR_ARGUMENT);
  for (int64_t n = count - 1; n >= 0; n -= 2) assert_int_equal(ql_quest_sign(quest, n, str(SIGNATURE), NULL), QL_OK);
  assert_int_equal(ql_quest_sign(quest, count - 1, str(OTHER), NULL), QL_OK);
  for (int64_t n = 0; n < count; n++) {
    ql_str expected = ql_quest_line(plain, n);
    if ((count - 1 - n) % 2 == 0)
      assert_int_equal(ql_line_sign(a, expected, str(n == count - 1 ? OTHER : SIGNATURE), &expected, NULL), QL_OK);
    assert_true(ql_eq(ql_quest_line(quest, n), expected));
  }
  assert_int_equal(ql_quest_append_log(copy, ql_quest_log(quest), NULL), QL_OK);
  assert_same(plain, copy);
  ql_value *verdict;
  assert_int_equal(ql_verify(a, ql_quest_log(quest), QL_ABSENT, &verdict, NULL), QL_OK);
  const ql_value *signer = QL_GET(verdict, "signers")->first;
  assert_str_is(ql_get_str(signer, QL_STR("agent")), "@owner");
  int64_t lines = 0, with = 0;
  for (int64_t n = 0; n < count; n++) {
    bool owners = ql_eq(ql_get_str(ql_quest_event(quest, a, n), QL_STR("by")), QL_STR("@owner"));
    lines += owners;
    with += owners && (count - 1 - n) % 2 == 0;
  }
  assert_int_equal(ql_get_int(signer, QL_STR("lines"), -1), lines);
  assert_int_equal(ql_get_int(signer, QL_STR("signed"), -1), with);
  assert_true(with > 0 && with < lines);
  ql_arena_free(a);
  ql_quest_free(quest);
  ql_quest_free(plain);
  ql_quest_free(copy);
}

static ql_status sign_in_every_way(ql_arena *a, const void *ctx) {
  const ql_quest *plain = ctx;
  ql_quest *quest = ql_quest_new(ql_arena_alloc(a));
  ql_value *value = NULL;
  if (!quest) return QL_ERR_NOMEM;
  ql_status status = ql_quest_append_log(quest, ql_quest_log(plain), NULL);
  if (status == QL_OK) {
    status = ql_quest_sign(quest, 0, str(SIGNATURE), NULL);
    if (status != QL_OK) assert_true(ql_eq(ql_quest_log(quest), ql_quest_log(plain)));
  }
  if (status == QL_OK) status = ql_quest_signature(quest, a, ql_quest_line(quest, 1), &value, NULL);
  if (status == QL_OK && !ql_quest_signatures(quest, a)) status = QL_ERR_NOMEM;
  if (status == QL_OK) status = ql_verify(a, ql_quest_log(quest), QL_ABSENT, &value, NULL);
  if (status == QL_OK) assert_int_equal(ql_get_int(QL_GET(value, "signers")->first, QL_STR("signed"), 0), 1);
  ql_quest_free(quest);
  return status;
}

static void signing_survives_failing_memory(void **state) {
  (void)state;
  ql_quest *plain = told(3);
  assert_true(try_every_allocation(sign_in_every_way, plain) > 10);
  ql_quest_free(plain);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_event_survives_failing_memory), cmocka_unit_test(the_story_keeps_its_hash),
      cmocka_unit_test(a_signature_stands_beside_the_event), cmocka_unit_test(a_line_of_the_quest_is_signed_in_place),
      cmocka_unit_test(signing_survives_failing_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
