// SPDX-License-Identifier: MIT
#include "report/analysis/finding/recovery.h"

#include <algorithm>

namespace dmarcq {
namespace {

constexpr Day quiet_days = 3;
constexpr double expected_hits = 5;

}  // namespace

bool is_over(const FaultRecord& fault) {
  if (fault.last_day == 0 || fault.hits == 0 || fault.end - fault.last_day < quiet_days)
    return false;
  const double share = static_cast<double>(fault.hits) /
                       static_cast<double>(std::max(fault.hits, fault.during));
  return share * static_cast<double>(fault.since) >= expected_hits;
}

FaultRecord fault_record(const Finding& finding, const std::map<Day, DaySeries::Cell>& days) {
  FaultRecord fault;
  fault.hits = finding.messages;
  for (const auto& [day, cell] : days) {
    fault.end = day;
    if (cell.codes.test(static_cast<std::size_t>(finding.code))) {
      if (fault.first_day == 0) fault.first_day = day;
      fault.last_day = day;
      fault.during += fault.since;
      fault.since = 0;
      fault.during += cell.totals.messages;
    } else if (fault.first_day != 0) {
      fault.since += cell.totals.messages;
    }
  }
  return fault;
}

}  // namespace dmarcq
