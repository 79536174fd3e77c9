// SPDX-License-Identifier: MIT
#include "store/postgresql/writer/batch_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "store/document/head_lines.h"
#include "store/postgresql/wire/columns.h"
#include "store/postgresql/wire/pg_text.h"
#include "store/postgresql/wire/row_block.h"
#include "store/postgresql/writer/item_outcomes.h"
#include "store/postgresql/writer/pg_deliveries.h"
#include "store/postgresql/writer/pg_kept_rows.h"

namespace dmarcq {
namespace {

using State = DocumentState;

std::string key_text(const Digest& digest) { return std::string(digest_text(digest)); }

/// Says which item is worked on, however that ends.
class AtWork {
 public:
  AtWork(const SaveOptions& options, std::size_t item) : options_(options), item_(item) {
    if (options_.begin) options_.begin(item_);
  }
  ~AtWork() {
    if (options_.end) options_.end(item_);
  }
  AtWork(const AtWork&) = delete;
  AtWork& operator=(const AtWork&) = delete;

 private:
  const SaveOptions& options_;
  std::size_t item_;
};

/// Of one set: each costs some of the processor's time, and documents without records cost
/// comparisons none.
constexpr std::size_t most_documents = 2'000;

/// What the item will come to, unless one of its reports is not new.
Outcome expected_outcome(const ProcessedItem& item) {
  return ItemFacts{.problem = !item.faults.empty(),
                   .holds_report = !item.reports.empty(),
                   .seen_report = !item.reports.empty()}
      .outcome();
}

}  // namespace

struct BatchWriter::Row {
  bool is_new = false;
  std::string source;  // where it was found, of two places the first
  std::int64_t number = 0, run = 0;
  Outcome outcome = Outcome::not_a_report;
  bool is_sure = true;  // `outcome` is what will be stored; else it follows from facts
};

struct BatchWriter::Found {
  const ProcessedItem::Report* report = nullptr;
  SetKey key;
  Claim claim;
  std::int64_t reporter = 0;
  bool is_stored = false;  // the document is there already

  bool is_new_copy() const { return report->copied && !is_stored; }
};

struct BatchWriter::Saving {
  const ProcessedItem* processed = nullptr;
  std::string digest;
  bool known = false;  // there was such an item before it
  std::vector<Found> found;
  std::vector<ItemFault> refused;
  Saved saved;

  void refuse(const std::string& part, Error error) {
    refused.push_back({part, error});
    saved.refused.push_back({part, std::move(error)});
  }
};

BatchWriter::BatchWriter(PgConnection& connection, const SmallTables& small, PgRun& run,
                         std::int64_t batch, const SaveOptions& options)
    : connection_(connection),
      small_(small),
      run_(run),
      batch_(batch),
      options_(options),
      sets_(connection) {}

BatchWriter::~BatchWriter() = default;

std::optional<std::vector<Saved>> BatchWriter::save(std::span<const ProcessedItem> items) {
  connection_.change("SELECT 1 FROM dmarcq.horizon FOR SHARE");
  std::vector<Saved> known(items.size());
  saving_.reserve(items.size());
  for (const ProcessedItem& item : items)
    if (!item.already_read)
      saving_.push_back({.processed = &item, .digest = key_text(item.digest)});
  if (!write_items()) return std::nullopt;
  find_documents();
  find_stored_documents();
  add_first_documents();
  add_copied_documents();
  std::size_t next = 0;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (items[i].already_read) continue;
    const AtWork at_work(options_, i);
    save_documents(saving_[next++]);
  }
  sets_.write(days_, touched_);
  lock_known_items();
  for (Saving& saving : saving_)
    save_deliveries(connection_, *saving.processed, saving.digest, saving.saved);
  for (Saving& saving : saving_)
    save_kept_reports(connection_, *saving.processed, saving.digest, saving.saved);
  write_faults();
  write_rows();
  write_names();
  write_days();
  write_outcomes();
  std::vector<Saved> saved;
  next = 0;
  for (const ProcessedItem& item : items)
    saved.push_back(item.already_read ? of_known(item) : std::move(saving_[next++].saved));
  return saved;
}

/// Adds those that are not there, and locks the others. False: they are of this very batch.
bool BatchWriter::write_items() {
  std::map<std::string, const Saving*> first;
  for (Saving& saving : saving_) saving.known = !first.emplace(saving.digest, &saving).second;
  std::vector<std::string_view> digests, sources, ids, kinds;
  std::vector<std::string> source_texts, id_texts;
  std::vector<std::int64_t> numbers, bytes;
  std::vector<std::int16_t> outcomes;
  for (const auto& [digest, saving] : first) {
    const ProcessedItem& item = *saving->processed;
    digests.push_back(digest);
    source_texts.push_back(pg_text(item.origin.source));
    id_texts.push_back(pg_text(item.origin.message_id));
    numbers.push_back(static_cast<std::int64_t>(item.origin.index));
    bytes.push_back(static_cast<std::int64_t>(item.bytes));
    const Outcome outcome = expected_outcome(item);
    outcomes.push_back(static_cast<std::int16_t>(outcome));
    kinds.push_back(outcome == Outcome::not_a_report ? std::string_view(item.not_a_report) : "");
    items_[digest] = {.source = item.origin.source,
                      .number = static_cast<std::int64_t>(item.origin.index),
                      .run = batch_,
                      .outcome = outcome};
  }
  if (first.empty()) return true;
  sources.assign(source_texts.begin(), source_texts.end());
  ids.assign(id_texts.begin(), id_texts.end());
  connection_.each(
      fmt::format(
          "INSERT INTO dmarcq.item(digest,run,source,number,message_id,bytes,outcome,not_a_report) SELECT digest,{},source,number,message_id,bytes,"
          "outcome,kind FROM unnest($1::bytea[],$2::text[],$3::int8[],$4::text[],$5::int8[],$6::int2[],$7::text[]) AS "
          "u(digest,source,number,message_id,bytes,outcome,kind) ON CONFLICT DO NOTHING RETURNING digest",
          batch_),
      PgValues()
          .byte_strings(digests)
          .texts(sources)
          .integers(numbers)
          .texts(ids)
          .integers(bytes)
          .smalls(outcomes)
          .texts(kinds),
      [&](const PgRow& row) { items_.at(row.string(0)).is_new = true; });
  read_known_items();
  return std::ranges::none_of(items_, [&](const auto& entry) {
    return !entry.second.is_new && entry.second.run == batch_;
  });
}

/// The items that were there before, as they stand. They are locked behind the sets of reports: who
/// holds a set locks the items of its documents, and would wait for ever for one that waits for the
/// set.
void BatchWriter::read_known_items() {
  std::vector<std::string_view> digests;
  for (const auto& [digest, row] : items_)
    if (!row.is_new) digests.push_back(digest);
  std::map<std::string, Row> stored;
  if (!digests.empty())
    connection_.each(
        "SELECT digest,source,number,run,outcome FROM dmarcq.item WHERE digest=ANY($1)",
        PgValues().byte_strings(digests), [&](const PgRow& row) {
          stored[row.string(0)] = {.source = from_pg_text(row.text(1)),
                                   .number = row.integer(2),
                                   .run = row.integer(3),
                                   .outcome = static_cast<Outcome>(row.integer(4)),
                                   .is_sure = false};
        });
  // One that was there and is gone was removed at this moment.
  if (stored.size() != digests.size())
    throw PgError("40001", "an item was removed while it came again");
  for (auto& [digest, row] : stored) items_.at(digest) = row;
  if (std::ranges::any_of(stored, [&](const auto& one) { return one.second.run == batch_; }))
    return;
  for (Saving& saving : saving_) {
    Row& row = items_.at(saving.digest);
    if (!row.is_new) saving.known = true;
    const Origin& origin = saving.processed->origin;
    const auto number = static_cast<std::int64_t>(origin.index);
    if (std::tie(origin.source, number) >= std::tie(row.source, row.number)) continue;
    row.source = origin.source;
    row.number = number;
  }
}

/// Those that were there before, and those whose outcome may change. Of two places with the same
/// bytes the first in order is remembered.
void BatchWriter::lock_known_items() {
  std::set<std::string> wanted = touched_;
  for (const auto& [digest, row] : items_)
    if (!row.is_new) wanted.insert(digest);
  if (wanted.empty()) return;
  std::map<std::string, std::pair<std::string, std::int64_t>> places;
  connection_.each(
      "SELECT digest,source,number FROM dmarcq.item WHERE digest=ANY($1) ORDER BY digest FOR UPDATE",
      PgValues().byte_strings(std::vector<std::string_view>(wanted.begin(), wanted.end())),
      [&](const PgRow& row) {
        places[row.string(0)] = {from_pg_text(row.text(1)), row.integer(2)};
      });
  for (const Saving& saving : saving_) {
    if (items_.at(saving.digest).is_new) continue;
    const auto found = places.find(saving.digest);
    if (found == places.end()) throw PgError("40001", "an item was removed while it came again");
    const Origin& origin = saving.processed->origin;
    const auto number = static_cast<std::int64_t>(origin.index);
    if (std::tie(origin.source, number) >= std::tie(found->second.first, found->second.second))
      continue;
    found->second = {origin.source, number};
    connection_.change("UPDATE dmarcq.item SET source=$2,number=$3,message_id=$4 WHERE digest=$1",
                       PgValues()
                           .bytes(saving.digest)
                           .text(pg_text(origin.source))
                           .integer(number)
                           .text(pg_text(origin.message_id)));
  }
}

void BatchWriter::find_documents() {
  for (Saving& saving : saving_)
    for (const ProcessedItem::Report& report : saving.processed->reports) {
      const ParsedReport& head = report.report.head;
      const SmallTables::Domain domain = small_.domain(head.report.policy_published.domain);
      Found found{.report = &report, .key = {}, .claim = claim_of(report.report, domain.id)};
      found.key = {domain.home, domain.id, found.claim.day, found.claim.key};
      found.reporter = small_.reporter(head.report.metadata, report.sender);
      saving.found.push_back(std::move(found));
    }
}

/// A document that is stored is in the set that it was put into, whatever the list of public
/// suffixes or of known reporters says today of whose it is.
void BatchWriter::find_stored_documents() {
  std::map<std::string, std::vector<Found*>> by_digest;
  for (Saving& saving : saving_)
    for (Found& found : saving.found)
      by_digest[key_text(found.report->report.digest)].push_back(&found);
  if (by_digest.empty()) return;
  std::vector<std::string_view> digests;
  for (const auto& [digest, found] : by_digest) digests.push_back(digest);
  connection_.each("SELECT digest,home,domain,day,claim FROM dmarcq.report WHERE digest=ANY($1)",
                   PgValues().byte_strings(digests), [&](const PgRow& row) {
                     for (Found* found : by_digest.at(row.string(0))) {
                       found->is_stored = true;
                       found->key = {row.integer(1), row.integer(2),
                                     static_cast<Day>(row.integer(3)), row.integer(4)};
                     }
                   });
}

SetDocument BatchWriter::document_of(const Saving& saving, const Found& found) const {
  const PackedReport& packed = found.report->report;
  const Row& item = items_.at(saving.digest);
  SetDocument document;
  document.digest = key_text(packed.digest);
  document.place = {item.source, item.number, found.report->part, saving.digest};
  document.reporter = found.reporter;
  document.sender = found.report->sender;
  document.claim = found.claim;
  document.well_formed = packed.head.well_formed;
  const auto& copied = found.report->copied;
  document.records = copied ? static_cast<std::int64_t>(copied->records) : std::ssize(packed.rows);
  document.totals = packed.totals;
  document.unusable_records = packed.head.unusable_records;
  document.unusable_messages = packed.head.unusable_messages;
  document.packed = &packed;
  return document;
}

namespace {

/// Rows of `report` on their way in, column by column.
struct ReportColumns {
  std::vector<std::int64_t> ids, homes, domains, claims, reporters, policies, dialects, begins,
      ends, records, unusable_records, unusable_messages;
  std::array<std::vector<std::int64_t>, 8> totals;
  std::vector<std::int32_t> days;
  std::vector<std::int32_t> seqs;
  std::vector<std::int16_t> states, well_formed;
  std::vector<std::string_view> digests, items, report_ids;
  std::vector<std::string> parts, errors, deviations;

  void add(const SetKey& key, const SetDocument& document, const SmallTables& small) {
    const ParsedReport& head = document.packed->head;
    ids.push_back(document.id);
    homes.push_back(key.home);
    domains.push_back(key.domain);
    days.push_back(key.day);
    claims.push_back(key.claim);
    seqs.push_back(document.seq);
    states.push_back(static_cast<std::int16_t>(document.state));
    digests.push_back(digest_text(document.packed->digest));
    items.push_back(document.place.item);
    parts.push_back(pg_text(document.place.part));
    reporters.push_back(document.reporter);
    policies.push_back(small.policy(head.report.policy_published));
    dialects.push_back(small.dialect(head));
    report_ids.push_back(head.report.metadata.report_id);
    begins.push_back(head.report.metadata.begin);
    ends.push_back(head.report.metadata.end);
    well_formed.push_back(head.well_formed ? 1 : 0);
    errors.push_back(error_lines(head.report.metadata.errors));
    deviations.push_back(deviation_lines(head.deviations));
    records.push_back(document.records);
    unusable_records.push_back(static_cast<std::int64_t>(document.unusable_records));
    unusable_messages.push_back(static_cast<std::int64_t>(document.unusable_messages));
    const Totals& t = document.totals;
    std::size_t i = 0;
    for (const std::uint64_t sum :
         {t.both, t.dkim_only, t.spf_only, t.neither, t.none, t.pass, t.quarantine, t.reject})
      totals[i++].push_back(static_cast<std::int64_t>(sum));
  }

  PgValues values() const {
    const auto views = [](const std::vector<std::string>& texts) {
      return std::vector<std::string_view>(texts.begin(), texts.end());
    };
    PgValues values;
    values.integers(homes).integers(domains).days(days).integers(claims).days(seqs);
    values.smalls(states).byte_strings(digests).byte_strings(items).texts(views(parts));
    values.integers(reporters).integers(policies).integers(dialects).texts(report_ids);
    values.integers(begins).integers(ends).smalls(well_formed).texts(views(errors));
    values.texts(views(deviations)).integers(records).integers(unusable_records);
    values.integers(unusable_messages);
    for (const auto& sums : totals) values.integers(sums);
    values.integers(ids);
    return values;
  }
};

/// Ids in the order of arrival, whatever the order in which rows are locked. They are taken only
/// for rows that seem to be new: a number that nobody bears costs memory wherever ids serve as
/// positions.
std::vector<std::int64_t> new_report_ids(PgConnection& connection, std::size_t number) {
  std::vector<std::int64_t> ids;
  connection.each(
      "SELECT nextval(pg_get_serial_sequence('dmarcq.report','id')) FROM generate_series(1,$1)",
      PgValues().integer(static_cast<std::int64_t>(number)),
      [&](const PgRow& row) { ids.push_back(row.integer(0)); });
  return ids;
}

constexpr std::string_view add_reports =
    "INSERT INTO dmarcq.report(id,home,domain,day,claim,seq,state,digest,item,part,reporter,policy,dialect,report_id,begins,ends,well_formed,errors,"
    "deviations,records,unusable_records,unusable_messages,dkim_and_spf,dkim_only,spf_only,neither,none,pass,quarantine,reject) "
    "SELECT id,a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p<>0,q,r,s,t,u,v1,v2,v3,v4,v5,v6,v7,v8 FROM "
    "unnest($1::int8[],$2::int8[],$3::int4[],$4::int8[],$5::int4[],$6::int2[],$7::bytea[],$8::bytea[],$9::text[],$10::int8[],$11::int8[],$12::int8[],"
    "$13::text[],$14::int8[],$15::int8[],$16::int2[],$17::text[],$18::text[],$19::int8[],$20::int8[],$21::int8[],$22::int8[],$23::int8[],$24::int8[],"
    "$25::int8[],$26::int8[],$27::int8[],$28::int8[],$29::int8[],$30::int8[]) AS x(a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t,u,v1,v2,v3,v4,v5,v6,v7,v8,id) "
    "ON CONFLICT DO NOTHING RETURNING home,domain,day,claim,id";

}  // namespace

/// Gives ids to those whose set has no document yet.
void BatchWriter::number_documents(std::map<SetKey, SetDocument>& documents) {
  std::set<SetKey> keys;
  for (const auto& [key, document] : documents) keys.insert(key);
  const std::set<SetKey> there = sets_.existing(keys);
  const std::vector<std::int64_t> ids =
      new_report_ids(connection_, documents.size() - there.size());
  std::size_t next = 0;
  for (const Saving& saving : saving_)
    for (const Found& found : saving.found)
      if (!found.is_new_copy() && first_found_.at(found.key) == &found &&
          !there.contains(found.key))
        documents.at(found.key).id = ids.at(next++);
}

/// The first document of each set of this batch goes in where no other is. Workers that hold
/// documents of one set meet at this primary key.
void BatchWriter::add_first_documents() {
  std::map<SetKey, SetDocument> documents;
  std::map<SetKey, std::size_t> found_of_set;
  for (const Saving& saving : saving_)
    for (const Found& found : saving.found) {
      if (found.is_new_copy() || ++found_of_set[found.key] > 1) continue;
      SetDocument document = document_of(saving, found);
      document.state = State::accepted;
      documents.emplace(found.key, std::move(document));
      first_found_[found.key] = &found;
    }
  if (documents.empty()) return;
  number_documents(documents);
  ReportColumns columns;
  for (const auto& [key, document] : documents)
    if (document.id != 0) columns.add(key, document, small_);
  connection_.each(std::string(add_reports), columns.values(), [&](const PgRow& row) {
    first_[{row.integer(0), row.integer(1), static_cast<Day>(row.integer(2)), row.integer(3)}] =
        row.integer(4);
  });
  std::set<SetKey> contested;
  std::map<std::string, const PackedReport*> packed;
  for (const auto& [key, number] : found_of_set) {
    const auto in_place = first_.find(key);
    if (in_place != first_.end() && number == 1) continue;
    contested.insert(key);
    if (in_place != first_.end())
      packed.emplace(documents.at(key).digest, documents.at(key).packed);
  }
  sets_.read(contested, packed);
}

/// Documents of another database, as they stand there. Nobody else writes to an unfinished copy.
void BatchWriter::add_copied_documents() {
  std::vector<std::pair<Saving*, const Found*>> copied;
  std::map<SetKey, std::int32_t> next_seq;
  for (Saving& saving : saving_)
    for (const Found& found : saving.found)
      if (found.is_new_copy()) {
        copied.emplace_back(&saving, &found);
        next_seq[found.key] = 0;
      }
  if (copied.empty()) return;
  sets_.next_seqs(next_seq);
  const std::vector<std::int64_t> ids = new_report_ids(connection_, copied.size());
  ReportColumns columns;  // which refer to the documents
  std::vector<std::unique_ptr<SetDocument>> documents;
  std::vector<std::int64_t> pruned;
  for (std::size_t i = 0; i < copied.size(); ++i) {
    auto& [saving, found] = copied[i];
    const CopiedDocument& as = *found->report->copied;
    SetDocument& document =
        *documents.emplace_back(std::make_unique<SetDocument>(document_of(*saving, *found)));
    document.id = ids[i];
    document.seq = next_seq.at(found->key)++;
    document.state = as.state;
    columns.add(found->key, document, small_);
    if (as.pruned)
      pruned.push_back(document.id);
    else
      rows_.push_back({found->key, document.id, &found->report->report});
    if (as.state == State::accepted) {
      days_[{found->key.home, found->key.domain, found->key.day}].add(document, +1);
      saving->saved.add_stored(found->report->report);
    }
    items_.at(saving->digest).is_sure = false;
  }
  if (connection_.change(std::string(add_reports), columns.values()) != copied.size())
    throw PgError("40001", "another process stores reports in an unfinished copy");
  connection_.change("UPDATE dmarcq.report SET pruned=true WHERE id=ANY($1)",
                     PgValues().integers(pruned));
  for (std::size_t i = 0; i < copied.size(); ++i) {
    const auto& [saving, found] = copied[i];
    if (found->report->copied->state == State::conflict)
      write_copied_conflict(connection_, ids[i], saving->digest, *found->report);
  }
}

void BatchWriter::save_documents(Saving& saving) {
  for (const Found& found : saving.found) {
    if (found.is_new_copy()) continue;
    if (first_.contains(found.key) && first_found_.at(found.key) == &found) {
      store_new(saving, found);
      continue;
    }
    SetDocument* const known = sets_.find(found.key, digest_text(found.report->report.digest));
    if (known != nullptr)
      save_known(saving, found, *known);
    else
      save_new(saving, found);
    items_.at(saving.digest).is_sure = false;
  }
}

/// The first of its set, so that nothing speaks against it.
void BatchWriter::store_new(Saving& saving, const Found& found) {
  rows_.push_back({found.key, first_.at(found.key), &found.report->report});
  saving.saved.add_stored(found.report->report);
  days_[{found.key.home, found.key.domain, found.key.day}].add(document_of(saving, found), +1);
  learn_names(*found.report, found.reporter, found.key.day);
  if (sets_.holds(found.key)) items_.at(saving.digest).is_sure = false;
}

/// The same document again. It belongs to the first place in order, and to the sender who tells
/// most of himself.
void BatchWriter::save_known(Saving& saving, const Found& found, SetDocument& known) {
  ++saving.saved.duplicate;
  const Row& item = items_.at(saving.digest);
  const PgPlace place{item.source, item.number, found.report->part, saving.digest};
  const SenderChange change =
      sender_change(known.sender, found.report->sender, saving.known,
                    known.place.item == place.item && known.place.part == place.part);
  if (change.replaces) {
    if (change.counts_anew && run_.resolved_again >= options_.limits.rival_documents / 10) {
      saving.refuse(
          found.report->part,
          {Fault::limit,
           "who sent it is known better now, but too many such documents claim to be one report",
           "rival_documents"});
      return;
    }
    left_reporters_.insert(known.reporter);
    known.reporter = found.reporter;
    known.sender = found.report->sender;
    known.moved = true;
    learn_names(*found.report, found.reporter, found.key.day);
    if (change.counts_anew && known.state != State::distrusted)
      run_.resolved_again += sets_.resolve_anew(found.key, known.claim);
  }
  if (known.place.item == place.item && known.place.part == place.part) return;
  touched_.insert(known.place.item);
  PgPlace other = place;
  if (place < known.place) {
    other = std::exchange(known.place, place);
    known.moved = true;
  }
  connection_.change(
      "DELETE FROM dmarcq.sighting WHERE home=$1 AND report=$2 AND item=$3 AND part=$4",
      PgValues()
          .integer(found.key.home)
          .integer(known.id)
          .bytes(known.place.item)
          .text(pg_text(known.place.part)));
  connection_.change(
      "INSERT INTO dmarcq.sighting(home,report,item,part) VALUES($1,$2,$3,$4) ON CONFLICT DO NOTHING",
      PgValues()
          .integer(found.key.home)
          .integer(known.id)
          .bytes(other.item)
          .text(pg_text(other.part)));
}

void BatchWriter::save_new(Saving& saving, const Found& found) {
  const PackedReport& packed = found.report->report;
  const auto cost = sets_.cost_of(found.key, found.claim, packed.rows.size());
  if ((cost && cost->comparisons > options_.limits.rival_documents) ||
      sets_.size(found.key) >= most_documents)
    return saving.refuse(
        found.report->part,
        {Fault::limit,
         fmt::format("{} other documents claim to be this report, too many records to compare",
                     sets_.size(found.key)),
         "rival_documents"});
  SetDocument document = document_of(saving, found);
  document.seq = sets_.next_seq(found.key);
  document.id = new_report_ids(connection_, 1).at(0);
  ReportColumns columns;
  columns.add(found.key, document, small_);
  if (connection_.change(std::string(add_reports), columns.values()) != 1)
    throw PgError("40001", "another document of the set came in at this moment");
  rows_.push_back({found.key, document.id, &packed});
  learn_names(*found.report, found.reporter, found.key.day);
  const std::int64_t report = document.id;
  const std::int64_t more = sets_.add(found.key, std::move(document));
  saving.saved.replaced += static_cast<std::uint64_t>(std::max<std::int64_t>(-more, 0));
  const SetDocument& stored = *sets_.find(found.key, report);
  if (stored.state == State::accepted) {
    saving.saved.add_stored(packed);
  } else if (stored.state == State::subsumed) {
    ++saving.saved.duplicate;
  } else {
    const CompetingReports::Document facts{.records = stored.records, .shared = stored.shared};
    saving.saved.refused.push_back(
        {found.report->part, {Fault::conflict, conflict_text(facts), ""}});
  }
}

void BatchWriter::learn_names(const ProcessedItem::Report& found, std::int64_t reporter, Day day) {
  for (const auto& [account, name] : found.report.account_names) {
    const auto [entry, added] = names_.try_emplace({account, name, reporter}, std::pair(day, day));
    if (!added)
      entry->second = {std::min(entry->second.first, day), std::max(entry->second.second, day)};
  }
}

/// The problems of items become their faults, and the bytes of those with faults are kept.
void BatchWriter::write_faults() {
  std::vector<std::string_view> items, reasons, texts;
  std::vector<std::string> parts, reason_texts;
  std::vector<const std::string*> owners;
  for (Saving& saving : saving_) {
    if (saving.known) continue;
    bool any = false;
    for (const std::vector<ItemFault>* faults :
         {&saving.processed->faults, &std::as_const(saving.refused)})
      for (const ItemFault& fault : *faults) {
        any = true;
        owners.push_back(&saving.digest);
        parts.push_back(pg_text(fault.part));
        reason_texts.push_back(reason_of(fault.error));
        texts.push_back(fault.error.text);
      }
    if (!saving.refused.empty()) items_.at(saving.digest).is_sure = false;
    if (any && !saving.processed->kept_bytes.empty())
      connection_.change(
          "INSERT INTO dmarcq.kept_item(item,bytes) VALUES($1,$2) ON CONFLICT (item) "
          "DO UPDATE SET bytes=excluded.bytes",
          PgValues().bytes(saving.digest).bytes(saving.processed->kept_bytes));
  }
  if (!owners.empty()) {
    for (const std::string* owner : owners) items.push_back(*owner);
    reasons.assign(reason_texts.begin(), reason_texts.end());
    const std::vector<std::string_view> part_views(parts.begin(), parts.end());
    connection_.change(
        "INSERT INTO dmarcq.problem(item,part,reason,text) SELECT * FROM "
        "unnest($1::bytea[],$2::text[],$3::text[],$4::text[])",
        PgValues().byte_strings(items).texts(part_views).texts(reasons).texts(texts));
  }
  // After those of items that are new: one that comes twice in a batch is known the second time.
  for (Saving& saving : saving_)
    if (saving.known) write_known_faults(saving);
}

void BatchWriter::write_known_faults(Saving& saving) {
  struct Known {
    std::int64_t id;
    std::string part, reason;
  };
  std::vector<Known> known;
  connection_.each(
      "SELECT id,part,reason FROM dmarcq.problem WHERE item=$1 AND report=0 ORDER BY id",
      PgValues().bytes(saving.digest), [&](const PgRow& row) {
        known.push_back({row.integer(0), from_pg_text(row.text(1)), row.string(2)});
      });
  bool any = false;
  for (const std::vector<ItemFault>* faults :
       {&saving.processed->faults, &std::as_const(saving.refused)})
    for (const ItemFault& fault : *faults) {
      any = true;
      const std::string reason = reason_of(fault.error);
      const auto same = std::ranges::find_if(
          known, [&](const Known& k) { return k.part == fault.part && k.reason == reason; });
      if (same != known.end())
        known.erase(same);
      else
        connection_.change("INSERT INTO dmarcq.problem(item,part,reason,text) VALUES($1,$2,$3,$4)",
                           PgValues()
                               .bytes(saving.digest)
                               .text(pg_text(fault.part))
                               .text(reason)
                               .text(fault.error.text));
    }
  for (const Known& cured : known)
    connection_.change("DELETE FROM dmarcq.problem WHERE id=$1", PgValues().integer(cured.id));
  if (any && !saving.processed->kept_bytes.empty())
    connection_.change(
        "INSERT INTO dmarcq.kept_item(item,bytes) VALUES($1,$2) ON CONFLICT (item) DO "
        "UPDATE SET bytes=excluded.bytes",
        PgValues().bytes(saving.digest).bytes(saving.processed->kept_bytes));
  else if (!any)
    connection_.change("DELETE FROM dmarcq.kept_item WHERE item=$1",
                       PgValues().bytes(saving.digest));
}

void BatchWriter::write_rows() {
  if (rows_.empty()) return;
  std::size_t next = 0;
  connection_.copy_in(
      fmt::format(
          "COPY dmarcq.report_rows(home,domain,day,report,chunk,{}) FROM STDIN (FORMAT binary)",
          block_columns),
      [&](PgCopyRow& row) {
        if (next == rows_.size()) return false;
        const Rows& rows = rows_[next++];
        std::int32_t chunk = 0;
        each_block(*rows.packed, [&](const RowBlock& block) {
          row.begin(14);
          row.integer(rows.key.home);
          row.integer(rows.key.domain);
          row.day(rows.key.day);
          row.integer(rows.report);
          row.day(chunk++);
          append_block(row, block);
        });
        return true;
      });
}

void BatchWriter::write_names() {
  write_account_names(connection_, names_);
  for (const std::int64_t reporter : left_reporters_) forget_names_of_left(connection_, reporter);
}

void BatchWriter::write_days() { write_day_changes(connection_, days_); }

/// The outcomes that follow, and what this run did with each item.
void BatchWriter::write_outcomes() {
  for (const Saving& saving : saving_)
    if (!items_.at(saving.digest).is_sure) touched_.insert(saving.digest);
  for (const OutcomeChange& change :
       conclude_items(connection_, touched_, [&](const std::string& digest) {
         for (const Saving& saving : saving_)
           if (saving.digest == digest) return saving.processed->not_a_report;
         return std::string();
       })) {
    const auto own = items_.find(change.item);
    if (own != items_.end()) {
      own->second.outcome = change.after;
      continue;
    }
    if (!run_.is_of_this_run(change.run) || saving_.empty()) continue;
    auto [before, after] = std::pair(change.before, change.after);
    if (run_.stored_before.contains(change.item))
      for (Outcome* outcome : {&before, &after})
        if (*outcome == Outcome::stored) *outcome = Outcome::duplicate;
    if (before != after) saving_.back().saved.changed.emplace_back(before, after);
  }
  for (Saving& saving : saving_) conclude(saving);
}

void BatchWriter::conclude(Saving& saving) {
  Saved& saved = saving.saved;
  saved.outcome = items_.at(saving.digest).outcome;
  saved.not_a_report = saved.outcome == Outcome::not_a_report ? saving.processed->not_a_report : "";
  // Known reports are duplicates now, even if the item was what stored them once.
  if (saved.outcome == Outcome::stored && saved.stored == 0) {
    saved.outcome = Outcome::duplicate;
    if (!saving.known) run_.stored_before.insert(saving.digest);
  }
}

/// What became of an item that an earlier run read, unless a document of this one has put one of
/// its reports into conflict meanwhile.
Saved BatchWriter::of_known(const ProcessedItem& item) {
  Saved saved{.outcome = Outcome::problem};
  connection_.each(
      "SELECT outcome, not_a_report, EXISTS(SELECT 1 FROM dmarcq.problem WHERE problem.item=digest AND dismissed=0), "
      "(SELECT count(*) FROM dmarcq.report WHERE report.item=digest)+(SELECT count(*) FROM dmarcq.sighting WHERE sighting.item=digest) "
      "FROM dmarcq.item WHERE digest=$1",
      PgValues().bytes(digest_text(item.digest)), [&](const PgRow& row) {
        const auto outcome = static_cast<Outcome>(row.integer(0));
        if (outcome == Outcome::problem && row.boolean(2)) return;
        saved.outcome = outcome == Outcome::not_a_report ? Outcome::not_a_report
                                                         : Outcome::duplicate;
        saved.not_a_report = row.text(1);
        saved.duplicate = static_cast<std::uint64_t>(row.integer(3));
      });
  return saved;
}

void BatchWriter::remember(const ReadState& read) {
  std::vector<std::string> texts;
  const auto lists = [&](auto&& fill) {
    texts.clear();
    std::vector<std::string_view> sources, others;
    fill();
    for (std::size_t i = 0; i < texts.size(); i += 2) {
      sources.push_back(texts[i]);
      others.push_back(texts[i + 1]);
    }
    return PgValues().texts(sources).texts(others);
  };
  if (!read.checkpoints.empty())
    connection_.change(
        "INSERT INTO dmarcq.checkpoint(source,state) SELECT * FROM unnest($1::text[],$2::text[]) ON CONFLICT (md5(source)) DO UPDATE SET state=excluded.state",
        lists([&] {
          for (const auto& [source, state] : read.checkpoints) {
            texts.push_back(pg_text(source));
            texts.push_back(pg_text(state));
          }
        }));
  const auto names = [&](const std::vector<ReadState::Name>& list) {
    return lists([&] {
      for (const ReadState::Name& name : list) {
        texts.push_back(pg_text(name.source));
        texts.push_back(pg_text(name.name));
      }
    });
  };
  if (!read.read.empty())
    connection_.change(
        "INSERT INTO dmarcq.read_name(source,name) SELECT DISTINCT * FROM unnest($1::text[],$2::text[]) AS u(a,b) ORDER BY a,b ON CONFLICT DO NOTHING",
        names(read.read));
  if (!read.settled.empty())
    connection_.change(
        "DELETE FROM dmarcq.read_name USING unnest($1::text[],$2::text[]) AS gone(source,name) WHERE read_name.source=gone.source AND read_name.name=gone.name",
        names(read.settled));
}

}  // namespace dmarcq
