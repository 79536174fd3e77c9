// SPDX-License-Identifier: MIT
#include "store/sqlite/database.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <utility>

#include "parser/ip_address.h"
#include "store/base/error.h"
#include "store/base/file_failure.h"
#include "store/document/packed_report.h"

namespace dmarcq {
namespace {

StoreError::Kind kind_of(int code) {
  if (code == SQLITE_READONLY_ROLLBACK || code == SQLITE_READONLY_RECOVERY ||
      code == SQLITE_READONLY_CANTINIT)
    return StoreError::Kind::interrupted;
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return StoreError::Kind::busy;
    case SQLITE_CORRUPT:
    case SQLITE_CONSTRAINT:  // two rows where the tables allow one, say: a sound file never leads
                             // there
    case SQLITE_MISMATCH:
    case SQLITE_NOTADB: return StoreError::Kind::damaged;
    case SQLITE_IOERR:
    case SQLITE_FULL:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_NOMEM:
    case SQLITE_AUTH: return StoreError::Kind::io;
    default: return StoreError::Kind::bug;
  }
}

/// What a result code says of the file. Of SQLITE_CONSTRAINT and others, the message says more.
std::optional<FileFailure> failure_of(int code, int cause) {
  switch (code & 0xff) {
    case SQLITE_FULL: return FileFailure::no_space;
    case SQLITE_IOERR:
      if (code == SQLITE_IOERR_NOMEM) return FileFailure::no_memory;
      return failure_of_errno(cause) == FileFailure::no_space ? FileFailure::no_space
                                                              : FileFailure::device;
    case SQLITE_READONLY:
      return kind_of(code) == StoreError::Kind::interrupted
                 ? std::nullopt
                 : std::optional(FileFailure::not_writable);
    case SQLITE_CANTOPEN:
    case SQLITE_PERM: return FileFailure::not_openable;
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return FileFailure::locked;
    case SQLITE_NOTADB: return FileFailure::no_database;
    case SQLITE_NOMEM: return FileFailure::no_memory;
    default: return std::nullopt;
  }
}

[[noreturn]] void throw_failure(const std::filesystem::path& file, int code, int cause,
                                const std::string& message, std::string_view sql) {
  const StoreError::Kind kind = kind_of(code);
  if (const auto failure = failure_of(code, cause)) {
    FailureWords words = words_of(*failure, file, cause);
    throw StoreError(kind, fmt::format("{}: {}", file.native(), words.reason),
                     std::move(words.cure));
  }
  // The statement helps only whoever mends a bug of ours.
  throw StoreError(kind,
                   fmt::format("{}: {}{}", file.native(), message,
                               kind == StoreError::Kind::bug ? fmt::format(" in: {}", sql) : ""));
}

/// Before SQLite opens it: a FIFO would keep it waiting, and a file that SQLite makes may be read
/// by everybody.
void prepare_file(const std::filesystem::path& path, Database::Mode mode) {
  const auto refuse = [&](const std::string& why) {
    throw StoreError(StoreError::Kind::io, path.native() + ": " + why,
                     "name the database file with --db");
  };
  struct stat found{};
  if (::stat(path.c_str(), &found) == 0) {
    if (S_ISDIR(found.st_mode)) refuse("is a directory, not a database");
    if (!S_ISREG(found.st_mode)) refuse("is no regular file, so no database");
    return;
  }
  if (errno != ENOENT || mode == Database::Mode::read_only) return;  // SQLite says what is wrong
  const int descriptor =
      ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (descriptor >= 0)
    ::close(descriptor);
  else if (errno != EEXIST)
    throw file_error(path, errno);
  else if (::stat(path.c_str(), &found) != 0)
    refuse("is a symbolic link that leads nowhere");
}

/// sqlite3_set_authorizer: reading is all that a question may do.
int allow_reading(void*, int action, const char*, const char* name, const char*, const char*) {
  if (action == SQLITE_FUNCTION)
    return std::string_view(name) == "load_extension" || std::string_view(name) == "fts3_tokenizer"
               ? SQLITE_DENY
               : SQLITE_OK;
  return action == SQLITE_SELECT || action == SQLITE_READ || action == SQLITE_RECURSIVE
             ? SQLITE_OK
             : SQLITE_DENY;
}

/// capped_sum(count): a sum that ends at most_messages, and that takes what is below zero, or no
/// number, for nothing.
void add_capped(sqlite3_context* context, int, sqlite3_value** values) {
  auto* const sum =
      static_cast<std::uint64_t*>(sqlite3_aggregate_context(context, sizeof(std::uint64_t)));
  if (sum == nullptr) return sqlite3_result_error_nomem(context);
  *sum = capped_sum(
      *sum, static_cast<std::uint64_t>(std::max<std::int64_t>(0, sqlite3_value_int64(values[0]))));
}

void give_capped(sqlite3_context* context) {
  const auto* const sum = static_cast<std::uint64_t*>(sqlite3_aggregate_context(context, 0));
  sqlite3_result_int64(context, sum == nullptr ? 0 : static_cast<std::int64_t>(*sum));
}

/// each_row(…): an aggregate function, so that its rows never leave the engine.
void take_row(sqlite3_context* context, int, sqlite3_value** values) {
  RowTaker* const taker = *static_cast<RowTaker**>(sqlite3_user_data(context));
  if (taker == nullptr) return sqlite3_result_error(context, "each_row() is not for questions", -1);
  try {
    taker->take(taker->object, RowValues(values));
  } catch (...) {
    taker->error = std::current_exception();  // must not fly through the engine
    sqlite3_result_error(context, "stopped", -1);
  }
}

void ip_text(sqlite3_context* context, int, sqlite3_value** arguments) {
  const auto address = IpAddress::from_bytes(RowValues(arguments).blob(0));
  if (!address) return sqlite3_result_null(context);
  const std::string text = address->to_text();
  sqlite3_result_text(context, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
}

}  // namespace

void damaged(const Database& database, std::string_view table, std::int64_t id,
             std::string_view what) {
  damaged(database.path().native(), table, id, what);
}

void Database::fail(int code, std::string_view sql) const {
  const int cause = handle_ ? sqlite3_system_errno(handle_.get()) : 0;
  const std::string message = handle_ ? sqlite3_errmsg(handle_.get()) : sqlite3_errstr(code);
  throw_failure(path_, code, cause, message, sql);
}

void Statement::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

Statement::Statement(Database& database, std::string_view sql) : database_(&database) {
  sqlite3_stmt* raw = nullptr;
  const int code = sqlite3_prepare_v3(database.handle(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
  if (code == SQLITE_ERROR && !database.newer().empty())
    throw StoreError(StoreError::Kind::newer, database.path().native() + ": " + database.newer());
  if (code != SQLITE_OK) database.fail(code, sql);
  handle_.reset(raw);
}

Statement::Statement(Statement&&) noexcept = default;
Statement& Statement::operator=(Statement&&) noexcept = default;
Statement::~Statement() = default;

void Statement::check(int code) const {
  if (code != SQLITE_OK) database_->fail(code, sqlite3_sql(handle_.get()));
}

void Statement::bind(int index, std::int64_t value) {
  check(sqlite3_bind_int64(handle_.get(), index, value));
}
void Statement::bind_null(int index) { check(sqlite3_bind_null(handle_.get(), index)); }

void Statement::bind_text(int index, std::string_view text) {
  check(sqlite3_bind_text64(handle_.get(), index, text.data() ? text.data() : "", text.size(),
                            SQLITE_TRANSIENT, SQLITE_UTF8));
}

void Statement::bind_blob(int index, std::string_view bytes) {
  check(sqlite3_bind_blob64(handle_.get(), index, bytes.data() ? bytes.data() : "", bytes.size(),
                            SQLITE_TRANSIENT));
}

void Statement::bind_blob_view(int index, std::string_view bytes) {
  check(sqlite3_bind_blob64(handle_.get(), index, bytes.data() ? bytes.data() : "", bytes.size(),
                            SQLITE_STATIC));
}

bool Statement::step() {
  const int code = sqlite3_step(handle_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  database_->fail(code, sqlite3_sql(handle_.get()));
}

void Statement::reset() { sqlite3_reset(handle_.get()); }

void Statement::run() {
  try {
    while (step()) {
    }
  } catch (...) {
    reset();
    throw;
  }
  reset();
}

void Statement::run_each(RowTaker taker) {
  // A taker may ask questions of its own, with another taker: that one is done with before the next
  // row of this one comes.
  struct Turn {
    RowTaker*& now;
    RowTaker* before;
    ~Turn() { now = before; }
  } turn{database_->row_taker_, std::exchange(database_->row_taker_, &taker)};
  try {
    run();
  } catch (...) {
    if (taker.error) std::rethrow_exception(taker.error);
    throw;
  }
}

std::int64_t RowValues::integer(int column) const { return sqlite3_value_int64(values_[column]); }

bool RowValues::is_number(int column) const {
  const int type = sqlite3_value_type(values_[column]);
  return type == SQLITE_INTEGER || type == SQLITE_FLOAT;
}

std::string_view RowValues::blob(int column) const {
  const auto* data = static_cast<const char*>(sqlite3_value_blob(values_[column]));
  return data ? std::string_view(data,
                                 static_cast<std::size_t>(sqlite3_value_bytes(values_[column])))
              : std::string_view();
}

std::int64_t Statement::integer(int column) const {
  const int type = sqlite3_column_type(handle_.get(), column);
  if (type == SQLITE_TEXT || type == SQLITE_BLOB)
    throw StoreError(StoreError::Kind::damaged,
                     fmt::format("{}: damaged: {} is no number in: {}", database_->path().native(),
                                 column_name(column), sqlite3_sql(handle_.get())));
  return sqlite3_column_int64(handle_.get(), column);
}

std::int64_t Statement::integer(int column, std::int64_t least, std::int64_t most,
                                std::string_view table, std::int64_t id) const {
  const int type = sqlite3_column_type(handle_.get(), column);
  const std::int64_t value = sqlite3_column_int64(handle_.get(), column);
  if (type != SQLITE_INTEGER && type != SQLITE_FLOAT)
    damaged(*database_, table, id, column_name(column) + " is no number");
  if (value < least || value > most)
    damaged(*database_, table, id,
            fmt::format("{} is {}, which cannot be", column_name(column), value));
  return value;
}

Day Statement::day(int column, std::string_view table, std::int64_t id) const {
  return static_cast<Day>(integer(column, 0, 65'535, table, id));
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(handle_.get(), column) == SQLITE_NULL;
}

std::string_view Statement::text(int column) const {
  const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(handle_.get(), column));
  return data ? std::string_view(
                    data, static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column)))
              : std::string_view();
}

std::string_view Statement::blob(int column) const {
  const auto* data = static_cast<const char*>(sqlite3_column_blob(handle_.get(), column));
  return data ? std::string_view(
                    data, static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column)))
              : std::string_view();
}

int Statement::columns() const { return sqlite3_column_count(handle_.get()); }

std::string Statement::column_name(int column) const {
  const char* name = sqlite3_column_name(handle_.get(), column);
  return name ? name : "";
}

SqlValue Statement::value(int column) const {
  switch (sqlite3_column_type(handle_.get(), column)) {
    case SQLITE_INTEGER: return integer(column);
    case SQLITE_FLOAT: return sqlite3_column_double(handle_.get(), column);
    case SQLITE_TEXT: return string(column);
    case SQLITE_BLOB: {
      std::string digits;
      for (const char byte : blob(column))
        digits += fmt::format("{:02x}", static_cast<unsigned char>(byte));
      return digits;
    }
    default: return std::monostate();
  }
}

void Database::Close::operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }

Database::Database(const std::filesystem::path& path, Mode mode) : path_(path) {
  prepare_file(path, mode);
  sqlite3* raw = nullptr;
  const int flags = (mode == Mode::read_only ? SQLITE_OPEN_READONLY
                                             : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE) |
                    SQLITE_OPEN_NOMUTEX;
  const int code = sqlite3_open_v2(path.c_str(), &raw, flags, nullptr);
  handle_.reset(raw);
  if (code != SQLITE_OK) fail(code, path.native());
  sqlite3_extended_result_codes(raw, 1);
  // Readers never wait in WAL mode; a writer waits this long for another one before it says that
  // the database is busy.
  sqlite3_busy_timeout(raw, 5000);
  // The file may come from a stranger. Temporary views, which are ours, are not among these.
  for (const int off :
       {SQLITE_DBCONFIG_TRUSTED_SCHEMA, SQLITE_DBCONFIG_ENABLE_TRIGGER, SQLITE_DBCONFIG_ENABLE_VIEW,
        SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER})
    sqlite3_db_config(raw, off, 0, nullptr);
  sqlite3_db_config(raw, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  const auto add = [&](const char* name, int arguments, int flags_of_it, void* data,
                       void (*step)(sqlite3_context*, int, sqlite3_value**),
                       void (*end)(sqlite3_context*)) {
    const int added = sqlite3_create_function(raw, name, arguments,
                                              SQLITE_UTF8 | SQLITE_DIRECTONLY | flags_of_it, data,
                                              nullptr, step, end);
    if (added != SQLITE_OK) fail(added, name);
  };
  add("each_row", -1, 0, &row_taker_, take_row, [](sqlite3_context*) {});
  add("capped_sum", 1, SQLITE_DETERMINISTIC, nullptr, add_capped, give_capped);
  execute("PRAGMA cell_size_check=1");
}

Database::~Database() = default;

void Database::execute(const std::string& sql) {
  char* message = nullptr;
  const int code = sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, &message);
  sqlite3_free(message);
  if (code != SQLITE_OK) fail(code, sql);
}

std::optional<std::int64_t> Database::value(std::string_view sql) {
  Statement statement(*this, sql);
  if (!statement.step() || statement.is_null(0)) return std::nullopt;
  return statement.integer(0);
}

Statement Database::question(std::string_view sql) {
  sqlite3* connection = handle_.get();
  sqlite3_create_function(connection, "ip_text", 1,
                          SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, nullptr, ip_text,
                          nullptr, nullptr);
  sqlite3_set_authorizer(connection, allow_reading, nullptr);
  sqlite3_limit(connection, SQLITE_LIMIT_ATTACHED, 0);
  constexpr auto only_select =
      "only SELECT is answered here: nothing is written, attached or loaded";
  const auto refuse = [](const std::string& why) {
    throw StoreError(StoreError::Kind::usage, why);
  };
  sqlite3_stmt* raw = nullptr;
  const char* rest = nullptr;
  const int code =
      sqlite3_prepare_v3(connection, sql.data(), static_cast<int>(sql.size()), 0, &raw, &rest);
  if (code == SQLITE_AUTH) refuse(only_select);
  if (code != SQLITE_OK) refuse(sqlite3_errmsg(connection));
  Statement statement(*this, raw);
  if (raw == nullptr) refuse("there is no statement in it");
  if (!sqlite3_stmt_readonly(raw) || sqlite3_column_count(raw) == 0) refuse(only_select);
  // Blanks, comments and a semicolon may follow; a second statement would be passed over in
  // silence.
  sqlite3_stmt* second = nullptr;
  const int trailing = sqlite3_prepare_v3(
      connection, rest, static_cast<int>(sql.data() + sql.size() - rest), 0, &second, nullptr);
  sqlite3_finalize(second);
  if (second != nullptr || trailing != SQLITE_OK) refuse("one statement at a time");
  return statement;
}

std::int64_t Database::last_insert_id() const { return sqlite3_last_insert_rowid(handle_.get()); }
int Database::changes() const { return sqlite3_changes(handle_.get()); }
bool Database::in_transaction() const { return sqlite3_get_autocommit(handle_.get()) == 0; }

void Database::backup_to(const std::filesystem::path& path) {
  Database target(path, Mode::read_write);
  sqlite3_backup* backup = sqlite3_backup_init(target.handle(), "main", handle_.get(), "main");
  if (!backup) target.fail(sqlite3_errcode(target.handle()), "backup");
  const int step = sqlite3_backup_step(backup, -1);
  const int finish = sqlite3_backup_finish(backup);
  if (step != SQLITE_DONE)
    throw_failure(kind_of(step) == StoreError::Kind::damaged ? path_ : path, step,
                  sqlite3_system_errno(target.handle()), sqlite3_errstr(step), "backup");
  if (finish != SQLITE_OK) target.fail(finish, "backup");
}

Transaction::Transaction(Database& database) : database_(database) {
  database_.execute("BEGIN IMMEDIATE");
}

Transaction::~Transaction() {
  if (!open_) return;
  // An error such as a full disk may have rolled back already.
  if (database_.in_transaction())
    sqlite3_exec(database_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::commit() {
  database_.execute("COMMIT");
  open_ = false;
}

ReadTransaction::ReadTransaction(Database& database) : database_(database) {
  if (database_.in_transaction()) return;
  database_.execute("BEGIN");
  open_ = true;
}

ReadTransaction::~ReadTransaction() {
  if (open_) sqlite3_exec(database_.handle(), "COMMIT", nullptr, nullptr, nullptr);
}

std::string sqlite_version() { return sqlite3_libversion(); }

}  // namespace dmarcq
