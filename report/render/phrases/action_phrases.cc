// SPDX-License-Identifier: MIT
#include "report/render/phrases/action_phrases.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "report/analysis/sender/salesforce.h"
#include "report/render/numbers.h"
#include "report/render/phrases/blocker_phrases.h"
#include "report/render/phrases/finding_phrases.h"
#include "report/render/phrases/record_phrases.h"
#include "report/render/phrases/verdict_phrases.h"
#include "report/render/phrases/wording.h"

namespace dmarcq {
namespace {

/// In the order of FindingCode.
constexpr std::array<std::string_view, finding_code_count> titles{
    "no DKIM signature of your domain",
    "signs as another domain",
    "signs as a subdomain, and the policy requires an exact match",
    "its DKIM key is missing in DNS",
    "its alternate DKIM key is missing in DNS",
    "signatures fail at one receiver only",
    "some signatures break on the way",
    "SPF does not list Salesforce",
    "the SPF record is broken",
    "passes by SPF only",
    "SPF passes for another name, and the policy requires an exact match",
    "a second org sends without DKIM",
    "its mail stopped",
    "verified, but not signed",
    "bounces go to Salesforce, DKIM passes",
    "sent through your relay without a valid signature",
    "SPF does not list this server of yours",
    "signs as Google, not as your domain",
    "signs as Microsoft, not as your domain",
    "sent with another domain's envelope",
    "no signature of your domain",
    "SPF cannot align, DKIM passes",
    "signs as a subdomain, and the policy requires an exact match",
    "SPF of the bounce name is broken",
    "no DKIM signature of your domain",
    "its DNS records were changed",
    "signs as Amazon SES, not as your domain",
    "signs as SendGrid, not as your domain",
    "SPF passes for a subdomain, and the policy requires an exact match",
    "signs as the provider, not as your domain",
    "forwarded by others, passes",
    "forwarded with a rewritten envelope, passes",
    "changed by a gateway on the way",
    "passed on by a mailing list",
    "delivered by the receiver's own decision",
    "the policy is held back",
    "another customer of Salesforce, or an org that nobody claimed",
    "another customer of Marketing Cloud",
    "nothing ties it to you",
    "yours by its signature, but not in SPF",
    "a temporary error at the receiver",
};
static_assert(!titles.back().empty());

std::string name_of(Role role, std::string_view service) {
  switch (role) {
    case Role::salesforce: return "Salesforce administrator";
    case Role::dns: return "DNS administrator";
    case Role::mail:
      return service.empty() ? "who runs that service" : fmt::format("who runs {}", service);
    case Role::nobody: break;
  }
  return "you";
}

std::string who_repairs(FindingCode code, const std::optional<FindingNames>& names) {
  std::vector<std::string> people;
  for (Role role : traits_of(code).roles) {
    // What any service's mail may suffer from is repaired by who runs that service.
    if (role == Role::salesforce && names && !names->service.empty() &&
        !names->service.starts_with(salesforce_service))
      role = Role::mail;
    std::string name = name_of(role, names ? std::string_view(names->service) : "");
    if (std::ranges::find(people, name) == people.end()) people.push_back(std::move(name));
  }
  return fmt::format("{}", fmt::join(people, ", "));
}

/// What the blocker is about, where the title names its sender already.
std::string impact_of(const Blocker& blocker, std::string&& said) {
  if (const auto* fails = std::get_if<FailsDmarc>(&blocker.reason))
    return fmt::format("{} of {} fail DMARC and would be held by p={}.",
                       with_thousands(blocker.failing), counted(fails->judged, "message"),
                       fails->target);
  if (const auto* spf = std::get_if<PassesBySpfOnly>(&blocker.reason))
    return fmt::format("{} of {} pass by SPF only, and fail once they are forwarded.",
                       with_thousands(spf->spf_only), counted(spf->judged, "message"));
  return std::move(said);
}

ActionPhrases of_blocker(const Blocker& blocker, const DomainVerdict& verdict) {
  BlockerPhrases said = phrases_of(blocker);
  ActionPhrases phrases;
  const bool is_question = asks_the_owner(blocker);
  phrases.title = blocker.code && !is_question
                      ? fmt::format("{}{}: {}", sender_title(said.sender),
                                    blocker.from.empty() || blocker.from == verdict.domain
                                        ? ""
                                        : " as " + blocker.from,
                                    title_of(*blocker.code))
                      : capitalized(sender_title(brief_of(blocker)));
  phrases.impact = impact_of(blocker, std::move(said.text));
  phrases.steps = said.fix;
  phrases.done_when = said.verify;
  if (is_question) {
    phrases.who = "you";
    phrases.done_when = "you have said whose it is; if it is yours, its mail passes DMARC";
    return phrases;
  }
  if (blocker.code) phrases.code = to_text(*blocker.code);
  if (!blocker.code) {
    phrases.who = "you";
  } else {
    phrases.who = who_repairs(*blocker.code, blocker.names);
    phrases.references = references_of(*blocker.code);
    if (blocker.names) phrases.cause = sentences_of(*blocker.code, *blocker.names).cause;
  }
  return phrases;
}

ActionPhrases of_finding(const FindingCard& finding) {
  FindingSentences said = sentences_of(finding.code, finding.names);
  ActionPhrases phrases;
  phrases.title = fmt::format("{}: {}", finding.sender, title_of(finding.code));
  phrases.who = who_repairs(finding.code, finding.names);
  phrases.impact = finding.failing > 0
                       ? fmt::format("{} of {} from {} fail DMARC.",
                                     with_thousands(finding.failing),
                                     counted(finding.of_sender, "message"), finding.sender)
                       : said.cause;
  phrases.cause = finding.failing > 0 ? std::move(said.cause) : std::string();
  phrases.done_when = std::move(said.verify);
  phrases.steps = std::move(said.fix);
  phrases.code = to_text(finding.code);
  phrases.references = references_of(finding.code);
  return phrases;
}

ActionPhrases of_record(const DomainVerdict& verdict, bool back) {
  const StepPhrases step = phrases_of(verdict.next);
  const std::string asked = asked_by(verdict.next_record);
  ActionPhrases phrases;
  phrases.title =
      fmt::format("{} {} for {}", back ? "Step back to" : "Publish", asked, verdict.record_name);
  phrases.who = "DNS administrator";
  phrases.impact = step.change;
  phrases.done_when = fmt::format("reporters see {}, usually from the next day on", asked);
  if (!back && verdict.next.least_days > 0)
    phrases.impact +=
        fmt::format(" Stay there for at least {}.", counted(verdict.next.least_days, "day"));
  phrases.steps = {
      verdict.next.name.empty()
          ? "replace the TXT record; keep your own rua= address, which reports do not contain"
          : "publish it as a new TXT record; the record of the domain itself stays as it is"};
  std::ranges::copy(step.watch, std::back_inserter(phrases.steps));
  if (!step.step_back.empty()) phrases.steps.push_back(step.step_back);
  phrases.record_name = "_dmarc." + verdict.record_name + ".";
  phrases.record = verdict.next_record;
  return phrases;
}

ActionPhrases of_silence(const DomainVerdict& verdict) {
  const VerdictPhrases said = phrases_of(verdict);
  return {.title = fmt::format("Find out why no reports come for {}", verdict.domain),
          .who = "you",
          .impact = said.sentence + " Neither faults nor abuse would be noticed.",
          .done_when = "reports of the last days are there again",
          .cause = {},
          .steps = {said.next_step},
          .record_name = {},
          .record = {},
          .code = {},
          .references = {}};
}

}  // namespace

std::string_view title_of(FindingCode code) { return titles[static_cast<std::size_t>(code)]; }

ActionPhrases phrases_of(const PageAction& action, const DomainVerdict& verdict) {
  switch (action.kind) {
    case PageAction::Kind::step_back: return of_record(verdict, true);
    case PageAction::Kind::publish: return of_record(verdict, false);
    case PageAction::Kind::find_reports: return of_silence(verdict);
    case PageAction::Kind::repair:
    case PageAction::Kind::answer: break;
  }
  return action.blocker ? of_blocker(*action.blocker, verdict) : of_finding(*action.finding);
}

}  // namespace dmarcq
