// SPDX-License-Identifier: MIT
#include "store/sqlite/writer/document_writer.h"

#include <fmt/format.h>

#include <span>
#include <tuple>
#include <utility>

#include "ingest/base/text.h"
#include "store/sqlite/backfill.h"
#include "store/sqlite/columns.h"
#include "store/sqlite/row_key.h"

namespace dmarcq {
namespace {

using State = DocumentState;

// A statement for many rows costs half as much a row as one for each.
constexpr std::size_t rows_at_once = 32;
constexpr int record_columns = 8;
std::string insert_of_records(std::size_t rows) {
  std::string sql =
      "INSERT INTO record(id,report,source_ip,identity,evaluation,count,envelope_to,remark) VALUES";
  for (std::size_t i = 0; i < rows; ++i) sql += i == 0 ? "(?,?,?,?,?,?,?,?)" : ",(?,?,?,?,?,?,?,?)";
  return sql;
}

constexpr const char* roll_up_sql =
    "INSERT INTO domain_day(id,next_row,reports,records,messages,unusable_records,unusable_messages,dkim_and_spf,dkim_only,spf_only,neither,"
    "none,pass,quarantine,reject) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15) ON CONFLICT(id) DO UPDATE SET "
    "next_row=max(next_row,excluded.next_row), reports=reports+excluded.reports, records=records+excluded.records, "
    "messages=messages+excluded.messages, unusable_records=unusable_records+excluded.unusable_records, "
    "unusable_messages=unusable_messages+excluded.unusable_messages, dkim_and_spf=dkim_and_spf+excluded.dkim_and_spf, "
    "dkim_only=dkim_only+excluded.dkim_only, spf_only=spf_only+excluded.spf_only, neither=neither+excluded.neither, "
    "none=none+excluded.none, pass=pass+excluded.pass, quarantine=quarantine+excluded.quarantine, reject=reject+excluded.reject";

}  // namespace

DocumentWriter::DocumentWriter(Database& db, Interner& interner)
    : database_(db),
      interner_(interner),
      find_(
          db,
          fmt::format(
              "SELECT report.id, state, item, part, reporter.id, {} FROM report JOIN reporter ON reporter.id=reporter WHERE digest=?1",
              sender_columns)),
      add_(
          db,
          "INSERT INTO report(digest,state,item,part,reporter,report_id,domain,begin,\"end\",day,policy,dialect,well_formed,errors,deviations,"
          "first_row,records,messages,unusable_records,unusable_messages,dkim_and_spf,dkim_only,spf_only,neither,none,pass,quarantine,reject) "
          "VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18,?19,?20,?21,?22,?23,?24,?25,?26,?27,?28)"),
      add_claim_(db, "INSERT INTO report_claim(claim,report) VALUES(?1,?2)"),
      set_reporter_(db, "UPDATE report SET reporter=?2 WHERE id=?1"),
      add_record_(db, insert_of_records(1)),
      add_records_(db, insert_of_records(rows_at_once)),
      move_records_(db, "UPDATE record SET id=id+?3 WHERE id BETWEEN ?1 AND ?2"),
      rows_of_(
          db,
          "SELECT source_ip, identity, evaluation, count, ifnull(envelope_to,0), ifnull(remark,0) FROM record WHERE id BETWEEN ?1 AND ?2"),
      set_state_(db, "UPDATE report SET state=?2, first_row=?3 WHERE id=?1"),
      next_row_(db, "SELECT next_row FROM domain_day WHERE id=?1"),
      next_aside_(db, "SELECT ifnull(max(id)+1,1) FROM record WHERE id < ?1"),
      roll_up_(db, roll_up_sql),
      figures_(
          db,
          "SELECT domain,day,first_row,records,messages,unusable_records,unusable_messages,dkim_and_spf,dkim_only,spf_only,neither,none,pass,"
          "quarantine,reject FROM report WHERE id=?1"),
      add_account_name_(db, add_account_name_sql),
      drop_account_names_(
          db,
          "DELETE FROM account_name WHERE reporter=?1 AND NOT EXISTS(SELECT 1 FROM report WHERE report.reporter=?1 AND state<>3)"),
      item_place_(
          db, "SELECT text.value, number FROM item JOIN text ON text.id=source WHERE item.id=?1"),
      place_(db, "SELECT item, ifnull(part,'') FROM report WHERE id=?1"),
      set_place_(db, "UPDATE report SET item=?2, part=?3 WHERE id=?1"),
      move_conflict_(db, "UPDATE problem SET item=?2, part=?3 WHERE report=?1"),
      add_sighting_(db, "INSERT OR IGNORE INTO sighting(report,item,part) VALUES(?1,?2,?3)"),
      drop_sighting_(db, "DELETE FROM sighting WHERE report=?1 AND item=?2 AND part=?3") {}

std::optional<DocumentWriter::Known> DocumentWriter::find(const Digest& digest) {
  return find_.first(
      [](const Statement& row) {
        Known known;
        known.report = row.integer(0);
        known.state = static_cast<State>(row.integer(1, 0, 3, "report", known.report));
        known.place = {row.integer(2), row.string(3)};
        known.reporter = row.integer(4);
        known.sender = sender_from(row, 5, known.reporter);
        return known;
      },
      Blob{as_text(digest)});
}

std::optional<std::int64_t> DocumentWriter::free_rows(std::int64_t domain_id, Day day,
                                                      std::uint64_t wanted) {
  const std::int64_t n = next_row_
                             .first([](const Statement& row) { return row.integer(0); },
                                    RowKey::domain_day(domain_id, day))
                             .value_or(0);
  if (n + static_cast<std::int64_t>(wanted) > RowKey::max_rows) return std::nullopt;
  return RowKey::first(domain_id, day) + n;
}

std::int64_t DocumentWriter::free_aside() {
  return next_aside_.first([](const Statement& row) { return row.integer(0); }, RowKey::first(1, 0))
      .value();
}

std::int64_t DocumentWriter::insert(const ProcessedItem::Report& found, std::int64_t item,
                                    const Claim& claim, State state, std::int64_t first_row) {
  const PackedReport& packed = found.report;
  const ReportMetadata& metadata = packed.head.report.metadata;
  const auto number = [](std::uint64_t value) { return static_cast<std::int64_t>(value); };
  const Totals& totals = packed.totals;
  const std::int64_t reporter = interner_.reporter(metadata, found.sender);
  const std::int64_t policy = interner_.policy(packed.head.report.policy_published);
  const std::int64_t dialect = interner_.dialect(packed.head);
  add_.run_with(Blob{as_text(packed.digest)}, static_cast<std::int64_t>(state), item,
                OptionalText{found.part}, reporter, metadata.report_id, claim.domain,
                metadata.begin, metadata.end, claim.day, policy, dialect, packed.head.well_formed,
                OptionalText{error_lines(metadata.errors)},
                OptionalText{deviation_lines(packed.head.deviations)}, first_row,
                number(found.copied ? found.copied->records : packed.rows.size()),
                number(totals.messages), number(packed.head.unusable_records),
                number(packed.head.unusable_messages), number(totals.both),
                number(totals.dkim_only), number(totals.spf_only), number(totals.neither),
                number(totals.none), number(totals.pass), number(totals.quarantine),
                number(totals.reject));
  const std::int64_t report = database_.last_insert_id();
  add_claim_.run_with(claim.key, report);
  insert_rows(packed, report, first_row);
  learn_account_names(packed, reporter, claim.day);
  if (state == State::accepted) count(report, +1);
  return report;
}

void DocumentWriter::insert_rows(const PackedReport& packed, std::int64_t report,
                                 std::int64_t first_row) {
  std::vector<std::int64_t> identities, evaluations, texts(packed.texts.size());
  for (const PackedReport::Identity& wanted : packed.identities)
    identities.push_back(interner_.identity(packed, wanted));
  for (const PackedReport::Evaluation& evaluation : packed.evaluations)
    evaluations.push_back(interner_.evaluation(evaluation));
  for (std::size_t i = 1; i < packed.texts.size(); ++i) texts[i] = interner_.text(packed.texts[i]);

  std::int64_t id = first_row;
  const auto bind_text = [&](Statement& statement, int index, std::uint32_t position) {
    if (position)
      statement.bind(index, texts[position]);
    else
      statement.bind_null(index);
  };
  const auto bind = [&](Statement& statement, const PackedReport::Row& row, int before) {
    statement.bind(before + 1, id++);
    statement.bind(before + 2, report);
    statement.bind_blob_view(before + 3, row.source_ip.bytes());
    statement.bind(before + 4, identities[row.identity]);
    statement.bind(before + 5, evaluations[row.evaluation]);
    statement.bind(before + 6, static_cast<std::int64_t>(row.count));
    bind_text(statement, before + 7, row.envelope_to);
    bind_text(statement, before + 8, row.remark);
  };
  std::span<const PackedReport::Row> rows = packed.rows;
  for (; rows.size() >= rows_at_once; rows = rows.subspan(rows_at_once)) {
    for (std::size_t i = 0; i < rows_at_once; ++i)
      bind(add_records_, rows[i], static_cast<int>(i) * record_columns);
    add_records_.run();
  }
  for (const PackedReport::Row& row : rows) {
    bind(add_record_, row, 0);
    add_record_.run();
  }
}

void DocumentWriter::learn_account_names(const PackedReport& packed, std::int64_t reporter,
                                         Day day) {
  for (const auto& [account, name] : packed.account_names)
    add_account_name_.run_with(account, name, reporter, day, day);
}

void DocumentWriter::count(std::int64_t report, std::int64_t sign) {
  figures_.first(
      [&](const Statement& figures) {
        const std::int64_t key =
            RowKey::domain_day(figures.integer(0), static_cast<Day>(figures.integer(1)));
        const std::int64_t records = figures.integer(3), first_row = figures.integer(2);
        int column = 0;
        roll_up_.bind(++column, key);
        // Numbers of rows that moved away are not given out again: keys stay unique without looking
        // for gaps.
        roll_up_.bind(++column, sign > 0 && first_row > 0
                                    ? first_row - (key << RowKey::row_bits) + records
                                    : 0);
        roll_up_.bind(++column, sign);
        for (int i = 3; i <= 14; ++i) roll_up_.bind(++column, sign * figures.integer(i));
        return true;
      },
      report);
  roll_up_.run();
}

std::vector<std::uint64_t> DocumentWriter::row_keys(std::int64_t first_row, std::int64_t records) {
  std::vector<std::uint64_t> keys;
  keys.reserve(static_cast<std::size_t>(records));
  std::string content;
  rows_of_.each(
      [&](const Statement& row) {
        content = row.blob(0);
        for (int column = 1; column <= 5; ++column) {
          const std::int64_t value = row.integer(column);
          content.append(reinterpret_cast<const char*>(&value), sizeof value);
        }
        keys.push_back(static_cast<std::uint64_t>(hash_prefix(sha256(content))));
      },
      first_row, first_row + records - 1);
  return keys;
}

std::int64_t DocumentWriter::first_row(std::int64_t report) {
  return figures_.first([](const Statement& row) { return row.integer(2); }, report).value();
}

void DocumentWriter::change_state(std::int64_t report, std::int64_t records, State before,
                                  State after) {
  const bool counted = before == State::accepted, counts = after == State::accepted;
  const auto [domain, day, first_row] =
      figures_
          .first(
              [](const Statement& row) {
                return std::tuple(row.integer(0), static_cast<Day>(row.integer(1)), row.integer(2));
              },
              report)
          .value();
  std::int64_t target = first_row;
  if (counted != counts) {
    if (counted) count(report, -1);
    const std::optional<std::int64_t> place =
        counts ? free_rows(domain, day, static_cast<std::uint64_t>(records)) : free_aside();
    if (!place) throw StoreError(StoreError::Kind::io, too_many_rows);
    target = *place;
    move_records_.run_with(first_row, first_row + records - 1, target - first_row);
  }
  set_state_.run_with(report, static_cast<std::int64_t>(after), target);
  if (!counted && counts) count(report, +1);
}

void DocumentWriter::set_sender(const Known& known, const ProcessedItem::Report& found) {
  const ReportMetadata& metadata = found.report.head.report.metadata;
  const std::int64_t reporter = interner_.reporter(metadata, found.sender);
  set_reporter_.run_with(known.report, reporter);
  learn_account_names(found.report, reporter, day_of_window(metadata.begin, metadata.end));
  leave(known.reporter);
}

void DocumentWriter::forget_names_of_left() {
  for (const std::int64_t reporter : std::exchange(left_reporters_, {}))
    drop_account_names_.run_with(reporter);
}

DocumentPlace DocumentWriter::place_of(std::int64_t report) {
  return place_
      .first([](const Statement& row) { return DocumentPlace{row.integer(0), row.string(1)}; },
             report)
      .value();
}

DocumentWriter::Order DocumentWriter::order_of(const DocumentPlace& place) {
  return item_place_
      .first(
          [&](const Statement& row) {
            return Order{row.string(0), row.integer(1), place.part, place.item};
          },
          place.item)
      .value();
}

std::optional<std::int64_t> DocumentWriter::add_place(const Known& known,
                                                      const DocumentPlace& seen) {
  if (known.place == seen) return std::nullopt;
  // The known one is the first of all places so far, so it is the only one to compare with.
  if (order_of(seen) >= order_of(known.place)) {
    add_sighting_.run_with(known.report, seen.item, seen.part);
    return std::nullopt;
  }
  drop_sighting_.run_with(known.report, seen.item, seen.part);
  set_place_.run_with(known.report, seen.item, OptionalText{seen.part});
  move_conflict_.run_with(known.report, seen.item, seen.part);
  add_sighting_.run_with(known.report, known.place.item, known.place.part);
  return known.place.item;
}

}  // namespace dmarcq
