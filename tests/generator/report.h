// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "tests/generator/dates.h"

// What a reporter knows before it writes XML. These are the generator's own types on purpose: it is
// the independent source of truth that the program's parser and store are measured against, so it
// must share no code with them.
namespace dmarcq::generator {

struct DkimResult {
  std::string domain, selector, result;
  bool operator==(const DkimResult&) const = default;
};

struct SpfResult {
  std::string domain, scope, result;
  bool operator==(const SpfResult&) const = default;
};

struct Reason {
  std::string type, comment;
};

/// One <record>: the messages of one address with one outcome.
struct Record {
  std::string source_ip;
  std::uint64_t count = 0;
  std::string header_from, envelope_from, envelope_to;
  std::vector<DkimResult> dkim;
  std::vector<SpfResult> spf;
  // policy_evaluated
  bool dkim_aligned = false, spf_aligned = false;
  std::string disposition = "none";
  std::vector<Reason> reasons;
  /// Which stream of the scenario this mail belongs to: for the truth list, never written into XML.
  std::string stream;

  bool dmarc_pass() const { return dkim_aligned || spf_aligned; }
};

/// The domain's DMARC record. An empty string is a tag that is not published.
struct PublishedPolicy {
  std::string p = "none", sp, np;
  std::string adkim = "r", aspf = "r", fo = "0";
  unsigned pct = 100;
  bool testing = false;  ///< t=y (RFC 9989)

  /// What holds for a name below the domain.
  const std::string& for_subdomains() const { return sp.empty() ? p : sp; }
};

struct Report {
  std::string org_name, email, extra_contact_info, report_id;
  Seconds begin = 0, end = 0;
  std::string domain;
  PublishedPolicy policy;
  std::vector<Record> records;
};

}  // namespace dmarcq::generator
