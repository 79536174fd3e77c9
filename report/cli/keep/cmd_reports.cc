// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "report/analysis/suspicion.h"
#include "report/answers/base/listed_reports.h"
#include "report/cli/args/database.h"
#include "report/cli/args/dates.h"
#include "report/cli/args/filters.h"
#include "report/cli/cmd.h"
#include "report/cli/listing.h"
#include "report/render/numbers.h"
#include "report/render/paragraph.h"
#include "report/render/phrases/trust_phrases.h"
#include "report/render/phrases/wording.h"

namespace dmarcq {
namespace {

void write_element(JsonWriter& json, const ListedReport& listed, const ReportsQuestion& question) {
  const ReportInfo& report = listed.report;
  json.object()
      .member("id", report.id)
      .member_or_null("org_name", report.org_name)
      .member_or_null("report_id", report.report_id);
  json.member_or_null("domain", report.domain)
      .member("begin", rfc3339(report.begin))
      .member("end", rfc3339(report.end));
  json.member("records", report.records)
      .member("messages", listed.totals.messages)
      .member("dmarc_pass", listed.totals.dmarc_pass())
      .member("dmarc_fail", listed.totals.dmarc_fail());
  json.member("deviations", static_cast<std::uint64_t>(report.deviations.size()))
      .member("future", is_from_the_future(report, question.today));
  json.member("reporter", report.reporter)
      .member("trust", to_text(report.sender.trust))
      .member_or_null("sent_by", report.sender.from_domain)
      .member("why", trust_text(report));
  if (question.suspicious) {
    json.key("suspicions").array();
    for (const Suspicion& suspicion : listed.suspicions)
      json.value(suspicion_text(suspicion, report));
    json.end();
  }
  json.end();
}

Tone tone_of(Trust trust) {
  return trust == Trust::contradictory ? Tone::bad
         : trust == Trust::verified    ? Tone::good
                                       : Tone::plain;
}

ResultTable table_of(std::span<const ListedReport> reports) {
  ResultTable table;
  table.columns = {
      {.key = "id", .title = "id", .right = true},
      {.key = "org_name", .title = "org name", .shown = Column::Shown::data_only},
      {.key = "reporter", .title = "reporter", .min_width = 12},
      {.key = "trust", .title = "trust", .drop_order = 5},
      {.key = "report_id", .title = "report id", .drop_order = 1, .min_width = 12},
      {.key = "domain", .title = "domain", .min_width = 12},
      {.key = "begin", .title = "begin", .drop_order = 6},
      {.key = "end", .title = "end", .drop_order = 3},
      {.key = "records", .title = "records", .right = true, .drop_order = 4},
      {.key = "messages", .title = "messages", .right = true, .drop_order = 8},
      {.key = "dmarc_pass", .title = "pass", .right = true, .drop_order = 7},
      {.key = "dmarc_fail", .title = "fail", .right = true},
      {.key = "deviations", .title = "deviations", .right = true, .drop_order = 2},
  };
  for (const auto& [report, totals, suspicions] : reports) {
    const std::uint64_t fail = totals.dmarc_fail();
    table.rows.push_back(
        {static_cast<std::uint64_t>(report.id), report.org_name, report.reporter,
         Cell(std::string(to_text(report.sender.trust)), tone_of(report.sender.trust)),
         report.report_id, report.domain, AtTime{report.begin}, AtTime{report.end}, report.records,
         totals.messages, totals.dmarc_pass(), Cell(fail, fail > 0 ? Tone::bad : Tone::good),
         static_cast<std::uint64_t>(report.deviations.size())});
  }
  return table;
}

/// The reasons of suspicion, and what to type next.
void write_after_table(Io& io, std::span<const ListedReport> reports,
                       const ReportsQuestion& question) {
  const std::int64_t first = reports.front().report.id;
  if (question.suspicious) {
    io.out << '\n';
    for (const ListedReport& listed : reports)
      for (const Suspicion& suspicion : listed.suspicions)
        write_paragraph(io.out, fmt::format("{:>6}  ", listed.report.id),
                        suspicion_text(suspicion, listed.report));
    say_next(
        io,
        fmt::format(
            "next: dmarcq reports show {0}; dmarcq reports distrust {0} excludes it from every answer",
            first));
  } else if (question.which == Which::distrusted) {
    say_next(io, fmt::format("next: dmarcq reports trust {} lets it count again", first));
  } else {
    say_next(io, fmt::format("next: dmarcq reports show {}", first));
  }
}

/// What the whole list comes to, of which a part may be shown.
struct ListSums {
  std::uint64_t reports = 0, future = 0;
  Totals totals;
};

/// The lines below a table: what the list comes to, what is left out, and reports from the future.
std::vector<std::string> lines_below(const ListSums& sums, std::uint64_t shown) {
  std::vector<std::string> lines;
  if (sums.reports == 0) return lines;
  const Totals& totals = sums.totals;
  lines.push_back(fmt::format("{}: {}", counted(sums.reports, "report"),
                              failure_words(totals.dmarc_fail(), totals.messages)));
  if (shown < sums.reports)
    lines.push_back(left_out_words(counted(sums.reports - shown, "report")));
  if (sums.future > 0)
    lines.push_back(fmt::format(
        "{} after today: a wrong clock, or forged. Other commands leave {} out.",
        counted(sums.future, "report begins", "reports begin"), sums.future == 1 ? "it" : "them"));
  return lines;
}

/// Why the list is empty. Nothing that fails is good news, not a filter gone wrong.
void say_why_none(Io& io, Snapshot& snapshot, ReportsQuestion question, bool as_table) {
  if (question.selection.failing) {
    question.selection.failing = false;
    ListSums sums;
    each_listed_report(snapshot, question, [&](const ListedReport& listed) {
      ++sums.reports;
      sums.totals.add(listed.totals);
    });
    if (sums.reports > 0) {
      if (as_table)
        write_paragraph(
            io.out, "",
            fmt::format("nothing fails: {} from {}", failure_words(0, sums.totals.messages),
                        counted(sums.reports, "report")));
      return;
    }
  }
  if (question.suspicious)
    io.out << (as_table ? "no suspicious reports\n" : "");
  else if (question.which == Which::distrusted)
    io.out << (as_table ? "no distrusted reports\n" : "");
  else
    say_nothing_found(io, snapshot, question.selection);
}

ReportsQuestion question_of(const Args& args) {
  ReportsQuestion question{.selection = selection_of(args, today()),
                           .which = args.has("--distrusted") ? Which::distrusted : Which::counted,
                           .suspicious = args.has("--suspicious"),
                           .today = today()};
  if (question.which == Which::distrusted && args.has("--ip"))
    throw UsageError(
        "--distrusted and --ip cannot be combined",
        "the rows of distrusted reports are in no answer; 'dmarcq reports show ID' has them");
  return question;
}

}  // namespace

Exit run_reports(const Args& args, Io& io) {
  const ReportsQuestion question = question_of(args);
  const Selection& selection = question.selection;
  const std::unique_ptr<Snapshot> snapshot = open_for_reading(settings_of(args), io);
  const Format format = format_of(args);
  // A stream, newest first, needs no memory; sorting needs them all.
  if (format == Format::ndjson && selection.sort.empty() && !selection.limit) {
    JsonWriter json(io.out);
    each_listed_report(*snapshot, question, [&](const ListedReport& listed) {
      write_element(json, listed, question);
      json.finish();
    });
    return Exit::done;
  }
  const std::vector<ListedReport> all = listed_reports(*snapshot, question);
  const std::span<const ListedReport> reports(
      all.data(), std::min<std::uint64_t>(selection.limit.value_or(all.size()), all.size()));
  ListSums sums{.reports = all.size()};
  for (const ListedReport& listed : all) {
    sums.totals.add(listed.totals);
    sums.future += is_from_the_future(listed.report, question.today);
  }
  if (all.empty()) say_why_none(io, *snapshot, question, format == Format::table);

  Listing listing;
  listing.schema = "dmarcq.reports/1";
  listing.name = "reports";
  listing.size = reports.size();
  listing.element = [&](JsonWriter& json, std::size_t i) {
    write_element(json, reports[i], question);
  };
  listing.table = [&] { return table_of(reports); };
  listing.below = lines_below(sums, reports.size());
  show(io, format, listing);
  if (format == Format::table && !reports.empty()) write_after_table(io, reports, question);
  return Exit::done;
}

}  // namespace dmarcq
