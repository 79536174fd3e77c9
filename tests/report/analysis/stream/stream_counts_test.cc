// SPDX-License-Identifier: MIT
#include "report/analysis/stream/stream_counts.h"

#include <doctest/doctest.h>

using namespace dmarcq;

TEST_CASE("counts: each message is counted under one result") {
  struct Row {
    const char* name;
    MailResult mail;
    StreamCount expected;
  };
  for (const Row& row : {
           Row{"both", {.spf = true, .dkim = true}, {.both = 7}},
           Row{"DKIM", {.dkim = true}, {.dkim_only = 7}},
           Row{"SPF", {.spf = true}, {.spf_only = 7}},
           Row{"none", {}, {.fail = 7}},
           Row{"none, for a temporary error", {.temporary = true}, {.temporary = 7}},
           Row{"SPF, and a temporary error of DKIM",
               {.spf = true, .temporary = true},
               {.spf_only = 7}},
           Row{"pretended to be signed", {.repaired = true}, {.dkim_only = 7}},
           Row{"the same with SPF", {.spf = true, .repaired = true}, {.both = 7}},
           Row{"delivered in spite", {.rescued = true}, {.fail = 7, .rescued = 7}},
           Row{"quarantined", {.quarantined = true}, {.fail = 7, .quarantined = 7}},
           Row{"rejected", {.rejected = true}, {.fail = 7, .rejected = 7}},
       }) {
    CAPTURE(row.name);
    StreamCount count;
    add_messages(count, row.mail, 7);
    CHECK(count.both == row.expected.both);
    CHECK(count.dkim_only == row.expected.dkim_only);
    CHECK(count.spf_only == row.expected.spf_only);
    CHECK(count.fail == row.expected.fail);
    CHECK(count.temporary == row.expected.temporary);
    CHECK(count.rescued == row.expected.rescued);
    CHECK(count.quarantined == row.expected.quarantined);
    CHECK(count.rejected == row.expected.rejected);
    CHECK(count.messages() == 7);
  }
}
