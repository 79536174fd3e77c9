// SPDX-License-Identifier: MIT
#include "report/answers/portfolio/portfolio_answer.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <set>

#include "report/answers/base/each_part.h"
#include "report/answers/next_record.h"

namespace dmarcq {
namespace {

/// So many domains are taken as they come.
constexpr std::size_t most_unvouched = 1'000;

ReadinessQuestion question_of(const PortfolioQuestion& portfolio, const std::string& domain) {
  return {.domain = domain,
          .target = portfolio.target,
          .today = portfolio.as_of,
          .window_days = portfolio.window_days,
          .limits = portfolio.limits,
          .dns = portfolio.dns};
}

/// Judges each domain, and shows `see` what came out.
template <class See>
std::vector<DomainVerdict> judge_each(Snapshot& snapshot, const PortfolioQuestion& question,
                                      const See& see) {
  std::vector<DomainVerdict> verdicts(question.domains.size());
  if (verdicts.empty()) return verdicts;
  std::optional<MailHistory> read;
  if (question.history == nullptr)
    read.emplace(mail_history_of(snapshot, question_of(question, "")));
  const MailHistory& history = read ? *read : *question.history;
  for_each_part(snapshot, verdicts.size(), [&](std::size_t place, Snapshot& own) {
    ReadinessQuestion asked = question_of(question, question.domains[place]);
    std::optional<PolicyRecord> record;
    if (question.dns != nullptr) record = record_in_dns(*question.dns, asked.domain);
    if (record) asked.record = &*record;
    JudgedReadiness judged = judged_readiness(own, asked, history, question.trusted_only);
    verdicts[place] = verdict_of(judged, asked);
    see(place, own, asked, verdicts[place], std::move(judged));
  });
  return verdicts;
}

}  // namespace

PortfolioDomains portfolio_domains(Snapshot& snapshot) {
  const std::vector<std::string> known = known_domains(snapshot);
  std::set<std::string> names;
  if (known.size() <= most_unvouched)
    names.insert(known.begin(), known.end());
  else
    for (std::string& name : vouched_domains(snapshot)) names.insert(std::move(name));
  for (const std::vector<std::string>& client : snapshot.clients())
    names.insert(client.begin(), client.end());
  PortfolioDomains domains;
  domains.left_out = static_cast<std::size_t>(
      std::ranges::count_if(known, [&](const std::string& name) { return !names.contains(name); }));
  domains.names.assign(names.begin(), names.end());
  return domains;
}

std::vector<DomainVerdict> domain_verdicts(Snapshot& snapshot, const PortfolioQuestion& question,
                                           const SeeReadiness& see) {
  return judge_each(snapshot, question,
                    [&](std::size_t place, Snapshot& own, const ReadinessQuestion&,
                        const DomainVerdict& verdict, const JudgedReadiness& judged) {
                      if (see) see(place, own, verdict, judged);
                    });
}

std::vector<DomainVerdict> readiness_answers(Snapshot& snapshot, const PortfolioQuestion& question,
                                             const SeeAnswer& see) {
  const ReadinessExtras extras{
      .trusted_only = question.trusted_only, .trial = {}, .trial_text = {}};
  return judge_each(snapshot, question,
                    [&](std::size_t place, Snapshot&, const ReadinessQuestion& asked,
                        const DomainVerdict&, JudgedReadiness judged) {
                      see(place, readiness_answer(std::move(judged), asked, extras));
                    });
}

void drop_governed(std::vector<DomainVerdict>& verdicts) {
  std::set<std::string> governed;
  for (const DomainVerdict& verdict : verdicts)
    governed.insert(verdict.governs.begin(), verdict.governs.end());
  std::erase_if(verdicts,
                [&](const DomainVerdict& verdict) { return governed.contains(verdict.domain); });
}

}  // namespace dmarcq
