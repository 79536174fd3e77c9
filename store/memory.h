// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <memory>

#include "ingest/mailbox.h"

namespace dmarcq {

/// What earlier runs stored about sources (settings.h). On a connection of its own: mailboxes are read in other threads than the one
/// that writes. Throws StoreError.
std::unique_ptr<Memory> open_memory(const std::filesystem::path& database);

}  // namespace dmarcq
