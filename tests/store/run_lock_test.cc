// SPDX-License-Identifier: MIT
#include "store/run_lock.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

#include "sample_reports.h"

using namespace dmarcq;
using namespace dmarcq::test;
namespace fs = std::filesystem;

namespace {

/// Does another process get it?
bool another_gets(const fs::path& database) {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    bool got = false;
    try {
      got = RunLock::take(database).has_value();
    } catch (...) {
    }
    ::_exit(got ? 0 : 1);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

TEST_CASE("run lock: one run at a time") {
  const TemporaryDatabase file;
  {
    const auto lock = RunLock::take(file.path());
    REQUIRE(lock);
    CHECK_FALSE(RunLock::take(file.path()));
    CHECK_FALSE(another_gets(file.path()));
  }
  CHECK(another_gets(file.path()));
  CHECK(RunLock::take(file.path()));
}

TEST_CASE("run lock: it is held on a file of its own, which stays and is its owner's") {
  const TemporaryDatabase file;
  fs::path beside = file.path();
  beside += ".lock";
  const mode_t before = ::umask(0);
  {
    const auto lock = RunLock::take(file.path());
  }
  ::umask(before);
  struct stat status{};
  REQUIRE(::stat(beside.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
  CHECK_FALSE(fs::exists(file.path()));  // that it does not make
  CHECK(RunLock::take(file.path()));     // a file that a killed run left is no lock
}

TEST_CASE("run lock: other databases are not concerned") {
  const TemporaryDatabase one, two;
  const auto lock = RunLock::take(one.path()), other = RunLock::take(two.path());
  CHECK(lock);
  CHECK(other);
}

TEST_CASE("run lock: whatever path leads to the database, it is one lock") {
  const TemporaryDatabase file, link;
  std::ofstream(file.path()) << "x";
  fs::create_symlink(file.path(), link.path());
  const fs::path around = file.path().parent_path() / "." / ".." /
                          file.path().parent_path().filename() / file.path().filename();
  const auto lock = RunLock::take(link.path());
  REQUIRE(lock);
  CHECK_FALSE(RunLock::take(file.path()));
  CHECK_FALSE(RunLock::take(around));
  CHECK_FALSE(another_gets(file.path()));
}

TEST_CASE("run lock: it goes with the process, however that ends") {
  const TemporaryDatabase file;
  int ready[2];
  REQUIRE(::pipe(ready) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const auto lock = RunLock::take(file.path());
    if (::write(ready[1], lock ? "y" : "n", 1) == 1)
      for (;;) ::pause();
    ::_exit(1);
  }
  char got = 0;
  REQUIRE(::read(ready[0], &got, 1) == 1);
  CHECK(got == 'y');
  CHECK_FALSE(RunLock::take(file.path()));
  REQUIRE(::kill(child, SIGKILL) == 0);
  REQUIRE(::waitpid(child, nullptr, 0) == child);
  CHECK(RunLock::take(file.path()));
  ::close(ready[0]);
  ::close(ready[1]);
}

TEST_CASE("run lock: moved, it is held by its new owner") {
  const TemporaryDatabase file;
  auto first = RunLock::take(file.path());
  REQUIRE(first);
  {
    const RunLock second = std::move(*first);
    first.reset();
    CHECK_FALSE(RunLock::take(file.path()));
  }
  CHECK(RunLock::take(file.path()));
}

TEST_CASE("run lock: a link in the place of its file is not followed") {
  const TemporaryDatabase file, elsewhere;
  fs::path beside = file.path();
  beside += ".lock";
  fs::create_symlink(elsewhere.path(), beside);
  CHECK_THROWS_AS(RunLock::take(file.path()), StoreError);
  CHECK_FALSE(fs::exists(elsewhere.path()));
  fs::remove(beside);
}

TEST_CASE("run lock: where no file can be made") {
  const TemporaryDatabase file;
  const fs::path place = file.path() / "missing" / "x.db";
  try {
    RunLock::take(place);
    FAIL("taken");
  } catch (const StoreError& error) {
    CHECK(error.kind == StoreError::Kind::io);
    CHECK(std::string(error.what()).find(".lock: ") != std::string::npos);
  }
}
