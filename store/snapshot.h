// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ingest/base/function_ref.h"
#include "store/conflicts.h"
#include "store/dictionary.h"
#include "store/model.h"
#include "store/processed_item.h"
#include "store/settings.h"

namespace dmarcq {

// What an engine hands out. Keys are small numbers, made to serve as positions; they hold within a
// snapshot and its forks.

/// A policy domain that reports were stored of.
struct StoredDomain {
  std::int64_t key = 0;
  std::string name;
};
/// Days of a policy domain, both included.
struct DomainDays {
  std::int64_t domain = 0;
  Day since = 0, until = 0;
};
/// How a reporter presents itself, together with who sent its reports.
struct StoredReporter {
  std::int64_t key = 0;
  std::string org_name, org_folded;
  ReportSender sender;
  std::string email, extra_contact_info;
};
/// A row of a report that counts. Rows of no message, which some reporters list, are a fact of
/// their report and are not handed out: they are no source, no day and no news.
struct StoredRow {
  std::int64_t domain = 0;
  Day day = 0;
  std::string_view source_ip;  ///< 4 or 16 bytes; valid during the call
  std::int64_t identity = 0, evaluation = 0;
  std::uint64_t messages = 0;
  std::int64_t report = 0;
};
/// How many rows a day has.
struct RowsOfDay {
  std::int64_t domain = 0;
  Day day = 0;
  std::int64_t rows = 0;
};
/// The first and the last day that a domain has reports of.
struct ReportedSpan {
  std::int64_t domain = 0;
  Day first = 0, last = 0;
};
/// What the reports of a domain's days add up to.
struct DomainFigures {
  std::int64_t domain = 0;
  std::uint64_t reports = 0, records = 0, messages = 0;
  Day first_day = 0, last_day = 0;
  std::uint64_t unusable_records = 0, unusable_messages = 0;
  Totals totals;
  void add(const DomainFigures& day);
};
/// What one report adds to them.
struct ReportFigures {
  std::int64_t report = 0, reporter = 0;  ///< reporter: StoredReporter::key
  Day day = 0;
  std::uint64_t unusable_records = 0, unusable_messages = 0;
  Totals totals;
};
struct StoredAccountName {
  std::string account, name;
  std::int64_t reporter = 0;  ///< StoredReporter::key
  Day first_day = 0, last_day = 0;
};
/// A document as it is stored, and what its rows come to: for the proof of conservation.
struct StoredDocument {
  std::int64_t report = 0, domain = 0;
  Day day = 0;
  DocumentState state = DocumentState::accepted;
  std::uint64_t records = 0, messages = 0, unusable_records = 0, unusable_messages = 0;
  Totals totals;
  bool pruned = false;  ///< its rows were forgotten: nothing to compare with
  std::uint64_t records_found = 0;
  Totals totals_found;
  bool conflict_told = false;  ///< there is a problem that says so
};
/// An item as it is stored.
struct StoredItem {
  std::int64_t id = 0;
  Outcome outcome = Outcome::not_a_report;
  ItemFacts facts;
};

/// A TLS report. Of several that claim to be the same (organization, id, days, domains) it is the
/// one whose sender is known best, then that of most sessions.
struct StoredTlsReport {
  std::int64_t id = 0;
  Day day = 0;
  TlsReport report;
  Trust trust = Trust::unverified;
  std::string from_domain;  ///< of the mail that brought it; "" for a file
};
/// A failure report or complaint; of people no more than [failures] store lets be kept.
struct StoredFailure {
  std::int64_t id = 0;
  Day day = 0;  ///< of arrival at the reporter, else of the report; 0: neither is told
  FailureReport report;
  OriginMarks marks;
};

/// An item with what lies in it but its aggregate reports, as save() takes it: for a copy of the
/// database.
struct StoredContents {
  ProcessedItem item;  ///< `reports` is empty
  struct Place {
    std::int64_t report = 0;
    std::string part;
  };
  std::vector<Place> reports;  ///< documents that belong to it, or were seen in it too
};
/// What report() does not tell of a document.
struct DocumentStanding {
  Digest digest{};
  DocumentState state = DocumentState::accepted;
  bool pruned = false;   ///< its rows were forgotten
  std::string conflict;  ///< what its problem says, when it is in conflict
};

/// One event of a delivery log.
struct StoredDelivery {
  std::int64_t id = 0;  ///< by day, then by arrival
  DeliveryView event;   ///< `key` is ""; `recipient` is "" once it was forgotten
  std::string_view recipient_domain;
};
/// An item with such events, and what is found of them: for the proof of conservation.
struct StoredDeliveryLog {
  std::int64_t item = 0;
  std::uint64_t events = 0, events_found = 0;
};

/// One moment of the database, for reading: what is written meanwhile is not seen, so all figures
/// taken from it agree with each other. An engine implements the scans; what follows from them
/// stands in queries.h, the same for every engine. One thread at a time. Throws StoreError.
class Snapshot {
 public:
  Snapshot() = default;
  virtual ~Snapshot() = default;
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

  /// The same moment for another thread; null when it cannot be had any more.
  virtual std::unique_ptr<Snapshot> fork() = 0;
  /// What errors call the database: its file, or its address without secrets.
  virtual const std::string& place() const = 0;
  /// Not empty when the database is of a newer program, whatever more it may hold: a sentence that
  /// says so. "" unless the engine says otherwise.
  virtual const std::string& newer() const;
  virtual Dictionary& dictionary() = 0;
  /// Valid as long as the snapshot.
  virtual StoredSettings& settings() = 0;

  /// By key.
  virtual std::vector<StoredDomain> domains() = 0;
  /// By key.
  virtual const std::vector<StoredReporter>& reporters() = 0;

  // Functions that take days of several domains take them in the order of the domains' keys, each
  // domain once, and answer in that order.
  /// Rows by domain and day. The hot path: a question about everything passes every row through it.
  virtual void rows(std::span<const DomainDays>, FunctionRef<void(const StoredRow&)>) = 0;
  /// Reports in an order that does not depend on that of arrival: begin, end, org_name, report_id,
  /// digest.
  virtual void reports(const DomainDays&, Which,
                       FunctionRef<void(std::int64_t report, std::int64_t reporter)>) = 0;
  virtual std::optional<ReportInfo> report(std::int64_t id) = 0;
  /// The records of a report, as they stood in the XML.
  virtual void records(std::int64_t report, FunctionRef<void(const Record&)>) = 0;

  // What follows from reports() and report(), for engines that cannot answer it faster.
  /// The roll-up: each day that has reports that count.
  virtual void roll_up(std::span<const DomainDays>, FunctionRef<void(const DomainFigures& of_day)>);
  /// Heads of the reports that count, by day, begin, end; those of one window in an order that does
  /// not depend on that of arrival. ReportHead::reporter is 0.
  virtual void heads(const DomainDays&, const std::string& domain_name,
                     FunctionRef<void(ReportHead&, std::int64_t reporter)>);
  /// Figures of the reports that count, in no order.
  virtual void figures_of_reports(const DomainDays&, FunctionRef<void(const ReportFigures&)>);
  /// Days without rows may be left out.
  virtual std::vector<RowsOfDay> rows_of_days(std::span<const DomainDays>);
  /// Domains without reports are left out.
  virtual std::vector<ReportedSpan> reported_spans(std::span<const DomainDays>);
  /// Which reporter each report is of that counts (others may be told, too), in no order.
  virtual void reporters_of_reports(std::span<const DomainDays>,
                                    FunctionRef<void(std::int64_t report, std::int64_t reporter)>);
  /// Who has a report that counts, maybe more than once; false ends it.
  virtual void reporters_of(const DomainDays&, FunctionRef<bool(std::int64_t reporter)>);
  /// Who reported on which day, by day.
  virtual void reporting_days(const DomainDays&, FunctionRef<void(Day, std::int64_t reporter)>);

  /// All that the database ever saw; one name may be told in several parts.
  virtual std::vector<StoredAccountName> account_names() = 0;

  /// What delivery logs tell of these days, both included, by day. Nothing in an engine that keeps
  /// none.
  virtual void deliveries(Day since, Day until, FunctionRef<void(const StoredDelivery&)>);
  virtual void delivery_logs(FunctionRef<void(const StoredDeliveryLog&)>);

  /// Of these days, both included, by day, then in an order that does not depend on that of
  /// arrival. Nothing in an engine that keeps none.
  virtual void tls_reports(Day since, Day until, FunctionRef<void(const StoredTlsReport&)>);
  virtual void failure_reports(Day since, Day until, FunctionRef<void(const StoredFailure&)>);

  /// By source, number, part, reason, text.
  virtual std::vector<Problem> problems(bool with_dismissed) = 0;
  /// The bytes of the item that the problem lies in; nothing when they were not kept.
  virtual std::optional<std::string> problem_bytes(std::int64_t problem) = 0;
  /// By source and number.
  virtual std::vector<PassedOver> passed_over() = 0;
  /// But for reports, records, messages, domains, reporters and days: database_info() adds them.
  /// Unless the engine says otherwise, only the items, by their outcome.
  virtual DatabaseInfo storage_info();

  /// For the proof of conservation: every document, in an order that suits the engine. What the
  /// engine itself finds wrong on the way, of rows that belong to nobody, is added to `faults`.
  virtual void documents(std::vector<std::string>& faults,
                         FunctionRef<void(const StoredDocument&)>) = 0;
  virtual void items(FunctionRef<void(const StoredItem&)>) = 0;
  /// What an engine can prove of its own storage: pages, hashes, references. Nothing unless the
  /// engine says otherwise.
  virtual std::vector<std::string> storage_faults() { return {}; }

  // For a copy of the database (import/copy.h).
  /// Items that are wanted, in an order that suits the engine. `take` may ask the snapshot for
  /// other things.
  virtual void contents(FunctionRef<bool(const Digest&)> wanted,
                        FunctionRef<void(StoredContents&&)> take);
  virtual std::optional<DocumentStanding> standing(std::int64_t report);

  // An engine may have ways of its own for these, or none: unless it says otherwise, they refuse
  // with StoreError::usage.
  /// Answers one SELECT over the views of sql_views.h (and, without promise, the tables): the names
  /// of its columns, then each row. StoreError::Kind::usage with the engine's words when it cannot
  /// be answered.
  virtual void ask(std::string_view sql, FunctionRef<void(const std::vector<std::string>&)> columns,
                   FunctionRef<void(const std::vector<SqlValue>&)> row);
  /// Online backup of this moment into a new file: readers and writers go on.
  virtual void backup(const std::filesystem::path&);

  /// Which domains of the database belong together, as the configuration says; none: all of them.
  /// Kept here for those who read.
  void set_clients(std::vector<std::vector<std::string>> domains) { clients_ = std::move(domains); }
  const std::vector<std::vector<std::string>>& clients() const { return clients_; }

  /// Called once, when an answer holds a sum at its cap (most_messages): its counts are none that a
  /// receiver ever had.
  void on_implausible(std::function<void()> tell) { tell_ = std::move(tell); }
  void tell_implausible() {
    if (const auto tell = std::exchange(tell_, nullptr)) tell();
  }

 private:
  std::vector<std::vector<std::string>> clients_;
  std::function<void()> tell_;
};

}  // namespace dmarcq
