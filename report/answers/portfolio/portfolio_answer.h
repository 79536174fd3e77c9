// SPDX-License-Identifier: MIT
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "report/answers/portfolio/domain_verdict.h"
#include "store/queries.h"

namespace dmarcq {

/// Many domains at once.
struct PortfolioQuestion {
  std::vector<std::string> domains;  ///< each is judged; portfolio_domains() where all are meant
  Day as_of = 0;                     ///< the day of judging: days before it count
  std::string target;                ///< as in ReadinessQuestion
  unsigned window_days = 30;
  ReadinessLimits limits;
  bool trusted_only = false;
  const MailHistory* history = nullptr;  ///< mail_history_of() these days, where it was read before
  Resolver* dns = nullptr;  ///< as in ReadinessQuestion; each domain's record is asked of it, too
};

/// The domains that "all" means: those with reports, and those that the configuration names for a
/// client. Anybody can mail reports on any domain: of more than a thousand only those that several
/// reporters, or one for weeks, tell of.
struct PortfolioDomains {
  std::vector<std::string> names;  ///< sorted
  std::size_t left_out = 0;        ///< known from single reports only
};
PortfolioDomains portfolio_domains(Snapshot&);

/// Called by several threads, each with a snapshot of its own; `place` is into the question's
/// domains.
using SeeReadiness =
    std::function<void(std::size_t place, Snapshot&, const DomainVerdict&, const JudgedReadiness&)>;

/// A verdict for each domain, in the question's order, judged by as many threads as there are
/// processors. `see` is shown what each rests on, which is gone afterwards.
std::vector<DomainVerdict> domain_verdicts(Snapshot&, const PortfolioQuestion&,
                                           const SeeReadiness& see = {});

/// The same as readiness_answer() gives for each, shown to `see`, which may be called by several
/// threads; `place` is into the question's domains.
using SeeAnswer = std::function<void(std::size_t place, const ReadinessAnswer&)>;
std::vector<DomainVerdict> readiness_answers(Snapshot&, const PortfolioQuestion&,
                                             const SeeAnswer& see);

/// Takes out the names that the record of another one among them governs (is_governed_by): their
/// mail is answered for there.
void drop_governed(std::vector<DomainVerdict>&);

}  // namespace dmarcq
