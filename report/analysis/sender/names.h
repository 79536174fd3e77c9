// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "ingest/base/seeded_hash.h"
#include "report/analysis/sender/catalogue.h"
#include "report/analysis/sender/salesforce.h"
#include "report/analysis/words.h"
#include "store/base/by_id.h"
#include "store/model.h"

namespace dmarcq {

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
  InternedString own_word() const {
    return own_;
  }  ///< the same: one place for equal ones of a
     ///< reader

  // SPF for MAIL FROM: of several results the one that says most (a pass before a fail). Results
  // for HELO are not names of a sender.
  const std::string& spf_domain() const {
    return *spf_domain_;
  }  ///< envelope_from where no result names one
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
  InternedString own_ = nullptr;
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
  Words own_domains_;
  std::unordered_map<std::string, InternedString, SeededHash> organizational_;  // by From domain
  std::unordered_map<std::string, std::uint32_t, SeededHash> keys_;  // domain, NUL, selector
  std::unordered_map<const DkimAuthResult*, std::map<InternedString, Signatures>>
      signatures_;  // by the set, then by the own domain
};

/// The names of rows, read once for each identity: there are fewer of these than rows, and each row
/// asks several times. Names stay where they are as long as this does. One thread at a time, but
/// for rows that were asked for before: those are only looked up.
class RowNames {
 public:
  /// `lookup` and catalogue outlive it.
  RowNames(const RowLookup& lookup, const SenderCatalogue& catalogue)
      : lookup_(lookup), reader_(catalogue) {}
  const IdentityNames& of(const SourceRow&);
  /// How many were read: each IdentityNames::number is below it.
  std::size_t count() const { return names_.size(); }

 private:
  std::uint32_t read(const SourceRow&);
  static constexpr std::uint32_t look_by_domain = UINT32_MAX;
  const RowLookup& lookup_;
  NameReader reader_;
  std::deque<IdentityNames> names_;
  Pages<std::uint32_t> by_identity_;  // by key: a position in names_ and one, or look_by_domain
  std::map<std::pair<std::int64_t, std::int64_t>, std::uint32_t> by_domain_;  // identities without
                                                                              // a From domain
};

}  // namespace dmarcq
