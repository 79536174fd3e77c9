// SPDX-License-Identifier: MIT
#include "ingest/dns/resolver.h"

#include <utility>

namespace dmarcq {

std::string_view to_text(RecordType type) noexcept {
  switch (type) {
    case RecordType::a: return "A";
    case RecordType::aaaa: return "AAAA";
    case RecordType::txt: return "TXT";
    case RecordType::mx: return "MX";
    case RecordType::ptr: return "PTR";
    case RecordType::cname: return "CNAME";
    case RecordType::ns: return "NS";
    case RecordType::soa: return "SOA";
  }
  return "";
}

TxtAnswer Resolver::txt(const std::string& name) {
  DnsAnswer answer = ask({name, RecordType::txt});
  switch (answer.status) {
    case DnsAnswer::Status::found: return {TxtAnswer::Status::found, std::move(answer.data)};
    case DnsAnswer::Status::no_data:
    case DnsAnswer::Status::no_name: return {TxtAnswer::Status::none, {}};
    case DnsAnswer::Status::unknown: break;
  }
  return {};
}

}  // namespace dmarcq
