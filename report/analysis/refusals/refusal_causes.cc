// SPDX-License-Identifier: MIT
#include "report/analysis/refusals/refusal_causes.h"

#include <algorithm>
#include <array>
#include <tuple>

#include "parser/alignment.h"

namespace dmarcq {
namespace {

using Kind = RefusalCause::Kind;

bool is_own_domain(const MailOutcome& mail) {
  return !mail.from_domain->empty() &&
         organizational_domain(*mail.from_domain) == organizational_domain(*mail.recipient_domain);
}

/// 5.7.64 is for mail through a connector, 5.7.68 for mail from anywhere (Direct Send).
bool is_about_connector(const MailOutcome& mail) {
  return smtp_codes(*mail.text).enhanced == "5.7.64" ||
         mail.text->find("Relay Access Denied") != std::string::npos;
}

/// Mail of one From domain and org at one receiver.
using Lane = std::tuple<InternedString, InternedString, InternedString>;
Lane lane_of(const MailOutcome& mail) { return {mail.from_domain, mail.org_id, mail.receiver}; }

struct Refused {
  std::uint64_t mails = 0;
  EpochSeconds last = 0;
};

/// `arrived`: times, in order.
bool is_repaired(const Refused& refused, const std::vector<EpochSeconds>* arrived) {
  if (arrived == nullptr) return false;
  const auto since = std::ranges::upper_bound(*arrived, refused.last);
  const auto before = static_cast<double>(since - arrived->begin());
  const auto after = static_cast<double>(arrived->end() - since);
  const auto mails = static_cast<double>(refused.mails);
  constexpr double rule_of_three = 3;  // expected refusals of which none is a surprise at 95 %
  return after * mails / (mails + before) >= rule_of_three;
}

}  // namespace

std::string_view to_text(Kind kind) noexcept {
  static constexpr std::array<std::string_view, refusal_cause_count> words = {
      "dmarc-enforced",  "authentication", "own-tenant",
      "relay-connector", "own-gateway",    "sender-unverified",
      "reputation",      "content",        "rate",
      "setup",           "recipient",      "receiver-rule",
      "network",         "unknown"};
  return words[static_cast<std::size_t>(kind)];
}

bool is_for_sender(Kind kind) noexcept {
  return kind != Kind::recipient && kind != Kind::receiver_rule && kind != Kind::network &&
         kind != Kind::unknown;
}

Kind cause_of(const WeighedRefusal& refusal) {
  const MailOutcome& mail = *refusal.mail;
  if (refusal.evidence == RefusalEvidence::proven_dmarc) return Kind::dmarc_enforced;
  switch (mail.why) {
    case RefusalClass::sender_unverified: return Kind::sender_unverified;
    case RefusalClass::tenant_route:
      return is_about_connector(mail) ? Kind::relay_connector : Kind::own_tenant;
    case RefusalClass::spoof_local:
      // Gateways say it of other people's domains too, where these fail DMARC.
      return is_own_domain(mail) ? Kind::own_gateway : Kind::receiver_rule;
    case RefusalClass::content: return Kind::content;
    case RefusalClass::rate: return Kind::rate;
    // The receiver names no rule, so the day's reports say what they can.
    case RefusalClass::policy_other:
      return refusal.evidence == RefusalEvidence::reputation ? Kind::reputation : Kind::unknown;
    default: break;
  }
  switch (traits_of(mail.why).fault) {
    case RefusalFault::sender_authentication: return Kind::authentication;
    case RefusalFault::sender_reputation: return Kind::reputation;
    case RefusalFault::sender_setup: return Kind::setup;
    case RefusalFault::recipient: return Kind::recipient;
    case RefusalFault::receiver_rule: return Kind::receiver_rule;
    case RefusalFault::network: return Kind::network;
    case RefusalFault::own_service: return Kind::recipient;
    case RefusalFault::unknown: break;
  }
  return Kind::unknown;
}

void ExampleWords::take(const WeighedRefusal& refusal) {
  const bool tells = sureness_of(refusal) == Sureness::high;
  if (refusal.mail->text->empty() || (tells_ && !tells)) return;
  text_ = *refusal.mail->text;
  tells_ = tells;
}

std::vector<RefusalCause> refusal_causes(std::span<const WeighedRefusal> refusals,
                                         std::span<const MailOutcome> all) {
  std::map<Kind, RefusalCause> by_kind;
  std::map<Kind, std::map<Lane, Refused>> refused_in;
  std::map<Kind, ExampleWords> examples;
  for (const WeighedRefusal& refusal : refusals) {
    const MailOutcome& mail = *refusal.mail;
    const Kind kind = cause_of(refusal);
    RefusalCause& cause = by_kind[kind];
    cause.kind = kind;
    cause.first_day = cause.mails == 0 ? mail.day : std::min(cause.first_day, mail.day);
    cause.last_day = std::max(cause.last_day, mail.day);
    ++cause.mails;
    ++cause.classes[mail.why];
    if (!mail.from_domain->empty()) cause.from_domains.insert(*mail.from_domain);
    if (!mail.org_id->empty()) cause.orgs.insert(*mail.org_id);
    if (!mail.own_words) cause.receivers.insert(*mail.receiver);
    cause.proven += refusal.evidence == RefusalEvidence::proven_dmarc;
    cause.before_dmarc += refusal.evidence == RefusalEvidence::before_dmarc;
    cause.pass_in_reports += refusal.evidence == RefusalEvidence::reputation;
    cause.bounce_managed += mail.bounce_managed;
    examples[kind].take(refusal);
    Refused& refused = refused_in[kind][lane_of(mail)];
    ++refused.mails;
    refused.last = std::max(refused.last, mail.time);
  }
  std::map<Lane, std::vector<EpochSeconds>> arrived_in;  // `all` is by time
  for (const MailOutcome& mail : all)
    if (mail.arrived() && mail.arrived_in_log) arrived_in[lane_of(mail)].push_back(mail.time);
  std::vector<RefusalCause> causes;
  for (auto& [kind, cause] : by_kind) {
    cause.example = examples[kind].text();
    cause.repaired = is_for_sender(kind) &&
                     std::ranges::all_of(refused_in[kind], [&](const auto& entry) {
                       const auto arrived = arrived_in.find(entry.first);
                       return is_repaired(entry.second,
                                          arrived == arrived_in.end() ? nullptr : &arrived->second);
                     });
    causes.push_back(std::move(cause));
  }
  return causes;
}

RefusalSplit refusal_split(std::span<const WeighedRefusal> refusals) {
  RefusalSplit split;
  for (const WeighedRefusal& refusal : refusals) {
    const MailOutcome& mail = *refusal.mail;
    const RefusalTraits traits = traits_of(mail.why);
    if (mail.why == RefusalClass::tenant_route || mail.why == RefusalClass::spoof_local ||
        mail.why == RefusalClass::sender_unverified) {
      ++split.other;  // of the recipient's own organization, or Salesforce's: no operator's word
    } else if (traits.technical || refusal.evidence == RefusalEvidence::proven_dmarc) {
      ++split.technical;
      split.proven += refusal.evidence == RefusalEvidence::proven_dmarc;
      split.technical_at.insert(*mail.receiver);
    } else if (traits.reputation || cause_of(refusal) == Kind::reputation) {
      ++split.reputation;
      split.reputation_at.insert(*mail.receiver);
    } else if (traits.fault == RefusalFault::recipient) {
      ++split.recipient;
    } else {
      ++split.other;
    }
  }
  return split;
}

std::string_view to_text(Sureness sureness) noexcept {
  switch (sureness) {
    case Sureness::high: return "high";
    case Sureness::medium: return "medium";
    case Sureness::low: break;
  }
  return "low";
}

Sureness sureness_of(const WeighedRefusal& refusal) {
  if (refusal.evidence == RefusalEvidence::proven_dmarc) return Sureness::high;
  const RefusalClass why = refusal.mail->why;
  if (why == RefusalClass::unclassified || why == RefusalClass::policy_other) return Sureness::low;
  // The service says what it did by itself, and nobody has an address below .invalid.
  if (why == RefusalClass::suppressed || refusal.mail->is_invalid()) return Sureness::high;
  // Without words of a receiver there is only the category that a service gave it.
  if (refusal.mail->text->empty()) return Sureness::low;
  // The reports say that the mail passed: the words may mean another mail or another identity.
  if (traits_of(why).fault == RefusalFault::sender_authentication &&
      refusal.evidence == RefusalEvidence::reputation)
    return Sureness::low;
  return classify_refusal(*refusal.mail->text) == why ? Sureness::high : Sureness::medium;
}

}  // namespace dmarcq
