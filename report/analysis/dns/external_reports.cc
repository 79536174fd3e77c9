// SPDX-License-Identifier: MIT
#include "report/analysis/dns/external_reports.h"

#include <algorithm>
#include <set>

#include "ingest/base/text.h"
#include "parser/alignment.h"
#include "parser/domain_name.h"
#include "report/analysis/dns/dmarc_discovery.h"
#include "report/analysis/dns/dmarc_repair.h"

namespace dmarcq {
namespace {

using Kind = DomainFault::Kind;
using Permission = ReportDestination::Permission;
using Status = DnsAnswer::Status;

constexpr std::size_t most_addresses = 20, most_served = 2;  // RFC 9990 section 4: receivers may
                                                             // stop after two

std::vector<std::string_view> uris_of(std::string_view value) {
  std::vector<std::string_view> uris;
  for (std::size_t at = 0; at <= value.size() && uris.size() < most_addresses;) {
    const std::size_t end = std::min(value.find(',', at), value.size());
    if (const auto uri = trimmed(value.substr(at, end - at)); !uri.empty()) uris.push_back(uri);
    at = end + 1;
  }
  return uris;
}

std::string host_of(std::string_view address) {
  return folded_domain(address.substr(address.find('@') + 1));
}

/// The address of a mailto: URI without a size limit; "" for anything else, and where no domain
/// name is behind its first @. A URI is ASCII (RFC 3986).
std::string address_of(std::string_view uri) {
  if (lower(uri.substr(0, 7)) != "mailto:") return {};
  uri.remove_prefix(7);
  uri = uri.substr(0, uri.find_first_of("!?"));
  const auto at = uri.find('@');
  const bool is_ascii = std::ranges::all_of(uri, [](char c) { return c > ' ' && c < 0x7f; });
  const bool is_whole = at != uri.npos && at > 0 && is_ascii && is_domain_name(host_of(uri));
  return is_whole ? std::string(uri) : std::string();
}

bool receives_mail(const std::string& host, Resolver& resolver) {
  const DnsAnswer mx = resolver.ask({host, RecordType::mx});
  if (mx.status == Status::found) return mx.data.front() != "0 .";
  if (mx.status == Status::unknown) return true;
  if (mx.status == Status::no_name) return false;
  return std::ranges::any_of(std::array{RecordType::a, RecordType::aaaa}, [&](RecordType type) {
    const auto status = resolver.ask({host, type}).status;
    return status == Status::found || status == Status::unknown;
  });
}

/// The record that permits reports may send them to another address of the same host; one at
/// another host ends them.
void check_override(const ReportDestination& destination, const std::string& subject,
                    const std::vector<std::string>& permits, std::vector<DomainFault>& faults) {
  for (const std::string& text : permits) {
    const auto record = PolicyRecord::parse(text);
    const std::string rua = record ? record->tag("rua").value_or("") : "";
    for (const std::string_view uri : uris_of(rua)) {
      const std::string address = address_of(uri);
      if (address.empty() || host_of(address) == destination.host) continue;
      faults.push_back({.kind = Kind::rua_override_ignored,
                        .subject = subject,
                        .value = destination.host,
                        .other = address});
      return;
    }
  }
}

void check_permission(ReportDestination& destination, const std::string& record_at,
                      const std::string& subject, Resolver& resolver,
                      std::vector<DomainFault>& faults) {
  if (organizational_domain(destination.host) == organizational_domain(record_at)) return;
  const std::string name = record_at + "._report._dmarc." + destination.host;
  destination.permission = Permission::missing;
  if (name.size() <= longest_domain_name) {
    destination.record_name = name;
    const DnsAnswer answer = resolver.ask({name, RecordType::txt});
    if (answer.status == Status::unknown) {
      destination.permission = Permission::unknown;
      faults.push_back({.kind = Kind::unanswered, .subject = name, .value = answer.why});
    }
    std::vector<std::string> permits;
    std::ranges::copy_if(answer.data, std::back_inserter(permits), is_dmarc_record);
    if (!permits.empty()) {
      destination.permission = Permission::given;
      check_override(destination, subject, permits, faults);
    }
  }
  if (destination.permission == Permission::missing)
    faults.push_back({.kind = Kind::rua_not_authorised,
                      .subject = subject,
                      .value = destination.host,
                      .other = name});
}

/// The last of the addresses that are written wrong brings the record to publish, unless its other
/// tags have defects as well: those bring it.
void add_repaired(const PolicyRecord& record, std::vector<DomainFault>& faults) {
  const auto last = std::find_if(faults.rbegin(), faults.rend(), [](const DomainFault& fault) {
    return fault.kind == Kind::rua_not_mailto || fault.kind == Kind::rua_blanks;
  });
  if (last == faults.rend()) return;
  PolicyRecord repaired = record;
  for (const std::string_view tag : {"rua", "ruf"})
    if (const auto value = record.tag(tag)) {
      const std::string addresses = repaired_addresses(*value);
      if (addresses.empty()) return;
      repaired.set(tag, addresses);
    }
  RecordRepair whole = repair_of(repaired.text());
  if (whole.defects.empty()) last->repaired = std::move(whole.record);
}

}  // namespace

std::string_view to_text(Permission permission) noexcept {
  switch (permission) {
    case Permission::not_needed: return "not needed";
    case Permission::given: return "given";
    case Permission::missing: return "missing";
    case Permission::unknown: return "unknown";
  }
  return {};
}

ExternalReports check_report_destinations(const std::string& record_at, const PolicyRecord& record,
                                          Resolver& resolver) {
  ExternalReports result;
  const std::string subject = "_dmarc." + record_at;
  std::set<std::string> hosts;
  for (const std::string_view tag : {"rua", "ruf"}) {
    const std::string value = record.tag(tag).value_or("");
    const auto uris = uris_of(value);
    if (uris.size() > most_served)
      result.faults.push_back({.kind = Kind::rua_too_many,
                               .subject = subject,
                               .value = std::string(tag),
                               .number = uris.size()});
    for (const std::string_view uri : uris) {
      if (uri.find_first_of(" \t") != uri.npos) {
        result.faults.push_back(
            {.kind = Kind::rua_blanks, .subject = subject, .value = std::string(uri)});
        continue;
      }
      ReportDestination destination{.tag = std::string(tag), .address = address_of(uri)};
      if (destination.address.empty()) {
        result.faults.push_back(
            {.kind = Kind::rua_not_mailto, .subject = subject, .value = std::string(uri)});
        continue;
      }
      if (uri.contains('!'))
        result.faults.push_back(
            {.kind = Kind::rua_size_limit, .subject = subject, .value = std::string(uri)});
      destination.host = host_of(destination.address);
      const bool is_new = hosts.insert(destination.host).second;
      std::vector<DomainFault> faults;
      check_permission(destination, record_at, subject, resolver, faults);
      if (!receives_mail(destination.host, resolver))
        faults.push_back(
            {.kind = Kind::rua_no_mail_host, .subject = subject, .value = destination.host});
      if (is_new) std::ranges::move(faults, std::back_inserter(result.faults));
      result.destinations.push_back(std::move(destination));
    }
  }
  add_repaired(record, result.faults);
  return result;
}

}  // namespace dmarcq
