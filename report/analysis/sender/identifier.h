// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "report/analysis/sender/catalogue.h"
#include "report/analysis/sender/names.h"
#include "store/queries.h"

namespace dmarcq {

/// How we know who sent a mail, weakest first (DESIGN section 4).
enum class Evidence {
  none,
  claimed,  ///< a name of the service that did not pass: anyone can write it
  network,  ///< the address lies in a published range
  name,     ///< the address's host name; only where names were looked up
  learned,  ///< this address, or this DKIM selector, was authenticated as the service in other rows
  authenticated,  ///< SPF or DKIM passed for a name of the service
  owner,          ///< the owner of the domain says so
};
std::string_view to_text(Evidence) noexcept;

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

/// An address speaks for rows of the same address so many days before and after; so names in a
/// window are learned from so many days beyond it.
inline constexpr Day learn_days = 30;

/// What the keys of rows stand for; store/queries.h Dictionary has it. References must stay valid.
/// policy may be empty or give null.
struct RowLookup {
  std::function<const std::string&(std::int64_t)> domain;
  std::function<const Identity&(std::int64_t)> identity;
  std::function<const PolicyEvaluated&(std::int64_t)> evaluation;
  std::function<const std::string&(std::uint32_t)> reporter;
  std::function<bool(std::uint32_t)> believed;  ///< Dictionary::believed(); nothing is learned from
                                                ///< others. Empty: all are
  std::function<const PolicyPublished*(std::int64_t domain)> policy;
  /// Did the domain ask for this alignment mode of DKIM (else SPF) on one of these days? May be
  /// empty.
  std::function<bool(std::int64_t domain, Alignment, Day first, Day last, bool dkim)> asked_for;
  std::function<std::string(const IpAddress&)> host_name;  ///< opt-in; "" when unknown
  std::span<const AccountName> accounts;  ///< what was ever seen of accounts, whatever the rows;
                                          ///< outlives it
};

/// The names of reporters, sorted: keys are in the order of arrival.
std::vector<std::string> names_of(const ReporterSet&, const RowLookup&);

/// Where the address of a row stands to the service named.
enum class Place {
  unknown,    ///< nothing is known of the address
  home,       ///< the service's own address
  relay,      ///< a mail server of the owner that passed the service's mail on
  elsewhere,  ///< a third party's address: the service's mail came round
};

/// Who sent a row's mail.
struct Sender {
  std::string name;                         ///< the owner's word; "" without one
  std::string service;                      ///< display name; "" when unknown
  ServiceId service_id = ServiceId::other;  ///< of `service`
  std::string route;  ///< Salesforce: salesforce_route; else "" or the owner's
  ServiceClass service_class = ServiceClass::unknown;
  Evidence evidence = Evidence::none;
  Place place = Place::unknown;
  bool ambiguous = false;  ///< the evidence fits several services or routes; `detail` names them
  std::string detail;      ///< why, one phrase without names of single mails: "SPF passes for
                           ///< bnc.salesforce.com"
  std::string via;         ///< who runs the address, where that is not `service`
  ServiceClass via_class = ServiceClass::unknown;
  std::string origin_route;  ///< Salesforce route that the mail began on, where `service` is not
                             ///< Salesforce
  friend bool operator==(const Sender&, const Sender&) = default;
};

/// One way to read a row, for `explain`.
struct Reading {
  Sender sender;
  bool taken = false;
  bool agrees = false;  ///< not taken, but it names the same service and route
  std::string why_not;  ///< for those not taken
};

/// Says who sent the mail of rows. Learns first, from all rows it is shown, what addresses and
/// selectors authenticated as; then names each row by the strongest evidence. Names beat addresses:
/// addresses are shared, forwarded through, and move. Deterministic: the order of rows does not
/// matter. A second call for the same row is cheap. One thread at a time, with one exception: names
/// of rows that were learned, and the const questions, may be asked by another thread while one
/// identifies.
class Identifier {
 public:
  Identifier(RowLookup, Owner = {}, const SenderCatalogue& = SenderCatalogue::built_in());
  ~Identifier();
  Identifier(Identifier&&) noexcept;

  /// May be called several times, e.g. for the 30 days before and after a window. All of it before
  /// the first identify().
  void learn(std::span<const SourceRow>);
  /// Draws the conclusions from all that was learned; the first identify() does it too. Before
  /// const questions are asked without identify().
  void settle();
  /// Equal senders share one position, so rows can be grouped by it.
  std::uint32_t identify(const SourceRow&);
  const Sender& sender(std::uint32_t position) const;
  /// All readings, the one taken first, then by strength.
  std::vector<Reading> readings(const SourceRow&);

  /// The names of a row's identity. The reference holds as long as the Identifier.
  const IdentityNames& names(const SourceRow&);
  /// The tenant that a row's bounce name tells; trust it only where SPF passed.
  std::optional<SalesforceOrg> org(const SourceRow& row) { return names(row).org; }

  /// A (d=, s=) pair as seen passing directly: from a Salesforce address, or with SPF passing for
  /// an own name.
  struct Selector {
    std::string domain, selector;
    std::string service = {}, route = {};  ///< of the direct source; "" when unknown
    ServiceId service_id = ServiceId::other;
    Day first_day = 0, last_day = 0;
    std::uint64_t messages = 0;
    bool authenticated = false;  ///< some row's names said so; else the address's network only
  };
  /// Null when the pair was never seen direct. A Salesforce sighting is kept before any other.
  const Selector* direct_selector(const std::string& domain, const std::string& selector) const;
  /// The same for an own signature of some row's names().
  const Selector* direct_selector(const IdentityNames::Signature&) const;
  /// All pairs of this domain that were.
  std::vector<const Selector*> direct_selectors(const std::string& domain) const;
  /// Did signatures of this domain pass directly, with whatever selector? All that can be asked
  /// where a reporter leaves selectors out.
  bool signs_direct(const std::string& domain) const;
  /// Proven: SPF passed for its bounce name and an aligned signature passed in the same mail. By
  /// org id → own domains.
  const std::map<std::string, std::vector<std::string>>& proven_orgs() const;
  /// Marketing Cloud stacks that carried mail signed for an organisational domain.
  bool is_own_stack(const std::string& own_domain, unsigned stack) const;
  bool knows_stacks_of(const std::string& own_domain) const;
  /// Is the name below `own_domain` or another domain of the same owner: one that has reports or is
  /// declared, of the same client?
  bool is_own_domain(const std::string& name, const std::string& own_domain) const;
  /// Another domain of the same owner, not this one.
  bool is_sibling(const std::string& name, const std::string& own_domain) const;
  /// Is the address one of the owner's servers at the time of the row: of no service, and allowed
  /// by SPF of an own domain, or the origin of mail signed with a key of the owner's?
  bool is_own_server(const SourceRow&);
  bool is_signing_server(const SourceRow&);  ///< the latter
  /// Did a Microsoft 365 tenant ("contoso.onmicrosoft.com") send mail that was authenticated for
  /// this organisational domain?
  bool is_own_tenant(const std::string& own_domain, const std::string& tenant) const;
  /// The owner's word that this mail is not his; null without one. Never of mail that an own name
  /// authenticates.
  const OwnerEntry* disowned(const SourceRow&);

  const Owner& owner() const;
  const RowLookup& lookup() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace dmarcq
