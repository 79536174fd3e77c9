// SPDX-License-Identifier: MIT
#include "ingest/base/text.h"
#include "report/analysis/dns/dmarc_discovery.h"
#include "report/analysis/readiness/gates/gates.h"

namespace dmarcq {
namespace {

using Kind = DnsFault::Kind;

void check_record(const PolicyRecord& record, std::vector<DnsFault>& faults) {
  if (!record.tag("rua")) faults.push_back({.kind = Kind::no_rua, .name = {}, .value = {}});
  for (const std::string_view name : {"p", "sp", "np"})
    if (const auto value = record.tag(name);
        value && strength(lower(*value)) == 0 && lower(*value) != "none")
      faults.push_back({Kind::not_a_policy, std::string(name), *value});
}

/// DNS against what it has to hold for the mail of the window. What does not answer is no fault.
DnsFigures::ZoneChecked check_dns(Resolver& dns, const WindowFacts& facts,
                                  std::vector<DnsFault>& faults) {
  using Status = DnsAnswer::Status;
  std::size_t records = 0, unreadable = 0;
  for (const std::string& text : dns.txt("_dmarc." + facts.policy.domain).texts) {
    const bool is_record = is_dmarc_record(text);
    records += is_record;
    unreadable += is_record ? !PolicyRecord::parse(text)
                            : lower(std::string_view(text).substr(0, 8)) == "v=dmarc1";
  }
  if (unreadable > 0) faults.push_back({Kind::unreadable, facts.policy.domain, {}});
  if (records > 1) faults.push_back({Kind::several_records, facts.policy.domain, {}, records});

  DnsFigures::ZoneChecked checked{.spf = spf_cost(dns, facts.question.domain)};
  if (checked.spf.records > 1)
    faults.push_back({Kind::several_spf, facts.question.domain, {}, checked.spf.records});
  if (checked.spf.lookups > facts.question.limits.spf_lookups)
    faults.push_back({Kind::spf_lookups, {}, {}, checked.spf.lookups});

  for (const SenderFacts& sender : facts.senders) {
    const Stream& stream = facts.stream(sender);
    if (stream.standing != Standing::own) continue;
    for (const std::string& name : stream.selectors) {
      const DnsAnswer answer = dns.ask({name, RecordType::txt});
      // An alias that leads out of a zone file is a record of it.
      const bool is_alias = answer.status == Status::unknown && !answer.aliases.empty();
      if (answer.status == Status::unknown && !is_alias) continue;
      ++checked.selectors;
      if (answer.status == Status::found || is_alias)
        ++checked.found;
      else
        faults.push_back({Kind::selector_missing, name, stream.sender});
    }
  }
  return checked;
}

}  // namespace

Gate gate_dns(const WindowFacts& facts) {
  const ReadinessQuestion& question = facts.question;
  DnsFigures figures;
  figures.lookups_allowed = question.limits.spf_lookups;
  figures.record_given = question.record != nullptr;
  if (question.record != nullptr) check_record(*question.record, figures.faults);
  if (question.dns != nullptr) figures.zone = check_dns(*question.dns, facts, figures.faults);
  const Gate::Status status = question.record == nullptr && question.dns == nullptr
                                  ? Gate::Status::not_checked
                                  : passed_if(figures.faults.empty());
  return {GateId::dns, status, std::move(figures)};
}

}  // namespace dmarcq
