// SPDX-License-Identifier: MIT
#include "report/answers/base/listed_reports.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "store/scope.h"

namespace dmarcq {
namespace {

/// Does the filter ask for a part of the rows that its reports have: by address, or by a domain
/// below their policy domain?
bool asks_for_parts(Snapshot& snapshot, const Filter& filter) {
  return !filter.networks.empty() || scope_of(snapshot, filter).any_by_header_from;
}

/// What the filter's rows come to in each report that has some. Reads all rows of the window: where
/// nothing asks for parts, the reports' own totals say the same.
std::map<std::int64_t, Totals> totals_by_report(Snapshot& snapshot, const Filter& filter) {
  std::map<std::int64_t, Totals> totals;
  each_day_row(snapshot, filter, [&](const DayRow& row) {
    if (filter.networks.empty() ||
        std::ranges::any_of(filter.networks, [&](const IpNetwork& network) {
          return network.contains(row.source_ip);
        }))
      totals[row.report].add(snapshot.dictionary().evaluation(row.evaluation), row.messages);
  });
  return totals;
}

/// Looks at each report and decides whether it is listed, and with which figures.
class ReportChooser {
 public:
  ReportChooser(Snapshot& snapshot, const ReportsQuestion& question) : question_(question) {
    const Filter& filter = question.selection.filter;
    // Compared with all that the reporters ever said of these domains.
    if (question.suspicious)
      each_report(snapshot, {.domains = filter.domains},
                  [&](const ReportInfo& report) { suspicions_.add(report); });
    // The rows of a distrusted report are in no answer: there, the whole report counts.
    if (question.which == Which::counted && asks_for_parts(snapshot, filter))
      of_rows_ = totals_by_report(snapshot, filter);
  }

  std::optional<ListedReport> look_at(const ReportInfo& report) const {
    const Selection& selection = question_.selection;
    ListedReport listed{report, report.totals, {}};
    if (of_rows_) {
      const auto found = of_rows_->find(report.id);
      if (found == of_rows_->end() && !selection.filter.networks.empty()) return std::nullopt;
      listed.totals = found == of_rows_->end() ? Totals{} : found->second;
    }
    if (selection.failing && listed.totals.dmarc_fail() == 0) return std::nullopt;
    if (question_.suspicious) {
      listed.suspicions = suspicions_.of(report, question_.today);
      if (listed.suspicions.empty()) return std::nullopt;
    }
    return listed;
  }

 private:
  const ReportsQuestion& question_;
  Suspicions suspicions_;
  std::optional<std::map<std::int64_t, Totals>> of_rows_;
};

template <class Key>
void order(std::vector<ListedReport>& reports, bool descending, Key key) {
  std::ranges::stable_sort(reports, [&](const ListedReport& a, const ListedReport& b) {
    return descending ? key(b) < key(a) : key(a) < key(b);
  });
}

void sort_reports(std::vector<ListedReport>& reports, const std::string& sort, bool down) {
  using Listed = ListedReport;
  if (sort.empty() || sort == "day")
    order(reports, sort.empty() || down, [](const Listed& l) { return l.report.day; });
  else if (sort == "id")
    order(reports, down, [](const Listed& l) { return l.report.id; });
  else if (sort == "begin")
    order(reports, down, [](const Listed& l) { return l.report.begin; });
  else if (sort == "end")
    order(reports, down, [](const Listed& l) { return l.report.end; });
  else if (sort == "reporter")
    order(reports, down, [](const Listed& l) -> const auto& { return l.report.reporter; });
  else if (sort == "domain")
    order(reports, down, [](const Listed& l) -> const auto& { return l.report.domain; });
  else if (sort == "records")
    order(reports, down, [](const Listed& l) { return l.report.records; });
  else if (sort == "messages")
    order(reports, down, [](const Listed& l) { return l.totals.messages; });
  else if (sort == "fail")
    order(reports, down, [](const Listed& l) { return l.totals.dmarc_fail(); });
}

}  // namespace

void each_listed_report(Snapshot& snapshot, const ReportsQuestion& question,
                        FunctionRef<void(ListedReport)> take) {
  const ReportChooser chooser(snapshot, question);
  std::vector<std::pair<Day, std::int64_t>> ids;
  each_report(
      snapshot, question.selection.filter,
      [&](const ReportInfo& report) { ids.emplace_back(report.day, report.id); }, question.which);
  std::ranges::stable_sort(ids, std::ranges::greater{}, &std::pair<Day, std::int64_t>::first);
  for (const auto& [day, id] : ids)
    if (const std::optional<ReportInfo> report = snapshot.report(id))
      if (std::optional<ListedReport> listed = chooser.look_at(*report)) take(std::move(*listed));
}

void each_listed_report_as_stored(Snapshot& snapshot, const ReportsQuestion& question,
                                  FunctionRef<void(ListedReport)> take) {
  const ReportChooser chooser(snapshot, question);
  each_report(
      snapshot, question.selection.filter,
      [&](const ReportInfo& report) {
        if (std::optional<ListedReport> listed = chooser.look_at(report)) take(std::move(*listed));
      },
      question.which);
}

std::vector<ListedReport> listed_reports(Snapshot& snapshot, const ReportsQuestion& question) {
  std::vector<ListedReport> reports;
  each_listed_report_as_stored(snapshot, question,
                               [&](ListedReport listed) { reports.push_back(std::move(listed)); });
  sort_reports(reports, question.selection.sort, question.selection.descending);
  return reports;
}

}  // namespace dmarcq
