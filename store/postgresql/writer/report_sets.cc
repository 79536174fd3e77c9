// SPDX-License-Identifier: MIT
#include "store/postgresql/writer/report_sets.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "store/postgresql/wire/columns.h"
#include "store/postgresql/wire/pg_text.h"
#include "store/postgresql/wire/row_block.h"

namespace dmarcq {
namespace {

using State = DocumentState;

/// Keys of sets as lists for unnest: $1 to $4.
PgValues values_of(const std::set<SetKey>& keys) {
  std::vector<std::int64_t> homes, domains, claims;
  std::vector<std::int32_t> days;
  for (const SetKey& key : keys) {
    homes.push_back(key.home);
    domains.push_back(key.domain);
    days.push_back(key.day);
    claims.push_back(key.claim);
  }
  return PgValues().integers(homes).integers(domains).days(days).integers(claims);
}

constexpr std::string_view wanted_sets =
    "unnest($1::int8[],$2::int8[],$3::int4[],$4::int8[]) AS wanted(home,domain,day,claim)";

std::string text_of(const Claim& claim) {
  return fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n{}", claim.key, claim.domain, claim.day, claim.begin,
                     claim.end, claim.org_folded, claim.report_id);
}

/// A set's key, of columns home, domain, day, claim.
SetKey key_from(const PgRow& row) {
  return {row.integer(0), row.integer(1), static_cast<Day>(row.integer(2)), row.integer(3)};
}

SetDocument document_from(const PgRow& row, const SetKey& key, const std::string& place) {
  SetDocument document;
  document.id = row.integer(4);
  document.seq = static_cast<std::int32_t>(row.integer(5));
  document.state = document.stored_state = static_cast<State>(row.integer(6));
  document.digest = row.text(7);
  document.place = {from_pg_text(row.text(8)), row.integer(9), from_pg_text(row.text(10)),
                    row.string(11)};
  document.reporter = row.integer(12);
  document.claim = {.key = key.claim,
                    .domain = key.domain,
                    .day = key.day,
                    .begin = row.integer(14),
                    .end = row.integer(15),
                    .report_id = row.string(13),
                    .org_folded = row.string(16)};
  document.well_formed = row.boolean(17);
  document.pruned = row.boolean(18);
  document.records = row.integer(19);
  document.unusable_records = pg_count_from(row, 20);
  document.unusable_messages = pg_count_from(row, 21);
  document.totals = pg_totals_from(row, 22);
  document.sender = pg_sender_from(row, 30, place);
  return document;
}

bool competes(const SetDocument& document, const Claim& claim) {
  return document.state != State::distrusted && document.claim == claim;
}

CompetingReports::Document competing_of(const SetDocument& document) {
  CompetingReports::Document made;
  made.id = document.id;
  made.weight = weight_of(document.sender);
  made.party = party_of(document.sender);
  made.well_formed = document.well_formed;
  made.records = document.records;
  made.messages = static_cast<std::int64_t>(document.totals.messages);
  made.digest = document.digest;
  return made;
}

}  // namespace

void DayFigures::add(const SetDocument& document, std::int64_t sign) {
  const auto number = [sign](std::uint64_t value) {
    return sign * static_cast<std::int64_t>(value);
  };
  reports += sign;
  records += sign * document.records;
  unusable_records += number(document.unusable_records);
  unusable_messages += number(document.unusable_messages);
  const Totals& t = document.totals;
  std::size_t i = 0;
  for (const std::uint64_t sum :
       {t.both, t.dkim_only, t.spf_only, t.neither, t.none, t.pass, t.quarantine, t.reject})
    totals[i++] += number(sum);
}

std::set<SetKey> ReportSets::existing(const std::set<SetKey>& keys) {
  std::set<SetKey> found;
  connection_.each(fmt::format("SELECT home,domain,day,claim FROM dmarcq.report JOIN {} USING "
                               "(home,domain,day,claim) WHERE seq=0",
                               wanted_sets),
                   values_of(keys), [&](const PgRow& row) { found.insert(key_from(row)); });
  return found;
}

void ReportSets::next_seqs(std::map<SetKey, std::int32_t>& next) {
  std::set<SetKey> keys;
  for (const auto& [key, seq] : next) keys.insert(key);
  connection_.each(
      fmt::format("SELECT home,domain,day,claim,max(seq)+1 FROM dmarcq.report JOIN {} USING "
                  "(home,domain,day,claim) GROUP BY home,domain,day,claim",
                  wanted_sets),
      values_of(keys),
      [&](const PgRow& row) { next[key_from(row)] = static_cast<std::int32_t>(row.integer(4)); });
}

/// Those that have a first document, which is locked now.
std::set<SetKey> ReportSets::locked(const std::set<SetKey>& keys) {
  std::set<SetKey> found;
  connection_.each(
      fmt::format(
          "SELECT home,domain,day,claim FROM dmarcq.report JOIN {} USING (home,domain,day,claim) WHERE seq=0 "
          "ORDER BY home,domain,day,claim FOR UPDATE OF report",
          wanted_sets),
      values_of(keys), [&](const PgRow& row) { found.insert(key_from(row)); });
  return found;
}

void ReportSets::read(const std::set<SetKey>& keys,
                      const std::map<std::string, const PackedReport*>& packed) {
  constexpr int most_tries = 10;
  if (keys.empty()) return;
  // While one waits for the lock, the first document may be removed, and another becomes the first:
  // then that is what is to be locked.
  for (int i = 0;; ++i) {
    const std::set<SetKey> held = locked(keys);
    sets_.clear();
    read_documents(keys, packed);
    const bool all_held = std::ranges::all_of(sets_, [&](const auto& entry) {
      return entry.second.documents.empty() || held.contains(entry.first);
    });
    if (all_held) return;
    if (i == most_tries)
      throw PgError("40001", "documents of one report are removed and added at once");
  }
}

void ReportSets::read_documents(const std::set<SetKey>& keys,
                                const std::map<std::string, const PackedReport*>& packed) {
  connection_.each(
      fmt::format(
          "SELECT home,domain,day,claim, report.id,seq,state,report.digest,item.source,item.number,part,report.item,report.reporter,report_id,begins,ends,"
          "org_folded,well_formed,pruned,records,unusable_records,unusable_messages,{},{} FROM dmarcq.report JOIN {} USING (home,domain,day,claim) "
          "JOIN dmarcq.reporter ON reporter.id=report.reporter JOIN dmarcq.item ON item.digest=report.item ORDER BY home,domain,day,claim,seq",
          pg_totals_columns, pg_sender_columns, wanted_sets),
      values_of(keys), [&](const PgRow& row) {
        const SetKey key = key_from(row);
        SetDocument& document = *sets_[key].documents.emplace_back(
            std::make_unique<SetDocument>(document_from(row, key, connection_.place())));
        if (const auto found = packed.find(document.digest); found != packed.end())
          document.packed = found->second;
      });
  for (const SetKey& key : keys) sets_.try_emplace(key);
}

SetDocument* ReportSets::find(const SetKey& key, std::string_view digest) {
  for (const auto& document : sets_.at(key).documents)
    if (document->digest == digest) return document.get();
  return nullptr;
}

SetDocument* ReportSets::find(const SetKey& key, std::int64_t report) {
  for (const auto& document : sets_.at(key).documents)
    if (document->id == report) return document.get();
  return nullptr;
}

std::int32_t ReportSets::next_seq(const SetKey& key) const {
  const Set& set = sets_.at(key);
  return set.documents.empty() ? 0 : set.documents.back()->seq + 1;
}

bool ReportSets::is_beside_pruned(const SetKey& key, const Claim& claim,
                                  std::int64_t report) const {
  return std::ranges::any_of(sets_.at(key).documents, [&](const auto& document) {
    return document->id != report && competes(*document, claim) && document->pruned &&
           document->records > 0;
  });
}

std::vector<std::uint64_t> ReportSets::row_keys(const SetKey& key, const SetDocument& document) {
  std::vector<std::uint64_t> keys;
  keys.reserve(static_cast<std::size_t>(document.records));
  if (document.packed != nullptr) {
    each_block(*document.packed, [&](const RowBlock& block) { append_row_keys(block, keys); });
    return keys;
  }
  RowBlock block;
  connection_.each(
      fmt::format("SELECT {} FROM dmarcq.report_rows WHERE home=$1 AND domain=$2 AND day=$3 AND "
                  "report=$4 ORDER BY chunk",
                  block_columns),
      PgValues().integer(key.home).integer(key.domain).day(key.day).integer(document.id),
      [&](const PgRow& row) {
        read_block(row, 0, connection_.place(), block);
        append_row_keys(block, keys);
      });
  return keys;
}

CompetingReports& ReportSets::competing(const SetKey& key, Set& set, const Claim& claim,
                                        const SetDocument* but) {
  auto& known = set.competing[text_of(claim)];
  if (known) return *known;
  std::vector<CompetingReports::Document> documents;
  for (const auto& document : set.documents)
    if (document.get() != but && competes(*document, claim)) {
      documents.push_back(competing_of(*document));
      documents.back().rows = row_keys(key, *document);
    }
  known = std::make_unique<CompetingReports>(std::move(documents));
  return *known;
}

std::optional<ReportSets::Cost> ReportSets::cost_of(const SetKey& key, const Claim& claim,
                                                    std::uint64_t records) {
  Set& set = sets_.at(key);
  const bool alone = std::ranges::none_of(
      set.documents, [&](const auto& document) { return competes(*document, claim); });
  if (alone || is_beside_pruned(key, claim, 0)) return std::nullopt;
  const CompetingReports& others = competing(key, set, claim, nullptr);
  return Cost{others.comparisons_with(records), others.size()};
}

void ReportSets::take_states(Set& set, const CompetingReports& competing) {
  std::unordered_map<std::int64_t, SetDocument*> by_id;
  for (const auto& document : set.documents) by_id[document->id] = document.get();
  competing.each([&](const CompetingReports::Document& resolved) {
    SetDocument& document = *by_id.at(resolved.id);
    document.resolved |= document.state != resolved.state || document.shared != resolved.shared;
    document.state = resolved.state;
    document.shared = resolved.shared;
  });
}

std::int64_t ReportSets::add(const SetKey& key, SetDocument added) {
  Set& set = sets_.at(key);
  const auto counted = [&] {
    return std::ranges::count_if(set.documents, [&](const auto& document) {
      return document->state == State::accepted && document->claim == added.claim;
    });
  };
  const bool alone = std::ranges::none_of(
      set.documents, [&](const auto& document) { return competes(*document, added.claim); });
  const std::int64_t before = counted();
  const Claim claim = added.claim;
  SetDocument& document = *set.documents.emplace_back(std::make_unique<SetDocument>(added));
  document.resolved = true;
  if (alone) {
    document.state = State::accepted;
  } else if (is_beside_pruned(key, claim, document.id)) {
    // What was resolved stays so; a document that comes now says nothing new.
    document.state = State::subsumed;
  } else {
    CompetingReports& others = competing(key, set, claim, &document);
    CompetingReports::Document competitor = competing_of(document);
    competitor.rows = row_keys(key, document);
    others.add(std::move(competitor));
    take_states(set, others);
  }
  return counted() - before - (document.state == State::accepted ? 1 : 0);
}

std::uint64_t ReportSets::resolve_anew(const SetKey& key, const Claim& claim) {
  Set& set = sets_.at(key);
  set.competing.erase(text_of(claim));
  if (is_beside_pruned(key, claim, 0)) return 0;
  const CompetingReports& all = competing(key, set, claim, nullptr);
  take_states(set, all);
  for (const auto& document : set.documents)
    if (competes(*document, claim)) document->resolved = true;
  return all.size() > 1 ? all.rows() : 0;
}

void ReportSets::drop(const SetKey& key, std::int64_t report) {
  std::erase_if(sets_.at(key).documents,
                [&](const auto& document) { return document->id == report; });
}

void ReportSets::write(DayChanges& changes, std::set<std::string>& touched) {
  std::vector<const SetDocument*> resolved;
  for (auto& [key, set] : sets_)
    for (const auto& document : set.documents) {
      if (!document->resolved && !document->moved) continue;
      touched.insert(document->place.item);
      const bool counted = document->stored_state == State::accepted,
                 counts = document->state == State::accepted;
      if (counted != counts)
        changes[{key.home, key.domain, key.day}].add(*document, counts ? +1 : -1);
      if (document->moved || document->state != document->stored_state)
        connection_.change(
            "UPDATE dmarcq.report SET state=$6,item=$7,part=$8,reporter=$9 WHERE home=$1 AND "
            "domain=$2 AND day=$3 AND claim=$4 AND seq=$5",
            PgValues()
                .integer(key.home)
                .integer(key.domain)
                .day(key.day)
                .integer(key.claim)
                .day(document->seq)
                .small(static_cast<std::int16_t>(document->state))
                .bytes(document->place.item)
                .text(pg_text(document->place.part))
                .integer(document->reporter));
      resolved.push_back(document.get());
    }
  write_conflicts(resolved);
}

void write_copied_conflict(PgConnection& connection, std::int64_t report, const std::string& item,
                           const ProcessedItem::Report& found) {
  connection.change(fmt::format("INSERT INTO dmarcq.problem(report,item,part,text,reason) "
                                "VALUES($1,$2,$3,$4,'{}')",
                                to_text(Fault::conflict)),
                    PgValues()
                        .integer(report)
                        .bytes(item)
                        .text(pg_text(found.part))
                        .text(found.copied->conflict));
}

void ReportSets::write_conflicts(const std::vector<const SetDocument*>& documents) {
  if (documents.empty()) return;
  std::vector<std::int64_t> ids;
  for (const SetDocument* document : documents) ids.push_back(document->id);
  std::set<std::int64_t> told;
  connection_.each("SELECT report FROM dmarcq.problem WHERE report<>0 AND report=ANY($1)",
                   PgValues().integers(ids),
                   [&](const PgRow& row) { told.insert(row.integer(0)); });
  for (const SetDocument* document : documents) {
    const bool is_told = told.contains(document->id);
    if (document->state != State::conflict) {
      if (is_told)
        connection_.change("DELETE FROM dmarcq.problem WHERE report=$1",
                           PgValues().integer(document->id));
      continue;
    }
    CompetingReports::Document facts = competing_of(*document);
    facts.shared = document->shared;
    PgValues values;
    values.integer(document->id)
        .bytes(document->place.item)
        .text(pg_text(document->place.part))
        .text(conflict_text(facts));
    if (!is_told)
      connection_.change(
          fmt::format(
              "INSERT INTO dmarcq.problem(report,item,part,text,reason) VALUES($1,$2,$3,$4,'{}')",
              to_text(Fault::conflict)),
          values);
    else if (document->resolved)
      connection_.change("UPDATE dmarcq.problem SET item=$2,part=$3,text=$4 WHERE report=$1",
                         values);
    else
      connection_.change("UPDATE dmarcq.problem SET item=$2,part=$3 WHERE report=$1",
                         PgValues()
                             .integer(document->id)
                             .bytes(document->place.item)
                             .text(pg_text(document->place.part)));
  }
}

}  // namespace dmarcq
