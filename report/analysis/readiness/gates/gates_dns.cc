// SPDX-License-Identifier: MIT
#include <algorithm>

#include "ingest/base/text.h"
#include "parser/alignment.h"
#include "report/analysis/dns/dkim_health.h"
#include "report/analysis/dns/dmarc_discovery.h"
#include "report/analysis/readiness/gates/gates.h"

namespace dmarcq {
namespace {

using Kind = DnsFault::Kind;
using Status = DnsAnswer::Status;

bool has_no_address(const PolicyRecord& record) {
  return std::ranges::any_of(record.remarks(), [](const RecordRemark& remark) {
    return remark.kind == RecordRemark::Kind::rua_without_address;
  });
}

void check_record(const PolicyRecord& record, std::vector<DnsFault>& faults) {
  if (!record.tag("rua"))
    faults.push_back({.kind = Kind::no_rua, .name = {}, .value = {}});
  else if (has_no_address(record))
    faults.push_back({.kind = Kind::rua_without_address, .name = {}, .value = {}});
  for (const std::string_view name : {"p", "sp", "np"})
    if (const auto value = record.tag(name);
        value && strength(lower(*value)) == 0 && lower(*value) != "none")
      faults.push_back({Kind::not_a_policy, std::string(name), *value});
}

/// DNS against what it has to hold for the mail of the window. What does not answer is no fault.
class ZoneCheck {
 public:
  ZoneCheck(Resolver& dns, const WindowFacts& facts, std::vector<DnsFault>& faults)
      : dns_(dns), facts_(facts), faults_(faults) {}

  DnsFigures::ZoneChecked run() {
    check_dmarc();
    check_spf();
    for (const SenderFacts& sender : facts_.senders)
      if (facts_.stream(sender).standing == Standing::own) check_keys(facts_.stream(sender));
    return std::move(checked_);
  }

 private:
  /// False where the name did not answer.
  bool is_answered(Status status, const std::string& name) {
    if (status == Status::unknown)
      checked_.unanswered.push_back(name);
    else
      checked_.answered = true;
    return status != Status::unknown;
  }

  void check_dmarc() {
    const std::string& domain = facts_.policy.domain;
    const DnsAnswer answer = dns_.ask({"_dmarc." + domain, RecordType::txt});
    if (!is_answered(answer.status, "_dmarc." + domain)) return;
    std::size_t records = 0;
    bool unreadable = false;
    for (const std::string& text : answer.data) {
      if (!is_dmarc_record(text)) continue;
      ++records;
      unreadable |= !PolicyRecord::parse(text);
    }
    if (unreadable) faults_.push_back({Kind::unreadable, domain, {}});
    if (records > 1) faults_.push_back({Kind::several_records, domain, {}, records});
    if (records == 0) check_absence();
  }

  /// Without a record, what stands in its place may be meant as one, or one further up may apply.
  void check_absence() {
    const std::string& domain = facts_.policy.domain;
    const DmarcDiscovery found = discover_dmarc(domain, dns_);
    const auto faults = dmarc_faults(found, dns_);
    const auto is_of_text = [&](const DomainFault& fault) {
      return fault.subject == "_dmarc." + domain && fault.kind != DomainFault::Kind::no_dmarc &&
             area_of(fault) == DnsArea::dmarc && severity_of(fault) == Severity::fault;
    };
    if (std::ranges::any_of(faults, is_of_text)) {
      faults_.push_back({Kind::unreadable, domain, {}});
      return;
    }
    if (!facts_.policy.current) return;
    const std::string organization = organizational_domain(domain);
    for (const DmarcStep& step : found.walk) {
      if (!at_or_below(step.domain, organization)) continue;
      if (!step.records.empty()) return;
      if (step.domain != domain && !is_answered(step.answer.status, "_dmarc." + step.domain))
        return;
    }
    faults_.push_back({Kind::no_dmarc, domain, {}});
  }

  /// Mail that passes by DKIM does not need the record.
  bool is_spf_needed() const {
    return std::ranges::any_of(facts_.senders, [&](const SenderFacts& sender) {
      const StreamCount& count = sender.line.total;
      return facts_.stream(sender).standing == Standing::own &&
             static_cast<double>(count.spf_only) >
                 facts_.question.limits.spf_only_share * static_cast<double>(count.judged());
    });
  }

  void check_spf() {
    const std::string& domain = facts_.question.domain;
    checked_.spf = spf_cost(dns_, domain);
    if (!is_answered(checked_.spf.unknown ? Status::unknown : Status::found, domain)) return;
    if (checked_.spf.records > 1)
      faults_.push_back({Kind::several_spf, domain, {}, checked_.spf.records});
    if (checked_.spf.lookups > facts_.question.limits.spf_lookups)
      faults_.push_back({Kind::spf_lookups, {}, {}, checked_.spf.lookups});
    if (checked_.spf.broken && is_spf_needed()) faults_.push_back({Kind::spf_broken, domain, {}});
  }

  void check_keys(const Stream& stream) {
    using State = SelectorHealth::State;
    constexpr std::string_view between = "._domainkey.";
    std::vector<std::string> revoked;
    bool has_key = false;
    for (const std::string& name : stream.selectors) {
      const auto at = name.find(between);
      if (at == name.npos) continue;
      const DkimHealth health =
          check_dkim(stream.from,
                     {{.domain = name.substr(at + between.size()), .selector = name.substr(0, at)}},
                     false, dns_);
      const SelectorHealth& one = health.selectors.front();
      // An alias that leads out of a zone file is a record of it.
      const bool is_alias = one.state == State::unknown && !one.aliases.empty();
      if (!is_answered(one.state == State::unknown && !is_alias ? Status::unknown : Status::found,
                       name))
        continue;
      ++checked_.selectors;
      checked_.found += is_alias || one.state == State::published;
      has_key |= is_alias || one.state == State::published;
      if (one.state == State::missing)
        faults_.push_back({Kind::selector_missing, name, stream.sender});
      else if (one.state == State::broken)
        faults_.push_back({Kind::key_broken, name, stream.sender});
      else if (one.state == State::revoked)
        revoked.push_back(name);
    }
    // Beside another key, a revoked one may have been retired within the window.
    if (has_key) return;
    for (std::string& name : revoked)
      faults_.push_back({Kind::key_revoked, std::move(name), stream.sender});
  }

  Resolver& dns_;
  const WindowFacts& facts_;
  std::vector<DnsFault>& faults_;
  DnsFigures::ZoneChecked checked_;
};

Gate::Status status_of(const DnsFigures& figures) {
  if (!figures.faults.empty()) return Gate::Status::failed;
  const bool is_checked = figures.record_given || (figures.zone && figures.zone->answered);
  return is_checked ? Gate::Status::passed : Gate::Status::not_checked;
}

}  // namespace

Gate gate_dns(const WindowFacts& facts) {
  const ReadinessQuestion& question = facts.question;
  DnsFigures figures;
  figures.lookups_allowed = question.limits.spf_lookups;
  figures.record_given = question.record != nullptr;
  if (question.record != nullptr) check_record(*question.record, figures.faults);
  if (question.dns != nullptr) figures.zone = ZoneCheck(*question.dns, facts, figures.faults).run();
  const Gate::Status status = status_of(figures);
  return {GateId::dns, status, std::move(figures)};
}

}  // namespace dmarcq
