// SPDX-License-Identifier: MIT
#include "store/postgresql/report_changes.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string>

#include "store/document/account_names.h"
#include "store/postgresql/wire/row_block.h"
#include "store/postgresql/writer/item_outcomes.h"
#include "store/postgresql/writer/report_sets.h"

namespace dmarcq {
namespace {

using State = DocumentState;

std::optional<SetKey> key_of_report(PgConnection& connection, std::int64_t report) {
  std::optional<SetKey> key;
  connection.each("SELECT home,domain,day,claim FROM dmarcq.report WHERE id=$1",
                  PgValues().integer(report), [&](const PgRow& row) {
                    key = {row.integer(0), row.integer(1), static_cast<Day>(row.integer(2)),
                           row.integer(3)};
                  });
  return key;
}

/// What a reporter taught comes back with a report of his: of all his reports, since those that
/// were there meanwhile taught theirs.
void learn_names_of(PgConnection& connection, const std::string& place, std::int64_t reporter) {
  LearnedNames learned;
  RowBlock block;
  connection.stream(
      fmt::format(
          "SELECT r.day,{} FROM dmarcq.report_rows r JOIN dmarcq.report USING (home,domain,day) WHERE report.id=r.report AND reporter=$1 AND state<>3",
          block_columns),
      PgValues().integer(reporter), [&](const PgRow& row) {
        read_block(row, 1, place, block);
        const Day day = static_cast<Day>(row.integer(0));
        for (std::size_t i = 0; i < block.identities.size() / 4; ++i) {
          const auto texts = block.identity_texts(static_cast<std::int16_t>(i));
          for (auto& [account, name] : account_names_in(texts[2], texts[3])) {
            auto& days = learned.try_emplace({account, name, reporter}, day, day).first->second;
            days = {std::min(days.first, day), std::max(days.second, day)};
          }
        }
      });
  write_account_names(connection, learned);
}

void write(PgConnection& connection, ReportSets& sets, std::set<std::string>& touched) {
  DayChanges days;
  sets.write(days, touched);
  write_day_changes(connection, days);
}

/// The set of a report, locked; null when there is no such report.
SetDocument* locked(PgConnection& connection, ReportSets& sets, std::int64_t report, SetKey& key) {
  connection.change("SELECT 1 FROM dmarcq.horizon FOR SHARE");
  const std::optional<SetKey> found = key_of_report(connection, report);
  if (!found) return nullptr;
  key = *found;
  sets.read({key}, {});
  return sets.find(key, report);
}

/// Takes the document out of the count, or lets its rivals say whether it counts again.
void set_distrusted(ReportSets& sets, const SetKey& key, SetDocument& document, bool on) {
  document.state = on ? State::distrusted : State::conflict;
  document.shared = 0;
  document.resolved = true;
  if (!on && sets.is_beside_pruned(key, document.claim, document.id))
    document.state = State::subsumed;  // as what comes after a pruned one
  else
    sets.resolve_anew(key, document.claim);
}

}  // namespace

bool distrust_pg_report(PgConnection& connection, std::int64_t report, bool on, bool& done) {
  PgTransaction transaction(connection);
  ReportSets sets(connection);
  SetKey key;
  SetDocument* const document = locked(connection, sets, report, key);
  if (document == nullptr || (document->state == State::distrusted) == on) return done;
  if (document->records > 0 && document->pruned)
    throw StoreError(
        StoreError::Kind::usage,
        fmt::format(
            "report {}: its rows were pruned, so it cannot be taken out of the figures any more, nor brought back",
            report));
  set_distrusted(sets, key, *document, on);
  const std::int64_t reporter = document->reporter;
  std::set<std::string> touched;
  write(connection, sets, touched);
  if (on)
    forget_names_of_left(connection, reporter);
  else
    learn_names_of(connection, connection.place(), reporter);
  conclude_items(connection, touched, [](const std::string&) { return std::string(); });
  done = true;
  transaction.commit();
  return true;
}

bool remove_pg_report(PgConnection& connection, std::int64_t report, bool& done) {
  PgTransaction transaction(connection);
  ReportSets sets(connection);
  SetKey key;
  SetDocument* const document = locked(connection, sets, report, key);
  if (document == nullptr) return done;
  const std::int64_t reporter = document->reporter;
  std::set<std::string> touched{document->place.item};
  if (document->state != State::distrusted) {
    if (document->records > 0 && document->pruned)
      throw StoreError(
          StoreError::Kind::usage,
          fmt::format(
              "report {}: its rows were pruned, so it cannot be taken out of the figures any more, nor brought back",
              report));
    set_distrusted(sets, key, *document, true);
  }
  write(connection, sets, touched);
  connection.each("SELECT item FROM dmarcq.sighting WHERE home=$1 AND report=$2",
                  PgValues().integer(key.home).integer(report),
                  [&](const PgRow& row) { touched.insert(row.string(0)); });
  connection.change("DELETE FROM dmarcq.sighting WHERE home=$1 AND report=$2",
                    PgValues().integer(key.home).integer(report));
  const PgValues of_report =
      PgValues().integer(key.home).integer(key.domain).day(key.day).integer(report);
  connection.change(
      "DELETE FROM dmarcq.report_rows WHERE home=$1 AND domain=$2 AND day=$3 AND report=$4",
      of_report);
  connection.change("DELETE FROM dmarcq.report WHERE home=$1 AND domain=$2 AND day=$3 AND id=$4",
                    of_report);
  // Whoever has another document of the set locks its first one, so there must be one.
  connection.change(
      "UPDATE dmarcq.report SET seq=0 WHERE home=$1 AND domain=$2 AND day=$3 AND claim=$4 AND seq=(SELECT min(seq) FROM dmarcq.report WHERE home=$1 AND "
      "domain=$2 AND day=$3 AND claim=$4)",
      PgValues().integer(key.home).integer(key.domain).day(key.day).integer(key.claim));
  forget_names_of_left(connection, reporter);
  for (const OutcomeChange& change :
       conclude_items(connection, touched, [](const std::string&) { return std::string(); }))
    if (change.after == Outcome::not_a_report)
      connection.change(
          "DELETE FROM dmarcq.item WHERE digest=$1 AND NOT EXISTS(SELECT 1 FROM dmarcq.delivery_log WHERE delivery_log.item=digest) AND "
          "NOT EXISTS(SELECT 1 FROM dmarcq.report WHERE report.item=digest) AND NOT EXISTS(SELECT 1 FROM dmarcq.sighting WHERE sighting.item=digest) AND "
          "NOT EXISTS(SELECT 1 FROM dmarcq.tls_report WHERE tls_report.item=item.digest) AND NOT EXISTS(SELECT 1 FROM dmarcq.failure_report WHERE failure_report.item=item.digest)",
          PgValues().bytes(change.item));
  done = true;
  transaction.commit();
  return true;
}

}  // namespace dmarcq
