// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "report/analysis/dns/domain_fault.h"
#include "report/answers/base/judged_window.h"
#include "report/answers/refusals_answer.h"
#include "report/answers/salesforce_inventory.h"

namespace dmarcq {

/// A finding as the Salesforce page shows it.
struct SalesforceFinding {
  Finding finding;
  std::vector<std::string> reporters;  ///< that saw it, by name
  std::uint64_t messages = 0, failing = 0;
  Day first_day = 0, last_day = 0;  ///< days on which it was seen
  bool over = false;        ///< not seen lately, although the route goes on: cured, it seems
  std::uint64_t since = 0;  ///< messages of the route after its last day
};

struct SalesforceRoute {
  std::string route;
  Totals totals;
  std::array<std::uint64_t, flow_count> flows{};
  std::uint64_t sources = 0;                ///< addresses
  std::vector<OrgMail> orgs;                ///< most messages first
  std::vector<SalesforceFinding> findings;  ///< what is broken before what could be better before
                                            ///< notes; then most messages
  Day first_day = 0, last_day = 0;
};

/// A route that the domain has, or should have, without mail in the window.
struct SilentRoute {
  std::string route;
  std::optional<Day> last_day;  ///< seen last; absent: only the owner's entries speak of it
  std::uint64_t messages = 0;   ///< seen before the window, as far as was looked
  std::string entry;            ///< the owner's entry, "network 192.0.2.0/24", or ""
};

struct SalesforceDomain {
  std::string domain;                   ///< policy domain
  std::vector<SalesforceRoute> routes;  ///< by name
  std::vector<SilentRoute> silent;
  Totals totals;                                   ///< of the routes
  std::uint64_t all_messages = 0;                  ///< of the domain, by whomever
  std::uint64_t claimed = 0, claimed_sources = 0;  ///< messages that only claim to be Salesforce's
                                                   ///< and fail
  std::uint64_t indirect = 0, indirect_failing = 0;  ///< Salesforce mail delivered by somebody
                                                     ///< else: forwarders, lists, gateways
  std::vector<OrgMail> orgs;                         ///< most messages first
  std::uint64_t reporters = 0;
  Day first_day = 0, last_day = 0;
  std::optional<Day> reports_end;  ///< the last day with reports, where those of other domains go
                                   ///< on
  SalesforceInventory inventory;
  std::vector<RefusalCause> refusals;  ///< open_salesforce_causes() of the window
  std::vector<DomainFault> dns;  ///< of DMARC, SPF and DKIM, where DNS was asked; without notes
};

struct SalesforceQuestion {
  Filter filter;
  Day today = 0;
  Resolver* dns = nullptr;  ///< the domains' records are checked; null: not asked
};

struct SalesforceAnswer {
  std::optional<Day> since, until;        ///< the window; of a domain whose reports stopped before
                                          ///< it, the last days that have reports
  std::vector<SalesforceDomain> domains;  ///< policy domains, by name
  std::vector<std::string> without;  ///< domains without Salesforce mail, where none was asked for
                                     ///< by name; by name
  bool fails() const;                ///< is there Salesforce mail that fails DMARC?
};

/// Advice is about the present: without a window of the user's it is the last 30 days that have
/// reports, of each domain: one domain's newer reports hide no other's. How far back is looked for
/// routes that fell silent: 180 days.
SalesforceAnswer salesforce_answer(Snapshot&, const SalesforceQuestion&);

/// The same of one window that was judged: all policy domains with rows in it, by name.
std::vector<SalesforceDomain> salesforce_domains(JudgedWindow&, const Filter&);

}  // namespace dmarcq
