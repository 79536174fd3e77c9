// SPDX-License-Identifier: MIT
// What an address was authenticated as, and for which rows that counts.
#include <doctest/doctest.h>

#include "tests/report/analysis/sender/learned/learner.h"

using namespace dmarcq;

namespace {

const RowSpec core_mail{.ip = "52.1.2.3", .spf = our_bounce + " pass"};
const RowSpec unnamed{.ip = "52.1.2.3", .spf = "example.com softfail"};

std::string answer(const std::vector<RowSpec>& lessons, const RowSpec& question) {
  Learner learner(lessons);
  const auto found = learner.known.addresses.of(learner.ask(question), learner.known.history);
  if (found.record == nullptr) return "-";
  std::string text(text_of(found.record->service));
  if (found.record->route != nullptr) text += " " + *found.record->route;
  if (found.several_routes) text += ", several routes";
  if (found.several_services) text += ", several services";
  return text;
}

RowSpec shifted(RowSpec spec, Day first, Day last) {
  spec.first = first;
  spec.last = last;
  return spec;
}

RowSpec from(RowSpec spec, const std::string& domain) {
  spec.from = spec.domain = domain;
  return spec;
}

}  // namespace

TEST_CASE("learned addresses: only names that pass teach") {
  struct Row {
    const char* name;
    RowSpec lesson;
    const char* expected;
  };
  const std::vector<Row> rows = {
      {"SPF passes for a service's name", core_mail, "Salesforce core"},
      {"it does not pass", {.ip = "52.1.2.3", .spf = our_bounce + " fail"}, "-"},
      {"a temporary error", {.ip = "52.1.2.3", .spf = our_bounce + " temperror"}, "-"},
      {"the HELO name only", {.ip = "52.1.2.3", .spf = "helo " + our_bounce + " pass"}, "-"},
      {"an own envelope", {.ip = "52.1.2.3", .spf = "example.com pass"}, "-"},
      {"another address", {.ip = "52.1.2.4", .spf = our_bounce + " pass"}, "-"},
      {"a signature, and SPF allows the address for the own domain",
       {.ip = "52.1.2.3", .spf = "example.com pass", .dkim = "amazonses.com/x pass"},
       "Amazon SES"},
      {"a signature at an address that nothing speaks for",
       {.ip = "52.1.2.3", .spf = "example.com fail", .dkim = "amazonses.com/x pass"},
       "-"},
      {"a signature in a forwarder's envelope",
       {.ip = "52.1.2.3", .spf = "forwarder.example pass", .dkim = "amazonses.com/x pass"},
       "-"},
      {"a service that sends through another",
       {.ip = "52.1.2.3", .spf = "u1.sendgrid.net pass", .dkim = "shared.klaviyomail.com/kl pass"},
       "Klaviyo"},
  };
  for (const auto& row : rows) {
    SUBCASE(row.name) { CHECK(answer({row.lesson}, unnamed) == row.expected); }
  }
}

TEST_CASE("learned addresses: near in time, and of the same owner") {
  const Day first = unnamed.first, last = unnamed.last;
  CHECK(answer({shifted(core_mail, last + 30, last + 40)}, unnamed) == "Salesforce core");
  CHECK(answer({shifted(core_mail, last + 31, last + 40)}, unnamed) == "-");
  CHECK(answer({shifted(core_mail, first - 40, first - 30)}, unnamed) == "Salesforce core");
  CHECK(answer({shifted(core_mail, first - 40, first - 31)}, unnamed) == "-");
  CHECK(answer({core_mail}, from(unnamed, "news.example.com")) == "Salesforce core");
  CHECK(answer({core_mail}, from(unnamed, "other.example")) == "-");
}

TEST_CASE("learned addresses: several services and routes") {
  const RowSpec engagement{.ip = "52.1.2.3", .spf = "bounce.s10.mc.pd25.com pass"};
  const RowSpec ses{.ip = "52.1.2.3", .spf = "eu-west-1.amazonses.com pass"};
  CHECK(answer({core_mail, engagement}, unnamed) ==
        "Salesforce account-engagement, several routes");
  CHECK(answer({engagement, core_mail}, unnamed) ==
        "Salesforce account-engagement, several routes");
  CHECK(answer({core_mail, ses}, unnamed) == "Amazon SES, several services");
  CHECK(answer({ses, core_mail}, unnamed) == "Amazon SES, several services");
  CHECK(answer({core_mail, core_mail}, unnamed) == "Salesforce core");
}

TEST_CASE("learned addresses: one forged report teaches nothing but its own rows") {
  CHECK(answer({other_reporters, forged(core_mail)}, unnamed) == "-");
  CHECK(answer({other_reporters, forged(core_mail)}, forged(unnamed)) == "Salesforce core");
  RowSpec second = forged(core_mail);
  second.reporters = {"google.com"};
  CHECK(answer({other_reporters, forged(core_mail), second}, unnamed) == "Salesforce core");
  RowSpec with_history = core_mail;
  with_history.reporters = {"small.example"};
  with_history.last = with_history.first + ReporterHistory::history_days;
  CHECK(answer({other_reporters, with_history}, unnamed) == "Salesforce core");
  --with_history.last;
  CHECK(answer({other_reporters, with_history}, unnamed) == "-");
}
