// SPDX-License-Identifier: MIT
#include "report/answers/failures/failures_answer.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>

#include "ingest/base/text.h"
#include "parser/alignment.h"
#include "report/answers/base/judged_window.h"
#include "store/scope.h"

namespace dmarcq {
namespace {

/// The domain that the mail claimed to be from.
const std::string& from_of(const FailureReport& report) {
  return report.header_from.empty() ? report.reported_domain : report.header_from;
}

struct DayRange {
  Day since = 0, until = 0;
};
DayRange days_of(const FailuresQuestion& question) {
  const Day since = question.filter.since.value_or(0);
  return {since, question.filter.until.value_or(std::max(question.today, since))};
}

/// Without the header: there may be many reports, and few are shown.
std::vector<JudgedFailure> read_failures(Snapshot& snapshot, FailuresAnswer& answer) {
  std::vector<JudgedFailure> list;
  const DayRange days = days_of(answer.question);
  snapshot.failure_reports(days.since, days.until, [&](const StoredFailure& stored) {
    answer.any = true;
    if (!is_within(stored.report, answer.question.filter)) return;
    JudgedFailure failure{.id = stored.id, .day = stored.day, .marks = stored.marks};
    failure.report = stored.report;
    failure.asked = policy_in(stored.report);
    failure.report.original_header = std::string();
    list.push_back(std::move(failure));
  });
  return list;
}

/// The rows of one address and organizational domain while they are summed.
struct OpenRows {
  std::map<std::tuple<std::string, std::string, bool>, std::uint64_t> senders;  // messages
  std::map<std::string, std::uint64_t> orgs;
  Totals totals;

  RowsOfAddress closed(const std::string& domain) const {
    RowsOfAddress rows{
        .domain = domain, .messages = totals.messages, .dmarc_fail = totals.dmarc_fail()};
    const auto most = std::ranges::max_element(senders, {}, [](const auto& s) { return s.second; });
    if (most != senders.end()) std::tie(rows.service, rows.route, rows.claimed) = most->first;
    std::vector<std::pair<std::uint64_t, std::string>> by_messages;
    for (const auto& [org, messages] : orgs) by_messages.emplace_back(messages, org);
    std::ranges::stable_sort(by_messages, std::ranges::greater{},
                             &std::pair<std::uint64_t, std::string>::first);
    for (auto& [messages, org] : by_messages) rows.orgs.push_back(std::move(org));
    return rows;
  }
};

using RowsKey = std::pair<IpAddress, std::string>;  // and organizational domain

std::map<RowsKey, OpenRows> rows_of(JudgedWindow& window, const std::set<RowsKey>& wanted) {
  std::map<RowsKey, OpenRows> found;
  std::set<IpAddress> addresses;
  for (const auto& [address, domain] : wanted) addresses.insert(address);
  for (std::size_t i = 0; i < window.rows().size(); ++i) {
    const SourceRow& row = window.rows()[i];
    if (!addresses.contains(row.source_ip)) continue;
    const RowsKey key{row.source_ip, organizational_domain(window.identifier().names(row).from())};
    if (!wanted.contains(key)) continue;
    const RowVerdict& verdict = window.judgement().rows[i];
    const Sender& sender = window.judgement().senders[verdict.sender];
    OpenRows& rows = found[key];
    rows.totals.add(window.dictionary().evaluation(row.evaluation), row.messages);
    rows.senders[{sender.name.empty() ? sender.service : sender.name, sender.route,
                  sender.evidence == Evidence::claimed}] += row.messages;
    if (verdict.org >= 0)
      rows.orgs[window.judgement().orgs[static_cast<std::size_t>(verdict.org)].org.org_id] +=
          row.messages;
  }
  return found;
}

/// Adds what aggregate rows say.
void join_rows(Snapshot& snapshot, const FailuresQuestion& question,
               std::vector<JudgedFailure>& list) {
  std::set<RowsKey> wanted;
  std::set<std::string> domains;
  for (const JudgedFailure& failure : list) {
    const std::string& from = from_of(failure.report);
    if (from.empty()) continue;
    domains.insert(organizational_domain(from));
    if (failure.report.source_ip)
      wanted.emplace(*failure.report.source_ip, organizational_domain(from));
  }
  if (domains.empty()) return;
  Filter filter = question.filter;
  if (filter.domains.empty()) filter.domains.assign(domains.begin(), domains.end());
  JudgedWindow window(snapshot, filter, question.today, JudgedWindow::Depth::rows);
  const std::map<RowsKey, OpenRows> found = rows_of(window, wanted);
  for (JudgedFailure& failure : list) {
    if (failure.asked.empty()) failure.asked = policy_in_force(failure.report, window);
    if (!failure.report.source_ip) continue;
    const std::string domain = organizational_domain(from_of(failure.report));
    const auto rows = found.find({*failure.report.source_ip, domain});
    if (rows != found.end()) failure.rows = rows->second.closed(domain);
  }
}

/// Reads the headers of these again: they are left out of the list.
void add_examples(Snapshot& snapshot, FailuresAnswer& answer,
                  const std::vector<JudgedFailure>& list) {
  const FailuresQuestion& question = answer.question;
  std::unordered_map<std::int64_t, std::size_t> place;
  for (const std::size_t i :
       failure_examples(list, question.by, question.complaints, question.examples)) {
    place[list[i].id] = answer.examples.size();
    answer.examples.push_back(list[i]);
  }
  if (place.empty()) return;
  const DayRange days = days_of(question);
  snapshot.failure_reports(days.since, days.until, [&](const StoredFailure& stored) {
    const auto found = place.find(stored.id);
    if (found != place.end())
      answer.examples[found->second].report.original_header = stored.report.original_header;
  });
}

}  // namespace

bool is_within(const FailureReport& report, const Filter& filter) {
  const auto within = [&](const std::string& name) {
    return std::ranges::any_of(
        filter.domains, [&](const std::string& domain) { return at_or_below(name, domain); });
  };
  if (!filter.domains.empty() && !within(report.header_from) && !within(report.reported_domain))
    return false;
  if (filter.networks.empty()) return true;
  return report.source_ip && std::ranges::any_of(filter.networks, [&](const IpNetwork& network) {
           return network.contains(*report.source_ip);
         });
}

std::string policy_in_force(const FailureReport& report, const JudgedWindow& window) {
  const std::string& from = from_of(report);
  if (from.empty()) return {};
  const std::string organizational = organizational_domain(from);
  for (const std::string* domain : {&from, &report.reported_domain, &organizational}) {
    const PolicyPublished* policy = domain->empty() ? nullptr : window.policy(*domain);
    if (policy == nullptr || policy->p.absent()) continue;
    const bool below = is_below(from, *domain);
    return std::string(below && !policy->sp.absent() ? policy->sp.text() : policy->p.text());
  }
  return {};
}

FailuresAnswer failures_answer(Snapshot& snapshot, const FailuresQuestion& question) {
  FailuresAnswer answer{.question = question};
  std::vector<JudgedFailure> list = read_failures(snapshot, answer);
  join_rows(snapshot, question, list);
  answer.groups = failure_groups(list, question.by, question.complaints);
  answer.totals = failure_sums(list);
  for (const JudgedFailure& failure : list) {
    if (failure.day == 0) continue;
    answer.first_day = answer.first_day == 0 ? failure.day
                                             : std::min(answer.first_day, failure.day);
    answer.last_day = std::max(answer.last_day, failure.day);
  }
  if (question.examples > 0) add_examples(snapshot, answer, list);
  return answer;
}

std::optional<FailureExample> failure_example(Snapshot& snapshot, Day since, Day until,
                                              FunctionRef<bool(const FailureReport&)> is_wanted) {
  std::optional<FailureExample> example;
  using Rank = std::tuple<bool, bool, bool, Day>;
  Rank best;
  snapshot.failure_reports(since, until, [&](const StoredFailure& stored) {
    if (stored.report.kind != FailureKind::auth_failure || !is_wanted(stored.report)) return;
    if (!example) example.emplace();
    ++example->reports;
    const OriginMarks& marks = stored.marks;
    const Rank rank{!marks.category.empty() || !marks.job.empty(), !marks.salesforce_org.empty(),
                    !stored.report.header_from.empty(), stored.day};
    if (example->reports > 1 && rank <= best) return;
    best = rank;
    example->failure = {.id = stored.id,
                        .day = stored.day,
                        .report = stored.report,
                        .marks = stored.marks,
                        .rows = {},
                        .asked = policy_in(stored.report)};
  });
  return example;
}

}  // namespace dmarcq
