// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "report/analysis/change.h"
#include "report/analysis/stream/streams.h"

namespace dmarcq {

/// Days, both inclusive.
struct DaySpan {
  Day first = 0, last = 0;
  Day days() const { return last < first ? 0 : last - first + 1; }
};

struct ComparedSender {
  std::string sender, from;
  Standing standing = Standing::own;
  StreamCount before, after;
  unsigned days_before = 0, days_after = 0;
  ZTest test;
  Change change = Change::noise;
};

struct ComparedFinding {
  FindingCode code{};
  std::string service, route;
  std::uint64_t before = 0, after = 0;  ///< messages
};

struct Comparison {
  DaySpan before, after;
  StreamCount all_before, all_after;  ///< of own senders
  Change change = Change::noise;
  ZTest test;
  std::vector<ComparedSender> senders;  ///< by standing, then name
  std::vector<ComparedFinding> gone, appeared, still;
  std::uint64_t straddling = 0;  ///< reports left out, since their window holds a day of the change
};

/// Compares the senders of two spans. Reports whose window reaches out of its span are left out
/// (they mix before and after), save for the hours by which a reporter's day differs from the UTC
/// day, away from the change. Pure.
Comparison compare(const Timeline&, const RowLookup&, const Owner&, const std::string& domain,
                   DaySpan before, DaySpan after);

}  // namespace dmarcq
