// SPDX-License-Identifier: MIT
#include "report/render/answers/failures/failure_json.h"

#include "report/analysis/failures/failure_groups.h"
#include "report/render/phrases/evidence/message_phrases.h"

namespace dmarcq {
namespace {

void write_time(JsonWriter& json, std::string_view name, const std::optional<EpochSeconds>& time) {
  json.member_or_null(name, time ? rfc3339(*time) : "");
}

void write_marks(JsonWriter& json, const OriginMarks& marks) {
  json.key("header_marks")
      .object()
      .member_or_null("salesforce_org", marks.salesforce_org)
      .member_or_null("category", marks.category)
      .member_or_null("feature", feature_words(marks.category))
      .member_or_null("entity", marks.entity)
      .member_or_null("job", marks.job)
      .member_or_null("list", marks.list)
      .end();
}

void write_rows(JsonWriter& json, const std::optional<RowsOfAddress>& rows) {
  json.key("rows");
  if (!rows) {
    json.null();
    return;
  }
  json.object()
      .member_or_null("service", rows->service)
      .member_or_null("route", rows->route)
      .member("claimed", rows->claimed)
      .member("org_ids", rows->orgs)
      .member("messages", rows->messages())
      .member("dmarc_fail", rows->dmarc_fail())
      .end();
}

void write_what_names_people(JsonWriter& json, const FailureReport& report) {
  json.member_or_null("envelope_from", report.envelope_from)
      .member_or_null("envelope_rcpt", report.envelope_rcpt)
      .member_or_null("dkim_identity", report.dkim_identity)
      .member_or_null("authentication_results", report.authentication_results)
      .member_or_null("subject", report.subject)
      .member_or_null("message_id", report.message_id)
      .member_or_null("list_id", report.list_id)
      .member_or_null("original_header", report.original_header);
}

}  // namespace

void write_failure(JsonWriter& json, const JudgedFailure& failure, FailurePart part) {
  const FailureReport& report = failure.report;
  json.object()
      .member("id", failure.id)
      .member("kind", to_text(report.kind))
      .member_or_null("feedback_type", report.feedback_type)
      .member_or_null("day", failure.day > 0 ? iso_date(failure.day) : "");
  write_time(json, "arrival", report.arrival);
  write_time(json, "reported_at", report.reported_at);
  json.member_or_null("reporter", report.reporter)
      .member_or_null("reporting_mta", report.reporting_mta)
      .member_or_null("user_agent", report.user_agent)
      .member_or_null("source_ip", report.source_ip ? report.source_ip->to_text() : "")
      .member_or_null("reported_domain", report.reported_domain)
      .member_or_null("header_from", report.header_from)
      .member_or_null("envelope_from_domain", report.envelope_from_domain)
      .member("null_sender", report.null_sender)
      .member("incidents", report.incidents)
      .member("auth_failure", report.auth_failure);
  const FailedMechanisms failed = failed_mechanisms(report);
  json.key("unaligned").array();
  if (failed.dkim) json.value("dkim");
  if (failed.spf) json.value("spf");
  json.end()
      .member("alignment_stated", report.unaligned.stated)
      .member("fate", to_text(fate_of(report)))
      .member_or_null("delivery_result", report.delivery_result)
      .member_or_null("policy", failure.asked)
      .member("delivered_against_reject", is_let_through(failure))
      .member_or_null("dkim_domain", report.dkim_domain)
      .member_or_null("dkim_selector", report.dkim_selector)
      .member_or_null("spf_dns", report.spf_dns);
  write_marks(json, failure.marks);
  if (part == FailurePart::all) {
    write_rows(json, failure.rows);
    write_what_names_people(json, report);
  }
  json.end();
}

}  // namespace dmarcq
