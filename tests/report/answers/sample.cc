// SPDX-License-Identifier: MIT
#include "sample.h"

#include <filesystem>

#include "ingest/source/source.h"
#include "parser/calendar.h"
#include "store/import/import.h"
#include "tests/support/memory_store.h"

namespace dmarcq::test {
namespace {

std::unique_ptr<Store> filled() {
  std::unique_ptr<Store> store = memory_store();
  const auto mailbox = open_mailbox(
      std::filesystem::path(DMARCQ_SOURCE_DIR) / "fixtures/mailboxes/sample.mbox", Limits{});
  ingest(*mailbox.value(), *store, {});
  return store;
}

}  // namespace

Store& sample_store() {
  static const std::unique_ptr<Store> store = filled();
  return *store;
}

Day sample_today() { return day_from_text("2026-11-01").value(); }

}  // namespace dmarcq::test
