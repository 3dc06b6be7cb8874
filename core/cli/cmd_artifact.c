/* Records what was made: the file's hash goes into the log, its bytes are kept beside it. */
#include <string.h>

#include "base/text.h"
#include "format/crypto.h"
#include "store.h"

#define BODY_BYTES_MAX (64u << 20)

static const struct {
  const char *ending, *media;
} medias[] = {
    {".c", "text/x-c"},
    {".css", "text/css"},
    {".csv", "text/csv"},
    {".gif", "image/gif"},
    {".gz", "application/gzip"},
    {".html", "text/html"},
    {".jpeg", "image/jpeg"},
    {".jpg", "image/jpeg"},
    {".js", "text/javascript"},
    {".json", "application/json"},
    {".log", "text/plain"},
    {".md", "text/markdown"},
    {".mjs", "text/javascript"},
    {".pdf", "application/pdf"},
    {".png", "image/png"},
    {".sql", "application/sql"},
    {".svg", "image/svg+xml"},
    {".tar", "application/x-tar"},
    {".toml", "application/toml"},
    {".tsv", "text/tab-separated-values"},
    {".txt", "text/plain"},
    {".wasm", "application/wasm"},
    {".webp", "image/webp"},
    {".xml", "application/xml"},
    {".yaml", "application/yaml"},
    {".yml", "application/yaml"},
    {".zip", "application/zip"},
};

static ql_str media_of(ql_str path) {
  for (size_t i = 0; i < QL_COUNT(medias); i++) {
    const ql_str ending = {medias[i].ending, strlen(medias[i].ending)};
    if (path.len > ending.len && ql_eq(ql_slice(path, path.len - ending.len, path.len), ending))
      return (ql_str){medias[i].media, strlen(medias[i].media)};
  }
  return QL_STR("application/octet-stream");
}

int cli_quest_artifact(cli *c) {
  static const char digits[] = "0123456789abcdef";
  const char *path = c->value[CLI_file], *name = c->value[CLI_FIELD_artifact_name];
  bool in = strcmp(path, "-") == 0;
  if (in && (!name || strcmp(name, "-") == 0)) return cli_fail(c, QL_ERR_ARGUMENT, "What comes from stdin needs a --name of its own.");
  ql_value *command = ql_object(c->a);
  int code = cli_read_fields(c, command);
  cli_body body;
  if (code == CLI_DONE) code = cli_read(c, path, BODY_BYTES_MAX, &body.bytes);
  if (code != CLI_DONE) return code;
  uint8_t hash[QL_HASH_BYTES];
  ql_sha256(body.bytes, hash);
  for (size_t i = 0; i < QL_HASH_BYTES; i++) {
    body.hash[2 * i] = digits[hash[i] >> 4];
    body.hash[2 * i + 1] = digits[hash[i] & 15u];
  }
  body.hash[64] = '\0';
  if (!name) QL_SET(command, "name", ql_string(c->a, cli_clean(c, path)));
  if (!QL_GET(command, "media")) QL_SET(command, "media", ql_string(c->a, media_of(ql_get_str(command, QL_STR("name")))));
  QL_SET(command, "bytes", ql_int(c->a, (int64_t)body.bytes.len));
  QL_SET(command, "hash", ql_string(c->a, (ql_str){body.hash, 64}));
  return cli_send(c, command, c->value[CLI_no_copy] ? NULL : &body);
}
