// SPDX-License-Identifier: MIT
#include "report/analysis/dns/mail_policy_health.h"

#include <algorithm>
#include <charconv>

#include "ingest/base/text.h"
#include "parser/dns_record/tag_list.h"
#include "parser/dns_record/tls_rpt_record.h"

namespace dmarcq {
namespace {

using Kind = DomainFault::Kind;
using Status = DnsAnswer::Status;

constexpr std::size_t most_hosts = 10;
constexpr std::uint32_t day_seconds = 86'400;

struct MxLine {
  unsigned preference = 0;
  std::string host;
  auto operator<=>(const MxLine&) const = default;
};

/// "10 mx.example.com"
MxLine mx_line(std::string_view data) {
  MxLine line;
  const auto blank = std::min(data.find(' '), data.size());
  std::from_chars(data.data(), data.data() + blank, line.preference);
  line.host = trimmed(data.substr(blank));
  return line;
}

/// The host of a mail exchanger needs an address and must not be an alias.
void check_host(const std::string& domain, const std::string& host, Resolver& resolver,
                std::vector<DomainFault>& faults) {
  const DnsAnswer v4 = resolver.ask({host, RecordType::a});
  if (!v4.aliases.empty())
    faults.push_back({.kind = Kind::mx_alias, .subject = domain, .value = host});
  if (v4.status == Status::found) return;
  const DnsAnswer v6 = resolver.ask({host, RecordType::aaaa});
  if (v6.status == Status::found) return;
  const bool silent = v4.status == Status::unknown || v6.status == Status::unknown;
  if (silent)
    faults.push_back({.kind = Kind::unanswered,
                      .subject = host,
                      .value = v4.status == Status::unknown ? v4.why : v6.why,
                      .other = "MX"});
  else
    faults.push_back({.kind = Kind::mx_missing, .subject = domain, .value = host});
}

/// The texts at a name that are meant as such a record; aliases and faults of the answer are kept.
template <class IsRecord, class Health>
std::vector<std::string> records_at(const std::string& name, IsRecord is_record, Kind several,
                                    Resolver& resolver, Health& health) {
  DnsAnswer answer = resolver.ask({name, RecordType::txt});
  auto& faults = health.faults;
  if (auto fault = fault_of_answer(name, answer)) faults.push_back(std::move(*fault));
  health.aliases = std::move(answer.aliases);
  std::vector<std::string> records;
  std::ranges::copy_if(answer.data, std::back_inserter(records), is_record);
  if (records.size() > 1)
    faults.push_back({.kind = several, .subject = name, .number = records.size()});
  return records;
}

void check_policy(const std::string& name, const std::string& text, const MxHealth& mx,
                  MtaStsHealth& health) {
  const auto policy = parse_mta_sts_policy(text);
  if (!policy) {
    health.faults.push_back(
        {.kind = Kind::sts_bad_policy, .subject = name, .value = policy.error()});
    return;
  }
  health.policy = *policy;
  if (policy->mode != MtaStsPolicy::Mode::enforce)
    health.faults.push_back({.kind = Kind::sts_not_enforced,
                             .subject = name,
                             .value = std::string(to_text(policy->mode))});
  if (policy->mode != MtaStsPolicy::Mode::none)
    for (const std::string& host : mx.hosts)
      if (!policy->covers(host))
        health.faults.push_back({.kind = Kind::sts_mx_uncovered, .subject = name, .value = host});
  if (policy->max_age < day_seconds)
    health.faults.push_back(
        {.kind = Kind::sts_short_age, .subject = name, .number = policy->max_age});
}

}  // namespace

std::string_view to_text(MxHealth::State state) noexcept {
  switch (state) {
    case MxHealth::State::hosts: return "hosts";
    case MxHealth::State::null_mx: return "null MX";
    case MxHealth::State::address_only: return "address only";
    case MxHealth::State::nothing: return "none";
    case MxHealth::State::unknown: return "unknown";
  }
  return {};
}

MxHealth check_mx(const std::string& domain, Resolver& resolver) {
  MxHealth health;
  const DnsAnswer answer = resolver.ask({domain, RecordType::mx});
  health.aliases = answer.aliases;
  if (answer.status == Status::unknown) {
    health.faults.push_back(
        {.kind = Kind::unanswered, .subject = domain, .value = answer.why, .other = "MX"});
    return health;
  }
  if (answer.status == Status::found) {
    std::vector<MxLine> lines;
    for (const std::string& data : answer.data) lines.push_back(mx_line(data));
    std::ranges::sort(lines);
    const bool has_null =
        std::ranges::any_of(lines, [](const MxLine& line) { return line.host == "."; });
    if (has_null && lines.size() > 1)
      health.faults.push_back({.kind = Kind::null_mx_mixed, .subject = domain});
    health.state = has_null && lines.size() == 1 ? MxHealth::State::null_mx
                                                 : MxHealth::State::hosts;
    for (const MxLine& line : lines)
      if (line.host != "." && health.hosts.size() < most_hosts) health.hosts.push_back(line.host);
    for (const std::string& host : health.hosts) check_host(domain, host, resolver, health.faults);
    return health;
  }
  const bool has_address = answer.status == Status::no_data &&
                           (resolver.ask({domain, RecordType::a}).status == Status::found ||
                            resolver.ask({domain, RecordType::aaaa}).status == Status::found);
  health.state = has_address ? MxHealth::State::address_only : MxHealth::State::nothing;
  if (has_address) health.faults.push_back({.kind = Kind::no_mx, .subject = domain});
  return health;
}

std::optional<std::vector<DomainFault>> check_parked(const std::string& domain, const MxHealth& mx,
                                                     const std::string& spf_record,
                                                     const std::string& policy) {
  const bool sends_none = lower(without_blanks(spf_record)) == "v=spf1-all";
  const bool receives_none = mx.state == MxHealth::State::null_mx ||
                             mx.state == MxHealth::State::nothing ||
                             mx.state == MxHealth::State::address_only;
  if (!receives_none || !(sends_none || spf_record.empty())) return std::nullopt;
  // Neither says that it has no mail: a name of which nothing is known.
  if (!sends_none && mx.state != MxHealth::State::null_mx) return std::nullopt;
  std::vector<DomainFault> faults;
  if (policy != "reject")
    faults.push_back({.kind = Kind::parked_policy, .subject = domain, .value = policy});
  if (mx.state != MxHealth::State::null_mx)
    faults.push_back({.kind = Kind::parked_no_null_mx, .subject = domain});
  return faults;
}

MtaStsHealth check_mta_sts(const std::string& domain, const MtaStsPolicySource& source,
                           const MxHealth& mx, Resolver& resolver) {
  MtaStsHealth health;
  const std::string name = "_mta-sts." + domain;
  const auto records = records_at(name, is_mta_sts_record, Kind::sts_several, resolver, health);
  if (records.size() == 1) {
    if (const auto id = mta_sts_id(records.front()))
      health.id = *id;
    else
      health.faults.push_back({.kind = Kind::sts_bad_record, .subject = name, .value = id.error()});
  }
  const std::string host = "mta-sts." + domain;
  if (source.copy) {
    check_policy(host, *source.copy, mx, health);
  } else if (records.empty()) {
    return health;
  } else if (!source.fetch) {
    health.faults.push_back({.kind = Kind::sts_not_fetched, .subject = host});
  } else if (const auto text = source.fetch(domain)) {
    check_policy(host, *text, mx, health);
  } else {
    health.faults.push_back(
        {.kind = Kind::sts_unavailable, .subject = host, .value = text.error()});
  }
  return health;
}

TlsRptHealth check_tls_rpt(const std::string& domain, Resolver& resolver) {
  TlsRptHealth health;
  const std::string name = "_smtp._tls." + domain;
  const auto records = records_at(name, is_tls_rpt_record, Kind::tls_rpt_several, resolver, health);
  if (records.size() != 1) return health;
  if (auto destinations = tls_rpt_destinations(records.front()))
    health.destinations = std::move(*destinations);
  else
    health.faults.push_back(
        {.kind = Kind::tls_rpt_bad, .subject = name, .value = destinations.error()});
  return health;
}

BimiHealth check_bimi(const std::string& domain, const PolicyRecord* policy, Resolver& resolver) {
  BimiHealth health;
  const std::string name = "default._bimi." + domain;
  const auto records = records_at(name, is_bimi_record, Kind::bimi_several, resolver, health);
  if (records.size() != 1) return health;
  auto record = parse_bimi_record(records.front());
  if (!record) {
    health.faults.push_back({.kind = Kind::bimi_bad, .subject = name, .value = record.error()});
    return health;
  }
  health.record = std::move(*record);
  if (health.record->logo.empty()) return health;
  const std::string obstacle = policy == nullptr        ? "no DMARC record"
                               : policy->p() == "none"  ? "p=none"
                               : policy->sp() == "none" ? "sp=none"
                               : policy->testing()      ? "t=y"
                               : policy->pct()          ? "pct=" + std::to_string(*policy->pct())
                                                        : "";
  if (!obstacle.empty())
    health.faults.push_back({.kind = Kind::bimi_no_policy, .subject = name, .value = obstacle});
  return health;
}

}  // namespace dmarcq
