// SPDX-License-Identifier: MIT
#include "store/postgresql/wire/connection.h"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <utility>

#include "store/postgresql/wire/pg_text.h"

namespace dmarcq {
namespace {

/// Numbers of types in pg_type, which never change.
namespace type {
constexpr unsigned boolean = 16, bytea = 17, int8 = 20, int2 = 21, int4 = 23, text = 25, inet = 869;
constexpr unsigned bytea_list = 1001, int2_list = 1005, int4_list = 1007, text_list = 1009,
                   int8_list = 1016;
}  // namespace type

template <class Number>
void append_number(std::string& out, Number number) {
  auto bits = static_cast<std::make_unsigned_t<Number>>(number);
  if constexpr (std::endian::native == std::endian::little) bits = std::byteswap(bits);
  out.append(reinterpret_cast<const char*>(&bits), sizeof bits);
}

std::int32_t length_of(std::size_t bytes) {
  if (bytes > std::size_t{1} << 30)
    throw StoreError(StoreError::Kind::usage, "a value of more than 1 GiB cannot be stored");
  return static_cast<std::int32_t>(bytes);
}

void append_bytes(std::string& out, std::string_view bytes) {
  append_number<std::int32_t>(out, length_of(bytes.size()));
  out += bytes;
}

/// The head of an array; its elements follow, each with its length before it.
void append_array_head(std::string& out, unsigned element, std::size_t size) {
  append_number<std::int32_t>(out, size == 0 ? 0 : 1);
  append_number<std::int32_t>(out, 0);
  append_number<std::int32_t>(out, static_cast<std::int32_t>(element));
  if (size == 0) return;
  append_number<std::int32_t>(out, length_of(size));
  append_number<std::int32_t>(out, 1);
}

template <class Number>
std::string number_array(unsigned element, std::span<const Number> numbers) {
  std::string out;
  out.reserve(20 + numbers.size() * (4 + sizeof(Number)));
  append_array_head(out, element, numbers.size());
  for (const Number number : numbers) {
    append_number<std::int32_t>(out, sizeof(Number));
    append_number(out, number);
  }
  return out;
}

std::string string_array(unsigned element, std::span<const std::string_view> strings) {
  std::string out;
  append_array_head(out, element, strings.size());
  for (const std::string_view string : strings)
    if (element != type::text || is_pg_text(string))
      append_bytes(out, string);
    else
      append_bytes(out, pg_text(string));
  return out;
}

template <class Number>
std::string as_binary(Number number) {
  std::string out;
  append_number(out, number);
  return out;
}

std::int64_t number_from(std::string_view bytes) {
  std::uint64_t bits = 0;
  for (const char c : bytes) bits = bits << 8 | static_cast<unsigned char>(c);
  switch (bytes.size()) {
    case 1: return static_cast<std::int8_t>(bits);
    case 2: return static_cast<std::int16_t>(bits);
    case 4: return static_cast<std::int32_t>(bits);
    case 8: return static_cast<std::int64_t>(bits);
    default: return 0;
  }
}

const PGresult* result_of(const void* result) { return static_cast<const PGresult*>(result); }

struct Clear {
  void operator()(PGresult* result) const noexcept { PQclear(result); }
  void operator()(PQconninfoOption* options) const noexcept { PQconninfoFree(options); }
};
using Result = std::unique_ptr<PGresult, Clear>;

std::string without_newline(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  std::ranges::replace(text, '\n', ' ');
  return text;
}

/// What an address says, as keywords and values; defaults are libpq's business.
struct Conninfo {
  std::vector<std::string> keys, values;
  std::string find(std::string_view key) const {
    const auto found = std::ranges::find(keys, key);
    return found == keys.end() ? std::string()
                               : values[static_cast<std::size_t>(found - keys.begin())];
  }
};

Conninfo conninfo_of(const std::string& address) {
  char* fault = nullptr;
  const std::unique_ptr<PQconninfoOption, Clear> options(PQconninfoParse(address.c_str(), &fault));
  if (!options) {
    std::string text = fault != nullptr ? without_newline(fault) : std::string("out of memory");
    PQfreemem(fault);
    // The message repeats what it could not read, which may be a password.
    if (address.find('@') != address.npos) text = "it cannot be read";
    throw StoreError(StoreError::Kind::usage, "database address: " + text,
                     "postgresql://USER@HOST/DATABASE");
  }
  Conninfo info;
  for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
    if (option->val == nullptr) continue;
    if (std::string_view(option->keyword) == "password" ||
        std::string_view(option->keyword) == "sslpassword")
      throw StoreError(
          StoreError::Kind::usage,
          "database address: a password has no place in it, where others can see it",
          "put it into ~/.pgpass (see PGPASSFILE), or use a service file (postgresql:///?service=NAME)");
    info.keys.emplace_back(option->keyword);
    info.values.emplace_back(option->val);
  }
  return info;
}

/// "" for the socket of this machine.
std::string host_of(const Conninfo& info) {
  // An address decides where the line goes, whatever name stands beside it.
  const auto from_environment = [](const char* name) {
    const char* const value = std::getenv(name);
    return std::string(value != nullptr ? value : "");
  };
  for (const std::string& host :
       {info.find("hostaddr"),
        info.find("host").empty() ? from_environment("PGHOSTADDR") : std::string(),
        info.find("host"), from_environment("PGHOST")})
    if (!host.empty()) return host;
  return "";
}

bool is_local(const std::string& hosts) {
  bool local = true;
  std::string_view rest = hosts;
  while (true) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    const std::string_view host = rest.substr(0, comma);
    local = local && (host.empty() || host.starts_with('/') || host.starts_with('@') ||
                      host == "localhost" || host == "127.0.0.1" || host == "::1");
    if (comma == rest.size()) return local;
    rest.remove_prefix(comma + 1);
  }
}

}  // namespace

PgValues& PgValues::integer(std::int64_t value) {
  types_.push_back(type::int8);
  values_.push_back(as_binary(value));
  return *this;
}
PgValues& PgValues::day(std::int32_t value) {
  types_.push_back(type::int4);
  values_.push_back(as_binary(value));
  return *this;
}
PgValues& PgValues::small(std::int16_t value) {
  types_.push_back(type::int2);
  values_.push_back(as_binary(value));
  return *this;
}
PgValues& PgValues::text(std::string_view value) {
  types_.push_back(type::text);
  values_.push_back(is_pg_text(value) ? std::string(value) : pg_text(value));
  return *this;
}
PgValues& PgValues::bytes(std::string_view value) {
  types_.push_back(type::bytea);
  values_.emplace_back(value);
  return *this;
}
PgValues& PgValues::integers(std::span<const std::int64_t> values) {
  types_.push_back(type::int8_list);
  values_.push_back(number_array(type::int8, values));
  return *this;
}
PgValues& PgValues::days(std::span<const std::int32_t> values) {
  types_.push_back(type::int4_list);
  values_.push_back(number_array(type::int4, values));
  return *this;
}
PgValues& PgValues::smalls(std::span<const std::int16_t> values) {
  types_.push_back(type::int2_list);
  values_.push_back(number_array(type::int2, values));
  return *this;
}
PgValues& PgValues::texts(std::span<const std::string_view> values) {
  types_.push_back(type::text_list);
  values_.push_back(string_array(type::text, values));
  return *this;
}
PgValues& PgValues::byte_strings(std::span<const std::string_view> values) {
  types_.push_back(type::bytea_list);
  values_.push_back(string_array(type::bytea, values));
  return *this;
}

namespace {

[[noreturn]] void bad_array() {
  throw StoreError(StoreError::Kind::damaged, "an array in the database cannot be read");
}

std::string_view taken(std::string_view& rest, std::size_t size) {
  if (rest.size() < size) bad_array();
  const std::string_view bytes = rest.substr(0, size);
  rest.remove_prefix(size);
  return bytes;
}

}  // namespace

PgArray::PgArray(std::string_view binary) : rest_(binary) {
  if (binary.empty()) return;  // NULL
  const std::int64_t dimensions = number_from(taken(rest_, 4));
  taken(rest_, 8);
  if (dimensions == 0) return;
  const std::int64_t size = number_from(taken(rest_, 4));
  taken(rest_, 4);
  if (dimensions != 1 || size < 0) bad_array();
  size_ = static_cast<std::size_t>(size);
}

std::string_view PgArray::next() {
  const std::int64_t length = number_from(taken(rest_, 4));
  if (length < 0) bad_array();
  return taken(rest_, static_cast<std::size_t>(length));
}

std::int64_t PgArray::next_integer() { return number_from(next()); }

int PgRow::columns() const { return PQnfields(result_of(result_)); }
bool PgRow::is_null(int column) const { return PQgetisnull(result_of(result_), row_, column) != 0; }
std::int64_t PgRow::integer(int column) const { return number_from(text(column)); }
bool PgRow::boolean(int column) const { return number_from(text(column)) != 0; }
std::string_view PgRow::text(int column) const {
  return {PQgetvalue(result_of(result_), row_, column),
          static_cast<std::size_t>(PQgetlength(result_of(result_), row_, column))};
}
std::string_view PgRow::name(int column) const { return PQfname(result_of(result_), column); }
unsigned PgRow::type(int column) const { return PQftype(result_of(result_), column); }

bool PgError::is_of_line() const { return state.empty() || state.starts_with("08"); }
bool PgError::is_worth_a_retry() const {
  // 25P03, 55P03, 57014: the server's own limits of time; 25006: it became a standby.
  return is_of_line() || state == "40001" || state == "40P01" || state.starts_with("57P0") ||
         state == "25P03" || state == "55P03" || state == "57014" || state == "25006";
}

void PgCopyRow::begin(int columns) {
  append_number<std::int16_t>(bytes_, static_cast<std::int16_t>(columns));
}
void PgCopyRow::integer(std::int64_t value) {
  append_number<std::int32_t>(bytes_, sizeof value);
  append_number(bytes_, value);
}
void PgCopyRow::day(std::int32_t value) {
  append_number<std::int32_t>(bytes_, sizeof value);
  append_number(bytes_, value);
}
void PgCopyRow::integers(std::span<const std::int64_t> values) {
  append_bytes(bytes_, number_array(type::int8, values));
}
void PgCopyRow::smalls(std::span<const std::int16_t> values) {
  append_bytes(bytes_, number_array(type::int2, values));
}
void PgCopyRow::texts(std::span<const std::string_view> values) {
  append_bytes(bytes_, string_array(type::text, values));
}
void PgCopyRow::addresses(std::span<const std::string_view> addresses) {
  std::string out;
  append_array_head(out, type::inet, addresses.size());
  for (const std::string_view address : addresses) {
    const bool v4 = address.size() == 4;
    append_number<std::int32_t>(out, static_cast<std::int32_t>(4 + address.size()));
    // Family (PGSQL_AF_INET, PGSQL_AF_INET6), bits of the network, no cidr, length.
    for (const int byte : {v4 ? 2 : 3, v4 ? 32 : 128, 0, static_cast<int>(address.size())})
      out += static_cast<char>(byte);
    out += address;
  }
  append_bytes(bytes_, out);
}

struct PgConnection::State {
  Location where;
  Conninfo info;
  std::unique_ptr<PGconn, decltype([](PGconn* connection) { PQfinish(connection); })> line;

  [[noreturn]] void fail(const PGresult* result) const {
    const char* const state = result != nullptr ? PQresultErrorField(result, PG_DIAG_SQLSTATE)
                                                : nullptr;
    const char* const primary =
        result != nullptr ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : nullptr;
    const char* const detail =
        result != nullptr ? PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL) : nullptr;
    std::string text = primary != nullptr ? primary : PQerrorMessage(line.get());
    if (detail != nullptr) text += fmt::format(" ({})", detail);
    throw PgError(state != nullptr ? state : "", without_newline(text));
  }

  /// The last of what a statement came to. Reads all: the line is ready for the next one then.
  Result finished(Result result) const {
    while (PGresult* const more = PQgetResult(line.get())) {
      if (const ExecStatusType state = PQresultStatus(more);
          state == PGRES_COPY_OUT || state == PGRES_COPY_BOTH) {
        // Nothing of ours asks for that, and it would be told again and again.
        PQclear(more);
        throw PgError("0A000", "COPY gives no rows");
      }
      const ExecStatusType status = PQresultStatus(result.get());
      if (result && (status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE))
        PQclear(more);
      else
        result.reset(more);
    }
    return result;
  }

  void send(const std::string& sql, const PgValues& values, int format) const;
};

PgConnection::PgConnection(const Location& where) : state_(std::make_unique<State>()) {
  State& state = *state_;
  state.where = where;
  state.info = conninfo_of(where.address());
  place_ = where.address();
  const auto set_unless_given = [&](const char* key, const char* value) {
    if (!state.info.find(key).empty()) return;
    state.info.keys.emplace_back(key);
    state.info.values.emplace_back(value);
  };
  set_unless_given("connect_timeout", "10");
  set_unless_given("application_name", "dmarcq");
  set_unless_given("client_encoding", "UTF8");
  // A host that dies silently is noticed within a minute.
  set_unless_given("keepalives_idle", "20");
  set_unless_given("keepalives_interval", "10");
  set_unless_given("keepalives_count", "3");
  set_unless_given("tcp_user_timeout", "60000");
  // What a service file says of TLS, and PGSSLMODE, is the owner's word.
  if (state.info.find("service").empty() && std::getenv("PGSERVICE") == nullptr &&
      std::getenv("PGSSLMODE") == nullptr && !is_local(host_of(state.info)))
    set_unless_given("sslmode", "verify-full");
  reconnect();
}

PgConnection::~PgConnection() = default;

void PgConnection::reconnect() {
  std::vector<const char*> keywords, words;
  for (const std::string& key : state_->info.keys) keywords.push_back(key.c_str());
  for (const std::string& value : state_->info.values) words.push_back(value.c_str());
  const std::string password = state_->where.password();
  if (!password.empty()) {
    keywords.push_back("password");
    words.push_back(password.c_str());
  }
  keywords.push_back(nullptr);
  words.push_back(nullptr);
  state_->line.reset(PQconnectdbParams(keywords.data(), words.data(), 0));
  if (PQstatus(state_->line.get()) != CONNECTION_OK)
    throw PgError("", state_->line ? without_newline(PQerrorMessage(state_->line.get()))
                                   : std::string("out of memory"));
  PQsetNoticeProcessor(state_->line.get(), [](void*, const char*) {}, nullptr);
}

void PgConnection::State::send(const std::string& sql, const PgValues& values, int format) const {
  std::vector<const char*> data;
  std::vector<int> lengths, formats(values.values_.size(), 1);
  for (const std::string& value : values.values_) {
    data.push_back(value.data());
    lengths.push_back(length_of(value.size()));
  }
  if (PQsendQueryParams(line.get(), sql.c_str(), static_cast<int>(data.size()),
                        values.types_.data(), data.data(), lengths.data(), formats.data(),
                        format) == 0)
    fail(nullptr);
}

void PgConnection::run(const std::string& sql) {
  if (PQsendQuery(state_->line.get(), sql.c_str()) == 0) state_->fail(nullptr);
  const Result result = state_->finished(nullptr);
  const ExecStatusType status = PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) state_->fail(result.get());
}

void PgConnection::each(const std::string& sql, const PgValues& values,
                        FunctionRef<void(const PgRow&)> take) {
  state_->send(sql, values, 1);
  const Result result = state_->finished(nullptr);
  const ExecStatusType status = PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) state_->fail(result.get());
  const int rows = PQntuples(result.get());
  for (int i = 0; i < rows; ++i) take(PgRow(result.get(), i));
}

void PgConnection::stream(const std::string& sql, const PgValues& values,
                          FunctionRef<void(const PgRow&)> take) {
  state_->send(sql, values, 1);
  PQsetSingleRowMode(state_->line.get());
  try {
    while (Result result{PQgetResult(state_->line.get())}) {
      const ExecStatusType status = PQresultStatus(result.get());
      if (status == PGRES_SINGLE_TUPLE) {
        take(PgRow(result.get(), 0));
      } else if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
        result = state_->finished(std::move(result));
        state_->fail(result.get());
      }
    }
  } catch (const PgError&) {
    throw;
  } catch (...) {
    state_->finished(nullptr);
    throw;
  }
}

void PgConnection::each_as_text(const std::string& sql, FunctionRef<void(const PgRow&)> head,
                                FunctionRef<void(const PgRow&)> take) {
  // A cursor takes nothing but a SELECT or VALUES, whatever rights the role has.
  change("DECLARE dmarcq_answer NO SCROLL CURSOR FOR " + sql);
  for (bool first = true, more = true; more; first = false) {
    state_->send("FETCH 1000 FROM dmarcq_answer", {}, 0);
    const Result result = state_->finished(nullptr);
    if (PQresultStatus(result.get()) != PGRES_TUPLES_OK) state_->fail(result.get());
    if (first) head(PgRow(result.get(), 0));
    const int rows = PQntuples(result.get());
    for (int i = 0; i < rows; ++i) take(PgRow(result.get(), i));
    more = rows > 0;
  }
}

std::uint64_t PgConnection::change(const std::string& sql, const PgValues& values) {
  state_->send(sql, values, 1);
  const Result result = state_->finished(nullptr);
  const ExecStatusType status = PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) state_->fail(result.get());
  const std::string_view count = PQcmdTuples(result.get());
  std::uint64_t rows = 0;
  for (const char digit : count) rows = rows * 10 + static_cast<std::uint64_t>(digit - '0');
  return rows;
}

std::optional<std::int64_t> PgConnection::number(const std::string& sql, const PgValues& values) {
  std::optional<std::int64_t> found;
  each(sql, values, [&](const PgRow& row) {
    if (!found && !row.is_null(0)) found = row.integer(0);
  });
  return found;
}

std::optional<std::string> PgConnection::word(const std::string& sql, const PgValues& values) {
  std::optional<std::string> found;
  each(sql, values, [&](const PgRow& row) {
    if (!found && !row.is_null(0)) found = row.string(0);
  });
  return found;
}

void PgConnection::copy_in(const std::string& sql, FunctionRef<bool(PgCopyRow&)> fill) {
  PGconn* const line = state_->line.get();
  if (PQsendQuery(line, sql.c_str()) == 0) state_->fail(nullptr);
  Result result{PQgetResult(line)};
  if (PQresultStatus(result.get()) != PGRES_COPY_IN) {
    result = state_->finished(std::move(result));
    state_->fail(result.get());
  }
  constexpr std::size_t at_once = 1u << 18;
  PgCopyRow rows;
  rows.bytes_.assign("PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0", 19);
  const auto put = [&] {
    if (PQputCopyData(line, rows.bytes_.data(), length_of(rows.bytes_.size())) != 1)
      state_->fail(nullptr);
    rows.bytes_.clear();
  };
  try {
    while (fill(rows))
      if (rows.bytes_.size() >= at_once) put();
  } catch (const PgError&) {
    throw;
  } catch (...) {
    PQputCopyEnd(line, "the program gave up");
    state_->finished(nullptr);
    throw;
  }
  append_number<std::int16_t>(rows.bytes_, -1);
  put();
  if (PQputCopyEnd(line, nullptr) != 1) state_->fail(nullptr);
  result = state_->finished(nullptr);
  if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) state_->fail(result.get());
}

int PgConnection::server_version() const { return PQserverVersion(state_->line.get()); }

std::string libpq_version() {
  const int version = PQlibVersion();
  return fmt::format("{}.{}", version / 10'000, version % 10'000);
}

void throw_store_error(const PgError& error, const std::string& place) {
  using Kind = StoreError::Kind;
  const std::string text = fmt::format("{}: {}", place, error.what());
  if (error.is_of_line())
    throw StoreError(Kind::io, text,
                     "is the server up, and does the address fit? libpq's environment (PGHOST, "
                     "PGPASSFILE, PGSERVICEFILE) holds");
  if (error.is_worth_a_retry()) throw StoreError(Kind::busy, text, "try again later");
  if (error.state.starts_with("28") || error.state == "3D000" || error.state == "42501")
    throw StoreError(Kind::io, text, "the role needs the right to it; ask who runs the server");
  if (error.state.starts_with("53"))
    throw StoreError(Kind::io, text, "the server has run out of something; ask who runs it");
  if (error.state == "25006")
    throw StoreError(Kind::io, text,
                     "this server is a standby, which only reads; name the primary in the address "
                     "(target_session_attrs=read-write)");
  throw StoreError(Kind::bug, text);
}

PgTransaction::PgTransaction(PgConnection& connection) : connection_(connection) {
  connection_.run(
      "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SELECT set_config('synchronous_commit','on',true) WHERE current_setting('synchronous_commit')='off'");
}

PgTransaction::~PgTransaction() {
  if (!open_) return;
  try {
    connection_.run("ROLLBACK");
  } catch (const PgError&) {
    return;  // the line is gone, and the transaction with it
  }
}

void PgTransaction::commit() {
  open_ = false;
  connection_.run("COMMIT");
}

}  // namespace dmarcq
