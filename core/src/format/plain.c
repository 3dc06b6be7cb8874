#include "format/plain.h"

#include "base/text.h"

void ql_markdown_text(ql_buf *buf, ql_str text) {
  static const char special[] = "\\`*_[]<>#|~&";
  for (size_t i = 0; i < text.len; i++) {
    char c = text.ptr[i];
    bool escape = false;
    for (size_t k = 0; k < sizeof special - 1; k++) escape |= c == special[k];
    /* At the start a dash, plus or number would open a list. */
    if (i == 0 && (c == '-' || c == '+' || c == '=')) escape = true;
    size_t digits = 0;
    while (i < 10 && digits < i && ql_is_digit(text.ptr[digits])) digits++;
    if (i > 0 && digits == i && (c == '.' || c == ')')) escape = true;
    if (escape) ql_buf_byte(buf, '\\');
    ql_buf_byte(buf, (unsigned char)c < ' ' ? ' ' : c);
  }
}
