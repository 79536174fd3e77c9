// SPDX-License-Identifier: MIT
#include "report/analysis/dns/address_name.h"

#include <algorithm>

#include "parser/dns_record/reverse_name.h"

namespace dmarcq {
namespace {

using Status = DnsAnswer::Status;

bool leads_back(const std::string& name, const IpAddress& address, Resolver& resolver) {
  const DnsAnswer answer = resolver.ask({name, address.is_v4() ? RecordType::a : RecordType::aaaa});
  return std::ranges::any_of(
      answer.data, [&](const std::string& text) { return IpAddress::parse(text) == address; });
}

/// The names of an address, and the first that leads back.
void read_names(const IpAddress& address, Resolver& resolver, AddressNames& names) {
  const DnsAnswer answer = resolver.ask({reverse_name(address), RecordType::ptr});
  names.answered = answer.status != Status::unknown;
  names.ptr = answer.data;
  if (names.ptr.size() > most_names) names.ptr.resize(most_names);
  for (const std::string& name : names.ptr)
    if (names.confirmed.empty() && leads_back(name, address, resolver)) names.confirmed = name;
}

}  // namespace

AddressNames names_of_address(const IpAddress& address, Resolver& resolver) {
  AddressNames names;
  read_names(address, resolver, names);
  const DnsAnswer oracle =
      resolver.ask({dotted_address(address) + "._spf.mta.salesforce.com", RecordType::a});
  if (oracle.status == Status::found)
    names.salesforce = AddressNames::Salesforce::yes;
  else if (oracle.status != Status::unknown)
    names.salesforce = AddressNames::Salesforce::no;
  return names;
}

std::string confirmed_name(const IpAddress& address, Resolver& resolver) {
  AddressNames names;
  read_names(address, resolver, names);
  return names.confirmed;
}

}  // namespace dmarcq
