// SPDX-License-Identifier: MIT
#include "report/render/phrases/page_phrases.h"

#include <fmt/format.h>

#include <algorithm>

#include "parser/alignment.h"
#include "report/analysis/sender/catalogue.h"
#include "report/render/numbers.h"

namespace dmarcq {
std::string words_of(const Disagreement& disagreement) {
  return fmt::format(
      "{} reported as {}: {}{}", disagreement.dkim ? "DKIM" : "SPF",
      disagreement.reported == DmarcResult::pass   ? "aligned"
      : disagreement.reported == DmarcResult::fail ? "not aligned"
                                                   : "unknown",
      explanation(disagreement.reason),
      disagreement.example.empty() ? "" : fmt::format(" ({})", disagreement.example));
}

std::string words_of(const Changes::OfFinding& finding) {
  return fmt::format("{}: {}, {}", finding.domain, finding.sender, to_text(finding.code));
}

std::vector<std::pair<std::string, std::string>> method_words(const StakeholderPage& page) {
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
      "Own and aligned: passes DMARC. Own, but failing: comes directly from a sender that is yours by name, signature or declaration, and fails. Forwarded or list: fails, and has "
      "the marks of a forwarder, gateway or mailing list. Unknown or spoofed: everything else that fails, including other customers of the same service.");
  lines.emplace_back(
      "Who sent it",
      "Identified by, strongest first: the owner's declaration; SPF or DKIM passing for a name of the service (authenticated); the same address or selector doing so elsewhere (learned); a "
      "published network (network). A name that did not pass (claimed) proves nothing.");
  lines.emplace_back(
      "Verdict and conditions",
      fmt::format(
          "Judged as of {}, over the {} complete days before it and, to compare, those before them. The numbers under “Required” are this program's defaults or the owner's own; no standard gives "
          "them. A rate over few messages is never called 100 %: no failure in n messages leaves room for about 3/n. The policy steps follow RFC 9989, which removed pct.",
          iso_date(page.as_of), page.verdict_days));
  const SuffixList& suffixes = suffix_list();
  lines.emplace_back(
      "Data", fmt::format("Sender catalogue of {}. Public suffix list of {}.", catalogue_date(),
                          suffixes.date.empty() ? "unknown date" : suffixes.date));
  return lines;
}

}  // namespace dmarcq
