// SPDX-License-Identifier: MIT
#include "store/store.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <ranges>
#include <set>
#include <span>
#include <tuple>
#include <unordered_set>

#include "ingest/base/digest.h"
#include "ingest/base/seeded_hash.h"
#include "ingest/base/text.h"
#include "store/account_names.h"
#include "store/conflicts.h"
#include "store/schema.h"
#include "store/sender_columns.h"
#include "store/sqlite.h"

namespace dmarcq {
namespace {

using State = DocumentState;

/// Tables are small beside the rows that refer to them, but a long run of odd reports must not hold
/// them all.
constexpr std::size_t cache_entries = 250'000;

constexpr const char* too_many_rows = "more than 268,435,456 records for one domain and day";
static_assert(RowKey::max_rows == 268'435'456);

std::string_view as_text(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

std::string error_lines(const std::vector<std::string>& errors) {
  std::string out;
  for (const std::string& error : errors) out += error + '\n';
  return out;
}

std::string deviation_lines(const std::vector<Deviation>& deviations) {
  std::string out;
  for (const Deviation& deviation : deviations)
    out += deviation.path + '\t' + deviation.found + '\t' + deviation.read_as + '\n';
  return out;
}

// A statement for many rows costs half as much a row as one for each.
constexpr std::size_t rows_at_once = 32;
constexpr int record_columns = 8;
std::string insert_of_records(std::size_t rows) {
  std::string sql =
      "INSERT INTO record(id,report,source_ip,identity,evaluation,count,envelope_to,remark) VALUES";
  for (std::size_t i = 0; i < rows; ++i) sql += i == 0 ? "(?,?,?,?,?,?,?,?)" : ",(?,?,?,?,?,?,?,?)";
  return sql;
}

/// Half of a SHA-256 names a set within this process; a collision would have to be searched for
/// 2^64 times.
struct ShortDigest {
  std::uint64_t a, b;
  explicit ShortDigest(const Digest& digest) {
    std::memcpy(&a, digest.data(), sizeof a);
    std::memcpy(&b, digest.data() + sizeof a, sizeof b);
  }
  friend bool operator==(const ShortDigest&, const ShortDigest&) = default;
};
struct ShortDigestHash {
  std::size_t operator()(const ShortDigest& digest) const noexcept {
    return seeded_hash(digest.a, digest.b);
  }
};

/// Ids of interned values by key.
template <class Key, class Hash = SeededHash>
struct Cache {
  std::unordered_map<Key, std::int64_t, Hash> ids;
  /// All that the table holds is here, so what is not here is new: a first import need not look
  /// anything up.
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
        find_identity(
            db,
            "SELECT id FROM identity WHERE hash=?1 AND header_from IS ?2 AND envelope_from IS ?3 AND spf_set=?4 AND dkim_set=?5"),
        add_identity(
            db,
            "INSERT INTO identity(hash,header_from,envelope_from,spf_set,dkim_set) VALUES(?1,?2,?3,?4,?5)"),
        find_evaluation(
            db,
            "SELECT id FROM evaluation WHERE disposition=?1 AND dkim=?2 AND spf=?3 AND reasons=?4"),
        add_evaluation(db,
                       "INSERT INTO evaluation(disposition,dkim,spf,reasons) VALUES(?1,?2,?3,?4)"),
        find_reporter(
            db,
            "SELECT id FROM reporter WHERE org_folded=?1 AND org_name=?2 AND email=?3 AND extra_contact_info=?4 AND trust=?5 AND mail=?6 AND from_domain=?7 "
            "AND signed_by=?8 AND submitter=?9 AND verdict=?10 AND receiver=?11 AND named_receiver=?12"),
        add_reporter(
            db,
            fmt::format(
                "INSERT INTO reporter(org_folded,org_name,email,extra_contact_info,{}) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12)",
                sender_columns)),
        find_dialect(db,
                     "SELECT id FROM dialect WHERE version=?1 AND namespace=?2 AND generator=?3"),
        add_dialect(db, "INSERT INTO dialect(version,namespace,generator) VALUES(?1,?2,?3)"),
        find_policy(
            db,
            "SELECT id FROM policy WHERE p=?1 AND sp=?2 AND np=?3 AND pct=?4 AND adkim=?5 AND aspf=?6 AND fo=?7 AND testing=?8 AND discovery_method=?9"),
        add_policy(
            db,
            "INSERT INTO policy(p,sp,np,pct,adkim,aspf,fo,testing,discovery_method) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9)"),
        find_item(
            db,
            "SELECT item.id, outcome, not_a_report, text.value, number FROM item JOIN text ON text.id=source WHERE digest=?1"),
        add_item(
            db,
            "INSERT INTO item(digest,source,number,message_id,bytes,outcome,not_a_report) VALUES(?1,?2,?3,?4,?5,?6,?7)"),
        move_item(db, "UPDATE item SET source=?2, number=?3, message_id=?4 WHERE id=?1"),
        set_outcome(db, "UPDATE item SET outcome=?2, not_a_report=?3 WHERE id=?1"),
        keep_item(db, "INSERT OR REPLACE INTO kept_item(item,bytes) VALUES(?1,?2)"),
        drop_kept(db, "DELETE FROM kept_item WHERE item=?1"),
        find_report(
            db,
            fmt::format(
                "SELECT report.id, state, item, part, reporter.id, {} FROM report JOIN reporter ON reporter.id=reporter WHERE digest=?1",
                sender_columns)),
        set_reporter(db, "UPDATE report SET reporter=?2 WHERE id=?1"),
        add_report(
            db,
            "INSERT INTO report(digest,state,item,part,reporter,report_id,domain,begin,\"end\",day,policy,dialect,well_formed,errors,deviations,"
            "first_row,records,messages,unusable_records,unusable_messages,dkim_and_spf,dkim_only,spf_only,neither,none,pass,quarantine,reject) "
            "VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18,?19,?20,?21,?22,?23,?24,?25,?26,?27,?28)"),
        claimants(
            db,
            fmt::format(
                "SELECT report.id, state, item, well_formed, records, messages, digest, first_row, reporter.id, {} FROM report_claim "
                "JOIN report ON report.id=report_claim.report JOIN reporter ON reporter.id=report.reporter WHERE claim=?1 AND domain=?2 AND day=?3 AND "
                "begin=?4 AND \"end\"=?5 AND report_id=?6 AND org_folded=?7 AND state<>3",
                sender_columns)),
        add_claim(db, "INSERT INTO report_claim(claim,report) VALUES(?1,?2)"),
        claim_by_id(
            db,
            "SELECT claim, domain, day, begin, \"end\", report_id, org_folded, state, item, first_row, records, reporter FROM report_claim JOIN report ON "
            "report.id=report_claim.report JOIN reporter ON reporter.id=report.reporter WHERE report.id=?1"),
        rows_of(
            db,
            "SELECT source_ip, identity, evaluation, count, ifnull(envelope_to,0), ifnull(remark,0) FROM record WHERE id BETWEEN ?1 AND ?2"),
        add_record(db, insert_of_records(1)),
        add_records(db, insert_of_records(rows_at_once)),
        move_records(db, "UPDATE record SET id=id+?3 WHERE id BETWEEN ?1 AND ?2"),
        set_state(db, "UPDATE report SET state=?2, first_row=?3 WHERE id=?1"),
        next_row(db, "SELECT next_row FROM domain_day WHERE id=?1"),
        next_aside(db, "SELECT ifnull(max(id)+1,1) FROM record WHERE id < ?1"),
        roll_up(
            db,
            "INSERT INTO domain_day(id,next_row,reports,records,messages,unusable_records,unusable_messages,dkim_and_spf,dkim_only,spf_only,neither,"
            "none,pass,quarantine,reject) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15) ON CONFLICT(id) DO UPDATE SET "
            "next_row=max(next_row,excluded.next_row), reports=reports+excluded.reports, records=records+excluded.records, "
            "messages=messages+excluded.messages, unusable_records=unusable_records+excluded.unusable_records, "
            "unusable_messages=unusable_messages+excluded.unusable_messages, dkim_and_spf=dkim_and_spf+excluded.dkim_and_spf, "
            "dkim_only=dkim_only+excluded.dkim_only, spf_only=spf_only+excluded.spf_only, neither=neither+excluded.neither, "
            "none=none+excluded.none, pass=pass+excluded.pass, quarantine=quarantine+excluded.quarantine, reject=reject+excluded.reject"),
        figures(
            db,
            "SELECT domain,day,first_row,records,messages,unusable_records,unusable_messages,dkim_and_spf,dkim_only,spf_only,neither,none,pass,"
            "quarantine,reject,state FROM report WHERE id=?1"),
        add_account_name(db, add_account_name_sql),
        drop_account_names(
            db,
            "DELETE FROM account_name WHERE reporter=?1 AND NOT EXISTS(SELECT 1 FROM report WHERE report.reporter=?1 AND state<>3)"),
        add_sighting(db, "INSERT OR IGNORE INTO sighting(report,item,part) VALUES(?1,?2,?3)"),
        item_place(
            db, "SELECT text.value, number FROM item JOIN text ON text.id=source WHERE item.id=?1"),
        set_place(db, "UPDATE report SET item=?2, part=?3 WHERE id=?1"),
        drop_sighting(db, "DELETE FROM sighting WHERE report=?1 AND item=?2 AND part=?3"),
        outcome_facts(
            db,
            "SELECT EXISTS(SELECT 1 FROM problem WHERE item=?1), EXISTS(SELECT 1 FROM report WHERE item=?1 AND state IN (0,3)), "
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
  Statement find_text, add_text, find_domain, add_domain, find_dkim_set, add_dkim_set, find_spf_set,
      add_spf_set, find_identity, add_identity, find_evaluation, add_evaluation, find_reporter,
      add_reporter, find_dialect, add_dialect, find_policy, add_policy;
  Statement find_item, add_item, move_item, set_outcome, keep_item, drop_kept;
  Statement find_report, set_reporter, add_report, claimants, add_claim, claim_by_id, rows_of,
      add_record, add_records, move_records, set_state, next_row, next_aside, roll_up, figures;
  Statement add_account_name, drop_account_names, add_sighting, item_place, set_place,
      drop_sighting, outcome_facts, open_problems;
  Statement faults_of, add_problem, set_problem_text, drop_problem, find_conflict, move_conflict,
      place_of;
  std::int64_t last_item_before;                   // items above are of this run
  std::unordered_set<std::int64_t> stored_before;  // of these, told as duplicates: a report that an
                                                   // earlier run stored belongs to them now

  using TextCache = Cache<std::string>;
  using DigestCache = Cache<ShortDigest, ShortDigestHash>;
  TextCache texts, domains, evaluations, reporters, dialects, policies;
  DigestCache dkim_sets, spf_sets, identities;
  std::int64_t data_version = 0;
  std::optional<std::int64_t> last_domain;

  /// Ids may have been given out in a transaction that was rolled back.
  void forget() {
    for (TextCache* cache : {&texts, &domains, &evaluations, &reporters, &dialects, &policies})
      cache->forget();
    for (DigestCache* cache : {&dkim_sets, &spf_sets, &identities}) cache->forget();
    forget_rivals();
    left_reporters.clear();
    last_domain.reset();
  }

  /// Another connection may have added what the caches do not know. Called when a transaction has
  /// begun.
  void notice_others() {
    const std::int64_t version = database.value("PRAGMA data_version").value_or(0);
    if (version != data_version) {
      forget_rivals();
      last_domain.reset();
      for (TextCache* cache : {&texts, &domains, &evaluations, &reporters, &dialects, &policies})
        cache->complete = false;
      for (DigestCache* cache : {&dkim_sets, &spf_sets, &identities}) cache->complete = false;
      if (data_version == 0 && database.value("SELECT count(*) FROM text") == 0) {
        texts.complete = dkim_sets.complete = spf_sets.complete = identities.complete = true;
      }
    }
    data_version = version;
  }

  /// The id of a row that is all key: found, or added. `bind` fills the parameters of either
  /// statement.
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

  std::int64_t reporter(const ReportMetadata& metadata, const ReportSender& sender) {
    const auto number = [](auto value) { return std::to_string(static_cast<std::int64_t>(value)); };
    return intern_texts(
        reporters, find_reporter, add_reporter,
        {lower(metadata.org_name), metadata.org_name, metadata.email, metadata.extra_contact_info,
         number(sender.trust), number(sender.mail), sender.from_domain, sender.signed_by,
         sender.submitter, number(sender.verdict), sender.receiver, number(sender.named_receiver)});
  }

  std::int64_t text(std::string_view value) {
    return intern_texts(texts, find_text, add_text, {value});
  }

  /// Nothing when the name is new and all ids are given out: a row's key has room for so many and
  /// no more.
  std::optional<std::int64_t> domain(const std::string& name) {
    if (const std::int64_t* cached = domains.find(name)) return *cached;
    find_domain.bind_text(1, name);
    std::int64_t id = find_domain.step() ? find_domain.integer(0) : 0;
    find_domain.reset();
    if (id == 0) {
      if (!last_domain) last_domain = database.value("SELECT max(id) FROM domain").value_or(0);
      if (*last_domain >= RowKey::max_domain) return std::nullopt;
      add_domain.bind_text(1, name);
      add_domain.run();
      id = database.last_insert_id();
      last_domain = id;
    }
    domains.remember(name, id);
    return id;
  }

  std::int64_t auth_set(DigestCache& cache, Statement& find, Statement& add,
                        const PackedReport::AuthSet& set) {
    const ShortDigest key(set.digest);
    if (const std::int64_t* cached = cache.find(key)) return *cached;
    const std::int64_t id = intern(cache.complete, find, add, [&](Statement& statement) {
      statement.bind(1, hash_prefix(set.digest));
      statement.bind_text(2, set.text);
    });
    cache.remember(key, id);
    return id;
  }

  std::int64_t identity(const PackedReport& report, const PackedReport::Identity& wanted) {
    const ShortDigest key(wanted.digest);
    if (const std::int64_t* cached = identities.find(key)) return *cached;
    const std::int64_t spf =
        auth_set(spf_sets, find_spf_set, add_spf_set, report.auth_sets[wanted.spf]);
    const std::int64_t dkim =
        auth_set(dkim_sets, find_dkim_set, add_dkim_set, report.auth_sets[wanted.dkim]);
    const std::int64_t header_from = wanted.header_from.empty() ? 0 : text(wanted.header_from);
    const std::int64_t envelope_from = wanted.envelope_from.empty() ? 0
                                                                    : text(wanted.envelope_from);
    const std::int64_t id =
        intern(identities.complete, find_identity, add_identity, [&](Statement& statement) {
          statement.bind(1, hash_prefix(wanted.digest));
          if (header_from)
            statement.bind(2, header_from);
          else
            statement.bind_null(2);
          if (envelope_from)
            statement.bind(3, envelope_from);
          else
            statement.bind_null(3);
          statement.bind(4, spf);
          statement.bind(5, dkim);
        });
    identities.remember(key, id);
    return id;
  }

  /// Where the next rows of a (domain, day) go; nothing when they do not fit.
  std::optional<std::int64_t> free_rows(std::int64_t domain_id, Day day, std::uint64_t wanted) {
    next_row.bind(1, RowKey::domain_day(domain_id, day));
    const std::int64_t n = next_row.step() ? next_row.integer(0) : 0;
    next_row.reset();
    if (n + static_cast<std::int64_t>(wanted) > RowKey::max_rows) return std::nullopt;
    return RowKey::first(domain_id, day) + n;
  }

  std::int64_t free_aside() {
    next_aside.bind(1, RowKey::first(1, 0));
    next_aside.step();
    const std::int64_t id = next_aside.integer(0);
    next_aside.reset();
    return id;
  }

  /// Adds a report's figures to its (domain, day), or takes them away.
  void count(std::int64_t report, std::int64_t sign);
  /// What documents that claim to be one report have in common (key 2 of schema.cc's essay).
  struct Claim {
    std::int64_t key = 0, domain = 0;
    Day day = 0;
    EpochSeconds begin = 0, end = 0;
    std::string report_id, org_folded;
  };
  struct Rivals {
    RivalDocuments documents;
    std::unordered_map<std::int64_t, State> stored;  // by report: the state as the table has it
    bool pruned = false;  // one of them has rows no more: nothing is left to compare with
  };
  using PlaceInOrder = std::tuple<std::string, std::int64_t, std::string, std::int64_t>;
  /// Source, number, part, item: which of two places comes first.
  PlaceInOrder place_in_order(std::int64_t item, const std::string& part) {
    item_place.bind(1, item);
    item_place.step();
    PlaceInOrder place{item_place.string(0), item_place.integer(1), part, item};
    item_place.reset();
    return place;
  }
  static Claim claim_of(const PackedReport&, std::int64_t domain_id);
  std::int64_t insert_report(const ProcessedItem::Report&, std::int64_t item, const Claim&, State,
                             std::int64_t first_row);
  void learn_account_names(const PackedReport&, std::int64_t reporter_id, Day);
  void ask_claimants(const Claim&);
  /// Those stored before; null when there are none.
  Rivals* rivals_of(const Claim&);
  std::vector<std::uint64_t> row_keys(std::int64_t first_row, std::int64_t records);
  static std::string name_of(const Claim&);
  RivalDocuments::Document document_of(const ProcessedItem::Report&, std::int64_t item,
                                       std::int64_t report);
  void settle(Rivals&, RivalDocuments::Document, std::vector<std::int64_t>& touched_items);
  /// Settles a set anew, after one of its documents came to more trust, was taken out or brought
  /// back. False when one of them was pruned.
  bool settle_again(const Claim&, std::vector<std::int64_t>& touched_items);
  struct Placed {
    Claim claim;
    State state = State::taken;
    std::int64_t item = 0, first_row = 0, records = 0, reporter = 0;
  };
  /// Nothing when there is no such report.
  std::optional<Placed> placed(std::int64_t report);
  bool distrust(std::int64_t report, bool on, std::vector<std::int64_t>& touched_items);
  void change_state(const RivalDocuments::Document&, State before, State after);
  void write_state(Rivals&, const RivalDocuments::Document&,
                   std::vector<std::int64_t>& touched_items);
  std::pair<std::int64_t, std::string> place_of_report(std::int64_t report);
  void tell_conflict(const RivalDocuments::Document&);
  std::unordered_map<std::string, std::unique_ptr<Rivals>> rivals;
  std::uint64_t rival_rows = 0;
  std::set<std::int64_t> left_reporters;  // whom a report was taken from: what they taught of
                                          // accounts goes if it was their last
  void forget_names_of_left() {
    for (const std::int64_t reporter_id : std::exchange(left_reporters, {})) {
      drop_account_names.bind(1, reporter_id);
      drop_account_names.run();
    }
  }
  std::uint64_t settled_again = 0;  // rows of all sets that settle_again() went through: a stranger
                                    // may send the same documents again and again
  void forget_rivals() {
    rivals.clear();
    rival_rows = 0;
  }
  void sync_faults(std::int64_t item, const std::vector<ItemFault>&);
  /// The outcome that follows from what is stored about the item; also writes it.
  /// The outcome before and after.
  std::pair<Outcome, Outcome> conclude(std::int64_t item, std::string_view not_a_report_kind);
};

Store::Writer::Claim Store::Writer::claim_of(const PackedReport& packed, std::int64_t domain_id) {
  const ReportMetadata& metadata = packed.head.report.metadata;
  Claim claim{.domain = domain_id,
              .day = day_of_window(metadata.begin, metadata.end),
              .begin = metadata.begin,
              .end = metadata.end,
              .report_id = metadata.report_id,
              .org_folded = lower(metadata.org_name)};
  claim.key = claim_key(claimant_of(metadata.org_name, metadata.email), claim.report_id,
                        claim.begin, claim.end);
  return claim;
}

std::int64_t Store::Writer::insert_report(const ProcessedItem::Report& found, std::int64_t item,
                                          const Claim& claim, State state, std::int64_t first_row) {
  const PackedReport& packed = found.report;
  const ReportMetadata& metadata = packed.head.report.metadata;
  const PolicyPublished& published = packed.head.report.policy_published;
  const Day day = claim.day;
  const std::int64_t domain_id = claim.domain;

  int column = 0;
  add_report.bind_blob(++column, as_text(packed.digest));
  add_report.bind(++column, static_cast<std::int64_t>(state));
  add_report.bind(++column, item);
  add_report.bind_optional_text(++column, found.part);
  const std::int64_t reporter_id = reporter(metadata, found.sender);
  add_report.bind(++column, reporter_id);
  add_report.bind_text(++column, metadata.report_id);
  add_report.bind(++column, domain_id);
  add_report.bind(++column, metadata.begin);
  add_report.bind(++column, metadata.end);
  add_report.bind(++column, day);
  add_report.bind(
      ++column, intern_texts(policies, find_policy, add_policy,
                             {published.p.text(), published.sp.text(), published.np.text(),
                              published.pct, published.adkim.text(), published.aspf.text(),
                              published.fo, published.testing, published.discovery_method.text()}));
  add_report.bind(++column, intern_texts(dialects, find_dialect, add_dialect,
                                         {packed.head.report.version,
                                          packed.head.report.xml_namespace, metadata.generator}));
  add_report.bind(++column, packed.head.well_formed);
  add_report.bind_optional_text(++column, error_lines(metadata.errors));
  add_report.bind_optional_text(++column, deviation_lines(packed.head.deviations));
  add_report.bind(++column, first_row);
  const Totals& totals = packed.totals;
  for (const std::uint64_t value : {static_cast<std::uint64_t>(packed.rows.size()), totals.messages,
                                    packed.head.unusable_records, packed.head.unusable_messages,
                                    totals.both, totals.dkim_only, totals.spf_only, totals.neither,
                                    totals.none, totals.pass, totals.quarantine, totals.reject}) {
    add_report.bind(++column, static_cast<std::int64_t>(value));
  }
  add_report.run();
  const std::int64_t report = database.last_insert_id();
  add_claim.bind(1, claim.key);
  add_claim.bind(2, report);
  add_claim.run();

  std::vector<std::int64_t> identity_ids, evaluation_ids, text_ids(packed.texts.size());
  for (const PackedReport::Identity& wanted : packed.identities)
    identity_ids.push_back(identity(packed, wanted));
  for (const PackedReport::Evaluation& e : packed.evaluations) {
    evaluation_ids.push_back(intern_texts(evaluations, find_evaluation, add_evaluation,
                                          {e.disposition, e.dkim, e.spf, e.reasons}));
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
    if (row.envelope_to)
      statement.bind(before + 7, text_ids[row.envelope_to]);
    else
      statement.bind_null(before + 7);
    if (row.remark)
      statement.bind(before + 8, text_ids[row.remark]);
    else
      statement.bind_null(before + 8);
  };
  std::span<const PackedReport::Row> rows = packed.rows;
  for (; rows.size() >= rows_at_once; rows = rows.subspan(rows_at_once)) {
    for (std::size_t i = 0; i < rows_at_once; ++i)
      bind(add_records, rows[i], static_cast<int>(i) * record_columns);
    add_records.run();
  }
  for (const PackedReport::Row& row : rows) {
    bind(add_record, row, 0);
    add_record.run();
  }
  learn_account_names(packed, reporter_id, day);
  if (state == State::taken) count(report, +1);
  return report;
}

void Store::Writer::learn_account_names(const PackedReport& packed, std::int64_t reporter_id,
                                        Day day) {
  for (const auto& [account, name] : packed.account_names) {
    add_account_name.bind_text(1, account);
    add_account_name.bind_text(2, name);
    add_account_name.bind(3, reporter_id);
    add_account_name.bind(4, day);
    add_account_name.bind(5, day);
    add_account_name.run();
  }
}

void Store::Writer::count(std::int64_t report, std::int64_t sign) {
  figures.bind(1, report);
  figures.step();
  const std::int64_t key =
      RowKey::domain_day(figures.integer(0), static_cast<Day>(figures.integer(1)));
  const std::int64_t records = figures.integer(3);
  int column = 0;
  roll_up.bind(++column, key);
  // Numbers of rows that moved away are not given out again: keys stay unique without looking for
  // gaps.
  roll_up.bind(++column, sign > 0 ? figures.integer(2) - (key << RowKey::row_bits) + records : 0);
  roll_up.bind(++column, sign);
  for (int i = 3; i <= 14; ++i) roll_up.bind(++column, sign * figures.integer(i));
  figures.reset();
  roll_up.run();
}

std::vector<std::uint64_t> Store::Writer::row_keys(std::int64_t first_row, std::int64_t records) {
  std::vector<std::uint64_t> keys;
  keys.reserve(static_cast<std::size_t>(records));
  rows_of.bind(1, first_row);
  rows_of.bind(2, first_row + records - 1);
  std::string row;
  while (rows_of.step()) {
    row = rows_of.blob(0);
    for (int column = 1; column <= 5; ++column) {
      const std::int64_t value = rows_of.integer(column);
      row.append(reinterpret_cast<const char*>(&value), sizeof value);
    }
    keys.push_back(static_cast<std::uint64_t>(hash_prefix(sha256(row))));
  }
  rows_of.reset();
  return keys;
}

/// Moves a document's rows to where its settled state wants them, and the roll-up with them.
void Store::Writer::change_state(const RivalDocuments::Document& document, State before,
                                 State after) {
  const bool was_taken = before == State::taken, is_taken = after == State::taken;
  figures.bind(1, document.id);
  figures.step();
  const std::int64_t domain_id = figures.integer(0), first_row = figures.integer(2);
  const Day day = static_cast<Day>(figures.integer(1));
  figures.reset();
  std::int64_t target = first_row;
  if (was_taken != is_taken) {
    if (was_taken) count(document.id, -1);
    const std::optional<std::int64_t> place =
        is_taken ? free_rows(domain_id, day, static_cast<std::uint64_t>(document.records))
                 : free_aside();
    if (!place) throw StoreError(StoreError::Kind::io, too_many_rows);
    target = *place;
    move_records.bind(1, first_row);
    move_records.bind(2, first_row + document.records - 1);
    move_records.bind(3, target - first_row);
    move_records.run();
  }
  set_state.bind(1, document.id);
  set_state.bind(2, static_cast<std::int64_t>(after));
  set_state.bind(3, target);
  set_state.run();
  if (!was_taken && is_taken) count(document.id, +1);
}

/// Makes `claimants` ready to step through the documents that claim to be this report.
void Store::Writer::ask_claimants(const Claim& claim) {
  claimants.bind(1, claim.key);
  claimants.bind(2, claim.domain);
  claimants.bind(3, claim.day);
  claimants.bind(4, claim.begin);
  claimants.bind(5, claim.end);
  claimants.bind_text(6, claim.report_id);
  claimants.bind_text(7, claim.org_folded);
}

std::string Store::Writer::name_of(const Claim& claim) {
  return fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n{}", claim.key, claim.domain, claim.day, claim.begin,
                     claim.end, claim.org_folded, claim.report_id);
}

Store::Writer::Rivals* Store::Writer::rivals_of(const Claim& claim) {
  constexpr std::uint64_t most_rows = 500'000;  // of all sets that are kept: 30 MB
  const std::string name = name_of(claim);
  if (const auto known = rivals.find(name); known != rivals.end()) return known->second.get();
  std::vector<RivalDocuments::Document> documents;
  std::vector<std::int64_t> first_rows;
  std::unordered_map<std::int64_t, State> stored;
  bool pruned = false;
  ask_claimants(claim);
  while (claimants.step()) {
    RivalDocuments::Document document;
    document.id = claimants.integer(0);
    stored[document.id] = static_cast<State>(claimants.integer(1));
    document.item = claimants.integer(2);
    document.well_formed = claimants.integer(3) != 0;
    document.records = claimants.integer(4, 0, RowKey::max_rows, "report", document.id);
    document.messages = claimants.integer(5);
    document.digest = claimants.blob(6);
    const ReportSender sender = sender_from(claimants, 9, claimants.integer(8));
    document.weight = weight_of(sender);
    document.party = party_of(sender);
    first_rows.push_back(claimants.integer(7));
    pruned |= document.records > 0 && first_rows.back() == 0;
    documents.push_back(std::move(document));
  }
  claimants.reset();
  if (documents.empty()) return nullptr;
  for (std::size_t i = 0; i < documents.size() && !pruned; ++i)
    documents[i].rows = row_keys(first_rows[i], documents[i].records);
  if (rival_rows > most_rows) forget_rivals();
  auto& entry = rivals[name];
  entry = std::make_unique<Rivals>(
      Rivals{RivalDocuments(std::move(documents)), std::move(stored), pruned});
  rival_rows += entry->documents.rows();
  return entry.get();
}

RivalDocuments::Document Store::Writer::document_of(const ProcessedItem::Report& found,
                                                    std::int64_t item, std::int64_t report) {
  RivalDocuments::Document document;
  document.id = report;
  document.item = item;
  document.weight = weight_of(found.sender);
  document.party = party_of(found.sender);
  document.well_formed = found.report.head.well_formed;
  document.records = static_cast<std::int64_t>(found.report.rows.size());
  document.messages = static_cast<std::int64_t>(found.report.totals.messages);
  document.digest = as_text(found.report.digest);
  figures.bind(1, report);
  figures.step();
  const std::int64_t first_row = figures.integer(2);
  figures.reset();
  document.rows = row_keys(first_row, document.records);
  return document;
}

/// Adds a document that was inserted as one in conflict, and writes what follows for it and the
/// others.
void Store::Writer::settle(Rivals& known, RivalDocuments::Document added,
                           std::vector<std::int64_t>& touched_items) {
  if (known.pruned) {
    // What was settled stays so; a document that comes now says nothing new.
    touched_items.push_back(added.item);
    change_state(added, State::conflict, State::contained);
    return;
  }
  rival_rows += added.rows.size();
  known.stored[added.id] = State::conflict;
  for (const RivalDocuments::Document* const document : known.documents.add(std::move(added)))
    write_state(known, *document, touched_items);
}

void Store::Writer::write_state(Rivals& known, const RivalDocuments::Document& document,
                                std::vector<std::int64_t>& touched_items) {
  State& stored = known.stored[document.id];
  if (stored != document.state) change_state(document, stored, document.state);
  stored = document.state;
  tell_conflict(document);
  touched_items.push_back(place_of_report(document.id).first);  // which may have moved since it was
                                                                // stored
}

bool Store::Writer::settle_again(const Claim& claim, std::vector<std::int64_t>& touched_items) {
  forget_rivals();
  Rivals* const known = rivals_of(claim);
  if (known == nullptr) return true;
  if (known->pruned) return false;
  if (known->documents.size() > 1) settled_again += known->documents.rows();
  // Rows of those that are no longer taken make room before others take it.
  for (const bool taken : {false, true})
    known->documents.each([&](const RivalDocuments::Document& document) {
      if ((document.state == State::taken) == taken) write_state(*known, document, touched_items);
    });
  return true;
}

std::optional<Store::Writer::Placed> Store::Writer::placed(std::int64_t report) {
  claim_by_id.bind(1, report);
  std::optional<Placed> found;
  if (claim_by_id.step()) {
    found.emplace();
    found->claim = {.key = claim_by_id.integer(0),
                    .domain = claim_by_id.integer(1),
                    .day = claim_by_id.day(2, "report", report),
                    .begin = claim_by_id.integer(3),
                    .end = claim_by_id.integer(4),
                    .report_id = claim_by_id.string(5),
                    .org_folded = claim_by_id.string(6)};
    found->state = static_cast<State>(claim_by_id.integer(7, 0, 3, "report", report));
    found->item = claim_by_id.integer(8);
    found->first_row = claim_by_id.integer(9);
    found->records = claim_by_id.integer(10, 0, RowKey::max_rows, "report", report);
    found->reporter = claim_by_id.integer(11);
  }
  claim_by_id.reset();
  return found;
}

bool Store::Writer::distrust(std::int64_t report, bool on,
                             std::vector<std::int64_t>& touched_items) {
  const std::optional<Placed> place = placed(report);
  if (!place || (place->state == State::distrusted) == on) return false;
  if (place->records > 0 && place->first_row == 0)
    throw StoreError(
        StoreError::Kind::usage,
        fmt::format(
            "report {}: its rows were pruned, so it cannot be taken out of the figures any more, nor brought back",
            report));
  RivalDocuments::Document document;
  document.id = report;
  document.records = place->records;
  // Whether it counts again is for its rivals to say.
  document.state = on ? State::distrusted : State::conflict;
  change_state(document, place->state, document.state);
  if (on) tell_conflict(document);
  touched_items.push_back(place->item);
  const bool settled = settle_again(place->claim, touched_items);
  if (!settled && !on)
    change_state(document, State::conflict, State::contained);  // as what comes after a pruned one
  if (on)
    left_reporters.insert(place->reporter);
  else
    backfill_account_names(database);
  return true;
}

/// Item and part.
std::pair<std::int64_t, std::string> Store::Writer::place_of_report(std::int64_t report) {
  place_of.bind(1, report);
  place_of.step();
  std::pair<std::int64_t, std::string> place{place_of.integer(0), place_of.string(1)};
  place_of.reset();
  return place;
}

/// Writes, changes or drops the problem that a document in conflict is.
void Store::Writer::tell_conflict(const RivalDocuments::Document& document) {
  find_conflict.bind(1, document.id);
  const std::int64_t problem = find_conflict.step() ? find_conflict.integer(0) : 0;
  find_conflict.reset();
  if (document.state != State::conflict) {
    if (problem == 0) return;
    drop_problem.bind(1, problem);
    drop_problem.run();
    return;
  }
  const std::string text =
      document.shared > 0
          ? fmt::format(
                "shares {} of its {} records with another document of the same reporter, report id, domain and window",
                document.shared, document.records)
          : "claims to be a report of the same reporter, report id, domain and window that somebody else sent";
  if (problem) {
    set_problem_text.bind(1, problem);
    set_problem_text.bind_text(2, text);
    set_problem_text.run();
    return;
  }
  const auto [item, part] = place_of_report(document.id);
  add_problem.bind(1, item);
  add_problem.bind_text(2, part);
  add_problem.bind_text(3, to_text(Fault::conflict));
  add_problem.bind_text(4, text);
  add_problem.bind(5, document.id);
  add_problem.run();
}

void Store::Writer::sync_faults(std::int64_t item, const std::vector<ItemFault>& faults) {
  struct Known {
    std::int64_t id;
    std::string part, reason;
  };
  std::vector<Known> known;
  faults_of.bind(1, item);
  while (faults_of.step())
    known.push_back({faults_of.integer(0), faults_of.string(1), faults_of.string(2)});
  faults_of.reset();
  for (const ItemFault& fault : faults) {
    const std::string reason = reason_of(fault.error);
    const auto same = std::ranges::find_if(
        known, [&](const Known& k) { return k.part == fault.part && k.reason == reason; });
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

std::pair<Outcome, Outcome> Store::Writer::conclude(std::int64_t item,
                                                    std::string_view not_a_report_kind) {
  outcome_facts.bind(1, item);
  outcome_facts.step();
  const bool problem = outcome_facts.integer(0), taken = outcome_facts.integer(1),
             seen = outcome_facts.integer(2);
  const auto before = static_cast<Outcome>(outcome_facts.integer(3));
  outcome_facts.reset();
  const Outcome outcome = problem ? Outcome::problem
                          : taken ? Outcome::stored
                          : seen  ? Outcome::duplicate
                                  : Outcome::not_a_report;
  if (outcome != before) {
    set_outcome.bind(1, item);
    set_outcome.bind(2, static_cast<std::int64_t>(outcome));
    set_outcome.bind_optional_text(3, outcome == Outcome::not_a_report ? not_a_report_kind : "");
    set_outcome.run();
  }
  return {before, outcome};
}

Store::Store(std::unique_ptr<Database> database, std::filesystem::path path)
    : database_(std::move(database)), path_(std::move(path)) {}
Store::Store(Store&&) noexcept = default;
Store::~Store() = default;

namespace {

std::unique_ptr<Database> open_for_reading(const std::filesystem::path& path) {
  auto database = std::make_unique<Database>(path, Database::Mode::read_only);
  require_schema(*database);
  database->execute(
      "PRAGMA query_only=1; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-65536; PRAGMA mmap_size=2147483648;");
  // One moment for all that a command reads, whatever is written meanwhile: its figures agree with
  // each other.
  database->execute("BEGIN");
  return database;
}

}  // namespace

Store Store::open(const std::filesystem::path& path, Mode mode) {
  if (mode == Mode::read_only) {
    if (!std::filesystem::exists(path))
      throw StoreError(StoreError::Kind::usage, "there is no database at " + path.native());
    try {
      return Store(open_for_reading(path), path);
    } catch (const StoreError& error) {
      if (error.kind != StoreError::Kind::interrupted) throw;
    }
    Database(path, Database::Mode::read_write)
        .value("SELECT count(*) FROM sqlite_schema");  // which
                                                       // undoes
                                                       // it
    return Store(open_for_reading(path), path);
  }
  sha256({});  // libcrypto sets itself up at its first use, and would crash later if memory ran out
               // in the middle of that
  auto database = std::make_unique<Database>(path, Database::Mode::read_write);
  prepare_schema(*database, path);
  // FULL: what a commit said is there is there after a power cut, so a mailbox may be marked after
  // it.
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
    if (writer_) writer_->forget_names_of_left();
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
  Statement reports(
      *database_,
      "SELECT (SELECT count(*) FROM report WHERE item=?1)+(SELECT count(*) FROM sighting WHERE item=?1)");
  reports.bind(1, item);
  reports.step();
  saved.duplicate = static_cast<std::uint64_t>(reports.integer(0));
  return saved;
}

std::vector<Digest> Store::settled_items() {
  std::vector<Digest> digests;
  Statement items(
      *database_,
      "SELECT digest FROM item WHERE outcome<>3 OR NOT EXISTS(SELECT 1 FROM problem WHERE problem.item=item.id AND dismissed=0)");
  while (items.step()) {
    Digest& digest = digests.emplace_back();
    const std::string_view bytes = items.blob(0);
    std::memcpy(digest.data(), bytes.data(), std::min(bytes.size(), digest.size()));
  }
  return digests;
}

Saved Store::save(const ProcessedItem& processed, const Limits& limits) {
  Writer& w = writer();
  Saved saved;

  // The item: found or added; of two places with the same bytes the first in order is remembered.
  w.find_item.bind_blob(1, as_text(processed.digest));
  std::int64_t item = 0;
  bool moved = false;
  if (w.find_item.step()) {
    item = w.find_item.integer(0);
    const std::string source = w.find_item.string(3);
    moved = std::tuple(processed.origin.source, processed.origin.index) <
            std::tuple(source, static_cast<std::uint64_t>(w.find_item.integer(4)));
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

  std::vector<ItemFault> faults = processed.faults;
  std::vector<std::int64_t> touched;
  for (const ProcessedItem::Report& found : processed.reports) {
    const PackedReport& packed = found.report;
    w.find_report.bind_blob(1, as_text(packed.digest));
    const bool seen = w.find_report.step();
    const std::int64_t seen_report = seen ? w.find_report.integer(0) : 0,
                       seen_item = seen ? w.find_report.integer(2) : 0;
    const std::string seen_part = seen ? w.find_report.string(3) : "";
    const State seen_state =
        seen ? static_cast<State>(w.find_report.integer(1, 0, 3, "report", seen_report))
             : State::taken;
    const std::int64_t seen_reporter = seen ? w.find_report.integer(4) : 0;
    const ReportSender seen_sender = seen ? sender_from(w.find_report, 5, seen_reporter)
                                          : ReportSender();
    w.find_report.reset();
    if (seen) {
      // Key 1: the same document again. It belongs to the first place in order, and to the sender
      // who tells most of himself.
      ++saved.duplicate;
      const bool counts_anew = weight_of(found.sender) != weight_of(seen_sender) ||
                               party_of(found.sender) != party_of(seen_sender);
      // The mail that it is known from is read again, maybe with other receivers named: what was
      // made of it then is no longer so.
      const auto of_mail = [](const ReportSender& sender) {
        return std::tie(sender.from_domain, sender.signed_by, sender.submitter);
      };
      const bool same_mail = known_item &&
                             (seen_sender.mail ? of_mail(seen_sender) == of_mail(found.sender)
                                               : seen_item == item && seen_part == found.part);
      if (tells_more(found.sender, seen_sender) || (same_mail && found.sender != seen_sender)) {
        if (counts_anew && w.settled_again >= limits.rival_documents / 10) {
          const Error error{
              Fault::limit,
              "who sent it is known better now, but too many such documents claim to be one report",
              "rival_documents"};
          faults.push_back({found.part, error});
          saved.refused.push_back({found.part, error});
          continue;
        }
        const std::int64_t reporter = w.reporter(packed.head.report.metadata, found.sender);
        w.set_reporter.bind(1, seen_report);
        w.set_reporter.bind(2, reporter);
        w.set_reporter.run();
        w.learn_account_names(
            packed, reporter,
            day_of_window(packed.head.report.metadata.begin, packed.head.report.metadata.end));
        w.left_reporters.insert(seen_reporter);
        if (counts_anew && seen_state != State::distrusted)
          w.settle_again(w.placed(seen_report).value().claim, touched);
      }
      if (seen_item == item && seen_part == found.part) continue;
      // It is the first of all places so far, so it need be compared with this one only.
      if (w.place_in_order(item, found.part) < w.place_in_order(seen_item, seen_part)) {
        w.drop_sighting.bind(1, seen_report);
        w.drop_sighting.bind(2, item);
        w.drop_sighting.bind_text(3, found.part);
        w.drop_sighting.run();
        for (Statement* statement : {&w.set_place, &w.move_conflict}) {
          statement->bind(1, seen_report);
          statement->bind(2, item);
          if (statement == &w.set_place)
            statement->bind_optional_text(3, found.part);
          else
            statement->bind_text(3, found.part);
          statement->run();
        }
        w.add_sighting.bind(2, seen_item);
        w.add_sighting.bind_text(3, seen_part);
        touched.push_back(seen_item);
      } else {
        w.add_sighting.bind(2, item);
        w.add_sighting.bind_text(3, found.part);
      }
      w.add_sighting.bind(1, seen_report);
      w.add_sighting.run();
      continue;
    }

    const auto refuse = [&](Error error) {
      faults.push_back({found.part, error});
      saved.refused.push_back({found.part, std::move(error)});
    };
    const std::optional<std::int64_t> domain_id =
        w.domain(packed.head.report.policy_published.domain);
    if (!domain_id) {
      refuse({Fault::limit, fmt::format("there are {} policy domains already", RowKey::max_domain),
              "domains"});
      continue;
    }
    const Writer::Claim claim = w.claim_of(packed, *domain_id);
    Writer::Rivals* const rivals = w.rivals_of(claim);
    if (rivals != nullptr && !rivals->pruned &&
        rivals->documents.comparisons_with(packed.rows.size()) > limits.rival_documents) {
      refuse({Fault::limit,
              fmt::format("{} other documents claim to be this report, too many records to compare",
                          rivals->documents.size()),
              "rival_documents"});
      continue;
    }
    const std::optional<std::int64_t> first_row =
        rivals == nullptr ? w.free_rows(claim.domain, claim.day, packed.rows.size())
                          : w.free_aside();
    if (!first_row) {
      refuse({Fault::limit, too_many_rows, "rows_of_a_day"});
      continue;
    }
    const std::int64_t report = w.insert_report(
        found, item, claim, rivals != nullptr ? State::conflict : State::taken, *first_row);
    State state = State::taken;
    if (rivals != nullptr) {
      const std::int64_t taken_before =
          std::ranges::count(rivals->stored | std::views::values, State::taken);
      w.settle(*rivals, w.document_of(found, item, report), touched);
      state = rivals->pruned ? State::contained : rivals->stored[report];
      const std::int64_t taken_after =
          std::ranges::count(rivals->stored | std::views::values, State::taken);
      saved.replaced += static_cast<std::uint64_t>(
          std::max<std::int64_t>(taken_before + (state == State::taken) - taken_after, 0));
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
      saved.refused.push_back({found.part, {Fault::conflict, w.find_conflict.string(1), ""}});
      w.find_conflict.reset();
    }
  }

  w.sync_faults(item, faults);
  if (!faults.empty() && !processed.kept_bytes.empty()) {
    w.keep_item.bind(1, item);
    w.keep_item.bind_blob_view(2, processed.kept_bytes);
    w.keep_item.run();
  } else if (known_item && faults.empty()) {
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
  // What this run did with the item: known reports are duplicates now, even if the item was what
  // stored them once.
  if (saved.outcome == Outcome::stored && saved.stored == 0) {
    saved.outcome = Outcome::duplicate;
    if (!known_item) w.stored_before.insert(item);
  }
  return saved;
}

bool Store::distrust(std::int64_t report, bool on) {
  bool changed = false;
  batch([&] {
    Writer& w = writer();
    std::vector<std::int64_t> touched;
    changed = w.distrust(report, on, touched);
    for (const std::int64_t item : touched) w.conclude(item, "");
  });
  return changed;
}

bool Store::remove(std::int64_t report) {
  bool removed = false;
  batch([&] {
    Writer& w = writer();
    const auto place = w.placed(report);
    if (!place) return;
    std::vector<std::int64_t> touched{place->item};
    w.distrust(report, true, touched);
    Statement seen_in(*database_, "SELECT item FROM sighting WHERE report=?1");
    seen_in.bind(1, report);
    while (seen_in.step()) touched.push_back(seen_in.integer(0));
    // 0: its rows were pruned.
    if (const std::int64_t aside = w.placed(report)->first_row; aside > 0)
      database_->execute(
          fmt::format("DELETE FROM record WHERE id>={0} AND id-{0}<{1}", aside, place->records));
    for (const std::string& sql : {fmt::format("DELETE FROM sighting WHERE report={}", report),
                                   fmt::format("DELETE FROM report_claim WHERE report={}", report),
                                   fmt::format("DELETE FROM report WHERE id={}", report)})
      database_->execute(sql);
    std::ranges::sort(touched);
    touched.erase(std::ranges::unique(touched).begin(), touched.end());
    for (const std::int64_t item : touched) {
      if (w.conclude(item, "").second == Outcome::not_a_report)
        database_->execute(fmt::format("DELETE FROM item WHERE id={}", item));
    }
    removed = true;
  });
  return removed;
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
