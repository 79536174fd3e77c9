// SPDX-License-Identifier: MIT
// The proof of conservation: what rows and references come to.
#include <fmt/format.h>

#include <initializer_list>
#include <unordered_map>
#include <utility>

#include "store/postgresql/pg_snapshot.h"
#include "store/postgresql/wire/columns.h"
#include "store/postgresql/wire/guarded.h"

namespace dmarcq {
namespace {

constexpr std::size_t most_faults = 50;

struct FoundRows {
  std::uint64_t records = 0;
  Totals totals;
};

}  // namespace

void PgSnapshot::documents(std::vector<std::string>& faults,
                           FunctionRef<void(const StoredDocument&)> take) {
  // One home after another: memory does not grow with the database.
  std::vector<std::int64_t> homes;
  each(
      "SELECT DISTINCT home FROM dmarcq.report UNION SELECT DISTINCT home FROM dmarcq.report_rows ORDER BY 1",
      {}, [&](const PgRow& row) { homes.push_back(row.integer(0)); });
  RowBlock block;
  PgKeys::BlockKeys keys;
  for (const std::int64_t home : homes) {
    const PgValues of_home = PgValues().integer(home);
    std::unordered_map<std::int64_t, FoundRows> found;
    stream(fmt::format("SELECT report,{} FROM dmarcq.report_rows WHERE home=$1", block_columns),
           of_home, [&](const PgRow& row) {
             read_block(row, 1, place(), block);
             keys_->add(block, keys);
             FoundRows& rows = found[row.integer(0)];
             rows.records += block.size();
             for (std::size_t i = 0; i < block.size(); ++i)
               rows.totals.add(keys_->evaluation(
                                   keys.evaluations[static_cast<std::size_t>(block.evaluation[i])]),
                               std::min(static_cast<std::uint64_t>(block.count[i]), most_messages));
           });
    each(
        fmt::format(
            "SELECT id,domain,day,state,records,unusable_records,unusable_messages,pruned,EXISTS(SELECT 1 FROM dmarcq.problem WHERE problem.report=report.id "
            "AND problem.report<>0),{} FROM dmarcq.report WHERE home=$1 ORDER BY id",
            pg_totals_columns),
        of_home, [&](const PgRow& row) {
          StoredDocument document;
          document.report = row.integer(0);
          document.domain = keys_->key_of_domain(connection_, row.integer(1));
          document.day = static_cast<Day>(row.integer(2));
          document.state = static_cast<DocumentState>(row.integer(3));
          document.records = pg_count_from(row, 4);
          document.unusable_records = pg_count_from(row, 5);
          document.unusable_messages = pg_count_from(row, 6);
          document.pruned = row.boolean(7);
          document.conflict_told = row.boolean(8);
          document.totals = pg_totals_from(row, 9);
          document.messages = document.totals.messages;
          if (const auto rows = found.find(document.report); rows != found.end()) {
            document.records_found = rows->second.records;
            document.totals_found = rows->second.totals;
            found.erase(rows);
          }
          take(document);
        });
    for (const auto& [report, rows] : found)
      if (faults.size() <= most_faults)
        faults.push_back(fmt::format("rows of report {} belong to no report", report));
  }
}

void PgSnapshot::items(FunctionRef<void(const StoredItem&)> take) {
  std::int64_t number = 0;
  stream(
      "SELECT outcome, EXISTS(SELECT 1 FROM dmarcq.problem WHERE problem.item=digest), "
      "EXISTS(SELECT 1 FROM dmarcq.report WHERE report.item=item.digest AND state IN (0,3)), "
      "EXISTS(SELECT 1 FROM dmarcq.report WHERE report.item=item.digest) OR EXISTS(SELECT 1 FROM dmarcq.sighting WHERE sighting.item=item.digest) "
      "FROM dmarcq.item ORDER BY digest",
      {}, [&](const PgRow& row) {
        take({++number, static_cast<Outcome>(row.integer(0)),
              ItemFacts{row.boolean(1), row.boolean(2), row.boolean(3)}});
      });
}

std::vector<std::string> PgSnapshot::storage_faults() {
  std::vector<std::string> faults;
  for (
      const auto& [what, sql] : std::initializer_list<std::pair<const char*, const char*>>{
          {"reports without reporter, domain, policy or dialect",
           "SELECT count(*) FROM dmarcq.report WHERE NOT EXISTS(SELECT 1 FROM dmarcq.reporter WHERE reporter.id=report.reporter) OR NOT EXISTS(SELECT 1 FROM "
           "dmarcq.policy_domain WHERE policy_domain.id=report.domain AND policy_domain.home=report.home) OR NOT EXISTS(SELECT 1 FROM dmarcq.policy WHERE "
           "policy.id=report.policy) OR NOT EXISTS(SELECT 1 FROM dmarcq.dialect WHERE dialect.id=report.dialect)"},
          {"reports without item",
           "SELECT count(*) FROM dmarcq.report WHERE NOT EXISTS(SELECT 1 FROM dmarcq.item WHERE item.digest=report.item)"},
          {"sets of reports without a first one",
           "SELECT count(*) FROM dmarcq.report a WHERE seq>0 AND NOT EXISTS(SELECT 1 FROM dmarcq.report b WHERE a.home=b.home AND a.domain=b.domain AND a.day=b.day "
           "AND a.claim=b.claim AND b.seq=0)"},
          {"TLS reports without item",
           "SELECT count(*) FROM dmarcq.tls_report WHERE NOT EXISTS(SELECT 1 FROM dmarcq.item WHERE item.digest=tls_report.item)"},
          {"failure reports without item",
           "SELECT count(*) FROM dmarcq.failure_report WHERE NOT EXISTS(SELECT 1 FROM dmarcq.item WHERE item.digest=failure_report.item)"},
          {"problems without item",
           "SELECT count(*) FROM dmarcq.problem WHERE NOT EXISTS(SELECT 1 FROM dmarcq.item WHERE item.digest=problem.item)"},
          {"names of accounts without reporter",
           "SELECT count(*) FROM dmarcq.account_name WHERE NOT EXISTS(SELECT 1 FROM dmarcq.reporter WHERE reporter.id=account_name.reporter)"},
          {"kept bytes that are not those that came",
           "SELECT count(*) FROM dmarcq.kept_item WHERE sha256(bytes)<>item"}}) {
    const auto number = guarded(connection_, [&] { return connection_.number(sql).value_or(0); });
    if (number != 0) faults.push_back(fmt::format("{} {}", number, what));
  }
  return faults;
}

}  // namespace dmarcq
