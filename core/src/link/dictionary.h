/* Preset dictionary 1 of the share container: what quests have in common, the most frequent last. Part of the format: never changed, only
   followed by a dictionary 2. */
#ifndef QL_LINK_DICTIONARY_H
#define QL_LINK_DICTIONARY_H

#include <questline/base.h>

static const ql_str QL__LINK_DICTIONARY = QL_STR_INIT(
    "authentication authorization database migration schema endpoint contract performance security review documentation deployment "
    "monitoring integration implementation architecture frontend backend requirements acceptance criteria coverage rollback "
    "OBJECTIVE: \\nLEADER: \\n\\nIMPLEMENTATION PLAN:\\n- Files to create/modify:\\n  - /src/: \\n- Step-by-step approach:\\n  1. Design the "
    "\\n  2. Implement \\n  3. Test and review \\n\\nAGENTS NEEDED:\\n- @: for \\n\\nTASKS:\\n\\nTask T1: \\n  \xE2\x86\x92 Assign to: "
    "@\\n  \xE2\x86\x92 Reason: its description names \\n  \xE2\x86\x92 Output: \\n  \xE2\x86\x92 Done when: \\n  \xE2\x86\x92 Depends on: "
    "T1, T2\\n\\nDEPENDENCIES & ORDER:\\n- Must complete first\\n- can work in parallel after\\n- Testing happens last\\nParallel Group "
    "1:\\nRISKS:\\n- "
    "Take the simplest answer that meets the task, note it as an assumption, and go on."
    "Before I go on with \\\": what should win when the criteria pull in different directions, time or completeness?"
    " tasks are done. This was a rehearsal: the order, the turns and the log are real, the answers are scripted."
    "One task is handed out. I read the answer next.The tasks of this step are handed out. I read the answers next."
    " is done. Leaves: . Checked: ; . Output: . Done when: "
    "{\"at\":17,\"by\":\"@owner\",\"d\":{\"agents\":[\"@\"],\"brief\":\"=\",\"format\":1,\"groups\":[[\"T1\",\"T2\"],[\"T3\"]],\"id\":\"\","
    "\"mission\":\"=\",\"policy\":\"strict\",\"rules\":1,\"seats\":[[\"@\",\"rehearsal\"],[\"@\",\"human\"],[\"@\",\"model\"]],\"specs\":[["
    "\"@\",\"\"]],\"tasks\":[{\"accept\":[\"=\"],\"after\":[\"T1\"],\"id\":\"T1\",\"outputs\":[\"=\"],\"title\":\"=\",\"to\":\"@\"},{"
    "\"accept\":[\"=\"],\"after\":[\"T1\",\"T2\"],\"id\":\"T2\",\"outputs\":[\"=\"],\"title\":\"=\",\"to\":\"@\"}]},\"f\":1,\"k\":0,\"n\":0,"
    "\"t\":\"create\"}\n"
    "{\"at\":17,\"by\":\"@owner\",\"d\":{},\"f\":1,\"k\":1,\"n\":1,\"t\":\"approve\"}\n"
    "{\"at\":17,\"by\":\"@owner\",\"d\":{\"reason\":\"=\"},\"f\":1,\"k\":2,\"n\":2,\"t\":\"pause\"}\n"
    "{\"at\":17,\"by\":\"@owner\",\"d\":{},\"f\":1,\"k\":3,\"n\":3,\"t\":\"resume\"}\n"
    "{\"at\":17,\"by\":\"@\",\"d\":{\"summary\":\"=\"},\"f\":1,\"k\":4,\"n\":10,\"t\":\"complete\"}\n"
    "{\"at\":17,\"by\":\"@\",\"d\":{\"kind\":\"clarification\",\"msg\":\"=\"},\"f\":1,\"k\":0,\"n\":4,\"t\":\"respond\"}\n"
    "{\"at\":17,\"by\":\"@\",\"d\":{\"kind\":\"blocked\",\"msg\":\"=\"},\"f\":1,\"k\":0,\"n\":4,\"t\":\"respond\"}\n"
    "{\"at\":17,\"by\":\"@\",\"d\":{\"msg\":\"=\",\"task\":\"T2\",\"to\":[\"@\"]},\"f\":1,\"k\":2,\"n\":5,\"t\":\"message\"}\n"
    "{\"at\":17,\"by\":\"@\",\"d\":{\"kind\":\"progress\",\"msg\":\"=\"},\"f\":1,\"k\":1,\"n\":3,\"t\":\"respond\"}\n"
    "{\"at\":17,\"by\":\"@\",\"d\":{\"kind\":\"completed\",\"msg\":\"=\"},\"f\":1,\"k\":0,\"n\":6,\"t\":\"respond\"}\n");

#endif
