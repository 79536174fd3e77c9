// SPDX-License-Identifier: MIT
#pragma once
#include <memory>

#include "ingest/source/source.h"
#include "store/store.h"

namespace dmarcq {

/// What earlier runs stored about sources. Each question reads the store as it is then, on a
/// connection of its own: mailboxes are read in other threads than the one that writes. The store
/// outlives it. Throws StoreError.
std::unique_ptr<CheckpointStore> open_checkpoints(Store&);

}  // namespace dmarcq
