// SPDX-License-Identifier: MIT
#include "sample.h"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>

#include "ingest/source/source.h"
#include "parser/calendar.h"
#include "store/pipeline.h"

namespace dmarcq::test {
namespace {

namespace fs = std::filesystem;

struct SampleDatabase {
  fs::path folder = fs::temp_directory_path() / fmt::format("dmarcq-answers-{}", getpid());
  std::optional<Store> store;

  SampleDatabase() {
    fs::create_directories(folder);
    store.emplace(Store::open(folder / "sample.db", Store::Mode::read_write));
    const auto mailbox =
        open_mailbox(fs::path(DMARCQ_SOURCE_DIR) / "fixtures/mailboxes/sample.mbox", Limits{});
    ingest(*mailbox.value(), *store, {});
  }
  ~SampleDatabase() {
    store.reset();
    std::error_code ignored;
    fs::remove_all(folder, ignored);
  }
};

}  // namespace

Store& sample_store() {
  static SampleDatabase database;
  return *database.store;
}

Day sample_today() { return day_from_text("2026-11-01").value(); }

}  // namespace dmarcq::test
