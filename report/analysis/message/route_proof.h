// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "report/analysis/message/message_authentication.h"
#include "report/analysis/sender/catalogue.h"
#include "report/analysis/sender/salesforce.h"

namespace dmarcq {

/// How much a sign of the sender is worth.
enum class ProofWeight {
  claimed,  ///< B: a field that anyone can write
  proven,   ///< A: inside of a passing signature, SPF passed for it, or a Received of the receiver
};

/// One sign of who sent a mail.
struct RouteProof {
  enum class Kind {
    signature,     ///< DKIM passes for a name of the service
    spf,           ///< SPF passes for one
    host_name,     ///< of the host that handed the mail over, as the receiver saw it
    network,       ///< its address lies in a published range
    signed_field,  ///< a header field of the service that a passing signature covers
    field,         ///< one that none covers
    return_path,   ///< without a pass
    message_id,
    hop,  ///< a Received that is not the receiver's
  };
  Kind kind = Kind::field;
  ProofWeight weight = ProofWeight::claimed;
  std::string service, route;
  std::string name, value;  ///< field and what it says; or the host, domain or address
};

/// Which way one mail came.
struct MessageRoute {
  std::string service, route;  ///< by the proofs of most weight; "" when nothing tells
  ServiceId service_id = ServiceId::other;
  ProofWeight weight = ProofWeight::claimed;
  bool contradicted = false;       ///< proofs of the same weight name other services
  std::vector<RouteProof> proofs;  ///< by weight
  // Salesforce:
  std::string org_id;       ///< 18 characters
  bool org_proven = false;  ///< by the bounce name that SPF passed for, or a signed field
  std::string other_org;    ///< that a field names beside `org_id`; "" where all agree
  std::string instance;     ///< "na63"
  std::string feature;      ///< X-SFDC-EmailCategory: which feature sent it
  std::string relay_host;   ///< X-SFDCRelayAddr: the customer's relay
  bool developer_org = false, sandbox = false;
  std::string user_id;
};

MessageRoute route_of(const MailFacts&, const MessageAuthentication&, const SenderCatalogue&);

}  // namespace dmarcq
