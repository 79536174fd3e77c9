// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <vector>

#include "report/analysis/readiness/gates/gates.h"

namespace dmarcq {

/// Mail of one sender, so much on each of its days at each of its reporters.
struct DailyMail {
  Standing standing = Standing::own;
  std::string sender = "newsletter";
  std::uint64_t both = 10, spf_only = 0, fail = 0, temporary = 0;
  Day first = 20'000, last = 20'119;
  std::vector<std::uint32_t> reporters = {1, 2, 3};
};

/// Facts of a window without rows: streams are written down as they are. The window is the 30 days
/// up to 20'119, and today is the day after.
class HandMadeWindow {
 public:
  ReadinessQuestion question{.domain = "example.com", .target = "quarantine", .today = 20'120};
  Owner owner;
  Streams streams;
  Day reports_first = 20'000, reports_last = 20'119;  ///< of reporters 1, 2 and 3
  std::vector<std::uint32_t> reporters = {1, 2, 3};
  std::string p = "none";

  HandMadeWindow() {
    streams.first = 20'000;
    streams.window_first = 20'090;
    streams.last = 20'119;
  }

  Stream& add(const DailyMail& mail) {
    Stream stream;
    stream.domain = stream.from = "example.com";
    stream.sender = mail.sender;
    stream.standing = mail.standing;
    for (Day day = mail.first; day <= mail.last; ++day)
      for (const std::uint32_t reporter : mail.reporters)
        stream.counts.push_back({.day = day,
                                 .reporter = reporter,
                                 .both = mail.both,
                                 .spf_only = mail.spf_only,
                                 .fail = mail.fail,
                                 .temporary = mail.temporary});
    return streams.list.emplace_back(std::move(stream));
  }

  /// The window must outlive them.
  WindowFacts facts() const {
    Timeline timeline;
    for (Day day = reports_first; day <= reports_last; ++day)
      for (const std::uint32_t reporter : reporters) {
        ReportSeen report;
        report.domain = "example.com";
        report.reporter = reporter;
        report.day = day;
        report.policy.domain = report.domain;
        report.policy.p = Reported<Policy>::from(p);
        timeline.add(report);
      }
    timeline.finish();
    return window_facts(timeline, owner, question, streams);
  }
};

template <class Figures>
const Figures& figures_of(const Gate& gate) {
  return std::get<Figures>(gate.figures);
}

}  // namespace dmarcq
