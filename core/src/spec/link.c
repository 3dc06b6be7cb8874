/* Resolves names across the files of a roster. */
#include "base/text.h"
#include "spec/id.h"
#include "spec/roster.h"

#define SUGGESTIONS_MAX 64u /* closest ids looked for in one link */
#define WORD_LEN_MIN    7u  /* of a single word behind an @, the @ included, to be taken for a misspelled agent */
#define SLOTS_MIN       16u

/* Words of a name or description that tell a coordinator. */
static const ql_str LEADING[] = {
    QL_STR_INIT("coordinator"),  QL_STR_INIT("coordinators"), QL_STR_INIT("coordinates"), QL_STR_INIT("orchestrator"),
    QL_STR_INIT("orchestrates"), QL_STR_INIT("coordinate"),   QL_STR_INIT("orchestrate"), QL_STR_INIT("leader"),
    QL_STR_INIT("delegates"),    QL_STR_INIT("lead"),         QL_STR_INIT("dispatcher"),  QL_STR_INIT("supervisor"),
};

static size_t slot_of(const ql_roster *roster, ql_str id) {
  size_t at = ql__id_hash(id) & (roster->slot_count - 1);
  while (roster->slots[at] != 0 && !ql_eq(roster->agents[roster->slots[at] - 1].id, id)) at = (at + 1) & (roster->slot_count - 1);
  return at;
}

ql_agent *ql__roster_get(const ql_roster *roster, ql_str id) {
  if (roster->slot_count == 0) return NULL;
  size_t index = roster->slots[slot_of(roster, id)];
  return index > 0 ? &roster->agents[index - 1] : NULL;
}

static ql_agent *add_agent(ql_roster *roster, ql_agent agent) {
  size_t slot = slot_of(roster, agent.id);
  ql_agent *added = &roster->agents[roster->agent_count++];
  *added = agent;
  roster->slots[slot] = roster->agent_count;
  return added;
}

static bool has_word(ql_str text, const ql_str *words, size_t count) {
  size_t from = 0;
  for (size_t i = 0; i <= text.len; i++) {
    if (i < text.len && ql_is_alnum(text.ptr[i])) continue;
    for (size_t k = 0; k < count; k++)
      if (ql_eq_nocase(ql_slice(text, from, i), words[k])) return true;
    from = i + 1;
  }
  return false;
}

/* Of a description, only how it begins: further on it says whom the agent works with. */
static ql_str first_sentence(ql_str text) {
  size_t end = ql_find(text, QL_STR(". "), 0);
  return ql_slice(text, 0, end == SIZE_MAX ? text.len : end);
}

static bool leads(const ql__file *file) {
  const ql_spec *spec = file->spec;
  for (size_t i = 0; i < file->declared_count; i++)
    if (!ql_eq(file->declared[i].id, spec->id)) return true;
  return has_word(spec->id, LEADING, QL_COUNT(LEADING)) || has_word(first_sentence(spec->description), LEADING, QL_COUNT(LEADING));
}

/* Everything that may become an agent fits, so that agents never move. Without memory there are none. */
static void make_room(ql_roster *roster) {
  size_t most = roster->file_count, slots = SLOTS_MIN;
  for (size_t i = 0; i < roster->file_count; i++) most += roster->files[i].declared_count;
  while (slots < most * 2) slots *= 2;
  ql_agent *agents = ql_arena_array(roster->linked, most, sizeof *agents);
  size_t *table = ql_arena_array(roster->linked, slots, sizeof *table);
  if (!agents || !table) return;
  roster->agents = agents;
  roster->slots = table;
  roster->slot_count = slots;
}

/* Where the name of a file stands: the frontmatter's own line, or the start. */
static size_t name_offset(const ql_spec *spec) {
  size_t at = spec->name.ptr ? ql_find(ql_slice(spec->text, 0, spec->body_offset), spec->name, 0) : SIZE_MAX;
  return at == SIZE_MAX ? 0 : at;
}

static ql_str folder_of(ql_str path) {
  size_t end = path.len;
  while (end > 0 && path.ptr[end - 1] != '/' && path.ptr[end - 1] != '\\') end--;
  return ql_slice(path, 0, end);
}

static ql_str product_of(const ql_spec *spec) {
  ql__dialect dialect = QL__PLAIN;
  size_t len = 0;
  while (spec->dialect[len] != '\0') len++;
  bool there = ql__dialect_named((ql_str){spec->dialect, len}, &dialect, NULL) == QL_OK;
  return there ? ql__dialect_product(dialect) : QL_ABSENT;
}

/* One agent, written for several products: each has a folder of its own. */
static bool are_twins(const ql_spec *one, const ql_spec *other) {
  ql_str a = product_of(one), b = product_of(other);
  return a.len > 0 && b.len > 0 && !ql_eq(a, b) && !ql_eq(folder_of(one->path), folder_of(other->path));
}

static void take_file(ql_roster *roster, ql__file *file, ql__notes *notes) {
  const ql_spec *spec = file->spec;
  ql_agent *taken = ql__roster_get(roster, spec->id);
  if (!taken) {
    ql_str description = spec->description.ptr ? spec->description : file->opening;
    file->agent = add_agent(roster, (ql_agent){.id = spec->id, .description = description, .spec = spec, .leads = leads(file)});
    return;
  }
  ql_str first = taken->spec->path.ptr ? taken->spec->path : QL_STR("another file");
  if (are_twins(spec, taken->spec))
    QL__NOTE(notes, QL__AGENT_TWIN, name_offset(spec), spec->id, QL_STR(" is read from "), first, QL_STR(", which is written for "),
             product_of(taken->spec), QL_STR(". If the two are not one agent, give this one another name."));
  else
    QL__NOTE(notes, QL__DUPLICATE_AGENT, name_offset(spec), QL_STR("The name "), spec->id, QL_STR(" is taken by "), first,
             QL_STR(". Give this agent another name, or delete one of the files."));
}

/* `seen` holds for each agent the number of the last file that named it. */
static void take_declared(ql_roster *roster, ql__file *file, ql__notes *notes, size_t *seen, size_t number) {
  file->team = ql_arena_array(roster->linked, file->declared_count, sizeof(void *));
  file->refs = ql_arena_array(roster->linked, file->declared_count + file->mention_count, sizeof *file->refs);
  for (size_t i = 0; file->team && file->refs && i < file->declared_count; i++) {
    const ql__declared *d = &file->declared[i];
    if (ql_eq(d->id, file->spec->id)) continue;
    ql_agent *agent = ql__roster_get(roster, d->id);
    if (!agent) agent = add_agent(roster, (ql_agent){.id = d->id});
    size_t index = (size_t)(agent - roster->agents);
    if (seen[index] == number) continue;
    seen[index] = number;
    file->team[file->team_count++] = agent;
    file->refs[file->ref_count++] = (ql__ref){agent, d->line, true};
    if (!agent->description.ptr) agent->description = d->description;
    if (!agent->declared_by) {
      agent->declared_by = file->spec;
      agent->declared_line = d->line;
    }
    if (!agent->spec)
      QL__NOTE(notes, QL__DECLARED_AGENT, d->offset, d->id,
               QL_STR(" has no file. It can be played by a person, a rehearsal or a model that is told only this line; "
                      "add a file with this name to say more."));
  }
}

/* "@agent-x" is how Claude Code writes a mention of x. */
static ql_agent *mentioned(const ql_roster *roster, ql_str id) {
  ql_agent *agent = ql__roster_get(roster, id);
  if (agent || !ql_starts(id, QL_STR("@agent-"))) return agent;
  char bare[QL_AGENT_ID_MAX];
  return ql__roster_get(roster, (ql_str){bare, ql__write_id(bare, ql_slice(id, 7, id.len))});
}

/* `seen` holds for each agent the number of the last file with a reference to it. */
static void add_ref(ql_roster *roster, ql__file *file, ql_agent *agent, uint32_t line, size_t *seen, size_t number) {
  size_t index = (size_t)(agent - roster->agents);
  if (agent == file->agent || seen[index] == number) return;
  seen[index] = number;
  file->refs[file->ref_count++] = (ql__ref){agent, line, false};
}

static void check_mentions(ql_roster *roster, ql__file *file, ql__notes *notes, size_t *suggestions, size_t *seen, size_t number) {
  for (size_t i = 0; i < file->team_count; i++) seen[file->team[i] - roster->agents] = number;
  for (size_t i = 0; i < file->mention_count; i++) {
    const ql__mention *m = &file->mentions[i];
    ql_agent *agent = mentioned(roster, m->id);
    if (agent && file->refs) add_ref(roster, file, agent, m->line, seen, number);
    if (agent || !ql__note_wanted(notes, QL__UNKNOWN_AGENT)) continue;
    ql_str close = *suggestions < SUGGESTIONS_MAX ? ql__roster_close(roster, m->id) : QL_ABSENT;
    ++*suggestions;
    /* A single word may be anybody's handle, unless it is nearly an agent. */
    if (!m->agent_like && (!close.ptr || m->id.len < WORD_LEN_MIN)) continue;
    ql_diagnostic *d = QL__NOTE(notes, QL__UNKNOWN_AGENT, m->offset, m->id, QL_STR(" has no file, and no list names it."),
                                close.ptr ? QL_STR(" Did you mean ") : QL_STR(" Add a file for it, or name it in a list of the team."),
                                close.ptr ? close : QL_STR(""), close.ptr ? QL_STR("?") : QL_STR(""));
    if (close.ptr) ql__note_fix(notes, d, &(ql_edit){m->offset, m->length, close}, 1);
  }
}

static void note_too_large(const ql__file *file, ql__notes *notes) {
  if (!file->spec)
    QL__NOTE(notes, QL__TOO_LARGE, 0, QL_STR("The file is larger than QL_SPEC_BYTES_MAX and was not read. Split it, or leave it out."));
}

/* The spec's findings and those across files, as one list. */
static void finish_notes(ql__file *file, ql__notes *notes) {
  size_t across = notes->count;
  if (across == 0 && file->spec) {
    file->diagnostics = file->spec->diagnostics;
    file->diagnostic_count = file->spec->diagnostic_count;
    return;
  }
  for (size_t i = 0; file->spec && i < file->spec->diagnostic_count; i++) {
    ql_diagnostic *items = ql_arena_grow(notes->arena, notes->items, notes->count, &notes->cap, sizeof *items);
    if (!items) return;
    notes->items = items;
    items[notes->count++] = file->spec->diagnostics[i];
  }
  ql__notes_finish(notes, file->spec ? file->spec->text : QL_STR(""));
  file->diagnostics = notes->items;
  file->diagnostic_count = notes->count;
}

ql_status ql_roster_link(ql_roster *roster, ql_error *err) {
  ql_arena_reset(roster->linked);
  roster->agents = NULL;
  roster->agent_count = roster->slot_count = 0;
  size_t suggestions = 0;
  ql__notes *notes = ql_arena_array(roster->linked, roster->file_count, sizeof *notes);
  if (notes) make_room(roster);
  for (size_t i = 0; i < roster->file_count; i++) {
    ql__file *file = &roster->files[i];
    file->agent = NULL;
    file->team = NULL;
    file->refs = NULL;
    file->team_count = file->ref_count = file->diagnostic_count = 0;
    if (notes) notes[i].arena = roster->linked;
  }
  if (!roster->agents) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  for (size_t i = 0; i < roster->file_count; i++)
    if (roster->files[i].spec) take_file(roster, &roster->files[i], &notes[i]);
  size_t *seen = ql_arena_array(roster->linked, roster->slot_count, sizeof *seen);
  for (size_t i = 0; seen && i < roster->file_count; i++)
    if (roster->files[i].spec) take_declared(roster, &roster->files[i], &notes[i], seen, i + 1);
  for (size_t i = 0; seen && i < roster->file_count; i++) {
    check_mentions(roster, &roster->files[i], &notes[i], &suggestions, seen, roster->file_count + i + 1);
    note_too_large(&roster->files[i], &notes[i]);
    finish_notes(&roster->files[i], &notes[i]);
  }
  return ql_arena_failed(roster->linked) ? ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT) : QL_OK;
}
