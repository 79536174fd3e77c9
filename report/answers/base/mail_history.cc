// SPDX-License-Identifier: MIT
#include "report/answers/base/mail_history.h"

#include <algorithm>

#include "ingest/base/text.h"
#include "store/scope.h"

namespace dmarcq {
namespace {

/// A mail of the first day may have been sent the day before.
constexpr Day margin = 2;

}  // namespace

MailHistory::MailHistory(Snapshot& snapshot, std::optional<Day> since, std::optional<Day> until,
                         Told told, Day today) {
  snapshot.deliveries(std::max<Day>(since.value_or(0) - margin, 0),
                      std::min<Day>(until.value_or(last_possible_day) + margin, last_possible_day),
                      [&](const StoredDelivery& delivery) {
                        if (told == Told::by_logs && delivery.event.source == DeliverySource::dsn)
                          return;
                        any_logs_ = true;
                        ledger_.add(delivery);
                      });
  outcomes_ = ledger_.finish(today);
  for (std::size_t i = 0; i < outcomes_.size(); ++i)
    by_from_[outcomes_[i].from_domain].push_back(i);
}

std::vector<MailOutcome> MailHistory::of(const std::vector<std::string>& domains) const {
  if (domains.empty()) return outcomes_;
  std::vector<std::size_t> found;
  for (const auto& [from, mails] : by_from_)
    if (std::ranges::any_of(domains,
                            [&](const std::string& domain) { return at_or_below(*from, domain); }))
      found.insert(found.end(), mails.begin(), mails.end());
  std::ranges::sort(found);
  std::vector<MailOutcome> outcomes;
  outcomes.reserve(found.size());
  for (const std::size_t i : found) outcomes.push_back(outcomes_[i]);
  return outcomes;
}

}  // namespace dmarcq
