// SPDX-License-Identifier: MIT
#include "report/analysis/refusals/mail_outcome.h"

#include <algorithm>
#include <array>

#include "ingest/base/seeded_hash.h"
#include "ingest/base/text.h"
#include "parser/alignment.h"
#include "parser/delivery/return_path.h"
#include "parser/message_auth/address_list.h"
#include "report/analysis/refusals/mail_operator.h"
#include "report/analysis/sender/salesforce.h"

namespace dmarcq {
namespace {

constexpr EpochSeconds seconds_a_day = 86'400;
/// Salesforce tries for 24 hours.
constexpr EpochSeconds tried_for = seconds_a_day;

/// Subcategories of Marketing Cloud's bounces (help.salesforce.com K387252), where the receiver's
/// words say nothing.
struct Category {
  std::string_view code;
  RefusalClass why;
};
constexpr std::array<Category, 15> categories = {{
    {"2001", RefusalClass::unknown_user},
    {"2002", RefusalClass::rcpt_dns},
    {"2003", RefusalClass::unknown_user},
    {"3001", RefusalClass::mailbox_full},
    {"3002", RefusalClass::disabled},
    {"3003", RefusalClass::rcpt_network},
    {"1001", RefusalClass::rep_ip},
    {"1002", RefusalClass::content},
    {"1004", RefusalClass::content},
    {"1005", RefusalClass::content},
    {"1009", RefusalClass::rate},
    {"1010", RefusalClass::auth_any},
    {"4001", RefusalClass::rcpt_system},
    {"4002", RefusalClass::format},
    {"4003", RefusalClass::rcpt_network},
}};

RefusalClass class_of_category(std::string_view stage) {
  const std::size_t slash = stage.rfind('/');
  if (slash == stage.npos) return RefusalClass::unclassified;
  const std::string_view code = stage.substr(slash + 1);
  const auto found = std::ranges::find(categories, code, &Category::code);
  return found == categories.end() ? RefusalClass::unclassified : found->why;
}

/// What DeliveryEvent::more says under a name; "" when it says nothing.
std::string_view value_in(std::string_view more, std::string_view name) {
  while (!more.empty()) {
    const std::size_t end = std::min(more.find('\n'), more.size());
    const std::string_view line = more.substr(0, end);
    if (line.starts_with(name) && line.substr(name.size()).starts_with(": "))
      return line.substr(name.size() + 2);
    more.remove_prefix(std::min(end + 1, more.size()));
  }
  return {};
}

}  // namespace

std::string_view to_text(FinalState state) noexcept {
  static constexpr std::array<std::string_view, final_state_count> names = {
      "delivered", "refused",    "expired",    "under-way",
      "stuck",     "never-sent", "complained", "unsubscribed"};
  return names[static_cast<std::size_t>(state)];
}

std::string address_key(std::string_view address) { return lower(trimmed(address)); }

std::uint64_t hash_of_address(std::string_view address) {
  return SeededHash()(address_key(address));
}

bool MailOutcome::is_invalid() const { return at_or_below(*recipient_domain, "invalid"); }

RefusalClass MailLedger::class_of(InternedString text, std::string_view stage) {
  const auto [entry, added] = classes_.try_emplace(text);
  if (added) entry->second = classify_refusal(*text);
  return entry->second == RefusalClass::unclassified ? class_of_category(stage) : entry->second;
}

/// From, org and recipient: the same in all events of a mail, but one source may leave some out.
void MailLedger::describe(MailOutcome& outcome, const StoredDelivery& delivery) {
  const DeliveryView& event = delivery.event;
  if (event.source != DeliverySource::dsn || outcome.recipient_domain == nullptr)
    outcome.source = event.source;
  outcome.recipient_domain = words_[delivery.recipient_domain];
  if (!event.recipient.empty()) outcome.recipient_hash = hash_of_address(event.recipient);
  const bool is_known = outcome.from_domain != nullptr && !outcome.from_domain->empty() &&
                        !outcome.org_id->empty();
  if (is_known) return;
  std::string from = domain_in(event.header_from), org;
  if (!event.envelope_sender.empty()) {
    const ReturnPath path = stored_return_path(event.envelope_sender);
    if (from.empty() && !path.header_from.empty()) from = domain_in(path.header_from);
    if (from.empty() && path.kind == ReturnPath::Kind::plain) from = path.domain;
    outcome.bounce_managed |= path.kind == ReturnPath::Kind::salesforce_core;
    if (const auto found = decode_bounce_name(path.domain)) org = found->org_id;
  }
  // Without bounce management, the mail that came back has the org in its header.
  if (org.empty()) org = whole_org_id(value_in(event.more, "X-SFDC-LK"));
  if (outcome.from_domain == nullptr || outcome.from_domain->empty())
    outcome.from_domain = words_[from];
  if (outcome.org_id == nullptr || outcome.org_id->empty()) outcome.org_id = words_[org];
}

void MailLedger::take(Mail& mail, const StoredDelivery& delivery) {
  const DeliveryView& event = delivery.event;
  MailOutcome& outcome = mail.outcome;
  mail.last = std::max(mail.last, event.time);
  if (event.source != DeliverySource::dsn) {
    outcome.refused_in_log |= event.state == DeliveryState::refused ||
                              event.state == DeliveryState::delayed ||
                              event.state == DeliveryState::suppressed;
    outcome.arrived_in_log |= event.state == DeliveryState::delivered ||
                              event.state == DeliveryState::complained ||
                              event.state == DeliveryState::unsubscribed;
  }
  bool decides = false;
  // What weighs more is not replaced by what weighs less: refused > delivered > refused for now.
  switch (event.state) {
    case DeliveryState::refused:
      decides = !mail.refused || event.time >= outcome.time;
      mail.refused = true;
      break;
    case DeliveryState::delivered:
      decides = !mail.refused && (!mail.delivered || event.time >= outcome.time);
      mail.delivered = true;
      break;
    case DeliveryState::delayed:
      decides = !mail.refused && !mail.delivered && (!mail.delayed || event.time >= outcome.time);
      mail.delayed = true;
      ++outcome.attempts;
      break;
    case DeliveryState::suppressed:
      decides = !mail.refused && !mail.delivered;
      mail.suppressed = true;
      break;
    case DeliveryState::complained: mail.complained = decides = true; break;
    case DeliveryState::unsubscribed:
      decides = !mail.complained;
      mail.unsubscribed = true;
      break;
    case DeliveryState::received: decides = outcome.time == 0; break;
  }
  if (!decides) return;
  outcome.time = event.time;
  outcome.day = static_cast<Day>(event.time / seconds_a_day);
  const bool failed = event.state == DeliveryState::refused ||
                      event.state == DeliveryState::delayed ||
                      event.state == DeliveryState::suppressed;
  const bool shows_address = failed || event.state == DeliveryState::complained ||
                             event.state == DeliveryState::unsubscribed;
  outcome.text = words_[failed ? event.text : std::string_view()];
  outcome.recipient = words_[shows_address ? event.recipient : std::string_view()];
  outcome.why = failed ? class_of(outcome.text, event.stage) : RefusalClass::unclassified;
  if (event.state == DeliveryState::suppressed && outcome.why == RefusalClass::unclassified)
    outcome.why = RefusalClass::suppressed;
  outcome.own_words = failed &&
                      (is_own_words(event.text) || outcome.why == RefusalClass::sender_unverified);
  outcome.receiver = words_[operator_of(delivery.recipient_domain, event.remote_host,
                                        failed ? event.text : std::string_view())];
}

/// Where the mail is in mails_; the size of that when it is a new one.
std::size_t MailLedger::position_of(const StoredDelivery& delivery) {
  const DeliveryView& event = delivery.event;
  const auto next = static_cast<std::uint32_t>(mails_.size());
  // An id of a service is unique within that service alone.
  std::uint64_t mail = 0;
  if (!event.message_id.empty())
    mail = SeededHash()(event.message_id);
  else if (!event.queue_id.empty())
    mail = SeededHash()(event.queue_id) + static_cast<std::uint64_t>(event.source) + 1;
  else
    return next;
  mail *= 0x9E3779B97F4A7C15u;
  const std::uint64_t in_domain = mail ^ SeededHash()(delivery.recipient_domain);
  if (event.recipient.empty()) return forgotten_.try_emplace(in_domain, next).first->second;
  const auto [own, added] = by_key_.try_emplace(mail ^ SeededHash()(event.recipient), next);
  if (!added) return own->second;
  const auto earlier = forgotten_.find(in_domain);
  if (earlier != forgotten_.end() && mails_[earlier->second].forgotten)
    own->second = earlier->second;
  return own->second;
}

void MailLedger::add(const StoredDelivery& delivery) {
  const DeliveryView& event = delivery.event;
  EpochSeconds& last = event.source == DeliverySource::dsn ? last_bounce_ : last_in_log_;
  last = std::max(last, event.time);
  const std::size_t position = position_of(delivery);
  if (position == mails_.size()) mails_.emplace_back().forgotten = true;
  Mail& mail = mails_[position];
  mail.forgotten &= event.recipient.empty();
  describe(mail.outcome, delivery);
  take(mail, delivery);
}

std::vector<MailOutcome> MailLedger::finish(Day today) {
  const EpochSeconds latest = (EpochSeconds{today} + 1) * seconds_a_day;
  const EpochSeconds end_of_log = std::min(last_in_log_, latest),
                     end_of_all = std::min(std::max(last_in_log_, last_bounce_), latest);
  std::vector<MailOutcome> outcomes;
  outcomes.reserve(mails_.size());
  for (Mail& mail : mails_) {
    MailOutcome& outcome = mail.outcome;
    const bool bounces_alone = outcome.source == DeliverySource::dsn;
    const bool old = mail.last + tried_for <= (bounces_alone ? end_of_all : end_of_log);
    if (mail.complained)
      outcome.state = FinalState::complained;
    else if (mail.unsubscribed)
      outcome.state = FinalState::unsubscribed;
    else if (outcome.is_invalid() || (mail.suppressed && !mail.refused && !mail.delivered))
      outcome.state = FinalState::never_sent;
    else if (mail.refused)
      outcome.state = FinalState::refused;
    else if (mail.delivered)
      outcome.state = FinalState::delivered;
    else if (mail.delayed)
      outcome.state = old ? FinalState::expired : FinalState::under_way;
    else
      outcome.state = old ? FinalState::stuck : FinalState::under_way;
    if (outcome.state == FinalState::never_sent && outcome.is_invalid())
      outcome.why = RefusalClass::rcpt_dns;
    for (InternedString* text : {&outcome.text, &outcome.recipient, &outcome.receiver})
      if (*text == nullptr) *text = words_[""];
    outcomes.push_back(outcome);
  }
  mails_.clear();
  std::ranges::stable_sort(outcomes, {}, &MailOutcome::time);
  return outcomes;
}

}  // namespace dmarcq
