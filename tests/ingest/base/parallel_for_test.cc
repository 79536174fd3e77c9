// SPDX-License-Identifier: MIT
#include "ingest/base/parallel_for.h"

#include <doctest/doctest.h>

#include <stdexcept>

using namespace dmarcq;

TEST_CASE("parallel_for: each part once, by workers that there are, whatever the numbers") {
  for (const std::size_t parts : {0u, 1u, 2u, 3u, 100u}) {
    for (const std::size_t workers : {0u, 1u, 2u, 7u}) {
      CAPTURE(parts);
      CAPTURE(workers);
      std::vector<std::atomic<int>> seen(parts);
      std::atomic<std::size_t> highest = 0;
      parallel_for(parts, workers, [&](std::size_t part, std::size_t worker) {
        ++seen[part];
        if (worker > highest) highest = worker;
      });
      CHECK(std::ranges::all_of(seen, [](const std::atomic<int>& times) { return times == 1; }));
      CHECK(highest < std::max<std::size_t>(1, workers));
    }
  }
}

TEST_CASE("parallel_for: what a part throws is thrown once all have ended") {
  for (const std::size_t workers : {1u, 4u}) {
    std::atomic<int> running = 0;
    CHECK_THROWS_AS(parallel_for(50, workers,
                                 [&](std::size_t part, std::size_t) {
                                   ++running;
                                   --running;
                                   if (part == 20) throw std::runtime_error("part 20");
                                 }),
                    std::runtime_error);
    CHECK(running == 0);
  }
}
