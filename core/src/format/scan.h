/* Foreign JSON, looked into where it stands: no tree is built, values are slices of the text. What is in a slice that ql_scan_whole has not
   approved is undefined to the other functions. Unlike ql_json_read this takes what JSON.parse takes: of equal keys the last counts, half a
   surrogate pair may stand alone, and U+0000 is read as U+FFFD. */
#ifndef QL_FORMAT_SCAN_H
#define QL_FORMAT_SCAN_H

#include <questline/base.h>

/// Whether the text is one JSON document, nested at most QL_JSON_DEPTH_MAX deep. Its UTF-8 is not looked at.
bool ql_scan_whole(ql_str text);

/* Kinds. All are false for an absent value. */
bool ql_scan_is_object(ql_str value);
bool ql_scan_is_array(ql_str value);
bool ql_scan_is_string(ql_str value);
bool ql_scan_is_empty(ql_str value); /* "" {} [] */

/// The values of some members, each absent when there is none, when it is null, or when this is no object.
void ql_scan_members(ql_str object, const ql_str *names, size_t count, ql_str *values);
/// One of them.
ql_str ql_scan_member(ql_str object, ql_str name);

/// Walks an object or an array.
typedef struct ql_scan {
  ql_str text; /* borrowed */
  size_t at;
} ql_scan;
ql_scan ql_scan_open(ql_str value);
/// The next member or item; the key, quotes included, is absent in arrays. False at the end, and at once for anything else.
bool ql_scan_next(ql_scan *scan, ql_str *key, ql_str *value);

/// Appends the text of a string. Half a surrogate pair is written as the three bytes that UTF-8 would take if it were a character, so that
/// the other half may still follow: see ql_scan_join. Anything but a string appends nothing.
void ql_scan_text(ql_buf *out, ql_str value);
/// Joins the two halves of a pair that meet at `at`, and makes U+FFFD of a first half before it that no second one follows.
void ql_scan_join(ql_buf *out, size_t at);
/// Makes U+FFFD of every half that is left from `from` on.
void ql_scan_settle(ql_buf *out, size_t from);
/// Whether the text ends with the first half of a pair.
bool ql_scan_is_half(ql_str text);

/// An integer, `otherwise` for anything else.
int64_t ql_scan_int(ql_str value, int64_t otherwise);
bool ql_scan_true(ql_str value);

/// Appends the text with each piece that is no UTF-8 as U+FFFD.
/// Source: WHATWG Encoding, "UTF-8 decoder".
void ql_scan_mend_utf8(ql_buf *out, ql_str text);

#endif
