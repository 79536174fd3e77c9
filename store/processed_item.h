// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ingest/base/digest.h"
#include "ingest/base/error.h"
#include "ingest/origin.h"
#include "parser/failure_report/failure_report.h"
#include "parser/tls_report/tls_report.h"
#include "store/conflicts.h"
#include "store/document/delivery_batch.h"
#include "store/document/packed_report.h"
#include "store/document/report_sender.h"

namespace dmarcq {

/// What one item came to; each item ends in exactly one.
enum class Outcome { stored, duplicate, not_a_report, problem };
std::string_view to_text(Outcome) noexcept;

/// The outcome that follows from what is stored about an item. The same rule for every engine.
struct ItemFacts {
  bool problem = false;       ///< it has a problem, dismissed or not
  bool holds_report = false;  ///< a document that counts, or that the owner distrusts, belongs to
                              ///< it
  bool seen_report = false;   ///< a document belongs to it, or was seen in it too
  Outcome outcome() const;
};

/// A fault of one part of an item.
struct ItemFault {
  std::string part;
  Error error;
};

/// What the owner should know of one part of an item, though nothing is wrong with it.
struct ItemNote {
  std::string part, text;
};

/// How another database has a document: it is taken as it is, without a look at what else claims to
/// be the report.
struct CopiedDocument {
  DocumentState state = DocumentState::accepted;
  bool pruned = false;        ///< its rows were forgotten
  std::uint64_t records = 0;  ///< those that were forgotten, too
  std::string conflict;       ///< what its problem says, when it is in conflict
};

/// All that processing an item brought, ready to be saved. A value, built without the database
/// (store/import/process.h).
struct ProcessedItem {
  Origin origin;    ///< of the item: `part` is empty
  Digest digest{};  ///< SHA-256 of the item's bytes
  std::uint64_t bytes = 0;
  bool already_read = false;  ///< by an earlier run, without open problems: nothing below was read
  struct Report {
    std::string part;
    PackedReport report;
    ReportSender sender = {};
    std::optional<CopiedDocument> copied = {};
  };
  std::vector<Report> reports;
  struct Tls {
    std::string part;
    Digest digest{};  ///< of the JSON
    TlsReport report;
    ReportSender sender = {};
  };
  std::vector<Tls> tls_reports;
  struct Failure {
    std::string part;
    Digest key{};  ///< SHA-256 of failure_key_text()
    FailureReport report;
    OriginMarks marks;
  };
  std::vector<Failure> failures;
  /// What a delivery log, events of a mail service or a bounce came to.
  struct Delivery {
    DeliverySource source = DeliverySource::other;
    DeliveryBatch events;
    std::uint64_t rows = 0, left_out = 0, damaged = 0;  ///< as in ParsedDelivery
  };
  std::vector<Delivery> deliveries;
  std::vector<ItemFault> faults;
  std::vector<ItemNote> notes;  ///< told when the item is saved, and not stored
  /// What it is if it holds no aggregate report and there is no fault: "tls_report",
  /// "failure_report", "complaint", "delivery_log", "bounce", "announcement", "unknown_table",
  /// "other".
  std::string not_a_report;
  std::string kept_bytes;  ///< the item itself, when there is a fault and it is not too large to
                           ///< keep
};

/// A name that passed beside an account's (account_names.h), and who reported it.
struct LearnedAccountName {
  std::string account, name;
  ReportMetadata reporter;  ///< as far as it tells who he is
  ReportSender sender;
  Day first_day = 0, last_day = 0;
};

/// How an item was saved.
struct Saved {
  Outcome outcome = Outcome::not_a_report;
  std::string not_a_report;
  /// Reports: accepted; seen before or subsumed; accepted before and displaced now.
  std::uint64_t stored = 0, duplicate = 0, replaced = 0;
  std::uint64_t records = 0, messages = 0;                    ///< of the reports stored
  std::uint64_t unusable_records = 0, unusable_messages = 0;  ///< left out of these
  /// Events of deliveries: new; known from another file; left out on purpose; rows without one.
  std::uint64_t deliveries_stored = 0, deliveries_repeated = 0, deliveries_left_out = 0,
                deliveries_damaged = 0;
  /// TLS reports, and failure reports with complaints: new; known from another mail.
  std::uint64_t tls_stored = 0, tls_repeated = 0, failures_stored = 0, failures_repeated = 0;
  /// Reports of this item that are in conflict with others, or too much.
  std::vector<ItemFault> refused;
  /// Other items of this run whose outcome this one changed: before, after.
  std::vector<std::pair<Outcome, Outcome>> changed;

  void add_stored(const PackedReport&);
};

}  // namespace dmarcq
