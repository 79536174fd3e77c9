// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <vector>

#include "ingest/dns/resolver.h"
#include "parser/ip_address.h"

namespace dmarcq {

/// What DNS says of an address.
struct AddressNames {
  std::vector<std::string> ptr;  ///< host names that its owner gave it
  std::string confirmed;  ///< the first of them that leads back to the address; "" when none does:
                          ///< anyone can write any name into his reverse zone
  bool answered = false;  ///< DNS answered at all
  /// Is it an address that Salesforce sends from? "_spf.salesforce.com" asks whether
  /// <address>._spf.mta.salesforce.com exists, so anybody can.
  enum class Salesforce { unknown, yes, no } salesforce = Salesforce::unknown;
};

/// Asks at most `most_names` names that an address claims.
AddressNames names_of_address(const IpAddress&, Resolver&);
inline constexpr std::size_t most_names = 10;

/// The confirmed name alone (AddressNames::confirmed); two questions and more.
std::string confirmed_name(const IpAddress&, Resolver&);

}  // namespace dmarcq
