// SPDX-License-Identifier: MIT
#include "report/cli/terminal/file_modes.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include "tests/support/temporary_folder.h"

using namespace dmarcq;

namespace {

namespace fs = std::filesystem;

/// Files with modes.
struct Sandbox : test::TemporaryFolder {
  const fs::path& folder = path();
  fs::path file(const std::string& name, mode_t mode) const {
    const fs::path made = write(name, "x");
    REQUIRE(::chmod(made.c_str(), mode) == 0);
    return made;
  }
};

template <class Warn>
std::string said(Warn warn, const fs::path& file) {
  std::ostringstream out, err;
  Io io{.out = out, .err = err, .out_terminal = {}, .err_terminal = {}};
  warn(io, file);
  CHECK(out.str().empty());
  return err.str();
}

}  // namespace

TEST_CASE(
    "file modes: others than the owner may read a secret; everybody may change what decides") {
  const Sandbox sandbox;
  struct Row {
    mode_t mode;
    bool readers, writers;
  };
  for (const Row& row : {
           Row{0600, false, false},
           Row{0400, false, false},
           Row{0700, false, false},
           Row{0640, true, false},
           Row{0604, true, false},
           Row{0644, true, false},
           Row{0660, true, false},
           Row{0664, true, false},
           Row{0646, true, true},
           Row{0666, true, true},
       }) {
    CAPTURE(row.mode);
    const fs::path file = sandbox.file("a", row.mode);
    CHECK(said(warn_of_readers, file).empty() == !row.readers);
    CHECK(said(warn_of_writers, file).empty() == !row.writers);
  }
}

TEST_CASE("file modes: the file is named, with what would help") {
  const Sandbox sandbox;
  const fs::path file = sandbox.file("a", 0666);
  const std::string readers = said(warn_of_readers, file), writers = said(warn_of_writers, file);
  CHECK(readers.starts_with("dmarcq: " + file.string() + ": warning: "));
  CHECK(readers.find("chmod 600 " + file.string()) != std::string::npos);
  CHECK(writers.starts_with("dmarcq: " + file.string() + ": warning: "));
  CHECK(writers.find("chmod o-w " + file.string()) != std::string::npos);
}

TEST_CASE(
    "file modes: what is no regular file, or not there, is not spoken of; a link is its file") {
  const Sandbox sandbox;
  fs::create_directory(sandbox.folder / "d");
  REQUIRE(::chmod((sandbox.folder / "d").c_str(), 0777) == 0);
  fs::create_symlink(sandbox.file("shut", 0600), sandbox.folder / "to-shut");
  fs::create_symlink(sandbox.file("open", 0666), sandbox.folder / "to-open");
  for (const fs::path& file : {sandbox.folder / "d", sandbox.folder / "missing",
                               fs::path("/dev/null"), fs::path(), sandbox.folder / "to-shut"}) {
    CAPTURE(file.string());
    CHECK(said(warn_of_readers, file).empty());
    CHECK(said(warn_of_writers, file).empty());
  }
  CHECK_FALSE(said(warn_of_readers, sandbox.folder / "to-open").empty());
  CHECK_FALSE(said(warn_of_writers, sandbox.folder / "to-open").empty());
}

TEST_CASE("file modes: a file's name cannot colour the terminal or add a line") {
  const Sandbox sandbox;
  const std::string text = said(warn_of_readers, sandbox.file("a\x1b[31m\nb", 0644));
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(text.find("\nb") == std::string::npos);
}
