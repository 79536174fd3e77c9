// SPDX-License-Identifier: MIT
#include "store/postgresql/pg_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <random>
#include <thread>
#include <utility>

#include "store/postgresql/engine.h"
#include "store/postgresql/pg_snapshot.h"
#include "store/postgresql/report_changes.h"
#include "store/postgresql/schema.h"
#include "store/postgresql/upkeep.h"
#include "store/postgresql/wire/columns.h"
#include "store/postgresql/wire/guarded.h"
#include "store/postgresql/writer/item_outcomes.h"
#include "store/postgresql/writer/pg_deliveries.h"
#include "store/postgresql/writer/pg_kept_rows.h"

namespace dmarcq {
namespace {

using Clock = std::chrono::steady_clock;

/// A server that restarts is back within this time; one that fails over, too.
constexpr std::chrono::seconds patience{60};
constexpr std::chrono::milliseconds first_pause{20}, longest_pause{2'000};

std::int64_t random_number() {
  std::random_device random;
  return static_cast<std::int64_t>((std::uint64_t{random()} << 32 | random()) >> 1);
}

/// The server refuses what an item holds: a value that is too long, say. Trying again is no use.
bool is_refusal(const PgError& error) {
  return error.state.starts_with("22") || error.state.starts_with("54");
}

/// Calls `body` until it goes through: others may be in the way, the server may go down and come
/// up. StoreError once that has taken too long.
void with_patience(const std::string& place, const std::function<void()>& body) {
  const auto end = Clock::now() + patience;
  auto pause = first_pause;
  std::mt19937 random(static_cast<unsigned>(random_number()));
  while (true) {
    try {
      return body();
    } catch (const PgError& error) {
      if (is_refusal(error)) throw;
      if (!error.is_worth_a_retry() || Clock::now() > end) throw_store_error(error, place);
    }
    // Those that were in each other's way do not meet again.
    std::this_thread::sleep_for(pause / 2 + pause / 2 * (random() % 1'000) / 1'000);
    pause = std::min(2 * pause, longest_pause);
  }
}

/// On a connection of its own: workers ask while the store saves. A question costs more than many a
/// mail, and where none was known for long the next is hardly ever: then one in `one_in` is asked
/// about. One that is known all the same is read again and found to be known when it is saved.
class FinishedOnServer final : public FinishedItems {
 public:
  /// Not the items of batches of this process from `next` on: whether a mail that comes twice in a
  /// run was saved in time must change nothing.
  FinishedOnServer(const Location& where, std::int64_t next) : connection_(where), next_(next) {}
  bool contains(const Digest& digest) override {
    constexpr std::uint64_t for_long = 64, one_in = 16;
    const std::lock_guard lock(mutex_);
    if (unknown_ >= for_long && ++unknown_ % one_in != 0) return false;
    const bool is_known = ask(digest);
    unknown_ = is_known ? 0 : unknown_ + 1;
    return is_known;
  }

 private:
  bool ask(const Digest& digest) {
    const auto is_known = [&] {
      return connection_
          .number(
              "SELECT 1 FROM dmarcq.item WHERE digest=$1 AND run NOT BETWEEN $2 AND $3 AND (outcome<>3 OR NOT EXISTS(SELECT 1 FROM dmarcq.problem WHERE problem.item=digest AND dismissed=0))",
              PgValues()
                  .bytes(digest_text(digest))
                  .integer(next_)
                  .integer(next_ | ((std::int64_t{1} << PgRun::batch_bits) - 1)))
          .has_value();
    };
    try {
      return is_known();
    } catch (const PgError& error) {
      if (!error.is_of_line()) throw_store_error(error, connection_.place());
    }
    // The server went down and maybe came up again. An item that is not known is read again, which
    // is harmless.
    try {
      connection_.reconnect();
      return is_known();
    } catch (const PgError&) {
      return false;
    }
  }

  std::mutex mutex_;
  PgConnection connection_;
  std::int64_t next_;
  std::uint64_t unknown_ = 0;  ///< in a row
};

}  // namespace

PgStore::PgStore(const Location& where) : where_(where), notes_(where.notes()), connection_(where) {
  retried([&] { prepare_pg_schema(connection_); });
  run_.process = random_number() >> PgRun::batch_bits;
}

std::unique_ptr<Store> open_pg_store(const Location& where) {
  sha256({});  // libcrypto sets itself up at its first use, and would crash later if memory ran out
               // in the middle of that
  try {
    return std::make_unique<PgStore>(where);
  } catch (const PgError& error) {
    throw_store_error(error, where.text());
  }
}

std::unique_ptr<Snapshot> PgStore::snapshot() {
  std::unique_ptr<Snapshot> snapshot;
  with_patience(where_.text(), [&] { snapshot = std::make_unique<PgSnapshot>(where_); });
  return snapshot;
}

std::unique_ptr<FinishedItems> PgStore::finished_items() {
  std::unique_ptr<FinishedItems> items;
  with_patience(where_.text(), [&] {
    items = std::make_unique<FinishedOnServer>(where_, batch_number(batches_ + 1));
  });
  return items;
}

void PgStore::set_account_names(std::span<const LearnedAccountName> names) {
  retried([&] {
    if (!small_) small_.emplace(connection_);
    small_->make_ready(names);
    LearnedNames learned;
    for (const LearnedAccountName& name : names)
      learned[{name.account, name.name, small_->reporter(name.reporter, name.sender)}] = {
          name.first_day, name.last_day};
    PgTransaction transaction(connection_);
    connection_.run("DELETE FROM dmarcq.account_name");
    write_account_names(connection_, learned);
    transaction.commit();
  });
}

void PgStore::retried(const std::function<void()>& body) {
  bool line_is_gone = false;
  with_patience(where_.text(), [&] {
    try {
      if (std::exchange(line_is_gone, false)) connection_.reconnect();
      body();
    } catch (const PgError& error) {
      line_is_gone = error.is_of_line() || error.state.starts_with("57P0");
      throw;
    }
  });
}

std::vector<Saved> PgStore::save_batch(std::span<const ProcessedItem> items,
                                       const SaveOptions& options) {
  std::vector<Saved> saved;
  const std::int64_t batch = batch_number(++batches_);
  const PgRun before = run_;
  PgRun after = run_;
  retried([&] {
    if (!small_) small_.emplace(connection_);
    small_->make_ready(items);
    run_ = before;
    PgTransaction transaction(connection_);
    BatchWriter writer(connection_, *small_, run_, batch, options);
    auto done = writer.save(items);
    if (!done) {  // `saved` is what it came to, when the answer to its COMMIT was lost
      run_ = after;
      return;
    }
    saved = std::move(*done);
    after = run_;
    if (options.remember) writer.remember(options.remember(saved));
    renew_leases();
    transaction.commit();
  });
  return saved;
}

namespace {

/// What is kept of an item that the server refuses.
ProcessedItem refused_item(const ProcessedItem& item, const std::string& why) {
  ProcessedItem problem;
  problem.origin = item.origin;
  problem.origin.message_id.clear();  // it may be that
  problem.digest = item.digest;
  problem.bytes = item.bytes;
  problem.not_a_report = item.not_a_report;
  problem.faults.push_back(
      {"", {Fault::limit, "the database does not take what it holds: " + why, "database"}});
  return problem;
}

}  // namespace

std::vector<Saved> PgStore::save(std::span<const ProcessedItem> items, const SaveOptions& options) {
  try {
    return save_batch(items, options);
  } catch (const PgError& error) {
    if (!is_refusal(error)) throw_store_error(error, where_.text());
  }
  // One of them is to blame, and must not stop the others.
  std::vector<Saved> saved;
  SaveOptions alone = options;
  alone.remember = {};
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (options.begin) alone.begin = [&](std::size_t) { options.begin(i); };
    if (options.end) alone.end = [&](std::size_t) { options.end(i); };
    try {
      saved.push_back(save_batch(items.subspan(i, 1), alone).front());
    } catch (const PgError& error) {
      if (!is_refusal(error)) throw_store_error(error, where_.text());
      const ProcessedItem problem = refused_item(items[i], error.what());
      saved.push_back(save_batch({&problem, 1}, alone).front());
      saved.back().refused.push_back(problem.faults.front());
    }
  }
  if (options.remember)
    save_batch({}, {.remember = [&](std::span<const Saved>) { return options.remember(saved); }});
  return saved;
}

namespace {

/// A process that was killed holds its mailbox for so long. One that saves nothing for longer may
/// lose it, and notices before it moves a mail.
constexpr std::string_view lease_time = "interval '3 minutes'";

}  // namespace

class PgStore::HeldLease final : public Lease {
 public:
  HeldLease(PgStore& store, std::string what) : store_(store), what_(std::move(what)) {}
  ~HeldLease() override {
    store_.leases_.erase(what_);
    try {
      store_.connection_.change("DELETE FROM dmarcq.lease WHERE name=$1 AND run=$2",
                                PgValues().text(what_).integer(store_.lease_run_));
    } catch (const std::exception&) {
      return;  // it runs out by itself
    }
  }

 private:
  PgStore& store_;
  std::string what_;
};

std::unique_ptr<Lease> PgStore::lease(const std::string& what) {
  if (lease_run_ == 0) lease_run_ = random_number();
  bool taken = false;
  retried([&] {
    taken =
        connection_.change(
            fmt::format(
                "INSERT INTO dmarcq.lease AS held(name,run,until) VALUES($1,$2,now()+{}) ON CONFLICT (name) DO UPDATE SET run=excluded.run, "
                "until=excluded.until WHERE held.until<now() OR held.run=excluded.run",
                lease_time),
            PgValues().text(what).integer(lease_run_)) > 0;
  });
  if (!taken) return nullptr;
  leases_.insert(what);
  return std::make_unique<HeldLease>(*this, what);
}

void PgStore::renew_leases() {
  for (const std::string& what : leases_)
    if (connection_.change(
            fmt::format("UPDATE dmarcq.lease SET until=now()+{} WHERE name=$1 AND run=$2",
                        lease_time),
            PgValues().text(what).integer(lease_run_)) == 0)
      throw StoreError(StoreError::Kind::busy, what + ": another run has taken it over");
}

bool PgStore::distrust(std::int64_t report, bool on) {
  bool changed = false, done = false;
  retried([&] { changed = distrust_pg_report(connection_, report, on, done); });
  return changed;
}

bool PgStore::remove(std::int64_t report) {
  bool removed = false, done = false;
  retried([&] { removed = remove_pg_report(connection_, report, done); });
  return removed;
}

bool PgStore::dismiss_problem(std::int64_t id) {
  bool dismissed = false;
  retried([&] {
    PgTransaction transaction(connection_);
    // Tried again since the answer to COMMIT was lost, it was dismissed by that.
    dismissed |=
        connection_.change("UPDATE dmarcq.problem SET dismissed=1 WHERE id=$1 AND dismissed=0",
                           PgValues().integer(id)) > 0;
    transaction.commit();
  });
  return dismissed;
}

std::uint64_t PgStore::forget_recipients(Day before) {
  std::uint64_t forgotten = 0;
  retried([&] {
    if (!pg_recipients_are_due(connection_, before)) return;
    PgTransaction transaction(connection_);
    forgotten = forget_pg_recipients(connection_, before);
    transaction.commit();
  });
  return forgotten;
}

std::uint64_t PgStore::forget_failures(Day before) {
  std::uint64_t forgotten = 0;
  retried([&] {
    PgTransaction transaction(connection_);
    // Tried again since the answer to COMMIT was lost, nothing is left to forget.
    forgotten = std::max(forgotten, forget_pg_people(connection_, before));
    transaction.commit();
  });
  return forgotten;
}

Pruned PgStore::prune(Day before, bool all) {
  Pruned pruned;
  retried([&] {
    PgTransaction transaction(connection_);
    Pruned now = prune_pg(connection_, before, all);
    now.deliveries = prune_pg_deliveries(connection_, before);
    now.tls_reports = prune_pg_tls_reports(connection_, before);
    now.failures = prune_pg_failures(connection_, before);
    // Tried again since the answer to COMMIT was lost, nothing is left to prune.
    if (now.reports + now.records + now.items + now.deliveries + now.tls_reports + now.failures > 0)
      pruned = now;
    transaction.commit();
  });
  return pruned;
}

std::uint64_t PgStore::forget_rows(std::span<const std::int64_t> reports) {
  std::uint64_t forgotten = 0;
  retried([&] {
    PgTransaction transaction(connection_);
    // Tried again since the answer to COMMIT was lost, nothing is left to forget.
    forgotten = std::max(forgotten, forget_pg_rows(connection_, reports));
    transaction.commit();
  });
  return forgotten;
}

void PgStore::vacuum() {
  throw StoreError(StoreError::Kind::usage,
                   where_.text() + ": PostgreSQL tidies up by itself (autovacuum)",
                   "VACUUM of psql, if a disk must be emptied now");
}

}  // namespace dmarcq
