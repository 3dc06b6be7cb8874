/* The rules that stand in the prose of an agent file: found, kept with the lines they come from, and asked by everything that enforces them. */
#ifndef QUESTLINE_POLICY_H
#define QUESTLINE_POLICY_H

#include <questline/value.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum ql_rule_kind {
#define RULE(name, kind, title, meaning, items) QL_RULE_##name,
#include <questline/rules.def>
#undef RULE
  QL_RULE_KIND_COUNT
} ql_rule_kind;

typedef enum ql_relation { QL_LESS, QL_AT_MOST, QL_EQUAL, QL_AT_LEAST, QL_MORE_THAN } ql_relation;

/// A number that a rule asks for: "test coverage >= 80 %" is {QL_AT_LEAST, 80000, "%"}.
typedef struct ql_measure {
  ql_relation relation;
  int64_t milli; /* the number in thousandths; floats decide nothing here */
  ql_str unit;   /* "%", "ms", "h", "/5", ... as written, without blanks; empty for a bare number */
} ql_measure;

typedef enum ql_judge {
  QL_JUDGE_NONE,
  QL_JUDGE_RULE, /* a number or a word settles it */
  QL_JUDGE_SEAT, /* somebody has to look */
} ql_judge;

/* Bits of ql_rule_item.flags. */
enum {
  QL_ITEM_DEFAULT = 1,   /* the mode where nothing else is asked for */
  QL_ITEM_PARALLEL = 2,  /* the group's tasks run together */
  QL_ITEM_WILDCARD = 4,  /* stands for all that fits */
  QL_ITEM_GIVEN = 8,     /* context that is given */
  QL_ITEM_WITHHELD = 16, /* context that is kept back */
};

/// One line of a rule. What a kind uses stands in rules.def; the rest is absent, zero or -1 as said here. Strings are in the spec's arena.
typedef struct ql_rule_item ql_rule_item;
struct ql_rule_item {
  ql_rule_item *next;         /* the following item */
  ql_rule_item *first, *last; /* items of its own, in order */
  ql_str id;                  /* of the rule, "/", its own words; unique in the file */
  ql_str text;                /* the words, markup gone; never absent */
  ql_str name, path, expect, type;
  const ql_str *agents, *tools, *outputs, *after, *severity; /* agents: ids with @; tools: canonical names where known, else as written */
  size_t agent_count, tool_count, output_count, after_count, severity_count;
  ql_measure measure; /* counts when has_measure */
  bool has_measure;
  ql_judge judge;
  unsigned flags;
  int32_t number;         /* step, level, phase or group, from 1; 0 for none */
  int32_t retries;        /* -1 where nothing is said */
  int64_t tokens;         /* -1 where nothing is said */
  int64_t min_ms, max_ms; /* a time limit; both 0: at once; -1 where nothing is said */
  size_t offset, end;     /* bytes of the file */
  uint32_t line;
};

typedef struct ql_rule ql_rule;
struct ql_rule {
  ql_rule *next;
  ql_rule_kind kind;
  ql_str id;            /* kind, ":", words of its title; unique in the file; the same as long as kind and title are */
  ql_str title;         /* of the group or the section */
  ql_str heading;       /* the section it stands in; empty above the first */
  ql_str name;          /* absent for most kinds */
  int confidence;       /* percent: 90 and more where heading and form both fit, 50 where a form was guessed */
  const ql_str *agents; /* whom it is about; NULL for most kinds */
  size_t agent_count;
  ql_measure measure; /* counts when has_measure */
  bool has_measure;
  bool on_request;
  int64_t sum_tokens, stated_tokens, window_tokens; /* loading; -1 where nothing is said */
  ql_rule_item *first, *last;
  size_t item_count; /* of its own, not of items inside */
  size_t offset, end;
  uint32_t line;
};

/// "quality gate" and so on: the stable word of a kind, and what a screen calls it.
const char *ql_rule_kind_id(ql_rule_kind kind);
const char *ql_rule_kind_title(ql_rule_kind kind);

/// The shape `Rule` of shapes.def. NULL when out of memory.
ql_value *ql_rule_value(ql_arena *a, const ql_rule *rule);

/// "<", "<=", "=", ">=" or ">". And back: false for another sign.
ql_str ql_relation_sign(ql_relation relation);
bool ql_relation_read(ql_str sign, ql_relation *out);
/// The shape `Measure`. NULL when out of memory.
ql_value *ql_measure_value(ql_arena *a, const ql_measure *measure);

/// Whether a number settles a measure: value_milli against it.
bool ql_measure_holds(const ql_measure *measure, int64_t value_milli);

#ifdef __cplusplus
}
#endif
#endif
