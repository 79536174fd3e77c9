// SPDX-License-Identifier: MIT
#pragma once
#include <bitset>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "report/analysis/dns/address_name.h"
#include "report/answers/base/judged_window.h"
#include "report/answers/base/selection.h"

namespace dmarcq {

/// An address or network, or the name of a domain of the owner's or of a sender.
struct ExplainQuestion {
  Selection selection;
  std::optional<IpNetwork> network;
  std::string domain;  ///< "" where there is a network
  /// Tell of each finding whether it is over, which takes another look at the days.
  bool with_states = false;
  Day today = 0;
  Resolver* dns = nullptr;  ///< looks up the names of addresses; null: not asked
};

/// What the shipped data says of the address or the name, whatever the mail.
struct CatalogueFacts {
  std::vector<const CatalogueLine*> lines;  ///< that publish the address, or name the name
  bool is_bounce_name = false;              ///< of Salesforce
  std::optional<SalesforceOrg> org;         ///< that the bounce name tells
  std::optional<unsigned> stack;            ///< of Marketing Cloud
  std::string organizational;               ///< the organizational domain; "" for addresses
};
CatalogueFacts catalogue_facts(const ExplainQuestion&);

/// All rows that are read alike: one sender, one flow, one set of findings.
struct ExplainedPart {
  Sender sender;
  Flow flow = Flow::unknown;
  std::bitset<64> codes;
  std::vector<std::size_t> rows;  ///< into the window's, most messages first
  Totals totals;
  std::set<IpAddress> addresses;
  std::vector<OrgMail> orgs;
  std::vector<Reading> readings;  ///< of its first row
  struct OfFinding {
    Finding finding;
    bool is_over = false;  ///< only where it was asked for
  };
  std::vector<OfFinding> findings;
  Day first_day = 0, last_day = 0;
};

struct ExplainAnswer {
  ExplainQuestion question;
  /// Rows are looked up here and not copied: a domain may have 200,000.
  std::unique_ptr<JudgedWindow> window;
  std::vector<ExplainedPart> parts;  ///< most messages first; none where nothing matches
  Totals totals;
  Day first_day = 0, last_day = 0;
  CatalogueFacts known;
  std::optional<AddressNames> names;  ///< of a single address, where DNS was asked
};

ExplainAnswer explain_answer(Snapshot&, ExplainQuestion);

}  // namespace dmarcq
