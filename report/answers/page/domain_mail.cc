// SPDX-License-Identifier: MIT
#include "report/answers/page/domain_mail.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "report/analysis/sender/salesforce.h"

namespace dmarcq {
namespace {

/// A policy is taken for published when so many days in a row show it: a reporter with an old
/// record in its cache makes no change.
constexpr std::size_t steady_days = 3;

bool is_in(const Period& days, Day day) { return day >= days.first && day <= days.last; }

/// What one sender's mail is listed under. Own mail that something blocks needs fixing.
MailGroup group_of(const Stream& stream, const Blocker* blocker) {
  if (stream.standing == Standing::own && blocker == nullptr) return MailGroup::authenticated;
  return group_of_failing(stream.standing);
}

/// Does the blocker ask for a repair of this sender? That it is new, or fell silent, does not.
bool asks_for_repair(const Blocker& blocker) {
  return !blocker.repaired && !std::holds_alternative<BeganRecently>(blocker.reason) &&
         !std::holds_alternative<FellSilent>(blocker.reason) &&
         !std::holds_alternative<ExpectedUnseen>(blocker.reason);
}

const Blocker* blocker_of(const DomainVerdict& verdict, const Stream& stream) {
  for (const Blocker& blocker : verdict.blockers)
    if (asks_for_repair(blocker) && !blocker.label.empty() && blocker.label == stream.label() &&
        blocker.standing == stream.standing)
      return &blocker;
  return nullptr;
}

std::string label_of(const Stream& stream) {
  const bool by_name = !stream.service.empty() && stream.org_id.empty() &&
                       (stream.standing == Standing::own || stream.standing == Standing::possible);
  return by_name ? sender_label(stream.service, stream.route) : sender_title(stream.sender);
}

/// The days on which the published policy changed, as most reporters saw it.
std::vector<PolicyChange> changes_of(const std::string& domain, const Timeline& timeline,
                                     const Period& days) {
  std::vector<PolicyChange> changes;
  const std::vector<SeenPolicy> seen =
      seen_policies(timeline, domain, days.first - static_cast<Day>(2 * steady_days), days.last);
  const SeenPolicy* current = nullptr;
  for (std::size_t i = 0; i < seen.size(); ++i) {
    if (current != nullptr && seen[i].same_policy(*current)) continue;
    const std::size_t end = std::min(seen.size(), i + steady_days);
    const bool holds =
        std::all_of(seen.begin() + static_cast<std::ptrdiff_t>(i),
                    seen.begin() + static_cast<std::ptrdiff_t>(end),
                    [&](const SeenPolicy& next) { return next.same_policy(seen[i]); });
    if (!holds) continue;
    if (current != nullptr && seen[i].text() != current->text() && is_in(days, seen[i].day))
      changes.push_back({seen[i].day, domain, current->text(), seen[i].text()});
    current = &seen[i];
  }
  return changes;
}

std::optional<SeenPolicy> policy_at(const Timeline& timeline, const std::string& domain,
                                    const Period& days) {
  return policy_in_force(timeline.reports(days.first, days.last), domain, days.last);
}

}  // namespace

void Handling::add(std::uint64_t counted, const StreamCount& count) {
  // What is held for a receiver's bad day is in neither figure: nothing can be said of it.
  const std::uint64_t of_policy = count.hits(), refused = std::min(count.rejected, of_policy);
  messages += counted;
  quarantined += of_policy - refused;
  rejected += refused;
}

void Handling::add(const Handling& other) {
  messages += other.messages;
  quarantined += other.quarantined;
  rejected += other.rejected;
}

std::size_t period_of(std::span<const Period> periods, Day day) {
  const auto after = std::ranges::upper_bound(periods, day, {}, &Period::first);
  return static_cast<std::size_t>(after - periods.begin()) - 1;
}

DomainMail domain_mail(const DomainVerdict& verdict, const Streams& streams,
                       const Timeline& timeline, const MailWindow& window) {
  DomainMail mail;
  mail.domain = verdict.domain;
  mail.by_period.resize(window.periods.size());
  const Period before = window.before();
  std::map<std::pair<MailGroup, std::string>, SenderMail> senders;
  for (const Stream& stream : streams.list) {
    const Blocker* blocker = blocker_of(verdict, stream);
    const MailGroup group = group_of(stream, blocker);
    const bool stranger = group_of_failing(stream.standing) == MailGroup::spoofing;
    SenderMail* sender = nullptr;
    for (const StreamCount& count : stream.counts) {
      const bool is_now = is_in(window.days, count.day);
      if (!is_now && !is_in(before, count.day)) continue;
      if (sender == nullptr) {
        sender = &senders[{group, label_of(stream)}];
        sender->periods.resize(window.periods.size());
      }
      add_to(is_now ? mail.now : mail.before, stream.standing, count);
      (is_now ? sender->now : sender->before).add(count);
      if (stream.standing == Standing::own)
        (is_now ? mail.own_now : mail.own_before).add(count.messages(), count);
      if (stranger && count.fail > 0)
        (is_now ? mail.spoofing_now : mail.spoofing_before).add(count.fail, count);
      if (!is_now) continue;
      const std::size_t period = period_of(window.periods, count.day);
      add_to(mail.by_period[period], stream.standing, count);
      sender->periods[period].pass += count.pass();
      sender->periods[period].fail += count.fail;
    }
    if (sender == nullptr) continue;
    sender->group = group;
    if (!stream.from.empty()) sender->from.insert(stream.from);
    if (blocker != nullptr && !sender->blocker) {
      sender->blocker = *blocker;
      sender->blocker_domain = verdict.domain;
    }
  }
  for (auto& [key, sender] : senders) {
    sender.label = key.second;
    mail.senders.push_back(std::move(sender));
  }
  std::ranges::stable_sort(mail.senders, std::ranges::greater{},
                           [](const SenderMail& sender) { return sender.now.messages(); });
  mail.policy_changes =
      changes_of(policy_domain_of(timeline, verdict.domain), timeline, window.days);
  mail.policy_before = policy_at(timeline, verdict.domain, before);
  mail.reports_before = timeline.reports(before.first, before.last).size();
  return mail;
}

std::string route_label(std::string_view route) {
  if (route == salesforce_route::core) return "Core";
  if (route == salesforce_route::marketing_cloud) return "Marketing Cloud";
  if (route == salesforce_route::account_engagement) return "Account Engagement";
  if (route == salesforce_route::marketing_cloud_next) return "Marketing Cloud Next";
  if (route == salesforce_route::email_relay) return "Email Relay";
  if (route == salesforce_route::unspecified) return "(route unknown)";
  return std::string(route);
}

std::string sender_title(std::string_view sender) {
  constexpr std::string_view lead = "Salesforce ";
  if (!sender.starts_with(lead)) return std::string(sender);
  const std::string_view rest = sender.substr(lead.size());
  const std::size_t end = std::min(rest.find(','), rest.size());
  return fmt::format("{}{}{}", lead, route_label(rest.substr(0, end)), rest.substr(end));
}

std::string sender_label(std::string_view service, std::string_view route) {
  if (service.empty()) return "Unknown sender";
  return route.empty() ? std::string(service) : fmt::format("{} {}", service, route_label(route));
}

std::string sender_label(const Sender& sender) {
  return sender_label(sender.name.empty() ? sender.service : sender.name, sender.route);
}

}  // namespace dmarcq
