/* Findings in the forms that other programs read. */
#include <questline/spec.h>

#include <string.h>

#include "base/text.h"
#include "findings.h"

typedef struct rule {
  const char *code, *severity, *meaning;
} rule;

/* Every finding there is, and the two that are the command line's own. */
static const rule rules[] = {
#define DIAGNOSTIC(name, code, severity, meaning) {code, #severity, meaning},
#include <questline/diagnostics.def>
#undef DIAGNOSTIC
    {"unreadable", "ERROR", "a file or folder that the system does not let be read"},
    {"unwritable", "ERROR", "a file that could not be mended where it is"},
};

static ql_str c_str(const char *s) { return (ql_str){s, strlen(s)}; }

void cli_seek(cli_cursor *cursor, size_t offset) {
  if (cursor->line == 0 || offset < cursor->at) cursor->at = 0, cursor->line = 1, cursor->column = 1;
  ql_str text = cursor->text;
  while (cursor->at < offset && cursor->at < text.len) {
    uint32_t code_point;
    char c = text.ptr[cursor->at];
    if (!ql_utf8_next(text, &cursor->at, &code_point)) cursor->at++;
    bool ends = c == '\n' || (c == '\r' && !(cursor->at < text.len && text.ptr[cursor->at] == '\n'));
    cursor->column = ends ? 1 : cursor->column + 1;
    cursor->line += ends;
  }
}

/// Without ./ in front: programs compare paths as they are.
static ql_str plain_path(ql_str path) {
  while (ql_starts(path, QL_STR("./"))) {
    size_t at = 1;
    while (at < path.len && path.ptr[at] == '/') at++;
    path = ql_slice(path, at, path.len);
  }
  return path;
}

/* ---- SARIF ---- */

/// A path as a URI: relative where the path is, with every byte escaped that is no letter, digit or one of -._~/ (RFC 3986).
static ql_str uri_of(cli *c, const cli_file *file) {
  static const char digits[] = "0123456789ABCDEF";
  ql_str path = strcmp(file->path, "-") == 0 ? file->label : plain_path(c_str(file->path));
  ql_buf uri = ql_buf_new(ql_alloc_libc());
  if (ql_starts(path, QL_STR("/"))) ql_buf_add(&uri, QL_STR("file://"));
  for (size_t i = 0; i < path.len; i++) {
    unsigned char byte = (unsigned char)path.ptr[i];
    if (ql_is_alnum(path.ptr[i]) || strchr("-._~/", path.ptr[i])) {
      ql_buf_byte(&uri, path.ptr[i]);
    } else {
      ql_buf_byte(&uri, '%');
      ql_buf_byte(&uri, digits[byte >> 4]);
      ql_buf_byte(&uri, digits[byte & 15]);
    }
  }
  return ql_buf_take(&uri, c->a);
}

static ql_value *message(cli *c, ql_str text) {
  ql_value *value = ql_object(c->a);
  QL_SET(value, "text", ql_string(c->a, text));
  return value;
}

static ql_value *artifact(cli *c, ql_str uri) {
  ql_value *value = ql_object(c->a);
  QL_SET(value, "uri", ql_string(c->a, uri));
  return value;
}

static ql_value *location(cli *c, ql_str uri, ql_value *region) {
  ql_value *value = ql_object(c->a), *physical = ql_object(c->a);
  QL_SET(physical, "artifactLocation", artifact(c, uri));
  QL_SET(physical, "region", region);
  QL_SET(value, "physicalLocation", physical);
  return value;
}

static ql_value *start(cli *c, int64_t line, int64_t column) {
  ql_value *region = ql_object(c->a);
  QL_SET(region, "startColumn", ql_int(c->a, column));
  QL_SET(region, "startLine", ql_int(c->a, line));
  return region;
}

static ql_value *replacement(cli *c, cli_cursor *cursor, const ql_value *edit) {
  size_t offset = (size_t)ql_get_int(edit, QL_STR("offset"), 0), length = (size_t)ql_get_int(edit, QL_STR("length"), 0);
  ql_value *value = ql_object(c->a);
  cli_seek(cursor, offset);
  ql_value *region = start(c, cursor->line, cursor->column);
  cli_seek(cursor, offset + length);
  QL_SET(region, "endColumn", ql_int(c->a, cursor->column));
  QL_SET(region, "endLine", ql_int(c->a, cursor->line));
  QL_SET(value, "deletedRegion", region);
  QL_SET(value, "insertedContent", message(c, ql_get_str(edit, QL_STR("text"))));
  return value;
}

static ql_value *fixes(cli *c, ql_str uri, cli_cursor *cursor, const ql_value *edits) {
  ql_value *list = ql_array(c->a), *changes = ql_array(c->a), *replacements = ql_array(c->a);
  ql_value *fix = ql_push(list, ql_object(c->a)), *change = ql_push(changes, ql_object(c->a));
  for (const ql_value *edit = edits->first; edit; edit = edit->next) ql_push(replacements, replacement(c, cursor, edit));
  QL_SET(change, "artifactLocation", artifact(c, uri));
  QL_SET(change, "replacements", replacements);
  QL_SET(fix, "artifactChanges", changes);
  QL_SET(fix, "description", message(c, QL_STR("Mend it as questline check --fix does.")));
  return list;
}

/// SARIF's word for a severity: it has "note" for our "info".
static ql_str level_of(ql_str severity) { return ql_eq_nocase(severity, QL_STR("info")) ? QL_STR("note") : severity; }

static int64_t rule_index(ql_str code) {
  for (size_t i = 0; i < QL_COUNT(rules); i++)
    if (ql_eq(code, c_str(rules[i].code))) return (int64_t)i;
  return -1;
}

static ql_value *result(cli *c, ql_str code, ql_str severity, ql_str text, ql_value *place) {
  ql_value *value = ql_object(c->a);
  QL_SET(value, "level", ql_string(c->a, level_of(severity)));
  ql_push(QL_SET(value, "locations", ql_array(c->a)), place);
  QL_SET(value, "message", message(c, text));
  QL_SET(value, "ruleId", ql_string(c->a, code));
  QL_SET(value, "ruleIndex", ql_int(c->a, rule_index(code)));
  return value;
}

static void add_findings(cli *c, const cli_file *file, const ql_value *diagnostics, ql_value *results) {
  ql_str uri = uri_of(c, file);
  cli_cursor cursor = {.text = file->text};
  for (const ql_value *d = diagnostics->first; d; d = d->next) {
    ql_value *place = location(c, uri, start(c, ql_get_int(d, QL_STR("line"), 1), ql_get_int(d, QL_STR("column"), 1)));
    ql_value *one = ql_push(
        results, result(c, ql_get_str(d, QL_STR("code")), ql_get_str(d, QL_STR("severity")), ql_get_str(d, QL_STR("message")), place));
    const ql_value *edits = QL_GET(d, "fix");
    if (edits) QL_SET(one, "fixes", fixes(c, uri, &cursor, edits));
  }
}

static ql_value *results_of(cli *c, const cli_findings *findings) {
  ql_value *results = ql_array(c->a);
  const ql_value *found = findings->found->first;
  for (size_t i = 0; i < findings->files->count; i++) {
    const cli_file *file = &findings->files->at[i];
    if (file->code)
      ql_push(results, result(c, c_str(file->code), QL_STR("error"), file->trouble, location(c, uri_of(c, file), start(c, 1, 1))));
    if (!file->text.ptr) continue;
    add_findings(c, file, QL_GET(found, "diagnostics"), results);
    found = found->next;
  }
  return results;
}

static ql_value *sentence(cli *c, const char *words) {
  ql_str text = ql_arena_concat(c->a, (const ql_str[]){c_str(words), QL_STR(".")}, 2);
  if (text.ptr && *text.ptr >= 'a' && *text.ptr <= 'z') {
    char *copy = ql_arena_get(c->a, text.len);
    if (copy) memcpy(copy, text.ptr, text.len), *copy = (char)(*copy - 'a' + 'A'), text.ptr = copy;
  }
  return message(c, text);
}

static ql_value *driver(cli *c) {
  ql_value *value = ql_object(c->a), *list = ql_array(c->a);
  for (size_t i = 0; i < QL_COUNT(rules); i++) {
    ql_value *one = ql_push(list, ql_object(c->a)), *defaults = ql_object(c->a);
    QL_SET(defaults, "level", ql_string(c->a, level_of(ql_lower(c->a, c_str(rules[i].severity)))));
    QL_SET(one, "defaultConfiguration", defaults);
    QL_SET(one, "id", ql_string(c->a, c_str(rules[i].code)));
    QL_SET(one, "shortDescription", sentence(c, rules[i].meaning));
  }
  QL_SET(value, "name", ql_string(c->a, QL_STR("questline")));
  QL_SET(value, "rules", list);
  QL_SET(value, "semanticVersion", ql_string(c->a, QL_STR(QL_VERSION)));
  return value;
}

int cli_print_sarif(cli *c, const cli_findings *findings) {
  ql_value *log = ql_object(c->a), *run = ql_push(QL_SET(log, "runs", ql_array(c->a)), ql_object(c->a)), *tool = ql_object(c->a);
  QL_SET(log, "$schema", ql_string(c->a, QL_STR("https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json")));
  QL_SET(log, "version", ql_string(c->a, QL_STR("2.1.0")));
  QL_SET(tool, "driver", driver(c));
  QL_SET(run, "columnKind", ql_string(c->a, QL_STR("unicodeCodePoints")));
  QL_SET(run, "results", results_of(c, findings));
  QL_SET(run, "tool", tool);
  return cli_json(c, log);
}

/* ---- GitHub ---- */

/// As actions/toolkit escapes: in a property also what would end it.
static void put_escaped(ql_str text, bool property) {
  static const struct {
    char byte;
    bool in_text;
    ql_str written;
  } escapes[] = {{'%', true, QL_STR_INIT("%25")},
                 {'\r', true, QL_STR_INIT("%0D")},
                 {'\n', true, QL_STR_INIT("%0A")},
                 {':', false, QL_STR_INIT("%3A")},
                 {',', false, QL_STR_INIT("%2C")}};
  size_t from = 0;
  for (size_t at = 0; at <= text.len; at++) {
    size_t i = 0;
    while (at < text.len && i < QL_COUNT(escapes) && (text.ptr[at] != escapes[i].byte || !(property || escapes[i].in_text))) i++;
    if (at < text.len && i == QL_COUNT(escapes)) continue;
    cli_put(stdout, ql_slice(text, from, at));
    if (at < text.len) cli_put(stdout, escapes[i].written);
    from = at + 1;
  }
}

static void print_command(ql_str severity, ql_str path, int64_t line, int64_t column, ql_str code, ql_str text) {
  fputs("::", stdout);
  cli_put(stdout, ql_eq(severity, QL_STR("info")) ? QL_STR("notice") : severity);
  fputs(" file=", stdout);
  put_escaped(plain_path(path), true);
  printf(",line=%lld,col=%lld,title=", (long long)line, (long long)column);
  put_escaped(code, true);
  fputs("::", stdout);
  put_escaped(text, false);
  putchar('\n');
}

void cli_print_github(const cli_findings *findings) {
  const ql_value *found = findings->found->first;
  for (size_t i = 0; i < findings->files->count; i++) {
    const cli_file *file = &findings->files->at[i];
    if (file->code) print_command(QL_STR("error"), file->label, 1, 1, c_str(file->code), file->trouble);
    if (!file->text.ptr) continue;
    for (const ql_value *d = QL_GET(found, "diagnostics")->first; d; d = d->next)
      print_command(ql_get_str(d, QL_STR("severity")), file->label, ql_get_int(d, QL_STR("line"), 1), ql_get_int(d, QL_STR("column"), 1),
                    ql_get_str(d, QL_STR("code")), ql_get_str(d, QL_STR("message")));
    found = found->next;
  }
}
