// SPDX-License-Identifier: MIT
#include "report/analysis/failures/judged_failure.h"

#include <algorithm>

#include "ingest/base/text.h"
#include "report/analysis/sender/salesforce.h"

namespace dmarcq {
namespace {

/// The words of a method's failure: of DKIM all but "spf", of SPF that alone. "dmarc" and "adsp"
/// are of neither.
constexpr std::string_view dkim_failures[] = {"dkim", "bodyhash", "signature", "revoked"};

bool is_letter(char c) { return c >= 'a' && c <= 'z'; }

/// "reject" in "(p=reject; dis=none)"; not in "sp=reject" or "p=rejected".
std::string tag_value(std::string_view lower_text, std::string_view tag) {
  for (std::size_t at = lower_text.find(tag); at != lower_text.npos;
       at = lower_text.find(tag, at + 1)) {
    if (at > 0 && is_letter(lower_text[at - 1])) continue;
    const std::string_view rest = lower_text.substr(at + tag.size());
    const auto end = std::ranges::find_if_not(rest, is_letter);
    const std::string_view word = rest.substr(0, static_cast<std::size_t>(end - rest.begin()));
    if (word == "none" || word == "quarantine" || word == "reject") return std::string(word);
  }
  return {};
}

}  // namespace

std::uint64_t RowsOfAddress::messages() const {
  std::uint64_t sum = 0;  // of three days, each of most_messages at most
  for (const OfDay& day : days) sum += day.messages;
  return sum;
}

std::uint64_t RowsOfAddress::dmarc_fail() const {
  std::uint64_t sum = 0;
  for (const OfDay& day : days) sum += day.dmarc_fail;
  return sum;
}

std::string_view to_text(FailureFate fate) noexcept {
  switch (fate) {
    case FailureFate::delivered: return "delivered";
    case FailureFate::spam: return "spam";
    case FailureFate::policy: return "policy";
    case FailureFate::reject: return "reject";
    case FailureFate::other: return "other";
    case FailureFate::not_told: break;
  }
  return "not-told";
}

FailureFate fate_of(const FailureReport& report) {
  const std::string& word = report.delivery_result;
  if (word.empty()) return FailureFate::not_told;
  if (word == "delivered") return FailureFate::delivered;
  if (word == "spam") return FailureFate::spam;
  if (word == "policy") return FailureFate::policy;
  if (word == "reject") return FailureFate::reject;
  return FailureFate::other;
}

FailedMechanisms failed_mechanisms(const FailureReport& report) {
  if (report.unaligned.stated) return {report.unaligned.dkim, report.unaligned.spf};
  FailedMechanisms failed;
  for (const std::string& word : report.auth_failure) {
    failed.dkim = failed.dkim || std::ranges::find(dkim_failures, word) != std::end(dkim_failures);
    failed.spf = failed.spf || word == "spf";
  }
  return failed;
}

std::string policy_in(const FailureReport& report) {
  const std::string exim = lower(report.policy_result);
  for (const char* word : {"reject", "quarantine", "none"})
    if (exim == word || exim.starts_with(word + std::string(","))) return word;
  const std::string results = lower(report.authentication_results);
  // A subdomain's mail is asked for by "sp", which some reporters write beside "p".
  const bool below = !report.header_from.empty() && !report.reported_domain.empty() &&
                     is_below(report.header_from, report.reported_domain);
  const std::string sp = below ? tag_value(results, "sp=") : "";
  return sp.empty() ? tag_value(results, "p=") : sp;
}

bool is_let_through(const JudgedFailure& failure) {
  return failure.report.kind == FailureKind::auth_failure && failure.asked == "reject" &&
         fate_of(failure.report) == FailureFate::delivered;
}

FailureOrigin origin_of(const JudgedFailure& failure) {
  using By = FailureOrigin::By;
  FailureOrigin origin;
  const OriginMarks& marks = failure.marks;
  if (failure.rows && !failure.rows->service.empty()) {
    origin.service = failure.rows->service;
    origin.route = failure.rows->route;
    origin.service_by = failure.rows->claimed ? By::claimed_rows : By::rows;
  } else if (!marks.job.empty()) {
    origin.service = salesforce_service;
    origin.route = salesforce_route::marketing_cloud;
    origin.service_by = By::header;
  } else if (!marks.salesforce_org.empty() || !marks.category.empty()) {
    origin.service = salesforce_service;
    origin.route = salesforce_route::core;
    origin.service_by = By::header;
  }
  // Many orgs share an address. What the header says is proven once SPF passed for that org there.
  const std::string claimed = whole_org_id(marks.salesforce_org);
  static const std::vector<std::string> none;
  const std::vector<std::string>& proven = failure.rows ? failure.rows->orgs : none;
  if (!claimed.empty()) {
    origin.org = claimed;
    origin.org_by = std::ranges::find(proven, claimed) != proven.end() ? By::rows : By::header;
  } else if (proven.size() == 1) {
    origin.org = proven.front();
    origin.org_by = By::rows;
  }
  return origin;
}

}  // namespace dmarcq
