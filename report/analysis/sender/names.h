// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "ingest/base/seeded_hash.h"
#include "report/analysis/sender/catalogue.h"
#include "report/analysis/sender/salesforce.h"
#include "store/queries.h"

namespace dmarcq {

/// What the signatures of an identity say to an own domain, whatever else it has. "Own" is all that
/// shares the organisational domain of the From domain.
struct SignatureNames {
  struct Signature {
    std::uint32_t index = 0;  ///< into Identity::dkim
    std::uint32_t key = 0;  ///< own only: the number of the pair (d=, s=) among the reader's, from
                            ///< 0 on, whatever the case
    bool own = false, pass = false, failed = false, temperror = false;  ///< failed: a result that
                                                                        ///< is neither pass nor
                                                                        ///< temperror nor none
    const CatalogueLine* service = nullptr;                             ///< owner of d=
  };
  std::span<const Signature> signatures;  ///< without those that have no d= (some reporters list
                                          ///< empty ones); in the reader: identities share them
  bool own_pass = false, own_failed = false, own_temperror = false;  ///< an own signature with such
                                                                     ///< a result is there
  std::vector<const CatalogueLine*> hints;  ///< of selectors of own signatures that pass; to an
                                            ///< identity also of its SPF name, if that passed
  std::optional<unsigned> stack;            ///< Marketing Cloud stack, from a name that passed
};

/// What the names in one identity say, whatever the address.
struct IdentityNames : SignatureNames {
  const Identity* identity = nullptr;
  std::uint32_t number = 0;  ///< among those that one Identifier knows, from 0 on
  const std::string& from() const {
    return *from_;
  }  ///< header_from; where it is missing, the policy domain
  const std::string& own() const { return *own_; }  ///< its organisational domain

  // SPF for MAIL FROM: of several results the one that says most (a pass before a fail). Results
  // for HELO are not names of a sender.
  const std::string& spf_domain() const {
    return *spf_domain_;
  }                              ///< envelope_from where no result names one
  std::optional<SpfResult> spf;  ///< absent: no result, or an unknown word
  bool spf_pass = false, spf_own = false;
  const CatalogueLine* spf_service = nullptr;  ///< owner of spf_domain, whether or not it passed;
                                               ///< never set for own names

  const CatalogueLine* dkim_service = nullptr;  ///< a service whose own signature passes; SPF's,
                                                ///< then Salesforce before others
  const CatalogueLine* dkim_claimed = nullptr;  ///< one whose signature is there but does not pass

  std::optional<SalesforceOrg> org;  ///< decoded from spf_domain, passed or not

  bool has_own_signature() const { return own_pass || own_failed || own_temperror; }
  const DkimAuthResult& signature(const Signature& s) const { return identity->dkim[s.index]; }
  bool hints_at(ServiceId service, std::string_view route) const;

 private:
  friend class NameReader;
  const std::string* from_ = nullptr;  // into the identity, or what outlives it: there may be a
                                       // million of these
  const std::string* own_ = nullptr;
  const std::string* spf_domain_ = nullptr;
};

/// Reads identities, remembering what repeats. One thread at a time.
class NameReader {
 public:
  explicit NameReader(const SenderCatalogue& catalogue) : catalogue_(catalogue) {}
  /// Identity and policy domain stay where they are as long as the reader lives, and the reader as
  /// long as the result.
  IdentityNames read(const Identity&, const std::string& policy_domain);

 private:
  struct Signatures {
    SignatureNames names;
    std::vector<SignatureNames::Signature> list;  ///< what `names` shows
  };
  const SignatureNames& signatures_of(const IdentityNames&);
  std::uint32_t key_of(const DkimAuthResult&);
  const SenderCatalogue& catalogue_;
  std::unordered_map<std::string, std::vector<const CatalogueLine*>, SeededHash> selector_hints_;
  std::unordered_map<std::string, std::string, SeededHash> organizational_;
  std::unordered_map<std::string, std::uint32_t, SeededHash> keys_;  // domain, NUL, selector
  std::unordered_map<const DkimAuthResult*, std::map<const std::string*, Signatures>>
      signatures_;  // by the set, then by the own domain
};

}  // namespace dmarcq
