// SPDX-License-Identifier: MIT
// What the store answers with: values, whatever the engine.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "ingest/origin.h"
#include "parser/aggregate/aggregate_report.h"
#include "parser/ip_address.h"
#include "store/base/reporter_set.h"
#include "store/document/packed_report.h"
#include "store/document/report_sender.h"

namespace dmarcq {

/// Which rows a question is about. An empty member does not restrict.
struct Filter {
  std::vector<std::string> domains;  ///< header_from (or, where it is missing, policy domain) is
                                     ///< one of these or below it
  std::optional<Day> since, until;   ///< both inclusive; a row's day is that of its report (DESIGN
                                     ///< section 2)
  std::vector<std::string> reporters;        ///< as Dictionary::reporter() names them, or org_name;
                                             ///< case-insensitive
  std::vector<IpNetwork> networks;           ///< source_ip lies in one of these
  Trust least_trust = Trust::contradictory;  ///< reports of less trust are left out
                                             ///< (report_sender.h);
  bool or_file = false;  ///< but not those that came as files, or before it was asked who sent
                         ///< them: no stranger can add to these
};

/// Authentication as a row carries it: the distinct set that rows share.
struct Identity {
  std::string header_from, envelope_from;
  std::span<const DkimAuthResult> dkim;  ///< human_result is empty here: it belongs to the row
  std::span<const SpfAuthResult> spf;    ///< both lie where the identity came from: many share one
};

/// One distinct (policy domain, source_ip, identity, evaluation) with its volume: what analysis
/// judges. Keys are those of the snapshot's Dictionary: small numbers, and no other snapshot's.
struct SourceRow {
  IpAddress source_ip;
  std::int64_t domain = 0, identity = 0, evaluation = 0;
  std::uint64_t messages = 0;
  std::uint64_t rows = 0;
  Day first_day = 0, last_day = 0;
  ReporterSet reporters;  ///< keys for Dictionary::reporter

  /// The same source, seen elsewhere: adds its volume, widens the days.
  void merge(const SourceRow&);
};

/// One stored row: for series by day and reporter at once.
struct DayRow {
  std::int64_t domain = 0, identity = 0, evaluation = 0;  ///< keys for Dictionary
  std::int64_t report = 0;                                ///< ReportInfo::id
  std::uint32_t reporter = 0;                             ///< key for Dictionary
  IpAddress source_ip;
  Day day = 0;
  std::uint64_t messages = 0;
};

/// A name that passed in the same mail as an account's (account_names.h), by one reporter, from the
/// first day to the last.
struct AccountName {
  std::string account, name;
  std::uint32_t reporter = 0;  ///< key for Dictionary
  Day first_day = 0, last_day = 0;
};

/// One policy domain over the filter's window.
struct DomainSummary {
  std::string domain;
  Totals totals;
  std::uint64_t reports = 0;
  std::uint64_t reporters = 0;  ///< distinct org_name
  Day first_day = 0, last_day = 0;
  std::uint64_t unusable_records = 0, unusable_messages = 0;
};

/// A stored report without its records.
struct ReportInfo : ReportMetadata {
  std::int64_t id = 0;
  std::string reporter;  ///< as Dictionary::reporter() names it
  ReportSender sender;
  bool distrusted = false;  ///< the owner said so: it counts nowhere
  std::string domain, version, xml_namespace;
  Day day = 0;
  PolicyPublished policy;
  std::vector<Deviation> deviations;
  bool well_formed = true;
  std::uint64_t records = 0, messages = 0, unusable_records = 0, unusable_messages = 0;
  Totals totals;
  Origin origin;  ///< of the first mail or file it came from
};

/// Reports that count, or those that were distrusted.
enum class Which { counted, distrusted };

/// What series over many reports need of each.
struct ReportHead {
  std::int64_t id = 0;
  std::string domain;
  std::uint32_t reporter = 0;  ///< key for Dictionary
  Day day = 0;
  EpochSeconds begin = 0, end = 0;
  std::uint64_t messages = 0;
  PolicyPublished policy;
  Trust trust = Trust::unverified;
  bool from_mail = false;  ///< else a file
};

/// Something that could not be taken, waiting for a later try.
struct Problem {
  std::int64_t id = 0;
  Origin origin;
  std::string reason;  ///< reason_of(Error): "truncated", "limit:xml_depth", "conflict" …
  std::string text;
  std::uint64_t bytes = 0;  ///< size of the item
  bool kept = false;        ///< the item's bytes are in the database
  bool dismissed = false;
};

/// An item that was passed over as not a report.
struct PassedOver {
  Origin origin;
  std::string kind;  ///< "failure_report", "tls_report", "other"
  std::uint64_t bytes = 0;
};

/// Figures about the database as a whole.
struct DatabaseInfo {
  std::int64_t schema_version = 0;
  std::uint64_t file_bytes = 0;
  std::uint64_t reports = 0, records = 0, messages = 0;
  /// Left out for want of an address or a count; the messages as far as they were told.
  std::uint64_t unusable_records = 0, unusable_messages = 0;
  std::uint64_t domains = 0, reporters = 0, identities = 0;
  std::uint64_t items = 0, stored = 0, duplicate = 0, not_a_report = 0, problem = 0;
  std::uint64_t deliveries = 0;  ///< events of delivery logs
  std::optional<Day> first_day, last_day;
};

/// A value of a row whose columns are not known beforehand. Bytes come as hexadecimal text.
using SqlValue = std::variant<std::monostate, std::int64_t, double, std::string>;

/// What was forgotten of old days.
struct Pruned {
  std::uint64_t reports = 0, records = 0, items = 0, deliveries = 0;
  std::uint64_t tls_reports = 0, failures = 0;
};

}  // namespace dmarcq
