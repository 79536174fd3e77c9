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
  return fmt::format("in {} days {} of {} of its own failed DMARC",
                     verdict.last - verdict.first + 1,
                     verdict.own.fail == 0 ? "none" : with_thousands(verdict.own.fail),
                     counted(verdict.own.judged(), "message"));
}

VerdictPhrases at_goal(const DomainVerdict& verdict) {
  return {
      fmt::format("{} rejects mail that is not its own, and no condition is open.", verdict.domain),
      phrases_of(verdict.next).change};
}

VerdictPhrases ready(const DomainVerdict& verdict) {
  const std::string why = own_mail(verdict);
  VerdictPhrases phrases{
      fmt::format("{} is ready for p={}: {}.", verdict.domain, verdict.target, why),
      phrases_of(verdict.next).change};
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
          verdict.next.back ? phrases_of(verdict.next).change + " " + repair : repair};
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
  phrases.next_step = fmt::format("{} Leave the record unchanged until then.",
                                  with_full_stop(phrases_of(*missing).why));
  return phrases;
}

VerdictPhrases no_reports(const DomainVerdict& verdict) {
  return {
      verdict.last_report
          ? fmt::format("No report on {} is newer than {}.", verdict.domain,
                        iso_date(*verdict.last_report))
          : fmt::format("No report on {} came in the last four months.", verdict.domain),
      fmt::format(
          "Check that report mail still arrives and is ingested, that the record at _dmarc.{} still names the right address in rua=, and that this address accepts reports for the domain.",
          verdict.domain)};
}

}  // namespace

std::string_view words_of(DomainVerdict::State state) noexcept {
  switch (state) {
    case DomainVerdict::State::ready: return "ready";
    case DomainVerdict::State::not_ready: return "not ready";
    case DomainVerdict::State::too_little_data: return "too little data";
    case DomainVerdict::State::at_goal: return "goal reached";
    case DomainVerdict::State::no_reports: break;
  }
  return "no reports";
}

VerdictPhrases phrases_of(const DomainVerdict& verdict) {
  using State = DomainVerdict::State;
  VerdictPhrases phrases;
  switch (verdict.state) {
    case State::at_goal: phrases = at_goal(verdict); break;
    case State::ready: phrases = ready(verdict); break;
    case State::not_ready: phrases = not_ready(verdict); break;
    case State::too_little_data: phrases = too_little_data(verdict); break;
    case State::no_reports: phrases = no_reports(verdict); break;
  }
  if (verdict.doubt) phrases.sentence += " " + sentence_of(*verdict.doubt);
  return phrases;
}

std::string blocked_by(const DomainVerdict& verdict) {
  using State = DomainVerdict::State;
  if (verdict.state != State::not_ready && verdict.state != State::too_little_data) return {};
  const bool about_data = verdict.state == State::too_little_data;
  if (!about_data && !verdict.blockers.empty()) return brief_of(verdict.blockers.front());
  for (const Gate& gate : verdict.gates)
    if (gate.failed() && gate.about_data() == about_data) {
      const GatePhrases phrases = phrases_of(gate);
      return fmt::format("{}: {}", phrases.name, phrases.measured);
    }
  return {};
}

std::string asked_by(const std::string& record) {
  const auto parsed = PolicyRecord::parse(record);
  if (!parsed) return {};
  std::string words;
  for (const std::string_view name : {"p", "sp", "np", "t", "adkim", "aspf"})
    if (const auto value = parsed->tag(name))
      words += fmt::format("{}{}={}", words.empty() ? "" : "; ", name, *value);
  return words;
}

}  // namespace dmarcq
