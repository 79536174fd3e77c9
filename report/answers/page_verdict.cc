// SPDX-License-Identifier: MIT
#include "report/answers/page_verdict.h"

#include <fmt/format.h>

#include <algorithm>

#include "ingest/base/text.h"
#include "parser/alignment.h"
#include "report/answers/next_record.h"
#include "report/answers/readiness_answer.h"

namespace dmarcq {
namespace {

constexpr std::size_t most_judged = 40;
constexpr unsigned window_days = 30;

DomainVerdict::State state_of(const Readiness& readiness, const PolicyRecord& record,
                              const NextStep& next) {
  switch (readiness.verdict) {
    case Verdict::ready:
      return record.p() == "reject" && !next.changes ? DomainVerdict::State::at_goal
                                                     : DomainVerdict::State::ready;
    case Verdict::not_ready: return DomainVerdict::State::not_ready;
    case Verdict::too_little_data: break;
  }
  return DomainVerdict::State::too_little_data;
}

void judge(Store& store, const VerdictInput& input, DomainVerdict& verdict) {
  const ReadinessQuestion question{.domain = verdict.domain,
                                   .today = input.as_of,
                                   .window_days = window_days,
                                   .limits = input.limits};
  const ReadinessAnswer judged(store, question, false);
  const Readiness& readiness = judged.readiness();
  const PolicyRecord record = readiness.current ? record_as_seen(*readiness.current)
                                                : PolicyRecord("none");
  verdict.next = next_step_of(readiness, record, judged.stored().owner(), question.limits);
  verdict.state = state_of(readiness, record, verdict.next);
  verdict.target = readiness.target;
  verdict.p = record.p();
  verdict.gates = readiness.gates;
  verdict.blockers = readiness.blockers;
  verdict.own = readiness.by_standing[static_cast<std::size_t>(Standing::own)];
  verdict.judged_days = window_days;
  if (judged.other()) verdict.doubt = judged.doubt();
  if (verdict.next.changes && (verdict.state == DomainVerdict::State::ready || verdict.next.back)) {
    verdict.next_record = verdict.next.record;
    verdict.record_name = verdict.next.name.empty() ? verdict.domain : verdict.next.name;
  }
}

}  // namespace

std::vector<DomainVerdict> page_verdicts(Store& store, const VerdictInput& input) {
  std::vector<DomainVerdict> verdicts;
  std::vector<const DomainSummary*> order;
  for (const DomainSummary& summary : input.summaries) order.push_back(&summary);
  std::ranges::stable_sort(
      order, [](const auto* a, const auto* b) { return a->totals.messages > b->totals.messages; });
  for (const DomainSummary* summary : order) {
    DomainVerdict& verdict = verdicts.emplace_back();
    verdict.domain = summary->domain;
    const auto policy = input.policies.find(summary->domain);
    if (policy != input.policies.end()) verdict.policy = policy->second.text();
    verdict.state = DomainVerdict::State::not_judged;
  }
  for (std::size_t i = 0; i < std::min(verdicts.size(), most_judged); ++i)
    judge(store, input, verdicts[i]);
  return verdicts;
}

std::vector<std::pair<std::string, std::string>> method_lines(const StakeholderPage& page,
                                                              Day as_of) {
  std::vector<std::pair<std::string, std::string>> lines;
  const Day days = page.window.last - page.window.first + 1;
  lines.emplace_back(
      "Period",
      fmt::format(
          "{} to {}, {} in UTC, both ends included. A report's mail is counted on the day in which the middle of the report's own window lies.{}",
          iso_date(page.window.first), iso_date(page.window.last),
          counted(static_cast<std::uint64_t>(std::max(days, 0)), "day"),
          page.data ? fmt::format(" Reports of this period cover {} to {}.",
                                  iso_date(page.data->first), iso_date(page.data->last))
                    : ""));
  lines.emplace_back(
      "What is counted",
      "Messages, as receivers counted them. Each report counts once, however often it was mailed. Receivers that send no reports are not in the figures.");
  lines.emplace_back(
      "Pass and fail",
      "The receiver's own evaluation: a message passes DMARC when DKIM or SPF passes for a name aligned with the domain in its From line.");
  lines.emplace_back(
      "Groups",
      "Own and aligned: passes DMARC. Own, but failing: comes straight from a sender that is yours by name, signature or declaration, and fails. Forwarded or list: fails, and bears "
      "the marks of a forwarder, gateway or mailing list. Unknown or spoofed: all else that fails, other customers of the same service included.");
  lines.emplace_back(
      "Who sent it",
      "Recognised by, strongest first: the owner's word; SPF or DKIM passing for a name of the service (authenticated); the same address or selector doing so elsewhere (learned); a "
      "published network (network). A mere name that did not pass (claimed) proves nothing.");
  lines.emplace_back(
      "Verdict and conditions",
      fmt::format(
          "Judged as of {}, over the {} complete days before it and, to compare, those before them. The numbers under “Required” are this program's defaults or the owner's own; no standard gives "
          "them. A rate of a small number is never called 100 %: no failure in n messages leaves room for about 3/n. The policy steps follow RFC 9989, which removed pct.",
          iso_date(as_of), window_days));
  const SuffixList& suffixes = suffix_list();
  lines.emplace_back(
      "Data", fmt::format("Sender catalogue of {}. Public suffix list of {}.", catalogue_date(),
                          suffixes.date.empty() ? "unknown date" : suffixes.date));
  return lines;
}

}  // namespace dmarcq
