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
/// So often a text is masked at most: where a word stands before "@example.net", it may be a name.
constexpr int most_rounds = 8;

bool is_letter_or_digit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/// Ids of Salesforce have 15 characters, or 18 with what tells upper from lower case; those of orgs
/// begin with 00D.
bool looks_like_org_id(std::string_view text) {
  return (text.size() == 15 || text.size() == 18) && text.starts_with("00D") &&
         std::ranges::all_of(text, is_letter_or_digit);
}

/// The names of features, records and jobs are one word of these: a sentence may be a subject.
std::string single_word(std::string_view text) {
  const auto is_of_word = [](char c) { return is_letter_or_digit(c) || c == '-' || c == '_'; };
  return text.size() <= longest_mark && std::ranges::all_of(text, is_of_word) ? std::string(text)
                                                                              : std::string();
}

/// Does an @ stand behind the end of something that is no plain local part: "ann(x)@example.net"?
bool has_odd_local_part(std::string_view text) {
  for (const std::string_view sign : {"@", "＠", "﹫"})
    for (std::size_t at = text.find(sign); at != text.npos; at = text.find(sign, at + 1)) {
      const std::string_view before = text.substr(0, at);
      if (before.empty()) continue;
      if (std::string_view(")]}>").contains(before.back())) return true;
      if (before.back() == '"' && std::ranges::count(before, '"') > 1) return true;
    }
  return false;
}

/// Without local parts, so that masking it again changes nothing. What cannot be told from one is
/// gone as a whole.
std::string masked(std::string text) {
  for (int round = 0; round < most_rounds; ++round) {
    std::string next = without_local_parts(text);
    if (next == text) return has_odd_local_part(text) ? std::string() : text;
    text = std::move(next);
  }
  return {};
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
    return single_word(one_line(header->value(name), longest_failure_text));
  };
  if (std::string org = mark("x-sfdc-lk"); looks_like_org_id(org))
    marks.salesforce_org = std::move(org);
  marks.category = mark("x-sfdc-emailcategory");
  marks.entity = mark("x-sfdc-entityid");
  marks.job = mark("x-job");
  // Words are no name of a list: "ann.other at example.net".
  if (const std::string list = address_token(header->value("list-id")); !list.contains(' '))
    marks.list = one_line(domain_in(list), longest_mark);
  return marks;
}

void forget_people(FailureReport& report) {
  report.envelope_from = only_domain(report.envelope_from);
  report.envelope_rcpt = only_domain(report.envelope_rcpt);
  report.dkim_identity = only_domain(report.dkim_identity);
  report.message_id = only_domain(report.message_id);  // some make it of an address
  for (std::string* text : {&report.subject, &report.original_header, &report.list_id,
                            &report.authentication_results}) {
    text->clear();
    text->shrink_to_fit();
  }
  // Free text, which names somebody now and then, and what reporters should write and strangers do
  // not.
  for (std::string* text :
       {&report.feedback_type, &report.user_agent, &report.version, &report.reporting_mta,
        &report.delivery_result, &report.policy_result, &report.dkim_selector, &report.spf_dns})
    *text = masked(std::move(*text));
  for (std::string& word : report.auth_failure) word = masked(std::move(word));
  std::erase(report.auth_failure, "");
  for (Deviation& deviation : report.deviations)
    for (std::string* text : {&deviation.path, &deviation.found, &deviation.read_as})
      *text = masked(std::move(*text));
}

}  // namespace dmarcq
