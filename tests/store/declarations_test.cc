// SPDX-License-Identifier: MIT
#include "store/declarations.h"

#include <doctest/doctest.h>

#include "sample_reports.h"

using namespace dmarcq;
using namespace dmarcq::test;

TEST_CASE("settings: a sender entry is one for its kind and value") {
  TemporaryDatabase file;
  const std::unique_ptr<Store> store_owner = open_store(file.path());
  Store& store = *store_owner;
  const std::int64_t id =
      store.put_sender_entry({.kind = "network", .value = "192.0.2.0/24", .name = "warehouse"});
  CHECK(store.put_sender_entry({.kind = "network",
                                .value = "192.0.2.0/24",
                                .name = "shop",
                                .service = "Own",
                                .ours = false,
                                .since = 7}) == id);
  const std::int64_t other = store.put_sender_entry({.kind = "org", .value = "192.0.2.0/24"});
  REQUIRE(store.snapshot()->sender_entries().size() == 2);
  CHECK(store.snapshot()->sender_entries()[0].name == "shop");
  CHECK(store.snapshot()->sender_entries()[0].service == "Own");
  CHECK_FALSE(store.snapshot()->sender_entries()[0].ours);
  CHECK(store.snapshot()->sender_entries()[0].since == 7);
  CHECK(store.remove_sender_entry(other));
  CHECK_FALSE(store.remove_sender_entry(other));
  CHECK(store.snapshot()->sender_entries().size() == 1);
}

TEST_CASE("settings: notes of a domain come with those that concern all, by day") {
  TemporaryDatabase file;
  const std::unique_ptr<Store> store_owner = open_store(file.path());
  Store& store = *store_owner;
  store.add_note({.day = 20, .domain = "example.com", .text = "DKIM key activated"});
  const std::int64_t early = store.add_note({.day = 10, .text = "new DNS provider"});
  store.add_note({.day = 15, .domain = "example.net", .text = "other"});
  REQUIRE(store.snapshot()->notes("example.com").size() == 2);
  CHECK(store.snapshot()->notes("example.com")[0].text == "new DNS provider");
  CHECK(store.snapshot()->notes("").size() == 3);
  CHECK(store.remove_note(early));
  CHECK(store.snapshot()->notes("example.com").size() == 1);
}

TEST_CASE("settings: open alerts are replaced as a set") {
  TemporaryDatabase file;
  const std::unique_ptr<Store> store_owner = open_store(file.path());
  Store& store = *store_owner;
  store.set_open_alerts({{"b", 1, 2}, {"a", 3, 4}});
  store.set_open_alerts({{"c", 5, 6}, {"a", 3, 4}});
  REQUIRE(store.snapshot()->open_alerts().size() == 2);
  CHECK(store.snapshot()->open_alerts()[0].key == "a");
  CHECK(store.snapshot()->open_alerts()[1].told == 6);
}

TEST_CASE("settings: a checkpoint lives and dies with the batch that it belongs to") {
  TemporaryDatabase file;
  const std::unique_ptr<Store> store_owner = open_store(file.path());
  Store& store = *store_owner;
  CHECK_FALSE(store.snapshot()->checkpoint("inbox").has_value());
  store.batch([&] {
    store.set_checkpoint("inbox", "1");
    store.add_read_name("dir", "b");
    store.add_read_name("dir", "a");
    store.add_read_name("dir", "a");
  });
  CHECK_THROWS(store.batch([&] {
    store.set_checkpoint("inbox", "2");
    store.add_read_name("dir", "c");
    throw std::runtime_error("crash");
  }));
  CHECK(store.snapshot()->checkpoint("inbox") == "1");
  CHECK(store.snapshot()->read_names("dir") == std::vector<std::string>{"a", "b"});
}
