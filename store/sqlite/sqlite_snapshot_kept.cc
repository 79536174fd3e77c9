// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <utility>

#include "store/sqlite/sqlite_snapshot.h"
#include "store/sqlite/view_selects.h"

namespace dmarcq {
namespace {

/// A date that the owner wrote, within the years 0 to 9999.
Day date_from(const Statement& row, int column, std::string_view table, std::int64_t id) {
  return static_cast<Day>(row.integer(column, -719'528, 2'932'896, table, id));
}

}  // namespace

std::vector<Problem> SqliteSnapshot::problems(bool with_dismissed) {
  Statement statement(
      database_,
      "SELECT problem.id, text.value, number, message_id, part, reason, problem.text, item.bytes, kept_item.item IS NOT NULL, dismissed "
      "FROM problem JOIN item ON item.id=problem.item JOIN text ON text.id=item.source LEFT JOIN kept_item ON kept_item.item=item.id "
      "WHERE dismissed<=?1 ORDER BY text.value, number, part, reason, problem.text");
  statement.bind(1, with_dismissed);
  std::vector<Problem> list;
  while (statement.step()) {
    Problem& problem = list.emplace_back();
    problem.id = statement.integer(0);
    problem.origin = {statement.string(1), static_cast<std::uint64_t>(statement.integer(2)),
                      statement.string(3), statement.string(4)};
    problem.reason = statement.text(5);
    problem.text = statement.text(6);
    problem.bytes = static_cast<std::uint64_t>(statement.integer(7));
    problem.kept = statement.integer(8) != 0;
    problem.dismissed = statement.integer(9) != 0;
  }
  return list;
}

std::vector<PassedOver> SqliteSnapshot::passed_over() {
  Statement statement(
      database_,
      "SELECT text.value, number, message_id, bytes, not_a_report FROM item JOIN text ON text.id=item.source WHERE outcome=?1 ORDER BY 1, 2, digest");
  statement.bind(1, static_cast<std::int64_t>(Outcome::not_a_report));
  std::vector<PassedOver> list;
  while (statement.step())
    list.push_back({{statement.string(0),
                     static_cast<std::uint64_t>(statement.integer(1)),
                     statement.string(2),
                     {}},
                    statement.string(4),
                    static_cast<std::uint64_t>(statement.integer(3))});
  return list;
}

std::optional<std::string> SqliteSnapshot::problem_bytes(std::int64_t problem) {
  Statement statement(
      database_,
      "SELECT kept_item.bytes FROM problem JOIN kept_item ON kept_item.item=problem.item WHERE problem.id=?1");
  statement.bind(1, problem);
  if (!statement.step()) return std::nullopt;
  return std::string(statement.blob(0));
}

DatabaseInfo SqliteSnapshot::storage_info() {
  const auto count = [&](std::string_view sql) {
    return static_cast<std::uint64_t>(database_.value(sql).value_or(0));
  };
  DatabaseInfo info;
  info.schema_version = database_.value("PRAGMA user_version").value_or(0);
  info.file_bytes = count("PRAGMA page_count") * count("PRAGMA page_size");
  info.identities = count("SELECT count(*) FROM identity");
  Statement outcomes(database_, "SELECT outcome, count(*) FROM item GROUP BY outcome");
  while (outcomes.step()) {
    const auto number = static_cast<std::uint64_t>(outcomes.integer(1));
    info.items += number;
    switch (static_cast<Outcome>(outcomes.integer(0, 0, 3, "item", 0))) {
      case Outcome::stored: info.stored = number; break;
      case Outcome::duplicate: info.duplicate = number; break;
      case Outcome::not_a_report: info.not_a_report = number; break;
      case Outcome::problem: info.problem = number; break;
    }
  }
  return info;
}

std::vector<SenderEntry> SqliteSnapshot::sender_entries() {
  Statement statement(
      database_,
      "SELECT id, kind, value, name, service, route, ours, since FROM sender_entry ORDER BY kind, value");
  std::vector<SenderEntry> entries;
  while (statement.step()) {
    entries.push_back({statement.integer(0), statement.string(1), statement.string(2),
                       statement.string(3), statement.string(4), statement.string(5),
                       statement.integer(6) != 0,
                       date_from(statement, 7, "sender_entry", statement.integer(0))});
  }
  return entries;
}

std::vector<Note> SqliteSnapshot::notes(const std::string& domain) {
  Statement statement(
      database_,
      "SELECT id, day, domain, text FROM note WHERE ?1='' OR domain='' OR domain=?1 ORDER BY day, id");
  statement.bind_text(1, domain);
  std::vector<Note> list;
  while (statement.step()) {
    list.push_back({statement.integer(0), date_from(statement, 1, "note", statement.integer(0)),
                    statement.string(2), statement.string(3)});
  }
  return list;
}

std::vector<OpenAlert> SqliteSnapshot::open_alerts() {
  Statement statement(database_, "SELECT key, since, told FROM open_alert ORDER BY key");
  std::vector<OpenAlert> alerts;
  while (statement.step()) {
    const std::int64_t number = std::ssize(alerts) + 1;
    alerts.push_back({statement.string(0), date_from(statement, 1, "open_alert", number),
                      date_from(statement, 2, "open_alert", number)});
  }
  return alerts;
}

std::optional<std::string> SqliteSnapshot::checkpoint(const std::string& source) {
  Statement& find = cached("SELECT state FROM checkpoint WHERE source=?1");
  find.bind_text(1, source);
  std::optional<std::string> state;
  if (find.step()) state = find.string(0);
  find.reset();
  return state;
}

std::vector<std::string> SqliteSnapshot::read_names(const std::string& source) {
  Statement statement(database_, "SELECT name FROM read_name WHERE source=?1 ORDER BY name");
  statement.bind_text(1, source);
  std::vector<std::string> names;
  while (statement.step()) names.push_back(statement.string(0));
  return names;
}

void SqliteSnapshot::ask(std::string_view sql,
                         FunctionRef<void(const std::vector<std::string>&)> columns,
                         FunctionRef<void(const std::vector<SqlValue>&)> row) {
  // Temporary views belong to this connection: nothing is written to the file, and older databases
  // have them too. After the first question the connection makes no more of them.
  if (!std::exchange(has_views_, true)) {
    database_.execute("PRAGMA query_only=0");
    for (const ViewSelect& view : view_selects())
      database_.execute(
          fmt::format("CREATE TEMP VIEW IF NOT EXISTS {} AS {}", view.view, view.select));
    database_.execute("PRAGMA query_only=1");
  }
  Statement statement = database_.question(sql);
  std::vector<std::string> names;
  for (int i = 0; i < statement.columns(); ++i) names.push_back(statement.column_name(i));
  columns(names);
  try {
    while (statement.step()) {
      std::vector<SqlValue> values;
      for (int i = 0; i < statement.columns(); ++i) values.push_back(statement.value(i));
      row(values);
    }
  } catch (const StoreError& fault) {
    // What SQLite calls an error of the statement is one of its writer here: an overflow, say.
    if (fault.kind != StoreError::Kind::bug) throw;
    throw StoreError(StoreError::Kind::usage, fault.what());
  }
}

}  // namespace dmarcq
