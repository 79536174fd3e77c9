// SPDX-License-Identifier: MIT
#include "report/analysis/sender/candidate.h"

#include <functional>
#include <string>
#include <string_view>

namespace dmarcq {
namespace {

/// Sender::detail.
std::string detail(const Candidate& c, const SenderWords& words) {
  const auto value = c.line == nullptr ? std::string() : c.line->value;
  const auto shown = [](InternedString word) {
    return word == nullptr ? std::string("another service") : *word;
  };
  switch (c.basis) {
    case Basis::nothing:
      return "no name passed or is known, and the address is in no published network";
    case Basis::owner_entry:
      return "your entry: " + std::string(to_text(c.entry->kind)) + " " + c.entry->value;
    case Basis::owner_relay: return "your relay " + c.entry->value;
    case Basis::owner_relay_salesforce:
      return "your relay " + c.entry->value + " passed on mail with Salesforce's marks";
    case Basis::spf_pass: return "SPF passes for " + value;
    case Basis::dkim_pass: return "a signature by " + value + " passes";
    case Basis::dkim_pass_elsewhere:
      return "a signature by " + value + " passes, but the address is not the service's";
    case Basis::selector_at_home:
      return "signed for your domain with a selector that Salesforce uses";
    case Basis::selector_relay:
      return "signed by Salesforce for your domain and sent by a server that your SPF allows";
    case Basis::relay:
      return "Salesforce's bounce envelope under your signature, delivered by a server that carries more of this mail than Salesforce itself: your Email Relay";
    case Basis::selector_elsewhere:
      return "signed for your domain with a selector that Salesforce uses, but not sent by Salesforce";
    case Basis::address:
      return "the address was authenticated as " + *c.service +
             (c.ambiguous ? ", among others," : "") + " in other rows, at most 30 days off";
    case Basis::host: return "host name fits " + value;
    case Basis::network: return "address in " + value;
    case Basis::network_shape:
      return "Salesforce address in " + value + "; envelope or selector look like " +
             shown(c.route);
    case Basis::network_shared:
      return c.service == words.salesforce
                 ? "address in " + value +
                       ", which carries Marketing Cloud and Account Engagement; no name decides"
                 : "address in " + value + ", which several services use; no name decides";
    case Basis::network_claimed:
      return "Salesforce address in " + value + " with an envelope of " + shown(c.route);
    case Basis::claimed_spf:
      return "the envelope names " + value + ", but SPF does not pass: anyone can write it";
    case Basis::claimed_dkim:
      return "a signature names " + value + ", but does not pass: anyone can write it";
    case Basis::claimed_signed:
      return "the envelope names " + value +
             " without SPF pass; your own signature passes, so the mail is genuine and came round";
  }
  return {};
}

}  // namespace

std::size_t HashCandidate::operator()(const Candidate& c) const {
  std::size_t hash = static_cast<std::size_t>(c.basis) * 31 +
                     static_cast<std::size_t>(c.place) * 7 + static_cast<std::size_t>(c.evidence) +
                     c.ambiguous;
  for (const void* const p :
       {static_cast<const void*>(c.service), static_cast<const void*>(c.route),
        static_cast<const void*>(c.line), static_cast<const void*>(c.entry),
        static_cast<const void*>(c.via), static_cast<const void*>(c.origin_route)})
    hash = hash * 1'000'003 ^ std::hash<const void*>()(p);
  return hash;
}

Sender make_sender(const Candidate& c, const SenderWords& words) {
  Sender sender;
  if (c.entry != nullptr) sender.name = c.entry->name;
  sender.service = text_of(c.service);
  sender.service_id = service_id(sender.service);
  if (c.route != nullptr)
    sender.route = *c.route;
  else if (c.service == words.salesforce)
    sender.route = *words.unspecified;
  sender.service_class = c.service_class;
  sender.evidence = c.evidence;
  sender.place = c.place;
  sender.ambiguous = c.ambiguous;
  sender.detail = detail(c, words);
  sender.via = text_of(c.via);
  sender.via_class = c.via_class;
  sender.origin_route = text_of(c.origin_route);
  return sender;
}

}  // namespace dmarcq
