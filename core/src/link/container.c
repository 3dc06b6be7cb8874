/* The container of a `#q=` link.

     fragment   "q=" and, in base64url: version (1 byte, now 1) | check (8 bytes) | raw deflate of the payload with dictionary 1
     check      the first 8 bytes of BLAKE2b-256 of what follows it, person "questline.link.1"
     payload    head (32 bytes) | number of salts (LEB128) | the salts (16 bytes each) | one line for each event, LF at its end
     line       E as it stands in the log, but each commitment of a text replaced by "=" and the text, or by "~" and itself where the text is
                withheld, as those of `offers` and `reply` always are; behind a tab the signatures, where there are any

   Hashes are not in it: they are computed again from texts and salts, and the head at the end says whether all of them are right. */
#include <questline/limits.h>
#include <questline/link.h>

#include <string.h>

#include "base/text.h"
#include "format/deflate.h"
#include "link/dictionary.h"
#include "quest/event.h"

#define VERSION     1
#define CHECK_BYTES 8u
#define OPENED      '='
#define WITHHELD    '~'

static ql_status out_of_memory(ql_error *err) { return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT); }
static ql_status not_a_link(ql_error *err) { return ql_fail(err, QL_ERR_SYNTAX, "not a share link, or one that was cut short", QL_ABSENT); }
static ql_status damaged(ql_error *err) { return ql_fail(err, QL_ERR_INTEGRITY, "the link is damaged: ask for it again", QL_ABSENT); }

static void check_of(ql_str packed, uint8_t out[QL_HASH_BYTES]) { ql_blake2b_256("questline.link.1", NULL, &packed, 1, out); }

static ql_str marked(ql_arena *a, char mark, ql_str text) { return ql_arena_concat(a, (const ql_str[]){{&mark, 1}, text}, 2); }

/* ---- make ---- */

typedef struct maker {
  ql_arena *arena; /* of one line */
  ql_buf salts, lines;
  size_t salt_count;
} maker;

static ql_status add_line(maker *m, const ql__line *line, ql_str source, ql_error *err) {
  ql__text *texts;
  ql_str *plain;
  size_t withheld, count = ql__event_texts(m->arena, line->event.type, line->event.d, &texts);
  if (ql_arena_failed(m->arena)) return out_of_memory(err);
  ql_status status = ql__texts_open(m->arena, texts, count, line->open, &plain, &withheld, err);
  if (status != QL_OK) return status;
  const ql_value *pair = NULL;
  for (size_t i = 0; i < count; i++) {
    bool first = i == 0 || !ql_eq(texts[i].field, texts[i - 1].field);
    if (first) {
      const ql_value *member = ql_get(line->open, texts[i].field);
      pair = !member ? NULL : texts[i].list ? member->first : member;
    }
    /* What models wrote besides, and could use, is for the machine that plays the quest again: a link is small. */
    bool given = plain[i].ptr && !ql_eq(texts[i].field, QL_STR("reply")) && !ql_eq(texts[i].field, QL_STR("offers"));
    if (given) {
      uint8_t salt[QL_SALT_BYTES];
      size_t len;
      if (!ql_base64url_read(pair->first->text, salt, sizeof salt, &len)) return damaged(err);
      ql_buf_add(&m->salts, (ql_str){(const char *)salt, sizeof salt});
      m->salt_count++;
      pair = pair->next;
    }
    texts[i].node->text = given ? marked(m->arena, OPENED, plain[i]) : marked(m->arena, WITHHELD, texts[i].node->text);
  }
  const ql_value *e = ql__event_value(m->arena, &line->event);
  ql_value *root;
  if (!e || ql_canon_read(m->arena, source, &root, err) != QL_OK) return out_of_memory(err);
  ql_value_write(&m->lines, e);
  if (QL_GET(root, "s")) {
    ql_buf_byte(&m->lines, '\t');
    ql_value_write(&m->lines, QL_GET(root, "s"));
  }
  ql_buf_byte(&m->lines, '\n');
  return QL_OK;
}

static ql_status add_log(maker *m, ql_str log, uint8_t head[QL_HASH_BYTES], ql_error *err) {
  int64_t n = 0;
  if (log.len == 0) return ql_fail(err, QL_ERR_SYNTAX, "there is no event to share", QL_ABSENT);
  for (size_t at = 0; at < log.len; n++) {
    size_t end = ql_find_byte(log, '\n', at);
    if (end == SIZE_MAX) return ql_fail(err, QL_ERR_SYNTAX, "torn_tail", QL_ABSENT);
    ql__line line;
    ql_str source = ql_slice(log, at, end);
    ql_arena_reset(m->arena);
    ql_status status = ql__line_read(m->arena, source, head, n, &line, err);
    if (status == QL_OK) {
      memcpy(head, line.hash, QL_HASH_BYTES);
      status = add_line(m, &line, source, err);
    }
    if (status != QL_OK) {
      if (err) err->line = (uint32_t)n + 1;
      return status;
    }
    at = end + 1;
  }
  return QL_OK;
}

static void add_varint(ql_buf *out, size_t value) {
  for (; value >= 0x80; value >>= 7) ql_buf_byte(out, (char)(0x80u | (value & 0x7Fu)));
  ql_buf_byte(out, (char)value);
}

static ql_status encode(ql_arena *a, const maker *m, const uint8_t head[QL_HASH_BYTES], ql_str *out, ql_error *err) {
  ql_alloc alloc = ql_arena_alloc(a);
  ql_buf payload = ql_buf_new(alloc), text = ql_buf_new(alloc);
  ql_str packed;
  uint8_t check[QL_HASH_BYTES], version = VERSION;
  ql_buf_add(&payload, (ql_str){(const char *)head, QL_HASH_BYTES});
  add_varint(&payload, m->salt_count);
  ql_buf_add(&payload, ql_buf_str(&m->salts));
  ql_buf_add(&payload, ql_buf_str(&m->lines));
  ql_status status = payload.failed ? out_of_memory(err) : ql_deflate(a, QL__LINK_DICTIONARY, ql_buf_str(&payload), &packed, err);
  if (status == QL_OK) {
    check_of(packed, check);
    const ql_str pieces[] = {{(const char *)&version, 1}, {(const char *)check, CHECK_BYTES}, packed};
    ql_str bytes = ql_arena_concat(a, pieces, QL_COUNT(pieces));
    ql_buf_add(&text, QL_STR("q="));
    if (bytes.ptr) ql_base64url_add(&text, (const uint8_t *)bytes.ptr, bytes.len);
    *out = text.failed || !bytes.ptr ? QL_ABSENT : ql_arena_str(a, ql_buf_str(&text));
    if (!out->ptr) status = out_of_memory(err);
  }
  ql_buf_free(&payload);
  ql_buf_free(&text);
  return status;
}

ql_status ql_link_make(ql_arena *a, ql_str log, ql_str *out, ql_error *err) {
  ql_alloc alloc = ql_arena_alloc(a);
  maker m = {ql_arena_new(alloc), ql_buf_new(alloc), ql_buf_new(alloc), 0};
  uint8_t head[QL_HASH_BYTES] = {0};
  ql_str link = QL_ABSENT;
  ql_status status = m.arena ? add_log(&m, log, head, err) : out_of_memory(err);
  if (status == QL_OK && (m.salts.failed || m.lines.failed)) status = out_of_memory(err);
  if (status == QL_OK) status = encode(a, &m, head, &link, err);
  ql_arena_free(m.arena);
  ql_buf_free(&m.salts);
  ql_buf_free(&m.lines);
  if (status != QL_OK) return status;
  if (link.len + 1 > QL_LINK_CHARS_MAX) {
    ql_fail(err, QL_ERR_LIMIT, "the quest is too large for a link (QL_LINK_CHARS_MAX): send the .quest file instead", QL_ABSENT);
    if (err) err->offset = link.len + 1;
    return QL_ERR_LIMIT;
  }
  *out = link;
  return QL_OK;
}

/* ---- open ---- */

/* The base64url characters of a link: behind "#q=" in a URL, or behind "q=". Absent when there are none. */
static ql_str find_code(ql_str text) {
  text = ql_trim(text);
  size_t hash = ql_find_byte(text, '#', 0);
  if (hash != SIZE_MAX) text = ql_slice(text, hash + 1, text.len);
  return ql_starts(text, QL_STR("q=")) ? ql_slice(text, 2, text.len) : QL_ABSENT;
}

static ql_status decode(ql_arena *a, ql_str text, ql_str *payload, ql_error *err) {
  ql_str code = find_code(text);
  if (!code.ptr) return not_a_link(err);
  if (code.len + 3 > QL_LINK_CHARS_MAX) return ql_fail(err, QL_ERR_LIMIT, "the link is longer than QL_LINK_CHARS_MAX", QL_ABSENT);
  uint8_t *bytes = ql_arena_get(a, code.len);
  if (!bytes) return out_of_memory(err);
  size_t len;
  if (!ql_base64url_read(code, bytes, code.len, &len) || len <= 1 + CHECK_BYTES) return not_a_link(err);
  if (bytes[0] > VERSION) return ql_fail(err, QL_ERR_VERSION, "the link was made by a newer Questline: reload to get it", QL_ABSENT);
  if (bytes[0] != VERSION) return not_a_link(err);
  ql_str packed = {(const char *)bytes + 1 + CHECK_BYTES, len - 1 - CHECK_BYTES};
  uint8_t check[QL_HASH_BYTES];
  check_of(packed, check);
  if (memcmp(check, bytes + 1, CHECK_BYTES) != 0) return damaged(err);
  ql_status status = ql_inflate(a, QL__LINK_DICTIONARY, packed, QL_JSON_BYTES_MAX, payload, err);
  return status == QL_ERR_SYNTAX ? damaged(err) : status;
}

static bool take_varint(ql_str *rest, size_t *value) {
  *value = 0;
  for (unsigned shift = 0; shift < 28 && rest->len > 0; shift += 7) {
    uint8_t byte = (uint8_t)rest->ptr[0];
    *rest = ql_slice(*rest, 1, rest->len);
    *value |= (size_t)(byte & 0x7Fu) << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

/* E as the link has it, to the line as the log has it. Takes its salts from the front of *salts. */
static ql_status restore_line(ql_arena *a, ql_str compact, ql_str *salts, uint8_t head[QL_HASH_BYTES], ql_buf *log, ql_error *err) {
  size_t tab = ql_find_byte(compact, '\t', 0);
  ql_value *e, *signatures = NULL;
  ql_status status = ql_canon_read(a, ql_slice(compact, 0, tab), &e, err);
  if (status == QL_OK && tab != SIZE_MAX) status = ql_canon_read(a, ql_slice(compact, tab + 1, compact.len), &signatures, err);
  if (status != QL_OK) return status == QL_ERR_NOMEM ? status : damaged(err);
  ql_event_type type = ql__event_type(ql_get_str(e, QL_STR("t")));
  const ql_value *d = QL_GET(e, "d");
  if (type == QL_EVENT_COUNT) return ql_fail(err, QL_ERR_VERSION, "the link holds an event of a newer Questline", QL_ABSENT);
  if (!d || ql__event_check(type, d, QL__PLAIN, NULL) != QL_OK) return damaged(err);
  ql__text *texts;
  size_t count = ql__event_texts(a, type, d, &texts);
  ql_str *plain = ql_arena_array(a, count + 1, sizeof *plain);
  uint8_t(*used)[QL_SALT_BYTES] = ql_arena_array(a, count + 1, sizeof *used);
  if (ql_arena_failed(a)) return out_of_memory(err);
  for (size_t i = 0; i < count; i++) {
    ql_value *node = texts[i].node;
    ql_str rest = ql_slice(node->text, 1, node->text.len);
    char mark = node->text.len > 0 ? node->text.ptr[0] : 0;
    if (mark == WITHHELD) node->text = rest;
    if (mark == WITHHELD) continue;
    if (mark != OPENED || salts->len < QL_SALT_BYTES) return damaged(err);
    char *commitment = ql_arena_get(a, QL_HASH_CHARS);
    if (!commitment) return out_of_memory(err);
    memcpy(used[i], salts->ptr, QL_SALT_BYTES);
    *salts = ql_slice(*salts, QL_SALT_BYTES, salts->len);
    plain[i] = rest;
    ql__commit(used[i], rest, commitment);
    node->text = (ql_str){commitment, QL_HASH_CHARS};
  }
  ql_value *x = ql__openings(a, texts, plain, (const uint8_t(*)[QL_SALT_BYTES])used, count);
  ql_str bytes = ql_value_text(a, e);
  if (!x || !bytes.ptr) return out_of_memory(err);
  ql__chain(head, bytes, head);
  ql_buf_add(log, ql__line_compose(a, bytes, head, signatures, x));
  return ql_arena_failed(a) || log->failed ? out_of_memory(err) : QL_OK;
}

static ql_status restore(ql_alloc alloc, ql_str payload, ql_buf *log, ql_error *err) {
  ql_str expected = ql_slice(payload, 0, QL_HASH_BYTES), rest = ql_slice(payload, QL_HASH_BYTES, payload.len);
  size_t salt_count;
  if (expected.len != QL_HASH_BYTES || !take_varint(&rest, &salt_count) || salt_count > rest.len / QL_SALT_BYTES) return damaged(err);
  ql_str salts = ql_slice(rest, 0, salt_count * QL_SALT_BYTES), lines = ql_slice(rest, salts.len, rest.len);
  uint8_t head[QL_HASH_BYTES] = {0};
  ql_arena *a = ql_arena_new(alloc);
  ql_status status = a ? QL_OK : out_of_memory(err);
  for (size_t at = 0; at < lines.len && status == QL_OK;) {
    size_t end = ql_find_byte(lines, '\n', at);
    if (end == SIZE_MAX) status = damaged(err);
    if (status == QL_OK) {
      ql_arena_reset(a);
      status = restore_line(a, ql_slice(lines, at, end), &salts, head, log, err);
    }
    at = end + 1;
  }
  ql_arena_free(a);
  if (status == QL_OK && (salts.len > 0 || memcmp(head, expected.ptr, QL_HASH_BYTES) != 0)) status = damaged(err);
  return status;
}

ql_status ql_link_open(ql_arena *a, ql_str text, ql_str *log, ql_error *err) {
  ql_str payload;
  ql_status status = decode(a, text, &payload, err);
  if (status != QL_OK) return status;
  ql_buf lines = ql_buf_new(ql_arena_alloc(a));
  status = restore(ql_arena_alloc(a), payload, &lines, err);
  ql_str copy = status == QL_OK ? ql_arena_str(a, ql_buf_str(&lines)) : QL_ABSENT;
  ql_buf_free(&lines);
  if (status == QL_OK && !copy.ptr) status = out_of_memory(err);
  if (status == QL_OK) *log = copy;
  return status;
}
