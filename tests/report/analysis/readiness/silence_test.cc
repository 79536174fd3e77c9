// SPDX-License-Identifier: MIT
#include "report/analysis/readiness/silence.h"

#include <doctest/doctest.h>

using namespace dmarcq;

namespace {

/// A sender seen on every `step`th day from 20'000 to `last`, and a timeline with reports of the
/// reporter 1 up to 20'119.
struct Seen {
  Stream stream;
  Timeline timeline;
  Seen(Day last, Day step, std::uint64_t messages, std::uint32_t witness) {
    stream.domain = "example.com";
    for (Day day = 20'000; day <= last; day += step)
      stream.counts.push_back({.day = day, .reporter = witness, .both = messages});
    for (Day day = 20'000; day <= 20'119; ++day) {
      ReportSeen report;
      report.domain = "example.com";
      report.reporter = 1;
      report.day = day;
      timeline.add(report);
    }
    timeline.finish();
  }
};

}  // namespace

TEST_CASE("silence: longer than the rhythm explains, while those who saw the sender still report") {
  struct Row {
    const char* name;
    Day last, step;
    std::uint64_t messages;
    std::uint32_t witness;
    bool silent;
  };
  for (const Row& row :
       {Row{"daily, silent for a week", 20'112, 1, 5, 1, true},
        Row{"near miss: for six days", 20'113, 1, 5, 1, false},
        Row{"weekly, silent for two weeks", 20'105, 7, 5, 1, true},
        Row{"near miss: every eighth day, silent for 15", 20'104, 8, 5, 1, false},
        Row{"near miss: monthly mail", 20'090, 30, 50, 1, false},
        Row{"near miss: hardly any mail", 20'006, 1, 1, 1, false},
        Row{"near miss: its only reporter is silent too", 20'112, 1, 5, 2, false}}) {
    CAPTURE(std::string(row.name));
    const Seen seen(row.last, row.step, row.messages, row.witness);
    CHECK(silence_of(seen.stream, seen.timeline, 20'119, 7).has_value() == row.silent);
  }
}
