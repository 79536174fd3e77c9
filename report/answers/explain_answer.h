// SPDX-License-Identifier: MIT
#pragma once
#include <bitset>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "parser/network_book.h"
#include "report/analysis/dns/address_name.h"
#include "report/answers/base/judged_window.h"
#include "report/answers/base/selection.h"
#include "report/answers/failures/failures_answer.h"

namespace dmarcq {

/// An address or network, or the name of a domain of the owner's or of a sender.
struct ExplainQuestion {
  Selection selection;
  std::optional<IpNetwork> network;
  std::string domain;  ///< "" where there is a network
  /// Tell of each finding whether it is over, which takes another look at the days.
  bool with_states = false;
  Day today = 0;
  Resolver* dns = nullptr;                ///< looks up the names of addresses; null: not asked
  const NetworkBook* networks = nullptr;  ///< of [geo], to be shown; null: none
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

/// What one report holds of the rows explained.
struct ReportOfRows {
  std::int64_t id = 0;  ///< ReportInfo::id
  std::string reporter, domain;
  Day day = 0;
  Totals totals;
};

struct ExplainAnswer {
  ExplainQuestion question;  ///< its filter: what the rows were selected by
  /// Do the filter's domains or networks select these rows alone? Else they were looked for by a
  /// sender's name.
  bool filter_says_all = false;
  /// Rows are looked up here and not copied: a domain may have 200,000.
  std::unique_ptr<JudgedWindow> window;
  std::vector<ExplainedPart> parts;   ///< most messages first; none where nothing matches
  std::vector<ReportOfRows> reports;  ///< that the rows come from; most messages first
  Totals totals;
  Day first_day = 0, last_day = 0;
  CatalogueFacts known;
  std::optional<AddressNames> names;      ///< of a single address, where DNS was asked
  std::optional<FailureExample> failure;  ///< absent where there is none, or one reporter is asked
};

ExplainAnswer explain_answer(Snapshot&, ExplainQuestion);

}  // namespace dmarcq
