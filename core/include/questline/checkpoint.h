/* A checkpoint: what a quest had come to at some event, so that opening its log need not execute what is before. A cache beside the log: never part
   of an export, ignored when a log is checked, and used only where everything it says fits. */
#ifndef QUESTLINE_CHECKPOINT_H
#define QUESTLINE_CHECKPOINT_H

#include <questline/quest.h>

#ifdef __cplusplus
extern "C" {
#endif

/// What became of a checkpoint. All but the first: the log was executed from its beginning.
typedef enum ql_checkpoint_use {
  QL_CHECKPOINT_USED,
  QL_CHECKPOINT_NONE,        /* no bytes were given */
  QL_CHECKPOINT_DAMAGED,     /* its hash is not that of its bytes */
  QL_CHECKPOINT_OTHER_BUILD, /* its build may understand something else by it */
  QL_CHECKPOINT_OTHER_LOG /* the log does not begin with the bytes it was made of: another quest, or texts were withheld or lines signed since */
} ql_checkpoint_use;

/// The quest as it is now. Some 50 bytes for each message or answer, and a few for each other event.
/// @param bytes  in the arena
/// @return QL_OK; QL_ERR_ARGUMENT (there is no event yet); QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_quest_checkpoint(const ql_quest *quest, ql_arena *a, ql_str *bytes, ql_error *err);

/// As ql_quest_append_log for an empty quest, but lines that the checkpoint stands for are only hashed, not read, checked and applied again.
/// What comes of it is the same. Whoever can write the checkpoint could as well write the log: it is to be kept as safe as the program's own files.
/// @param quest       has no event yet
/// @param checkpoint  of ql_quest_checkpoint, or absent
/// @param use         what became of it; may be NULL
/// @return as ql_quest_append_log; QL_ERR_ARGUMENT (the quest has events). After an error the quest holds what came before the line that failed;
///         after QL_ERR_NOMEM it can only be freed.
QL_NODISCARD ql_status ql_quest_open_checkpoint(ql_quest *quest, ql_str log, ql_str checkpoint, ql_checkpoint_use *use, ql_error *err);

#ifdef __cplusplus
}
#endif
#endif
