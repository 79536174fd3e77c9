// SPDX-License-Identifier: MIT
#include "report/render/report_json.h"

namespace dmarcq {
namespace {

void write_record_json(JsonWriter& json, const Record& record) {
  json.object().member("source_ip", record.source_ip.to_text()).member("count", record.count);
  json.member_or_null("disposition", record.policy_evaluated.disposition.text());
  json.member_or_null("dkim", record.policy_evaluated.dkim.text());
  json.member_or_null("spf", record.policy_evaluated.spf.text());
  json.key("reasons").array();
  for (const PolicyOverrideReason& reason : record.policy_evaluated.reasons)
    json.object()
        .member_or_null("type", reason.type.text())
        .member_or_null("comment", reason.comment)
        .end();
  json.end();
  json.member_or_null("header_from", record.header_from);
  json.member_or_null("envelope_from", record.envelope_from);
  json.member_or_null("envelope_to", record.envelope_to);
  json.key("auth_dkim").array();
  for (const DkimAuthResult& dkim : record.dkim) {
    json.object().member_or_null("domain", dkim.domain).member_or_null("selector", dkim.selector);
    json.member_or_null("result", dkim.result.text())
        .member_or_null("human_result", dkim.human_result)
        .end();
  }
  json.end().key("auth_spf").array();
  for (const SpfAuthResult& spf : record.spf) {
    json.object().member_or_null("domain", spf.domain).member_or_null("scope", spf.scope.text());
    json.member_or_null("result", spf.result.text())
        .member_or_null("human_result", spf.human_result)
        .end();
  }
  json.end().end();
}

}  // namespace

void write_policy_json(JsonWriter& json, const PolicyPublished& policy) {
  json.object();
  json.member_or_null("p", policy.p.text())
      .member_or_null("sp", policy.sp.text())
      .member_or_null("np", policy.np.text());
  json.member_or_null("pct", policy.pct);
  json.member_or_null("adkim", policy.adkim.text()).member_or_null("aspf", policy.aspf.text());
  json.member_or_null("fo", policy.fo).member_or_null("testing", policy.testing);
  json.member_or_null("discovery_method", policy.discovery_method.text());
  json.end();
}

void write_note_json(JsonWriter& json, const Note& note) {
  json.object()
      .member("id", note.id)
      .member("day", iso_date(note.day))
      .member_or_null("domain", note.domain)
      .member("text", note.text)
      .end();
}

void write_report_json(
    JsonWriter& json, const ReportInfo& info,
    const std::function<void(const std::function<void(const Record&)>&)>& records) {
  json.object().member("schema", "dmarcq.report/1");
  json.member_or_null("org_name", info.org_name).member_or_null("email", info.email);
  json.member_or_null("extra_contact_info", info.extra_contact_info)
      .member_or_null("report_id", info.report_id);
  json.member_or_null("domain", info.domain);
  json.member("begin", rfc3339(info.begin)).member("end", rfc3339(info.end));
  json.member_or_null("version", info.version)
      .member_or_null("namespace", info.xml_namespace)
      .member_or_null("generator", info.generator);
  json.member("errors", info.errors);
  json.key("policy");
  write_policy_json(json, info.policy);
  json.key("deviations").array();
  for (const Deviation& deviation : info.deviations) {
    json.object()
        .member("path", deviation.path)
        .member("found", deviation.found)
        .member_or_null("read_as", deviation.read_as)
        .end();
  }
  json.end().key("records").array();
  records([&](const Record& record) { write_record_json(json, record); });
  json.end().end();
}

}  // namespace dmarcq
