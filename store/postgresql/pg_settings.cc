// SPDX-License-Identifier: MIT
#include "store/postgresql/pg_settings.h"

#include <algorithm>
#include <string_view>

#include "store/postgresql/wire/guarded.h"
#include "store/postgresql/wire/pg_text.h"

namespace dmarcq {

std::vector<SenderEntry> PgSettings::sender_entries() {
  std::vector<SenderEntry> list;
  guarded(connection_, [&] {
    connection_.each(
        "SELECT id,kind,value,name,service,route,ours,since FROM dmarcq.sender_entry ORDER BY kind,value",
        {}, [&](const PgRow& row) {
          list.push_back({row.integer(0), row.string(1), row.string(2), row.string(3),
                          row.string(4), row.string(5), row.boolean(6),
                          static_cast<Day>(row.integer(7))});
        });
  });
  return list;
}

std::vector<Note> PgSettings::notes(const std::string& domain) {
  std::vector<Note> list;
  guarded(connection_, [&] {
    connection_.each(
        "SELECT id,day,domain,text FROM dmarcq.note WHERE $1='' OR domain='' OR domain=$1 ORDER BY day,id",
        PgValues().text(domain), [&](const PgRow& row) {
          list.push_back(
              {row.integer(0), static_cast<Day>(row.integer(1)), row.string(2), row.string(3)});
        });
  });
  return list;
}

std::vector<OpenAlert> PgSettings::open_alerts() {
  std::vector<OpenAlert> list;
  guarded(connection_, [&] {
    connection_.each(
        "SELECT key,since,told FROM dmarcq.open_alert ORDER BY key", {}, [&](const PgRow& row) {
          list.push_back(
              {row.string(0), static_cast<Day>(row.integer(1)), static_cast<Day>(row.integer(2))});
        });
  });
  return list;
}

std::optional<std::string> PgSettings::checkpoint(const std::string& source) {
  return guarded(connection_, [&] {
    auto state = connection_.word("SELECT state FROM dmarcq.checkpoint WHERE source=$1",
                                  PgValues().text(pg_text(source)));
    if (state) state = from_pg_text(*state);
    return state;
  });
}

std::vector<std::string> PgSettings::read_names(const std::string& source) {
  std::vector<std::string> names;
  guarded(connection_, [&] {
    connection_.each("SELECT name FROM dmarcq.read_name WHERE source=$1",
                     PgValues().text(pg_text(source)),
                     [&](const PgRow& row) { names.push_back(from_pg_text(row.text(0))); });
  });
  std::ranges::sort(names);
  return names;
}

ReadState PgSettings::read_state() {
  ReadState state;
  guarded(connection_, [&] {
    connection_.each("SELECT source,state FROM dmarcq.checkpoint", {}, [&](const PgRow& row) {
      state.checkpoints[from_pg_text(row.text(0))] = from_pg_text(row.text(1));
    });
    connection_.each("SELECT source,name FROM dmarcq.read_name", {}, [&](const PgRow& row) {
      state.read.push_back({from_pg_text(row.text(0)), from_pg_text(row.text(1))});
    });
  });
  return state;
}

std::int64_t PgSettingsWriter::put_sender_entry(const SenderEntry& entry) {
  return guarded(connection_, [&] {
    return connection_
        .number(
            "INSERT INTO dmarcq.sender_entry(kind,value,name,service,route,ours,since) VALUES($1,$2,$3,$4,$5,$6<>0,$7) ON CONFLICT (kind,value) DO UPDATE SET "
            "name=excluded.name, service=excluded.service, route=excluded.route, ours=excluded.ours, since=excluded.since RETURNING id",
            PgValues()
                .text(entry.kind)
                .text(entry.value)
                .text(entry.name)
                .text(entry.service)
                .text(entry.route)
                .small(entry.ours ? 1 : 0)
                .day(entry.since))
        .value();
  });
}

bool PgSettingsWriter::remove_sender_entry(std::int64_t id) {
  return guarded(connection_, [&] {
    return connection_.change("DELETE FROM dmarcq.sender_entry WHERE id=$1",
                              PgValues().integer(id)) > 0;
  });
}

std::int64_t PgSettingsWriter::add_note(const Note& note) {
  return guarded(connection_, [&] {
    return connection_
        .number("INSERT INTO dmarcq.note(day,domain,text) VALUES($1,$2,$3) RETURNING id",
                PgValues().day(note.day).text(note.domain).text(note.text))
        .value();
  });
}

bool PgSettingsWriter::remove_note(std::int64_t id) {
  return guarded(connection_, [&] {
    return connection_.change("DELETE FROM dmarcq.note WHERE id=$1", PgValues().integer(id)) > 0;
  });
}

/// Only what is another than before is written: with ten thousand domains most alerts stay open.
void PgSettingsWriter::set_open_alerts(const std::vector<OpenAlert>& alerts) {
  guarded(connection_, [&] {
    std::vector<OpenAlert> sorted = alerts;
    std::ranges::stable_sort(sorted, {}, &OpenAlert::key);
    const auto repeated = std::ranges::unique(sorted, {}, &OpenAlert::key);
    sorted.erase(repeated.begin(), repeated.end());
    std::vector<std::string_view> keys;
    std::vector<std::int32_t> since, told;
    for (const OpenAlert& alert : sorted) {
      keys.push_back(alert.key);
      since.push_back(alert.since);
      told.push_back(alert.told);
    }
    PgTransaction transaction(connection_);
    connection_.change("DELETE FROM dmarcq.open_alert WHERE key<>ALL($1::text[])",
                       PgValues().texts(keys));
    connection_.change(
        "INSERT INTO dmarcq.open_alert AS known(key,since,told) SELECT * FROM unnest($1::text[],$2::int4[],$3::int4[]) ON CONFLICT (md5(key)) DO UPDATE SET "
        "since=excluded.since, told=excluded.told WHERE (known.since,known.told)<>(excluded.since,excluded.told)",
        PgValues().texts(keys).days(since).days(told));
    transaction.commit();
  });
}

}  // namespace dmarcq
