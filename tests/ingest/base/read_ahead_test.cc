// SPDX-License-Identifier: MIT
#include "ingest/base/read_ahead.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <future>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace dmarcq;

TEST_CASE("read ahead: every part is taken once, in order, on the caller's thread") {
  for (const std::size_t parts : {0, 1, 2, 3, 100}) {
    CAPTURE(parts);
    std::vector<std::size_t> fetched;  // by one thread at a time
    std::string taken, expected;
    bool here = true;
    const auto caller = std::this_thread::get_id();
    read_ahead(
        parts,
        [&](std::size_t part) {
          fetched.push_back(part);
          return std::to_string(part) + " ";
        },
        [&](const std::string& text) {
          here = here && std::this_thread::get_id() == caller;
          taken += text;
        });
    for (std::size_t part = 0; part < parts; ++part) {
      expected += std::to_string(part) + " ";
      REQUIRE(fetched.at(part) == part);
    }
    CHECK(fetched.size() == parts);
    CHECK(taken == expected);
    CHECK(here);
  }
}

TEST_CASE("read ahead: the next part is fetched while one is taken") {
  std::promise<void> second;
  auto started = second.get_future();
  bool in_time = false;
  read_ahead(
      2,
      [&](std::size_t part) {
        if (part == 1) second.set_value();
        return part;
      },
      [&](std::size_t part) {
        if (part == 0)
          in_time = started.wait_for(std::chrono::seconds(20)) == std::future_status::ready;
      });
  CHECK(in_time);
}

TEST_CASE("read ahead: one thread fetches at a time, and no more than one part ahead") {
  std::atomic<int> fetching = 0, most = 0;
  std::atomic<std::size_t> taken = 0, farthest = 0;
  read_ahead(
      50,
      [&](std::size_t part) {
        most = std::max<int>(most, ++fetching);
        farthest = std::max<std::size_t>(farthest, part - taken);
        std::this_thread::yield();
        --fetching;
        return part;
      },
      [&](std::size_t) { ++taken; });
  CHECK(most == 1);
  CHECK(farthest <= 1);
}

TEST_CASE("read ahead: what is thrown comes out when no thread is left") {
  for (const std::size_t bad : {0, 1, 4}) {
    CAPTURE(bad);
    std::atomic<int> running = 0;
    std::vector<std::size_t> taken;
    const auto fetch = [&](std::size_t part) {
      ++running;
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
      --running;
      if (part == bad) throw std::out_of_range("fetch");
      return part;
    };
    CHECK_THROWS_WITH_AS(read_ahead(5, fetch, [&](std::size_t part) { taken.push_back(part); }),
                         "fetch", std::out_of_range);
    CHECK(running == 0);
    CHECK(taken.size() == bad);  // those before it
  }
  std::atomic<int> running = 0, fetched = 0;
  const auto fetch = [&](std::size_t part) {
    ++running;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    ++fetched;
    --running;
    return part;
  };
  CHECK_THROWS_WITH_AS(read_ahead(5, fetch,
                                  [](std::size_t part) {
                                    if (part == 1) throw std::length_error("take");
                                  }),
                       "take", std::length_error);
  CHECK(running == 0);
  CHECK(fetched <= 3);  // 0, 1, and the one ahead
}
