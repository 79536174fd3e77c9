// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "report/analysis/dns/domain_fault.h"

namespace dmarcq {

/// One name at which a DMARC record was looked for.
struct DmarcStep {
  std::string domain;  ///< the name without "_dmarc."
  DnsAnswer answer;
  std::vector<std::string> records;  ///< those that begin with v=DMARC1
};

/// Which record receivers come to, and what it asks of them for mail from the domain.
struct DmarcReading {
  std::string record_at;               ///< a domain; "": no record applies
  std::optional<PolicyRecord> record;  ///< nothing also where it cannot be read
  std::string policy;                  ///< none, quarantine or reject; "": no DMARC
  std::string organizational_domain;
};

/// How receivers find the DMARC policy of a domain: by RFC 7489 section 6.6.3 and by the tree walk
/// of RFC 9989 sections 4.7 and 4.10.
struct DmarcDiscovery {
  std::string domain;
  bool domain_exists = true;    ///< not NXDOMAIN (RFC 8020): np is for those that do not
  std::vector<DmarcStep> walk;  ///< the domain first; at most eight
  DmarcReading by_7489, by_9989;
  bool known = true;  ///< false where DNS did not answer: then nothing follows

  bool policies_differ() const;
  /// Where there is a record to begin with.
  bool organizations_differ() const;
};

/// Asks at most eight names, and the organizational domain of the public suffix list.
DmarcDiscovery discover_dmarc(const std::string& domain, Resolver&);

/// The names that discover_dmarc() and dmarc_faults() ask for, as far as they are known beforehand.
std::vector<DnsQuestion> dmarc_questions(const std::string& domain);

/// What is wrong with the record, and with what stands where one is expected.
std::vector<DomainFault> dmarc_faults(const DmarcDiscovery&, Resolver&);

/// By the list of public suffixes.
bool is_public_suffix(const std::string& domain);

/// Is it a DMARC record: v=DMARC1, then a semicolon or the end (RFC 9989 section 4.8)?
bool is_dmarc_record(std::string_view txt);

}  // namespace dmarcq
