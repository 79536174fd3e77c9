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
/// For ingest: creates the file and the folder it lies in, or the tables on a server.
std::unique_ptr<Store> open_for_writing(const Settings&);
/// The same for `dmarcq db copy`, which alone may write to an unfinished copy.
std::unique_ptr<Store> open_for_copy(const Settings&);

/// A run that changes much of a database.
struct Run {
  std::filesystem::path notes;  ///< what InFlight notes of it lies beside this
  RunLock lock;
};
/// The right to it. In a file one run at a time has it; on a server as many as like, and each of
/// this machine notes apart from the others. Makes the folder of the notes. Nothing when there is
/// no room.
std::optional<Run> begin_run(const Settings&);
/// The same, where that is a StoreError (busy).
Run run_or_busy(const Settings&);
/// For commands that change a database but have no business making one.
std::unique_ptr<Store> open_existing(const Settings&);
/// Recipients' addresses of earlier days are to be forgotten: [refusals] keep.
Day addresses_kept_since(const Settings&);
/// What names people in failure reports of earlier days is to be forgotten: [failures] keep.
Day failures_kept_since(const Settings&);
/// What these change is read from here: the database as it is now.
std::unique_ptr<Snapshot> snapshot_of(Store&, const Settings&);

}  // namespace dmarcq
