// SPDX-License-Identifier: MIT
#include "store/sqlite/writer/delivery_rows.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "store/document/delivery_document.h"
#include "store/document/delivery_facts.h"
#include "store/scope.h"

namespace dmarcq {
namespace {

/// The day up to which addresses were forgotten.
Day forgotten_before(Database& database) {
  Statement known(database, "SELECT CAST(state AS INTEGER) FROM checkpoint WHERE source=?1");
  const auto day =
      known.first([](const Statement& row) { return row.integer(0); }, addresses_forgotten);
  return static_cast<Day>(std::clamp<std::int64_t>(day.value_or(0), 0, last_possible_day));
}

/// Logs and bounces are not kept any more (process.cc), as they name all their recipients; they
/// once were, and what was damaged of them is in no table. The rest is looked at once.
void forget_kept_logs(Database& database) {
  database.execute("DELETE FROM kept_item WHERE item IN (SELECT item FROM delivery_log)");
  Statement known(database, "SELECT CAST(state AS INTEGER) FROM checkpoint WHERE source=?1");
  if (known.first([](const Statement& row) { return row.integer(0); }, kept_bytes_looked_through))
    return;
  Statement next(
      database,
      "SELECT item, bytes, EXISTS(SELECT 1 FROM report WHERE report.item=kept_item.item) FROM kept_item");
  std::int64_t last = 0;
  std::vector<std::int64_t> logs;
  next.each([&](const Statement& row) {
    last = std::max(last, row.integer(0));
    if (row.integer(2) == 0 && names_recipients(row.blob(1))) logs.push_back(row.integer(0));
  });
  Statement remove(database, "DELETE FROM kept_item WHERE item=?1");
  for (const std::int64_t item : logs) remove.run_with(item);
  Statement remember(
      database,
      "INSERT INTO checkpoint(source,state) VALUES(?1,?2) ON CONFLICT(source) DO UPDATE SET state=excluded.state");
  remember.run_with(kept_bytes_looked_through, std::to_string(last));
}

/// What names people in a delivery.
struct Named {
  std::int64_t id = 0;
  bool recipient = false;
  WithoutPeople left;
};

/// Of the next rows at or behind `from`, those in which something is to be forgotten. `from`
/// becomes the key to go on with; `end` when there are no more.
std::vector<Named> next_named(Statement& rows, std::int64_t& from, std::int64_t end) {
  constexpr std::int64_t rows_at_once = 20'000;
  std::vector<Named> found;
  std::int64_t last = end - 1, seen = 0;
  rows.each(
      [&](const Statement& row) {
        last = row.integer(0);
        ++seen;
        Named named{.id = last, .recipient = !row.is_null(1)};
        named.left =
            without_people_of(row.text(1), row.text(2), row.text(3), row.text(4), row.text(5));
        if (named.recipient || named.left.differs) found.push_back(std::move(named));
      },
      from, end, rows_at_once);
  from = seen < rows_at_once ? end : last + 1;
  return found;
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
          "ON CONFLICT(item) DO UPDATE SET source=?2, rows=?3, left_out=?4, damaged=?5, events=events+?6"),
      not_forgotten_(
          db, "UPDATE checkpoint SET state=?2 WHERE source=?1 AND CAST(state AS INTEGER)>?2") {}

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
  const DeliveryKeyBytes key = delivery_key(event);
  const Day day = delivery_day(event.time);
  const auto interned = [&](std::string_view text) {
    return OptionalId{text.empty() ? 0 : interner_.text(text)};
  };
  add_.run_with(next_id(day), Blob{{key.data(), key.size()}}, item,
                static_cast<std::int64_t>(event.source), static_cast<std::int64_t>(event.state),
                event.time, OptionalText{local_part_of(event.recipient)},
                interner_.text(domain_part_of(event.recipient)),
                OptionalText{event.envelope_sender}, interned(event.header_from),
                OptionalText{event.message_id}, OptionalText{event.queue_id},
                OptionalText{event.sending_ip}, interned(event.remote_host), interned(event.stage),
                OptionalText{event.text}, OptionalText{event.user_id}, OptionalText{event.more});
  const bool is_new = database_.changes() > 0;
  if (is_new) ++next_.at(day);
  return is_new;
}

void DeliveryRows::save(std::int64_t item, const ProcessedItem& processed, Saved& saved) {
  if (processed.deliveries.empty()) return;
  ProcessedItem::Delivery sum;
  std::uint64_t stored = 0;
  Day oldest = last_possible_day;
  for (const ProcessedItem::Delivery& found : processed.deliveries) {
    sum.source = found.source;
    sum.rows += found.rows;
    sum.left_out += found.left_out;
    sum.damaged += found.damaged;
    found.events.each([&](const DeliveryView& event) {
      if (!add(item, event)) {
        ++saved.deliveries_repeated;
        return;
      }
      ++stored;
      oldest = std::min(oldest, delivery_day(event.time));
    });
  }
  if (stored > 0) not_forgotten_.run_with(addresses_forgotten, std::int64_t{oldest});
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

bool recipients_are_due(Database& database, Day before) {
  return forgotten_before(database) < before;
}

std::uint64_t forget_recipients(Database& database, Day before) {
  const std::int64_t end = DeliveryKey::first(before);
  std::int64_t from = DeliveryKey::first(forgotten_before(database));
  if (from >= end) return 0;
  forget_kept_logs(database);
  Statement rows(
      database,
      "SELECT delivery.id, local_part, value, more, sender, words FROM delivery JOIN text ON text.id=delivery.domain "
      "WHERE delivery.id>=?1 AND delivery.id<?2 ORDER BY delivery.id LIMIT ?3");
  Statement forget(database,
                   "UPDATE delivery SET local_part=NULL, more=?2, sender=?3, words=?4 WHERE id=?1");
  std::uint64_t forgotten = 0;
  while (from < end) {
    for (const Named& named : next_named(rows, from, end)) {
      forget.run_with(named.id, OptionalText{named.left.more}, OptionalText{named.left.sender},
                      OptionalText{named.left.words});
      forgotten += named.recipient;
    }
  }
  Statement remember(
      database,
      "INSERT INTO checkpoint(source,state) VALUES(?1,?2) ON CONFLICT(source) DO UPDATE SET state=excluded.state");
  remember.run_with(addresses_forgotten, std::to_string(before));
  return forgotten;
}

}  // namespace dmarcq
