// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "store/conflicts.h"
#include "store/processed_item.h"
#include "store/sqlite/database.h"
#include "store/sqlite/writer/interner.h"

namespace dmarcq {

/// Where a document was seen: in which item, under which name.
struct DocumentPlace {
  std::int64_t item = 0;
  std::string part;
  friend bool operator==(const DocumentPlace&, const DocumentPlace&) = default;
};

/// Writes reports, their rows and the roll-up. Inside a transaction.
class DocumentWriter {
 public:
  DocumentWriter(Database&, Interner&);

  /// A document with this digest, if it is stored.
  struct Known {
    std::int64_t report = 0;
    DocumentState state = DocumentState::accepted;
    DocumentPlace place;
    std::int64_t reporter = 0;
    ReportSender sender;
  };
  std::optional<Known> find(const Digest&);

  /// Where the next rows of a (domain, day) go; nothing when they do not fit.
  std::optional<std::int64_t> free_rows(std::int64_t domain_id, Day, std::uint64_t wanted);
  /// Where the next rows of a document that does not count go.
  std::int64_t free_aside();
  /// The id of the report. `state`: accepted, or in conflict until it is resolved.
  /// `first_row`: 0 for a copied one whose rows were forgotten.
  std::int64_t insert(const ProcessedItem::Report&, std::int64_t item, const Claim&, DocumentState,
                      std::int64_t first_row);
  /// A key for each record, equal for equal ones (CompetingReports::Document::rows).
  std::vector<std::uint64_t> row_keys(std::int64_t first_row, std::int64_t records);
  std::int64_t first_row(std::int64_t report);
  /// Moves a document's rows to where its new state wants them, and the roll-up with them.
  void change_state(std::int64_t report, std::int64_t records, DocumentState before,
                    DocumentState after);

  /// The same document was sent by somebody who tells more of himself.
  void set_sender(const Known&, const ProcessedItem::Report&);
  /// What this reporter taught of accounts goes at the end of the transaction, if he has no report
  /// left.
  void leave(std::int64_t reporter) { left_reporters_.insert(reporter); }
  void forget_names_of_left();

  DocumentPlace place_of(std::int64_t report);
  /// One more place of a known document. It belongs to the first place in the order (source,
  /// number, part), not of arrival; the others are kept as sightings. The item that lost it, if
  /// one did.
  std::optional<std::int64_t> add_place(const Known&, const DocumentPlace&);

  /// The transaction was rolled back.
  void forget() { left_reporters_.clear(); }

 private:
  using Order = std::tuple<std::string, std::int64_t, std::string, std::int64_t>;
  Order order_of(const DocumentPlace&);
  void insert_rows(const PackedReport&, std::int64_t report, std::int64_t first_row);
  void learn_account_names(const PackedReport&, std::int64_t reporter, Day);
  /// Adds a report's figures to its (domain, day), or takes them away.
  void count(std::int64_t report, std::int64_t sign);

  Database& database_;
  Interner& interner_;
  Statement find_, add_, add_claim_, set_reporter_, add_record_, add_records_, move_records_,
      rows_of_, set_state_, next_row_, next_aside_, roll_up_, figures_, add_account_name_,
      drop_account_names_, item_place_, place_, set_place_, move_conflict_, add_sighting_,
      drop_sighting_;
  std::set<std::int64_t> left_reporters_;
};

}  // namespace dmarcq
