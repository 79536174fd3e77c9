// SPDX-License-Identifier: MIT
#include "report/render/phrases/evidence/failure_phrases.h"

#include <fmt/format.h>

#include "parser/aggregate/field_text.h"
#include "report/analysis/sender/salesforce.h"
#include "report/render/numbers.h"
#include "report/render/phrases/evidence/message_phrases.h"
#include "report/render/phrases/wording.h"

namespace dmarcq {
namespace {

/// Of a stranger's text in a sentence.
constexpr std::size_t longest_word = 80;

std::string brief(std::string_view text) { return shortened(text, longest_word); }

/// "apiSingleMail: Apex or Flow"
std::string category_words(const std::string& category) {
  const std::string feature = feature_words(category);
  return brief(category) + (feature.empty() ? "" : ": " + feature);
}

}  // namespace

std::string mechanism_words(const FailedMechanisms& failed) {
  if (failed.dkim && failed.spf) return "DKIM and SPF";
  return failed.dkim ? "DKIM" : failed.spf ? "SPF" : "";
}

std::string_view fate_words(FailureFate fate) noexcept {
  switch (fate) {
    case FailureFate::delivered: return "delivered";
    case FailureFate::spam: return "put into the spam folder";
    case FailureFate::policy: return "not delivered, by policy";
    case FailureFate::reject: return "rejected";
    case FailureFate::other: return "dealt with in another way";
    case FailureFate::not_told: break;
  }
  return "";
}

std::string delivery_words(const JudgedFailure& failure) {
  std::string words(fate_words(fate_of(failure.report)));
  if (is_let_through(failure)) words += ", although the policy asks for rejection";
  return words;
}

std::vector<std::string> mark_sentences(const OriginMarks& marks) {
  std::vector<std::string> parts;
  if (!marks.salesforce_org.empty()) {
    const std::string org = whole_org_id(marks.salesforce_org);
    parts.push_back("Salesforce org " + (org.empty() ? brief(marks.salesforce_org) : org));
  }
  if (!marks.category.empty())
    parts.push_back("Salesforce category " + category_words(marks.category));
  if (!marks.entity.empty()) parts.push_back("Salesforce record " + brief(marks.entity));
  if (!marks.job.empty()) parts.push_back("Marketing Cloud job " + brief(marks.job));
  if (!marks.list.empty()) parts.push_back("mailing list " + brief(marks.list));
  if (!parts.empty()) parts.front() += ", by the mail's header: anyone can write it";
  for (std::string& part : parts) part = with_full_stop(capitalized(std::move(part)));
  return parts;
}

std::string rows_sentence(const JudgedFailure& failure) {
  if (!failure.report.source_ip) return "The report names no source.";
  if (failure.day == 0) return "The report tells no day.";
  if (!failure.rows || failure.rows->days.empty())
    return "Aggregate reports of these days have no mail of this source.";
  const RowsOfAddress& rows = *failure.rows;
  return fmt::format("Aggregate reports of these days: {} of {} fail.",
                     with_thousands(rows.dmarc_fail()), counted(rows.messages(), "message"));
}

std::string example_sentence(const FailureExample& example) {
  const JudgedFailure& failure = example.failure;
  const FailureReport& report = failure.report;
  std::string words =
      example.reports == 1
          ? std::string("One failure report of it:")
          : fmt::format("One of {} of it:", counted(example.reports, "failure report"));
  std::string_view between = " ";
  const auto add = [&](const std::string& part) {
    words.append(between).append(part);
    between = ", ";
  };
  if (!report.reporter.empty()) add("by " + brief(report.reporter));
  if (report.arrival)
    add("arrived " + rfc3339(*report.arrival));
  else if (failure.day > 0)
    add("of " + iso_date(failure.day));
  if (report.source_ip) add("sent by " + report.source_ip->to_text());
  if (!report.header_from.empty()) add("From " + brief(report.header_from));
  if (const std::string failed = mechanism_words(failed_mechanisms(report)); !failed.empty())
    add("not aligned: " + failed);
  if (!report.dkim_domain.empty())
    add(fmt::format("DKIM d={}{}", brief(report.dkim_domain),
                    report.dkim_selector.empty() ? "" : " s=" + brief(report.dkim_selector)));
  if (const std::string fate = delivery_words(failure); !fate.empty()) add(fate);
  words += between == " " ? " nothing else is told." : ".";
  for (const std::string& sentence : mark_sentences(failure.marks)) words += " " + sentence;
  return words;
}

std::string no_failures_words(const FailuresAnswer& answer) {
  const FailuresQuestion& question = answer.question;
  const bool others = question.complaints ? answer.totals.incidents > 0
                                          : answer.totals.complaints + answer.totals.not_spam > 0;
  std::string words = question.complaints ? "No complaints" : "No failure reports";
  words += answer.any && !others ? " match" : "";
  if (!answer.any) words += " in the database for these days";
  words += ".";
  if (question.complaints)
    return words + (others ? " There are failure reports: leave --complaints out." : "");
  const std::uint64_t complaints = answer.totals.complaints + answer.totals.not_spam;
  if (others)
    words += fmt::format(" There {} {}: --complaints lists {}.", complaints == 1 ? "is" : "are",
                         counted(complaints, "complaint"), complaints == 1 ? "it" : "them");
  return words + fmt::format(" That proves nothing: {}.", few_send_them);
}

}  // namespace dmarcq
