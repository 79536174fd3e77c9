// SPDX-License-Identifier: MIT
#include "report/cli/page_verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "report/analysis/alignment.h"
#include "report/render/numbers.h"
#include "report/render/svg_charts.h"

namespace dmarcq {
namespace {

std::string policy_words(const PolicyPublished& policy) {
  if (policy.p.absent()) return {};
  std::string words = "p=" + std::string(policy.p.text());
  if (!policy.sp.absent() && policy.sp != policy.p) words += "; sp=" + std::string(policy.sp.text());
  if (!policy.np.absent()) words += "; np=" + std::string(policy.np.text());
  if (!policy.testing.empty() && policy.testing != "n") words += "; t=" + policy.testing;
  return words;
}

}  // namespace

std::vector<DomainVerdict> page_verdicts(const VerdictInput& input) {
  std::vector<DomainVerdict> verdicts;
  for (const DomainSummary& summary : input.summaries) {
    DomainVerdict& verdict = verdicts.emplace_back();
    verdict.domain = summary.domain;
    verdict.policy = policy_words(summary.policy);
    verdict.state = DomainVerdict::State::too_little_data;
    verdict.sentence = fmt::format("{} of {} pass DMARC.", with_thousands(summary.totals.dmarc_pass()), counted(summary.totals.messages, "message"));
  }
  return verdicts;
}

std::vector<std::pair<std::string, std::string>> method_lines(const StakeholderPage& page) {
  std::vector<std::pair<std::string, std::string>> lines;
  const Day days = page.window.last - page.window.first + 1;
  lines.emplace_back("Period", fmt::format("{} to {}, {} in UTC, both ends included. A report's mail is counted on the day in which the middle of the report's own window lies.{}",
                                           iso_date(page.window.first), iso_date(page.window.last), counted(static_cast<std::uint64_t>(std::max(days, 0)), "day"),
                                           page.data ? fmt::format(" Reports of this period cover {} to {}.", iso_date(page.data->first), iso_date(page.data->last)) : ""));
  lines.emplace_back("What is counted", "Messages, as receivers counted them. Each report counts once, however often it was mailed. Receivers that send no reports are not in the figures.");
  lines.emplace_back("Pass and fail", "The receiver's own evaluation: a message passes DMARC when DKIM or SPF passes for a name aligned with the domain in its From line.");
  lines.emplace_back("Groups",
                     "Own and aligned: passes DMARC. Own, but failing: comes straight from a sender that is ours by name, signature or declaration, and fails. Forwarded or list: fails, and bears "
                     "the marks of a forwarder, gateway or mailing list. Unknown or spoofed: all else that fails, other customers of the same service included.");
  lines.emplace_back("Who sent it",
                     "Recognised by, strongest first: the owner's word; SPF or DKIM passing for a name of the service (authenticated); the same address or selector doing so elsewhere (learned); a "
                     "published network (network). A mere name that did not pass (claimed) proves nothing.");
  const SuffixList& suffixes = suffix_list();
  lines.emplace_back("Data", fmt::format("Sender catalogue of {}. Public suffix list of {}.", catalogue_date(), suffixes.date.empty() ? "unknown date" : suffixes.date));
  return lines;
}

}  // namespace dmarcq
