// SPDX-License-Identifier: MIT
#include "store/snapshot.h"

#include <algorithm>
#include <map>
#include <set>

#include "store/base/error.h"

namespace dmarcq {
namespace {

/// Calls back with each report that counts, as reports() orders them.
template <class Take>
void each_counted(Snapshot& snapshot, const DomainDays& days, Take&& take) {
  std::vector<std::pair<std::int64_t, std::int64_t>> listed;
  snapshot.reports(days, Which::counted, [&](std::int64_t report, std::int64_t reporter) {
    listed.emplace_back(report, reporter);
  });
  for (const auto& [report, reporter] : listed)
    if (const std::optional<ReportInfo> info = snapshot.report(report)) take(*info, reporter);
}

}  // namespace

void DomainFigures::add(const DomainFigures& day) {
  const bool first = reports == 0;
  first_day = first ? day.first_day : std::min(first_day, day.first_day);
  last_day = first ? day.last_day : std::max(last_day, day.last_day);
  for (const auto sum : {&DomainFigures::reports, &DomainFigures::records, &DomainFigures::messages,
                         &DomainFigures::unusable_records, &DomainFigures::unusable_messages})
    this->*sum = capped_sum(this->*sum, day.*sum);
  totals.add(day.totals);
}

const std::string& Snapshot::newer() const {
  static const std::string of_this_program;
  return of_this_program;
}

void Snapshot::roll_up(std::span<const DomainDays> asked,
                       FunctionRef<void(const DomainFigures&)> take) {
  for (const DomainDays& days : asked) {
    std::map<Day, DomainFigures> by_day;
    each_counted(*this, days, [&](const ReportInfo& report, std::int64_t) {
      DomainFigures& figures = by_day[report.day];
      figures.domain = days.domain;
      figures.add({.domain = days.domain,
                   .reports = 1,
                   .records = report.records,
                   .messages = report.messages,
                   .first_day = report.day,
                   .last_day = report.day,
                   .unusable_records = report.unusable_records,
                   .unusable_messages = report.unusable_messages,
                   .totals = report.totals});
    });
    for (const auto& [day, figures] : by_day) take(figures);
  }
}

void Snapshot::heads(const DomainDays& days, const std::string& domain_name,
                     FunctionRef<void(ReportHead&, std::int64_t)> take) {
  std::vector<std::pair<ReportHead, std::int64_t>> list;
  each_counted(*this, days, [&](const ReportInfo& report, std::int64_t reporter) {
    list.push_back({{.id = report.id,
                     .domain = domain_name,
                     .day = report.day,
                     .begin = report.begin,
                     .end = report.end,
                     .messages = report.messages,
                     .policy = report.policy,
                     .trust = report.sender.trust,
                     .from_mail = report.sender.mail},
                    reporter});
  });
  std::ranges::stable_sort(list, {}, [](const auto& entry) { return entry.first.day; });
  for (auto& [head, reporter] : list) take(head, reporter);
}

void Snapshot::figures_of_reports(const DomainDays& days,
                                  FunctionRef<void(const ReportFigures&)> take) {
  each_counted(*this, days, [&](const ReportInfo& report, std::int64_t reporter) {
    take({report.id, reporter, report.day, report.unusable_records, report.unusable_messages,
          report.totals});
  });
}

DatabaseInfo Snapshot::storage_info() {
  DatabaseInfo info;
  items([&](const StoredItem& item) {
    ++info.items;
    switch (item.outcome) {
      case Outcome::stored: ++info.stored; break;
      case Outcome::duplicate: ++info.duplicate; break;
      case Outcome::not_a_report: ++info.not_a_report; break;
      case Outcome::problem: ++info.problem; break;
    }
  });
  return info;
}

void Snapshot::ask(std::string_view, FunctionRef<void(const std::vector<std::string>&)>,
                   FunctionRef<void(const std::vector<SqlValue>&)>) {
  throw StoreError(StoreError::Kind::usage, "dmarcq cannot ask this kind of database in SQL");
}

void Snapshot::backup(const std::filesystem::path&) {
  throw StoreError(StoreError::Kind::usage, "dmarcq cannot back up this kind of database");
}

void Snapshot::deliveries(Day, Day, FunctionRef<void(const StoredDelivery&)>) {}

void Snapshot::delivery_logs(FunctionRef<void(const StoredDeliveryLog&)>) {}

void Snapshot::tls_reports(Day, Day, FunctionRef<void(const StoredTlsReport&)>) {}

void Snapshot::failure_reports(Day, Day, FunctionRef<void(const StoredFailure&)>) {}

void Snapshot::contents(FunctionRef<bool(const Digest&)>, FunctionRef<void(StoredContents&&)>) {
  throw StoreError(StoreError::Kind::usage, "dmarcq cannot copy this kind of database");
}

std::optional<DocumentStanding> Snapshot::standing(std::int64_t) {
  throw StoreError(StoreError::Kind::usage, "dmarcq cannot copy this kind of database");
}

std::vector<RowsOfDay> Snapshot::rows_of_days(std::span<const DomainDays> asked) {
  std::vector<RowsOfDay> days;
  roll_up(asked, [&](const DomainFigures& day) {
    days.push_back({day.domain, day.first_day, static_cast<std::int64_t>(day.records)});
  });
  return days;
}

std::vector<ReportedSpan> Snapshot::reported_spans(std::span<const DomainDays> asked) {
  std::vector<ReportedSpan> spans;
  roll_up(asked, [&](const DomainFigures& day) {
    if (spans.empty() || spans.back().domain != day.domain)
      spans.push_back({day.domain, day.first_day, day.first_day});
    spans.back().last = day.first_day;
  });
  return spans;
}

void Snapshot::reporters_of_reports(std::span<const DomainDays> asked,
                                    FunctionRef<void(std::int64_t, std::int64_t)> take) {
  for (const DomainDays& days : asked)
    figures_of_reports(days,
                       [&](const ReportFigures& report) { take(report.report, report.reporter); });
}

void Snapshot::reporters_of(const DomainDays& days, FunctionRef<bool(std::int64_t)> take) {
  bool more = true;
  figures_of_reports(days,
                     [&](const ReportFigures& report) { more = more && take(report.reporter); });
}

void Snapshot::reporting_days(const DomainDays& days, FunctionRef<void(Day, std::int64_t)> take) {
  std::set<std::pair<Day, std::int64_t>> seen;
  figures_of_reports(
      days, [&](const ReportFigures& report) { seen.emplace(report.day, report.reporter); });
  for (const auto& [day, reporter] : seen) take(day, reporter);
}

}  // namespace dmarcq
