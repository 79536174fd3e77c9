// SPDX-License-Identifier: MIT
#include "store/store.h"

#include "store/sqlite/maintenance.h"
#include "store/sqlite/sqlite_snapshot.h"
#include "store/sqlite/sqlite_store.h"

namespace dmarcq {

Pruned Store::prune(Day, bool) {
  throw StoreError(StoreError::Kind::usage, "dmarcq cannot prune this kind of database");
}

std::uint64_t Store::forget_recipients(Day) {
  throw StoreError(StoreError::Kind::usage,
                   "dmarcq cannot forget recipients in this kind of database");
}

void Store::vacuum() {
  throw StoreError(StoreError::Kind::usage, "dmarcq cannot vacuum this kind of database");
}

std::unique_ptr<Store> open_store(const std::filesystem::path& path) {
  return open_sqlite_store(path);
}

std::unique_ptr<Snapshot> open_snapshot(const std::filesystem::path& path) {
  return open_sqlite_snapshot(path);
}

void restore_store(const std::filesystem::path& database, const std::filesystem::path& backup) {
  restore_sqlite(database, backup);
}

std::string engine_version() { return sqlite_version(); }

}  // namespace dmarcq
