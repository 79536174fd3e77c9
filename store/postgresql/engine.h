// SPDX-License-Identifier: MIT
#pragma once
#include <memory>

#include "store/base/location.h"
#include "store/store.h"

namespace dmarcq {

// What store.cc sees of this engine.
std::unique_ptr<Store> open_pg_store(const Location&);
std::unique_ptr<Snapshot> open_pg_snapshot(const Location&);

}  // namespace dmarcq
