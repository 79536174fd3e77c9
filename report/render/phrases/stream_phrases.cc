// SPDX-License-Identifier: MIT
#include "report/render/phrases/stream_phrases.h"

#include <fmt/format.h>

namespace dmarcq {

std::string_view rhythm_words(Rhythm rhythm) noexcept {
  switch (rhythm) {
    case Rhythm::none: break;
    case Rhythm::daily: return "it arrives from one place every day at a steady volume";
    case Rhythm::working_days: return "it arrives on working days, like business mail";
    case Rhythm::weekdays: return "it arrives on the same days of each week, like newsletters";
    case Rhythm::periodic:
      return "it arrives at regular intervals, like newsletters and invoice runs";
    case Rhythm::named: return "it keeps arriving under one name with valid SPF and DKIM";
  }
  return "";
}

std::string reason_words(const StandingExplanation& why, std::string_view org_id) {
  using R = StandingReason;
  switch (why.reason) {
    case R::passes: return "it passes for a name of yours";
    case R::own_relay: return "your relay forwards it";
    case R::declared: return "you declared it";
    case R::own_key: return "it is signed with a key of yours";
    case R::sibling_domain: return "it is authenticated for another domain of yours";
    case R::signing_server: return "other mail of this server is signed with a key of yours";
    case R::authenticated: return "it is authenticated for a name of yours";
    case R::own_org: return "its Salesforce org is yours";
    case R::service_signs: return "the service signs it for a name of yours";
    case R::own_tenant: return "its tenant is yours";
    case R::route_authenticated:
      return "other mail of this route is authenticated for a name of yours";
    case R::one_account:
      return "it alternates with signed mail of the same sender, so it is one account";
    case R::unclaimed_org:
      return fmt::format("Salesforce org {} sends it, and its owner is unknown", org_id);
    case R::listed_by_spf: return "your SPF record lists the address, and its owner is unknown";
    case R::similar_tenant:
      return "the tenant's name resembles yours, but anyone can choose such a name, and none of its mail was authenticated for you";
    case R::default_identity:
      return "it uses the default identity of a service that anyone can use, and nothing proves whose account it is";
    case R::service_network: return "it comes from the service's own network";
    case R::keeps_coming: return std::string(rhythm_words(why.rhythm));
    case R::good_name:
      return "it uses one name with valid SPF and DKIM, which is unusual for spoofing";
    case R::forwarded: return "somebody forwarded it";
    case R::unknown_path: return "its signature is valid, but its path is unknown";
    case R::mailing_list: return "a mailing list forwarded it";
    case R::disowned: return "you declared that it is not yours";
    case R::disowned_org: return "you declared that the org is not yours";
    case R::other_customer: return "another customer of the service sends it";
    case R::broken_signature:
      return "it carries a signature for a name of yours that does not verify";
    case R::copied_signatures:
      return "a burst of signatures that do not verify, copied from real mail";
    case R::no_tie: break;
  }
  return "nothing ties it to you";
}

}  // namespace dmarcq
