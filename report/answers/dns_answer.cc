// SPDX-License-Identifier: MIT
#include "report/answers/dns_answer.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "ingest/base/parallel_for.h"
#include "report/analysis/dns/dns_evidence.h"
#include "report/analysis/dns/spf_health.h"
#include "report/answers/base/dns_evidence_reader.h"

namespace dmarcq {
namespace {

/// Threads wait for DNS nearly all of the time.
constexpr std::size_t threads = 32;

std::vector<SelectorAsked> selectors_of(const std::string& domain,
                                        const std::vector<std::string>& named,
                                        const DnsEvidence* evidence) {
  std::vector<SelectorAsked> selectors;
  if (evidence != nullptr) selectors = evidence->selectors;
  for (const std::string& selector : named)
    if (std::ranges::none_of(selectors, [&](const SelectorAsked& seen) {
          return seen.domain == domain && seen.selector == selector;
        }))
      selectors.push_back({.domain = domain, .selector = selector});
  return selectors;
}

/// What is known to be asked, all at once.
void prefetch(const std::string& domain, const std::vector<SelectorAsked>& selectors,
              Resolver& resolver) {
  std::vector<DnsQuestion> questions = dmarc_questions(domain);
  questions.push_back({domain, RecordType::mx});
  for (const std::string_view prefix : {"_mta-sts.", "_smtp._tls.", "default._bimi."})
    questions.push_back({std::string(prefix) + domain, RecordType::txt});
  for (const SelectorAsked& selector : selectors)
    questions.push_back({selector_name(selector), RecordType::txt});
  resolver.prefetch(questions);
}

void take(std::vector<DomainFault>& all, std::vector<DomainFault> more) {
  std::ranges::move(more, std::back_inserter(all));
}

void check_dmarc(DomainHealth& health, Resolver& resolver) {
  health.dmarc = discover_dmarc(health.domain, resolver);
  take(health.faults, dmarc_faults(health.dmarc, resolver));
  const DmarcReading& reading = health.dmarc.by_9989;
  if (!reading.record) return;
  ExternalReports reports = check_report_destinations(reading.record_at, *reading.record, resolver);
  health.destinations = std::move(reports.destinations);
  take(health.faults, std::move(reports.faults));
}

void check_spf_record(DomainHealth& health, const DnsEvidence* evidence,
                      const DnsCheckQuestion& question, Resolver& resolver) {
  health.spf = spf_tree(health.domain, resolver);
  take(health.faults, spf_faults(health.spf));
  if (question.address)
    health.spf_of_address = check_spf({.ip = *question.address,
                                       .mail_from = "postmaster@" + health.domain,
                                       .helo = {},
                                       .receiver = {}},
                                      resolver);
  if (evidence != nullptr) take(health.faults, compare_spf(health.spf, *evidence, resolver));
}

/// Reports show mail that came direct and passes: the domain is not one without mail.
bool sends_mail(const DnsEvidence* evidence) {
  return evidence != nullptr && std::ranges::any_of(evidence->mail, &SeenMail::is_own);
}

std::optional<std::vector<DomainFault>> parked_faults(const DomainHealth& health,
                                                      const DnsEvidence* evidence) {
  if (sends_mail(evidence)) return std::nullopt;
  auto faults = check_parked(health.domain, health.mx, spf_record_of(health.spf),
                             health.dmarc.by_9989.policy);
  if (faults && !health.dmarc.known)
    std::erase_if(*faults, [](const DomainFault& fault) {
      return fault.kind == DomainFault::Kind::parked_policy;
    });
  return faults;
}

void check_mail_policies(DomainHealth& health, const DnsEvidence* evidence,
                         const DnsCheckQuestion& question, Resolver& resolver) {
  const DmarcReading& reading = health.dmarc.by_9989;
  health.mx = check_mx(health.domain, resolver);
  const auto parked = parked_faults(health, evidence);
  health.parked = parked.has_value();
  health.mta_sts = check_mta_sts(health.domain, question.sts_policy, health.mx, resolver);
  health.tls_rpt = check_tls_rpt(health.domain, resolver);
  health.bimi = check_bimi(health.domain, reading.record ? &*reading.record : nullptr, resolver);
  if (!health.dmarc.known)
    std::erase_if(health.bimi.faults, [](const DomainFault& fault) {
      return fault.kind == DomainFault::Kind::bimi_no_policy;
    });
  take(health.faults, health.mx.faults);
  if (parked) {
    // Where nothing is sent, -all costs nothing.
    std::erase_if(health.faults, [](const DomainFault& fault) {
      return fault.kind == DomainFault::Kind::spf_hard_fail;
    });
    take(health.faults, *parked);
  }
  for (const auto* faults : {&health.mta_sts.faults, &health.tls_rpt.faults, &health.bimi.faults})
    take(health.faults, *faults);
}

/// A key that was revoked while mail is signed with it breaks that mail; one that was retired does
/// not.
void blame_revoked_in_use(const DnsEvidence& evidence, const std::vector<SelectorHealth>& selectors,
                          std::vector<DomainFault>& faults) {
  constexpr Day recent_days = 3;
  for (const SelectorHealth& one : selectors) {
    if (one.state != SelectorHealth::State::revoked || one.asked.messages == 0 ||
        one.asked.last_day + recent_days <= evidence.last_day)
      continue;
    for (DomainFault& fault : faults)
      if (fault.kind == DomainFault::Kind::dkim_revoked && fault.subject == one.name) {
        fault.kind = DomainFault::Kind::dkim_bad_key;
        fault.value = "it is revoked (empty p=), but the latest reports show mail signed with it";
      }
  }
}

/// By area, worst first, and each thing once: several checks may meet the same silent name. A
/// record may have thousands of faults; the first are enough.
void sort_faults(std::vector<DomainFault>& faults) {
  constexpr std::size_t most_faults = 200;
  std::set<std::tuple<DomainFault::Kind, std::string, std::string, std::string, int>> known;
  std::erase_if(faults, [&](const DomainFault& fault) {
    const RecordRemark remark = fault.remark.value_or(RecordRemark{});
    const int of_remark = fault.remark ? static_cast<int>(remark.kind) : -1;
    return !known
                .emplace(fault.kind, fault.subject, fault.remark ? remark.tag : fault.value,
                         fault.other, of_remark)
                .second;
  });
  std::ranges::stable_sort(faults, [](const DomainFault& a, const DomainFault& b) {
    return std::pair(area_of(a), severity_of(b)) < std::pair(area_of(b), severity_of(a));
  });
  if (faults.size() > most_faults) faults.resize(most_faults);
}

DomainHealth check_domain(const std::string& domain, const DnsEvidence* evidence,
                          const DnsCheckQuestion& question, Resolver& resolver) {
  DomainHealth health;
  health.domain = domain;
  const auto selectors = selectors_of(domain, question.selectors, evidence);
  prefetch(domain, selectors, resolver);
  check_dmarc(health, resolver);
  check_spf_record(health, evidence, question, resolver);
  check_mail_policies(health, evidence, question, resolver);
  if (evidence != nullptr)
    health.seen = {evidence->first_day, evidence->last_day, evidence->messages};
  if (!health.parked || !selectors.empty()) {
    DkimHealth dkim = check_dkim(domain, selectors, evidence != nullptr, resolver);
    health.selectors = std::move(dkim.selectors);
    if (evidence != nullptr) blame_revoked_in_use(*evidence, health.selectors, dkim.faults);
    take(health.faults, std::move(dkim.faults));
  }
  health.answered = health.dmarc.walk.front().answer.status != DnsAnswer::Status::unknown ||
                    health.spf.root().state != SpfNode::State::unknown ||
                    health.mx.state != MxHealth::State::unknown;
  sort_faults(health.faults);
  return health;
}

}  // namespace

Severity DomainHealth::worst() const {
  Severity worst = Severity::note;
  for (const DomainFault& fault : faults) worst = std::max(worst, severity_of(fault));
  return worst;
}

bool DnsCheckAnswer::answered() const {
  return std::ranges::any_of(domains, &DomainHealth::answered);
}

bool DnsCheckAnswer::has_faults() const {
  return std::ranges::any_of(
      domains, [](const DomainHealth& one) { return one.worst() == Severity::fault; });
}

DnsCheckAnswer dns_check_answer(Resolver& resolver, Snapshot* snapshot, DnsCheckQuestion question) {
  std::map<std::string, DnsEvidence> evidence;
  if (snapshot != nullptr)
    evidence = read_dns_evidence(*snapshot, question.domains, question.today);
  DnsCheckAnswer answer{.question = std::move(question), .domains = {}};
  const std::vector<std::string>& domains = answer.question.domains;
  answer.domains.resize(domains.size());
  parallel_for(domains.size(), threads, [&](std::size_t i, std::size_t) {
    const auto seen = evidence.find(domains[i]);
    answer.domains[i] = check_domain(domains[i], seen == evidence.end() ? nullptr : &seen->second,
                                     answer.question, resolver);
  });
  return answer;
}

}  // namespace dmarcq
