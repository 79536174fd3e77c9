// SPDX-License-Identifier: MIT
#include "report/analysis/failures/failure_groups.h"

#include <algorithm>
#include <limits>
#include <tuple>

#include "report/analysis/sender/salesforce.h"

namespace dmarcq {
namespace {

constexpr std::string_view not_told = "not told";

/// Counts come from strangers.
void add_to(std::uint64_t& sum, std::uint64_t number) {
  sum = number > std::numeric_limits<std::uint64_t>::max() - sum
            ? std::numeric_limits<std::uint64_t>::max()
            : sum + number;
}

std::vector<std::string> list_of(const std::set<std::string>& names) {
  return {names.begin(), names.end()};
}

/// A group while it is summed.
struct OpenGroup {
  FailureGroup group;
  std::set<Day> days;
  std::set<std::string> header_from, reporters, sources, categories;
  std::set<std::tuple<std::string, std::string, Day>> rows;  // address and domain
  struct Vote {
    FailureOrigin origin;
    std::uint64_t reports = 0;
  };
  std::map<std::tuple<std::string, std::string>, Vote> origins;

  void add(const JudgedFailure& failure);
  void add_rows(const JudgedFailure& failure);
  FailureGroup closed() &&;
};

void OpenGroup::add(const JudgedFailure& failure) {
  const FailureReport& report = failure.report;
  group.add(failure);
  if (failure.day > 0) days.insert(failure.day);
  if (!report.header_from.empty()) header_from.insert(report.header_from);
  if (!report.reporter.empty()) reporters.insert(report.reporter);
  if (!failure.marks.category.empty()) categories.insert(failure.marks.category);
  if (report.source_ip) sources.insert(report.source_ip->to_text());
  const FailureOrigin origin = origin_of(failure);
  Vote& vote = origins[{origin_words(origin), origin.org}];
  vote.origin = origin;
  ++vote.reports;
}

void OpenGroup::add_rows(const JudgedFailure& failure) {
  if (!failure.report.source_ip || !failure.rows) return;
  const std::string source = failure.report.source_ip->to_text();
  for (const RowsOfAddress::OfDay& day : failure.rows->days) {
    if (!rows.emplace(source, failure.rows->domain, day.day).second) continue;
    group.has_rows = true;
    add_to(group.messages, day.messages);
    add_to(group.dmarc_fail, day.dmarc_fail);
  }
}

FailureGroup OpenGroup::closed() && {
  group.days = days.size();
  if (!days.empty()) {
    group.first_day = *days.begin();
    group.last_day = *days.rbegin();
  }
  group.header_from = list_of(header_from);
  group.reporters = list_of(reporters);
  group.sources = list_of(sources);
  group.categories = list_of(categories);
  const Vote* most = nullptr;
  for (const auto& [words, vote] : origins)
    if (most == nullptr || std::tuple(vote.origin.service_by, vote.reports) >
                               std::tuple(most->origin.service_by, most->reports))
      most = &vote;
  if (most != nullptr) group.origin = most->origin;
  group.several_origins = origins.size() > 1;
  return std::move(group);
}

}  // namespace

std::string_view to_text(FailureBy by) noexcept {
  switch (by) {
    case FailureBy::source: break;
    case FailureBy::route: return "route";
    case FailureBy::org: return "org";
    case FailureBy::category: return "category";
    case FailureBy::day: return "day";
    case FailureBy::reporter: return "reporter";
  }
  return "source";
}

void FailureSums::add(const JudgedFailure& failure) {
  const FailureReport& report = failure.report;
  if (report.kind != FailureKind::auth_failure) {
    add_to(report.kind == FailureKind::complaint ? complaints : not_spam, report.incidents);
    return;
  }
  ++reports;
  add_to(incidents, report.incidents);
  add_to(fates[static_cast<std::size_t>(fate_of(report))], report.incidents);
  const FailedMechanisms failed = failed_mechanisms(report);
  if (failed.dkim) add_to(dkim_failed, report.incidents);
  if (failed.spf) add_to(spf_failed, report.incidents);
  if (is_let_through(failure)) add_to(let_through, report.incidents);
}

std::string origin_words(const FailureOrigin& origin) {
  if (origin.service.empty()) return "unknown";
  std::string words = origin.service;
  if (!origin.route.empty() && origin.route != salesforce_route::unspecified)
    words += " " + origin.route;
  if (origin.service_by != FailureOrigin::By::rows) words += claimed_words;
  return words;
}

std::string failure_label(const JudgedFailure& failure, FailureBy by) {
  const auto or_not_told = [](std::string text) {
    return text.empty() ? std::string(not_told) : text;
  };
  switch (by) {
    case FailureBy::source: break;
    case FailureBy::route: return origin_words(origin_of(failure));
    case FailureBy::org: {
      const FailureOrigin origin = origin_of(failure);
      if (origin.org.empty()) return std::string(not_told);
      return origin.org_by == FailureOrigin::By::header ? origin.org + std::string(claimed_words)
                                                        : origin.org;
    }
    case FailureBy::category: {
      const std::string& category = failure.marks.category;  // aggregate reports prove none
      return category.empty() ? std::string(not_told) : category + std::string(claimed_words);
    }
    case FailureBy::day: return failure.day > 0 ? iso_date(failure.day) : std::string(not_told);
    case FailureBy::reporter: return or_not_told(failure.report.reporter);
  }
  return or_not_told(failure.report.source_ip ? failure.report.source_ip->to_text() : "");
}

bool is_listed(const JudgedFailure& failure, bool complaints) {
  return (failure.report.kind != FailureKind::auth_failure) == complaints;
}

std::vector<FailureGroup> failure_groups(const std::vector<JudgedFailure>& failures, FailureBy by,
                                         bool complaints) {
  std::map<std::string, OpenGroup> open;
  std::set<std::string> listed;
  for (const JudgedFailure& failure : failures) {
    const std::string label = failure_label(failure, by);
    open[label].add(failure);
    if (!is_listed(failure, complaints)) continue;
    open[label].add_rows(failure);
    listed.insert(label);
  }
  std::vector<FailureGroup> groups;
  for (auto& [label, group] : open) {
    if (!listed.contains(label)) continue;
    groups.push_back(std::move(group).closed());
    groups.back().label = label;
  }
  if (by != FailureBy::day)
    std::ranges::stable_sort(groups, std::ranges::greater{}, [&](const FailureGroup& group) {
      return complaints ? std::tuple(group.complaints, group.not_spam)
                        : std::tuple(group.incidents, group.reports);
    });
  return groups;
}

FailureSums failure_sums(const std::vector<JudgedFailure>& failures) {
  FailureSums sums;
  for (const JudgedFailure& failure : failures) sums.add(failure);
  return sums;
}

std::vector<std::size_t> failure_examples(const std::vector<JudgedFailure>& failures, FailureBy by,
                                          bool complaints, std::size_t most) {
  std::vector<std::size_t> newest_first;
  for (std::size_t i = 0; i < failures.size(); ++i)
    if (is_listed(failures[i], complaints)) newest_first.push_back(i);
  std::ranges::stable_sort(newest_first, std::ranges::greater{},
                           [&](std::size_t i) { return failures[i].day; });
  std::map<std::string, std::size_t> of_group;
  std::vector<std::pair<std::size_t, std::size_t>> in_turn;  // so manieth of its group, and place
  for (const std::size_t i : newest_first)
    in_turn.emplace_back(of_group[failure_label(failures[i], by)]++, i);
  std::ranges::stable_sort(in_turn, {}, &std::pair<std::size_t, std::size_t>::first);
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < std::min(most, in_turn.size()); ++i)
    places.push_back(in_turn[i].second);
  return places;
}

}  // namespace dmarcq
