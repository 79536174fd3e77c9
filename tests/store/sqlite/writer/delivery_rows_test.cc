// SPDX-License-Identifier: MIT
#include "store/sqlite/writer/delivery_rows.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "sample_reports.h"
#include "store/integrity.h"
#include "store/queries.h"
#include "store/store.h"
#include "tests/support/packing.h"

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

std::string file_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE("delivery rows: an event is stored once, whatever file it comes in") {
  TemporaryDatabase file;
  const auto store = open_store(file.where());
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
  const auto store = open_store(file.where());
  DeliveryEvent other = event("1", "a@example.net");
  other.source = DeliverySource::dsn;
  CHECK(save(*store, log("a", {event("1", "a@example.net"), other})).deliveries_stored == 2);
}

TEST_CASE("delivery rows: what an event says comes back") {
  TemporaryDatabase file;
  const auto store = open_store(file.where());
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
  const auto store = open_store(file.where());
  const auto both = log("a", {event("1", "a@example.net"), event("2", "b@example.net")});
  CHECK_THROWS(store->save({&both, 1}, {.remember = power_cut}));
  CHECK(recipients(*store).empty());
  CHECK(save(*store, both).deliveries_stored == 2);
  CHECK(check_integrity(*store->snapshot()).empty());
}

TEST_CASE("delivery rows: recipients are forgotten after their time, and events with a prune") {
  TemporaryDatabase file;
  const auto store = open_store(file.where());
  save(*store, log("old", {event("1", "a@example.net")}));
  save(*store, log("mixed", {event("2", "b@example.net"), event("3", "c@example.net", day + 1)}));
  CHECK(store->forget_recipients(day) == 0);
  CHECK(store->forget_recipients(day + 1) == 2);
  CHECK(recipients(*store) == Found{" example.net", " example.net", "c@example.net example.net"});
  CHECK(store->forget_recipients(day + 1) == 0);
  // Forgotten, they are known all the same.
  CHECK(save(*store, log("again", {event("1", "a@example.net")})).deliveries_stored == 0);
  CHECK(check_integrity(*store->snapshot()).empty());

  CHECK(store->prune(day + 1, false).deliveries == 2);
  CHECK(recipients(*store) == Found{"c@example.net example.net"});
  CHECK(check_integrity(*store->snapshot()).empty());
}

TEST_CASE("delivery rows: what came in after its time is forgotten too, whatever the order") {
  TemporaryDatabase file;
  const auto store = open_store(file.where());
  save(*store, log("a", {event("1", "a@example.net")}));
  CHECK(store->forget_recipients(day + 10) == 1);
  save(*store, log("late", {event("2", "b@example.net", day - 5), event("3", "c@example.net", day),
                            event("4", "d@example.net", day + 11)}));
  CHECK(store->forget_recipients(day - 5) == 0);  // the owner wants them kept longer
  CHECK(store->forget_recipients(day + 10) == 2);
  // Known again is not new.
  save(*store, log("again", {event("2", "b@example.net", day - 5)}));
  CHECK(store->forget_recipients(day + 10) == 0);
  CHECK(recipients(*store, day + 11) == Found{"d@example.net example.net"});
  // Another connection goes on from there.
  const auto other = open_store(file.where());
  CHECK(other->forget_recipients(day + 10) == 0);
  CHECK(other->forget_recipients(day + 12) == 1);
  CHECK(store->forget_recipients(day + 12) == 0);
}

TEST_CASE("delivery rows: nothing of a forgotten recipient is left in the file") {
  struct Row {
    const char* name;
    std::string sender, words, sender_kept, words_kept;
  };
  const std::string bounce = "@0a1b.00dxx0000000001aaa.um8.bnc.salesforce.com";
  for (const Row& row :
       {Row{"its own envelope sender for each recipient",
            "bounces+12-zed.other=example.net@em.example.com", "550 5.1.1 unknown",
            "@em.example.com", "550 5.1.1 unknown"},
        Row{"Salesforce's", "jane=example.com__k2f" + bounce, "550 5.1.1 unknown",
            "=example.com__" + bounce, "550 5.1.1 unknown"},
        Row{"the words name him", "b@example.com", "550 5.1.1 no zed.other, <zed.other@x.example>",
            "@example.com", "550 5.1.1 no [...], <@x.example>"},
        Row{"no sender", "", "550 5.1.1 unknown", "", "550 5.1.1 unknown"}}) {
    CAPTURE(row.name);
    TemporaryDatabase file;
    {
      const auto store = open_store(file.where());
      DeliveryEvent named = event("1", "zed.other@example.net");
      named.envelope_sender = row.sender;
      named.text = row.words;
      named.more = "SubscriberKey: zed.other@example.net\nX-SFDC-LK: 00D5f000004KsTr\nName: Zed";
      DeliveryEvent unknown = named;  // of the recipient only the domain is known
      unknown.key = "2";
      unknown.recipient = "@example.net";
      unknown.text = "550 5.1.1 unknown";
      save(*store, log("a", {named, unknown}));
      CHECK(store->forget_recipients(day) == 0);
      CHECK(store->forget_recipients(day + 1) == 1);
      int seen = 0;
      store->snapshot()->deliveries(day, day, [&](const StoredDelivery& stored) {
        CHECK(stored.event.envelope_sender == row.sender_kept);
        CHECK(stored.event.more == "X-SFDC-LK: 00D5f000004KsTr");
        if (seen++ == 0) CHECK(stored.event.text == row.words_kept);
      });
      CHECK(seen == 2);
    }
    CHECK_FALSE(file_text(file.path()).contains("zed.other"));
  }
}

TEST_CASE("delivery rows: the bytes of logs that a file once kept go too") {
  TemporaryDatabase file;
  const auto store = open_store(file.where());
  ProcessedItem old = log("old", {event("1", "a@example.net")});
  ProcessedItem no_rows = log("no rows", {});
  ProcessedItem repeated = log("repeated", {event("1", "a@example.net")});
  for (ProcessedItem* item : {&old, &no_rows, &repeated}) {
    item->faults.push_back({"row 3", {Fault::invalid_report, "no date", ""}});
    item->kept_bytes = "a@example.net";
    save(*store, *item);
  }
  save(*store, broken_item("no log"));
  const auto kept = [&] {
    std::vector<std::string> found;
    for (const Problem& problem : store->snapshot()->problems(false))
      if (store->snapshot()->problem_bytes(problem.id)) found.push_back(problem.origin.source);
    return found;
  };
  CHECK(kept() == Found{"no log", "no rows", "old", "repeated"});
  store->forget_recipients(day + 1);
  CHECK(kept() == Found{"no log"});
}

TEST_CASE("delivery rows: what a file once kept of damaged logs goes too, but no report") {
  TemporaryDatabase file;
  const auto store = open_store(file.where());
  const std::string header =
      "Date/Time,Internal Message ID,Mail Event,Recipient,Sender,Remote Host,Bytes Transferred,User ID,Message ID Header,"
      "Retry Count,Seconds in Queue,Delivery Stage\n";
  std::string log_rows = header;
  for (int i = 0; i < 200; ++i)
    log_rows += "2026-10-14 09:00,1/2-" + std::to_string(i * i * 7919) +
                ",D,ann@example.net,b@example.com,10.0.0.1,1,,<m@x.example>,0,0,\n";
  const std::string report = "<?xml version=\"1.0\"?>\n<feedback><report_metadata>";
  const std::string packed = test::deflated(log_rows);
  const auto keep = [&](const std::string& name, const std::string& bytes) {
    ProcessedItem item = broken_item(name);
    item.kept_bytes = bytes;
    save(*store, item);
  };
  keep("a log", log_rows);
  keep("a cut log", packed.substr(0, packed.size() / 2));
  keep("a cut report", report);
  keep("a report and a table",
       test::zip_of({{"a.xml", report}, {"index.csv", "file,bytes\na.xml,10\n"}}));
  keep("a report and a log", test::zip_of({{"a.xml", report}, {"log.csv", log_rows}}));
  const auto kept = [&] {
    std::vector<std::string> found;
    for (const Problem& problem : store->snapshot()->problems(false))
      if (store->snapshot()->problem_bytes(problem.id)) found.push_back(problem.origin.source);
    return found;
  };
  store->forget_recipients(day);
  CHECK(kept() == Found{"a cut report", "a report and a table"});
  // They are looked at once: of what comes later no log is kept (process.cc).
  keep("another log", log_rows);
  store->forget_recipients(day + 1);
  CHECK(kept() == Found{"a cut report", "a report and a table", "another log"});
}

TEST_CASE("delivery rows: a row that is gone from a file is found") {
  TemporaryDatabase file;
  {
    const auto store = open_store(file.where());
    save(*store, log("a", {event("1", "a@example.net"), event("2", "b@example.net")}));
  }
  Database(file.path(), Database::Mode::read_write)
      .execute("DELETE FROM delivery WHERE local_part='b'");
  const auto faults = check_integrity(*open_snapshot(file.where()));
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].contains("1 of its 2 delivery events are there"));
}
