// SPDX-License-Identifier: MIT
// What of a failure report may be kept of a mail whose people are none of the reader's business.
#include <algorithm>

#include "ingest/mail/header.h"
#include "parser/delivery/address_mask.h"
#include "parser/delivery/parsed_delivery.h"
#include "parser/failure_report/failure_report.h"
#include "parser/failure_report/feedback_fields.h"
#include "parser/message_auth/address_list.h"

namespace dmarcq {
namespace {

constexpr std::size_t longest_mark = 200;

bool is_letter_or_digit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/// Ids of Salesforce have 15 characters, or 18 with what tells upper from lower case; those of orgs
/// begin with 00D.
bool looks_like_org_id(std::string_view text) {
  return (text.size() == 15 || text.size() == 18) && text.starts_with("00D") &&
         std::ranges::all_of(text, is_letter_or_digit);
}

/// "@example.net"; "" where there is no domain, as behind a token that stands for an address.
std::string only_domain(std::string_view address) {
  const std::string domain = address.contains('@') ? domain_in(address) : "";
  return domain.empty() ? "" : "@" + domain;
}

}  // namespace

OriginMarks origin_marks(const FailureReport& report) {
  OriginMarks marks;
  const auto header = read_header(report.original_header, longest_original_header + 1);
  if (!header) return marks;
  // Anyone can write these fields, and whatever into them.
  const auto mark = [&](std::string_view name) {
    return one_line(without_local_parts(one_line(header->value(name), longest_failure_text)),
                    longest_mark);
  };
  if (std::string org = mark("x-sfdc-lk"); looks_like_org_id(org))
    marks.salesforce_org = std::move(org);
  marks.category = mark("x-sfdc-emailcategory");
  marks.entity = mark("x-sfdc-entityid");
  marks.job = mark("x-job");
  marks.list = one_line(domain_in(address_token(header->value("list-id"))), longest_mark);
  return marks;
}

void forget_people(FailureReport& report) {
  report.envelope_from = only_domain(report.envelope_from);
  report.envelope_rcpt = only_domain(report.envelope_rcpt);
  report.dkim_identity = only_domain(report.dkim_identity);
  for (std::string* text : {&report.subject, &report.original_header, &report.list_id,
                            &report.authentication_results}) {
    text->clear();
    text->shrink_to_fit();
  }
  // Free text, which names somebody now and then.
  for (std::string* text : {&report.feedback_type, &report.user_agent, &report.reporting_mta,
                            &report.delivery_result, &report.policy_result})
    *text = without_local_parts(*text);
}

}  // namespace dmarcq
