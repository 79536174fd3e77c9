// SPDX-License-Identifier: MIT
#include "store/sqlite/writer/delivery_rows.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "sample_reports.h"
#include "store/integrity.h"
#include "store/queries.h"
#include "store/store.h"

using namespace dmarcq;
using namespace dmarcq::test;

namespace {

constexpr Day day = 20'000;

DeliveryEvent event(const std::string& key, const std::string& recipient, Day on = day) {
  return {.source = DeliverySource::email_log,
          .state = DeliveryState::refused,
          .time = EpochSeconds{on} * 86'400 + 60,
          .recipient = recipient,
          .envelope_sender = "b@example.com",
          .message_id = "m@sfdc.net",
          .stage = "during RCPT TO",
          .text = "550 5.1.1 unknown",
          .more = "SubscriberKey: 1\n",
          .key = key};
}

ProcessedItem log(const std::string& name, const std::vector<DeliveryEvent>& events) {
  ProcessedItem made;
  made.origin.source = name;
  made.digest = sha256(name);
  made.not_a_report = "delivery_log";
  made.deliveries.push_back({.source = DeliverySource::email_log, .rows = events.size()});
  for (const DeliveryEvent& each : events) made.deliveries[0].events.add(each);
  return made;
}

std::vector<std::string> recipients(Store& store, Day since = 0, Day until = 65'535) {
  std::vector<std::string> found;
  store.snapshot()->deliveries(since, until, [&](const StoredDelivery& delivery) {
    found.push_back(std::string(delivery.event.recipient) + " " +
                    std::string(delivery.recipient_domain));
  });
  return found;
}
using Found = std::vector<std::string>;

}  // namespace

TEST_CASE("delivery rows: an event is stored once, whatever file it comes in") {
  TemporaryDatabase file;
  const auto store = open_store(file.path());
  const Saved first =
      save(*store, log("a", {event("1", "a@example.net"), event("2", "b@example.org", day + 1)}));
  CHECK(first.outcome == Outcome::not_a_report);
  CHECK(first.deliveries_stored == 2);
  const Saved second = save(
      *store, log("b", {event("2", "b@example.org", day + 1), event("3", "c@example.net", day - 1),
                        event("3", "c@example.net", day - 1)}));
  CHECK(second.deliveries_stored == 1);
  CHECK(second.deliveries_repeated == 2);
  // By day, whatever the order of arrival.
  CHECK(recipients(*store) == Found{"c@example.net example.net", "a@example.net example.net",
                                    "b@example.org example.org"});
  CHECK(recipients(*store, day, day) == Found{"a@example.net example.net"});
  CHECK(recipients(*store, day + 2).empty());
  CHECK(check_integrity(*store->snapshot()).empty());
}

TEST_CASE("delivery rows: the same key of another source is another event") {
  TemporaryDatabase file;
  const auto store = open_store(file.path());
  DeliveryEvent other = event("1", "a@example.net");
  other.source = DeliverySource::dsn;
  CHECK(save(*store, log("a", {event("1", "a@example.net"), other})).deliveries_stored == 2);
}

TEST_CASE("delivery rows: what an event says comes back") {
  TemporaryDatabase file;
  const auto store = open_store(file.path());
  DeliveryEvent full = event("1", "Ann.Other@example.net");
  full.header_from = "b@example.com";
  full.queue_id = "16/A4-1-2";
  full.sending_ip = "192.0.2.1";
  full.remote_host = "mx.example.net";
  full.user_id = "005";
  save(*store, log("a", {full, event("2", "@example.org")}));
  int seen = 0;
  store->snapshot()->deliveries(day, day, [&](const StoredDelivery& stored) {
    const DeliveryView& view = stored.event;
    if (seen++ == 1) {
      CHECK(view.recipient == "");
      CHECK(stored.recipient_domain == "example.org");
      return;
    }
    CHECK(view.source == full.source);
    CHECK(view.state == full.state);
    CHECK(view.time == full.time);
    CHECK(view.recipient == full.recipient);
    CHECK(view.envelope_sender == full.envelope_sender);
    CHECK(view.header_from == full.header_from);
    CHECK(view.message_id == full.message_id);
    CHECK(view.queue_id == full.queue_id);
    CHECK(view.sending_ip == full.sending_ip);
    CHECK(view.remote_host == full.remote_host);
    CHECK(view.stage == full.stage);
    CHECK(view.text == full.text);
    CHECK(view.user_id == full.user_id);
    CHECK(view.more == full.more);
  });
  CHECK(seen == 2);
}

TEST_CASE(
    "delivery rows: a transaction that fails leaves nothing, and the numbers are free again") {
  TemporaryDatabase file;
  const auto store = open_store(file.path());
  const auto both = log("a", {event("1", "a@example.net"), event("2", "b@example.net")});
  CHECK_THROWS(store->batch([&] {
    store->save(both);
    throw std::runtime_error("stop");
  }));
  CHECK(recipients(*store).empty());
  CHECK(save(*store, both).deliveries_stored == 2);
  CHECK(check_integrity(*store->snapshot()).empty());
}

TEST_CASE("delivery rows: recipients are forgotten after their time, and events with a prune") {
  TemporaryDatabase file;
  const auto store = open_store(file.path());
  ProcessedItem old = log("old", {event("1", "a@example.net")});
  old.faults.push_back({"row 3", {Fault::invalid_report, "no date", ""}});
  old.kept_bytes = "a@example.net";
  old.digest = sha256(old.kept_bytes);
  ProcessedItem mixed =
      log("mixed", {event("2", "b@example.net"), event("3", "c@example.net", day + 1)});
  mixed.faults = old.faults;
  mixed.kept_bytes = "b@example.net, c@example.net";
  mixed.digest = sha256(mixed.kept_bytes);
  save(*store, old);
  save(*store, mixed);
  save(*store, broken_item("no log"));
  const auto kept = [&] {
    std::vector<bool> found;
    for (const Problem& problem : store->snapshot()->problems(false))
      found.push_back(store->snapshot()->problem_bytes(problem.id).has_value());
    return found;
  };
  CHECK(kept() == std::vector<bool>{true, true, true});
  CHECK(store->forget_recipients(day) == 0);
  CHECK(kept() == std::vector<bool>{true, true, true});
  CHECK(store->forget_recipients(day + 1) == 2);
  CHECK(recipients(*store) == Found{" example.net", " example.net", "c@example.net example.net"});
  CHECK(kept() == std::vector<bool>{true, true, false});  // mixed, no log, old
  CHECK(store->forget_recipients(day + 1) == 0);
  // Forgotten, they are known all the same.
  CHECK(save(*store, log("again", {event("1", "a@example.net")})).deliveries_stored == 0);
  CHECK(check_integrity(*store->snapshot()).empty());

  CHECK(store->prune(day + 1, false).deliveries == 2);
  CHECK(recipients(*store) == Found{"c@example.net example.net"});
  CHECK(check_integrity(*store->snapshot()).empty());
}

TEST_CASE("delivery rows: a row that is gone is found") {
  TemporaryDatabase file;
  {
    const auto store = open_store(file.path());
    save(*store, log("a", {event("1", "a@example.net"), event("2", "b@example.net")}));
  }
  Database(file.path(), Database::Mode::read_write)
      .execute("DELETE FROM delivery WHERE local_part='b'");
  const auto faults = check_integrity(*open_snapshot(file.path()));
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].contains("1 of its 2 delivery events are there"));
}
