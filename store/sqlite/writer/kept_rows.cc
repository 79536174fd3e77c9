// SPDX-License-Identifier: MIT
#include "store/sqlite/writer/kept_rows.h"

#include "store/document/head_lines.h"
#include "store/document/kept_reports.h"
#include "store/sqlite/columns.h"

namespace dmarcq {

KeptRows::KeptRows(Database& db)
    : database_(db),
      find_tls_(db, "SELECT id FROM tls_report WHERE digest=?1"),
      add_tls_(
          db,
          "INSERT INTO tls_report(digest,claim,day,trust,sent_by,sessions,item,part,content,deviations) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10)"),
      know_sender_(db, "UPDATE tls_report SET trust=?2, sent_by=?3 WHERE id=?1 AND trust<?2"),
      add_failure_(
          db,
          "INSERT INTO failure_report(key,day,item,part,people,content) VALUES(?1,?2,?3,?4,?5,?6) "
          "ON CONFLICT(key) DO NOTHING") {}

void KeptRows::save(std::int64_t item, const ProcessedItem& processed, Saved& saved) {
  for (const ProcessedItem::Tls& found : processed.tls_reports) save(item, found, saved);
  for (const ProcessedItem::Failure& found : processed.failures) save(item, found, saved);
}

void KeptRows::save(std::int64_t item, const ProcessedItem::Tls& found, Saved& saved) {
  const auto trust = static_cast<std::int64_t>(found.sender.trust);
  const auto known = find_tls_.first([](const Statement& row) { return row.integer(0); },
                                     Blob{as_text(found.digest)});
  if (known) {
    ++saved.tls_repeated;
    know_sender_.run_with(*known, trust, found.sender.from_domain);
    return;
  }
  ++saved.tls_stored;
  add_tls_.run_with(Blob{as_text(found.digest)}, tls_claim(found.report),
                    std::int64_t{tls_day(found.report)}, trust, found.sender.from_domain,
                    static_cast<std::int64_t>(tls_sessions(found.report)), item, found.part,
                    tls_content(found.report), deviation_lines(found.report.deviations));
}

void KeptRows::save(std::int64_t item, const ProcessedItem::Failure& found, Saved& saved) {
  add_failure_.run_with(Blob{as_text(found.key)}, std::int64_t{failure_day(found.report)}, item,
                        found.part, names_people(found.report),
                        failure_content(found.report, found.marks));
  ++(database_.changes() > 0 ? saved.failures_stored : saved.failures_repeated);
}

}  // namespace dmarcq
