// SPDX-License-Identifier: MIT
#include "report/analysis/stream/standing.h"

#include <array>

namespace dmarcq {
namespace {

constexpr std::array<std::string_view, standing_count> standing_words{
    "own", "possible", "unidentified", "forwarded", "mailing-list", "foreign", "spoofed"};

using S = Standing;
using R = StandingReason;

StandingVerdict own(R reason) { return {.standing = S::own, .reason = reason}; }

StandingVerdict unclaimed_org() {
  return {.standing = S::possible,
          .reason = R::unclaimed_org,
          .naming = Naming::org,
          .answerable = true};
}

/// The account's owner is not known, and `open` tells what the days may show of it.
StandingVerdict of_account(S standing, R reason, OpenStanding open) {
  return {.standing = standing,
          .reason = reason,
          .naming = Naming::account,
          .open = open,
          .answerable = true};
}

Naming name_of_stranger(const KeyFacts& f) {
  return f.has_foreign_spf() ? Naming::stranger : Naming::forwarders;
}

StandingVerdict forwarded(const KeyFacts& f) {
  const bool broken = !f.passes && f.own_signature && !f.own_pass && f.place == Place::unknown &&
                      !f.spf_pass;
  return {.standing = S::forwarded,
          .reason = R::forwarded,
          .naming = f.via ? Naming::via : name_of_stranger(f),
          .open = broken ? OpenStanding::broken : OpenStanding::none};
}

StandingVerdict foreign(const KeyFacts& f) {
  if (f.passes) return own(R::passes);
  if (!f.disowned && f.has_org && f.org_ownership != Ownership::foreign) return unclaimed_org();
  if (!f.disowned && !f.has_org)
    return of_account(S::foreign, R::other_customer, OpenStanding::account);
  const bool by_sender = f.named && f.disowned;
  return {.standing = S::foreign,
          .reason = R::disowned,
          .naming = by_sender ? Naming::sender : Naming::account,
          .answerable = !by_sender};
}

/// Straight from an address of no service.
StandingVerdict direct_of_server(const KeyFacts& f) {
  StandingVerdict verdict = own(R::own_key);
  verdict.naming = Naming::address;
  verdict.of_service = false;
  if (f.dkim_aligned || f.own_pass) return verdict;
  verdict.reason = f.sibling ? R::sibling_domain : R::signing_server;
  if (f.sibling || f.signing_server) return verdict;
  verdict.standing = S::possible;
  verdict.reason = R::listed_by_spf;
  verdict.answerable = true;
  return verdict;
}

/// Straight from a service.
StandingVerdict direct_of_service(const KeyFacts& f) {
  if (f.has_org && f.org_ownership == Ownership::foreign)
    return {.standing = S::foreign, .reason = R::disowned_org};
  if (f.has_org && f.org_ownership == Ownership::unproven && !f.passes && !f.own_pass && !f.sibling)
    return unclaimed_org();
  if (f.is_authenticated()) return own(R::authenticated);
  if (f.has_org && f.org_ownership == Ownership::ours) return own(R::own_org);
  if (f.guessed) return of_account(S::possible, R::similar_tenant, OpenStanding::identity);
  // A service signs for a name only where somebody showed it that the name is his. So this holds
  // for a sender broken long ago, too.
  if (f.own_signature) return own(R::service_signs);
  if (f.sibling) return own(R::sibling_domain);
  if (f.service_class == ServiceClass::mailbox) return own(R::own_tenant);
  if (f.spf_pass && !f.spf_of_service)
    return of_account(S::foreign, R::other_customer, OpenStanding::account);
  return of_account(S::possible, R::default_identity, OpenStanding::identity);
}

StandingVerdict direct(const KeyFacts& f) {
  if (f.place == Place::relay && f.evidence != Evidence::owner) return own(R::own_relay);
  if (f.evidence == Evidence::owner || f.service_class == ServiceClass::own)
    return own(R::declared);
  return f.place == Place::unknown || f.place == Place::elsewhere ? direct_of_server(f)
                                                                  : direct_of_service(f);
}

StandingVerdict unknown(const KeyFacts& f) {
  if (f.passes || f.own_pass) {
    // A key that no direct sender is known to use: a forwarder leaves no SPF pass, or one of its
    // own name with a known key.
    if (f.spf_pass && f.new_selector)
      return {.standing = S::own, .reason = R::own_key, .of_service = false};
    return {.standing = S::forwarded,
            .reason = R::unknown_path,
            .naming = name_of_stranger(f),
            .of_service = false};
  }
  if (f.place == Place::home && f.evidence >= Evidence::network)
    return of_account(S::unidentified, R::service_network, OpenStanding::none);
  return {.standing = S::spoofed,
          .reason = f.own_signature ? R::broken_signature : R::no_tie,
          .naming = Naming::stranger,
          .open = OpenStanding::stranger,
          .of_service = false,
          .answerable = true};
}

}  // namespace

std::string_view to_text(Standing standing) noexcept {
  return standing_words[static_cast<std::size_t>(standing)];
}

StandingVerdict standing_of(const KeyFacts& f) {
  switch (f.flow) {
    case Flow::mailing_list:
      return {.standing = S::mailing_list,
              .reason = R::mailing_list,
              .naming = f.service_class == ServiceClass::list ? Naming::sender : Naming::stranger};
    case Flow::forwarded: return forwarded(f);
    case Flow::foreign: return foreign(f);
    case Flow::direct: return direct(f);
    case Flow::unknown: break;
  }
  return unknown(f);
}

}  // namespace dmarcq
