// SPDX-License-Identifier: MIT
#include "report/render/phrases/verdict_phrases.h"

#include <fmt/format.h>

#include <algorithm>

#include "ingest/base/text.h"
#include "report/render/phrases/blocker_phrases.h"
#include "report/render/phrases/gate_phrases.h"
#include "report/render/phrases/readiness_phrases.h"
#include "report/render/phrases/record_phrases.h"
#include "report/render/phrases/wording.h"

namespace dmarcq {
namespace {

/// The first blocker that can be repaired, and its first step; else the first blocker.
std::string first_repair(const std::vector<Blocker>& blockers) {
  for (const Blocker& blocker : blockers) {
    const BlockerPhrases phrases = phrases_of(blocker);
    if (!phrases.fix.empty())
      return phrases.text + " " + with_full_stop(capitalized(phrases.fix.front()));
  }
  return blockers.empty() ? std::string() : phrases_of(blockers.front()).text;
}

/// "in 30 days none of 812 messages of its own failed DMARC"
std::string own_mail(const DomainVerdict& verdict) {
  return fmt::format("in {} days {} of {} of its own failed DMARC", verdict.judged_days,
                     verdict.own.fail == 0 ? "none" : with_thousands(verdict.own.fail),
                     counted(verdict.own.judged(), "message"));
}

VerdictPhrases at_goal(const DomainVerdict& verdict) {
  return {
      fmt::format("{} rejects mail that is not its own, and no condition is open.", verdict.domain),
      phrases_of(verdict.next).change, "p=reject, and no condition is open"};
}

VerdictPhrases ready(const DomainVerdict& verdict) {
  const std::string why = own_mail(verdict);
  VerdictPhrases phrases{
      fmt::format("{} is ready for p={}: {}.", verdict.domain, verdict.target, why),
      phrases_of(verdict.next).change, fmt::format("for p={}: {}", verdict.target, why)};
  if (verdict.next.changes && verdict.next.least_days > 0)
    phrases.next_step +=
        fmt::format(" Stay there for at least {}.", counted(verdict.next.least_days, "day"));
  return phrases;
}

VerdictPhrases not_ready(const DomainVerdict& verdict) {
  const std::string place =
      verdict.p == verdict.target
          ? fmt::format("{} is at p={} without being ready for it", verdict.domain, verdict.p)
          : fmt::format("{} is not ready to move from p={} to p={}", verdict.domain, verdict.p,
                        verdict.target);
  const auto open = std::ranges::count_if(verdict.gates, &Gate::failed);
  const std::string why = verdict.own.fail > 0
                              ? own_mail(verdict)
                              : fmt::format("{} open", counted(static_cast<std::uint64_t>(open),
                                                               "condition is", "conditions are"));
  const std::string repair = first_repair(verdict.blockers);
  return {fmt::format("{}: {}.", place, why),
          verdict.next.back ? phrases_of(verdict.next).change + " " + repair : repair,
          fmt::format("for p={}: {}", verdict.target, why)};
}

VerdictPhrases too_little_data(const DomainVerdict& verdict) {
  VerdictPhrases phrases;
  phrases.sentence =
      verdict.p == verdict.target
          ? fmt::format(
                "There is too little data to say whether p={} is safe for {} and all names below it.",
                verdict.p, verdict.domain)
          : fmt::format("There is too little data to say whether {} can move from p={} to p={}.",
                        verdict.domain, verdict.p, verdict.target);
  const auto missing = std::ranges::find_if(
      verdict.gates, [](const Gate& gate) { return gate.about_data() && gate.failed(); });
  if (missing == verdict.gates.end()) return phrases;
  phrases.brief = phrases_of(*missing).why;
  phrases.next_step =
      fmt::format("{} Leave the record unchanged until then.", with_full_stop(phrases.brief));
  return phrases;
}

}  // namespace

VerdictPhrases phrases_of(const DomainVerdict& verdict) {
  using State = DomainVerdict::State;
  VerdictPhrases phrases;
  switch (verdict.state) {
    case State::at_goal: phrases = at_goal(verdict); break;
    case State::ready: phrases = ready(verdict); break;
    case State::not_ready: phrases = not_ready(verdict); break;
    case State::too_little_data: phrases = too_little_data(verdict); break;
    case State::not_judged:
      phrases.brief = "less mail than the others; see dmarcq readiness";
      break;
    case State::no_reports: break;
  }
  if (verdict.doubt) phrases.sentence += " " + sentence_of(*verdict.doubt);
  return phrases;
}

}  // namespace dmarcq
