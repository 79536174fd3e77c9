// SPDX-License-Identifier: MIT
#include "store/settings.h"

#include "store/sqlite.h"

namespace dmarcq {
namespace {

bool remove_by_id(Store& store, const char* sql, std::int64_t id) {
  bool removed = false;
  store.batch([&] {
    Statement statement(store.database(), sql);
    statement.bind(1, id);
    statement.run();
    removed = store.database().changes() > 0;
  });
  return removed;
}

/// A date that the owner wrote, within the years 0 to 9999.
Day date_from(const Statement& row, int column, std::string_view table, std::int64_t id) {
  return static_cast<Day>(row.integer(column, -719'528, 2'932'896, table, id));
}

}  // namespace

std::vector<SenderEntry> sender_entries(Store& store) {
  Statement statement(
      store.database(),
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

std::int64_t put_sender_entry(Store& store, const SenderEntry& entry) {
  std::int64_t id = 0;
  store.batch([&] {
    Statement put(
        store.database(),
        "INSERT INTO sender_entry(kind,value,name,service,route,ours,since) VALUES(?1,?2,?3,?4,?5,?6,?7) ON CONFLICT(kind,value) DO UPDATE SET "
        "name=excluded.name, service=excluded.service, route=excluded.route, ours=excluded.ours, since=excluded.since RETURNING id");
    put.bind_text(1, entry.kind);
    put.bind_text(2, entry.value);
    put.bind_text(3, entry.name);
    put.bind_text(4, entry.service);
    put.bind_text(5, entry.route);
    put.bind(6, entry.ours);
    put.bind(7, entry.since);
    put.step();
    id = put.integer(0);
    put.run();
  });
  return id;
}

bool remove_sender_entry(Store& store, std::int64_t id) {
  return remove_by_id(store, "DELETE FROM sender_entry WHERE id=?1", id);
}

std::vector<Note> notes(Store& store, const std::string& domain) {
  Statement statement(
      store.database(),
      "SELECT id, day, domain, text FROM note WHERE ?1='' OR domain='' OR domain=?1 ORDER BY day, id");
  statement.bind_text(1, domain);
  std::vector<Note> list;
  while (statement.step()) {
    list.push_back({statement.integer(0), date_from(statement, 1, "note", statement.integer(0)),
                    statement.string(2), statement.string(3)});
  }
  return list;
}

std::int64_t add_note(Store& store, const Note& note) {
  std::int64_t id = 0;
  store.batch([&] {
    Statement add(store.database(), "INSERT INTO note(day,domain,text) VALUES(?1,?2,?3)");
    add.bind(1, note.day);
    add.bind_text(2, note.domain);
    add.bind_text(3, note.text);
    add.run();
    id = store.database().last_insert_id();
  });
  return id;
}

bool remove_note(Store& store, std::int64_t id) {
  return remove_by_id(store, "DELETE FROM note WHERE id=?1", id);
}

std::vector<OpenAlert> open_alerts(Store& store) {
  Statement statement(store.database(), "SELECT key, since, told FROM open_alert ORDER BY key");
  std::vector<OpenAlert> alerts;
  while (statement.step()) {
    const std::int64_t number = std::ssize(alerts) + 1;
    alerts.push_back({statement.string(0), date_from(statement, 1, "open_alert", number),
                      date_from(statement, 2, "open_alert", number)});
  }
  return alerts;
}

void set_open_alerts(Store& store, const std::vector<OpenAlert>& alerts) {
  store.batch([&] {
    store.database().execute("DELETE FROM open_alert");
    Statement add(store.database(),
                  "INSERT OR IGNORE INTO open_alert(key,since,told) VALUES(?1,?2,?3)");
    for (const OpenAlert& alert : alerts) {
      add.bind_text(1, alert.key);
      add.bind(2, alert.since);
      add.bind(3, alert.told);
      add.run();
    }
  });
}

void set_checkpoint(Store& store, const std::string& source, const std::string& state) {
  Statement& put = store.cached(
      "INSERT INTO checkpoint(source,state) VALUES(?1,?2) ON CONFLICT(source) DO UPDATE SET state=excluded.state");
  put.bind_text(1, source);
  put.bind_text(2, state);
  put.run();
}

std::optional<std::string> checkpoint(Store& store, const std::string& source) {
  Statement& find = store.cached("SELECT state FROM checkpoint WHERE source=?1");
  find.bind_text(1, source);
  std::optional<std::string> state;
  if (find.step()) state = find.string(0);
  find.reset();
  return state;
}

void add_read_name(Store& store, const std::string& source, const std::string& name) {
  Statement& add = store.cached("INSERT OR IGNORE INTO read_name(source,name) VALUES(?1,?2)");
  add.bind_text(1, source);
  add.bind_text(2, name);
  add.run();
}

void remove_read_name(Store& store, const std::string& source, const std::string& name) {
  Statement& remove = store.cached("DELETE FROM read_name WHERE source=?1 AND name=?2");
  remove.bind_text(1, source);
  remove.bind_text(2, name);
  remove.run();
}

std::vector<std::string> read_names(Store& store, const std::string& source) {
  Statement statement(store.database(), "SELECT name FROM read_name WHERE source=?1 ORDER BY name");
  statement.bind_text(1, source);
  std::vector<std::string> names;
  while (statement.step()) names.push_back(statement.string(0));
  return names;
}

}  // namespace dmarcq
