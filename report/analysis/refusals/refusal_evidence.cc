// SPDX-License-Identifier: MIT
#include "report/analysis/refusals/refusal_evidence.h"

#include <algorithm>
#include <array>

namespace dmarcq {

std::string_view to_text(RefusalEvidence evidence) noexcept {
  static constexpr std::array<std::string_view, refusal_evidence_count> words = {
      "not-asked", "no-reports", "before-dmarc", "proven-dmarc", "reputation", "mixed"};
  return words[static_cast<std::size_t>(evidence)];
}

bool may_be_about_dmarc(const MailOutcome& mail) {
  if (!mail.failed() || mail.own_words) return false;
  switch (traits_of(mail.why).fault) {
    case RefusalFault::sender_authentication:
    case RefusalFault::sender_reputation:
    case RefusalFault::unknown: return true;
    case RefusalFault::receiver_rule: return mail.why == RefusalClass::policy_other;
    // What is called spam may be so for want of authentication.
    case RefusalFault::sender_setup: return mail.why == RefusalClass::content;
    case RefusalFault::recipient:
    case RefusalFault::network:
    case RefusalFault::own_service: break;
  }
  return false;
}

void DailyVerdicts::add(const std::string& from_domain, const std::string& reported_by,
                        const std::string& org_id, Day day, const Sums& sums) {
  OfDay& of_day = days_[{from_domain, reported_by}][day];
  const auto add_to = [&](Sums& to) {
    to.pass += sums.pass;
    to.fail += sums.fail;
    to.enforced += sums.enforced;
  };
  add_to(of_day.all);
  Day& last = last_of_[reported_by];
  last = std::max(last, day);
  if (!org_id.empty()) add_to(of_day.by_org[org_id]);
}

RefusalEvidence DailyVerdicts::evidence(const MailOutcome& mail) const {
  if (!may_be_about_dmarc(mail) || mail.from_domain->empty()) return RefusalEvidence::not_asked;
  const auto of = days_.find({*mail.from_domain, *mail.receiver});
  if (of == days_.end() || mail.day > last_of_.at(*mail.receiver))
    return RefusalEvidence::no_reports;
  const auto day = of->second.find(mail.day);
  if (day == of->second.end()) return RefusalEvidence::before_dmarc;
  const bool of_org = !mail.org_id->empty();
  const Sums* sums = &day->second.all;
  if (of_org) {
    const auto found = day->second.by_org.find(*mail.org_id);
    if (found == day->second.by_org.end()) return RefusalEvidence::before_dmarc;
    sums = &found->second;
  }
  const RefusalFault fault = traits_of(mail.why).fault;
  const bool says_authentication = fault == RefusalFault::sender_authentication;
  // Without an org, the day's rejected mail may be a forger's: then the words must say it as well.
  const bool may_prove =
      says_authentication ||
      (of_org && (fault == RefusalFault::unknown || mail.why == RefusalClass::policy_other));
  if (sums->enforced > 0) return may_prove ? RefusalEvidence::proven_dmarc : RefusalEvidence::mixed;
  return sums->fail == 0 ? RefusalEvidence::reputation : RefusalEvidence::mixed;
}

}  // namespace dmarcq
