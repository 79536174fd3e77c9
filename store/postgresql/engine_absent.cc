// SPDX-License-Identifier: MIT
// In the place of this folder where libpq was not there.
#include "store/base/error.h"
#include "store/postgresql/engine.h"

namespace dmarcq {
namespace {

[[noreturn]] void refuse(const Location& where) {
  throw StoreError(StoreError::Kind::usage,
                   where.text() + ": this dmarcq was built without PostgreSQL",
                   "build it where libpq-dev is installed, or name a file");
}

}  // namespace

std::unique_ptr<Store> open_pg_store(const Location& where) { refuse(where); }
std::unique_ptr<Snapshot> open_pg_snapshot(const Location& where) { refuse(where); }

}  // namespace dmarcq
