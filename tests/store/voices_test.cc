// SPDX-License-Identifier: MIT
#include "store/voices.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "sample_reports.h"
#include "tests/support/memory_store.h"

using namespace dmarcq;
using namespace dmarcq::test;

namespace {

ProcessedItem report_by(const std::string& org, const ReportSender& sender) {
  static int number = 0;
  const std::string name = fmt::format("report {}", ++number);
  ProcessedItem made =
      item(name, {{.org = org, .report_id = name, .lines = {"192.0.2.1 1 pass pass"}}});
  made.reports[0].sender = sender;
  return made;
}

const ReportSender verified{.mail = true,
                            .from_domain = "google.com",
                            .verdict = MailSender::Verdict::pass,
                            .receiver = "mx.example.com",
                            .named_receiver = true,
                            .trust = Trust::verified};
const ReportSender forged{.mail = true,
                          .from_domain = "evil.example",
                          .verdict = MailSender::Verdict::pass,
                          .receiver = "mx.example.com",
                          .named_receiver = true,
                          .trust = Trust::contradictory};

/// "name[!][-]": ! is not believed, - is not wanted.
std::string text_of(const Voices& voices) {
  std::vector<std::string> list;
  for (std::uint32_t key = 1; key < voices.count(); ++key)
    list.push_back(voices.names[key] + (voices.believed[key] ? "" : "!") +
                   (voices.takes(key) ? "" : "-"));
  return fmt::format("{}", fmt::join(list, " | "));
}

}  // namespace

TEST_CASE("voices: who is one voice has one key, whatever it calls itself, and a filter takes it") {
  const std::unique_ptr<Store> store = memory_store();
  save(*store, report_by("google.com", verified));
  save(*store, report_by("Google.com", verified));  // the same in other letters
  save(*store, report_by("google.com", forged));
  save(*store, report_by("second.example", {}));  // a file
  const std::unique_ptr<Snapshot> snapshot = store->snapshot();
  struct Row {
    const char* name;
    Filter filter;
    std::string expected;
  };
  const Row rows[] = {
      {"all", {}, "google.com | google.com, sent by evil.example! | second.example"},
      {"by org_name: a forger does not bear it",
       {.reporters = {"GOOGLE.com"}},
       "google.com | google.com, sent by evil.example!- | second.example-"},
      {"by the name that is shown",
       {.reporters = {"google.com, sent by evil.example"}},
       "google.com- | google.com, sent by evil.example! | second.example-"},
      {"nobody",
       {.reporters = {"third.example"}},
       "google.com- | google.com, sent by evil.example!- | second.example-"},
      {"trusted ones: the others' reports are nobody's",
       {.least_trust = Trust::plausible},
       "google.com | google.com, sent by evil.example! | second.example | -"},
      {"or files",
       {.least_trust = Trust::plausible, .or_file = true},
       "google.com | google.com, sent by evil.example! | second.example | -"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(text_of(voices_of(*snapshot, row.filter)) == row.expected);
  }
  // Two ways of writing one name are one voice.
  const Voices all = voices_of(*snapshot, {});
  CHECK(all.count() == 4);
  CHECK(all.keys.at(1) == all.keys.at(2));
  CHECK(all.keys.at(1) != all.keys.at(3));
  // What is not trusted leads to nobody, and nobody is not taken.
  const Voices trusted_only = voices_of(*snapshot, {.least_trust = Trust::plausible});
  CHECK(trusted_only.takes(trusted_only.keys.at(1)));
  CHECK_FALSE(trusted_only.takes(trusted_only.keys.at(3)));
  CHECK_FALSE(trusted_only.takes(trusted_only.keys.at(4)));
  const Voices or_file = voices_of(*snapshot, {.least_trust = Trust::plausible, .or_file = true});
  CHECK_FALSE(or_file.takes(or_file.keys.at(3)));
  CHECK(or_file.takes(or_file.keys.at(4)));
  CHECK_THROWS_AS(all.keys.at(9), StoreError);
}
