// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "parser/aggregate/aggregate_report.h"
#include "store/by_id.h"
#include "store/reporter_set.h"
#include "store/store.h"

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
/// judges.
struct SourceRow {
  IpAddress source_ip;
  std::int64_t domain = 0, identity = 0, evaluation = 0;  ///< keys for Dictionary
  std::uint64_t messages = 0;
  std::uint64_t rows = 0;
  Day first_day = 0, last_day = 0;
  ReporterSet reporters;  ///< keys for Dictionary::reporter
};

/// Resolves the keys of rows, lazily, each once. References stay valid as long as the Dictionary.
class Dictionary {
 public:
  explicit Dictionary(Store&);
  const std::string& domain(std::int64_t key);
  const Identity& identity(std::int64_t key);
  const PolicyEvaluated& evaluation(std::int64_t key);
  /// Whose word it is (voice_of in report_sender.h): its org_name, or "google.com, sent by
  /// evil.example".
  const std::string& reporter(std::uint32_t key);
  /// Not one whose reports DMARC failed for, or passed for somebody else's domain.
  bool believed(std::uint32_t key);

  /// The identities of these rows will be asked for: tells whether to read them one by one or all
  /// at once.
  void expect(std::span<const SourceRow>);

 private:
  class Identities;
  Identities& identities();
  Store& store_;
  ById<std::optional<std::string>> domains_;
  std::shared_ptr<Identities> identities_;
  ById<std::optional<PolicyEvaluated>> evaluations_;
  void read_reporters(std::uint32_t key);
  std::vector<std::string> reporters_;
  std::vector<bool> believed_;  ///< by reporter
};

/// A name that passed in the same mail as an account's (account_names.h), by one reporter, from the
/// first day to the last.
struct AccountName {
  std::string account, name;
  std::uint32_t reporter = 0;  ///< key for Dictionary
  Day first_day = 0, last_day = 0;
};
/// All that the database ever saw from reports of so much trust, by account, name and reporter.
std::vector<AccountName> account_names(Store&, Trust least);

/// All distinct sources of the filter, ordered by domain, source_ip, identity, evaluation, so that
/// output is reproducible. More rows than `worth_a_thread` are read by several threads, each with a
/// connection of its own to the same moment.
std::vector<SourceRow> sources(Store&, Dictionary&, const Filter&,
                               std::int64_t worth_a_thread = 250'000);

/// The same, split by day: calls back once for each (day, source), days ascending within a domain.
void each_source_day(Store&, Dictionary&, const Filter&,
                     const std::function<void(Day, const SourceRow&)>&);

/// How many rows the filter's domains and days have; its reporters and networks may leave fewer.
std::size_t rows_within(Store&, const Filter&);

/// One stored row: for series by day and reporter at once.
struct DayRow {
  std::int64_t domain = 0, identity = 0, evaluation = 0;  ///< keys for Dictionary
  std::int64_t report = 0;                                ///< ReportInfo::id
  std::uint32_t reporter = 0;                             ///< key for Dictionary
  IpAddress source_ip;
  Day day = 0;
  std::uint64_t messages = 0;
};

/// Every row of the filter, by domain and day. `networks` is ignored. More rows than
/// `worth_a_thread` are read ahead by another thread.
void each_day_row(Store&, Dictionary&, const Filter&, const std::function<void(const DayRow&)>&,
                  std::int64_t worth_a_thread = 250'000);

/// One policy domain over the filter's window.
struct DomainSummary {
  std::string domain;
  Totals totals;
  std::uint64_t reports = 0;
  std::uint64_t reporters = 0;  ///< distinct org_name
  Day first_day = 0, last_day = 0;
  std::uint64_t unusable_records = 0, unusable_messages = 0;
};

/// Per policy domain, by name. Answered from the roll-up when the filter names whole policy domains
/// and days only.
std::vector<DomainSummary> domain_summaries(Store&, Dictionary&, const Filter&);

/// A stored report without its records.
struct ReportInfo {
  std::int64_t id = 0;
  std::string reporter;  ///< as Dictionary::reporter() names it
  ReportSender sender;
  bool distrusted = false;  ///< the owner said so: it counts nowhere
  std::string org_name, email, extra_contact_info, report_id, domain, version, xml_namespace,
      generator;
  EpochSeconds begin = 0, end = 0;
  Day day = 0;
  std::vector<std::string> errors;
  PolicyPublished policy;
  std::vector<Deviation> deviations;
  bool well_formed = true;
  std::uint64_t records = 0, messages = 0, unusable_records = 0, unusable_messages = 0;
  Totals totals;
  Origin origin;  ///< of the first mail or file it came from
};

/// Reports in the filter's window, in a fixed order that does not depend on the order of arrival:
/// domain, begin, end, org_name, report_id, hash. `networks` is ignored. Those that count, or those
/// that were distrusted.
enum class Which { counted, distrusted };
void each_report(Store&, const Filter&, const std::function<void(const ReportInfo&)>&,
                 Which = Which::counted);
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
/// By domain, then day. `networks` is ignored.
void each_report_head(Store&, const Filter&, const std::function<void(const ReportHead&)>&);

/// The same, of each domain its last `days` days before and including filter.until (or its last day
/// with reports).
void each_recent_head(Store&, const Filter&, Day days,
                      const std::function<void(const ReportHead&)>&);
/// For each policy domain of the filter: who reported on which day.
void each_reporting_day(
    Store&, const Filter&,
    const std::function<void(const std::string& domain, Day, std::uint32_t reporter)>&);

std::optional<ReportInfo> report_info(Store&, std::int64_t id);
/// The records of a report, as they stood in the XML.
void each_record(Store&, Dictionary&, std::int64_t report,
                 const std::function<void(const Record&)>&);

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

std::vector<Problem> problems(Store&, bool with_dismissed);

/// An item that was passed over as not a report.
struct PassedOver {
  Origin origin;
  std::string kind;  ///< "failure_report", "tls_report", "other"
  std::uint64_t bytes = 0;
};
/// By source and number.
std::vector<PassedOver> passed_over(Store&);
/// The kept bytes of the item that the problem lies in.
std::optional<std::string> problem_bytes(Store&, std::int64_t problem);

/// Figures about the database as a whole.
struct DatabaseInfo {
  std::int64_t schema_version = 0;
  std::uint64_t file_bytes = 0;
  std::uint64_t reports = 0, records = 0, messages = 0;
  std::uint64_t unusable_records = 0, unusable_messages = 0;  ///< left out for want of an address
                                                              ///< or a count; the messages as far
                                                              ///< as told
  std::uint64_t domains = 0, reporters = 0, identities = 0;
  std::uint64_t items = 0, stored = 0, duplicate = 0, not_a_report = 0, problem = 0;
  std::optional<Day> first_day, last_day;
};
DatabaseInfo database_info(Store&);
/// The first and the last day that reports are of; nothing without reports.
std::optional<std::pair<Day, Day>> days_reported(Store&);

/// Do both connections, each inside a transaction of its own, see what the same runs left behind?
bool same_snapshot(Store&, Store&);

/// Proves conservation (DESIGN section 2): every statement that does not hold, in words; empty when
/// all is well.
std::vector<std::string> check_database(Store&);

/// Policy domains that have rows, by name.
std::vector<std::string> known_domains(Store&);
/// Those of them on which two reporters reported, or one over two weeks: a single forged report
/// makes no domain known.
std::vector<std::string> vouched_domains(Store&);

}  // namespace dmarcq
