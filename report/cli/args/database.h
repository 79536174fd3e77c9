// SPDX-License-Identifier: MIT
#pragma once
#include <memory>
#include <optional>

#include "report/cli/args/config.h"
#include "report/cli/command.h"
#include "store/run_lock.h"
#include "store/store.h"

namespace dmarcq {

/// For commands that only read: never creates a database. Throws FileError with a way out when
/// there is none.
std::unique_ptr<Snapshot> open_for_reading(const Settings&, Io&);
/// For ingest: creates the file and the folder it lies in.
std::unique_ptr<Store> open_for_writing(const Settings&);
/// The right to change much of the database, one run at a time; creates the folder it lies in.
/// Nothing when another run has it.
std::optional<RunLock> lock_for_run(const Settings&);
/// The same, where another run is a StoreError (busy).
RunLock lock_or_busy(const Settings&);
/// For commands that change a database but have no business making one.
std::unique_ptr<Store> open_existing(const Settings&);
/// Recipients' addresses of earlier days are to be forgotten: [refusals] keep.
Day addresses_kept_since(const Settings&);
/// What these change is read from here: the database as it is now.
std::unique_ptr<Snapshot> snapshot_of(Store&, const Settings&);

}  // namespace dmarcq
