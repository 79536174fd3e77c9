// SPDX-License-Identifier: MIT
// What a copy of the database needs.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "store/document/kept_reports.h"
#include "store/import/copy.h"
#include "store/sqlite/columns.h"
#include "store/sqlite/sqlite_snapshot.h"

namespace dmarcq {
namespace {

/// Of an item. A log's events lie by day and not by item, and a new index of the table would be
/// written to the file: what there is of each is listed apart, in a table of this connection.
class ContentsReader {
 public:
  explicit ContentsReader(Database& database)
      : database_(database),
        reports_(
            database_,
            "SELECT id, ifnull(part,'') FROM report WHERE item=?1 UNION SELECT report, part FROM sighting WHERE item=?1"),
        faults_(
            database_,
            "SELECT part, reason, text FROM problem WHERE item=?1 AND report IS NULL ORDER BY id"),
        kept_(database_, "SELECT bytes FROM kept_item WHERE item=?1"),
        log_(database_, "SELECT source, rows, left_out, damaged FROM delivery_log WHERE item=?1"),
        tls_(
            database_,
            "SELECT id, part, digest, trust, sent_by, content, deviations FROM tls_report WHERE item=?1 ORDER BY id"),
        failures_(database_,
                  "SELECT id, part, key, content FROM failure_report WHERE item=?1 ORDER BY id") {}

  void add_parts(std::int64_t item, StoredContents& contents) {
    reports_.each(
        [&](const Statement& row) { contents.reports.push_back({row.integer(0), row.string(1)}); },
        item);
    faults_.each(
        [&](const Statement& row) {
          contents.item.faults.push_back({row.string(0), stored_error(row.text(1), row.string(2))});
        },
        item);
    kept_.each([&](const Statement& row) { contents.item.kept_bytes = row.blob(0); }, item);
    log_.each(
        [&](const Statement& row) {
          ProcessedItem::Delivery& log = contents.item.deliveries.emplace_back();
          log.source = static_cast<DeliverySource>(
              row.integer(0, 0, delivery_source_count - 1, "delivery_log", item));
          log.rows = static_cast<std::uint64_t>(row.integer(1));
          log.left_out = static_cast<std::uint64_t>(row.integer(2));
          log.damaged = static_cast<std::uint64_t>(row.integer(3));
        },
        item);
    if (!contents.item.deliveries.empty())
      add_events(item, contents.item.deliveries.front().events);
    add_kept(item, contents.item);
  }

 private:
  void add_kept(std::int64_t item, ProcessedItem& processed) {
    tls_.each(
        [&](const Statement& row) {
          const std::int64_t id = row.integer(0);
          auto report = tls_from_content(row.text(5), row.text(6));
          if (!report) damaged(database_, "tls_report", id, "its content cannot be read");
          ReportSender sender;
          sender.trust = static_cast<Trust>(row.integer(3, 0, 3, "tls_report", id));
          sender.from_domain = row.text(4);
          processed.tls_reports.push_back({row.string(1),
                                           stored_digest(row.blob(2), database_.path().native()),
                                           std::move(*report), std::move(sender)});
        },
        item);
    failures_.each(
        [&](const Statement& row) {
          StoredFailure stored;
          if (!failure_from_content(row.text(3), stored.report, stored.marks))
            damaged(database_, "failure_report", row.integer(0), "its content cannot be read");
          processed.failures.push_back({row.string(1),
                                        stored_digest(row.blob(2), database_.path().native()),
                                        std::move(stored.report), std::move(stored.marks)});
        },
        item);
  }

  void add_events(std::int64_t item, DeliveryBatch& events) {
    if (!of_item_) {
      // Temporary: nothing is written to the database itself.
      database_.execute(
          "PRAGMA query_only=0; CREATE TEMP TABLE IF NOT EXISTS delivery_of_item(item, id, PRIMARY KEY(item, id)) WITHOUT ROWID; "
          "INSERT OR IGNORE INTO delivery_of_item SELECT item, id FROM delivery; PRAGMA query_only=1");
      of_item_.emplace(database_,
                       fmt::format("SELECT {} FROM {} WHERE delivery.id IN (SELECT id FROM "
                                   "delivery_of_item WHERE item=?1) ORDER BY delivery.id",
                                   delivery_columns, delivery_tables));
    }
    std::string recipient;
    of_item_->each(
        [&](const Statement& row) {
          const StoredDelivery stored = delivery_from(row, recipient);
          events.add_stored(stored.event, stored.recipient_domain, row.blob(16));
        },
        item);
  }

  Database& database_;
  Statement reports_, faults_, kept_, log_, tls_, failures_;
  std::optional<Statement> of_item_;
};

}  // namespace

void SqliteSnapshot::contents(FunctionRef<bool(const Digest&)> wanted,
                              FunctionRef<void(StoredContents&&)> take) {
  ContentsReader reader(database_);
  Statement items(
      database_,
      "SELECT item.id, digest, text.value, number, message_id, bytes, not_a_report FROM item JOIN text ON text.id=item.source ORDER BY item.id");
  while (items.step()) {
    StoredContents contents;
    ProcessedItem& item = contents.item;
    item.digest = stored_digest(items.blob(1), database_.path().native());
    if (!wanted(item.digest)) continue;
    item.origin = {
        items.string(2), static_cast<std::uint64_t>(items.integer(3)), items.string(4), {}};
    item.bytes = static_cast<std::uint64_t>(items.integer(5));
    item.not_a_report = items.string(6);
    reader.add_parts(items.integer(0), contents);
    take(std::move(contents));
  }
}

std::optional<DocumentStanding> SqliteSnapshot::standing(std::int64_t report) {
  return cached(
             "SELECT digest, state, first_row, records, (SELECT text FROM problem WHERE problem.report=report.id) FROM report WHERE id=?1")
      .first(
          [&](const Statement& row) {
            return DocumentStanding{
                .digest = stored_digest(row.blob(0), database_.path().native()),
                .state = static_cast<DocumentState>(row.integer(1, 0, 3, "report", report)),
                .pruned = row.integer(2) == 0 && row.integer(3) > 0,
                .conflict = row.string(4)};
          },
          report);
}

}  // namespace dmarcq
