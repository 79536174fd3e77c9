// SPDX-License-Identifier: MIT
#include "store/base/file_failure.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <string>

#include "tests/support/temporary_folder.h"

using namespace dmarcq;

namespace {

namespace fs = std::filesystem;

/// While it lives, this process has no more rights than anybody.
struct AsNobody {
  bool was_root = ::geteuid() == 0;
  AsNobody() {
    if (was_root) REQUIRE(::seteuid(65534) == 0);
  }
  ~AsNobody() {
    if (was_root) REQUIRE(::seteuid(0) == 0);
  }
};

struct Folder : test::TemporaryFolder {
  Folder() { ::chmod(path().c_str(), 0755); }
  fs::path file(const char* name, mode_t mode) const {
    const fs::path made = path() / name;
    std::ofstream(made) << "x";
    ::chmod(made.c_str(), mode);
    return made;
  }
  fs::path folder(const char* name, mode_t mode) const {
    const fs::path made = path() / name;
    ::mkdir(made.c_str(), 0755);
    ::chmod(made.c_str(), mode);
    return made;
  }
};

}  // namespace

TEST_CASE("words_of: the reason says what is in the way, the cure what to do next") {
  const Folder folder;
  const fs::path file = folder.path() / "a.db";
  struct Row {
    FileFailure failure;
    int cause;
    const char *reason, *cure;
  };
  const Row rows[] = {
      {FileFailure::no_space, 0, "No space left on device", "what was stored is kept: make room"},
      {FileFailure::no_space, EDQUOT, "Disk quota exceeded", "run the same command again"},
      {FileFailure::device, EIO, "reading or writing fails: Input/output error", "dmesg"},
      {FileFailure::device, 0, "reading or writing fails", "dmarcq db check"},
      {FileFailure::locked, 0, "another program is using it and has locked it", "wait until"},
      {FileFailure::no_database, 0, "the file is no database of dmarcq", "--db"},
      {FileFailure::no_memory, 0, "out of memory", "memory"},
      {FileFailure::not_openable, ELOOP, "Too many levels of symbolic links", "--db"},
      {FileFailure::not_openable, EMFILE, "Too many open files", "ulimit -n"},
      {FileFailure::not_openable, 0, "it cannot be opened", "--db"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.reason);
    const FailureWords words = words_of(row.failure, file, row.cause);
    CHECK(words.reason == row.reason);
    CHECK(words.cure.find(row.cure) != std::string::npos);
  }
}

TEST_CASE("words_of: a folder that is missing, closed, or none, is named") {
  const Folder folder;
  const std::string top = folder.path().native();
  folder.folder("closed", 0600);
  folder.file("file", 0644);
  struct Row {
    const char* path;
    std::string reason, cure;
  };
  const Row rows[] = {
      {"missing/a.db", "the folder " + top + "/missing does not exist", "mkdir -p " + top},
      {"missing/below/a.db", "the folder " + top + "/missing does not exist",
       "mkdir -p " + top + "/missing/below, or"},
      {"file/a.db", top + "/file is not a folder", "--db"},
      {"closed/a.db", top + "/closed: Permission denied", "--db"},
      {"closed/below/a.db", top + "/closed: Permission denied", "--db"},
  };
  const AsNobody nobody;
  for (const Row& row : rows) {
    CAPTURE(row.path);
    const FailureWords words = words_of(FileFailure::not_openable, folder.path() / row.path, 0);
    CHECK(words.reason == row.reason);
    CHECK(words.cure.find(row.cure) != std::string::npos);
  }
}

TEST_CASE("words_of: whose file it is, where only its owner may use it") {
  const Folder folder;
  const fs::path unreadable = folder.file("unreadable.db", 0600),
                 unwritable = folder.file("unwritable.db", 0444), closed = folder.folder("f", 0555);
  const fs::path inside = closed / "new.db";
  const AsNobody nobody;
  if (!nobody.was_root) return;  // the files are one's own
  const FailureWords reading = words_of(FileFailure::not_openable, unreadable, EACCES);
  CHECK(reading.reason == "Permission denied");
  CHECK(reading.cure == unreadable.native() +
                            " belongs to the user root: run dmarcq as that user, or name another "
                            "database with --db");
  const FailureWords writing = words_of(FileFailure::not_writable, unwritable, 0);
  CHECK(writing.reason == "it may not be written to: Permission denied");
  CHECK(writing.cure.starts_with(unwritable.native() + " belongs to the user root"));
  const FailureWords making = words_of(FileFailure::not_openable, inside, EACCES);
  CHECK(making.reason.starts_with("its folder " + closed.native() + " may not be written to"));
  CHECK(making.cure.starts_with(closed.native() + " belongs to the user root"));
}

TEST_CASE("words_of: a file of one's own that may be written to is read-only for another reason") {
  const Folder folder;
  const FailureWords words = words_of(FileFailure::not_writable, folder.file("a.db", 0644), 0);
  CHECK(words.reason.starts_with("it is read-only: "));
  CHECK(words.cure.find("backup") != std::string::npos);
}

TEST_CASE("failure_of_errno, file_error: by errno, with the file's name first") {
  CHECK(failure_of_errno(ENOSPC) == FileFailure::no_space);
  CHECK(failure_of_errno(EDQUOT) == FileFailure::no_space);
  CHECK(failure_of_errno(EFBIG) == FileFailure::no_space);
  CHECK(failure_of_errno(EROFS) == FileFailure::not_writable);
  CHECK(failure_of_errno(EIO) == FileFailure::device);
  CHECK(failure_of_errno(ENOMEM) == FileFailure::no_memory);
  for (const int cause : {EACCES, ENOENT, ENOTDIR, EPERM, 0})
    CHECK(failure_of_errno(cause) == FileFailure::not_openable);
  const StoreError error = file_error("/missing/a.db", ENOENT);
  CHECK(error.kind == StoreError::Kind::io);
  CHECK(std::string(error.what()) == "/missing/a.db: the folder /missing does not exist");
  CHECK(error.cure == "mkdir -p /missing, or name another database with --db");
}
