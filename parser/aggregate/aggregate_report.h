// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "parser/aggregate/vocabulary.h"
#include "parser/calendar.h"
#include "parser/ip_address.h"

namespace dmarcq {

// Values that own everything: movable between threads, outliving their XML. Names are those of RFC
// 9990 section 3.1; only <row> is flattened. All text is valid UTF-8 without control characters,
// trimmed. For text, absent and empty are the same: "". Domain names are as the reporter wrote
// them, lower-cased, without a final dot.

struct ReportMetadata {
  std::string org_name, email, extra_contact_info, report_id;
  EpochSeconds begin = 0, end = 0;  ///< date_range, as given
  std::vector<std::string> errors;
  std::string generator;  ///< RFC 9990
};

struct PolicyPublished {
  std::string domain;
  Reported<Policy> p, sp, np;
  Reported<Alignment> adkim, aspf;
  std::string pct;  ///< as text: RFC 9990 has none, and reporters write odd things
  std::string fo;
  std::string testing;  ///< "y", "n" (RFC 9990; also read from <t>)
  Reported<DiscoveryMethod> discovery_method;
  friend bool operator==(const PolicyPublished&, const PolicyPublished&) = default;
};

struct PolicyOverrideReason {
  Reported<OverrideType> type;
  std::string comment;
  friend bool operator==(const PolicyOverrideReason&, const PolicyOverrideReason&) = default;
};

/// What the receiver did and why. dkim and spf are the *aligned* results. Where it gave no word for
/// one, or none that can be read, that result is unknown, and its raw results decide: unknown-pass,
/// unknown-fail (known only with the whole report: judge_by_raw_results()). A readable word other
/// than pass ("softfail") is not aligned.
struct PolicyEvaluated {
  Reported<Disposition> disposition;
  Reported<DmarcResult> dkim, spf;
  std::vector<PolicyOverrideReason> reasons;
  bool dkim_aligned() const { return is_aligned(dkim); }
  bool spf_aligned() const { return is_aligned(spf); }
  static bool is_aligned(const Reported<DmarcResult>& result) {
    return result.is(DmarcResult::pass) || result.is(DmarcResult::unknown_pass);
  }
  static bool is_unknown(const Reported<DmarcResult>& result) {
    return result.absent() || result.is(DmarcResult::unknown_pass) ||
           result.is(DmarcResult::unknown_fail);
  }
  friend bool operator==(const PolicyEvaluated&, const PolicyEvaluated&) = default;
};

struct DkimAuthResult {
  std::string domain, selector;
  Reported<DkimResult> result;
  std::string human_result;
  friend bool operator==(const DkimAuthResult&, const DkimAuthResult&) = default;
};

struct SpfAuthResult {
  std::string domain;
  Reported<SpfScope> scope;  ///< absent means mfrom
  Reported<SpfResult> result;
  std::string human_result;
  friend bool operator==(const SpfAuthResult&, const SpfAuthResult&) = default;
};

struct Record {
  IpAddress source_ip;
  std::uint64_t count = 0;
  PolicyEvaluated policy_evaluated;
  std::string header_from, envelope_from, envelope_to;
  std::vector<DkimAuthResult> dkim;
  std::vector<SpfAuthResult> spf;
};

struct AggregateReport {
  std::string version, xml_namespace;
  ReportMetadata metadata;
  PolicyPublished policy_published;
  std::vector<Record> records;
};

/// Something that a document got wrong, or differently, and that was read past. Equal deviations of
/// many records are one entry, with the path of the first.
struct Deviation {
  std::string path, found, read_as;  ///< "record[3]/auth_results/spf/result", "hardfail", "fail"
  friend bool operator==(const Deviation&, const Deviation&) = default;
};

struct ParsedReport {
  AggregateReport report;
  std::vector<Deviation> deviations;
  bool well_formed = true;              ///< false: taken by the recovery policy of xml_reader.h
  std::uint64_t unusable_records = 0;   ///< <record>s without a usable source_ip or count, left out
  std::uint64_t unusable_messages = 0;  ///< sum of their counts where those could be read
};

}  // namespace dmarcq
