// SPDX-License-Identifier: MIT
//
// The tables
// ==========
// Facts only: what reporters sent. Who a sender is, whether it is healthy, what to do: those are
// opinions, computed when asked.
//
// `record` is where the volume is: one row for each <record> of a report that was taken. Its key
// says where it belongs:
//
//     id = domain (19 bits) | day (16 bits) | n (28 bits)
//
// A rowid table is stored in key order, so one domain's days lie together and a window is one range
// read, without any index; and domain and day of a row are a shift away, without columns of their
// own. Rows of one report have consecutive n. Domain 0 is no domain: there lie the rows of
// documents that were not taken (below), out of the way of every question. A WITHOUT ROWID table
// keyed by (domain, day, report, n) was considered: comparing four columns instead of one integer
// costs a third of the load time.
//
// A row refers to an `identity` (the distinct set of header_from, envelope_from, SPF results and
// all DKIM results), an `evaluation` (what the receiver made of it: disposition, aligned results,
// reasons), and, rarely, to an envelope_to and a remark (human_result).
//
// Authentication sets: `dkim_set.results` and `spf_set.results` hold one result a line, fields
// separated by tabs (domain, selector, result; domain, scope, result); parsed text contains
// neither. Identities and sets are looked up by `hash`, the first 8 bytes of the SHA-256 of their
// content, and then compared in full: an index over 8 bytes is much smaller than one over the text.
//
// `domain_day` is the roll-up: one row for each (domain, day), its key the upper bits of a
// record's. It is changed in the transaction that changes the rows, once for each report.
//
// Exactly once
// ============
// `item` has one row for each distinct mail or bare file (SHA-256 of its bytes) and its one
// outcome. `report` has one row for each distinct document (SHA-256 of the XML: key 1). Documents
// that claim to be the same report (key 2: org_name folded, report_id, domain, begin, end) are
// resolved as a set (store/conflicts.h): `report.state` is a DocumentState. All keep their rows, so
// that a document which comes later can change the outcome, whatever the order. A document seen in
// several items belongs to the first of them in the order (source, number, part), not of arrival;
// table `sighting` has the other occurrences. A report whose first_row is 0 while it has records
// was pruned: its rows are gone, its figures stay, here and in the roll-up. Its set is not resolved
// again: what comes later under its name counts as subsumed by it. `problem` has what could not be
// stored; the bytes of such items are in `kept_item` for a later try.
//
// `reporter` is how a reporter presents itself, together with who sent its reports and how far that
// is to be trusted (report_sender.h): the same words sent by somebody else are another reporter, so
// that what is learned from the one (account_name, history) is not the other's.
//
// `account_name` remembers for good which names passed in one mail with the name of an account at a
// service: a Salesforce org (by its bounce name) or a Microsoft 365 tenant, by reporter. Whose
// account it is follows from that, whatever window or domain a question is about, so it is kept
// where it can be asked without reading rows. Every document adds to it, also one that is not
// taken: what is learned must not depend on the order of arrival. Rows go, it stays.
//
// A file may come from a stranger
// ===============================
// The text of every table and index in a file is compared with what its version has
// (require_expected_schema): a trigger, a view, a generated column or a CHECK of somebody else's is
// never there to run. What rows say is checked where it is read, in one place each: ids by ById
// (base/by_id.h), other numbers by Statement::integer(), record keys and counts by
// SqliteSnapshot::rows(). What cannot be is StoreError::Kind::damaged, exit 5.
//
// Deliveries
// ==========
// `delivery` has what logs, bounces and events of mail services tell, one row for each event: a log
// that overlaps with one that was read before adds only what is new (`key`, the first 16 bytes of a
// SHA-256 of DeliveryEvent::key). An event belongs to the item that brought it first;
// `delivery_log` says of each such item how many rows it had and how many of these events are its
// own. Whose mail it was (`local_part`, `more`, the local part of `sender`) is forgotten after a
// time that the owner sets; the domains stay. A row of `checkpoint` says up to which day that was
// done; older rows that come in later set it back. The bytes of an item with deliveries are never
// in `kept_item`.
//
// TLS reports and failure reports
// ===============================
// `tls_report` and `failure_report` have one row for each, as JSON: there are few, and their shape
// is deep. Of TLS reports with the same claim (organization, id, window, domains) readers take the
// one whose sender is known best, then the one of most sessions; nothing is marked when one comes
// in. A failure report has no id, so its key is a hash of what two copies share. What names people
// is in it only if the owner asked for that, and is forgotten after a time.
//
// Besides the facts there is what the owner declares (`sender_entry`, `note`) and what the program
// remembers between runs (`open_alert`, `checkpoint`, `read_name`).
#include "store/sqlite/schema.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "store/base/error.h"
#include "store/base/file_failure.h"
#include "store/base/new_file.h"
#include "store/sqlite/backfill.h"

namespace dmarcq {
namespace {

constexpr std::int64_t application_id = 0x444d5251;  // "DMRQ"

// Each entry takes a database from the version that is its position to the next.
constexpr const char* migrations[] = {
    R"sql(
CREATE TABLE domain (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE text (id INTEGER PRIMARY KEY, value TEXT NOT NULL UNIQUE);
CREATE TABLE reporter (
  id INTEGER PRIMARY KEY,
  org_name TEXT NOT NULL, org_folded TEXT NOT NULL, email TEXT NOT NULL, extra_contact_info TEXT NOT NULL,
  UNIQUE (org_folded, org_name, email, extra_contact_info));
CREATE TABLE dialect (
  id INTEGER PRIMARY KEY,
  version TEXT NOT NULL, namespace TEXT NOT NULL, generator TEXT NOT NULL,
  UNIQUE (version, namespace, generator));
CREATE TABLE policy (
  id INTEGER PRIMARY KEY,
  p TEXT NOT NULL, sp TEXT NOT NULL, np TEXT NOT NULL, pct TEXT NOT NULL, adkim TEXT NOT NULL, aspf TEXT NOT NULL, fo TEXT NOT NULL,
  testing TEXT NOT NULL, discovery_method TEXT NOT NULL,
  UNIQUE (p, sp, np, pct, adkim, aspf, fo, testing, discovery_method));

CREATE TABLE dkim_set (id INTEGER PRIMARY KEY, hash INTEGER NOT NULL, results TEXT NOT NULL);
CREATE INDEX dkim_set_hash ON dkim_set (hash);
CREATE TABLE spf_set (id INTEGER PRIMARY KEY, hash INTEGER NOT NULL, results TEXT NOT NULL);
CREATE INDEX spf_set_hash ON spf_set (hash);
CREATE TABLE identity (
  id INTEGER PRIMARY KEY,
  hash INTEGER NOT NULL,
  header_from INTEGER REFERENCES text, envelope_from INTEGER REFERENCES text,
  spf_set INTEGER NOT NULL REFERENCES spf_set, dkim_set INTEGER NOT NULL REFERENCES dkim_set);
CREATE INDEX identity_hash ON identity (hash);
CREATE TABLE evaluation (
  id INTEGER PRIMARY KEY,
  disposition TEXT NOT NULL, dkim TEXT NOT NULL, spf TEXT NOT NULL, reasons TEXT NOT NULL,
  UNIQUE (disposition, dkim, spf, reasons));

CREATE TABLE item (
  id INTEGER PRIMARY KEY,
  digest BLOB NOT NULL UNIQUE,
  source INTEGER NOT NULL REFERENCES text, number INTEGER NOT NULL, message_id TEXT,
  bytes INTEGER NOT NULL,
  outcome INTEGER NOT NULL,       -- 0 stored, 1 duplicate, 2 not_a_report, 3 problem
  not_a_report TEXT);             -- failure_report, tls_report, other
CREATE TABLE kept_item (item INTEGER PRIMARY KEY REFERENCES item, bytes BLOB NOT NULL);

CREATE TABLE report (
  id INTEGER PRIMARY KEY,
  digest BLOB NOT NULL UNIQUE,
  state INTEGER NOT NULL,         -- 0 taken, 1 contained in a taken one, 2 conflict
  item INTEGER NOT NULL REFERENCES item, part TEXT,
  reporter INTEGER NOT NULL REFERENCES reporter, report_id TEXT NOT NULL, domain INTEGER NOT NULL REFERENCES domain,
  begin INTEGER NOT NULL, "end" INTEGER NOT NULL, day INTEGER NOT NULL,
  policy INTEGER NOT NULL REFERENCES policy, dialect INTEGER NOT NULL REFERENCES dialect,
  well_formed INTEGER NOT NULL, errors TEXT, deviations TEXT,
  first_row INTEGER NOT NULL, records INTEGER NOT NULL, messages INTEGER NOT NULL,
  unusable_records INTEGER NOT NULL, unusable_messages INTEGER NOT NULL,
  dkim_and_spf INTEGER NOT NULL, dkim_only INTEGER NOT NULL, spf_only INTEGER NOT NULL, neither INTEGER NOT NULL,
  none INTEGER NOT NULL, pass INTEGER NOT NULL, quarantine INTEGER NOT NULL, reject INTEGER NOT NULL);
CREATE INDEX report_window ON report (domain, day, state, reporter);
CREATE INDEX report_item ON report (item);
CREATE TABLE sighting (report INTEGER NOT NULL REFERENCES report, item INTEGER NOT NULL REFERENCES item, part TEXT NOT NULL,
  PRIMARY KEY (report, item, part)) WITHOUT ROWID;
CREATE INDEX sighting_item ON sighting (item);

CREATE TABLE problem (
  id INTEGER PRIMARY KEY,
  item INTEGER NOT NULL REFERENCES item, part TEXT NOT NULL,
  reason TEXT NOT NULL, text TEXT NOT NULL,
  dismissed INTEGER NOT NULL DEFAULT 0,
  report INTEGER REFERENCES report);   -- the document in conflict
CREATE INDEX problem_item ON problem (item);
CREATE INDEX problem_report ON problem (report) WHERE report IS NOT NULL;

CREATE TABLE record (
  id INTEGER PRIMARY KEY,         -- domain | day | n
  report INTEGER NOT NULL, source_ip BLOB NOT NULL, identity INTEGER NOT NULL, evaluation INTEGER NOT NULL, count INTEGER NOT NULL,
  envelope_to INTEGER, remark INTEGER);
CREATE TABLE domain_day (
  id INTEGER PRIMARY KEY,         -- domain | day
  next_row INTEGER NOT NULL,
  reports INTEGER NOT NULL, records INTEGER NOT NULL, messages INTEGER NOT NULL,
  unusable_records INTEGER NOT NULL, unusable_messages INTEGER NOT NULL,
  dkim_and_spf INTEGER NOT NULL, dkim_only INTEGER NOT NULL, spf_only INTEGER NOT NULL, neither INTEGER NOT NULL,
  none INTEGER NOT NULL, pass INTEGER NOT NULL, quarantine INTEGER NOT NULL, reject INTEGER NOT NULL);
)sql",
    // 2: what the owner declares, and what is remembered between runs (store/declarations.h).
    R"sql(
CREATE TABLE sender_entry (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL, value TEXT NOT NULL,
  name TEXT NOT NULL, service TEXT NOT NULL, route TEXT NOT NULL, ours INTEGER NOT NULL, since INTEGER NOT NULL,
  UNIQUE (kind, value));
CREATE TABLE note (id INTEGER PRIMARY KEY, day INTEGER NOT NULL, domain TEXT NOT NULL, text TEXT NOT NULL);
CREATE TABLE open_alert (key TEXT PRIMARY KEY, since INTEGER NOT NULL, told INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE checkpoint (source TEXT PRIMARY KEY, state TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE read_name (source TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (source, name)) WITHOUT ROWID;
)sql",
    // 3: names that passed together with an account's (account_names.h); filled from the rows there
    // are.
    R"sql(
CREATE TABLE account_name (
  account TEXT NOT NULL, name TEXT NOT NULL, reporter INTEGER NOT NULL REFERENCES reporter, first_day INTEGER NOT NULL, last_day INTEGER NOT NULL,
  PRIMARY KEY (account, name, reporter)) WITHOUT ROWID;
)sql",
    // 4: the claim of a report (conflicts.h): its rivals are found without going through all
    // reports of its domain and day.
    R"sql(
CREATE TABLE report_claim (claim INTEGER NOT NULL, report INTEGER NOT NULL REFERENCES report, PRIMARY KEY (claim, report)) WITHOUT ROWID;
)sql",
    // 5: who sent a report (report_sender.h). Of those that came before, nothing is known. (SQLite
    // can give a table columns, but no key.) Claims are of claimant_of() now.
    R"sql(
CREATE TEMP TABLE reporter_before AS SELECT * FROM reporter;
DROP TABLE reporter;
CREATE TABLE reporter (
  id INTEGER PRIMARY KEY,
  org_name TEXT NOT NULL, org_folded TEXT NOT NULL, email TEXT NOT NULL, extra_contact_info TEXT NOT NULL,
  trust INTEGER NOT NULL, mail INTEGER NOT NULL, from_domain TEXT NOT NULL, signed_by TEXT NOT NULL, submitter TEXT NOT NULL,
  verdict INTEGER NOT NULL, receiver TEXT NOT NULL, named_receiver INTEGER NOT NULL,
  UNIQUE (org_folded, org_name, email, extra_contact_info, trust, mail, from_domain, signed_by, submitter, verdict, receiver, named_receiver));
INSERT INTO reporter SELECT id, org_name, org_folded, email, extra_contact_info, 1, 0, '', '', '', 0, '', 0 FROM reporter_before;
DROP TABLE reporter_before;
)sql",
    // 6: what delivery logs, bounces and events of mail services tell (parser/delivery/). The key
    // of a row is its day and a number; `key` is what makes an event the same when it is read
    // again.
    R"sql(
CREATE TABLE delivery_log (
  item INTEGER PRIMARY KEY REFERENCES item,
  source INTEGER NOT NULL,
  rows INTEGER NOT NULL, left_out INTEGER NOT NULL, damaged INTEGER NOT NULL,
  events INTEGER NOT NULL);          -- rows of delivery that belong to it
CREATE TABLE delivery (
  id INTEGER PRIMARY KEY,         -- day | n
  key BLOB NOT NULL UNIQUE,
  item INTEGER NOT NULL REFERENCES item,
  source INTEGER NOT NULL, state INTEGER NOT NULL, time INTEGER NOT NULL,
  local_part TEXT, domain INTEGER NOT NULL REFERENCES text,
  sender TEXT, header_from INTEGER REFERENCES text, message_id TEXT, queue_id TEXT, sending_ip TEXT,
  remote_host INTEGER REFERENCES text, stage INTEGER REFERENCES text,
  words TEXT, user_id TEXT, more TEXT);
)sql",
    // 7: TLS reports (RFC 8460) and failure reports (RFC 9991) with complaints, in the form of
    // store/document/kept_reports.h.
    R"sql(
CREATE TABLE tls_report (
  id INTEGER PRIMARY KEY,
  digest BLOB NOT NULL UNIQUE, claim INTEGER NOT NULL, day INTEGER NOT NULL,
  trust INTEGER NOT NULL, sent_by TEXT NOT NULL, sessions INTEGER NOT NULL,
  item INTEGER NOT NULL REFERENCES item, part TEXT NOT NULL,
  content TEXT NOT NULL, deviations TEXT NOT NULL);
CREATE INDEX tls_report_day ON tls_report (day, claim);
CREATE INDEX tls_report_item ON tls_report (item);
CREATE TABLE failure_report (
  id INTEGER PRIMARY KEY,
  key BLOB NOT NULL UNIQUE, day INTEGER NOT NULL,
  item INTEGER NOT NULL REFERENCES item, part TEXT NOT NULL,
  people INTEGER NOT NULL,        -- 1: the content has what names people
  content TEXT NOT NULL);
CREATE INDEX failure_report_day ON failure_report (day);
CREATE INDEX failure_report_people ON failure_report (day) WHERE people=1;
CREATE INDEX failure_report_item ON failure_report (item);
)sql",
};
static_assert(std::size(migrations) == schema_version);

std::int64_t version_of(Database& database) {
  return database.value("PRAGMA user_version").value_or(0);
}

bool is_empty(Database& database) {
  return database.value("SELECT count(*) FROM sqlite_schema").value_or(0) == 0;
}

[[noreturn]] void refuse(const Database& database, const std::string& why) {
  throw StoreError(StoreError::Kind::damaged, database.path().native() + ": " + why);
}

[[noreturn]] void refuse_foreign(Database& database) {
  FailureWords words = words_of(FileFailure::no_database, database.path(), 0);
  if (is_empty(database)) words.reason = "the file is empty, not a database of dmarcq";
  throw StoreError(StoreError::Kind::damaged, database.path().native() + ": " + words.reason,
                   std::move(words.cure));
}

std::string newer_text(std::int64_t version) {
  return fmt::format("the database is of a newer dmarcq (schema {}, this program knows {})",
                     version, schema_version);
}

/// SQL without what does not matter: comments, and blanks but one between words. Quoted text stays
/// as it is.
std::string plain_sql(std::string_view sql) {
  const auto is_word = [](char c) {
    return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  };
  std::string plain;
  bool blank = false;
  for (std::size_t i = 0; i < sql.size(); ++i) {
    if (sql.substr(i).starts_with("--")) i = std::min(sql.find('\n', i), sql.size());
    if (i >= sql.size() || sql[i] == ' ' || sql[i] == '\n') {
      blank = true;
      continue;
    }
    const std::size_t end =
        sql[i] == '\'' || sql[i] == '"' ? std::min(sql.find(sql[i], i + 1), sql.size() - 1) : i;
    if (blank && !plain.empty() && is_word(plain.back()) && is_word(sql[i])) plain += ' ';
    blank = false;
    plain += sql.substr(i, end + 1 - i);
    i = end;
  }
  return plain;
}

/// The plain text of each table and index of a version, by name.
std::map<std::string, std::string, std::less<>> expected_schema(std::int64_t version) {
  std::map<std::string, std::string, std::less<>> expected;
  for (std::int64_t step = 0; step < version; ++step) {
    const std::string all = plain_sql(migrations[step]);
    for (std::string_view rest = all; !rest.empty(); rest.remove_prefix(rest.find(';') + 1)) {
      const std::string_view statement = rest.substr(0, rest.find(';'));
      if (!statement.starts_with("CREATE TABLE ") && !statement.starts_with("CREATE INDEX "))
        continue;
      const std::size_t name = statement.find(' ', statement.find(' ') + 1) + 1;  // CREATE TABLE
                                                                                  // name(
      expected.insert_or_assign(
          std::string(statement.substr(name, statement.find_first_of(" (", name) - name)),
          std::string(statement));
    }
  }
  return expected;
}

/// Of a newer program's database it is not known what it should hold, only that it has tables and
/// indexes, and nothing that computes.
void require_plain_schema(Database& database) {
  Statement odd(
      database,
      "SELECT type, name FROM sqlite_schema AS object WHERE type NOT IN ('table','index') OR sql LIKE 'CREATE VIRTUAL%' OR "
      "(type='table' AND EXISTS(SELECT 1 FROM pragma_table_xinfo(object.name) WHERE hidden>1))");
  if (odd.step())
    refuse(database,
           fmt::format("the {} '{}' is none that dmarcq makes", odd.text(0), odd.text(1)));
}

/// ANALYZE may have been run by hand.
bool is_statistics(std::string_view name, std::string_view sql) {
  return (name == "sqlite_stat1" && sql == "CREATE TABLE sqlite_stat1(tbl,idx,stat)") ||
         (name == "sqlite_stat4" &&
          sql == "CREATE TABLE sqlite_stat4(tbl,idx,neq,nlt,ndlt,sample)");
}

/// Nothing but the tables and indexes of its version, each as this program makes it.
void require_expected_schema(Database& database, std::int64_t version) {
  std::map expected = expected_schema(version);
  Statement schema(database, "SELECT type, name, sql FROM sqlite_schema");
  while (schema.step()) {
    const std::string_view type = schema.text(0), name = schema.text(1);
    if (schema.is_null(2) && type == "index" && name.starts_with("sqlite_autoindex_")) continue;
    const std::string sql = plain_sql(schema.text(2));
    if (is_statistics(name, sql)) continue;
    const auto found = expected.find(name);
    if (found == expected.end())
      refuse(database, fmt::format("the {} '{}' is none that dmarcq makes", type, name));
    if (found->second != sql)
      refuse(database, fmt::format("the {} '{}' is not as dmarcq makes it", type, name));
    expected.erase(found);
  }
  if (!expected.empty())
    refuse(database, fmt::format("damaged: '{}' is missing", expected.begin()->first));
}

/// The version of a database of ours that this program can read, maybe a newer one.
std::int64_t require_ours(Database& database) {
  const ReadTransaction one_moment(database);  // another process may be bringing it up to date
  if (database.value("PRAGMA application_id").value_or(0) != application_id)
    refuse_foreign(database);
  const std::int64_t version = version_of(database);
  if (version < 1) refuse(database, fmt::format("damaged: there is no schema {}", version));
  if (version > schema_version)
    require_plain_schema(database);
  else
    require_expected_schema(database, version);
  return version;
}

std::int64_t require_known(Database& database) {
  const std::int64_t version = require_ours(database);
  if (version > schema_version)
    throw StoreError(StoreError::Kind::newer,
                     database.path().native() + ": " + newer_text(version));
  return version;
}

}  // namespace

void prepare_schema(Database& database, const std::filesystem::path& path) {
  if (is_empty(database)) {
    // Before anything is written: the page size cannot change later, and WAL is a property of the
    // file.
    database.execute("PRAGMA page_size=8192; PRAGMA journal_mode=WAL;");
    Transaction transaction(database);
    if (is_empty(database)) {  // another process may have been first
      for (const char* step : migrations) database.execute(step);
      database.execute(fmt::format("PRAGMA application_id={}; PRAGMA user_version={}",
                                   application_id, schema_version));
    }
    transaction.commit();
  }
  const std::int64_t version = require_known(database);
  if (version < schema_version) {
    NewFile backup(path.native() + fmt::format(".before-{}", schema_version));
    database.backup_to(backup.path());
    backup.put_in_place();
    for (std::int64_t step = version; step < schema_version; ++step) {
      Transaction transaction(database);
      if (version_of(database) == step) {
        database.execute(migrations[step]);
        if (step == 2) backfill_account_names(database);
        if (step == 3 || step == 4) backfill_claims(database);
        database.execute(fmt::format("PRAGMA user_version={}", step + 1));
      }
      transaction.commit();
    }
  }
  database.execute("PRAGMA journal_mode=WAL;");  // if somebody changed it: without it the readers
                                                 // of a run would keep its writer waiting
}

void require_schema_below(Database& database) { require_known(database); }

void require_schema(Database& database) {
  const std::int64_t version = require_ours(database);
  if (version > schema_version) database.expect_unknown(newer_text(version));
  if (version < schema_version) {
    throw StoreError(StoreError::Kind::usage,
                     "the database is of an older dmarcq: the next ingest brings it up to date");
  }
}

}  // namespace dmarcq
