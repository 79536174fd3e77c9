// SPDX-License-Identifier: MIT
#include "store/sqlite/writer/conflict_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>
#include <utility>

#include "store/sqlite/backfill.h"
#include "store/sqlite/columns.h"
#include "store/sqlite/row_key.h"

namespace dmarcq {
namespace {

using State = DocumentState;

std::string name_of(const Claim& claim) {
  return fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n{}", claim.key, claim.domain, claim.day, claim.begin,
                     claim.end, claim.org_folded, claim.report_id);
}

}  // namespace

std::int64_t StoredSet::accepted() const {
  return std::ranges::count(stored | std::views::values, State::accepted);
}

ConflictWriter::ConflictWriter(Database& db, DocumentWriter& documents)
    : database_(db),
      documents_(documents),
      claimants_(
          db,
          fmt::format(
              "SELECT report.id, state, item, well_formed, records, messages, digest, first_row, reporter.id, {} FROM report_claim "
              "JOIN report ON report.id=report_claim.report JOIN reporter ON reporter.id=report.reporter WHERE claim=?1 AND domain=?2 AND day=?3 AND "
              "begin=?4 AND \"end\"=?5 AND report_id=?6 AND org_folded=?7 AND state<>3",
              sender_columns)),
      claim_by_id_(
          db,
          "SELECT claim, domain, day, begin, \"end\", report_id, org_folded, state, item, first_row, records, reporter FROM report_claim JOIN report ON "
          "report.id=report_claim.report JOIN reporter ON reporter.id=report.reporter WHERE report.id=?1"),
      find_conflict_(db, "SELECT id, text FROM problem WHERE report=?1"),
      add_problem_(db, "INSERT INTO problem(item,part,reason,text,report) VALUES(?1,?2,?3,?4,?5)"),
      set_problem_text_(db, "UPDATE problem SET text=?2 WHERE id=?1"),
      drop_problem_(db, "DELETE FROM problem WHERE id=?1") {}

void ConflictWriter::forget() {
  sets_.clear();
  rows_held_ = 0;
}

StoredSet* ConflictWriter::competing(const Claim& claim) {
  constexpr std::uint64_t most_rows = 500'000;  // of all sets that are kept: 30 MB
  const std::string name = name_of(claim);
  if (const auto known = sets_.find(name); known != sets_.end()) return known->second.get();
  std::vector<CompetingReports::Document> documents;
  std::vector<std::int64_t> first_rows;
  std::unordered_map<std::int64_t, State> stored;
  bool pruned = false;
  claimants_.each(
      [&](const Statement& row) {
        CompetingReports::Document& document = documents.emplace_back();
        document.id = row.integer(0);
        stored[document.id] = static_cast<State>(row.integer(1));
        document.item = row.integer(2);
        document.well_formed = row.integer(3) != 0;
        document.records = row.integer(4, 0, RowKey::max_rows, "report", document.id);
        document.messages = row.integer(5);
        document.digest = row.blob(6);
        const ReportSender sender = sender_from(row, 9, row.integer(8));
        document.weight = weight_of(sender);
        document.party = party_of(sender);
        first_rows.push_back(row.integer(7));
        pruned |= document.records > 0 && first_rows.back() == 0;
      },
      claim.key, claim.domain, claim.day, claim.begin, claim.end, claim.report_id,
      claim.org_folded);
  if (documents.empty()) return nullptr;
  for (std::size_t i = 0; i < documents.size() && !pruned; ++i)
    documents[i].rows = documents_.row_keys(first_rows[i], documents[i].records);
  if (rows_held_ > most_rows) forget();
  auto& entry = sets_[name];
  entry = std::make_unique<StoredSet>(
      StoredSet{CompetingReports(std::move(documents)), std::move(stored), pruned});
  rows_held_ += entry->documents.rows();
  return entry.get();
}

State ConflictWriter::resolve(StoredSet& known, const ProcessedItem::Report& found,
                              std::int64_t item, std::int64_t report,
                              std::vector<std::int64_t>& touched) {
  CompetingReports::Document added = competing_document(found.report, found.sender);
  added.id = report;
  added.item = item;
  if (known.pruned) {
    // What was resolved stays so; a document that comes now says nothing new.
    touched.push_back(item);
    documents_.change_state(report, added.records, State::conflict, State::subsumed);
    return State::subsumed;
  }
  added.rows = documents_.row_keys(documents_.first_row(report), added.records);
  rows_held_ += added.rows.size();
  known.stored[report] = State::conflict;
  const auto changed = known.documents.add(std::move(added));
  for (const CompetingReports::Document* const document : changed)
    write_state(known, *document, touched);
  return known.stored[report];
}

void ConflictWriter::write_state(StoredSet& known, const CompetingReports::Document& document,
                                 std::vector<std::int64_t>& touched) {
  State& stored = known.stored[document.id];
  if (stored != document.state)
    documents_.change_state(document.id, document.records, stored, document.state);
  stored = document.state;
  tell_conflict(document);
  touched.push_back(documents_.place_of(document.id).item);  // which may have moved since
}

bool ConflictWriter::resolve_anew(const Claim& claim, std::vector<std::int64_t>& touched) {
  forget();
  StoredSet* const known = competing(claim);
  if (known == nullptr) return true;
  if (known->pruned) return false;
  if (known->documents.size() > 1) resolved_again_ += known->documents.rows();
  // Rows of those that count no longer make room before others come in.
  for (const bool counts : {false, true})
    known->documents.each([&](const CompetingReports::Document& document) {
      if ((document.state == State::accepted) == counts) write_state(*known, document, touched);
    });
  return true;
}

void ConflictWriter::resolve_set_of(std::int64_t report, std::vector<std::int64_t>& touched) {
  resolve_anew(placed(report).value().claim, touched);
}

std::optional<ConflictWriter::Placed> ConflictWriter::placed(std::int64_t report) {
  return claim_by_id_.first(
      [&](const Statement& row) {
        return Placed{.claim = {.key = row.integer(0),
                                .domain = row.integer(1),
                                .day = row.day(2, "report", report),
                                .begin = row.integer(3),
                                .end = row.integer(4),
                                .report_id = row.string(5),
                                .org_folded = row.string(6)},
                      .state = static_cast<State>(row.integer(7, 0, 3, "report", report)),
                      .item = row.integer(8),
                      .first_row = row.integer(9),
                      .records = row.integer(10, 0, RowKey::max_rows, "report", report),
                      .reporter = row.integer(11)};
      },
      report);
}

bool ConflictWriter::distrust(std::int64_t report, bool on, std::vector<std::int64_t>& touched) {
  const std::optional<Placed> place = placed(report);
  if (!place || (place->state == State::distrusted) == on) return false;
  if (place->records > 0 && place->first_row == 0)
    throw StoreError(
        StoreError::Kind::usage,
        fmt::format(
            "report {}: its rows were pruned, so it cannot be taken out of the figures any more, nor brought back",
            report));
  CompetingReports::Document document;
  document.id = report;
  document.records = place->records;
  // Whether it counts again is for its rivals to say.
  document.state = on ? State::distrusted : State::conflict;
  documents_.change_state(report, place->records, place->state, document.state);
  if (on) tell_conflict(document);
  touched.push_back(place->item);
  const bool resolved = resolve_anew(place->claim, touched);
  if (!resolved && !on)  // as what comes after a pruned one
    documents_.change_state(report, place->records, State::conflict, State::subsumed);
  if (on)
    documents_.leave(place->reporter);
  else
    backfill_account_names(database_);
  return true;
}

void ConflictWriter::tell_copied(std::int64_t item, std::int64_t report,
                                 const ProcessedItem::Report& found) {
  forget();  // sets that were read before know nothing of it
  if (found.copied->state == State::conflict)
    add_problem_.run_with(item, found.part, to_text(Fault::conflict), found.copied->conflict,
                          report);
}

std::string ConflictWriter::text_of(std::int64_t report) {
  return find_conflict_.first([](const Statement& row) { return row.string(1); }, report)
      .value_or("");
}

void ConflictWriter::tell_conflict(const CompetingReports::Document& document) {
  const std::optional<std::int64_t> problem =
      find_conflict_.first([](const Statement& row) { return row.integer(0); }, document.id);
  if (document.state != State::conflict) {
    if (problem) drop_problem_.run_with(*problem);
  } else if (problem) {
    set_problem_text_.run_with(*problem, conflict_text(document));
  } else {
    const DocumentPlace place = documents_.place_of(document.id);
    add_problem_.run_with(place.item, place.part, to_text(Fault::conflict), conflict_text(document),
                          document.id);
  }
}

}  // namespace dmarcq
