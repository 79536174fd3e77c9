// SPDX-License-Identifier: MIT
#pragma once
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "parser/dns_record/bimi_record.h"
#include "parser/dns_record/mta_sts.h"
#include "report/analysis/dns/domain_fault.h"

namespace dmarcq {

/// Who receives a domain's mail (RFC 5321 section 5.1, RFC 7505).
struct MxHealth {
  enum class State { hosts, null_mx, address_only, nothing, unknown };
  State state = State::unknown;
  std::vector<std::string> hosts;    ///< by preference; at most ten are looked at
  std::vector<std::string> aliases;  ///< CNAMEs on the way to the records; so in the others
  std::vector<DomainFault> faults;
};
std::string_view to_text(MxHealth::State) noexcept;
MxHealth check_mx(const std::string& domain, Resolver&);

/// What a domain without mail should publish: v=spf1 -all, p=reject, and a null MX.
/// `spf_record`: "" without one. Nothing where the domain has mail: it has MX hosts or its SPF
/// record permits a sender.
std::optional<std::vector<DomainFault>> check_parked(const std::string& domain, const MxHealth&,
                                                     const std::string& spf_record,
                                                     const std::string& policy);

struct MtaStsHealth {
  std::string id;  ///< "" without a valid record
  std::optional<MtaStsPolicy> policy;
  std::vector<std::string> aliases;
  std::vector<DomainFault> faults;
};
/// Where the text of mta-sts.txt comes from, if from anywhere.
struct MtaStsPolicySource {
  std::optional<std::string> copy;  ///< checked even where there is no record yet
  /// Asked only where there is a record; else why the text cannot be had.
  std::function<std::expected<std::string, std::string>(const std::string& domain)> fetch;
};
/// RFC 8461. That a policy was not looked at is said where there is a record.
MtaStsHealth check_mta_sts(const std::string& domain, const MtaStsPolicySource&, const MxHealth&,
                           Resolver&);

struct TlsRptHealth {
  std::vector<std::string> destinations, aliases;
  std::vector<DomainFault> faults;
};
/// RFC 8460 section 3.
TlsRptHealth check_tls_rpt(const std::string& domain, Resolver&);

struct BimiHealth {
  std::optional<BimiRecord> record;
  std::vector<std::string> aliases;
  std::vector<DomainFault> faults;
};
/// The default selector. Mailbox providers show a logo only where the policy is enforced for all
/// mail of the domain and of the names below it. `policy`: the DMARC record that applies, if any.
BimiHealth check_bimi(const std::string& domain, const PolicyRecord* policy, Resolver&);

}  // namespace dmarcq
