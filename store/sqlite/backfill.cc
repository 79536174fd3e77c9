// SPDX-License-Identifier: MIT
#include "store/sqlite/backfill.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "store/conflicts.h"
#include "store/document/account_names.h"
#include "store/document/report_sender.h"

namespace dmarcq {

void backfill_account_names(Database& database) {
  std::map<std::int64_t, std::vector<std::pair<std::string, std::string>>> of_identity;
  Statement sets(
      database,
      "SELECT identity.id, spf_set.results, dkim_set.results FROM identity JOIN spf_set ON spf_set.id=spf_set JOIN dkim_set ON "
      "dkim_set.id=dkim_set WHERE spf_set.results LIKE '%bnc.salesforce.com%' OR dkim_set.results LIKE '%onmicrosoft.com%'");
  while (sets.step()) {
    auto names = account_names_in(sets.text(1), sets.text(2));
    if (!names.empty()) of_identity.emplace(sets.integer(0), std::move(names));
  }
  if (of_identity.empty()) return;
  Statement rows(
      database,
      "SELECT record.identity, report.reporter, min(report.day), max(report.day) FROM record JOIN report ON report.id=record.report WHERE state<>3 GROUP BY 1,2");
  Statement add(database, add_account_name_sql);
  while (rows.step()) {
    const auto found = of_identity.find(rows.integer(0));
    if (found == of_identity.end()) continue;
    for (const auto& [account, name] : found->second) {
      add.run_with(account, name, rows.integer(1), rows.integer(2), rows.integer(3));
    }
  }
}

void backfill_claims(Database& database) {
  database.execute("DELETE FROM report_claim");
  Statement reports(
      database,
      "SELECT report.id, org_name, email, report_id, begin, \"end\" FROM report JOIN reporter ON reporter.id=report.reporter");
  Statement set(database, "INSERT INTO report_claim(claim,report) VALUES(?2,?1)");
  while (reports.step()) {
    set.run_with(reports.integer(0),
                 claim_key(claimant_of(reports.text(1), reports.text(2)), reports.string(3),
                           reports.integer(4), reports.integer(5)));
  }
}

}  // namespace dmarcq
