// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "report/analysis/dns/domain_fault.h"

namespace dmarcq {

/// An address in rua or ruf, and whether reports about a domain may go there.
struct ReportDestination {
  enum class Permission {
    not_needed,  ///< the same organization as the domain
    given,       ///< there is a record for it (RFC 9990 section 4)
    missing,     ///< no reports are sent
    unknown,     ///< DNS did not answer
  };
  std::string tag;      ///< "rua" or "ruf"
  std::string address;  ///< "dmarc@reports.example.net"
  std::string host;     ///< "reports.example.net"
  Permission permission = Permission::not_needed;
  std::string record_name;  ///< "example.com._report._dmarc.reports.example.net"; "" where none is
                            ///< needed, or the name would be too long
};
std::string_view to_text(ReportDestination::Permission) noexcept;

struct ExternalReports {
  std::vector<ReportDestination> destinations;
  std::vector<DomainFault> faults;
};

/// Where the reports that a record asks for go (RFC 9990 section 4, RFC 9991 section 5).
/// `record_at`: the domain with the record. Asks for MX of each host, and for the permission of
/// those that belong to others; looks at the first twenty addresses of each tag.
ExternalReports check_report_destinations(const std::string& record_at, const PolicyRecord&,
                                          Resolver&);

}  // namespace dmarcq
