// SPDX-License-Identifier: MIT
#include "report/render/phrases/readiness_phrases.h"

#include <doctest/doctest.h>

using namespace dmarcq;

TEST_CASE("readiness phrases: one reporter that was not followed") {
  struct Row {
    bool spf_only, hid;
    const char* sentence;
  };
  for (
      const Row& row :
      {Row{false, false,
           "Only r.example reports that Salesforce core fails; the others find it within the limit. A single reporter does not decide."},
       Row{true, false,
           "Only r.example reports that Salesforce core passes by SPF only; the others find it within the limit. A single reporter does not decide."},
       Row{false, true,
           "Only r.example's figures make Salesforce core look better; the others agree that it fails."}})
    CHECK(sentence_of(ReadinessNote(ReporterOverruled{"r.example", "Salesforce core", row.spf_only,
                                                      row.hid})) == row.sentence);
}

TEST_CASE("readiness phrases: how far reports are to be trusted") {
  struct Row {
    TrustDoubt doubt;
    const char* sentence;
  };
  const Row rows[] = {
      {{.reports = 1, .doubtful = 1, .contradictory = 0, .files = 1, .other = {}},
       "1 report in this window came as files, and nothing shows who sent them."},
      {{.reports = 3, .doubtful = 3, .contradictory = 0, .files = 2, .other = {}},
       "Nothing shows that any of the 3 reports in this window comes from the reporter that it names. dmarcq reports says why for each."},
      {{.reports = 9, .doubtful = 1, .contradictory = 0, .files = 0, .other = {}},
       "1 of 9 reports in this window is not shown to come from the reporter named; without them the answer is the same."},
      {{.reports = 9,
        .doubtful = 4,
        .contradictory = 2,
        .files = 0,
        .other = OtherVerdict{true, Verdict::ready}},
       "4 of 9 reports in this window are not shown to come from the reporter named, 2 of them clearly by somebody else. Without them the answer would be: ready."},
      {{.reports = 9,
        .doubtful = 4,
        .contradictory = 0,
        .files = 0,
        .other = OtherVerdict{false, Verdict::too_little_data}},
       "4 of 9 reports in this window are not shown to come from the reporter named and left out. With them the answer would be: too little data."},
  };
  for (const Row& row : rows) CHECK(sentence_of(row.doubt) == row.sentence);
}

TEST_CASE("readiness phrases: SPF includes that are not known by name, or by number") {
  const auto words = [](std::vector<std::string> unseen) {
    return sentence_of(
        ReadinessNote(SpfCostsMore{{.records = 1, .lookups = 3, .unseen = std::move(unseen)}}));
  };
  CHECK(
      words({"_spf.example.net"}) ==
      "The SPF record needs at least 3 DNS lookups; what _spf.example.net needs beyond one is not known.");
  CHECK(words({"a.example", "b.example"}).contains("what 2 includes needs"));
  CHECK(sentence_of(ReadinessNote(HardFailHidesMail{"example.com"}))
            .contains("The SPF record of example.com ends in -all"));
}
