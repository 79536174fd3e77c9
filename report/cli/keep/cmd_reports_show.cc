// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <charconv>

#include "parser/aggregate/field_text.h"
#include "report/cli/args/database.h"
#include "report/cli/cmd.h"
#include "report/cli/listing.h"
#include "report/render/escape.h"
#include "report/render/numbers.h"
#include "report/render/paragraph.h"
#include "report/render/phrases/trust_phrases.h"
#include "report/render/report_json.h"
#include "store/queries.h"

namespace dmarcq {
namespace {

/// By number in the database, or by the id that the reporter gave (real ones are numbers too,
/// longer than ours).
ReportInfo find_report(Snapshot& snapshot, const std::string& name) {
  std::int64_t id = 0;
  const auto [end, fault] = std::from_chars(name.data(), name.data() + name.size(), id);
  if (fault == std::errc() && end == name.data() + name.size())
    if (auto report = snapshot.report(id)) return *report;
  std::vector<ReportInfo> found;
  each_report(snapshot, {}, [&](const ReportInfo& report) {
    if (report.report_id == name) found.push_back(report);
  });
  if (found.empty())
    throw UsageError(fmt::format("no report '{}'", name), "dmarcq reports lists them");
  if (found.size() > 1) {
    std::vector<std::int64_t> ids;
    for (const ReportInfo& report : found) ids.push_back(report.id);
    throw UsageError(fmt::format("{} reports are called '{}'", found.size(), name),
                     fmt::format("name one by its number: {}", fmt::join(ids, ", ")));
  }
  return found.front();
}

std::string policy_text(const PolicyPublished& policy) {
  std::string text;
  const auto add = [&](std::string_view tag, std::string_view value) {
    if (!value.empty()) text += fmt::format("{}{}={}", text.empty() ? "" : " ", tag, value);
  };
  add("p", policy.p.text());
  add("sp", policy.sp.text());
  add("np", policy.np.text());
  add("adkim", policy.adkim.text());
  add("aspf", policy.aspf.text());
  add("pct", policy.pct);
  add("fo", policy.fo);
  add("t", policy.testing);
  return text;
}

/// "pass example.com/s1": result, domain and selector of each signature.
std::string dkim_text(const Record& record) {
  std::string text;
  for (const DkimAuthResult& dkim : record.dkim) {
    if (!text.empty()) text += ", ";
    text += fmt::format("{} {}", dkim.result.text(), dkim.domain);
    if (!dkim.selector.empty()) text += fmt::format("/{}", dkim.selector);
  }
  return text;
}

std::string spf_text(const Record& record) {
  std::string text;
  for (const SpfAuthResult& spf : record.spf) {
    if (!text.empty()) text += ", ";
    text += fmt::format("{} {}", spf.result.text(), spf.domain);
    if (spf.scope.is(SpfScope::helo)) text += " (helo)";
  }
  return text;
}

std::string reasons_words(const Record& record) {
  std::string text;
  for (const PolicyOverrideReason& reason : record.policy_evaluated.reasons) {
    if (!text.empty()) text += ", ";
    text += reason.type.text();
    if (!reason.comment.empty()) text += fmt::format(" ({})", reason.comment);
  }
  return text;
}

Tone tone_of(const Reported<DmarcResult>& result) {
  return PolicyEvaluated::is_aligned(result) ? Tone::good : Tone::bad;
}

ResultTable records_table(Snapshot& snapshot, const ReportInfo& report) {
  ResultTable table;
  table.columns = {
      {.key = "source_ip", .title = "source ip"},
      {.key = "count", .title = "messages", .right = true},
      {.key = "disposition", .title = "disposition", .drop_order = 5},
      {.key = "dkim", .title = "dkim"},
      {.key = "spf", .title = "spf"},
      {.key = "header_from", .title = "header from", .drop_order = 6, .min_width = 16},
      {.key = "auth_dkim", .title = "signed by", .min_width = 16, .wraps = true},
      {.key = "auth_spf", .title = "envelope", .drop_order = 4, .min_width = 16},
      {.key = "envelope_from", .title = "envelope from", .shown = Column::Shown::data_only},
      {.key = "envelope_to", .title = "envelope to", .shown = Column::Shown::data_only},
      {.key = "reasons", .title = "reasons", .drop_order = 3, .min_width = 10},
  };
  snapshot.records(report.id, [&](const Record& record) {
    const PolicyEvaluated& evaluated = record.policy_evaluated;
    table.rows.push_back(
        {record.source_ip.to_text(), record.count, shortened(evaluated.disposition.text(), 24),
         Cell(evaluated.dkim.text(), tone_of(evaluated.dkim)),
         Cell(evaluated.spf.text(), tone_of(evaluated.spf)), record.header_from, dkim_text(record),
         spf_text(record), record.envelope_from, record.envelope_to, reasons_words(record)});
  });
  return table;
}

void write_head(Io& io, const ReportInfo& report) {
  const auto line = [&](std::string_view name, const std::string& text) {
    if (!text.empty()) write_paragraph(io.out, fmt::format("{:<13}", name), text, any_width);
  };
  line("reporter", report.email.empty() ? report.org_name
                                        : fmt::format("{} <{}>", report.org_name, report.email));
  line("contact", report.extra_contact_info);
  line("trust", fmt::format("{}: {}", to_text(report.sender.trust), trust_text(report)));
  if (report.distrusted) line("note", "you distrusted it: it counts nowhere");
  line("report id", report.report_id);
  line("domain", report.domain);
  line("window", fmt::format("{} to {}", rfc3339(report.begin), rfc3339(report.end)));
  line("policy", policy_text(report.policy));
  line("format", fmt::format("{}{}{}", report.version,
                             report.version.empty() || report.xml_namespace.empty() ? "" : " ",
                             report.xml_namespace));
  line("generator", report.generator);
  for (const std::string& error : report.errors) line("error", error);
  line("found in", to_text(report.origin));
  if (!report.well_formed) line("note", "the XML was not well-formed; read by the recovery rules");
  if (report.unusable_records > 0)
    line("left out", fmt::format("{} without a usable address or count, {}",
                                 counted(report.unusable_records, "record"),
                                 counted(report.unusable_messages, "message")));
  for (const Deviation& deviation : report.deviations)
    line("deviation",
         fmt::format(
             "{}: '{}'{}", deviation.path, deviation.found,
             deviation.read_as.empty() ? "" : fmt::format(" read as '{}'", deviation.read_as)));
  const Totals& totals = report.totals;
  line("messages",
       fmt::format("{}: {} pass, {} fail", with_thousands(totals.messages),
                   with_thousands(totals.dmarc_pass()), with_thousands(totals.dmarc_fail())));
}

}  // namespace

Exit run_reports_show(const Args& args, Io& io) {
  const std::unique_ptr<Snapshot> snapshot = open_for_reading(settings_of(args), io);
  const ReportInfo report = find_report(*snapshot, args.operands.front());
  const Format format = format_of(args);
  if (format == Format::json || format == Format::ndjson) {
    JsonWriter json(
        io.out, format == Format::json ? JsonWriter::Style::pretty : JsonWriter::Style::compact);
    write_report_json(json, report, [&](const auto& take) { snapshot->records(report.id, take); });
    json.finish();
    return Exit::done;
  }
  const ResultTable table = records_table(*snapshot, report);
  if (format != Format::table) {
    show_data(io, format, table);
  } else {
    write_head(io, report);
    io.out << '\n';
    if (table.rows.empty())
      io.out << "no records\n";
    else
      write_left_out(io.out, write_table(io.out, table, style_of(io)));
  }
  return Exit::done;
}

}  // namespace dmarcq
