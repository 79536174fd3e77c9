// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "report/analysis/finding/diagnose.h"
#include "report/analysis/sender/identifier.h"
#include "report/analysis/stream/persistence.h"

namespace dmarcq {

/// Whose mail a stream is: what decides whether its failures count against the owner. A From domain
/// proves nothing; a pass for an own name, an own signature, or the owner's word does.
enum class Standing : std::uint8_t {
  own,  ///< authenticated for an own domain, or declared by the owner, or like other mail that is
  possible,  ///< may well be ours: an unproven Salesforce org, a service's default identity, SPF
             ///< that lists an address nobody named
  unidentified,  ///< fails, and somebody should look: it keeps coming, or comes from a service's
                 ///< own network
  forwarded,     ///< own mail that came round
  mailing_list,
  foreign,  ///< somebody else's tenant or account
  spoofed,  ///< fails, and nothing ties it to the owner
};
inline constexpr std::size_t standing_count = 7;
std::string_view to_text(Standing) noexcept;  ///< "mailing-list"

/// Why mail has its standing, in the order of the standings.
enum class StandingReason : std::uint8_t {
  // own
  passes,               ///< for an own name, though it looks like another customer's mail
  own_relay,            ///< passed on by a relay of the owner
  declared,             ///< the owner named the sender
  own_key,              ///< signed with a key of the owner
  sibling_domain,       ///< authenticated for another domain of the owner
  signing_server,       ///< the server sends other mail with such a signature
  authenticated,        ///< SPF or DKIM passes for an own name
  own_org,              ///< its Salesforce org is the owner's
  service_signs,        ///< the service signs it for a name of yours, though the signature fails
  own_tenant,           ///< the tenant of a mailbox service is the owner's
  route_authenticated,  ///< the same route is authenticated for another From domain of the owner
  one_account,          ///< it takes turns with signed mail of the same sender
  // possible
  unclaimed_org,     ///< a Salesforce org that nobody claimed: Stream::org_id
  listed_by_spf,     ///< an own SPF record lists the address
  similar_tenant,    ///< only the tenant's name, which is free to choose, looks like the owner's
  default_identity,  ///< a service's default identity, which any customer can use
  // unidentified
  service_network,  ///< from the service's own network
  keeps_coming,     ///< with the rhythm that stands beside it
  good_name,        ///< under one name with good SPF and DKIM, on few days so far
  // forwarded, mailing_list
  forwarded,
  unknown_path,  ///< its signature is valid, but its path is unknown
  mailing_list,
  // foreign
  disowned,        ///< the owner said so
  disowned_org,    ///< the owner said so of the Salesforce org
  other_customer,  ///< another customer of the service
  // spoofed
  broken_signature,   ///< with a signature for an own name that does not verify
  copied_signatures,  ///< a burst of such
  no_tie,
};
inline constexpr std::size_t standing_reason_count =
    static_cast<std::size_t>(StandingReason::no_tie) + 1;

/// A reason with what belongs to it.
struct StandingExplanation {
  StandingReason reason = StandingReason::no_tie;
  Rhythm rhythm = Rhythm::none;  ///< with keeps_coming
};

/// What a row's facts leave open, and only the days decide.
enum class OpenStanding : std::uint8_t {
  none,
  stranger,  ///< unidentified if it keeps coming, else spoofed: decide_unexplained()
  account,   ///< another's account of a service: unidentified if it keeps coming, else foreign: the
             ///< same
  identity,  ///< a service's default identity: decide_identities()
  broken,    ///< an own signature broken at a stranger's: decide_copied_signatures()
};

/// By what the sender of a row is called.
enum class Naming : std::uint8_t {
  sender,      ///< the name of a sender whose place is known, else as `stranger`
  stranger,    ///< the name that authenticates the mail, else the address
  via,         ///< who runs the address
  forwarders,  ///< all that left no name, together
  address,
  account,  ///< the tenant, stack or customer of a service
  org,      ///< the service and its Salesforce org
};

/// What decides the standing of a row. Facts that need a look-up are set only for the flow and
/// place that ask for them: see standing_of().
struct KeyFacts {
  Flow flow = Flow::unknown;
  Place place = Place::unknown;
  Evidence evidence = Evidence::none;
  ServiceClass service_class = ServiceClass::unknown;
  bool passes = false, dkim_aligned = false;  ///< as the reporter evaluated
  bool own_signature = false;                 ///< there is one, whatever its result
  bool own_pass = false;                      ///< an own signature verified
  bool spf_pass = false, spf_own = false;
  bool spf_of_service = false;  ///< SPF's name is a service's
  bool guessed = false;         ///< RowVerdict::guessed
  bool named = false;           ///< the sender has a name, and its place is known
  bool via = false;             ///< who runs the address is known
  bool has_org = false;         ///< SPF passed for a Salesforce bounce name
  Ownership org_ownership = Ownership::unproven;
  bool disowned = false;        ///< flow foreign: the owner said so
  bool sibling = false;         ///< flow direct: another domain of the owner authenticates it
  bool signing_server = false;  ///< flow direct, of no service: other mail of the server is signed
  bool new_selector = false;    ///< flow unknown: signed with an own selector that no direct sender
                                ///< is known to use

  bool is_authenticated() const { return passes || own_pass || (spf_pass && spf_own); }
  bool has_foreign_spf() const { return spf_pass && !spf_own; }
};

struct StandingVerdict {
  Standing standing = Standing::spoofed;
  StandingReason reason = StandingReason::no_tie;
  Naming naming = Naming::sender;
  OpenStanding open = OpenStanding::none;
  bool of_service = true;   ///< false: the service and route that were guessed at say nothing
  bool answerable = false;  ///< one declaration of the owner would answer for it

  friend bool operator==(const StandingVerdict&, const StandingVerdict&) = default;
};

/// The rule for one row. Pure.
StandingVerdict standing_of(const KeyFacts&);

}  // namespace dmarcq
