// SPDX-License-Identifier: MIT
#include "store/sqlite/maintenance.h"

#include <fmt/format.h>

#include <vector>

#include "store/base/new_file.h"
#include "store/sqlite/columns.h"
#include "store/sqlite/database.h"
#include "store/sqlite/row_key.h"
#include "store/sqlite/schema.h"

namespace dmarcq {
namespace {

namespace fs = std::filesystem;

std::uint64_t run(Database& database, const std::string& sql) {
  Statement statement(database, sql);
  statement.run();
  return static_cast<std::uint64_t>(database.changes());
}

fs::path beside(const fs::path& path, const char* suffix) { return path.native() + suffix; }

/// Deletes the rows of days before this one. How many.
std::uint64_t drop_rows(Database& database, Day before, const std::string& old) {
  std::uint64_t dropped = 0;
  // The rows lie by domain and day, those of documents that were not taken apart from them.
  std::vector<std::int64_t> domains;
  {
    Statement list(database, "SELECT id FROM domain");
    while (list.step()) domains.push_back(list.integer(0));
  }
  for (const std::int64_t domain : domains)
    dropped += run(database, fmt::format("DELETE FROM record WHERE id>={} AND id<{}",
                                         RowKey::first(domain, 0), RowKey::first(domain, before)));
  std::vector<std::pair<std::int64_t, std::int64_t>> aside;
  {
    Statement list(
        database,
        "SELECT first_row, records, id FROM report WHERE state<>0 AND first_row>0 AND records>0 AND " +
            old);
    while (list.step())
      aside.emplace_back(list.integer(0),
                         list.integer(1, 0, RowKey::max_rows, "report", list.integer(2)));
  }
  for (const auto& [first, records] : aside)
    dropped += run(database,
                   fmt::format("DELETE FROM record WHERE id>={0} AND id-{0}<{1}", first, records));
  run(database, "UPDATE report SET first_row=0 WHERE records>0 AND " + old);
  return dropped;
}

/// Deletes the reports of those days, their totals, and the mails that brought nothing else. How
/// many mails.
std::uint64_t drop_reports(Database& database, Day before, const std::string& old) {
  database.execute("CREATE TEMP TABLE IF NOT EXISTS gone(item INTEGER PRIMARY KEY)");
  database.execute("DELETE FROM gone");
  run(database, "INSERT OR IGNORE INTO gone SELECT item FROM report WHERE " + old);
  run(database,
      "INSERT OR IGNORE INTO gone SELECT item FROM sighting WHERE report IN (SELECT id FROM report WHERE " +
          old + ")");
  run(database, "DELETE FROM sighting WHERE report IN (SELECT id FROM report WHERE " + old + ")");
  run(database, "DELETE FROM problem WHERE report IN (SELECT id FROM report WHERE " + old + ")");
  run(database,
      "DELETE FROM report_claim WHERE report IN (SELECT id FROM report WHERE " + old + ")");
  run(database, "DELETE FROM report WHERE " + old);
  run(database,
      fmt::format("DELETE FROM domain_day WHERE (id & {}) < {}", RowKey::max_day, before));
  // Of the mails that brought them, those with something else in them stay, and are what
  // follows from that.
  const std::string other =
      "EXISTS(SELECT 1 FROM report WHERE report.item=item.id) OR EXISTS(SELECT 1 FROM sighting WHERE sighting.item=item.id) OR "
      "EXISTS(SELECT 1 FROM problem WHERE problem.item=item.id) OR EXISTS(SELECT 1 FROM delivery_log WHERE delivery_log.item=item.id) OR "
      "EXISTS(SELECT 1 FROM tls_report WHERE tls_report.item=item.id) OR EXISTS(SELECT 1 FROM failure_report WHERE failure_report.item=item.id)";
  const std::uint64_t dropped =
      run(database, "DELETE FROM item WHERE id IN (SELECT item FROM gone) AND NOT (" + other + ")");
  run(database,
      "DELETE FROM kept_item WHERE item NOT IN (SELECT id FROM item) OR item IN (SELECT item FROM gone WHERE item NOT IN (SELECT item FROM problem))");
  std::vector<std::pair<std::int64_t, Outcome>> left;
  Statement(database, fmt::format("SELECT id, {} FROM item WHERE id IN (SELECT item FROM gone)",
                                  item_facts_columns))
      .each([&](const Statement& row) {
        left.emplace_back(row.integer(0), item_facts_from(row, 1).outcome());
      });
  Statement set_outcome(database, "UPDATE item SET outcome=?2 WHERE id=?1");
  for (const auto& [item, outcome] : left)
    set_outcome.run_with(item, static_cast<std::int64_t>(outcome));
  return dropped;
}

void drop_orphans(Database& database) {
  run(database, "DELETE FROM identity WHERE id NOT IN (SELECT identity FROM record)");
  run(database, "DELETE FROM dkim_set WHERE id NOT IN (SELECT dkim_set FROM identity)");
  run(database, "DELETE FROM spf_set WHERE id NOT IN (SELECT spf_set FROM identity)");
}

}  // namespace

std::uint64_t forget_rows_of(Database& database, std::span<const std::int64_t> reports) {
  std::uint64_t forgotten = 0;
  Statement place(
      database, "SELECT first_row, records FROM report WHERE id=?1 AND first_row>0 AND records>0");
  Statement remove(database, "DELETE FROM record WHERE id>=?1 AND id-?1<?2");
  Statement mark(database, "UPDATE report SET first_row=0 WHERE id=?1");
  for (const std::int64_t report : reports) {
    const auto rows = place.first(
        [&](const Statement& row) {
          return std::pair(row.integer(0), row.integer(1, 0, RowKey::max_rows, "report", report));
        },
        report);
    if (!rows) continue;
    remove.run_with(rows->first, rows->second);
    forgotten += static_cast<std::uint64_t>(database.changes());
    mark.run_with(report);
  }
  drop_orphans(database);
  return forgotten;
}

Pruned prune_rows(Database& database, Day before, bool all) {
  Pruned pruned;
  const std::string old = fmt::format("day < {}", before);
  pruned.reports =
      static_cast<std::uint64_t>(database
                                     .value("SELECT count(*) FROM report WHERE " + old +
                                            (all ? "" : " AND first_row>0 AND records>0"))
                                     .value_or(0));

  pruned.records = drop_rows(database, before, old);
  if (all) pruned.items = drop_reports(database, before, old);
  drop_orphans(database);
  return pruned;
}

void restore_sqlite(const fs::path& path, const fs::path& backup) {
  {
    Database source(backup, Database::Mode::read_only);
    require_schema_below(source);
    Statement integrity(source, "PRAGMA integrity_check(1)");
    if (!integrity.step() || integrity.text(0) != "ok")
      throw StoreError(StoreError::Kind::damaged, backup.native() + ": the backup is damaged");
  }
  std::error_code ignored;
  if (fs::exists(path, ignored)) {
    try {
      Database present(path, Database::Mode::read_write);
      require_schema_below(present);
      NewFile before(beside(path, ".before-restore"));
      present.backup_to(before.path());
      before.put_in_place();
    } catch (const StoreError& error) {
      if (error.kind != StoreError::Kind::damaged) throw;
      // Its log first: no log must ever lie beside a database that it does not belong to.
      for (const char* suffix : {"-wal", "-shm", ""}) {
        if (!fs::exists(beside(path, suffix), ignored)) continue;
        std::error_code fault;
        fs::rename(beside(path, suffix), beside(path, ".before-restore").native() + suffix, fault);
        if (fault)
          throw StoreError(StoreError::Kind::io, path.native() + suffix + ": " + fault.message());
      }
    }
  }
  // One transaction of the target: a crash leaves the one or the other.
  Database source(backup, Database::Mode::read_only);
  source.backup_to(path);
}

}  // namespace dmarcq
