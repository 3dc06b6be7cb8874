// Runs one fuzz harness over every file of the folders given, without libFuzzer, and prints how many there were.

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// Returns 1 for a file that was run, 0 for what is not a plain file. Ends the program when the file cannot be read.
static int replay_file(const char *path) {
  struct stat info;
  if (stat(path, &info) != 0) {
    perror(path);
    exit(1);
  }
  if (!S_ISREG(info.st_mode)) {
    return 0;
  }
  size_t size = (size_t)info.st_size;
  uint8_t *data = malloc(size > 0 ? size : 1); // no spare byte: reading past the end must be seen
  FILE *file = fopen(path, "rb");
  if (!file || !data || fread(data, 1, size, file) != size) {
    perror(path);
    exit(1);
  }
  fclose(file);
  LLVMFuzzerTestOneInput(data, size);
  free(data);
  return 1;
}

int main(int argc, char **argv) {
  int files = 0;
  for (int i = 1; i < argc; i++) {
    struct dirent **entries;
    int count = scandir(argv[i], &entries, NULL, alphasort);
    if (count < 0) {
      perror(argv[i]);
      return 1;
    }
    for (int k = 0; k < count; k++) {
      char path[4096];
      snprintf(path, sizeof path, "%s/%s", argv[i], entries[k]->d_name);
      files += replay_file(path);
      free(entries[k]);
    }
    free(entries);
  }
  printf("%d inputs\n", files);
  return files > 0 ? 0 : 1;
}
