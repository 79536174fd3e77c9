// SPDX-License-Identifier: MIT
#include "store/declarations.h"

#include <doctest/doctest.h>

#include "sample_reports.h"

using namespace dmarcq;
using namespace dmarcq::test;

TEST_CASE("settings: a sender entry is one for its kind and value") {
  TemporaryDatabase file;
  const std::unique_ptr<Store> store_owner = open_store(file.where());
  Store& store = *store_owner;
  const std::int64_t id = store.settings().put_sender_entry(
      {.kind = "network", .value = "192.0.2.0/24", .name = "warehouse"});
  CHECK(store.settings().put_sender_entry({.kind = "network",
                                           .value = "192.0.2.0/24",
                                           .name = "shop",
                                           .service = "Own",
                                           .ours = false,
                                           .since = 7}) == id);
  const std::int64_t other =
      store.settings().put_sender_entry({.kind = "org", .value = "192.0.2.0/24"});
  REQUIRE(store.snapshot()->settings().sender_entries().size() == 2);
  CHECK(store.snapshot()->settings().sender_entries()[0].name == "shop");
  CHECK(store.snapshot()->settings().sender_entries()[0].service == "Own");
  CHECK_FALSE(store.snapshot()->settings().sender_entries()[0].ours);
  CHECK(store.snapshot()->settings().sender_entries()[0].since == 7);
  CHECK(store.settings().remove_sender_entry(other));
  CHECK_FALSE(store.settings().remove_sender_entry(other));
  CHECK(store.snapshot()->settings().sender_entries().size() == 1);
}

TEST_CASE("settings: notes of a domain come with those that concern all, by day") {
  TemporaryDatabase file;
  const std::unique_ptr<Store> store_owner = open_store(file.where());
  Store& store = *store_owner;
  store.settings().add_note({.day = 20, .domain = "example.com", .text = "DKIM key activated"});
  const std::int64_t early = store.settings().add_note({.day = 10, .text = "new DNS provider"});
  store.settings().add_note({.day = 15, .domain = "example.net", .text = "other"});
  REQUIRE(store.snapshot()->settings().notes("example.com").size() == 2);
  CHECK(store.snapshot()->settings().notes("example.com")[0].text == "new DNS provider");
  CHECK(store.snapshot()->settings().notes("").size() == 3);
  CHECK(store.settings().remove_note(early));
  CHECK(store.snapshot()->settings().notes("example.com").size() == 1);
}

TEST_CASE("settings: open alerts are replaced as a set") {
  TemporaryDatabase file;
  const std::unique_ptr<Store> store_owner = open_store(file.where());
  Store& store = *store_owner;
  store.settings().set_open_alerts({{"b", 1, 2}, {"a", 3, 4}});
  store.settings().set_open_alerts({{"c", 5, 6}, {"a", 3, 4}});
  REQUIRE(store.snapshot()->settings().open_alerts().size() == 2);
  CHECK(store.snapshot()->settings().open_alerts()[0].key == "a");
  CHECK(store.snapshot()->settings().open_alerts()[1].told == 6);
}

TEST_CASE("settings: a checkpoint lives and dies with the batch that it belongs to") {
  TemporaryDatabase file;
  const std::unique_ptr<Store> store_owner = open_store(file.where());
  Store& store = *store_owner;
  CHECK_FALSE(store.snapshot()->settings().checkpoint("inbox").has_value());
  const ReadState read{.checkpoints = {{"inbox", "1"}},
                       .read = {{"dir", "b"}, {"dir", "a"}, {"dir", "a"}}};
  store.save({}, {.remember = [&](std::span<const Saved>) { return read; }});
  const ProcessedItem lost = item("lost", {{.lines = {"192.0.2.1 10 pass pass"}}});
  CHECK_THROWS(store.save({&lost, 1}, {.remember = power_cut}));
  CHECK(store.snapshot()->settings().checkpoint("inbox") == "1");
  CHECK(store.snapshot()->settings().read_names("dir") == std::vector<std::string>{"a", "b"});
}
