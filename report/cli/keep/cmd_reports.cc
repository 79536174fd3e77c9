// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "report/analysis/suspicion.h"
#include "report/cli/args/database.h"
#include "report/cli/args/dates.h"
#include "report/cli/args/filters.h"
#include "report/cli/cmd.h"
#include "report/cli/listing.h"
#include "report/render/numbers.h"
#include "report/render/paragraph.h"
#include "report/render/phrases/trust_phrases.h"

namespace dmarcq {
namespace {

/// A report, and why it is suspicious when that was asked.
struct Listed {
  ReportInfo report;
  std::vector<std::string> suspicions;
};

void sort_reports(std::vector<Listed>& reports, const Selection& selection) {
  if (selection.sort.empty()) return;
  const auto by = [&](auto key) {
    std::ranges::stable_sort(reports, [&](const Listed& a, const Listed& b) {
      return selection.descending ? key(b.report) < key(a.report) : key(a.report) < key(b.report);
    });
  };
  if (selection.sort == "id")
    by([](const ReportInfo& r) { return r.id; });
  else if (selection.sort == "begin")
    by([](const ReportInfo& r) { return r.begin; });
  else if (selection.sort == "end")
    by([](const ReportInfo& r) { return r.end; });
  else if (selection.sort == "reporter")
    by([](const ReportInfo& r) { return r.reporter; });
  else if (selection.sort == "domain")
    by([](const ReportInfo& r) { return r.domain; });
  else if (selection.sort == "records")
    by([](const ReportInfo& r) { return r.records; });
  else if (selection.sort == "messages")
    by([](const ReportInfo& r) { return r.messages; });
}

void write_element(JsonWriter& json, const Listed& listed, Day today, bool suspicious) {
  const ReportInfo& report = listed.report;
  json.object()
      .member("id", report.id)
      .member_or_null("org_name", report.org_name)
      .member_or_null("report_id", report.report_id);
  json.member_or_null("domain", report.domain)
      .member("begin", rfc3339(report.begin))
      .member("end", rfc3339(report.end));
  json.member("records", report.records).member("messages", report.messages);
  json.member("deviations", static_cast<std::uint64_t>(report.deviations.size()))
      .member("future", is_from_the_future(report, today));
  json.member("reporter", report.reporter)
      .member("trust", to_text(report.sender.trust))
      .member_or_null("sent_by", report.sender.from_domain)
      .member("why", trust_text(report));
  if (suspicious) json.member("suspicions", listed.suspicions);
  json.end();
}

Tone tone_of(Trust trust) {
  return trust == Trust::contradictory ? Tone::bad
         : trust == Trust::verified    ? Tone::good
                                       : Tone::plain;
}

ResultTable table_of(const std::vector<Listed>& reports) {
  ResultTable table;
  table.columns = {
      {.key = "id", .title = "id", .right = true},
      {.key = "org_name", .title = "org name", .shown = Column::Shown::data_only},
      {.key = "reporter", .title = "reporter", .min_width = 12},
      {.key = "trust", .title = "trust"},
      {.key = "report_id", .title = "report id", .drop_order = 1, .min_width = 12},
      {.key = "domain", .title = "domain", .min_width = 12},
      {.key = "begin", .title = "begin", .drop_order = 4},
      {.key = "end", .title = "end", .drop_order = 3},
      {.key = "records", .title = "records", .right = true},
      {.key = "messages", .title = "messages", .right = true},
      {.key = "deviations", .title = "deviations", .right = true, .drop_order = 2},
  };
  for (const auto& [report, suspicions] : reports)
    table.rows.push_back(
        {static_cast<std::uint64_t>(report.id), report.org_name, report.reporter,
         Cell(std::string(to_text(report.sender.trust)), tone_of(report.sender.trust)),
         report.report_id, report.domain, AtTime{report.begin}, AtTime{report.end}, report.records,
         report.messages, static_cast<std::uint64_t>(report.deviations.size())});
  return table;
}

std::vector<std::string> texts_of(const std::vector<Suspicion>& suspicions,
                                  const ReportInfo& report) {
  std::vector<std::string> texts;
  for (const Suspicion& suspicion : suspicions) texts.push_back(suspicion_text(suspicion, report));
  return texts;
}

/// The reasons of suspicion, and what to type next.
void write_after_table(Io& io, const std::vector<Listed>& reports, bool suspicious, Which which) {
  if (suspicious) {
    io.out << '\n';
    const unsigned width =
        io.out_terminal.width == 0 ? 100 : std::clamp(io.out_terminal.width, 40u, 100u);
    for (const auto& [report, reasons] : reports)
      for (const std::string& reason : reasons)
        write_paragraph(io.out, fmt::format("{:>6}  ", report.id), reason, width);
    say_next(
        io,
        fmt::format(
            "next: dmarcq reports show {0}; dmarcq reports distrust {0} excludes it from every answer",
            reports.front().report.id));
  } else if (which == Which::distrusted) {
    say_next(io, fmt::format("next: dmarcq reports trust {} lets it count again",
                             reports.front().report.id));
  } else {
    say_next(io, fmt::format("next: dmarcq reports show {}", reports.front().report.id));
  }
}

/// The lines below a table that leaves something out, or has reports from the future.
std::vector<std::string> lines_below(std::size_t shown, std::size_t all, std::uint64_t messages,
                                     std::uint64_t future) {
  std::vector<std::string> lines;
  if (all == 0) return lines;
  std::string& line = lines.emplace_back(
      fmt::format("{}, {}", counted(all, "report"), counted(messages, "message")));
  if (shown < all) line += fmt::format("; {} not shown", with_thousands(all - shown));
  if (future > 0)
    lines.push_back(fmt::format(
        "{} after today: a wrong clock, or forged. Other commands leave {} out.",
        counted(future, "report begins", "reports begin"), future == 1 ? "it" : "them"));
  return lines;
}

}  // namespace

Exit run_reports(const Args& args, Io& io) {
  const Day now = today();
  Selection selection = selection_of(args, now);
  const std::unique_ptr<Snapshot> snapshot = open_for_reading(settings_of(args), io);
  const Format format = format_of(args);
  const bool suspicious = args.has("--suspicious");
  const Which which = args.has("--distrusted") ? Which::distrusted : Which::counted;
  Suspicions suspicions;
  // Compared with all that the reporters ever said of these domains.
  if (suspicious)
    each_report(*snapshot, {.domains = selection.filter.domains},
                [&](const ReportInfo& report) { suspicions.add(report); });
  const auto each_listed = [&](const auto& take) {
    each_report(
        *snapshot, selection.filter,
        [&](const ReportInfo& report) {
          Listed listed{report, suspicious ? texts_of(suspicions.of(report, now), report)
                                           : std::vector<std::string>()};
          if (!suspicious || !listed.suspicions.empty()) take(std::move(listed));
        },
        which);
  };
  // A stream in the order of the store needs no memory; sorting needs them all.
  if (format == Format::ndjson && selection.sort.empty() && !selection.limit) {
    JsonWriter json(io.out);
    each_listed([&](const Listed& listed) {
      write_element(json, listed, now, suspicious);
      json.finish();
    });
    return Exit::done;
  }
  std::vector<Listed> reports;
  std::uint64_t messages = 0, future = 0;
  each_listed([&](Listed listed) {
    messages = capped_sum(messages, listed.report.messages);
    future += is_from_the_future(listed.report, now);
    reports.push_back(std::move(listed));
  });
  const std::size_t all = reports.size();
  sort_reports(reports, selection);
  if (selection.limit && *selection.limit < reports.size()) reports.resize(*selection.limit);
  if (all == 0 && suspicious)
    io.out << (format == Format::table ? "no suspicious reports\n" : "");
  else if (all == 0 && which == Which::distrusted)
    io.out << (format == Format::table ? "no distrusted reports\n" : "");
  else if (all == 0)
    say_nothing_found(io, *snapshot, selection);

  Listing listing;
  listing.schema = "dmarcq.reports/1";
  listing.name = "reports";
  listing.size = reports.size();
  listing.element = [&](JsonWriter& json, std::size_t i) {
    write_element(json, reports[i], now, suspicious);
  };
  listing.table = [&] { return table_of(reports); };
  listing.below = lines_below(reports.size(), all, messages, future);
  show(io, format, listing);
  if (format == Format::table && !reports.empty())
    write_after_table(io, reports, suspicious, which);
  return Exit::done;
}

}  // namespace dmarcq
