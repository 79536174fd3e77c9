// SPDX-License-Identifier: MIT
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "report/analysis/stream/placement.h"

namespace dmarcq {

/// Rows that are placed already, with their messages by day: what the steps that look at days take.
class PlacedRows {
 public:
  Words words;
  Timeline timeline;
  std::vector<Placement> placements;
  Judgement judged;  ///< one verdict a row; one sender, unless a test adds more

  PlacedRows() { judged.senders.resize(1); }

  struct Mail {
    std::string ip = "203.0.113.25";
    Day first = 0, last = 0;
    std::uint64_t messages = 10;  ///< a day
    Day every = 1;                ///< so many days apart
  };
  /// The number of the row.
  std::size_t add(Placement placement, const std::vector<Mail>& mails) {
    const auto row = static_cast<std::int64_t>(placements.size());
    for (const Mail& mail : mails)
      for (Day day = mail.first; day <= mail.last; day += mail.every)
        timeline.add(DayRow{.identity = row,
                            .source_ip = *IpAddress::parse(mails.front().ip),
                            .day = day,
                            .messages = mail.messages});
    placements.push_back(placement);
    judged.rows.emplace_back();
    return placements.size() - 1;
  }
  InternedString word(std::string_view text) { return words[text]; }

  /// After all mail.
  Timeline::Window finish() {
    timeline.finish();
    Timeline::Window window;
    window.rows = timeline.keys();
    for (std::uint32_t i = 0; i < window.rows.size(); ++i) window.key_of_row.push_back(i);
    return window;
  }
};

}  // namespace dmarcq
