// SPDX-License-Identifier: MIT
#pragma once
#include <optional>

#include "report/cli/args/config.h"
#include "report/cli/command.h"
#include "store/run_lock.h"
#include "store/store.h"

namespace dmarcq {

/// For commands that only read: never creates a database. Throws FileError with a way out when
/// there is none.
Store open_for_reading(const Settings&, Io&);
/// For ingest: creates the file and the folder it lies in.
Store open_for_writing(const Settings&);
/// The right to change much of the database, one run at a time; creates the folder it lies in.
/// Nothing when another run has it.
std::optional<RunLock> lock_for_run(const Settings&);
/// The same, where another run is a StoreError (busy).
RunLock lock_or_busy(const Settings&);
/// For commands that change a database but have no business making one.
Store open_existing(const Settings&);

}  // namespace dmarcq
