// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <exception>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>

#include "parser/calendar.h"
#include "store/base/error.h"
#include "store/model.h"

struct sqlite3;
struct sqlite3_stmt;
struct sqlite3_value;

namespace dmarcq {

class Database;

/// What the file says cannot be: it was damaged, or made by somebody else. "FILE: TABLE ID: WHAT"
/// as StoreError::Kind::damaged.
[[noreturn]] void damaged(const Database&, std::string_view table, std::int64_t id,
                          std::string_view what);

/// The values of a row that the engine hands over; valid during the call.
class RowValues {
 public:
  explicit RowValues(sqlite3_value** values) : values_(values) {}
  /// NULL and what is no number read as 0.
  std::int64_t integer(int column) const;
  bool is_number(int column) const;
  std::string_view blob(int column) const;

 private:
  sqlite3_value** values_;
};

/// Who gets the rows of Statement::each_row().
struct RowTaker {
  void* object;
  void (*take)(void* object, const RowValues&);
  std::exception_ptr error;
};

/// Parameters that are neither numbers nor text. Blobs are copied; "" and 0 are stored as NULL:
/// absent and empty are the same in our values.
struct Blob {
  std::string_view bytes;
};
struct OptionalText {
  std::string_view text;
};
struct OptionalId {
  std::int64_t id;
};

/// A prepared statement. Bind, step until false, reset. Throws StoreError.
class Statement {
 public:
  Statement(Database&, std::string_view sql);
  Statement(Statement&&) noexcept;
  Statement& operator=(Statement&&) noexcept;
  ~Statement();

  /// Parameters count from 1. Text and bytes are copied unless the name says otherwise.
  void bind(int index, std::int64_t value);
  void bind_null(int index);
  void bind_text(int index, std::string_view text);
  void bind_blob(int index, std::string_view bytes);
  /// The caller keeps the bytes alive until the next bind or reset.
  void bind_blob_view(int index, std::string_view bytes);
  /// All parameters, in order: numbers, text, Blob, OptionalText, OptionalId.
  template <class... Values>
  void bind_all(const Values&... values) {
    int index = 0;
    (bind_value(++index, values), ...);
  }

  /// True when a row is there.
  bool step();
  void reset();
  /// step() to the end and reset: for statements that return nothing.
  void run();
  template <class... Values>
  void run_with(const Values&... values) {
    bind_all(values...);
    run();
  }
  /// What `read` makes of the first row; nothing without a row.
  template <class Read, class... Values>
  auto first(Read&& read, const Values&... values)
      -> std::optional<std::invoke_result_t<Read, Statement&>> {
    bind_all(values...);
    const Resetting at_the_end{*this};
    if (!step()) return std::nullopt;
    return read(*this);
  }
  /// `take` for each row.
  template <class Take, class... Values>
  void each(Take&& take, const Values&... values) {
    bind_all(values...);
    const Resetting at_the_end{*this};
    while (step()) take(*this);
  }
  /// Of a statement "SELECT each_row(a, b …) FROM …": `take` gets a, b … of every row, called from
  /// inside the engine; then reset. For millions of rows, of which step() and its columns cost more
  /// than the reading. What `take` throws ends the statement and is thrown on.
  template <class Take>
  void each_row(Take&& take) {
    run_each({&take,
              [](void* object, const RowValues& row) {
                (*static_cast<std::remove_reference_t<Take>*>(object))(row);
              },
              {}});
  }

  /// NULL reads as 0, a number beyond the range as the end of the range; text and bytes are damage.
  std::int64_t integer(int column) const;
  /// The same of a row of a table; what lies outside of these, both included, is damage.
  std::int64_t integer(int column, std::int64_t least, std::int64_t most, std::string_view table,
                       std::int64_t id) const;
  Day day(int column, std::string_view table, std::int64_t id) const;
  bool is_null(int column) const;
  /// Valid until the next step() or reset(); NULL reads as "".
  std::string_view text(int column) const;
  std::string_view blob(int column) const;
  std::string string(int column) const { return std::string(text(column)); }

  int columns() const;
  std::string column_name(int column) const;
  SqlValue value(int column) const;

 private:
  friend class Database;
  Statement(Database& database, sqlite3_stmt* handle) : database_(&database), handle_(handle) {}
  struct Resetting {
    Statement& statement;
    ~Resetting() { statement.reset(); }
  };
  void bind_value(int index, std::int64_t value) { bind(index, value); }
  void bind_value(int index, std::string_view text) { bind_text(index, text); }
  void bind_value(int index, const std::string& text) { bind_text(index, text); }
  void bind_value(int index, const Blob& blob) { bind_blob(index, blob.bytes); }
  void bind_value(int index, const OptionalText& value) {
    if (value.text.empty())
      bind_null(index);
    else
      bind_text(index, value.text);
  }
  void bind_value(int index, const OptionalId& value) {
    if (value.id == 0)
      bind_null(index);
    else
      bind(index, value.id);
  }
  void run_each(RowTaker);
  void check(int code) const;
  struct Finalize {
    void operator()(sqlite3_stmt*) const;
  };
  Database* database_;
  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
};

/// One SQLite connection: the only place that sees the library. Throws StoreError.
class Database {
 public:
  enum class Mode { read_only, read_write };
  /// A new file is for its owner alone. Nothing of a file's schema runs: no trigger, no view, no
  /// function but harmless ones.
  Database(const std::filesystem::path&, Mode);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  void execute(const std::string& sql);
  /// The first column of the first row, if there is one.
  std::optional<std::int64_t> value(std::string_view sql);
  /// A question in a user's own words: one SELECT, and nothing that writes, attaches or loads. From
  /// the first question on this holds for all that the connection does. Inside it ip_text(bytes)
  /// gives an address as text. Throws StoreError::Kind::usage with what SQLite says of it.
  Statement question(std::string_view sql);
  std::int64_t last_insert_id() const;
  int changes() const;
  bool in_transaction() const;
  /// From now on a statement that asks for what is not there is StoreError::Kind::newer with this
  /// text, and no bug.
  void expect_unknown(std::string text) { newer_ = std::move(text); }
  const std::string& newer() const { return newer_; }
  const std::filesystem::path& path() const { return path_; }
  /// Copies the whole database over that of another file (online backup: readers and writers go
  /// on).
  void backup_to(const std::filesystem::path&);
  sqlite3* handle() { return handle_.get(); }

 private:
  [[noreturn]] void fail(int code, std::string_view sql) const;
  struct Close {
    void operator()(sqlite3*) const;
  };
  std::filesystem::path path_;
  std::unique_ptr<sqlite3, Close> handle_;
  std::string newer_;
  friend class Statement;
  RowTaker* row_taker_ = nullptr;  ///< of the statement that hands over rows now
};

/// Statements of a connection by their text, each prepared once. Reset one before its next use.
class PreparedStatements {
 public:
  explicit PreparedStatements(Database& database) : database_(database) {}
  Statement& prepared(const std::string& sql) {
    return by_text_.try_emplace(sql, database_, sql).first->second;
  }

 private:
  Database& database_;
  std::unordered_map<std::string, Statement> by_text_;
};

/// BEGIN IMMEDIATE … COMMIT; rolls back unless committed.
class Transaction {
 public:
  explicit Transaction(Database&);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit();

 private:
  Database& database_;
  bool open_ = true;
};

/// One snapshot for several reads: a report made of many queries describes one moment.
class ReadTransaction {
 public:
  explicit ReadTransaction(Database&);
  ~ReadTransaction();
  ReadTransaction(const ReadTransaction&) = delete;
  ReadTransaction& operator=(const ReadTransaction&) = delete;

 private:
  Database& database_;
  bool open_ = false;
};

/// "3.40.1"
std::string sqlite_version();

}  // namespace dmarcq
