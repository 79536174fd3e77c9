// SPDX-License-Identifier: MIT
// The files as a run leaves them: tests/e2e/oauth_test.py.
#include "report/cli/args/token_files.h"

#include <doctest/doctest.h>

#include <chrono>

#include "tests/support/temporary_folder.h"

using namespace dmarcq;

TEST_CASE("lock_beside: one at a time, for a while, and never in the way for good") {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "token";
  auto first = lock_beside(file, 0, nullptr);
  REQUIRE(first);
  CHECK_FALSE(lock_beside(file, 0, nullptr));
  const auto start = std::chrono::steady_clock::now();
  const std::atomic<bool> stopped = true;
  CHECK_FALSE(lock_beside(file, 60, &stopped));
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(10));
  first.reset();
  CHECK(lock_beside(file, 0, nullptr));
  CHECK_FALSE(lock_beside(folder.path() / "no" / "folder", 0, nullptr));
  // A link there leads nowhere.
  std::filesystem::create_symlink(folder.path() / "elsewhere", folder.path() / "link.lock");
  CHECK_FALSE(lock_beside(folder.path() / "link", 0, nullptr));
  CHECK_FALSE(std::filesystem::exists(folder.path() / "elsewhere"));
}
