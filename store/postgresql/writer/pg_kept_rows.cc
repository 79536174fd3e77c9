// SPDX-License-Identifier: MIT
#include "store/postgresql/writer/pg_kept_rows.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "store/document/head_lines.h"
#include "store/document/kept_reports.h"
#include "store/postgresql/wire/columns.h"
#include "store/postgresql/wire/pg_text.h"

namespace dmarcq {
namespace {

template <class Kept, class Key>
std::vector<const Kept*> sorted(const std::vector<Kept>& list, Key key) {
  // In one order: two that bring the same reports do not wait for each other.
  std::vector<const Kept*> pointers;
  for (const Kept& kept : list) pointers.push_back(&kept);
  std::ranges::sort(pointers, {}, [&](const Kept* kept) { return kept->*key; });
  return pointers;
}

}  // namespace

void save_kept_reports(PgConnection& connection, const ProcessedItem& processed,
                       const std::string& item, Saved& saved) {
  for (const ProcessedItem::Tls* found :
       sorted(processed.tls_reports, &ProcessedItem::Tls::digest)) {
    // What it was before is not told by an upsert: a row that is new has this xmax.
    bool is_new = false;
    connection.each(
        "INSERT INTO dmarcq.tls_report AS known(digest,claim,day,trust,sent_by,sessions,item,part,content,deviations) VALUES($1,$2,$3,$4,$5,$6,$7,$8,$9,$10) "
        "ON CONFLICT (digest) DO UPDATE SET trust=excluded.trust, sent_by=excluded.sent_by WHERE known.trust<excluded.trust RETURNING xmax=0",
        PgValues()
            .bytes(digest_text(found->digest))
            .integer(tls_claim(found->report))
            .day(tls_day(found->report))
            .small(static_cast<std::int16_t>(found->sender.trust))
            .text(found->sender.from_domain)
            .integer(static_cast<std::int64_t>(tls_sessions(found->report)))
            .bytes(item)
            .text(pg_text(found->part))
            .text(tls_content(found->report))
            .text(deviation_lines(found->report.deviations)),
        [&](const PgRow& row) { is_new = row.boolean(0); });
    ++(is_new ? saved.tls_stored : saved.tls_repeated);
  }
  for (const ProcessedItem::Failure* found :
       sorted(processed.failures, &ProcessedItem::Failure::key)) {
    const std::uint64_t added = connection.change(
        "INSERT INTO dmarcq.failure_report(key,day,item,part,people,content) VALUES($1,$2,$3,$4,$5<>0,$6) ON CONFLICT DO NOTHING",
        PgValues()
            .bytes(digest_text(found->key))
            .day(failure_day(found->report))
            .bytes(item)
            .text(pg_text(found->part))
            .small(names_people(found->report) ? 1 : 0)
            .text(failure_content(found->report, found->marks)));
    ++(added > 0 ? saved.failures_stored : saved.failures_repeated);
  }
}

std::uint64_t prune_pg_tls_reports(PgConnection& connection, Day before) {
  return connection.change("DELETE FROM dmarcq.tls_report WHERE day<$1", PgValues().day(before));
}

std::uint64_t forget_pg_people(PgConnection& connection, Day before) {
  std::vector<std::pair<std::string, std::string>> due;
  connection.each(
      "SELECT key,id,content FROM dmarcq.failure_report WHERE people AND (day<$1 OR day>$1+4000) ORDER BY key FOR UPDATE",
      PgValues().day(before), [&](const PgRow& row) {
        auto content = failure_without_people(row.text(2));
        if (!content)
          damaged(connection.place(), "failure_report", row.integer(1),
                  "its content cannot be read");
        due.emplace_back(row.string(0), std::move(*content));
      });
  for (const auto& [key, content] : due)
    connection.change("UPDATE dmarcq.failure_report SET content=$2, people=false WHERE key=$1",
                      PgValues().bytes(key).text(content));
  return due.size();
}

std::uint64_t prune_pg_failures(PgConnection& connection, Day before) {
  return connection.change("DELETE FROM dmarcq.failure_report WHERE day<$1",
                           PgValues().day(before));
}

}  // namespace dmarcq
