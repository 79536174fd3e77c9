// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "store/conflicts.h"
#include "store/sqlite/writer/document_writer.h"

namespace dmarcq {

/// Documents that claim to be one report, and the state that the table has of each.
struct StoredSet {
  CompetingReports documents;
  std::unordered_map<std::int64_t, DocumentState> stored;  ///< by report
  bool pruned = false;  ///< one of them has no rows any more: there is nothing to compare with
  std::int64_t accepted() const;
};

/// Resolves competing reports (conflicts.h) and writes what follows. Inside a transaction.
/// `touched`: gets the items whose outcome may have changed.
class ConflictWriter {
 public:
  ConflictWriter(Database&, DocumentWriter&);

  /// Those stored before; null when there are none. Valid until the next call of any function.
  StoredSet* competing(const Claim&);
  /// Adds a document that was inserted as one in conflict, and writes what follows for it and the
  /// others. The state that it has then.
  DocumentState resolve(StoredSet&, const ProcessedItem::Report&, std::int64_t item,
                        std::int64_t report, std::vector<std::int64_t>& touched);
  /// Adds the problem of a copied document that is in conflict where it comes from.
  void tell_copied(std::int64_t item, std::int64_t report, const ProcessedItem::Report&);
  /// What the problem of a document in conflict says.
  std::string text_of(std::int64_t report);

  /// Resolves the set of a stored report anew, since its sender is known better now.
  void resolve_set_of(std::int64_t report, std::vector<std::int64_t>& touched);
  /// How many rows of sets were resolved anew in this run: a stranger may send the same documents
  /// again and again.
  std::uint64_t resolved_again() const { return resolved_again_; }

  /// A stored report, and where its rows lie.
  struct Placed {
    Claim claim;
    DocumentState state = DocumentState::accepted;
    std::int64_t item = 0, first_row = 0, records = 0, reporter = 0;
  };
  /// Nothing when there is no such report.
  std::optional<Placed> placed(std::int64_t report);
  /// Store::distrust.
  bool distrust(std::int64_t report, bool on, std::vector<std::int64_t>& touched);

  /// Another connection has written, or the transaction was rolled back.
  void forget();

 private:
  /// False when one of the set was pruned.
  bool resolve_anew(const Claim&, std::vector<std::int64_t>& touched);
  void write_state(StoredSet&, const CompetingReports::Document&,
                   std::vector<std::int64_t>& touched);
  /// Writes, changes or drops the problem that a document in conflict is.
  void tell_conflict(const CompetingReports::Document&);

  Database& database_;
  DocumentWriter& documents_;
  Statement claimants_, claim_by_id_, find_conflict_, add_problem_, set_problem_text_,
      drop_problem_;
  std::unordered_map<std::string, std::unique_ptr<StoredSet>> sets_;
  std::uint64_t rows_held_ = 0, resolved_again_ = 0;
};

}  // namespace dmarcq
