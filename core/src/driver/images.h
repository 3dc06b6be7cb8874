/* Images that models make: the host keeps their bytes, the log and the conversation know them by their hash. Private to driver/. */
#ifndef QL_DRIVER_IMAGES_H
#define QL_DRIVER_IMAGES_H

#include "driver/session.h"

/// The first image from this part on that has the member: `data` as it came, `hash` once it is kept. NULL for none.
const ql_value *ql__image_with(const ql_value *part, const char *member);

/// The first of the tool's outcome, or of the model's answer where no tool is at hand.
const ql_value *ql__image_first(const ql__turn *t, const char *member);

/// Finds the first image there that a host can keep: the turn stands at QL__TURN_IMAGE then. Of an answer, what is none loses its bytes.
/// @return QL_OK; QL_ERR_NOMEM.
QL_NODISCARD ql_status ql__images_hash(ql__turn *t, ql_error *err);
/// Nobody keeps the images of an answer that is not whole: they lose their bytes.
void ql__images_leave(ql__turn *t);
/// Fills blob.put for it.
void ql__image_put(const ql__turn *t, ql_value *effect, ql_arena *a);
/// The host has it, or not: hash and size stand in place of its bytes, or beside them where a tool gave it, because the model is shown it; the next one
/// comes, or the end is logged. @return QL_OK; QL_ERR_NOMEM.
QL_NODISCARD ql_status ql__image_kept(ql__turn *t, bool kept, ql_error *err);
/// What is logged of the image at hand, shape `Command`; NULL when the quest has it.
ql_value *ql__image_made(const ql__turn *t, const ql_value *state, ql_arena *a);
/// Images in a conversation become words about them: providers take none back from a model.
void ql__images_as_words(ql_arena *a, ql_value *parts);

#endif
