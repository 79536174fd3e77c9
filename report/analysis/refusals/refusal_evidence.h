// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <tuple>

#include "report/analysis/refusals/mail_outcome.h"

namespace dmarcq {

/// What the aggregate reports of the same day, From domain and operator say of a refusal.
enum class RefusalEvidence : std::uint8_t {
  not_asked,     ///< the refusal is about the recipient, or nothing tells From
  no_reports,    ///< the operator sends no reports on the domain, or the day's are still to come
  before_dmarc,  ///< it reports, and this day has no mail of the domain: refused before DMARC was
                 ///< looked at
  proven_dmarc,  ///< mail of the domain was rejected or quarantined by policy
  reputation,    ///< all of the day's mail passed DMARC: the refusal has another cause
  mixed,         ///< some passed and some failed, and none was rejected
};
inline constexpr std::size_t refusal_evidence_count = 6;
std::string_view to_text(RefusalEvidence) noexcept;  ///< "proven-dmarc"

/// Sums of the reports, by From domain, operator and day; and, where mail came from a Salesforce
/// org, by that.
class DailyVerdicts {
 public:
  struct Sums {
    std::uint64_t pass = 0, fail = 0, enforced = 0;  ///< enforced: rejected or quarantined
  };
  /// `org_id`: that the bounce name tells; "" else.
  void add(const std::string& from_domain, const std::string& reported_by,
           const std::string& org_id, Day, const Sums&);
  /// A refusal of mail from a known org is held against the mail of that org alone: other people's
  /// mail in the same name, forged or not, proves nothing of it.
  RefusalEvidence evidence(const MailOutcome&) const;

 private:
  using Of = std::pair<std::string, std::string>;  ///< From domain, operator
  struct OfDay {
    Sums all;
    std::map<std::string, Sums> by_org;
  };
  std::map<Of, std::map<Day, OfDay>> days_;
  std::map<std::string, Day> last_of_;  ///< the last day that an operator reported, on any domain
};

/// Is the refusal one that DMARC may have to do with: of the sender's authentication or reputation,
/// of the content, or for a reason that the receiver does not name?
bool may_be_about_dmarc(const MailOutcome&);

}  // namespace dmarcq
