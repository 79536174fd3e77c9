// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>

#include "report/analysis/sender/catalogue.h"

namespace dmarcq {

/// How we know who sent a mail, weakest first (DESIGN section 4).
enum class Evidence {
  none,
  claimed,  ///< a name of the service that did not pass: anyone can write it
  network,  ///< the address lies in a published range
  name,     ///< the address's host name; only where names were looked up
  learned,  ///< this address, or this DKIM selector, was authenticated as the service in other rows
  authenticated,  ///< SPF or DKIM passed for a name of the service
  owner,          ///< the owner of the domain says so
};
std::string_view to_text(Evidence) noexcept;

/// Where the address of a row stands to the service named.
enum class Place {
  unknown,    ///< nothing is known of the address
  home,       ///< the service's own address
  relay,      ///< a mail server of the owner that passed the service's mail on
  elsewhere,  ///< a third party's address: the service's mail was sent on
};

/// Who sent a row's mail.
struct Sender {
  std::string name;                         ///< the owner's word; "" without one
  std::string service;                      ///< display name; "" when unknown
  ServiceId service_id = ServiceId::other;  ///< of `service`
  std::string route;  ///< Salesforce: salesforce_route; else "" or the owner's
  ServiceClass service_class = ServiceClass::unknown;
  Evidence evidence = Evidence::none;
  Place place = Place::unknown;
  bool ambiguous = false;  ///< the evidence fits several services or routes; `detail` names them
  std::string detail;      ///< why, one phrase without names of single mails: "SPF passes for
                           ///< bnc.salesforce.com"
  std::string via;         ///< who runs the address, where that is not `service`
  ServiceClass via_class = ServiceClass::unknown;
  std::string origin_route;  ///< Salesforce route that the mail began on, where `service` is not
                             ///< Salesforce
  bool is_known() const { return !name.empty() || !service.empty(); }
  friend bool operator==(const Sender&, const Sender&) = default;
};

/// One way to read a row, for `explain`.
struct Reading {
  Sender sender;
  bool taken = false;
  bool agrees = false;  ///< not taken, but it names the same service and route
  std::string why_not;  ///< for those not taken
};

}  // namespace dmarcq
