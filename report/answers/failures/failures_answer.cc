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

/// The rows of one address and organizational domain while they are summed. The day of an aggregate
/// report need not be the UTC day on which a mail arrived, so figures are taken of a day more on
/// both sides.
struct OpenRows {
  std::map<std::tuple<std::string, std::string, bool>, std::uint64_t> senders;  // messages
  std::map<std::string, std::uint64_t> orgs;
  std::map<Day, Totals> days;  ///< from a day before the first failure to one after the last

  RowsOfAddress closed(const std::string& domain, Day of_report) const {
    RowsOfAddress rows{.domain = domain};
    for (Day day = of_report - 1; of_report > 0 && day <= of_report + 1; ++day)
      if (const auto found = days.find(day); found != days.end())
        rows.days.push_back({day, found->second.messages, found->second.dmarc_fail()});
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
    rows.senders[{sender.name.empty() ? sender.service : sender.name, sender.route,
                  sender.evidence == Evidence::claimed}] += row.messages;
    if (verdict.org >= 0)
      rows.orgs[window.judgement().orgs[static_cast<std::size_t>(verdict.org)].org.org_id] +=
          row.messages;
  }
  return found;
}

/// Adds the figures of days, of these sources and no others.
void add_days(Snapshot& snapshot, Filter filter, const std::vector<JudgedFailure>& list,
              JudgedWindow& window, std::map<RowsKey, OpenRows>& found) {
  std::optional<Day> first, last;
  for (const JudgedFailure& failure : list) {
    if (failure.day == 0) continue;
    first = std::min(first.value_or(failure.day), failure.day);
    last = std::max(last.value_or(failure.day), failure.day);
  }
  if (!first || found.empty()) return;
  filter.since = *first - 1;
  filter.until = *last + 1;
  std::set<IpAddress> addresses;
  for (const auto& [key, rows] : found) addresses.insert(key.first);
  each_source_day(snapshot, filter, [&](Day day, const SourceRow& row) {
    if (!addresses.contains(row.source_ip)) return;
    const auto rows =
        found.find({row.source_ip, organizational_domain(window.identifier().names(row).from())});
    if (rows != found.end())
      rows->second.days[day].add(window.dictionary().evaluation(row.evaluation), row.messages);
  });
}

/// The filter with a day more on both sides.
Filter with_neighbouring_days(Filter filter) {
  if (filter.since && *filter.since > 0) --*filter.since;
  if (filter.until) ++*filter.until;
  return filter;
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
  Filter filter = with_neighbouring_days(question.filter);
  if (filter.domains.empty()) filter.domains.assign(domains.begin(), domains.end());
  JudgedWindow window(snapshot, filter, question.today, JudgedWindow::Depth::rows);
  std::map<RowsKey, OpenRows> found = rows_of(window, wanted);
  add_days(snapshot, filter, list, window, found);
  for (JudgedFailure& failure : list) {
    if (failure.asked.empty()) failure.asked = policy_in_force(failure.report, window);
    if (!failure.report.source_ip) continue;
    const std::string domain = organizational_domain(from_of(failure.report));
    const auto rows = found.find({*failure.report.source_ip, domain});
    if (rows != found.end()) failure.rows = rows->second.closed(domain, failure.day);
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

/// The organizational domains that mailed aggregate reports of which it is known, at least in all
/// probability, that they are by whom they name.
std::set<std::string> trusted_reporters(Snapshot& snapshot) {
  std::set<std::string> domains;
  for (const StoredReporter& reporter : snapshot.reporters())
    if (reporter.sender.mail && reporter.sender.trust >= trusted &&
        !reporter.sender.from_domain.empty())
      domains.insert(organizational_domain(reporter.sender.from_domain));
  return domains;
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
  std::optional<std::set<std::string>> reporters;
  using Rank = std::tuple<bool, Day, bool, bool, bool>;
  Rank best;
  snapshot.failure_reports(since, until, [&](const StoredFailure& stored) {
    if (stored.report.kind != FailureKind::auth_failure || !is_wanted(stored.report)) return;
    if (!example) example.emplace();
    ++example->reports;
    const OriginMarks& marks = stored.marks;
    if (!reporters) reporters = trusted_reporters(snapshot);
    const Rank rank{reporters->contains(organizational_domain(stored.report.reporter)), stored.day,
                    !marks.category.empty() || !marks.job.empty(), !marks.salesforce_org.empty(),
                    !stored.report.header_from.empty()};
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
