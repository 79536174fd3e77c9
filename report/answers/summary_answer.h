// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "report/analysis/finding/diagnose.h"
#include "report/answers/base/selection.h"
#include "report/answers/portfolio/domain_verdict.h"
#include "store/queries.h"

namespace dmarcq {

struct SummaryQuestion {
  Selection selection;
  bool flows = false;  ///< judge the rows however many there are
  Day today = 0;
  ReadinessLimits limits = {};  ///< of the verdicts
};

/// What judging adds to the figures of one policy domain.
struct JudgedDomain {
  std::array<std::uint64_t, flow_count> flows{};  ///< messages
  Totals salesforce;                              ///< as `sources --salesforce` counts
  std::vector<std::string> routes;                ///< of Salesforce, by name
};

/// A domain's last seven days with reports, and the seven before them.
struct WeekChange {
  Day since = 0, until = 0;  ///< of the last seven
  Totals now, before;
};

struct SummaryLine {
  DomainSummary domain;
  PolicyPublished policy;  ///< in force at the end of the window; empty when it is not known
  std::optional<JudgedDomain> judged;  ///< absent where no row was judged
  WeekChange week;
  std::optional<DomainVerdict> verdict;  ///< as readiness says; absent where it takes too long
};

struct SummaryAnswer {
  SummaryQuestion question;
  std::vector<SummaryLine> lines;  ///< as the selection sorts them, up to its limit
  std::size_t domains = 0;         ///< those beyond the limit too; all sums are of these
  Totals totals;
  std::uint64_t reports = 0, unusable_records = 0, unusable_messages = 0;
  Day first_day = 0, last_day = 0;
  bool is_judged = false;   ///< every row was read: small databases, or where flows were asked for
  JudgedDomain judged;      ///< of all domains
  std::vector<Note> notes;  ///< the owner's on these domains, or on all, of these days
};

SummaryAnswer summary_answer(Snapshot&, const SummaryQuestion&);

}  // namespace dmarcq
