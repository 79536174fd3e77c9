// SPDX-License-Identifier: MIT
#include "store/sqlite/sqlite_settings.h"

namespace dmarcq {
namespace {

/// A date that the owner wrote, within the years 0 to 9999.
Day date_from(const Statement& row, int column, std::string_view table, std::int64_t id) {
  return static_cast<Day>(row.integer(column, -719'528, 2'932'896, table, id));
}

}  // namespace

std::vector<SenderEntry> SqliteSettings::sender_entries() {
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

std::vector<Note> SqliteSettings::notes(const std::string& domain) {
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

std::vector<OpenAlert> SqliteSettings::open_alerts() {
  Statement statement(database_, "SELECT key, since, told FROM open_alert ORDER BY key");
  std::vector<OpenAlert> alerts;
  while (statement.step()) {
    const std::int64_t number = std::ssize(alerts) + 1;
    alerts.push_back({statement.string(0), date_from(statement, 1, "open_alert", number),
                      date_from(statement, 2, "open_alert", number)});
  }
  return alerts;
}

std::optional<std::string> SqliteSettings::checkpoint(const std::string& source) {
  return statements_.prepared("SELECT state FROM checkpoint WHERE source=?1")
      .first([](const Statement& row) { return row.string(0); }, source);
}

std::vector<std::string> SqliteSettings::read_names(const std::string& source) {
  Statement statement(database_, "SELECT name FROM read_name WHERE source=?1 ORDER BY name");
  statement.bind_text(1, source);
  std::vector<std::string> names;
  while (statement.step()) names.push_back(statement.string(0));
  return names;
}

ReadState SqliteSettings::read_state() {
  ReadState state;
  Statement checkpoints(database_, "SELECT source, state FROM checkpoint");
  while (checkpoints.step()) state.checkpoints[checkpoints.string(0)] = checkpoints.string(1);
  Statement names(database_, "SELECT source, name FROM read_name");
  while (names.step()) state.read.push_back({names.string(0), names.string(1)});
  return state;
}

std::int64_t SqliteSettingsWriter::put_sender_entry(const SenderEntry& entry) {
  Transaction transaction(database_);
  const std::int64_t id =
      Statement(
          database_,
          "INSERT INTO sender_entry(kind,value,name,service,route,ours,since) VALUES(?1,?2,?3,?4,?5,?6,?7) ON CONFLICT(kind,value) DO UPDATE SET "
          "name=excluded.name, service=excluded.service, route=excluded.route, ours=excluded.ours, since=excluded.since RETURNING id")
          .first([](const Statement& row) { return row.integer(0); }, entry.kind, entry.value,
                 entry.name, entry.service, entry.route, entry.ours, entry.since)
          .value();
  transaction.commit();
  return id;
}

bool SqliteSettingsWriter::remove_sender_entry(std::int64_t id) {
  return remove_by_id("DELETE FROM sender_entry WHERE id=?1", id);
}

std::int64_t SqliteSettingsWriter::add_note(const Note& note) {
  Transaction transaction(database_);
  Statement(database_, "INSERT INTO note(day,domain,text) VALUES(?1,?2,?3)")
      .run_with(note.day, note.domain, note.text);
  const std::int64_t id = database_.last_insert_id();
  transaction.commit();
  return id;
}

bool SqliteSettingsWriter::remove_note(std::int64_t id) {
  return remove_by_id("DELETE FROM note WHERE id=?1", id);
}

bool SqliteSettingsWriter::remove_by_id(const char* sql, std::int64_t id) {
  Transaction transaction(database_);
  Statement(database_, sql).run_with(id);
  const bool removed = database_.changes() > 0;
  transaction.commit();
  return removed;
}

void SqliteSettingsWriter::set_open_alerts(const std::vector<OpenAlert>& alerts) {
  Transaction transaction(database_);
  database_.execute("DELETE FROM open_alert");
  Statement add(database_, "INSERT OR IGNORE INTO open_alert(key,since,told) VALUES(?1,?2,?3)");
  for (const OpenAlert& alert : alerts) add.run_with(alert.key, alert.since, alert.told);
  transaction.commit();
}

void SqliteSettingsWriter::write(const ReadState& read) {
  for (const auto& [source, state] : read.checkpoints)
    statements_
        .prepared(
            "INSERT INTO checkpoint(source,state) VALUES(?1,?2) ON CONFLICT(source) DO UPDATE SET state=excluded.state")
        .run_with(source, state);
  for (const ReadState::Name& name : read.read)
    statements_.prepared("INSERT OR IGNORE INTO read_name(source,name) VALUES(?1,?2)")
        .run_with(name.source, name.name);
  for (const ReadState::Name& name : read.settled)
    statements_.prepared("DELETE FROM read_name WHERE source=?1 AND name=?2")
        .run_with(name.source, name.name);
}

}  // namespace dmarcq
