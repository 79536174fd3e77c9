// SPDX-License-Identifier: MIT
// The files as a run leaves them: tests/e2e/oauth_test.py.
#include "report/cli/args/token_files.h"

#include <doctest/doctest.h>

#include <chrono>
#include <optional>
#include <thread>
#include <utility>

#include "tests/support/temporary_folder.h"

using namespace dmarcq;

namespace {

/// Why there is no lock; nothing when there is one.
std::optional<NoLock> refusal(const std::filesystem::path& file, std::optional<unsigned> seconds,
                              const std::atomic<bool>* stop = nullptr) {
  const auto lock = lock_beside(file, seconds, stop);
  return lock ? std::nullopt : std::optional(lock.error());
}

}  // namespace

TEST_CASE("lock_beside: one at a time, for a while or until it is free, and why there is none") {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "token";
  std::optional<FileLock> first;
  {
    auto lock = lock_beside(file, 0, nullptr);
    REQUIRE(lock);
    first.emplace(std::move(*lock));
  }
  CHECK(refusal(file, 0) == NoLock::held);
  const auto start = std::chrono::steady_clock::now();
  const std::atomic<bool> stopped = true;
  CHECK(refusal(file, 60, &stopped) == NoLock::stopped);
  CHECK(refusal(file, std::nullopt, &stopped) == NoLock::stopped);
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(10));
  // Longer than the time after which another gives up.
  CHECK(refusal(file, 1) == NoLock::held);
  std::thread holder([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    first.reset();
  });
  CHECK(refusal(file, std::nullopt) == std::nullopt);
  holder.join();
  CHECK(refusal(file, 0) == std::nullopt);
  CHECK(refusal(folder.path() / "no" / "folder", 0) == NoLock::none_possible);
  // A link there leads nowhere.
  std::filesystem::create_symlink(folder.path() / "elsewhere", folder.path() / "link.lock");
  CHECK(refusal(folder.path() / "link", 0) == NoLock::none_possible);
  CHECK_FALSE(std::filesystem::exists(folder.path() / "elsewhere"));
}
