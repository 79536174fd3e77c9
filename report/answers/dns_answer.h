// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "report/analysis/dns/dkim_health.h"
#include "report/analysis/dns/dmarc_discovery.h"
#include "report/analysis/dns/external_reports.h"
#include "report/analysis/dns/mail_policy_health.h"
#include "report/analysis/dns/spf_tree.h"
#include "store/store.h"

namespace dmarcq {

struct DnsCheckQuestion {
  std::vector<std::string> domains;    ///< folded, each once
  std::vector<std::string> selectors;  ///< DKIM selectors beside those that reports show
  std::optional<IpAddress> address;    ///< SPF result and cost for this one
  MtaStsPolicySource sts_policy;
  Day today = 0;
};

/// What DNS has of one domain, and what is wrong with it.
struct DomainHealth {
  std::string domain;
  DmarcDiscovery dmarc;
  std::vector<ReportDestination> destinations;
  SpfTree spf;
  std::optional<SpfCheck> spf_of_address;
  std::vector<SelectorHealth> selectors;
  MxHealth mx;
  bool parked = false;  ///< it neither sends nor receives mail
  MtaStsHealth mta_sts;
  TlsRptHealth tls_rpt;
  BimiHealth bimi;
  /// The mail that SPF and selectors were held against: of 30 days of reports.
  struct Seen {
    Day first_day = 0, last_day = 0;
    std::uint64_t messages = 0;
  };
  std::optional<Seen> seen;         ///< nothing without reports on the domain
  std::vector<DomainFault> faults;  ///< by area, worst first
  bool answered = false;            ///< DNS said something

  Severity worst() const;  ///< note where there are none
};

struct DnsCheckAnswer {
  DnsCheckQuestion question;
  std::vector<DomainHealth> domains;  ///< in the order of the question

  bool answered() const;    ///< DNS said something of at least one
  bool has_faults() const;  ///< of Severity::fault
};

/// Checks domains in parallel. `snapshot`: reports to hold DNS against; may be null.
DnsCheckAnswer dns_check_answer(Resolver&, Snapshot* snapshot, DnsCheckQuestion);

}  // namespace dmarcq
