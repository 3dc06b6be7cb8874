/* Notes: what people write beside a quest. A set of its own, merged by union, each note anchored to an event by its number and the head after
   it; never in the log, so that a note competes with nobody for the head. A set is text: one canonical JSON line a note, in any order. */
#ifndef QUESTLINE_NOTES_H
#define QUESTLINE_NOTES_H

#include <questline/quest.h>

#ifdef __cplusplus
extern "C" {
#endif

#define QL_NOTE_ID_BYTES 16
#define QL_NOTE_ID_CHARS 22 /* the same in base64url */

/// Writes a note at an event of the quest.
/// @param notes    the set so far, for its limit; absent when there is none
/// @param draft    shape `NoteDraft`; a name is brought into the form of an id
/// @param now      ms since epoch
/// @param entropy  QL_NOTE_ID_BYTES fresh random bytes: its id
/// @param line     shape `Note` as a line with its LF, for the host to store
/// @return QL_OK; QL_ERR_NOT_FOUND (no event of that number); QL_ERR_ARGUMENT (no text, no usable name, not a draft); QL_ERR_UTF8;
///         QL_ERR_LIMIT (QL_NOTE_BYTES_MAX, QL_NOTES_MAX); QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_note_make(const ql_quest *quest, ql_arena *a, ql_str notes, const ql_value *draft, int64_t now,
                                    const uint8_t *entropy, ql_str *line, ql_error *err);

/// The union of two sets by id. Of two notes with one id the one that is smaller by its bytes stays, so that everybody ends with the same
/// set, whoever merges what first. Lines that are no notes are left out and counted.
/// @param out  shape `NotesMerged`; borrows from both
/// @return QL_OK; QL_ERR_LIMIT (QL_NOTES_MAX); QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_notes_merge(ql_arena *a, ql_str mine, ql_str theirs, ql_value **out, ql_error *err);

/// The notes of a quest by event, time and id. One that was written on another branch, or at an event this log does not have, is loose, not
/// lost. A line that is no note is told with its number; the others are read.
/// @param out  shape `Notes`; borrows from notes
/// @return QL_OK; QL_ERR_LIMIT (QL_NOTES_MAX); QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_notes_list(const ql_quest *quest, ql_arena *a, ql_str notes, ql_value **out, ql_error *err);

#ifdef __cplusplus
}
#endif
#endif
