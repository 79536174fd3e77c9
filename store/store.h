// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "ingest/base/error.h"
#include "ingest/base/limits.h"
#include "ingest/origin.h"
#include "store/error.h"
#include "store/packed_report.h"
#include "store/report_sender.h"

namespace dmarcq {

class Database;  // sqlite.h
class Statement;

/// What one item came to; each item ends in exactly one.
enum class Outcome { stored, duplicate, not_a_report, problem };
std::string_view to_text(Outcome) noexcept;

/// A fault of one part of an item.
struct ItemFault {
  std::string part;
  Error error;
};

/// All that processing an item brought, ready to be saved. A value, built without the database
/// (pipeline.h).
struct ProcessedItem {
  Origin origin;    ///< of the item: `part` is empty
  Digest digest{};  ///< SHA-256 of the item's bytes
  std::uint64_t bytes = 0;
  struct Report {
    std::string part;
    PackedReport report;
    ReportSender sender = {};
  };
  std::vector<Report> reports;
  std::vector<ItemFault> faults;
  std::string not_a_report;  ///< "failure_report", "tls_report", "other": what it is if there is
                             ///< neither report nor fault
  std::string kept_bytes;    ///< the item itself, when there is a fault and it is not too large to
                             ///< keep
};

/// How an item was saved.
struct Saved {
  Outcome outcome = Outcome::not_a_report;
  std::string not_a_report;
  std::uint64_t stored = 0, duplicate = 0, replaced = 0;  ///< reports: taken; seen before or
                                                          ///< contained; taken before and displaced
                                                          ///< now
  std::uint64_t records = 0, messages = 0;                ///< of the reports stored
  std::uint64_t unusable_records = 0, unusable_messages = 0;  ///< left out of these
  std::vector<ItemFault> refused;  ///< reports of this item that are in conflict with others, or
                                   ///< too much
  /// Other items of this run whose outcome this one changed: before, after.
  std::vector<std::pair<Outcome, Outcome>> changed;
};

/// The database of facts. One thread at a time. Throws StoreError.
class Store {
 public:
  enum class Mode { read_only, read_write };
  /// Creates (read_write) or opens a database, migrating older schemas in one transaction after a
  /// backup beside it.
  static Store open(const std::filesystem::path&, Mode);
  Store(Store&&) noexcept;
  ~Store();

  /// Saves an item whole, exactly once, in whatever order items come (schema.cc tells how documents
  /// that claim the same report are settled). Inside batch() only.
  Saved save(const ProcessedItem&, const Limits& = {});
  /// An item known from an earlier run that is settled (no open problem): what it was. Does not
  /// write.
  std::optional<Saved> known(const Digest&);
  /// The digests of all settled items, for skipping them without parsing.
  std::vector<Digest> settled_items();

  /// Takes a report out of every answer, or lets it count again; what it displaced counts in its
  /// place. What it taught of accounts' names goes with its reporter's last report. False when
  /// there is no such report, or nothing to change. StoreError::usage when its rows were pruned.
  bool distrust(std::int64_t report, bool on);
  /// Forgets a report, and the mails that brought nothing else, as if it had never come: read
  /// again, it comes again. Else as distrust().
  bool remove(std::int64_t report);

  /// One transaction: all of the body or, if it throws, nothing.
  void batch(const std::function<void()>& body);

  /// Marks a problem as seen and of no interest. False when there is no such open problem.
  bool dismiss_problem(std::int64_t id);
  /// Online backup into a new file.
  void backup(const std::filesystem::path&);

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

  Database& database() { return *database_; }
  /// The statement with this text, prepared once. Reset it before the next use.
  Statement& cached(const std::string& sql);
  /// Not empty when the database is of a newer program, whatever more it may hold: a sentence that
  /// says so.
  const std::string& newer() const;
  const std::filesystem::path& path() const { return path_; }

 private:
  struct Writer;  // prepared statements and caches, made when first saving
  Store(std::unique_ptr<Database>, std::filesystem::path);
  Writer& writer();
  std::unique_ptr<Database> database_;
  std::filesystem::path path_;
  std::unordered_map<std::string, std::unique_ptr<Statement>> statements_;
  std::unique_ptr<Writer> writer_;
  std::vector<std::vector<std::string>> clients_;
  std::function<void()> tell_;
};

}  // namespace dmarcq
