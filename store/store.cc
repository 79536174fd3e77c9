// SPDX-License-Identifier: MIT
#include "store/store.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <span>
#include <unordered_set>

#include "ingest/base/digest.h"
#include "ingest/base/seeded_hash.h"
#include "ingest/base/text.h"
#include "store/schema.h"
#include "store/account_names.h"
#include "store/sqlite.h"

namespace dmarcq {
namespace {

enum class State : std::int64_t { taken = 0, contained = 1, conflict = 2 };

/// Tables are small beside the rows that refer to them, but a long run of odd reports must not hold them all.
constexpr std::size_t cache_entries = 250'000;

/// The same number on every machine: it is stored.
std::int64_t prefix_of(const Digest& digest) {
  std::uint64_t prefix = 0;
  for (int i = 0; i < 8; ++i) prefix = prefix << 8 | digest[static_cast<std::size_t>(i)];
  return static_cast<std::int64_t>(prefix);
}

std::string_view as_text(const Digest& digest) { return {reinterpret_cast<const char*>(digest.data()), digest.size()}; }

std::string error_lines(const std::vector<std::string>& errors) {
  std::string out;
  for (const std::string& error : errors) out += error + '\n';
  return out;
}

std::string deviation_lines(const std::vector<Deviation>& deviations) {
  std::string out;
  for (const Deviation& deviation : deviations) out += deviation.path + '\t' + deviation.found + '\t' + deviation.read_as + '\n';
  return out;
}

// A statement for many rows costs half as much a row as one for each.
constexpr std::size_t rows_at_once = 32;
constexpr int record_columns = 8;
std::string insert_of_records(std::size_t rows) {
  std::string sql = "INSERT INTO record(id,report,source_ip,identity,evaluation,count,envelope_to,remark) VALUES";
  for (std::size_t i = 0; i < rows; ++i) sql += i == 0 ? "(?,?,?,?,?,?,?,?)" : ",(?,?,?,?,?,?,?,?)";
  return sql;
}

/// Half of a SHA-256 names a set within this process; a collision would have to be searched for 2^64 times.
struct ShortDigest {
  std::uint64_t a, b;
  explicit ShortDigest(const Digest& digest) {
    std::memcpy(&a, digest.data(), sizeof a);
    std::memcpy(&b, digest.data() + sizeof a, sizeof b);
  }
  friend bool operator==(const ShortDigest&, const ShortDigest&) = default;
};
struct ShortDigestHash {
  std::size_t operator()(const ShortDigest& digest) const noexcept { return seeded_hash(digest.a, digest.b); }
};

/// Ids of interned values by key.
template <class Key, class Hash = SeededHash>
struct Cache {
  std::unordered_map<Key, std::int64_t, Hash> ids;
  /// All that the table holds is here, so what is not here is new: a first import need not look anything up.
  bool complete = false;

  const std::int64_t* find(const Key& key) const {
    const auto found = ids.find(key);
    return found == ids.end() ? nullptr : &found->second;
  }
  void remember(const Key& key, std::int64_t id) {
    if (ids.size() >= cache_entries) forget();
    ids.emplace(key, id);
  }
  void forget() {
    ids.clear();
    complete = false;
  }
};

/// A record as it counts for comparing documents that claim to be the same report: every column but the report.
struct StoredRow {
  std::string source_ip;
  std::int64_t identity, evaluation, count, envelope_to, remark;
  friend auto operator<=>(const StoredRow&, const StoredRow&) = default;
};

struct Claimant {
  std::int64_t id = 0, item = 0;
  State state = State::conflict, settled = State::conflict;
  bool well_formed = false;
  std::int64_t records = 0, messages = 0;
  std::string digest;
  std::vector<StoredRow> rows;  // sorted
  std::int64_t shared = 0;      // rows that a taken document has too
  bool pruned = false;          // it has rows no more
};

/// How many rows two sorted documents have in common, equal rows paired one to one.
std::int64_t common_rows(const std::vector<StoredRow>& a, const std::vector<StoredRow>& b) {
  std::int64_t common = 0;
  for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    if (a[i] == b[j]) ++common, ++i, ++j;
    else if (a[i] < b[j]) ++i;
    else ++j;
  }
  return common;
}

}  // namespace

std::string_view to_text(Outcome outcome) noexcept {
  switch (outcome) {
    case Outcome::stored: return "stored";
    case Outcome::duplicate: return "duplicate";
    case Outcome::not_a_report: return "not_a_report";
    case Outcome::problem: return "problem";
  }
  return "";
}

/// All that saving needs: statements, prepared once, and the caches of interned values.
struct Store::Writer {
  explicit Writer(Database& db)
      : database(db),
        find_text(db, "SELECT id FROM text WHERE value=?1"),
        add_text(db, "INSERT INTO text(value) VALUES(?1)"),
        find_domain(db, "SELECT id FROM domain WHERE name=?1"),
        add_domain(db, "INSERT INTO domain(name) VALUES(?1)"),
        find_dkim_set(db, "SELECT id FROM dkim_set WHERE hash=?1 AND results=?2"),
        add_dkim_set(db, "INSERT INTO dkim_set(hash,results) VALUES(?1,?2)"),
        find_spf_set(db, "SELECT id FROM spf_set WHERE hash=?1 AND results=?2"),
        add_spf_set(db, "INSERT INTO spf_set(hash,results) VALUES(?1,?2)"),
        find_identity(db, "SELECT id FROM identity WHERE hash=?1 AND header_from IS ?2 AND envelope_from IS ?3 AND spf_set=?4 AND dkim_set=?5"),
        add_identity(db, "INSERT INTO identity(hash,header_from,envelope_from,spf_set,dkim_set) VALUES(?1,?2,?3,?4,?5)"),
        find_evaluation(db, "SELECT id FROM evaluation WHERE disposition=?1 AND dkim=?2 AND spf=?3 AND reasons=?4"),
        add_evaluation(db, "INSERT INTO evaluation(disposition,dkim,spf,reasons) VALUES(?1,?2,?3,?4)"),
        find_reporter(db, "SELECT id FROM reporter WHERE org_folded=?1 AND org_name=?2 AND email=?3 AND extra_contact_info=?4"),
        add_reporter(db, "INSERT INTO reporter(org_folded,org_name,email,extra_contact_info) VALUES(?1,?2,?3,?4)"),
        find_dialect(db, "SELECT id FROM dialect WHERE version=?1 AND namespace=?2 AND generator=?3"),
        add_dialect(db, "INSERT INTO dialect(version,namespace,generator) VALUES(?1,?2,?3)"),
        find_policy(db, "SELECT id FROM policy WHERE p=?1 AND sp=?2 AND np=?3 AND pct=?4 AND adkim=?5 AND aspf=?6 AND fo=?7 AND testing=?8 AND discovery_method=?9"),
        add_policy(db, "INSERT INTO policy(p,sp,np,pct,adkim,aspf,fo,testing,discovery_method) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9)"),
        find_item(db, "SELECT item.id, outcome, not_a_report, text.value, number FROM item JOIN text ON text.id=source WHERE digest=?1"),
        add_item(db, "INSERT INTO item(digest,source,number,message_id,bytes,outcome,not_a_report) VALUES(?1,?2,?3,?4,?5,?6,?7)"),
        move_item(db, "UPDATE item SET source=?2, number=?3, message_id=?4 WHERE id=?1"),
        set_outcome(db, "UPDATE item SET outcome=?2, not_a_report=?3 WHERE id=?1"),
        keep_item(db, "INSERT OR REPLACE INTO kept_item(item,bytes) VALUES(?1,?2)"),
        drop_kept(db, "DELETE FROM kept_item WHERE item=?1"),
        find_report(db, "SELECT id, state, item, part FROM report WHERE digest=?1"),
        add_report(db,
                   "INSERT INTO report(digest,state,item,part,reporter,report_id,domain,begin,\"end\",day,policy,dialect,well_formed,errors,deviations,"
                   "first_row,records,messages,unusable_records,unusable_messages,dkim_and_spf,dkim_only,spf_only,neither,none,pass,quarantine,reject) "
                   "VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18,?19,?20,?21,?22,?23,?24,?25,?26,?27,?28)"),
        claimants(db,
                  "SELECT report.id, state, item, well_formed, records, messages, digest, first_row FROM report JOIN reporter ON reporter.id=report.reporter "
                  "WHERE domain=?1 AND day=?2 AND begin=?3 AND \"end\"=?4 AND report_id=?5 AND org_folded=?6"),
        rows_of(db, "SELECT source_ip, identity, evaluation, count, ifnull(envelope_to,0), ifnull(remark,0) FROM record WHERE id BETWEEN ?1 AND ?2"),
        add_record(db, insert_of_records(1)), add_records(db, insert_of_records(rows_at_once)),
        move_records(db, "UPDATE record SET id=id+?3 WHERE id BETWEEN ?1 AND ?2"),
        set_state(db, "UPDATE report SET state=?2, first_row=?3 WHERE id=?1"),
        next_row(db, "SELECT next_row FROM domain_day WHERE id=?1"),
        next_aside(db, "SELECT ifnull(max(id)+1,1) FROM record WHERE id < ?1"),
        roll_up(db,
                "INSERT INTO domain_day(id,next_row,reports,records,messages,unusable_records,unusable_messages,dkim_and_spf,dkim_only,spf_only,neither,"
                "none,pass,quarantine,reject) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15) ON CONFLICT(id) DO UPDATE SET "
                "next_row=max(next_row,excluded.next_row), reports=reports+excluded.reports, records=records+excluded.records, "
                "messages=messages+excluded.messages, unusable_records=unusable_records+excluded.unusable_records, "
                "unusable_messages=unusable_messages+excluded.unusable_messages, dkim_and_spf=dkim_and_spf+excluded.dkim_and_spf, "
                "dkim_only=dkim_only+excluded.dkim_only, spf_only=spf_only+excluded.spf_only, neither=neither+excluded.neither, "
                "none=none+excluded.none, pass=pass+excluded.pass, quarantine=quarantine+excluded.quarantine, reject=reject+excluded.reject"),
        figures(db,
                "SELECT domain,day,first_row,records,messages,unusable_records,unusable_messages,dkim_and_spf,dkim_only,spf_only,neither,none,pass,"
                "quarantine,reject,state FROM report WHERE id=?1"),
        add_account_name(db, add_account_name_sql),
        add_sighting(db, "INSERT OR IGNORE INTO sighting(report,item,part) VALUES(?1,?2,?3)"),
        first_sighting(db,
                       "SELECT item, part FROM (SELECT item, ifnull(part,'') AS part FROM report WHERE id=?1 UNION ALL SELECT item, part FROM sighting "
                       "WHERE report=?1) JOIN item ON item.id=item JOIN text ON text.id=item.source ORDER BY text.value, item.number, part, item LIMIT 1"),
        set_place(db, "UPDATE report SET item=?2, part=?3 WHERE id=?1"),
        drop_sighting(db, "DELETE FROM sighting WHERE report=?1 AND item=?2 AND part=?3"),
        outcome_facts(db,
                      "SELECT EXISTS(SELECT 1 FROM problem WHERE item=?1), EXISTS(SELECT 1 FROM report WHERE item=?1 AND state=0), "
                      "EXISTS(SELECT 1 FROM report WHERE item=?1) OR EXISTS(SELECT 1 FROM sighting WHERE item=?1), outcome, not_a_report FROM item WHERE id=?1"),
        open_problems(db, "SELECT EXISTS(SELECT 1 FROM problem WHERE item=?1 AND dismissed=0)"),
        faults_of(db, "SELECT id, part, reason FROM problem WHERE item=?1 AND report IS NULL"),
        add_problem(db, "INSERT INTO problem(item,part,reason,text,report) VALUES(?1,?2,?3,?4,?5)"),
        set_problem_text(db, "UPDATE problem SET text=?2 WHERE id=?1"),
        drop_problem(db, "DELETE FROM problem WHERE id=?1"),
        find_conflict(db, "SELECT id, text FROM problem WHERE report=?1"),
        move_conflict(db, "UPDATE problem SET item=?2, part=?3 WHERE report=?1"),
        place_of(db, "SELECT item, ifnull(part,'') FROM report WHERE id=?1"),
        last_item_before(db.value("SELECT max(id) FROM item").value_or(0)) {}

  Database& database;
  Statement find_text, add_text, find_domain, add_domain, find_dkim_set, add_dkim_set, find_spf_set, add_spf_set, find_identity, add_identity,
      find_evaluation, add_evaluation, find_reporter, add_reporter, find_dialect, add_dialect, find_policy, add_policy;
  Statement find_item, add_item, move_item, set_outcome, keep_item, drop_kept;
  Statement find_report, add_report, claimants, rows_of, add_record, add_records, move_records, set_state, next_row, next_aside, roll_up, figures;
  Statement add_account_name, add_sighting, first_sighting, set_place, drop_sighting, outcome_facts, open_problems;
  Statement faults_of, add_problem, set_problem_text, drop_problem, find_conflict, move_conflict, place_of;
  std::int64_t last_item_before;  // items above are of this run
  std::unordered_set<std::int64_t> stored_before;  // of these, told as duplicates: a report that an earlier run stored belongs to them now

  using TextCache = Cache<std::string>;
  using DigestCache = Cache<ShortDigest, ShortDigestHash>;
  TextCache texts, domains, evaluations, reporters, dialects, policies;
  DigestCache dkim_sets, spf_sets, identities;
  std::int64_t data_version = 0;

  /// Ids may have been given out in a transaction that was rolled back.
  void forget() {
    for (TextCache* cache : {&texts, &domains, &evaluations, &reporters, &dialects, &policies}) cache->forget();
    for (DigestCache* cache : {&dkim_sets, &spf_sets, &identities}) cache->forget();
  }

  /// Another connection may have added what the caches do not know. Called when a transaction has begun.
  void notice_others() {
    const std::int64_t version = database.value("PRAGMA data_version").value_or(0);
    if (version != data_version) {
      for (TextCache* cache : {&texts, &domains, &evaluations, &reporters, &dialects, &policies}) cache->complete = false;
      for (DigestCache* cache : {&dkim_sets, &spf_sets, &identities}) cache->complete = false;
      if (data_version == 0 && database.value("SELECT count(*) FROM text") == 0) {
        texts.complete = dkim_sets.complete = spf_sets.complete = identities.complete = true;
      }
    }
    data_version = version;
  }

  /// The id of a row that is all key: found, or added. `bind` fills the parameters of either statement.
  template <class Bind>
  std::int64_t intern(bool certainly_new, Statement& find, Statement& add, Bind&& bind) {
    if (!certainly_new) {
      bind(find);
      const bool known = find.step();
      const std::int64_t id = known ? find.integer(0) : 0;
      find.reset();
      if (known) return id;
    }
    bind(add);
    add.run();
    return database.last_insert_id();
  }

  std::int64_t intern_texts(TextCache& cache, Statement& find, Statement& add,
                            std::initializer_list<std::string_view> columns) {
    std::string key;
    for (const std::string_view column : columns) (key += column) += '\n';
    if (const std::int64_t* cached = cache.find(key)) return *cached;
    const std::int64_t id = intern(cache.complete, find, add, [&](Statement& statement) {
      int index = 0;
      for (const std::string_view column : columns) statement.bind_text(++index, column);
    });
    cache.remember(key, id);
    return id;
  }

  std::int64_t text(std::string_view value) { return intern_texts(texts, find_text, add_text, {value}); }

  std::int64_t domain(const std::string& name) {
    const std::int64_t id = intern_texts(domains, find_domain, add_domain, {name});
    if (id > RowKey::max_domain) throw StoreError(StoreError::Kind::io, fmt::format("more than {} policy domains", RowKey::max_domain));
    return id;
  }

  std::int64_t auth_set(DigestCache& cache, Statement& find, Statement& add, const PackedReport::AuthSet& set) {
    const ShortDigest key(set.digest);
    if (const std::int64_t* cached = cache.find(key)) return *cached;
    const std::int64_t id = intern(cache.complete, find, add, [&](Statement& statement) {
      statement.bind(1, prefix_of(set.digest));
      statement.bind_text(2, set.text);
    });
    cache.remember(key, id);
    return id;
  }

  std::int64_t identity(const PackedReport& report, const PackedReport::Identity& wanted) {
    const ShortDigest key(wanted.digest);
    if (const std::int64_t* cached = identities.find(key)) return *cached;
    const std::int64_t spf = auth_set(spf_sets, find_spf_set, add_spf_set, report.auth_sets[wanted.spf]);
    const std::int64_t dkim = auth_set(dkim_sets, find_dkim_set, add_dkim_set, report.auth_sets[wanted.dkim]);
    const std::int64_t header_from = wanted.header_from.empty() ? 0 : text(wanted.header_from);
    const std::int64_t envelope_from = wanted.envelope_from.empty() ? 0 : text(wanted.envelope_from);
    const std::int64_t id = intern(identities.complete, find_identity, add_identity, [&](Statement& statement) {
      statement.bind(1, prefix_of(wanted.digest));
      if (header_from) statement.bind(2, header_from);
      else statement.bind_null(2);
      if (envelope_from) statement.bind(3, envelope_from);
      else statement.bind_null(3);
      statement.bind(4, spf);
      statement.bind(5, dkim);
    });
    identities.remember(key, id);
    return id;
  }

  /// Where the next rows of a (domain, day) go; checks that they fit.
  std::int64_t free_rows(std::int64_t domain_id, Day day, std::uint64_t wanted) {
    next_row.bind(1, RowKey::domain_day(domain_id, day));
    const std::int64_t n = next_row.step() ? next_row.integer(0) : 0;
    next_row.reset();
    if (n + static_cast<std::int64_t>(wanted) > RowKey::max_rows) {
      throw StoreError(StoreError::Kind::io, fmt::format("more than {} rows for one domain and day", RowKey::max_rows));
    }
    return RowKey::first(domain_id, day) + n;
  }

  std::int64_t free_aside() {
    next_aside.bind(1, RowKey::first(1, 0));
    next_aside.step();
    const std::int64_t id = next_aside.integer(0);
    next_aside.reset();
    return id;
  }

  std::int64_t insert_report(const ProcessedItem::Report&, std::int64_t item, State);
  /// Adds a report's figures to its (domain, day), or takes them away.
  void count(std::int64_t report, std::int64_t sign);
  void ask_claimants(std::int64_t domain_id, Day day, const ReportMetadata&);
  void settle(std::int64_t domain_id, Day day, const ReportMetadata&, std::vector<std::int64_t>& touched_items);
  void load_rows(Claimant&, std::int64_t first_row);
  void change_state(Claimant&);
  void sync_faults(std::int64_t item, const std::vector<ItemFault>&);
  /// The outcome that follows from what is stored about the item; also writes it.
  /// The outcome before and after.
  std::pair<Outcome, Outcome> conclude(std::int64_t item, std::string_view not_a_report_kind);
};

std::int64_t Store::Writer::insert_report(const ProcessedItem::Report& found, std::int64_t item, State state) {
  const PackedReport& packed = found.report;
  const ReportMetadata& metadata = packed.head.report.metadata;
  const PolicyPublished& published = packed.head.report.policy_published;
  const Day day = day_of_window(metadata.begin, metadata.end);
  const std::int64_t domain_id = domain(published.domain);
  const std::int64_t first_row = state == State::taken ? free_rows(domain_id, day, packed.rows.size()) : free_aside();

  int column = 0;
  add_report.bind_blob(++column, as_text(packed.digest));
  add_report.bind(++column, static_cast<std::int64_t>(state));
  add_report.bind(++column, item);
  add_report.bind_optional_text(++column, found.part);
  const std::int64_t reporter = intern_texts(reporters, find_reporter, add_reporter,
                                             {lower(metadata.org_name), metadata.org_name, metadata.email, metadata.extra_contact_info});
  add_report.bind(++column, reporter);
  add_report.bind_text(++column, metadata.report_id);
  add_report.bind(++column, domain_id);
  add_report.bind(++column, metadata.begin);
  add_report.bind(++column, metadata.end);
  add_report.bind(++column, day);
  add_report.bind(++column, intern_texts(policies, find_policy, add_policy,
                                         {published.p.text(), published.sp.text(), published.np.text(), published.pct, published.adkim.text(),
                                          published.aspf.text(), published.fo, published.testing, published.discovery_method.text()}));
  add_report.bind(++column, intern_texts(dialects, find_dialect, add_dialect,
                                         {packed.head.report.version, packed.head.report.xml_namespace, metadata.generator}));
  add_report.bind(++column, packed.head.well_formed);
  add_report.bind_optional_text(++column, error_lines(metadata.errors));
  add_report.bind_optional_text(++column, deviation_lines(packed.head.deviations));
  add_report.bind(++column, first_row);
  const Totals& totals = packed.totals;
  for (const std::uint64_t value : {static_cast<std::uint64_t>(packed.rows.size()), totals.messages, packed.head.unusable_records,
                                    packed.head.unusable_messages, totals.both, totals.dkim_only, totals.spf_only, totals.neither, totals.none,
                                    totals.pass, totals.quarantine, totals.reject}) {
    add_report.bind(++column, static_cast<std::int64_t>(value));
  }
  add_report.run();
  const std::int64_t report = database.last_insert_id();

  std::vector<std::int64_t> identity_ids, evaluation_ids, text_ids(packed.texts.size());
  for (const PackedReport::Identity& wanted : packed.identities) identity_ids.push_back(identity(packed, wanted));
  for (const PackedReport::Evaluation& e : packed.evaluations) {
    evaluation_ids.push_back(intern_texts(evaluations, find_evaluation, add_evaluation, {e.disposition, e.dkim, e.spf, e.reasons}));
  }
  for (std::size_t i = 1; i < packed.texts.size(); ++i) text_ids[i] = text(packed.texts[i]);

  std::int64_t id = first_row;
  const auto bind = [&](Statement& statement, const PackedReport::Row& row, int before) {
    statement.bind(before + 1, id++);
    statement.bind(before + 2, report);
    statement.bind_blob_view(before + 3, row.source_ip.bytes());
    statement.bind(before + 4, identity_ids[row.identity]);
    statement.bind(before + 5, evaluation_ids[row.evaluation]);
    statement.bind(before + 6, static_cast<std::int64_t>(row.count));
    if (row.envelope_to) statement.bind(before + 7, text_ids[row.envelope_to]);
    else statement.bind_null(before + 7);
    if (row.remark) statement.bind(before + 8, text_ids[row.remark]);
    else statement.bind_null(before + 8);
  };
  std::span<const PackedReport::Row> rows = packed.rows;
  for (; rows.size() >= rows_at_once; rows = rows.subspan(rows_at_once)) {
    for (std::size_t i = 0; i < rows_at_once; ++i) bind(add_records, rows[i], static_cast<int>(i) * record_columns);
    add_records.run();
  }
  for (const PackedReport::Row& row : rows) {
    bind(add_record, row, 0);
    add_record.run();
  }
  for (const auto& [account, name] : packed.account_names) {
    add_account_name.bind_text(1, account);
    add_account_name.bind_text(2, name);
    add_account_name.bind(3, reporter);
    add_account_name.bind(4, day);
    add_account_name.bind(5, day);
    add_account_name.run();
  }
  if (state == State::taken) count(report, +1);
  return report;
}

void Store::Writer::count(std::int64_t report, std::int64_t sign) {
  figures.bind(1, report);
  figures.step();
  const std::int64_t key = RowKey::domain_day(figures.integer(0), static_cast<Day>(figures.integer(1)));
  const std::int64_t records = figures.integer(3);
  int column = 0;
  roll_up.bind(++column, key);
  // Numbers of rows that moved away are not given out again: keys stay unique without looking for gaps.
  roll_up.bind(++column, sign > 0 ? figures.integer(2) - (key << RowKey::row_bits) + records : 0);
  roll_up.bind(++column, sign);
  for (int i = 3; i <= 14; ++i) roll_up.bind(++column, sign * figures.integer(i));
  figures.reset();
  roll_up.run();
}

void Store::Writer::load_rows(Claimant& claimant, std::int64_t first_row) {
  rows_of.bind(1, first_row);
  rows_of.bind(2, first_row + claimant.records - 1);
  claimant.rows.reserve(static_cast<std::size_t>(claimant.records));
  while (rows_of.step()) {
    claimant.rows.push_back({std::string(rows_of.blob(0)), rows_of.integer(1), rows_of.integer(2), rows_of.integer(3), rows_of.integer(4),
                             rows_of.integer(5)});
  }
  rows_of.reset();
  std::ranges::sort(claimant.rows);
}

/// Moves a document's rows to where its settled state wants them, and the roll-up with them.
void Store::Writer::change_state(Claimant& claimant) {
  const bool was_taken = claimant.state == State::taken, is_taken = claimant.settled == State::taken;
  figures.bind(1, claimant.id);
  figures.step();
  const std::int64_t domain_id = figures.integer(0), first_row = figures.integer(2);
  const Day day = static_cast<Day>(figures.integer(1));
  figures.reset();
  std::int64_t target = first_row;
  if (was_taken != is_taken) {
    if (was_taken) count(claimant.id, -1);
    target = is_taken ? free_rows(domain_id, day, static_cast<std::uint64_t>(claimant.records)) : free_aside();
    move_records.bind(1, first_row);
    move_records.bind(2, first_row + claimant.records - 1);
    move_records.bind(3, target - first_row);
    move_records.run();
  }
  set_state.bind(1, claimant.id);
  set_state.bind(2, static_cast<std::int64_t>(claimant.settled));
  set_state.bind(3, target);
  set_state.run();
  if (!was_taken && is_taken) count(claimant.id, +1);
  claimant.state = claimant.settled;
}

/// Makes `claimants` ready to step through the documents that claim to be the report of this key.
void Store::Writer::ask_claimants(std::int64_t domain_id, Day day, const ReportMetadata& metadata) {
  claimants.bind(1, domain_id);
  claimants.bind(2, day);
  claimants.bind(3, metadata.begin);
  claimants.bind(4, metadata.end);
  claimants.bind_text(5, metadata.report_id);
  claimants.bind_text(6, lower(metadata.org_name));
}

/// Settles the documents that claim to be one report, as a set, so that the order of arrival does not matter (DESIGN section 2): in the order of
/// completeness a document is taken if it shares no record with one already taken, is a duplicate if all its records are in one taken, and else in conflict.
void Store::Writer::settle(std::int64_t domain_id, Day day, const ReportMetadata& metadata, std::vector<std::int64_t>& touched_items) {
  std::vector<Claimant> set;
  std::vector<std::int64_t> first_rows;
  ask_claimants(domain_id, day, metadata);
  while (claimants.step()) {
    Claimant claimant;
    claimant.id = claimants.integer(0);
    claimant.state = static_cast<State>(claimants.integer(1));
    claimant.item = claimants.integer(2);
    claimant.well_formed = claimants.integer(3) != 0;
    claimant.records = claimants.integer(4);
    claimant.messages = claimants.integer(5);
    claimant.digest = claimants.blob(6);
    first_rows.push_back(claimants.integer(7));
    claimant.pruned = claimant.records > 0 && claimants.integer(7) == 0;
    set.push_back(std::move(claimant));
  }
  claimants.reset();
  if (std::ranges::any_of(set, &Claimant::pruned)) {
    // Nothing is left to compare with. What was settled stays so; a document that comes now says nothing new.
    for (Claimant& claimant : set) {
      touched_items.push_back(claimant.item);
      if (claimant.pruned || claimant.state != State::conflict) continue;
      claimant.settled = State::contained;
      change_state(claimant);
    }
    return;
  }
  for (std::size_t i = 0; i < set.size(); ++i) load_rows(set[i], first_rows[i]);
  std::ranges::sort(set, [](const Claimant& a, const Claimant& b) {
    return std::tuple(!a.well_formed, -a.records, -a.messages, a.digest) < std::tuple(!b.well_formed, -b.records, -b.messages, b.digest);
  });

  std::vector<const Claimant*> taken;
  for (Claimant& claimant : set) {
    bool contained = claimant.records == 0 && !taken.empty();  // an empty document beside a fuller one says nothing
    std::int64_t shared = 0;
    for (const Claimant* other : taken) {
      const std::int64_t common = common_rows(claimant.rows, other->rows);
      contained |= common > 0 && common == claimant.records;
      shared = std::max(shared, common);
    }
    claimant.shared = shared;
    claimant.settled = contained ? State::contained : shared == 0 ? State::taken : State::conflict;
    if (claimant.settled == State::taken) taken.push_back(&claimant);
  }

  for (Claimant& claimant : set) {
    if (claimant.settled != claimant.state) change_state(claimant);
    find_conflict.bind(1, claimant.id);
    const std::int64_t problem = find_conflict.step() ? find_conflict.integer(0) : 0;
    find_conflict.reset();
    if (claimant.settled == State::conflict) {
      const std::string text = fmt::format("shares {} of its {} records with another document of the same reporter, report id, domain and window",
                                           claimant.shared, claimant.records);
      if (problem) {
        set_problem_text.bind(1, problem);
        set_problem_text.bind_text(2, text);
        set_problem_text.run();
      } else {
        place_of.bind(1, claimant.id);
        place_of.step();
        const std::string part = place_of.string(1);
        place_of.reset();
        add_problem.bind(1, claimant.item);
        add_problem.bind_text(2, part);
        add_problem.bind_text(3, to_text(Fault::conflict));
        add_problem.bind_text(4, text);
        add_problem.bind(5, claimant.id);
        add_problem.run();
      }
    } else if (problem) {
      drop_problem.bind(1, problem);
      drop_problem.run();
    }
    touched_items.push_back(claimant.item);
  }
}

void Store::Writer::sync_faults(std::int64_t item, const std::vector<ItemFault>& faults) {
  struct Known { std::int64_t id; std::string part, reason; };
  std::vector<Known> known;
  faults_of.bind(1, item);
  while (faults_of.step()) known.push_back({faults_of.integer(0), faults_of.string(1), faults_of.string(2)});
  faults_of.reset();
  for (const ItemFault& fault : faults) {
    const std::string reason = reason_of(fault.error);
    const auto same = std::ranges::find_if(known, [&](const Known& k) { return k.part == fault.part && k.reason == reason; });
    if (same != known.end()) {
      known.erase(same);
      continue;
    }
    add_problem.bind(1, item);
    add_problem.bind_text(2, fault.part);
    add_problem.bind_text(3, reason);
    add_problem.bind_text(4, fault.error.text);
    add_problem.bind_null(5);
    add_problem.run();
  }
  for (const Known& cured : known) {
    drop_problem.bind(1, cured.id);
    drop_problem.run();
  }
}

std::pair<Outcome, Outcome> Store::Writer::conclude(std::int64_t item, std::string_view not_a_report_kind) {
  outcome_facts.bind(1, item);
  outcome_facts.step();
  const bool problem = outcome_facts.integer(0), taken = outcome_facts.integer(1), seen = outcome_facts.integer(2);
  const auto before = static_cast<Outcome>(outcome_facts.integer(3));
  outcome_facts.reset();
  const Outcome outcome = problem ? Outcome::problem : taken ? Outcome::stored : seen ? Outcome::duplicate : Outcome::not_a_report;
  if (outcome != before) {
    set_outcome.bind(1, item);
    set_outcome.bind(2, static_cast<std::int64_t>(outcome));
    set_outcome.bind_optional_text(3, outcome == Outcome::not_a_report ? not_a_report_kind : "");
    set_outcome.run();
  }
  return {before, outcome};
}

Store::Store(std::unique_ptr<Database> database, std::filesystem::path path) : database_(std::move(database)), path_(std::move(path)) {}
Store::Store(Store&&) noexcept = default;
Store::~Store() = default;

namespace {

std::unique_ptr<Database> open_for_reading(const std::filesystem::path& path) {
  auto database = std::make_unique<Database>(path, Database::Mode::read_only);
  require_schema(*database);
  database->execute("PRAGMA query_only=1; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-65536; PRAGMA mmap_size=2147483648;");
  // One moment for all that a command reads, whatever is written meanwhile: its figures agree with each other.
  database->execute("BEGIN");
  return database;
}

}  // namespace

Store Store::open(const std::filesystem::path& path, Mode mode) {
  if (mode == Mode::read_only) {
    if (!std::filesystem::exists(path)) throw StoreError(StoreError::Kind::usage, "there is no database at " + path.native());
    try {
      return Store(open_for_reading(path), path);
    } catch (const StoreError& error) {
      if (error.kind != StoreError::Kind::interrupted) throw;
    }
    Database(path, Database::Mode::read_write).value("SELECT count(*) FROM sqlite_schema");  // which undoes it
    return Store(open_for_reading(path), path);
  }
  sha256({});  // libcrypto sets itself up at its first use, and would crash later if memory ran out in the middle of that
  auto database = std::make_unique<Database>(path, Database::Mode::read_write);
  prepare_schema(*database, path);
  // FULL: what a commit said is there is there after a power cut, so a mailbox may be marked after it.
  database->execute(
      "PRAGMA synchronous=FULL; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-49152; PRAGMA wal_autocheckpoint=4096; PRAGMA foreign_keys=OFF;");
  return Store(std::move(database), path);
}

Store::Writer& Store::writer() {
  if (!writer_) {
    writer_ = std::make_unique<Writer>(*database_);
    writer_->notice_others();
  }
  return *writer_;
}

Statement& Store::cached(const std::string& sql) {
  std::unique_ptr<Statement>& statement = statements_[sql];
  if (!statement) statement = std::make_unique<Statement>(*database_, sql);
  return *statement;
}

void Store::batch(const std::function<void()>& body) {
  Transaction transaction(*database_);
  if (writer_) writer_->notice_others();
  try {
    body();
    transaction.commit();
  } catch (...) {
    if (writer_) writer_->forget();
    throw;
  }
}

std::optional<Saved> Store::known(const Digest& digest) {
  Writer& w = writer();
  w.find_item.bind_blob(1, as_text(digest));
  if (!w.find_item.step()) {
    w.find_item.reset();
    return std::nullopt;
  }
  const std::int64_t item = w.find_item.integer(0);
  const auto outcome = static_cast<Outcome>(w.find_item.integer(1));
  Saved saved;
  saved.not_a_report = w.find_item.string(2);
  w.find_item.reset();
  if (outcome == Outcome::problem) {
    w.open_problems.bind(1, item);
    w.open_problems.step();
    const bool open = w.open_problems.integer(0);
    w.open_problems.reset();
    if (open) return std::nullopt;
  }
  saved.outcome = outcome == Outcome::not_a_report ? outcome : Outcome::duplicate;
  Statement reports(*database_, "SELECT (SELECT count(*) FROM report WHERE item=?1)+(SELECT count(*) FROM sighting WHERE item=?1)");
  reports.bind(1, item);
  reports.step();
  saved.duplicate = static_cast<std::uint64_t>(reports.integer(0));
  return saved;
}

std::vector<Digest> Store::settled_items() {
  std::vector<Digest> digests;
  Statement items(*database_,
                  "SELECT digest FROM item WHERE outcome<>3 OR NOT EXISTS(SELECT 1 FROM problem WHERE problem.item=item.id AND dismissed=0)");
  while (items.step()) {
    Digest& digest = digests.emplace_back();
    const std::string_view bytes = items.blob(0);
    std::memcpy(digest.data(), bytes.data(), std::min(bytes.size(), digest.size()));
  }
  return digests;
}

Saved Store::save(const ProcessedItem& processed) {
  Writer& w = writer();
  Saved saved;

  // The item: found or added; of two places with the same bytes the first in order is remembered.
  w.find_item.bind_blob(1, as_text(processed.digest));
  std::int64_t item = 0;
  bool moved = false;
  if (w.find_item.step()) {
    item = w.find_item.integer(0);
    const std::string source = w.find_item.string(3);
    moved = std::tuple(processed.origin.source, processed.origin.index) < std::tuple(source, static_cast<std::uint64_t>(w.find_item.integer(4)));
  }
  w.find_item.reset();
  const bool known_item = item != 0;
  if (!item) {
    w.add_item.bind_blob(1, as_text(processed.digest));
    w.add_item.bind(2, w.text(processed.origin.source));
    w.add_item.bind(3, static_cast<std::int64_t>(processed.origin.index));
    w.add_item.bind_optional_text(4, processed.origin.message_id);
    w.add_item.bind(5, static_cast<std::int64_t>(processed.bytes));
    w.add_item.bind(6, static_cast<std::int64_t>(Outcome::not_a_report));
    w.add_item.bind_optional_text(7, processed.not_a_report);
    w.add_item.run();
    item = database_->last_insert_id();
  } else if (moved) {
    w.move_item.bind(1, item);
    w.move_item.bind(2, w.text(processed.origin.source));
    w.move_item.bind(3, static_cast<std::int64_t>(processed.origin.index));
    w.move_item.bind_optional_text(4, processed.origin.message_id);
    w.move_item.run();
  }

  std::vector<std::int64_t> touched;
  for (const ProcessedItem::Report& found : processed.reports) {
    const PackedReport& packed = found.report;
    w.find_report.bind_blob(1, as_text(packed.digest));
    const bool seen = w.find_report.step();
    const std::int64_t seen_report = seen ? w.find_report.integer(0) : 0, seen_item = seen ? w.find_report.integer(2) : 0;
    const std::string seen_part = seen ? w.find_report.string(3) : "";
    w.find_report.reset();
    if (seen) {
      // Key 1: the same document again. It belongs to the first place in order.
      ++saved.duplicate;
      if (seen_item == item && seen_part == found.part) continue;
      w.add_sighting.bind(1, seen_report);
      w.add_sighting.bind(2, item);
      w.add_sighting.bind_text(3, found.part);
      w.add_sighting.run();
      w.first_sighting.bind(1, seen_report);
      w.first_sighting.step();
      const std::int64_t first_item = w.first_sighting.integer(0);
      const std::string first_part = w.first_sighting.string(1);
      w.first_sighting.reset();
      if (first_item != seen_item || first_part != seen_part) {
        w.add_sighting.bind(1, seen_report);
        w.add_sighting.bind(2, seen_item);
        w.add_sighting.bind_text(3, seen_part);
        w.add_sighting.run();
        w.drop_sighting.bind(1, seen_report);
        w.drop_sighting.bind(2, first_item);
        w.drop_sighting.bind_text(3, first_part);
        w.drop_sighting.run();
        for (Statement* statement : {&w.set_place, &w.move_conflict}) {
          statement->bind(1, seen_report);
          statement->bind(2, first_item);
          if (statement == &w.set_place) statement->bind_optional_text(3, first_part);
          else statement->bind_text(3, first_part);
          statement->run();
        }
        touched.push_back(seen_item);
      }
      continue;
    }

    const ReportMetadata& metadata = packed.head.report.metadata;
    const Day day = day_of_window(metadata.begin, metadata.end);
    const std::int64_t domain_id = w.domain(packed.head.report.policy_published.domain);
    w.ask_claimants(domain_id, day, metadata);
    bool contested = false;
    std::int64_t taken_before = 0;
    while (w.claimants.step()) {
      contested = true;
      taken_before += w.claimants.integer(1) == static_cast<std::int64_t>(State::taken);
    }
    w.claimants.reset();

    const std::int64_t report = w.insert_report(found, item, contested ? State::conflict : State::taken);
    State state = State::taken;
    if (contested) {
      w.settle(domain_id, day, metadata, touched);
      std::int64_t taken_after = 0;
      w.ask_claimants(domain_id, day, metadata);
      while (w.claimants.step()) {
        taken_after += w.claimants.integer(1) == static_cast<std::int64_t>(State::taken);
        if (w.claimants.integer(0) == report) state = static_cast<State>(w.claimants.integer(1));
      }
      w.claimants.reset();
      const std::int64_t displaced = taken_before + (state == State::taken) - taken_after;
      saved.replaced += static_cast<std::uint64_t>(std::max<std::int64_t>(displaced, 0));
    }
    if (state == State::taken) {
      ++saved.stored;
      saved.records += packed.rows.size();
      saved.messages += packed.totals.messages;
      saved.unusable_records += packed.head.unusable_records;
      saved.unusable_messages += packed.head.unusable_messages;
    } else if (state == State::contained) {
      ++saved.duplicate;
    } else {
      w.find_conflict.bind(1, report);
      w.find_conflict.step();
      saved.conflicts.push_back({found.part, {Fault::conflict, w.find_conflict.string(1), ""}});
      w.find_conflict.reset();
    }
  }

  w.sync_faults(item, processed.faults);
  if (!processed.faults.empty() && !processed.kept_bytes.empty()) {
    w.keep_item.bind(1, item);
    w.keep_item.bind_blob_view(2, processed.kept_bytes);
    w.keep_item.run();
  } else if (known_item && processed.faults.empty()) {
    w.drop_kept.bind(1, item);
    w.drop_kept.run();
  }
  std::ranges::sort(touched);
  touched.erase(std::ranges::unique(touched).begin(), touched.end());
  for (const std::int64_t other : touched) {
    if (other == item) continue;
    auto [before, after] = w.conclude(other, "");
    if (other <= w.last_item_before) continue;
    if (w.stored_before.contains(other))
      for (Outcome* outcome : {&before, &after})
        if (*outcome == Outcome::stored) *outcome = Outcome::duplicate;
    if (before != after) saved.changed.emplace_back(before, after);
  }
  saved.outcome = w.conclude(item, processed.not_a_report).second;
  saved.not_a_report = saved.outcome == Outcome::not_a_report ? processed.not_a_report : "";
  // What this run did with the item: known reports are duplicates now, even if the item was what stored them once.
  if (saved.outcome == Outcome::stored && saved.stored == 0) {
    saved.outcome = Outcome::duplicate;
    if (!known_item) w.stored_before.insert(item);
  }
  return saved;
}

bool Store::dismiss_problem(std::int64_t id) {
  bool changed = false;
  batch([&] {
    Statement dismiss(*database_, "UPDATE problem SET dismissed=1 WHERE id=?1 AND dismissed=0");
    dismiss.bind(1, id);
    dismiss.run();
    changed = database_->changes() > 0;
  });
  return changed;
}

const std::string& Store::newer() const { return database_->newer(); }
void Store::backup(const std::filesystem::path& path) { database_->backup_to(path); }

}  // namespace dmarcq
