// SPDX-License-Identifier: MIT
// Addresses, keys and texts as DeliveryEvent promises them.
#include "parser/delivery/parsed_delivery.h"

#include <doctest/doctest.h>

#include <string>

using namespace dmarcq;

TEST_CASE("delivery: addresses") {
  struct Row {
    const char *text, *expected;
  };
  for (const Row& row : {
           Row{"user@example.net", "user@example.net"},
           Row{" <User@Example.NET.> ", "User@example.net"},
           Row{"\"Doe, Jane\" <jane@example.net>", "jane@example.net"},
           Row{"mailto:user@example.net", "user@example.net"},
           Row{"'user@example.net'", "user@example.net"},
           Row{"user@b\xc3\xbc"
               "cher.example",
               "user@xn--bcher-kva.example"},
           Row{"j\xc3\xbcrgen@example.net", "j\xc3\xbcrgen@example.net"},
           Row{"\"a b\"@example.net", "\"a b\"@example.net"},
           Row{"user@localhost", "user@localhost"},
           Row{"user", ""},
           Row{"@example.net", ""},
           Row{"user@", ""},
           Row{"user@192.0.2.1", ""},
           Row{"a b@example.net", ""},
           Row{"a@b@example.net", ""},
           Row{"a,b@example.net", ""},
           Row{"user@exa mple.net", ""},
           Row{"us\x01r@example.net", ""},
           Row{"us\xffr@example.net", ""},
           Row{"", ""},
       }) {
    CAPTURE(row.text);
    CHECK(delivery_address(row.text) == row.expected);
  }
  CHECK(delivery_address(std::string(300, 'a') + "@example.net").empty());
}

TEST_CASE("delivery: keys keep fields apart and stay short") {
  CHECK(delivery_key({"a", "b"}) == "a|b");
  CHECK(delivery_key({"a|b"}) != delivery_key({"a", "b"}));
  CHECK(delivery_key({"a%7Cb"}) != delivery_key({"a|b"}));
  CHECK(delivery_key({"a\n"}) == "a%0A");
  CHECK(delivery_key({"", ""}) == "|");
  const std::string large(10'000, 'x');
  CHECK(delivery_key({large}).size() <= longest_delivery_key);
  CHECK(delivery_key({large}) != delivery_key({large + "y"}));
}

TEST_CASE("delivery: no text of an event or of a damage tells whose mail it was") {
  std::vector<DeliveryEvent> events;
  const auto sink = [&](DeliveryEvent&& event) { events.push_back(std::move(event)); };
  DeliveryWriter out(DeliverySource::ses, sink);
  DeliveryEvent event;
  event.recipient = "zoe@example.net";
  event.text = "550 5.1.1 zoe%40example.net is unknown, zoe";
  event.stage = "sent to zoe@example.net";
  out.write(std::move(event), "row 1");
  // What is taken out is never longer than there is room for.
  event = {};
  event.recipient = "z@example.net";
  for (int i = 0; i < 600; ++i) (event.text += "<z>", event.stage += "<z>");
  out.write(std::move(event), "row 2");
  for (const char* recipient : {"\"unclosed@example.net", "zoe at example.net", "Zoe Other",
                                "zoe@exa mple", "zoe%40x.example"}) {
    event = {};
    event.recipient = recipient;
    out.write(std::move(event), "row 3");
  }
  out.damage("row 4", {Fault::invalid_report, "no date: 'zoe@example.net'", {}});
  const ParsedDelivery result = std::move(out).finish();
  REQUIRE(events.size() == 2);
  CHECK(events[0].text == "550 5.1.1 %40example.net is unknown, [...]");
  CHECK(events[0].stage == "sent to @example.net");
  CHECK(events[1].text.starts_with("<[...]><[...]>"));
  CHECK(events[1].text.size() <= longest_refusal_text);
  CHECK(events[1].stage.size() <= longest_delivery_field);
  std::string damages;
  for (const DeliveryDamage& damage : result.damages) damages += damage.error.text + "\n";
  CHECK(damages ==
        "not a mail address: '[...]@example.net'\nnot a mail address (18 bytes)\n"
        "not a mail address (9 bytes)\nnot a mail address: '[...]@exa'\n"
        "not a mail address (15 bytes)\nno date (15 bytes)\n");
}

TEST_CASE("delivery: a damage quotes of a cell what can name nobody") {
  struct Row {
    const char *text, *expected;
  };
  for (const Row& row : {
           Row{"no date that can be read: 'Ann Otherperson'",
               "no date that can be read (15 bytes)"},
           Row{"no date that can be read: 'Ann O'Brien 1.2'",
               "no date that can be read (15 bytes)"},
           Row{"no date that can be read: 'ann@shop.example'",
               "no date that can be read (16 bytes)"},
           Row{"no date that can be read: 'May Sun'", "no date that can be read (7 bytes)"},
           Row{"no date that can be read: 'ann 2026-11-24'", "no date that can be read (14 bytes)"},
           Row{"no date that can be read: '2026-11-24 ä'", "no date that can be read (13 bytes)"},
           Row{"no date that can be read: '4915112345678'", "no date that can be read (13 bytes)"},
           Row{"unknown mail event 'ann.otherperson' (expected R, D, T or P)",
               "unknown mail event (15 bytes) (expected R, D, T or P)"},
           Row{"SubscriberKey is '003XX0000012345AAA', and", "SubscriberKey is (18 bytes), and"},
           // Near misses.
           Row{"no date that can be read: '2026-13-45 10:00'",
               "no date that can be read: '2026-13-45 10:00'"},
           Row{"no date that can be read: 'Tue, 45 Nov 2026 07:40:00 +0100'",
               "no date that can be read: 'Tue, 45 Nov 2026 07:40:00 +0100'"},
           Row{"no date that can be read: '2026-11-31T07:40:00.000Z'",
               "no date that can be read: '2026-11-31T07:40:00.000Z'"},
           Row{"no date that can be read: '32.13.2026 1:37 PM'",
               "no date that can be read: '32.13.2026 1:37 PM'"},
           Row{"unknown mail event 'X' (expected R, D, T or P)",
               "unknown mail event 'X' (expected R, D, T or P)"},
           Row{"not a mail address: '[...]@example.net'",
               "not a mail address: '[...]@example.net'"},
           Row{"a cell's end", "a cell's end"},
           Row{"is ''", "is ''"},
       }) {
    CAPTURE(row.text);
    const auto sink = [](DeliveryEvent&&) {};
    DeliveryWriter out(DeliverySource::ses, sink);
    out.damage("row 2", {Fault::invalid_report, row.text, {}});
    CHECK(std::move(out).finish().damages.at(0).error.text == row.expected);
  }
}

TEST_CASE("delivery: a writer cleans, bounds and counts") {
  std::vector<DeliveryEvent> events;
  const auto sink = [&](DeliveryEvent&& event) { events.push_back(std::move(event)); };
  DeliveryWriter out(DeliverySource::ses, sink);
  DeliveryEvent event;
  event.recipient = "<User@EXAMPLE.net>";
  event.message_id = "<1@example.com>";
  event.header_from = "Jane <jane@example.com>";
  event.envelope_sender = "<a@example.com>";
  event.text = "550\r\n  5.1.1   unknown\x01" + std::string(3000, 'x');
  event.stage = std::string(2000, 's');
  out.write(std::move(event), "row 1");
  out.write({}, "row 2");
  out.remark("row 3", {Fault::invalid_report, "a quote that is never closed", {}});
  for (int i = 0; i < 150; ++i) out.damage("row 4", {});
  const ParsedDelivery result = std::move(out).finish();
  REQUIRE(events.size() == 1);
  CHECK(events[0].recipient == "User@example.net");
  CHECK(events[0].message_id == "1@example.com");
  CHECK(events[0].header_from == "jane@example.com");
  CHECK(events[0].envelope_sender == "a@example.com");
  CHECK(events[0].text.starts_with("550 5.1.1 unknown\xEF\xBF\xBDxx"));
  CHECK(events[0].text.size() <= longest_refusal_text);
  CHECK(events[0].stage.size() == longest_delivery_field);
  CHECK(result.events == 1);
  CHECK(result.damaged == 151);  // a row that is read all the same is none
  REQUIRE(result.damages.size() == most_delivery_damages + 1);
  CHECK(result.damages[0].part == "row 2");
  CHECK(result.damages[0].error.text == "no recipient");
  CHECK(result.damages[1].part == "row 3");
  CHECK(result.damages.back().error.text == "52 more of this document are damaged");

  std::string more;
  add_more(more, "a", "1\n2");
  add_more(more, "b", " ");
  add_more(more, "c", "3");
  CHECK(more == "a: 1 2\nc: 3");
  for (int i = 0; i < 100; ++i) add_more(more, "d", std::string(2000, 'x'));
  CHECK(more.size() <= longest_delivery_more);
}
