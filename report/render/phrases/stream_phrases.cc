// SPDX-License-Identifier: MIT
#include "report/render/phrases/stream_phrases.h"

#include <fmt/format.h>

namespace dmarcq {

std::string_view rhythm_words(Rhythm rhythm) noexcept {
  switch (rhythm) {
    case Rhythm::none: break;
    case Rhythm::daily: return "it comes from one place day after day at a steady pace";
    case Rhythm::working_days: return "it comes on working days, as business mail does";
    case Rhythm::weekdays: return "it comes on the same days of each week, as newsletters do";
    case Rhythm::periodic:
      return "it comes at regular intervals, as newsletters and invoice runs do";
    case Rhythm::named: return "it comes again and again under one name with good SPF and DKIM";
  }
  return "";
}

std::string reason_words(const StandingExplanation& why, std::string_view org_id) {
  using R = StandingReason;
  switch (why.reason) {
    case R::passes: return "it passes for an own name";
    case R::own_relay: return "your relay passes it on";
    case R::declared: return "you declared it";
    case R::own_key: return "it is signed with a key of yours";
    case R::sibling_domain: return "it is authenticated for another domain of yours";
    case R::signing_server: return "other mail of this server is signed with a key of yours";
    case R::authenticated: return "it is authenticated for an own name";
    case R::own_org: return "its Salesforce org is yours";
    case R::service_signs: return "the service signs it for an own name";
    case R::own_tenant: return "its tenant is yours";
    case R::route_authenticated: return "other mail of this route is authenticated for an own name";
    case R::one_account: return "it takes turns with signed mail of the same sender: one account";
    case R::unclaimed_org:
      return fmt::format("Salesforce org {} sends it, and nobody said whose that is", org_id);
    case R::listed_by_spf: return "your SPF record lists the address, and nobody said whose it is";
    case R::similar_tenant:
      return "the tenant's name looks like yours, which anybody can choose, and no mail of it was authenticated for you";
    case R::default_identity:
      return "it is sent under the default identity of a service that anybody can use, and nothing proves whose account it is";
    case R::service_network: return "it comes from the service's own network";
    case R::keeps_coming: return std::string(rhythm_words(why.rhythm));
    case R::good_name:
      return "it comes under one name with good SPF and DKIM, which spoofers seldom keep";
    case R::forwarded: return "somebody forwarded it";
    case R::unknown_path: return "its signature is good, the way it came is not known";
    case R::mailing_list: return "a mailing list passed it on";
    case R::disowned: return "you said that it is not yours";
    case R::disowned_org: return "the org is not yours: you said so";
    case R::other_customer: return "another customer of the service sends it";
    case R::broken_signature: return "it carries a signature for an own name that does not verify";
    case R::copied_signatures:
      return "a burst of signatures that do not verify: copied from real mail";
    case R::no_tie: break;
  }
  return "nothing ties it to you";
}

}  // namespace dmarcq
