#include "plan/objective.h"

#include "base/text.h"

#define S QL_STR_INIT

/* An objective longer than this many words is not a trifle, whatever it mentions. */
#define TRIFLE_WORDS_MAX 12u
#define SMALL_WORDS_MAX  10u
#define SUBJECT_WORDS    4u
#define SUBJECT_BYTES    60u
/* How far into an objective its verb may stand: "We should also add …". */
#define VERB_WITHIN      4u
#define LOOKED_AT        2000u /* bytes of an objective */
#define TELLING_MAX      64u   /* words that count for the choice of agents */

const ql__telltale ql__telltales[] = {
    {QL_CONCERN_API, S("endpoints"), S("api endpoint rest restful route graphql grpc openapi swagger http backend webhook crud resolver"),
     0},
    {QL_CONCERN_DATA, S("schema"),
     S("database db schema table data+migration data+model sql postgres postgresql mysql sqlite mongodb query index column orm "
       "storage"),
     0},
    {QL_CONCERN_AUTH, S("auth"),
     S("auth authentication authorization authorisation login logout signin signup sign+in sign+up log+in oauth oauth2 oidc saml "
       "sso jwt password permission rbac mfa 2fa passkey"),
     QL_CONCERN_API | QL_CONCERN_DATA | QL_CONCERN_SECURITY},
    {QL_CONCERN_SECURITY, S("security"),
     S("security secure vulnerability encrypt encryption secret gdpr pii privacy cors csrf xss injection harden sanitize"), 0},
    {QL_CONCERN_PAYMENT, S("payments"), S("payment billing checkout refund stripe paypal"),
     QL_CONCERN_API | QL_CONCERN_DATA | QL_CONCERN_SECURITY},
    {QL_CONCERN_SPEED, S("performance"),
     S("performance slow fast faster speed latency cache bottleneck memory+leak memory+usage footprint p95 response+time optimize optimise"),
     0},
    {QL_CONCERN_SPEED, S("scalability"),
     S("scale scalable scalability throughput shard sharding concurrent concurrency request+per+second"), 0},
    {QL_CONCERN_UI, S("interface"),
     S("ui ux frontend front+end page screen form button component dashboard css theme dark+mode layout responsive mobile widget "
       "modal accessibility a11y menu sidebar react vue angular svelte tooltip icon dialog chart"),
     0},
    {QL_CONCERN_INFRA, S("delivery"),
     S("deploy deployment docker kubernetes k8s terraform ci cd pipeline infrastructure aws gcp azure helm container rollout "
       "staging devops"),
     0},
    {QL_CONCERN_MONITOR, S("monitoring"),
     S("monitoring monitor logging metrics tracing observability alert telemetry health+check audit+log"), 0},
    {QL_CONCERN_CONNECT, S("integrations"),
     S("integrate integration third+party external provider connect sync synchronize connector webhook"), 0},
    {QL_CONCERN_NAMED, S("integrations"),
     S("stripe paypal twilio sendgrid mailchimp s3 slack kafka rabbitmq redis elasticsearch opensearch salesforce hubspot "
       "shopify github gitlab jira firebase supabase openai sentry auth0 okta keycloak"),
     0},
    {QL_CONCERN_DOCS, S("documentation"),
     S("docs document documentation readme guide tutorial changelog manual handbook runbook faq release+notes"), 0},
    {QL_CONCERN_TESTS, S("tests"), S("test tests testing coverage e2e regression qa"), 0},
    {QL_CONCERN_LIVE, S("live updates"), S("websocket realtime real+time live notification chat streaming sse presence collaborative"),
     QL_CONCERN_API},
    {QL_CONCERN_JOBS, S("background jobs"),
     S("queue job cron schedule background batch worker email digest reminder newsletter nightly every+night every+day every+hour"), 0},
    {QL_CONCERN_SEARCH, S("search"), S("search filter autocomplete full+text facet"), QL_CONCERN_API | QL_CONCERN_DATA},
    {QL_CONCERN_FILES, S("files"), S("upload download attachment image avatar"), QL_CONCERN_API | QL_CONCERN_SECURITY},
    {QL_CONCERN_STRUCTURE, S("architecture"),
     S("architecture microservice monolith modular event+sourcing event+driven cqrs distributed multi+tenant"), 0},
    {QL_CONCERN_CLI, S("command line"), S("cli command+line flag terminal subcommand"), 0},
    {QL_CONCERN_SMALL, {NULL, 0}, S("button link flag option label tooltip icon banner field placeholder rename"), 0},
};

const size_t ql__telltale_count = QL_COUNT(ql__telltales);

static const struct {
  unsigned kind;
  ql_str phrases;
} VERBS[] = {
    {QL_KIND_CREATE,
     S("add build implement create introduce support let enable develop design make set+up provide allow write send show generate "
       "integrate connect")},
    {QL_KIND_CHANGE,
     S("refactor rework rewrite restructure clean+up rename extract split simplify modernize modernise update replace "
       "change convert improve consolidate unify standardize standardise redesign adapt harden reduce decompose break+up partition overhaul")},
    {QL_KIND_UPGRADE, S("upgrade")},
    {QL_KIND_MIGRATE, S("migrate move switch port transition replatform")},
    {QL_KIND_FIX, S("fix repair resolve correct debug investigate troubleshoot solve patch find+out")},
    {QL_KIND_SPEED, S("optimize optimise speed+up accelerate tune scale profile")},
    {QL_KIND_AUDIT, S("review audit analyze analyse evaluate assess compare inspect check examine research")},
    {QL_KIND_DOCUMENT, S("document describe explain")},
    {QL_KIND_TEST, S("test cover verify")},
    {QL_KIND_RELEASE, S("deploy release ship publish provision roll+out launch dockerize containerize")},
    {QL_KIND_REMOVE, S("remove delete deprecate drop retire")},
};

/* When all that something asks for is one of these, it is that kind of work: "Write documentation for …", "Set up a pipeline". */
static const struct {
  unsigned from, only, kind;
} TURNS[] = {
    {QL_KIND_CREATE | QL_KIND_CHANGE, QL_CONCERN_DOCS, QL_KIND_DOCUMENT},
    {QL_KIND_CREATE | QL_KIND_CHANGE, QL_CONCERN_TESTS, QL_KIND_TEST},
    {QL_KIND_CREATE, QL_CONCERN_INFRA, QL_KIND_RELEASE},
    {QL_KIND_CHANGE, QL_CONCERN_SPEED, QL_KIND_SPEED},
};

/* Without a verb of its own an objective that says one of these reports a fault. */
static const ql_str SYMPTOMS =
    S("crash fail failing failure broken bug hang leak stuck wrong incorrect not+work error slow loop timeout race flaky issue");
/* "Let users export their data": who may do it, and what they do when that is a noun too. */
static const ql_str PEOPLE = S("user customer people admin client member visitor everyone everybody us them team developer");
static const ql_str DEEDS = S("export import reset upload download search filter refund backup sign+in sign+up");
static const ql_str TRIFLES = S("typo spelling misspelling wording whitespace indentation broken+link dead+link copyright bump");
/* Where a subject ends. */
static const ql_str ENDS =
    S("with using for to in on into from so that when while by via which where after before without through because under "
      "across against as if of about at between until every faster quicker leaner better easier fail written along");
/* A subject made of these alone says nothing: "an API for invoices" is about invoices. */
static const ql_str GENERAL = S(
    "api rest restful graphql endpoint service test unit integration e2e documentation docs guide readme support system "
    "feature schema coverage performance speed latency page database full user end memory usage footprint manual tutorial faster throughput product microservice");

/* Of these "a microservice for invoices" is said: "invoices microservice". */
static const ql_str MADE = S("service microservice");
/* What follows is how, not what: "the user service along bounded contexts". */
static const ql_str MANNER = S("along into");

static bool is_one_of(ql_str stem, ql_str phrases) {
  ql__word word = {stem, stem};
  ql__words one = {&word, 1};
  ql_str item;
  while (ql__next_item(&phrases, &item))
    if (ql__words_find(&one, item, 0) == 0) return true;
  return false;
}

bool ql__mentions(const ql__words *words, ql_str phrases) {
  ql_str phrase;
  while (ql__next_item(&phrases, &phrase))
    if (ql__words_find(words, phrase, 0) != SIZE_MAX) return true;
  return false;
}

ql_str ql__objective_named(ql_arena *a, const ql__objective *o, ql_str phrases) {
  ql_str found[2], phrase;
  size_t at[2] = {0, 0}, count = 0;
  while (count < 2 && ql__next_item(&phrases, &phrase)) {
    size_t place = ql__words_find(&o->words, phrase, 0);
    if (place == SIZE_MAX || (count > 0 && place == at[0])) continue;
    at[count] = place;
    found[count++] = o->words.items[place].text;
  }
  if (count == 0) return QL_ABSENT;
  if (count == 1) return found[0];
  bool swapped = at[1] < at[0];
  const ql_str pieces[] = {found[swapped], QL_STR(" and "), found[!swapped]};
  return ql_arena_concat(a, pieces, QL_COUNT(pieces));
}

static unsigned concerns_of(const ql__words *words, unsigned *implied) {
  unsigned found = 0;
  for (size_t i = 0; i < ql__telltale_count; i++) {
    if (!ql__mentions(words, ql__telltales[i].phrases)) continue;
    found |= ql__telltales[i].concern;
    *implied |= ql__telltales[i].implies;
  }
  return found;
}

unsigned ql__concerns_of(const ql__words *words) {
  unsigned ignored = 0;
  return concerns_of(words, &ignored);
}

/* The verb that stands first; *behind is the word after it. */
static unsigned find_verb(const ql__words *words, size_t *behind) {
  ql__words start = {words->items, words->count < VERB_WITHIN ? words->count : VERB_WITHIN};
  size_t first = SIZE_MAX;
  unsigned kind = 0;
  for (size_t i = 0; i < QL_COUNT(VERBS); i++) {
    ql_str rest = VERBS[i].phrases, phrase;
    while (ql__next_item(&rest, &phrase)) {
      size_t at = ql__words_find(&start, phrase, 0);
      if (at >= first) continue;
      first = at;
      kind = VERBS[i].kind;
      *behind = at + 1 + (ql_find_byte(phrase, '+', 0) != SIZE_MAX);
    }
  }
  return kind;
}

static bool is_article(ql_str stem) {
  static const ql_str articles = S("a an the our my your its their this that these those");
  ql_str rest = articles, word;
  while (ql__next_item(&rest, &word))
    if (ql_eq(word, stem)) return true;
  return false;
}

/* What stands between two words ends a subject when it is punctuation. */
static bool breaks(const ql__objective *o, size_t next) {
  const char *end = o->words.items[next - 1].text.ptr + o->words.items[next - 1].text.len;
  for (const char *c = end; c < o->words.items[next].text.ptr; c++)
    if (*c == ',' || *c == '.' || *c == ';' || *c == ':' || *c == '(' || *c == ')' || *c == '"' || *c == '!' || *c == '?') return true;
  return false;
}

/* "sign-in": a hyphen makes one word of two. */
static bool hyphenated(const ql__objective *o, size_t at) {
  if (at == 0) return false;
  ql_str before = o->words.items[at - 1].text;
  return before.ptr[before.len] == '-' && before.ptr + before.len + 1 == o->words.items[at].text.ptr;
}

/* The words from *at to where a subject ends; *at moves there. */
static ql__words noun_phrase(const ql__objective *o, size_t *at, bool *definite) {
  const ql__word *w = o->words.items;
  size_t start = *at, n = o->words.count;
  *definite = false;
  for (; start < n && (is_article(w[start].stem) || ql_eq(w[start].stem, QL_STR("new")) || ql_eq(w[start].stem, QL_STR("some"))); start++)
    *definite |= is_article(w[start].stem);
  size_t end = start, behind;
  for (; end < n; end++) {
    if (end > start && breaks(o, end)) break;
    if (is_one_of(w[end].stem, ENDS) && !(end > start && hyphenated(o, end))) break;
    ql__words next = {w + end + 1 < w + n ? o->words.items + end + 1 : NULL, end + 1 < n ? 1 : 0};
    bool joins_clause =
        ql_eq(w[end].stem, QL_STR("and")) && (next.count == 0 || find_verb(&next, &behind) != 0 || is_article(next.items[0].stem));
    if (joins_clause) break;
  }
  *at = end;
  return (ql__words){o->words.items + start, end - start};
}

static bool all_general(const ql__words *words) {
  for (size_t i = 0; i < words->count; i++)
    if (!is_one_of(words->items[i].stem, GENERAL)) return false;
  return true;
}

/* "from REST to GraphQL" → "REST to GraphQL" */
static ql__words from_to(const ql__objective *o, size_t at) {
  ql__words whole = {NULL, 0};
  bool definite;
  if (at >= o->words.count || !ql_eq(o->words.items[at].stem, QL_STR("from"))) return whole;
  size_t start = ++at;
  ql__words first = noun_phrase(o, &at, &definite);
  if (first.count == 0 || at >= o->words.count || !ql_eq(o->words.items[at].stem, QL_STR("to"))) return whole;
  at++;
  ql__words second = noun_phrase(o, &at, &definite);
  if (second.count == 0 || at - start > SUBJECT_WORDS + 2) return whole;
  return (ql__words){first.items, (size_t)(second.items + second.count - first.items)};
}

/* Cuts the words out of the text; absent when they are too long to be words. The capital of a sentence's first word goes, that of a name stays. */
static ql_str subject_text(ql_arena *a, const ql__objective *o, const ql__words *words, size_t most) {
  size_t skip = words->count > most ? words->count - most : 0;
  const ql__word *first = &words->items[skip], *last = &words->items[words->count - 1];
  ql_str text = {first->text.ptr, (size_t)(last->text.ptr + last->text.len - first->text.ptr)};
  if (text.len > SUBJECT_BYTES) return QL_ABSENT;
  bool opens = first == o->words.items && first->text.len > 1 && first->text.ptr[1] >= 'a' && first->text.ptr[1] <= 'z';
  if (!opens || first->text.ptr[0] < 'A' || first->text.ptr[0] > 'Z') return text;
  const ql_str pieces[] = {ql_lower(a, ql_slice(text, 0, 1)), ql_slice(text, 1, text.len)};
  return ql_arena_concat(a, pieces, QL_COUNT(pieces));
}

/* "users export their data" → "data export", "users create projects" → "projects"; absent for anything else. */
static ql_str what_people_do(ql_arena *a, const ql__objective *o, size_t at) {
  const ql__word *w = o->words.items;
  bool definite;
  if (at >= o->words.count || !is_one_of(w[at].stem, PEOPLE)) return QL_ABSENT;
  at++;
  if (at < o->words.count && ql_eq(w[at].stem, QL_STR("to"))) at++;
  if (at + 1 >= o->words.count) return QL_ABSENT;
  const ql__word *deed = &w[at++];
  ql__words phrase = noun_phrase(o, &at, &definite);
  if (phrase.count == 0) return QL_ABSENT;
  bool noun = is_one_of(deed->stem, DEEDS);
  ql_str text = subject_text(a, o, &phrase, SUBJECT_WORDS);
  if (!text.ptr) return text;
  const ql_str pieces[] = {text, noun ? QL_STR(" ") : QL_STR(""), noun ? deed->text : QL_STR("")};
  return ql_arena_concat(a, pieces, QL_COUNT(pieces));
}

static void find_subject(ql_arena *a, ql__objective *o, size_t at, bool verb) {
  unsigned ignored = 0;
  o->subject = what_people_do(a, o, at);
  if (o->subject.ptr) return;
  /* "Design and implement a plugin system" */
  ql__words rest = {o->words.items + at, o->words.count - at};
  size_t behind = 0;
  if (rest.count > 1 && ql_eq(rest.items[0].stem, QL_STR("and")) && find_verb(&(ql__words){rest.items + 1, 1}, &behind) != 0) at += 2;
  while (at < o->words.count && (ql_eq(o->words.items[at].stem, QL_STR("why")) || ql_eq(o->words.items[at].stem, QL_STR("how")))) at++;
  ql__words moved = from_to(o, at);
  if (moved.count > 0) {
    o->subject = subject_text(a, o, &moved, moved.count);
    return;
  }
  ql__words phrase = noun_phrase(o, &at, &o->definite);
  o->asked = concerns_of(&phrase, &ignored);
  ql_str made = phrase.count > 0 && is_one_of(phrase.items[phrase.count - 1].stem, MADE) ? phrase.items[phrase.count - 1].text : QL_ABSENT;
  bool passed = false;
  while (phrase.count > 0 && all_general(&phrase) && at + 1 < o->words.count && !breaks(o, at) &&
         !is_one_of(o->words.items[at].stem, MANNER)) {
    bool definite;
    at++;
    ql__words further = noun_phrase(o, &at, &definite);
    if (further.count == 0) break;
    phrase = further;
    o->definite = definite;
    passed = true;
  }
  bool known = verb || o->concerns != 0, says = false;
  for (size_t i = 0; i < phrase.count; i++) says |= !ql__is_common_word(phrase.items[i].stem);
  if (!says || !known) return;
  o->subject = subject_text(a, o, &phrase, SUBJECT_WORDS);
  if (o->subject.ptr && passed && made.ptr) {
    const ql_str both[] = {o->subject, QL_STR(" "), made};
    o->subject = ql_arena_concat(a, both, QL_COUNT(both));
  }
  if (!o->subject.ptr || at >= o->words.count || !ql_eq(o->words.items[at].stem, QL_STR("fail"))) return;
  const ql_str pieces[] = {o->subject, QL_STR(" failure")};
  o->subject = ql_arena_concat(a, pieces, QL_COUNT(pieces));
}

/* Words of an objective that fit any description, and those that name a field: of the field the work itself says what counts. */
static const ql_str EVERYWHERE =
    QL_STR_INIT("user system feature app application project team code work agent api data database ui frontend backend docs "
                "documentation test review security devops");

bool ql__says_little(ql_str stem) {
  ql__word word = {stem, stem};
  ql__words one = {&word, 1};
  return ql__is_common_word(stem) || ql__mentions(&one, EVERYWHERE);
}

static bool find_telling(ql_arena *a, ql__objective *o) {
  o->telling.items = ql_arena_array(a, TELLING_MAX, sizeof *o->telling.items);
  if (!o->telling.items) return false;
  for (size_t i = o->verb_end; i < o->words.count && o->telling.count < TELLING_MAX; i++) {
    bool known = ql__says_little(o->words.items[i].stem);
    for (size_t k = 0; k < o->telling.count && !known; k++) known = ql_eq(o->telling.items[k].stem, o->words.items[i].stem);
    if (!known) o->telling.items[o->telling.count++] = o->words.items[i];
  }
  return true;
}

bool ql__objective_read(ql_arena *a, ql_str text, ql__objective *out) {
  *out = (ql__objective){.text = text, .words = ql__words_of(a, ql__start(text, LOOKED_AT)), .subject = QL_ABSENT};
  unsigned implied = 0;
  size_t behind = 0;
  out->said = out->concerns = concerns_of(&out->words, &implied);
  unsigned kind = find_verb(&out->words, &behind);
  if (kind == 0 && ql__mentions(&out->words, SYMPTOMS)) kind = QL_KIND_FIX;
  find_subject(a, out, behind, kind != 0);
  out->verb_end = behind;
  if (!find_telling(a, out)) return false;
  ql__words subject = ql__words_of(a, out->subject);
  out->faulty = ql__mentions(&subject, SYMPTOMS);
  out->kind = kind != 0 ? kind : QL_KIND_CREATE;
  for (size_t i = 0; i < QL_COUNT(TURNS); i++)
    if ((out->kind & TURNS[i].from) && out->asked != 0 && (out->asked & ~TURNS[i].only) == 0) {
      out->kind = TURNS[i].kind;
      break;
    }
  bool faster = ql__mentions(&out->words, QL_STR("faster quicker leaner"));
  if (faster && (out->kind & (QL_KIND_CREATE | QL_KIND_CHANGE))) out->kind = QL_KIND_SPEED;
  if (out->words.count <= TRIFLE_WORDS_MAX && ql__mentions(&out->words, TRIFLES)) out->kind = QL_KIND_TRIFLE;
  if (out->words.count > SMALL_WORDS_MAX) out->concerns &= ~(unsigned)QL_CONCERN_SMALL;
  if (out->kind == QL_KIND_CREATE && !(out->concerns & QL_CONCERN_SMALL)) out->concerns |= implied;
  return !ql_arena_failed(a);
}
