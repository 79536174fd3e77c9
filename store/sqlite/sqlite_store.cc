// SPDX-License-Identifier: MIT
#include "store/sqlite/sqlite_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <utility>

#include "store/document/kept_reports.h"
#include "store/sqlite/backfill.h"
#include "store/sqlite/columns.h"
#include "store/sqlite/maintenance.h"
#include "store/sqlite/row_key.h"
#include "store/sqlite/schema.h"
#include "store/sqlite/sqlite_snapshot.h"

namespace dmarcq {
namespace {

using State = DocumentState;

void sort_out(std::vector<std::int64_t>& ids) {
  std::ranges::sort(ids);
  ids.erase(std::ranges::unique(ids).begin(), ids.end());
}

}  // namespace

SqliteStore::Writers::Writers(Database& database)
    : interner(database),
      documents(database, interner),
      conflicts(database, documents),
      items(database, interner),
      deliveries(database, interner),
      kept(database),
      last_item_before(database.value("SELECT max(id) FROM item").value_or(0)) {}

SqliteStore::SqliteStore(const std::filesystem::path& path)
    : database_(path, Database::Mode::read_write) {
  prepare_schema(database_, path);
  // FULL: what a commit said is there is there after a power cut, so a mailbox may be marked after
  // it.
  database_.execute(
      "PRAGMA synchronous=FULL; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-49152; PRAGMA wal_autocheckpoint=4096; PRAGMA foreign_keys=OFF;");
}

std::unique_ptr<Store> open_sqlite_store(const std::filesystem::path& path) {
  sha256({});  // libcrypto sets itself up at its first use, and would crash later if memory ran out
               // in the middle of that
  return std::make_unique<SqliteStore>(path);
}

std::unique_ptr<Snapshot> SqliteStore::snapshot() {
  return std::make_unique<SqliteSnapshot>(database_.path());
}

SqliteStore::Writers& SqliteStore::writers() {
  if (!writers_) {
    writers_ = std::make_unique<Writers>(database_);
    notice_others();
  }
  return *writers_;
}

void SqliteStore::notice_others() {
  const std::int64_t version = database_.value("PRAGMA data_version").value_or(0);
  if (version != data_version_) {
    writers_->conflicts.forget();
    writers_->deliveries.forget();
    writers_->interner.others_wrote();
    if (data_version_ == 0 && database_.value("SELECT count(*) FROM text") == 0)
      writers_->interner.start_complete();
  }
  data_version_ = version;
}

void SqliteStore::forget() {
  writers_->interner.forget();
  writers_->conflicts.forget();
  writers_->documents.forget();
  writers_->deliveries.forget();
}

void SqliteStore::batch(FunctionRef<void()> body) {
  Transaction transaction(database_);
  if (writers_) notice_others();
  try {
    body();
    if (writers_) writers_->documents.forget_names_of_left();
    transaction.commit();
  } catch (...) {
    if (writers_) forget();
    throw;
  }
}

namespace {

/// On a connection of its own, and each question a transaction of its own: one that lasted as long
/// as the run would keep the write-ahead log from being emptied.
class FinishedInFile final : public FinishedItems {
 public:
  explicit FinishedInFile(const std::filesystem::path& path)
      : database_(path, Database::Mode::read_only),
        last_(database_.value("SELECT max(id) FROM item").value_or(0)),
        find_(
            database_,
            "SELECT 1 FROM item WHERE digest=?1 AND id<=?2 AND (outcome<>3 OR NOT EXISTS(SELECT 1 FROM problem WHERE problem.item=item.id AND dismissed=0))") {
  }
  bool contains(const Digest& digest) override {
    const std::lock_guard lock(mutex_);
    return find_.first([](const Statement&) { return true; }, Blob{as_text(digest)}, last_)
        .has_value();
  }

 private:
  std::mutex mutex_;
  Database database_;
  /// Whether a mail that comes twice in a run was saved in time must change nothing.
  std::int64_t last_;
  Statement find_;
};

}  // namespace

void SqliteStore::set_account_names(std::span<const LearnedAccountName> names) {
  batch([&] {
    Writers& w = writers();
    database_.execute("DELETE FROM account_name");
    Statement add(database_, add_account_name_sql);
    for (const LearnedAccountName& name : names)
      add.run_with(name.account, name.name, w.interner.reporter(name.reporter, name.sender),
                   std::int64_t{name.first_day}, std::int64_t{name.last_day});
  });
}

std::unique_ptr<FinishedItems> SqliteStore::finished_items() {
  return std::make_unique<FinishedInFile>(database_.path());
}

std::vector<Saved> SqliteStore::save(std::span<const ProcessedItem> items,
                                     const SaveOptions& options) {
  std::vector<Saved> saved;
  saved.reserve(items.size());
  batch([&] {
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (options.begin) options.begin(i);
      if (items[i].already_read)
        // Unless a document of this run has put one of its reports into conflict meanwhile.
        saved.push_back(
            writers().items.finished(items[i].digest).value_or(Saved{.outcome = Outcome::problem}));
      else
        saved.push_back(save(items[i], options.limits));
      if (options.end) options.end(i);
    }
    if (options.remember) settings_.write(options.remember(saved));
  });
  return saved;
}

struct SqliteStore::Saving {
  const ProcessedItem& processed;
  const Limits& limits;
  ItemWriter::Written item;
  std::vector<ItemFault> faults;      // what the item's problems will be
  std::vector<std::int64_t> touched;  // other items whose outcome may have changed
  Saved saved = {};

  void refuse(const std::string& part, Error error) {
    faults.push_back({part, error});
    saved.refused.push_back({part, std::move(error)});
  }
};

Saved SqliteStore::save(const ProcessedItem& processed, const Limits& limits) {
  Writers& w = writers();
  Saving saving{processed, limits, w.items.write(processed), processed.faults, {}};
  for (const ProcessedItem::Report& found : processed.reports) {
    if (const auto known = w.documents.find(found.report.digest))
      save_known(found, *known, saving);
    else
      save_new(found, saving);
  }
  w.deliveries.save(saving.item.item, processed, saving.saved);
  w.kept.save(saving.item.item, processed, saving.saved);
  w.items.sync_faults(saving.item.item, saving.faults);
  w.items.keep_bytes(saving.item, processed, !saving.faults.empty());
  conclude(saving);
  return std::move(saving.saved);
}

/// Key 1: the same document again. It belongs to the first place in order, and to the sender who
/// tells most of himself.
void SqliteStore::save_known(const ProcessedItem::Report& found, const DocumentWriter::Known& known,
                             Saving& saving) {
  Writers& w = writers();
  ++saving.saved.duplicate;
  const DocumentPlace place{saving.item.item, found.part};
  const SenderChange change =
      sender_change(known.sender, found.sender, saving.item.known, known.place == place);
  if (change.replaces) {
    if (change.counts_anew && w.conflicts.resolved_again() >= saving.limits.rival_documents / 10) {
      saving.refuse(
          found.part,
          {Fault::limit,
           "who sent it is known better now, but too many such documents claim to be one report",
           "rival_documents"});
      return;
    }
    w.documents.set_sender(known, found);
    if (change.counts_anew && known.state != State::distrusted)
      w.conflicts.resolve_set_of(known.report, saving.touched);
  }
  if (const auto lost_it = w.documents.add_place(known, place)) saving.touched.push_back(*lost_it);
}

void SqliteStore::save_new(const ProcessedItem::Report& found, Saving& saving) {
  Writers& w = writers();
  Saved& saved = saving.saved;
  const PackedReport& packed = found.report;
  const std::optional<std::int64_t> domain =
      w.interner.domain(packed.head.report.policy_published.domain);
  if (!domain)
    return saving.refuse(
        found.part,
        {Fault::limit, fmt::format("there are {} policy domains already", RowKey::max_domain),
         "domains"});
  const Claim claim = claim_of(packed, *domain);
  if (found.copied) return save_copied(found, claim, saving);
  StoredSet* const others = w.conflicts.competing(claim);
  if (others != nullptr && !others->pruned &&
      others->documents.comparisons_with(packed.rows.size()) > saving.limits.rival_documents)
    return saving.refuse(
        found.part,
        {Fault::limit,
         fmt::format("{} other documents claim to be this report, too many records to compare",
                     others->documents.size()),
         "rival_documents"});
  const std::optional<std::int64_t> first_row =
      others == nullptr ? w.documents.free_rows(claim.domain, claim.day, packed.rows.size())
                        : w.documents.free_aside();
  if (!first_row) return saving.refuse(found.part, {Fault::limit, too_many_rows, "rows_of_a_day"});

  State state = others == nullptr ? State::accepted : State::conflict;
  const std::int64_t report = w.documents.insert(found, saving.item.item, claim, state, *first_row);
  if (others != nullptr) {
    const std::int64_t before = others->accepted();
    state = w.conflicts.resolve(*others, found, saving.item.item, report, saving.touched);
    saved.replaced += static_cast<std::uint64_t>(
        std::max<std::int64_t>(before + (state == State::accepted) - others->accepted(), 0));
  }
  if (state == State::accepted) {
    saved.add_stored(packed);
  } else if (state == State::subsumed) {
    ++saved.duplicate;
  } else {
    saved.refused.push_back({found.part, {Fault::conflict, w.conflicts.text_of(report), ""}});
  }
}

/// As another database has it.
void SqliteStore::save_copied(const ProcessedItem::Report& found, const Claim& claim,
                              Saving& saving) {
  Writers& w = writers();
  const CopiedDocument& as = *found.copied;
  std::optional<std::int64_t> first_row = 0;
  if (!as.pruned)
    first_row = as.state == State::accepted
                    ? w.documents.free_rows(claim.domain, claim.day, found.report.rows.size())
                    : w.documents.free_aside();
  if (!first_row) return saving.refuse(found.part, {Fault::limit, too_many_rows, "rows_of_a_day"});
  const std::int64_t report =
      w.documents.insert(found, saving.item.item, claim, as.state, *first_row);
  w.conflicts.tell_copied(saving.item.item, report, found);
  if (as.state == State::accepted) saving.saved.add_stored(found.report);
}

/// Writes the outcomes that follow, and tells what this run did with the item.
void SqliteStore::conclude(Saving& saving) {
  Writers& w = writers();
  Saved& saved = saving.saved;
  const std::int64_t item = saving.item.item;
  sort_out(saving.touched);
  for (const std::int64_t other : saving.touched) {
    if (other == item) continue;
    auto [before, after] = w.items.conclude(other, "");
    if (other <= w.last_item_before) continue;
    if (w.stored_before.contains(other))
      for (Outcome* outcome : {&before, &after})
        if (*outcome == Outcome::stored) *outcome = Outcome::duplicate;
    if (before != after) saved.changed.emplace_back(before, after);
  }
  saved.outcome = w.items.conclude(item, saving.processed.not_a_report).second;
  saved.not_a_report = saved.outcome == Outcome::not_a_report ? saving.processed.not_a_report : "";
  // Known reports are duplicates now, even if the item was what stored them once.
  if (saved.outcome == Outcome::stored && saved.stored == 0) {
    saved.outcome = Outcome::duplicate;
    if (!saving.item.known) w.stored_before.insert(item);
  }
}

bool SqliteStore::distrust(std::int64_t report, bool on) {
  bool changed = false;
  batch([&] {
    Writers& w = writers();
    std::vector<std::int64_t> touched;
    changed = w.conflicts.distrust(report, on, touched);
    for (const std::int64_t item : touched) w.items.conclude(item, "");
  });
  return changed;
}

bool SqliteStore::remove(std::int64_t report) {
  bool removed = false;
  batch([&] {
    Writers& w = writers();
    const auto place = w.conflicts.placed(report);
    if (!place) return;
    std::vector<std::int64_t> touched{place->item};
    w.conflicts.distrust(report, true, touched);
    Statement(database_, "SELECT item FROM sighting WHERE report=?1")
        .each([&](const Statement& row) { touched.push_back(row.integer(0)); }, report);
    // 0: its rows were pruned.
    if (const std::int64_t aside = w.conflicts.placed(report)->first_row; aside > 0)
      Statement(database_, "DELETE FROM record WHERE id>=?1 AND id-?1<?2")
          .run_with(aside, place->records);
    for (const char* sql :
         {"DELETE FROM sighting WHERE report=?1", "DELETE FROM report_claim WHERE report=?1",
          "DELETE FROM report WHERE id=?1"})
      Statement(database_, sql).run_with(report);
    sort_out(touched);
    for (const std::int64_t item : touched) {
      if (w.items.conclude(item, "").second == Outcome::not_a_report)
        Statement(
            database_,
            "DELETE FROM item WHERE id=?1 AND NOT EXISTS(SELECT 1 FROM delivery_log WHERE item=?1) AND "
            "NOT EXISTS(SELECT 1 FROM tls_report WHERE item=?1) AND NOT EXISTS(SELECT 1 FROM failure_report WHERE item=?1)")
            .run_with(item);
    }
    removed = true;
  });
  return removed;
}

bool SqliteStore::dismiss_problem(std::int64_t id) {
  bool dismissed = false;
  batch([&] {
    Statement(database_, "UPDATE problem SET dismissed=1 WHERE id=?1 AND dismissed=0").run_with(id);
    dismissed = database_.changes() > 0;
  });
  return dismissed;
}

std::uint64_t SqliteStore::forget_recipients(Day before) {
  std::uint64_t forgotten = 0;
  if (!recipients_are_due(database_, before)) return forgotten;  // no lock for nothing
  database_.execute("PRAGMA secure_delete=ON");  // what is forgotten is not left in free pages
  batch([&] { forgotten = dmarcq::forget_recipients(database_, before); });
  return forgotten;
}

std::uint64_t SqliteStore::changed_by(const char* sql, Day before) {
  Statement(database_, sql).run_with(std::int64_t{before});
  return static_cast<std::uint64_t>(database_.changes());
}

std::uint64_t SqliteStore::forget_failures(Day before) {
  constexpr const char* due_rows =
      "SELECT id, content FROM failure_report WHERE people=1 AND (day<?1 OR day>?1+4000)";  // no
                                                                                            // reporter
                                                                                            // keeps
                                                                                            // it by
                                                                                            // a
                                                                                            // date
                                                                                            // in
                                                                                            // the
                                                                                            // future
  if (!Statement(database_, due_rows)
           .first([](const Statement&) { return true; }, std::int64_t{before}))
    return 0;  // no lock for nothing
  std::vector<std::pair<std::int64_t, std::string>> due;
  database_.execute("PRAGMA secure_delete=ON");  // what is forgotten is not left in free pages
  batch([&] {
    due.clear();
    Statement(database_, due_rows)
        .each(
            [&](const Statement& row) {
              auto content = failure_without_people(row.text(1));
              if (!content)
                damaged(database_, "failure_report", row.integer(0), "its content cannot be read");
              due.emplace_back(row.integer(0), std::move(*content));
            },
            std::int64_t{before});
    Statement set(database_, "UPDATE failure_report SET content=?2, people=0 WHERE id=?1");
    for (const auto& [id, content] : due) set.run_with(id, content);
  });
  return due.size();
}

Pruned SqliteStore::prune(Day before, bool all) {
  Pruned pruned;
  batch([&] {
    pruned = prune_rows(database_, before, all);
    pruned.deliveries = prune_deliveries(database_, before);
    pruned.tls_reports = changed_by("DELETE FROM tls_report WHERE day<?1", before);
    pruned.failures = changed_by("DELETE FROM failure_report WHERE day<?1", before);
  });
  if (writers_) forget();  // ids that were remembered may be gone
  return pruned;
}

std::uint64_t SqliteStore::forget_rows(std::span<const std::int64_t> reports) {
  std::uint64_t forgotten = 0;
  batch([&] { forgotten = forget_rows_of(database_, reports); });
  if (writers_) forget();
  return forgotten;
}

void SqliteStore::vacuum() {
  database_.execute(
      "PRAGMA temp_store=FILE; VACUUM; PRAGMA temp_store=MEMORY; PRAGMA wal_checkpoint(TRUNCATE);");
}

}  // namespace dmarcq
