// SPDX-License-Identifier: MIT
// What a copy of the database needs.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "store/document/kept_reports.h"
#include "store/import/copy.h"
#include "store/postgresql/pg_snapshot.h"
#include "store/postgresql/wire/columns.h"
#include "store/postgresql/wire/pg_text.h"

namespace dmarcq {
namespace {

/// Items by their digest as it is stored.
using ContentsByItem = std::map<std::string, StoredContents>;

std::vector<std::string_view> digests_of(const ContentsByItem& items) {
  std::vector<std::string_view> digests;
  for (const auto& [digest, contents] : items) digests.push_back(digest);
  return digests;
}

}  // namespace

/// All that lies in these items but deliveries and kept bytes, which may be large.
void PgSnapshot::add_parts(std::map<std::string, StoredContents>& items) {
  const PgValues wanted = PgValues().byte_strings(digests_of(items));
  each(
      "SELECT item,id,part FROM dmarcq.report WHERE item=ANY($1) UNION SELECT item,report,part FROM dmarcq.sighting WHERE item=ANY($1)",
      wanted, [&](const PgRow& row) {
        items.at(row.string(0)).reports.push_back({row.integer(1), from_pg_text(row.text(2))});
      });
  each(
      "SELECT item,part,reason,text FROM dmarcq.problem WHERE item=ANY($1) AND report=0 ORDER BY id",
      wanted, [&](const PgRow& row) {
        items.at(row.string(0))
            .item.faults.push_back(
                {from_pg_text(row.text(1)), stored_error(row.text(2), row.string(3))});
      });
  each("SELECT item,source,rows,left_out,damaged FROM dmarcq.delivery_log WHERE item=ANY($1)",
       wanted, [&](const PgRow& row) {
         ProcessedItem::Delivery& log = items.at(row.string(0)).item.deliveries.emplace_back();
         log.source = static_cast<DeliverySource>(row.integer(1));
         log.rows = static_cast<std::uint64_t>(row.integer(2));
         log.left_out = static_cast<std::uint64_t>(row.integer(3));
         log.damaged = static_cast<std::uint64_t>(row.integer(4));
       });
}

void PgSnapshot::add_bulk(std::string_view digest, StoredContents& contents) {
  const PgValues item = PgValues().bytes(digest);
  if (!contents.item.faults.empty())
    each("SELECT bytes FROM dmarcq.kept_item WHERE item=$1", item,
         [&](const PgRow& row) { contents.item.kept_bytes = row.string(0); });
  each(
      "SELECT id,part,digest,trust,sent_by,content,deviations FROM dmarcq.tls_report WHERE item=$1 ORDER BY id",
      item, [&](const PgRow& row) {
        auto report = tls_from_content(row.text(5), row.text(6));
        if (!report) damaged(place(), "tls_report", row.integer(0), "its content cannot be read");
        ReportSender sender;
        sender.trust = static_cast<Trust>(std::clamp<std::int64_t>(row.integer(3), 0, 3));
        sender.from_domain = row.text(4);
        contents.item.tls_reports.push_back({from_pg_text(row.text(1)),
                                             stored_digest(row.text(2), place()),
                                             std::move(*report), std::move(sender)});
      });
  each("SELECT id,part,key,content FROM dmarcq.failure_report WHERE item=$1 ORDER BY id", item,
       [&](const PgRow& row) {
         StoredFailure stored;
         if (!failure_from_content(row.text(3), stored.report, stored.marks))
           damaged(place(), "failure_report", row.integer(0), "its content cannot be read");
         contents.item.failures.push_back({from_pg_text(row.text(1)),
                                           stored_digest(row.text(2), place()),
                                           std::move(stored.report), std::move(stored.marks)});
       });
  if (contents.item.deliveries.empty()) return;
  std::string recipient;
  each(fmt::format("SELECT {} FROM dmarcq.delivery WHERE item=$1 ORDER BY day,seq",
                   pg_delivery_columns),
       item, [&](const PgRow& row) {
         const StoredDelivery stored = pg_delivery_from(row, recipient, place());
         contents.item.deliveries.front().events.add_stored(stored.event, stored.recipient_domain,
                                                            row.text(17));
       });
}

void PgSnapshot::contents(FunctionRef<bool(const Digest&)> wanted,
                          FunctionRef<void(StoredContents&&)> take) {
  constexpr std::size_t at_once = 500;
  std::string last;
  while (true) {
    ContentsByItem items;
    std::size_t read = 0;
    each(
        fmt::format(
            "SELECT digest,source,number,message_id,bytes,not_a_report FROM dmarcq.item WHERE digest>$1 ORDER BY digest LIMIT {}",
            at_once),
        PgValues().bytes(last), [&](const PgRow& row) {
          ++read;
          last = row.string(0);
          const Digest digest = stored_digest(last, place());
          if (!wanted(digest)) return;
          ProcessedItem& item = items[last].item;
          item.digest = digest;
          item.origin = {from_pg_text(row.text(1)),
                         static_cast<std::uint64_t>(row.integer(2)),
                         from_pg_text(row.text(3)),
                         {}};
          item.bytes = static_cast<std::uint64_t>(row.integer(4));
          item.not_a_report = row.text(5);
        });
    if (!items.empty()) add_parts(items);
    // One question for the heads of all.
    listed_.clear();
    for (const auto& [digest, contents] : items)
      for (const StoredContents::Place& place : contents.reports) listed_.push_back(place.report);
    for (auto& [digest, contents] : items) {
      add_bulk(digest, contents);
      take(std::move(contents));
    }
    if (read < at_once) return;
  }
}

std::optional<DocumentStanding> PgSnapshot::standing(std::int64_t report) {
  std::optional<DocumentStanding> standing;
  each(
      "SELECT digest,state,pruned AND records>0,(SELECT problem.text FROM dmarcq.problem WHERE problem.report=report.id) FROM dmarcq.report WHERE id=$1",
      PgValues().integer(report), [&](const PgRow& row) {
        standing = {.digest = stored_digest(row.text(0), place()),
                    .state = static_cast<DocumentState>(row.integer(1)),
                    .pruned = row.boolean(2),
                    .conflict = row.string(3)};
      });
  return standing;
}

}  // namespace dmarcq
