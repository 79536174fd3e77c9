// SPDX-License-Identifier: MIT
#include "store/base/new_file.h"

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

#include "store/base/error.h"
#include "tests/support/temporary_folder.h"

using namespace dmarcq;
using dmarcq::test::TemporaryFolder;
namespace fs = std::filesystem;

namespace {

unsigned synced_folders = 0;

}  // namespace

/// In place of that of the C library: counts the folders among what is written to the disk.
extern "C" int fsync(int descriptor) {
  struct stat status{};
  if (::fstat(descriptor, &status) == 0 && S_ISDIR(status.st_mode)) ++synced_folders;
  return static_cast<int>(::syscall(SYS_fsync, descriptor));
}

namespace {

std::size_t files_in(const TemporaryFolder& folder) {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()));
}

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write_file(const fs::path& path, std::string_view bytes, mode_t mode) {
  std::ofstream(path, std::ios::binary) << bytes;
  REQUIRE(::chmod(path.c_str(), mode) == 0);
}

unsigned mode_of(const fs::path& path) {
  struct stat status{};
  REQUIRE(::lstat(path.c_str(), &status) == 0);
  return status.st_mode & 07777;
}

/// The error of making a file there: it must be one of io.
std::string refusal(const fs::path& place) {
  try {
    NewFile file(place);
  } catch (const StoreError& error) {
    CHECK(error.kind == StoreError::Kind::io);
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("new file: it is not there before it is whole, and nobody else may read it") {
  const TemporaryFolder folder;
  const fs::path place = folder.path() / "out";
  const mode_t before = ::umask(0);
  {
    NewFile file(place);
    file.write("one ");
    CHECK_FALSE(fs::exists(place));
    CHECK(file.path().parent_path() == folder.path());
    CHECK(file.path() != place);
    CHECK(mode_of(file.path()) == 0600);
    file.write("");
    file.write(std::string("t\0wo", 4));
    file.put_in_place();
    CHECK(read_file(place) == std::string("one t\0wo", 8));
  }
  ::umask(before);
  CHECK(mode_of(place) == 0600);
  CHECK(files_in(folder) == 1);
}

TEST_CASE("new file: given up, it leaves what was there") {
  const TemporaryFolder folder;
  const fs::path place = folder.path() / "out";
  {
    NewFile file(place);
    file.write("half");
  }
  CHECK(files_in(folder) == 0);
  write_file(place, "old", 0600);
  try {
    NewFile file(place);
    file.write("half");
    throw std::runtime_error("power cut");
  } catch (const std::runtime_error&) {
  }
  CHECK(read_file(place) == "old");
  CHECK(files_in(folder) == 1);
}

TEST_CASE("new file: in place of an older one, for whom that was") {
  for (const unsigned mode : {0600u, 0640u, 0644u, 0444u, 0400u}) {
    CAPTURE(mode);
    const TemporaryFolder folder;
    const fs::path place = folder.path() / "out";
    write_file(place, "a longer old text", mode);
    NewFile file(place);
    file.write("new");
    CHECK(read_file(place) == "a longer old text");
    file.put_in_place();
    CHECK(read_file(place) == "new");
    CHECK(mode_of(place) == mode);
  }
  const TemporaryFolder folder;
  const fs::path place = folder.path() / "out";
  write_file(place, "old", 04755);  // a program of its owner: that does not go over
  NewFile file(place);
  file.put_in_place();
  CHECK((mode_of(place) & 07000) == 0);
}

TEST_CASE("new file: whoever has the old one open still reads it") {
  const TemporaryFolder folder;
  const fs::path place = folder.path() / "out";
  write_file(place, "old", 0644);
  std::ifstream reader(place);
  NewFile file(place);
  file.write("new");
  file.put_in_place();
  CHECK(std::string{std::istreambuf_iterator<char>(reader), {}} == "old");
}

TEST_CASE("new file: what is no regular file is refused, and stays") {
  const TemporaryFolder folder;
  const fs::path target = folder.path() / "target", link = folder.path() / "link",
                 dangling = folder.path() / "dangling", inner = folder.path() / "folder",
                 pipe = folder.path() / "pipe";
  write_file(target, "precious", 0600);
  fs::create_symlink(target, link);
  fs::create_symlink(folder.path() / "nowhere", dangling);
  fs::create_directory(inner);
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  for (const fs::path& place : {link, dangling, inner, pipe}) {
    CAPTURE(place.string());
    const auto type = fs::symlink_status(place).type();
    CHECK(refusal(place).starts_with(place.string() + ": "));
    CHECK(fs::symlink_status(place).type() == type);
  }
  CHECK(read_file(target) == "precious");
  CHECK_FALSE(fs::exists(folder.path() / "nowhere"));
  CHECK(files_in(folder) == 5);
}

TEST_CASE("new file: where none can be made") {
  const TemporaryFolder folder;
  const fs::path missing = folder.path() / "none" / "out";
  CHECK(refusal(missing) == missing.string() + ": No such file or directory");
  write_file(folder.path() / "file", "x", 0600);
  CHECK(refusal(folder.path() / "file" / "out").find("Not a directory") != std::string::npos);
  CHECK_FALSE(refusal(folder.path() / std::string(300, 'x')).empty());
  // The folder goes away while it is written.
  const fs::path inner = folder.path() / "inner";
  fs::create_directory(inner);
  NewFile file(inner / "out");
  fs::remove_all(inner);
  CHECK_THROWS_AS(file.put_in_place(), StoreError);
}

TEST_CASE("new file: its name is on the disk, too") {
  const TemporaryFolder folder;
  const unsigned before = synced_folders;
  NewFile file(folder.path() / "out");
  file.write("new");
  CHECK(synced_folders == before);
  file.put_in_place();
  CHECK(synced_folders == before + 1);
  // A name without a folder is in the working directory.
  const fs::path elsewhere = fs::current_path();
  fs::current_path(folder.path());
  NewFile plain("plain");
  plain.put_in_place();
  fs::current_path(elsewhere);
  CHECK(synced_folders == before + 2);
}

TEST_CASE("new file: room that is set aside is no part of it, and may be missing") {
  const TemporaryFolder folder;
  const fs::path place = folder.path() / "out";
  {
    NewFile file(place);
    file.reserve(1u << 16);
    file.write("new");
    file.put_in_place();
  }
  CHECK(read_file(place) == "new");
  // A limit on the size of files stands for a full disk.
  const auto ignored = ::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  const rlimit small{1u << 12, before.rlim_max};
  {
    NewFile file(place);
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
    CHECK_THROWS_AS(file.reserve(1u << 16), StoreError);
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
  }
  ::signal(SIGXFSZ, ignored);
  CHECK(read_file(place) == "new");
  CHECK(files_in(folder) == 1);
}

TEST_CASE("new file: two at once, the last in place stays") {
  const TemporaryFolder folder;
  const fs::path place = folder.path() / "out";
  NewFile one(place), two(place);
  CHECK(one.path() != two.path());
  one.write("one");
  two.write("two");
  two.put_in_place();
  one.put_in_place();
  CHECK(read_file(place) == "one");
  CHECK(files_in(folder) == 1);
}

TEST_CASE("new file: a secret is its owner's alone, whoever could read what was there") {
  const TemporaryFolder folder;
  const fs::path place = folder.path() / "token";
  for (const mode_t mode : {0600u, 0640u, 0644u, 0666u}) {
    CAPTURE(mode);
    write_file(place, "old", mode);
    NewFile file(place, NewFile::Readers::owner);
    CHECK(mode_of(file.path()) == 0600);
    file.write("new");
    file.put_in_place();
    CHECK(mode_of(place) == 0600);
    CHECK(read_file(place) == "new");
  }
}
