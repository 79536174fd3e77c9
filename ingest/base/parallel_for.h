// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <atomic>
#include <cstddef>
#include <future>
#include <vector>

namespace dmarcq {

/// Calls f(part, worker) once for each part below `parts`, on so many threads at most. The calling
/// thread is worker 0; a worker takes the next part when it is done with one, so that parts need
/// not be of one size. Returns, or throws what f threw, when all have ended.
template <class Function>
void parallel_for(std::size_t parts, std::size_t workers, const Function& f) {
  std::atomic<std::size_t> next = 0;
  const auto work = [&](std::size_t worker) {
    for (std::size_t part = next++; part < parts; part = next++) f(part, worker);
  };
  std::vector<std::future<void>> others;  // which wait when they are destroyed
  for (std::size_t worker = 1; worker < std::min(workers, parts); ++worker)
    others.push_back(std::async(std::launch::async, work, worker));
  work(0);
  for (std::future<void>& other : others) other.get();
}

}  // namespace dmarcq
