/* A JSON value, kept canonical: object keys are sorted by byte and unique, numbers are integers of at most 2^53-1 in magnitude.
   Every answer of the core is built as one of these and written by one writer; every log line is read into one. */
#ifndef QUESTLINE_VALUE_H
#define QUESTLINE_VALUE_H

#include <questline/base.h>

#ifdef __cplusplus
extern "C" {
#endif

#define QL_INT_MAX INT64_C(9007199254740991)

typedef enum ql_kind { QL_NULL, QL_BOOL, QL_INT, QL_STRING, QL_ARRAY, QL_OBJECT } ql_kind;

typedef struct ql_value ql_value;
struct ql_value {
  ql_kind kind;
  int64_t number; /* QL_INT; 0 or 1 for QL_BOOL */
  ql_str text;    /* QL_STRING: the text, in the arena or in what was read; QL_INT: ql_raw's; a collection that was read: its bytes */
  ql_str key;     /* set when this value is a member of an object */
  ql_value *first, *last; /* children of an array or object, in order */
  ql_value *next;         /* the following sibling */
  size_t count;           /* children */
};

/* Building. Every builder returns NULL when out of memory and accepts NULL parents and children, so a whole tree can be built and
   ql_arena_failed() asked once. Strings are borrowed, not copied. */
ql_value *ql_null(ql_arena *a);
ql_value *ql_bool(ql_arena *a, bool b);
ql_value *ql_int(ql_arena *a, int64_t n);
/// QL_NULL when s is absent (ptr NULL).
ql_value *ql_string(ql_arena *a, ql_str s);
/// JSON that is written as it stands, whatever it is: what has to be sent back byte for byte, and numbers with a fraction. Nothing checks it.
ql_value *ql_raw(ql_arena *a, ql_str json);
ql_value *ql_array(ql_arena *a);
ql_value *ql_object(ql_arena *a);
/// Appends to an array; returns item.
ql_value *ql_push(ql_value *array, ql_value *item);
/// Inserts in key order, replacing an equal key; the key is borrowed; returns item.
ql_value *ql_set(ql_value *object, ql_str key, ql_value *item);
/// ql_set with a string literal for a key: half the code of passing a ql_str, and there are hundreds.
#define QL_SET(object, literal, item) ql_set_literal((object), "" literal, (item))
ql_value *ql_set_literal(ql_value *object, const char *key, ql_value *item);

/* Reading. All accept NULL and answer "absent". */
ql_value *ql_get(const ql_value *object, ql_str key);
#define QL_GET(object, literal) ql_get_literal((object), "" literal)
ql_value *ql_get_literal(const ql_value *object, const char *key);
ql_str ql_get_str(const ql_value *object, ql_str key); /* absent unless a string */
int64_t ql_get_int(const ql_value *object, ql_str key, int64_t otherwise);
bool ql_get_bool(const ql_value *object, ql_str key); /* false unless true */
/// A deep copy; strings stay borrowed. NULL when out of memory or nested deeper than QL_JSON_DEPTH_MAX.
ql_value *ql_copy(ql_arena *a, const ql_value *value);
bool ql_value_equal(const ql_value *x, const ql_value *y);

/// Appends the canonical bytes: RFC 8785 restricted to integers; control characters as \b \t \n \f \r or lower-case \u00xx.
void ql_value_write(ql_buf *out, const ql_value *value);
/// The same into the arena; ptr is NULL when out of memory.
ql_str ql_value_text(ql_arena *a, const ql_value *value);
/// Appends s as a JSON string, quotes included.
void ql_json_string(ql_buf *out, ql_str s);

/// Reads canonical bytes, strictly: sorted unique ASCII keys, no white space, integers without fraction, exponent, -0 or leading zero,
/// the canonical escape of each character and no other, no U+0000, no lone surrogate, valid UTF-8.
/// Unescaped strings borrow from text, which must outlive the arena's use.
/// @return QL_OK; QL_ERR_SYNTAX or QL_ERR_UTF8 (err->offset says where); QL_ERR_LIMIT (depth > QL_JSON_DEPTH_MAX); QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_canon_read(ql_arena *a, ql_str text, ql_value **out, ql_error *err);

/// The same with keys in any order in objects of a few members: what JSON.stringify writes, and ql_json_read tries first.
/// @return as ql_canon_read.
QL_NODISCARD ql_status ql_compact_read(ql_arena *a, ql_str text, ql_value **out);

/// Reads foreign JSON (RFC 8259) through cJSON: any key order and white space. A number that is no integer within QL_INT_MAX becomes a
/// string holding its source text. Duplicate keys, U+0000 and invalid UTF-8 are refused. Strings are copied into the arena.
/// @return QL_OK; QL_ERR_SYNTAX, QL_ERR_UTF8, QL_ERR_LIMIT (QL_JSON_BYTES_MAX, QL_JSON_DEPTH_MAX); QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_json_read(ql_arena *a, ql_str text, ql_value **out, ql_error *err);

#ifdef __cplusplus
}
#endif
#endif
