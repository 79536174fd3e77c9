// SPDX-License-Identifier: MIT
#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "report/analysis/change.h"
#include "report/answers/page/page_parts.h"

namespace dmarcq {
namespace {

constexpr std::size_t most_changes = 8;

/// What needs somebody comes first.
int order_of(MailGroup group) {
  switch (group) {
    case MailGroup::needs_fixing: return 0;
    case MailGroup::unidentified: return 1;
    case MailGroup::authenticated: return 2;
    case MailGroup::forwarded: return 3;
    case MailGroup::spoofing:
    case MailGroup::temporary: break;
  }
  return 4;
}

void merge(SenderMail& into, const SenderMail& other) {
  into.group = other.group;
  into.label = other.label;
  into.now.add(other.now);
  into.before.add(other.before);
  into.periods.resize(other.periods.size());
  for (std::size_t i = 0; i < other.periods.size(); ++i) {
    into.periods[i].pass += other.periods[i].pass;
    into.periods[i].fail += other.periods[i].fail;
  }
  into.from.insert(other.from.begin(), other.from.end());
  if (!into.blocker && other.blocker) {
    into.blocker = other.blocker;
    into.blocker_domain = other.blocker_domain;
  }
}

struct SenderTotals {
  std::uint64_t messages = 0, passed = 0;  ///< without temporary errors, as in the table
  void add(const StreamCount& count) {
    messages += count.judged();
    passed += count.pass();
  }
};

/// Senders that are there before and now, or only on one side.
void compare_senders(Changes& changes, const std::vector<SenderMail>& senders) {
  std::map<std::string, std::pair<SenderTotals, SenderTotals>> totals;
  for (const SenderMail& sender : senders) {
    // Who passes mail on, or sends under this name without right, comes and goes by chance.
    if (sender.group == MailGroup::forwarded || sender.group == MailGroup::spoofing) continue;
    auto& [before, now] = totals[sender.label];
    before.add(sender.before);
    now.add(sender.now);
  }
  for (const auto& [name, both] : totals) {
    const auto& [before, now] = both;
    const ChangedSender change{name, before.messages, before.passed, now.messages, now.passed};
    if (before.messages == 0 && now.messages == 0) continue;
    if (before.messages == 0)
      changes.appeared.push_back(change);
    else if (now.messages == 0)
      changes.gone.push_back(change);
    else {
      const Change told =
          change_between({before.passed, before.messages}, {now.passed, now.messages});
      if (told == Change::worse) changes.worse.push_back(change);
      if (told == Change::better) changes.better.push_back(change);
    }
  }
  const auto cut = [](std::vector<ChangedSender>& list, std::size_t* more, auto key) {
    std::ranges::stable_sort(list, std::ranges::greater{}, key);
    if (more != nullptr && list.size() > most_changes) *more = list.size() - most_changes;
    list.resize(std::min(list.size(), most_changes));
  };
  cut(changes.appeared, &changes.appeared_more, &ChangedSender::after);
  cut(changes.gone, &changes.gone_more, &ChangedSender::before);
  cut(changes.worse, nullptr, &ChangedSender::after);
  cut(changes.better, nullptr, &ChangedSender::after);
}

}  // namespace

void fill_senders(StakeholderPage& page, const PageQuestion& question) {
  // What blocks one domain is not said of another.
  std::map<std::tuple<MailGroup, std::string, std::string>, SenderMail> senders;
  for (const DomainMail& mail : page.mail)
    for (const SenderMail& sender : mail.senders)
      merge(senders[{sender.group, sender.label, sender.blocker_domain}], sender);
  for (auto& [key, sender] : senders) {
    // One that no name is known of is called by its address, or by a network of IPv6.
    if (const auto place = IpNetwork::parse(sender.label))
      sender.network = network_words(question.networks, place->address);
    page.senders.push_back(std::move(sender));
  }
  std::ranges::stable_sort(page.senders, [](const SenderMail& a, const SenderMail& b) {
    return std::tuple(order_of(a.group), b.now.messages()) <
           std::tuple(order_of(b.group), a.now.messages());
  });
}

void fill_changes(StakeholderPage& page, Snapshot& snapshot, const PageQuestion& question) {
  Changes& changes = page.changes;
  const Day days = page.window.last - page.window.first + 1;
  changes.before = Period{page.window.first - days, page.window.first - 1};
  std::ranges::stable_sort(changes.policies, {}, &PolicyChange::day);
  for (const Note& note : snapshot.settings().notes({})) {
    const bool concerns = note.domain.empty() || question.domains.empty() ||
                          std::ranges::find(page.domains, note.domain) != page.domains.end();
    if (concerns && note.day >= changes.before.first && note.day <= page.window.last)
      changes.notes.push_back({note.day, note.domain, note.text});
  }
  if (changes.reports_before > 0) compare_senders(changes, page.senders);
}

}  // namespace dmarcq
