// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "report/analysis/finding/alignment_check.h"
#include "report/analysis/finding/finding.h"
#include "report/analysis/finding/flow.h"
#include "report/analysis/finding/orgs.h"
#include "report/analysis/sender/identifier.h"
#include "store/model.h"

namespace dmarcq {

/// What was found out about one row; the rows of a Judgement stand in the order of the rows judged.
struct RowVerdict {
  std::uint32_t sender = 0;      ///< into Judgement::senders
  std::uint32_t route_line = 0;  ///< into Judgement::routes
  std::int32_t org = -1;  ///< into Judgement::orgs; only where SPF passed for the bounce name
  Ownership ownership = Ownership::unproven;  ///< of the org, as far as this From goes; another
                                              ///< client's org is a stranger's
  Flow flow = Flow::unknown;
  bool dkim_aligned = false, spf_aligned = false;  ///< as the reporter evaluated
  bool guessed = false;  ///< direct only because a tenant's name, free to choose, looks like ours
  CodeSet codes;
  bool has(FindingCode code) const { return has_code(codes, code); }
  bool passes() const { return dkim_aligned || spf_aligned; }
};

/// One (policy domain, service, route).
struct RouteLine {
  std::string domain, service, route;
  ServiceId service_id = ServiceId::other;  ///< of `service`
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

}  // namespace dmarcq
