/* Values as bytes and back: each function does both, so that what is written and what is read cannot differ. Writing puts every value back as it
   was. Numbers are of variable length; nothing depends on the target. */
#ifndef QL_QUEST_CODEC_H
#define QL_QUEST_CODEC_H

#include <questline/quest.h>

typedef struct ql__codec {
  ql_buf *out; /* NULL when reading */
  ql_str in;   /* absent when writing */
  size_t at;
  ql_arena *a; /* of what is read */
  bool failed; /* out of memory, or behind the end */
} ql__codec;

void ql__code_int(ql__codec *c, int64_t *value);
void ql__code_bool(ql__codec *c, bool *value);
void ql__code_size(ql__codec *c, size_t *value); /* SIZE_MAX is one on every target */
void ql__code_text(ql__codec *c, ql_str *text);
void ql__code_bytes(ql__codec *c, void *bytes, size_t len);
void ql__code_hash(ql__codec *c, char hash[QL_HASH_CHARS]);
/// A number of items, at most `most` and no more than there are bytes.
void ql__code_count(ql__codec *c, size_t *count, size_t most);
/// The length of a list, with the room for its items; those it had stay.
void ql__code_list(ql__codec *c, void **items, size_t *len, size_t *cap, size_t size);

#define QL__CODE_LIST(c, items, len, cap) ql__code_list((c), (void **)&(items), &(len), &(cap), sizeof *(items))
#define QL__CODE_ENUM(c, field, type)                                                                                                      \
  do {                                                                                                                                     \
    int64_t coded = (int64_t)(field);                                                                                                      \
    ql__code_int((c), &coded);                                                                                                             \
    (field) = (type)coded;                                                                                                                 \
  } while (0)

#endif
