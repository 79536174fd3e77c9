// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <filesystem>

#include "parser/calendar.h"
#include "store/store.h"

namespace dmarcq {

// What keeps a database small and whole. The caller holds the RunLock. All throw StoreError.

struct Pruned {
  std::uint64_t reports = 0, records = 0, items = 0;
};

/// Forgets the rows of days before this one, in one transaction. The reports themselves stay with
/// their figures, and so do the days' totals: a summary still reaches back, and a report that was
/// pruned is still known when it comes again. `all`: the reports, their totals and the mails that
/// brought nothing else are forgotten too, as if they had never come.
Pruned prune(Store&, Day before, bool all);

/// Rewrites the file without gaps.
void vacuum(Store&);

/// Puts a backup in the place of a database; readers go on undisturbed. What was there before is
/// kept beside it as "<database>.before-restore". The backup is checked first: damaged, or of a
/// newer program, it is refused.
void restore(const std::filesystem::path& database, const std::filesystem::path& backup);

}  // namespace dmarcq
