#include "signing.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

#define VARIABLE "QUESTLINE_SIGN"

/* A key file is one line: this and the 32 bytes of the seed in base64url. */
static const char LABEL[] = "questline.key.1 ";
#define LABEL_CHARS (sizeof LABEL - 1)
#define FILE_CHARS  (LABEL_CHARS + QL_HASH_CHARS + 1)

/* ---- key files ---- */

void cli_key_forget(cli_key *key) { explicit_bzero(key, sizeof *key); }

static void set_public(cli_key *key) {
  uint8_t bytes[CLI_PUBLIC_BYTES];
  cli_ed25519_public(key->seed, bytes);
  ql_base64url_write(key->public_key, bytes, sizeof bytes);
}

/// Writes everything and sees it on the disk. False with errno set.
static bool write_key(int fd, const cli_key *key) {
  char text[FILE_CHARS];
  memcpy(text, LABEL, LABEL_CHARS);
  ql_base64url_write(text + LABEL_CHARS, key->seed, sizeof key->seed);
  text[FILE_CHARS - 1] = '\n';
  ssize_t written;
  do written = write(fd, text, sizeof text);
  while (written < 0 && errno == EINTR);
  explicit_bzero(text, sizeof text);
  if (written >= 0 && (size_t)written < sizeof text) errno = ENOSPC;
  return written == (ssize_t)sizeof text && fsync(fd) == 0;
}

int cli_key_make(cli *c, const char *path, cli_key *out) {
  if (!cli_random(out->seed, sizeof out->seed)) return cli_fail_errno(c, "get", "random bytes");
  set_public(out);
  int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0 && errno == EEXIST) return cli_fail(c, QL_ERR_CONFLICT, "%s is there already. A key is not replaced.", path);
  if (fd < 0) return cli_fail_errno(c, "make", path);
  bool good = write_key(fd, out);
  int code = good ? CLI_DONE : cli_fail_errno(c, "write", path);
  (void)close(fd);
  if (!good) (void)unlink(path);
  return code;
}

/// Reads up to `size` bytes. False with errno set.
static bool read_some(int fd, char *bytes, size_t size, size_t *len) {
  for (*len = 0; *len < size;) {
    ssize_t got = read(fd, bytes + *len, size - *len);
    if (got < 0 && (errno != EINTR || cli_interrupted())) return false;
    if (got == 0) break;
    if (got > 0) *len += (size_t)got;
  }
  return true;
}

static bool parse_key(ql_str text, cli_key *out) {
  size_t len = 0;
  if (text.len > 0 && text.ptr[text.len - 1] == '\n') text.len--;
  return text.len == FILE_CHARS - 1 && memcmp(text.ptr, LABEL, LABEL_CHARS) == 0 &&
         ql_base64url_read(ql_slice(text, LABEL_CHARS, text.len), out->seed, sizeof out->seed, &len) && len == sizeof out->seed;
}

static int read_key(cli *c, int fd, const char *path, cli_key *out) {
  struct stat info;
  char text[FILE_CHARS + 1];
  size_t len;
  if (fstat(fd, &info) != 0 || !read_some(fd, text, sizeof text, &len))
    return cli_interrupted() ? cli_stop(c) : cli_fail_errno(c, "read", path);
  bool good = parse_key((ql_str){text, len}, out);
  explicit_bzero(text, sizeof text);
  if (!good) return cli_fail(c, QL_ERR_SYNTAX, "%s is no key. questline key make FILE makes one.", path);
  if (S_ISREG(info.st_mode) && (info.st_mode & 077) != 0)
    return cli_fail(c, QL_ERR_STATE, "%s can be read by others, so the key is not used. Take that away with chmod 600.", path);
  set_public(out);
  return CLI_DONE;
}

int cli_key_read(cli *c, const char *path, cli_key *out) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return cli_fail_errno(c, "read", path);
  int code = read_key(c, fd, path, out);
  if (code != CLI_DONE) cli_key_forget(out);
  (void)close(fd);
  return code;
}

/* ---- signing ---- */

ql_str cli_signature_of(cli *c, const cli_key *key, const ql_value *asked) {
  uint8_t bytes[64], signature[CLI_SIGNATURE_BYTES];
  size_t len = 0;
  char text[(CLI_SIGNATURE_BYTES * 4 + 2) / 3];
  (void)ql_base64url_read(ql_get_str(asked, QL_STR("bytes")), bytes, sizeof bytes, &len); /* the core wrote them */
  cli_ed25519_sign(key->seed, bytes, len, signature);
  return ql_arena_str(c->a, (ql_str){text, ql_base64url_write(text, signature, sizeof signature)});
}

/// @param asked  NULL where the author has no key
static int sign_with(cli *c, const char *path, bool must, const ql_value *asked, ql_str *line) {
  cli_key key;
  ql_error err = {0};
  int code = cli_key_read(c, path, &key);
  if (code != CLI_DONE) return code;
  ql_str by = ql_get_str(asked, QL_STR("by"));
  if (!ql_eq(ql_get_str(asked, QL_STR("key")), (ql_str){key.public_key, QL_HASH_CHARS})) {
    cli_key_forget(&key);
    if (must) return cli_fail(c, QL_ERR_STATE, "The quest does not name the key in %s for who acts here. Nothing was written.", path);
    if (by.ptr) cli_note("questline: Not signed: the quest names another key for %.*s than the one in %s.", (int)by.len, by.ptr, path);
    return CLI_DONE;
  }
  ql_str signature = cli_signature_of(c, &key, asked);
  cli_key_forget(&key);
  return ql_line_sign(c->a, *line, signature, line, &err) == QL_OK ? CLI_DONE : cli_fail_error(c, &err, NULL);
}

int cli_sign_line(cli *c, const ql_quest *quest, bool must, ql_str *line) {
  const char *given = c->value[CLI_sign], *path = given ? given : getenv(VARIABLE);
  ql_value *asked = NULL;
  ql_error err = {0};
  if (!path || !*path) return CLI_DONE;
  if (ql_quest_signature(quest, c->a, *line, &asked, &err) != QL_OK) return cli_fail_error(c, &err, NULL);
  must = must && given;
  return asked || must ? sign_with(c, path, must, asked, line) : CLI_DONE;
}

/* ---- checking ---- */

static bool fits(const ql_value *asked) {
  uint8_t key[CLI_PUBLIC_BYTES], signature[CLI_SIGNATURE_BYTES], bytes[64];
  size_t key_len = 0, signature_len = 0, len = 0;
  return ql_base64url_read(ql_get_str(asked, QL_STR("key")), key, sizeof key, &key_len) && key_len == sizeof key &&
         ql_base64url_read(ql_get_str(asked, QL_STR("signature")), signature, sizeof signature, &signature_len) &&
         signature_len == sizeof signature && ql_base64url_read(ql_get_str(asked, QL_STR("bytes")), bytes, sizeof bytes, &len) &&
         cli_ed25519_fits(key, bytes, len, signature);
}

static ql_value *signer_of(const ql_value *signers, ql_str agent) {
  ql_value *signer = signers->first;
  while (signer && !ql_eq(ql_get_str(signer, QL_STR("agent")), agent)) signer = signer->next;
  return signer;
}

static int check(cli *c, const ql_quest *quest, const ql_value *signers) {
  const ql_value *signatures = ql_quest_signatures(quest, c->a);
  if (!signatures) return cli_no_memory(c);
  for (ql_value *signer = signers->first; signer; signer = signer->next) QL_SET(signer, "wrong", ql_array(c->a));
  for (const ql_value *asked = signatures->first; asked; asked = asked->next) {
    if (cli_interrupted()) return cli_stop(c);
    if (!QL_GET(asked, "signature") || fits(asked)) continue;
    const ql_value *signer = signer_of(signers, ql_get_str(asked, QL_STR("by")));
    ql_push(ql_get(signer, QL_STR("wrong")), ql_int(c->a, ql_get_int(asked, QL_STR("n"), 0)));
  }
  return ql_arena_failed(c->a) ? cli_no_memory(c) : CLI_DONE;
}

int cli_check_signers(cli *c, ql_str log, const ql_value *verdict) {
  const ql_value *signers = QL_GET(verdict, "signers");
  if (!signers) return CLI_DONE;
  ql_quest *quest = ql_quest_new(ql_alloc_libc());
  ql_error err = {0};
  /* Of a log that is not sound: its sound part, which is what the verdict counts. */
  bool read = quest && ql_quest_append_log(quest, log, &err) != QL_ERR_NOMEM;
  int code = read ? check(c, quest, signers) : cli_no_memory(c);
  ql_quest_free(quest);
  return code;
}
