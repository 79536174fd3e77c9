// SPDX-License-Identifier: MIT
#include "report/answers/tls/tls_answer.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "ingest/base/text.h"
#include "store/queries.h"
#include "store/scope.h"

namespace dmarcq {
namespace {

bool is_one_of(const std::string& name, const std::vector<std::string>& domains) {
  return std::ranges::any_of(domains,
                             [&](const std::string& domain) { return at_or_below(name, domain); });
}

bool is_asked_for(const TlsObservation& one, const std::string& organization,
                  const TlsQuestion& question) {
  if (question.since && one.day < *question.since) return false;
  return question.reporters.empty() ||
         std::ranges::any_of(question.reporters, [&](const std::string& name) {
           return lower(name) == lower(organization) || lower(name) == lower(one.voice.name);
         });
}

/// What is told of the domains of the question, and which of it the question is about.
struct Observed {
  std::vector<TlsObservation> all, asked;
};

Observed observed(Snapshot& snapshot, const TlsQuestion& question, Day until) {
  const Day judged = std::max<Day>(until - tls_window_days + 1, 0);
  Observed out;
  snapshot.tls_reports(
      std::min(question.since.value_or(0), judged), until, [&](const StoredTlsReport& stored) {
        std::vector<TlsObservation> list;
        observe(stored, list);
        for (TlsObservation& one : list) {
          if (!question.domains.empty() && !is_one_of(one.domain, question.domains)) continue;
          if (is_asked_for(one, stored.report.organization_name, question))
            out.asked.push_back(one);
          out.all.push_back(std::move(one));
        }
      });
  return out;
}

std::uint64_t count_of_future(Snapshot& snapshot, const TlsQuestion& question) {
  if (question.until) return 0;
  std::uint64_t count = 0;
  snapshot.tls_reports(question.today + 1, last_possible_day,
                       [&](const StoredTlsReport&) { ++count; });
  return count;
}

void ask_dns(TlsDomainAnswer& answer, TlsObservations all, const TlsQuestion& question) {
  const MxHealth mx = check_mx(answer.domain, *question.dns);
  const MtaStsHealth sts = check_mta_sts(answer.domain, question.sts_policy, mx, *question.dns);
  answer.now = tls_policy_now(all, answer.domain, tls_voices_with_say(all, answer.domain), sts, mx);
  const auto& blockers = answer.readiness.blockers;
  for (const TlsPolicyNow::Difference& difference : answer.now->differences)
    if (difference.kind == TlsPolicyNow::Difference::Kind::mx_uncovered &&
        std::ranges::find(blockers, difference.now, &TlsBlocker::host) == blockers.end())
      answer.readiness.add(
          {.kind = TlsBlocker::Kind::mx_uncovered, .certain = true, .host = difference.now});
}

/// Of each domain those with its name.
std::map<std::string, std::vector<TlsGroup>> by_domain(std::vector<TlsGroup> groups) {
  std::map<std::string, std::vector<TlsGroup>> domains;
  for (TlsGroup& group : groups) {
    const std::string domain = group.domain;
    domains[domain].push_back(std::move(group));
  }
  return domains;
}

}  // namespace

bool TlsAnswer::has_failures() const {
  return std::ranges::any_of(domains,
                             [](const TlsDomainAnswer& domain) { return domain.all.failed > 0; });
}

TlsAnswer tls_answer(Snapshot& snapshot, const TlsQuestion& question) {
  const Day until = question.until.value_or(question.today);
  const Observed seen = observed(snapshot, question, until);
  TlsAnswer answer;
  answer.from_future = count_of_future(snapshot, question);
  if (seen.asked.empty()) return answer;
  std::set<std::int64_t> reports;
  std::map<std::string, std::set<std::int64_t>> of_domain;
  answer.since = seen.asked.front().day;
  for (const TlsObservation& one : seen.asked) {
    reports.insert(one.report);
    of_domain[one.domain].insert(one.report);
    answer.since = std::min(answer.since, one.day);
    answer.until = std::max(answer.until, one.day);
  }
  answer.reports = reports.size();
  auto results = by_domain(tls_groups(seen.asked, TlsBy::result));
  auto groups = question.by == TlsBy::domain ? std::map<std::string, std::vector<TlsGroup>>()
                                             : by_domain(tls_groups(seen.asked, question.by));
  const std::vector<std::string> own = known_domains(snapshot);
  for (TlsGroup& all : tls_groups(seen.asked, TlsBy::domain)) {
    TlsDomainAnswer& domain = answer.domains.emplace_back();
    domain.domain = all.domain;
    domain.own = is_one_of(domain.domain, own);
    domain.all = std::move(all);
    domain.results = std::move(results[domain.domain]);
    domain.groups = std::move(groups[domain.domain]);
    domain.reports = of_domain[domain.domain].size();
    domain.readiness = tls_readiness(seen.all, domain.domain, until);
    if (question.dns != nullptr && !domain.domain.empty()) ask_dns(domain, seen.all, question);
  }
  std::ranges::stable_sort(answer.domains, [](const TlsDomainAnswer& a, const TlsDomainAnswer& b) {
    return std::tuple(!a.own, a.domain) < std::tuple(!b.own, b.domain);
  });
  return answer;
}

}  // namespace dmarcq
