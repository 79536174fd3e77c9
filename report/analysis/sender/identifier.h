// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "report/analysis/sender/catalogue.h"
#include "report/analysis/sender/evidence.h"
#include "report/analysis/sender/learned/direct_selectors.h"
#include "report/analysis/sender/names.h"
#include "report/analysis/sender/owner.h"
#include "store/model.h"

namespace dmarcq {

/// Says who sent the mail of rows. First learns, from all rows it is shown, what addresses and
/// selectors authenticated as; then names each row by the strongest evidence (identify.h). The
/// order of rows does not matter. A second call for the same row is cheap.
///
/// Threads: conclude() makes what was learned final, so any thread may ask the const questions from
/// then on; but sender(), which belongs to identify(). The others fill caches and belong to one
/// thread, with one exception: names(), org(), disowned(), is_own_server() and is_signing_server()
/// of a row that was learned only look up, and may be asked beside an identify().
class Identifier {
 public:
  Identifier(RowLookup, Owner = {}, const SenderCatalogue& = SenderCatalogue::built_in());
  ~Identifier();
  Identifier(Identifier&&) noexcept;

  /// May be called several times, e.g. for the 30 days before and after a window. Throws
  /// std::logic_error after conclude(), which makes what was learned final.
  void learn(std::span<const SourceRow>);
  /// Draws the conclusions from all that was learned, before const questions are asked. The first
  /// identify() and readings() do it too.
  void conclude();
  /// Equal senders share one position, so rows can be grouped by it.
  std::uint32_t identify(const SourceRow&);
  const Sender& sender(std::uint32_t position) const;
  /// All readings, the one taken first, then by strength.
  std::vector<Reading> readings(const SourceRow&);

  /// The names of a row's identity. The reference holds as long as the Identifier.
  const IdentityNames& names(const SourceRow&);
  /// How many it has read: each IdentityNames::number is below it.
  std::size_t name_count() const;
  /// The tenant that a row's bounce name tells; trust it only where SPF passed.
  std::optional<SalesforceOrg> org(const SourceRow& row) { return names(row).org; }

  using Selector = DirectSelector;
  /// Null when the pair was never seen direct. One at Salesforce stands before all others.
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
