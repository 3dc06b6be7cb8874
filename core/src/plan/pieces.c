#include "plan/pieces.h"

#define S QL_STR_INIT
#define NO                                                                                                                                 \
  { NULL, 0 }

#define API_WORDS  "api endpoint rest graphql contract openapi http interface integration"
#define DATA_WORDS "database data schema sql migration index query postgres storage model"
#define UI_WORDS   "frontend ui ux interface react vue angular css web screen accessibility component"
#define BUILD_WORDS                                                                                                                          \
  "implement backend server service application endpoint http build code programming node nodejs express python django fastapi java spring " \
  "golang rust typescript javascript ruby php dotnet kotlin"
#define TEST_WORDS   "test testing tester qa e2e verification coverage automation"
#define REVIEW_WORDS "review reviewer audit quality correctness"
#define SAFETY_WORDS "security audit vulnerability threat review authentication architecture"
#define SPEED_WORDS  "performance load latency profiling optimization scalability architecture"
#define SHAPE_WORDS  "architecture design structure pattern boundaries analysis"
#define DOC_WORDS    "docs documentation document writer guide readme tutorial"
#define OPS_WORDS    "devops deployment infrastructure docker kubernetes cloud ci pipeline operations platform sre"
#define WATCH_WORDS  "monitoring observability logging metrics sre devops operations"
#define BUILD_ROLES  "developer engineer expert pro dev specialist builder coder"
#define DESIGN_ROLES "architect designer lead"
#define REVIEW_ROLES "reviewer review architect auditor lead quality qa"

#define CREATE   QL_KIND_CREATE
#define DRASTIC  (QL_CONCERN_SECURITY | QL_CONCERN_AUTH | QL_CONCERN_PAYMENT)
/* A core of its own is built unless the work is only one of these. */
#define OWN_CORE (QL_CONCERN_API | QL_CONCERN_AUTH | QL_CONCERN_PAYMENT | QL_CONCERN_SEARCH | QL_CONCERN_FILES)
#define DESIGNS  (QL_YIELDS_API | QL_YIELDS_DATA | QL_YIELDS_DESIGN)
#define BUILT    (QL_YIELDS_CORE | QL_YIELDS_PART)

const ql_str ql__build_words = S(BUILD_WORDS);

const ql__field_words ql__fields[] = {
    {QL_CONCERN_API, S(API_WORDS)},       {QL_CONCERN_DATA, S(DATA_WORDS)}, {QL_CONCERN_UI, S(UI_WORDS)},
    {QL_CONCERN_INFRA, S(OPS_WORDS)},     {QL_CONCERN_DOCS, S(DOC_WORDS)},  {QL_CONCERN_TESTS, S(TEST_WORDS)},
    {QL_CONCERN_MONITOR, S(WATCH_WORDS)},
};

const size_t ql__field_count = QL_COUNT(ql__fields);

const ql__piece ql__pieces[] = {
    /* ---- something new ---- */
    {CREATE, QL_CONCERN_STRUCTURE, 0, NO, false, QL_PHASE_DESIGN, QL_YIELDS_DESIGN, 0, 1, S("Work out the {s} architecture"),
     S("the architecture"), S(SHAPE_WORDS), S(DESIGN_ROLES), S("Decision note: the parts, the flow between them, what was turned down"),
     S("Every part has one reason to exist|The failure of each part is thought through"),
     S("Boundaries drawn too early are dear to move: agree on them before anything is built."), S("docs/{f}-architecture.md")},
    {CREATE, QL_CONCERN_API, 0, NO, false, QL_PHASE_DESIGN, QL_YIELDS_API, 0, 0, S("Design the {s} API"), S("the API contract"),
     S(API_WORDS), S(DESIGN_ROLES), S("API contract: paths, requests, responses and errors"),
     S("Every request has its error answers|Those who will call it have agreed"),
     S("A contract that changes after the start makes its users wait: settle it first."), S("docs/{f}-api.md")},
    {CREATE, QL_CONCERN_DATA, 0, NO, false, QL_PHASE_DESIGN, QL_YIELDS_DATA, 0, 0, S("Design the {s} schema"),
     S("the schema and its migration"), S(DATA_WORDS), S(DESIGN_ROLES), S("Schema with its indexes|Migration that runs up and down"),
     S("Up and down migrations both run on a copy of the data|Each frequent query uses an index"),
     S("A migration on live data can lock or lose rows: run it on a copy first and keep the way back."), NO},
    {CREATE, QL_CONCERN_UI, QL_CONCERN_SMALL, NO, false, QL_PHASE_DESIGN, QL_YIELDS_DESIGN, 0, 4, S("Sketch {u}"), S("the sketches"),
     S(UI_WORDS), S("designer ux ui frontend"), S("Sketch of every state: empty, loading, filled, failed"),
     S("Usable by keyboard alone|Readable on a narrow screen"), NO, NO},
    {CREATE, 0,
     QL_CONCERN_API | QL_CONCERN_DATA | QL_CONCERN_UI | QL_CONCERN_STRUCTURE | QL_CONCERN_SMALL | QL_CONCERN_CLI | QL_CONCERN_MONITOR |
         QL_CONCERN_TESTS,
     NO, false, QL_PHASE_DESIGN, QL_YIELDS_DESIGN, 0, 2, S("Settle how {t} should work"), S("the design"), S(SHAPE_WORDS), S(DESIGN_ROLES),
     S("Short note: what it does, what it does not, how it fails"), S("Each case has an expected result|Open questions are answered"),
     S("The objective leaves room: agree on what is meant before building."), S("docs/{f}-design.md")},
    {CREATE, OWN_CORE, 0, NO, false, QL_PHASE_BUILD, QL_YIELDS_CORE, DESIGNS, 0, S("Build the endpoints"), S("the endpoints"),
     S(BUILD_WORDS), S(BUILD_ROLES), S("Working endpoints as the contract says|Unit tests beside them"),
     S("Every request and error of the contract is answered|Input is checked before it is used"), NO, NO},
    {CREATE, 0, OWN_CORE | QL_CONCERN_UI | QL_CONCERN_CLI | QL_CONCERN_MONITOR | QL_CONCERN_CONNECT, NO, false, QL_PHASE_BUILD,
     QL_YIELDS_CORE, DESIGNS, 0, S("Build {t}"), S("the implementation"), S(BUILD_WORDS), S(BUILD_ROLES),
     S("Working code with unit tests beside it"), S("It does what the design says|Failures are reported, not hidden"), NO, NO},
    {CREATE, QL_CONCERN_CLI, OWN_CORE, NO, false, QL_PHASE_BUILD, QL_YIELDS_CORE, DESIGNS, 0, S("Add {t} to the command line"),
     S("the command line"), S(BUILD_WORDS " cli command terminal"), S(BUILD_ROLES), S("Command with its help text|Unit tests beside it"),
     S("The help says what it does|A wrong argument gives one clear sentence and a non-zero exit"), NO, NO},
    {CREATE | QL_KIND_MIGRATE, 0, 0, S("oauth oauth2 oidc saml sso"), false, QL_PHASE_BUILD, QL_YIELDS_PART, DESIGNS, 1,
     S("Integrate {x} sign-in"), S("the {x} sign-in"), S(BUILD_WORDS " oauth"), S(BUILD_ROLES), S("{x} client with its token exchange"),
     S("Sign-in works against the provider's test account|State and redirect addresses are checked|A refused sign-in says what to do"),
     S("The sign-in provider may be down or change: time-outs and errors need a planned answer."), NO},
    {CREATE, 0, 0, S("jwt"), false, QL_PHASE_BUILD, QL_YIELDS_PART, QL_YIELDS_CORE, 2, S("Check {x} on protected routes"),
     S("the {x} checks"), S(BUILD_WORDS " jwt middleware"), S(BUILD_ROLES), S("Middleware that verifies {x} signature, issuer and expiry"),
     S("A missing, expired or forged token is refused|Keys can be exchanged without downtime"),
     S("A leaked signing key opens everything: keep keys out of the code and make them exchangeable."), NO},
    {CREATE, 0, 0, S("permission rbac role+based"), false, QL_PHASE_BUILD, QL_YIELDS_PART, QL_YIELDS_CORE, 3,
     S("Enforce {x} on every route"), S("the access checks"), S(BUILD_WORDS " authorization"), S(BUILD_ROLES),
     S("One place that decides who may do what"), S("Without a right the answer is a refusal|Each right has a test for yes and for no"), NO,
     NO},
    {CREATE | QL_KIND_MIGRATE, QL_CONCERN_NAMED, 0,
     S("stripe paypal twilio sendgrid mailchimp s3 slack kafka rabbitmq redis elasticsearch opensearch salesforce hubspot shopify github gitlab "
       "jira firebase supabase openai sentry auth0 okta keycloak"),
     false, QL_PHASE_BUILD, QL_YIELDS_PART, DESIGNS, 1, S("Connect {x}"), S("the {x} connection"), S(BUILD_WORDS " integration"),
     S(BUILD_ROLES), S("{x} client with time-outs and retries"), S("Works against a test account|The rest keeps working while {x} is away"),
     S("{x} is outside our control: limits and outages need a planned answer."), NO},
    {CREATE, QL_CONCERN_CONNECT, QL_CONCERN_NAMED | QL_CONCERN_AUTH, NO, false, QL_PHASE_BUILD, QL_YIELDS_PART, DESIGNS, 1,
     S("Connect the outside service"), S("the connection to the outside"), S(BUILD_WORDS " integration"), S(BUILD_ROLES),
     S("Client with time-outs and retries|Mapping of its data to ours"),
     S("Works against a test account|A repeated delivery changes nothing"),
     S("The outside service is not in our control: limits and outages need a planned answer."), NO},
    {CREATE, QL_CONCERN_JOBS, QL_CONCERN_SMALL, NO, false, QL_PHASE_BUILD, QL_YIELDS_PART, DESIGNS | QL_YIELDS_CORE, 2,
     S("Set up the background jobs"), S("the background jobs"), S(BUILD_WORDS " queue job worker"), S(BUILD_ROLES),
     S("Background job that can be run again without harm"),
     S("A failed run is retried and reported|The same job twice has the effect of one"),
     S("Jobs that run twice send twice: each needs a key that makes a repeat harmless."), NO},
    {CREATE, QL_CONCERN_LIVE, QL_CONCERN_SMALL, NO, false, QL_PHASE_BUILD, QL_YIELDS_PART, DESIGNS, 2, S("Deliver {s} updates live"),
     S("the live updates"), S(BUILD_WORDS " websocket realtime streaming"), S(BUILD_ROLES), S("Live channel with reconnect"),
     S("A client that was away catches up|Nobody receives what is not meant for them"),
     S("Open connections cost memory: measure how many one server holds."), NO},
    {CREATE, QL_CONCERN_UI, 0, NO, false, QL_PHASE_BUILD, QL_YIELDS_PART, DESIGNS, 0, S("Build {u}"), S("the interface"), S(UI_WORDS),
     S(BUILD_ROLES " designer"), S("Working interface in every state|Component tests"), S("Usable by keyboard alone|Errors say what to do"),
     NO, NO},
    {CREATE | QL_KIND_RELEASE, QL_CONCERN_MONITOR, 0, NO, false, QL_PHASE_JOIN, QL_YIELDS_PART, BUILT, 3, S("Add logs and metrics"),
     S("logs and metrics"), S(WATCH_WORDS " " BUILD_WORDS), S(BUILD_ROLES), S("Logs, metrics and an alert for what matters"),
     S("A failure can be seen within minutes|No secret or personal data is logged"), NO, NO},
    {CREATE, QL_CONCERN_INFRA, 0, NO, false, QL_PHASE_JOIN, QL_YIELDS_PART, DESIGNS, 4, S("Prepare the environment"), S("the environment"),
     S(OPS_WORDS), S(BUILD_ROLES " devops ops"), S("Environment described as code"), S("It can be built from nothing by one command"), NO,
     NO},
    {CREATE, 0, 0, NO, false, QL_PHASE_TEST, QL_YIELDS_TEST, BUILT, 0, S("Test it end to end"), S("the end-to-end tests"), S(TEST_WORDS),
     S("reviewer review qa quality architect backend tester"), S("Automated tests of the whole path and of its errors"),
     S("Every accepted behaviour has a test that was seen to fail|The tests run with one command"), NO, NO},
    {CREATE, QL_CONCERN_SPEED, 0, NO, false, QL_PHASE_TEST, QL_YIELDS_TEST, BUILT, 3, S("Load-test it"), S("the load test"), S(SPEED_WORDS),
     S(REVIEW_ROLES " backend"), S("Measured latency and throughput under load"),
     S("The slowest step is named|The numbers can be repeated"), S("Numbers from a small machine mislead: say where they were measured."),
     NO},
    {CREATE, DRASTIC, 0, NO, false, QL_PHASE_REVIEW, QL_YIELDS_REVIEW, BUILT, 1, S("Review the security"), S("the security review"),
     S(SAFETY_WORDS), S("security auditor reviewer review architect backend"), S("Findings, each with severity and remedy"),
     S("No finding of high severity is open|Secrets are in no log and no repository"),
     S("A fault here exposes people's data: nothing is released before the security review is closed."), S("docs/{f}-security-review.md")},
    {CREATE, 0, DRASTIC, NO, false, QL_PHASE_REVIEW, QL_YIELDS_REVIEW, BUILT | QL_YIELDS_TEST, 2, S("Review the result"), S("the review"),
     S(REVIEW_WORDS), S(REVIEW_ROLES), S("Findings, each settled or accepted"), S("Every finding is settled or accepted with a reason"), NO,
     NO},
    {CREATE, QL_CONCERN_DOCS, QL_CONCERN_SMALL, NO, true, QL_PHASE_WRITE, QL_YIELDS_TEXT, BUILT, 5, S("Write the documentation"),
     S("the documentation"), S(DOC_WORDS), S("writer docs"), S("Page that says how to use it and what can go wrong"),
     S("Every example was run as it stands|A newcomer gets through without asking"), NO, S("docs/{f}.md")},
    {CREATE, 0, 0, S("deploy deployment rollout ship release"), false, QL_PHASE_RELEASE, 0, QL_YIELDS_TEST | QL_YIELDS_REVIEW, 4,
     S("Roll it out"), S("the rollout"), S(OPS_WORDS), S("devops ops admin " BUILD_ROLES), S("Rollout in stages with a way back"),
     S("The way back was tried|Errors stay at their level from before"), S("A rollout without a tried way back cannot be undone in time."),
     NO},

    /* ---- a fault ---- */
    {QL_KIND_FIX, 0, 0, NO, false, QL_PHASE_LOOK, QL_YIELDS_LOOK, 0, 0, S("Find {w}"), S("the cause"), S("{c}"), S(BUILD_ROLES),
     S("Cause, with the steps that show it"), S("The fault can be shown at will|The cause is proven, not guessed"),
     S("What looks like the cause may be a symptom: show the fault before changing code."), NO},
    {QL_KIND_FIX, 0, 0, NO, false, QL_PHASE_BUILD, QL_YIELDS_CORE, QL_YIELDS_LOOK, 0, S("Fix {t}"), S("the fix"), S("{c}"), S(BUILD_ROLES),
     S("Smallest change that removes the cause"), S("The steps that showed the fault pass|Nothing else changed its behaviour"), NO, NO},
    {QL_KIND_FIX, 0, 0, NO, false, QL_PHASE_TEST, QL_YIELDS_TEST, BUILT, 0, S("Add a regression test"), S("the regression test"),
     S(TEST_WORDS), S("reviewer review qa quality tester architect backend"), S("Test that fails without the fix"),
     S("It was seen to fail on the old code|It runs with the others"), NO, NO},
    {QL_KIND_FIX, 0, DRASTIC, NO, false, QL_PHASE_REVIEW, QL_YIELDS_REVIEW, BUILT | QL_YIELDS_TEST, 2, S("Review the change"),
     S("the review"), S(REVIEW_WORDS), S(REVIEW_ROLES), S("Findings, each settled or accepted"),
     S("Every finding is settled or accepted with a reason"), NO, NO},

    /* ---- too slow ---- */
    {QL_KIND_SPEED, 0, 0, NO, false, QL_PHASE_LOOK, QL_YIELDS_LOOK, 0, 0, S("Measure {t}"), S("the baseline"), S(SPEED_WORDS " {k}"),
     S(REVIEW_ROLES " optimizer"), S("Baseline numbers and the slowest parts"),
     S("The measurement can be repeated by one command|The slowest parts are named with their share"),
     S("Without numbers from before, nobody can say that it got faster."), S("docs/{f}-baseline.md")},
    {QL_KIND_SPEED, QL_CONCERN_DATA | QL_CONCERN_SEARCH, 0, NO, true, QL_PHASE_BUILD, QL_YIELDS_PART, QL_YIELDS_LOOK, 0,
     S("Tune the queries behind {t}"), S("the queries"), S(DATA_WORDS " optimization"), S("optimizer " BUILD_ROLES),
     S("Faster queries and the indexes they need"), S("Query plans before and after are attached|No index is added that nothing uses"),
     S("An index speeds up reading and slows down writing: measure both."), NO},
    {QL_KIND_SPEED, 0, 0, NO, false, QL_PHASE_BUILD, QL_YIELDS_CORE, QL_YIELDS_LOOK, 0, S("Remove the bottlenecks"), S("the bottlenecks"),
     S("{c}"), S(BUILD_ROLES), S("Changes to the slowest parts, one at a time"),
     S("Each change has its own measurement|Results are the same as before"), NO, NO},
    {CREATE | QL_KIND_SPEED, 0, 0, S("cache caching"), false, QL_PHASE_BUILD, QL_YIELDS_PART, QL_YIELDS_LOOK | DESIGNS, 2,
     S("Add a cache with expiry"), S("the cache"), S(BUILD_WORDS " cache"), S(BUILD_ROLES),
     S("Cache with a rule for what makes an entry stale"),
     S("A changed record is never shown stale beyond the agreed time|It works with an empty cache"),
     S("A cache hides faults and shows old data: decide how stale is acceptable."), NO},
    {QL_KIND_SPEED, 0, 0, NO, false, QL_PHASE_TEST, QL_YIELDS_TEST, BUILT, 0, S("Measure again"), S("the comparison"),
     S(SPEED_WORDS " " TEST_WORDS), S(REVIEW_ROLES), S("Numbers before and after, measured the same way"),
     S("The goal is met, or the gap is explained|No other path got slower"), NO, NO},
    {QL_KIND_SPEED, 0, 0, NO, false, QL_PHASE_REVIEW, QL_YIELDS_REVIEW, BUILT | QL_YIELDS_TEST, 2, S("Review the change"), S("the review"),
     S(REVIEW_WORDS), S(REVIEW_ROLES), S("Findings, each settled or accepted"), S("Every finding is settled or accepted with a reason"), NO,
     NO},

    /* ---- another shape, same behaviour ---- */
    {QL_KIND_CHANGE | QL_KIND_REMOVE, 0, QL_CONCERN_SMALL, NO, false, QL_PHASE_LOOK, QL_YIELDS_LOOK, 0, 1, S("Map what uses {t}"),
     S("the map of uses"), S(SHAPE_WORDS " {k}"), S(DESIGN_ROLES), S("List of callers, tests and side effects"),
     S("Every caller is named|What has no test is marked"),
     S("Callers that nobody knows of break first: look for them outside the repository too."), NO},
    {QL_KIND_CHANGE, QL_CONCERN_API, 0, NO, false, QL_PHASE_DESIGN, QL_YIELDS_API, QL_YIELDS_LOOK, 1, S("Agree on the {s} API change"),
     S("the API change"), S(API_WORDS), S(DESIGN_ROLES), S("Contract before and after, with the time both work"),
     S("Every user of the API knows the date"), S("Users of the API break when it changes under them: keep the old form for a while."),
     S("docs/{f}-api.md")},
    {QL_KIND_CHANGE, QL_CONCERN_DATA, 0, NO, false, QL_PHASE_DESIGN, QL_YIELDS_DATA, QL_YIELDS_LOOK, 1, S("Design the {s} migration"),
     S("the migration"), S(DATA_WORDS), S(DESIGN_ROLES " optimizer"), S("Migration that runs up and down"),
     S("Both directions run on a copy of the data"),
     S("A migration on live data can lock or lose rows: run it on a copy first and keep the way back."), NO},
    {QL_KIND_CHANGE, 0, QL_CONCERN_API | QL_CONCERN_DATA | QL_CONCERN_SMALL, NO, false, QL_PHASE_DESIGN, QL_YIELDS_DESIGN, QL_YIELDS_LOOK,
     2, S("Agree on the new shape of {t}"), S("the new shape"), S(SHAPE_WORDS " {k}"), S(DESIGN_ROLES),
     S("Note: the shape now, the shape wanted, the steps between"), S("Each step leaves everything working"), NO, NO},
    {QL_KIND_CHANGE, 0, 0, NO, false, QL_PHASE_BUILD, QL_YIELDS_CORE, DESIGNS | QL_YIELDS_LOOK, 0, S("Change {t} in small steps"),
     S("the change"), S("{c}"), S(BUILD_ROLES), S("Small commits, each with passing tests"),
     S("Behaviour is the same but where the objective says otherwise"), NO, NO},
    {QL_KIND_CHANGE | QL_KIND_REMOVE | QL_KIND_UPGRADE, 0, 0, NO, false, QL_PHASE_TEST, QL_YIELDS_TEST, BUILT, 0,
     S("Extend and run the tests"), S("the tests"), S(TEST_WORDS), S("reviewer review qa quality tester architect backend"),
     S("Tests for what had none|Result of the whole run"), S("All tests pass|What was without a test has one"), NO, NO},
    {QL_KIND_CHANGE | QL_KIND_REMOVE | QL_KIND_UPGRADE, 0, DRASTIC, NO, false, QL_PHASE_REVIEW, QL_YIELDS_REVIEW, BUILT | QL_YIELDS_TEST, 2,
     S("Review the change"), S("the review"), S(REVIEW_WORDS), S(REVIEW_ROLES), S("Findings, each settled or accepted"),
     S("Every finding is settled or accepted with a reason"), NO, NO},

    /* ---- from here to there ---- */
    {QL_KIND_MIGRATE, 0, 0, NO, false, QL_PHASE_LOOK, QL_YIELDS_LOOK, 0, 0, S("Plan the {s} move"), S("the plan of the move"),
     S(SHAPE_WORDS " {k} migration"), S(DESIGN_ROLES), S("Stages, each with its check and its way back"),
     S("Every user of the old side is named|Each stage can be undone"),
     S("Both sides live side by side for a while: decide which one is right when they differ."), S("docs/{f}-move.md")},
    {QL_KIND_MIGRATE, QL_CONCERN_API, 0, NO, false, QL_PHASE_DESIGN, QL_YIELDS_API, QL_YIELDS_LOOK, 0, S("Define the new interface"),
     S("the new interface"), S(API_WORDS), S(DESIGN_ROLES), S("New contract and how each old call maps to it"),
     S("Every old call has its new form, or a date on which it ends"),
     S("Users of the old interface need time: announce its end before the switch."), S("docs/{f}-api.md")},
    {QL_KIND_MIGRATE, QL_CONCERN_DATA, 0, NO, false, QL_PHASE_DESIGN, QL_YIELDS_DATA, QL_YIELDS_LOOK, 0, S("Write the data migration"),
     S("the data migration"), S(DATA_WORDS), S(DESIGN_ROLES " optimizer"), S("Migration that can be stopped and run again"),
     S("Row counts and checksums agree on a copy"), S("Data written while the migration runs is easily lost: plan for it."), NO},
    {QL_KIND_MIGRATE, 0, 0, NO, false, QL_PHASE_BUILD, QL_YIELDS_CORE, DESIGNS | QL_YIELDS_LOOK, 0, S("Build the new path beside the old"),
     S("the new path"), S("{c}"), S(BUILD_ROLES), S("New path behind a switch"), S("The old path works unchanged while the switch is off"),
     NO, NO},
    {QL_KIND_MIGRATE, 0, 0, NO, false, QL_PHASE_TEST, QL_YIELDS_TEST, BUILT, 0, S("Compare old and new"), S("the comparison"),
     S(TEST_WORDS), S("reviewer review qa quality tester architect backend"), S("Differences between both paths on real requests"),
     S("Each difference is wanted or mended"), NO, NO},
    {QL_KIND_MIGRATE, 0, DRASTIC, NO, false, QL_PHASE_REVIEW, QL_YIELDS_REVIEW, BUILT, 3, S("Review the new path"), S("the review"),
     S(REVIEW_WORDS), S(REVIEW_ROLES), S("Findings, each settled or accepted"), S("Every finding is settled or accepted with a reason"), NO,
     NO},
    {QL_KIND_MIGRATE, 0, 0, NO, false, QL_PHASE_RELEASE, QL_YIELDS_TEXT, QL_YIELDS_TEST | QL_YIELDS_REVIEW, 0, S("Switch over in stages"),
     S("the switch"), S(OPS_WORDS " {k}"), S("devops ops admin " BUILD_ROLES), S("All traffic on the new path|Old path removed, or dated"),
     S("The way back was tried before the first stage|Errors stay at their level from before"), NO, NO},

    /* ---- looking, not touching ---- */
    {QL_KIND_AUDIT, 0,
     QL_CONCERN_API | QL_CONCERN_DATA | DRASTIC | QL_CONCERN_SPEED | QL_CONCERN_UI | QL_CONCERN_TESTS | QL_CONCERN_STRUCTURE, NO, false,
     QL_PHASE_LOOK, QL_YIELDS_LOOK, 0, 0, S("Read through {t}"), S("the findings"), S(REVIEW_WORDS), S(REVIEW_ROLES),
     S("Findings, each with its place"), S("Each finding names its place and its effect|What was not looked at is named"), NO, NO},
    {QL_KIND_AUDIT, QL_CONCERN_API, 0, NO, true, QL_PHASE_LOOK, QL_YIELDS_LOOK, 0, 1, S("Look through the API"), S("the API findings"),
     S(API_WORDS), S(DESIGN_ROLES), S("Findings on contracts, errors and versions"), S("Each finding names its place and its effect"), NO,
     NO},
    {QL_KIND_AUDIT, QL_CONCERN_DATA, 0, NO, true, QL_PHASE_LOOK, QL_YIELDS_LOOK, 0, 1, S("Look through the data layer"),
     S("the data findings"), S(DATA_WORDS), S(DESIGN_ROLES " optimizer"), S("Findings on schema, queries and indexes"),
     S("Each finding names its place and its effect"), NO, NO},
    {QL_KIND_AUDIT, DRASTIC, 0, NO, true, QL_PHASE_LOOK, QL_YIELDS_LOOK, 0, 1, S("Look for security faults"), S("the security findings"),
     S(SAFETY_WORDS), S("security auditor reviewer review architect backend"), S("Findings, each with severity and remedy"),
     S("Each finding can be shown|Nothing was tried on live systems without leave"),
     S("Findings are sensitive: keep them out of public places until they are mended."), NO},
    {QL_KIND_AUDIT, QL_CONCERN_SPEED, 0, NO, true, QL_PHASE_LOOK, QL_YIELDS_LOOK, 0, 1, S("Measure the slow paths"), S("the measurements"),
     S(SPEED_WORDS), S(REVIEW_ROLES " optimizer"), S("Numbers for the slowest paths"), S("The measurement can be repeated"), NO, NO},
    {QL_KIND_AUDIT, QL_CONCERN_UI, 0, NO, true, QL_PHASE_LOOK, QL_YIELDS_LOOK, 0, 1, S("Look through the interface"),
     S("the interface findings"), S(UI_WORDS), S("designer ux ui"), S("Findings on use, access and wording"),
     S("Each finding has a picture or the steps to it"), NO, NO},
    {QL_KIND_AUDIT, QL_CONCERN_TESTS, 0, NO, true, QL_PHASE_LOOK, QL_YIELDS_LOOK, 0, 2, S("Look through the tests"), S("the test findings"),
     S(TEST_WORDS), S("tester qa"), S("What is untested, and which tests cannot fail"), S("Each gap names what could break unseen"), NO,
     NO},
    {QL_KIND_AUDIT, QL_CONCERN_STRUCTURE, 0, NO, true, QL_PHASE_LOOK, QL_YIELDS_LOOK, 0, 2, S("Look through the structure"),
     S("the structure findings"), S(SHAPE_WORDS " architect"), S(DESIGN_ROLES " backend"), S("Findings on boundaries and dependencies"),
     S("Each finding names what it makes hard"), NO, NO},
    {QL_KIND_AUDIT, 0, 0, NO, false, QL_PHASE_REVIEW, QL_YIELDS_REVIEW, QL_YIELDS_LOOK, 0, S("Weigh and order the findings"),
     S("the report"), S(REVIEW_WORDS " architecture"), S(REVIEW_ROLES), S("One report: what to do first, and what can wait"),
     S("Each finding has an owner and a next step|No finding stands twice"), NO, S("docs/{f}-findings.md")},

    /* ---- words ---- */
    {QL_KIND_DOCUMENT, 0, 0, NO, false, QL_PHASE_LOOK, QL_YIELDS_LOOK, 0, 1, S("Collect the facts"), S("the facts"), S("{k} " SHAPE_WORDS),
     S(BUILD_ROLES " architect"), S("Notes: what it does, how it is used, what goes wrong"), S("Each fact names the file it comes from"),
     NO, NO},
    {QL_KIND_DOCUMENT, 0, 0, NO, false, QL_PHASE_WRITE, QL_YIELDS_CORE, QL_YIELDS_LOOK, 0, S("Write the {d}"), S("the text"), S(DOC_WORDS),
     S("writer docs"), S("Finished text with examples"), S("Every example was run as it stands|A newcomer gets through without asking"),
     S("Text ages with the code: say who keeps it true."), NO},
    {QL_KIND_DOCUMENT, 0, 0, NO, false, QL_PHASE_RELEASE, QL_YIELDS_REVIEW, QL_YIELDS_CORE, 1, S("Check the text against the code"),
     S("the check of the text"), S(REVIEW_WORDS), S(REVIEW_ROLES), S("Corrections, each settled"), S("Nothing in it contradicts the code"),
     NO, NO},

    /* ---- proof ---- */
    {QL_KIND_TEST, 0, 0, NO, false, QL_PHASE_LOOK, QL_YIELDS_LOOK, 0, 0, S("List what {t} must do"), S("the list of cases"),
     S("{k} analysis " TEST_WORDS), S(DESIGN_ROLES " tester qa"), S("Cases: usual, odd, wrong, too large"),
     S("Each case has an expected result"), NO, NO},
    {QL_KIND_TEST, 0, 0, NO, false, QL_PHASE_BUILD, QL_YIELDS_CORE, QL_YIELDS_LOOK, 0, S("Write the {s} tests"), S("the tests"),
     S(TEST_WORDS " " BUILD_WORDS), S("tester qa " BUILD_ROLES), S("Automated tests for every case"),
     S("Each test was seen to fail|They run with one command, in any order"),
     S("Tests that depend on time or order fail at random: leave both out."), NO},
    {QL_KIND_TEST, 0, 0, NO, false, QL_PHASE_REVIEW, QL_YIELDS_REVIEW, QL_YIELDS_CORE, 1, S("Break the code on purpose"),
     S("the proof of the tests"), S(REVIEW_WORDS), S(REVIEW_ROLES), S("List of faults put in, and which test found each"),
     S("Every fault is found by a test"), NO, NO},

    /* ---- out of the door ---- */
    {QL_KIND_RELEASE, 0, 0, NO, false, QL_PHASE_DESIGN, QL_YIELDS_DESIGN, 0, 0, S("Describe the target environment"),
     S("the target environment"), S(OPS_WORDS " architecture"), S("devops ops admin architect"),
     S("What runs where, with which settings and secrets"), S("Every setting has a source|No secret stands in the repository"),
     S("A missing setting shows only in production: check all of them at start."), NO},
    {QL_KIND_RELEASE, 0, 0, NO, false, QL_PHASE_BUILD, QL_YIELDS_CORE, DESIGNS, 0, S("Automate the delivery"), S("the pipeline"),
     S(OPS_WORDS " " BUILD_WORDS), S("devops ops " BUILD_ROLES), S("Pipeline from commit to running system"),
     S("The same commit gives the same result|A failing test stops it"), NO, NO},
    {QL_KIND_RELEASE, QL_CONCERN_DATA, 0, NO, false, QL_PHASE_BUILD, QL_YIELDS_PART, DESIGNS, 2, S("Prepare the database change"),
     S("the database change"), S(DATA_WORDS " admin"), S("admin optimizer dba"), S("Migration, backup and the way back"),
     S("Backup was restored once"), S("A migration on live data can lock or lose rows: run it on a copy first and keep the way back."), NO},
    {QL_KIND_RELEASE, 0, 0, NO, false, QL_PHASE_TEST, QL_YIELDS_TEST, BUILT, 0, S("Try the way back"), S("the way back"),
     S(OPS_WORDS " " TEST_WORDS), S("devops ops admin reviewer review qa architect"), S("Record of a release undone and done again"),
     S("Going back takes minutes and loses nothing"), NO, NO},
    {QL_KIND_RELEASE, 0, 0, S("deploy deployment release ship publish launch roll+out rollout"), false, QL_PHASE_RELEASE, QL_YIELDS_TEXT,
     QL_YIELDS_TEST, 0, S("Release in stages"), S("the release"), S(OPS_WORDS), S("devops ops admin " BUILD_ROLES),
     S("Running release, watched for errors"), S("Errors stay at their level from before|Everybody concerned was told"), NO, NO},

    /* ---- a newer version ---- */
    {QL_KIND_UPGRADE, 0, 0, NO, false, QL_PHASE_LOOK, QL_YIELDS_LOOK, 0, 0, S("List what changes with {t}"), S("the list of changes"),
     S(SHAPE_WORDS " {k}"), S(DESIGN_ROLES), S("What breaks, what is deprecated, what else has to follow"),
     S("Each breaking change names the places that it touches"),
     S("What depends on the old version breaks late: try everything that runs, not only what is compiled."), NO},
    {QL_KIND_UPGRADE, 0, 0, NO, false, QL_PHASE_BUILD, QL_YIELDS_CORE, QL_YIELDS_LOOK, 0, S("Upgrade {t}"), S("the upgrade"), S("{c}"),
     S(BUILD_ROLES), S("New version with its lock file|Code changed where it has to"),
     S("No warning about deprecated use is left|The old version is named nowhere"), NO, NO},
    {QL_KIND_UPGRADE | QL_KIND_CHANGE | QL_KIND_MIGRATE, QL_CONCERN_DOCS, QL_CONCERN_SMALL, NO, true, QL_PHASE_WRITE, QL_YIELDS_TEXT, BUILT,
     5, S("Update the documentation"), S("the documentation"), S(DOC_WORDS), S("writer docs"), S("Pages that say what is different now"),
     S("Every example was run as it stands|Nothing in it describes the old state"), NO, NO},

    /* ---- any change in a delicate place ---- */
    {QL_KIND_CHANGE | QL_KIND_FIX | QL_KIND_MIGRATE | QL_KIND_REMOVE | QL_KIND_UPGRADE, DRASTIC, 0, NO, false, QL_PHASE_REVIEW,
     QL_YIELDS_REVIEW, BUILT, 1, S("Review the change for security"), S("the security review"), S(SAFETY_WORDS),
     S("security auditor reviewer review architect backend"), S("Findings, each with severity and remedy"),
     S("No finding of high severity is open|Secrets are in no log and no repository"),
     S("A fault here exposes people's data: nothing is released before the security review is closed."), NO},

    /* ---- away with it; one sitting ---- */
    {QL_KIND_REMOVE, 0, 0, NO, false, QL_PHASE_BUILD, QL_YIELDS_CORE, QL_YIELDS_LOOK, 0, S("Remove {t}"), S("the removal"), S("{c}"),
     S(BUILD_ROLES), S("Change without any trace left behind"), S("Nothing refers to it any more|Callers have what they need instead"),
     S("What is gone is missed late: keep the way back until nobody asked for it."), NO},
    {QL_KIND_TRIFLE, 0, 0, NO, false, QL_PHASE_BUILD, QL_YIELDS_CORE, 0, 0, NO, S("the change"), S("{c}"), S(BUILD_ROLES),
     S("The change itself"), S("Nothing else changed"), NO, NO},
};

const size_t ql__piece_count = QL_COUNT(ql__pieces);
