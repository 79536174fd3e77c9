// SPDX-License-Identifier: MIT
// The one place that sees libpq.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/base/function_ref.h"
#include "store/base/error.h"
#include "store/base/location.h"

namespace dmarcq {

/// Values of a statement, in PostgreSQL's binary form: $1, $2 … in the order in which they were
/// added. Arrays have one dimension and no NULL. What is no text for PostgreSQL is stored as
/// pg_text() makes it: a stranger's bytes must not stop a run.
class PgValues {
 public:
  PgValues& integer(std::int64_t);    ///< int8
  PgValues& day(std::int32_t);        ///< int4
  PgValues& small(std::int16_t);      ///< int2
  PgValues& text(std::string_view);   ///< text
  PgValues& bytes(std::string_view);  ///< bytea
  PgValues& integers(std::span<const std::int64_t>);
  PgValues& days(std::span<const std::int32_t>);
  PgValues& smalls(std::span<const std::int16_t>);
  PgValues& texts(std::span<const std::string_view>);
  PgValues& byte_strings(std::span<const std::string_view>);

 private:
  friend class PgConnection;
  std::vector<unsigned> types_;
  std::vector<std::string> values_;
};

/// The elements of an array in a result, one after another.
class PgArray {
 public:
  explicit PgArray(std::string_view binary);
  std::size_t size() const { return size_; }
  /// The next element; valid as long as the row. Throws StoreError (damaged) behind the end.
  std::string_view next();
  std::int64_t next_integer();

 private:
  std::string_view rest_;
  std::size_t size_ = 0;
};

/// One row of a result; views are valid as long as the result.
class PgRow {
 public:
  PgRow(const void* result, int row) : result_(result), row_(row) {}
  int columns() const;
  bool is_null(int column) const;
  /// int2, int4, int8; NULL reads as 0.
  std::int64_t integer(int column) const;
  bool boolean(int column) const;
  std::string_view text(int column) const;
  std::string string(int column) const { return std::string(text(column)); }
  PgArray array(int column) const { return PgArray(text(column)); }
  /// "messages", and the type's number in pg_type.
  std::string_view name(int column) const;
  unsigned type(int column) const;

 private:
  const void* result_;
  int row_;
};

/// What the server or the line to it says. `state` is SQLSTATE, "" for a line that broke.
class PgError : public std::runtime_error {
 public:
  PgError(std::string sql_state, const std::string& text)
      : std::runtime_error(text), state(std::move(sql_state)) {}
  std::string state;
  /// The line is gone: whether a COMMIT was done is not known.
  bool is_of_line() const;
  /// The same transaction may go through when it is tried again: serialization, deadlock, a server
  /// that goes down or comes up, a line that broke.
  bool is_worth_a_retry() const;
};

/// Writes rows in the binary form of COPY.
class PgCopyRow {
 public:
  void begin(int columns);
  void integer(std::int64_t);
  void day(std::int32_t);
  void integers(std::span<const std::int64_t>);
  void smalls(std::span<const std::int16_t>);
  void texts(std::span<const std::string_view>);
  /// Addresses of 4 or 16 bytes, as inet.
  void addresses(std::span<const std::string_view>);

 private:
  friend class PgConnection;
  std::string bytes_;
};

/// One connection. One thread at a time. Throws PgError.
class PgConnection {
 public:
  /// Waits for the server as libpq's connect_timeout says, 10 s unless
  /// the address says otherwise. TLS is verified unless the host is this machine, or the address
  /// says otherwise. Throws StoreError (usage) when the address cannot be read or holds a password.
  explicit PgConnection(const Location&);
  ~PgConnection();
  PgConnection(const PgConnection&) = delete;
  PgConnection& operator=(const PgConnection&) = delete;

  void reconnect();
  /// Statements without values, one or several.
  void run(const std::string& sql);
  /// Calls back for each row.
  void each(const std::string& sql, const PgValues&, FunctionRef<void(const PgRow&)>);
  /// The same, as rows come in: memory does not grow with their number. No other statement may run
  /// meanwhile.
  void stream(const std::string& sql, const PgValues&, FunctionRef<void(const PgRow&)>);
  /// The same of a SELECT that a user wrote: `head` once, for the names of columns, even without
  /// rows; values are text. Inside a transaction, once. Throws for anything else.
  void each_as_text(const std::string& sql, FunctionRef<void(const PgRow&)> head,
                    FunctionRef<void(const PgRow&)> row);
  /// How many rows it changed.
  std::uint64_t change(const std::string& sql, const PgValues& = {});
  std::optional<std::int64_t> number(const std::string& sql, const PgValues& = {});
  std::optional<std::string> word(const std::string& sql, const PgValues& = {});
  /// `sql`: COPY … FROM STDIN (FORMAT binary). `fill` is called until it says false.
  void copy_in(const std::string& sql, FunctionRef<bool(PgCopyRow&)> fill);

  /// 150020.
  int server_version() const;
  /// Of the address, without what is secret.
  const std::string& place() const { return place_; }

 private:
  struct State;
  std::unique_ptr<State> state_;
  std::string place_;
};

/// "15.18", of the library.
std::string libpq_version();

/// PgError as StoreError: busy, damaged, usage, io. `place`: the address.
[[noreturn]] void throw_store_error(const PgError&, const std::string& place);

/// Begins a transaction, and rolls it back unless it was committed.
class PgTransaction {
 public:
  /// With the isolation that the writers count on, and what was committed is on the disk, whatever
  /// the server's defaults are.
  explicit PgTransaction(PgConnection& connection);
  ~PgTransaction();
  PgTransaction(const PgTransaction&) = delete;
  PgTransaction& operator=(const PgTransaction&) = delete;
  void commit();

 private:
  PgConnection& connection_;
  bool open_ = true;
};

}  // namespace dmarcq
