// SPDX-License-Identifier: MIT
#include "store/integrity.h"

#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <vector>

#include "sample_reports.h"
#include "store/sqlite/database.h"
#include "tests/support/memory_store.h"

using namespace dmarcq;
using namespace dmarcq::test;

namespace {

/// What a store says, with a word changed here and there.
struct Changes {
  std::function<void(StoredDocument&)> document = [](StoredDocument&) {};
  std::function<bool(DomainFigures&)> day = [](DomainFigures&) { return true; };  ///< is it told?
  std::function<void(StoredItem&)> item = [](StoredItem&) {};
  std::vector<std::string> storage, rows;
};

class ChangedSnapshot final : public Snapshot {
 public:
  ChangedSnapshot(std::unique_ptr<Snapshot> real, Changes changes)
      : real_(std::move(real)), changes_(std::move(changes)) {}
  std::vector<StoredDomain> domains() override { return real_->domains(); }
  void roll_up(std::span<const DomainDays> days,
               FunctionRef<void(const DomainFigures&)> take) override {
    real_->roll_up(days, [&](const DomainFigures& told) {
      DomainFigures day = told;
      if (changes_.day(day)) take(day);
    });
  }
  void documents(std::vector<std::string>& faults,
                 FunctionRef<void(const StoredDocument&)> take) override {
    faults.insert(faults.end(), changes_.rows.begin(), changes_.rows.end());
    real_->documents(faults, [&](const StoredDocument& told) {
      StoredDocument document = told;
      changes_.document(document);
      take(document);
    });
  }
  void items(FunctionRef<void(const StoredItem&)> take) override {
    real_->items([&](const StoredItem& told) {
      StoredItem item = told;
      changes_.item(item);
      take(item);
    });
  }
  std::vector<std::string> storage_faults() override { return changes_.storage; }

  // The rest is only passed on.
  std::unique_ptr<Snapshot> fork() override { return nullptr; }
  const std::string& place() const override { return real_->place(); }
  Dictionary& dictionary() override { return real_->dictionary(); }
  StoredSettings& settings() override { return real_->settings(); }
  const std::vector<StoredReporter>& reporters() override { return real_->reporters(); }
  void rows(std::span<const DomainDays> days, FunctionRef<void(const StoredRow&)> take) override {
    real_->rows(days, take);
  }
  void reports(const DomainDays& days, Which which,
               FunctionRef<void(std::int64_t, std::int64_t)> take) override {
    real_->reports(days, which, take);
  }
  std::optional<ReportInfo> report(std::int64_t id) override { return real_->report(id); }
  void records(std::int64_t id, FunctionRef<void(const Record&)> take) override {
    real_->records(id, take);
  }
  std::vector<StoredAccountName> account_names() override { return {}; }
  std::vector<Problem> problems(bool all) override { return real_->problems(all); }
  std::optional<std::string> problem_bytes(std::int64_t) override { return {}; }
  std::vector<PassedOver> passed_over() override { return {}; }

 private:
  std::unique_ptr<Snapshot> real_;
  Changes changes_;
};

/// Report 1: two records and 15 messages on 2024-10-04. Report 2: one of 7, nine days later.
void fill(Store& store) {
  save(store, item("a", {{.lines = {"192.0.2.1 10 pass pass", "192.0.2.2 5 fail fail"}}}));
  save(store, item("b", {{.report_id = "r2", .day = 20'009, .lines = {"192.0.2.3 7 pass fail"}}}));
  save(store, item("c", {}));
}

/// Is there exactly one fault, and has it all these words?
void check_fault(const std::vector<std::string>& faults, const std::vector<std::string>& words) {
  std::string all;
  for (const std::string& fault : faults) all += fault + "\n";
  CAPTURE(all);
  CHECK(faults.size() == 1);
  for (const std::string& word : words) {
    CAPTURE(word);
    CHECK(all.find(word) != std::string::npos);
  }
}

}  // namespace

TEST_CASE("integrity: each statement that does not hold is told, with what it is about") {
  const std::unique_ptr<Store> store = memory_store();
  fill(*store);
  REQUIRE(check_integrity(*store->snapshot()).empty());
  struct Row {
    const char* name;
    Changes changes;
    std::vector<std::string> words;
  };
  const auto report = [](std::int64_t id, auto change) {
    return Changes{.document = [id, change](StoredDocument& document) {
      if (document.report == id) change(document);
    }};
  };
  const auto day = [](Day of, auto change) {
    return Changes{.day = [of, change](DomainFigures& figures) {
      if (figures.first_day == of) change(figures);
      return true;
    }};
  };
  const Row rows[] = {
      {"a row is gone",
       report(1, [](auto& d) { d.records_found = 1; }),
       {"report 1", " 1 ", " 2 "}},
      {"a row too many",
       report(2, [](auto& d) { d.records_found = 2; }),
       {"report 2", " 2 ", " 1 "}},
      {"rows with other counts",
       report(1, [](auto& d) { ++d.totals_found.messages; }),
       {"report 1", "16 messages", "15"}},
      {"rows with other results",
       report(1, [](auto& d) { --d.totals_found.both, ++d.totals_found.neither; }),
       {"report 1"}},
      {"messages and totals differ in the document itself",
       Changes{.document =
                   [](StoredDocument& d) {
                     if (d.report == 2) d.messages = 8;
                   },
               .day =
                   [](DomainFigures& f) {
                     if (f.first_day == 20'009) f.messages = 8;
                     return true;
                   }},
       {"report 2"}},
      {"a day has other messages",
       day(20'000, [](auto& f) { ++f.messages; }),
       {"roll-up", "example.com", "2024-10-04"}},
      {"a day has other records", day(20'009, [](auto& f) { --f.records; }), {"2024-10-13"}},
      {"a day has other results", day(20'000, [](auto& f) { ++f.totals.reject; }), {"2024-10-04"}},
      {"a day has other unusable records",
       day(20'000, [](auto& f) { ++f.unusable_records; }),
       {"2024-10-04"}},
      {"a day has other unusable messages",
       day(20'000, [](auto& f) { ++f.unusable_messages; }),
       {"2024-10-04"}},
      {"an outcome does not follow",
       Changes{.item =
                   [](StoredItem& i) {
                     if (i.id == 1) i.outcome = Outcome::duplicate;
                   }},
       {"item 1", "duplicate", "stored"}},
      {"a report that nothing is known of",
       Changes{.item =
                   [](StoredItem& i) {
                     if (i.id == 3) i.outcome = Outcome::problem;
                   }},
       {"item 3", "problem", "not_a_report"}},
      {"a conflict is told that is none",
       report(2, [](auto& d) { d.conflict_told = true; }),
       {"report 2", "conflict"}},
      {"the storage", Changes{.storage = {"page 7 is torn"}}, {"page 7 is torn"}},
      {"rows of nobody", Changes{.rows = {"row 9 belongs to no report"}}, {"row 9"}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    ChangedSnapshot snapshot(store->snapshot(), row.changes);
    check_fault(check_integrity(snapshot), row.words);
  }
}

TEST_CASE("integrity: a day that is missing, and one that nobody reported") {
  const std::unique_ptr<Store> store = memory_store();
  fill(*store);
  bool missing = true;
  ChangedSnapshot snapshot(store->snapshot(), {.day = [&](DomainFigures& figures) {
                             if (missing) return figures.first_day != 20'009;
                             if (figures.first_day == 20'009) figures.reports = 2;
                             return true;
                           }});
  auto faults = check_integrity(snapshot);  // the day, and the sum of reports
  REQUIRE(faults.size() == 2);
  CHECK(faults[0].find("2024-10-13") != std::string::npos);
  CHECK(faults[1].find("2 reports") != std::string::npos);
  missing = false;
  CHECK(check_integrity(snapshot).size() == 2);
}

TEST_CASE("integrity: what was pruned has no rows to compare") {
  const std::unique_ptr<Store> store = memory_store();
  fill(*store);
  ChangedSnapshot snapshot(store->snapshot(), {.document = [](StoredDocument& document) {
                             document.records_found = 0;
                             document.totals_found = {};
                             document.pruned = true;
                           }});
  CHECK(check_integrity(snapshot).empty());
}

TEST_CASE("integrity: it ends early when all is wrong") {
  const std::unique_ptr<Store> store = memory_store();
  std::vector<ProcessedItem> items;
  for (int i = 0; i < 300; ++i)
    items.push_back(item(std::to_string(i), {{.report_id = std::to_string(i),
                                              .day = 20'000 + i,
                                              .lines = {"192.0.2.1 10 pass pass"}}}));
  store->save(items);
  struct Row {
    const char* name;
    Changes changes;
  };
  const Row rows[] = {
      {"documents", {.document = [](StoredDocument& d) { d.records_found = 9; }}},
      {"days", {.day = [](DomainFigures& f) { return ++f.messages > 0; }}},
      {"items", {.item = [](StoredItem& i) { i.outcome = Outcome::problem; }}},
      {"conflicts", {.document = [](StoredDocument& d) { d.conflict_told = true; }}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    ChangedSnapshot snapshot(store->snapshot(), row.changes);
    const std::size_t faults = check_integrity(snapshot).size();
    CHECK(faults >= 10);
    CHECK(faults <= 60);
  }
}

TEST_CASE("integrity: a sum that no receiver ever had is told, and is no fault") {
  const std::unique_ptr<Store> store = memory_store();
  fill(*store);
  for (const std::uint64_t messages : {most_messages - 1, most_messages}) {
    int told = 0;
    ChangedSnapshot snapshot(store->snapshot(), {.document =
                                                     [&](StoredDocument& d) {
                                                       d.messages = d.totals.messages =
                                                           d.totals_found.messages = messages;
                                                     },
                                                 .day =
                                                     [&](DomainFigures& f) {
                                                       f.messages = f.totals.messages = messages;
                                                       return true;
                                                     }});
    snapshot.on_implausible([&] { ++told; });
    CHECK(check_integrity(snapshot).empty());
    CHECK(told == (messages == most_messages ? 1 : 0));
  }
}

TEST_CASE("integrity: holds after everything that a store can be told to do") {
  TemporaryDatabase file;
  const std::unique_ptr<Store> stores[] = {open_store(file.where()), memory_store()};
  for (const std::unique_ptr<Store>& store : stores) {
    const auto sound = [&] { return check_integrity(*store->snapshot()).empty(); };
    CHECK(sound());  // empty
    fill(*store);
    CHECK(sound());
    save(*store, item("again", {{.lines = {"192.0.2.1 10 pass pass", "192.0.2.2 5 fail fail"}}}));
    save(*store, item("overlap", {{.lines = {"192.0.2.1 10 pass pass", "192.0.2.9 1 fail fail"}}}));
    save(*store, broken_item("broken"));
    CHECK(sound());
    CHECK(store->distrust(1, true));
    CHECK(sound());
    CHECK(store->distrust(1, false));
    CHECK(sound());
    const bool prunes = store == stores[0];
    if (prunes) store->prune(20'005, false);
    CHECK(sound());
    CHECK(store->remove(2));
    CHECK(sound());
    if (prunes) store->prune(20'005, true);
    CHECK(sound());
  }
}

TEST_CASE("integrity: a damaged file is told by what was damaged") {
  struct Row {
    const char* damage;
    std::vector<std::string> words;
  };
  const Row rows[] = {
      {"DELETE FROM record WHERE id=(SELECT min(id) FROM record)", {"report 1"}},
      {"UPDATE record SET count=11 WHERE count=10", {"report 1", "16", "15"}},
      {"UPDATE domain_day SET messages=messages+1 WHERE messages=15",
       {"example.com", "2024-10-04"}},
      {"UPDATE domain_day SET records=0 WHERE messages=7", {"example.com", "2024-10-13"}},
      {"UPDATE item SET outcome=1 WHERE id=1", {"item 1", "duplicate", "stored"}},
      {"UPDATE item SET outcome=3 WHERE id=3", {"item 3", "problem", "not_a_report"}},
      {"UPDATE report SET unusable_messages=1 WHERE id=2", {"2024-10-13"}},
      {"INSERT INTO record SELECT max(id)+1,report,source_ip,identity,evaluation,count,NULL,NULL FROM record",
       {"row", "no report"}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.damage);
    TemporaryDatabase file;
    const std::unique_ptr<Store> store = open_store(file.where());
    fill(*store);
    REQUIRE(check_integrity(*store->snapshot()).empty());
    Database(file.path(), Database::Mode::read_write).execute(row.damage);
    check_fault(check_integrity(*store->snapshot()), row.words);
  }
}

TEST_CASE("integrity: what no file of ours can say is damage, not a list") {
  for (const char* damage :
       {"UPDATE report SET state=9 WHERE id=1", "UPDATE item SET outcome=7 WHERE id=1",
        "UPDATE report SET domain=-1 WHERE id=1"}) {
    CAPTURE(damage);
    TemporaryDatabase file;
    const std::unique_ptr<Store> store = open_store(file.where());
    fill(*store);
    Database(file.path(), Database::Mode::read_write).execute(damage);
    StoreError::Kind kind = StoreError::Kind::bug;
    try {
      check_integrity(*store->snapshot());
    } catch (const StoreError& error) {
      kind = error.kind;
    }
    CHECK(kind == StoreError::Kind::damaged);
  }
}
