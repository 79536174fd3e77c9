// SPDX-License-Identifier: MIT
#pragma once
#include <map>
#include <set>
#include <string>

#include "report/analysis/readiness/timeline.h"
#include "tests/report/analysis/support.h"

namespace dmarcq {

/// A timeline in words: each row of a World with so many messages on each of its days at each of
/// its reporters, and a report of each reporter on each day of the life of the domain.
class LongWorld {
 public:
  World world;
  Timeline timeline;
  Day first = 20'000, last = 20'119;  ///< a Friday; the life of the domain
  std::string domain = "example.com";

  void mail(RowSpec spec) {
    if (spec.first == RowSpec{}.first && spec.last == RowSpec{}.last)
      spec.first = first, spec.last = last;
    const SourceRow row = world.add(spec);
    for (Day day = spec.first; day <= spec.last; ++day)
      for (const std::uint32_t reporter : row.reporters)
        timeline.add(DayRow{row.domain, row.identity, row.evaluation, report(day, reporter),
                            reporter, row.source_ip, day, spec.messages});
  }
  void publish(Day from, const PolicyPublished& policy) { policies_[from] = policy; }
  /// No reports of this reporter on these days.
  void silence(const std::string& reporter, Day from, Day to) {
    for (Day day = from; day <= to; ++day) silent_.insert({day, reporter});
  }
  /// After all mail.
  void finish() {
    const RowLookup lookup = world.lookup();
    for (const auto& [key, id] : reports_) {
      if (silent_.contains({key.first, lookup.reporter(key.second)})) continue;
      ReportSeen seen;
      seen.id = id;
      seen.domain = domain;
      seen.reporter = key.second;
      seen.day = key.first;
      seen.begin = static_cast<EpochSeconds>(key.first) * 86'400;
      seen.end = seen.begin + 86'399;
      seen.policy = World::policy(domain, "none");
      for (const auto& [from, policy] : policies_)
        if (from <= key.first) seen.policy = policy;
      timeline.add(seen);
    }
    timeline.finish();
  }

 private:
  std::int64_t report(Day day, std::uint32_t reporter) {
    return reports_.try_emplace({day, reporter}, static_cast<std::int64_t>(reports_.size() + 1))
        .first->second;
  }
  std::map<std::pair<Day, std::uint32_t>, std::int64_t> reports_;
  std::map<Day, PolicyPublished> policies_;
  std::set<std::pair<Day, std::string>> silent_;
};

inline const RowSpec healthy_core{.ip = core_ip,
                                  .spf = our_bounce + " pass",
                                  .dkim = "example.com/sf1 pass",
                                  .evaluated = "pass/fail",
                                  .messages = 20};
inline const RowSpec healthy_ses{
    .ip = "54.240.8.40",
    .spf = "amazonses.com pass",
    .dkim = "example.com/abcdefghijklmnopqrstuvwxyz234567 pass, amazonses.com/x pass",
    .evaluated = "pass/fail",
    .messages = 10};

inline RowSpec with(RowSpec spec, const std::function<void(RowSpec&)>& change) {
  change(spec);
  return spec;
}

}  // namespace dmarcq
