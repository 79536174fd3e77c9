// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "report/answers/base/judged_window.h"

namespace dmarcq {

/// One org of Salesforce Core under one From domain.
struct OrgUse {
  std::string org_id, from;  ///< org_id "": not told
  Ownership ownership = Ownership::unproven;
  std::uint64_t messages = 0, unsigned_messages = 0;
  std::uint64_t bounce_managed = 0;  ///< with Salesforce's bounce name as envelope; the rest has an
                                     ///< own envelope
  std::vector<std::string> keys;     ///< that passed, "sf1._domainkey.example.com", most messages
                                     ///< first
  bool only_one_key = false;         ///< Core rotates between two
  std::string hand_over;  ///< the org that stopped when this one began, with alike volume; ""
                          ///< without one
};

/// One From domain of Marketing Cloud by one account (stack and SAP).
struct CloudUse {
  std::string from, sap;  ///< SAP or private domain, by its bounce name; "": the platform's
  unsigned stack = 0;     ///< 0: not told
  std::uint64_t messages = 0, failing = 0;
};

/// Signed mail of Core that somebody else delivers.
struct RelayUse {
  std::string through;  ///< a service, or an address
  std::uint64_t messages = 0;
  bool declared = false;  ///< the owner said so
};

/// What the administrator of Salesforce would want on one page: who sends as what, signed by which
/// key, by which way.
struct SalesforceInventory {
  std::vector<OrgUse> orgs;      ///< by From, then most messages
  std::vector<CloudUse> cloud;   ///< by From
  std::vector<RelayUse> relays;  ///< most messages first
};

/// Of one policy domain of the window.
SalesforceInventory salesforce_inventory(JudgedWindow&, const std::string& domain);

}  // namespace dmarcq
