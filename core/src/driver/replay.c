/* A turn that is played again after a crash or a reload. */
#include <string.h>

#include "base/text.h"
#include "driver/images.h"
#include "driver/recall.h"
#include "driver/steer.h"
#include "driver/tooling.h"
#include "format/crypto.h"
#include "quest/same.h"

#define TEXT_OF(object, literal) ql_get_str((object), QL_STR(literal))

typedef struct replay {
  ql_driver *d;
  ql__turn *t;
  ql_arena *arena; /* of one step */
  ql_quest *then;  /* the quest as it stood */
  ql__records records;
  size_t next; /* the first record that is not passed */
} replay;

/* Until event n is the next one. */
static ql_status go_to(replay *r, int64_t n, ql_error *err) {
  ql_status status = QL_OK;
  while (status == QL_OK && ql_quest_count(r->then) < n)
    status = ql_quest_append(r->then, ql_quest_line(r->d->quest, ql_quest_count(r->then)), err);
  return status;
}

/* The answer to the call that is ready, where the log has it. */
static ql_status take_answer(replay *r, bool *known, ql_error *err) {
  ql__turn *t = r->t;
  *known = false;
  for (size_t i = r->next; t->step == QL__TURN_LOG_START && i < r->records.count && !*known; i++) {
    const ql__record *record = &r->records.items[i];
    bool same =
        record->kind == QL__ASKED && ql__record_counts(record) && ql_eq(record->hash, (ql_str){t->request_hash, sizeof t->request_hash});
    ql_value *reply = NULL;
    if (!same) continue;
    ql_status status = ql__record_reply(t->attempt, r->d->quest, record->done, &reply, err);
    if (status != QL_OK) return status;
    if (!QL_GET(reply, "parts")) continue;
    t->reply = reply;
    t->image = ql__image_first(t, "hash");
    t->step = QL__TURN_IMAGE_MADE;
    if (record->stopped) t->steer = QL__CONTINUE;
    r->next = i + 1;
    *known = true;
  }
  return QL_OK;
}

static ql_status ask_as(replay *r, ql_str model, bool *known, ql_error *err) {
  r->t->model = model;
  r->t->attempt_number = 0;
  ql_status status = ql__turn_ask(r->t, err);
  return status == QL_OK ? take_answer(r, known, err) : status;
}

/* The fallback may have been asked in place of the model. */
static ql_status ask(replay *r, bool *known, ql_error *err) {
  ql_str model = r->t->model, fallback = ql_arena_str(r->t->arena, TEXT_OF(r->t->player, "fallback"));
  ql_status status = ask_as(r, model, known, err);
  if (status != QL_OK || *known || !fallback.ptr || ql_eq(fallback, model) || r->t->step != QL__TURN_LOG_START) return status;
  r->t->calls--;
  status = ask_as(r, fallback, known, err);
  if (status != QL_OK || *known) return status;
  r->t->calls--;
  return ask_as(r, model, known, err);
}

/* ---- the first call ---- */

/* A turn begins with the event that gave it, or later, where it was begun anew. */
static ql_status begin(replay *r, bool *on, ql_error *err) {
  ql_status status = QL_OK;
  *on = false;
  for (int attempt = 0; attempt < 2 && status == QL_OK && !*on; attempt++) {
    size_t i = r->next;
    while (i < r->records.count && (r->records.items[i].kind != QL__ASKED || !ql__record_counts(&r->records.items[i]))) i++;
    if (i == r->records.count) return QL_OK;
    if (attempt == 1) status = go_to(r, r->records.items[i].n, err);
    if (status == QL_OK) status = ql__prepare_turn(r->d, r->t, r->then, err);
    if (status == QL_OK && r->t->step != QL__TURN_FAILED) status = ask(r, on, err);
  }
  return status;
}

/* ---- what follows from an answer ---- */

/* A person stopped it and let it go on from its words. Where it was asked something else, the turn was begun anew. */
static ql_status go_on(replay *r, ql_error *err) {
  ql__turn *t = r->t;
  bool known;
  size_t i = r->next;
  while (i < r->records.count && r->records.items[i].kind != QL__ASKED) i++;
  ql_status status = ql__steer(t, err);
  if (status == QL_OK) status = ql__turn_ask(t, err);
  if (status != QL_OK || t->step != QL__TURN_LOG_START) return status;
  bool same = i < r->records.count && ql_eq(r->records.items[i].hash, (ql_str){t->request_hash, sizeof t->request_hash});
  if (same) return take_answer(r, &known, err);
  t->step = QL__TURN_FAILED;
  return QL_OK;
}

/* A move is made in the quest as it stood: it is refused as it was, or it is the one that is logged. */
static ql_status pass_move(replay *r, bool *live, ql_error *err) {
  const uint8_t entropy[QL_ENTROPY_BYTES] = {0};
  ql_decision decision;
  ql_error why = {0};
  *live = r->next == r->records.count;
  if (*live) return QL_OK; /* not made yet */
  const ql__record *record = &r->records.items[r->next];
  ql_status status = go_to(r, record->n, err);
  if (status != QL_OK) return status;
  status = ql_quest_decide(r->then, r->arena, r->t->command, 0, entropy, &decision, &why);
  if (status == QL_ERR_SYNTAX || status == QL_ERR_LIMIT) {
    ql_str words = ql__nonsense(r->arena, &why);
    return words.ptr ? ql__turn_moved(r->t, words, err) : ql__out_of_memory(err);
  }
  if (status != QL_OK) return ql__out_of_memory(err);
  if (decision.refusal) return ql__turn_moved(r->t, TEXT_OF(decision.refusal, "message"), err);
  bool same = false;
  if (record->kind == QL__MOVED && decision.line.ptr) same = ql__same_words(r->arena, decision.line, ql_quest_line(r->d->quest, record->n));
  if (ql_arena_failed(r->arena)) return ql__out_of_memory(err);
  *live = !same;
  r->next += same;
  return same ? ql__turn_moved(r->t, QL_ABSENT, err) : QL_OK;
}

/* Whether a file that a tool left behind is still there: as an artifact, or in the workspace. */
static bool is_there(const replay *r, const ql_value *change, size_t from) {
  ql_str after = TEXT_OF(change, "after");
  char hash[64];
  ql_file file;
  for (size_t i = from; i < r->records.count; i++)
    if (r->records.items[i].kind == QL__MOVED && ql_eq(r->records.items[i].hash, after)) return true;
  if (!r->d->kit.workspace || !ql_workspace_file(r->d->kit.workspace, TEXT_OF(change, "path"), &file) || !file.text.ptr) return !after.ptr;
  uint8_t digest[QL_HASH_BYTES];
  ql_sha256(file.text, digest);
  ql_hex_write(hash, digest, sizeof digest);
  return ql_eq(after, (ql_str){hash, sizeof hash});
}

/* A tool is not used twice. What it wrote and nobody kept is written again. */
static ql_status pass_tool(replay *r, bool *live, ql_error *err) {
  ql__turn *t = r->t;
  ql_str hash = TEXT_OF(ql__tool_start(t, r->arena), "request");
  *live = true;
  for (size_t i = r->next; i < r->records.count && r->records.items[i].kind != QL__ASKED; i++) {
    const ql__record *record = &r->records.items[i];
    ql_value *result = NULL;
    if (record->kind != QL__USED || record->done < 0 || !ql_eq(record->hash, hash)) continue;
    ql_status status = ql__record_reply(t->attempt, r->d->quest, record->done, &result, err);
    if (status != QL_OK) return status;
    const ql_value *made = result ? QL_GET(result, "changed") : NULL;
    if (!made) continue;
    for (const ql_value *change = made->first; change; change = change->next)
      if (!is_there(r, change, i + 1)) {
        t->again = true;
        return QL_OK;
      }
    t->outcome = result;
    t->made = made->first;
    t->step = QL__TURN_TOOL_MADE;
    r->next = i + 1;
    *live = false;
    return QL_OK;
  }
  return ql_arena_failed(r->arena) ? ql__out_of_memory(err) : QL_OK;
}

/* Files that are logged are passed over, then images; where the log ends the rest is logged. */
static void pass_made(replay *r, bool *live) {
  ql__turn *t = r->t;
  while (t->made && r->next < r->records.count) {
    const ql__record *record = &r->records.items[r->next];
    r->next += record->kind == QL__MOVED && ql_eq(record->hash, TEXT_OF(t->made, "after"));
    t->made = t->made->next;
  }
  *live = t->made != NULL;
  if (*live) return;
  t->image = ql__image_first(t, "hash");
  t->step = QL__TURN_IMAGE_MADE;
}

static ql_status pass_images(replay *r, bool *live, ql_error *err) {
  ql__turn *t = r->t;
  while (t->image && r->next < r->records.count) {
    const ql__record *record = &r->records.items[r->next];
    r->next += record->kind == QL__MOVED && ql_eq(record->hash, TEXT_OF(t->image, "hash"));
    t->image = ql__image_with(t->image->next, "hash");
  }
  *live = t->image != NULL;
  if (*live) return QL_OK;
  if (t->outcome) return ql__turn_tool_told(t, err);
  t->step = QL__TURN_READ;
  return QL_OK;
}

static ql_status follow(replay *r, ql_error *err) {
  ql_status status = QL_OK;
  bool live = false, known;
  while (status == QL_OK && !live) {
    ql_arena_reset(r->arena);
    ql__turn_step step = r->t->step;
    if (step == QL__TURN_READ && r->t->steer == QL__CONTINUE)
      status = go_on(r, err);
    else if (step == QL__TURN_READ)
      status = ql__turn_read(r->t, 0, err);
    else if (step == QL__TURN_IMAGE_MADE)
      status = pass_images(r, &live, err);
    else if (step == QL__TURN_ASK)
      status = ask(r, &known, err);
    else if (step == QL__TURN_MOVE)
      status = pass_move(r, &live, err);
    else if (step == QL__TURN_TOOL_LOOK)
      status = pass_tool(r, &live, err);
    else if (step == QL__TURN_TOOL_MADE)
      pass_made(r, &live);
    else
      live = true;
  }
  return status;
}

ql_status ql__replay_turn(ql_driver *d, ql__turn *t, bool *on, ql_error *err) {
  replay r = {.d = d, .t = t};
  ql_status status = ql__records_read(d->command, d->quest, t->held_from + 1, t->agent, &r.records, err);
  *on = false;
  if (status != QL_OK || r.records.count == 0) return status;
  r.arena = ql_arena_new(d->alloc);
  r.then = ql_quest_new(d->alloc);
  status = r.arena && r.then ? go_to(&r, t->held_from + 1, err) : ql__out_of_memory(err);
  /* A turn that led nowhere is begun anew: what is logged behind it is of another beginning. */
  do {
    if (status == QL_OK) status = begin(&r, on, err);
    if (status == QL_OK && *on) status = follow(&r, err);
  } while (status == QL_OK && *on && (t->step == QL__TURN_FAILED || t->step == QL__TURN_OVER));
  ql_quest_free(r.then);
  ql_arena_free(r.arena);
  return status;
}
