// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "store/base/flat_index.h"
#include "store/model.h"

namespace dmarcq {

using ReportSeen = ReportHead;

/// Rows with their day and reporter kept apart: what readiness, comparison and alerts look at from
/// several sides. A value; read from the store once, then any window of it can be judged without
/// the store.
class Timeline {
 public:
  struct Count {
    Day day = 0;
    std::uint32_t key = 0;  ///< into keys()
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

  /// The rows of these days as sources() would give them. `key_of_row` tells each row's place in
  /// keys().
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

/// The policy of a domain as most reporters saw it on one day, with what is not said filled in by
/// RFC 9989 section 4.7. All of it is one of the RFCs' words: a report is mail from a stranger, and
/// what it says here ends up in records that people publish.
struct SeenPolicy {
  Day day = 0;
  std::string p, sp, np, adkim, aspf, t;  ///< np is "" unless a reporter told it; t is "y" or "n"
  std::string pct;                        ///< "" when absent or 100
  bool subdomain = false;  ///< not an organizational domain: its record's sp and np have no effect
  unsigned reporters = 0;  ///< that told nothing else
  unsigned all = 0;        ///< that reported that day
  PolicyPublished published;  ///< as one of them told it
  /// Equal for who asks what the record asks of receivers; days and counts aside. Reporters of the
  /// old format never tell np.
  bool same_policy(const SeenPolicy&) const;
  /// Quarantine or more is in effect, for the domain and for the names below it that exist. (np
  /// speaks of names that send no mail.)
  bool enforces() const;
  /// What is asked of receivers in effect: "none", "quarantine", "reject". t=y and pct below 100
  /// are one step less (RFC 9989 section 4.7, RFC 7489 section 6.3); a weaker sp or np leaves a gap
  /// but does not count here.
  std::string_view effect() const;
  bool held_back() const { return t == "y" || !pct.empty(); }
  std::string text() const;  ///< "p=quarantine; sp=none; t=y": what differs from plain p
};

/// One entry for each day with reports on the domain whose policy can be read. A report with a
/// value that is no word of the RFCs, or from after `last`, has no vote. t, pct and np, which only
/// a part of the reporters knows, are decided by those who tell them: by two, or by one who told
/// the same for two weeks.
std::vector<SeenPolicy> seen_policies(std::span<const ReportSeen>, const std::string& domain,
                                      Day first, Day last);
std::vector<SeenPolicy> seen_policies(const Timeline&, const std::string& domain, Day first,
                                      Day last);

/// The policy in force: as most reporters saw it on the last complete day up to `latest`, or on the
/// last day before that has one. All commands say this one. Nothing when no report tells one. The
/// reports in order of day.
std::optional<SeenPolicy> policy_in_force(std::span<const ReportSeen>, const std::string& domain,
                                          Day latest);

/// Does the record of `parent` govern `domain`, below it, although some reporters file `domain` as
/// a policy domain of its own (OpenDMARC does)? It does when they tell the parent's own values for
/// it, and others file mail as `domain` under the parent (`also_under_parent`) or most of the
/// parent's reporters do not file it. A name with a record of its own is filed so by most who see
/// it.
bool is_governed_by(std::span<const ReportSeen>, const std::string& domain,
                    const std::string& parent, bool also_under_parent, Day latest);

/// Which alignment modes a domain published on which days, as reports tell. A reporter that judged
/// by the record of its day did not err.
class AlignmentHistory {
 public:
  void add(const ReportSeen&);
  /// Did the domain ask for this mode for DKIM (else SPF) on one of these days, or the day before?
  bool asked_for(Alignment, const std::string& domain, Day first, Day last, bool dkim) const;

 private:
  std::map<std::string, std::map<Day, unsigned>> days_;  ///< bits by mode and mechanism
};

/// Where the newest data ends, for windows "up to now": the last day, at most `latest`, by which at
/// least a quarter of the reporters of the busiest week had reported within a week. One report from
/// the future, or one forged long after all others stopped, moves nothing. `days`: reporters by
/// day. 0 without any.
Day last_vouched_day(const std::map<Day, std::set<std::uint32_t>>& days, Day latest);

/// The last day for which at least half of the domain's regular reporters have reported (reports
/// arrive the day after, some later), at most `latest`. Without such a day among the last four with
/// reports: the last with any. 0 when there is none.
Day last_complete_day(std::span<const ReportSeen>, const std::string& domain, Day latest);
Day last_complete_day(const Timeline&, const std::string& domain, Day latest);

}  // namespace dmarcq
