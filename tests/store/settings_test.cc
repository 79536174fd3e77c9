// SPDX-License-Identifier: MIT
#include "store/settings.h"

#include <doctest/doctest.h>

#include "sample_reports.h"

using namespace dmarcq;
using namespace dmarcq::test;

TEST_CASE("settings: a sender entry is one for its kind and value") {
  TemporaryDatabase file;
  Store store = Store::open(file.path(), Store::Mode::read_write);
  const std::int64_t id =
      put_sender_entry(store, {.kind = "network", .value = "192.0.2.0/24", .name = "warehouse"});
  CHECK(put_sender_entry(store, {.kind = "network",
                                 .value = "192.0.2.0/24",
                                 .name = "shop",
                                 .service = "Own",
                                 .ours = false,
                                 .since = 7}) == id);
  const std::int64_t other = put_sender_entry(store, {.kind = "org", .value = "192.0.2.0/24"});
  REQUIRE(sender_entries(store).size() == 2);
  CHECK(sender_entries(store)[0].name == "shop");
  CHECK(sender_entries(store)[0].service == "Own");
  CHECK_FALSE(sender_entries(store)[0].ours);
  CHECK(sender_entries(store)[0].since == 7);
  CHECK(remove_sender_entry(store, other));
  CHECK_FALSE(remove_sender_entry(store, other));
  CHECK(sender_entries(store).size() == 1);
}

TEST_CASE("settings: notes of a domain come with those that concern all, by day") {
  TemporaryDatabase file;
  Store store = Store::open(file.path(), Store::Mode::read_write);
  add_note(store, {.day = 20, .domain = "example.com", .text = "DKIM key activated"});
  const std::int64_t early = add_note(store, {.day = 10, .text = "new DNS provider"});
  add_note(store, {.day = 15, .domain = "example.net", .text = "other"});
  REQUIRE(notes(store, "example.com").size() == 2);
  CHECK(notes(store, "example.com")[0].text == "new DNS provider");
  CHECK(notes(store, "").size() == 3);
  CHECK(remove_note(store, early));
  CHECK(notes(store, "example.com").size() == 1);
}

TEST_CASE("settings: open alerts are replaced as a set") {
  TemporaryDatabase file;
  Store store = Store::open(file.path(), Store::Mode::read_write);
  set_open_alerts(store, {{"b", 1, 2}, {"a", 3, 4}});
  set_open_alerts(store, {{"c", 5, 6}, {"a", 3, 4}});
  REQUIRE(open_alerts(store).size() == 2);
  CHECK(open_alerts(store)[0].key == "a");
  CHECK(open_alerts(store)[1].told == 6);
}

TEST_CASE("settings: a checkpoint lives and dies with the batch that it belongs to") {
  TemporaryDatabase file;
  Store store = Store::open(file.path(), Store::Mode::read_write);
  CHECK_FALSE(checkpoint(store, "inbox").has_value());
  store.batch([&] {
    set_checkpoint(store, "inbox", "1");
    add_read_name(store, "dir", "b");
    add_read_name(store, "dir", "a");
    add_read_name(store, "dir", "a");
  });
  CHECK_THROWS(store.batch([&] {
    set_checkpoint(store, "inbox", "2");
    add_read_name(store, "dir", "c");
    throw std::runtime_error("crash");
  }));
  CHECK(checkpoint(store, "inbox") == "1");
  CHECK(read_names(store, "dir") == std::vector<std::string>{"a", "b"});
}
