// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "report/analysis/failures/failure_groups.h"
#include "report/answers/base/judged_window.h"
#include "store/queries.h"

namespace dmarcq {

struct FailuresQuestion {
  Filter filter;  ///< its domains, days and networks; a mail is about the domain in its From, or
                  ///< the one that the report names
  Day today = 0;  ///< without filter.until, nothing later counts
  FailureBy by = FailureBy::source;
  bool complaints = false;   ///< list these instead of failures
  std::size_t examples = 0;  ///< so many single reports
};

struct FailuresAnswer {
  FailuresQuestion question;
  bool any = false;  ///< the database has failure reports or complaints of these days
  std::vector<FailureGroup> groups;
  FailureSums totals;
  Day first_day = 0, last_day = 0;  ///< of what is counted; 0: not told
  std::vector<JudgedFailure> examples;
};

/// Reads failure reports, and the aggregate rows of the same filter (and of a day more on both
/// sides) for what these say of their addresses.
FailuresAnswer failures_answer(Snapshot&, const FailuresQuestion&);

/// The mail's From, or the domain reported, is one of the filter's or below, and its source in one
/// of the networks.
bool is_within(const FailureReport&, const Filter&);

/// The policy in force for the mail's From; "" when no report tells it.
std::string policy_in_force(const FailureReport&, const JudgedWindow&);

/// One failure report as an example of those that `is_wanted`: one that comes as from a domain that
/// aggregate reports of some trust come from, then the newest, then the one that tells most of
/// where its mail was made, which any stranger can make up. Complaints are none. It has no rows:
/// `explain` shows these itself.
struct FailureExample {
  JudgedFailure failure;
  std::uint64_t reports = 0;  ///< that were wanted
};
std::optional<FailureExample> failure_example(Snapshot&, Day since, Day until,
                                              FunctionRef<bool(const FailureReport&)> is_wanted);

}  // namespace dmarcq
