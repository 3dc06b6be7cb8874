/* The system calls of the file store, on a disk that can fail: tests/CMakeLists.txt puts these in the place of write, fsync, ftruncate, open,
   mkdir and unlink. What is not synced is remembered, so that a loss of power can be played: unsynced blocks are lost, torn or stay, in any
   order, and names that no folder was synced for are lost or stay. */
#ifndef QL_TEST_DISK_H
#define QL_TEST_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum disk_fault {
  DISK_NONE,
  DISK_KILL,      /* SIGKILL: a write has half of its bytes in the file, any other call was not made */
  DISK_KILL_LATE, /* SIGKILL: the call was made, its answer is never seen */
  DISK_POWER,     /* the power goes after the call: what is left is built beside it, and the process ends with DISK_EXIT */
  DISK_FULL,      /* ENOSPC once; a write has half of its bytes in the file */
  DISK_BROKEN,    /* EIO once, likewise */
  DISK_SIGNAL,    /* EINTR once */
  DISK_SHORT      /* a write takes only half of its bytes; any other call is as always */
} disk_fault;

#define DISK_EXIT 77

/// The call after `calls` more ones has the fault. Forgets what was remembered: all that is there now is safe.
/// @param root  the folder that is looked after; calls outside of it are none
/// @param left  for DISK_POWER: the folder that what is left is built in
/// @param seed  for DISK_POWER: which of the unsynced blocks and names stay
void disk_arm(disk_fault fault, size_t calls, const char *root, const char *left, uint32_t seed);
/// From now on it is after so many more calls.
void disk_set(size_t calls);
/// True when it has happened since. (Nobody lives to ask that of the deadly ones.)
bool disk_struck(void);
/// Removes a folder with all that is in it.
void disk_remove(const char *path);

#endif
