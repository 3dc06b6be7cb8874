/* The parts of safe HTML that have nothing to do with Markdown: escaping, entities, addresses, heading ids. */
#ifndef QL_FORMAT_HTML_H
#define QL_FORMAT_HTML_H

#include <questline/base.h>

/// Appends text so that it is text in an element and in a quoted attribute.
void ql_html_text(ql_buf *out, ql_str text);

/// The code point of "&amp;", "&#65;", "&#x41;" and of the few names everyone uses. False for others and for what is no character.
bool ql_html_entity(ql_str entity, uint32_t *code_point);

/// True when an address may stand in a link: relative, a fragment, or http, https, mailto.
bool ql_html_url_allowed(ql_str url);
/// True when an address says by itself where it leads, whatever page it stands in: it has a scheme.
bool ql_html_url_absolute(ql_str url);
/// Appends an address for a quoted attribute: what is no URL character is percent-encoded.
void ql_html_url(ql_buf *out, ql_str url);

/// Appends the slug of a heading: ASCII letters lower-case, digits, "_", "-" and all beyond ASCII kept, blanks as "-", the rest dropped.
void ql_html_slug(ql_buf *out, ql_str title);

#endif
