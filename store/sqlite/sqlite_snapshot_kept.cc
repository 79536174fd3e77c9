// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <optional>
#include <utility>

#include "store/document/kept_reports.h"
#include "store/sqlite/columns.h"
#include "store/sqlite/sqlite_snapshot.h"
#include "store/sqlite/view_selects.h"
#include "store/sqlite/writer/delivery_rows.h"

namespace dmarcq {

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

void SqliteSnapshot::deliveries(Day since, Day until,
                                FunctionRef<void(const StoredDelivery&)> take) {
  Statement& statement = cached(
      fmt::format("SELECT {} FROM {} WHERE delivery.id>=?1 AND delivery.id<?2 ORDER BY delivery.id",
                  delivery_columns, delivery_tables));
  std::string recipient;
  statement.each([&](const Statement& row) { take(delivery_from(row, recipient)); },
                 DeliveryKey::first(since), DeliveryKey::first(until + 1));
}

void SqliteSnapshot::delivery_logs(FunctionRef<void(const StoredDeliveryLog&)> take) {
  Statement logs(
      database_,
      "SELECT item, sum(events), sum(found) FROM (SELECT item, events, 0 AS found FROM delivery_log UNION ALL "
      "SELECT item, 0, count(*) FROM delivery GROUP BY item) GROUP BY item ORDER BY item");
  logs.each([&](const Statement& row) {
    take({row.integer(0), static_cast<std::uint64_t>(row.integer(1)),
          static_cast<std::uint64_t>(row.integer(2))});
  });
}

void SqliteSnapshot::tls_reports(Day since, Day until,
                                 FunctionRef<void(const StoredTlsReport&)> take) {
  Statement reports(
      database_,
      "SELECT id, claim, day, trust, sent_by, content, deviations FROM tls_report WHERE day BETWEEN ?1 AND ?2 "
      "ORDER BY day, claim, trust DESC, sessions DESC, digest");
  std::optional<std::int64_t> last;  // of those with one claim the first counts
  reports.each(
      [&](const Statement& row) {
        if (std::exchange(last, row.integer(1)) == row.integer(1)) return;
        StoredTlsReport stored;
        stored.id = row.integer(0);
        stored.day = row.day(2, "tls_report", stored.id);
        stored.trust = static_cast<Trust>(row.integer(3, 0, 3, "tls_report", stored.id));
        stored.from_domain = row.text(4);
        auto report = tls_from_content(row.text(5), row.text(6));
        if (!report) damaged(database_, "tls_report", stored.id, "its content cannot be read");
        stored.report = std::move(*report);
        take(stored);
      },
      std::int64_t{since}, std::int64_t{until});
}

void SqliteSnapshot::failure_reports(Day since, Day until,
                                     FunctionRef<void(const StoredFailure&)> take) {
  Statement reports(
      database_,
      "SELECT id, day, content FROM failure_report WHERE day BETWEEN ?1 AND ?2 ORDER BY day, key");
  reports.each(
      [&](const Statement& row) {
        StoredFailure stored;
        stored.id = row.integer(0);
        stored.day = row.day(1, "failure_report", stored.id);
        if (!failure_from_content(row.text(2), stored.report, stored.marks))
          damaged(database_, "failure_report", stored.id, "its content cannot be read");
        take(stored);
      },
      std::int64_t{since}, std::int64_t{until});
}

std::vector<PassedOver> SqliteSnapshot::passed_over() {
  Statement statement(
      database_,
      "SELECT text.value, number, message_id, bytes, not_a_report FROM item JOIN text ON text.id=item.source WHERE outcome=?1 AND NOT EXISTS(SELECT 1 FROM delivery_log WHERE item=item.id) AND "
      "NOT EXISTS(SELECT 1 FROM tls_report WHERE item=item.id) AND NOT EXISTS(SELECT 1 FROM failure_report WHERE item=item.id) ORDER BY 1, 2, digest");
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
