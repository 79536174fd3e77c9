// SPDX-License-Identifier: MIT
#pragma once
#include <compare>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "report/analysis/sender/learned/witnesses.h"
#include "report/analysis/sender/owner.h"
#include "report/analysis/sender/row_evidence.h"

namespace dmarcq {

/// Which accounts at services are the owner's: Salesforce orgs, Marketing Cloud stacks, Microsoft
/// 365 tenants. An account is his when its own name passed in the same mail as a name of his.
class OwnAccounts {
 public:
  void add_org(const RowEvidence&);
  void add_tenants(const RowEvidence&);
  /// Marketing Cloud itself sent signed mail of the own domain from this stack.
  void add_stack(const RowEvidence&);
  /// The same from what the database ever saw of accounts. `own`: the organizational domain of
  /// what passed beside the account's name.
  void add(const AccountName&, const std::string& own);
  /// After all rows: which orgs are proven, by reporters who can be trusted.
  void conclude(const OwnDomains&, const ReporterHistory&);

  /// By org id the own domains that it sent authenticated mail of, in order.
  const std::map<std::string, std::vector<std::string>>& proven_orgs() const { return proven_; }
  bool is_own_stack(const std::string& own, unsigned stack, const ReporterHistory&) const;
  bool knows_stacks_of(const std::string& own, const ReporterHistory&) const;
  /// Did the tenant send authenticated mail of the own domain, or of a sibling?
  bool is_own_tenant(const std::string& own, const std::string& tenant, const OwnDomains&,
                     const ReporterHistory&) const;

 private:
  /// What an org sent: mail signed for a domain, with a From domain of `own`. Whether the domain is
  /// the owner's is known only when all rows are.
  struct Signed {
    std::string own, domain;
    auto operator<=>(const Signed&) const = default;
  };
  std::map<std::string, std::map<Signed, Witnesses>> orgs_;          ///< by org id
  std::map<std::string, std::map<unsigned, Witnesses>> stacks_;      ///< own domain → stack
  std::map<std::string, std::map<std::string, Witnesses>> tenants_;  ///< own domain → tenant
  std::map<std::string, std::vector<std::string>> proven_;
};

/// "contoso.onmicrosoft.com": what Microsoft calls a tenant, in lower case.
bool is_tenant_name(std::string_view domain);

}  // namespace dmarcq
