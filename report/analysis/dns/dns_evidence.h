// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "parser/calendar.h"
#include "parser/ip_address.h"
#include "report/analysis/dns/dkim_health.h"
#include "report/analysis/dns/spf_tree.h"

namespace dmarcq {

/// Mail in reports, as far as SPF has to do with it.
struct SeenMail {
  IpAddress ip;
  std::string envelope_domain;  ///< folded; that SPF was checked for
  std::string sender;           ///< the service; "" when unknown
  bool is_own = false;          ///< it came direct, and DKIM or SPF passed for the From domain
  bool is_core = false;         ///< it came from Salesforce Core
  std::uint64_t messages = 0;
};

/// What the reports of some days show of a domain's mail.
struct DnsEvidence {
  Day first_day = 0, last_day = 0;
  std::uint64_t messages = 0;
  /// One for each address, envelope and sender; mail in other names too that has the domain as its
  /// envelope domain.
  std::vector<SeenMail> mail;
  std::vector<SelectorAsked> selectors;  ///< seen in mail that came direct, most messages first
};

/// Holds the SPF record against the addresses that used it as their envelope domain: includes that
/// none of them needs, senders that it does not permit, and an include of Salesforce that bounce
/// management makes useless. Evaluates SPF for the `most_addresses` addresses with most mail; where
/// there are more, nothing is called unused.
inline constexpr std::size_t most_spf_addresses = 500;
std::vector<DomainFault> compare_spf(const SpfTree&, const DnsEvidence&, Resolver&);

}  // namespace dmarcq
