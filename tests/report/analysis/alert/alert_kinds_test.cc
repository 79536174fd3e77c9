// SPDX-License-Identifier: MIT
#include "report/analysis/alert/alert_kinds.h"

#include <doctest/doctest.h>

#include <fstream>
#include <set>
#include <sstream>
#include <string>

using namespace dmarcq;

namespace {

using enum AlertCode;
using enum AlertSeverity;

struct Row {
  const char* name;
  Alert alert;
  AlertSeverity expected;
};

Alert alert(AlertCode code, AlertFacts facts, std::string domain = "a.example",
            std::string source = {}) {
  return {.code = code,
          .domain = std::move(domain),
          .source = std::move(source),
          .facts = std::move(facts)};
}

NewSenderFacts sender(Standing standing, std::uint64_t passing, std::uint64_t failing) {
  return {.sender = "S", .passing = passing, .failing = failing, .standing = standing};
}

std::vector<Row> rows() {
  using Broken = RecordFacts::Broken;
  return {
      {"new, ours, passes", alert(new_source, sender(Standing::own, 100, 5)), know},
      {"near miss: more than one in twenty fails", alert(new_source, sender(Standing::own, 94, 6)),
       look},
      {"new, not claimed, passes", alert(new_source, sender(Standing::possible, 9, 0)), look},
      {"new, unidentified", alert(new_source, sender(Standing::unidentified, 0, 9)), look},
      {"new route, passes", alert(new_route, sender(Standing::own, 9, 0)), know},
      {"new route, fails", alert(new_route, sender(Standing::own, 0, 9)), look},
      {"fails, and is held", alert(sender_started_failing, FailingSenderFacts{.enforced = true}),
       act},
      {"fails, and passes through", alert(sender_started_failing, FailingSenderFacts{}), look},
      {"vanished", alert(sender_vanished, VanishedSenderFacts{}), look},
      {"spoofing that is held", alert(spoofing_burst, SpoofingFacts{.enforced = true}), know},
      {"spoofing that arrives", alert(spoofing_burst, SpoofingFacts{}), look},
      {"protection is gone", alert(policy_changed, PolicyChangeFacts{.move = PolicyMove::gone}),
       act},
      {"less of it", alert(policy_changed, PolicyChangeFacts{.move = PolicyMove::weaker}), look},
      {"more of it", alert(policy_changed, PolicyChangeFacts{.move = PolicyMove::stricter}), look},
      {"another change", alert(policy_changed, PolicyChangeFacts{}), know},
      {"own mail is held", alert(enforcement_hit_own_mail, EnforcementFacts{.proven = true}), act},
      {"mail that is probably ours",
       alert(enforcement_hit_own_mail, EnforcementFacts{.proven = false}), look},
      {"mail that nobody claimed", alert(enforcement_hit_unproven, UnprovenHitFacts{}), look},
      {"the mailbox is silent", alert(reports_stopped, SilentReportsFacts{}, ""), act},
      {"a domain is silent", alert(reports_stopped, SilentReportsFacts{}), look},
      {"a reporter is silent on a domain",
       alert(reports_stopped, SilentReportsFacts{}, "a.example", "Yahoo"), know},
      {"a reporter is silent", alert(reports_stopped, SilentReportsFacts{}, "", "Yahoo"), know},
      {"unreadable mail", alert(problems_new, NewProblemsFacts{}, ""), know},
      {"DNS takes protection away",
       alert(record_changed, RecordFacts{.move = PolicyMove::gone, .disarmed_by = {}}), act},
      {"DNS asks for more",
       alert(record_changed, RecordFacts{.move = PolicyMove::stricter, .disarmed_by = {}}), look},
      {"DNS differs", alert(record_changed, RecordFacts{.disarmed_by = {}}), know},
      {"no record", alert(record_broken, RecordFacts{.broken = Broken::missing, .disarmed_by = {}}),
       act},
      {"TLS fails for several under enforce",
       alert(tls_failures, TlsFailureFacts{.failing = 2, .enforced = true}), act},
      {"near miss: for one alone",
       alert(tls_failures, TlsFailureFacts{.failing = 1, .enforced = true}), look},
      {"near miss: the policy is not enforced",
       alert(tls_failures, TlsFailureFacts{.failing = 2, .enforced = false}), look},
  };
}

}  // namespace

TEST_CASE("severity of alerts: by code and facts") {
  for (const Row& row : rows()) {
    CAPTURE(row.name);
    CHECK(to_text(severity_of(row.alert)) == to_text(row.expected));
  }
}

TEST_CASE("alert kinds: each code once, with the severities that it has") {
  REQUIRE(alert_kinds().size() == alert_code_count);
  std::set<std::string_view> words;
  for (std::size_t i = 0; i < alert_code_count; ++i) {
    const AlertKind& kind = alert_kinds()[i];
    const auto code = static_cast<AlertCode>(i);
    CAPTURE(kind.word);
    words.insert(kind.word);
    CHECK(to_text(code) == kind.word);
    std::set<AlertSeverity> seen;
    for (const Row& row : rows())
      if (row.alert.code == code) seen.insert(row.expected);
    REQUIRE_FALSE(seen.empty());
    CHECK(*seen.begin() == kind.most);
    CHECK(*seen.rbegin() == kind.least);
    CHECK(kind.decided_by.empty() == (seen.size() == 1));
    CHECK(severity_words(kind) == (seen.size() == 3   ? "act, look or know"
                                   : seen.size() == 1 ? std::string(to_text(kind.most))
                                                      : std::string(to_text(kind.most)) + " or " +
                                                            std::string(to_text(kind.least))));
  }
  CHECK(words.size() == alert_code_count);
}

TEST_CASE("alert kinds: README's table is this table") {
  std::ifstream file(DMARCQ_SOURCE_DIR "/README.md");
  std::stringstream readme;
  readme << file.rdbuf();
  std::string table = "| alert | severity | what happened |\n| --- | --- | --- |\n";
  for (const AlertKind& kind : alert_kinds())
    table += "| `" + std::string(kind.word) + "` | " + severity_words(kind) + " | " +
             std::string(kind.says) +
             (kind.decided_by.empty() ? "" : " (" + std::string(kind.decided_by) + ")") + " |\n";
  CAPTURE(table);
  CHECK(readme.str().find(table) != std::string::npos);
}
