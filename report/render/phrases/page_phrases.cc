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
      "The same as in dmarcq readiness. Authenticated: passes DMARC. Needs fixing: a sender that is yours by name, signature or declaration, and fails. Unidentified: fails, and may be yours, "
      "or keeps coming without an explanation. Forwarded: fails, and has the marks of a forwarder, gateway or mailing list. Spoofing: everything else that fails, including other customers of the same service.");
  lines.emplace_back(
      "Who sent it",
      "Identified by, strongest first: the owner's declaration; SPF or DKIM passing for a name of the service (authenticated); the same address or selector doing so elsewhere (learned); a "
      "published network (network). A name that did not pass (claimed) proves nothing.");
  lines.emplace_back(
      "Verdict and conditions",
      fmt::format(
          "Judged as of {}, over the last 30 complete days before it and, to compare, those before them. The numbers under “Required” are this program's defaults or the owner's own; no standard gives "
          "them. A rate over few messages is never called 100 %: no failure in n messages leaves room for about 3/n. The policy steps follow RFC 9989, which removed pct.",
          iso_date(page.as_of)));
  const SuffixList& suffixes = suffix_list();
  lines.emplace_back(
      "Data", fmt::format("Sender catalogue of {}. Public suffix list of {}.", catalogue_date(),
                          suffixes.date.empty() ? "unknown date" : suffixes.date));
  return lines;
}

std::vector<std::string> problem_words(const StakeholderPage& page) {
  const Problems& problems = page.problems;
  std::vector<std::string> lines;
  if (problems.unusable_records > 0)
    lines.push_back(
        fmt::format("{} had no usable address or count and {} left out{}.",
                    counted(problems.unusable_records, "record"),
                    problems.unusable_records == 1 ? "was" : "were",
                    problems.unusable_messages > 0
                        ? fmt::format(" ({})", counted(problems.unusable_messages, "message"))
                        : ""));
  if (problems.damaged_reports > 0)
    lines.push_back(fmt::format("{} not well-formed and read as far as possible.",
                                counted(problems.damaged_reports, "report was", "reports were")));
  if (problems.deviating_reports > 0)
    lines.push_back(
        fmt::format("{} from the standard in some value; what was read instead is kept beside it.",
                    counted(problems.deviating_reports, "report deviates", "reports deviate")));
  if (problems.long_windows > 0)
    lines.push_back(fmt::format("{} more than 36 hours; the mail is counted on the middle day.",
                                counted(problems.long_windows, "report spans", "reports span")));
  if (!page.overrides.empty()) {
    std::string words;
    for (std::size_t i = 0; i < std::min<std::size_t>(page.overrides.size(), 8); ++i)
      words += fmt::format("{}{} ({})", i == 0 ? "" : ", ", page.overrides[i].first,
                           with_thousands(page.overrides[i].second));
    lines.push_back(
        "Where receivers did other than the policy asks, they gave as reason: " + words + ".");
  }
  return lines;
}

std::vector<std::string> change_words(const StakeholderPage& page) {
  const Changes& changes = page.changes;
  std::vector<std::string> lines;
  for (const PolicyChange& change : changes.policies)
    lines.push_back(fmt::format("Policy of {} since {}: {}, before {}.", change.domain,
                                iso_date(change.day), change.now, change.before));
  const auto list = [&](std::string_view lead, const std::vector<ChangedSender>& senders,
                        std::size_t more, auto words) {
    if (senders.empty()) return;
    std::string line(lead);
    for (const ChangedSender& sender : senders)
      line += fmt::format("{}{} ({})", line.size() == lead.size() ? " " : ", ", sender.sender,
                          words(sender));
    lines.push_back(line + (more > 0 ? fmt::format(" and {}.", counted(more, "other")) : "."));
  };
  const auto rates = [](const ChangedSender& sender) {
    return fmt::format("{} passing before, {} now", percent(sender.before_pass, sender.before),
                       percent(sender.after_pass, sender.after));
  };
  list("New:", changes.appeared, changes.appeared_more, [](const ChangedSender& sender) {
    return fmt::format("{}, {} pass", counted(sender.after, "message"),
                       percent(sender.after_pass, sender.after));
  });
  list("No longer seen:", changes.gone, changes.gone_more,
       [](const ChangedSender& sender) { return counted(sender.before, "message") + " before"; });
  list("Authenticates worse:", changes.worse, 0, rates);
  list("Authenticates better:", changes.better, 0, rates);
  const auto findings = [&](std::string_view lead, const std::vector<Changes::OfFinding>& found) {
    std::string line(lead);
    for (const Changes::OfFinding& finding : found)
      line += (line.size() == lead.size() ? " " : "; ") + words_of(finding);
    if (!found.empty()) lines.push_back(line + ".");
  };
  findings("Findings that are gone:", changes.findings_gone);
  findings("Findings that are new:", changes.findings_new);
  for (const Changes::NoteLine& note : changes.notes)
    lines.push_back(fmt::format("Note of {}{}: {}", iso_date(note.day),
                                note.domain.empty() ? "" : " on " + note.domain, note.text));
  return lines;
}

}  // namespace dmarcq
