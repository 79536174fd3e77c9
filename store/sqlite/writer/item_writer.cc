// SPDX-License-Identifier: MIT
#include "store/sqlite/writer/item_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <tuple>

#include "store/sqlite/columns.h"

namespace dmarcq {

ItemWriter::ItemWriter(Database& db, Interner& interner)
    : database_(db),
      interner_(interner),
      find_(
          db,
          "SELECT item.id, outcome, not_a_report, text.value, number FROM item JOIN text ON text.id=source WHERE digest=?1"),
      add_(
          db,
          "INSERT INTO item(digest,source,number,message_id,bytes,outcome,not_a_report) VALUES(?1,?2,?3,?4,?5,?6,?7)"),
      move_(db, "UPDATE item SET source=?2, number=?3, message_id=?4 WHERE id=?1"),
      facts_(db, fmt::format("SELECT {}, outcome FROM item WHERE id=?1", item_facts_columns)),
      set_outcome_(db, "UPDATE item SET outcome=?2, not_a_report=?3 WHERE id=?1"),
      keep_(db, "INSERT OR REPLACE INTO kept_item(item,bytes) VALUES(?1,?2)"),
      drop_kept_(db, "DELETE FROM kept_item WHERE item=?1"),
      open_problems_(db, "SELECT EXISTS(SELECT 1 FROM problem WHERE item=?1 AND dismissed=0)"),
      documents_of_(
          db,
          "SELECT (SELECT count(*) FROM report WHERE item=?1)+(SELECT count(*) FROM sighting WHERE item=?1)"),
      faults_of_(db, "SELECT id, part, reason FROM problem WHERE item=?1 AND report IS NULL"),
      add_problem_(db,
                   "INSERT INTO problem(item,part,reason,text,report) VALUES(?1,?2,?3,?4,NULL)"),
      drop_problem_(db, "DELETE FROM problem WHERE id=?1") {}

ItemWriter::Written ItemWriter::write(const ProcessedItem& processed) {
  struct Found {
    std::int64_t item;
    bool moved;
  };
  const Origin& origin = processed.origin;
  const std::optional<Found> found = find_.first(
      [&](const Statement& row) {
        return Found{row.integer(0),
                     std::tuple(origin.source, origin.index) <
                         std::tuple(row.string(3), static_cast<std::uint64_t>(row.integer(4)))};
      },
      Blob{as_text(processed.digest)});
  const auto number = static_cast<std::int64_t>(origin.index);
  if (!found) {
    add_.run_with(Blob{as_text(processed.digest)}, interner_.text(origin.source), number,
                  OptionalText{origin.message_id}, static_cast<std::int64_t>(processed.bytes),
                  static_cast<std::int64_t>(Outcome::not_a_report),
                  OptionalText{processed.not_a_report});
    return {database_.last_insert_id(), false};
  }
  if (found->moved)
    move_.run_with(found->item, interner_.text(origin.source), number,
                   OptionalText{origin.message_id});
  return {found->item, true};
}

std::optional<Saved> ItemWriter::finished(const Digest& digest) {
  struct Found {
    std::int64_t item;
    Outcome outcome;
    std::string not_a_report;
  };
  const auto found = find_.first(
      [](const Statement& row) {
        return Found{row.integer(0), static_cast<Outcome>(row.integer(1)), row.string(2)};
      },
      Blob{as_text(digest)});
  const auto number = [](const Statement& row) { return row.integer(0); };
  if (!found || (found->outcome == Outcome::problem &&
                 open_problems_.first(number, found->item).value_or(0) != 0))
    return std::nullopt;
  Saved saved;
  saved.not_a_report = found->not_a_report;
  saved.outcome = found->outcome == Outcome::not_a_report ? found->outcome : Outcome::duplicate;
  saved.duplicate =
      static_cast<std::uint64_t>(documents_of_.first(number, found->item).value_or(0));
  return saved;
}

void ItemWriter::sync_faults(std::int64_t item, const std::vector<ItemFault>& faults) {
  struct Known {
    std::int64_t id;
    std::string part, reason;
  };
  std::vector<Known> known;
  faults_of_.each(
      [&](const Statement& row) {
        known.push_back({row.integer(0), row.string(1), row.string(2)});
      },
      item);
  for (const ItemFault& fault : faults) {
    const std::string reason = reason_of(fault.error);
    const auto same = std::ranges::find_if(
        known, [&](const Known& k) { return k.part == fault.part && k.reason == reason; });
    if (same != known.end())
      known.erase(same);
    else
      add_problem_.run_with(item, fault.part, reason, fault.error.text);
  }
  for (const Known& cured : known) drop_problem_.run_with(cured.id);
}

void ItemWriter::keep_bytes(const Written& written, const ProcessedItem& processed,
                            bool has_faults) {
  if (has_faults && !processed.kept_bytes.empty()) {
    keep_.bind(1, written.item);
    keep_.bind_blob_view(2, processed.kept_bytes);
    keep_.run();
  } else if (written.known && !has_faults) {
    drop_kept_.run_with(written.item);
  }
}

std::pair<Outcome, Outcome> ItemWriter::conclude(std::int64_t item,
                                                 std::string_view not_a_report_kind) {
  const auto [facts, before] =
      facts_
          .first(
              [](const Statement& row) {
                return std::pair(
                    ItemFacts{row.integer(0) != 0, row.integer(1) != 0, row.integer(2) != 0},
                    static_cast<Outcome>(row.integer(3)));
              },
              item)
          .value();
  const Outcome outcome = facts.outcome();
  if (outcome != before)
    set_outcome_.run_with(item, static_cast<std::int64_t>(outcome),
                          OptionalText{outcome == Outcome::not_a_report ? not_a_report_kind : ""});
  return {before, outcome};
}

}  // namespace dmarcq
