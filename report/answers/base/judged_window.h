// SPDX-License-Identifier: MIT
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "report/analysis/finding/day_series.h"
#include "report/analysis/finding/diagnose.h"
#include "report/analysis/readiness/timeline.h"
#include "store/queries.h"

namespace dmarcq {

/// What names are learned from, so that they do not depend on the filter: all rows of the
/// organizational domains from learn_days before to as many after its days.
struct LearnedFrom {
  bool own_rows = false;  ///< the filter's own rows are all of these within its days; else
                          ///< `context` is
  Filter context;  ///< the filter's days, all that it leaves out included; also what verdicts are
                   ///< judged in
  std::vector<Filter> others;  ///< the days before and after
};
LearnedFrom learned_from(const Filter&);

/// The rows of a filter, judged, with all that judging needs: names learned from 30 days more on
/// both sides and from the whole organizational domain (a name must not depend on the other
/// filters), the policies published, the owner's entries, and the orgs that were ever proven. Stays
/// where it is made: the lookup points into it.
class JudgedWindow {
 public:
  /// `rows`: nothing but the verdicts of rows (judge_codes()).
  enum class Depth { rows, whole };
  /// `host_name`: looks up the names of addresses (RowLookup::host_name); empty: no DNS.
  using HostName = std::function<std::string(const IpAddress&)>;
  JudgedWindow(Snapshot&, const Filter&, Day today, Depth = Depth::whole, HostName host_name = {});
  JudgedWindow(const JudgedWindow&) = delete;
  JudgedWindow& operator=(const JudgedWindow&) = delete;

  const std::vector<SourceRow>& rows() const { return rows_; }
  const Judgement& judgement() const { return judgement_; }
  Identifier& identifier() { return *identifier_; }
  Dictionary& dictionary() { return dictionary_; }
  const RowLookup& lookup() const { return identifier_->lookup(); }
  const PolicyPublished* policy(const std::string& domain) const;

  std::vector<SourceRow> read(const Filter& filter);
  /// Reads the rows day by day: findings know their days then, and what fell silent is found. Once.
  const DaySeries& judge_by_day();

 private:
  friend void judge_vanished(Snapshot&, const Filter&, Day, Judgement&, const DaySeries&);
  RowLookup make_lookup(HostName);
  void read_days();
  Snapshot& snapshot_;
  Filter filter_;
  Day today_;
  Dictionary& dictionary_;
  std::map<std::string, SeenPolicy> policies_;
  std::optional<AlignmentHistory> alignment_;  ///< read when a reporter's word is in doubt
  std::vector<AccountName> accounts_;
  std::optional<Identifier> identifier_;
  std::vector<SourceRow> rows_;
  Judgement judgement_;
  std::optional<DaySeries> days_;
};

/// What fell silent within the window had a life before it: for the domains where Salesforce core
/// did, the days before are judged too, and their finding is taken over. `days`: the judgement's.
void judge_vanished(Snapshot&, const Filter&, Day today, Judgement&, const DaySeries& days);

/// A Salesforce org and messages of it, as answers show them.
struct OrgMail {
  OrgVerdict org;
  std::uint64_t messages = 0;
};

}  // namespace dmarcq
