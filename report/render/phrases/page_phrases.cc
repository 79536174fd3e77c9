// SPDX-License-Identifier: MIT
#include "report/render/phrases/page_phrases.h"

#include <fmt/format.h>

#include <algorithm>

#include "parser/alignment.h"
#include "report/answers/page/page_verdict.h"
#include "report/render/numbers.h"
#include "report/render/phrases/trust_phrases.h"

namespace dmarcq {
namespace {

std::string sentence_end(std::string text) {
  if (!text.empty() && text.back() != '.' && text.back() != '?') text += '.';
  return text;
}

/// The first thing that stands in the way, and its first cure.
std::string first_repair(const Readiness& readiness) {
  const auto found =
      std::ranges::find_if(readiness.blockers, [](const Blocker& b) { return !b.fix.empty(); });
  if (found == readiness.blockers.end())
    return readiness.blockers.empty() ? std::string() : readiness.blockers.front().text;
  std::string step = found->fix.front();
  if (step[0] >= 'a' && step[0] <= 'z') step[0] = static_cast<char>(step[0] - 'a' + 'A');
  return found->text + " " + sentence_end(step);
}

VerdictWords words_of_judged(const DomainVerdict& verdict, const DomainVerdict::Judged& judged) {
  VerdictWords words;
  const std::string& d = verdict.domain;
  const Readiness& readiness = judged.readiness;
  const NextStep& next = judged.next;
  const std::string& p = judged.p;
  const StreamCount& own = readiness.by_standing[static_cast<std::size_t>(Standing::own)];
  switch (readiness.verdict) {
    case Verdict::ready:
      if (verdict.state == DomainVerdict::State::at_goal) {
        words.sentence = fmt::format(
            "{} rejects mail that is not its own, and no condition for that is open.", d);
        words.brief = "p=reject, and no condition is open";
      } else {
        words.brief = fmt::format("in {} days {} of {} of its own failed DMARC", verdict_days,
                                  own.fail == 0 ? "none" : with_thousands(own.fail),
                                  counted(own.judged(), "message"));
        words.sentence = fmt::format("{} is ready for p={}: {}.", d, readiness.target, words.brief);
        words.brief = fmt::format("for p={}: {}", readiness.target, words.brief);
      }
      words.next_step = next.change;
      if (next.changes && next.least_days > 0)
        words.next_step +=
            fmt::format(" Stay there for {} at least.", counted(next.least_days, "day"));
      break;
    case Verdict::not_ready: {
      const std::string place =
          p == readiness.target
              ? fmt::format("{} is at p={} without being ready for it", d, p)
              : fmt::format("{} is not ready to move from p={} to p={}", d, p, readiness.target);
      const auto open = std::ranges::count(readiness.gates, Gate::Status::failed, &Gate::status);
      if (own.fail > 0)
        words.brief = fmt::format("in {} days {} of {} of its own failed DMARC", verdict_days,
                                  with_thousands(own.fail), counted(own.judged(), "message"));
      else
        words.brief = fmt::format(
            "{} open", counted(static_cast<std::uint64_t>(open), "condition is", "conditions are"));
      words.sentence = fmt::format("{}: {}.", place, words.brief);
      words.brief = fmt::format("for p={}: {}", readiness.target, words.brief);
      words.next_step = next.back ? next.change + " " + first_repair(readiness)
                                  : first_repair(readiness);
      break;
    }
    case Verdict::too_little_data: {
      words.sentence =
          p == readiness.target
              ? fmt::format(
                    "There is too little data to say whether p={} is safe for {} and all names below it.",
                    p, d)
              : fmt::format(
                    "There is too little data to say whether {} may move from p={} to p={}.", d, p,
                    readiness.target);
      const auto missing = std::ranges::find_if(readiness.gates, [](const Gate& g) {
        return g.about_data && g.status == Gate::Status::failed;
      });
      if (missing != readiness.gates.end()) words.brief = missing->why;
      if (missing != readiness.gates.end())
        words.next_step =
            fmt::format("{} Leave the record as it is until then.", sentence_end(missing->why));
      break;
    }
  }
  if (judged.trust.other)
    if (const std::string note = trust_words(judged.trust); !note.empty())
      words.sentence += " " + note;
  return words;
}

}  // namespace

VerdictWords words_of(const DomainVerdict& verdict) {
  if (verdict.judged) return words_of_judged(verdict, *verdict.judged);
  if (verdict.state == DomainVerdict::State::not_judged)
    return {.sentence = {},
            .next_step = {},
            .brief = "less mail than the others; dmarcq readiness judges it"};
  return {};
}

std::string target_of(const DomainVerdict& verdict) {
  return verdict.judged ? verdict.judged->readiness.target : std::string();
}

std::optional<RecordToPublish> record_to_publish(const DomainVerdict& verdict) {
  if (!verdict.judged) return std::nullopt;
  const NextStep& next = verdict.judged->next;
  const bool advised = next.changes && (verdict.state == DomainVerdict::State::ready || next.back);
  if (!advised || next.record.empty()) return std::nullopt;
  return RecordToPublish{next.name.empty() ? verdict.domain : next.name, next.record};
}

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
          iso_date(page.as_of), page.verdict_days));
  const SuffixList& suffixes = suffix_list();
  lines.emplace_back(
      "Data", fmt::format("Sender catalogue of {}. Public suffix list of {}.", catalogue_date(),
                          suffixes.date.empty() ? "unknown date" : suffixes.date));
  return lines;
}

}  // namespace dmarcq
