// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "store/postgresql/writer/item_outcomes.h"
#include "store/postgresql/writer/report_sets.h"
#include "store/postgresql/writer/small_tables.h"
#include "store/store.h"

namespace dmarcq {

/// What a process remembers of the batches that it saved.
struct PgRun {
  /// `item.run` is a number of the process and one of its batch.
  static constexpr int batch_bits = 24;
  std::int64_t process = 0;
  bool is_of_this_run(std::int64_t run) const { return run >> batch_bits == process; }
  /// Items of these that were told as duplicates: a report that an earlier run stored belongs to
  /// them now.
  std::set<std::string> stored_before;
  std::uint64_t resolved_again = 0;  ///< rows of sets: a stranger may send the same documents again
                                     ///< and again
};

/// Saves a batch of items, inside a transaction that is under way. What workers may be in each
/// other's way for is locked in one order of kinds, and sorted within each (SCALE, section 5): the
/// horizon, items, the first documents of sets, then the rest.
class BatchWriter {
 public:
  /// `batch`: marks the items that this batch adds (PgRun).
  BatchWriter(PgConnection&, const SmallTables&, PgRun&, std::int64_t batch, const SaveOptions&);
  ~BatchWriter();

  /// Nothing when the items carry the mark of this batch already: its COMMIT was done, though the
  /// answer was lost.
  std::optional<std::vector<Saved>> save(std::span<const ProcessedItem>);
  void remember(const ReadState&);

 private:
  struct Row;     // of `item`
  struct Saving;  // an item on its way in
  struct Found;   // a document of it

  bool write_items();
  void read_known_items();
  void lock_known_items();
  void find_documents();
  void find_stored_documents();
  void number_documents(std::map<SetKey, SetDocument>&);
  void add_first_documents();
  void add_copied_documents();
  void save_documents(Saving&);
  void save_known(Saving&, const Found&, SetDocument&);
  void save_new(Saving&, const Found&);
  void store_new(Saving&, const Found&);
  SetDocument document_of(const Saving&, const Found&) const;
  void learn_names(const ProcessedItem::Report&, std::int64_t reporter, Day);
  void write_faults();
  void write_known_faults(Saving&);
  void write_rows();
  void write_names();
  void write_days();
  void write_outcomes();
  void conclude(Saving&);
  Saved of_known(const ProcessedItem&);

  PgConnection& connection_;
  const SmallTables& small_;
  PgRun& run_;
  std::int64_t batch_;
  const SaveOptions& options_;
  std::map<std::string, Row> items_;  // by digest
  std::vector<Saving> saving_;
  std::map<SetKey, std::int64_t> first_;  // the ids of documents that are the first of their set
  std::map<SetKey, const Found*> first_found_;
  ReportSets sets_;
  struct Rows {
    SetKey key;
    std::int64_t report;
    const PackedReport* packed;
  };
  std::vector<Rows> rows_;
  DayChanges days_;
  LearnedNames names_;
  std::set<std::int64_t> left_reporters_;
  std::set<std::string> touched_;
};

}  // namespace dmarcq
