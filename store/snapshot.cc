// SPDX-License-Identifier: MIT
#include "store/snapshot.h"

#include <algorithm>
#include <set>

namespace dmarcq {

void DomainFigures::add(const DomainFigures& day) {
  const bool first = reports == 0;
  first_day = first ? day.first_day : std::min(first_day, day.first_day);
  last_day = first ? day.last_day : std::max(last_day, day.last_day);
  for (const auto sum : {&DomainFigures::reports, &DomainFigures::records, &DomainFigures::messages,
                         &DomainFigures::unusable_records, &DomainFigures::unusable_messages})
    this->*sum = capped_sum(this->*sum, day.*sum);
  totals.add(day.totals);
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
