// SPDX-License-Identifier: MIT
// What a run died of. A run that dies is one whose InFlight is never destroyed: its notes are
// copied while it is at work.
#include <doctest/doctest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <thread>

#include "sample_reports.h"
#include "store/import/in_flight.h"

using namespace dmarcq;
using namespace dmarcq::test;
namespace fs = std::filesystem;

namespace {

Digest digest(const std::string& name) { return sha256(name); }

/// Notes of one database, in a file that a death leaves behind.
struct Notes {
  TemporaryDatabase file;
  fs::path path{file.path().native() + ".reading"};
  ~Notes() { fs::remove(path); }

  /// A run that is killed after these have been read for some time.
  void death(std::initializer_list<const char*> reading,
             std::chrono::milliseconds after = (InFlight::long_ticks + 3) * InFlight::tick) {
    const fs::path left = path.native() + ".left";
    {
      InFlight run(file.path());
      std::size_t slot = InFlight::writer;
      for (const char* name : reading) run.begin(slot++, digest(name));
      std::this_thread::sleep_for(after);
      fs::copy_file(path, left, fs::copy_options::overwrite_existing);
    }
    fs::rename(left, path);
  }
  /// One that ends by itself.
  void end() {
    InFlight run(file.path());
    run.run_ended();
  }
};

}  // namespace

TEST_CASE("in flight: the second death is blamed on what was there at both") {
  Notes notes;
  notes.death({"a", "bad"});
  {
    InFlight run(notes.file.path());
    CHECK(run.has_suspects());
    CHECK_FALSE(run.is_deadly(digest("bad")));
  }
  notes.death({"bad"});
  InFlight run(notes.file.path());
  CHECK(run.is_deadly(digest("bad")));
  CHECK_FALSE(run.is_deadly(digest("a")));
  CHECK_FALSE(run.is_deadly(digest("never read")));
}

TEST_CASE("in flight: runs that end clear who was suspected, after a while, not who was blamed") {
  Notes notes;
  notes.death({"a"});
  for (std::uint32_t run = 1; run < InFlight::forgotten_after; ++run) notes.end();
  CHECK(InFlight(notes.file.path()).has_suspects());
  notes.end();
  CHECK_FALSE(fs::exists(notes.path));
  notes.death({"a"});
  CHECK_FALSE(InFlight(notes.file.path()).is_deadly(digest("a")));
  notes.death({"a"});
  notes.end();
  CHECK(fs::exists(notes.path));
  {
    InFlight run(notes.file.path());
    CHECK(run.is_deadly(digest("a")));
    CHECK_FALSE(run.has_suspects());
    run.forgive(digest("a"));
    CHECK_FALSE(run.is_deadly(digest("a")));
    run.run_ended();
  }
  CHECK_FALSE(fs::exists(notes.path));
}

TEST_CASE("in flight: whoever kills runs blames nobody, but if it goes on for ever") {
  using namespace std::chrono_literals;
  Notes notes;
  for (std::uint32_t deaths = 1; deaths < InFlight::deadly; ++deaths) {
    notes.death({"a"}, 0ms);
    InFlight run(notes.file.path());
    CHECK(run.has_suspects());
    CHECK_FALSE(run.is_deadly(digest("a")));
  }
  notes.death({"a"}, 0ms);
  CHECK(InFlight(notes.file.path()).is_deadly(digest("a")));
}

TEST_CASE("in flight: a crash is blamed at once") {
  Notes notes;
  for (int death = 0; death < 2; ++death) {
    CHECK_FALSE(InFlight(notes.file.path()).is_deadly(digest("a")));
    const pid_t child = ::fork();
    if (child == 0) {
      std::signal(SIGABRT, SIG_DFL);  // the test program's own handler would tell of it
      InFlight run(notes.file.path());
      run.begin(InFlight::writer, digest("a"));
      std::abort();
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    CHECK(WIFSIGNALED(status));
  }
  CHECK(InFlight(notes.file.path()).is_deadly(digest("a")));
}

TEST_CASE("in flight: what got through is suspected no more, whatever becomes of the run") {
  Notes notes;
  notes.death({"a", "b"});
  {
    InFlight run(notes.file.path());
    run.begin(InFlight::writer, digest("a"));
    run.end(InFlight::writer);
  }
  notes.death({"a", "b"});
  InFlight run(notes.file.path());
  CHECK_FALSE(run.is_deadly(digest("a")));
  CHECK(run.is_deadly(digest("b")));
}

TEST_CASE("in flight: what was read to its end is not suspected, nor what an error ended") {
  Notes notes;
  {
    InFlight run(notes.file.path());
    run.begin(InFlight::first_worker, digest("a"));
    run.end(InFlight::first_worker);
    run.begin(InFlight::first_worker + 1, digest("b"));
  }
  CHECK_FALSE(fs::exists(notes.path));
  InFlight run(notes.file.path());
  CHECK_FALSE(run.has_suspects());
  run.begin(InFlight::slots, digest("c"));  // more threads than places: not noted
  run.end(InFlight::slots);
}

TEST_CASE("in flight: nothing is noted where the file cannot be made") {
  Notes notes;
  fs::create_directory(notes.path);
  InFlight run(notes.file.path());
  run.begin(InFlight::writer, digest("a"));
  CHECK_FALSE(run.is_deadly(digest("a")));
  run.end(InFlight::writer);
  run.forgive(digest("a"));
  CHECK_FALSE(run.has_suspects());
}
