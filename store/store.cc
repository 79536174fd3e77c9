// SPDX-License-Identifier: MIT
#include "store/store.h"

#include "store/postgresql/engine.h"
#include "store/sqlite/maintenance.h"
#include "store/sqlite/sqlite_snapshot.h"
#include "store/sqlite/sqlite_store.h"

namespace dmarcq {

std::unique_ptr<Lease> Store::lease(const std::string&) { return std::make_unique<Lease>(); }

void Store::set_account_names(std::span<const LearnedAccountName>) {
  throw StoreError(StoreError::Kind::usage, "dmarcq cannot copy into this kind of database");
}

Pruned Store::prune(Day, bool) {
  throw StoreError(StoreError::Kind::usage, "dmarcq cannot prune this kind of database");
}

std::uint64_t Store::forget_rows(std::span<const std::int64_t>) {
  throw StoreError(StoreError::Kind::usage, "dmarcq cannot archive this kind of database");
}

std::uint64_t Store::forget_recipients(Day) {
  throw StoreError(StoreError::Kind::usage,
                   "dmarcq cannot forget recipients in this kind of database");
}

std::uint64_t Store::forget_failures(Day) { return 0; }

void Store::vacuum() {
  throw StoreError(StoreError::Kind::usage, "dmarcq cannot vacuum this kind of database");
}

std::unique_ptr<Store> open_store(const Location& where) {
  return where.is_server() ? open_pg_store(where) : open_sqlite_store(where.file());
}

std::unique_ptr<Snapshot> open_snapshot(const Location& where) {
  return where.is_server() ? open_pg_snapshot(where) : open_sqlite_snapshot(where.file());
}

void restore_store(const std::filesystem::path& database, const std::filesystem::path& backup) {
  restore_sqlite(database, backup);
}

std::string engine_version() { return sqlite_version(); }

}  // namespace dmarcq
