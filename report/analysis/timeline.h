// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "store/flat_index.h"
#include "store/queries.h"

namespace dmarcq {

using ReportSeen = ReportHead;

/// Rows with their day and reporter kept apart: what readiness, comparison and alerts look at from several sides. A value; read from the
/// store once, then any window of it can be judged without the store.
class Timeline {
 public:
  struct Count {
    Day day = 0;
    std::uint32_t key = 0;         ///< into keys()
    std::uint32_t reporter = 0;
    std::int64_t report = 0;
    std::uint64_t messages = 0;
  };

  /// So many rows will come at most.
  void reserve(std::size_t rows);
  void add(const DayRow&);
  void add(ReportSeen);
  /// After the last add(): puts all in order of day.
  void finish();

  /// Each distinct source once, without figures.
  const std::vector<SourceRow>& keys() const { return keys_; }
  std::span<const Count> counts() const { return counts_; }
  std::span<const Count> counts(Day first, Day last) const;
  std::span<const ReportSeen> reports() const { return reports_; }
  std::span<const ReportSeen> reports(Day first, Day last) const;

  /// The rows of these days as sources() would give them. `key_of_row` tells each row's place in keys().
  struct Window {
    std::vector<SourceRow> rows;
    std::vector<std::uint32_t> key_of_row;
  };
  Window window(Day first, Day last) const;

 private:
  std::vector<SourceRow> keys_;
  void put(const DayRow&, std::size_t hash);
  FlatIndex positions_;  ///< in keys_
  WaitingLookups<DayRow> waiting_;
  std::vector<Count> counts_;
  std::vector<ReportSeen> reports_;
};

/// "policy" of a domain as most reporters saw it on one day, with what is not said filled in by RFC 9989 section 4.7.
struct SeenPolicy {
  Day day = 0;
  std::string p, sp, np, adkim, aspf, t;  ///< np is "" unless a reporter told it; t is "y" or "n"
  std::string pct;                        ///< "" when absent or 100
  unsigned reporters = 0;                 ///< that saw exactly this
  unsigned all = 0;                       ///< that reported that day
  /// Equal for who asks what the record asks of receivers; days and counts aside. Reporters of the old format never tell np.
  bool same_policy(const SeenPolicy&) const;
  /// p (and below it sp) asks for quarantine or reject, and no test mode or share holds it back.
  bool enforces() const;
  std::string text() const;               ///< "p=quarantine; sp=none; t=y": what differs from plain p
};

/// One entry for each day with reports on the domain.
std::vector<SeenPolicy> seen_policies(const Timeline&, const std::string& domain, Day first, Day last);

/// The last day for which at least half of the domain's regular reporters have reported (reports arrive the day after, some later), at
/// most `latest`. Without such a day among the last four with reports: the last with any. 0 when there is none.
Day last_complete_day(const Timeline&, const std::string& domain, Day latest);

}  // namespace dmarcq
