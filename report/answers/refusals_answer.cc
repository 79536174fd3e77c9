// SPDX-License-Identifier: MIT
#include "report/answers/refusals_answer.h"

#include <algorithm>
#include <map>
#include <unordered_map>
#include <unordered_set>

#include "ingest/base/text.h"
#include "report/analysis/refusals/mail_operator.h"
#include "report/analysis/sender/salesforce.h"
#include "store/queries.h"
#include "store/scope.h"

namespace dmarcq {
namespace {

using By = RefusalsQuestion::By;

/// Who sent a report so many days before or after sends reports.
constexpr Day reporting_days = 30;

bool is_one_of(const std::string& name, const std::vector<std::string>& domains) {
  return domains.empty() || std::ranges::any_of(domains, [&](const std::string& domain) {
           return at_or_below(name, domain);
         });
}

bool is_asked_for(const MailOutcome& mail, const RefusalsQuestion& question) {
  if (question.since && mail.day < *question.since) return false;
  if (question.until && mail.day > *question.until) return false;
  if (!question.sources.empty() &&
      std::ranges::find(question.sources, mail.source) == question.sources.end())
    return false;
  return is_one_of(*mail.recipient_domain, question.recipient_domains);
}

/// What reports say of the days on which mail was refused.
DailyVerdicts verdicts_of(Snapshot& snapshot, const std::vector<MailOutcome>& outcomes,
                          const ReportTrust& trust) {
  std::unordered_set<std::string> domains;
  Day first = last_possible_day, last = 0;
  for (const MailOutcome& mail : outcomes) {
    if (!may_be_about_dmarc(mail) || mail.from_domain->empty()) continue;
    domains.insert(*mail.from_domain);
    first = std::min(first, mail.day);
    last = std::max(last, mail.day);
  }
  DailyVerdicts verdicts;
  if (domains.empty()) return verdicts;
  Dictionary& dictionary = snapshot.dictionary();
  std::unordered_map<std::uint32_t, std::string> operators;
  const std::vector<std::string> names(domains.begin(), domains.end());
  Filter filter{.domains = names,
                .since = std::max<Day>(first - reporting_days, 0),
                .until = std::min<Day>(last + reporting_days, last_possible_day),
                .least_trust = trust.least,
                .or_file = trust.or_file};
  std::ranges::sort(filter.domains);
  each_day_row(snapshot, filter, [&](const DayRow& row) {
    const Identity& identity = dictionary.identity(row.identity);
    const std::string from = identity.header_from.empty() ? dictionary.domain(row.domain)
                                                          : folded_domain(identity.header_from);
    if (!domains.contains(from)) return;
    const auto [entry, added] = operators.try_emplace(row.reporter);
    if (added) entry->second = operator_of_reporter(dictionary.reporter(row.reporter));
    const PolicyEvaluated& evaluated = dictionary.evaluation(row.evaluation);
    const bool passes = evaluated.dkim_aligned() || evaluated.spf_aligned();
    const bool enforced = evaluated.disposition.is(Disposition::reject) ||
                          evaluated.disposition.is(Disposition::quarantine);
    std::string org;
    for (const SpfAuthResult& result : identity.spf)
      if (const auto found = decode_bounce_name(result.domain)) org = found->org_id;
    verdicts.add(from, entry->second, org, row.day,
                 {.pass = passes ? row.messages : 0,
                  .fail = passes ? 0 : row.messages,
                  .enforced = enforced && !passes ? row.messages : 0});
  });
  return verdicts;
}

std::string label_of(const MailOutcome& mail, By by) {
  switch (by) {
    case By::why: return std::string(to_text(mail.why));
    case By::recipient_domain: return *mail.recipient_domain;
    case By::day: return iso_date(mail.day);
    case By::org: return mail.org_id->empty() ? "not told" : *mail.org_id;
    case By::source: break;
  }
  return std::string(to_text(mail.source));
}

std::vector<RefusalGroup> groups_of(const std::vector<WeighedRefusal>& refusals, By by) {
  struct Sums {
    RefusalGroup group;
    std::unordered_set<InternedString> recipients;
    std::map<std::string, std::uint64_t> receivers;
    std::array<std::uint64_t, 3> sureness{};
    std::array<ExampleWords, refusal_class_count> examples;  ///< of each class
  };
  std::map<std::string, Sums> by_label;
  for (const WeighedRefusal& refusal : refusals) {
    const MailOutcome& mail = *refusal.mail;
    Sums& sums = by_label[label_of(mail, by)];
    RefusalGroup& group = sums.group;
    group.first_day = group.mails == 0 ? mail.day : std::min(group.first_day, mail.day);
    group.last_day = std::max(group.last_day, mail.day);
    ++group.mails;
    ++group.classes[static_cast<std::size_t>(mail.why)];
    ++group.evidence[static_cast<std::size_t>(refusal.evidence)];
    ++sums.sureness[static_cast<std::size_t>(sureness_of(refusal))];
    ++sums.receivers[*mail.receiver];
    if (!mail.recipient->empty()) sums.recipients.insert(mail.recipient);
    sums.examples[static_cast<std::size_t>(mail.why)].take(refusal);
  }
  std::vector<RefusalGroup> groups;
  for (auto& [label, sums] : by_label) {
    RefusalGroup& group = sums.group;
    group.label = label;
    group.recipients = sums.recipients.size();
    group.example = sums.examples[static_cast<std::size_t>(group.main_class())].text();
    group.sureness =
        static_cast<Sureness>(std::ranges::max_element(sums.sureness) - sums.sureness.begin());
    group.receiver = std::ranges::max_element(sums.receivers, {}, [](const auto& entry) {
                       return entry.second;
                     })->first;
    groups.push_back(std::move(group));
  }
  if (by != By::day) std::ranges::stable_sort(groups, std::ranges::greater(), &RefusalGroup::mails);
  return groups;
}

std::vector<MailOutcome> outcomes_of(const MailHistory& history, const RefusalsQuestion& question) {
  std::vector<MailOutcome> outcomes = history.of(question.domains);
  std::erase_if(outcomes, [&](const MailOutcome& mail) { return !is_asked_for(mail, question); });
  return outcomes;
}

/// Refusals as the owner's own logs tell them: a bounce is a mail that anyone can send.
struct LoggedRefusals {
  LoggedRefusals(Snapshot& snapshot, const MailHistory& history, const RefusalsQuestion& question,
                 const ReportTrust& trust)
      : outcomes(outcomes_of(history, question)) {
    const DailyVerdicts verdicts = verdicts_of(snapshot, outcomes, trust);
    for (const MailOutcome& mail : outcomes)
      if (mail.failed() && mail.refused_in_log)
        refusals.push_back({&mail, verdicts.evidence(mail)});
    causes = refusal_causes(refusals, outcomes);
  }
  LoggedRefusals(const LoggedRefusals&) = delete;
  LoggedRefusals& operator=(const LoggedRefusals&) = delete;

  std::vector<MailOutcome> outcomes;
  std::vector<WeighedRefusal> refusals;  ///< points into `outcomes`
  std::vector<RefusalCause> causes;
};

}  // namespace

std::vector<RefusalCause> open_salesforce_causes(Snapshot& snapshot, const MailHistory& history,
                                                 const std::string& domain,
                                                 std::optional<Day> since,
                                                 std::optional<Day> until) {
  RefusalsQuestion question{.since = since, .until = until};
  question.domains = {domain};
  question.sources = {DeliverySource::email_log, DeliverySource::marketing_cloud};
  std::vector<RefusalCause> causes = LoggedRefusals(snapshot, history, question, {}).causes;
  std::erase_if(causes, [](const RefusalCause& cause) {
    return cause.repaired || !is_for_sender(cause.kind);
  });
  return causes;
}

std::optional<RefusedOwnMail> refused_own_mail(Snapshot& snapshot, const MailHistory& history,
                                               const std::string& domain, Day since, Day until,
                                               const ReportTrust& trust) {
  RefusalsQuestion question{.since = since, .until = until};
  question.domains = {domain};
  const LoggedRefusals logged(snapshot, history, question, trust);
  const auto cause =
      std::ranges::find(logged.causes, RefusalCause::Kind::dmarc_enforced, &RefusalCause::kind);
  if (cause == logged.causes.end() || cause->repaired) return std::nullopt;
  RefusedOwnMail refused{
      .mails = cause->mails, .first_day = cause->first_day, .last_day = cause->last_day};
  for (const WeighedRefusal& refusal : logged.refusals)
    if (cause_of(refusal) == cause->kind) refused.receivers.insert(*refusal.mail->receiver);
  return refused;
}

RefusalClass RefusalGroup::main_class() const {
  return static_cast<RefusalClass>(std::ranges::max_element(classes) - classes.begin());
}

const RefusalCause* RefusalsAnswer::cause(RefusalCause::Kind kind) const {
  const auto found = std::ranges::find(causes, kind, &RefusalCause::kind);
  return found == causes.end() ? nullptr : &*found;
}

RefusalsAnswer refusals_answer(Snapshot& snapshot, const RefusalsQuestion& question) {
  RefusalsAnswer answer;
  answer.history = std::make_shared<const MailHistory>(snapshot, question.since, question.until,
                                                       MailHistory::Told::by_all, question.today);
  answer.any_logs = answer.history->any_logs();
  answer.outcomes = outcomes_of(*answer.history, question);
  if (answer.outcomes.empty()) return answer;
  answer.since = answer.outcomes.front().day;
  answer.until = answer.outcomes.back().day;
  answer.mails = answer.outcomes.size();
  const DailyVerdicts verdicts = verdicts_of(snapshot, answer.outcomes, {});
  for (const MailOutcome& mail : answer.outcomes) {
    ++answer.states[static_cast<std::size_t>(mail.state)];
    if (!mail.failed()) continue;
    ++answer.failed;
    if (!question.classes.empty() &&
        std::ranges::find(question.classes, mail.why) == question.classes.end())
      continue;
    answer.refusals.push_back({&mail, verdicts.evidence(mail)});
  }
  answer.groups = groups_of(answer.refusals, question.by);
  answer.causes = refusal_causes(answer.refusals, answer.outcomes);
  answer.split = refusal_split(answer.refusals);
  answer.route = route_advice(answer.causes, answer.outcomes);
  return answer;
}

}  // namespace dmarcq
