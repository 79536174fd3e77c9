// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <cstddef>
#include <memory>
#include <thread>
#include <vector>

#include "ingest/base/parallel_for.h"
#include "store/snapshot.h"

namespace dmarcq {

/// Calls f(part, snapshot) once for each part below `parts`, on as many threads as there are
/// processors, each with a fork of the snapshot; on fewer where forks cannot be had.
template <class Function>
void for_each_part(Snapshot& snapshot, std::size_t parts, const Function& f) {
  std::vector<std::unique_ptr<Snapshot>> forks;
  std::vector<Snapshot*> snapshots{&snapshot};
  const std::size_t threads =
      std::min<std::size_t>(std::max(1u, std::thread::hardware_concurrency()), parts);
  while (snapshots.size() < threads) {
    std::unique_ptr<Snapshot> fork = snapshot.fork();
    if (!fork) break;
    snapshots.push_back(fork.get());
    forks.push_back(std::move(fork));
  }
  parallel_for(parts, snapshots.size(),
               [&](std::size_t part, std::size_t worker) { f(part, *snapshots[worker]); });
}

}  // namespace dmarcq
