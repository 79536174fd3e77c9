// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "report/cli/cmd.h"
#include "report/cli/database.h"
#include "report/cli/dates.h"
#include "report/cli/filters.h"
#include "report/cli/listing.h"
#include "report/render/numbers.h"

namespace dmarcq {
namespace {

void sort_reports(std::vector<ReportInfo>& reports, const Selection& selection) {
  if (selection.sort.empty()) return;
  const auto by = [&](auto key) {
    std::ranges::stable_sort(reports, [&](const ReportInfo& a, const ReportInfo& b) { return selection.descending ? key(b) < key(a) : key(a) < key(b); });
  };
  if (selection.sort == "id") by([](const ReportInfo& r) { return r.id; });
  else if (selection.sort == "begin") by([](const ReportInfo& r) { return r.begin; });
  else if (selection.sort == "end") by([](const ReportInfo& r) { return r.end; });
  else if (selection.sort == "reporter") by([](const ReportInfo& r) { return r.org_name; });
  else if (selection.sort == "domain") by([](const ReportInfo& r) { return r.domain; });
  else if (selection.sort == "records") by([](const ReportInfo& r) { return r.records; });
  else if (selection.sort == "messages") by([](const ReportInfo& r) { return r.messages; });
}

/// Does it begin after today? Then its reporter's clock is wrong, or it is forged; other commands leave it out.
bool is_from_the_future(const ReportInfo& report, Day today) { return report.begin >= (static_cast<EpochSeconds>(today) + 1) * 86'400; }

void write_element(JsonWriter& json, const ReportInfo& report, Day today) {
  json.object().member("id", report.id).member_or_null("org_name", report.org_name).member_or_null("report_id", report.report_id);
  json.member_or_null("domain", report.domain).member("begin", rfc3339(report.begin)).member("end", rfc3339(report.end));
  json.member("records", report.records).member("messages", report.messages);
  json.member("deviations", static_cast<std::uint64_t>(report.deviations.size())).member("future", is_from_the_future(report, today)).end();
}

ResultTable table_of(const std::vector<ReportInfo>& reports) {
  ResultTable table;
  table.columns = {
      {.key = "id", .title = "id", .right = true},
      {.key = "org_name", .title = "reporter", .least = 12},
      {.key = "report_id", .title = "report id", .give_way = 1, .least = 12},
      {.key = "domain", .title = "domain", .least = 12},
      {.key = "begin", .title = "begin", .give_way = 4},
      {.key = "end", .title = "end", .give_way = 3},
      {.key = "records", .title = "records", .right = true},
      {.key = "messages", .title = "messages", .right = true},
      {.key = "deviations", .title = "deviations", .right = true, .give_way = 2},
  };
  for (const ReportInfo& report : reports)
    table.rows.push_back({static_cast<std::uint64_t>(report.id), report.org_name, report.report_id, report.domain, AtTime{report.begin}, AtTime{report.end},
                          report.records, report.messages, static_cast<std::uint64_t>(report.deviations.size())});
  return table;
}

}  // namespace

Exit run_reports(const Args& args, Io& io) {
  const Day now = today();
  Selection selection = selection_of(args, now);
  Store store = open_for_reading(settings_of(args), io);
  const Format format = format_of(args);
  // A stream in the order of the store needs no memory; sorting needs them all.
  if (format == Format::ndjson && selection.sort.empty() && !selection.limit) {
    JsonWriter json(io.out);
    each_report(store, selection.filter, [&](const ReportInfo& report) {
      write_element(json, report, now);
      json.finish();
    });
    return Exit::done;
  }
  std::vector<ReportInfo> reports;
  std::uint64_t messages = 0, future = 0;
  each_report(store, selection.filter, [&](const ReportInfo& report) {
    messages += report.messages;
    future += is_from_the_future(report, now);
    reports.push_back(report);
  });
  const std::size_t all = reports.size();
  sort_reports(reports, selection);
  if (selection.limit && *selection.limit < reports.size()) reports.resize(*selection.limit);
  if (all == 0) say_nothing_found(io, store, selection);

  Listing listing;
  listing.schema = "dmarcq.reports/1";
  listing.name = "reports";
  listing.size = reports.size();
  listing.element = [&](JsonWriter& json, std::size_t i) { write_element(json, reports[i], now); };
  listing.table = [&] { return table_of(reports); };
  if (all > 0) {
    std::string& line = listing.below.emplace_back(fmt::format("{}, {}", counted(all, "report"), counted(messages, "message")));
    if (reports.size() < all) line += fmt::format("; {} not shown", with_thousands(all - reports.size()));
    if (future > 0)
      listing.below.push_back(fmt::format("{} after today: a wrong clock, or forged. Other commands leave {} out.", counted(future, "report begins", "reports begin"),
                                          future == 1 ? "it" : "them"));
  }
  show(io, format, listing);
  if (format == Format::table && !reports.empty()) say_next(io, fmt::format("next: dmarcq reports show {}", reports.front().id));
  return Exit::done;
}

}  // namespace dmarcq
