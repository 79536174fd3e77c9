// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <bit>
#include <bitset>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "report/analysis/finding/alignment_check.h"
#include "report/analysis/finding/finding.h"
#include "report/analysis/sender/identifier.h"
#include "store/flat_index.h"
#include "store/queries.h"

namespace dmarcq {

/// What a receiver gives as reasons for not applying the policy.
struct OverrideReasons {
  bool list = false, forwarded = false, held_back = false;
  bool trusted = false;  ///< it believes who forwarded the mail, by ARC or by name: such mail is
                         ///< not lost
};
OverrideReasons override_reasons(const PolicyEvaluated&);

/// Which way mail came. Decided after the route: SPF unaligned with DKIM aligned is the healthy
/// look of Salesforce Core, not forwarding.
enum class Flow { direct, forwarded, mailing_list, foreign, unknown };
inline constexpr std::size_t flow_count = 5;
std::string_view to_text(Flow) noexcept;  ///< "mailing-list"

/// Whose a Salesforce org is. Ours: the owner says so, or SPF passed for its bounce name together
/// with an aligned signature.
enum class Ownership { ours, foreign, unproven };
std::string_view to_text(Ownership) noexcept;

struct OrgVerdict {
  SalesforceOrg org;  ///< the instance seen last
  Ownership ownership = Ownership::unproven;
  std::string why;
  std::uint64_t messages = 0;  ///< with SPF passing for its bounce name
  Day first_day = 0, last_day = 0;
};

/// What was found out about one row; the rows of a Judgement stand in the order of the rows judged.
struct RowVerdict {
  std::uint32_t sender = 0;      ///< into Judgement::senders
  std::uint32_t route_line = 0;  ///< into Judgement::routes
  std::int32_t org = -1;  ///< into Judgement::orgs; only where SPF passed for the bounce name
  Ownership ownership = Ownership::unproven;  ///< of the org, as far as this From goes; another
                                              ///< client's org is a stranger's
  Flow flow = Flow::unknown;
  bool dkim_aligned = false, spf_aligned = false;  ///< as the reporter evaluated
  bool guessed = false;   ///< direct only because a tenant's name, free to choose, looks like ours
  std::bitset<64> codes;  ///< by FindingCode
  bool has(FindingCode code) const { return codes.test(static_cast<std::size_t>(code)); }
  bool passes() const { return dkim_aligned || spf_aligned; }
};

/// Calls back with each code of a set, in the order of FindingCode.
template <class Callback>
void each_code(const std::bitset<64>& codes, Callback&& callback) {
  for (auto bits = codes.to_ullong(); bits != 0; bits &= bits - 1)
    callback(static_cast<FindingCode>(std::countr_zero(bits)));
}

struct OrgShare {
  std::uint32_t org = 0;
  std::uint64_t messages = 0;
};  ///< org: into Judgement::orgs
/// From messages by position of the org; most messages first, then by position.
std::vector<OrgShare> org_shares(const std::map<std::uint32_t, std::uint64_t>& messages);

/// One (policy domain, service, route).
struct RouteLine {
  std::string domain, service, route;
  Totals totals;
  std::array<std::uint64_t, flow_count> flows{};
  std::uint64_t sources = 0;  ///< distinct addresses
  std::vector<OrgShare> orgs;
  std::vector<std::uint32_t> findings;  ///< into Judgement::findings
  Day first_day = 0, last_day = 0;
};

struct Judgement {
  std::vector<RowVerdict> rows;
  std::vector<Sender> senders;
  std::vector<OrgVerdict> orgs;   ///< by org id
  std::vector<RouteLine> routes;  ///< by domain, service, route
  std::vector<Finding> findings;  ///< by route line, then code; core-vanished last
  std::vector<Disagreement> disagreements;
};

/// Judges rows, e.g. those of a question's window. The Identifier should have learned from these
/// rows, better from 30 days more on both sides. Pure but for the Identifier's caches; 200,000
/// distinct rows take well under a second.
///
/// `context`: where the rows are a selection (one reporter, one network, a subdomain), all rows of
/// the same days and organizational domains. Verdicts come from these, so that a filter narrows
/// what is shown and not what is known; figures are those of the rows.
Judgement judge(std::span<const SourceRow>, Identifier&, std::span<const SourceRow> context = {});

/// Only what is said of each row, with its codes: without lines, findings and disagreements.
Judgement judge_codes(std::span<const SourceRow>, Identifier&,
                      std::span<const SourceRow> context = {});

/// Only who sent each row and which way it came: senders, orgs and flows. Half the work.
Judgement judge_flows(std::span<const SourceRow>, Identifier&);

/// Messages by day for each route line of a Judgement.
class DaySeries {
 public:
  /// All must outlive the series.
  DaySeries(const Judgement&, std::span<const SourceRow>, const RowLookup&);
  /// As each_source_day() gives them. Rows that were not judged are ignored.
  void add(Day, const SourceRow&);
  struct Cell {
    Totals totals;
    std::bitset<64> codes;       ///< seen that day, by FindingCode
    std::uint64_t own_core = 0;  ///< messages of Core that are direct and not another tenant's
  };
  const std::map<Day, Cell>& route(std::uint32_t route_line) const { return routes_[route_line]; }

 private:
  friend void judge_days(Judgement&, const DaySeries&);
  const Judgement& judgement_;
  const RowLookup& lookup_;
  std::span<const SourceRow> rows_;
  FlatIndex index_;  ///< of the rows
  std::vector<std::map<Day, Cell>> routes_;
  std::vector<std::pair<Day, Cell*>> last_;  ///< days come in order, so the last cell is mostly the
                                             ///< next one too
};

/// What only days can show: exact days of findings, and `core-vanished` with the rhythm of the
/// route known.
void judge_days(Judgement&, const DaySeries&);

/// Did own mail of Core stop within these days, while other mail went on? Then a longer look may
/// show `core-vanished`, for which these days hold too little of its life before.
bool core_fell_silent(const Judgement&, const DaySeries&);
/// Takes over the findings `core-vanished` of a judgement that looked further back, at routes that
/// both have.
void take_vanished(Judgement&, const Judgement& longer);

}  // namespace dmarcq
