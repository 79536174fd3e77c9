// SPDX-License-Identifier: MIT
#pragma once
#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "store/conflicts.h"
#include "store/postgresql/wire/connection.h"
#include "store/processed_item.h"

namespace dmarcq {

/// What documents that may claim to be one report share in the table: rows of equal keys but `seq`.
struct SetKey {
  std::int64_t home = 0, domain = 0;
  Day day = 0;
  std::int64_t claim = 0;
  friend auto operator<=>(const SetKey&, const SetKey&) = default;
};

/// Where a document was found, in the order that says to which place it belongs.
struct PgPlace {
  std::string source;
  std::int64_t number = 0;
  std::string part, item;  ///< item: its digest
  friend auto operator<=>(const PgPlace&, const PgPlace&) = default;
};

/// A document of a set, as stored and as it will be.
struct SetDocument {
  std::int64_t id = 0;
  std::int32_t seq = 0;
  DocumentState state = DocumentState::conflict, stored_state = DocumentState::conflict;
  std::string digest;
  PgPlace place;
  std::int64_t reporter = 0;
  ReportSender sender;
  Claim claim;  ///< whole: the key of a set is a hash
  bool well_formed = false, pruned = false;
  std::int64_t records = 0;
  Totals totals;
  std::uint64_t unusable_records = 0, unusable_messages = 0;
  std::int64_t shared = 0;
  const PackedReport* packed = nullptr;  ///< of this batch: its rows are not in the table yet
  bool moved = false, resolved = false;  ///< place or sender, state or `shared` may be others now
};

/// What a transaction changes in the roll-up.
struct DayFigures {
  std::int64_t reports = 0, records = 0, unusable_records = 0, unusable_messages = 0;
  std::array<std::int64_t, 8> totals{};  ///< as in the columns of `domain_day`
  void add(const SetDocument&, std::int64_t sign);
};
struct DayKey {
  std::int64_t home = 0, domain = 0;
  Day day = 0;
  friend auto operator<=>(const DayKey&, const DayKey&) = default;
};
using DayChanges = std::map<DayKey, DayFigures>;

/// Adds the problem of a copied document that is in conflict where it comes from.
void write_copied_conflict(PgConnection&, std::int64_t report, const std::string& item,
                           const ProcessedItem::Report&);

/// Sets of documents that claim to be one report, locked and read; resolved in memory by the rule
/// of conflicts.h; then written back. Inside one transaction.
class ReportSets {
 public:
  explicit ReportSets(PgConnection& connection) : connection_(connection) {}

  /// Locks each set at its first document, in one order, and reads them. Those whose rows are not
  /// in the table yet: `packed` by digest.
  void read(const std::set<SetKey>&, const std::map<std::string, const PackedReport*>& packed);
  /// Those of which the table has a document now.
  std::set<SetKey> existing(const std::set<SetKey>&);
  /// The next free `seq` of each set in the table.
  void next_seqs(std::map<SetKey, std::int32_t>&);
  /// How many documents the set has, whatever they claim.
  std::size_t size(const SetKey& key) const { return sets_.at(key).documents.size(); }
  bool holds(const SetKey& key) const { return sets_.contains(key); }

  /// Null when the set has no document with this digest.
  SetDocument* find(const SetKey&, std::string_view digest);
  SetDocument* find(const SetKey&, std::int64_t report);
  /// What adding a document of so many records may come to in comparisons, at worst; with how many
  /// others. Nothing when it is the only one of its claim, or one of them was pruned.
  struct Cost {
    std::uint64_t comparisons = 0;
    std::size_t others = 0;
  };
  std::optional<Cost> cost_of(const SetKey&, const Claim&, std::uint64_t records);
  /// A document that was inserted as one in conflict, resolved. How many count more than before,
  /// this one aside; below zero: fewer.
  std::int64_t add(const SetKey&, SetDocument);
  std::int32_t next_seq(const SetKey&) const;
  /// Resolves all that share the claim anew. How many rows were compared; 0 for a document alone,
  /// or beside pruned ones.
  std::uint64_t resolve_anew(const SetKey&, const Claim&);
  /// Is a document of the claim, other than this one, without its rows?
  bool is_beside_pruned(const SetKey&, const Claim&, std::int64_t report) const;
  void drop(const SetKey&, std::int64_t report);

  /// Writes states, places, senders and the problems of documents in conflict. `changes`: what
  /// becomes of the roll-up; `touched`: items whose outcome may be another.
  void write(DayChanges& changes, std::set<std::string>& touched);

 private:
  struct Set {
    std::vector<std::unique_ptr<SetDocument>> documents;
    /// By the text of a claim; made when first needed.
    std::map<std::string, std::unique_ptr<CompetingReports>> competing;
  };
  std::set<SetKey> locked(const std::set<SetKey>&);
  void read_documents(const std::set<SetKey>&,
                      const std::map<std::string, const PackedReport*>& packed);
  CompetingReports& competing(const SetKey&, Set&, const Claim&, const SetDocument* but);
  std::vector<std::uint64_t> row_keys(const SetKey&, const SetDocument&);
  void take_states(Set&, const CompetingReports&);
  void write_conflicts(const std::vector<const SetDocument*>&);

  PgConnection& connection_;
  std::map<SetKey, Set> sets_;
};

}  // namespace dmarcq
