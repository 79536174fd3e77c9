// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "parser/calendar.h"
#include "report/analysis/finding/catalogue.h"
#include "store/model.h"

namespace dmarcq {

/// A Salesforce org as a finding names it.
struct NamedOrg {
  std::string org_id, instance;  ///< "00D…", "na63"
  std::uint64_t messages = 0;
  bool unproven = false;  ///< neither the owner nor a signature says whose it is
};

/// What the sentences of a finding name. Empty: not known, or not a part of the finding.
struct FindingNames {
  std::string header_from = {};  ///< the one with most messages
  std::string own_domain = {};   ///< its organizational domain
  std::string policy_domain = {};
  std::string selector = {};
  std::string signing_domain = {};
  std::string spf_domain = {};
  std::vector<NamedOrg> orgs = {};  ///< at most three, most messages first
  std::size_t more_orgs = 0;
  std::string reporter = {};
  std::optional<Day> since = {};
  std::string service = {};
  std::string gateway = {};  ///< who changed mail on its way: "Mimecast", "forwarder.example"
  std::string new_selector = {}, new_alternate = {};  ///< for a key to be made; not in use yet
  bool sends_no_mail = false;  ///< the owner says that the From domain sends no mail
};

/// Something to know or to do, for one (policy domain, service, route).
struct Finding {
  FindingCode code{};
  std::uint32_t route_line = 0;  ///< into Judgement::routes
  Severity severity = Severity::note;
  Confidence confidence = Confidence::low;
  std::uint64_t messages = 0;
  std::uint64_t failing = 0;  ///< of these, fail DMARC; with none of them a fault is but an advice
  double share = 0;           ///< of the messages of its route line
  Day first_day = 0, last_day = 0;
  unsigned days = 0;  ///< distinct days; a lower bound until judge_days()
  ReporterSet reporters;
  std::vector<std::string> header_from;  ///< most messages first
  std::vector<std::string> org_ids;      ///< likewise; empty where orgs play no part
  std::vector<std::string> selectors;    ///< "selector._domainkey.domain", likewise
  FindingNames names;
};

}  // namespace dmarcq
