// SPDX-License-Identifier: MIT
#include "tests/parser/report_dump.h"

#include <fmt/format.h>

#include <iterator>
#include <string_view>

namespace dmarcq {
namespace {

class Lines {
 public:
  void field(std::string_view name, std::string_view value, int indent = 0) {
    if (!value.empty())
      fmt::format_to(std::back_inserter(out_), "{:{}}{}: {}\n", "", indent, name, value);
  }
  template <class Enum>
  void word(std::string_view name, const Reported<Enum>& word, int indent = 0) {
    if (!word.absent())
      field(name, std::string(word.text()) + (word.known ? "" : " (unknown word)"), indent);
  }
  void line(std::string_view text) { fmt::format_to(std::back_inserter(out_), "{}\n", text); }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

}  // namespace

std::string dump(const ParsedReport& parsed) {
  Lines out;
  const AggregateReport& report = parsed.report;
  out.field("version", report.version);
  out.field("namespace", report.xml_namespace);
  out.field("org_name", report.metadata.org_name);
  out.field("email", report.metadata.email);
  out.field("extra_contact_info", report.metadata.extra_contact_info);
  out.field("report_id", report.metadata.report_id);
  out.field("begin", fmt::format("{} ({})", report.metadata.begin, rfc3339(report.metadata.begin)));
  out.field("end", fmt::format("{} ({})", report.metadata.end, rfc3339(report.metadata.end)));
  for (const std::string& error : report.metadata.errors) out.field("error", error);
  out.field("generator", report.metadata.generator);
  const PolicyPublished& policy = report.policy_published;
  out.field("domain", policy.domain);
  out.word("p", policy.p);
  out.word("sp", policy.sp);
  out.word("np", policy.np);
  out.word("adkim", policy.adkim);
  out.word("aspf", policy.aspf);
  out.field("pct", policy.pct);
  out.field("fo", policy.fo);
  out.field("testing", policy.testing);
  out.word("discovery_method", policy.discovery_method);
  for (const Record& record : report.records) {
    out.line("record");
    out.field("source_ip", record.source_ip.to_text(), 2);
    out.field("count", std::to_string(record.count), 2);
    out.word("disposition", record.policy_evaluated.disposition, 2);
    out.word("evaluated dkim", record.policy_evaluated.dkim, 2);
    out.word("evaluated spf", record.policy_evaluated.spf, 2);
    for (const PolicyOverrideReason& reason : record.policy_evaluated.reasons) {
      out.line("  reason");
      out.word("type", reason.type, 4);
      out.field("comment", reason.comment, 4);
    }
    out.field("header_from", record.header_from, 2);
    out.field("envelope_from", record.envelope_from, 2);
    out.field("envelope_to", record.envelope_to, 2);
    for (const DkimAuthResult& dkim : record.dkim) {
      out.line("  dkim");
      out.field("domain", dkim.domain, 4);
      out.field("selector", dkim.selector, 4);
      out.word("result", dkim.result, 4);
      out.field("human_result", dkim.human_result, 4);
    }
    for (const SpfAuthResult& spf : record.spf) {
      out.line("  spf");
      out.field("domain", spf.domain, 4);
      out.word("scope", spf.scope, 4);
      out.word("result", spf.result, 4);
      out.field("human_result", spf.human_result, 4);
    }
  }
  if (parsed.unusable_records > 0)
    out.line(fmt::format("unusable: {} records, {} messages", parsed.unusable_records,
                         parsed.unusable_messages));
  if (!parsed.well_formed) out.line("not well-formed");
  for (const Deviation& deviation : parsed.deviations)
    out.line(
        fmt::format("deviation: {} | {} | {}", deviation.path, deviation.found, deviation.read_as));
  return out.take();
}

std::string dump(const std::expected<ParsedReport, Error>& parsed) {
  if (parsed) return dump(*parsed);
  return "error: " + reason_of(parsed.error()) + ": " + parsed.error().text + "\n";
}

}  // namespace dmarcq
