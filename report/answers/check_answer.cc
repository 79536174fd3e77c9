// SPDX-License-Identifier: MIT
#include "report/answers/check_answer.h"

#include <algorithm>

#include "report/answers/base/timeline_reader.h"

namespace dmarcq {
namespace {

bool concerns(const std::string& domain, const std::vector<std::string>& domains) {
  return domains.empty() || domain.empty() || std::ranges::find(domains, domain) != domains.end();
}

/// The domain in Alert::key().
std::string domain_of_key(const std::string& key) {
  const auto first = key.find('\t');
  if (first == std::string::npos) return {};
  return key.substr(first + 1, key.find('\t', first + 1) - first - 1);
}

std::vector<Alert> alerts_of(Snapshot& snapshot, const CheckQuestion& question,
                             const std::vector<OpenAlert>& told) {
  AlertQuestion asked;
  asked.today = question.today;
  asked.domains = question.domains;
  for (const OpenAlert& alert : told) asked.told.push_back({alert.key, alert.since});
  for (const Problem& problem : snapshot.problems(false))
    asked.problems.push_back({problem.id, problem.reason});
  Filter filter;
  filter.domains = question.domains;
  filter.since = question.today - alert_days;
  filter.until = question.today - 1;
  const StoredTimeline stored(snapshot, filter);
  return find_alerts(stored.timeline(), stored.lookup(), stored.owner(), asked);
}

}  // namespace

bool CheckAnswer::has_news() const {
  return std::ranges::any_of(alerts, [](const One& one) { return !one.told; });
}

CheckAnswer check_answer(Snapshot& snapshot, const CheckQuestion& question) {
  CheckAnswer answer;
  answer.today = question.today;
  const std::vector<OpenAlert> told = snapshot.settings().open_alerts();
  for (Alert& alert : alerts_of(snapshot, question, told)) {
    const auto known = std::ranges::find(told, alert.key(), &OpenAlert::key);
    const bool is_news = known == told.end();
    answer.open.push_back(is_news ? OpenAlert{alert.key(), alert.since, question.today} : *known);
    answer.alerts.push_back(
        {std::move(alert), is_news ? std::nullopt : std::optional<Day>(known->told)});
  }
  // Asked about some domains, only what is remembered of these is renewed.
  for (const OpenAlert& alert : told)
    if (!concerns(domain_of_key(alert.key), question.domains)) answer.open.push_back(alert);
  std::ranges::sort(answer.open, {}, &OpenAlert::key);
  answer.is_remembered =
      std::ranges::equal(answer.open, told, [](const OpenAlert& a, const OpenAlert& b) {
        return a.key == b.key && a.since == b.since && a.told == b.told;
      });
  return answer;
}

void remember_told(Store& store, const CheckAnswer& answer) {
  if (!answer.is_remembered) store.settings().set_open_alerts(answer.open);
}

}  // namespace dmarcq
