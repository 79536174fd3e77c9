// SPDX-License-Identifier: MIT
#include "store/sqlite/writer/delivery_rows.h"

#include <algorithm>
#include <array>

#include "ingest/base/digest.h"
#include "store/scope.h"

namespace dmarcq {
namespace {

constexpr EpochSeconds seconds_a_day = 86'400;

/// 16 bytes tell events apart: two that differ share them once in 2^64 events.
constexpr std::size_t key_size = 16;

std::string_view local_part(std::string_view address) {
  const std::size_t at = address.rfind('@');
  return at == address.npos ? address : address.substr(0, at);
}
std::string_view domain_part(std::string_view address) {
  const std::size_t at = address.rfind('@');
  return at == address.npos ? std::string_view() : address.substr(at + 1);
}

}  // namespace

DeliveryRows::DeliveryRows(Database& db, Interner& interner)
    : database_(db),
      interner_(interner),
      add_(
          db,
          "INSERT INTO delivery(id,key,item,source,state,time,local_part,domain,sender,header_from,message_id,queue_id,sending_ip,"
          "remote_host,stage,words,user_id,more) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18) "
          "ON CONFLICT(key) DO NOTHING"),
      last_(db, "SELECT max(id) FROM delivery WHERE id>=?1 AND id<?2"),
      log_(
          db,
          "INSERT INTO delivery_log(item,source,rows,left_out,damaged,events) VALUES(?1,?2,?3,?4,?5,?6) "
          "ON CONFLICT(item) DO UPDATE SET source=?2, rows=?3, left_out=?4, damaged=?5, events=events+?6") {
}

std::int64_t DeliveryRows::next_id(Day day) {
  const auto [entry, added] = next_.try_emplace(day);
  if (added) {
    const auto last = last_.first([](const Statement& row) { return row.integer(0); },
                                  DeliveryKey::first(day), DeliveryKey::first(day + 1));
    entry->second = std::max(last.value_or(0) + 1, DeliveryKey::first(day));
  }
  return entry->second;
}

bool DeliveryRows::add(std::int64_t item, const DeliveryView& event) {
  Sha256 hash;
  const char source = static_cast<char>(event.source);
  hash.add(std::string_view(&source, 1));
  hash.add(event.key);
  const Digest digest = hash.finish();
  const auto day =
      static_cast<Day>(std::clamp<EpochSeconds>(event.time / seconds_a_day, 0, last_possible_day));
  const auto interned = [&](std::string_view text) {
    return OptionalId{text.empty() ? 0 : interner_.text(text)};
  };
  add_.run_with(next_id(day), Blob{{reinterpret_cast<const char*>(digest.data()), key_size}}, item,
                static_cast<std::int64_t>(event.source), static_cast<std::int64_t>(event.state),
                event.time, OptionalText{local_part(event.recipient)},
                interner_.text(domain_part(event.recipient)), OptionalText{event.envelope_sender},
                interned(event.header_from), OptionalText{event.message_id},
                OptionalText{event.queue_id}, OptionalText{event.sending_ip},
                interned(event.remote_host), interned(event.stage), OptionalText{event.text},
                OptionalText{event.user_id}, OptionalText{event.more});
  const bool is_new = database_.changes() > 0;
  if (is_new) ++next_.at(day);
  return is_new;
}

void DeliveryRows::save(std::int64_t item, const ProcessedItem& processed, Saved& saved) {
  if (processed.deliveries.empty()) return;
  ProcessedItem::Delivery sum;
  std::uint64_t stored = 0;
  for (const ProcessedItem::Delivery& found : processed.deliveries) {
    sum.source = found.source;
    sum.rows += found.rows;
    sum.left_out += found.left_out;
    sum.damaged += found.damaged;
    found.events.each([&](const DeliveryView& event) {
      if (add(item, event))
        ++stored;
      else
        ++saved.deliveries_repeated;
    });
  }
  saved.deliveries_stored += stored;
  saved.deliveries_left_out += sum.left_out;
  saved.deliveries_damaged += sum.damaged;
  log_.run_with(item, static_cast<std::int64_t>(sum.source), static_cast<std::int64_t>(sum.rows),
                static_cast<std::int64_t>(sum.left_out), static_cast<std::int64_t>(sum.damaged),
                static_cast<std::int64_t>(stored));
}

std::uint64_t prune_deliveries(Database& database, Day before) {
  Statement counts(database, "SELECT item, count(*) FROM delivery WHERE id<?1 GROUP BY item");
  Statement lessen(database, "UPDATE delivery_log SET events=events-?2 WHERE item=?1");
  counts.each([&](const Statement& row) { lessen.run_with(row.integer(0), row.integer(1)); },
              DeliveryKey::first(before));
  Statement remove(database, "DELETE FROM delivery WHERE id<?1");
  remove.run_with(DeliveryKey::first(before));
  return static_cast<std::uint64_t>(database.changes());
}

std::uint64_t forget_recipients(Database& database, Day before) {
  Statement forget(
      database,
      "UPDATE delivery SET local_part=NULL, more=NULL WHERE id<?1 AND (local_part IS NOT NULL OR more IS NOT NULL)");
  forget.run_with(DeliveryKey::first(before));
  const auto forgotten = static_cast<std::uint64_t>(database.changes());
  // Logs with damaged rows are kept whole for another try, with all their recipients.
  const bool keeps_logs =
      database.value("SELECT EXISTS(SELECT 1 FROM kept_item JOIN delivery_log USING(item))") == 1;
  if (keeps_logs)
    Statement(
        database,
        "DELETE FROM kept_item WHERE item IN (SELECT item FROM delivery_log) AND "
        "item IN (SELECT item FROM delivery WHERE id<?1) AND item NOT IN (SELECT item FROM delivery WHERE id>=?1)")
        .run_with(DeliveryKey::first(before));
  return forgotten;
}

}  // namespace dmarcq
