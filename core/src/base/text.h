/* Strings, UTF-8, positions and base64url: what the higher layers need to look at text. Nothing here allocates but where an arena is given. */
#ifndef QL_BASE_TEXT_H
#define QL_BASE_TEXT_H

#include <questline/base.h>

bool ql_eq(ql_str a, ql_str b);
bool ql_eq_nocase(ql_str a, ql_str b); /* ASCII case only */
/// Byte order; a prefix sorts first.
int ql_compare(ql_str a, ql_str b);
bool ql_starts(ql_str s, ql_str prefix);
bool ql_starts_nocase(ql_str s, ql_str prefix);
bool ql_ends(ql_str s, ql_str suffix);
/// The offset of the first occurrence at or after from, or SIZE_MAX.
size_t ql_find(ql_str s, ql_str needle, size_t from);
size_t ql_find_byte(ql_str s, char c, size_t from);
/// The bytes [from, to), clamped to s.
ql_str ql_slice(ql_str s, size_t from, size_t to);
/// Without leading and trailing space, tab, CR and LF.
ql_str ql_trim(ql_str s);
ql_str ql_lower(ql_arena *a, ql_str s); /* ASCII only */
bool ql_is_space(char c);
bool ql_is_digit(char c);
bool ql_is_alpha(char c); /* ASCII letters */
bool ql_is_alnum(char c);
char ql_to_lower(char c); /* ASCII */

/// Where the line that `from` stands in ends: the offset of its LF or CR, or of the end of s.
size_t ql_line_end(ql_str s, size_t from);
/// The offset of the first byte at or after `from` that has to be escaped in a JSON string, or the end of s.
size_t ql_json_plain_end(ql_str s, size_t from);
/// The same, or the first byte that is no ASCII.
size_t ql_json_ascii_end(ql_str s, size_t from);
/// The offset of the first byte at or after `from` that is none of a to z, or the end of s.
size_t ql_small_letters_end(ql_str s, size_t from);
/// Whether the eight bytes at `at` are there and all of them printable ASCII or LF: the quick way through most of a text.
bool ql_plain_at(ql_str s, size_t at);
/// Takes the next line of *rest, without its end (LF, CRLF or a bare CR), and moves *rest behind it. False at the end.
bool ql_next_line(ql_str *rest, ql_str *line);

/// Decodes the code point at *at and moves *at behind it. False, *at unmoved, when the bytes there are not valid UTF-8 (RFC 3629).
bool ql_utf8_next(ql_str s, size_t *at, uint32_t *code_point);
/// Appends the UTF-8 form of a code point.
void ql_utf8_add(ql_buf *out, uint32_t code_point);
/// The offset of the first byte that is not valid UTF-8, or SIZE_MAX when all is.
size_t ql_utf8_bad(ql_str s);
/// The number of code points; s must be valid.
size_t ql_utf8_count(ql_str s);

/// Line and column, both from 1, the column in code points, of a byte offset. LF, CRLF and a bare CR each end a line.
void ql_position(ql_str text, size_t offset, uint32_t *line, uint32_t *column);

/// Edit distance over bytes (insert, delete, replace, swap of neighbours), for suggestions; inputs over 64 bytes give SIZE_MAX.
size_t ql_edit_distance(ql_str a, ql_str b);

/// Base64url without padding (RFC 4648 section 5).
void ql_base64url_add(ql_buf *out, const uint8_t *bytes, size_t len);
/// Into a caller's array of (len * 4 + 2) / 3 characters; returns that count.
size_t ql_base64url_write(char *out, const uint8_t *bytes, size_t len);
/// Decodes into out; false for a foreign character, an impossible length, padding, non-zero trailing bits or more than cap bytes.
bool ql_base64url_read(ql_str text, uint8_t *out, size_t cap, size_t *len);
/// The bytes of base64 with padding, into the arena. False when it is none, or out of memory. Source: RFC 4648, section 4.
bool ql_base64_read(ql_arena *a, ql_str text, ql_str *bytes);
void ql_hex_write(char *out, const uint8_t *bytes, size_t len); /* 2 * len lower-case characters */

/// About how many tokens of o200k_base a text is, without a tokenizer (tokens.c). Always shown as an estimate; 0 for nothing, else at least 1.
int64_t ql_token_estimate(ql_str text);

#endif
