// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <memory>

#include "ingest/source/source.h"

namespace dmarcq {

/// What earlier runs stored about sources. On a connection of its own: mailboxes are
/// read in other threads than the one that writes. Throws StoreError.
std::unique_ptr<CheckpointStore> open_checkpoints(const std::filesystem::path& database);

}  // namespace dmarcq
