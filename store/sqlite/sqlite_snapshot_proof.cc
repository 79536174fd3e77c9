// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <initializer_list>
#include <utility>

#include "ingest/base/digest.h"
#include "store/document/packed_report.h"
#include "store/sqlite/columns.h"
#include "store/sqlite/row_key.h"
#include "store/sqlite/sqlite_snapshot.h"

namespace dmarcq {
namespace {

constexpr std::size_t most_faults = 50;

/// Texts that were stored with a hash of themselves are still what they were.
void check_hashes(Database& database, std::vector<std::string>& faults) {
  const auto differs = [&](const char* table, std::int64_t id) {
    faults.push_back(fmt::format("{} {} is not what was stored under its hash", table, id));
  };
  for (const char* table : {"dkim_set", "spf_set"}) {
    Statement sets(database, fmt::format("SELECT id, hash, results FROM {}", table));
    while (faults.size() <= 50 && sets.step())
      if (sets.integer(1) != hash_prefix(sha256(sets.text(2)))) differs(table, sets.integer(0));
  }
  Statement identities(
      database,
      "SELECT identity.id, identity.hash, h.value, e.value, dkim_set.results, spf_set.results FROM identity JOIN dkim_set ON dkim_set.id=dkim_set "
      "JOIN spf_set ON spf_set.id=spf_set LEFT JOIN text h ON h.id=header_from LEFT JOIN text e ON e.id=envelope_from");
  while (faults.size() <= 50 && identities.step()) {
    const std::string names = fmt::format("{}\t{}\n", identities.text(2), identities.text(3));
    // As Packer writes it; the first releases wrote the digests of the sets instead of the sets.
    const std::string now = fmt::format("{}{}\n{}", names, identities.text(4), identities.text(5));
    if (identities.integer(1) == hash_prefix(sha256(now))) continue;
    std::string once = names;
    for (const int set : {4, 5}) once += as_text(sha256(identities.text(set)));
    if (identities.integer(1) != hash_prefix(sha256(once)))
      differs("identity", identities.integer(0));
  }
  Statement claims(
      database,
      "SELECT report.id, claim, org_name, email, report_id, begin, \"end\" FROM report_claim JOIN report ON report.id=report_claim.report "
      "JOIN reporter ON reporter.id=report.reporter");
  while (faults.size() <= 50 && claims.step()) {
    if (claims.integer(1) != claim_key(claimant_of(claims.text(2), claims.text(3)), claims.text(4),
                                       claims.integer(5), claims.integer(6)))
      faults.push_back(
          fmt::format("report {}: it lies under another report's claim", claims.integer(0)));
  }
  Statement items(
      database,
      "SELECT item.id, digest, kept_item.bytes FROM kept_item JOIN item ON item.id=kept_item.item");
  while (faults.size() <= 50 && items.step()) {
    if (items.blob(1) != as_text(sha256(items.blob(2))))
      faults.push_back(
          fmt::format("item {}: its kept bytes are not those that came", items.integer(0)));
  }
}

/// References between tables that lead nowhere.
void check_references(Database& database, std::vector<std::string>& faults) {
  for (
      const auto& [what, sql] : std::initializer_list<std::pair<const char*, const char*>>{
          {"reports without a claim",
           "SELECT count(*) FROM report WHERE id NOT IN (SELECT report FROM report_claim)"},
          {"claims of no report",
           "SELECT count(*) FROM report_claim WHERE report NOT IN (SELECT id FROM report)"},
          {"rows without identity",
           "SELECT count(*) FROM record WHERE identity NOT IN (SELECT id FROM identity)"},
          {"rows without evaluation",
           "SELECT count(*) FROM record WHERE evaluation NOT IN (SELECT id FROM evaluation)"},
          {"identities without their sets",
           "SELECT count(*) FROM identity WHERE spf_set NOT IN (SELECT id FROM spf_set) OR dkim_set NOT IN (SELECT id FROM dkim_set)"},
          {"identities without their names",
           "SELECT count(*) FROM identity WHERE header_from NOT IN (SELECT id FROM text) OR envelope_from NOT IN (SELECT id FROM text)"},
          {"rows without their envelope_to or remark",
           "SELECT count(*) FROM record WHERE envelope_to NOT IN (SELECT id FROM text) OR remark NOT IN (SELECT id FROM text)"},
          {"reports without reporter, domain, policy or dialect",
           "SELECT count(*) FROM report WHERE reporter NOT IN (SELECT id FROM reporter) OR domain NOT IN (SELECT id FROM domain) OR policy NOT IN (SELECT id FROM policy) OR "
           "dialect NOT IN (SELECT id FROM dialect)"},
          {"names of accounts without reporter",
           "SELECT count(*) FROM account_name WHERE reporter NOT IN (SELECT id FROM reporter)"},
          {"items without source",
           "SELECT count(*) FROM item WHERE source NOT IN (SELECT id FROM text)"},
          {"reports without item",
           "SELECT count(*) FROM report WHERE item NOT IN (SELECT id FROM item)"},
          {"TLS reports without item",
           "SELECT count(*) FROM tls_report WHERE item NOT IN (SELECT id FROM item)"},
          {"failure reports without item",
           "SELECT count(*) FROM failure_report WHERE item NOT IN (SELECT id FROM item)"},
          {"problems without item",
           "SELECT count(*) FROM problem WHERE item NOT IN (SELECT id FROM item)"}}) {
    if (const std::int64_t number = database.value(sql).value_or(0))
      faults.push_back(fmt::format("{} {}", number, what));
  }
}

/// The documents and their rows, side by side in the order of keys.
class DocumentScan {
 public:
  DocumentScan(Database& database, Dictionary& dictionary)
      : dictionary_(dictionary),
        rows_(database, "SELECT id, report, evaluation, count FROM record ORDER BY id") {
    more_ = rows_.step();
  }

  /// Tells of the rows before this key, which belong to nobody. False when there are too many.
  bool skip_to(std::int64_t first, std::vector<std::string>& faults) {
    while (more_ && rows_.integer(0) < first) {
      faults.push_back(fmt::format("row {} belongs to no report", rows_.integer(0)));
      if (faults.size() > most_faults) return false;
      more_ = rows_.step();
    }
    return true;
  }

  void sum(const RowRange& range, StoredDocument& document) {
    while (more_ && rows_.integer(0) <= range.last && rows_.integer(1) == document.report) {
      ++document.records_found;
      document.totals_found.add(dictionary_.evaluation(rows_.integer(2)),
                                count_from(rows_, 3, "record", rows_.integer(0)));
      more_ = rows_.step();
    }
  }

  void end(std::vector<std::string>& faults) {
    if (more_) faults.push_back(fmt::format("row {} belongs to no report", rows_.integer(0)));
  }

 private:
  Dictionary& dictionary_;
  Statement rows_;
  bool more_ = false;
};

}  // namespace

std::vector<std::string> SqliteSnapshot::storage_faults() {
  std::vector<std::string> faults;
  Statement integrity(database_, "PRAGMA integrity_check(20)");
  while (integrity.step()) {
    if (integrity.text(0) != "ok") faults.push_back("integrity: " + integrity.string(0));
  }
  check_hashes(database_, faults);
  check_references(database_, faults);
  return faults;
}

void SqliteSnapshot::documents(std::vector<std::string>& faults,
                               FunctionRef<void(const StoredDocument&)> take) {
  Statement reports(
      database_,
      fmt::format(
          "SELECT id, first_row, records, messages, state, domain, day, unusable_records, unusable_messages, "
          "EXISTS(SELECT 1 FROM problem WHERE problem.report=report.id), {} FROM report ORDER BY first_row",
          totals_columns));
  DocumentScan rows(database_, dictionary_);
  while (reports.step()) {
    StoredDocument document;
    document.report = reports.integer(0);
    const auto count = [&](int column) {
      return count_from(reports, column, "report", document.report);
    };
    const RowRange range = rows_of(reports, 1, document.report);
    document.records = count(2);
    document.messages = count(3);
    document.state =
        static_cast<DocumentState>(reports.integer(4, 0, 3, "report", document.report));
    document.domain = reports.integer(5, 1, RowKey::max_domain, "report", document.report);
    document.day = reports.day(6, "report", document.report);
    document.unusable_records = count(7);
    document.unusable_messages = count(8);
    document.conflict_told = reports.integer(9) != 0;
    document.totals = totals_from(reports, 10, "report", document.report);
    document.pruned = range.first == 0;
    if (!document.pruned && document.records > 0) {
      if (!rows.skip_to(range.first, faults)) return;
      rows.sum(range, document);
      const std::int64_t domain_day = RowKey::domain_day_of(range.first);
      const bool aside = RowKey::domain_of(range.first) == 0;
      if (aside != (document.state != DocumentState::accepted) ||
          (!aside && domain_day != RowKey::domain_day(document.domain, document.day)))
        faults.push_back(fmt::format("report {}: its records lie under another domain and day",
                                     document.report));
    }
    take(document);
    if (faults.size() > most_faults) return;
  }
  rows.end(faults);
}

void SqliteSnapshot::items(FunctionRef<void(const StoredItem&)> take) {
  Statement items(database_, fmt::format("SELECT id, outcome, {} FROM item", item_facts_columns));
  while (items.step()) {
    const std::int64_t id = items.integer(0);
    take({id, static_cast<Outcome>(items.integer(1, 0, 3, "item", id)), item_facts_from(items, 2)});
  }
}

}  // namespace dmarcq
