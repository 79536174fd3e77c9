// SPDX-License-Identifier: MIT
// Where own signatures were seen coming from.
#include <doctest/doctest.h>

#include "tests/report/analysis/sender/learned/learner.h"

using namespace dmarcq;

namespace {

std::string known(const std::vector<RowSpec>& lessons) {
  Learner learner(lessons);
  const DirectSelector* const found = learner.known.selectors.find("example.com", "sf1");
  if (found == nullptr) return "-";
  return (found->service.empty() ? "own" : found->service) +
         (found->route.empty() ? "" : " " + found->route) +
         (found->authenticated ? " authenticated" : "");
}

const RowSpec at_core{.ip = "52.1.2.3",
                      .spf = our_bounce + " pass",
                      .dkim = "example.com/sf1 pass",
                      .evaluated = "pass/fail"};
const RowSpec at_own_server{.ip = "203.0.113.9",
                            .spf = "example.com pass",
                            .dkim = "example.com/sf1 pass",
                            .evaluated = "pass/pass",
                            .messages = 5};

}  // namespace

TEST_CASE("direct selectors: what tells where a signature comes from") {
  struct Row {
    const char* name;
    RowSpec lesson;
    const char* expected;
  };
  const std::vector<Row> rows = {
      {"Salesforce's bounce name passes", at_core, "Salesforce core authenticated"},
      {"a Salesforce address alone",
       {.ip = core_ip, .spf = "x.example fail", .dkim = "example.com/sf1 pass"},
       "Salesforce core"},
      {"SPF of the own domain, at an address of no service", at_own_server, "own"},
      {"SPF of the own domain, at a mailbox service",
       {.ip = "209.85.220.41", .spf = "example.com pass", .dkim = "example.com/sf1 pass"},
       "Google Workspace / Gmail"},
      {"a service that signs for the owner",
       {.ip = "54.240.8.1", .spf = "eu-west-1.amazonses.com pass", .dkim = "example.com/sf1 pass"},
       "Amazon SES authenticated"},
      {"a list sends on what was signed before",
       {.ip = "209.85.220.69",
        .spf = "googlegroups.com pass",
        .dkim = "example.com/sf1 pass",
        .messages = 5},
       "-"},
      {"a forwarder",
       {.ip = "203.0.113.9",
        .spf = "forwarder.example pass",
        .dkim = "example.com/sf1 pass",
        .messages = 5},
       "-"},
      {"the signature fails",
       {.ip = "52.1.2.3", .spf = our_bounce + " pass", .dkim = "example.com/sf1 fail"},
       "-"},
      {"the signature is another domain's",
       {.ip = "52.1.2.3", .spf = our_bounce + " pass", .dkim = "other.example/sf1 pass"},
       "-"},
      {"another selector",
       {.ip = "52.1.2.3", .spf = our_bounce + " pass", .dkim = "example.com/sf2 pass"},
       "-"},
  };
  for (const auto& row : rows) {
    SUBCASE(row.name) { CHECK(known({row.lesson}) == row.expected); }
  }
}

TEST_CASE("direct selectors: of several sources Salesforce stands first, whatever the order") {
  CHECK(known({at_core, at_own_server}) == "Salesforce core authenticated");
  CHECK(known({at_own_server, at_core}) == "Salesforce core authenticated");
  RowSpec later = at_core;
  later.first = at_core.last + 100;
  later.last = at_core.last + 120;
  Learner learner({at_core, later, at_own_server});
  const DirectSelector* const found = learner.known.selectors.find("EXAMPLE.com", "Sf1");
  REQUIRE(found != nullptr);
  CHECK(found->service_id == ServiceId::salesforce);
  CHECK(found->first_day == at_core.first);
  CHECK(found->last_day == later.last);
  CHECK(found->messages == 200);  // without the own server's
  CHECK(learner.known.selectors.of_domain("example.com").size() == 1);
  CHECK(learner.known.selectors.of_domain("example.co").empty());
}

TEST_CASE("direct selectors: reports without a selector tell of the domain only") {
  RowSpec nameless = at_core;
  nameless.dkim = "example.com pass";
  Learner learner({nameless});
  CHECK(learner.known.selectors.signs_direct("Example.com", learner.known.history));
  CHECK_FALSE(learner.known.selectors.signs_direct("other.example", learner.known.history));
  CHECK(learner.known.selectors.of_domain("example.com").empty());
}

TEST_CASE("direct selectors: one forged report teaches nothing") {
  CHECK(known({other_reporters, forged(at_core)}) == "-");
  CHECK(known({other_reporters, forged(at_core), at_own_server}) == "own");
  Learner learner({other_reporters, forged(at_core)});
  CHECK_FALSE(learner.known.selectors.signs_direct("example.com", learner.known.history));
}
