// SPDX-License-Identifier: MIT
#include "report/render/phrases/page_phrases.h"

#include <doctest/doctest.h>

#include <set>

#include "report/analysis/sender/catalogue.h"

using namespace dmarcq;

namespace {

std::string words(const StakeholderPage& page, const std::string& term) {
  for (const auto& [name, explained] : method_words(page))
    if (name == term) return explained;
  return "no such term";
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("phrases of disagreements: which result, what was reported, why, and an example if any") {
  struct Row {
    bool dkim;
    DmarcResult reported;
    DisagreementReason reason;
    const char* example;
    const char* words;
  };
  for (const Row& row :
       {Row{true, DmarcResult::fail, DisagreementReason::reporter_defect,
            "d=mail.example.com, From example.com",
            "DKIM reported as not aligned: nothing in the report explains the result "
            "(d=mail.example.com, From example.com)"},
        Row{false, DmarcResult::pass, DisagreementReason::missing_result, "",
            "SPF reported as aligned: the report says pass, but lists no result that could"},
        Row{true, DmarcResult::unknown_pass, DisagreementReason::missing_evaluation, "",
            "DKIM reported as unknown: the report does not say in a word that can be read: the raw "
            "results decide"},
        Row{false, DmarcResult::unknown_fail, DisagreementReason::helo_counted, "x",
            "SPF reported as unknown: the reporter counted SPF for the HELO name, which never "
            "counts (x)"}}) {
    Disagreement disagreement;
    disagreement.dkim = row.dkim;
    disagreement.reported = row.reported;
    disagreement.reason = row.reason;
    disagreement.example = row.example;
    CHECK(words_of(disagreement) == row.words);
  }
}

TEST_CASE("phrases of disagreements: each reason has words of its own") {
  std::set<std::string> all;
  for (int reason = 0; reason <= static_cast<int>(DisagreementReason::reporter_defect); ++reason) {
    Disagreement disagreement;
    disagreement.reason = static_cast<DisagreementReason>(reason);
    CHECK(all.insert(words_of(disagreement)).second);
  }
}

TEST_CASE("phrases of findings that came or went: the domain, the sender, the code") {
  CHECK(words_of({"example.com", "Salesforce Core", FindingCode::core_no_dkim}) ==
        "example.com: Salesforce Core, core-no-dkim");
}

TEST_CASE("phrases of the method: the days are counted with both ends, one day is a day") {
  struct Row {
    Day first, last;
    const char* starts;
  };
  for (const Row& row : {Row{20'000, 20'000, "2024-10-04 to 2024-10-04, 1 day in UTC,"},
                         Row{20'000, 20'001, "2024-10-04 to 2024-10-05, 2 days in UTC,"},
                         Row{20'000, 21'499, "2024-10-04 to 2028-11-11, 1,500 days in UTC,"},
                         Row{20'000, 19'999, "2024-10-04 to 2024-10-03, 0 days in UTC,"},
                         Row{20'000, 19'000, "2024-10-04 to 2022-01-08, 0 days in UTC,"}}) {
    StakeholderPage page;
    page.window = {row.first, row.last};
    CAPTURE(row.starts);
    CHECK(words(page, "Period").starts_with(row.starts));
  }
}

TEST_CASE("phrases of the method: the days that have reports are named where there are any") {
  StakeholderPage page;
  page.window = {20'000, 20'009};
  CHECK_FALSE(has(words(page, "Period"), "Reports of this period"));
  page.data = Period{20'002, 20'005};
  CHECK(words(page, "Period").ends_with(" Reports of this period cover 2024-10-06 to 2024-10-09."));
}

TEST_CASE("phrases of the method: the day of judging, its days, and the date of the data") {
  StakeholderPage page;
  page.as_of = 20'000;
  CHECK(words(page, "Verdict and conditions")
            .starts_with("Judged as of 2024-10-04, over the last 30 complete days before it"));
  CHECK(words(page, "Data").starts_with("Sender catalogue of " + catalogue_date() + "."));
}

TEST_CASE("phrases of the method: terms are unique, explained in whole sentences, and the same") {
  const StakeholderPage page;
  std::set<std::string> terms;
  for (const auto& [term, explained] : method_words(page)) {
    CAPTURE(term);
    CHECK(terms.insert(term).second);
    CHECK_FALSE(term.ends_with('.'));
    CHECK(explained.ends_with('.'));
    CHECK_FALSE(has(explained, "  "));
    CHECK_FALSE(has(explained, "{"));
  }
  CHECK(terms.size() >= 6);
  CHECK(method_words(page) == method_words(page));
}

TEST_CASE("phrases of changes: policies, senders, findings and notes, a line each kind") {
  StakeholderPage page;
  CHECK(change_words(page).empty());
  Changes& changes = page.changes;
  changes.policies = {{20'000, "example.com", "p=none", "p=quarantine"}};
  changes.appeared = {{"Amazon SES", 0, 0, 40, 40}, {"192.0.2.1", 0, 0, 7, 0}};
  changes.appeared_more = 3;
  changes.gone = {{"Old CRM", 12, 12, 0, 0}};
  changes.worse = {{"Salesforce Core", 100, 99, 100, 50}};
  changes.findings_gone = {{"example.com", "Salesforce Core", FindingCode::core_no_dkim}};
  changes.notes = {{20'001, "example.com", "key made"}, {20'002, "", "moved"}};
  CHECK(change_words(page) ==
        std::vector<std::string>{
            "Policy of example.com since 2024-10-04: p=quarantine, before p=none.",
            "New: Amazon SES (40 messages, 100 % pass), 192.0.2.1 (7 messages, 0 % pass) and 3 "
            "others.",
            "No longer seen: Old CRM (12 messages before).",
            "Authenticates worse: Salesforce Core (99.0 % passing before, 50.0 % now).",
            "Findings that are gone: example.com: Salesforce Core, core-no-dkim.",
            "Note of 2024-10-05 on example.com: key made", "Note of 2024-10-06: moved"});
}

TEST_CASE("phrases of problems: only what there is, and numbers that agree") {
  StakeholderPage page;
  CHECK(problem_words(page).empty());
  page.problems.unusable_records = 1;
  page.problems.damaged_reports = 2;
  page.overrides = {{"forwarded", 1'200}, {"other", 3}};
  CHECK(problem_words(page) ==
        std::vector<std::string>{
            "1 record had no usable address or count and was left out.",
            "2 reports were not well-formed and read as far as possible.",
            "Where receivers did other than the policy asks, they gave as reason: forwarded "
            "(1,200), other (3)."});
}
