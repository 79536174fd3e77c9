// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "report/analysis/sender/names.h"
#include "report/analysis/sender/network_table.h"
#include "store/model.h"

namespace dmarcq {

/// One thing the owner of the domains declares. It beats all that reports and catalogue say.
struct OwnerEntry {
  enum class Kind {
    network,        ///< value: CIDR. These addresses are `service`/`name`
    spf_domain,     ///< SPF passes for this domain or below
    dkim_domain,    ///< DKIM passes with d= this domain or below
    dkim_selector,  ///< DKIM passes for an own domain with this selector; or
                    ///< "selector._domainkey.domain"
    org,            ///< value: Salesforce org id, 15 or 18 characters; `ours` tells whose
    mailing_list,   ///< SPF passes for this domain or below, or the address lies in this CIDR: a
                    ///< list
    relay,  ///< CIDR, or a service's name: mail of ours goes out this way (Salesforce Email Relay,
            ///< a smarthost)
    no_mail,   ///< this domain (exactly) sends no mail at all
    verified,  ///< this From domain was verified in Salesforce, on day `since`
  };
  Kind kind = Kind::network;
  std::string value = {};
  std::string name = {};                 ///< the owner's word for it
  std::string service = {}, route = {};  ///< may be empty
  bool ours = true;  ///< false: somebody else's. For an org, or any that names a sender (network to
                     ///< dkim_selector)
  Day since = 0;     ///< verified only
};
inline constexpr std::size_t owner_entry_kinds = 9;
std::string_view to_text(OwnerEntry::Kind) noexcept;  ///< "spf-domain"

/// What the owner knows that reports do not say.
struct Owner {
  std::vector<OwnerEntry> entries;
  std::vector<std::string> domains;  ///< own domains besides the policy domains of the rows: all
                                     ///< that have reports in the database
  std::vector<std::vector<std::string>> clients;  ///< domains of different clients are strangers to
                                                  ///< each other; those in no list are one more
                                                  ///< client
};

/// The organizational domains of the owner: declared, or with reports. Each belongs to one client.
class OwnDomains {
 public:
  explicit OwnDomains(const Owner&);
  /// A policy domain of the rows: its organizational domain is the owner's.
  void add(std::string_view policy_domain);
  bool contains(std::string_view organizational) const { return domains_.contains(organizational); }
  /// Is `other` another domain of the same client as `own`? Both are organizational domains.
  bool is_sibling(std::string_view other, std::string_view own) const;

 private:
  std::size_t client(std::string_view own) const;  ///< 0: of no list
  std::set<std::string, std::less<>> domains_;
  std::map<std::string, std::size_t, std::less<>> clients_;
};

/// The owner's entries, ready to be held against rows. Immutable: any thread may ask.
class OwnerRules {
 public:
  explicit OwnerRules(Owner);
  OwnerRules(const OwnerRules&) = delete;  // answers point into it
  OwnerRules& operator=(const OwnerRules&) = delete;

  const Owner& owner() const { return owner_; }  ///< names in lower case
  /// The entries whose network holds the address, the most specific network first: positions for
  /// network_entry().
  std::span<const std::uint32_t> networks_of(const IpAddress& address) const {
    return networks_.holding(address);
  }
  const OwnerEntry& network_entry(std::uint32_t position) const {
    return *network_entries_[position];
  }
  /// The owner's word that this mail is not his; null without one. Never of mail that an own name
  /// authenticates.
  const OwnerEntry* disowned(const SourceRow&, const IdentityNames&) const;

 private:
  Owner owner_;
  NetworkTable networks_;
  std::vector<const OwnerEntry*> network_entries_;
  bool some_disowned_ = false;  ///< mostly there is none, and no row is looked at
};

/// Does an entry dkim_domain or dkim_selector name this signature? `own`: it is of the row's own
/// organizational domain. Never for other kinds.
bool names_signature(const OwnerEntry&, const DkimAuthResult&, bool own);

}  // namespace dmarcq
