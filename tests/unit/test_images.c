/* A model that makes images: their bytes go to the host, the log and the conversation know them by their hash. */
#include "base/text.h"
#include "support.h"
#include "theatre.h"

#define DOT "iVBORw0KGgoAAAANSUhEUg==" /* 16 bytes */

/* In the wire of Gemini: two images, one of which is none, and a move. */
static ql_str draws(theatre *h, ql_arena *a, ql_str agent, ql_str said, size_t uses) {
  (void)uses;
  char text[2048];
  const char *move = "{\"args\":{\"msg\":\"Drawn. Evidence: the image.\"},\"name\":\"quest_respond\"}", *image = "";
  bool drawn = ql_find(said, QL_STR("An image was here"), 0) != SIZE_MAX;
  if (ql_eq(agent, QL_STR("@lead"))) {
    size_t sent = count_events(h->quest, "message", NULL, NULL), answered = count_events(h->quest, "respond", NULL, NULL);
    move = answered > 1 ? "{\"args\":{\"summary\":\"x\"},\"name\":\"quest_complete\"}"
           : sent == 0  ? "{\"args\":{\"msg\":\"x\",\"task\":\"T1\",\"to\":[\"@api-designer\"]},\"name\":\"quest_message\"}"
                        : "{\"args\":{\"msg\":\"x\"},\"name\":\"quest_report\"}";
  } else if (!drawn) { /* then it is asked once more */
    image = "{\"inlineData\":{\"data\":\"" DOT
            "\",\"mimeType\":\"image/png\"},\"thoughtSignature\":\"c2ln\"},{\"inlineData\":{\"data\":\"no base64\","
            "\"mimeType\":\"image/png\"}},";
    move = "{\"args\":{\"msg\":\"x\",\"to\":[\"@nobody\"]},\"name\":\"quest_message\"}";
  }
  snprintf(text, sizeof text,
           "data: {\"candidates\":[{\"content\":{\"parts\":[%s{\"functionCall\":%s}],\"role\":\"model\"},\"finishReason\":\"STOP\"}],"
           "\"modelVersion\":\"gemini-x\",\"usageMetadata\":{\"candidatesTokenCount\":5,\"promptTokenCount\":10}}\n\n",
           image, move);
  return ql_arena_str(a, str(text));
}

static void play_with_gemini(theatre *h) {
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  ql_value *r = player_request(a, "quest", "x"), *players;
  assert_int_equal(ql_json_read(a, str("[{\"agent\":\"*\",\"model\":\"gemini-x\",\"provider\":\"gemini\"}]"), &players, NULL), QL_OK);
  QL_SET(r, "players", players);
  ql_driver_free(h->driver);
  assert_int_equal(ql_driver_new(ql_alloc_libc(), h->quest, h->roster, r, &h->driver, NULL), QL_OK);
  ql_arena_free(a);
}

static theatre studio(ql_str log) {
  theatre h = open_theatre(draws, QL_STR(""));
  ql_quest_free(h.quest);
  h.quest = ql_quest_new(ql_alloc_libc());
  assert_int_equal(ql_quest_append_log(h.quest, log, NULL), QL_OK);
  if (log.len == 0) {
    owner_says(&h,
               "{\"agents\":[\"@lead\",\"@api-designer\"],\"by\":\"@owner\",\"mission\":\"m\",\"seats\":[[\"@lead\",\"model\"],"
               "[\"@api-designer\",\"model\"]],\"tasks\":[{\"id\":\"T1\",\"title\":\"t\",\"to\":\"@api-designer\"}],\"type\":\"create\"}");
    owner_says(&h, "{\"by\":\"@owner\",\"type\":\"approve\"}");
  }
  play_with_gemini(&h);
  return h;
}

static void an_image_becomes_an_artifact(void **state) {
  (void)state;
  theatre h = studio(QL_STR(""));
  assert_int_equal(act_all(&h), QL_DONE);
  assert_quest_is(&h, "completed");
  assert_int_equal(h.blobs, 1);
  assert_int_equal(h.calls, 5);
  assert_int_equal(count_events(h.quest, "artifact", "name", "image-1.png"), 1);
  assert_int_equal(count_events(h.quest, "artifact", NULL, NULL), 1);
  assert_int_equal(count_events(h.quest, "done", "reply", "\"kind\":\"image\""), 1);
  assert_int_equal(count_events(h.quest, "done", "reply", "iVBOR"), 0); /* no bytes in the log */
  close_theatre(&h);
}

/* The blob is put first, then its end is logged, then the artifact; stopped after any event, nothing is asked or logged twice. */
static void stopped_after_any_event_the_image_is_there_once(void **state) {
  (void)state;
  theatre whole = studio(QL_STR(""));
  assert_int_equal(act_all(&whole), QL_DONE);
  for (int64_t stop = 2; stop < ql_quest_count(whole.quest); stop++) {
    theatre first = studio(QL_STR(""));
    while (ql_quest_count(first.quest) < stop) assert_int_equal(act(&first), QL_MORE);
    size_t known = count_events(first.quest, "done", "reply", "parts");
    theatre second = studio(ql_quest_log(first.quest));
    assert_int_equal(act_all(&second), QL_DONE);
    assert_int_equal(known + second.calls, whole.calls);
    assert_int_equal(count_events(second.quest, "artifact", NULL, NULL), 1);
    assert_true(first.blobs + second.blobs >= 1);
    close_theatre(&second);
    close_theatre(&first);
  }
  /* A recording has the artifact too. */
  theatre again = studio(QL_STR(""));
  assert_int_equal(ql_driver_recall(again.driver, whole.quest, true, NULL), QL_OK);
  assert_int_equal(act_all(&again), QL_DONE);
  char *one = moves_of(whole.quest, NULL), *other = moves_of(again.quest, NULL);
  assert_string_equal(one, other);
  free(one);
  free(other);
  close_theatre(&again);
  close_theatre(&whole);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_image_becomes_an_artifact),
      cmocka_unit_test(stopped_after_any_event_the_image_is_there_once),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
